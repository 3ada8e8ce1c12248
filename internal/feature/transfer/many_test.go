package transfer_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestLeaverKilledInTheMiddle: a leaver's 250 customers and 12 groups go to three
// colleagues; the program dies after WeCom has begun with some and before it knows; some
// customers refuse, and go to somebody else in the end.
func TestLeaverKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e db.Engine) {
		w := newWorld(t, e, "zhang", "li", "zhao", "qian", "sun")
		w.meet("zhang", 250)
		for range 12 {
			_, err := w.Sim.CreateGroup(wecomsim.CreateGroup{Owner: "zhang", Name: "群", People: w.people[:1]})
			w.must(err)
		}
		w.Settle()
		_, err := w.Sim.Resign(wecomsim.Resign{Member: "zhang"})
		w.must(err)
		w.Settle()
		w.line.Lose("transfer_customer", 2) // WeCom has begun; its answer is lost, and the next one too
		begun, ok := w.hand("zhang", "li", "zhao", "qian")
		if !ok || begun.Customers != 250 || begun.Groups != 12 {
			t.Fatalf("begun %+v", begun)
		}
		w.Settle()
		if got := w.states(); got["sent"] == 0 {
			t.Fatalf("nothing is without an answer: %v", got)
		}
		w.Restart()
		w.line.Mend()
		w.Advance(time.Minute)
		w.Settle()
		if got := w.states(); got["waiting"] != 262 {
			t.Fatalf("after the start: %v", got)
		}
		for _, p := range w.people[:30] {
			_, err := w.Sim.RefuseTransfer(wecomsim.RefuseTransfer{Person: p})
			w.must(err)
		}
		w.Settle()
		w.Advance(10 * time.Minute)
		w.Advance(24 * time.Hour)
		w.Advance(10 * time.Minute)
		if got := w.states(); got["accepted"] != 232 || got["refused"] != 30 || len(got) != 2 {
			t.Fatalf("a day later: %v", got)
		}
		var again outline
		if status := w.post("/api/transfer/transfers/"+begun.ID+"/retry", map[string]any{"to": []string{"sun"}}, &again); status != 200 || again.Customers != 30 {
			t.Fatalf("retry: %d %+v", status, again)
		}
		w.Settle()
		w.Advance(25 * time.Hour)
		w.Advance(10 * time.Minute)
		if got := w.states(); got["accepted"] != 262 {
			t.Fatalf("in the end: %v", got)
		}
		if got := w.Ends("transfer.ends"); !slices.Equal(got, []string{"done 232/30/0 for account:0000000000001", "done 30/0/0 for account:0000000000001"}) {
			t.Errorf("on record: %q", got)
		}
		w.same()
		held := map[string]int{}
		w.Sim.Inspect(func(x *wecomsim.World) {
			for _, g := range x.Corps[0].Groups {
				held["groups of "+g.Owner]++
			}
			if n := len(x.Corps[0].Unassigned); n != 0 {
				t.Errorf("%d customers are unassigned", n)
			}
		})
		if held["groups of li"]+held["groups of zhao"]+held["groups of qian"] != 12 || held["groups of li"] != 4 {
			t.Errorf("%v", held)
		}
	})
}

// TestManyGroups: 310 groups of one owner take two days.
func TestManyGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db.SQLite, "zhang", "li")
	for range 310 {
		_, err := w.Sim.CreateGroup(wecomsim.CreateGroup{Owner: "zhang"})
		w.must(err)
	}
	w.Settle()
	_, err := w.Sim.Resign(wecomsim.Resign{Member: "zhang"})
	w.must(err)
	w.Settle()
	begun, ok := w.hand("zhang", "li")
	if !ok || begun.Groups != 310 || begun.Days != 2 {
		t.Fatalf("begun %+v", begun)
	}
	w.Settle()
	if got := w.states(); got["waiting"] != 300 || got["planned"] != 10 {
		t.Fatalf("the first day: %v", got)
	}
	w.Advance(5 * time.Minute)
	w.Advance(15 * time.Hour)
	w.Advance(5 * time.Minute)
	w.Advance(10 * time.Minute)
	if got := w.states(); got["accepted"] != 310 {
		t.Fatalf("the next day: %v", got)
	}
}

