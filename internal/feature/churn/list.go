package churn

import (
	"context"
	"slices"
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

// Filter narrows a list; all parts are joined by "and".
type Filter struct {
	Text        string    `json:"q,omitempty" query:"q" maxLength:"50" doc:"part of the customer's name, remark, company or, with the permission customer.phone, phone"`
	Members     []string  `json:"member,omitempty" query:"member,explode" maxItems:"100" doc:"userids"`
	Departments []int64   `json:"department,omitempty" query:"department,explode" maxItems:"50" doc:"a department of the member at that time, main or not, with all departments below today"`
	From        time.Time `json:"from,omitzero" query:"from" doc:"ended at or after"`
	To          time.Time `json:"to,omitzero" query:"to" doc:"ended before"`
	State       string    `json:"state,omitempty" query:"state" enum:"all,lost,returned" default:"all" doc:"lost: still ended"`
	Company     bool      `json:"company,omitempty" query:"company" doc:"only where nobody else in the corp followed the customer any more"`
	Tags        []string  `json:"tag,omitempty" query:"tag,explode" maxItems:"50" doc:"tag ids; those of that time"`
	TagMode     string    `json:"tagMode,omitempty" query:"tagMode" enum:"any,all,none" default:"any"`
	Channels    []string  `json:"channel,omitempty" query:"channel,explode" maxItems:"50" doc:"contact way states, as GET /api/churn/channels lists them"`
	AddWay      []int     `json:"addWay,omitempty" query:"addWay,explode" maxItems:"50" doc:"WeCom's add_way"`
}

// check refuses what the types cannot, and what did not come through them.
func (f Filter) check() error {
	var check fault.Check
	check.That(f.From.IsZero() || f.To.IsZero() || f.From.Before(f.To), "to", "结束时间须晚于开始时间")
	check.That(f.Text == db.Clean(f.Text) && len([]rune(f.Text)) <= 50, "q", "最多 50 个字，不能含有无效字符")
	check.That(slices.Contains([]string{"", "all", "lost", "returned"}, f.State), "state", "须为 all、lost 或 returned")
	check.That(slices.Contains([]string{"", "any", "all", "none"}, f.TagMode), "tagMode", "须为 any、all 或 none")
	check.That(len(f.Members) <= 100, "member", "最多 100 名成员")
	check.That(len(f.Departments) <= 50, "department", "最多 50 个部门")
	check.That(len(f.AddWay) <= 50, "addWay", "最多 50 种添加方式")
	for _, m := range f.Members {
		check.That(m != "" && len(m) <= 64 && m == db.Clean(m), "member", "成员账号无效")
	}
	for field, all := range map[string][]string{"tag": f.Tags, "channel": f.Channels} {
		check.That(len(all) <= 50, field, "最多 50 项")
		for _, one := range all {
			check.That(one != "" && len(one) <= 100 && one == db.Clean(one), field, "含有无效的值")
		}
	}
	return check.Err()
}

// question is a filter made ready for SQL within the viewer's scope.
type question struct {
	Filter
	kind   Kind
	viewer viewer.Viewer
	below  []int64 // the departments named, with all below
	match  search.Match
}

func (s *service) ready(ctx context.Context, kind Kind, f Filter) (*question, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return s.readyFor(ctx, v, kind, f)
}

func (s *service) readyFor(ctx context.Context, v viewer.Viewer, kind Kind, f Filter) (*question, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	q := &question{Filter: f, kind: kind, viewer: v}
	var err error
	if q.below, err = s.below(ctx, v.Corp, f.Departments); err != nil {
		return nil, err
	}
	q.match, err = s.search.Find(ctx, s.db.Read(), v.Corp, "follow", f.Text)
	return q, err
}

// below are departments with all below them, as they are today.
func (s *service) below(ctx context.Context, corp string, departments []int64) ([]int64, error) {
	if len(departments) == 0 {
		return nil, nil
	}
	var under []int64
	err := s.db.Read().NewRaw(`WITH RECURSIVE below (id) AS (
			SELECT c.id FROM mirror_department AS c WHERE c.corp_id = ? AND c.parent_id IN (?)
			UNION
			SELECT c.id FROM mirror_department AS c JOIN below AS b ON c.parent_id = b.id WHERE c.corp_id = ?
		)
		SELECT id FROM below`, corp, bun.List(departments), corp).Scan(ctx, &under)
	return append(under, departments...), err
}

// nothing tells that no row can match.
func (q *question) nothing() bool { return q.match.None() }

// endings is the query within the viewer's scope.
func (q *question) endings(r db.Querier, rows *[]row) *bun.SelectQuery {
	scope := q.viewer.Where("l.corp_id", "l.member_id")
	query := r.NewSelect().Model(rows).Where(scope.SQL, scope.Args...).Where("l.kind = ?", q.kind)
	const worked = "l.id IN (SELECT w.ending_id FROM churn_worked AS w WHERE w.corp_id = ? AND w.department_id IN (?))"
	switch {
	case len(q.Members) > 0 && len(q.below) > 0:
		query = query.Where("(l.member_id IN (?) OR "+worked+")", bun.List(q.Members), q.viewer.Corp, bun.List(q.below))
	case len(q.Members) > 0:
		query = query.Where("l.member_id IN (?)", bun.List(q.Members))
	case len(q.below) > 0:
		query = query.Where(worked, q.viewer.Corp, bun.List(q.below))
	}
	if !q.From.IsZero() {
		query = query.Where("l.ended_at >= ?", db.MS(q.From))
	}
	if !q.To.IsZero() {
		query = query.Where("l.ended_at < ?", db.MS(q.To))
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
	if len(q.Channels) > 0 {
		query = query.Where("l.state IN (?)", bun.List(q.Channels))
	}
	if len(q.AddWay) > 0 {
		query = query.Where("l.add_way IN (?)", bun.List(q.AddWay))
	}
	return q.found(r, q.tagged(r, query))
}

// tagged narrows to what bore tags at that time.
func (q *question) tagged(r db.Querier, query *bun.SelectQuery) *bun.SelectQuery {
	if len(q.Tags) == 0 {
		return query
	}
	tags := slices.Compact(slices.Sorted(slices.Values(q.Tags)))
	marks := func() *bun.SelectQuery {
		return r.NewSelect().TableExpr("churn_tag AS t").Where("t.tag_id IN (?)", bun.List(tags))
	}
	switch q.TagMode {
	case "all":
		return query.Where("(?) = ?", marks().ColumnExpr("COUNT(*)").Where("t.ending_id = l.id"), len(tags))
	case "none":
		return query.Where("(?) = 0", marks().ColumnExpr("COUNT(*)").Where("t.ending_id = l.id"))
	}
	return query.Where("l.id IN (?)", marks().ColumnExpr("t.ending_id").Where("t.corp_id = ?", q.viewer.Corp))
}

// found narrows to what matches the words.
func (q *question) found(r db.Querier, query *bun.SelectQuery) *bun.SelectQuery {
	if q.match.Everything() {
		return query
	}
	sql, args := q.match.Condition("f.id")
	found := r.NewSelect().TableExpr("mirror_follow AS f").Where(sql, args...)
	if c := mirror.WithoutPhones(q.viewer, "f", q.Text); c.SQL != "" {
		found = found.Where(c.SQL, c.Args...)
	}
	if q.match.Common() { // asked of each ending in turn
		return query.Where("(?) > 0", found.ColumnExpr("COUNT(*)").Where("f.corp_id = l.corp_id AND f.member_id = l.member_id AND f.customer = l.customer"))
	}
	return query.Where("(l.customer, l.member_id) IN (?)", found.ColumnExpr("f.customer, f.member_id").Where("f.corp_id || '' = ?", q.viewer.Corp))
}

// key is a place in the list, newest first.
type key struct {
	EndedAt int64 `json:"l"`
	ID      id.ID `json:"i"`
}

func keyOf(l Ending) key { return key{db.MS(l.EndedAt), l.ID} }

// page reads up to limit endings, newest first.
func (q *question) page(ctx context.Context, r db.Querier, after *key, limit int) ([]Ending, error) {
	if q.nothing() {
		return nil, nil
	}
	var rows []row
	query := q.endings(r, &rows).OrderExpr("l.ended_at DESC, l.id DESC").Limit(int64(limit))
	if after != nil {
		query = query.Where("(l.ended_at, l.id) < (?, ?)", after.EndedAt, after.ID)
	}
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	return endingsOf(rows)
}

type listInput struct {
	web.Paging
	Filter
}

type countInput struct{ Filter }

type deletionsInput struct {
	web.Paging
	Filter
	Handed bool `query:"handed" doc:"what WeCom removed after a hand-over, instead of what members deleted"`
}

type deletionsCountInput struct {
	Filter
	Handed bool `query:"handed"`
}

func deletedOr(handed bool) Kind {
	if handed {
		return Handed
	}
	return Deleted
}

// Losses lists what customers ended, in the viewer's scope, newest first.
func (s *service) Losses(ctx context.Context, in *listInput) (*web.Page[View], error) {
	return s.list(ctx, Lost, in.Filter, in.Paging)
}

// CountLosses counts the rows of Losses.
func (s *service) CountLosses(ctx context.Context, in *countInput) (*web.Total, error) {
	return s.count(ctx, Lost, in.Filter)
}

// Deletions lists what members ended, or what a hand-over ended, newest first.
func (s *service) Deletions(ctx context.Context, in *deletionsInput) (*web.Page[View], error) {
	return s.list(ctx, deletedOr(in.Handed), in.Filter, in.Paging)
}

// CountDeletions counts the rows of Deletions.
func (s *service) CountDeletions(ctx context.Context, in *deletionsCountInput) (*web.Total, error) {
	return s.count(ctx, deletedOr(in.Handed), in.Filter)
}

func (s *service) list(ctx context.Context, kind Kind, f Filter, in web.Paging) (*web.Page[View], error) {
	q, err := s.ready(ctx, kind, f)
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
	endings, err := q.page(ctx, s.db.Read(), from, in.Limit+1)
	if err != nil {
		return nil, err
	}
	p := web.NewPage(endings, in.Limit, keyOf)
	views, err := s.views(ctx, q.viewer, p.Items)
	return &web.Page[View]{Items: views, Next: p.Next}, err
}

// exactUpTo is where counting stops: a number beyond it helps nobody and costs a walk.
const exactUpTo = 10_000

func (s *service) count(ctx context.Context, kind Kind, f Filter) (*web.Total, error) {
	q, err := s.ready(ctx, kind, f)
	if err != nil || q.nothing() {
		return &web.Total{Exact: true}, err
	}
	var rows []row
	some := q.endings(s.db.Read(), &rows).ColumnExpr("1").Limit(exactUpTo + 1)
	var n int64
	err = s.db.Read().NewRaw("SELECT COUNT(*) FROM (?) AS r", some).Scan(ctx, &n)
	return &web.Total{Count: min(n, exactUpTo), Exact: n <= exactUpTo}, err
}

// trimmed tells whether a text says anything.
func trimmed(s string) bool { return strings.TrimSpace(s) != "" }
