package access

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Grant is the roles that were given to one member; without any he has those that his
// departments or the contact book give him.
type Grant struct {
	Member string   `json:"member"` // userid
	Name   string   `json:"name"`
	Roles  []string `json:"roles"`
}

// AccountGrant is the roles that were given to one local account.
type AccountGrant struct {
	Account id.ID    `json:"account"`
	Name    string   `json:"name" doc:"its sign-in name"`
	Roles   []string `json:"roles"`
}

// DepartmentGrant is the roles that were given to whoever belongs to a department.
type DepartmentGrant struct {
	Department int64    `json:"department"`
	Name       string   `json:"name"`
	Below      bool     `json:"below" doc:"the departments below too"`
	Roles      []string `json:"roles"`
	Members    int      `json:"members" doc:"how many members it reaches"`
}

type grantList struct {
	Grants      []Grant           `json:"grants"`
	Accounts    []AccountGrant    `json:"accounts"`
	Departments []DepartmentGrant `json:"departments"`
}

// Grants lists who was given roles, as far as the viewer knows them: members the latest
// first; local accounts and departments only to those who see the whole corp.
func (s *service) Grants(ctx context.Context, _ *struct{}) (*grantList, error) {
	v, r, err := s.here(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := grantsIn(ctx, s.deps.DB.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	list := &grantList{}
	names, err := s.accountNames(ctx, v)
	if err != nil {
		return nil, err
	}
	seen := map[holder]bool{}
	for _, row := range rows {
		h := holder{account: row.Account, member: row.Member}
		if seen[h] {
			continue
		}
		seen[h] = true
		if h.account != 0 {
			if v.Scope.Reach == viewer.All {
				list.Accounts = append(list.Accounts, AccountGrant{Account: id.ID(h.account), Name: names[id.ID(h.account)], Roles: r.rolesGiven(h)})
			}
			continue
		}
		g := Grant{Member: h.member, Name: h.member, Roles: r.rolesGiven(h)}
		if p := r.book.people[h.member]; p != nil {
			g.Member, g.Name = p.id, p.name
		}
		if v.Knows(g.Member) {
			list.Grants = append(list.Grants, g)
		}
	}
	if v.Scope.Reach == viewer.All {
		for _, d := range slices.Sorted(maps.Keys(r.departments)) {
			list.Departments = append(list.Departments, r.departmentGrant(d))
		}
	}
	return list, nil
}

func (r *rights) rolesGiven(h holder) []string {
	return slices.Sorted(slices.Values(r.grants[h]))
}

func (r *rights) departmentGrant(department int64) DepartmentGrant {
	g := DepartmentGrant{
		Department: department, Name: cmp.Or(r.book.departments[department], strconv.FormatInt(department, 10)), Roles: []string{},
	}
	for _, row := range r.departments[department] {
		g.Roles, g.Below = append(g.Roles, row.Role), row.Below
	}
	slices.Sort(g.Roles)
	reached := r.book.members[department]
	if g.Below {
		reached = r.book.below([]int64{department})
	}
	g.Members = len(reached)
	return g
}

// GrantForm is a choice of roles.
type GrantForm struct {
	Roles []string `json:"roles" maxItems:"20" doc:"keys of roles; none: those that departments or the contact book give"`
}

type grantInput struct {
	Member string `path:"member" maxLength:"64" doc:"userid"`
	Body   GrantForm
}

// SetGrant gives a member exactly these roles. It takes effect on every node with the
// next request. Who does not see the whole corp gives roles to those he sees, and none
// that would show them more than he sees himself.
func (s *service) SetGrant(ctx context.Context, in *grantInput) (*Grant, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	var given Grant
	err = s.change(ctx, v.Corp, func(ctx context.Context, tx db.Tx, r *rights) error {
		p := r.book.people[strings.ToLower(in.Member)]
		if p == nil || !v.Sees(p.id) {
			return fault.Missing("成员")
		}
		h := holder{member: strings.ToLower(p.id)}
		before, after, err := r.regrant(v, h, in.Body.Roles)
		if err != nil {
			return err
		}
		for _, h := range r.rolesOf(viewer.Who{Member: p.id}, p) {
			if !inside(v, p.id, r.scopeOf(h.role, p)) {
				return fault.Newf(fault.Forbidden, "角色「%s」的数据范围超出您自己的数据范围", h.role.Name)
			}
		}
		given = Grant{Member: p.id, Name: p.name, Roles: after}
		web.Note(ctx, web.Change{Object: "grant:" + p.id, Name: p.name, Before: Grant{Member: p.id, Name: p.name, Roles: before}, After: given})
		return setGrants(ctx, tx, v.Corp, h, after, v.Actor(), db.NowMS(s.deps.Clock))
	})
	return &given, err
}

// regrant puts a choice of roles in the place of those a holder has, in r, and gives
// both. What is given and what is taken must be the viewer's to give.
func (r *rights) regrant(v viewer.Viewer, h holder, chosen []string) (before, after []string, err error) {
	if after, err = validate(chosen, r.roles); err != nil {
		return nil, nil, err
	}
	before = r.rolesGiven(h)
	for _, key := range slices.Concat(before, after) {
		if slices.Contains(before, key) && slices.Contains(after, key) {
			continue
		}
		if err := mayGive(v, r.roles[key]); err != nil {
			return nil, nil, err
		}
	}
	r.grants[h] = after
	if slices.Contains(before, Owner) && !slices.Contains(after, Owner) && !r.owned(v) {
		return nil, nil, fault.New(fault.Conflict, "企业至少要保留一名超级管理员").
			WithAdvice("请先将另一名成员设为超级管理员")
	}
	return before, after, nil
}

// owned tells whether somebody is owner still: the viewer as founder, who needs no
// grant, or one who was given the role.
func (r *rights) owned(v viewer.Viewer) bool {
	if v.Founder {
		return true
	}
	for h, roles := range r.grants {
		p := r.book.people[h.member]
		if slices.Contains(roles, Owner) && (h.account != 0 || p != nil && p.active) {
			return true
		}
	}
	for _, grants := range r.departments {
		for _, g := range grants {
			if g.Role == Owner && r.departmentGrant(g.Department).Members > 0 {
				return true
			}
		}
	}
	return false
}

type departmentGrantInput struct {
	Department int64 `path:"department" doc:"department id"`
	Body       struct {
		GrantForm
		Below bool `json:"below,omitempty" doc:"the departments below too"`
	}
}

// SetDepartmentGrant gives whoever belongs to a department exactly these roles.
func (s *service) SetDepartmentGrant(ctx context.Context, in *departmentGrantInput) (*DepartmentGrant, error) {
	v, err := whole(ctx)
	if err != nil {
		return nil, err
	}
	var given DepartmentGrant
	err = s.change(ctx, v.Corp, func(ctx context.Context, tx db.Tx, r *rights) error {
		before := r.departmentGrant(in.Department)
		if r.book.departments[in.Department] == "" && len(before.Roles) == 0 {
			return fault.Missing("部门")
		}
		roles, err := validate(in.Body.Roles, r.roles)
		if err != nil {
			return err
		}
		for _, key := range slices.Concat(before.Roles, roles) {
			if err := mayGive(v, r.roles[key]); err != nil {
				return err
			}
		}
		rows := []departmentGrant{}
		for _, role := range roles {
			rows = append(rows, departmentGrant{in.Department, role, in.Body.Below})
		}
		r.departments[in.Department] = rows
		if slices.Contains(before.Roles, Owner) && !slices.Contains(roles, Owner) && !r.owned(v) {
			return fault.New(fault.Conflict, "企业至少要保留一名超级管理员")
		}
		given = r.departmentGrant(in.Department)
		web.Note(ctx, web.Change{Object: "grant:department:" + strconv.FormatInt(in.Department, 10), Name: given.Name, Before: before, After: given})
		return setDepartmentGrants(ctx, tx, v.Corp, in.Department, roles, in.Body.Below, v.Actor(), db.NowMS(s.deps.Clock))
	})
	return &given, err
}
