package mirror_test

import (
	"context"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

func TestCustomerComesAndGoes(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		member, person := h.members()[0], h.people()[0]
		r, err := h.sim.Add(wecomsim.Add{Person: person, Member: member})
		h.check(err)
		h.happen()

		c, f := h.customer(r.ExternalUserID), h.follow(member, r.ExternalUserID)
		if c.Name == "" || c.Follows != 1 || c.LostAt != 0 || f.Standing != mirror.Stands || f.AddedAt != start.UnixMilli() || f.AddWay != 2 {
			t.Errorf("customer %+v, follow %+v", c, f)
		}
		added := heard[event.CustomerAdded](h)
		if len(added) != 1 || added[0].WelcomeCode != r.WelcomeCode || added[0].Member != member || added[0].Again || added[0].Repaired {
			t.Errorf("added = %+v", added)
		}
		if changed := heard[event.CustomerChanged](h); len(changed) != 1 || changed[0].Customer != r.ExternalUserID {
			t.Errorf("changed = %+v", changed)
		}
		match, err := h.search.Find(context.Background(), h.db.Read(), h.corp, "customer", string([]rune(c.Name)[:2]))
		if err != nil || match.None() {
			t.Errorf("the customer is not found by two characters of %q: %v", c.Name, err)
		}

		h.pass(time.Hour)
		h.check2(h.sim.DeleteMember(wecomsim.Pair{Person: person, Member: member}))
		h.happen()
		c, f = h.customer(r.ExternalUserID), h.follow(member, r.ExternalUserID)
		lostAt := start.Add(time.Hour).UnixMilli()
		if c.Follows != 0 || c.LostAt != lostAt || f.Standing != mirror.Lost || f.EndedAt != lostAt || f.AddedAt != start.UnixMilli() {
			t.Errorf("after the loss: customer %+v, follow %+v", c, f)
		}
		if lost := heard[event.CustomerLost](h); len(lost) != 1 || !lost[0].At.Equal(start.Add(time.Hour)) || lost[0].Unknown {
			t.Errorf("lost = %+v", lost)
		}

		h.pass(time.Hour)
		h.check2(h.sim.Add(wecomsim.Add{Person: person, Member: member}))
		h.happen()
		c, f = h.customer(r.ExternalUserID), h.follow(member, r.ExternalUserID)
		if c.Follows != 1 || c.LostAt != 0 || f.Standing != mirror.Stands || f.AddedAt != start.Add(2*time.Hour).UnixMilli() {
			t.Errorf("after coming back: customer %+v, follow %+v", c, f)
		}
		if again := heard[event.CustomerAdded](h); len(again) != 1 || !again[0].Again {
			t.Errorf("added again = %+v", again)
		}

		h.pass(time.Hour)
		h.check2(h.sim.DeleteCustomer(wecomsim.Pair{Person: person, Member: member}))
		h.happen()
		if f = h.follow(member, r.ExternalUserID); f.Standing != mirror.Deleted {
			t.Errorf("after the deletion: %+v", f)
		}
		if deleted := heard[event.CustomerDeleted](h); len(deleted) != 1 || deleted[0].ByTransfer {
			t.Errorf("deleted = %+v", deleted)
		}
	})
}

func TestLossBeforeTheFirstSync(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		member, person := h.members()[0], h.people()[0]
		r, err := h.sim.Add(wecomsim.Add{Person: person, Member: member})
		h.check(err)
		h.told() // nobody listened yet
		h.pass(24 * time.Hour)
		h.check2(h.sim.DeleteMember(wecomsim.Pair{Person: person, Member: member}))
		h.happen()
		f := h.follow(member, r.ExternalUserID)
		if f.Standing != mirror.Lost || f.EndedAt != start.Add(24*time.Hour).UnixMilli() {
			t.Errorf("follow = %+v", f)
		}
		if lost := heard[event.CustomerLost](h); len(lost) != 1 {
			t.Errorf("lost = %+v", lost)
		}
		h.pass(time.Minute)
		h.settle()
		// WeCom still shows the one-sided follow: now name and begin are known.
		c, f := h.customer(r.ExternalUserID), h.follow(member, r.ExternalUserID)
		if c.Name == "" || c.Follows != 0 || f.Standing != mirror.Lost || f.AddedAt != start.UnixMilli() {
			t.Errorf("after the details came: customer %+v, follow %+v", c, f)
		}
		if added := heard[event.CustomerAdded](h); len(added) != 0 {
			t.Errorf("a loss made news of an addition: %+v", added)
		}
	})
}

func TestHalfAddedAndConfirmed(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		member := h.members()[0]
		half := event1("add_half_external_contact", member, "wmHALFHALFHALFHALFHALFHALFHALFHA", h.corp, start, "<State>ccX</State><WelcomeCode>CODE</WelcomeCode>")
		h.deliver(half)
		h.settle()
		f := h.follow(member, "wmHALFHALFHALFHALFHALFHALFHALFHA")
		if f.Standing != mirror.Half || f.State != "ccX" || !f.Standing.Open() {
			t.Errorf("half: %+v", f)
		}
		added := heard[event.CustomerAdded](h)
		if len(added) != 1 || !added[0].Half || added[0].State != "ccX" || added[0].WelcomeCode != "CODE" {
			t.Errorf("half news: %+v", added)
		}
		h.pass(10 * time.Minute)
		h.deliver(event1("add_external_contact", member, "wmHALFHALFHALFHALFHALFHALFHALFHA", h.corp, h.clock.Now(), ""))
		h.settle()
		f = h.follow(member, "wmHALFHALFHALFHALFHALFHALFHALFHA")
		if f.Standing != mirror.Stands || f.State != "ccX" || f.AddedAt != start.UnixMilli() {
			t.Errorf("confirmed: %+v", f)
		}
		if added = heard[event.CustomerAdded](h); len(added) != 1 || added[0].Half || added[0].Again {
			t.Errorf("confirmation news: %+v", added)
		}
	})
}

// TestNobodyWaitsForALeaversFollow: WeCom shows no follow of a member who left, so that
// nothing is asked for again and again while other work on the customer waits in line.
func TestNobodyWaitsForALeaversFollow(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		member, person := h.members()[0], h.people()[0]
		h.check2(h.sim.Add(wecomsim.Add{Person: person, Member: member}))
		h.check2(h.sim.Resign(wecomsim.Resign{Member: member}))
		h.deliver(h.told()...)
		h.settle()
		if n := h.count("SELECT count(*) FROM job_job WHERE state IN ('available', 'parked') AND kind = 'mirror.refresh-customer'"); n != 0 {
			h.t.Errorf("%d readings wait for what WeCom will never show", n)
		}
	})
}
