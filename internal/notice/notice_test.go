package notice_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// Kinds of the stories: one that waits for the morning, one that does not, one that is off,
// one of which nobody needs more than three an hour.
const (
	plain  = "story.plain"
	urgent = "story.urgent"
	silent = "story.silent"
	steady = "story.steady"
)

// desk is a program with some kinds of notices.
type desk struct {
	*apptest.House
	t       *testing.T
	members []string
}

func stories(t *testing.T, story func(d *desk)) {
	t.Helper()
	apptest.Each(t, apptest.Options{}, func(t *testing.T, h *apptest.House) {
		h.App.Notices.Register("story",
			notice.Kind{Key: plain, ZH: "普通提醒", EN: "Plain"}, notice.Kind{Key: urgent, ZH: "紧急提醒", EN: "Urgent", Urgent: true},
			notice.Kind{Key: silent, ZH: "默认关闭", EN: "Silent", Policy: notice.Off},
			notice.Kind{Key: steady, ZH: "常见提醒", EN: "Steady", PerHour: 3})
		d := &desk{House: h, t: t}
		d.must(h.App.DB.Read().NewRaw("SELECT id FROM mirror_member WHERE corp_id = ? ORDER BY id", h.Corp).Scan(t.Context(), &d.members))
		story(d)
	})
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) tx(do func(ctx context.Context, tx db.Tx) error) {
	d.t.Helper()
	d.must(d.App.DB.Tx(d.t.Context(), do))
}

// send sends to the first member unless the message says otherwise, and settles.
func (d *desk) send(messages ...notice.Message) {
	d.t.Helper()
	for i := range messages {
		m := &messages[i]
		m.Corp = d.Corp
		if m.Title == "" {
			m.Title = "提醒"
		}
		if m.Text == "" {
			m.Text = "内容"
		}
		if m.Member == "" && m.To.LeadersOf == "" && len(m.To.Members) == 0 {
			m.Member = d.members[0]
		}
	}
	d.tx(func(ctx context.Context, tx db.Tx) error { return d.App.Notices.Send(ctx, tx, messages...) })
	d.Settle()
}

func (d *desk) quiet(on bool, from, to int) {
	d.t.Helper()
	d.tx(func(ctx context.Context, tx db.Tx) error {
		return d.App.Notices.PutQuiet(ctx, tx, d.Corp, notice.Quiet{On: on, From: from, To: to}, "test")
	})
	d.Settle()
}

// cards are on a member's phone, the oldest first.
func (d *desk) cards(member string) []wecom.TextCard {
	d.t.Helper()
	messages, err := d.Sim.AppMessages(d.Corp, member)
	d.must(err)
	slices.SortFunc(messages, func(a, b wecomsim.AppMessage) int { return int(a.Seq - b.Seq) })
	var cards []wecom.TextCard
	for _, m := range messages {
		var card wecom.TextCard
		d.must(json.Unmarshal(m.Body, &card))
		cards = append(cards, card)
	}
	return cards
}

// states are those of the messages of a kind by key, "member=state".
func (d *desk) states(kind string, keys ...string) string {
	d.t.Helper()
	found, err := notice.States(d.t.Context(), d.App.DB.Read(), d.Corp, kind, keys)
	d.must(err)
	var all []string
	for _, k := range keys {
		for _, r := range found[k] {
			all = append(all, fmt.Sprintf("%s:%s=%s", k, r.Member, r.State))
		}
	}
	return strings.Join(all, " ")
}

func TestSentOnceWithALink(t *testing.T) {
	stories(t, func(d *desk) {
		m := notice.Message{Kind: plain, Key: "k", Title: "客户流失提醒", Text: "第一行\n<b>第二行", Href: "/customer/7"}
		d.send(m)
		d.send(m)
		d.send(m, m)
		cards := d.cards(d.members[0])
		if len(cards) != 1 || cards[0].Title != "客户流失提醒" || cards[0].Description != "第一行<br>＜b＞第二行" ||
			!strings.HasPrefix(cards[0].URL, d.URL+"/api/account/wecom/start?corp="+d.Corp+"&next=%2Fcustomer%2F7#n=") {
			d.t.Errorf("%+v", cards)
		}
		if s := d.states(plain, "k", "other"); s != "k:"+d.members[0]+"=sent" {
			d.t.Error(s)
		}
		// Equal ones without a key, or to another, are others.
		d.send(notice.Message{Kind: plain}, notice.Message{Kind: plain}, notice.Message{Kind: plain, Key: "k", Member: d.members[1]})
		if n := len(d.cards(d.members[0])); n != 3 {
			d.t.Errorf("%d cards, want three", n)
		}
		if n := len(d.cards(d.members[1])); n != 1 {
			d.t.Errorf("%d cards to the other, want one", n)
		}
	})
}

