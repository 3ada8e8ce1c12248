package app_test

import (
	"context"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/product"
)

// What nobody looks up any more goes by itself.
func TestOldFailedCallsAreForgotten(t *testing.T) {
	apptest.Each(t, apptest.Options{Features: product.Features(), NoSync: true}, func(t *testing.T, h *apptest.House) {
		insert := `INSERT INTO corp_call (id, corp_id, app, operation, errcode, class, reason, minute, times, first_at, last_at)
			SELECT ?, ?, 'app', 'externalcontact/get', ?, 'rate', '', 0, 1, ?, ?`
		now := h.Clock.Now()
		for i, age := range []time.Duration{29 * 24 * time.Hour, 31 * 24 * time.Hour} {
			at := db.MS(now.Add(-age))
			if err := h.App.DB.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := tx.NewRaw(insert, i+1, h.Corp, i, at, at).Exec(ctx)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		h.Settle() // the schedules begin now
		h.Advance(time.Hour)
		var left []int64
		if err := h.App.DB.Read().NewRaw("SELECT id FROM corp_call ORDER BY id").Scan(t.Context(), &left); err != nil {
			t.Fatal(err)
		}
		if len(left) != 1 || left[0] != 1 {
			t.Errorf("calls left: %v, want the one of 29 days", left)
		}
	})
}
