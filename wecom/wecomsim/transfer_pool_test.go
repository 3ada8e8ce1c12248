package wecomsim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/callback"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestTransferAfterLeaving: a leaver's customers wait in the pool, one passes,
// one refuses and waits on.
func TestTransferAfterLeaving(t *testing.T) {
	w := newWorld(t, nil)
	r := w.listen(nil)
	a, b := w.members()[0], w.members()[1]
	first, one := w.friends("小明", a)
	second, two := w.friends("小红", a)
	group := w.good("externalcontact/add_corp_tag", m{"group_name": "组", "tag": []m{{"name": "签"}}})["tag_group"].(m)
	tag := group["tag"].([]any)[0].(m)["id"].(string)
	w.good("externalcontact/mark_tag", m{"userid": a, "external_userid": one.ExternalUserID, "add_tag": []string{tag}})
	w.wantTransfer(40097, afterLeaving, a, b, one.ExternalUserID)
	must(w.sim.Resign(wecomsim.Resign{Member: a}))(t)
	w.bad(60111, onJob, m{"handover_userid": a, "takeover_userid": b, "external_userid": []string{one.ExternalUserID}})
	if got := w.transfer(afterLeaving, a, b, one.ExternalUserID, two.ExternalUserID, "wmnobody"); !slices.Equal(got, []int{0, 0, 40096}) {
		t.Errorf("codes %v", got)
	}
	w.wantTransfer(40100, afterLeaving, a, b, one.ExternalUserID)
	must(w.sim.RefuseTransfer(wecomsim.RefuseTransfer{Person: second}))(t)
	w.settle()
	before := len(r.events())
	w.pass(day)
	w.settle()
	events := r.events()[before:]
	if len(events) != 1 {
		t.Fatalf("%d events", len(events))
	}
	if e, ok := events[0].(*callback.AddExternalContact); !ok || e.UserID != b || e.ExternalUserID != one.ExternalUserID || e.WelcomeCode+e.State != "" {
		t.Errorf("heard %+v", events[0])
	}
	f := w.followers(one.ExternalUserID)[b]
	if f == nil || f["add_way"] != 202.0 || len(f["tags"].([]any)) != 1 {
		t.Errorf("the new relation: %v", f)
	}
	w.wantStatus(wecom.TransferDone, afterLeaving, a, b, one.ExternalUserID)
	w.wantStatus(wecom.TransferRefused, afterLeaving, a, b, two.ExternalUserID)
	w.wantStatus(0, onJob, a, b, one.ExternalUserID)
	left := w.good("externalcontact/get_unassigned_list", nil)
	if info := left["info"].([]any); len(info) != 1 || info[0].(m)["external_userid"] != two.ExternalUserID || info[0].(m)["dimission_time"] != float64(start().Unix()) {
		t.Errorf("the pool: %v", left)
	}
	w.wantTransfer(40131, afterLeaving, a, b, one.ExternalUserID)
	w.wantTransfer(0, afterLeaving, a, b, two.ExternalUserID)
	must(w.sim.Resign(wecomsim.Resign{Member: b}))(t)
	w.pass(day)
	w.wantStatus(0, afterLeaving, a, b, two.ExternalUserID) // 5 is told on the job only
	if got := w.pool(m{}); !slices.Contains(got, a+" "+two.ExternalUserID) || !slices.Contains(got, b+" "+one.ExternalUserID) {
		t.Errorf("the pool: %v", got)
	}
	_ = first
}

// pool is a page of the unassigned list as "userid external_userid".
func (w *world) pool(in m) (list []string) {
	w.t.Helper()
	for _, u := range w.good("externalcontact/get_unassigned_list", in)["info"].([]any) {
		list = append(list, u.(m)["handover_userid"].(string)+" "+u.(m)["external_userid"].(string))
	}
	return list
}

