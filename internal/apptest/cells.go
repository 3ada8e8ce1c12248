package apptest

import (
	"testing"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Cells asks for one column of some rows, nil when the viewer has no such column. It fails
// the test when more rows cost more statements.
func Cells(t testing.TB, asks *ask.Asks, key string, q ask.CellsQuery) map[id.ID]any {
	t.Helper()
	columns, err := asks.Columns(t.Context(), q.Viewer)
	columns = append(columns, asks.Badges(q.Viewer)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range columns {
		if c.Key != key {
			continue
		}
		if c.ZH == "" || c.EN == "" {
			t.Errorf("%s has no head", key)
		}
		few := q
		few.Pairs = q.Pairs[:1]
		one, all := &counted{Querier: q.Read}, &counted{Querier: q.Read}
		few.Read, q.Read = one, all
		if _, err := c.Cells(t.Context(), few); err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		cells, err := c.Cells(t.Context(), q)
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		if all.n > one.n {
			t.Errorf("%s costs %d statements for a row and %d for %d rows", key, one.n, all.n, len(q.Pairs))
		}
		return cells
	}
	return nil
}

// counted counts what is read through it.
type counted struct {
	db.Querier
	n int
}

func (c *counted) NewRaw(query string, args ...any) *bun.RawQuery {
	c.n++
	return c.Querier.NewRaw(query, args...)
}

func (c *counted) NewSelect() *bun.SelectQuery {
	c.n++
	return c.Querier.NewSelect()
}
