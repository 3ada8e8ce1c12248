package access

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type effectiveInput struct {
	Member  string `query:"member" maxLength:"64" doc:"userid; with neither it is the viewer himself"`
	Account id.ID  `query:"account" doc:"id of a local account, instead of a member"`
}

// Effective is what one person may do and see, and why.
type Effective struct {
	Member      string            `json:"member,omitempty"`
	Account     id.ID             `json:"account,omitzero"`
	Name        string            `json:"name"`
	Departments []string          `json:"departments" doc:"names of those he belongs to"`
	Refused     string            `json:"refused,omitempty" enum:"disabled" doc:"he cannot sign in: a member disabled or not activated in WeCom, an account disabled here"`
	Roles       []EffectiveRole   `json:"roles"`
	Permissions []EffectiveRight  `json:"permissions" doc:"every right there is"`
	Scope       EffectiveScope    `json:"scope" doc:"whose customers and groups he sees"`
	Book        EffectiveScope    `json:"book" doc:"which members he may name"`
	Menu        []EffectiveEntry  `json:"menu" doc:"every page there is, in his order"`
	Names       map[string]string `json:"names" doc:"of what the roles' spans name: by userid, and by department id with a # before it"`
}

// EffectiveRole is a role with the reasons why he holds it.
type EffectiveRole struct {
	Key     string   `json:"key"`
	Name    string   `json:"name"`
	BuiltIn bool     `json:"builtIn"`
	Reasons []Reason `json:"reasons"`
	Scope   Span     `json:"scope"`
	Book    Span     `json:"book"`
	Members int      `json:"members" doc:"how many members the scope of this role holds for him; -1 for all"`
}

// EffectiveRight is a permission with the roles that give it.
type EffectiveRight struct {
	Key   string   `json:"key"`
	Roles []string `json:"roles" doc:"keys of the roles that give it; empty: he lacks it"`
}

// EffectiveScope is a scope in figures.
type EffectiveScope struct {
	Reach   viewer.Reach `json:"reach" enum:"self,departments,all"`
	Members int          `json:"members" doc:"how many members, he himself among them"`
	Some    []string     `json:"some" doc:"names of the first of them"`
	// Follows is counted for the data scope only.
	Follows int64 `json:"follows,omitempty" doc:"scope: pairs of member and customer that stand, counted up to 10 000"`
	More    bool  `json:"more,omitempty" doc:"scope: there are more pairs than counted"`
}

// EffectiveEntry is a page as he finds it in his navigation.
type EffectiveEntry struct {
	Group  feature.MenuGroup `json:"group"`
	Key    string            `json:"key"`
	Title  string            `json:"title,omitempty" doc:"what his roles call it"`
	Shown  bool              `json:"shown"`
	Reason string            `json:"reason,omitempty" enum:"permission,hidden" doc:"why it is not shown: the permission is missing, or all his roles hide it"`
}

// someNames is how many members of a scope are named.
const someNames = 20

// Effective tells what a person may do and see, and why.
func (s *service) Effective(ctx context.Context, in *effectiveInput) (*Effective, error) {
	v, r, err := s.here(ctx)
	if err != nil {
		return nil, err
	}
	if in.Member == "" && in.Account == 0 {
		if in.Member = v.Member; v.Member == "" {
			in.Account = v.Account
		}
	}
	who := viewer.Who{Corp: v.Corp, Account: in.Account}
	var p *person
	e := &Effective{Account: in.Account}
	switch {
	case in.Member != "" && in.Account == 0:
		p = r.book.people[strings.ToLower(in.Member)]
		if p == nil || !v.Knows(p.id) {
			return nil, fault.Missing("成员")
		}
		who.Member, e.Member, e.Name = p.id, p.id, p.name
		for _, d := range p.in {
			e.Departments = append(e.Departments, r.book.departments[d])
		}
		if !p.active {
			e.Refused = "disabled"
		}
	case in.Member == "":
		if v.Scope.Reach != viewer.All && in.Account != v.Account {
			return nil, fault.Missing("账号")
		}
		a, err := s.deps.Accounts.Local(ctx, in.Account)
		if err != nil {
			return nil, err
		}
		if !a.Founder && in.Account != v.Account && !mayName(v, a, r) {
			return nil, fault.Missing("账号")
		}
		who.Founder, e.Name = a.Founder, a.Name
		if a.Disabled {
			e.Refused = "disabled"
		}
	default:
		var check fault.Check
		check.That(false, "member", "只能选择一名成员或一个账号")
		return nil, check.Err()
	}
	all, sum := r.rolesOf(who, p), r.add(who, p)
	sum.Corp, sum.Member = v.Corp, who.Member
	r.explainRoles(v, e, all, p)
	for _, one := range s.deps.Permissions() {
		right := EffectiveRight{Key: one.Key, Roles: []string{}}
		for _, h := range all {
			if (viewer.Viewer{Permissions: h.role.Permissions}).Can(one.Key) {
				right.Roles = append(right.Roles, h.role.Key)
			}
		}
		e.Permissions = append(e.Permissions, right)
	}
	e.Menu = r.explainMenu(sum)
	e.Scope, e.Book = r.explainScope(v, sum, sum.Scope), r.explainScope(v, sum, sum.Book)
	e.Scope.Follows, e.Scope.More, err = followsIn(ctx, s.deps.DB.Read(), sum)
	return e, err
}

