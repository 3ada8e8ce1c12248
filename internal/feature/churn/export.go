package churn

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// exportPage is how many endings are read at a time; memory does not grow with the file.
const exportPage = 500

// column is one column of a file.
type column struct {
	feature.ExportColumn
	cell func(x View, in file) any
}

// file is what the cells of a file have in common.
type file struct {
	zone    *time.Location
	english bool
}

// say is the word of the file's language.
func (f file) say(zh, en string) string {
	if f.english {
		return en
	}
	return zh
}

func (f file) stamp(t *time.Time) any {
	if t == nil {
		return nil
	}
	return t.In(f.zone)
}

// columns are those of a list; days stay a number, so that a spreadsheet can reckon with them.
func columns(kind Kind) []column {
	lost := kind == Lost
	tagsZH, tagsEN, endZH, endEN := "删除时的标签", "Tags when deleted", "删除时间", "Deleted at"
	if lost {
		tagsZH, tagsEN, endZH, endEN = "流失时的标签", "Tags when lost", "流失时间", "Lost at"
	}
	all := []column{
		{feature.ExportColumn{Key: "customer", ZH: "客户", EN: "Customer", Chosen: true}, func(x View, _ file) any { return x.Name }},
		{feature.ExportColumn{Key: "remark", ZH: "备注", EN: "Remark", Chosen: true}, func(x View, _ file) any { return x.Remark }},
		{feature.ExportColumn{Key: "external", ZH: "外部联系人 ID", EN: "External user id"}, func(x View, _ file) any { return x.Customer }},
		{feature.ExportColumn{Key: "member", ZH: "成员", EN: "Member", Chosen: true}, func(x View, _ file) any { return x.MemberName }},
		{feature.ExportColumn{Key: "userid", ZH: "成员账号", EN: "Userid"}, func(x View, _ file) any { return x.Member }},
		{feature.ExportColumn{Key: "department", ZH: "部门", EN: "Department", Chosen: true}, func(x View, _ file) any { return x.Department }},
		{feature.ExportColumn{Key: "tags", ZH: tagsZH, EN: tagsEN, Chosen: true}, func(x View, in file) any { return strings.Join(x.Tags, in.say("、", ", ")) }},
		{feature.ExportColumn{Key: "channel", ZH: "渠道", EN: "Channel", Chosen: true}, func(x View, _ file) any { return x.Channel }},
		{feature.ExportColumn{Key: "added", ZH: "添加时间", EN: "Added at", Chosen: true}, func(x View, in file) any { return in.stamp(x.AddedAt) }},
		{feature.ExportColumn{Key: "ended", ZH: endZH, EN: endEN, Chosen: true}, func(x View, in file) any { return in.stamp(&x.EndedAt) }},
		{feature.ExportColumn{Key: "days", ZH: "留存天数", EN: "Days kept", Chosen: true}, days},
		{feature.ExportColumn{Key: "state", ZH: "状态", EN: "State", Chosen: true}, state(kind)},
		{feature.ExportColumn{Key: "reach", ZH: "范围", EN: "Reach", Chosen: true}, reach},
	}
	if lost {
		all = append(all, column{feature.ExportColumn{Key: "notice", ZH: "通知成员", EN: "Notice to the member", Chosen: true}, noticeCell})
	}
	return append(all, column{feature.ExportColumn{Key: "note", ZH: "说明", EN: "Note", Chosen: true}, note})
}

func days(x View, _ file) any {
	if x.DaysKept < 0 {
		return nil
	}
	return x.DaysKept
}

func state(kind Kind) func(x View, in file) any {
	return func(x View, in file) any {
		switch {
		case x.ReturnedAt != nil:
			return in.say("已重新添加", "Added again")
		case kind == Lost:
			return in.say("已流失", "Lost")
		}
		return in.say("已删除", "Deleted")
	}
}

func reach(x View, in file) any {
	if x.Company {
		return in.say("企业流失", "Whole company")
	}
	return in.say("仅该成员", "This member only")
}

