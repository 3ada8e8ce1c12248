package intention_test

import (
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature/intention"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestScoreFromEvents: what happens at WeCom becomes points, explained event by event, and
// fades with time.
func TestScoreFromEvents(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.meet("王小明", "zhang")
		group, err := h.Sim.CreateGroup(wecomsim.CreateGroup{Owner: "zhang", Members: []string{"zhang", "li"}})
		h.must(err)
		h.may(h.Sim.JoinGroup(wecomsim.JoinGroup{Group: group.ChatID, Person: h.people["王小明"]}))
		h.Settle()
		if got := h.list("owner", ""); got != "王小明 32 medium" {
			t.Fatalf("after adding and joining: %s", got)
		}
		h.tell(h.followed("王小明", "zhang", "note"), h.followed("王小明", "li", "note"), h.followed("王小明", "zhang", "move"), h.step("王小明", "zhang", event.StageForward))
		c := h.card("王小明")
		var reasons []string
		worth := 0.0
		for _, r := range c.Reasons {
			reasons, worth = append(reasons, r.Signal), worth+r.Worth
		}
		if c.Points != 60 || c.Level != "high" || worth != 60 || len(c.Reasons) != 5 || c.Reasons[4].Signal != intention.AddedSelf || c.Reasons[4].MemberName != "成员zhang" {
			t.Errorf("%+v", c)
		}
		if c.FallsAt == nil || c.Days[len(c.Days)-1].Points != 60 || c.Days[0].Points != 0 || len(c.Days) != 30 {
			t.Errorf("%v %+v", c.FallsAt, c.Days)
		}
		if kinds := h.timeline("王小明"); !strings.HasPrefix(kinds, "intention.rose.high") {
			t.Errorf("the timeline is %s (%v)", kinds, reasons)
		}
		h.Advance(14 * day)
		if got := h.list("owner", ""); got != "王小明 30 medium" {
			t.Errorf("a half-life later: %s", got)
		}
		if kinds := h.timeline("王小明"); !strings.HasPrefix(kinds, "intention.fell.medium intention.rose.high") {
			t.Errorf("the timeline is %s", kinds)
		}
		h.Advance(70 * day)
		if got := h.list("owner", ""); got != "王小明 1 asleep" {
			t.Errorf("long after: %s", got)
		}
		if kinds := h.timeline("王小明"); !strings.HasPrefix(kinds, "intention.fell.asleep intention.fell.low intention.fell.medium") {
			t.Errorf("the timeline is %s", kinds)
		}
	})
}

// TestEvents are small stories of people who know nothing of each other, in one house.
func TestEvents(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, story := range []func(t *testing.T, h *house){once, handedOver, stranger, touched, begun} {
			story(t, h)
		}
	})
}

// begun: who added whom, by what, once or again.
func begun(t *testing.T, h *house) {
	t.Helper()
	h.meet("主动", "zhang")
	p, err := h.Sim.AddPerson(wecomsim.NewPerson{Name: "被动"})
	h.must(err)
	h.people["被动"] = p.ID
	h.may(h.Sim.Add(wecomsim.Add{Person: p.ID, Member: "zhang", ByMember: true}))
	h.Settle()
	h.Advance(time.Minute)
	if s := h.found("主动").Signal; s != intention.AddedSelf {
		t.Errorf("who came himself: %s", s)
	}
	if v := h.found("被动"); v.Signal != intention.AddedByMember || v.Points != 8 || v.MovedAt != nil {
		t.Errorf("who was added: %+v", v)
	}
	h.may(h.Sim.DeleteMember(h.pair("主动", "zhang")))
	h.Settle()
	if got := h.list("owner", "q=%E4%B8%BB%E5%8A%A8"); got != "" {
		t.Errorf("who left is listed: %s", got)
	}
	h.Advance(28 * day)
	h.meet("主动", "zhang")
	if v := h.found("主动"); v.Signal != intention.AddedAgain || v.Points != 20 { // 25 + (20 - 40) / 4
		t.Errorf("who came back: %+v", v)
	}
}

// once: whatever is told again, by the same callback, by the bus or by another app, counts once.
func once(t *testing.T, h *house) {
	t.Helper()
	h.meet("重复", "zhang")
	before := h.counted("intention_entry")
	for _, d := range h.Sim.Deliveries(0) {
		h.must(h.Sim.Redeliver(d.ID))
	}
	h.Settle()
	note := h.followed("重复", "zhang", "note")
	other := note
	other.Event = h.App.IDs.New()
	h.tell(note, note, other)
	if n := h.counted("intention_entry"); n != before+1 {
		t.Errorf("%d entries, before %d", n, before)
	}
	if v := h.found("重复"); v.Points != 25 {
		t.Errorf("%+v", v)
	}
}

