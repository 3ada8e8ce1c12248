package ask

import (
	"context"
	"fmt"

	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Find asks for objects by a few characters. Asked by: the console's global search.
// Answered by: every feature with named objects. Rule: all answers, one block each, in
// menu order; at most Limit hits a block, only within the viewer's scope and permissions.
type Find func(ctx context.Context, q FindQuery) (*Found, error)

// FindQuery is what was typed.
type FindQuery struct {
	Viewer viewer.Viewer
	Text   string // trimmed, 1 to 50 characters
	Limit  int
}

// Found is one block of hits.
type Found struct {
	Kind string `json:"kind"` // i18n key "find.<kind>", e.g. "customer"
	Hits []Hit  `json:"hits"`
}

// Hit is one object found.
type Hit struct {
	Title    string `json:"title"`
	Subtitle string `json:"subtitle,omitempty"`
	Href     string `json:"href"` // path inside the console
}

// Find collects the blocks that have hits.
func (a *Asks) Find(ctx context.Context, q FindQuery) ([]Found, error) {
	blocks := []Found{}
	err := each(ctx, a.finds, func(slug string, answer Find) error {
		got, err := answer(ctx, q)
		if err != nil {
			return fmt.Errorf("ask %s to find: %w", slug, err)
		}
		if got != nil && len(got.Hits) > 0 {
			blocks = append(blocks, *got)
		}
		return nil
	})
	return blocks, err
}
