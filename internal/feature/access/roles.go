package access

import (
	"context"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Permission is one right that a role can hold.
type Permission struct {
	Key     string `json:"key" doc:"its name is also the text permission.<key>"`
	Feature string `json:"feature" doc:"what it belongs to: the part before the dot"`
	ZH      string `json:"zh"`
	EN      string `json:"en"`
	Held    bool   `json:"held" doc:"the viewer has it himself, and so may give it"`
}

type permissionList struct {
	Permissions []Permission `json:"permissions" doc:"those of one feature together"`
}

// Permissions lists every right there is.
func (s *service) Permissions(ctx context.Context, _ *struct{}) (*permissionList, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	list := &permissionList{}
	for _, p := range s.deps.Permissions() {
		if strings.HasPrefix(p.Key, viewer.Installation) {
			continue // no role can hold it
		}
		owner, _, _ := strings.Cut(p.Key, ".")
		list.Permissions = append(list.Permissions, Permission{Key: p.Key, Feature: owner, ZH: p.ZH, EN: p.EN, Held: v.Can(p.Key)})
	}
	return list, nil
}

// RoleView is a role with who holds it.
type RoleView struct {
	Role
	Members     int               `json:"members" doc:"members who were given it"`
	Accounts    int               `json:"accounts" doc:"local accounts that were given it"`
	Departments int               `json:"departments" doc:"departments that were given it"`
	Editable    bool              `json:"editable" doc:"the viewer may change it"`
	Givable     bool              `json:"givable" doc:"the viewer may give it"`
	Names       map[string]string `json:"names" doc:"names of the members and departments that its spans name: by userid, and by department id with a # before it"`
}

// roleList is what a corp's roles are.
type roleList struct {
	Roles []RoleView `json:"roles"`
}

// Roles lists the corp's roles, the most powerful first.
func (s *service) Roles(ctx context.Context, _ *struct{}) (*roleList, error) {
	v, r, err := s.here(ctx)
	if err != nil {
		return nil, err
	}
	list := &roleList{}
	for _, role := range inOrder(r.roles) {
		list.Roles = append(list.Roles, r.show(v, role))
	}
	return list, nil
}

func (r *rights) show(v viewer.Viewer, role Role) RoleView {
	give := mayGive(v, role) == nil
	w := RoleView{
		Role: role, Names: r.names(v, role.Scope, role.Book), Givable: give && v.Can(mayGrant),
		Editable: give && !role.BuiltIn && v.Can(mayShape) && v.Scope.Reach == viewer.All,
	}
	w.Scope, w.Book = r.told(v, role.Scope), r.told(v, role.Book)
	for h, roles := range r.grants {
		for _, key := range roles {
			switch {
			case key != role.Key:
			case h.account != 0:
				w.Accounts++
			default:
				w.Members++
			}
		}
	}
	for _, grants := range r.departments {
		for _, g := range grants {
			if g.Role == role.Key {
				w.Departments++
			}
		}
	}
	return w
}

type roleInput struct {
	Role string `path:"role" maxLength:"64"`
}

type newRoleInput struct{ Body Form }

// CreateRole makes a role of the corp's own.
func (s *service) CreateRole(ctx context.Context, in *newRoleInput) (*RoleView, error) {
	return s.saveRole(ctx, "", 0, in.Body)
}

type changedRoleInput struct {
	Role string `path:"role" maxLength:"64"`
	Body struct {
		Form
		Version int64 `json:"version" doc:"of the role that was read; a role changed since is refused"`
	}
}

// ChangeRole changes a role of the corp's own; all who hold it feel it at once.
func (s *service) ChangeRole(ctx context.Context, in *changedRoleInput) (*RoleView, error) {
	return s.saveRole(ctx, in.Role, in.Body.Version, in.Body.Form)
}

func (s *service) saveRole(ctx context.Context, key string, version int64, f Form) (*RoleView, error) {
	v, err := whole(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, p := range s.deps.Permissions() {
		known[p.Key] = !strings.HasPrefix(p.Key, viewer.Installation)
	}
	var saved RoleView
	err = s.change(ctx, v.Corp, func(ctx context.Context, tx db.Tx, r *rights) error {
		before, err := r.own(v, key)
		if err != nil {
			return err
		}
		if key == "" && len(r.roles) >= most+len(BuiltIn()) {
			return fault.Newf(fault.Conflict, "最多 %d 个自定义角色", most)
		}
		if key != "" && before.Version != version {
			return fault.New(fault.Conflict, "角色已被他人修改").WithAdvice("请刷新后重新修改")
		}
		after, err := r.roleOf(f, key, known)
		if err != nil {
			return err
		}
		if err := mayGive(v, after); err != nil {
			return err
		}
		change := web.Change{Object: "role:" + key, Name: after.Name, Before: before}
		if key == "" {
			after.Key = s.deps.IDs.New().String()
			change.Object, change.Before = "role:"+after.Key, nil
		}
		after.Version = before.Version + 1
		change.After = after
		web.Note(ctx, change)
		r.roles[after.Key] = after
		saved = r.show(v, after)
		return writeRole(ctx, tx, v.Corp, after, v.Actor(), db.NowMS(s.deps.Clock))
	})
	return &saved, err
}

// own gives a role that may be changed or deleted; key "" is one that is yet to be.
func (r *rights) own(v viewer.Viewer, key string) (Role, error) {
	if key == "" {
		return Role{}, nil
	}
	role, ok := r.roles[key]
	switch {
	case !ok:
		return role, fault.Missing("角色")
	case role.BuiltIn:
		return role, fault.Newf(fault.Conflict, "内置角色「%s」不能修改或删除", role.Name).WithAdvice("可以复制它，再修改副本")
	}
	return role, mayGive(v, role)
}

// DeleteRole deletes a role of the corp's own and takes it from all who hold it. Whoever
// then has none left has again what the contact book gives.
func (s *service) DeleteRole(ctx context.Context, in *roleInput) (*web.None, error) {
	v, err := whole(ctx)
	if err != nil {
		return nil, err
	}
	return &web.None{}, s.change(ctx, v.Corp, func(ctx context.Context, tx db.Tx, r *rights) error {
		role, err := r.own(v, in.Role)
		if err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "role:" + role.Key, Name: role.Name, Before: r.show(v, role)})
		return removeRole(ctx, tx, v.Corp, role.Key)
	})
}
