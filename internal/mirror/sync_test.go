package mirror_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// sync runs a sync to its end.
func (h *house) sync(scope mirror.Scope) mirror.Sync {
	h.t.Helper()
	run, err := h.mirror.StartSync(context.Background(), h.corp, scope, "test")
	h.check(err)
	h.settle()
	return h.run(run)
}

func (h *house) run(run mirror.Sync) mirror.Sync {
	h.t.Helper()
	all, err := mirror.Syncs(context.Background(), h.db.Read(), h.corp, 100)
	h.check(err)
	return all[slices.IndexFunc(all, func(s mirror.Sync) bool { return s.ID == run.ID })]
}

func TestFirstSyncIsCompleteAndQuiet(t *testing.T) {
	t.Parallel()
	seed := wecomsim.SeedOptions{Members: 12, Departments: 4, Customers: 430, Groups: 9, Days: 20, People: 2}
	each(t, seed, func(h *house) {
		h.deaf = true
		run := h.sync(mirror.ScopeFull)
		if run.State != mirror.SyncDone || run.FinishedAt == 0 {
			t.Fatalf("run = %+v", run)
		}
		h.equalWorld()
		h.mu.Lock()
		for _, e := range h.news {
			if _, ok := e.(event.TagsChanged); !ok {
				t.Errorf("the first sync told %T", e)
			}
		}
		h.news = nil
		h.mu.Unlock()

		var calls int
		follows := 0
		h.sim.Inspect(func(w *wecomsim.World) { follows = w.Corp(h.corp).Follows() })
		if n := h.sim.Counters()["/cgi-bin/externalcontact/get"].Calls; n != 0 {
			t.Errorf("%d single readings", n)
		}
		calls = h.sim.Counters()["/cgi-bin/externalcontact/batch/get_by_user"].Calls
		if want := (follows + 99) / 100; calls != want || want < 4 {
			t.Errorf("%d pages for %d follows, want %d", calls, follows, want)
		}

		// The second time there is nothing to repair and nothing to tell.
		h.pass(time.Hour)
		run = h.sync(mirror.ScopeFull)
		h.pass(time.Minute)
		h.settle()
		if run.State != mirror.SyncDone || run.Repaired != 0 {
			t.Errorf("second run = %+v", run)
		}
		h.mu.Lock()
		if len(h.news) != 0 {
			t.Errorf("the second sync told %d pieces of news: %+v", len(h.news), h.news[0])
		}
		h.mu.Unlock()
		h.equalWorld()
	})
}

func TestSyncRepairsWhatCallbacksMissed(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		members, people := h.members(), h.people()
		stays, err := h.sim.Add(wecomsim.Add{Person: people[0], Member: members[0]})
		h.check(err)
		goes, err := h.sim.Add(wecomsim.Add{Person: people[1], Member: members[0]})
		h.check(err)
		h.sync(mirror.ScopeFull)
		h.pass(time.Hour)
		h.check2(h.sim.DeleteCustomer(wecomsim.Pair{Person: people[1], Member: members[0]}))
		comes, err := h.sim.Add(wecomsim.Add{Person: people[2], Member: members[1]})
		h.check(err)
		h.told() // all of it lost on the way
		h.pass(time.Hour)
		h.tx(func(ctx context.Context, tx db.Tx) error { // as nobody has counted his tags yet
			_, err := tx.NewRaw("UPDATE mirror_follow SET tagged = 9 WHERE customer = ?", stays.ExternalUserID).Exec(ctx)
			return err
		})

		run := h.sync(mirror.ScopeCustomers)
		if run.State != mirror.SyncDone || run.Repaired != 2 {
			t.Errorf("run = %+v", run)
		}
		if f := h.follow(members[0], goes.ExternalUserID); f.Standing != mirror.Gone || f.EndedAt != start.Add(2*time.Hour).UnixMilli() {
			t.Errorf("gone: %+v", f)
		}
		if f := h.follow(members[0], stays.ExternalUserID); f.Standing != mirror.Stands {
			t.Errorf("stays: %+v", f)
		}
		if c := h.customer(goes.ExternalUserID); c.Follows != 0 || c.LostAt == 0 {
			t.Errorf("customer = %+v", c)
		}
		if early := len(heard[event.CustomerAdded](h)) + len(heard[event.CustomerLost](h)); early != 0 {
			t.Errorf("told %d before callbacks had their time", early)
		}
		h.pass(time.Minute)
		h.settle()
		added := heard[event.CustomerAdded](h)
		if len(added) != 1 || !added[0].Repaired || added[0].WelcomeCode != "" || added[0].Customer != comes.ExternalUserID {
			t.Errorf("added = %+v", added)
		}
		lost := heard[event.CustomerLost](h)
		if len(lost) != 1 || !lost[0].Repaired || !lost[0].Unknown || lost[0].Customer != goes.ExternalUserID {
			t.Errorf("lost = %+v", lost)
		}
		h.equalWorld()
	})
}

func TestCallbackOvertakenBySync(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		members, people := h.members(), h.people()
		h.sync(mirror.ScopeFull)
		h.pass(time.Hour)
		r, err := h.sim.Add(wecomsim.Add{Person: people[0], Member: members[0]})
		h.check(err)
		late := h.told()
		h.sync(mirror.ScopeCustomers) // sees the follow before the callback comes
		if f := h.follow(members[0], r.ExternalUserID); f.Standing != mirror.Stands {
			t.Errorf("follow = %+v", f)
		}
		h.pass(5 * time.Second)
		h.deliver(late...)
		h.settle()
		h.pass(time.Minute)
		h.settle()
		added := heard[event.CustomerAdded](h)
		if len(added) != 1 || added[0].Repaired || added[0].WelcomeCode != r.WelcomeCode || added[0].Again {
			t.Errorf("added = %+v, want the callback's alone", added)
		}
	})
}

func TestOneSyncAtATime(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		ctx := context.Background()
		if _, err := h.mirror.StartSync(ctx, h.corp, mirror.ScopeTags, "test"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.mirror.StartSync(ctx, h.corp, mirror.ScopeFull, "test"); fault.CodeOf(err) != fault.Conflict {
			t.Errorf("a second run: %v, want conflict", err)
		}
		if _, err := h.mirror.StartSync(ctx, h.corp, "everything", "test"); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("an unknown scope: %v, want invalid", err)
		}
		h.settle()
		if run := h.sync(mirror.ScopeGroups); run.State != mirror.SyncDone {
			t.Errorf("run = %+v", run)
		}
	})
}
