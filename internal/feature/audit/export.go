package audit

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

// exportPage is how many entries are read at a time; memory does not grow with the file.
const exportPage = 500

// export streams the filtered list as CSV or XLSX, in the order of the list, with the
// hashes: whoever has the file can prove it without us.
func (s *service) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := filterOf(r.URL.Query())
	if err != nil {
		return err
	}
	c, err := s.choose(ctx, f)
	if err != nil {
		return err
	}
	web.Note(ctx, web.Change{Object: "audit:export", After: f})
	sheet := strings.HasSuffix(r.URL.Path, ".xlsx")
	zone := s.corps.Location(ctx, c.viewer.Corp)
	var names map[string]string // of the page in hand
	rows := web.Pages(func(after *key) ([]entry, *key, error) {
		found, err := c.page(ctx, s.db.Read(), after, exportPage)
		if err == nil {
			names, err = s.names(ctx, c.viewer, found)
		}
		return found, web.NextPage(found, exportPage, placeOf), err
	}, func(e entry) []any { return e.cells(zone, names) })
	name := "操作日志-" + s.clock.Now().In(zone).Format("20060102")
	header := []string{"序号", "时间", "操作人", "操作人标识", "代表", "操作", "操作标识", "对象", "对象名称", "结果", "状态码", "原因", "变更", "IP 地址", "设备", "耗时（毫秒）", "请求编号", "哈希"}
	if sheet {
		return web.XLSX(w, name, "操作日志", header, rows)
	}
	return web.CSV(w, name, header, rows)
}

// maxCell is the most that a cell of a spreadsheet takes.
const maxCell = 32_000

func (e *entry) cells(zone *time.Location, names map[string]string) []any {
	outcome := map[web.Outcome]string{web.Done: "成功", web.Refused: "被拒绝", web.Failed: "失败"}[e.Outcome]
	return []any{
		e.Seq, db.FromMS(e.At).In(zone), e.ActorName, e.Actor, e.OnBehalf, e.Summary, e.Operation, e.Object, e.called(names), outcome, e.Status,
		e.Code, clean(e.told(), maxCell), e.Address, deviceOf(e.Agent), float64(e.Took) / 1000, e.Reference, e.Hash,
	}
}

// told is the changes as one text.
func (e *entry) told() string {
	changes, err := e.changes()
	if err != nil {
		return ""
	}
	var lines []string
	text := func(s *string) string {
		if s == nil {
			return "（无）"
		}
		return *s
	}
	for _, c := range changes {
		v := c.view()
		for _, f := range v.Fields {
			lines = append(lines, v.Object+" "+f.Path+"："+text(f.Before)+" → "+text(f.After))
		}
		if len(v.Fields) == 0 {
			lines = append(lines, v.Object)
		}
	}
	return strings.Join(lines, "\n")
}

// filterOf reads the export's query: the list's names under the list's rules.
func filterOf(q url.Values) (Filter, error) {
	f := Filter{
		Text: q.Get("q"), Member: q.Get("member"), Actor: q.Get("actor"), Operation: q.Get("operation"), Object: q.Get("object"),
		Outcome: web.Outcome(q.Get("outcome")), Address: q.Get("address"), Chain: q.Get("chain"),
	}
	var check fault.Check
	known := []string{"q", "member", "actor", "operation", "object", "outcome", "address", "chain", "from", "to"}
	for name, values := range q {
		check.That(slices.Contains(known, name), name, "没有这样的筛选条件")
		check.That(utf8.RuneCountInString(values[0]) <= 200, name, "最多 200 个字")
	}
	check.That(slices.Contains([]web.Outcome{"", web.Done, web.Refused, web.Failed}, f.Outcome), "outcome", "须为 done、refused 或 failed")
	check.That(slices.Contains([]string{"", "corp", "installation"}, f.Chain), "chain", "须为 corp 或 installation")
	for name, at := range map[string]*int64{"from": &f.From, "to": &f.To} {
		if text := q.Get(name); text != "" {
			n, err := strconv.ParseInt(text, 10, 64)
			check.That(err == nil && n >= 0, name, "时间须为毫秒数")
			*at = n
		}
	}
	return f, check.Err()
}
