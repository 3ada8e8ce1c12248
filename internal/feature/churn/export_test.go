package churn_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// file are the cells of an export as the host would write them, one text a line.
func (h *house) file(key, filter string, chosen ...string) ([]string, error) {
	h.T.Helper()
	i := slices.IndexFunc(h.Feature.Exports, func(e feature.Export) bool { return e.Key == key })
	if i < 0 {
		h.T.Fatalf("no list %s", key)
	}
	e := h.Feature.Exports[i]
	columns, err := e.Columns(h.T.Context(), h.Viewer)
	if err != nil {
		return nil, err
	}
	if len(chosen) == 0 {
		for _, c := range columns {
			if c.Chosen {
				chosen = append(chosen, c.Key)
			}
		}
	}
	q := feature.ExportQuery{Viewer: h.Viewer, Filter: json.RawMessage(filter), Columns: chosen}
	if err := e.Check(h.T.Context(), q); err != nil {
		return nil, err
	}
	var lines []string
	for row, err := range e.Rows(h.T.Context(), q) {
		if err != nil {
			return nil, err
		}
		if len(row) != len(chosen) {
			h.T.Errorf("%d cells for %d columns", len(row), len(chosen))
		}
		for i, cell := range row {
			if at, ok := cell.(time.Time); ok {
				row[i] = at.Format("2006-01-02 15:04:05")
			}
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintln(row...)))
	}
	n, err := e.Total(h.T.Context(), q)
	h.Must(err)
	if int(n) != len(lines) {
		h.T.Errorf("%s %s: %d rows, total %d", key, filter, len(lines), n)
	}
	return lines, nil
}

// TestExport: the file has the list's rows, with what was chosen, within the viewer's scope.
func TestExport(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		lines, err := h.file("churn.losses", "")
		h.Must(err)
		if len(lines) != 4 || lines[0] != "爱丽丝 王总 成员zhang 部门 VIP、北区 门店 2026-11-21 07:00:00 2026-11-23 09:00:00 2 已流失 企业流失 未通知 企业已关闭这类通知" {
			t.Errorf("%q", lines)
		}
		lines, err = h.file("churn.losses", `{"member":["li"],"state":"returned"}`, "state", "customer", "external", "note")
		h.Must(err)
		if len(lines) != 1 || lines[0] != "已重新添加 卡罗尔 wmCarol 企业已关闭这类通知" {
			t.Errorf("%q", lines)
		}
		if lines, err := h.file("churn.losses", `{"member":["nobody"]}`); err != nil || len(lines) != 0 {
			t.Errorf("nothing: %q %v", lines, err)
		}
		h.lose(loss{member: "zhang", customer: "wmGone", name: "被删", deleted: true, ago: time.Hour, kept: day})
		h.lose(loss{member: "zhang", customer: "wmHanded", name: "转走", handed: true, ago: time.Hour, kept: day})
		for filter, want := range map[string]string{"": "被删", `{"handed":true}`: "转走"} {
			lines, err := h.file("churn.deletions", filter, "customer")
			h.Must(err)
			if strings.Join(lines, " ") != want {
				t.Errorf("deletions %s: %q, want %s", filter, lines, want)
			}
		}
		for _, filter := range []string{`{"odd":1}`, `{"state":"odd"}`, `[]`, `{"q":"` + strings.Repeat("长", 51) + `"}`} {
			if _, err := h.file("churn.losses", filter); err == nil {
				t.Errorf("%s was taken", filter)
			}
		}
		h.Viewer = sees(viewer.Self, "li")
		if lines, err := h.file("churn.losses", "", "external"); err != nil || strings.Join(lines, " ") != "wmCarol" {
			t.Errorf("a member takes away %q %v", lines, err)
		}
		h.Viewer.Permissions = []string{"churn.export", "churn.read"}
		if lines, err := h.file("churn.deletions", ""); err == nil {
			t.Errorf("without the right to see deletions: %q", lines)
		}
	})
}

// TestExportIsWhole: more rows than are read at a time, each once.
func TestExportIsWhole(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0, "zhang")
		const n = 1203
		h.Must(h.DB.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
			var rows db.Rows
			for i := range n {
				// Several at one moment: the page's key decides by id.
				rows = append(rows, []any{h.IDs.New(), corpID, "zhang", "wm" + strconv.Itoa(i), "客户" + strconv.Itoa(i), "", "[]", "", 1, 0, 1_700_000_000_000 + int64(i/7), false, true, 0, "off", ""})
			}
			_, err := tx.NewRaw("INSERT INTO churn_ending (id, corp_id, member_id, customer, name, remark, tags, state, add_way, added_at, ended_at, unknown, company, returned_at, notice, reason) VALUES ?", rows).Exec(ctx)
			return err
		}))
		lines, err := h.file("churn.losses", "", "external")
		h.Must(err)
		if len(lines) != n || len(slices.Compact(slices.Sorted(slices.Values(lines)))) != n {
			t.Errorf("%d lines", len(lines))
		}
	})
}
