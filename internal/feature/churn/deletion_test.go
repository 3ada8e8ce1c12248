package churn_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature/churn"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestDeletions: by a member, by WeCom after a hand-over, by the customer: three lists.
func TestDeletions(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0, "zhang", "li")
		h.lose(loss{member: "zhang", customer: "wmDeleted", name: "被删", tags: []string{"VIP"}, deleted: true, ago: time.Hour, kept: 3 * day})
		h.lose(loss{member: "li", customer: "wmBack", name: "删后又加", deleted: true, returned: true, ago: 2 * time.Hour, kept: day})
		h.lose(loss{member: "zhang", customer: "wmHanded", name: "转走", handed: true, ago: time.Hour, kept: day})
		h.lose(loss{member: "zhang", customer: "wmLost", name: "流失", ago: time.Hour, kept: day})
		for path, want := range map[string]string{
			"/losses": "wmLost", "/deletions": "wmDeleted wmBack", "/deletions?handed=true": "wmHanded", "/deletions?member=li": "wmBack",
			"/deletions?tag=VIP": "wmDeleted", "/deletions?state=lost": "wmDeleted", "/deletions?department=1": "wmDeleted wmBack",
			"/deletions?from=2026-11-23T01:30:00Z": "", "/deletions?from=2026-11-23T00:30:00Z": "wmDeleted",
		} {
			var page web.Page[churn.View]
			h.Get(path, &page)
			var got []string
			for _, l := range page.Items {
				got = append(got, l.Customer)
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s: %v, want %s", path, got, want)
			}
		}
		h.Viewer = sees(viewer.Self, "li")
		var page web.Page[churn.View]
		if h.Get("/deletions", &page); len(page.Items) != 1 || page.Items[0].Customer != "wmBack" {
			t.Errorf("a member sees %+v", page.Items)
		}
	})
}

func TestFigures(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		h.lose(loss{member: "zhang", customer: "wmOld", name: "上期", ago: 40 * day, kept: day})
		h.lose(loss{member: "li", customer: "wmDeleted", name: "被删", deleted: true, ago: time.Hour, kept: 3 * day})
		var f churn.Figures
		h.Get("/losses/figures", &f)
		if f.Total != 4 || f.Before != 1 || f.Company != 3 || f.Returned != 1 || f.Members != 3 || f.DaysKept == nil || fmt.Sprintf("%.2f", *f.DaysKept) != "1.69" {
			t.Errorf("%+v", f)
		}
		if len(f.Days) != 30 || f.Days[29] != (churn.DayFigure{Day: "2026-11-23", Count: 2}) || f.Days[26] != (churn.DayFigure{Day: "2026-11-20", Count: 1}) {
			t.Errorf("by day: %+v", f.Days)
		}
		if fmt.Sprint(f.ByMember) != "[{zhang 成员zhang 2} {li 成员li 1} {wang 成员wang 1}]" {
			t.Errorf("by member: %v", f.ByMember)
		}
		if fmt.Sprint(f.ByDepartment) != "[{2 部门 3} {3 部门 1}]" {
			t.Errorf("by department: %v", f.ByDepartment)
		}
		if fmt.Sprint(f.ByChannel) != "[{  1 2} {cc1 门店 0 1} {cc2 展会 0 1}]" {
			t.Errorf("by channel: %v", f.ByChannel)
		}
		f = churn.Figures{}
		if h.Get("/deletions/figures?from=2026-11-23T00:00:00%2B08:00&to=2026-11-23T08:30:00Z", &f); f.Total != 1 || len(f.Days) != 1 || f.Days[0].Count != 1 {
			t.Errorf("deletions: %+v", f)
		}
		f = churn.Figures{}
		if h.Get("/losses/figures?tag=VIP&member=wang", &f); f.Total != 1 || len(f.ByMember) != 1 {
			t.Errorf("filtered: %+v", f)
		}
		f = churn.Figures{}
		if h.Get("/losses/figures?department=99", &f); f.Total != 0 || len(f.Days) != 30 {
			t.Errorf("nothing: %+v", f)
		}
		if status, body := h.Call("GET", "/losses/figures?from=2020-01-01T00:00:00Z", ""); status != 422 || !strings.Contains(body, "366") {
			t.Errorf("six years: %d %s", status, body)
		}
	})
}

