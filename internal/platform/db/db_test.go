package db_test

import (
	"context"
	"errors"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
)

func TestTxCommitsOrLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		hooks := ""
		must(t, d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			tx.AfterCommit(func() { hooks += "a" })
			tx.AfterCommit(func() { hooks += "b" })
			return insert(ctx, tx, 1, "一")
		}))
		boom := errors.New("boom")
		err := d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			tx.AfterCommit(func() { hooks += "c" })
			if err := insert(ctx, tx, 2, "二"); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("got %v, want the function's own error", err)
		}
		if n := count(t, d); n != 1 || hooks != "ab" {
			t.Fatalf("%d rows, hooks %q; want 1 row and hooks ab", n, hooks)
		}
	}, notesTable)
}
