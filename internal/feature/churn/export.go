package churn

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// exportPage is how many losses are read at a time; memory does not grow with the file.
const exportPage = 500

// export streams the filtered list as CSV or XLSX, in the order of the list.
func (s *service) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := filterOf(r.URL.Query())
	if err != nil {
		return err
	}
	q, err := s.ready(ctx, f)
	if err != nil {
		return err
	}
	web.Note(ctx, web.Change{Object: "churn:export", After: r.URL.Query()})
	sheet := strings.HasSuffix(r.URL.Path, ".xlsx")
	zone := s.corps.Location(ctx, q.viewer.Corp)
	rows := func(yield func([]any, error) bool) {
		var after *key
		for done := 0; ; {
			losses, err := q.page(ctx, s.db.Read(), after, exportPage)
			if done += len(losses); err == nil && sheet && done >= web.MaxXLSXRows {
				err = fault.New(fault.TooLarge, "超过 Excel 一张表的行数上限，请缩小筛选范围，或导出 CSV")
			}
			var views []View
			if err == nil {
				views, err = s.views(ctx, q.viewer.Corp, losses)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, x := range views {
				if !yield(x.cells(zone), nil) {
					return
				}
			}
			if len(losses) < exportPage {
				return
			}
			last := losses[len(losses)-1]
			after = &key{db.MS(last.LostAt), last.ID}
		}
	}
	name := "流失记录-" + s.clock.Now().In(zone).Format("20060102")
	header := []string{"客户", "备注", "所属成员", "部门", "流失时的标签", "添加时间", "流失时间", "留存天数", "状态", "流失范围", "通知成员", "说明"}
	if sheet {
		return web.XLSX(w, name, "流失记录", header, rows)
	}
	return web.CSV(w, name, header, rows)
}

// cells are a line of the file; days stay a number, so that a spreadsheet can reckon with them.
func (x View) cells(zone *time.Location) []any {
	stamp := func(t *time.Time) any {
		if t == nil {
			return nil
		}
		return t.In(zone)
	}
	var days any
	state, reach, remark := "已流失", "仅该成员", x.Reason
	if x.DaysKept >= 0 {
		days = x.DaysKept
	}
	if x.ReturnedAt != nil {
		state = "已重新添加"
	}
	if x.Company {
		reach = "企业流失"
	}
	if x.Unknown {
		remark = "同步时发现，流失时间未知"
	}
	notice := map[Notice]string{NoticeOff: "未通知", NoticeWaiting: "发送中", NoticeSent: "已通知", NoticeFailed: "发送失败"}[x.Notice]
	return []any{x.Name, x.Remark, x.MemberName, x.Department, strings.Join(x.Tags, "、"), stamp(x.AddedAt), stamp(&x.LostAt), days, state, reach, notice, remark}
}

// filterOf reads the export's query: the list's names under the list's rules.
func filterOf(q url.Values) (Filter, error) {
	f := Filter{Text: q.Get("q"), Members: q["member"], State: q.Get("state")}
	var check fault.Check
	for name := range q {
		known := slices.Contains([]string{"q", "member", "department", "from", "to", "state", "company"}, name)
		check.That(known, name, "没有这样的筛选条件")
	}
	check.That(utf8.RuneCountInString(f.Text) <= 50, "q", "最多 50 个字")
	check.That(len(f.Members) <= 100, "member", "最多 100 名成员")
	check.That(len(q["department"]) <= 50, "department", "最多 50 个部门")
	check.That(slices.Contains([]string{"", "all", "lost", "returned"}, f.State), "state", "须为 all、lost 或 returned")
	for _, d := range q["department"] {
		n, err := strconv.ParseInt(d, 10, 64)
		check.That(err == nil, "department", "部门编号须为数字")
		f.Departments = append(f.Departments, n)
	}
	if text := q.Get("company"); text != "" {
		only, err := strconv.ParseBool(text)
		check.That(err == nil, "company", "须为 true 或 false")
		f.Company = only
	}
	for name, at := range map[string]*time.Time{"from": &f.From, "to": &f.To} {
		if text := q.Get(name); text != "" {
			t, err := time.Parse(time.RFC3339, text)
			check.That(err == nil, name, "时间须为 RFC 3339 格式，例如 2026-11-22T00:00:00+08:00")
			*at = t
		}
	}
	return f, check.Err()
}
