package customer_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/feature/customer"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// TestColumnsOfOthers: rows of both lists hold the columns that were asked for, of those
// that the viewer may see, masked; at company level of the newest follow in scope.
func TestColumnsOfOthers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, old := h.follow(pair{member: "zhang", customer: "wm1", name: "王芳", added: 2 * time.Hour})
		_, fresh := h.follow(pair{member: "li", customer: "wm1", name: "王芳", added: time.Hour})
		at := start().Add(-time.Hour)
		asked := 0
		cells := func(values map[id.ID]any) func(context.Context, ask.CellsQuery) (map[id.ID]any, error) {
			return func(_ context.Context, q ask.CellsQuery) (map[id.ID]any, error) {
				asked++
				if !q.Masked {
					t.Error("a page asks for numbers in full")
				}
				got := map[id.ID]any{}
				for _, p := range q.Pairs {
					if c, ok := values[p.Follow]; ok {
						got[p.Follow] = c
					}
				}
				return got, nil
			}
		}
		h.asks.Register("shoe", ask.Answers{Columns: func(context.Context, viewer.Viewer) ([]ask.Column, error) {
			return []ask.Column{
				{Key: "shoe.size", ZH: "鞋码", EN: "Shoe size", Cells: cells(map[id.ID]any{old: 42, fresh: 43.5})},
				{Key: "shoe.word", ZH: "鞋", EN: "Shoe", Cells: cells(map[id.ID]any{old: "靴"})},
				{Key: "shoe.at", ZH: "买鞋时间", EN: "Bought", Cells: cells(map[id.ID]any{fresh: at})},
				{Key: "shoe.price", ZH: "鞋价", EN: "Price", Permission: "shoe.price", Cells: cells(map[id.ID]any{old: int64(1), fresh: int64(1)})},
			}, nil
		}})
		var list customer.ColumnList
		h.get("/columns", &list)
		if diff := cmp.Diff([]customer.ColumnView{{"shoe.size", "鞋码", "Shoe size"}, {"shoe.word", "鞋", "Shoe"}, {"shoe.at", "买鞋时间", "Bought"}}, list.Items); diff != "" {
			t.Error(diff)
		}
		number := func(n float64) customer.Cell { return customer.Cell{Number: &n} }
		of := map[id.ID]map[string]customer.Cell{
			old:   {"shoe.size": number(42), "shoe.word": {Text: "靴"}},
			fresh: {"shoe.size": number(43.5), "shoe.at": {At: at.UnixMilli()}},
		}
		const all = "?column=shoe.size&column=shoe.word&column=shoe.at&column=shoe.price&column=hat.size"
		var follows web.Page[customer.FollowView]
		h.get("/follows"+all, &follows)
		for _, f := range follows.Items {
			if diff := cmp.Diff(of[f.ID], f.Cells); diff != "" {
				t.Error(diff)
			}
		}
		var customers web.Page[customer.CustomerView]
		h.get("/customers"+all, &customers)
		if diff := cmp.Diff(of[fresh], customers.Items[0].Cells); diff != "" || len(follows.Items) != 2 {
			t.Errorf("%d rows\n%s", len(follows.Items), diff)
		}
		h.viewer, customers = self("zhang"), web.Page[customer.CustomerView]{}
		h.get("/customers"+all, &customers)
		if diff := cmp.Diff(of[old], customers.Items[0].Cells); diff != "" {
			t.Errorf("of zhang's own: %s", diff)
		}
		asked, customers = 0, web.Page[customer.CustomerView]{}
		h.get("/customers", &customers)
		if asked > 0 || customers.Items[0].Cells != nil {
			t.Errorf("nobody asked for columns, and they were asked %d times", asked)
		}
	})
}
