package transfer_test

import (
	"maps"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// customerOf is the external_userid of the n-th person of the world.
func (w *world) customerOf(n int) (external string) {
	w.t.Helper()
	w.Sim.Inspect(func(x *wecomsim.World) {
		for _, c := range x.Corps[0].Customers {
			if c.Person == w.people[n] {
				external = c.ExternalUserID
			}
		}
	})
	return external
}

func (w *world) assign(n int, from, to string) {
	w.t.Helper()
	_, err := w.Sim.AssignCustomer(wecomsim.AssignCustomer{Person: w.people[n], Handover: from, Takeover: to})
	w.must(err)
}

// TestInWeComsConsole: what an administrator hands over in WeCom's own console, of one who
// left and of one who stays, is told of once each, as ours are; a customer whom a colleague
// of the leaver meets by himself is not.
func TestInWeComsConsole(t *testing.T) {
	both(t, func(t *testing.T, e db.Engine) {
		w := newWorld(t, e, "zhang", "qian", "zhao")
		w.meet("zhang", 3)
		w.meet("qian", 2)
		w.Settle()
		_, err := w.Sim.Resign(wecomsim.Resign{Member: "zhang"})
		w.must(err)
		w.Settle()
		w.Advance(5 * time.Minute)
		w.assign(0, "zhang", "zhao")
		w.assign(3, "qian", "zhao")
		_, err = w.Sim.Add(wecomsim.Add{Person: w.people[1], Member: "zhao"}) // met by himself
		w.must(err)
		w.Settle()
		w.days(2, 30*time.Minute)
		want := map[string]int{triple(w.customerOf(0), "zhang", "zhao"): 1, triple(w.customerOf(3), "qian", "zhao"): 1}
		if !maps.Equal(w.heard.news, want) {
			t.Errorf("told %v, want %v", w.heard.news, want)
		}
		var standing, unassigned int
		w.must(w.App.DB.Read().NewRaw("SELECT standing FROM mirror_follow WHERE member_id = 'zhang' AND customer = ?", w.customerOf(0)).Scan(t.Context(), &standing))
		w.must(w.App.DB.Read().NewRaw("SELECT COUNT(*) FROM transfer_unassigned WHERE customer = ?", w.customerOf(0)).Scan(t.Context(), &unassigned))
		if standing != 6 || unassigned != 0 {
			t.Errorf("the leaver's follow stands %d, unassigned %d", standing, unassigned)
		}

		// Ours are told of by their items, once.
		if _, ok := w.hand("zhang", "zhao"); !ok {
			t.Fatal("nothing is left to hand over")
		}
		w.Settle()
		w.days(2, 30*time.Minute)
		want[triple(w.customerOf(1), "zhang", "zhao")], want[triple(w.customerOf(2), "zhang", "zhao")] = 1, 1
		if !maps.Equal(w.heard.news, want) {
			t.Errorf("told %v, want %v", w.heard.news, want)
		}
	})
}

// TestInWeComsConsoleOneHalfOnly: nobody tells of a beginning where the taker had the
// customer already, and nobody tells whose a customer was whom two who left had; WeCom's
// results do.
func TestInWeComsConsoleOneHalfOnly(t *testing.T) {
	both(t, func(t *testing.T, e db.Engine) {
		w := newWorld(t, e, "zhang", "qian", "sun", "zhao", "wu")
		w.meet("zhang", 4)
		also := func(member string, n int) {
			_, err := w.Sim.Add(wecomsim.Add{Person: w.people[n], Member: member})
			w.must(err)
		}
		w.meet("sun", 1)
		also("zhao", 0) // of zhang and zhao
		also("wu", 0)
		also("qian", 1) // of zhang and qian, who both leave
		also("zhao", 2) // of zhang and zhao; nobody assigns him
		also("zhao", 4) // of sun and zhao
		also("wu", 4)
		w.Settle()
		for _, m := range []string{"zhang", "qian"} {
			_, err := w.Sim.Resign(wecomsim.Resign{Member: m})
			w.must(err)
		}
		w.Settle()
		w.Advance(5 * time.Minute)
		w.assign(0, "zhang", "zhao")
		w.assign(1, "qian", "zhao")
		w.assign(4, "sun", "wu")
		w.Settle()
		w.days(4, time.Hour)
		want := map[string]int{
			triple(w.customerOf(0), "zhang", "zhao"): 1, triple(w.customerOf(1), "qian", "zhao"): 1, triple(w.customerOf(4), "sun", "wu"): 1,
		}
		if !maps.Equal(w.heard.news, want) {
			t.Errorf("told %v, want %v", w.heard.news, want)
		}
		var left int
		w.must(w.App.DB.Read().NewRaw("SELECT COUNT(*) FROM transfer_unassigned WHERE customer IN (?, ?) OR customer IN (?, ?)", w.customerOf(0), w.customerOf(4), w.customerOf(2), w.customerOf(3)).Scan(t.Context(), &left))
		if left != 2 {
			t.Errorf("%d are unassigned still, want the two whom nobody assigned", left)
		}
	})
}
