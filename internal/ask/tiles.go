package ask

import (
	"context"
	"fmt"

	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Tiles asks for the figures of the home page. Asked by: home. Answered by: features with
// a figure worth a glance. Rule: all answers in menu order, each within the viewer's scope.
type Tiles func(ctx context.Context, v viewer.Viewer) ([]Tile, error)

// Tile is one figure. Title and definition are the i18n keys "tile.<key>" and
// "tile.<key>.definition".
type Tile struct {
	Key   string `json:"key"` // "<slug>.<figure>", e.g. "customer.total"
	Value int64  `json:"value"`
	// Before is the same figure one period earlier; absent when there is none to compare.
	Before *int64 `json:"before,omitempty"`
	// Href opens the rows behind the figure, inside the console.
	Href string `json:"href"`
	// Level is set when a value above zero asks somebody to act: "warning" or "error". The
	// bell of the top bar shows those.
	Level string `json:"level,omitempty" enum:"warning,error"`
}

// Tiles collects the figures.
func (a *Asks) Tiles(ctx context.Context, v viewer.Viewer) ([]Tile, error) {
	all := []Tile{}
	err := each(ctx, a.tiles, func(slug string, answer Tiles) error {
		got, err := answer(ctx, v)
		if err != nil {
			return fmt.Errorf("ask %s for its figures: %w", slug, err)
		}
		all = append(all, got...)
		return nil
	})
	return all, err
}
