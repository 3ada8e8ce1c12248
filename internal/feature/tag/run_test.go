package tag_test

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature/tag"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

const markPath = "/cgi-bin/externalcontact/mark_tag"

func followsOf(pairs []pair) []id.ID {
	out := make([]id.ID, len(pairs))
	for i, p := range pairs {
		out[i] = p.Follow
	}
	return out
}

// TestRunAndUndo: a run puts tags on and takes others off; the undo restores precisely what
// it changed.
func TestRunAndUndo(t *testing.T) {
	stories(t, func(d *desk) {
		g, own := d.group("批量", "甲", "乙"), d.own("平台", "丙")
		p := d.pairs()
		// Before: the first carries 甲 already, the second 乙.
		d.begin([]id.ID{p[0].Follow}, g[1:2], nil)
		d.begin([]id.ID{p[1].Follow}, g[2:3], nil)

		r := d.begin(followsOf(p[:4]), []string{g[1], own[1]}, []string{g[2]})
		if r.State != "done" || r.Total != 4 || r.Changed != 4 || r.ByName == "" || len(r.Add) != 2 || r.Remove[0].Name != "乙" {
			t.Fatalf("%+v", r)
		}
		d.carried("甲", g[1], followsOf(p[:4])...)
		d.carried("乙", g[2])
		d.carried("丙", own[1], followsOf(p[:4])...)
		for _, it := range d.items(r.ID, "changed") {
			if it.Name == "" || it.MemberName == "" || it.At == 0 {
				t.Errorf("%+v", it)
			}
		}
		again := d.begin(followsOf(p[:4]), []string{g[1], own[1]}, []string{g[2]})
		if again.Same != 4 || again.Changed != 0 {
			t.Errorf("the same again: %+v", again)
		}
		d.refuses("owner", "POST", "tag/runs/"+again.ID.String()+"/undo", nil, 409, "无需撤销")

		undo := do[tag.Run](d, "POST", "tag/runs/"+r.ID.String()+"/undo", nil)
		d.Settle()
		if undo = d.run(undo.ID); undo.State != "done" || undo.Changed != 4 || undo.Of != r.ID || undo.Kind != "undo" {
			t.Errorf("%+v", undo)
		}
		d.carried("甲 as before", g[1], p[0].Follow)
		d.carried("乙 as before", g[2], p[1].Follow)
		d.carried("丙 as before", own[1])
		if r = d.run(r.ID); r.UndoneBy != undo.ID {
			t.Errorf("%+v", r)
		}
		d.refuses("owner", "POST", "tag/runs/"+r.ID.String()+"/undo", nil, 409, "已经撤销过")
		d.refuses("owner", "POST", "tag/runs/"+r.ID.String()+"/retry", nil, 409, "")
		d.refuses("owner", "POST", "tag/runs/"+undo.ID.String()+"/undo", nil, 409, "不能再撤销")
		if list := do[web.Page[tag.Run]](d, "GET", "tag/runs", nil); len(list.Items) != 5 || list.Items[0].ID != undo.ID {
			t.Errorf("%+v", list.Items)
		}
		if got := d.book.Ends("tag.runEnds"); !slices.Equal(got, []string{"done 1/0/0 for account:0000000000001", "done 1/0/0 for account:0000000000001", "done 4/0/0 for account:0000000000001", "done 0/0/4 for account:0000000000001", "done 4/0/0 for account:0000000000001"}) {
			t.Errorf("on record: %q", got)
		}
	})
}

// TestUndoLeavesTheRest: what somebody changed since the run is not touched.
func TestUndoLeavesTheRest(t *testing.T) {
	stories(t, func(d *desk) {
		g := d.group("批量", "甲", "乙", "丙")
		p := d.pairs()
		r := d.begin(followsOf(p[:3]), g[1:2], nil)
		// The member takes it off the first and puts another on, by phone.
		other := []string{g[3]}
		_, err := d.Sim.EditFollow(wecomsim.EditFollow{Member: p[0].Member, Person: d.person(p[0].Customer), Tags: &other})
		d.must(err)
		d.Settle()
		undo := do[tag.Run](d, "POST", "tag/runs/"+r.ID.String()+"/undo", nil)
		d.Settle()
		if undo = d.run(undo.ID); undo.Changed != 2 || undo.Same != 1 {
			t.Errorf("%+v", undo)
		}
		d.carried("甲", g[1])
		d.carried("丙", g[3], p[0].Follow)
	})
}

