package account

import (
	"context"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
)

// TestAResetBeatsAChangeUnderWay: who was reading with the old password when it was reset
// replaces nothing.
func TestAResetBeatsAChangeUnderWay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		stale := Account{ID: 7, Name: "wangfang", Lookup: "wangfang", Password: "old"}
		change := func(what string, fn func(ctx context.Context, tx db.Tx) error) {
			t.Helper()
			if err := d.Tx(t.Context(), fn); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		}
		replace := func(a Account, hash string) (done bool) {
			t.Helper()
			change("replace", func(ctx context.Context, tx db.Tx) (err error) {
				done, err = replacePassword(ctx, tx, a, hash, 3)
				return err
			})
			return done
		}
		change("insert", func(ctx context.Context, tx db.Tx) error { return insertAccount(ctx, tx, stale) })
		change("reset", func(ctx context.Context, tx db.Tx) error { return setPassword(ctx, tx, stale.ID, "made up", true, 2) })
		if replace(stale, "intruder's") {
			t.Error("the old password replaced the new one")
		}
		fresh, err := accountByID(t.Context(), d.Read(), stale.ID)
		if err != nil || fresh.Password != "made up" || !fresh.MustChange {
			t.Fatalf("%+v %v", fresh, err)
		}
		if !replace(fresh, "chosen") {
			t.Error("the present password replaces nothing")
		}
		if last, err := accountByID(t.Context(), d.Read(), stale.ID); err != nil || last.Password != "chosen" || last.MustChange || last.Previous != "made up" {
			t.Errorf("%+v %v", last, err)
		}
	}, db.Migrations{Set: "account", FS: New(feature.Deps{}).Migrations})
}
