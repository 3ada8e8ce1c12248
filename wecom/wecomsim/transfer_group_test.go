package wecomsim_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

const (
	groupOnJob, groupAfter = "externalcontact/groupchat/onjob_transfer", "externalcontact/groupchat/transfer"
)

// passGroups calls and gives the errcodes of the groups that failed.
func (w *world) passGroups(path, to string, groups ...string) map[string]int {
	w.t.Helper()
	out := map[string]int{}
	for _, f := range w.good(path, m{"chat_id_list": groups, "new_owner": to})["failed_chat_list"].([]any) {
		if f.(m)["errmsg"] == "" {
			w.t.Error("a failed group without words")
		}
		out[f.(m)["chat_id"].(string)] = errcode(f.(m))
	}
	return out
}

func (w *world) wantGroup(want int, path, to, group string) {
	w.t.Helper()
	if got := w.passGroups(path, to, group)[group]; got != want {
		w.t.Errorf("%s to %s: %d, want %d", path, to, got, want)
	}
}

func (w *world) group(owner string) string {
	w.t.Helper()
	return must(w.sim.CreateGroup(wecomsim.CreateGroup{Owner: owner, Name: "群"}))(w.t).ChatID
}

// owner is the owner and the status of a group.
func (w *world) owner(group string) (owner string, status int) {
	w.sim.Inspect(func(world *wecomsim.World) {
		g := world.Corps[0].Groups[group]
		owner, status = g.Owner, g.Status
	})
	return owner, status
}

func TestGroupsPassOnTheJob(t *testing.T) {
	w := newWorld(t, nil)
	r := w.listen(nil)
	a, b, c := w.members()[0], w.members()[1], w.members()[2]
	g := w.group(a)
	w.settle()
	before := len(r.events())
	w.wantGroup(90500, groupAfter, b, g)
	w.wantGroup(90504, groupOnJob, a, g)
	w.wantGroup(90501, groupOnJob, b, "wrnone")
	w.wantGroup(0, groupOnJob, b, g)
	w.settle()
	if got := said(r, before); !slices.Equal(got, []string{"UpdateExternalChat add_member", "UpdateExternalChat change_owner"}) {
		t.Errorf("heard %v", got)
	}
	if owner, status := w.owner(g); owner != b || status != wecomsim.GroupNormal {
		t.Errorf("owned by %s, status %d", owner, status)
	}
	w.wantGroup(0, groupOnJob, c, g)
	w.wantGroup(40128, groupOnJob, a, g)
	w.pass(89*day + 8*time.Hour - time.Second)
	w.wantGroup(40128, groupOnJob, a, g)
	w.pass(time.Second)
	w.wantGroup(0, groupOnJob, a, g)
	must(w.sim.DismissGroup(wecomsim.DismissGroup{Group: g}))(t)
	w.wantGroup(90501, groupOnJob, b, g)
	checkInvariants(t, w.sim)
}

func TestGroupsPassAfterLeaving(t *testing.T) {
	w := newWorld(t, nil)
	r := w.listen(nil)
	a, b, c := w.members()[0], w.members()[1], w.members()[2]
	g, other := w.group(a), w.group(a)
	must(w.sim.Resign(wecomsim.Resign{Member: a}))(t)
	w.settle()
	before := len(r.events())
	w.wantGroup(90502, groupOnJob, b, g)
	if failed := w.passGroups(groupAfter, b, g, g, other); len(failed) != 1 || failed[g] != 90507 {
		t.Errorf("failed: %v", failed)
	}
	if owner, status := w.owner(g); owner != a || status != wecomsim.GroupInheriting {
		t.Errorf("on its way: owned by %s, status %d", owner, status)
	}
	list := w.good("externalcontact/groupchat/list", m{"limit": 10, "status_filter": 2, "owner_filter": m{"userid_list": []string{a}}})
	if n := len(list["group_chat_list"].([]any)); n != 2 {
		t.Errorf("%d groups are listed as on their way", n)
	}
	w.good("externalcontact/groupchat/get", m{"chat_id": g})
	var file bytes.Buffer // a restart on the way
	if err := w.sim.Snapshot(&file); err != nil {
		t.Fatal(err)
	}
	if err := w.sim.Restore(&file); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Minute)
	w.settle()
	if owner, status := w.owner(g); owner != b || status != wecomsim.GroupInheritedNow {
		t.Errorf("in the end: owned by %s, status %d", owner, status)
	}
	got := said(r, before)
	slices.Sort(got)
	if !slices.Equal(got, []string{
		"UpdateExternalChat add_member", "UpdateExternalChat add_member", "UpdateExternalChat change_owner", "UpdateExternalChat change_owner",
	}) {
		t.Errorf("heard %v", got)
	}
	w.wantGroup(90508, groupAfter, c, g)
	w.wantGroup(0, groupOnJob, c, g)
	must(w.sim.Resign(wecomsim.Resign{Member: b}))(t)
	w.wantGroup(0, groupAfter, c, other)
	must(w.sim.Resign(wecomsim.Resign{Member: c}))(t)
	w.pass(time.Minute)
	if owner, status := w.owner(other); owner != b || status != wecomsim.GroupOwnerLeft {
		t.Errorf("the heir left too: owned by %s, status %d", owner, status)
	}
	checkInvariants(t, w.sim)
}

