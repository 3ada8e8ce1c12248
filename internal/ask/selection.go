package ask

import (
	"context"
	"errors"
	"fmt"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Selection is whom a batch act means: rows that were ticked, or all that match. Exactly
// one of Customers, Follows, Rule and Segment is set; Except takes some of them out again.
type Selection struct {
	Customers []id.ID `json:"customers,omitempty" maxItems:"5000" doc:"ids of customers that were ticked"`
	Follows   []id.ID `json:"follows,omitempty" maxItems:"5000" doc:"ids of follows that were ticked"`
	Rule      *Rule   `json:"rule,omitempty" doc:"all follows that match; {} for everybody"`
	Segment   *id.ID  `json:"segment,omitempty" doc:"all of a saved segment"`
	Except    []id.ID `json:"except,omitempty" maxItems:"5000" doc:"ids, of customers or follows as they were ticked, left out"`
}

// Select walks the follows that a selection means, in bounded pages. Asked by: tag, stage,
// transfer and whoever acts on many customers at once. Answered by: customer alone. Rule:
// one answer; only follows that stand now and lie within the viewer's scope; the order
// never changes and the cursor is stable, so that a job that died goes on where it was.
type Select func(ctx context.Context, q SelectQuery) (Selected, error)

// SelectQuery asks for one page of a selection.
type SelectQuery struct {
	Viewer    viewer.Viewer
	Selection Selection
	// Pairs is true for every follow meant: all standing follows in scope of a customer that
	// was ticked, all that match of a rule or segment. Else each customer comes once, with
	// his newest of these.
	Pairs bool
	// Among leaves only follows with these ids, when it is not nil: so a rule is asked of one
	// pair, e.g. by automatic rules.
	Among []id.ID
	After string // Selected.Next of the page before, "" for the first
	Limit int    // 1 to 1000
}

// Selected is one page.
type Selected struct {
	Items []Pair
	Next  string // "" when there is no more
}

// Pair is one member–customer pair.
type Pair struct {
	Follow     id.ID  // mirror_follow.id
	CustomerID id.ID  // mirror_customer.id
	Customer   string // external_userid
	Member     string // userid
}

// Select gives one page of a selection.
func (a *Asks) Select(ctx context.Context, q SelectQuery) (Selected, error) {
	if len(a.selects) != 1 {
		return Selected{}, errNobodySelects
	}
	got, err := a.selects[0].answer(ctx, q)
	if err != nil {
		return Selected{}, fmt.Errorf("ask %s to select: %w", a.selects[0].slug, err)
	}
	return got, nil
}

// Size asks how many follows a selection means, for previews. Answered by: customer alone.
// Counts stop at some limit, and after a while; Capped tells that there may be more.
type Size func(ctx context.Context, q SelectQuery) (Count, error)

// Count is how many there are.
type Count struct {
	Customers int64 `json:"customers"`
	Follows   int64 `json:"follows"`
	Capped    bool  `json:"capped" doc:"counting stopped: there are at least so many; with 0 it took too long to know anything"`
}

// Size counts a selection.
func (a *Asks) Size(ctx context.Context, q SelectQuery) (Count, error) {
	if len(a.sizes) != 1 {
		return Count{}, errNobodySelects
	}
	got, err := a.sizes[0].answer(ctx, q)
	if err != nil {
		return Count{}, fmt.Errorf("ask %s for a size: %w", a.sizes[0].slug, err)
	}
	return got, nil
}

var errNobodySelects = errors.New("ask: exactly one feature must answer Select and Size")