// TestRunMeetsTrouble: friends no more, refusals, WeCom's limits, and a retry of the failed.
func TestRunMeetsTrouble(t *testing.T) {
	stories(t, func(d *desk) {
		g := d.group("批量", "甲", "乙")
		p := d.pairs()
		// The first pair parts and nobody has heard of it yet: WeCom refuses.
		_, err := d.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultDrop})
		d.must(err)
		_, err = d.Sim.DeleteCustomer(wecomsim.Pair{Member: p[0].Member, Person: d.person(p[0].Customer)})
		d.must(err)
		d.Settle()
		d.Sim.ClearFaults()
		_, err = d.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultCode, Path: markPath, Code: 45009, Count: 1})
		d.must(err)
		r := d.begin(followsOf(p[:5]), g[1:2], nil)
		if r.State != "running" || r.Problem == "" {
			t.Errorf("while WeCom limits: %+v", r)
		}
		for range 10 {
			d.Advance(7 * time.Minute)
		}
		if r = d.run(r.ID); r.State != "done" || r.Gone != 1 || r.Changed != 4 || r.Problem != "" {
			t.Errorf("%+v", r)
		}
		if gone := d.items(r.ID, "gone"); len(gone) != 1 || gone[0].Errcode != 84061 || gone[0].Reason.Code != "unfriended" {
			t.Errorf("%+v", gone)
		}

		// A refusal of each call of one run; the retry makes good.
		_, err = d.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultCode, Path: markPath, Code: 40096, Count: 2})
		d.must(err)
		r = d.begin(followsOf(p[1:5]), g[2:3], nil)
		if r.Failed != 2 || r.Changed != 2 {
			t.Errorf("%+v", r)
		}
		do[tag.Run](d, "POST", "tag/runs/"+r.ID.String()+"/retry", nil)
		d.Settle()
		if r = d.run(r.ID); r.State != "done" || r.Failed != 0 || r.Changed != 4 {
			t.Errorf("retried: %+v", r)
		}
		d.carried("乙", g[2], followsOf(p[1:5])...)
		d.refuses("owner", "POST", "tag/runs/"+r.ID.String()+"/retry", nil, 409, "没有可以重试")
		d.refuses("owner", "POST", "tag/runs/"+r.ID.String()+"/cancel", nil, 409, "已经结束")
	})
}

// TestRunIsCutOff: the program stops in the middle; another one goes on without doubling.
func TestRunIsCutOff(t *testing.T) {
	stories(t, func(d *desk) {
		g := d.group("批量", "甲")
		p := d.pairs()
		// WeCom takes the calls, but no answer arrives: planned, called, not recorded.
		d.line.Lose("mark_tag", 1000)
		r := d.begin(followsOf(p), g[1:2], nil)
		if r.State != "running" || r.Changed != 0 || len(d.outside(g[1])) == 0 {
			t.Errorf("cut off: %+v", r)
		}
		d.line.Mend()
		// Meanwhile a sync has read what the calls did.
		d.Sync()
		for range 8 {
			d.Advance(time.Minute)
		}
		if r = d.run(r.ID); r.State != "done" || r.Changed != int64(len(p)) || r.Total != int64(len(p)) {
			t.Errorf("%+v", r)
		}
		d.carried("甲", g[1], followsOf(p)...)
		do[tag.Run](d, "POST", "tag/runs/"+r.ID.String()+"/undo", nil)
		d.Settle()
		d.carried("undone", g[1])
	})
}

