// Package viewer says who is looking: identity, permissions and data scope (数据范围).
//
// The scope becomes one SQL condition (Where) that every list takes as an argument, so
// that a list cannot forget it. What lies outside is not found, never forbidden.
package viewer

import (
	"context"
	"slices"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Viewer is one signed-in person in one corp.
type Viewer struct {
	Corp    string // WeCom corpid
	Account id.ID  // the local account or the account made at first scan login
	// Member is the userid in WeCom; "" for a local administrator without one.
	Member string
	Name   string
	// Founder is the administrator made at the installation's first start.
	Founder bool
	Roles   []string // role keys, several add up
	// RoleNames are what the corp calls them, in the same order.
	RoleNames []string
	// Permissions are route permissions such as "customer.read"; "*" is every one.
	Permissions []string
	// Scope is whose customers and groups he sees (数据范围).
	Scope Scope
	// Book is which members he may name: in pickers, filters and member names (通讯录范围).
	// It reaches at least as far as Scope; left empty, it is Scope.
	Book Scope
	// Menu is how his roles shape the navigation, by key of the entry; nil leaves it as it is.
	// What it hides stays open to those who hold the permission.
	Menu map[string]MenuTweak
}

// MenuTweak changes one entry of the navigation.
type MenuTweak struct {
	Hidden bool
	Title  string // instead of the usual name, "" to keep it
	Order  int    // place in its group, 0 to keep it
}

// Reach is how far a data scope goes.
type Reach string

// The reaches, from narrow to wide.
const (
	Self        Reach = "self"        // the member's own customers and groups
	Departments Reach = "departments" // those of the members of the named departments
	All         Reach = "all"         // the whole corp
)

// Scope is the part of the corp's data a viewer may see.
type Scope struct {
	Reach Reach
	// Members are the userids in reach when Reach is Departments, with the viewer's own;
	// resolved at sign-in and again whenever the contact book changes.
	Members []string
}

// Installation begins the permissions that concern all corps of an installation, such as
// "installation.corps". No role holds them, "*" does not cover them: the owner of one corp
// has no say in another's. The administrator made at the first start holds them.
const Installation = "installation."

// Can tells whether the viewer holds a permission.
func (v Viewer) Can(permission string) bool {
	for _, p := range v.Permissions {
		if p == permission || p == "*" && !strings.HasPrefix(permission, Installation) {
			return true
		}
		if prefix, ok := strings.CutSuffix(p, ".*"); ok && strings.HasPrefix(permission, prefix+".") {
			return true
		}
	}
	return false
}

// CorpID is the corp the viewer works in.
func (v Viewer) CorpID() string { return v.Corp }

// Nowhere tells whether the viewer is in no corp on purpose: he may do what concerns the
// installation, and nothing in any corp.
func (v Viewer) Nowhere() bool {
	return v.Corp == "" && len(v.Permissions) > 0 && !slices.ContainsFunc(v.Permissions, func(p string) bool { return !strings.HasPrefix(p, Installation) })
}

// Actor names the viewer for the audit log.
func (v Viewer) Actor() string {
	if v.Member != "" {
		return "member:" + v.Member
	}
	return "account:" + v.Account.String()
}

// ActorName is what people call the viewer, for the audit log.
func (v Viewer) ActorName() string { return v.Name }

// Sees tells whether rows of the member lie in the viewer's scope.
func (v Viewer) Sees(member string) bool { return v.reaches(v.Scope, member) }

// SeesAll tells whether the whole corp lies in the viewer's scope.
func (v Viewer) SeesAll() bool { return v.Scope.Reach == All }

// Knows tells whether the viewer may learn of the member at all: see Book.
func (v Viewer) Knows(member string) bool { return v.reaches(v.book(), member) }

// KnowsAll tells whether the viewer may learn of every member.
func (v Viewer) KnowsAll() bool { return v.book().Reach == All }

func (v Viewer) reaches(s Scope, member string) bool {
	switch s.Reach {
	case All:
		return true
	case Departments:
		return member == v.Member && member != "" || slices.Contains(s.Members, member)
	default:
		return member != "" && member == v.Member
	}
}

// book is the contact book's scope, the data scope when none was set.
func (v Viewer) book() Scope {
	if v.Book.Reach == "" {
		return v.Scope
	}
	return v.Book
}

// System is the viewer of jobs and reactions: everything of one corp.
func System(corp string) Viewer {
	return Viewer{Corp: corp, Name: "system", Permissions: []string{"*"}, Scope: Scope{Reach: All}}
}

type key struct{}

// With puts the viewer into the context.
func With(ctx context.Context, v Viewer) context.Context { return context.WithValue(ctx, key{}, v) }

// From takes the viewer out of the context; without one the answer is unauthenticated.
func From(ctx context.Context) (Viewer, error) {
	v, ok := ctx.Value(key{}).(Viewer)
	if !ok {
		return Viewer{}, fault.New(fault.Unauthenticated, "请先登录")
	}
	return v, nil
}