func TestSwitches(t *testing.T) {
	stories(t, func(d *desk) {
		me, other := d.members[0], d.members[1]
		policy := func(kind string, p notice.Policy) {
			d.tx(func(ctx context.Context, tx db.Tx) error {
				return d.App.Notices.PutPolicy(ctx, tx, d.Corp, kind, p, "test")
			})
		}
		choose := func(member string, wanted bool) {
			d.tx(func(ctx context.Context, tx db.Tx) error {
				return d.App.Notices.PutChoice(ctx, tx, d.Corp, member, plain, wanted)
			})
		}
		both := func(key string) notice.Message {
			return notice.Message{Kind: plain, Key: key, To: notice.Receivers{Members: []string{me, other, me, ""}}}
		}
		d.send(both("at first"), notice.Message{Kind: silent, Key: "silent"})
		choose(me, false)
		choose(me, false)
		d.send(both("refused"), notice.Message{Kind: urgent, Key: "another kind"})
		policy(plain, notice.Forced)
		d.send(both("forced"))
		policy(plain, notice.Off)
		d.send(both("off"))
		policy(plain, notice.Choice)
		choose(me, true)
		d.send(both("wanted again"))
		policy(silent, notice.Choice)
		d.send(notice.Message{Kind: silent, Key: "loud"})
		for key, want := range map[string]string{
			"at first":     "sent/sent",
			"refused":      "off/sent",
			"forced":       "sent/sent",
			"off":          "off/off",
			"wanted again": "sent/sent",
		} {
			states := strings.Split(want, "/")
			want := fmt.Sprintf("%s:%s=%s %s:%s=%s", key, me, states[0], key, other, states[1])
			if got := d.states(plain, key); got != want {
				d.t.Errorf("%s, want %s", got, want)
			}
		}
		if got := d.states(silent, "silent", "loud"); got != "silent:"+me+"=off loud:"+me+"=sent" {
			d.t.Error(got)
		}
		if got := d.states(urgent, "another kind"); got != "another kind:"+me+"=sent" {
			d.t.Error(got)
		}
	})
}

// TestQuietHours: one digest for each member when they are over; urgent ones come at once.
func TestQuietHours(t *testing.T) {
	stories(t, func(d *desk) {
		me, other := d.members[0], d.members[1]
		d.quiet(true, 22*60, 8*60) // it is 10:00
		d.send(notice.Message{Kind: plain, Key: "day"})
		d.Advance(13 * time.Hour)
		d.send(notice.Message{Kind: plain, Key: "a", Title: "一"}, notice.Message{Kind: plain, Key: "b"}, notice.Message{Kind: urgent, Key: "now"},
			notice.Message{Kind: plain, Key: "c", Member: other, Title: "只有一条", Href: "/customer/9"})
		d.send(notice.Message{Kind: plain, Key: "e"})
		if n, m := len(d.cards(me)), len(d.cards(other)); n != 2 || m != 0 {
			d.t.Fatalf("in the night there are %d and %d cards", n, m)
		}
		if s := d.states(plain, "day", "a", "c"); s != "day:"+me+"=sent a:"+me+"=held c:"+other+"=held" {
			d.t.Error(s)
		}
		d.Advance(8*time.Hour + 59*time.Minute)
		if n := len(d.cards(me)); n != 2 {
			d.t.Errorf("a minute too early there are %d cards", n)
		}
		d.Advance(2 * time.Minute)
		cards := d.cards(me)
		if len(cards) != 3 || cards[2].Title != "您有 3 条通知" || cards[2].Description != "普通提醒：3 条" || !strings.Contains(cards[2].URL, "next=%2Fnotice%2Fmine") {
			d.t.Errorf("the digest: %+v", cards)
		}
		if cards := d.cards(other); len(cards) != 1 || cards[0].Title != "只有一条" || !strings.Contains(cards[0].URL, "next=%2Fcustomer%2F9") {
			d.t.Errorf("a single one comes as it is: %+v", cards)
		}
		if s := d.states(plain, "a", "b", "e", "c"); strings.Count(s, "=sent") != 4 {
			d.t.Error(s)
		}
		d.Advance(48 * time.Hour)
		if n := len(d.cards(me)); n != 3 {
			d.t.Errorf("%d cards in the end", n)
		}
	})
}

