package mirror_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestEveryOrder plays short stories of one customer and two members and delivers their
// callbacks in every order, with and without translating in between.
func TestEveryOrder(t *testing.T) {
	t.Parallel()
	type step struct {
		what   string
		member int
		wait   time.Duration
	}
	minute := time.Minute
	for name, story := range map[string][]step{
		"lost, and another member follows": {{"add", 0, minute}, {"add", 1, minute}, {"lose", 0, minute}},
		"lost and back within a second":    {{"add", 0, minute}, {"lose", 0, 0}, {"add", 0, 0}},
		"added and lost within a second":   {{"add", 0, 0}, {"lose", 0, 0}},
		"deleted and back within a second": {{"add", 0, minute}, {"delete", 0, 0}, {"add", 0, minute}},
		"all within a second":              {{"add", 0, 0}, {"delete", 0, 0}, {"add", 0, 0}, {"lose", 0, 0}},
		"deleted, back, and lost":          {{"add", 0, minute}, {"delete", 0, minute}, {"add", 0, time.Second}, {"lose", 0, 0}},
	} {
		for n, order := range permutations(len(story)) {
			t.Run(fmt.Sprint(name, order), func(t *testing.T) {
				t.Parallel()
				together := n%2 == 0
				h := newHouse(t, dbtest.Open(t, db.SQLite, sets(db.SQLite)...), small())
				for _, s := range story {
					pair := wecomsim.Pair{Person: h.people()[0], Member: h.members()[s.member]}
					switch s.what {
					case "add":
						h.check2(h.sim.Add(wecomsim.Add{Person: pair.Person, Member: pair.Member}))
					case "lose":
						h.check2(h.sim.DeleteMember(pair))
					case "delete":
						h.check2(h.sim.DeleteCustomer(pair))
					}
					h.pass(s.wait)
				}
				h.pass(time.Second)
				told := h.told()
				for _, i := range order {
					h.deliver(told[i])
					if !together {
						h.settle()
					}
				}
				h.quiet()
				if diff := cmp.Diff(h.world(), h.mirroredHeard(false)); diff != "" {
					t.Errorf("together %v: the mirror differs from the world (-world +mirror):\n%s", together, diff)
				}
			})
		}
	}
}

func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{{}}
	}
	var all [][]int
	for _, rest := range permutations(n - 1) {
		for at := 0; at <= len(rest); at++ {
			p := append(append(append([]int{}, rest[:at]...), n-1), rest[at:]...)
			all = append(all, p)
		}
	}
	return all
}
