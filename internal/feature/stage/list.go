package stage

import (
	"context"
	"strconv"
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

// Filter narrows a flow's customers; all parts are joined by "and".
type Filter struct {
	Text        string    `json:"q,omitempty" query:"q" maxLength:"50" doc:"part of the customer's name, remark, company or, with the permission customer.phone, phone"`
	Members     []string  `json:"member,omitempty" query:"member,explode" maxItems:"100" doc:"userids"`
	Departments []int64   `json:"department,omitempty" query:"department,explode" maxItems:"50" doc:"with all departments below"`
	Stages      []string  `json:"stage,omitempty" query:"stage,explode" maxItems:"10" doc:"ids"`
	Overdue     bool      `json:"overdue,omitempty" query:"overdue" doc:"only those whose follow-up is overdue, the longest first"`
	From        time.Time `json:"from,omitzero" query:"from" doc:"came into the flow at or after"`
	To          time.Time `json:"to,omitzero" query:"to" doc:"came into the flow before"`
	Reached     id.ID     `json:"reached,omitzero" query:"reached" doc:"has been in this stage or a later one of the order, those that ended without success left out"`
	Gone        bool      `json:"gone,omitempty" query:"gone" doc:"only those whose follow has ended"`
}

func (f Filter) check() error {
	var check fault.Check
	check.That(f.From.IsZero() || f.To.IsZero() || f.From.Before(f.To), "to", "结束时间须晚于开始时间")
	check.That(f.Text == db.Clean(f.Text), "q", "含有无效字符")
	for i, m := range f.Members {
		check.That(m != "" && len(m) <= 64 && m == db.Clean(m), "member["+strconv.Itoa(i)+"]", "成员账号无效")
	}
	for i, x := range f.Stages {
		_, err := id.Parse(x)
		check.That(err == nil, "stage["+strconv.Itoa(i)+"]", "没有这个阶段")
	}
	return check.Err()
}

// stages are the ids of the stages named.
func (f Filter) stages() []id.ID {
	var ids []id.ID
	for _, x := range f.Stages {
		if one, err := id.Parse(x); err == nil {
			ids = append(ids, one)
		}
	}
	return ids
}

// question is a filter made ready for SQL within the viewer's scope.
type question struct {
	Filter
	flow    Flow
	viewer  viewer.Viewer
	members []string
	named   bool // the filter names members, be it nobody
	match   search.Match
	// searched tells that match narrows the list.
	searched bool
	now      int64
}

// ready finds the flow as the viewer may see it and prepares the filter.
func (s *service) ready(ctx context.Context, flow id.ID, f Filter) (*question, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	found, err := s.seenFlow(ctx, v, flow)
	if err != nil {
		return nil, err
	}
	q := &question{Filter: f, flow: found, viewer: v, members: f.Members, named: len(f.Members)+len(f.Departments) > 0, now: db.NowMS(s.clock)}
	if len(f.Departments) > 0 {
		below, err := mirror.MembersInDepartments(ctx, s.db.Read(), v.Corp, f.Departments)
		if err != nil {
			return nil, err
		}
		q.members = append(append([]string{}, f.Members...), below...)
	}
	if f.Text != "" {
		q.searched = true
		q.match, err = s.search.Find(ctx, s.db.Read(), v.Corp, "follow", f.Text)
	}
	return q, err
}

// seenFlow finds a flow that is for the viewer or somebody in his scope.
func (s *service) seenFlow(ctx context.Context, v viewer.Viewer, flow id.ID) (Flow, error) {
	f, err := flowByID(ctx, s.db.Read(), v.Corp, flow)
	if err != nil {
		return f, err
	}
	his, err := s.isFor(ctx, v, f)
	if err == nil && !his {
		err = fault.Missing("流程")
	}
	return f, err
}

// nothing tells that no row can match.
func (q *question) nothing() bool {
	return q.named && len(q.members) == 0 || q.searched && q.match.None()
}

// rows is the query within the viewer's scope, without order.
func (q *question) rows(r db.Querier, rows *[]placement) *bun.SelectQuery {
	scope := q.viewer.Where("p.corp_id", "p.member_id")
	query := r.NewSelect().Model(rows).Where(scope.SQL, scope.Args...).Where("p.flow_id = ?", q.flow.ID)
	if q.Gone {
		query = query.Where("p.gone_at > 0")
	} else {
		query = query.Where("p.shown = ?", true)
	}
	if len(q.Stages) > 0 {
		query = query.Where("p.stage_id IN (?)", bun.List(q.stages()))
	}
	if q.named {
		query = query.Where("p.member_id IN (?)", bun.List(q.members))
	}
	if q.Overdue {
		query = query.Where("p.due_at > 0 AND p.due_at <= ?", q.now)
	}
	if !q.From.IsZero() {
		query = query.Where("p.joined_at >= ?", db.MS(q.From))
	}
	if !q.To.IsZero() {
		query = query.Where("p.joined_at < ?", db.MS(q.To))
	}
	if q.Reached != 0 {
		query = query.Where(`EXISTS (SELECT 1 FROM stage_move AS m WHERE m.placement_id = p.id AND m.to_id IN (?))`, bun.List(q.flow.from(q.Reached)))
	}
	if !q.searched || q.match.Everything() {
		return query
	}
	sql, args := q.match.Condition("p.follow_id")
	query = query.Where(sql, args...)
	if c := mirror.WithoutPhones(q.viewer, "f", q.Text); c.SQL != "" {
		narrow := r.NewSelect().TableExpr("mirror_follow AS f").ColumnExpr("COUNT(*)").Where("f.id = p.follow_id").Where(c.SQL, c.Args...)
		query = query.Where("(?) > 0", narrow)
	}
	return query
}

// from are the stages from one on, those that ended without success left out.
func (f Flow) from(which id.ID) []id.ID {
	ids := []id.ID{0}
	on := false
	for _, s := range f.Stages {
		if on = on || s.ID == which; on && s.Class != Lost {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// key is a place in the list: newest entered first, or the longest overdue first.
type key struct {
	At int64 `json:"a"`
	ID id.ID `json:"i"`
}

func (q *question) keyOf(p placement) key {
	if q.Overdue {
		return key{p.DueAt, p.ID}
	}
	return key{p.EnteredAt, p.ID}
}

// page reads up to limit rows in the list's order.
func (q *question) page(ctx context.Context, r db.Querier, after *key, limit int) ([]placement, error) {
	if q.nothing() {
		return nil, nil
	}
	var rows []placement
	query := q.rows(r, &rows).Limit(int64(limit))
	switch {
	case q.Overdue && after != nil:
		query = query.Where("(p.due_at, p.id) > (?, ?)", after.At, after.ID)
	case after != nil:
		query = query.Where("(p.entered_at, p.id) < (?, ?)", after.At, after.ID)
	}
	if q.Overdue {
		query = query.OrderExpr("p.due_at, p.id")
	} else {
		query = query.OrderExpr("p.entered_at DESC, p.id DESC")
	}
	return rows, query.Scan(ctx)
}

// exactUpTo is where counting stops: a number beyond it helps nobody and costs a walk.
const exactUpTo = 10_000

// count counts the rows, exactly up to 10 000.
func (q *question) count(ctx context.Context, r db.Querier) (web.Total, error) {
	if q.nothing() {
		return web.Total{Exact: true}, nil
	}
	var rows []placement
	some := q.rows(r, &rows).ColumnExpr("1").Limit(exactUpTo + 1)
	var n int64
	err := r.NewRaw("SELECT COUNT(*) FROM (?) AS r", some).Scan(ctx, &n)
	return web.Total{Count: min(n, exactUpTo), Exact: n <= exactUpTo}, err
}

type cardsInput struct {
	ID id.ID `path:"id" doc:"of the flow"`
	web.Paging
	Filter
}

type boardInput struct {
	ID id.ID `path:"id" doc:"of the flow"`
	Filter
}

// Cards lists a flow's customers in the viewer's scope, the newest in their stage first.
func (s *service) Cards(ctx context.Context, in *cardsInput) (*web.Page[Card], error) {
	q, err := s.ready(ctx, in.ID, in.Filter)
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
	rows, err := q.page(ctx, s.db.Read(), from, in.Limit+1)
	if err != nil {
		return nil, err
	}
	p := web.NewPage(rows, in.Limit, q.keyOf)
	cards, err := s.cards(ctx, q, p.Items)
	return &web.Page[Card]{Items: cards, Next: p.Next}, err
}

// Count counts the rows of Cards.
func (s *service) Count(ctx context.Context, in *boardInput) (*web.Total, error) {
	q, err := s.ready(ctx, in.ID, in.Filter)
	if err != nil {
		return nil, err
	}
	total, err := q.count(ctx, s.db.Read())
	return &total, err
}

// Column is a stage with how many stand in it.
type Column struct {
	Stage   id.ID     `json:"stage"`
	Count   web.Total `json:"count"`
	Overdue web.Total `json:"overdue"`
}

// Board are the columns of a flow.
type Board struct {
	Columns []Column `json:"columns"`
}

// Board counts what stands in each stage, as filtered and within the viewer's scope.
func (s *service) Board(ctx context.Context, in *boardInput) (*Board, error) {
	q, err := s.ready(ctx, in.ID, in.Filter)
	if err != nil {
		return nil, err
	}
	b := &Board{Columns: []Column{}}
	for _, stage := range q.flow.Stages {
		one := *q
		one.Stages = []string{stage.ID.String()}
		c := Column{Stage: stage.ID}
		if c.Count, err = one.count(ctx, s.db.Read()); err != nil {
			return nil, err
		}
		c.Overdue = web.Total{Exact: true}
		if one.Overdue = true; stage.Cycle.on() {
			if c.Overdue, err = one.count(ctx, s.db.Read()); err != nil {
				return nil, err
			}
		}
		b.Columns = append(b.Columns, c)
	}
	return b, nil
}

// Card is one customer of a member in a flow.
type Card struct {
	ID         id.ID      `json:"id"`
	Follow     id.ID      `json:"follow"`
	CustomerID id.ID      `json:"customerId"`
	Customer   string     `json:"customer"`
	Name       string     `json:"name"`
	Avatar     string     `json:"avatar"`
	Type       int        `json:"type" doc:"1 WeChat, 2 WeCom, 0 not yet known"`
	Remark     string     `json:"remark"`
	Member     string     `json:"member"`
	MemberName string     `json:"memberName"`
	Department string     `json:"department" doc:"the member's main department"`
	Stage      id.ID      `json:"stage"`
	JoinedAt   time.Time  `json:"joinedAt" doc:"came into the flow"`
	EnteredAt  time.Time  `json:"enteredAt" doc:"came into the stage"`
	FollowedAt *time.Time `json:"followedAt,omitempty" doc:"last follow-up that counts"`
	DueAt      *time.Time `json:"dueAt,omitempty"`
	Overdue    bool       `json:"overdue"`
	Reminded   int        `json:"reminded" doc:"reminders since the last follow-up"`
	Gone       bool       `json:"gone" doc:"the follow has ended: out of the cycle"`
}

// cards dresses placements with names: a fixed number of queries, however many rows.
func (s *service) cards(ctx context.Context, q *question, rows []placement) ([]Card, error) {
	corp, read := q.viewer.Corp, s.db.Read()
	var members, customers []string
	var ids []id.ID
	for _, p := range rows {
		members, customers, ids = append(members, p.Member), append(customers, p.Customer), append(ids, p.Follow)
	}
	names, err := mirror.Names(ctx, read, corp, members)
	if err != nil {
		return nil, err
	}
	departments, err := mirror.MainDepartments(ctx, read, corp, members)
	if err != nil {
		return nil, err
	}
	people, err := mirror.Customers(ctx, read, corp, customers)
	if err != nil {
		return nil, err
	}
	follows, err := mirror.FollowsByID(ctx, read, corp, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Card, len(rows))
	for i, p := range rows {
		c := people[p.Customer]
		out[i] = Card{
			ID: p.ID, Follow: p.Follow, CustomerID: p.CustomerID, Customer: p.Customer, Name: c.Name, Avatar: c.Avatar, Type: c.Type,
			Remark: follows[p.Follow].Remark, Member: p.Member, MemberName: names[p.Member], Department: departments[p.Member], Stage: p.Stage,
			JoinedAt: db.FromMS(p.JoinedAt), EnteredAt: db.FromMS(p.EnteredAt), FollowedAt: moment(p.FollowedAt), DueAt: moment(p.DueAt),
			Overdue: p.DueAt > 0 && p.DueAt <= q.now, Reminded: p.Reminded, Gone: p.GoneAt > 0,
		}
	}
	return out, nil
}

func moment(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	at := db.FromMS(ms)
	return &at
}
