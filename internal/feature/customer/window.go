package customer

import (
	"context"
	"slices"

	"github.com/uptrace/bun"
)

// A leader's list is of fifty or two hundred members. Merging as many lists costs a query
// of as many parts; walking the list's own order and leaving others' follows out costs the
// more rows, the smaller the members' share is. So a page is first looked for in a stretch of
// the list, which ends as soon as the page is full; then in a longer stretch if the first
// promises a page there; then among the rows of a rare condition, and only then by merging.

// stretched reads one page of keys out of a stretch of the list, and tells whether it is
// whole. One that ends the list is whole too. When there is no page in it and an index knows
// the few rows in question, the plan is changed to begin at those.
func (p *plan) stretched(ctx context.Context, after *cursor, limit int) ([]cursor, bool, error) {
	if !p.few() || len(p.members) <= p.costs.lists || p.rare || p.ended && p.anchor.sql == "" {
		return nil, false, nil
	}
	s := p.ordered()
	for _, rows := range []int{p.costs.short, p.costs.long} {
		end, err := p.end(ctx, s, after, rows)
		if err != nil {
			return nil, false, err
		}
		var keys []cursor
		if err := p.stretch(s, after, end, limit).Scan(ctx, &keys); err != nil {
			return nil, false, err
		}
		if len(keys) >= limit || end == nil {
			return keys, true, nil
		}
		if len(keys)*p.costs.long < limit*rows*5/4 {
			break // a quarter more than the page, because rows of one kind come in clusters
		}
	}
	_, err := p.gather(ctx)
	return nil, false, err
}

// ordered is the one list in whose order a stretch is read: a tag's, the anchor's, or all.
func (p *plan) ordered() source {
	if p.anchor.sql == "" && len(p.tags) == 1 {
		return p.byTag(p.tags[0])
	}
	s := source{from: "mirror_follow AS f", at: "f.added_at", id: "f.id", where: []condition{{sql: "f.corp_id = ?", args: []any{p.corp}}}}
	if p.anchor.sql != "" {
		s.where = append(s.where, p.anchor)
	}
	return s
}

// end is where a stretch of so many rows ends, nil when the list ends before. It reads an
// index only.
func (p *plan) end(ctx context.Context, s source, after *cursor, rows int) (*cursor, error) {
	list := p.read.NewSelect().TableExpr("mirror_follow AS f")
	conditions := s.where
	if len(s.tags) > 0 {
		list = p.read.NewSelect().TableExpr("mirror_follow_tag AS t")
		conditions = append([]condition{{sql: "t.corp_id = ? AND t.tag_id = ?", args: []any{p.corp, s.tags[0]}}}, s.where[1:]...)
	} else {
		conditions = slices.Concat(conditions, p.bounds)
	}
	var found []cursor
	err := beyond(apply(list, conditions, "f"), s, after).ColumnExpr("? AS at, ? AS id", bun.Safe(s.at), bun.Safe(s.id)).Offset(int64(rows)).Limit(1).Scan(ctx, &found)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// stretch selects one page before the end. The end is a place in the order and not a number
// of rows, of which PostgreSQL would read and sort all.
func (p *plan) stretch(s source, after, end *cursor, limit int) *bun.SelectQuery {
	at, row := bun.Safe(s.at), bun.Safe(s.id)
	q := p.narrow(apply(p.read.NewSelect().TableExpr(s.from), s.where, "f"), true, s.tags...).ColumnExpr("? AS at, ? AS id", at, row)
	if end != nil {
		q = q.Where("(?, ?) >= (?, ?)", at, row, end.At, end.ID)
	}
	return beyond(q, s, after).Limit(int64(limit))
}

// beyond continues a list in its order.
func beyond(q *bun.SelectQuery, s source, after *cursor) *bun.SelectQuery {
	at, row := bun.Safe(s.at), bun.Safe(s.id)
	if after != nil {
		q = q.Where("(?, ?) < (?, ?)", at, row, after.At, after.ID)
	}
	return q.OrderExpr("? DESC, ? DESC", at, row)
}
