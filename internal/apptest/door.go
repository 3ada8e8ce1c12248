package apptest

import (
	"context"
	"net/http"
	"strings"
	"sync"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// WhoHeader says in a house with a Door who makes the request:
//
//	owner                    everything of the corp
//	all:p1,p2                the whole corp with these permissions
//	team:zhang+li:p1,p2      the rows of these members with these permissions
//	self:zhang:p1,p2         zhang's own rows
//	self:zhang:p1,p2:r1,r2   the same with these roles; so do teams
//	stranger                 everything of another corp
//	nobody                   not signed in
const WhoHeader = "X-Who"

// OtherCorp is the corp of the stranger.
const OtherCorp = "ww00000000000other"

// Door is a feature that lets in whom the request names, instead of account and access:
// tests of one feature need neither sessions nor roles.
func Door(corp func() string) feature.New {
	return func(feature.Deps) feature.Feature {
		d := &door{corp: corp}
		return feature.Feature{Slug: "door", Guard: d, Resolver: d}
	}
}

type door struct {
	corp  func() string
	known sync.Map // by userid: the viewer as whom he came in last
}

// Identify reads the header (web.Guard).
func (d *door) Identify(ctx context.Context, r *http.Request) (context.Context, web.Subject, error) {
	v, ok := d.viewer(r.Header.Get(WhoHeader))
	if !ok {
		return ctx, nil, fault.New(fault.Unauthenticated, "请先登录")
	}
	if v.Member != "" {
		d.known.Store(v.Member, v)
	}
	return viewer.With(ctx, v), v, nil
}

// Resolve knows members as they came in last, and everybody else as the owner
// (viewer.Resolver).
func (d *door) Resolve(_ context.Context, who viewer.Who) (viewer.Viewer, error) {
	if v, ok := d.known.Load(who.Member); ok {
		if known, is := v.(viewer.Viewer); is {
			return known, nil
		}
	}
	return viewer.System(d.corp()), nil
}

func (d *door) viewer(who string) (viewer.Viewer, bool) {
	kind, rest, _ := strings.Cut(who, ":")
	v := viewer.Viewer{Corp: d.corp(), Account: 1, Name: kind, Scope: viewer.Scope{Reach: viewer.All}}
	switch kind {
	case "owner":
		v.Permissions = []string{"*"}
	case "stranger":
		v.Corp, v.Permissions = OtherCorp, []string{"*"}
	case "all":
		v.Permissions = strings.Split(rest, ",")
	case "team", "self":
		members, permissions, _ := strings.Cut(rest, ":")
		permissions, roles, _ := strings.Cut(permissions, ":")
		list := strings.Split(members, "+")
		v.Member, v.Name, v.Permissions, v.Roles = list[0], list[0], strings.Split(permissions, ","), strings.Split(roles, ",")
		v.Scope = viewer.Scope{Reach: viewer.Self}
		if kind == "team" {
			v.Scope = viewer.Scope{Reach: viewer.Departments, Members: list}
		}
	default:
		return viewer.Viewer{}, false
	}
	return v, true
}
