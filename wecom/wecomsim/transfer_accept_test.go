package wecomsim_test

import (
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestTransferAccepted: the customer says yes before the day is over; he passes at once.
func TestTransferAccepted(t *testing.T) {
	w := newWorld(t, nil)
	r := w.listen(nil)
	a, b := w.members()[0], w.members()[1]
	person, rel := w.friends("小明", a)
	if _, err := w.sim.AcceptTransfer(wecomsim.AcceptTransfer{Person: person}); err == nil {
		t.Error("accepted before anything began")
	}
	w.settle()
	before := len(r.events())
	w.wantTransfer(0, onJob, a, b, rel.ExternalUserID)
	w.pass(time.Hour)
	must(w.sim.AcceptTransfer(wecomsim.AcceptTransfer{Person: person}))(t)
	w.settle()
	if got := len(r.events()) - before; got != 2 {
		t.Errorf("%d events, want del_external_contact and add_external_contact", got)
	}
	status, at := w.standing(onJob, a, b, rel.ExternalUserID)
	if status != wecom.TransferDone || at != w.sim.Clock().Now().Unix() {
		t.Errorf("status %d at %d", status, at)
	}
	if _, err := w.sim.RefuseTransfer(wecomsim.RefuseTransfer{Person: person}); err == nil {
		t.Error("refused after it was done")
	}
	w.pass(25 * time.Hour)
	w.settle()
	if got := len(r.events()) - before; got != 2 {
		t.Errorf("%d events a day later", got)
	}
}

// TestTransferOfTheIdle: who has not used WeCom within a year neither gives on the job nor takes.
func TestTransferOfTheIdle(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.members()[0], w.members()[1]
	_, rel := w.friends("小明", a)
	last := func(member string, ago time.Time) {
		t.Helper()
		at := ago.Unix()
		must(w.sim.ChangeMember(wecomsim.ChangeMember{Member: member, LastUsedAt: &at}))(t)
	}
	body := m{"handover_userid": a, "takeover_userid": b, "external_userid": []string{rel.ExternalUserID}}
	yearAgo := w.sim.Clock().Now().AddDate(-1, 0, 0)
	last(a, yearAgo.Add(-time.Second))
	w.bad(41054, onJob, body)
	last(a, yearAgo.Add(time.Hour))
	last(b, yearAgo.Add(-time.Second))
	w.bad(41054, onJob, body)
	last(b, yearAgo.Add(time.Hour))
	w.wantTransfer(0, onJob, a, b, rel.ExternalUserID)
}
