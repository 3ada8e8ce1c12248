package customer_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/feature/customer"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// TestBadges: they stand in the rows of both lists without being chosen, once a page, for
// those who may see them.
func TestBadges(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.follow(pair{member: "zhang", customer: "wm1", name: "王芳", added: 2 * time.Hour})
		h.follow(pair{member: "li", customer: "wm1", name: "王芳", added: time.Hour})
		h.follow(pair{member: "li", customer: "wm2", name: "陈晨"})
		asked, looked := 0, 0
		worn := func(_ context.Context, q ask.CellsQuery) (map[id.ID]any, error) {
			asked++
			cells := map[id.ID]any{}
			for _, p := range q.Pairs {
				if p.Customer == "wm1" {
					cells[p.Follow] = "是"
				}
			}
			return cells, nil
		}
		h.asks.Register("shoe", ask.Answers{
			Badges: []ask.Column{
				{Key: "shoe.worn", ZH: "旧鞋", EN: "Worn", Cells: worn},
				{Key: "shoe.stolen", ZH: "赃物", EN: "Stolen", Permission: "shoe.police", Cells: worn},
			},
			Columns: func(context.Context, viewer.Viewer) ([]ask.Column, error) {
				looked++
				return nil, nil
			},
		})
		police := everything()
		police.Permissions = append(police.Permissions, "shoe.police")
		for name, x := range map[string]struct {
			who   viewer.Viewer
			query string
			want  string
		}{
			"Chinese":  {everything(), "", "wm2: wm1:旧鞋 wm1:旧鞋"},
			"English":  {self("li"), "?english=true", "wm2: wm1:Worn"},
			"for some": {police, "?column=shoe.worn", "wm2: wm1:旧鞋,赃物 wm1:旧鞋,赃物"},
			"one's":    {self("zhang"), "", "wm1:旧鞋"},
		} {
			h.viewer = x.who
			var choice customer.ColumnList
			h.get("/columns", &choice)
			asked, looked = 0, 0
			var follows web.Page[customer.FollowView]
			h.get("/follows"+x.query, &follows)
			var got []string
			for _, f := range follows.Items {
				got = append(got, f.Customer+":"+strings.Join(f.Badges, ","))
			}
			if strings.Join(got, " ") != x.want || asked > 2 || len(choice.Items) > 0 {
				t.Errorf("%s: %q, asked %d times, to choose %v", name, got, asked, choice.Items)
			}
			var customers web.Page[customer.CustomerView]
			h.get("/customers"+x.query, &customers)
			for _, c := range customers.Items {
				if line := c.Customer.Customer + ":" + strings.Join(c.Badges, ","); !strings.Contains(x.want, line) {
					t.Errorf("%s: the customer's row has %s", name, line)
				}
			}
			if strings.Contains(x.query, "column=") != (looked > 0) {
				t.Errorf("%s: what columns there are was looked up %d times", name, looked)
			}
		}
	})
}
