package mirror_test

import (
	"slices"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestTransferOnTheJob: the customer passes to another member, whichever of the two
// callbacks comes first. Nobody deleted him, and nobody greets him.
func TestTransferOnTheJob(t *testing.T) {
	t.Parallel()
	for name, order := range map[string]func([]string){"end first": func([]string) {}, "beginning first": slices.Reverse[[]string]} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, small(), func(h *house) {
				a, b, person := h.members()[0], h.members()[1], h.people()[0]
				r, err := h.sim.Add(wecomsim.Add{Person: person, Member: a})
				h.check(err)
				h.happen()
				heard[event.CustomerAdded](h)
				h.check2(h.sim.AssignCustomer(wecomsim.AssignCustomer{Person: person, Handover: a, Takeover: b}))
				h.pass(24 * time.Hour)
				callbacks := h.told()
				if len(callbacks) != 2 {
					h.t.Fatalf("%d callbacks", len(callbacks))
				}
				order(callbacks)
				h.deliver(callbacks...)
				h.quiet()
				at := start.Add(24 * time.Hour).UnixMilli()
				c, gave, took := h.customer(r.ExternalUserID), h.follow(a, r.ExternalUserID), h.follow(b, r.ExternalUserID)
				if c.Follows != 1 || c.LostAt != 0 || gave.Standing != mirror.HandedOver || gave.EndedAt != at ||
					took.Standing != mirror.Stands || took.AddedAt != at || took.AddWay != wecom.AddWayAssignedByAdmin {
					h.t.Errorf("customer %+v, from %+v to %+v", c, gave, took)
				}
				if deleted := heard[event.CustomerDeleted](h); len(deleted) != 1 || !deleted[0].ByTransfer || deleted[0].Member != a {
					h.t.Errorf("deleted = %+v", deleted)
				}
				if added := heard[event.CustomerAdded](h); len(added) != 1 || !added[0].Transferred || added[0].Member != b {
					h.t.Errorf("added = %+v", added)
				}
			})
		})
	}
}

// TestTransferAfterLeaving: a leaver's customer passes on a day later, after a sync has
// looked in between.
func TestTransferAfterLeaving(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		a, b, person := h.members()[0], h.members()[1], h.people()[0]
		r, err := h.sim.Add(wecomsim.Add{Person: person, Member: a})
		h.check(err)
		h.happen()
		heard[event.CustomerAdded](h)
		made, err := h.sim.ChangeTag(wecomsim.ChangeTag{Action: wecomsim.TagCreate, GroupName: "渠道", Name: "展会"})
		h.check(err)
		h.check2(h.sim.EditFollow(wecomsim.EditFollow{Person: person, Member: a, Tags: &[]string{made.Tag}}))
		h.happen()
		if put := heard[event.CustomerTagged](h); len(put) != 1 || put[0].Member != a || sorted(put[0].Tags) != made.Tag {
			h.t.Errorf("tagged = %+v", put)
		}
		h.check2(h.sim.Resign(wecomsim.Resign{Member: a}))
		h.happen()
		h.pass(time.Hour)
		h.sync(mirror.ScopeFull)
		h.quiet()
		h.check2(h.sim.AssignCustomer(wecomsim.AssignCustomer{Person: person, Handover: a, Takeover: b}))
		h.pass(24 * time.Hour)
		h.happen()
		h.quiet()
		c, took := h.customer(r.ExternalUserID), h.follow(b, r.ExternalUserID)
		if c.Follows == 0 || c.LostAt != 0 || took.Standing != mirror.Stands || took.AddWay != wecom.AddWayAssignedByAdmin {
			h.t.Errorf("customer %+v, to %+v", c, took)
		}
		if added := heard[event.CustomerAdded](h); len(added) != 1 || !added[0].Transferred || added[0].Member != b {
			h.t.Errorf("added = %+v", added)
		}
		if put := heard[event.CustomerTagged](h); len(put) != 0 {
			h.t.Errorf("the tags that came along count as put on: %+v", put)
		}
		if lost := heard[event.CustomerLost](h); len(lost) != 0 {
			h.t.Errorf("lost = %+v", lost)
		}
	})
}

