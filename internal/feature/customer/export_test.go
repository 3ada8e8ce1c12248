package customer_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// file reads an export as lines of cells.
func (h *house) file(v viewer.Viewer, list, filter string, columns ...string) ([]string, error) {
	h.t.Helper()
	for _, e := range h.f.Exports {
		if e.Key != list {
			continue
		}
		q := feature.ExportQuery{Viewer: v, Filter: json.RawMessage(filter), Columns: columns}
		if err := e.Check(context.Background(), q); err != nil {
			return nil, err
		}
		lines := []string{}
		for row, err := range e.Rows(context.Background(), q) {
			if err != nil {
				return nil, err
			}
			var cells []string
			for _, c := range row {
				if at, is := c.(time.Time); is {
					c = at.Format("01-02 15:04")
				}
				cells = append(cells, fmt.Sprint(c))
			}
			lines = append(lines, strings.Join(cells, "|"))
		}
		return lines, nil
	}
	h.t.Fatalf("no list %s", list)
	return nil, nil
}

// TestExportIsTheList: the same rows in the same order as on the page, as far as the viewer
// sees, with numbers masked for who may not read them.
func TestExportIsTheList(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0, "zhang", "li")
		h.follow(pair{member: "zhang", customer: "wm1", name: "王芳", remark: "王总", added: 2 * time.Hour})
		h.follow(pair{member: "li", customer: "wm1", name: "王芳", remark: "芳姐", added: time.Hour})
		h.follow(pair{member: "li", customer: "wm2", name: "陈晨", remark: "小陈", added: 30 * time.Minute})
		h.exec(`UPDATE mirror_follow SET mobiles = '["13812345678"]' WHERE member_id = 'zhang'`)
		phones := everything()
		phones.Permissions = append(phones.Permissions, viewer.PermissionPhone)
		for name, x := range map[string]struct {
			who          viewer.Viewer
			list, filter string
			columns      []string
			want         []string
		}{
			"by follow": {
				everything(), "customer.follows", `{}`,
				[]string{"name", "remark", "member", "addedAt", "standing", "mobiles"},
				[]string{"陈晨|小陈|成员li|11-23 09:30|跟进中|", "王芳|芳姐|成员li|11-23 09:00|跟进中|", "王芳|王总|成员zhang|11-23 08:00|跟进中|138****5678"},
			},
			"by customer": {
				everything(), "customer.customers", `{}`,
				[]string{"members", "name"},
				[]string{"成员li|陈晨", "成员li、成员zhang|王芳"},
			},
			"one's own": {self("zhang"), "customer.customers", `{}`, []string{"name", "members"}, []string{"王芳|成员zhang"}},
			"narrowed": {
				everything(), "customer.follows", `{"rule":{"field":"member","op":"any","values":["zhang"]}}`, []string{"remark"}, []string{"王总"},
			},
			"numbers in full": {phones, "customer.follows", `{"rule":{"field":"member","op":"any","values":["zhang"]}}`, []string{"mobiles"}, []string{"13812345678"}},
			"nobody":          {self("wang"), "customer.follows", `{}`, []string{"name"}, []string{}},
		} {
			got, err := h.file(x.who, x.list, x.filter, x.columns...)
			if diff := cmp.Diff(x.want, got); err != nil || diff != "" {
				t.Errorf("%s: %v\n%s", name, err, diff)
			}
		}
		for name, filter := range map[string]string{
			"not a filter":    `{"rules":{}}`,
			"no such field":   `{"rule":{"field":"shoe","op":"any","values":["42"]}}`,
			"not JSON at all": `{`,
		} {
			if _, err := h.file(everything(), "customer.follows", filter, "name"); err == nil {
				t.Errorf("%s was taken", name)
			}
		}
	})
}

// TestExportOfManyPages: no row is lost or doubled between pages, and what other features
// know of a row stands in it.
func TestExportOfManyPages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const many = 1203
		h.bulk(many, []string{"zhang", "li"})
		asked := 0
		h.asks.Register("shoe", ask.Answers{Columns: func(context.Context, viewer.Viewer) ([]ask.Column, error) {
			return []ask.Column{{Key: "shoe.size", ZH: "鞋码", EN: "Shoe size", Cells: func(_ context.Context, q ask.CellsQuery) (map[id.ID]any, error) {
				asked++
				cells := map[id.ID]any{}
				for _, p := range q.Pairs {
					if strings.HasSuffix(p.Customer, "7") {
						cells[p.Follow] = 42
					}
				}
				return cells, nil
			}}}, nil
		}})
		got, err := h.file(everything(), "customer.follows", `{}`, "external", "shoe.size")
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, line := range got {
			external, size, _ := strings.Cut(line, "|")
			seen[external] = true
			if (size == "42") != strings.HasSuffix(external, "7") {
				t.Errorf("%s has size %s", external, size)
			}
		}
		if len(got) != many || len(seen) != many || asked != 3 {
			t.Errorf("%d lines, %d customers, the neighbour was asked %d times", len(got), len(seen), asked)
		}
	})
}
