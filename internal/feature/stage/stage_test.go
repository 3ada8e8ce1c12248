package stage_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature/stage"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// TestAWayThroughTheFlow: new customers come in, are moved, leave and come back.
func TestAWayThroughTheFlow(t *testing.T) {
	stories(t, func(d *desk) {
		ming := d.meet("zhang", "王小明")
		d.meet("li", "赵小红")
		d.expect("new", d.stands("owner", ""), []string{"王小明/张三 待跟进", "赵小红/李四 待跟进"})
		d.expect("zhang's", d.stands("self:zhang:stage.read", ""), []string{"王小明/张三 待跟进"})
		d.move("self:zhang:stage.move", "王小明", "跟进中")
		d.expect("moved", d.stands("owner", "member=zhang"), []string{"王小明/张三 跟进中"})
		if c := d.card("王小明"); c.FollowedAt == nil || c.DueAt == nil {
			d.t.Errorf("his own move is no follow-up: %+v", c)
		}

		// He leaves: into the stage for those who left, out of the cycle; and back to where he stood.
		d.Advance(time.Hour)
		d.lose("zhang", ming)
		d.expect("lost", d.stands("owner", "member=zhang"), []string{"王小明/张三 已流失"})
		if c := d.card("王小明"); c.DueAt != nil || !c.Gone {
			d.t.Errorf("the lost customer is in the cycle: %+v", c)
		}
		status, answer := d.ask("owner", "POST", "/moves", `{"follow":"`+d.card("王小明").Follow.String()+`","stage":"`+d.stage("已成交").String()+`"}`)
		if status != http.StatusConflict {
			d.t.Errorf("a lost customer was moved: %d %s", status, answer)
		}
		d.Advance(time.Hour)
		d.add("zhang", ming)
		d.expect("back", d.stands("owner", "member=zhang"), []string{"王小明/张三 跟进中"})
		if c := d.card("王小明"); c.DueAt == nil || c.Gone {
			d.t.Errorf("the customer who came back is not in the cycle: %+v", c)
		}
		d.expect("history", d.history("王小明"), []string{"back 已流失→跟进中", "lost 跟进中→已流失", "moved 待跟进→跟进中", "joined →待跟进"})

		// Out of the flow by hand, and in again.
		card := d.card("赵小红")
		d.call("DELETE", "/cards/"+card.ID.String(), nil, nil)
		d.expect("out", d.stands("owner", "member=li"), []string{})
		d.call("POST", "/moves", map[string]any{"follow": card.Follow, "stage": d.stage("有意向"), "note": "客户要报价"}, nil)
		d.expect("in again", d.stands("owner", "member=li"), []string{"赵小红/李四 有意向"})
	})
}