func (r *rights) explainRoles(v viewer.Viewer, e *Effective, all []held, p *person) {
	var spans []Span
	for _, h := range all {
		members := -1
		if scope := r.scopeOf(h.role, p); scope.Reach != viewer.All {
			members = len(r.membersOf(scope, e.Member))
		}
		e.Roles = append(e.Roles, EffectiveRole{
			Key: h.role.Key, Name: h.role.Name, BuiltIn: h.role.BuiltIn, Reasons: h.reasons,
			Scope: r.told(v, h.role.Scope), Book: r.told(v, h.role.Book), Members: members,
		})
		spans = append(spans, h.role.Scope, h.role.Book)
	}
	e.Names = r.names(v, spans...)
}

// explainScope counts a scope and names some of it, as far as the viewer may name them.
func (r *rights) explainScope(v, sum viewer.Viewer, scope viewer.Scope) EffectiveScope {
	members := r.membersOf(scope, sum.Member)
	e := EffectiveScope{Reach: scope.Reach, Members: len(members), Some: []string{}}
	for _, m := range members {
		if p := r.book.people[strings.ToLower(m)]; p != nil && v.Knows(m) && len(e.Some) < someNames {
			e.Some = append(e.Some, p.name)
		}
	}
	return e
}

// membersOf lists the members in a person's scope, himself among them.
func (r *rights) membersOf(scope viewer.Scope, self string) []string {
	var members []string
	switch scope.Reach {
	case viewer.All:
		for _, p := range r.book.people {
			members = append(members, p.id)
		}
	case viewer.Departments:
		for _, m := range scope.Members {
			if r.book.people[strings.ToLower(m)] != nil { // what leavers left is in scope too
				members = append(members, m)
			}
		}
	case viewer.Self:
	}
	if self != "" {
		members = append(members, self)
	}
	slices.Sort(members)
	return slices.Compact(members)
}

func (r *rights) explainMenu(sum viewer.Viewer) []EffectiveEntry {
	entries := slices.Clone(r.entries)
	for i, e := range entries {
		if order := sum.Menu[e.Key].Order; order > 0 {
			entries[i].Order = order
		}
	}
	var list []EffectiveEntry
	for _, e := range sorted(entries) {
		entry := EffectiveEntry{Group: e.Group, Key: e.Key, Title: sum.Menu[e.Key].Title, Shown: true}
		switch {
		case e.Permission != "" && !sum.Can(e.Permission):
			entry.Shown, entry.Reason = false, "permission"
		case sum.Menu[e.Key].Hidden:
			entry.Shown, entry.Reason = false, "hidden"
		}
		list = append(list, entry)
	}
	return list
}

// told is a span as a viewer reads it: members whom he may not name are only counted.
func (r *rights) told(v viewer.Viewer, s Span) Span {
	if v.KnowsAll() || len(s.Members) == 0 {
		return s
	}
	known := []string{}
	for _, m := range s.Members {
		userid := m
		if p := r.book.people[strings.ToLower(m)]; p != nil {
			userid = p.id
		}
		if v.Knows(userid) {
			known = append(known, m)
		}
	}
	s.Members, s.Others = known, len(s.Members)-len(known)
	return s
}

// names are those of the departments and, as far as the viewer may name them, of the
// members that spans speak of.
func (r *rights) names(v viewer.Viewer, spans ...Span) map[string]string {
	names := map[string]string{}
	for _, s := range spans {
		for _, d := range s.Departments {
			if name := r.book.departments[d.ID]; name != "" {
				names["#"+strconv.FormatInt(d.ID, 10)] = name
			}
		}
		for _, m := range s.Members {
			if p := r.book.people[strings.ToLower(m)]; p != nil && v.Knows(p.id) {
				names[m] = p.name
			}
		}
	}
	return names
}
