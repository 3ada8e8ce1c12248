package intention

import (
	"context"
	"slices"
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

// Filter narrows the list; all parts are joined by "and". A customer is listed when one
// follow that stands, of a member in the viewer's scope, has what is asked of follows.
type Filter struct {
	Text        string    `query:"q" json:"q,omitempty" maxLength:"50" doc:"part of name, remark, company or, with the permission customer.phone, phone"`
	Levels      []string  `query:"level,explode" json:"level,omitempty" maxItems:"4" enum:"high,medium,low,asleep"`
	Members     []string  `query:"member,explode" json:"member,omitempty" maxItems:"100" doc:"userids: followed by one of them"`
	Departments []int64   `query:"department,explode" json:"department,omitempty" maxItems:"50" doc:"followed by a member of one of them or below"`
	Min         int       `query:"min" json:"min,omitempty" minimum:"0" maximum:"100000" doc:"at least so many points"`
	Max         int       `query:"max" json:"max,omitempty" minimum:"-1" maximum:"100000" default:"-1" doc:"at most so many points, -1 for any"`
	MovedFrom   time.Time `query:"movedFrom" json:"movedFrom,omitzero" doc:"the level last changed at or after"`
	MovedTo     time.Time `query:"movedTo" json:"movedTo,omitzero" doc:"the level last changed before"`
	Signal      string    `query:"signal" json:"signal,omitempty" maxLength:"40" doc:"key of the newest signal"`
}

// check refuses what the types cannot.
func (f Filter) check() error {
	var check fault.Check
	check.That(f.MovedFrom.IsZero() || f.MovedTo.IsZero() || f.MovedFrom.Before(f.MovedTo), "movedTo", "结束时间须晚于开始时间")
	check.That(f.Max < 0 || f.Min <= f.Max, "max", "须不小于最低分")
	check.That(f.Text == db.Clean(f.Text), "q", "含有无效字符")
	check.That(f.Signal == db.Clean(f.Signal), "signal", "含有无效字符")
	for _, m := range f.Members {
		check.That(m != "" && len(m) <= 64 && m == db.Clean(m), "member", "成员账号无效")
	}
	for _, l := range f.Levels {
		_, known := levelOf(l)
		check.That(known, "level", "没有这样的等级")
	}
	return check.Err()
}

// few is how many follows of the members meant are looked at one by one; of more, the list
// is walked from its top: so many customers are theirs that a page is soon full.
const few = 5000

// question is a filter made ready for SQL within the viewer's scope.
type question struct {
	Filter
	read    db.Querier
	viewer  viewer.Viewer
	model   Model
	now     int64
	members []string // whose follows count, when narrowed
	// narrowed is true when members is meant, even when it is empty.
	narrowed bool
	owned    bool // the members' follows are few: the list begins at them
	match    search.Match
}

func (s *service) ready(ctx context.Context, v viewer.Viewer, f Filter) (*question, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	st, err := settingOf(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	q := &question{Filter: f, read: s.db.Read(), viewer: v, model: st.model, now: db.NowMS(s.clock)}
	named := slices.Clone(f.Members)
	if len(f.Departments) > 0 {
		below, err := mirror.MembersInDepartments(ctx, q.read, v.Corp, f.Departments)
		if err != nil {
			return nil, err
		}
		named = append(named, below...)
	}
	anybody := len(f.Members)+len(f.Departments) == 0
	switch {
	case v.Scope.Reach == viewer.All:
		q.narrowed, q.members = !anybody, named
	case anybody:
		q.narrowed, q.members = true, append(slices.Clone(v.Scope.Members), v.Member)
	default:
		q.narrowed, q.members = true, named
	}
	slices.Sort(q.members)
	q.members = slices.DeleteFunc(slices.Compact(q.members), func(m string) bool { return m == "" || !v.Sees(m) })
	if q.nothing() {
		return q, nil
	}
	if q.narrowed {
		var n int
		err := q.read.NewRaw("SELECT COUNT(*) FROM (SELECT 1 FROM mirror_follow WHERE corp_id = ? AND member_id IN (?) LIMIT ?) AS r",
			v.Corp, bun.List(q.members), few+1).Scan(ctx, &n)
		if err != nil {
			return nil, err
		}
		q.owned = n <= few
	}
	q.match, err = s.search.Find(ctx, q.read, v.Corp, "follow", f.Text)
	return q, err
}

// nothing tells that no row can match.
func (q *question) nothing() bool { return q.narrowed && len(q.members) == 0 }

// follows are the follows that let a customer be listed.
func (q *question) follows(columns string) *bun.SelectQuery {
	f := q.read.NewSelect().TableExpr("mirror_follow AS f").ColumnExpr(columns).Where("f.standing IN (1, 2)")
	if q.narrowed {
		f = f.Where("f.member_id IN (?)", bun.List(q.members))
	}
	if !q.match.Everything() {
		sql, args := q.match.Condition("f.id")
		f = f.Where(sql, args...)
		if c := mirror.WithoutPhones(q.viewer, "f", q.Text); c.SQL != "" {
			f = f.Where(c.SQL, c.Args...)
		}
	}
	return f
}

// scores is the query: from the rows that a text or few members name, or from the top of
// the list.
func (q *question) scores() *bun.SelectQuery {
	rows := q.read.NewSelect().TableExpr("intention_score AS s")
	if named := !q.match.Everything() && !q.match.Common(); named || q.owned {
		rows = rows.Where("s.corp_id || '' = ?", q.viewer.Corp).
			Where("s.customer_id IN (?)", q.follows("f.customer_id").Where(q.bind(named), q.viewer.Corp))
	} else {
		rows = rows.Where("s.corp_id = ?", q.viewer.Corp).
			Where("(?) > 0", q.follows("COUNT(*)").Where("f.customer_id = s.customer_id"))
	}
	q.between(rows, q.Min, q.Max)
	if len(q.Levels) > 0 {
		rows = rows.WhereGroup(" AND ", func(either *bun.SelectQuery) *bun.SelectQuery {
			for _, word := range q.Levels {
				l, _ := levelOf(word)
				either = either.WhereOr("s.one_at >= ? AND s.one_at < ?", q.model.bound(q.model.threshold(l), q.now), q.above(l))
			}
			return either
		})
	}
	if !q.MovedFrom.IsZero() {
		rows = rows.Where("s.moved_at >= ?", db.MS(q.MovedFrom))
	}
	if !q.MovedTo.IsZero() {
		rows = rows.Where("s.moved_at < ? AND s.moved_at > 0", db.MS(q.MovedTo))
	}
	if q.Signal != "" {
		rows = rows.Where("s.signal = ?", q.Signal)
	}
	return rows
}

// bind keeps SQLite, when rows are named by their ids, from walking all of the corp.
func (q *question) bind(named bool) string {
	if named {
		return "f.corp_id || '' = ?"
	}
	return "f.corp_id = ?"
}

// above is the first stored score that is higher than a level.
func (q *question) above(l Level) Moment {
	if l == High {
		return 1<<62 - 1
	}
	return q.model.bound(q.model.threshold(l+1), q.now)
}

// between narrows to points as they are shown.
func (q *question) between(rows *bun.SelectQuery, from, to int) {
	if from > 0 {
		rows.Where("s.one_at >= ?", q.model.bound(from, q.now))
	}
	if to >= 0 {
		rows.Where("s.one_at < ?", q.model.bound(to+1, q.now))
	}
}

// key is a place in the list, the highest score first.
type key struct {
	OneAt Moment `json:"o"`
	ID    id.ID  `json:"i"`
}

// page reads up to limit scores. Named rows are sorted, so that no planner walks the order
// of the whole list to find them.
func (q *question) page(ctx context.Context, after *key, limit int) ([]*score, error) {
	if q.nothing() {
		return nil, nil
	}
	var rows []*score
	query := q.scores().ColumnExpr(scoreColumns).Limit(int64(limit))
	if q.owned || !q.match.Everything() && !q.match.Common() {
		query = query.OrderExpr("+s.one_at DESC, s.customer_id DESC")
	} else {
		query = query.OrderExpr("s.one_at DESC, s.customer_id DESC")
	}
	if after != nil {
		query = query.Where("(s.one_at, s.customer_id) < (?, ?)", after.OneAt, after.ID)
	}
	err := query.Scan(ctx, &rows)
	return rows, err
}

type listInput struct {
	web.Paging
	Filter
}

type countInput struct{ Filter }

// List shows customers by their score, the highest first.
func (s *service) List(ctx context.Context, in *listInput) (*web.Page[View], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	q, err := s.ready(ctx, v, in.Filter)
	if err != nil {
		return nil, err
	}
	after, err := web.After[key](in.Paging)
	if err != nil {
		return nil, err
	}
	rows, err := q.page(ctx, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	p := web.NewPage(rows, in.Limit, func(r *score) key { return key{r.OneAt, r.ID} })
	views, err := s.views(ctx, q, p.Items)
	return &web.Page[View]{Items: views, Next: p.Next}, err
}

// exactUpTo is where counting stops: a number beyond it helps nobody and costs a walk.
const exactUpTo = 10_000

// Count counts the rows of List, exactly up to 10 000.
func (s *service) Count(ctx context.Context, in *countInput) (*web.Total, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	q, err := s.ready(ctx, v, in.Filter)
	if err != nil {
		return nil, err
	}
	total, err := q.count(ctx)
	return &total, err
}

func (q *question) count(ctx context.Context) (web.Total, error) {
	if q.nothing() {
		return web.Total{Exact: true}, nil
	}
	var n int64
	err := q.read.NewRaw("SELECT COUNT(*) FROM (?) AS r", q.scores().ColumnExpr("1").Limit(exactUpTo+1)).Scan(ctx, &n)
	return web.Total{Count: min(n, exactUpTo), Exact: n <= exactUpTo}, err
}
