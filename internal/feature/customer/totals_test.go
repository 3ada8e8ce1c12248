package customer

import (
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

func TestTotalsAreKeptAsLongAsTheyCost(t *testing.T) {
	c := clock.NewFake(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC))
	all := viewer.Viewer{Corp: "ww1", Scope: viewer.Scope{Reach: viewer.All}}
	some := viewer.Viewer{Corp: "ww1", Member: "li", Scope: viewer.Scope{Reach: viewer.Departments, Members: []string{"wang", "li"}}}
	same := viewer.Viewer{Corp: "ww1", Member: "wang", Scope: viewer.Scope{Reach: viewer.Departments, Members: []string{"li"}}}
	own := viewer.Viewer{Corp: "ww1", Member: "li", Scope: viewer.Scope{Reach: viewer.Self, Members: []string{"wang"}}}
	elsewhere := viewer.Viewer{Corp: "ww2", Scope: viewer.Scope{Reach: viewer.All}}
	figures := newTotals[int64](c)
	counted := int64(0)
	for _, s := range []struct {
		name  string
		as    viewer.Viewer
		after time.Duration // since the step before
		costs time.Duration
		want  int64 // how many have been counted by now, which is the value counted last
	}{
		{"the first", all, 0, time.Second, 1},
		{"again at once", all, 0, time.Second, 1},
		{"nearly twenty times as long after", all, 19999 * time.Millisecond, time.Second, 1},
		{"and then", all, time.Millisecond, 0, 2},
		{"what costs nothing is not kept", all, 0, time.Second, 3},
		{"another corp", elsewhere, 0, time.Second, 4},
		{"a department", some, 0, time.Second, 5},
		{"the same people", same, 0, time.Second, 5},
		{"one of them alone", own, 0, time.Second, 6},
	} {
		c.Advance(s.after)
		got, err := figures.of(scopeKey(s.as), func() (int64, error) {
			c.Advance(s.costs)
			counted++
			return counted, nil
		})
		if err != nil || got != s.want {
			t.Errorf("%s: %d, %v; want %d", s.name, got, err, s.want)
		}
	}
}