func TestUnassignedPages(t *testing.T) {
	w := newWorld(t, nil)
	const path = "externalcontact/get_unassigned_list"
	if empty := w.good(path, m{"page_id": 0}); empty["is_last"] != true || len(empty["info"].([]any)) != 0 || empty["next_cursor"] != nil {
		t.Errorf("empty: %v", empty)
	}
	a, b, taker := w.members()[0], w.members()[1], w.members()[2]
	var people []string
	for i := range 5 {
		p, _ := w.friends(fmt.Sprint("客", i), a)
		people = append(people, p)
	}
	must(w.sim.Add(wecomsim.Add{Person: people[0], Member: b}))(t)
	must(w.sim.Resign(wecomsim.Resign{Member: a}))(t)
	w.pass(time.Hour)
	must(w.sim.Resign(wecomsim.Resign{Member: b}))(t)
	all := w.pool(m{})
	if len(all) != 6 || !strings.HasPrefix(all[0], b) || !strings.HasPrefix(all[5], a) {
		t.Errorf("the pool, latest first: %v", all)
	}
	if got := append(w.pool(m{"page_size": 4}), w.pool(m{"page_id": 1, "page_size": 4})...); !slices.Equal(got, all) {
		t.Errorf("by pages %v", got)
	}
	page := w.good(path, m{"page_size": 4})
	if page["is_last"] != false {
		t.Errorf("the first page: %v", page)
	}
	if page = w.good(path, m{"page_id": 1, "page_size": 4}); page["is_last"] != true || page["next_cursor"] != nil {
		t.Errorf("the last page: %v", page)
	}
	// What passes between two pages neither hides nor repeats another.
	page = w.good(path, m{"page_size": 2})
	w.wantTransfer(0, afterLeaving, a, taker, w.external(people[4]))
	w.pass(day)
	w.good(path, m{"page_size": 2})
	w.bad(40058, path, m{"page_size": 2, "cursor": page["next_cursor"]}) // too old
	page = w.good(path, m{"page_size": 2})
	w.sim.Inspect(func(world *wecomsim.World) {
		if n := len(world.Corps[0].Unassigned); n != 5 {
			t.Errorf("%d in the pool", n)
		}
	})
	if got := w.pool(m{"page_size": 2, "cursor": page["next_cursor"]}); len(got) != 2 {
		t.Errorf("the second page by cursor: %v", got)
	}
	must(w.sim.JoinMember(wecomsim.JoinMember{UserID: a, Name: "回来"}))(t)
	if got := w.pool(m{}); len(got) != 1 {
		t.Errorf("after a came back: %v", got)
	}
	must(w.sim.Add(wecomsim.Add{Person: people[1], Member: a}))(t)
	must(w.sim.Resign(wecomsim.Resign{Member: a}))(t)
	if got := w.pool(m{}); len(got) != 5 {
		t.Errorf("after a left again: %v", got)
	}
	w.bad(40058, path, m{"page_size": 1001})
	w.bad(40058, path, m{"page_id": -1})
	w.bad(40058, path, m{"page_id": 50, "page_size": 1000})
	w.good(path, m{"page_id": 49, "page_size": 1000})
	w.bad(40058, path, m{"page_id": 50})
	w.bad(40058, path, m{"cursor": "nonsense"})
	w.as(syncSecret).bad(48002, path, nil)
}

// external is the external_userid of a person.
func (w *world) external(person string) (id string) {
	w.sim.Inspect(func(world *wecomsim.World) {
		for _, cu := range world.Corps[0].Customers {
			if cu.Person == person {
				id = cu.ExternalUserID
			}
		}
	})
	return id
}

// TestResultPages: 1000 a page, the newest transfer of each customer.
func TestResultPages(t *testing.T) {
	w := newWorld(t, func(o *wecomsim.Options) { o.Limits = &wecomsim.Limits{} })
	a, b := w.members()[0], w.members()[1]
	var all []string
	for i := range 1001 {
		_, rel := w.friends(fmt.Sprint("客", i), a)
		all = append(all, rel.ExternalUserID)
	}
	for part := range slices.Chunk(all, 100) {
		w.transfer(onJob, a, b, part...)
	}
	must(w.sim.RefuseTransfer(wecomsim.RefuseTransfer{Person: all[0]}))(t)
	w.wantTransfer(0, onJob, a, b, all[0])
	in := m{"handover_userid": a, "takeover_userid": b}
	page := w.good("externalcontact/transfer_result", in)
	if n := len(page["customer"].([]any)); n != 1000 {
		t.Errorf("%d on the first page", n)
	}
	in["cursor"] = page["next_cursor"]
	page = w.good("externalcontact/transfer_result", in)
	rest := page["customer"].([]any)
	if len(rest) != 1 || rest[0].(m)["external_userid"] != all[0] || rest[0].(m)["status"] != 2.0 || page["next_cursor"] != nil {
		t.Errorf("the second page: %v", page)
	}
	in["handover_userid"] = b
	w.bad(40058, "externalcontact/transfer_result", in)
}