func TestWhoSeesWhat(t *testing.T) {
	stories(t, func(d *desk) {
		d.meet("zhang", "王小明")
		d.meet("li", "赵小红")
		for who, want := range map[string][]string{
			"owner":                         {"王小明/张三 待跟进", "赵小红/李四 待跟进"},
			"team:wang+zhang+li:stage.read": {"王小明/张三 待跟进", "赵小红/李四 待跟进"},
			"self:li:stage.read":            {"赵小红/李四 待跟进"},
			"self:wang:stage.read":          {},
		} {
			d.expect(who, d.stands(who, ""), want)
			var board stage.Board
			d.callAs(who, "GET", "/flows/"+d.flow.ID.String()+"/board", nil, &board)
			if n := board.Columns[0].Count; int(n.Count) != len(want) || !n.Exact {
				d.t.Errorf("%s counts %+v", who, n)
			}
		}
		ming := d.card("王小明")
		for _, c := range []struct{ who, method, path, body string }{
			{"self:li:stage.*", "POST", "/moves", `{"follow":"` + ming.Follow.String() + `","stage":"` + d.stage("跟进中").String() + `"}`},
			{"self:li:stage.*", "DELETE", "/cards/" + ming.ID.String(), ""},
			{"self:li:stage.*", "GET", "/customers/" + ming.CustomerID.String(), ""},
			{"stranger", "GET", "/flows/" + d.flow.ID.String() + "/cards", ""},
		} {
			if status, answer := d.ask(c.who, c.method, c.path, c.body); status != http.StatusNotFound {
				d.t.Errorf("%s %s %s: %d %s", c.who, c.method, c.path, status, answer)
			}
		}
		// A flow for li alone: zhang does not see it, and his customers do not come in.
		form := formOf(d.flow)
		form.Name, form.Seen = "大客户", stage.Seen{Members: []string{"li"}, Departments: []int64{}}
		for i := range form.Stages {
			form.Stages[i].ID = 0
		}
		var made stage.Flow
		d.call("POST", "/flows", form, &made)
		var seen stage.FlowList
		d.callAs("self:zhang:stage.read", "GET", "/flows", nil, &seen)
		if len(seen.Items) != 1 {
			d.t.Errorf("zhang sees %d flows", len(seen.Items))
		}
		d.meet("zhang", "孙小刚")
		d.meet("li", "周小军")
		d.flow = made
		d.expect("the flow of li", d.stands("owner", ""), []string{"周小军/李四 待跟进"})
		if status, _ := d.ask("owner", "POST", "/moves", `{"follow":"`+ming.Follow.String()+`","stage":"`+made.Stages[1].ID.String()+`"}`); status != http.StatusConflict {
			d.t.Errorf("a customer of zhang came into the flow of li: %d", status)
		}
		d.callAs("self:li:stage.read", "GET", "/customers/"+d.card("周小军").CustomerID.String(), nil, &struct{}{})
	})
}

// TestFilters of the list, each with its count.
func TestFilters(t *testing.T) {
	stories(t, func(d *desk) {
		d.meet("zhang", "王小明")
		d.meet("li", "赵小红")
		d.Advance(2 * day) // Wednesday: the first day's reminders are over
		d.meet("zhang", "孙小刚")
		d.move("self:li:stage.move", "赵小红", "有意向")
		from := url.QueryEscape(d.Clock.Now().Add(-time.Hour).Format(time.RFC3339))
		for query, want := range map[string][]string{
			"member=zhang":                       {"孙小刚/张三 待跟进", "王小明/张三 待跟进"},
			"department=2&member=nobody":         {"孙小刚/张三 待跟进", "王小明/张三 待跟进", "赵小红/李四 有意向"},
			"department=99":                      {},
			"overdue=true":                       {"王小明/张三 待跟进"},
			"stage=" + d.stage("有意向").String():   {"赵小红/李四 有意向"},
			"reached=" + d.stage("跟进中").String(): {"赵小红/李四 有意向"},
			"reached=" + d.stage("待跟进").String(): {"孙小刚/张三 待跟进", "王小明/张三 待跟进", "赵小红/李四 有意向"},
			"from=" + from:                       {"孙小刚/张三 待跟进"},
			"to=" + from:                         {"王小明/张三 待跟进", "赵小红/李四 有意向"},
			"q=" + url.QueryEscape("小红"):         {"赵小红/李四 有意向"},
			"q=" + url.QueryEscape("没有") + "":    {},
			"gone=true":                          {},
		} {
			d.expect(query, d.stands("owner", query), want)
			var n web.Total
			d.call("GET", "/flows/"+d.flow.ID.String()+"/cards/count?"+query, nil, &n)
			if int(n.Count) != len(want) {
				d.t.Errorf("%s counts %+v", query, n)
			}
		}
	})
}

