package job

import (
	"slices"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// TestMovedOnBetweenTwoLooks: a list is put together of one look for each state. A job that
// was waiting in the first and at work in the next stands in it once, as it was found last.
func TestMovedOnBetweenTwoLooks(t *testing.T) {
	rows := later(nil, []entry{{ID: 3, State: Available}, {ID: 1, State: Available}})
	rows = later(rows, []entry{{ID: 3, State: Running}, {ID: 2, State: Running}})
	got := map[id.ID][]State{}
	for _, r := range rows {
		got[r.ID] = append(got[r.ID], r.State)
	}
	for job, want := range map[id.ID]State{1: Available, 2: Running, 3: Running} {
		if !slices.Equal(got[job], []State{want}) {
			t.Errorf("job %d stands in the list as %v, want %s once", job, got[job], want)
		}
	}
}
