package tag_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature/tag"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestLibraryBothWays: made, renamed, ordered and deleted on either side, it is the same on
// both.
func TestLibraryBothWays(t *testing.T) {
	stories(t, func(d *desk) {
		g := d.group("潜力", "A 类", "B 类", "C 类")
		d.wants("made here", d.words("潜力"), []string{"A 类", "B 类", "C 类"})
		d.same()

		do[tag.Change](d, "POST", "tag/groups/"+g[0]+"/tags", names{"tags": []string{"D 类", "E 类"}})
		d.wants("more below", d.words("潜力"), []string{"A 类", "B 类", "C 类", "D 类", "E 类"})
		do[tag.Change](d, "PUT", "tag/names/"+g[1], names{"name": "重点", "was": "A 类"})
		do[tag.Change](d, "PUT", "tag/names/"+g[0], names{"name": "潜能", "was": "潜力"})
		do[tag.Change](d, "PUT", "tag/order", names{"group": g[0], "ids": []string{g[3], g[1], g[2]}})
		d.wants("renamed and ordered", d.words("潜能"), []string{"C 类", "重点", "B 类", "D 类", "E 类"})
		d.same()

		// The same from the other side.
		_, err := d.Sim.ChangeTag(wecomsim.ChangeTag{Action: "update", Tag: g[1], Name: "头部"})
		d.must(err)
		_, err = d.Sim.ChangeTag(wecomsim.ChangeTag{Action: "shuffle", Group: g[0], Order: append([]string{g[1], g[2], g[3]}, d.ids("潜能")[4:]...)})
		d.must(err)
		made, err := d.Sim.ChangeTag(wecomsim.ChangeTag{Action: "create", GroupName: "来路", Name: "展会"})
		d.must(err)
		d.Settle()
		if got := d.words("潜能"); len(got) != 5 || got[0] != "头部" || got[1] != "B 类" || got[2] != "C 类" {
			t.Errorf("ordered at WeCom: %q", got)
		}
		d.same()

		// What an administrator made in WeCom this app may not change.
		c := do[tag.Change](d, "PUT", "tag/names/"+made.Tag, names{"name": "会展", "was": "展会"})
		if c.State != "refused" || c.Errcode != 48002 || c.Advice == "" {
			t.Errorf("renaming somebody else's tag: %+v", c)
		}
		for _, x := range d.library("owner").Groups {
			if x.ID == made.Group && (x.Tags[0].Ours == nil || *x.Tags[0].Ours) {
				t.Errorf("whose the tag is was not learnt: %+v", x.Tags[0])
			}
		}

		// A group goes with its last tag; a deleted group takes its tags along.
		_, err = d.Sim.ChangeTag(wecomsim.ChangeTag{Action: "delete", Tag: made.Tag})
		d.must(err)
		d.Settle()
		d.wants("emptied in WeCom", d.words("来路"), nil)
		u := do[tag.Usage](d, "GET", "tag/usage/"+g[0], nil)
		if u.Tags != 5 || u.Last || u.Capped {
			t.Errorf("usage %+v", u)
		}
		do[tag.Change](d, "DELETE", "tag/tags/"+g[0]+"?was="+url.QueryEscape("潜能"), nil)
		d.wants("deleted here", d.words("潜能"), nil)
		d.same()
	})
}

