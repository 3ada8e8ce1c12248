package stage

import (
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// TestPulled: whither what comes to a customer pulls him from where he stands.
func TestPulled(t *testing.T) {
	f := Flow{Stages: []Stage{
		{ID: 1, Class: Waiting},
		{ID: 2, Class: Active, Pull: Pull{Tags: []string{"a", "b"}, Groups: []string{"g"}}},
		{ID: 3, Class: Active, Pull: Pull{Tags: []string{"c"}}},
		{ID: 4, Class: Won, Pull: Pull{Tags: []string{"won"}}},
		{ID: 5, Class: Lost, Pull: Pull{Tags: []string{"no"}}},
		{ID: 6, Class: Active, Into: 2, Pull: Pull{Tags: []string{"gone"}}},
	}}
	for _, c := range []struct {
		name   string
		from   id.ID
		tags   string
		groups string
		want   id.ID
		why    string
		cause  string
	}{
		{"a tag pulls forward", 1, "b", "", 2, byTag, "b"},
		{"a group too", 1, "", "g", 2, byGroup, "g"},
		{"the furthest of several", 1, "a c", "g", 3, byTag, "c"},
		{"what no stage is after", 1, "x", "y", 0, "", ""},
		{"nothing at all", 1, "", "", 0, "", ""},
		{"a group is no tag", 1, "g", "a", 0, "", ""},
		{"not to where he stands", 2, "a", "g", 0, "", ""},
		{"not back", 3, "a", "g", 0, "", ""},
		{"into a won stage", 2, "won", "", 4, byTag, "won"},
		{"into a lost one", 3, "no", "", 5, byTag, "no"},
		{"not out of a won one", 4, "no", "", 0, "", ""},
		{"not out of a lost one", 5, "won", "", 0, "", ""},
		{"not into one that is being emptied", 1, "gone", "", 0, "", ""},
		{"out of one that is being emptied he stands where he goes", 6, "a", "g", 0, "", ""},
		{"and goes on from there", 6, "c", "", 3, byTag, "c"},
		{"from a stage of another flow", 9, "a", "g", 0, "", ""},
	} {
		in := came{tags: strings.Fields(c.tags), groups: strings.Fields(c.groups)}
		to, why, cause, ok := f.pulled(c.from, in)
		if to.ID != c.want || why != c.why || cause != c.cause || ok != (c.want != 0) {
			t.Errorf("%s: to %d by %s %q (%v)", c.name, to.ID, why, cause, ok)
		}
		if ok && !f.asks(in) {
			t.Errorf("%s: the flow does not ask for it", c.name)
		}
	}
}

// TestPlainPulls: what a form may not say of who comes by himself.
func TestPlainPulls(t *testing.T) {
	tags := func(of ...string) Pull { return Pull{Tags: of} }
	groups := func(of ...string) Pull { return Pull{Groups: of} }
	for _, c := range []struct {
		name          string
		second, third Pull
		first         Pull
		field         string
	}{
		{name: "none"},
		{name: "several for each", second: tags("a", "b", "a"), third: tags("c")},
		{name: "a tag and a group of the same id", second: tags("a"), third: groups("a")},
		{name: "into the first stage", first: tags("a"), field: "stages[0].pull"},
		{name: "one tag into two stages", second: tags("a", "b"), third: tags("b"), field: "stages[2].pull.tags"},
		{name: "one group into two stages", second: groups("g"), third: groups("g"), field: "stages[2].pull.groups"},
	} {
		form := FlowForm{Name: "流程", Seen: Seen{All: true}, Joins: Joins{Kind: "none"}, Stages: []StageForm{
			{Name: "一", Class: Waiting, Pull: c.first}, {Name: "二", Class: Active, Pull: c.second}, {Name: "三", Class: Won, Pull: c.third},
		}}
		tidied, err := form.tidy(nil)
		var fields []string
		if f := fault.As(err); f != nil {
			for _, one := range f.Fields {
				fields = append(fields, one.Name)
			}
		}
		if strings.Join(fields, " ") != c.field {
			t.Errorf("%s: %q is refused, want %q", c.name, fields, c.field)
		}
		if err == nil && len(tidied.Stages[1].Pull.Tags) > 2 {
			t.Errorf("%s: a tag stands twice: %q", c.name, tidied.Stages[1].Pull.Tags)
		}
	}
}