// TestNothingLostNothingDoubled: whatever goes wrong – lost answers, calls that do not
// arrive, callbacks that are lost, doubled or late, results that lag or lie, restarts,
// refusals, takers without room –, once it is quiet what passed at WeCom is what our items
// say, and was told once.
func TestNothingLostNothingDoubled(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e db.Engine) {
		for _, seed := range apptest.SeedsOr(t, map[db.Engine][]uint64{db.SQLite: {1, 131}, db.Postgres: {3}}[e]...) {
			t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { // its house is closed before the next
				r := rand.New(rand.NewPCG(seed, 11))
				members := []string{"zhang", "li", "zhao", "qian"}
				w := newWorld(t, e, members...)
				here := slices.Clone(members)
				for _, m := range members {
					w.meet(m, 3+r.IntN(4))
				}
				w.Settle()
				for step := range 14 {
					w.trouble(r)
					switch r.IntN(7) {
					case 0, 1, 2:
						from := members[r.IntN(len(members))]
						to := slices.DeleteFunc(slices.Clone(here), func(m string) bool { return m == from })
						w.hand(from, to...)
					case 3:
						_, _ = w.Sim.RefuseTransfer(wecomsim.RefuseTransfer{Person: w.people[r.IntN(len(w.people))]})
					case 4:
						if len(here) > 2 && step > 4 {
							_, err := w.Sim.Resign(wecomsim.Resign{Member: here[0]})
							w.must(err)
							here = here[1:]
						}
					case 5:
						w.Restart()
					case 6:
						_, _ = w.Sim.AcceptTransfer(wecomsim.AcceptTransfer{Person: w.people[r.IntN(len(w.people))]})
					}
					w.Advance([]time.Duration{time.Second, 11 * time.Minute, 5 * time.Hour, 25 * time.Hour}[r.IntN(4)])
				}
				w.Sim.ClearFaults()
				w.line.Mend()
				w.Sync()
				w.days(4, 4*time.Hour)
				if got := w.states(); got["planned"]+got["sent"]+got["waiting"] != 0 {
					t.Errorf("something is open: %v", got)
				}
				w.same()
				if t.Failed() {
					t.Fatalf("seed %d: %v", seed, w.states())
				}
			})
		}
	})
}

// trouble changes what goes wrong at WeCom and on the line to it.
func (w *world) trouble(r *rand.Rand) {
	w.t.Helper()
	switch r.IntN(11) {
	case 0:
		w.line.Lose([]string{"transfer_customer", "transfer_result", "get_unassigned_list"}[r.IntN(3)], 1+r.IntN(2))
	case 1:
		w.line.Cut([]string{"transfer_customer", "transfer_result"}[r.IntN(2)], 1+r.IntN(2))
	case 2:
		_, err := w.Sim.AddFault(wecomsim.Fault{
			Kind:  []string{wecomsim.FaultDrop, wecomsim.FaultDuplicate, wecomsim.FaultReorder}[r.IntN(3)],
			Event: []string{"change_external_contact/transfer_fail", "change_external_contact/del_external_contact", "change_external_contact/add_external_contact"}[r.IntN(3)],
		})
		w.must(err)
	case 3:
		_, err := w.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultStaleResult, LatencyMS: (3 * time.Hour).Milliseconds()})
		w.must(err)
	case 4:
		_, err := w.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultContraryResult})
		w.must(err)
	case 5:
		_, err := w.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultBusy, Path: "/cgi-bin/externalcontact/**", Count: 2})
		w.must(err)
	case 6:
		_, err := w.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultHTTP, Status: 503, Path: "/cgi-bin/externalcontact/**", Count: 2})
		w.must(err)
	case 7:
		_, err := w.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultDelay, LatencyMS: (20 * time.Minute).Milliseconds(), Count: 3})
		w.must(err)
	case 8:
		w.Sim.ClearFaults()
		w.line.Mend()
	}
}
