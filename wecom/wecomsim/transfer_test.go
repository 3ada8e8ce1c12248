package wecomsim_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/callback"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

const (
	onJob, afterLeaving = "externalcontact/transfer_customer", "externalcontact/resigned/transfer_customer"
	day                 = 24 * time.Hour
)

// fresh renews the token, which dies while the clock runs on.
func (w *world) fresh() *world {
	w.token = w.tokenOf(firstApp)
	return w
}

// pass advances the clock.
func (w *world) pass(d time.Duration) {
	w.sim.Clock().Advance(d)
	w.fresh()
}

// transfer calls and gives the errcode of each customer.
func (w *world) transfer(path, from, to string, customers ...string) []int {
	w.t.Helper()
	var codes []int
	for i, c := range w.good(path, m{"handover_userid": from, "takeover_userid": to, "external_userid": customers})["customer"].([]any) {
		if got := c.(m)["external_userid"]; got != customers[i] {
			w.t.Errorf("item %d is %v, want %s", i, got, customers[i])
		}
		codes = append(codes, errcode(c.(m)))
	}
	return codes
}

func (w *world) wantTransfer(want int, path, from, to, customer string) {
	w.t.Helper()
	if got := w.transfer(path, from, to, customer); !slices.Equal(got, []int{want}) {
		w.t.Errorf("%s from %s to %s: %v, want %d", path, from, to, got, want)
	}
}

// standing is what the results tell of one customer, 0 for nothing, and the time.
func (w *world) standing(path, from, to, customer string) (status int, at int64) {
	w.t.Helper()
	path = strings.Replace(path, "transfer_customer", "transfer_result", 1)
	for _, c := range w.good(path, m{"handover_userid": from, "takeover_userid": to})["customer"].([]any) {
		if c.(m)["external_userid"] == customer {
			return int(c.(m)["status"].(float64)), int64(c.(m)["takeover_time"].(float64))
		}
	}
	return 0, 0
}

func (w *world) wantStatus(want int, path, from, to, customer string) {
	w.t.Helper()
	if got, _ := w.standing(path, from, to, customer); got != want {
		w.t.Errorf("%s from %s to %s: status %d, want %d", path, from, to, got, want)
	}
}

// followers maps each follower of a customer to his relation.
func (w *world) followers(customer string) map[string]m {
	w.t.Helper()
	out := map[string]m{}
	for _, f := range w.good("externalcontact/get", m{"external_userid": customer})["follow_user"].([]any) {
		out[f.(m)["userid"].(string)] = f.(m)
	}
	return out
}

// TestTransferOnTheJob is the story of one customer from notice to new member.
func TestTransferOnTheJob(t *testing.T) {
	w := newWorld(t, nil)
	r := w.listen(nil)
	a, b := w.members()[0], w.members()[1]
	person, rel := w.friends("小明", a)
	group := w.good("externalcontact/add_corp_tag", m{"group_name": "组", "tag": []m{{"name": "签"}}})["tag_group"].(m)
	tag := group["tag"].([]any)[0].(m)["id"].(string)
	must(w.sim.EditFollow(wecomsim.EditFollow{
		Person: person, Member: a, Remark: new("老周"), Description: new("常客"), Tags: new([]string{tag}), PersonalTags: new([]string{"自己"}),
	}))(t)
	w.settle()
	before := len(r.events())
	out := w.good(onJob, m{"handover_userid": strings.ToUpper(a), "takeover_userid": b, "external_userid": []string{rel.ExternalUserID}, "transfer_success_msg": "换人啦"})
	if len(out["customer"].([]any)) != 1 {
		t.Fatalf("answered %v", out)
	}
	status, at := w.standing(onJob, a, b, rel.ExternalUserID)
	if status != wecom.TransferWaiting || at != start().Add(day).Unix() {
		t.Errorf("at first status %d, done at %d", status, at)
	}
	notice := must(w.sim.ChatWith(wecomsim.Pair{Person: person, Member: a}))(t)
	if last := notice[len(notice)-1]; last.Transfer == 0 || last.From != "" {
		t.Errorf("the customer got no notice: %+v", last)
	}
	w.pass(day - time.Second)
	if w.followers(rel.ExternalUserID)[a] == nil {
		t.Error("passed before the 24 hours were over")
	}
	w.pass(time.Second)
	w.settle()
	follows := w.followers(rel.ExternalUserID)
	f := follows[b]
	if len(follows) != 1 || f == nil {
		t.Fatalf("followed by %v", follows)
	}
	if f["add_way"] != 202.0 || f["oper_userid"] != "admin" || f["remark"] != "" || f["description"] != "" || f["state"] != nil || f["createtime"] != float64(start().Add(day).Unix()) {
		t.Errorf("the new relation: %v", f)
	}
	if tags := f["tags"].([]any); len(tags) != 1 || tags[0].(m)["tag_id"] != tag {
		t.Errorf("tags %v, want the corp's only", tags)
	}
	if status, at = w.standing(onJob, a, b, rel.ExternalUserID); status != wecom.TransferDone || at != start().Add(day).Unix() {
		t.Errorf("in the end status %d at %d", status, at)
	}
	events := r.events()[before:]
	if len(events) != 2 {
		t.Fatalf("%d events", len(events))
	}
	gone, ok := events[0].(*callback.DelExternalContact)
	if !ok || gone.Source != callback.SourceTransfer || gone.UserID != a || gone.ExternalUserID != rel.ExternalUserID {
		t.Errorf("first %+v", events[0])
	}
	came, ok := events[1].(*callback.AddExternalContact)
	if !ok || came.WelcomeCode != "" || came.State != "" || came.UserID != b {
		t.Errorf("then %+v", events[1])
	}
	words := must(w.sim.ChatWith(wecomsim.Pair{Person: person, Member: a}))(t)
	if last := words[len(words)-1]; last.Text != "换人啦" || last.From != a {
		t.Errorf("the customer read %+v", last)
	}
	w.wantTransfer(40131, onJob, a, b, rel.ExternalUserID)
}

