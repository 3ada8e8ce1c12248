package stage

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

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
	// open leaves out whose follow has ended, whatever the filter says: they are not moved.
	open bool
	now  int64
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
	ID         id.ID       `json:"id"`
	Follow     id.ID       `json:"follow"`
	CustomerID id.ID       `json:"customerId"`
	Customer   string      `json:"customer"`
	Name       string      `json:"name"`
	Avatar     string      `json:"avatar"`
	Type       int         `json:"type" doc:"1 WeChat, 2 WeCom, 0 not yet known"`
	Remark     string      `json:"remark"`
	Member     string      `json:"member"`
	MemberName string      `json:"memberName"`
	Department string      `json:"department" doc:"the member's main department"`
	Stage      id.ID       `json:"stage"`
	JoinedAt   time.Time   `json:"joinedAt" doc:"came into the flow"`
	EnteredAt  time.Time   `json:"enteredAt" doc:"came into the stage"`
	FollowedAt *time.Time  `json:"followedAt,omitempty" doc:"last follow-up that counts"`
	DueAt      *time.Time  `json:"dueAt,omitempty"`
	Overdue    bool        `json:"overdue"`
	Reminded   int         `json:"reminded" doc:"reminders since the last follow-up"`
	Gone       bool        `json:"gone" doc:"the follow has ended: out of the cycle"`
	Refused    *corp.Words `json:"refused,omitempty" doc:"why WeCom refused the tags that the last move should have set"`
}

// cards dresses placements with names: a fixed number of queries, however many rows.
func (s *service) cards(ctx context.Context, q *question, rows []placement) ([]Card, error) {
	corpID, read := q.viewer.Corp, s.db.Read()
	var members, customers []string
	var ids []id.ID
	for _, p := range rows {
		members, customers, ids = append(members, p.Member), append(customers, p.Customer), append(ids, p.Follow)
	}
	names, err := mirror.Names(ctx, read, corpID, members)
	if err != nil {
		return nil, err
	}
	departments, err := mirror.MainDepartments(ctx, read, corpID, members)
	if err != nil {
		return nil, err
	}
	people, err := mirror.Customers(ctx, read, corpID, customers)
	if err != nil {
		return nil, err
	}
	follows, err := mirror.FollowsByID(ctx, read, corpID, ids)
	if err != nil {
		return nil, err
	}
	refused, err := refusals(ctx, read, corpID, rows)
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
			Overdue: p.DueAt > 0 && p.DueAt <= q.now, Reminded: p.Reminded, Gone: p.GoneAt > 0, Refused: refused[p.ID],
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
