package churn

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Filter narrows the list; all parts are joined by "and".
type Filter struct {
	Members     []string  `query:"member" maxItems:"100" doc:"userids"`
	Departments []int64   `query:"department" maxItems:"50" doc:"with all departments below"`
	From        time.Time `query:"from" doc:"lost at or after"`
	To          time.Time `query:"to" doc:"lost before"`
	State       string    `query:"state" enum:"all,lost,returned" default:"all"`
	Company     bool      `query:"company" doc:"only losses to the whole company"`
	Customer    string    `query:"customer" maxLength:"64" doc:"external_userid"`
}

type listInput struct {
	web.Paging
	Filter
}

// View is one loss as the console shows it.
type View struct {
	ID         id.ID      `json:"id"`
	CustomerID id.ID      `json:"customerId,omitzero" doc:"the customer's page; absent when the customer was never read"`
	Customer   string     `json:"customer"`
	Name       string     `json:"name"`
	Avatar     string     `json:"avatar"`
	Remark     string     `json:"remark"`
	Member     string     `json:"member"`
	MemberName string     `json:"memberName"`
	Department string     `json:"department" doc:"the member's main department"`
	Tags       []string   `json:"tags" doc:"at the time of the loss"`
	AddWay     int        `json:"addWay"`
	AddedAt    *time.Time `json:"addedAt,omitempty"`
	LostAt     time.Time  `json:"lostAt"`
	DaysKept   int        `json:"daysKept" doc:"whole days; -1 when not known"`
	Unknown    bool       `json:"unknown" doc:"found by a re-sync: time and doer are not known"`
	Company    bool       `json:"company" doc:"nobody else in the corp followed the customer any more"`
	ReturnedAt *time.Time `json:"returnedAt,omitempty"`
	Notice     Notice     `json:"notice" enum:"off,waiting,sent,failed"`
	Reason     string     `json:"reason,omitempty"`
}

// List shows losses in the viewer's scope, newest first.
func (s *service) List(ctx context.Context, in *listInput) (*web.Page[View], error) {
	v, members, err := s.ready(ctx, in.Filter)
	if err != nil {
		return nil, err
	}
	after, paged, err := web.DecodeCursor[key](in.After)
	if err != nil {
		return nil, err
	}
	var from *key
	if paged {
		from = &after
	}
	losses, err := page(ctx, s.db.Read(), v, in.Filter, members, from, in.Limit+1)
	if err != nil {
		return nil, err
	}
	p := web.NewPage(losses, in.Limit, func(l Loss) key { return key{db.MS(l.LostAt), l.ID} })
	views, err := s.views(ctx, v.Corp, p.Items)
	return &web.Page[View]{Items: views, Next: p.Next}, err
}

// ready finds the viewer and the members the filter names; nil means it names none.
func (s *service) ready(ctx context.Context, f Filter) (viewer.Viewer, []string, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return v, nil, err
	}
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		return v, nil, &fault.Fault{Code: fault.Invalid, Message: "筛选有误", Fields: []fault.Field{{Name: "to", Message: "结束时间须晚于开始时间"}}}
	}
	if len(f.Members) == 0 && len(f.Departments) == 0 {
		return v, nil, nil
	}
	below, err := mirror.MembersInDepartments(ctx, s.db.Read(), v.Corp, f.Departments)
	return v, append(append([]string{""}, f.Members...), below...), err // "" keeps IN () from being empty
}

// views dresses losses with names: three queries, however many rows.
func (s *service) views(ctx context.Context, corp string, losses []Loss) ([]View, error) {
	var members, customers []string
	for _, l := range losses {
		members, customers = append(members, l.Member), append(customers, l.Customer)
	}
	names, err := mirror.Names(ctx, s.db.Read(), corp, members)
	if err != nil {
		return nil, err
	}
	departments, err := mirror.MainDepartments(ctx, s.db.Read(), corp, members)
	if err != nil {
		return nil, err
	}
	people, err := mirror.Customers(ctx, s.db.Read(), corp, customers)
	if err != nil {
		return nil, err
	}
	views := make([]View, len(losses))
	for i, l := range losses {
		c := people[l.Customer]
		w := View{
			ID: l.ID, CustomerID: c.ID, Customer: l.Customer, Name: l.Name, Avatar: c.Avatar, Remark: l.Remark, Member: l.Member,
			MemberName: names[l.Member], Department: departments[l.Member], Tags: append([]string{}, l.Tags...), AddWay: l.AddWay,
			LostAt: l.LostAt, DaysKept: l.DaysKept(), Unknown: l.Unknown, Company: l.Company, Notice: l.Notice, Reason: l.Reason,
		}
		if w.Name == "" {
			w.Name = c.Name // learnt since
		}
		if !l.AddedAt.IsZero() {
			w.AddedAt = &l.AddedAt
		}
		if !l.ReturnedAt.IsZero() {
			w.ReturnedAt = &l.ReturnedAt
		}
		views[i] = w
	}
	return views, nil
}

