package ask

import (
	"context"
	"fmt"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Columns asks what else can stand in a row of a list of customers. Asked by: customer, for
// its lists and their exports. Answered by: every feature that knows something of customers. Rule:
// all answers in menu order; keys begin with the feature's slug.
type Columns func(ctx context.Context, v viewer.Viewer) ([]Column, error)

// Column is one of them.
type Column struct {
	Key        string // "stage.stage"
	ZH, EN     string // its head
	Permission string // asked of whoever wants to see it, "" for none beyond seeing customers
	// Cells gives the cells of some rows by Pair.Follow: text, numbers or time.Time; a row
	// without one is left out. A few queries, however many rows.
	Cells func(ctx context.Context, q CellsQuery) (map[id.ID]any, error)
}

// CellsQuery names the rows of one page, and for whom they are.
type CellsQuery struct {
	Viewer  viewer.Viewer
	Read    db.Querier
	Pairs   []Pair
	English bool // words in English instead of Chinese
	// Masked is true for a page: telephone numbers stay masked there for everybody. In a
	// file who may read them has them in full.
	Masked bool
}

// Badges are columns whose heads stand beside the customer's name in every row that has a
// cell, chosen or not: what one has to know at once, such as that he is on the blacklist.
// Every page of a list asks for them, so features state them once, without a question.
func (a *Asks) Badges(v viewer.Viewer) []Column { return seen(v, a.badges) }

func seen(v viewer.Viewer, columns []Column) []Column {
	return slices.DeleteFunc(slices.Clone(columns), func(c Column) bool { return c.Permission != "" && !v.Can(c.Permission) })
}

// Columns collects those the viewer may see, without the badges. What there is may have to
// be looked up: it is for choosing, and for what was chosen.
func (a *Asks) Columns(ctx context.Context, v viewer.Viewer) ([]Column, error) {
	all := []Column{}
	err := each(ctx, a.columns, func(slug string, answer Columns) error {
		got, err := answer(ctx, v)
		if err != nil {
			return fmt.Errorf("ask %s for its columns: %w", slug, err)
		}
		all = append(all, seen(v, got)...)
		return nil
	})
	return all, err
}
