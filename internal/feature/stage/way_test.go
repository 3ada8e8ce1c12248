package stage

import (
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/event"
)

// TestWay: which step it is, for whoever hears of it.
func TestWay(t *testing.T) {
	f := Flow{Stages: []Stage{{ID: 1, Class: Waiting}, {ID: 2, Class: Active}, {ID: 3, Class: Won}, {ID: 4, Class: Won}, {ID: 5, Class: Lost}}}
	at := func(n int) Stage {
		if n == 0 {
			return Stage{}
		}
		return f.Stages[n-1]
	}
	for _, c := range []struct {
		from, to int
		want     event.StageWay
	}{
		{0, 1, ""},
		{0, 2, ""},
		{2, 0, ""},
		{2, 2, ""},
		{1, 2, event.StageForward},
		{2, 1, event.StageBack},
		{2, 3, event.StageWon},
		{0, 3, event.StageWon},
		{3, 4, event.StageForward},
		{3, 2, event.StageBack},
		{1, 5, event.StageEnded},
		{3, 5, event.StageEnded},
		{5, 2, event.StageBack},
	} {
		if got := f.way(at(c.from), at(c.to)); got != c.want {
			t.Errorf("from %d to %d: %q, want %q", c.from, c.to, got, c.want)
		}
	}
}