// TestWhoWins: what holds when both sides change the same thing.
func TestWhoWins(t *testing.T) {
	stories(t, func(d *desk) {
		g := d.group("热度", "高", "中", "低")
		// WeCom changes while nobody hears of it; then we change what we still see.
		_, err := d.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultDrop})
		d.must(err)
		_, err = d.Sim.ChangeTag(wecomsim.ChangeTag{Action: "update", Tag: g[1], Name: "很高"})
		d.must(err)
		_, err = d.Sim.ChangeTag(wecomsim.ChangeTag{Action: "delete", Tag: g[2]})
		d.must(err)
		_, err = d.Sim.ChangeTag(wecomsim.ChangeTag{Action: "create", Group: g[0], Name: "无"})
		d.must(err)
		d.Settle()
		d.Sim.ClearFaults()
		d.wants("not heard", d.words("热度"), []string{"高", "中", "低"})

		for _, x := range []struct {
			method, path string
			body         any
			state, words string
		}{
			{"PUT", "tag/names/" + g[1], names{"name": "最高", "was": "高"}, "refused", "改名为「很高」"},
			{"POST", "tag/groups/" + g[0] + "/tags", names{"tags": []string{"无"}}, "", ""},
		} {
			if x.state == "" {
				continue
			}
			c := do[tag.Change](d, x.method, x.path, x.body)
			if c.State != x.state || c.Reason == "" || c.Advice == "" {
				t.Errorf("%s %s: %+v", x.method, x.path, c)
			}
		}
		// The refusal has brought WeCom's words.
		if got := d.words("热度"); len(got) != 3 {
			t.Errorf("after a refusal: %q", got)
		}
		d.same()
		d.Settle() // a reading of the library that is on its way must not bring what comes next

		// Gone there: deleting is done, renaming is refused; made on both sides: one tag.
		_, err = d.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultDrop})
		d.must(err)
		_, err = d.Sim.ChangeTag(wecomsim.ChangeTag{Action: "delete", Tag: g[3]})
		d.must(err)
		_, err = d.Sim.ChangeTag(wecomsim.ChangeTag{Action: "create", Group: g[0], Name: "观望"})
		d.must(err)
		d.Settle()
		d.Sim.ClearFaults()
		if c := do[tag.Change](d, "DELETE", "tag/tags/"+g[3]+"?was="+url.QueryEscape("低"), nil); c.State != "done" {
			t.Errorf("deleting what is gone: %+v", c)
		}
		if c := do[tag.Change](d, "POST", "tag/groups/"+g[0]+"/tags", names{"tags": []string{"犹豫"}}); c.State != "done" {
			t.Errorf("%+v", c)
		}
		d.Settle()
		d.same()
		d.refuses("owner", "PUT", "tag/names/"+g[3], names{"name": "最低", "was": "低"}, 404, "标签")
		d.refuses("owner", "PUT", "tag/names/"+g[1], names{"name": "最高", "was": "高"}, 409, "很高")
		d.refuses("owner", "POST", "tag/groups/"+g[0]+"/tags", names{"tags": []string{"观望"}}, 422, "已有标签")
		d.refuses("owner", "POST", "tag/groups", names{"name": "热度", "tags": []string{"x"}}, 422, "同名")
		d.refuses("owner", "POST", "tag/groups", names{"name": "空", "tags": []string{" "}}, 422, "不允许空的标签组")
		d.refuses("owner", "POST", "tag/groups", names{"name": "长", "tags": []string{"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一"}}, 422, "30")
	})
}

// TestQuota: WeCom has no room; the platform has.
func TestQuota(t *testing.T) {
	stories(t, func(d *desk) {
		limits := wecomsim.DefaultLimits()
		limits.CorpTags = d.library("owner").Used + 1
		d.Sim.SetLimits(limits)
		c := do[tag.Change](d, "POST", "tag/groups", names{"name": "多", "tags": []string{"一", "二"}})
		if c.State != "refused" || c.Errcode != 40126 || c.Advice == "" {
			t.Fatalf("%+v", c)
		}
		d.wants("nothing half made", d.words("多"), nil)
		own := d.own("多", "一", "二")
		d.wants("ours", d.words("多"), []string{"一", "二"})
		do[tag.Change](d, "PUT", "tag/order", names{"group": own[0], "ids": []string{own[2], own[1]}})
		do[tag.Change](d, "PUT", "tag/names/"+own[1], names{"name": "壹", "was": "一"})
		do[tag.Change](d, "POST", "tag/groups/"+own[0]+"/tags", names{"tags": []string{"三"}})
		d.wants("changed", d.words("多"), []string{"二", "壹", "三"})
		// Later there is room.
		d.Sim.SetLimits(wecomsim.DefaultLimits())
		if c = do[tag.Change](d, "POST", "tag/changes/"+c.ID.String()+"/retry", nil); c.State != "done" {
			t.Errorf("again: %+v", c)
		}
		d.refuses("owner", "POST", "tag/changes/"+c.ID.String()+"/retry", nil, 409, "被拒绝")
		log := do[web.Page[tag.Change]](d, "GET", "tag/changes", nil)
		if len(log.Items) != 1 || log.Items[0].Label != "多" {
			t.Errorf("%+v", log.Items)
		}
		d.same()
		do[tag.Change](d, "DELETE", "tag/tags/"+own[1], nil)
		do[tag.Change](d, "DELETE", "tag/tags/"+own[2], nil)
		do[tag.Change](d, "DELETE", "tag/tags/"+d.ids("多")[0], nil)
	})
}