// TestRightsAreAskedAgain: who may not tag many any more by the time his run walks them tags nobody.
func TestRightsAreAskedAgain(t *testing.T) {
	stories(t, func(d *desk) {
		g, p := d.group("批量", "甲", "乙"), d.pairs()[0]
		start := names{"selection": names{"follows": []id.ID{p.Follow}}, "pairs": true, "add": g[1:2]}
		r := as[tag.Run](d, "self:"+p.Member+":tag.batch", "POST", "tag/runs", start)
		d.Settle()
		as[tag.Library](d, "self:"+p.Member+":tag.read", "GET", "tag/library", nil) // his rights of now
		d.must(d.App.DB.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
			if _, err := tx.NewRaw("UPDATE tag_run SET state = 'collecting', at_cursor = '', total = 0 WHERE corp_id = ? AND id = ?", d.Corp, r.ID).Exec(ctx); err != nil {
				return err
			}
			_, err := job.Scoped(d.App.Queue, "tag").Insert(ctx, tx, job.Insert{Kind: "collect", Corp: d.Corp, Args: tag.RunArgs{Run: r.ID}})
			return err
		}))
		d.Settle()
		if r = d.run(r.ID); r.State != "cancelled" || !strings.Contains(r.Problem, "权限") || r.Total != 0 {
			t.Errorf("%+v", r)
		}
		if got := d.book.Ends("tag.runEnds"); !slices.Equal(got, []string{"done 1/0/0 for member:" + p.Member, "failed 1/0/0 for member:" + p.Member}) {
			t.Errorf("on record: %q", got)
		}
	})
}

// TestSelections: the newest follow or all, a rule, a group; within the scope of who asks.
func TestSelections(t *testing.T) {
	stories(t, func(d *desk) {
		g := d.group("批量", "甲", "乙")
		all := d.pairs()
		size := func(who string, pairs bool) (customers, follows int64) {
			n := as[struct{ Customers, Follows int64 }](d, who, "POST", "tag/runs/size", names{"selection": names{"rule": names{}}, "pairs": pairs})
			return n.Customers, n.Follows
		}
		customers, follows := size("owner", true)
		if follows != int64(len(all)) || customers > follows {
			t.Errorf("%d customers, %d follows of %d", customers, follows, len(all))
		}
		member := all[0].Member
		who := "self:" + member + ":tag.batch,tag.read"
		var mine []id.ID
		for _, p := range all {
			if p.Member == member {
				mine = append(mine, p.Follow)
			}
		}
		r := as[tag.Run](d, who, "POST", "tag/runs", names{"selection": names{"rule": names{}}, "pairs": true, "add": g[1:2]})
		d.Settle()
		d.carried("in scope only", g[1], mine...)
		// Others' runs are not found, nor is what the run of an outsider touched.
		d.refuses("self:nobody:tag.batch", "GET", "tag/runs/"+r.ID.String(), nil, 404, "")
		d.refuses("self:nobody:tag.batch", "POST", "tag/runs/"+r.ID.String()+"/undo", nil, 404, "")
		d.refuses("stranger", "GET", "tag/runs/"+r.ID.String()+"/items", nil, 404, "")
		if list := as[web.Page[tag.Run]](d, "self:nobody:tag.batch", "GET", "tag/runs", nil); len(list.Items) != 0 {
			t.Errorf("somebody else sees %+v", list.Items)
		}
		d.refuses(who, "POST", "tag/runs", names{"selection": names{"rule": names{}}, "add": []string{"et-none"}}, 404, "标签")
		d.refuses(who, "POST", "tag/runs", names{"selection": names{"rule": names{}}}, 422, "请选择要添加")
		d.refuses(who, "POST", "tag/runs", names{"selection": names{"rule": names{}}, "add": g[1:2], "remove": g[1:2]}, 422, "既添加又移除")
		d.refuses(who, "POST", "tag/runs", names{"add": g[1:2]}, 422, "请选择客户")

		// The customers in a group.
		var chat, owner string
		var inside []id.ID
		d.must(d.App.DB.Read().NewRaw("SELECT chat, owner_id FROM mirror_group WHERE corp_id = ? ORDER BY chat LIMIT 1", d.Corp).Scan(t.Context(), &chat, &owner))
		d.must(d.App.DB.Read().NewRaw(`SELECT f.id FROM mirror_follow AS f JOIN mirror_group_member AS m ON m.who = f.customer AND m.external
			JOIN mirror_group AS g ON g.id = m.group_id WHERE g.corp_id = ? AND g.chat = ? AND f.standing = 1 ORDER BY f.member_id, f.customer`, d.Corp, chat).Scan(t.Context(), &inside))
		r = do[tag.Run](d, "POST", "tag/runs", names{"group": chat, "pairs": true, "add": g[2:3]})
		d.Settle()
		if r = d.run(r.ID); r.Title == "" || r.Changed != int64(len(inside)) || len(inside) == 0 {
			t.Errorf("%+v, %d inside", r, len(inside))
		}
		d.carried("in the group", g[2], inside...)
		d.refuses("self:nobody:tag.batch", "POST", "tag/runs", names{"group": chat, "add": g[2:3]}, 404, "")
	})
}

