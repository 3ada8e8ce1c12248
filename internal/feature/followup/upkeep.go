package followup

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/kept"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
)

const (
	// looseFor is how long a picture that no note names is kept: it may be waiting for one
	// that somebody is writing.
	looseFor = 24 * time.Hour
	// indexStep is how many notes one transaction makes findable.
	indexStep = 200
)

// index makes notes findable that were written before there was an index of them, some at a
// time. Whoever comes after a death goes on with those that are left; when there are none, it
// costs one look. Twice is harmless: indexing replaces.
func (s *service) index(ctx context.Context, j job.Job[struct{}]) error {
	for done := int64(0); ; {
		n, err := s.indexSome(ctx)
		if err != nil || n == 0 {
			return err
		}
		done += int64(n)
		if err := j.Report(ctx, done, 0, ""); err != nil {
			return err
		}
	}
}

func (s *service) indexSome(ctx context.Context) (n int, err error) {
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		var rows []noteRow
		// Taken first: whoever changes one of them now waits, and so indexes it after us.
		err := tx.NewRaw(`UPDATE followup_note SET findable = 1 WHERE findable = 0 AND id IN
			(SELECT id FROM followup_note WHERE findable = 0 ORDER BY id LIMIT ?) RETURNING id, corp_id, body`, indexStep).Scan(ctx, &rows)
		if err != nil {
			return err
		}
		docs := make([]search.Document, len(rows))
		for i, r := range rows {
			docs[i] = r.document()
		}
		n = len(rows)
		return s.search.Put(ctx, tx, docs...)
	})
	return n, err
}

// letGo notes that a note does not name pictures any more.
func (s *service) letGo(ctx context.Context, tx db.Tx, corp string, pictures []id.ID) error {
	if len(pictures) == 0 {
		return nil
	}
	_, err := tx.NewRaw("UPDATE followup_picture SET loose_at = ? WHERE corp_id = ? AND id IN (?)", db.NowMS(s.clock), corp, bun.List(pictures)).Exec(ctx)
	return err
}

type loosePicture struct {
	ID       id.ID  `bun:"id"`
	Corp     string `bun:"corp_id"`
	Customer id.ID  `bun:"customer_id"`
}

// loose is the pictures that no note names.
func loose() kept.Loose[loosePicture] {
	return kept.Loose[loosePicture]{
		Take: `UPDATE followup_picture SET size = size WHERE loose_at > 0 AND id IN (SELECT id FROM followup_picture
			WHERE loose_at > 0 AND loose_at < ? ORDER BY loose_at LIMIT ?) RETURNING id, corp_id, customer_id`,
		Keep: "UPDATE followup_picture SET loose_at = 0 WHERE id IN (?)",
		Drop: "DELETE FROM followup_picture WHERE id IN (?)",
		Held: namedFor,
		Of:   func(p loosePicture) (id.ID, string) { return p.ID, key(p.Corp, p.ID) },
	}
}

// sweep gives up pictures of removed notes, and those that got into none.
func (s *service) sweep(ctx context.Context, _ job.Job[struct{}]) error {
	return loose().Sweep(ctx, s.db, s.unlinks, db.MS(s.clock.Now().Add(-looseFor)))
}

// namedFor are the pictures that notes about the customers of some pictures name.
func namedFor(ctx context.Context, tx db.Tx, rows []loosePicture) (map[id.ID]bool, error) {
	customers := make([]id.ID, len(rows))
	for i, r := range rows {
		customers[i] = r.Customer
	}
	var texts []string
	err := tx.NewRaw(`SELECT n.pictures FROM mirror_customer AS c JOIN followup_note AS n ON n.corp_id = c.corp_id AND n.customer = c.customer
		WHERE c.id IN (?) AND n.pictures <> '[]'`, bun.List(customers)).Scan(ctx, &texts)
	if err != nil {
		return nil, err
	}
	named := map[id.ID]bool{}
	for _, t := range texts {
		var some []id.ID
		if err := json.Unmarshal([]byte(t), &some); err != nil {
			return nil, fmt.Errorf("followup: pictures of a note: %w", err)
		}
		for _, p := range some {
			named[p] = true
		}
	}
	return named, nil
}
