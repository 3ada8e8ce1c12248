package web_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// TestActsWithoutARequest: what the program does by itself is on record with it, or is not done.
func TestActsWithoutARequest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := &book{db: d}
		f := newFixture(func(o *web.Options) { o.Auditor = b })
		act := func(broken error) error {
			return d.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
				f.Acted(tx, web.Act{
					Corp: "ww1", Behalf: "member:li", BehalfName: "李", Operation: "code.ends", Began: f.clock.Now().Add(-time.Minute),
					Changes: []web.Change{{Object: "code:1", After: web.Tally{State: "done", Done: 3}}},
				})
				if _, err := tx.NewRaw("INSERT INTO thing (text) VALUES ('x')").Exec(ctx); err != nil {
					return err
				}
				return broken
			})
		}
		if err := act(nil); err != nil || b.rows(t, "entry") != 1 || b.rows(t, "thing") != 1 {
			t.Fatalf("%v: %d entries of %d things", err, b.rows(t, "entry"), b.rows(t, "thing"))
		}
		if e := b.within[0]; e.Actor != "system" || e.ActorName != "李" || e.OnBehalf != "member:li" || e.Corp != "ww1" || e.Outcome != web.Done ||
			e.Audience != web.System || e.Took != time.Minute || e.Status != 0 || e.Reference == "" {
			t.Errorf("%+v", e)
		}
		if err := act(errors.New("broken")); err == nil || b.rows(t, "entry") != 1 {
			t.Errorf("%v: %d entries of what came to nothing", err, b.rows(t, "entry"))
		}
		b.refuse = errors.New("no room")
		if err := act(nil); err == nil || b.rows(t, "thing") != 1 {
			t.Errorf("%v: %d things without an entry", err, b.rows(t, "thing"))
		}
	}, auditTables)
}