// TestTransferKeepsTheStage: what is handed over stands where it stood.
func TestTransferKeepsTheStage(t *testing.T) {
	stories(t, func(d *desk) {
		ming := d.meet("zhang", "王小明")
		d.move("owner", "王小明", "有意向")
		card := d.card("王小明")
		d.Advance(time.Hour)
		d.exec("UPDATE mirror_follow SET standing = 6 WHERE corp_id = ? AND member_id = 'zhang'", d.Corp)
		d.tell(event.CustomerDeleted{Meta: d.meta(), Member: "zhang", Customer: card.Customer, ByTransfer: true})
		d.expect("on the way", d.stands("owner", ""), []string{})
		news := event.TransferSettled{Meta: d.meta(), From: "zhang", To: "li", Customer: card.Customer}
		d.tell(news)
		d.expect("settled", d.stands("owner", ""), []string{"王小明/李四 有意向"})
		news.Event = d.App.IDs.New()
		d.tell(news) // told twice: nothing more
		d.expect("settled twice", d.stands("owner", ""), []string{"王小明/李四 有意向"})
		if c := d.card("王小明"); c.DueAt == nil || c.Gone {
			d.t.Errorf("the taker has no cycle: %+v", c)
		}
		// The taker's follow becomes known after the place is his.
		d.add("li", ming)
		var own id.ID
		d.must(d.App.DB.Read().NewRaw("SELECT id FROM mirror_follow WHERE corp_id = ? AND member_id = 'li'", d.Corp).Scan(d.t.Context(), &own))
		d.tell(event.CustomerAdded{Meta: d.meta(), Member: "li", Customer: card.Customer, Transferred: true})
		if c := d.card("王小明"); c.Follow != own || c.Follow == card.Follow {
			d.t.Errorf("the place is of the follow %s, want %s", c.Follow, own)
		}
		if h := d.history("王小明"); len(h) == 0 || !strings.HasPrefix(h[0], "handed") {
			d.t.Errorf("the history is %q", h)
		}
	})
}

// TestRenamedMember: places, history and batches are his under his new userid, also where
// the new one has a place already.
func TestRenamedMember(t *testing.T) {
	stories(t, func(d *desk) {
		d.meet("zhang", "王小明")
		d.meet("zhang", "赵小红")
		d.move("owner", "王小明", "有意向")
		one := d.card("王小明")
		d.exec(`INSERT INTO stage_placement SELECT 77, corp_id, flow_id, stage_id, 'zhang2', customer, customer_id, follow_id, joined_at, entered_at, followed_at,
			base_at, due_at, remind_at, reminded, gone_at, before_id, shown FROM stage_placement WHERE id = ?`, one.ID)
		d.tell(event.MemberChanged{Meta: d.meta(), Member: "zhang2", WasMember: "zhang"})
		var of []string
		d.must(d.App.DB.Read().NewRaw("SELECT DISTINCT member_id FROM stage_placement WHERE corp_id = ?", d.Corp).Scan(d.t.Context(), &of))
		d.expect("places", of, []string{"zhang2"})
		if n := len(d.cards("owner", "")); n != 2 {
			d.t.Errorf("%d places", n)
		}
		d.must(d.App.DB.Read().NewRaw("SELECT DISTINCT member_id FROM stage_move WHERE corp_id = ?", d.Corp).Scan(d.t.Context(), &of))
		d.expect("history", of, []string{"zhang2"})
	})
}

// TestWhatCounts: only what the corp counts begins the cycle anew, and only of the member himself.
func TestWhatCounts(t *testing.T) {
	stories(t, func(d *desk) {
		d.meet("zhang", "王小明")
		card := d.card("王小明")
		d.call("PUT", "/setting", stage.Setting{Counts: []string{"note", "call"}, Calendar: stage.Calendar{Weekend: []int{0, 6}, Days: []stage.Day{}}}, nil)
		due := *card.DueAt
		d.Advance(day)
		for _, c := range []struct {
			member, how string
			counts      bool
		}{{"zhang", "task", false}, {"zhang", "message", false}, {"li", "note", false}, {"zhang", "note", true}} {
			d.tell(event.FollowedUp{Meta: d.meta(), Member: c.member, Customer: card.Customer, How: c.how})
			if now := d.card("王小明"); now.DueAt.After(due) != c.counts {
				d.t.Errorf("%s by %s: due %v, before %v", c.how, c.member, now.DueAt, due)
			}
		}
		followed := *d.card("王小明").FollowedAt
		d.Advance(time.Hour)
		d.move("self:zhang:stage.move", "王小明", "跟进中")
		if now := d.card("王小明"); !now.FollowedAt.Equal(followed) {
			d.t.Errorf("a move counts though the corp does not count it")
		}
	})
}