// TestImport: a list is read, its bad lines are told, the good ones are tagged.
func TestImport(t *testing.T) {
	stories(t, func(d *desk) {
		g := d.group("批量", "甲")
		p := d.pairs()
		d.exec("UPDATE mirror_follow SET remark = '王总', mobiles = '[\"13800001111\"]' WHERE id = ?", p[0].Follow)
		d.exec("UPDATE mirror_follow SET remark = '同名', mobiles = '[]' WHERE id IN (?, ?)", p[1].Follow, p[2].Follow)
		csv := "\xef\xbb\xbf客户ID,手机号,备注,成员\n" +
			p[3].Customer + ",,," + p[3].Member + "\n" +
			",,王总," + p[0].Member + "\n" +
			"wm-unknown,,,\n" +
			",,王总,\n" +
			",,,没有此人\n" +
			p[3].Customer + ",,," + p[3].Member + "\n" +
			",,王总,没有此人\n\n"
		send := func(who, text string) (int, string) {
			return d.ask(who, "POST", "tag/runs/file", names{"name": "名单.csv", "content": base64.StdEncoding.EncodeToString([]byte(text))})
		}
		r := d.list("owner", csv)
		if r.State != "draft" || r.Total != 7 || r.Invalid != 5 || r.Title != "名单.csv" {
			t.Fatalf("%+v", r)
		}
		reasons := ""
		for _, it := range d.items(r.ID, "invalid") {
			reasons += it.Reason.Code + it.Reason.Values["line"] + it.Reason.Values["member"] + "/"
		}
		if !contains(reasons, "nobody/", "needsMember/", "empty/", "twice2/", "noMember没有此人/") {
			t.Errorf("reasons %s", reasons)
		}
		do[tag.Run](d, "POST", "tag/runs/"+r.ID.String()+"/begin", names{"add": g[1:2]})
		d.Settle()
		if r = d.run(r.ID); r.State != "done" || r.Changed != 2 {
			t.Errorf("%+v", r)
		}
		d.carried("imported", g[1], p[0].Follow, p[3].Follow)
		d.refuses("owner", "POST", "tag/runs/"+r.ID.String()+"/begin", names{"add": g[1:2]}, 409, "已经开始")

		for text, words := range map[string]string{
			"\n": "空", "甲,乙\n1,2\n": "列名", "手机号\n": "没有客户", "PK\x03\x04broken": "Excel", "\xff\xfe\xff\xff\xff": "编码",
			"客户ID\n" + strings.Repeat("wm\n", 100_001): "100000",
		} {
			if status, answer := send("owner", text); status < 400 || !strings.Contains(answer, words) {
				t.Errorf("%.20q: %d %s", text, status, answer)
			}
		}
		// Numbers may be matched by who may read them only; what lies outside is not found.
		if r := d.list("self:"+p[0].Member+":tag.batch,tag.read", "手机号\n13800001111\n"); r.Invalid != 1 {
			t.Errorf("%+v", r)
		}
	})
}

