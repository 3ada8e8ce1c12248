package web_test

import (
	"context"
	"errors"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// TestCommandsAtTheTerminal: what a command notes is recorded in its transaction; a failure
// and a command without a transaction are recorded, too; without a record it is none.
func TestCommandsAtTheTerminal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := &book{db: d}
		f := newFixture(func(o *web.Options) { o.Auditor = b })
		command := web.Command{Operation: "code.terminal", Summary: "做", Line: "do it"}
		act := func(ctx context.Context) error {
			_, err := write(b, func(context.Context, int) error { return nil })(ctx, nil)
			return err
		}
		ctx := t.Context()
		if err := f.Run(ctx, command, act); err != nil || b.rows(t, "entry") != 1 || b.rows(t, "thing") != 1 || len(b.take()) != 0 {
			t.Fatalf("%v: %d entries of %d things", err, b.rows(t, "entry"), b.rows(t, "thing"))
		}
		if e := b.within[0]; e.Actor != "terminal" || e.ActorName == "" || e.Target != "do it" || e.Audience != web.Terminal || e.Corp != "" {
			t.Errorf("%+v", e)
		}
		err := f.Run(ctx, command, func(ctx context.Context) error {
			web.InCorp(ctx, "ww9")
			return errors.New("broken")
		})
		if e := b.take(); err == nil || len(e) != 1 || e[0].Outcome != web.Failed || e[0].Corp != "ww9" {
			t.Errorf("%v, %+v", err, e)
		}
		b.refuse = errors.New("no room")
		if err := f.Run(ctx, command, act); err == nil || b.rows(t, "thing") != 1 {
			t.Errorf("%v: %d things", err, b.rows(t, "thing"))
		}
		if err := f.Run(ctx, command, func(context.Context) error { return nil }); err == nil {
			t.Error("an act without a record counts as done")
		}
	}, auditTables)
}