func noticeCell(x View, in file) any {
	switch x.Notice {
	case NoticeWaiting:
		return in.say("发送中", "Being sent")
	case NoticeHeld:
		return in.say("稍后汇总", "In the next digest")
	case NoticeSent:
		return in.say("已通知", "Sent")
	case NoticeFailed:
		return in.say("发送失败", "Failed")
	case NoticeOff:
		return in.say("未通知", "Not told")
	case NoticePast:
	}
	return ""
}

func note(x View, in file) any {
	if x.Unknown {
		return in.say("同步时发现，时间未知", "Found by a sync, time unknown")
	}
	return x.Reason.In(in.english, notice.Becauses())
}

// exportFilter is the list's filter as the page sends it.
type exportFilter struct {
	Filter
	Handed bool `json:"handed,omitempty"`
}

func exportFilterOf(raw json.RawMessage) (exportFilter, error) {
	var f exportFilter
	if len(raw) == 0 {
		return f, nil
	}
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return f, fault.New(fault.Invalid, "筛选条件无法识别").Because(err)
	}
	return f, f.check()
}

// export is a list as a file.
func (s *service) export(kind Kind, name, zh, en, also string) feature.Export {
	may := func(v viewer.Viewer) error {
		if !v.Can(also) {
			return fault.New(fault.Forbidden, "没有查看这个列表的权限")
		}
		return nil
	}
	ask := func(ctx context.Context, q feature.ExportQuery) (*question, error) {
		f, err := exportFilterOf(q.Filter)
		if err != nil {
			return nil, err
		}
		of := kind
		if f.Handed && kind == Deleted {
			of = Handed
		}
		return s.readyFor(ctx, q.Viewer, of, f.Filter)
	}
	return feature.Export{
		Key: slug + "." + name, ZH: zh, EN: en, Permission: "churn.export",
		Columns: func(_ context.Context, v viewer.Viewer) ([]feature.ExportColumn, error) {
			if err := may(v); err != nil {
				return nil, err
			}
			var all []feature.ExportColumn
			for _, c := range columns(kind) {
				all = append(all, c.ExportColumn)
			}
			return all, nil
		},
		Check: func(ctx context.Context, q feature.ExportQuery) error {
			if err := may(q.Viewer); err != nil {
				return err
			}
			_, err := ask(ctx, q)
			return err
		},
		Rows: func(ctx context.Context, q feature.ExportQuery) web.Rows {
			chosen, in := chosenColumns(kind, q.Columns), file{s.corps.Location(ctx, q.Viewer.Corp), q.English}
			asked, err := ask(ctx, q)
			return web.Pages(func(after *key) ([]View, *key, error) {
				if err != nil {
					return nil, nil, err
				}
				if err := may(q.Viewer); err != nil {
					return nil, nil, err
				}
				endings, err := asked.page(ctx, s.db.Read(), after, exportPage)
				if err != nil {
					return nil, nil, err
				}
				views, err := s.views(ctx, q.Viewer, endings)
				return views, web.NextPage(endings, exportPage, keyOf), err
			}, func(x View) []any {
				cells := make([]any, len(chosen))
				for i, c := range chosen {
					cells[i] = c.cell(x, in)
				}
				return cells
			})
		},
		Total: func(ctx context.Context, q feature.ExportQuery) (int64, error) {
			asked, err := ask(ctx, q)
			if err != nil || asked.nothing() {
				return 0, err
			}
			var rows []row
			n, err := asked.endings(s.db.Read(), &rows).Count(ctx)
			return n, err
		},
	}
}

func chosenColumns(kind Kind, keys []string) []column {
	all := columns(kind)
	var chosen []column
	for _, k := range keys {
		if i := slices.IndexFunc(all, func(c column) bool { return c.Key == k }); i >= 0 {
			chosen = append(chosen, all[i])
		}
	}
	return chosen
}