// TestTagIsDeletedMeanwhile: what is gone is told, not tried.
func TestTagIsDeletedMeanwhile(t *testing.T) {
	stories(t, func(d *desk) {
		g := d.group("批量", "甲", "乙")
		p := d.pairs()
		d.exec("UPDATE mirror_follow SET updated_at = updated_at WHERE id = ?", p[0].Follow)
		_, err := d.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultHTTP, Path: markPath, Status: 503})
		d.must(err)
		r := d.begin(followsOf(p[:2]), g[1:2], nil)
		d.Sim.ClearFaults()
		do[tag.Run](d, "POST", "tag/runs/"+r.ID.String()+"/cancel", nil)
		do[tag.Change](d, "DELETE", "tag/tags/"+g[1], nil)
		do[tag.Run](d, "POST", "tag/runs/"+r.ID.String()+"/retry", nil)
		for range 6 {
			d.Advance(time.Minute)
		}
		if r = d.run(r.ID); r.State != "done" || r.Failed != 2 {
			t.Errorf("%+v", r)
		}
		for _, it := range d.items(r.ID, "failed") {
			if it.Reason.Text == "" || it.Reason.EN == "" {
				t.Errorf("no reason: %+v", it)
			}
		}
	})
}

// TestRunPassesLeaversOver: nobody asks WeCom for what it cannot do. Each customer of a member
// who has left says so, before and after a retry; those of others are tagged.
func TestRunPassesLeaversOver(t *testing.T) {
	stories(t, func(d *desk) {
		g := d.group("批量", "甲", "乙")
		p := d.pairs()
		leaver := p[0].Member
		var his, others []id.ID
		for _, x := range p {
			if x.Member == leaver {
				his = append(his, x.Follow)
			} else {
				others = append(others, x.Follow)
			}
		}
		// What was put on while he was there stays his, and cannot be taken back now.
		before := d.begin(his[:1], g[2:3], nil)
		_, err := d.Sim.Resign(wecomsim.Resign{Member: leaver})
		d.must(err)
		d.Settle()
		d.Sim.ClearCalls()
		r := d.begin(append(his, others[:2]...), g[1:2], nil)
		undo := do[tag.Run](d, "POST", "tag/runs/"+before.ID.String()+"/undo", nil)
		d.Settle()
		for range 2 {
			if r = d.run(r.ID); r.State != "done" || r.Failed != int64(len(his)) || r.Changed != 2 || r.Problem != "" {
				t.Errorf("%+v", r)
			}
			for _, it := range append(d.items(r.ID, "failed"), d.items(undo.ID, "failed")...) {
				if it.Reason.Code != "left" || it.Errcode != 0 || it.Member != leaver || len(it.Added)+len(it.Removed) > 0 {
					t.Errorf("%+v", it)
				}
			}
			if undo = d.run(undo.ID); undo.State != "done" || undo.Failed != 1 {
				t.Errorf("%+v", undo)
			}
			do[tag.Run](d, "POST", "tag/runs/"+r.ID.String()+"/retry", nil)
			do[tag.Run](d, "POST", "tag/runs/"+undo.ID.String()+"/retry", nil)
			d.Settle()
		}
		if n := d.Sim.Counters()[markPath]; n.Calls != 2 || n.Failed != 0 {
			t.Errorf("WeCom is asked %+v", n)
		}
		// He is back: what was passed over is done.
		d.exec("UPDATE mirror_member SET left_at = 0 WHERE corp_id = ? AND id = ?", d.Corp, leaver)
		if follows, err := mirror.FollowsByID(t.Context(), d.App.DB.Read(), d.Corp, his); err != nil || follows[his[0]].Standing != mirror.Stands {
			t.Fatalf("%+v %v", follows, err)
		}
		do[tag.Run](d, "POST", "tag/runs/"+r.ID.String()+"/retry", nil)
		d.Settle()
		if n := d.Sim.Counters()[markPath]; n.Calls != 2+len(his) {
			t.Errorf("WeCom is asked %+v", n)
		}
	})
}

func (d *desk) exec(sql string, args ...any) {
	d.t.Helper()
	d.must(d.App.DB.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(sql, args...).Exec(ctx)
		return err
	}))
}
