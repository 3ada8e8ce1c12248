package tag_test

import (
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature/tag"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// stranger is somebody whom nobody knows yet.
func (d *desk) stranger() string {
	d.t.Helper()
	made, err := d.Sim.AddPerson(wecomsim.NewPerson{Name: "新客"})
	d.must(err)
	return made.ID
}

func (d *desk) member(n int) string {
	d.t.Helper()
	var ids []string
	d.must(d.App.DB.Read().NewRaw("SELECT DISTINCT member_id FROM mirror_follow WHERE corp_id = ? AND standing = 1 ORDER BY member_id", d.Corp).Scan(d.t.Context(), &ids))
	return ids[n]
}

func (d *desk) meet(person, member string) id.ID {
	d.t.Helper()
	_, err := d.Sim.Add(wecomsim.Add{Person: person, Member: member})
	d.must(err)
	d.Settle()
	var follow id.ID
	d.must(d.App.DB.Read().NewRaw("SELECT id FROM mirror_follow WHERE corp_id = ? ORDER BY id DESC LIMIT 1", d.Corp).Scan(d.t.Context(), &follow))
	return follow
}

func (d *desk) hits(rule id.ID, outcome string) []tag.HitView {
	d.t.Helper()
	return do[web.Page[tag.HitView]](d, "GET", "tag/rules/"+rule.String()+"/hits?outcome="+outcome, nil).Items
}

// TestRuleByTime: hours and weekdays in the corp's time zone, for some members only.
func TestRuleByTime(t *testing.T) {
	stories(t, func(d *desk) {
		g := d.group("自动", "上班", "深夜")
		m, other := d.member(0), d.member(1)
		day := do[tag.Rule](d, "POST", "tag/rules", names{
			"name": "上班时间", "trigger": "time", "members": []string{m}, "add": g[1:2], "enabled": true,
			"setting": names{"spans": []names{{"days": []int{1, 2, 3, 4, 5}, "from": 540, "to": 1080}}},
		})
		night := do[tag.Rule](d, "POST", "tag/rules", names{
			"name": "深夜", "trigger": "time", "add": g[2:3], "enabled": true, "mostDay": 1,
			"setting": names{"spans": []names{{"from": 1320, "to": 360}}},
		})
		first := d.meet(d.stranger(), m) // Monday 10:00
		d.meet(d.stranger(), other)      // not his rule
		d.carried("by day", g[1], first)
		d.Advance(13 * time.Hour) // 23:00
		late := d.meet(d.stranger(), other)
		d.Advance(10 * time.Minute)
		d.meet(d.stranger(), m) // beyond the limit of the day
		d.carried("by day", g[1], first)
		d.carried("by night", g[2], late)
		if got := d.hits(night.ID, "limited"); len(got) != 1 {
			t.Errorf("limited: %+v", got)
		}
		got := d.hits(night.ID, "tagged")
		if len(got) != 1 || got[0].Why["at"] != "2026-11-23 23:00" || got[0].Name != "新客" || got[0].MemberName == "" {
			t.Errorf("tagged: %+v", got)
		}
		if all := do[tag.RuleList](d, "GET", "tag/rules", nil).Items; len(all) != 2 || all[0].Total != 1 || all[1].Today != 1 || all[0].Names[g[1]] != "上班" {
			t.Errorf("%+v", all)
		}
		// Switched off it notices nothing.
		do[tag.Rule](d, "PUT", "tag/rules/"+night.ID.String()+"/switch", names{"enabled": false})
		d.Advance(5 * time.Minute)
		d.meet(d.stranger(), m)
		if got := d.hits(night.ID, ""); len(got) != 2 {
			t.Errorf("off: %+v", got)
		}
		d.refuses("owner", "PUT", "tag/rules/"+day.ID.String(), names{
			"name": "x", "trigger": "time", "add": g[1:2], "enabled": true, "version": 9,
			"setting": names{"spans": []names{{"from": 0, "to": 1}}},
		}, 409, "刚被别人修改过")
		d.must2(d.ask("owner", "DELETE", "tag/rules/"+day.ID.String(), nil))
		d.refuses("owner", "GET", "tag/rules/"+day.ID.String()+"/hits", nil, 404, "")
	})
}

// TestRuleRefused: what WeCom refuses is no tag. The log says so with the advice, the counters
// do not know of it, and it uses up no limit.
func TestRuleRefused(t *testing.T) {
	stories(t, func(d *desk) {
		g := d.group("自动", "新客")
		rule := do[tag.Rule](d, "POST", "tag/rules", names{
			"name": "全天", "trigger": "time", "add": g[1:2], "enabled": true, "mostTotal": 1, "mostDay": 1,
			"setting": names{"spans": []names{{"from": 0, "to": 1440}}},
		})
		fault, err := d.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultCode, Code: errcode.NotFollowed, Path: "/cgi-bin/externalcontact/mark_tag"})
		d.must(err)
		d.meet(d.stranger(), d.member(0))
		if got := d.hits(rule.ID, "refused"); len(got) != 1 || got[0].Reason.Text == "" || got[0].Reason.EN == "" || len(d.hits(rule.ID, "tagged")) != 0 {
			t.Errorf("refused: %+v of %+v", got, d.hits(rule.ID, ""))
		}
		if all := do[tag.RuleList](d, "GET", "tag/rules", nil).Items; all[0].Total != 0 || all[0].Today != 0 {
			t.Errorf("counted: %+v", all[0])
		}
		d.Sim.ClearFaults(fault)
		follow := d.meet(d.stranger(), d.member(1))
		d.carried("the limits are not used up", g[1], follow)
		d.meet(d.stranger(), d.member(0))
		if all := do[tag.RuleList](d, "GET", "tag/rules", nil).Items; all[0].Total != 1 || all[0].Today != 1 || len(d.hits(rule.ID, "limited")) != 1 {
			t.Errorf("counted: %+v of %+v", all[0], d.hits(rule.ID, ""))
		}
	})
}

