package access

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// MenuItem is one entry of the navigation as a role has it.
type MenuItem struct {
	Key    string `json:"key" maxLength:"64"`
	Hidden bool   `json:"hidden,omitempty" doc:"not shown; the page stays open to those who hold the permission"`
	Title  string `json:"title,omitempty" maxLength:"12" doc:"what it is called instead"`
}

// menuOf is how a person's roles together shape the navigation: an entry disappears when
// every role that opens its page hides it; order and names are those of the first role
// that has any.
func (r *rights) menuOf(all []held) map[string]viewer.MenuTweak {
	var tweaks map[string]viewer.MenuTweak
	for _, h := range all {
		items := r.menus[h.role.Key]
		if len(items) == 0 {
			continue
		}
		tweaks = map[string]viewer.MenuTweak{}
		for _, e := range r.entries {
			// What the role does not speak of, a feature that came later, comes after the rest.
			tweaks[e.Key] = viewer.MenuTweak{Order: len(items) + 1 + e.Order}
		}
		for i, item := range items {
			tweaks[item.Key] = viewer.MenuTweak{Title: item.Title, Order: i + 1}
		}
		break
	}
	for _, e := range r.entries {
		opened, hidden := 0, 0
		for _, h := range all {
			if e.Permission != "" && !(viewer.Viewer{Permissions: h.role.Permissions}).Can(e.Permission) {
				continue
			}
			opened++
			if slices.ContainsFunc(r.menus[h.role.Key], func(i MenuItem) bool { return i.Key == e.Key && i.Hidden }) {
				hidden++
			}
		}
		if opened > 0 && opened == hidden {
			t := tweaks[e.Key]
			t.Hidden = true
			tweaks[e.Key] = t
		}
	}
	return tweaks
}

// Entry is one page of the navigation, as the program has it.
type Entry struct {
	Group      feature.MenuGroup `json:"group"`
	Key        string            `json:"key" doc:"its title is the text menu.<key>"`
	Permission string            `json:"permission,omitempty" doc:"who lacks it sees no entry"`
}

// RoleMenu is a role's own navigation; without items it is the usual one.
type RoleMenu struct {
	Role  string     `json:"role"`
	Items []MenuItem `json:"items"`
}

type menuList struct {
	Entries []Entry    `json:"entries" doc:"in the usual order"`
	Menus   []RoleMenu `json:"menus" doc:"of the roles that have one of their own"`
}

// Menus lists the pages there are and what roles make of them.
func (s *service) Menus(ctx context.Context, _ *struct{}) (*menuList, error) {
	_, r, err := s.here(ctx)
	if err != nil {
		return nil, err
	}
	list := &menuList{}
	for _, e := range r.entries {
		list.Entries = append(list.Entries, Entry{Group: e.Group, Key: e.Key, Permission: e.Permission})
	}
	for _, role := range inOrder(r.roles) {
		if items := r.menus[role.Key]; len(items) > 0 {
			list.Menus = append(list.Menus, RoleMenu{Role: role.Key, Items: items})
		}
	}
	return list, nil
}

type menuInput struct {
	Role string `path:"role" maxLength:"64"`
	Body struct {
		Items []MenuItem `json:"items" maxItems:"300" doc:"in order, entries of one group together; none: the usual navigation"`
	}
}

// SetMenu gives a role its own navigation.
func (s *service) SetMenu(ctx context.Context, in *menuInput) (*RoleMenu, error) {
	v, err := whole(ctx)
	if err != nil {
		return nil, err
	}
	var set RoleMenu
	err = s.change(ctx, v.Corp, func(ctx context.Context, tx db.Tx, r *rights) error {
		role, ok := r.roles[in.Role]
		if !ok {
			return fault.Missing("角色")
		}
		if err := mayGive(v, role); err != nil {
			return err
		}
		items, err := r.itemsOf(role, in.Body.Items)
		if err != nil {
			return err
		}
		set = RoleMenu{Role: role.Key, Items: items}
		web.Note(ctx, web.Change{
			Object: "menu:" + role.Key, Name: role.Name,
			Before: RoleMenu{Role: role.Key, Items: r.menus[role.Key]}, After: set,
		})
		return setMenu(ctx, tx, v.Corp, role.Key, items, v.Actor(), db.NowMS(s.deps.Clock))
	})
	return &set, err
}

// itemsOf checks a role's navigation. The owner cannot hide from himself the page on
// which he would undo it.
func (r *rights) itemsOf(role Role, items []MenuItem) ([]MenuItem, error) {
	var check fault.Check
	seen := map[string]bool{}
	list := []MenuItem{}
	for _, i := range items {
		i.Title = strings.TrimSpace(i.Title)
		exists := slices.ContainsFunc(r.entries, func(e feature.MenuEntry) bool { return e.Key == i.Key })
		check.That(exists, "items", "没有这样的菜单："+i.Key)
		check.That(!seen[i.Key], "items", "菜单重复："+i.Key)
		check.That(i.Title == db.Clean(i.Title) && utf8.RuneCountInString(i.Title) <= 12, "items", "名称最多 12 个字")
		check.That(!i.Hidden || role.Key != Owner || i.Key != slug, "items", "超级管理员不能隐藏「角色与权限」，否则无法再改回来")
		seen[i.Key] = true
		list = append(list, i)
	}
	return list, check.Err()
}

// sorted are entries in the order of the navigation.
func sorted(entries []feature.MenuEntry) []feature.MenuEntry {
	order := []feature.MenuGroup{
		feature.GroupHome, feature.GroupAcquire, feature.GroupCustomer, feature.GroupGroup, feature.GroupReach,
		feature.GroupEngage, feature.GroupContent, feature.GroupRisk, feature.GroupData, feature.GroupManagement,
	}
	list := slices.Clone(entries)
	slices.SortStableFunc(list, func(a, b feature.MenuEntry) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Group), slices.Index(order, b.Group)),
			cmp.Compare(a.Order, b.Order), strings.Compare(a.Key, b.Key))
	})
	return list
}
