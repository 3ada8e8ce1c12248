package mirror_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

const batchPath = "/cgi-bin/externalcontact/batch/get_by_user"

// TestSyncGoesOnAfterACrash breaks WeCom off in the middle; the jobs that are tried again
// stand for those of a process that took over, since nothing of a part lives outside the
// database.
func TestSyncGoesOnAfterACrash(t *testing.T) {
	t.Parallel()
	seed := wecomsim.SeedOptions{Members: 5, Departments: 2, Customers: 900, Groups: 4, Days: 10}
	each(t, seed, func(h *house) {
		h.deaf = true
		pages := 0
		h.sim.Inspect(func(w *wecomsim.World) { pages = (w.Corp(h.corp).Follows() + 99) / 100 })
		run, err := h.mirror.StartSync(context.Background(), h.corp, mirror.ScopeFull, "test")
		h.check(err)
		// Each time three pages come through and the rest of the tries fails.
		breakDowns := 0
		for h.run(run).State == mirror.SyncRunning {
			h.between(func(n int) bool { return n%4 == 3 })
			h.settle()
			breakDowns++
			h.pass(10 * time.Minute)
			if breakDowns > 60 {
				t.Fatalf("it does not end: %+v", h.run(run))
			}
		}
		if got := h.run(run); got.State != mirror.SyncDone || breakDowns < 3 {
			t.Fatalf("run = %+v after %d break-downs", got, breakDowns)
		}
		h.equalWorld()
		counter := h.sim.Counters()[batchPath]
		// A page that was fetched ahead when the one before could not be written is read twice.
		if read := counter.Calls - counter.Failed; read > pages+breakDowns {
			t.Errorf("%d pages read for %d, with %d break-downs", read, pages, breakDowns)
		}
	})
}

// between lets the calls fail for which broken says so, counted from now on.
func (h *house) between(broken func(n int) bool) {
	n := 0
	h.interrupt.Store(func(r *http.Request) bool {
		if r.URL.Path != batchPath {
			return false
		}
		n++
		return broken(n)
	})
}

func TestSyncFailsWithAdvice(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		h.check2(h.sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultCode, Code: errcode.UntrustedIP}))
		run := h.sync(mirror.ScopeCustomers)
		if run.State != mirror.SyncFailed || run.FinishedAt == 0 || run.Error.Code != "refused" || run.Error.Values["op"] == "" || run.Error.Text == "" || run.Error.EN == "" {
			t.Errorf("run = %+v", run)
		}
		// The place is free for the next.
		h.sim.ClearFaults()
		if run := h.sync(mirror.ScopeCustomers); run.State != mirror.SyncDone {
			t.Errorf("the next run = %+v", run)
		}
	})
}

func TestSyncOutlastsDeadCursorsAndLeavers(t *testing.T) {
	t.Parallel()
	seed := wecomsim.SeedOptions{Members: 4, Departments: 2, Customers: 500, Days: 10}
	each(t, seed, func(h *house) {
		h.deaf = true
		run, err := h.mirror.StartSync(context.Background(), h.corp, mirror.ScopeFull, "test")
		h.check(err)
		h.between(func(n int) bool { return n >= 3 })
		h.settle()
		// While it stands still, for longer than a cursor lives, a member leaves.
		h.pass(2 * time.Hour)
		h.between(func(int) bool { return false })
		h.check2(h.sim.Resign(wecomsim.Resign{Member: h.members()[1]}))
		for range 20 {
			h.settle()
			h.pass(10 * time.Minute)
		}
		if got := h.run(run); got.State != mirror.SyncDone {
			t.Fatalf("run = %+v", got)
		}
		h.sync(mirror.ScopeContacts)
		h.equalWorld()
	})
}

func TestCallbacksDuringASyncAreNotUndone(t *testing.T) {
	t.Parallel()
	seed := wecomsim.SeedOptions{Members: 2, Departments: 1, Customers: 400, Days: 10, People: 2}
	each(t, seed, func(h *house) {
		h.deaf = true
		h.sync(mirror.ScopeFull)
		h.pass(time.Hour)
		run, err := h.mirror.StartSync(context.Background(), h.corp, mirror.ScopeCustomers, "test")
		h.check(err)
		h.between(func(n int) bool { return n >= 3 })
		h.settle() // two pages are read
		member := h.members()[0]
		var strangers []string
		h.sim.Inspect(func(w *wecomsim.World) {
			known := map[string]bool{}
			for _, c := range w.Corp(h.corp).Customers {
				known[c.Person] = true
			}
			for p := range w.People {
				if !known[p] {
					strangers = append(strangers, p)
				}
			}
		})
		person := strangers[0]
		r, err := h.sim.Add(wecomsim.Add{Person: person, Member: member})
		h.check(err)
		h.happen()
		// The list of WeCom shifts: the new follow lies behind what was read, as it happens,
		// so hide it from the rest of the pages by ending and hearing of it only later.
		h.check2(h.sim.DeleteCustomer(wecomsim.Pair{Person: person, Member: member}))
		late := h.told()
		h.between(func(int) bool { return false })
		for range 5 {
			h.pass(10 * time.Minute)
			h.settle()
		}
		if got := h.run(run); got.State != mirror.SyncDone {
			t.Fatalf("run = %+v", got)
		}
		if f := h.follow(member, r.ExternalUserID); f.Standing != mirror.Stands {
			t.Errorf("a follow that a callback began during the sync was ended by it: %+v", f)
		}
		h.deliver(late...)
		h.settle()
		if f := h.follow(member, r.ExternalUserID); f.Standing != mirror.Deleted {
			t.Errorf("after the deletion: %+v", f)
		}
		if lost := heard[event.CustomerLost](h); len(lost) != 0 {
			t.Errorf("lost = %+v", lost)
		}
	})
}
