package stage

import (
	"slices"
	"strconv"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Pull is what brings a customer of the flow into a stage by itself (自动移入), from an
// earlier one: a tag that comes onto the follow, or a customer group that he joins.
type Pull struct {
	Tags   []string `json:"tags" maxItems:"20" doc:"tags of the corp's library"`
	Groups []string `json:"groups" maxItems:"20" doc:"chat_ids of customer groups"`
}

// none tells that nobody comes by himself.
func (p Pull) none() bool { return len(p.Tags)+len(p.Groups) == 0 }

// tidy gives each list sorted, each once.
func (p Pull) tidy() Pull { return Pull{Tags: list(p.Tags), Groups: list(p.Groups)} }

// plainPulls checks what can be checked without knowing the corp: nobody comes into the first
// stage from an earlier one, and one tag, or group, pulls into one stage only.
func plainPulls(check *fault.Check, stages []StageForm) {
	tags, groups := map[string]string{}, map[string]string{}
	for i, s := range stages {
		at := "stages[" + strconv.Itoa(i) + "].pull"
		check.That(i > 0 || s.Pull.none(), at, "第一个阶段是起点，不能设置自动移入")
		for _, t := range s.Pull.Tags {
			other, taken := tags[t]
			check.That(!taken, at+".tags", "同一个标签不能既自动移入「"+other+"」又自动移入「"+s.Name+"」")
			tags[t] = s.Name
		}
		for _, g := range s.Pull.Groups {
			other, taken := groups[g]
			check.That(!taken, at+".groups", "同一个客户群不能既自动移入「"+other+"」又自动移入「"+s.Name+"」")
			groups[g] = s.Name
		}
	}
}

// came is what came to a customer.
type came struct{ tags, groups []string }

// pulled finds the furthest stage behind the one where a customer stands into which what
// came to him pulls him, and by what; false when he stays. It never goes back, and not on
// from where the flow has ended: so a chain of stages whose tags pull on comes to an end.
func (f Flow) pulled(from id.ID, c came) (to Stage, why, cause string, ok bool) {
	place := func(stage id.ID) int { return slices.IndexFunc(f.Stages, func(s Stage) bool { return s.ID == stage }) }
	at := place(from)
	if at >= 0 && f.Stages[at].Into != 0 {
		at = place(f.Stages[at].Into) // being emptied: he stands there already, as good as
	}
	if at < 0 || f.Stages[at].Class == Won || f.Stages[at].Class == Lost {
		return Stage{}, "", "", false
	}
	for _, s := range slices.Backward(f.Stages[at+1:]) {
		if s.Into != 0 {
			continue
		}
		if tag, both := common(s.Pull.Tags, c.tags); both {
			return s, byTag, tag, true
		}
		if group, both := common(s.Pull.Groups, c.groups); both {
			return s, byGroup, group, true
		}
	}
	return Stage{}, "", "", false
}

// pulls tells whether anybody comes into a stage of the flow by himself.
func (f Flow) pulls() bool {
	return slices.ContainsFunc(f.Stages, func(s Stage) bool { return !s.Pull.none() })
}

// asks tells whether any stage of the flow is after what came.
func (f Flow) asks(c came) bool {
	return slices.ContainsFunc(f.Stages, func(s Stage) bool {
		_, tag := common(s.Pull.Tags, c.tags)
		_, group := common(s.Pull.Groups, c.groups)
		return tag || group
	})
}

// common is the first of some that is among others.
func common(some, others []string) (string, bool) {
	i := slices.IndexFunc(some, func(one string) bool { return contains(others, one) })
	if i < 0 {
		return "", false
	}
	return some[i], true
}
