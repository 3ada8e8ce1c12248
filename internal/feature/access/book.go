package access

import (
	"cmp"
	"slices"
	"strings"
	"sync"

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
	people   map[string]*person // by userid in lower case, as WeCom compares
	children map[int64][]int64
	members  map[int64][]string // userids of those present, by department
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

// holder is somebody who can be given a role: a local account or a member.
type holder struct {
	account int64
	member  string // in lower case
}

// rights is everything that decides what the people of one corp may do.
type rights struct {
	roles  map[string]Role
	grants map[holder][]string
	book   book
	// scopes remembers the members in reach by manager: a list of thousands is made once,
	// not at each request. Like everything here it is shared and never changed.
	scopes sync.Map
}

// view adds up a person's roles. A member without a grant is a manager when he leads a
// department, else staff; a local account without one may sign in and do nothing.
func (r *rights) view(who viewer.Who) (viewer.Viewer, error) {
	v := viewer.Viewer{
		Corp: who.Corp, Account: who.Account, Name: who.Name,
		Scope: viewer.Scope{Reach: viewer.Self},
	}
	member := r.book.people[strings.ToLower(who.Member)]
	if who.Member != "" {
		if member == nil || !member.active {
			return viewer.Viewer{}, fault.New(fault.Unauthenticated, "该成员已离职，或在企业微信中被禁用").
				WithAdvice("请在企业微信通讯录中确认成员状态")
		}
		v.Member, v.Name = member.id, cmp.Or(member.name, who.Name)
	}
	for _, key := range r.rolesOf(who, member) {
		role, ok := r.roles[key]
		if !ok {
			continue // the role was deleted: its holders lose it
		}
		v.Roles = append(v.Roles, role.Key)
		v.Permissions = append(v.Permissions, role.Permissions...)
		v.Scope.Reach = widest(v.Scope.Reach, role.Reach)
	}
	slices.Sort(v.Permissions)
	v.Permissions = slices.Compact(v.Permissions)
	if v.Scope.Reach == viewer.Departments && member != nil {
		v.Scope.Members = r.managedBy(member)
	}
	return v, nil
}

// managedBy gives the members in reach of a manager. One who was made a manager without
// leading anything manages where he works.
func (r *rights) managedBy(p *person) []string {
	known, _ := r.scopes.Load(p.id)
	if userids, ok := known.([]string); ok {
		return userids
	}
	managed := p.leads
	if len(managed) == 0 {
		managed = p.in
	}
	userids := r.book.below(managed)
	r.scopes.Store(p.id, userids)
	return userids
}

func (r *rights) rolesOf(who viewer.Who, member *person) []string {
	var held []string
	if who.Founder {
		held = append(held, Owner)
	}
	if who.Account != 0 {
		held = append(held, r.grants[holder{account: int64(who.Account)}]...)
	}
	if member != nil {
		held = append(held, r.grants[holder{member: strings.ToLower(member.id)}]...)
		switch {
		case len(held) > 0:
		case len(member.leads) > 0:
			held = []string{Manager}
		default:
			held = []string{Staff}
		}
	}
	slices.Sort(held)
	return slices.Compact(held)
}

// mayWork tells whether WeCom lets somebody with this member status in. A status that
// WeCom did not tell (0) does not lock out a member whom WeCom itself has just vouched for.
func mayWork(status int) bool {
	return status != wecom.MemberDisabled && status != wecom.MemberNotActivated && status != wecom.MemberLeft
}
