package customer

import (
	"context"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// MoreColumns chooses columns of other features for the rows of a list.
type MoreColumns struct {
	Columns []string `query:"column,explode" maxItems:"40" doc:"keys of GET /columns; one that is no longer there is left out"`
	English bool     `query:"english" doc:"words of the cells in English instead of Chinese"`
}

// ColumnView is a column that another feature adds to the lists.
type ColumnView struct {
	Key string `json:"key"`
	ZH  string `json:"zh"`
	EN  string `json:"en"`
}

// ColumnList is all of them, in menu order.
type ColumnList struct {
	Items []ColumnView `json:"items"`
}

// Cell is what another feature says of a row: a text, a number or a moment.
type Cell struct {
	Text   string   `json:"text,omitempty"`
	Number *float64 `json:"number,omitempty"`
	At     int64    `json:"at,omitempty" doc:"unix ms"`
}

// Said is what other features say of a row.
type Said struct {
	Badges []string        `json:"badges" doc:"words beside the name, asked for or not, e.g. that the customer is on the blacklist"`
	Cells  map[string]Cell `json:"cells,omitempty" doc:"columns that were asked for, by key, of a customer those of the newest follow that matches; one without a value is absent"`
}

// Columns lists what other features can add to the rows of the lists; badges are there
// anyway.
func (s *service) Columns(ctx context.Context, _ *struct{}) (*ColumnList, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	all, err := s.asks.Columns(ctx, v)
	if err != nil {
		return nil, err
	}
	out := &ColumnList{Items: []ColumnView{}}
	for _, c := range all {
		out.Items = append(out.Items, ColumnView{c.Key, c.ZH, c.EN})
	}
	return out, nil
}

// said asks the features for the badges of one page and the columns that were chosen: a
// few queries each, however many rows. The answer is by follow, one for each pair.
func (s *service) said(ctx context.Context, v viewer.Viewer, in MoreColumns, pairs []ask.Pair) (map[id.ID]Said, error) {
	rows := make(map[id.ID]Said, len(pairs))
	for _, p := range pairs {
		rows[p.Follow] = Said{Badges: []string{}}
	}
	if len(pairs) == 0 {
		return rows, nil
	}
	badges := s.asks.Badges(v)
	chosen, err := s.chosenOf(ctx, v, in.Columns)
	if err != nil {
		return nil, err
	}
	for i, c := range slices.Concat(badges, chosen) {
		cells, err := c.Cells(ctx, ask.CellsQuery{Viewer: v, Read: s.db.Read(), Pairs: pairs, English: in.English, Masked: true})
		if err != nil {
			return nil, err
		}
		for _, p := range pairs {
			x, has := cells[p.Follow]
			row := rows[p.Follow]
			switch {
			case !has:
				continue
			case i < len(badges):
				row.Badges = append(row.Badges, word{c.ZH, c.EN}.in(in.English))
			case row.Cells == nil:
				row.Cells = map[string]Cell{c.Key: cellOf(x)}
			default:
				row.Cells[c.Key] = cellOf(x)
			}
			rows[p.Follow] = row
		}
	}
	return rows, nil
}

// chosenOf are the columns with these keys. Nothing is asked when none was chosen, which is
// how most pages are read.
func (s *service) chosenOf(ctx context.Context, v viewer.Viewer, keys []string) ([]ask.Column, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	all, err := s.asks.Columns(ctx, v)
	return slices.DeleteFunc(all, func(c ask.Column) bool { return !slices.Contains(keys, c.Key) }), err
}

func cellOf(x any) Cell {
	var n float64
	switch x := x.(type) {
	case string:
		return Cell{Text: x}
	case time.Time:
		return Cell{At: db.MS(x)}
	case int:
		n = float64(x)
	case int64:
		n = float64(x)
	case float64:
		n = x
	}
	return Cell{Number: &n}
}
