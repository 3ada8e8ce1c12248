package access

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// fullBook is corpBook with the way up and the names of departments.
func fullBook() book {
	b := corpBook()
	b.parents = map[int64]int64{1: 0, 2: 1, 3: 2, 4: 2, 5: 1}
	b.departments = map[int64]string{1: "总部", 2: "销售", 3: "华东", 4: "华北", 5: "售后"}
	return b
}

func TestSpans(t *testing.T) {
	only := func(members ...string) viewer.Scope {
		return viewer.Scope{Reach: viewer.Departments, Members: members}
	}
	for name, c := range map[string]struct {
		span Span
		who  string
		want viewer.Scope
	}{
		"everything":                         {Span{Kind: Whole}, "zhang", viewer.Scope{Reach: viewer.All}},
		"himself":                            {Span{Kind: Self}, "zhang", viewer.Scope{Reach: viewer.Self}},
		"where he works":                     {Span{Kind: Own}, "zhang", only("li", "zhang")},
		"where he works, in several":         {Span{Kind: Own}, "li", only("li", "wang", "zhang")},
		"where he works and below":           {Span{Kind: Own, Below: true}, "lead", only("Lead", "li", "wang", "zhang")},
		"where he works, not below":          {Span{Kind: Own}, "lead", only("Lead")},
		"what he leads and below":            {Span{Kind: Managed, Below: true}, "lead", only("Lead", "li", "wang", "zhang")},
		"what he leads, not below":           {Span{Kind: Managed}, "lead", only("Lead")},
		"who leads nothing sees himself":     {Span{Kind: Managed, Below: true}, "zhang", only()},
		"a department":                       {Span{Kind: Custom, Departments: []Branch{{ID: 2}}}, "zhao", only("Lead")},
		"a department and below":             {Span{Kind: Custom, Departments: []Branch{{ID: 2, Below: true}}}, "zhao", only("Lead", "li", "wang", "zhang")},
		"members by name, whatever the case": {Span{Kind: Custom, Members: []string{"LEAD", "nobody"}}, "zhao", only("Lead")},
		"departments and members":            {Span{Kind: Custom, Departments: []Branch{{ID: 5}}, Members: []string{"boss"}}, "li", only("boss", "zhao")},
		"a local account works nowhere":      {Span{Kind: Own, Below: true}, "", only()},
		"a local account can be given names": {Span{Kind: Custom, Members: []string{"zhao"}}, "", only("zhao")},
	} {
		t.Run(name, func(t *testing.T) {
			b := fullBook()
			got := b.reach(c.span, b.people[c.who])
			if got.Reach != c.want.Reach || !slices.Equal(got.Members, c.want.Members) {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

// TestWhoLeftStaysInSight: what a leaver left lies in the scope of those who manage the
// departments he was in, and of nobody else.
func TestWhoLeftStaysInSight(t *testing.T) {
	b := fullBook()
	b.gone = map[int64][]string{3: {"left"}}
	lead, zhao := b.people["lead"], b.people["zhao"]
	if got := b.data(Span{Kind: Managed, Below: true}, lead); !slices.Contains(got.Members, "left") || !slices.Contains(got.Members, "zhang") {
		t.Errorf("who manages his department sees %v", got.Members)
	}
	for _, s := range []Span{{Kind: Managed}, {Kind: Self}, {Kind: Custom, Members: []string{"zhao"}}} {
		if got := b.data(s, zhao); slices.Contains(got.Members, "left") {
			t.Errorf("%s: %v", s.Kind, got.Members)
		}
	}
	if got := b.reach(Span{Kind: Managed, Below: true}, lead); slices.Contains(got.Members, "left") {
		t.Errorf("he can be named: %v", got.Members)
	}
}

func TestScopesAddUp(t *testing.T) {
	all, self := viewer.Scope{Reach: viewer.All}, viewer.Scope{Reach: viewer.Self}
	some := func(members ...string) viewer.Scope {
		return viewer.Scope{Reach: viewer.Departments, Members: members}
	}
	for _, c := range []struct{ a, b, want viewer.Scope }{
		{self, self, self},
		{self, all, all},
		{some("a"), all, all},
		{self, some("a"), some("a")},
		{some("b", "c"), some("a", "b"), some("a", "b", "c")},
		{some(), some(), some()},
	} {
		for _, got := range []viewer.Scope{together(c.a, c.b), together(c.b, c.a)} {
			if got.Reach != c.want.Reach || !slices.Equal(got.Members, c.want.Members) {
				t.Errorf("%+v and %+v: %+v", c.a, c.b, got)
			}
		}
	}
}

func TestPlain(t *testing.T) {
	got := Span{
		Kind: Custom, Below: true, Members: []string{"b", "a", "b"},
		Departments: []Branch{{ID: 3}, {ID: 2}, {ID: 3, Below: true}},
	}.plain()
	want := Span{Kind: Custom, Members: []string{"a", "b"}, Departments: []Branch{{ID: 2}, {ID: 3, Below: true}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := (Span{Kind: Self, Below: true, Members: []string{"a"}, Departments: []Branch{{ID: 1}}}).plain(); cmp.Diff(Span{Kind: Self}, got) != "" {
		t.Errorf("%+v", got)
	}
}

func TestRolesOfDepartments(t *testing.T) {
	roles := builtInRoles()
	roles["desk"] = Role{Key: "desk", Permissions: []string{"churn.read"}, Scope: Span{Kind: Own}, Book: Span{Kind: Whole}}
	roles["east"] = Role{Key: "east", Permissions: []string{"customer.phone"}, Scope: Span{Kind: Custom, Departments: []Branch{{ID: 5}}}, Book: Span{Kind: Same}}
	r := &rights{roles: roles, book: fullBook(), departments: map[int64][]departmentGrant{
		2: {{Department: 2, Role: "desk", Below: true}},
		1: {{Department: 1, Role: Admin}}, // not below: its own members only
		3: {{Department: 3, Role: "east"}},
	}}
	for who, want := range map[string][]string{"zhang": {"desk", "east"}, "wang": {"desk"}, "boss": {Admin}, "zhao": {Staff}} {
		v, err := r.view(viewer.Who{Member: who})
		if err != nil || !slices.Equal(v.Roles, want) {
			t.Errorf("%s: %v %v, want %v", who, v.Roles, err, want)
		}
	}
	v, err := r.view(viewer.Who{Member: "zhang"})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(v.Scope.Members, []string{"li", "zhang", "zhao"}) {
		t.Errorf("two roles show %v, want who works in 华东 and in 售后", v.Scope.Members)
	}
	if v.Sees("boss") || !v.Knows("boss") {
		t.Error("the contact book's scope is a setting of its own")
	}
	if !v.Can("churn.read") || !v.Can("customer.phone") || v.Can("customer.read") {
		t.Errorf("permissions %v", v.Permissions)
	}
	wang, err := r.view(viewer.Who{Member: "wang"})
	if err != nil || wang.Sees("zhao") || !wang.Knows("zhao") {
		t.Errorf("%+v %v", wang, err)
	}
}

func TestMayGive(t *testing.T) {
	for name, c := range map[string]struct {
		has, role []string
		may       bool
	}{
		"what he has":                       {[]string{"a.read", "b.read"}, []string{"a.read"}, true},
		"what he has not":                   {[]string{"a.read"}, []string{"a.read", "b.read"}, false},
		"one of a whole feature":            {[]string{"a.*"}, []string{"a.read"}, true},
		"a whole feature of its parts":      {[]string{"a.read", "a.write"}, []string{"a.*"}, false},
		"a whole feature":                   {[]string{"a.*"}, []string{"a.*"}, true},
		"everything":                        {[]string{"*"}, []string{"*"}, true},
		"everything, from an administrator": {[]string{"a.*", "access.*"}, []string{"*"}, false},
		"nothing at all":                    {nil, nil, true},
	} {
		err := mayGive(viewer.Viewer{Permissions: c.has}, Role{Name: "角色", Permissions: c.role})
		if (err == nil) != c.may || err != nil && fault.CodeOf(err) != fault.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMenus(t *testing.T) {
	entries := []feature.MenuEntry{{Key: "a", Order: 10}, {Key: "b", Permission: "b.read", Order: 20}, {Key: "c", Order: 30}}
	one := Role{Key: "one"}
	two := Role{Key: "two", Permissions: []string{"b.read"}}
	hide := func(key string) []MenuItem { return []MenuItem{{Key: key, Hidden: true}} }
	for name, c := range map[string]struct {
		menus  map[string][]MenuItem
		roles  []Role
		hidden []string
	}{
		"the usual one":                  {nil, []Role{one, two}, nil},
		"hidden by the only role":        {map[string][]MenuItem{"one": hide("a")}, []Role{one}, []string{"a"}},
		"shown by the other role":        {map[string][]MenuItem{"one": hide("a")}, []Role{one, two}, nil},
		"hidden by both":                 {map[string][]MenuItem{"one": hide("a"), "two": hide("a")}, []Role{one, two}, []string{"a"}},
		"only who opens a page counts":   {map[string][]MenuItem{"two": hide("b")}, []Role{one, two}, []string{"b"}},
		"who does not open it is naught": {map[string][]MenuItem{"one": hide("b")}, []Role{one, two}, nil},
	} {
		r := &rights{menus: c.menus, entries: entries}
		var all []held
		for _, role := range c.roles {
			all = append(all, held{role: role})
		}
		var hidden []string
		for key, tweak := range r.menuOf(all) {
			if tweak.Hidden {
				hidden = append(hidden, key)
			}
		}
		if !slices.Equal(hidden, c.hidden) {
			t.Errorf("%s: hidden %v", name, hidden)
		}
	}
	r := &rights{entries: entries, menus: map[string][]MenuItem{"one": {{Key: "c", Title: "丙"}, {Key: "a"}}}}
	got := r.menuOf([]held{{role: one}})
	if got["c"].Title != "丙" || got["c"].Order >= got["a"].Order || got["a"].Order >= got["b"].Order {
		t.Errorf("%+v", got)
	}
}