// TestOldHitsGo: what a rule noticed long ago is forgotten at night, in bounded steps; what
// it counts, and how much it has tagged in all, stays.
func TestOldHitsGo(t *testing.T) {
	stories(t, func(d *desk) {
		g := d.group("自动", "常客")
		rule := do[tag.Rule](d, "POST", "tag/rules", names{
			"name": "全天", "trigger": "time", "add": g[1:2], "enabled": true, "setting": names{"spans": []names{{"from": 0, "to": 1440}}},
		})
		d.meet(d.stranger(), d.member(0))
		if n := len(d.hits(rule.ID, "tagged")); n != 1 {
			t.Fatalf("%d hits", n)
		}
		long := d.Clock.Now().AddDate(0, 0, -401).UnixMilli()
		d.exec(`INSERT INTO tag_hit (id, corp_id, rule_id, fact, member_id, customer, outcome, reason, at, day)
			WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
			SELECT i, ?, ?, i, 'm', 'c', 'same', '{}', ? + (i / 2000) * 172800000, 20251018 FROM n`, d.Corp, rule.ID, long)
		d.Advance(24 * time.Hour)
		left := 0
		d.must(d.App.DB.Read().NewRaw("SELECT COUNT(*) FROM tag_hit WHERE corp_id = ?", d.Corp).Scan(t.Context(), &left))
		if left != 1+501 {
			t.Errorf("%d hits are left", left)
		}
		if all := do[tag.RuleList](d, "GET", "tag/rules", nil).Items; all[0].Total != 1 || len(d.hits(rule.ID, "tagged")) != 1 {
			t.Errorf("%+v", all)
		}
	})
}

func (d *desk) must2(status int, answer string) {
	d.t.Helper()
	if status/100 != 2 {
		d.t.Fatalf("%d %s", status, answer)
	}
}

