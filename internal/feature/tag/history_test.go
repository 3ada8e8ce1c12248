package tag_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature/tag"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// told is what somebody reads about tags in a customer's timeline, newest first: "added.run
// 甲、乙 zhang 王".
func (d *desk) told(who string, customer id.ID) []string {
	d.t.Helper()
	got, after := []string{}, ""
	for {
		page := as[web.Page[ask.Entry]](d, who, "GET", "customer/customers/"+customer.String()+"/timeline?about=tag&limit=2&after="+after, nil)
		for _, e := range page.Items {
			tags := strings.Split(e.Values["tags"], "、")
			slices.Sort(tags)
			got = append(got, strings.TrimSpace(fmt.Sprint(strings.TrimPrefix(e.Kind, "tag."), " ", strings.Join(tags, "、"), " ", e.Member, " ", e.Values["by"])))
		}
		if after = page.Next; after == "" {
			return got
		}
	}
}

// edits is a member setting the tags of a customer in his client.
func (d *desk) edits(p pair, personal []string, tags ...string) {
	d.t.Helper()
	d.Advance(time.Minute)
	_, err := d.Sim.EditFollow(wecomsim.EditFollow{Person: d.person(p.Customer), Member: p.Member, Tags: &tags, PersonalTags: &personal})
	d.must(err)
	d.Settle()
}

func (d *desk) tell(news event.Event) {
	d.t.Helper()
	d.must(d.App.DB.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error { return d.App.Bus.Publish(ctx, tx, news) }))
	d.Settle()
}

func (d *desk) meta() event.Meta {
	return event.Meta{Event: d.App.IDs.New(), Corp: d.Corp, At: d.Clock.Now()}
}

// bare is a follow whose tags the member has taken off before the story begins.
func (d *desk) bare() pair {
	d.t.Helper()
	p := d.pairs()[0]
	d.edits(p, nil)
	d.exec("DELETE FROM tag_history")
	return p
}

func (d *desk) rows() (n int) {
	d.t.Helper()
	d.must(d.App.DB.Read().NewRaw("SELECT COUNT(*) FROM tag_history").Scan(d.t.Context(), &n))
	return n
}

// TestHistory: what happens with tags is in the customer's timeline with its cause, whoever
// made it happen, and what was there before anybody looked is not.
func TestHistory(t *testing.T) {
	stories(t, func(d *desk) {
		if n := d.rows(); n != 0 {
			t.Fatalf("the first sync wrote %d rows", n)
		}
		g := d.group("温度", "高", "中", "低")
		p := d.bare()
		var want []string
		tells := func(lines ...string) {
			t.Helper()
			want = append(lines, want...)
			d.wants("timeline", d.told("owner", p.CustomerID), want)
		}
		who := func(line string) string { return line + " " + p.Member }

		r := d.begin([]id.ID{p.Follow}, []string{g[1], g[2]}, nil)
		tells(who("added.run 中、高") + " owner")
		d.Advance(time.Minute)
		do[tag.Run](d, "POST", "tag/runs/"+r.ID.String()+"/undo", nil)
		d.Settle()
		tells(who("removed.undo 中、高") + " owner")

		d.Advance(time.Minute)
		file := "客户ID,成员\n" + p.Customer + "," + p.Member + "\n"
		r = d.list("owner", file)
		do[tag.Run](d, "POST", "tag/runs/"+r.ID.String()+"/begin", names{"add": g[1:2]})
		d.Settle()
		tells(who("added.import 高") + " owner")

		d.edits(p, nil, g[3])
		tells(who("added.wecom 低"), who("removed.wecom 高"))
		d.edits(p, []string{"爱喝茶"}, g[3])
		tells(who("added.wecom 爱喝茶"))
		d.Sync()
		tells() // nothing new

		// What others ask for has their cause.
		d.Advance(time.Minute)
		d.must(d.App.DB.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return d.App.Mirror.MarkTags(ctx, tx, d.Corp, p.Member, p.Customer, g[2:3], nil, mirror.By("channel", 7, "展会"))
		}))
		d.Settle()
		tells(who("added.channel 中") + " 展会")

		// Deleted tags keep their names.
		d.Advance(time.Minute)
		_, err := d.Sim.ChangeTag(wecomsim.ChangeTag{Action: wecomsim.TagDelete, Tag: g[3]})
		d.must(err)
		d.Settle()
		tells(who("removed.deleted 低"))

		// A page of two begins where the one before ended; the filter leaves all others out.
		all := do[web.Page[ask.Entry]](d, "GET", "customer/customers/"+p.CustomerID.String()+"/timeline?limit=100", nil).Items
		if len(all) <= len(want) {
			t.Errorf("nothing but tags in %d entries", len(all))
		}
	})
}

