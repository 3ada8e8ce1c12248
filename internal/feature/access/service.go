package access

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Resolve turns a person into a viewer, from memory (viewer.Resolver).
func (s *service) Resolve(ctx context.Context, who viewer.Who) (viewer.Viewer, error) {
	r, err := s.memory.of(ctx, who.Corp)
	if err != nil {
		return viewer.Viewer{}, err
	}
	return r.view(who)
}

// here gives the viewer and the rights of his corp.
func (s *service) here(ctx context.Context) (viewer.Viewer, *rights, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return v, nil, err
	}
	r, err := s.memory.of(ctx, v.Corp)
	return v, r, err
}

// whole gives the viewer when he sees the whole corp: roles, menus and the grants of
// departments act on everybody.
func whole(ctx context.Context) (viewer.Viewer, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return v, err
	}
	if v.Scope.Reach != viewer.All {
		return v, fault.New(fault.Forbidden, "角色、菜单与部门授权对整个企业生效，您的数据范围不足").
			WithAdvice("请联系数据范围为「全部」的管理员操作")
	}
	return v, nil
}

// change runs a change of the corp's rights: fn gets them as they are, one change at a
// time, and every node forgets them when it commits.
func (s *service) change(ctx context.Context, corp string, fn func(ctx context.Context, tx db.Tx, r *rights) error) error {
	return s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := lock(ctx, tx, corp); err != nil {
			return err
		}
		r, err := s.memory.read(ctx, tx, corp)
		if err != nil {
			return err
		}
		s.memory.tell(tx, corp)
		return fn(ctx, tx, r)
	})
}

func (s *service) routes() []web.Route {
	return []web.Route{
		web.Get("/permissions", mayRead, "查看全部权限", s.Permissions),
		web.Get("/roles", mayRead, "查看角色", s.Roles),
		web.Post("/roles", mayShape, "新建角色", s.CreateRole),
		web.Put("/roles/{role}", mayShape, "修改角色", s.ChangeRole),
		web.Delete("/roles/{role}", mayShape, "删除角色", s.DeleteRole, web.Dangerous()),
		web.Get("/grants", mayRead, "查看授权", s.Grants),
		web.Get("/accounts", mayGrant, "选择要授权的本地账号", s.Accounts, web.Named("accounts")),
		web.Put("/grants/{member}", mayGrant, "设置成员的角色", s.SetGrant, web.Audited("access.grant")),
		web.Put("/grants/accounts/{account}", mayGrant, "设置本地账号的角色", s.SetAccountGrant, web.Audited("access.grant")),
		web.Put("/grants/departments/{department}", mayGrant, "设置部门的角色", s.SetDepartmentGrant, web.Audited("access.grant")),
		web.Get("/effective", mayRead, "查询一个人的权限、数据范围与菜单，以及原因", s.Effective),
		web.Get("/menus", mayRead, "查看角色的菜单", s.Menus),
		web.Put("/menus/{role}", mayShape, "设置角色的菜单", s.SetMenu),
	}
}
