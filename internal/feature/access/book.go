package access

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom"
)

// person is what rights depend on in a member's entry of the contact book.
type person struct {
	id     string
	name   string
	active bool    // present and not disabled in WeCom
	in     []int64 // departments he belongs to
	leads  []int64 // departments he leads (is_leader_in_dept)
}

// book is the contact book (通讯录) of a corp as far as rights depend on it.
type book struct {
	people      map[string]*person // by userid in lower case, as WeCom compares
	departments map[int64]string   // their names
	parents     map[int64]int64
	children    map[int64][]int64
	members     map[int64][]string // userids of those present, by department
	gone        map[int64][]string // userids of those who left, by the department they were in
}

// below gives the userids of those in the departments and in all below them, sorted,
// each once. A department that lies below itself, which only a broken answer could
// bring about, does no harm.
func (b *book) below(departments []int64) []string {
	seen := map[int64]bool{}
	var userids []string
	for queue := slices.Clone(departments); len(queue) > 0; queue = queue[1:] {
		if department := queue[0]; !seen[department] {
			seen[department] = true
			userids = append(userids, b.members[department]...)
			queue = append(queue, b.children[department]...)
		}
	}
	slices.Sort(userids)
	return slices.Compact(userids)
}

// above gives a department and those above it, the nearest first.
func (b *book) above(department int64) []int64 {
	var list []int64
	for at := department; at != 0 && !slices.Contains(list, at); at = b.parents[at] {
		list = append(list, at)
	}
	return list
}

// holder is somebody who can be given a role: a local account or a member.
type holder struct {
	account int64
	member  string // in lower case
}

// rights is everything that decides what the people of one corp may do.
type rights struct {
	roles       map[string]Role
	grants      map[holder][]string
	departments map[int64][]departmentGrant
	menus       map[string][]MenuItem
	entries     []feature.MenuEntry
	book        book
	// views remembers what each person's roles add up to: lists of thousands of members
	// are made once, not at each request. Like everything here it is shared and never changed.
	views sync.Map
}

// Reason is why somebody holds a role.
type Reason struct {
	// Because is "founder", "granted", "department" or "default".
	Because    string `json:"because" enum:"founder,granted,department,default" doc:"founder: made at the first start; granted: to him; department: to one he belongs to; default: what the contact book makes of him"`
	Department int64  `json:"department,omitempty" doc:"the department that was given the role"`
	Name       string `json:"name,omitempty" doc:"its name"`
	Leads      bool   `json:"leads,omitempty" doc:"default: he leads a department"`
}

// held is one role with the reasons for it.
type held struct {
	role    Role
	reasons []Reason
}

// view adds up a person's roles. A member without any is a manager when he leads a
// department, else staff; a local account without one may sign in and do nothing.
func (r *rights) view(who viewer.Who) (viewer.Viewer, error) {
	member := r.book.people[strings.ToLower(who.Member)]
	if who.Member != "" && (member == nil || !member.active) {
		return viewer.Viewer{}, fault.New(fault.Unauthenticated, "该成员已离职，或在企业微信中被禁用").
			WithAdvice("请在企业微信通讯录中确认成员状态")
	}
	key := viewer.Who{Account: who.Account, Member: strings.ToLower(who.Member), Founder: who.Founder}
	known, _ := r.views.Load(key)
	v, ok := known.(viewer.Viewer)
	if !ok {
		v = r.add(who, member)
		r.views.Store(key, v)
	}
	v.Corp, v.Account, v.Name, v.Founder = who.Corp, who.Account, who.Name, who.Founder
	if member != nil {
		v.Member, v.Name = member.id, cmp.Or(member.name, who.Name)
	}
	return v, nil
}

