package access

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// corpBook is 总部(1) with 销售(2) and, below it, 华东(3) and 华北(4); 售后(5) beside.
func corpBook() book {
	return book{
		children: map[int64][]int64{0: {1}, 1: {2, 5}, 2: {3, 4}},
		members: map[int64][]string{
			1: {"boss"}, 2: {"Lead"}, 3: {"zhang", "li"}, 4: {"wang", "li"}, 5: {"zhao"},
		},
		people: map[string]*person{
			"boss":  {id: "boss", name: "陈总", active: true, in: []int64{1}, leads: []int64{1}},
			"lead":  {id: "Lead", name: "刘经理", active: true, in: []int64{2}, leads: []int64{2}},
			"zhang": {id: "zhang", name: "张三", active: true, in: []int64{3}},
			"li":    {id: "li", name: "李四", active: true, in: []int64{3, 4}},
			"wang":  {id: "wang", name: "王五", active: true, in: []int64{4}, leads: []int64{4}},
			"zhao":  {id: "zhao", name: "赵六", active: true, in: []int64{5}},
			"gone":  {id: "gone", name: "钱七", active: false, in: []int64{5}},
		},
	}
}

func builtInRoles() map[string]Role {
	roles := map[string]Role{}
	for _, r := range BuiltIn() {
		roles[r.Key] = r
	}
	return roles
}

func TestView(t *testing.T) {
	everybody := []string{"Lead", "boss", "li", "wang", "zhang", "zhao"}
	for name, c := range map[string]struct {
		who    viewer.Who
		grants map[holder][]string

		roles []string
		scope viewer.Scope
		can   []string
		not   []string
	}{
		"a member without a grant is staff": {
			who: viewer.Who{Member: "zhang"}, roles: []string{Staff}, scope: viewer.Scope{Reach: viewer.Self},
			can: []string{"customer.read"}, not: []string{"channelcode.write", "channelcode.write", "eventlog.read", "access.grant"},
		},
		"a leader manages his department and those below, whatever the case of his userid": {
			who: viewer.Who{Member: "LEAD"}, roles: []string{Manager},
			scope: viewer.Scope{Reach: viewer.Departments, Members: []string{"Lead", "li", "wang", "zhang"}},
			can:   []string{"channelcode.write", "channelcode.write"}, not: []string{"eventlog.read", "access.read"},
		},
		"the leader of a leaf": {
			who: viewer.Who{Member: "wang"}, roles: []string{Manager},
			scope: viewer.Scope{Reach: viewer.Departments, Members: []string{"li", "wang"}},
		},
		"the leader of the root": {
			who: viewer.Who{Member: "boss"}, roles: []string{Manager},
			scope: viewer.Scope{Reach: viewer.Departments, Members: everybody},
		},
		"a grant replaces what the contact book gives": {
			who: viewer.Who{Member: "boss"}, grants: map[holder][]string{{member: "boss"}: {Staff}},
			roles: []string{Staff}, scope: viewer.Scope{Reach: viewer.Self}, not: []string{"channelcode.write"},
		},
		"roles add up to the widest reach": {
			who: viewer.Who{Member: "zhang"}, grants: map[holder][]string{{member: "zhang"}: {Staff, Admin}},
			roles: []string{Admin, Staff}, scope: viewer.Scope{Reach: viewer.All},
			can: []string{"eventlog.replay", "welcome.write"}, not: []string{"access.grant", "account.anything"},
		},
		"a manager who leads nothing manages where he works": {
			who: viewer.Who{Member: "li"}, grants: map[holder][]string{{member: "li"}: {Manager}},
			roles: []string{Manager}, scope: viewer.Scope{Reach: viewer.Departments, Members: []string{"li", "wang", "zhang"}},
		},
		"a deleted role gives nothing, not the default either": {
			who: viewer.Who{Member: "boss"}, grants: map[holder][]string{{member: "boss"}: {"gone"}},
			scope: viewer.Scope{Reach: viewer.Self}, not: []string{"customer.read"},
		},
		"the founder is owner": {
			who: viewer.Who{Account: 7, Name: "admin", Founder: true}, roles: []string{Owner},
			scope: viewer.Scope{Reach: viewer.All}, can: []string{"access.grant", "anything.at.all"},
		},
		"a local account without a grant may do nothing": {
			who: viewer.Who{Account: 8, Name: "guest"}, scope: viewer.Scope{Reach: viewer.Self}, not: []string{"customer.read"},
		},
		"a local account with a grant": {
			who: viewer.Who{Account: 8}, grants: map[holder][]string{{account: 8}: {Admin}},
			roles: []string{Admin}, scope: viewer.Scope{Reach: viewer.All}, can: []string{"customer.read"},
		},
		"a local manager has nobody to manage": {
			who: viewer.Who{Account: 8}, grants: map[holder][]string{{account: 8}: {Manager}},
			roles: []string{Manager}, scope: viewer.Scope{Reach: viewer.Departments},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := &rights{roles: builtInRoles(), grants: c.grants, book: corpBook()}
			v, err := r.view(c.who)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(v.Roles, c.roles) {
				t.Errorf("roles %v, want %v", v.Roles, c.roles)
			}
			if diff := cmp.Diff(c.scope, v.Scope); diff != "" {
				t.Error(diff)
			}
			for _, p := range c.can {
				if !v.Can(p) {
					t.Errorf("may not %s", p)
				}
			}
			for _, p := range c.not {
				if v.Can(p) {
					t.Errorf("may %s", p)
				}
			}
		})
	}
}

func TestViewOfNobody(t *testing.T) {
	r := &rights{roles: builtInRoles(), grants: map[holder][]string{{member: "gone"}: {Owner}}, book: corpBook()}
	for _, member := range []string{"gone", "stranger"} {
		v, err := r.view(viewer.Who{Member: member})
		if fault.CodeOf(err) != fault.Unauthenticated {
			t.Errorf("%s: %v, want unauthenticated", member, err)
		}
		if v.Can("customer.read") || v.Sees(member) {
			t.Errorf("%s: a refused member must hold nothing", member)
		}
	}
}

func TestViewNamesTheMemberAsWeComDoes(t *testing.T) {
	r := &rights{roles: builtInRoles(), book: corpBook()}
	v, err := r.view(viewer.Who{Member: "lead", Name: "old name"})
	if err != nil || v.Member != "Lead" || v.Name != "刘经理" || !v.Sees("Lead") {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestBelowSurvivesACircle(t *testing.T) {
	b := book{children: map[int64][]int64{1: {2}, 2: {1}}, members: map[int64][]string{1: {"a"}, 2: {"b", "a"}}}
	if got := b.below([]int64{2, 2}); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("below: %v", got)
	}
}

func TestValidate(t *testing.T) {
	got, err := validate([]string{Staff, Admin, Staff}, builtInRoles())
	if err != nil || !slices.Equal(got, []string{Admin, Staff}) {
		t.Errorf("%v, %v", got, err)
	}
	_, err = validate([]string{Staff, "king"}, builtInRoles())
	if f := fault.As(err); f == nil || f.Code != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != "roles" {
		t.Errorf("unknown role: %v", err)
	}
}