// TestTransferRefused: the customer says no; nothing moves.
func TestTransferRefused(t *testing.T) {
	w := newWorld(t, nil)
	r := w.listen(nil)
	a, b := w.members()[0], w.members()[1]
	person, rel := w.friends("小明", a)
	if _, err := w.sim.RefuseTransfer(wecomsim.RefuseTransfer{Person: person}); err == nil {
		t.Error("refused what was not offered")
	}
	w.wantTransfer(0, onJob, a, b, rel.ExternalUserID)
	w.settle()
	before := len(r.events())
	must(w.sim.RefuseTransfer(wecomsim.RefuseTransfer{Person: person}))(t)
	if _, err := w.sim.RefuseTransfer(wecomsim.RefuseTransfer{Person: rel.ExternalUserID}); err == nil {
		t.Error("refused twice")
	}
	w.settle()
	events := r.events()[before:]
	if len(events) != 1 {
		t.Fatalf("%d events", len(events))
	}
	if e, ok := events[0].(*callback.TransferFail); !ok || e.FailReason != callback.TransferRefused || e.UserID != b || e.ExternalUserID != rel.ExternalUserID {
		t.Errorf("heard %+v", events[0])
	}
	w.pass(2 * day)
	if follows := w.followers(rel.ExternalUserID); len(follows) != 1 || follows[a] == nil {
		t.Errorf("followed by %v", follows)
	}
	if status, at := w.standing(onJob, a, b, rel.ExternalUserID); status != wecom.TransferRefused || at != 0 {
		t.Errorf("status %d at %d", status, at)
	}
}