// handedOver: the customer is the same in other hands.
func handedOver(t *testing.T, h *house) {
	t.Helper()
	h.meet("转交", "zhang")
	v, before := h.found("转交"), h.counted("intention_entry")
	h.tell(
		event.CustomerDeleted{Meta: h.meta(), Member: "zhang", Customer: v.Customer, ByTransfer: true},
		event.CustomerAdded{Meta: h.meta(), Member: "li", Customer: v.Customer, Transferred: true},
		event.TransferSettled{Meta: h.meta(), From: "zhang", To: "li", Customer: v.Customer},
		event.CustomerAdded{Meta: h.meta(), Member: "li", Customer: v.Customer, Half: true},
	)
	if got := h.found("转交"); got.Points != v.Points || h.counted("intention_entry") != before {
		t.Errorf("%+v, %d entries", got, h.counted("intention_entry"))
	}
}

// stranger: what somebody did before he became a customer counts once he is one.
func stranger(t *testing.T, h *house) {
	t.Helper()
	p, err := h.Sim.AddPerson(wecomsim.NewPerson{Name: "路人"})
	h.must(err)
	h.people["路人"] = p.ID
	group, err := h.Sim.CreateGroup(wecomsim.CreateGroup{Owner: "zhang", Members: []string{"zhang", "li"}})
	h.must(err)
	h.may(h.Sim.JoinGroup(wecomsim.JoinGroup{Group: group.ChatID, Person: p.ID}))
	h.Settle()
	if got := h.list("owner", "q=%E8%B7%AF%E4%BA%BA"); got != "" {
		t.Errorf("a stranger is listed: %s", got)
	}
	h.meet("路人", "zhang")
	if v := h.found("路人"); v.Points != 32 || v.MovedAt != nil {
		t.Errorf("%+v", v)
	}
	h.may(h.Sim.LeaveGroup(wecomsim.LeaveGroup{Group: group.ChatID, Person: p.ID}))
	h.Settle()
	if v := h.found("路人"); v.Points != 24 || v.Signal != intention.GroupLeft {
		t.Errorf("after leaving: %+v", v)
	}
}

// touched: a member who keeps remark and tags is at work with the customer; the first
// reading of a new one is no change.
func touched(t *testing.T, h *house) {
	t.Helper()
	h.meet("备注", "zhang")
	h.Advance(time.Minute)
	if v := h.found("备注"); v.Points != 20 {
		t.Fatalf("at first: %+v", v)
	}
	h.Advance(time.Hour)
	for _, remark := range []string{"某总", "某总（上海）"} {
		h.may(h.Sim.EditFollow(wecomsim.EditFollow{Person: h.people["备注"], Member: "zhang", Remark: &remark}))
		h.Settle()
		h.Advance(time.Minute)
	}
	if v := h.found("备注"); v.Points != 22 || v.Signal != intention.Changed {
		t.Errorf("twice in a day: %+v", v)
	}
}

// TestFirstSync: customers from before the program have a score too.
func TestFirstSync(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, err := h.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultDrop})
		h.must(err)
		h.meet("老客户", "zhang")
		group, err := h.Sim.CreateGroup(wecomsim.CreateGroup{Owner: "zhang", Members: []string{"zhang", "li"}})
		h.must(err)
		h.may(h.Sim.JoinGroup(wecomsim.JoinGroup{Group: group.ChatID, Person: h.people["老客户"]}))
		h.Settle()
		h.Sim.ClearFaults()
		h.Advance(14 * day)
		h.exec("DELETE FROM intention_seed")
		h.exec("DELETE FROM mirror_sync") // the first is yet to come
		h.Sync()
		if n := h.counted("intention_entry"); n != 0 {
			t.Fatalf("the first sync told news: %d entries", n)
		}
		for range 3 {
			h.Advance(10 * time.Minute)
		}
		if got := h.list("owner", ""); got != "老客户 16 low" {
			t.Errorf("%s", got)
		}
		if kinds := h.timeline("老客户"); strings.Contains(kinds, "intention") {
			t.Errorf("history was made up: %s", kinds)
		}
	})
}
