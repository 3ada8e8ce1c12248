// Package access decides who may do and see what: roles (角色), data scope (数据范围),
// contact-book scope (通讯录范围) and menus (菜单).
//
// A role is a set of permissions (the permissions are those that the routes name) and two
// spans: whose customers and groups its holders see, and which members they may name. A
// span is the whole corp, the departments one leads or belongs to, named departments and
// members, or oneself. Four roles are built in: owner 超级管理员, admin 管理员, manager
// 部门管理员 and staff 普通员工; a corp makes its own beside them.
//
// Roles are granted to members, to departments (with or without those below) and to local
// accounts; several add up: all their permissions, everybody in one of their spans.
// Whoever was granted none has what the contact book (通讯录) makes of him: who leads a
// department (is_leader_in_dept, developer.work.weixin.qq.com/document/path/90196) is a
// manager of its members and of those in the departments below, everybody else is staff.
// The administrator made at the first start is owner of every corp. A member who left or
// is disabled in WeCom is nobody.
//
// Nobody gives, takes or changes what he does not hold himself: a role's permissions must
// be his, its span must lie within his.
//
// Rights are answered from memory and dropped on every node as soon as a role, a grant, a
// menu or the contact book changes. What the contact book changes in somebody's rights is on
// record, in the transaction in which it is taken over. Whose userid changes keeps the roles
// that he was given, and stays in the spans that name him. It hears MemberJoined, MemberChanged, MemberLeft and
// DepartmentsChanged; it says and answers nothing but viewer.Resolver.
package access

import (
	"context"
	"embed"
	"fmt"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

const (
	slug = "access"

	mayRead  = "access.read"
	mayGrant = "access.grant"
	mayShape = "access.role"
)

//go:embed migrations/*.sql
var files embed.FS

type service struct {
	deps   feature.Deps
	memory *memory
}

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{deps: d, memory: newMemory(d.DB, d.Clock, d.Menu)}
	return feature.Feature{
		Slug:       slug,
		Routes:     s.routes(),
		Resolver:   s,
		PlaceWatch: s.placed,
		TreeWatch:  s.reshaped,
		Permissions: []feature.Permission{
			{Key: mayRead, ZH: "查看角色与授权", EN: "View roles and grants"},
			{Key: mayGrant, ZH: "授予角色", EN: "Grant roles"},
			{Key: mayShape, ZH: "管理角色与菜单", EN: "Manage roles and menus"},
		},
		Menu:  []feature.MenuEntry{{Group: feature.GroupManagement, Key: slug, Path: "/access", Permission: mayRead, Order: 20}},
		Roles: manifestRoles(),
		Listeners: []bus.Listener{
			bus.On("memberJoined", func(ctx context.Context, e event.MemberJoined) error { return s.forget(ctx, e.Corp) }),
			bus.On("memberChanged", s.memberChanged),
			bus.On("memberLeft", func(ctx context.Context, e event.MemberLeft) error { return s.forget(ctx, e.Corp) }),
			bus.On("departmentsChanged", func(ctx context.Context, e event.DepartmentsChanged) error { return s.forget(ctx, e.Corp) }),
		},
		Migrations: db.Folder(files, "migrations"),
		Start:      s.start,
	}
}

// manifestRoles are the built-in roles as the program lists them.
func manifestRoles() []feature.Role {
	var list []feature.Role
	for _, r := range BuiltIn() {
		list = append(list, feature.Role{Key: r.Key, Name: r.Name, Permissions: r.Permissions})
	}
	return list
}

// start brings the built-in roles up to date and listens for changes on other nodes.
func (s *service) start(ctx context.Context) error {
	// The database ends the listening when it is closed; the context of the start ends sooner.
	s.deps.DB.Listen(context.WithoutCancel(ctx), channel, s.memory.drop)
	corps, err := s.deps.Corps.Corps(ctx)
	if err != nil {
		return fmt.Errorf("access: list corps: %w", err)
	}
	return s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, c := range corps {
			if err := seed(ctx, tx, c.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// forget drops the corp's rights everywhere. Twice is harmless: they are read again.
func (s *service) forget(ctx context.Context, corp string) error {
	return s.deps.DB.Tx(ctx, func(_ context.Context, tx db.Tx) error {
		s.memory.tell(tx, corp)
		return nil
	})
}
