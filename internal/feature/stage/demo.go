package stage

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// demo brings the demo's customers into the first flow, as if people had worked with them
// for some weeks, once; when that is done, it follows up whom they would not have left.
func (s *service) demo(ctx context.Context, v viewer.Viewer) error {
	if err := s.ensure(ctx, v.Corp); err != nil {
		return err
	}
	all, err := flows(ctx, s.db.Read(), v.Corp, false)
	if err != nil || len(all) == 0 {
		return err
	}
	var there int
	if err := s.db.Read().NewRaw("SELECT COUNT(*) FROM stage_move WHERE corp_id = ?", v.Corp).Scan(ctx, &there); err != nil {
		return err
	}
	if there > 0 {
		return s.demoFollowed(ctx, v.Corp, all[0])
	}
	var rows []struct {
		ID         id.ID  `bun:"id"`
		Member     string `bun:"member_id"`
		Customer   string `bun:"customer"`
		CustomerID id.ID  `bun:"customer_id"`
		AddedAt    int64  `bun:"added_at"`
	}
	if err := s.db.Read().NewRaw("SELECT id, member_id, customer, customer_id, added_at FROM mirror_follow WHERE corp_id = ? AND standing = 1 ORDER BY added_at DESC, id DESC LIMIT 4000", v.Corp).Scan(ctx, &rows); err != nil {
		return err
	}
	// Of the newest alone nobody could have come far yet: some of every day.
	for i, every := 0, len(rows)/demoPlaced; every > 1 && i < demoPlaced; i++ {
		rows[i] = rows[i*every]
	}
	rows = rows[:min(demoPlaced, len(rows))]
	f, now := all[0], s.clock.Now()
	for from := 0; from < len(rows); from += 20 {
		err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			r, err := s.reckoning(ctx, tx, v.Corp)
			if err != nil {
				return err
			}
			for i, x := range rows[from:min(from+20, len(rows))] {
				n := from + i
				for step, st := range demoSteps(n, db.FromMS(x.AddedAt), now, x.Member) {
					to := f.Stages[step]
					if _, _, err := s.put(ctx, tx, r, f, to, pair{x.ID, x.CustomerID, x.Member, x.Customer}, st); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// demoPlaced is how many customers of the demo's first flow were there before its month is played.
const demoPlaced = 160

// demoOverdue is how many follow-ups of the demo are late.
const demoOverdue = 7

// demoFollowed follows up whoever is overdue, but for a few.
func (s *service) demoFollowed(ctx context.Context, corp string, f Flow) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		var late []placement
		err := tx.NewSelect().Model(&late).Where("p.corp_id = ? AND p.flow_id = ? AND p.gone_at = 0 AND p.due_at > 0 AND p.due_at <= ?", corp, f.ID, db.NowMS(s.clock)).
			OrderExpr("p.due_at DESC, p.id DESC").Scan(ctx)
		if err != nil {
			return err
		}
		for i, p := range late[min(demoOverdue, len(late)):] {
			meta := event.Meta{Event: s.ids.New(), Corp: corp, At: s.clock.Now().Add(-time.Duration(i%50+1) * time.Minute)}
			err := s.events.Publish(ctx, tx, event.FollowedUp{Meta: meta, Member: p.Member, Customer: p.Customer, How: []string{"message", "call"}[i%2]})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// furthest is how far the n-th customer of the demo has come.
func furthest(n int) int { return []int{0, 1, 1, 2, 0, 1, 3, 0, 4, 2, 1, 0}[n%12] }

// demoSteps are the moves of the n-th customer through the first stages: none before he was
// added, each after the one before, none still to come.
func demoSteps(n int, added, now time.Time, member string) []step {
	began := now.Add(-time.Duration(n%29+2) * 26 * time.Hour)
	if began.Before(added) {
		began = added
	}
	count := furthest(n) + 1
	pace := max(0, min(time.Duration(n%5+1)*20*time.Hour, now.Sub(began)/time.Duration(count)))
	steps := make([]step, count)
	for i := range steps {
		steps[i] = step{why: byRule, at: began.Add(time.Duration(i) * pace)}
		if i > 0 {
			steps[i].why, steps[i].by, steps[i].name = byHand, member, member
		}
	}
	return steps
}