// TestTransferBars: what keeps one customer from being transferred.
func TestTransferBars(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(w *world, a, b, person, customer string) (from, to, who string)
		want    int
	}{
		"nothing": {nil, 0},
		"to himself": {func(_ *world, a, _, _, customer string) (string, string, string) {
			return a, strings.ToUpper(a), customer
		}, 40130},
		"unknown customer": {func(_ *world, a, b, _, _ string) (string, string, string) { return a, b, "wmnobody" }, 40096},
		"not his":          {func(_ *world, a, b, _, customer string) (string, string, string) { return b, a, customer }, 40131},
		"he deleted the customer": {func(w *world, a, b, person, customer string) (string, string, string) {
			must(w.sim.DeleteCustomer(wecomsim.Pair{Person: person, Member: a}))(w.t)
			return a, b, customer
		}, 84061},
		"the customer deleted him: one-way goes": {func(w *world, a, b, person, customer string) (string, string, string) {
			must(w.sim.DeleteMember(wecomsim.Pair{Person: person, Member: a}))(w.t)
			return a, b, customer
		}, 0},
		"the taker has him already": {func(w *world, a, b, person, customer string) (string, string, string) {
			must(w.sim.Add(wecomsim.Add{Person: person, Member: b}))(w.t)
			must(w.sim.ChangeMember(wecomsim.ChangeMember{Member: b, MaxCustomers: new(1)}))(w.t)
			return a, b, customer
		}, 0},
		"the taker is full": {func(w *world, a, b, _, customer string) (string, string, string) {
			w.friends("别人", b)
			must(w.sim.ChangeMember(wecomsim.ChangeMember{Member: b, MaxCustomers: new(1)}))(w.t)
			return a, b, customer
		}, 40099},
		"the taker is not verified": {func(w *world, a, b, _, customer string) (string, string, string) {
			must(w.sim.ChangeMember(wecomsim.ChangeMember{Member: b, RealName: new(false)}))(w.t)
			return a, b, customer
		}, 40098},
		"the taker is banned": {func(w *world, a, b, _, customer string) (string, string, string) {
			must(w.sim.ChangeMember(wecomsim.ChangeMember{Member: b, Status: new(2)}))(w.t)
			return a, b, customer
		}, 40143},
		"on his way already": {func(w *world, a, b, _, customer string) (string, string, string) {
			w.wantTransfer(0, onJob, a, b, customer)
			return a, b, customer
		}, 40129},
		"on his way from another": {func(w *world, a, b, person, customer string) (string, string, string) {
			third := w.members()[2]
			must(w.sim.Add(wecomsim.Add{Person: person, Member: third}))(w.t)
			w.wantTransfer(0, onJob, third, b, customer)
			return a, b, customer
		}, 40129},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			a, b := w.members()[0], w.members()[1]
			person, rel := w.friends("小明", a)
			who := rel.ExternalUserID
			if c.prepare != nil {
				a, b, who = c.prepare(w, a, b, person, who)
			}
			w.wantTransfer(c.want, onJob, a, b, who)
		})
	}
}

// TestTransferCalls: what refuses the whole call.
func TestTransferCalls(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.members()[0], w.members()[1]
	_, rel := w.friends("小明", a)
	one := []string{rel.ExternalUserID}
	body := func(from, to string, customers any, more ...string) m {
		out := m{"handover_userid": from, "takeover_userid": to, "external_userid": customers}
		if len(more) > 0 {
			out["transfer_success_msg"] = more[0]
		}
		return out
	}
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprint("wm", i)
	}
	for _, path := range []string{onJob, afterLeaving} {
		w.bad(40058, path, body(a, b, []string{}))
		w.bad(40058, path, body(a, b, many))
		w.bad(60111, path, body("nobody", b, one))
		w.bad(60111, path, body(a, "nobody", one))
		w.as(syncSecret).bad(48002, path, body(a, b, one))
		w.as(systemSecret).good(path, body(b, a, many[:100]))
		if codes := w.transfer(path, b, a, many[:100]...); len(codes) != 100 || codes[99] != 40096 {
			t.Errorf("%s: 100 customers gave %v", path, codes)
		}
	}
	w.bad(40058, onJob, body(a, b, one, long(201)))
	if got := w.transfer(onJob, a, b, rel.ExternalUserID, rel.ExternalUserID); !slices.Equal(got, []int{0, 40129}) {
		t.Errorf("the same customer twice in a call: %v", got)
	}
	must(w.sim.ChangeMember(wecomsim.ChangeMember{Member: b, MayContact: new(false)}))(t)
	w.bad(84074, onJob, body(a, b, one))
	must(w.sim.ChangeMember(wecomsim.ChangeMember{Member: b, MayContact: new(true), Status: new(4)}))(t)
	w.bad(41054, onJob, body(a, b, one))
	none, some := []int{}, []string{b}
	must(w.sim.ChangeApp(wecomsim.DefaultAgentID, wecomsim.AppPatch{Members: &some, Departments: &none}))(t)
	w.bad(60011, onJob, body(a, b, one))
	w.bad(60011, "externalcontact/transfer_result", m{"handover_userid": a, "takeover_userid": b})
	w.bad(60111, "externalcontact/transfer_result", m{"handover_userid": "nobody", "takeover_userid": b})
	w.bad(60111, "externalcontact/transfer_result", m{"handover_userid": b, "takeover_userid": ""})
}

