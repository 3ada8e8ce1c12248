package intention

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// export is the list as a file.
func (s *service) export() feature.Export {
	columns := []feature.ExportColumn{
		{Key: "name", ZH: "客户", EN: "Customer", Chosen: true},
		{Key: "remark", ZH: "备注", EN: "Remark", Chosen: true},
		{Key: "corp", ZH: "所属企业", EN: "Company", Chosen: true},
		{Key: "points", ZH: "意向分", EN: "Points", Chosen: true},
		{Key: "level", ZH: "意向等级", EN: "Level", Chosen: true},
		{Key: "members", ZH: "跟进成员", EN: "Members", Chosen: true},
		{Key: "moved", ZH: "等级变化时间", EN: "Level changed", Chosen: true},
		{Key: "signal", ZH: "最近动态", EN: "Newest signal", Chosen: true},
		{Key: "signalAt", ZH: "最近动态时间", EN: "At", Chosen: true},
		{Key: "id", ZH: "外部联系人 ID", EN: "external_userid"},
	}
	return feature.Export{
		Key: "intention.customers", ZH: "高价值客户", EN: "High-value customers", Permission: permissionExport,
		Columns: func(context.Context, viewer.Viewer) ([]feature.ExportColumn, error) { return columns, nil },
		Check: func(_ context.Context, q feature.ExportQuery) error {
			f, err := filterOf(q.Filter)
			if err != nil {
				return err
			}
			return f.check()
		},
		Rows: s.rows,
		Total: func(ctx context.Context, q feature.ExportQuery) (int64, error) {
			f, err := filterOf(q.Filter)
			if err != nil {
				return 0, err
			}
			ready, err := s.ready(ctx, q.Viewer, f)
			if err != nil {
				return 0, err
			}
			total, err := ready.count(ctx)
			if !total.Exact {
				return 0, err // nobody knows
			}
			return total.Count, err
		},
	}
}

// filterOf reads the list's filter as the page sent it.
func filterOf(raw json.RawMessage) (Filter, error) {
	f := Filter{Max: -1}
	if len(raw) == 0 || string(raw) == "null" {
		return f, nil
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		return f, fault.New(fault.Invalid, "筛选条件无效，请刷新页面后重试")
	}
	return f, nil
}

// exportRows is how many customers are read at once.
const exportRows = 500

// rows reads the list page by page. The moment is that of its beginning, so that scores
// that fade meanwhile do not change places.
func (s *service) rows(ctx context.Context, q feature.ExportQuery) web.Rows {
	return func(yield func([]any, error) bool) {
		f, err := filterOf(q.Filter)
		var ready *question
		if err == nil {
			ready, err = s.ready(ctx, q.Viewer, f)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		zone := s.corps.Location(ctx, q.Viewer.Corp)
		var after *key
		for {
			rows, err := ready.page(ctx, after, exportRows)
			if err != nil {
				yield(nil, err)
				return
			}
			views, err := s.views(ctx, ready, rows)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, w := range views {
				if !yield(w.cells(q, zone), nil) {
					return
				}
			}
			if len(rows) < exportRows {
				return
			}
			last := rows[len(rows)-1]
			after = &key{last.OneAt, last.ID}
		}
	}
}

// cells are a customer's cells in the order of the file.
func (w View) cells(q feature.ExportQuery, zone *time.Location) []any {
	word := func(zh, en string) string {
		if q.English {
			return en
		}
		return zh
	}
	at := func(t *time.Time) any {
		if t == nil {
			return ""
		}
		return t.In(zone)
	}
	level, _ := levelOf(w.Level)
	cells := make([]any, 0, len(q.Columns))
	for _, c := range q.Columns {
		var cell any
		switch c {
		case "name":
			cell = w.Name
		case "remark":
			cell = w.Remark
		case "corp":
			cell = w.CorpName
		case "points":
			cell = w.Points
		case "level":
			cell = word(level.ZH(), level.EN())
		case "members":
			names := make([]string, len(w.Members))
			for i, m := range w.Members {
				names[i] = m.Name
			}
			cell = strings.Join(names, "、")
		case "moved":
			cell = at(w.MovedAt)
		case "signal":
			cell = word(signalOf(w.Signal).ZH, signalOf(w.Signal).EN)
		case "signalAt":
			cell = at(w.SignalAt)
		default:
			cell = w.Customer
		}
		cells = append(cells, cell)
	}
	return cells
}
