package wecomsim_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/callback"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// named counts where a userid stands in the whole world.
func named(w *world, userid string) int {
	w.t.Helper()
	var text []byte
	w.sim.Inspect(func(world *wecomsim.World) {
		var all any = world
		var err error
		if text, err = json.Marshal(all); err != nil {
			w.t.Error(err)
		}
	})
	id := regexp.QuoteMeta(userid)
	return len(regexp.MustCompile(`(?i)"`+id+`"|direct:`+id+`:`).FindAll(text, -1))
}

// TestUserIDChanges: everything that names a member names him by his new userid, for the
// API, for the phones and in a file; one callback tells of it.
func TestUserIDChanges(t *testing.T) {
	w := newWorld(t, nil)
	r := w.listen(nil)
	a, b := w.members()[0], w.members()[1]
	person, rel := w.friends("小明", a)
	_, half := w.friends("小红", a)
	group := w.group(a)
	must(w.sim.JoinGroup(wecomsim.JoinGroup{Group: group, Person: person}))(t)
	must(w.sim.JoinGroup(wecomsim.JoinGroup{Group: group, Member: b, Invitor: a}))(t)
	must(w.sim.Say(wecomsim.Say{Person: person, Member: a, By: "member", Text: "你好"}))(t)
	must(w.sim.SayInGroup(wecomsim.SayInGroup{Group: group, Member: a, Text: "大家好"}))(t)
	way := w.way(a, "s")
	w.good("message/send", m{"touser": a, "msgtype": "text", "agentid": 1000002, "text": m{"content": "在"}})
	w.wantTransfer(0, onJob, a, b, half.ExternalUserID)
	w.settle()
	before := len(r.events())
	if named(w, a) < 10 {
		t.Fatalf("named in %d places: too few for a test", named(w, a))
	}

	must(w.sim.ChangeUserID(wecomsim.ChangeUserID{Member: strings.ToUpper(a), UserID: "New.Name_1"}))(t)
	w.settle()
	if n := named(w, a); n != 0 {
		t.Errorf("the old userid still stands in %d places", n)
	}
	told := r.events()[before:]
	if e, ok := told[0].(*callback.UpdateUser); len(told) != 1 || !ok || e.UserID != a || e.NewUserID != "New.Name_1" || e.Name != nil || e.Department != nil {
		t.Errorf("told %+v", told)
	}
	w.bad(60111, "user/get", m{"userid": a})
	w.good("user/get", m{"userid": "new.name_1"})
	if f := w.followers(rel.ExternalUserID)["New.Name_1"]; f == nil || f["oper_userid"] == a {
		t.Errorf("the follow is now %v", f)
	}
	if owner, _ := w.owner(group); owner != "New.Name_1" {
		t.Errorf("the owner is %s", owner)
	}
	users := w.good("externalcontact/get_contact_way", m{"config_id": way})["contact_way"].(m)["user"].([]any)
	if !slices.Equal(users, []any{"New.Name_1"}) {
		t.Errorf("the contact way has %v", users)
	}
	w.pass(25 * time.Hour)
	w.wantStatus(wecom.TransferDone, onJob, "New.Name_1", b, half.ExternalUserID)
	var file bytes.Buffer
	if err := w.sim.Snapshot(&file); err != nil {
		t.Fatal(err)
	}
	if err := w.sim.Restore(&file); err != nil {
		t.Fatal(err)
	}
	must(w.sim.Say(wecomsim.Say{Person: person, Member: "new.name_1", Text: "还是你"}))(t)
	checkInvariants(t, w.sim)
}

// TestUserIDChangesOnce: once, a free one, and only one that WeCom made.
func TestUserIDChangesOnce(t *testing.T) {
	w := newWorld(t, nil)
	a, b, left := w.members()[0], w.members()[1], w.members()[2]
	must(w.sim.Resign(wecomsim.Resign{Member: left}))(t)
	given := must(w.sim.JoinMember(wecomsim.JoinMember{UserID: "given", Name: "自带账号"}))(t)
	made := must(w.sim.JoinMember(wecomsim.JoinMember{Name: "王小二"}))(t)
	if made.UserID != "wangxiaoer" || !made.UserIDChangeable || given.UserIDChangeable {
		t.Errorf("made %+v, given %+v", made, given)
	}
	must(w.sim.ChangeUserID(wecomsim.ChangeUserID{Member: made.UserID, UserID: "wangxiaoer2"}))(t)
	for _, c := range []struct{ member, to, why string }{
		{a, "", "1 to 64"},
		{a, "坏", "1 to 64"},
		{a, strings.ToUpper(b), "taken"},
		{a, left, "taken"},
		{a, a, "taken"},
		{"given", "other", "once"},
		{"wangxiaoer2", "wangxiaoer", "once"},
		{left, "other", "no member"},
		{"nobody", "other", "no member"},
	} {
		if _, err := w.sim.ChangeUserID(wecomsim.ChangeUserID{Member: c.member, UserID: c.to}); err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s to %q: %v, want a word of %q", c.member, c.to, err, c.why)
		}
	}
	// The API goes by the same rules, and tells nobody.
	r := w.listen(nil)
	book := w.as(syncSecret)
	book.bad(60102, "user/update", m{"userid": a, "new_userid": b})
	book.bad(40003, "user/update", m{"userid": a, "new_userid": "-x"})
	book.bad(40058, "user/update", m{"userid": "given", "new_userid": "free"})
	book.good("user/update", m{"userid": a, "new_userid": "free", "position": "顾问"})
	book.bad(40058, "user/update", m{"userid": "free", "new_userid": "freer"})
	w.settle()
	if got := r.texts(); len(got) != 0 || named(w, a) != 0 {
		t.Errorf("told %v; the old userid stands in %d places", got, named(w, a))
	}
}

// TestTransferOnThePhone: the customer's phone knows of the transfer that waits for his
// answer, and of no other.
func TestTransferOnThePhone(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.members()[0], w.members()[1]
	person, rel := w.friends("小明", a)
	asked := func() (id float64) {
		t.Helper()
		p := w.raw("GET", "/_sim/people/"+person, nil)
		if waiting, ok := p["transfer"].(m); ok {
			if waiting["handover"] != a || waiting["takeover"] != b {
				t.Errorf("asked about %v", waiting)
			}
			id = waiting["id"].(float64)
		}
		return id
	}
	for _, act := range []string{"refuse", "accept"} {
		if asked() != 0 {
			t.Error("asked about nothing")
		}
		w.wantTransfer(0, onJob, a, b, rel.ExternalUserID)
		id := asked()
		lines := w.raw("GET", "/_sim/chats/direct:"+a+":"+rel.ExternalUserID, nil)["messages"].([]any)
		if last := lines[len(lines)-1].(m); id == 0 || last["transfer"] != id {
			t.Errorf("asked about %v, told of in %v", id, last)
		}
		w.raw("POST", "/_sim/acts/"+act+"-transfer", m{"person": person})
		if asked() != 0 {
			t.Errorf("still asked after %s", act)
		}
	}
}
