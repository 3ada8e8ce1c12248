package customer

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/saved"
)

// sizeUpTo is where the counting of a selection stops.
const sizeUpTo = 200_000

// selection turns a selection into a plan; Except and the bounds of the walk come on top.
func (s *service) selection(ctx context.Context, q ask.SelectQuery) (*plan, error) {
	l := perCompany
	if q.Pairs {
		l = perFollow
	}
	sel := q.Selection
	forms := 0
	for _, set := range []bool{len(sel.Customers) > 0, len(sel.Follows) > 0, sel.Rule != nil, sel.Segment != nil} {
		if set {
			forms++
		}
	}
	var check fault.Check
	check.That(forms == 1, "selection", "请选择客户：勾选、条件、客户分群须且只须填写一种")
	if err := check.Err(); err != nil {
		return nil, err
	}
	var rule ask.Rule
	switch {
	case sel.Rule != nil:
		rule = *sel.Rule
	case sel.Segment != nil:
		if _, err := saved.One(ctx, s.db.Read(), q.Viewer, segments(), *sel.Segment); err != nil {
			return nil, err
		}
		rule = ask.Rule{Field: fieldSegment, Op: ask.OpAny, Values: []string{sel.Segment.String()}}
	}
	rule, fields, err := s.checked(ctx, q.Viewer, "selection.rule", rule)
	if err != nil {
		return nil, err
	}
	p, err := s.compile(ctx, q.Viewer, rule, fields, l)
	if err != nil || p.nothing {
		return p, err
	}
	if spokenOf(rule) {
		p.and("{f}.standing IN (?)", list(standings("open")))
	}
	for column, ids := range map[string][]id.ID{"{f}.customer_id": sel.Customers, "{f}.id": sel.Follows} {
		if len(ids) > 0 {
			p.rare = true
			p.and(column+" IN (?)", list(ids))
		}
	}
	if q.Among != nil {
		p.rare, p.nothing = true, len(q.Among) == 0
		p.and("{f}.id IN (?)", list(q.Among))
	}
	if len(sel.Except) > 0 {
		p.and("{f}.id NOT IN (?) AND {f}.customer_id NOT IN (?)", list(sel.Except), list(sel.Except))
	}
	return p, nil
}

// selected gives one page of a selection, by the follows' ids (ask.Select). Follows that
// begin after the first page are left out, so that the walk ends and nobody comes twice
// because somebody else added him meanwhile.
func (s *service) selected(ctx context.Context, q ask.SelectQuery) (ask.Selected, error) {
	after, until, err := s.walkOf(ctx, q.After)
	if err != nil {
		return ask.Selected{}, err
	}
	p, err := s.selection(ctx, q)
	if err != nil || p.nothing {
		return ask.Selected{}, err
	}
	limit := min(max(q.Limit, 1), 1000)
	p.and("{f}.id <= ?", until)
	var rows []struct {
		ID         id.ID  `bun:"id"`
		CustomerID id.ID  `bun:"customer_id"`
		Customer   string `bun:"customer"`
		Member     string `bun:"member_id"`
	}
	if err := p.walk(after, limit+1).Scan(ctx, &rows); err != nil {
		return ask.Selected{}, err
	}
	var page ask.Selected
	if len(rows) > limit {
		rows = rows[:limit]
		page.Next = rows[limit-1].ID.String() + until.String()
	}
	for _, r := range rows {
		page.Items = append(page.Items, ask.Pair{Follow: r.ID, CustomerID: r.CustomerID, Customer: r.Customer, Member: r.Member})
	}
	return page, nil
}

// walkOf reads a cursor: the follow after which the page begins, and the last one that
// there was when the walk began.
func (s *service) walkOf(ctx context.Context, cursor string) (after, until id.ID, err error) {
	if cursor == "" {
		err = s.db.Read().NewRaw("SELECT COALESCE(MAX(id), 0) FROM mirror_follow").Scan(ctx, &until)
		return 0, until, err
	}
	half := len(cursor) / 2
	after, err = id.Parse(cursor[:half])
	if err == nil {
		until, err = id.Parse(cursor[half:])
	}
	if err != nil {
		return 0, 0, fault.New(fault.Invalid, "翻页游标无效").Because(err)
	}
	return after, until, nil
}

// maxSorted is how many members' follows are read and sorted for each page of a walk.
const maxSorted = 5

// walk reads one page of the plan's rows by id.
func (p *plan) walk(after id.ID, limit int) *bun.SelectQuery {
	s := source{from: "mirror_follow AS f", id: "f.id", where: []condition{{sql: "f.corp_id || '' = ?", args: []any{p.corp}}}}
	switch {
	case p.rare:
		s.id = "+f.id"
	case p.narrowed && len(p.members) <= maxSorted:
		// A few members' follows are found faster than they are met among all others.
		s.from, s.id = "who CROSS JOIN mirror_follow AS f", "+f.id"
		s.where = []condition{{sql: "f.corp_id = ? AND f.member_id = who.column1", args: []any{p.corp}}}
	}
	at := bun.Safe(s.id)
	return p.named(p.rows(s).ColumnExpr("f.id, f.customer_id, f.customer, f.member_id").Where("? > ?", at, after).OrderExpr("?", at).Limit(int64(limit)))
}

// size counts a selection (ask.Size).
func (s *service) size(ctx context.Context, q ask.SelectQuery) (ask.Count, error) {
	p, err := s.selection(ctx, q)
	if err != nil || p.nothing {
		return ask.Count{}, err
	}
	return s.sized(ctx, p)
}

// sized counts the rows of a plan and their customers, as long as countTime allows.
func (s *service) sized(ctx context.Context, p *plan) (ask.Count, error) {
	n, all, err := inTime(ctx, sizeUpTo, countTime, func(ctx context.Context, limit int) (ask.Count, bool, error) {
		var n struct{ Follows, Customers int64 }
		rows := p.countedRows(limit + 1).ColumnExpr("f.customer_id AS customer_id")
		err := p.named(s.db.Read().NewSelect().TableExpr("(?) AS r", rows)).
			ColumnExpr("COUNT(*) AS follows, COUNT(DISTINCT r.customer_id) AS customers").Scan(ctx, &n)
		return ask.Count{Customers: n.Customers, Follows: min(n.Follows, int64(limit))}, n.Follows <= int64(limit), err
	})
	n.Capped = !all && err == nil
	return n, err
}