// TestGroupTransferCalls: what refuses the whole call.
func TestGroupTransferCalls(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.members()[0], w.members()[1]
	g := w.group(a)
	many := make([]string, 101)
	for i := range many {
		many[i] = g
	}
	ask := func(groups []string, to string) m { return m{"chat_id_list": groups, "new_owner": to} }
	one := []string{g}
	for _, path := range []string{groupOnJob, groupAfter} {
		w.bad(40058, path, ask(nil, b))
		w.bad(40058, path, ask(many, b))
		w.bad(60111, path, ask(one, "nobody"))
		w.as(syncSecret).bad(48002, path, ask(one, b))
		for _, c := range []struct {
			change wecomsim.ChangeMember
			code   int
		}{
			{wecomsim.ChangeMember{RealName: new(false)}, 40098},
			{wecomsim.ChangeMember{RealName: new(true), Status: new(2)}, 40143},
			{wecomsim.ChangeMember{Status: new(4)}, 41054},
			{wecomsim.ChangeMember{Status: new(1), MayContact: new(false)}, 84074},
		} {
			c.change.Member = b
			must(w.sim.ChangeMember(c.change))(t)
			w.bad(c.code, path, ask(one, b))
		}
		must(w.sim.ChangeMember(wecomsim.ChangeMember{Member: b, MayContact: new(true)}))(t)
	}
	none, some := []int{}, []string{b}
	must(w.sim.ChangeApp(wecomsim.DefaultAgentID, wecomsim.AppPatch{Members: &some, Departments: &none}))(t)
	w.bad(60011, groupOnJob, ask(one, a))
	w.wantGroup(60011, groupOnJob, b, g)
}

// TestThreeHundredGroupsADay: of one owner, in both interfaces together; the
// next day begins at midnight in Beijing.
func TestThreeHundredGroupsADay(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.members()[0], w.members()[1]
	var groups []string
	for range 302 {
		groups = append(groups, w.group(a))
	}
	other := w.group(b)
	if failed := w.passGroups(groupOnJob, b, groups[:1]...); len(failed) != 0 {
		t.Errorf("failed: %v", failed)
	}
	must(w.sim.Resign(wecomsim.Resign{Member: a}))(t)
	failed := map[string]int{}
	for part := range slices.Chunk(groups[1:], 100) {
		maps.Copy(failed, w.passGroups(groupAfter, b, part...))
	}
	if len(failed) != 2 || failed[groups[300]] != 45009 || failed[groups[301]] != 45009 {
		t.Errorf("failed: %v", failed)
	}
	w.wantGroup(0, groupOnJob, w.members()[1], other) // of another owner
	w.pass(8*time.Hour - time.Second)
	w.wantGroup(45009, groupAfter, b, groups[301])
	w.pass(time.Second)
	w.wantGroup(0, groupAfter, b, groups[301])
}

// TestFullGroup: a full group takes only an owner who is in it.
func TestFullGroup(t *testing.T) {
	w := newWorld(t, nil)
	a, b, c := w.members()[0], w.members()[1], w.members()[2]
	people := make([]string, 498)
	for i := range people {
		people[i] = w.person(fmt.Sprint("客", i))
	}
	g := must(w.sim.CreateGroup(wecomsim.CreateGroup{Owner: a, Members: []string{b}, People: people}))(t).ChatID
	w.wantGroup(90503, groupOnJob, c, g)
	w.wantGroup(0, groupOnJob, b, g)
}

// TestGroupsOfTheLongGone: groups pass for a year after their owner left, if he had used
// WeCom in the year before.
func TestGroupsOfTheLongGone(t *testing.T) {
	w := newWorld(t, nil)
	a, b, c := w.members()[0], w.members()[1], w.members()[2]
	late, later, idle := w.group(a), w.group(a), w.group(b)
	long := w.sim.Clock().Now().AddDate(-1, 0, -1).Unix()
	must(w.sim.ChangeMember(wecomsim.ChangeMember{Member: b, LastUsedAt: &long}))(t)
	w.wantGroup(0, groupOnJob, c, w.group(b)) // on the job the documents ask it of the new owner alone
	for _, member := range []string{a, b} {
		must(w.sim.Resign(wecomsim.Resign{Member: member}))(t)
	}
	w.wantGroup(90510, groupAfter, c, idle)
	w.pass(364 * day)
	w.wantGroup(0, groupAfter, c, late)
	w.pass(2 * day)
	w.wantGroup(90510, groupAfter, c, later)
}
