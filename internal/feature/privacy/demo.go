package privacy

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// demo shows two requests of the past: a file that has expired and an erasure.
func (s *service) demo(ctx context.Context, v viewer.Viewer) error {
	before, err := requestsOf(ctx, s.db.Read(), v, "", 0, 1)
	if err != nil || len(before) > 0 {
		return err
	}
	now := s.clock.Now()
	day := func(n int) int64 { return db.MS(now.AddDate(0, 0, -n)) }
	parts := func(gone bool) (string, error) {
		var list []Part
		for i, h := range s.asks.Personal().Holdings {
			p := Part{Key: h.Key, ZH: h.ZH, EN: h.EN, Rows: int64(i % 4), Done: true}
			if gone {
				p.Gone = p.Rows
			}
			list = append(list, p)
		}
		return partsJSON(list)
	}
	rows := []request{
		{ID: id.At(now.Add(-48 * 24 * time.Hour)), Kind: Export, State: Expired, Asker: "person", Bytes: 48_213, CreatedAt: day(48), FinishedAt: day(48), ExpiresAt: day(41)},
		{ID: id.At(now.Add(-12 * 24 * time.Hour)), Kind: Erase, State: Done, Asker: "representative", CreatedAt: day(12), FinishedAt: day(12)},
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, r := range rows {
			r.Corp, r.Actor, r.Name, r.Hash = v.Corp, v.Actor(), "管理员", hashOf(v.Corp, r.ID.String())
			var err error
			if r.PartsJSON, err = parts(r.Kind == Erase); err != nil {
				return err
			}
			if err := insert(ctx, tx, r); err != nil {
				return err
			}
		}
		return nil
	})
}