// maxExport bounds a file people will open in a spreadsheet.
const maxExport = 100_000

var exportHeader = []string{"客户", "备注", "所属成员", "部门", "标签", "添加时间", "流失时间", "留存天数", "状态", "说明"}

// export streams the filtered list as CSV or XLSX.
func (s *service) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := filterOf(r)
	if err != nil {
		return err
	}
	v, members, err := s.ready(ctx, f)
	if err != nil {
		return err
	}
	zone := s.corps.Location(ctx, v.Corp)
	rows := func(yield func([]any, error) bool) {
		var after *key
		for done := 0; done < maxExport; {
			losses, err := page(ctx, s.db.Read(), v, f, members, after, 500)
			if err != nil {
				yield(nil, err)
				return
			}
			views, err := s.views(ctx, v.Corp, losses)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, x := range views {
				if !yield(x.cells(zone), nil) {
					return
				}
			}
			if len(losses) < 500 {
				return
			}
			last := losses[len(losses)-1]
			after, done = &key{db.MS(last.LostAt), last.ID}, done+len(losses)
		}
	}
	name := "流失记录-" + s.clock.Now().In(zone).Format("20060102")
	if strings.HasSuffix(r.URL.Path, ".xlsx") {
		return web.XLSX(w, name, "流失记录", exportHeader, rows)
	}
	return web.CSV(w, name, exportHeader, rows)
}

func (x View) cells(zone *time.Location) []any {
	stamp := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return t.In(zone).Format("2006-01-02 15:04")
	}
	days, state, remark := "", "已流失", ""
	if x.DaysKept >= 0 {
		days = strconv.Itoa(x.DaysKept)
	}
	if x.ReturnedAt != nil {
		state = "已重新添加"
	}
	if x.Unknown {
		remark = "同步时发现，流失时间未知"
	}
	return []any{x.Name, x.Remark, x.MemberName, x.Department, strings.Join(x.Tags, "、"), stamp(x.AddedAt), stamp(&x.LostAt), days, state, remark}
}

// filterOf reads the export's query, which has the list's names.
func filterOf(r *http.Request) (Filter, error) {
	q := r.URL.Query()
	f := Filter{State: q.Get("state"), Company: q.Get("company") == "true", Customer: q.Get("customer")}
	var check fault.Check
	for _, m := range q["member"] {
		f.Members = append(f.Members, strings.Split(m, ",")...)
	}
	for _, d := range q["department"] {
		for _, part := range strings.Split(d, ",") {
			n, err := strconv.ParseInt(part, 10, 64)
			check.That(err == nil, "department", "部门编号须为数字")
			f.Departments = append(f.Departments, n)
		}
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

// Setting is the corp's switch.
type Setting struct {
	Notify bool `json:"notify" doc:"被删除通知: the member is told at once"`
}

type settingInput struct{ Body Setting }

// GetSetting shows the switch.
func (s *service) GetSetting(ctx context.Context, _ *struct{}) (*Setting, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	on, err := notifies(ctx, s.db.Read(), v.Corp)
	return &Setting{Notify: on}, err
}

// PutSetting turns the switch.
func (s *service) PutSetting(ctx context.Context, in *settingInput) (*Setting, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return &in.Body, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		return putNotifies(ctx, tx, v.Corp, in.Body.Notify, v.Actor(), db.NowMS(s.clock))
	})
}

// timeline tells whether the member was told of the loss.
func (s *service) timeline(ctx context.Context, q ask.TimelineQuery) ([]ask.Entry, error) {
	var rows []row
	query := filtered(s.db.Read(), q.Viewer, Filter{Customer: q.Customer}, nil, &rows).Where("l.notice = ?", NoticeSent).Limit(int64(q.Limit + 1))
	if !q.Before.IsZero() {
		query = query.Where("l.lost_at <= ?", db.MS(q.Before))
	}
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	var entries []ask.Entry
	for _, r := range rows {
		e := ask.Entry{At: db.FromMS(r.LostAt), Key: "churn." + r.ID.String(), Kind: "churn.noticed", Member: r.Member, Href: "/churn"}
		if q.Covers(e) {
			entries = append(entries, e)
		}
	}
	return entries, nil
}