// TestWeComIsDown: a change waits, and is made when WeCom is back, once.
func TestWeComIsDown(t *testing.T) {
	stories(t, func(d *desk) {
		_, err := d.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultHTTP, Path: "/cgi-bin/externalcontact/add_corp_tag", Status: 503, Count: 2})
		d.must(err)
		c := do[tag.Change](d, "POST", "tag/groups", names{"name": "等待", "tags": []string{"甲"}})
		d.Settle()
		for range 6 {
			d.Advance(10 * time.Second)
		}
		d.wants("made later", d.words("等待"), []string{"甲"})
		log := do[web.Page[tag.Change]](d, "GET", "tag/changes", nil)
		if len(log.Items) != 1 || log.Items[0].State != "done" || log.Items[0].ID != c.ID {
			t.Errorf("%+v", log.Items)
		}
		// The answer was lost: the tag is there already and is not made twice.
		_, err = d.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultHTTP, Path: "/cgi-bin/externalcontact/get_corp_tag_list", Status: 503, Count: 1})
		d.must(err)
		do[tag.Change](d, "POST", "tag/groups", names{"name": "一次", "tags": []string{"乙"}})
		for range 6 {
			d.Advance(10 * time.Second)
		}
		d.wants("once", d.words("一次"), []string{"乙"})
		d.same()
	})
}

// TestOwnTagsStay: nothing that comes from WeCom takes platform tags away.
func TestOwnTagsStay(t *testing.T) {
	stories(t, func(d *desk) {
		own := d.own("分层", "高潜", "沉睡")
		p := d.pairs()
		r := d.begin([]idOf{p[0].Follow, p[1].Follow}, own[1:2], nil)
		if r.State != "done" || r.Changed != 2 {
			t.Fatalf("%+v", r)
		}
		d.carried("marked", own[1], p[0].Follow, p[1].Follow)
		d.Advance(time.Hour)
		d.Sync()
		remark := "新备注"
		_, err := d.Sim.EditFollow(wecomsim.EditFollow{Member: p[0].Member, Person: d.person(p[0].Customer), Remark: &remark})
		d.must(err)
		d.Settle()
		d.Advance(time.Hour)
		d.carried("after a sync and a reading", own[1], p[0].Follow, p[1].Follow)
		d.wants("the library", d.words("分层"), []string{"高潜", "沉睡"})
		// The customer's page and list show them beside WeCom's.
		_, page := d.ask("owner", "GET", "customer/customers/"+p[0].CustomerID.String(), nil)
		if !contains(page, "高潜", `"kind":4`) {
			t.Errorf("the page says %s", page)
		}
		_, list := d.ask("owner", "GET", "customer/follows/count?tag="+url.QueryEscape(own[1]), nil)
		if !contains(list, `"count":2`) {
			t.Errorf("the list counts %s", list)
		}
		do[tag.Change](d, "DELETE", "tag/tags/"+own[1], nil)
		d.Settle()
		d.carried("deleted", own[1])
	})
}