// TestQuietHoursChange: what is held follows the corp's decision.
func TestQuietHoursChange(t *testing.T) {
	stories(t, func(d *desk) {
		me := d.members[0]
		d.quiet(true, 9*60, 11*60)
		d.send(notice.Message{Kind: plain, Key: "a"}, notice.Message{Kind: plain, Key: "b"})
		d.quiet(true, 9*60, 12*60)
		d.Advance(61 * time.Minute) // 11:01
		if s := d.states(plain, "a"); s != "a:"+me+"=held" || len(d.cards(me)) != 0 {
			d.t.Errorf("longer hours: %s", s)
		}
		d.Advance(time.Hour)
		if s := d.states(plain, "a"); s != "a:"+me+"=sent" || len(d.cards(me)) != 1 {
			d.t.Errorf("after them: %s", s)
		}
		d.quiet(true, 12*60, 18*60)
		d.send(notice.Message{Kind: plain, Key: "c"})
		d.quiet(false, 12*60, 18*60)
		if s := d.states(plain, "c"); s != "c:"+me+"=sent" || len(d.cards(me)) != 2 {
			d.t.Errorf("switched off: %s", s)
		}
	})
}

// TestPace: WeCom drops what exceeds 30 messages a minute in silence; none of ours may be.
func TestPace(t *testing.T) {
	stories(t, func(d *desk) {
		me := d.members[0]
		var many []notice.Message
		for i := range 45 {
			many = append(many, notice.Message{Kind: urgent, Key: fmt.Sprint(i)})
		}
		d.send(many...)
		if n := len(d.cards(me)); n != 20 {
			d.t.Errorf("%d cards within a minute", n)
		}
		d.Advance(61 * time.Second)
		cards := d.cards(me)
		if len(cards) != 21 || cards[20].Title != "您有 25 条通知" || cards[20].Description != "紧急提醒：25 条" {
			d.t.Errorf("%d cards, the last %+v", len(cards), cards[len(cards)-1])
		}
		d.send(notice.Message{Kind: urgent, Key: "more"})
		if n := len(d.cards(me)); n != 22 {
			d.t.Errorf("%d cards in the end", n)
		}
	})
}

// TestPerHour: a flood of one kind is some cards and then one digest at each full hour; other
// kinds and other members do not feel it.
func TestPerHour(t *testing.T) {
	stories(t, func(d *desk) {
		me, other := d.members[0], d.members[1]
		d.Advance(30 * time.Minute) // 10:30
		var many []notice.Message
		for i := range 40 {
			many = append(many, notice.Message{Kind: steady, Key: fmt.Sprint(i)})
		}
		d.send(append(many, notice.Message{Kind: plain}, notice.Message{Kind: steady, Member: other})...)
		if n, m := len(d.cards(me)), len(d.cards(other)); n != 4 || m != 1 {
			d.t.Errorf("%d and %d cards at once", n, m)
		}
		d.Advance(31 * time.Minute)
		cards := d.cards(me)
		if len(cards) != 5 || cards[4].Title != "您有 37 条通知" || cards[4].Description != "常见提醒：37 条" {
			d.t.Errorf("at the full hour: %d cards, the last %+v", len(cards), cards[len(cards)-1])
		}
		d.send(notice.Message{Kind: steady, Key: "again", Title: "又一条"}) // 11:01, and three came at 10:30
		if s := d.states(steady, "again"); s != "again:"+me+"=held" {
			d.t.Error(s)
		}
		d.quiet(true, 12*60, 13*60) // the digest of 12:00 would fall into the quiet hours
		d.Advance(time.Hour)
		d.Advance(time.Minute)
		if cards := d.cards(me); len(cards) != 6 || cards[5].Title != "又一条" {
			d.t.Errorf("when the hours change, what is held is looked at: %+v", cards[5:])
		}
		d.quiet(false, 12*60, 13*60)
		d.send(notice.Message{Kind: steady, Key: "calm"})
		if s := d.states(steady, "calm"); s != "calm:"+me+"=sent" {
			d.t.Errorf("an hour later: %s", s)
		}
	})
}

