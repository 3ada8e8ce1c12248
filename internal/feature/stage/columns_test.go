package stage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/feature/stage"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// TestColumns: other lists of customers show where each stands, for whom the flow is.
func TestColumns(t *testing.T) {
	stories(t, func(d *desk) {
		d.meet("zhang", "王小明")
		d.meet("li", "赵小红")
		d.Advance(time.Hour)
		d.move("owner", "王小明", "跟进中")
		ming, hong := d.card("王小明"), d.card("赵小红")
		d.call("DELETE", "/cards/"+hong.ID.String(), nil, nil)
		cells := func(v viewer.Viewer, key string) string {
			got := apptest.Cells(d.t, d.App.Asks, key, ask.CellsQuery{Viewer: v, Read: d.App.DB.Read(), Pairs: []ask.Pair{
				{Follow: hong.Follow, CustomerID: hong.CustomerID, Customer: hong.Customer, Member: "li"},
				{Follow: ming.Follow, CustomerID: ming.CustomerID, Customer: ming.Customer, Member: "zhang"},
			}})
			if _, there := got[hong.Follow]; there {
				d.t.Errorf("%s: she who left the flow stands in it", key)
			}
			if at, is := got[ming.Follow].(time.Time); is {
				return at.Format("01-02 15:04")
			}
			return fmt.Sprint(got[ming.Follow])
		}
		owner := viewer.System(d.Corp)
		for key, want := range map[string]string{"stage.stage": "跟进中", "stage.entered": "11-23 11:00", "stage.due": due(ming)} {
			if got := cells(owner, key); got != want {
				d.t.Errorf("%s: %s, want %s", key, got, want)
			}
		}
		reader := viewer.Viewer{Corp: d.Corp, Member: "zhang", Permissions: []string{"stage.read"}, Scope: viewer.Scope{Reach: viewer.Self}}
		nosy := reader
		nosy.Permissions = []string{"customer.read"}
		stranger := viewer.System(apptest.OtherCorp)
		for name, x := range map[string]struct {
			who  viewer.Viewer
			want string
		}{"his own": {reader, "跟进中"}, "without the permission": {nosy, "<nil>"}, "of another corp": {stranger, "<nil>"}} {
			if got := cells(x.who, "stage.stage"); got != x.want {
				d.t.Errorf("%s: %s, want %s", name, got, x.want)
			}
		}

		// A second flow, for li alone: with two to tell apart the flow is named, and zhang hears nothing of it.
		form := formOf(d.flow)
		form.Name, form.Seen = "大客户", stage.Seen{Members: []string{"li"}, Departments: []int64{}}
		for i := range form.Stages {
			form.Stages[i].ID = 0
		}
		d.call("POST", "/flows", form, nil)
		if got := cells(owner, "stage.stage"); got != d.flow.Name+" / 跟进中" {
			d.t.Errorf("among two flows: %s", got)
		}
		if got := cells(reader, "stage.stage"); got != "跟进中" {
			d.t.Errorf("with one of two: %s", got)
		}
	})
}

// due is when a card is due, as a person in Shanghai writes it.
func due(c stage.Card) string {
	return c.DueAt.In(time.FixedZone("", 8*3600)).Format("01-02 15:04")
}
