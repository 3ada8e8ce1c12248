package tag_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/feature/tag"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

func (d *desk) rule(which id.ID) tag.Rule {
	d.t.Helper()
	all := do[tag.RuleList](d, "GET", "tag/rules", nil).Items
	return all[slices.IndexFunc(all, func(r tag.Rule) bool { return r.ID == which })]
}

// TestRuleOfADeletedTag: a rule goes on with the tags that are left; one without any is
// switched off. Both say so until somebody changes the rule.
func TestRuleOfADeletedTag(t *testing.T) {
	stories(t, func(d *desk) {
		g, own := d.group("自动", "留下", "删掉"), d.own("平台", "也删掉")
		always := names{"spans": []names{{"from": 0, "to": 1440}}}
		some := do[tag.Rule](d, "POST", "tag/rules", names{"name": "两个", "trigger": "time", "setting": always, "add": g[1:3], "remove": own[1:], "enabled": true})
		none := do[tag.Rule](d, "POST", "tag/rules", names{"name": "一个", "trigger": "time", "setting": always, "add": g[2:3], "enabled": true, "mostTotal": 5})
		other := do[tag.Rule](d, "POST", "tag/rules", names{"name": "无关", "trigger": "time", "setting": always, "add": g[1:2], "enabled": false})
		first := d.meet(d.stranger(), d.member(0))
		d.carried("before", g[2], first)
		if r := d.rule(none.ID); r.Total != 1 || r.Today != 1 {
			t.Errorf("it tagged one: %+v", r)
		}

		// Somebody deletes one in WeCom, and a platform tag here.
		_, err := d.Sim.ChangeTag(wecomsim.ChangeTag{Action: "delete", Tag: g[2]})
		d.must(err)
		d.Settle()
		do[tag.Change](d, "DELETE", "tag/tags/"+own[0], nil)
		d.Settle()
		for _, x := range []struct {
			rule    id.ID
			add     []string
			problem string
			enabled bool
		}{{some.ID, g[1:2], "trimmed", true}, {none.ID, []string{}, "stopped", false}, {other.ID, g[1:2], "", false}} {
			r := d.rule(x.rule)
			if !slices.Equal(r.Add, x.add) || len(r.Remove) > 0 || r.Problem != x.problem || r.Enabled != x.enabled {
				t.Errorf("%s: %+v, want %+v", r.Name, r, x)
			}
		}
		second := d.meet(d.stranger(), d.member(0))
		d.carried("after", g[1], slices.Sorted(slices.Values([]id.ID{first, second}))...)

		d.refuses("owner", "PUT", "tag/rules/"+none.ID.String()+"/switch", names{"enabled": true}, http.StatusUnprocessableEntity, "标签")
		form := d.rule(none.ID).RuleForm
		form.Add, form.Enabled = g[1:2], true
		if r := do[tag.Rule](d, "PUT", "tag/rules/"+none.ID.String(), form); r.Problem != "" || !r.Enabled || r.Total != 1 {
			t.Errorf("put right: %+v", r)
		}
	})
}
