package ask

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Timeline asks what a feature knows of one customer. Asked by: customer. Answered by:
// nearly all. Rule: all answers, merged by time, newest first. An answer returns at most
// Limit entries strictly before Before, and only what the viewer's scope lets him see.
type Timeline func(ctx context.Context, q TimelineQuery) ([]Entry, error)

// TimelineQuery names the customer and the page.
type TimelineQuery struct {
	Viewer   viewer.Viewer
	Customer string // external_userid
	// About names the features that are asked, by slug; nil is all of them.
	About []string
	// Since leaves out what is older; zero is from the beginning. Asks sees to it.
	Since time.Time
	// Before pages: entries strictly before (At, Key) in descending order. Zero time: from the newest.
	Before    time.Time
	BeforeKey string
	Limit     int // 1 to 100
}

// Covers tells whether an entry lies on the asked page, ties of time decided by key.
func (q TimelineQuery) Covers(e Entry) bool {
	if q.Before.IsZero() || e.At.Before(q.Before) {
		return true
	}
	return e.At.Equal(q.Before) && e.Key < q.BeforeKey
}

// Under is Covers for the rows behind entries: at is their time in unix milliseconds, row the
// id that follows prefix in their key. However many are of one moment, a reader that takes
// them in the order at DESC, row DESC and stops at Limit loses none: those that stood on an
// earlier page do not count. Prefixes of one timeline must not begin with one another.
func (q TimelineQuery) Under(at, row, prefix string) viewer.Condition {
	if q.Before.IsZero() {
		return viewer.Condition{SQL: "1 = 1"}
	}
	bound := int64(0) // of the moment itself none
	if text, own := strings.CutPrefix(q.BeforeKey, prefix); own {
		if last, err := id.Parse(text); err == nil {
			bound = int64(last)
		}
	} else if prefix < q.BeforeKey {
		bound = math.MaxInt64 // of the moment all
	}
	return viewer.Condition{SQL: "(" + at + ", " + row + ") < (?, ?)", Args: []any{db.MS(q.Before), bound}}
}

// Entry is one line of a timeline. The front end has the words: Kind is the i18n key
// "timeline.<kind>" and Values fill its places.
type Entry struct {
	At   time.Time `json:"at"`
	Key  string    `json:"key"`  // unique within the timeline, breaks ties of At
	Kind string    `json:"kind"` // "<slug>.<what>", e.g. "customer.added"
	// Member is the userid concerned, "" when none; MemberName is filled by the asker.
	Member     string            `json:"member,omitempty"`
	MemberName string            `json:"memberName,omitempty"`
	Values     map[string]string `json:"values,omitempty"`
	// Href leads to the object behind the entry, inside the console.
	Href string `json:"href,omitempty"`
}

// Tellers are the slugs of the features that tell timelines, by name.
func (a *Asks) Tellers() []string {
	slugs := make([]string, len(a.timelines))
	for i, n := range a.timelines {
		slugs[i] = n.slug
	}
	slices.Sort(slugs)
	return slugs
}

// Timeline collects one page from all features.
func (a *Asks) Timeline(ctx context.Context, q TimelineQuery) ([]Entry, error) {
	var all []Entry
	err := each(ctx, a.timelines, func(slug string, answer Timeline) error {
		if q.About != nil && !slices.Contains(q.About, slug) {
			return nil
		}
		got, err := answer(ctx, q)
		if err != nil {
			return fmt.Errorf("ask %s for a timeline: %w", slug, err)
		}
		all = append(all, got...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(e Entry) bool { return e.At.Before(q.Since) })
	slices.SortFunc(all, func(x, y Entry) int {
		return cmp.Or(y.At.Compare(x.At), cmp.Compare(y.Key, x.Key))
	})
	return all[:min(len(all), q.Limit)], nil
}
