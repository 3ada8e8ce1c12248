package channelcode

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// rotate runs every minute: codes whose shift or day changed, and those that WeCom did
// not take, are published anew.
func (s *service) rotate(ctx context.Context, j job.Job[job.Tick]) error {
	for {
		codes, err := due(ctx, s.db.Read(), db.NowMS(s.clock), 100)
		if err != nil || len(codes) == 0 {
			return err
		}
		err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			for _, c := range codes {
				if err := s.turn(ctx, tx, c); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// turn moves one code on whose moment has come.
func (s *service) turn(ctx context.Context, tx db.Tx, c Code) error {
	now := s.clock.Now().In(s.corps.Location(ctx, c.Corp))
	next := c.NextChange(now)
	stuck := c.Problem != "" || c.Status != Live
	if stuck {
		next = earlier(next, now.Add(tryAgain))
	}
	if _, err := tx.NewRaw("UPDATE channelcode_code SET next_change_at = ? WHERE corp_id = ? AND id = ?",
		db.MS(next), c.Corp, c.ID).Exec(ctx); err != nil {
		return err
	}
	if stuck {
		_, err := s.wantPublished(ctx, tx, c)
		return err
	}
	fresh, err := byID(ctx, tx, c.Corp, c.ID)
	if err != nil {
		return err
	}
	return s.republish(ctx, tx, fresh, fresh.Published)
}
