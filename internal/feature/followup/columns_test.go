package followup_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// TestColumns: other lists of customers show the last follow-up and what is to be done.
func TestColumns(t *testing.T) {
	stories(t, func(d *desk) {
		d.call(zhang, "POST", d.of("notes"), note("第一次电话", nil, nil), nil)
		d.call(zhang, "POST", d.of("tasks"), `{"title":"发合同","member":"zhang","dueAt":"2026-12-01T00:00:00Z"}`, nil)
		d.call(zhang, "POST", d.of("tasks"), `{"title":"寄样品","member":"zhang","dueAt":"2026-12-02T00:00:00Z"}`, nil)
		cells := func(v viewer.Viewer, key string, follow id.ID) string {
			got := apptest.Cells(d.t, d.App.Asks, key, ask.CellsQuery{Viewer: v, Read: d.App.DB.Read(), Pairs: []ask.Pair{
				{Follow: 7, CustomerID: 7, Customer: "wm-nobody", Member: "zhang"},
				{Follow: 1, CustomerID: d.customer, Customer: d.external, Member: "zhang"},
				{Follow: 2, CustomerID: d.customer, Customer: d.external, Member: "li"},
			}})
			if at, is := got[follow].(time.Time); is {
				return at.Format("01-02 15:04")
			}
			return fmt.Sprint(got[follow])
		}
		owner := viewer.System(d.Corp)
		for _, c := range []struct {
			key    string
			follow id.ID
			want   string
		}{
			{"followup.last", 1, "11-23 10:00"},
			{"followup.last", 2, "<nil>"}, // li has never followed him up
			{"followup.open", 1, "2"},
			{"followup.open", 2, "2"},
			{"followup.open", 7, "<nil>"},
		} {
			if got := cells(owner, c.key, c.follow); got != c.want {
				d.t.Errorf("%s of %d: %s, want %s", c.key, c.follow, got, c.want)
			}
		}
		nosy := viewer.Viewer{Corp: d.Corp, Permissions: []string{"customer.read"}, Scope: viewer.Scope{Reach: viewer.All}}
		if got := cells(nosy, "followup.open", 1) + cells(viewer.System(apptest.OtherCorp), "followup.open", 1); got != "<nil><nil>" {
			d.t.Errorf("who may not read it sees %s", got)
		}
	})
}