// TestRuleByChannel and its dry run: what would have been done is what then is done.
func TestRuleByChannel(t *testing.T) {
	stories(t, func(d *desk) {
		g := d.group("自动", "展会", "旧")
		var state string
		var came int
		d.must(d.App.DB.Read().NewRaw("SELECT state, COUNT(*) FROM mirror_follow WHERE corp_id = ? GROUP BY state ORDER BY COUNT(*) DESC LIMIT 1", d.Corp).Scan(t.Context(), &state, &came))
		if state == "" {
			state = "expo"
			d.exec("UPDATE mirror_follow SET state = 'expo' WHERE corp_id = ?", d.Corp)
		}
		form := names{"name": "展会", "trigger": "channel", "setting": names{"states": []string{state}}, "add": g[1:2], "enabled": true}
		dry := do[tag.DryRun](d, "POST", "tag/rules/dry-run", names{"rule": form, "days": 90})
		if dry.Facts == 0 || dry.Matched == 0 || dry.Tagged != dry.Matched || len(dry.Samples) == 0 || dry.Samples[0].Why["state"] != state {
			t.Errorf("%+v", dry)
		}
		d.carried("nothing was done", g[1])
		if dry := do[tag.DryRun](d, "POST", "tag/rules/dry-run", names{"rule": form, "days": 1}); dry.Facts > came {
			t.Errorf("%+v", dry)
		}
		limited := names{"name": "展会", "trigger": "channel", "setting": form["setting"], "add": g[1:2], "enabled": true, "mostTotal": 1}
		if dry := do[tag.DryRun](d, "POST", "tag/rules/dry-run", names{"rule": limited, "days": 90}); dry.Tagged != 1 || dry.Limited != dry.Matched-1 {
			t.Errorf("%+v", dry)
		}
		for _, bad := range []names{
			{"name": "", "trigger": "channel", "setting": form["setting"], "add": g[1:2], "enabled": true},
			{"name": "x", "trigger": "channel", "setting": names{}, "add": g[1:2], "enabled": true},
			{"name": "x", "trigger": "channel", "setting": form["setting"], "enabled": true},
			{"name": "x", "trigger": "keyword", "setting": form["setting"], "add": g[1:2], "enabled": true},
			{"name": "x", "trigger": "time", "setting": names{"spans": []names{{"from": 5, "to": 5}}}, "add": g[1:2], "enabled": true},
			{"name": "x", "trigger": "group", "setting": names{"groups": []string{"wr-none"}}, "add": g[1:2], "enabled": true},
			{"name": "x", "trigger": "channel", "setting": form["setting"], "add": g[1:2], "remove": g[1:2], "enabled": true},
			{"name": "x", "trigger": "channel", "setting": form["setting"], "add": g[1:2], "hits": 3, "enabled": true},
			{"name": "x", "trigger": "channel", "setting": form["setting"], "add": g[1:2], "members": []string{"li"}, "departments": []int{1, 2}, "enabled": true},
		} {
			who := "owner"
			if bad["members"] != nil {
				who = "self:zhang:tag.rule"
			}
			d.refuses(who, "POST", "tag/rules", bad, 422, "")
		}
	})
}

