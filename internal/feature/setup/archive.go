package setup

import (
	"context"
	"strconv"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// AddArchiveKey makes a key for the message archive. Its public half is pasted into WeCom's
// admin console; the private half stays here, sealed, beside those before it: WeCom encrypts
// what it still holds for them.
func (s *service) AddArchiveKey(ctx context.Context, _ *struct{}) (*corp.ArchiveKey, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := s.deps.Corps.Corp(ctx, v.Corp); err != nil {
		return nil, err
	}
	pair, err := corp.NewArchivePair()
	if err != nil {
		return nil, err
	}
	var made corp.ArchiveKey
	err = s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if made, err = s.deps.Corps.SaveArchiveKey(ctx, tx, v.Corp, pair); err != nil {
			return err
		}
		number := strconv.FormatInt(made.Number, 10)
		web.Note(ctx, web.Change{Object: "corp.archive:" + number, After: map[string]any{"number": made.Number, "at": made.At}})
		return s.remember(ctx, tx, v, v.Corp, Change{Field: "archive", After: number})
	})
	return &made, err
}
