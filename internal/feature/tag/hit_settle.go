package tag

import (
	"context"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// hitsPrefix begins the name under which rules ask for tags; the ids of their hits follow.
const hitsPrefix = slug + "/hits/"

// marksSettled writes what WeCom made of a rule's tags into its hits and counts what it took.
// Twice is harmless: a hit is counted once. What was given up may still be taken later, when a
// person has it tried again.
func (s *service) marksSettled(ctx context.Context, e event.MarksSettled) error {
	of, ours := strings.CutPrefix(e.For, hitsPrefix)
	if !ours {
		return nil
	}
	as := hitTagged
	if e.Refused {
		as = hitRefused
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		for text := range strings.SplitSeq(of, ",") {
			hit, err := id.Parse(text)
			if err != nil {
				return err
			}
			var rule id.ID
			err = tx.NewRaw(`UPDATE tag_hit SET outcome = ?, errcode = ?, advice = ? WHERE corp_id = ? AND id = ? AND outcome IN ('waiting', 'refused')
				RETURNING rule_id`, as, e.Errcode, db.Clean(e.Advice), e.Corp, hit).Scan(ctx, &rule)
			if db.NoRows(err) {
				continue // erased meanwhile, or told before
			}
			if err != nil {
				return err
			}
			if as != hitTagged {
				continue
			}
			if _, err := tx.NewRaw("UPDATE tag_rule SET tagged = tagged + 1 WHERE corp_id = ? AND id = ?", e.Corp, rule).Exec(ctx); err != nil {
				return err
			}
		}
		return s.live.Publish(ctx, tx, e.Corp, slug)
	})
}
