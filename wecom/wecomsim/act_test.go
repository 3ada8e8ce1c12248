package wecomsim_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/wecom/callback"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// said returns the type names of the events since the n-th.
func said(r *receiver, n int) []string {
	var out []string
	for _, e := range r.events()[n:] {
		name := strings.TrimPrefix(reflect.TypeOf(e).String(), "*callback.")
		if u, ok := e.(*callback.UpdateExternalChat); ok {
			name += " " + u.UpdateDetail
		}
		out = append(out, name)
	}
	return out
}

// TestEventsOfActs: each act announces exactly what WeCom would.
func TestEventsOfActs(t *testing.T) {
	w := newWorld(t, nil)
	r := w.listen(nil)
	a, b := w.members()[0], w.members()[1]
	person, first := w.friends("小明", a)
	group := ""
	tag := wecomsim.ChangedTag{}
	pair := wecomsim.Pair{Person: person, Member: a}
	for _, step := range []struct {
		name string
		act  func() error
		want []string
	}{
		{"welcome to the world", func() error { return nil }, []string{"AddExternalContact"}},
		{"edit remark", func() error {
			_, err := w.sim.EditFollow(wecomsim.EditFollow{Person: person, Member: a, Remark: new("老周")})
			return err
		}, []string{"EditExternalContact"}},
		{"edit only the numbers", func() error {
			_, err := w.sim.EditFollow(wecomsim.EditFollow{Person: person, Member: a, Mobiles: new([]string{"13900000000"})})
			return err
		}, nil},
		{"say", func() error {
			_, err := w.sim.Say(wecomsim.Say{Person: person, Member: a, Text: "你好"})
			return err
		}, nil},
		{"consent", func() error { _, err := w.sim.Consent(pair); return err }, []string{"MsgAuditApproved"}},
		{"create group", func() error {
			g, err := w.sim.CreateGroup(wecomsim.CreateGroup{Owner: a, Name: "群", People: []string{person}})
			group = g.ChatID
			return err
		}, []string{"CreateExternalChat"}},
		{"join by code", func() error {
			_, err := w.sim.JoinGroup(wecomsim.JoinGroup{Group: group, Person: w.person("路人")})
			return err
		}, []string{"UpdateExternalChat add_member"}},
		{"member invited", func() error {
			_, err := w.sim.JoinGroup(wecomsim.JoinGroup{Group: group, Member: b, Invitor: a})
			return err
		}, []string{"UpdateExternalChat add_member"}},
		{"leave", func() error {
			_, err := w.sim.LeaveGroup(wecomsim.LeaveGroup{Group: group, Person: person})
			return err
		}, []string{"UpdateExternalChat del_member"}},
		{"name and notice", func() error {
			_, err := w.sim.RenameGroup(wecomsim.RenameGroup{Group: group, Name: new("新群"), Notice: new("公告")})
			return err
		}, []string{"UpdateExternalChat change_name", "UpdateExternalChat change_notice"}},
		{"owner", func() error {
			_, err := w.sim.ChangeOwner(wecomsim.ChangeOwner{Group: group, Owner: b})
			return err
		}, []string{"UpdateExternalChat change_owner"}},
		{"dismiss", func() error {
			_, err := w.sim.DismissGroup(wecomsim.DismissGroup{Group: group})
			return err
		}, []string{"DismissExternalChat"}},
		{"new tag group", func() (err error) {
			tag, err = w.sim.ChangeTag(wecomsim.ChangeTag{Action: "create", GroupName: "组", Name: "签"})
			return err
		}, []string{"CreateExternalTag", "CreateExternalTag"}},
		{"rename tag", func() error {
			_, err := w.sim.ChangeTag(wecomsim.ChangeTag{Action: "update", Tag: tag.Tag, Name: "新签"})
			return err
		}, []string{"UpdateExternalTag"}},
		{"shuffle", func() error {
			_, err := w.sim.ChangeTag(wecomsim.ChangeTag{Action: "shuffle", Group: tag.Group, Order: []string{tag.Tag}})
			return err
		}, []string{"ShuffleExternalTag"}},
		{"delete group of tags: one event", func() error {
			_, err := w.sim.ChangeTag(wecomsim.ChangeTag{Action: "delete", Group: tag.Group})
			return err
		}, []string{"DeleteExternalTag"}},
		{"new member", func() error {
			_, err := w.sim.JoinMember(wecomsim.JoinMember{UserID: "newone", Name: "新人"})
			return err
		}, []string{"CreateUser"}},
		{"move and disable", func() error {
			_, err := w.sim.ChangeMember(wecomsim.ChangeMember{Member: "newone", Departments: new([]int{2}), Status: new(2)})
			return err
		}, []string{"UpdateUser"}},
		{"setting without event", func() error {
			_, err := w.sim.ChangeMember(wecomsim.ChangeMember{Member: "newone", RealName: new(false)})
			return err
		}, nil},
		{"department", func() error {
			_, err := w.sim.ChangeDepartment(wecomsim.ChangeDepartment{Action: "create", Name: new("部")})
			return err
		}, []string{"CreateParty"}},
		{"department renamed", func() error {
			_, err := w.sim.ChangeDepartment(wecomsim.ChangeDepartment{Action: "update", ID: 3, Name: new("新部")})
			return err
		}, []string{"UpdateParty"}},
		{"department gone", func() error {
			_, err := w.sim.ChangeDepartment(wecomsim.ChangeDepartment{Action: "delete", ID: 3})
			return err
		}, []string{"DeleteParty"}},
		{"customer leaves", func() error { _, err := w.sim.DeleteMember(pair); return err }, []string{"DelFollowUser"}},
		{"member deletes", func() error { _, err := w.sim.DeleteCustomer(pair); return err }, []string{"DelExternalContact"}},
		{"message to app", func() error {
			_, err := w.sim.TellApp(wecomsim.TellApp{Member: a, AgentID: wecomsim.DefaultAgentID, Text: "]]>帮助"})
			return err
		}, []string{"TextMessage"}},
		{"enter app", func() error {
			_, err := w.sim.TellApp(wecomsim.TellApp{Member: a, AgentID: wecomsim.DefaultAgentID})
			return err
		}, []string{"EnterAgent"}},
		{"resign", func() error { _, err := w.sim.Resign(wecomsim.Resign{Member: b}); return err }, []string{"DeleteUser"}},
		{"suspended", func() error {
			_, err := w.sim.SuspendApp(wecomsim.SuspendApp{AgentID: wecomsim.DefaultAgentID})
			return err
		}, []string{"CloseInactiveAgent"}},
		{"nothing more", func() error { _, err := w.sim.Add(wecomsim.Add{Person: person, Member: a}); return err }, nil},
		{"again", func() error {
			_, err := w.sim.SuspendApp(wecomsim.SuspendApp{AgentID: wecomsim.DefaultAgentID, Undo: true})
			return err
		}, []string{"ReopenInactiveAgent"}},
	} {
		before := len(r.texts())
		if step.name == "welcome to the world" {
			before = 0
		}
		if err := step.act(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		w.settle()
		if got := said(r, before); !slices.Equal(got, step.want) {
			t.Errorf("%s: announced %v, want %v", step.name, got, step.want)
		}
	}
	_ = first
}

// TestGroupVersions: the event of a change of members carries the version that
// groupchat/get showed before and the one it shows after.
func TestGroupVersions(t *testing.T) {
	w := newWorld(t, nil)
	r := w.listen(nil)
	owner := w.members()[0]
	group := must(w.sim.CreateGroup(wecomsim.CreateGroup{Owner: owner}))(t).ChatID
	version := func() any {
		return w.good("externalcontact/groupchat/get", m{"chat_id": group})["group_chat"].(m)["member_version"]
	}
	before := version()
	person := w.person("路人")
	must(w.sim.JoinGroup(wecomsim.JoinGroup{Group: group, Person: person}))(t)
	w.settle()
	e := r.events()[1].(*callback.UpdateExternalChat)
	if e.LastMemVer != before || e.CurMemVer != version() || e.CurMemVer == e.LastMemVer || e.MemChangeCnt != 1 || *e.JoinScene != 3 {
		t.Errorf("event %+v between %v and %v", e, before, version())
	}
	got := w.good("externalcontact/groupchat/get", m{"chat_id": group})["group_chat"].(m)["member_list"].([]any)
	if joined := got[1].(m); joined["userid"] != e.MemChangeList[0] || joined["type"] != 2.0 || joined["join_scene"] != 3.0 {
		t.Errorf("member list %v", got)
	}
	w.bad(84061, "externalcontact/get", m{"external_userid": e.MemChangeList[0]}) // in the group, but nobody's customer
	if _, err := w.sim.LeaveGroup(wecomsim.LeaveGroup{Group: group, Member: owner}); err == nil {
		t.Error("the owner left without handing over")
	}
}

// TestResign: customers become unassigned and vanish from the reads.
func TestResign(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.members()[0], w.members()[1]
	person, rel := w.friends("小明", a)
	must(w.sim.Add(wecomsim.Add{Person: person, Member: b}))(t)
	group := must(w.sim.CreateGroup(wecomsim.CreateGroup{Owner: a}))(t).ChatID
	way := w.way(a, "")
	must(w.sim.Resign(wecomsim.Resign{Member: a}))(t)
	w.bad(60111, "user/get", m{"userid": a})
	w.bad(60111, "externalcontact/list", m{"userid": a})
	if got := w.good("externalcontact/get", m{"external_userid": rel.ExternalUserID})["follow_user"].([]any); len(got) != 1 {
		t.Errorf("followers %v", got)
	}
	list := w.good("externalcontact/groupchat/list", m{"limit": 10, "owner_filter": m{"userid_list": []string{a}}})["group_chat_list"].([]any)
	if len(list) != 1 || list[0].(m)["chat_id"] != group || list[0].(m)["status"] != 1.0 {
		t.Errorf("groups %v", list)
	}
	w.sim.Inspect(func(world *wecomsim.World) {
		if u := world.Corps[0].Unassigned; len(u) != 1 || u[0].ExternalUserID != rel.ExternalUserID {
			t.Errorf("unassigned %v", u)
		}
	})
	if _, err := w.sim.Scan(wecomsim.Scan{Person: w.person("乙"), Way: way}); err == nil {
		t.Error("somebody was added to a member who left")
	}
}

// TestScanPicksInTurn: several members of a code are picked one after the
// other; exclusive codes keep an outside corp with one member.
func TestScanPicksInTurn(t *testing.T) {
	w := newWorld(t, nil)
	users := w.members()
	way := w.good("externalcontact/add_contact_way", m{"type": 2, "scene": 2, "user": users})["config_id"].(string)
	picked := map[string]int{}
	for range 6 {
		picked[must(w.sim.Scan(wecomsim.Scan{Person: w.person("甲"), Way: way}))(t).UserID]++
	}
	for _, u := range users {
		if picked[u] != 2 {
			t.Errorf("picked %v", picked)
		}
	}
	if r := must(w.sim.Scan(wecomsim.Scan{Person: w.person("乙"), Way: way, Member: users[2]}))(t); r.UserID != users[2] {
		t.Errorf("asked for %s, got %s", users[2], r.UserID)
	}
	exclusive := w.good("externalcontact/add_contact_way", m{"type": 2, "scene": 2, "user": users, "is_exclusive": true, "state": "x"})["config_id"].(string)
	who := map[string]bool{}
	for range 4 {
		p := must(w.sim.AddPerson(wecomsim.NewPerson{Name: "采购", CorpName: "同一家"}))(t)
		who[must(w.sim.Scan(wecomsim.Scan{Person: p.ID, Way: exclusive}))(t).UserID] = true
	}
	if len(who) != 1 {
		t.Errorf("one corp went to %v", who)
	}
	full := users[0]
	must(w.sim.ChangeMember(wecomsim.ChangeMember{Member: full, MaxCustomers: new(1)}))(t)
	if _, err := w.sim.Scan(wecomsim.Scan{Person: w.person("丙"), Way: w.way(full, "")}); err == nil {
		t.Error("a member above his limit was added")
	}
}