// TestTransferRefused: the news names the member who was to take over.
func TestTransferRefused(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		a, b, person := h.members()[0], h.members()[1], h.people()[0]
		r, err := h.sim.Add(wecomsim.Add{Person: person, Member: a})
		h.check(err)
		h.check2(h.sim.AssignCustomer(wecomsim.AssignCustomer{Person: person, Handover: a, Takeover: b}))
		h.check2(h.sim.RefuseTransfer(wecomsim.RefuseTransfer{Person: person}))
		h.happen()
		failed := heard[event.TransferFailed](h)
		if len(failed) != 1 || failed[0].Member != b || failed[0].Customer != r.ExternalUserID || failed[0].Reason != "customer_refused" {
			h.t.Errorf("failed = %+v", failed)
		}
		if f := h.follow(a, r.ExternalUserID); f.Standing != mirror.Stands {
			h.t.Errorf("follow %+v", f)
		}
	})
}

// TestAddedBesideAnotherMember: without a code it might be a hand-over; the details say
// that it is not.
func TestAddedBesideAnotherMember(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		a, b, person := h.members()[0], h.members()[1], h.people()[0]
		h.check2(h.sim.Add(wecomsim.Add{Person: person, Member: a}))
		h.happen()
		heard[event.CustomerAdded](h)
		h.check2(h.sim.ChangeMember(wecomsim.ChangeMember{Member: b, ConsoleWelcome: new(true)}))
		h.check2(h.sim.Add(wecomsim.Add{Person: person, Member: b}))
		h.happen()
		if added := heard[event.CustomerAdded](h); len(added) != 0 {
			h.t.Errorf("told in doubt: %+v", added)
		}
		for range 3 {
			h.pass(5 * time.Second)
			h.settle()
		}
		if added := heard[event.CustomerAdded](h); len(added) != 1 || added[0].Transferred || added[0].Member != b || !added[0].At.Equal(start) {
			h.t.Errorf("added = %+v", added)
		}
	})
}

// TestAddedAfterHisMemberLeft: a leaver's customer adds a colleague himself. That is no
// hand-over, whatever stands with the leaver still.
func TestAddedAfterHisMemberLeft(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		a, b, person := h.members()[0], h.members()[1], h.people()[0]
		h.check2(h.sim.Add(wecomsim.Add{Person: person, Member: a}))
		h.happen()
		h.check2(h.sim.Resign(wecomsim.Resign{Member: a}))
		h.happen()
		h.pass(time.Hour)
		h.quiet()
		heard[event.CustomerAdded](h)
		h.check2(h.sim.ChangeMember(wecomsim.ChangeMember{Member: b, ConsoleWelcome: new(true)}))
		h.check2(h.sim.Add(wecomsim.Add{Person: person, Member: b}))
		h.happen()
		if added := heard[event.CustomerAdded](h); len(added) != 0 {
			h.t.Errorf("told in doubt: %+v", added)
		}
		h.quiet()
		if added := heard[event.CustomerAdded](h); len(added) != 1 || added[0].Transferred || added[0].Member != b {
			h.t.Errorf("added = %+v", added)
		}
	})
}

// TestAddedJustAfterAHandOver: a customer who was handed over a moment ago adds a third
// member himself; the details tell the two beginnings apart.
func TestAddedJustAfterAHandOver(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		a, b, other, person := h.members()[0], h.members()[1], h.members()[2], h.people()[0]
		h.check2(h.sim.Add(wecomsim.Add{Person: person, Member: a}))
		h.happen()
		h.check2(h.sim.AssignCustomer(wecomsim.AssignCustomer{Person: person, Handover: a, Takeover: b}))
		h.pass(24 * time.Hour)
		h.happen()
		h.quiet()
		heard[event.CustomerAdded](h)
		h.check2(h.sim.ChangeMember(wecomsim.ChangeMember{Member: other, ConsoleWelcome: new(true)}))
		h.check2(h.sim.Add(wecomsim.Add{Person: person, Member: other}))
		h.happen()
		h.quiet()
		if added := heard[event.CustomerAdded](h); len(added) != 1 || added[0].Transferred || added[0].Member != other {
			h.t.Errorf("added = %+v", added)
		}
	})
}