// TestReminders come at the hour, once, again, to the leader, and end with the follow-up.
func TestReminders(t *testing.T) {
	stories(t, func(d *desk) {
		d.meet("zhang", "王小明") // Monday 10:00; due Tuesday 9:00
		d.Advance(22 * time.Hour)
		d.expect("an hour before", d.titles("zhang"), []string{})
		d.Advance(time.Hour)
		d.expect("at nine", d.titles("zhang"), []string{"客户跟进提醒"})
		if card := d.phone("zhang")[0]; !strings.Contains(card.Description, "王小明") || !strings.Contains(card.URL, url.QueryEscape("/customer/"+d.card("王小明").CustomerID.String())) {
			d.t.Errorf("the card says %q and leads to %s", card.Description, card.URL)
		}
		for range 3 {
			d.Advance(time.Minute)
		}
		d.expect("once", d.titles("zhang"), []string{"客户跟进提醒"})
		d.Advance(day)
		d.expect("the next day", d.titles("zhang"), []string{"客户跟进提醒", "客户跟进提醒（第 2 次）"})
		d.expect("not yet the leader", d.titles("wang"), []string{})
		d.Advance(day)
		d.expect("the third", d.titles("zhang"), []string{"客户跟进提醒", "客户跟进提醒（第 2 次）", "客户跟进提醒（第 3 次）"})
		d.expect("the leader", d.titles("wang"), []string{"下属逾期未跟进"})
		d.Advance(5 * day)
		d.expect("no more", d.titles("zhang"), []string{"客户跟进提醒", "客户跟进提醒（第 2 次）", "客户跟进提醒（第 3 次）"})

		// A follow-up begins anew; the weekend is no working day.
		d.tell(event.FollowedUp{Meta: d.meta(), Member: "zhang", Customer: d.card("王小明").Customer, How: "note"})
		if c := d.card("王小明"); c.Overdue || c.Reminded != 0 {
			d.t.Errorf("after the follow-up: %+v", c)
		}
	})
}

// TestManyDueAtOnce: whoever has many customers to follow up gets some cards and one digest,
// and so does who leads him.
func TestManyDueAtOnce(t *testing.T) {
	stories(t, func(d *desk) {
		for n := range 8 {
			d.meet("zhang", fmt.Sprintf("客户%d", n)) // Monday 10:00; all are due Tuesday 9:00
		}
		d.Advance(23 * time.Hour)
		five := slices.Repeat([]string{"客户跟进提醒"}, 5)
		d.expect("at nine", d.titles("zhang"), five)
		d.Advance(time.Hour)
		d.expect("at ten", d.titles("zhang"), append(five, "您有 3 条通知"))
		d.Advance(23 * time.Hour)
		d.Advance(day)
		five = slices.Repeat([]string{"下属逾期未跟进"}, 5)
		d.expect("the leader at nine of the third day", d.titles("wang"), five)
		d.Advance(time.Hour)
		d.expect("the leader at ten", d.titles("wang"), append(five, "您有 3 条通知"))
	})
}

// TestNoReminderAfterTheLoss, and none for a holiday that was entered in time.
func TestNoReminderAfterTheLoss(t *testing.T) {
	stories(t, func(d *desk) {
		ming := d.meet("zhang", "王小明")
		d.meet("li", "赵小红")
		d.lose("zhang", ming)
		d.call("PUT", "/setting", stage.Setting{Counts: []string{"note"}, Calendar: stage.Calendar{Weekend: []int{0, 6}, Days: []stage.Day{{Day: "2026-11-24", Name: "司庆"}}}}, nil)
		d.Settle()
		d.Advance(day)
		d.expect("zhang", d.titles("zhang"), []string{})
		d.expect("li on the holiday", d.titles("li"), []string{})
		d.Advance(day)
		d.expect("li on the next day", d.titles("li"), []string{"客户跟进提醒"})
	})
}