// TestRuleByGroup: who joins a group is tagged with each member who has him, at the second
// time when the rule says so; telling the news twice counts once.
func TestRuleByGroup(t *testing.T) {
	stories(t, func(d *desk) {
		g := d.group("自动", "进群", "常客")
		p := d.pairs()[0]
		make2 := func(name string) string {
			made, err := d.Sim.CreateGroup(wecomsim.CreateGroup{Owner: p.Member, Name: name})
			d.must(err)
			d.Settle()
			return made.ChatID
		}
		one, two := make2("一群"), make2("二群")
		once := do[tag.Rule](d, "POST", "tag/rules", names{"name": "进群", "trigger": "group", "setting": names{"groups": []string{one}}, "add": g[1:2], "enabled": true})
		often := do[tag.Rule](d, "POST", "tag/rules", names{"name": "常客", "trigger": "group", "setting": names{}, "add": g[2:3], "hits": 2, "periodDays": 7, "enabled": true})
		_, err := d.Sim.JoinGroup(wecomsim.JoinGroup{Group: one, Person: d.person(p.Customer)})
		d.must(err)
		d.Settle()
		for _, x := range d.Sim.Deliveries(0) {
			d.must(d.Sim.Redeliver(x.ID))
		}
		d.Settle()
		if got := d.hits(once.ID, "tagged"); len(got) == 0 || got[0].Why["group"] != "一群" {
			t.Errorf("%+v", got)
		}
		if got := d.hits(often.ID, "counted"); len(got) == 0 || len(d.carriers(g[2])) != 0 {
			t.Errorf("%+v", got)
		}
		d.Advance(time.Hour)
		_, err = d.Sim.JoinGroup(wecomsim.JoinGroup{Group: two, Person: d.person(p.Customer)})
		d.must(err)
		d.Settle()
		if got := d.carriers(g[2]); len(got) == 0 || got[0] != p.Follow {
			t.Errorf("at the second time: %v", got)
		}
		if got := d.carriers(g[1]); len(got) == 0 || got[0] != p.Follow {
			t.Errorf("in one group: %v", got)
		}
		dry := do[tag.DryRun](d, "POST", "tag/rules/dry-run", names{"days": 1, "rule": names{"name": "x", "trigger": "group", "setting": names{"groups": []string{one}}, "remove": g[1:2], "enabled": true}})
		if dry.Tagged == 0 {
			t.Errorf("%+v", dry)
		}
		do[tag.RuleList](d, "PUT", "tag/rules/order", names{"ids": []id.ID{often.ID, once.ID}})
		if all := do[tag.RuleList](d, "GET", "tag/rules", nil).Items; all[0].ID != often.ID {
			t.Errorf("%+v", all)
		}
	})
}

// TestStats: what was counted, by tag, member and day; the library shows it too.
func TestStats(t *testing.T) {
	stories(t, func(d *desk) {
		g := d.group("统计", "甲", "乙")
		p := d.pairs()
		d.begin(followsOf(p[:4]), g[1:2], nil)
		d.must2(d.ask("owner", "POST", "tag/stats/recount", nil))
		d.Settle()
		s := do[tag.Stats](d, "GET", "tag/stats?group="+g[0], nil)
		if len(s.Items) != 2 || s.Items[0].Follows != 4 || s.Items[1].Follows != 0 || s.Counted == 0 || s.Used != 1 {
			t.Errorf("%+v", s)
		}
		mine := 0
		for _, x := range p[:4] {
			if x.Member == p[0].Member {
				mine++
			}
		}
		who := "self:" + p[0].Member + ":tag.read"
		for _, path := range []string{"tag/stats?group=" + g[0], "tag/stats?group=" + g[0] + "&member=" + p[0].Member + "&member=nobody"} {
			if s := as[tag.Stats](d, who, "GET", path, nil); s.Items[0].Follows != int64(mine) {
				t.Errorf("%s: %+v, want %d", path, s.Items, mine)
			}
		}
		one := as[tag.TagStats](d, who, "GET", "tag/stats/"+g[1], nil)
		if len(one.Members) != 1 || one.Follows != int64(mine) || one.Members[0].Name == "" || len(one.Days) != 30 {
			t.Errorf("%+v", one)
		}
		all, sum := do[tag.TagStats](d, "GET", "tag/stats/"+g[1], nil), int64(0)
		for _, x := range all.Days {
			sum += x.Added
		}
		if all.Fresh != sum {
			t.Errorf("%d new in all, %d by day", all.Fresh, sum)
		}
		for _, x := range d.library("owner").Groups {
			if x.ID == g[0] && x.Tags[0].Follows != 4 {
				t.Errorf("the library shows %+v", x.Tags)
			}
		}
		if u := do[tag.Usage](d, "GET", "tag/usage/"+g[1], nil); u.Follows != 4 || u.Name != "甲" {
			t.Errorf("%+v", u)
		}
	})
}
