package access

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
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

// roleList is what a corp's roles are.
type roleList struct {
	Roles []Role `json:"roles"`
}

// Roles lists the corp's roles, the most powerful first.
func (s *service) Roles(ctx context.Context, _ *struct{}) (*roleList, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	r, err := s.memory.of(ctx, v.Corp)
	if err != nil {
		return nil, err
	}
	return &roleList{Roles: inOrder(r.roles)}, nil
}

// Grant is the roles that were given to one member; without any he has those that the
// contact book gives him.
type Grant struct {
	Member string   `json:"member"` // userid
	Name   string   `json:"name"`
	Roles  []string `json:"roles"`
}

type grantList struct {
	Grants []Grant `json:"grants"`
}

// Grants lists the members who were given roles, the latest first.
func (s *service) Grants(ctx context.Context, _ *struct{}) (*grantList, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := grantsIn(ctx, s.deps.DB.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	var list grantList
	var members []string
	at := map[string]int{}
	for _, row := range rows {
		if row.Member == "" {
			continue
		}
		i, known := at[row.Member]
		if !known {
			i = len(list.Grants)
			at[row.Member], members = i, append(members, row.Member)
			list.Grants = append(list.Grants, Grant{Member: row.Member, Name: row.Member})
		}
		list.Grants[i].Roles = append(list.Grants[i].Roles, row.Role)
	}
	found, err := mirror.MembersByID(ctx, s.deps.DB.Read(), v.Corp, members)
	if err != nil {
		return nil, err
	}
	for i, g := range list.Grants {
		if m, ok := found[g.Member]; ok {
			list.Grants[i].Member, list.Grants[i].Name = m.ID, m.Name
		}
	}
	return &list, nil
}

type grantInput struct {
	Member string `path:"member" maxLength:"64" doc:"userid"`
	Body   struct {
		Roles []string `json:"roles" maxItems:"20" doc:"keys of roles; none: those that the contact book gives"`
	}
}

// SetGrant gives a member exactly these roles. It takes effect on every node with the
// next request.
func (s *service) SetGrant(ctx context.Context, in *grantInput) (*Grant, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	var given Grant
	err = s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		roles, err := rolesIn(ctx, tx, v.Corp)
		if err != nil {
			return err
		}
		chosen, err := validate(in.Body.Roles, roles)
		if err != nil {
			return err
		}
		m, err := mirror.MemberByID(ctx, tx, v.Corp, in.Member)
		if err != nil {
			return err
		}
		if m.LeftAt != 0 {
			return fault.Missing("成员")
		}
		given = Grant{Member: m.ID, Name: m.Name, Roles: chosen}
		s.memory.tell(tx, v.Corp)
		return setGrants(ctx, tx, v.Corp, m.ID, chosen, v.Actor(), db.NowMS(s.deps.Clock))
	})
	return &given, err
}

// inOrder lists roles: the built-in ones as they are declared, then the others by name.
func inOrder(roles map[string]Role) []Role {
	rank := map[string]int{}
	for i, r := range builtIn() {
		rank[r.Key] = i - len(builtIn())
	}
	var list []Role
	for _, r := range roles {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b Role) int {
		return cmp.Or(cmp.Compare(rank[a.Key], rank[b.Key]), strings.Compare(a.Key, b.Key))
	})
	return list
}

// routes are few as long as the pages for roles do not exist: enough to make a member
// administrator without touching the database.
func (s *service) routes() []web.Route {
	return []web.Route{
		web.Get("/roles", "access.read", "查看角色", s.Roles),
		web.Get("/grants", "access.read", "查看成员的角色", s.Grants),
		web.Put("/grants/{member}", "access.grant", "设置成员的角色", s.SetGrant, web.Audited("access.grant")),
	}
}