// TestHints: a day with far more than usual is pointed out, once, in the viewer's scope.
func TestHints(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0, "zhang", "li", "wang")
		lose := func(member string, n int, l loss) {
			for range n {
				l.member, l.customer, l.kept = member, "wm"+h.IDs.New().String(), day
				h.lose(l)
			}
		}
		hints := func() string {
			var list churn.HintList
			h.Get("/hints", &list)
			var all []string
			for _, x := range list.Items {
				all = append(all, fmt.Sprintf("%s %s %s %d %.2f %.2f", x.Kind, x.Member, x.Day, x.Count, x.Own, x.Peers))
			}
			return strings.Join(all, "; ")
		}
		lose("li", 14, loss{ago: 5 * day})     // a bad day of its own
		lose("zhang", 4, loss{ago: time.Hour}) // too few
		lose("zhang", 9, loss{ago: time.Hour, unknown: true})
		lose("zhang", 9, loss{ago: time.Hour, handed: true})
		if got, want := hints(), "lost li 2026-11-18 14 0.00 0.00"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		lose("zhang", 2, loss{ago: time.Hour})
		lose("wang", 5, loss{ago: time.Hour, deleted: true})
		want := "deleted wang 2026-11-23 5 0.00 0.00; lost zhang 2026-11-23 6 0.00 0.25; lost li 2026-11-18 14 0.00 0.00"
		if got := hints(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		tiles, err := h.Feature.Answers.Tiles(t.Context(), h.Viewer)
		h.Must(err)
		if len(tiles) != 1 || tiles[0].Value != 2 || tiles[0].Level != "warning" {
			t.Errorf("%+v", tiles)
		}
		h.Viewer = sees(viewer.Self, "zhang")
		if got := hints(); got != "lost zhang 2026-11-23 6 0.00 0.25" {
			t.Errorf("a member sees %s", got)
		}
	})
}

// TestRepairedDeletion: what a re-sync found is recorded and raises no alarm.
func TestRepairedDeletion(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0, "zhang", "boss")
		h.Call("PUT", "/deletions/setting", `{"notify":"now","hour":9,"receivers":["boss"],"leaders":false,"unusual":true}`)
		meta := event.Meta{Event: h.IDs.New(), Corp: corpID, At: h.Clock.Now(), Repaired: true}
		h.tell(event.CustomerDeleted{Meta: meta, Member: "zhang", Customer: "wmStray"})
		var page web.Page[churn.View]
		if h.Get("/deletions", &page); len(page.Items) != 1 || !page.Items[0].Unknown || page.Items[0].Notice != churn.NoticeOff {
			t.Errorf("%+v", page.Items)
		}
	})
}

func TestDeletionSettingIsChecked(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0, "zhang")
		for body, status := range map[string]int{
			`{"notify":"now","hour":9,"receivers":[],"leaders":false,"unusual":false}`:         422,
			`{"notify":"off","hour":9,"receivers":[],"leaders":false,"unusual":true}`:          422,
			`{"notify":"now","hour":9,"receivers":["nobody"],"leaders":false,"unusual":false}`: 422,
			`{"notify":"daily","hour":24,"receivers":["zhang"],"leaders":true,"unusual":true}`: 422,
			`{"notify":"odd","hour":9,"receivers":["zhang"],"leaders":true,"unusual":true}`:    422,
			`{"notify":"off","hour":9,"receivers":[],"leaders":false,"unusual":false}`:         200,
			`{"notify":"daily","hour":0,"receivers":["ZHANG"],"leaders":true,"unusual":true}`:  200,
		} {
			if got, answer := h.Call("PUT", "/deletions/setting", body); got != status {
				t.Errorf("%s: %d %s", body, got, answer)
			}
		}
	})
}

// delete is the member deleting the customer.
func (d *desk) delete(member, person string) {
	d.t.Helper()
	_, err := d.Sim.DeleteCustomer(wecomsim.Pair{Corp: d.Corp, Member: member, Person: person})
	d.must(err)
	d.Settle()
}

