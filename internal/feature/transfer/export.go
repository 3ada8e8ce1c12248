package transfer

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// exportPage is how many items are read at a time; memory does not grow with the file.
const exportPage = 500

// export streams the filtered items as CSV or XLSX, in the order of the list.
func (s *service) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := viewer.From(ctx)
	if err != nil {
		return err
	}
	f, err := filterOf(r.URL.Query())
	if err != nil {
		return err
	}
	web.Note(ctx, web.Change{Object: "transfer:export", After: r.URL.Query()})
	sheet := strings.HasSuffix(r.URL.Path, ".xlsx")
	zone := s.corps.Location(ctx, v.Corp)
	rows := func(yield func([]any, error) bool) {
		var after id.ID
		for done := 0; ; {
			items, err := itemPage(ctx, s.db.Read(), v, f, after, exportPage)
			if done += len(items); err == nil && sheet && done >= web.MaxXLSXRows {
				err = fault.New(fault.TooLarge, "超过 Excel 一张表的行数上限，请缩小筛选范围，或导出 CSV")
			}
			var views []ItemView
			if err == nil {
				views, err = s.itemViews(ctx, v.Corp, items)
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
			if len(items) < exportPage {
				return
			}
			after = items[len(items)-1].ID
		}
	}
	name := "转接明细-" + s.clock.Now().In(zone).Format("20060102")
	header := []string{"类型", "名称", "编号", "原成员", "接替成员", "转接方式", "接替成员此前已是好友", "状态", "原因", "错误码", "创建时间", "发出时间", "完成时间"}
	if sheet {
		return web.XLSX(w, name, "转接明细", header, rows)
	}
	return web.CSV(w, name, header, rows)
}

// words of a file.
func stateWord(s State) string {
	return map[State]string{
		Planned: "待发出", Sent: "发出中", Waiting: "等待接替", Accepted: "接替完毕", Refused: "客户拒绝", Full: "接替成员客户达上限", Failed: "转接失败", Cancelled: "已取消",
	}[s]
}

func (x ItemView) cells(zone *time.Location) []any {
	stamp := func(t *time.Time) any {
		if t == nil {
			return nil
		}
		return t.In(zone)
	}
	kind, how, friends := "客户", "在职继承", "否"
	if x.Kind == OfGroup {
		kind = "客户群"
	}
	if x.Resigned {
		how = "离职继承"
	}
	if x.Friends {
		friends = "是"
	}
	var code any
	if x.Code != 0 {
		code = x.Code
	}
	return []any{kind, x.Name, x.Subject, x.From.Name, x.To.Name, how, friends, stateWord(x.State), x.Reason, code, stamp(&x.CreatedAt), stamp(x.SentAt), stamp(x.SettledAt)}
}

// filterOf reads the export's query: the list's names under the list's rules.
func filterOf(q url.Values) (ItemFilter, error) {
	f := ItemFilter{Kind: q.Get("kind"), State: q["state"], Member: q.Get("member"), Resigned: q.Get("resigned"), Text: q.Get("q")}
	var check fault.Check
	for name := range q {
		known := slices.Contains([]string{"transfer", "kind", "state", "member", "resigned", "q", "from", "to"}, name)
		check.That(known, name, "没有这样的筛选条件")
	}
	check.That(slices.Contains([]string{"", "customer", "group"}, f.Kind), "kind", "须为 customer 或 group")
	check.That(slices.Contains([]string{"", "yes", "no"}, f.Resigned), "resigned", "须为 yes 或 no")
	check.That(utf8.RuneCountInString(f.Text) <= 50, "q", "最多 50 个字")
	check.That(len(f.Member) <= 64, "member", "成员账号无效")
	check.That(len(f.State) <= 8, "state", "最多 8 个状态")
	if text := q.Get("transfer"); text != "" {
		n, err := id.Parse(text)
		check.That(err == nil, "transfer", "转接编号无效")
		f.Transfer = n
	}
	for name, at := range map[string]*time.Time{"from": &f.From, "to": &f.To} {
		if text := q.Get(name); text != "" {
			t, err := time.Parse(time.RFC3339, text)
			check.That(err == nil, name, "时间须为 RFC 3339 格式，例如 2026-11-22T00:00:00+08:00")
			*at = t
		}
	}
	if err := check.Err(); err != nil {
		return f, err
	}
	return f, f.check()
}
