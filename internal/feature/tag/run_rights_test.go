package tag_test

import (
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature/tag"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestRunKeepsToTheRightsOfNow: whose scope has shrunk since he chose the customers tags those
// that are left to him, and whose permission is gone tags nobody.
func TestRunKeepsToTheRightsOfNow(t *testing.T) {
	stories(t, func(d *desk) {
		g := d.group("批量", "甲", "乙", "丙")
		p := d.pairs()
		mine, theirs := p[0], p[len(p)-1]
		if mine.Member == theirs.Member {
			t.Fatal("all follows are of one member")
		}
		team := "team:" + mine.Member + "+" + theirs.Member + ":tag.batch,tag.read"
		self := "self:" + mine.Member + ":tag.batch,tag.read"
		run := func(r tag.Run) tag.Run { return as[tag.Run](d, self, "GET", "tag/runs/"+r.ID.String(), nil) }
		outside := func(what string, r tag.Run) {
			d.t.Helper()
			if r = run(r); r.State != "done" || r.Changed != 1 || r.Failed != 1 {
				d.t.Errorf("%s: %+v", what, r)
			}
		}

		// A list is matched, and begun after the scope has shrunk.
		csv := "客户ID,成员\n" + mine.Customer + "," + mine.Member + "\n" + theirs.Customer + "," + theirs.Member + "\n"
		r := d.list(team, csv)
		if r.Total != 2 || r.Invalid != 0 {
			t.Fatalf("%+v", r)
		}
		as[tag.Run](d, self, "POST", "tag/runs/"+r.ID.String()+"/begin", names{"add": g[1:2]})
		d.Settle()
		outside("begun", r)
		d.carried("begun", g[1], mine.Follow)

		// A run rests, is cancelled, and goes on after the scope has shrunk.
		down := wecomsim.Fault{Kind: wecomsim.FaultHTTP, Path: markPath, Status: 503}
		selection := names{"follows": followsOf([]pair{mine, theirs})}
		d.must2(d.ask(team, "GET", "tag/library", nil))
		_, err := d.Sim.AddFault(down)
		d.must(err)
		r = as[tag.Run](d, team, "POST", "tag/runs", names{"selection": selection, "pairs": true, "add": g[2:3]})
		d.Settle()
		as[tag.Run](d, self, "POST", "tag/runs/"+r.ID.String()+"/cancel", nil)
		d.Sim.ClearFaults()
		as[tag.Run](d, self, "POST", "tag/runs/"+r.ID.String()+"/retry", nil)
		for range 6 {
			d.Advance(time.Minute)
		}
		outside("retried", r)
		d.carried("retried", g[2], mine.Follow)

		// The permission goes while the run rests.
		_, err = d.Sim.AddFault(down)
		d.must(err)
		r = as[tag.Run](d, self, "POST", "tag/runs", names{"selection": selection, "pairs": true, "add": g[3:4]})
		d.Settle()
		d.must2(d.ask("self:"+mine.Member+":tag.read", "GET", "tag/library", nil))
		d.Sim.ClearFaults()
		for range 6 {
			d.Advance(time.Minute)
		}
		if r = run(r); r.State != "cancelled" || !strings.Contains(r.Problem, "权限") {
			t.Errorf("without permission: %+v", r)
		}
		d.carried("without permission", g[3])
	})
}

// TestImportByName: a member is named by userid or by a name that only one in sight has.
func TestImportByName(t *testing.T) {
	stories(t, func(d *desk) {
		p := d.pairs()
		mine, theirs := p[0], p[len(p)-1]
		d.exec("UPDATE mirror_member SET name = '同名' WHERE corp_id = ? AND id IN (?, ?)", d.Corp, mine.Member, theirs.Member)
		csv := "客户ID,成员\n" + mine.Customer + ",同名\n" + mine.Customer + "," + mine.Member + "\n" + theirs.Customer + ",同名\n" + theirs.Customer + ",无此人\n"
		for who, want := range map[string]struct {
			invalid int64
			reason  string
		}{
			"owner": {3, `{"code":"manyMembers","values":{"member":"同名"}}`},
			// The other of that name is not in his sight, nor are that one's customers.
			"self:" + mine.Member + ":tag.batch,tag.read": {3, `{"code":"twice","values":{"line":"2"}}`},
		} {
			r := d.list(who, csv)
			if status, items := d.ask(who, "GET", "tag/runs/"+r.ID.String()+"/items?state=invalid", nil); status != 200 || r.Total != 4 || r.Invalid != want.invalid ||
				!contains(items, want.reason, `{"code":"noMember","values":{"member":"无此人"}}`) {
				d.t.Errorf("%s: %+v: %s", who, r, items)
			}
		}
	})
}