// people are members and strangers of the simulated world.
func (d *desk) people() (members, strangers []string) {
	d.t.Helper()
	d.must(d.App.DB.Read().NewRaw("SELECT id FROM mirror_member WHERE corp_id = ? ORDER BY id", d.Corp).Scan(d.t.Context(), &members))
	var world struct{ People []struct{ ID string } }
	d.sim("/_sim/people?corp="+d.Corp, &world)
	for _, p := range world.People {
		strangers = append(strangers, p.ID)
	}
	return members, strangers
}

// TestDeletionIsToldAtOnce: those who were chosen, with a link to the customer; and the
// leaders of the member's department.
func TestDeletionIsToldAtOnce(t *testing.T) {
	stories(t, apptest.Options{}, func(d *desk) {
		members, people := d.people()
		doer, chosen, leader := members[0], members[1], members[2]
		d.must(d.App.DB.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
			for text, args := range map[string][]any{
				"DELETE FROM mirror_member_department WHERE corp_id = ? AND member_id IN (?, ?)": {d.Corp, doer, leader},
			} {
				if _, err := tx.NewRaw(text, args...).Exec(ctx); err != nil {
					return err
				}
			}
			_, err := tx.NewRaw("INSERT INTO mirror_member_department (corp_id, member_id, department_id, leader, position) VALUES (?, ?, 1, FALSE, 0), (?, ?, 1, TRUE, 0)",
				d.Corp, doer, d.Corp, leader).Exec(ctx)
			return err
		}))
		d.call("PUT", "/api/churn/deletions/setting", `{"notify":"now","hour":9,"receivers":["`+chosen+`"],"leaders":true,"unusual":false}`, nil)
		d.meet(doer, people[0])
		d.Advance(50 * time.Hour)
		d.delete(doer, people[0])
		var page web.Page[churn.View]
		d.call("GET", "/api/churn/deletions", "", &page)
		if len(page.Items) != 1 || page.Items[0].Notice != churn.NoticeSent || page.Items[0].DaysKept != 2 {
			t.Fatalf("%+v", page.Items)
		}
		for _, m := range []string{chosen, leader} {
			cards := d.cards(m)
			if len(cards) != 1 || cards[0].Title != "成员删除客户提醒" || !strings.Contains(cards[0].Description, page.Items[0].MemberName) ||
				!strings.Contains(cards[0].URL, "customer%2F"+page.Items[0].CustomerID.String()) {
				t.Errorf("%s got %+v", m, cards)
			}
		}
		if cards := d.cards(doer); len(cards) != 0 {
			t.Errorf("the doer was told: %+v", cards)
		}
		if len(d.losses()) != 0 {
			t.Error("a deletion counts as a loss")
		}
	})
}

// TestDeletionsOfTheDay: one message at the hour, none without a deletion, and none twice;
// a program that stood still makes up for it.
func TestDeletionsOfTheDay(t *testing.T) {
	stories(t, apptest.Options{}, func(d *desk) {
		members, people := d.people()
		doer, chosen := members[0], members[1]
		d.call("PUT", "/api/churn/deletions/setting", `{"notify":"daily","hour":18,"receivers":["`+chosen+`"],"leaders":false,"unusual":false}`, nil)
		for _, p := range people[:3] {
			d.meet(doer, p)
		}
		d.Advance(time.Hour) // 11:00
		d.delete(doer, people[0])
		d.delete(doer, people[1])
		d.Advance(6*time.Hour + 45*time.Minute)
		if cards := d.cards(chosen); len(cards) != 0 {
			t.Errorf("before the hour: %+v", cards)
		}
		d.Advance(16 * time.Minute)
		cards := d.cards(chosen)
		if len(cards) != 1 || cards[0].Title != "成员删除客户日报" || !strings.Contains(cards[0].Description, "1 名成员共删除 2 位客户") ||
			!strings.Contains(cards[0].URL, "tab%3Ddeletions%26deleted%3D2026-11-23~2026-11-23") {
			t.Fatalf("%+v", cards)
		}
		d.Advance(25 * time.Hour)
		if n := len(d.cards(chosen)); n != 1 {
			t.Errorf("a day without a deletion: %d cards", n)
		}
		d.delete(doer, people[2])
		d.Advance(3 * day)
		if n := len(d.cards(chosen)); n != 2 {
			t.Errorf("in the end %d cards", n)
		}
	})
}

