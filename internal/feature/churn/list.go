package churn

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Filter narrows the list; all parts are joined by "and".
type Filter struct {
	Text        string    `query:"q" maxLength:"50" doc:"part of the customer's name, remark, company or, with the permission customer.phone, phone"`
	Members     []string  `query:"member,explode" maxItems:"100" doc:"userids"`
	Departments []int64   `query:"department,explode" maxItems:"50" doc:"with all departments below"`
	From        time.Time `query:"from" doc:"lost at or after"`
	To          time.Time `query:"to" doc:"lost before"`
	State       string    `query:"state" enum:"all,lost,returned" default:"all"`
	Company     bool      `query:"company" doc:"only losses to the whole company"`
}

// check refuses what the types cannot.
func (f Filter) check() error {
	var check fault.Check
	check.That(f.From.IsZero() || f.To.IsZero() || f.From.Before(f.To), "to", "结束时间须晚于开始时间")
	check.That(f.Text == db.Clean(f.Text), "q", "含有无效字符")
	for _, m := range f.Members {
		check.That(m != "" && len(m) <= 64 && m == db.Clean(m), "member", "成员账号无效")
	}
	return check.Err()
}

// question is a filter made ready for SQL within the viewer's scope.
type question struct {
	Filter
	viewer  viewer.Viewer
	members []string // of whom the loss is one's, when named
	named   bool     // the filter names members, be it nobody
	match   search.Match
}

func (s *service) ready(ctx context.Context, f Filter) (*question, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	q := &question{Filter: f, viewer: v, members: f.Members, named: len(f.Members)+len(f.Departments) > 0}
	if len(f.Departments) > 0 {
		below, err := mirror.MembersInDepartments(ctx, s.db.Read(), v.Corp, f.Departments)
		if err != nil {
			return nil, err
		}
		q.members = append(append([]string{}, f.Members...), below...)
	}
	q.match, err = s.search.Find(ctx, s.db.Read(), v.Corp, "follow", f.Text)
	return q, err
}

// nothing tells that no row can match.
func (q *question) nothing() bool {
	return q.named && len(q.members) == 0 || q.match.None()
}

// losses is the query within the viewer's scope.
func (q *question) losses(r db.Querier, rows *[]row) *bun.SelectQuery {
	scope := q.viewer.Where("l.corp_id", "l.member_id")
	query := r.NewSelect().Model(rows).Where(scope.SQL, scope.Args...)
	if q.named {
		query = query.Where("l.member_id IN (?)", bun.List(q.members))
	}
	if !q.From.IsZero() {
		query = query.Where("l.lost_at >= ?", db.MS(q.From))
	}
	if !q.To.IsZero() {
		query = query.Where("l.lost_at < ?", db.MS(q.To))
	}
	switch q.State {
	case "lost":
		query = query.Where("l.returned_at = 0")
	case "returned":
		query = query.Where("l.returned_at > 0")
	}
	if q.Company {
		query = query.Where("l.company = ?", true)
	}
	if q.match.Everything() {
		return query
	}
	sql, args := q.match.Condition("f.id")
	found := r.NewSelect().TableExpr("mirror_follow AS f").Where(sql, args...)
	if c := mirror.WithoutPhones(q.viewer, "f", q.Text); c.SQL != "" {
		found = found.Where(c.SQL, c.Args...)
	}
	if q.match.Common() { // asked of each loss in turn
		return query.Where("(?) > 0", found.ColumnExpr("COUNT(*)").Where("f.corp_id = l.corp_id AND f.member_id = l.member_id AND f.customer = l.customer"))
	}
	return query.Where("(l.customer, l.member_id) IN (?)", found.ColumnExpr("f.customer, f.member_id").Where("f.corp_id || '' = ?", q.viewer.Corp))
}

// key is a place in the list, newest first.
type key struct {
	LostAt int64 `json:"l"`
	ID     id.ID `json:"i"`
}

// page reads up to limit losses, newest first.
func (q *question) page(ctx context.Context, r db.Querier, after *key, limit int) ([]Loss, error) {
	if q.nothing() {
		return nil, nil
	}
	var rows []row
	query := q.losses(r, &rows).OrderExpr("l.lost_at DESC, l.id DESC").Limit(int64(limit))
	if after != nil {
		query = query.Where("(l.lost_at, l.id) < (?, ?)", after.LostAt, after.ID)
	}
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	return lossesOf(rows)
}

type listInput struct {
	web.Paging
	Filter
}

type countInput struct{ Filter }

// List shows losses in the viewer's scope, newest first.
func (s *service) List(ctx context.Context, in *listInput) (*web.Page[View], error) {
	q, err := s.ready(ctx, in.Filter)
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
	losses, err := q.page(ctx, s.db.Read(), from, in.Limit+1)
	if err != nil {
		return nil, err
	}
	p := web.NewPage(losses, in.Limit, func(l Loss) key { return key{db.MS(l.LostAt), l.ID} })
	views, err := s.views(ctx, q.viewer.Corp, p.Items)
	return &web.Page[View]{Items: views, Next: p.Next}, err
}

// exactUpTo is where counting stops: a number beyond it helps nobody and costs a walk.
const exactUpTo = 10_000

// Count counts the rows of List, exactly up to 10 000.
func (s *service) Count(ctx context.Context, in *countInput) (*web.Total, error) {
	q, err := s.ready(ctx, in.Filter)
	if err != nil || q.nothing() {
		return &web.Total{Exact: true}, err
	}
	var rows []row
	some := q.losses(s.db.Read(), &rows).ColumnExpr("1").Limit(exactUpTo + 1)
	var n int64
	err = s.db.Read().NewRaw("SELECT COUNT(*) FROM (?) AS r", some).Scan(ctx, &n)
	return &web.Total{Count: min(n, exactUpTo), Exact: n <= exactUpTo}, err
}

// View is one loss as the console shows it.
type View struct {
	ID         id.ID      `json:"id"`
	CustomerID id.ID      `json:"customerId,omitzero" doc:"the customer's page; absent when the customer was never read"`
	Customer   string     `json:"customer"`
	Name       string     `json:"name"`
	Avatar     string     `json:"avatar"`
	Type       int        `json:"type" doc:"1 WeChat, 2 WeCom, 0 not yet known"`
	Gender     int        `json:"gender" doc:"0 unknown, 1 male, 2 female"`
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
			ID: l.ID, CustomerID: c.ID, Customer: l.Customer, Name: l.Name, Avatar: c.Avatar, Type: c.Type, Gender: c.Gender,
			Remark: l.Remark, Member: l.Member, MemberName: names[l.Member], Department: departments[l.Member],
			Tags: append([]string{}, l.Tags...), AddWay: l.AddWay, LostAt: l.LostAt, DaysKept: l.DaysKept(),
			Unknown: l.Unknown, Company: l.Company, Notice: l.Notice, Reason: l.Reason,
		}
		if strings.TrimSpace(w.Name) == "" {
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
