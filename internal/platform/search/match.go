package search

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Match is what a search found, as a condition for a list.
type Match struct {
	all  bool    // nothing was asked
	ids  []id.ID // the rows, when few
	many bool
	text condition // decides by a row's text
}

// condition is SQL on a folded text, which stands in it as {body}, with its arguments.
type condition struct {
	sql  string
	args []any
}

// of is the condition on a column.
func (c condition) of(column string) string { return strings.ReplaceAll(c.sql, "{body}", column) }

// Find looks for the query among the rows of one corp and kind.
func (x *Index) Find(ctx context.Context, q db.Querier, corp, kind, query string) (Match, error) {
	if strings.TrimSpace(query) == "" {
		return Match{all: true}, nil
	}
	words := wordsOf(query)
	if len(words) == 0 {
		return Match{}, nil
	}
	text := textCondition(words)
	grams := queryGrams(words, partition(db.Clean(corp), db.Clean(kind)))
	// The inner limit counts candidates only as far as the choice needs.
	sql, args := x.engine.candidates(grams)
	var count int
	err := q.NewRaw("SELECT count(*) FROM ("+sql+" LIMIT ?) AS c", append(args, Few+1)...).Scan(ctx, &count)
	if err != nil {
		return Match{}, fmt.Errorf("search: find: %w", err)
	}
	if count == 0 {
		return Match{}, nil
	}
	if count > Few {
		return Match{many: true, text: text}, nil
	}
	var ids []id.ID
	sql, args = x.engine.candidates(grams)
	err = q.NewRaw("SELECT d.ref FROM search_doc AS d WHERE d.ref IN ("+sql+") AND "+text.of("d.body"), append(args, text.args...)...).Scan(ctx, &ids)
	if err != nil {
		return Match{}, fmt.Errorf("search: find: %w", err)
	}
	return Match{ids: ids}, nil
}

// Condition is the match as a condition on a column that holds row ids; placeholders are
// bun's. Always bind the corp besides: the search narrows, it does not protect.
func (m Match) Condition(column string) (sql string, args []any) {
	switch {
	case m.all:
		return "1 = 1", nil
	case m.many:
		// A scalar subquery, so that no planner turns the walk into a scan of all texts.
		return "(SELECT " + m.text.of("d.body") + " FROM search_doc AS d WHERE d.ref = " + column + ")", m.text.args
	case len(m.ids) == 0:
		return "1 = 0", nil
	default:
		return column + " IN (?)", []any{bun.List(m.ids)}
	}
}

// Everything is true when the query was empty.
func (m Match) Everything() bool { return m.all }

// Common is true when so many rows match that each row of a list is asked in turn;
// otherwise the condition names the rows, and a list may start from them.
func (m Match) Common() bool { return m.many }

// None is true when nothing can match.
func (m Match) None() bool { return !m.all && !m.many && len(m.ids) == 0 }

// Newest gives the ids of matching rows, newest first, for a box that shows a few hits
// without a list behind. An empty query finds nothing here.
func (x *Index) Newest(ctx context.Context, q db.Querier, corp, kind, query string, limit int) ([]id.ID, error) {
	m, err := x.Find(ctx, q, corp, kind, query)
	if err != nil || m.all || m.None() {
		return nil, err
	}
	cond, args := m.Condition("d0.ref")
	if m.many {
		cond, args = m.text.of("d0.body"), m.text.args
	}
	var ids []id.ID
	args = append(append([]any{db.Clean(corp), db.Clean(kind)}, args...), limit)
	err = q.NewRaw("SELECT d0.ref FROM search_doc AS d0 WHERE d0.corp_id = ? AND d0.kind = ? AND "+cond+" ORDER BY d0.ref DESC LIMIT ?", args...).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("search: newest: %w", err)
	}
	return ids, nil
}

// atOnce is how many queries one statement of Any holds.
const atOnce = 50

// Any gives the ids of rows that match one of many queries, at most so many of each, the
// newest: fifty queries in a statement, so that a list of a hundred thousand telephone
// numbers is not as many round trips. A query without anything to look for finds nothing.
func (x *Index) Any(ctx context.Context, q db.Querier, corp, kind string, queries []string, most int) ([]id.ID, error) {
	var found []id.ID
	prefix := partition(db.Clean(corp), db.Clean(kind))
	for part := range slices.Chunk(queries, atOnce) {
		var selects []string
		var args []any
		for _, query := range part {
			words := wordsOf(query)
			if len(words) == 0 {
				continue
			}
			sql, of := x.engine.candidates(queryGrams(words, prefix))
			text := textCondition(words)
			selects = append(selects, "SELECT m.ref FROM (SELECT d.ref FROM search_doc AS d WHERE d.ref IN ("+sql+") AND "+text.of("d.body")+" ORDER BY d.ref DESC LIMIT ?) AS m")
			args = append(append(append(args, of...), text.args...), most)
		}
		if len(selects) == 0 {
			continue
		}
		var ids []id.ID
		if err := q.NewRaw(strings.Join(selects, " UNION "), args...).Scan(ctx, &ids); err != nil {
			return nil, fmt.Errorf("search: any of %d: %w", len(part), err)
		}
		found = append(found, ids...)
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// textCondition says that each word occurs in {body}. Folded words hold letters, digits,
// symbols and the marks of fold, never a wildcard.
func textCondition(words []word) condition {
	var c condition
	for i, w := range words {
		if i > 0 {
			c.sql += " AND "
		}
		if w.begins {
			c.sql += "({body} LIKE ? OR {body} LIKE ?)"
			c.args = append(c.args, "% "+w.text+"%", "%"+string(border)+w.text+"%")
			continue
		}
		c.sql += "{body} LIKE ?"
		c.args = append(c.args, "%"+w.text+"%")
	}
	return condition{"(" + c.sql + ")", c.args}
}