// TestTransferTwiceInNinetyDays: a third one waits for the 90th natural day to
// end; transfers after leaving do not count.
func TestTransferTwiceInNinetyDays(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.members()[0], w.members()[1]
	_, rel := w.friends("小明", a)
	w.wantTransfer(0, onJob, a, b, rel.ExternalUserID)
	w.pass(day)
	w.wantTransfer(0, onJob, b, a, rel.ExternalUserID)
	w.pass(day)
	w.wantTransfer(40128, onJob, a, b, rel.ExternalUserID)
	// The first was on 22 November at 16:00 in Beijing: its day counts as the first of 90.
	w.pass(87*day + 8*time.Hour - time.Second)
	w.wantTransfer(40128, onJob, a, b, rel.ExternalUserID)
	w.pass(time.Second)
	w.wantTransfer(0, onJob, a, b, rel.ExternalUserID)
	w.pass(day)
	must(w.sim.Resign(wecomsim.Resign{Member: b}))(t)
	w.wantTransfer(0, afterLeaving, b, a, rel.ExternalUserID)
}

// TestTransferEnds: what may happen in the 24 hours.
func TestTransferEnds(t *testing.T) {
	for name, c := range map[string]struct {
		during func(w *world, a, b, person string)
		status int
		events []string
		after  []string // who follows, of a and b
	}{
		"nothing":             {func(*world, string, string, string) {}, wecom.TransferDone, []string{"DelExternalContact", "AddExternalContact"}, []string{"b"}},
		"they become friends": {func(w *world, _, b, p string) { must(w.sim.Add(wecomsim.Add{Person: p, Member: b}))(w.t) }, wecom.TransferDone, []string{"DelExternalContact"}, []string{"b"}},
		"the taker fills up":  {func(w *world, _, b, _ string) { fill(w, b) }, wecom.TransferFull, []string{"TransferFail"}, []string{"a"}},
		"the taker leaves":    {func(w *world, _, b, _ string) { must(w.sim.Resign(wecomsim.Resign{Member: b}))(w.t) }, wecom.TransferNone, nil, []string{"a"}},
		"he deletes the customer": {func(w *world, a, _, p string) {
			must(w.sim.DeleteCustomer(wecomsim.Pair{Person: p, Member: a}))(w.t)
		}, wecom.TransferNone, nil, nil},
		"the customer deletes him": {func(w *world, a, _, p string) {
			must(w.sim.DeleteMember(wecomsim.Pair{Person: p, Member: a}))(w.t)
		}, wecom.TransferDone, []string{"DelExternalContact", "AddExternalContact"}, []string{"b"}},
		"he leaves": {func(w *world, a, _, _ string) { must(w.sim.Resign(wecomsim.Resign{Member: a}))(w.t) }, wecom.TransferDone, []string{"AddExternalContact"}, []string{"b"}},
		"a restart": {func(w *world, _, _, _ string) {
			var file bytes.Buffer
			if err := w.sim.Snapshot(&file); err != nil {
				w.t.Fatal(err)
			}
			if err := w.sim.Restore(&file); err != nil {
				w.t.Fatal(err)
			}
		}, wecom.TransferDone, []string{"DelExternalContact", "AddExternalContact"}, []string{"b"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			r := w.listen(nil)
			a, b := w.members()[0], w.members()[1]
			person, rel := w.friends("小明", a)
			w.wantTransfer(0, onJob, a, b, rel.ExternalUserID)
			w.settle()
			w.pass(time.Hour)
			c.during(w, a, b, person)
			w.settle()
			before := len(r.events())
			w.pass(day)
			w.settle()
			if got := said(r, before); !slices.Equal(got, c.events) {
				t.Errorf("heard %v, want %v", got, c.events)
			}
			w.wantStatus(c.status, onJob, a, b, rel.ExternalUserID)
			var after []string
			w.sim.Inspect(func(world *wecomsim.World) {
				corp := world.Corps[0]
				for name, member := range map[string]string{"a": a, "b": b} {
					if f, ok := corp.Follow(member, rel.ExternalUserID); ok && f.ByMember {
						after = append(after, name)
					}
				}
				if len(corp.Unassigned) > 0 {
					t.Errorf("still unassigned: %v", corp.Unassigned)
				}
			})
			if !slices.Equal(after, c.after) {
				t.Errorf("followed by %v, want %v", after, c.after)
			}
			checkInvariants(t, w.sim)
		})
	}
}

// fill takes the last place of a member.
func fill(w *world, member string) {
	w.friends("最后一位", member)
	must(w.sim.ChangeMember(wecomsim.ChangeMember{Member: member, MaxCustomers: new(1)}))(w.t)
}