// TestDigestWaitsForWeCom: down at the end of the quiet hours and back, the digest still comes, once.
func TestDigestWaitsForWeCom(t *testing.T) {
	stories(t, func(d *desk) {
		me := d.members[0]
		d.quiet(true, 9*60, 11*60)
		d.send(notice.Message{Kind: plain, Key: "a"}, notice.Message{Kind: plain, Key: "b"})
		_, err := d.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultHTTP, Path: "/cgi-bin/message/send", Status: 503})
		d.must(err)
		d.Advance(time.Hour)
		d.Advance(5 * time.Minute)
		if s := d.states(plain, "a", "b"); strings.Count(s, "=held") != 2 {
			d.t.Errorf("while WeCom is down: %s", s)
		}
		d.Sim.ClearFaults()
		d.Advance(15 * time.Minute)
		if s := d.states(plain, "a", "b"); strings.Count(s, "=sent") != 2 || len(d.cards(me)) != 1 {
			d.t.Errorf("when it is back: %s, %d cards", s, len(d.cards(me)))
		}
	})
}

func TestLeaders(t *testing.T) {
	stories(t, func(d *desk) {
		me, boss, top := d.members[0], d.members[1], d.members[2]
		exec := func(text string, args ...any) {
			d.tx(func(ctx context.Context, tx db.Tx) error {
				_, err := tx.NewRaw(text, args...).Exec(ctx)
				return err
			})
		}
		exec("DELETE FROM mirror_member_department WHERE corp_id = ?", d.Corp)
		exec("DELETE FROM mirror_department WHERE corp_id = ?", d.Corp)
		for _, dep := range [][3]any{{1, 0, "总部"}, {2, 1, "销售"}, {3, 2, "一组"}, {4, 1, "客服"}} {
			exec("INSERT INTO mirror_department (corp_id, id, parent_id, name, position) VALUES (?, ?, ?, ?, 0)", d.Corp, dep[0], dep[1], dep[2])
		}
		in := func(member string, department int, leader bool) {
			exec("INSERT INTO mirror_member_department (corp_id, member_id, department_id, leader, position) VALUES (?, ?, ?, ?, 0)", d.Corp, member, department, leader)
		}
		in(me, 3, true)
		in(boss, 2, true)
		in(top, 1, true)
		leaders := func(of string) string {
			found, err := notice.Leaders(t.Context(), d.App.DB.Read(), d.Corp, of)
			d.must(err)
			return strings.Join(found, " ")
		}
		if got := leaders(me); got != boss {
			d.t.Errorf("the leader of a group: %s, want that of the department above, %s", got, boss)
		}
		in(me, 4, false)
		both := []string{boss, top}
		slices.Sort(both)
		if got := leaders(me); got != strings.Join(both, " ") {
			d.t.Errorf("of two departments: %s", got)
		}
		if got := leaders(top); got != "" {
			d.t.Errorf("above the top: %s", got)
		}
		exec("UPDATE mirror_member SET left_at = 1 WHERE corp_id = ? AND id = ?", d.Corp, boss)
		if got := leaders(me); got != top {
			d.t.Errorf("one has left: %s", got)
		}
		d.send(notice.Message{Kind: plain, Key: "up", To: notice.Receivers{LeadersOf: me}})
		if n := len(d.cards(top)); n != 1 {
			d.t.Errorf("%d cards", n)
		}
	})
}
