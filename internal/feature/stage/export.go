package stage

import (
	"context"
	"encoding/json"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// exportPage is how many rows are read at a time; memory does not grow with the file.
const exportPage = 500

// exportFilter is the list's filter as the page sends it.
type exportFilter struct {
	Flow id.ID `json:"flow"`
	Filter
}

// exports are the customers of a flow as a file.
func (s *service) exports() []feature.Export {
	return []feature.Export{{
		Key: "stage.cards", ZH: "客户阶段", EN: "Customer stages", Permission: "stage.export",
		Columns: func(context.Context, viewer.Viewer) ([]feature.ExportColumn, error) { return exportColumns(), nil },
		Check: func(ctx context.Context, q feature.ExportQuery) error {
			_, err := s.exported(ctx, q)
			return err
		},
		Rows: s.exportRows,
		Total: func(ctx context.Context, q feature.ExportQuery) (int64, error) {
			list, err := s.exported(ctx, q)
			if err != nil {
				return 0, err
			}
			n, err := list.count(ctx, s.db.Read())
			if !n.Exact {
				n.Count = 0
			}
			return n.Count, err
		},
	}}
}

func exportColumns() []feature.ExportColumn {
	return []feature.ExportColumn{
		{Key: "name", ZH: "客户", EN: "Customer", Chosen: true},
		{Key: "remark", ZH: "备注", EN: "Remark", Chosen: true},
		{Key: "member", ZH: "所属成员", EN: "Member", Chosen: true},
		{Key: "department", ZH: "部门", EN: "Department", Chosen: true},
		{Key: "stage", ZH: "阶段", EN: "Stage", Chosen: true},
		{Key: "joined", ZH: "进入流程", EN: "Entered the flow", Chosen: true},
		{Key: "entered", ZH: "进入阶段", EN: "Entered the stage", Chosen: true},
		{Key: "followed", ZH: "最近跟进", EN: "Last follow-up", Chosen: true},
		{Key: "due", ZH: "应跟进时间", EN: "Due", Chosen: true},
		{Key: "overdue", ZH: "是否逾期", EN: "Overdue", Chosen: true},
		{Key: "reminded", ZH: "已提醒次数", EN: "Reminders", Chosen: false},
	}
}

// exported is the list that a file shall hold.
func (s *service) exported(ctx context.Context, q feature.ExportQuery) (*question, error) {
	var f exportFilter
	if err := json.Unmarshal(q.Filter, &f); err != nil {
		return nil, fault.New(fault.Invalid, "筛选条件无效").Because(err)
	}
	return s.ready(viewer.With(ctx, q.Viewer), f.Flow, f.Filter)
}

// exportRows reads the list in pages, in its order.
func (s *service) exportRows(ctx context.Context, q feature.ExportQuery) web.Rows {
	return func(yield func([]any, error) bool) {
		list, err := s.exported(ctx, q)
		if err != nil {
			yield(nil, err)
			return
		}
		zone := s.corps.Location(ctx, q.Viewer.Corp)
		for after := (*key)(nil); ; {
			page, err := list.page(ctx, s.db.Read(), after, exportPage)
			var cards []Card
			if err == nil {
				cards, err = s.cards(ctx, list, page)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, c := range cards {
				row := make([]any, len(q.Columns))
				for i, column := range q.Columns {
					row[i] = c.cell(column, list.flow, zone, q.English)
				}
				if !yield(row, nil) {
					return
				}
			}
			if len(page) < exportPage {
				return
			}
			last := list.keyOf(page[len(page)-1])
			after = &last
		}
	}
}

func (c Card) cell(column string, f Flow, zone *time.Location, english bool) any {
	stamp := func(t *time.Time) any {
		if t == nil {
			return nil
		}
		return t.In(zone)
	}
	switch column {
	case "name":
		return c.Name
	case "remark":
		return c.Remark
	case "member":
		return c.MemberName
	case "department":
		return c.Department
	case "stage":
		return stageIn([]Flow{f}, c.Stage).Name
	case "joined":
		return stamp(&c.JoinedAt)
	case "entered":
		return stamp(&c.EnteredAt)
	case "followed":
		return stamp(c.FollowedAt)
	case "due":
		return stamp(c.DueAt)
	case "overdue":
		switch {
		case c.Overdue && english:
			return "yes"
		case english:
			return "no"
		case c.Overdue:
			return "是"
		}
		return "否"
	default:
		return c.Reminded
	}
}