// TestHistoryOfRules: a rule tags a customer who was added a moment ago, and his own tags at
// that moment are no news; of two rules each has its own.
func TestHistoryOfRules(t *testing.T) {
	stories(t, func(d *desk) {
		g, m := d.group("自动", "甲", "乙"), d.member(0)
		for i, name := range []string{"先", "后"} {
			do[tag.Rule](d, "POST", "tag/rules", names{
				"name": name, "trigger": "time", "add": g[1+i : 2+i], "enabled": true, "setting": names{"spans": []names{{"from": 0, "to": 1440}}},
			})
		}
		follow := d.meet(d.stranger(), m)
		f, err := mirror.FollowByID(t.Context(), d.App.DB.Read(), d.Corp, follow)
		d.must(err)
		d.wants("timeline", d.told("owner", f.CustomerID), []string{"added.rule 乙 " + m + " 后", "added.rule 甲 " + m + " 先"})
	})
}

// TestHistoryIsSeen: by who sees the follow or holds the customer now, and tags of hidden
// groups by nobody else, not even after they were deleted.
func TestHistoryIsSeen(t *testing.T) {
	stories(t, func(d *desk) {
		open, price, own := d.group("温度", "高"), d.group("报价", "底价"), d.own("平台", "会员")
		p := d.pairs()[0]
		var taker string
		for _, x := range d.pairs() {
			if x.Member != p.Member {
				taker = x.Member
			}
		}
		d.begin([]id.ID{p.Follow}, []string{open[1], price[1], own[1]}, nil)
		d.sight(price[0], names{"roles": []string{"boss"}}, names{})
		const may = ":customer.read"
		plain, boss := "self:"+p.Member+may, "self:"+p.Member+may+":boss"
		d.wants("plain", d.told(plain, p.CustomerID), []string{"added.run 会员、高 " + p.Member + " owner"})
		d.Advance(time.Minute)
		d.must(d.App.DB.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return d.App.Mirror.MarkTags(ctx, tx, d.Corp, p.Member, p.Customer, nil, price[1:2], mirror.By("stage", 1, "销售"))
		}))
		d.Settle()
		_, err := d.Sim.ChangeTag(wecomsim.ChangeTag{Action: wecomsim.TagDelete, Group: price[0]})
		d.must(err)
		d.Settle()
		d.wants("plain", d.told(plain, p.CustomerID), []string{"added.run 会员、高 " + p.Member + " owner"})
		if got := d.told(boss, p.CustomerID); len(got) != 2 || got[0] != "removed.stage 底价 "+p.Member+" 销售" {
			t.Errorf("boss: %q", got)
		}

		// Another member sees nothing; after a hand-over all of it.
		d.refuses("self:"+taker+may, "GET", "customer/customers/"+p.CustomerID.String()+"/timeline", nil, http.StatusNotFound, "")
		_, err = d.Sim.Add(wecomsim.Add{Person: d.person(p.Customer), Member: taker})
		d.must(err)
		d.Settle()
		d.wants("a second member", d.told("self:"+taker+may, p.CustomerID), []string{})
		d.Advance(time.Minute)
		d.tell(event.TransferSettled{Meta: d.meta(), From: p.Member, To: taker, Customer: p.Customer})
		d.wants("the taker", d.told("self:"+taker+may, p.CustomerID), []string{"added.transfer 会员 " + taker, "added.run 会员、高 " + p.Member + " owner"})
		d.tell(event.MemberChanged{Meta: d.meta(), Member: "neu", WasMember: taker})
		d.exec("UPDATE mirror_follow SET member_id = 'neu' WHERE corp_id = ? AND member_id = ?", d.Corp, taker)
		d.wants("renamed", d.told("self:neu"+may, p.CustomerID), []string{"added.transfer 会员 neu", "added.run 会员、高 " + p.Member + " owner"})
	})
}

// TestHistoryOfARace: what a reading noticed between WeCom's answer and our record is the run's.
func TestHistoryOfARace(t *testing.T) {
	stories(t, func(d *desk) {
		g, p := d.group("温度", "高"), d.bare()
		since := db.NowMS(d.Clock)
		d.edits(p, nil, g[1])
		d.wants("noticed", d.told("owner", p.CustomerID), []string{"added.wecom 高 " + p.Member})
		d.must(d.App.DB.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return d.App.Mirror.RecordMarks(ctx, tx, d.Corp, since, []mirror.Marking{{Follow: p.Follow, Add: g[1:2]}}, mirror.Cause{How: "run", Name: "王芳"})
		}))
		d.wants("claimed", d.told("owner", p.CustomerID), []string{"added.run 高 " + p.Member + " 王芳"})
	})
}
