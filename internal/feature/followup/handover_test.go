package followup_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// TestLastFollowUpTravels: with a customer who is handed over goes when he was last followed
// up, in the list's column and in segments; what the taker did later himself stays.
func TestLastFollowUpTravels(t *testing.T) {
	stories(t, func(d *desk) {
		d.must(d.App.DB.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error { // li takes over
			_, err := tx.NewRaw(`INSERT INTO mirror_follow (id, corp_id, member_id, customer, customer_id, standing, remark, description, company, mobiles,
					add_way, operator, state, added_at, ended_at, told_at, read_at, found_at, sync_run, updated_at)
				VALUES (?, ?, 'li', ?, ?, 1, '', '', '', '[]', 202, '', '', ?, 0, 0, 1, 0, 0, 0)`, d.App.IDs.New(), d.Corp, d.external, d.customer, db.MS(d.Clock.Now())).Exec(ctx)
			return err
		}))
		d.call(zhang, "POST", d.of("notes"), note("第一次电话", nil, nil), nil)
		called := d.Clock.Now()
		owner := viewer.System(d.Corp)
		last := func() time.Time {
			got := apptest.Cells(d.t, d.App.Asks, "followup.last", ask.CellsQuery{Viewer: owner, Read: d.App.DB.Read(), Pairs: []ask.Pair{
				{Follow: 2, CustomerID: d.customer, Customer: d.external, Member: "li"},
			}})
			at, _ := got[id.ID(2)].(time.Time)
			return at
		}
		never := func() (n int) {
			fields, err := d.App.Asks.Fields(t.Context(), owner)
			d.must(err)
			i := slices.IndexFunc(fields, func(f ask.Field) bool { return f.Key == "followup.last" })
			where, err := fields[i].Where(t.Context(), ask.Test{Viewer: owner, Read: d.App.DB.Read(), Op: ask.OpEmpty, Zone: time.UTC, Now: d.Clock.Now(), Follow: "f"})
			d.must(err)
			d.must(d.App.DB.Read().NewRaw("SELECT COUNT(*) FROM mirror_follow AS f WHERE f.corp_id = ? AND "+where.SQL, append([]any{d.Corp}, where.Args...)...).Scan(t.Context(), &n))
			return n
		}
		if !last().IsZero() || never() != 1 {
			d.t.Fatalf("before: %s, %d without", last(), never())
		}
		settle := func() {
			news := event.TransferSettled{Meta: event.Meta{Event: d.App.IDs.New(), Corp: d.Corp, At: d.Clock.Now()}, From: "zhang", To: "li", Customer: d.external}
			d.must(d.App.DB.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error { return d.App.Bus.Publish(ctx, tx, news) }))
			d.Settle()
		}
		settle()
		if apart := last().Sub(called).Abs(); last().IsZero() || apart > time.Minute || never() != 0 {
			d.t.Errorf("handed over: %s, want %s; %d without", last(), called, never())
		}
		d.Clock.Advance(time.Hour)
		d.call(li, "POST", d.of("notes"), note("我是新的跟进人", nil, nil), nil)
		own := last()
		settle() // told once more
		if !last().Equal(own) || own.Sub(called) < time.Hour {
			d.t.Errorf("li's own: %s, want %s", last(), own)
		}
	})
}