// TestResultFaults: results that lag behind, and results that are wrong.
func TestResultFaults(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.members()[0], w.members()[1]
	_, one := w.friends("小明", a)
	second, two := w.friends("小红", a)
	must(w.sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultUnlistedResult, LatencyMS: 600_000}))(t)
	w.transfer(onJob, a, b, one.ExternalUserID, two.ExternalUserID)
	w.wantStatus(0, onJob, a, b, one.ExternalUserID)
	w.pass(10 * time.Minute)
	w.wantStatus(wecom.TransferWaiting, onJob, a, b, one.ExternalUserID)
	w.sim.ClearFaults()
	must(w.sim.RefuseTransfer(wecomsim.RefuseTransfer{Person: second}))(t)
	w.pass(day - 10*time.Minute)
	must(w.sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultStaleResult, LatencyMS: 600_000}))(t)
	w.wantStatus(wecom.TransferWaiting, onJob, a, b, one.ExternalUserID)
	w.wantStatus(wecom.TransferRefused, onJob, a, b, two.ExternalUserID)
	w.pass(10 * time.Minute)
	w.wantStatus(wecom.TransferDone, onJob, a, b, one.ExternalUserID)
	w.sim.ClearFaults()
	must(w.sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultContraryResult, Count: 2}))(t)
	w.pool(nil) // another operation does not use it up
	w.wantStatus(wecom.TransferRefused, onJob, a, b, one.ExternalUserID)
	w.wantStatus(wecom.TransferDone, onJob, a, b, two.ExternalUserID)
	w.wantStatus(wecom.TransferDone, onJob, a, b, one.ExternalUserID)
	if _, err := w.sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultStaleResult}); err == nil {
		t.Error("a stale result without age")
	}
}

// TestAssignByHand: an administrator distributes in the console, by the same rules.
func TestAssignByHand(t *testing.T) {
	w := newWorld(t, nil)
	a, b, c := w.members()[0], w.members()[1], w.members()[2]
	person, rel := w.friends("小明", a)
	view := must(w.sim.AssignCustomer(wecomsim.AssignCustomer{Person: person, Handover: a, Takeover: b}))(t)
	if view.Resigned || view.Status != wecom.TransferWaiting || view.DueAt-view.StartedAt != 86400 || view.Person != person {
		t.Errorf("begun: %+v", view)
	}
	w.wantTransfer(40129, onJob, a, c, rel.ExternalUserID)
	w.pass(day)
	must(w.sim.Resign(wecomsim.Resign{Member: b}))(t)
	if view = must(w.sim.AssignCustomer(wecomsim.AssignCustomer{Person: person, Handover: b, Takeover: c}))(t); !view.Resigned {
		t.Errorf("of a leaver: %+v", view)
	}
	w.pass(day)
	if follows := w.followers(rel.ExternalUserID); len(follows) != 1 || follows[c] == nil {
		t.Errorf("followed by %v", follows)
	}
	must(w.sim.ChangeMember(wecomsim.ChangeMember{Member: a, MayContact: new(false)}))(t)
	must(w.sim.JoinMember(wecomsim.JoinMember{UserID: "extra", Name: "新人"}))(t)
	for name, in := range map[string]wecomsim.AssignCustomer{
		"nobody":    {Person: "nobody", Handover: c, Takeover: a},
		"handover":  {Person: person, Handover: "nobody", Takeover: c},
		"takeover":  {Person: person, Handover: c, Takeover: "nobody"},
		"no right":  {Person: person, Handover: c, Takeover: a},
		"corp":      {Corp: "ww0", Person: person, Handover: c, Takeover: a},
		"stranger":  {Person: w.person("路人"), Handover: c, Takeover: "extra"},
		"himself":   {Person: person, Handover: c, Takeover: c},
		"long gone": {Person: person, Handover: b, Takeover: c},
	} {
		if _, err := w.sim.AssignCustomer(in); err == nil {
			t.Errorf("%s: was assigned", name)
		}
	}
}