// TestUnusualIsTold: once a day and member.
func TestUnusualIsTold(t *testing.T) {
	stories(t, apptest.Options{Seed: &wecomsim.SeedOptions{Members: 3, Customers: 8}}, func(d *desk) {
		members, people := d.people()
		d.call("PUT", "/api/churn/deletions/setting", `{"notify":"off","hour":9,"receivers":["`+members[1]+`"],"leaders":false,"unusual":true}`, nil)
		for i, p := range people[:6] {
			d.meet(members[0], p)
			d.Advance(time.Second)
			if d.leave(members[0], p); i == 3 && len(d.cards(members[1])) != 0 {
				t.Error("told of four")
			}
		}
		cards := d.cards(members[1])
		if len(cards) != 1 || cards[0].Title != "客户流失异常提醒" || !strings.Contains(cards[0].Description, "已流失 5 位客户") {
			t.Errorf("%+v", cards)
		}
	})
}

// TestSwitchForcedAndOwn: the corp's switch, the member's own, and the one that overrides it.
func TestSwitchForcedAndOwn(t *testing.T) {
	stories(t, apptest.Options{}, func(d *desk) {
		member, person := d.cast()
		own := func(wanted bool) {
			d.must(d.App.DB.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
				return d.App.Notices.PutChoice(ctx, tx, d.Corp, member, "churn.lost", wanted)
			}))
		}
		for i, step := range []struct {
			body   string
			wanted bool
			want   churn.Notice
		}{
			{`{"notify":true}`, true, churn.NoticeSent},
			{`{"notify":true}`, false, churn.NoticeOff},
			{`{"notify":true,"forced":true}`, false, churn.NoticeSent},
			{`{"notify":false,"forced":true}`, true, churn.NoticeOff},
		} {
			d.call("PUT", "/api/churn/setting", step.body, nil)
			own(step.wanted)
			d.meet(member, person)
			d.Advance(time.Hour)
			d.leave(member, person)
			if l := d.losses()[0]; l.Notice != step.want || (l.Notice == churn.NoticeOff) != (!l.Reason.None()) {
				t.Errorf("%d: %s %+v, want %s", i, l.Notice, l.Reason, step.want)
			}
			d.Advance(time.Hour)
		}
		if n := len(d.losses()); n != 4 {
			t.Errorf("%d losses are kept", n)
		}
	})
}

// TestReceiversOutsideTheContactBook: who may not name a receiver reads how many there are,
// and leaves them as they are.
func TestReceiversOutsideTheContactBook(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0, "zhang", "boss", "li")
		h.Call("PUT", "/deletions/setting", `{"notify":"now","hour":9,"receivers":["boss","zhang"],"leaders":false,"unusual":true}`)
		all := h.Viewer
		h.Viewer = sees(viewer.Departments, "li")
		h.Viewer.Scope.Members = []string{"zhang"}
		var set churn.DeletionSettingView
		if h.Get("/deletions/setting", &set); !slices.Equal(set.Receivers, []string{"zhang"}) || set.Others != 1 || len(set.Names) != 1 {
			t.Errorf("%+v", set)
		}
		if status, answer := h.Call("PUT", "/deletions/setting", `{"notify":"daily","hour":9,"receivers":["li"],"leaders":false,"unusual":true}`); status != 200 || strings.Contains(answer, "boss") {
			t.Errorf("%d %s", status, answer)
		}
		h.Viewer = all
		var whole churn.DeletionSettingView
		if h.Get("/deletions/setting", &whole); !slices.Equal(whole.Receivers, []string{"li", "boss"}) || whole.Others != 0 {
			t.Errorf("%+v", whole)
		}
	})
}