func (r *rights) add(who viewer.Who, member *person) viewer.Viewer {
	v := viewer.Viewer{Scope: viewer.Scope{Reach: viewer.Self}}
	all := r.rolesOf(who, member)
	for _, h := range all {
		v.Roles, v.RoleNames = append(v.Roles, h.role.Key), append(v.RoleNames, h.role.Name)
		v.Permissions = append(v.Permissions, h.role.Permissions...)
		v.Scope = together(v.Scope, r.scopeOf(h.role, member))
	}
	v.Book = v.Scope
	for _, h := range all {
		v.Book = together(v.Book, r.book.reach(h.role.Book, member))
	}
	// Whatever a role says: what concerns all corps is for nobody but the founder.
	v.Permissions = slices.DeleteFunc(v.Permissions, func(p string) bool { return strings.HasPrefix(p, viewer.Installation) })
	if who.Founder {
		v.Permissions = append(v.Permissions, viewer.Installation+"*")
	}
	slices.Sort(v.Permissions)
	v.Permissions = slices.Compact(v.Permissions)
	v.Menu = r.menuOf(all)
	return v
}

// scopeOf is a role's data scope for one holder. Whoever was made a built-in manager
// without leading anything manages where he works.
func (r *rights) scopeOf(role Role, p *person) viewer.Scope {
	if role.Key == Manager && p != nil && len(p.leads) == 0 {
		return r.book.data(Span{Kind: Own, Below: true}, p)
	}
	return r.book.data(role.Scope, p)
}

// rolesOf gives a person's roles, the most powerful first, with the reasons for each.
// A role that was deleted since gives nothing, not the default either.
func (r *rights) rolesOf(who viewer.Who, member *person) []held {
	reasons := map[string][]Reason{}
	because := func(role string, reason Reason) { reasons[role] = append(reasons[role], reason) }
	if who.Founder {
		because(Owner, Reason{Because: "founder"})
	}
	if who.Account != 0 {
		for _, role := range r.grants[holder{account: int64(who.Account)}] {
			because(role, Reason{Because: "granted"})
		}
	}
	if member != nil {
		for _, role := range r.grants[holder{member: strings.ToLower(member.id)}] {
			because(role, Reason{Because: "granted"})
		}
		for _, g := range r.grantedBy(member) {
			because(g.Role, Reason{Because: "department", Department: g.Department, Name: r.book.departments[g.Department]})
		}
		switch {
		case len(reasons) > 0:
		case len(member.leads) > 0:
			because(Manager, Reason{Because: "default", Leads: true})
		default:
			because(Staff, Reason{Because: "default"})
		}
	}
	var list []held
	for _, role := range inOrder(r.roles) {
		if why := reasons[role.Key]; why != nil {
			list = append(list, held{role, why})
		}
	}
	return list
}

// grantedBy gives the grants of the departments a member belongs to, each once.
func (r *rights) grantedBy(member *person) []departmentGrant {
	found := map[departmentGrant]bool{}
	for _, in := range member.in {
		for i, d := range r.book.above(in) {
			for _, g := range r.departments[d] {
				if i == 0 || g.Below {
					found[g] = true
				}
			}
		}
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b departmentGrant) int {
		return cmp.Or(cmp.Compare(a.Department, b.Department), strings.Compare(a.Role, b.Role))
	})
}

// inOrder lists roles: the built-in ones as they are declared, then the others by age.
func inOrder(roles map[string]Role) []Role {
	rank := map[string]int{}
	for i, r := range BuiltIn() {
		rank[r.Key] = i - len(BuiltIn())
	}
	return slices.SortedFunc(maps.Values(roles), func(a, b Role) int {
		return cmp.Or(cmp.Compare(rank[a.Key], rank[b.Key]), cmp.Compare(len(a.Key), len(b.Key)), strings.Compare(a.Key, b.Key))
	})
}

// mayWork tells whether WeCom lets somebody with this member status in. A status that
// WeCom did not tell (0) does not lock out a member whom WeCom itself has just vouched for.
func mayWork(status int) bool {
	return status != wecom.MemberDisabled && status != wecom.MemberNotActivated && status != wecom.MemberLeft
}
