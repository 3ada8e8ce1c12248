package customer

import (
	"context"

	"github.com/uptrace/bun"
)

// A leader's list is of fifty or two hundred members. Merging as many lists costs a query
// of as many parts; walking the list's own order and leaving others' follows out costs the
// more rows, the smaller the members' share is. What the share is, the newest rows tell: so
// a page is first looked for in a stretch of the list, then in a longer one if that
// promises a full page, and only then by merging.
const (
	// maxLists is how many lists are merged without looking further.
	maxLists = 8
	// firstStretch is how many rows tell how large the members' share is.
	firstStretch = 1000
	// longestStretch is how many rows cost as much as merging the lists of fifty members.
	longestStretch = 40_000
)

// stretched reads one page of keys out of a stretch of the list, and tells whether it is
// whole. One that ends the list is whole too.
func (p *plan) stretched(ctx context.Context, after *cursor, limit int) ([]cursor, bool, error) {
	if !p.few() || len(p.members) <= maxLists || p.rare || p.rarest != "" || p.ended {
		return nil, false, nil
	}
	for rows, tried := firstStretch, false; ; tried = true {
		var keys []cursor
		if err := p.stretch(after, rows, limit).Scan(ctx, &keys); err != nil {
			return nil, false, err
		}
		if len(keys) >= limit {
			return keys, true, nil
		}
		var read int
		if err := p.read.NewSelect().TableExpr("(?) AS s", p.among(after, rows).ColumnExpr("1")).ColumnExpr("COUNT(*)").Scan(ctx, &read); err != nil {
			return nil, false, err
		}
		if read < rows {
			return keys, true, nil // that was the rest of the list
		}
		if tried || len(keys) == 0 {
			return nil, false, nil
		}
		// Half as many again, because rows of one kind come in clusters.
		if rows = rows * limit / len(keys) * 3 / 2; rows > longestStretch {
			return nil, false, nil
		}
	}
}

// stretch selects one page among so many rows.
func (p *plan) stretch(after *cursor, rows, limit int) *bun.SelectQuery {
	q := p.narrow(p.read.NewSelect().TableExpr("(?) AS f", p.among(after, rows).ColumnExpr("f.*"))).ColumnExpr("f.added_at AS at, f.id AS id")
	return p.named(q.OrderExpr("f.added_at DESC, f.id DESC").Limit(int64(limit)))
}

// among are so many rows of the list, or of the tag's when one is asked for.
func (p *plan) among(after *cursor, rows int) *bun.SelectQuery {
	at, row := bun.Safe("f.added_at"), bun.Safe("f.id")
	inner := p.read.NewSelect().TableExpr("mirror_follow AS f").Where("f.corp_id = ?", p.corp)
	if len(p.tags) == 1 {
		at, row = "t.added_at", "t.follow_id"
		inner = p.read.NewSelect().TableExpr("mirror_follow_tag AS t CROSS JOIN mirror_follow AS f").
			Where("t.corp_id = ? AND t.tag_id = ? AND f.id = t.follow_id", p.corp, p.tags[0])
	}
	if after != nil {
		inner = inner.Where("(?, ?) < (?, ?)", at, row, after.At, after.ID)
	}
	return inner.OrderExpr("? DESC, ? DESC", at, row).Limit(int64(rows))
}
