package account

import (
	"cmp"
	"context"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// SignOut ends the session of the request.
func (s *service) SignOut(ctx context.Context, _ *struct{}) (*web.None, error) {
	return &web.None{}, s.sessions.end(ctx)
}

type passwordInput struct {
	Body struct {
		Current string `json:"current" minLength:"1" maxLength:"512"`
		Next    string `json:"next" minLength:"1" maxLength:"512"`
	}
}

// ChangePassword replaces the own password, ends all sessions of the account and begins
// a new one for this browser.
func (s *service) ChangePassword(ctx context.Context, in *passwordInput) (*web.None, error) {
	session, err := sessionFrom(ctx)
	if err != nil {
		return nil, err
	}
	a, err := s.own(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.provePassword(ctx, a, "current", in.Body.Current); err != nil {
		return nil, err
	}
	if err := s.acceptable(ctx, a, in.Body.Next); err != nil {
		return nil, err
	}
	hash, err := s.hasher.hash(ctx, in.Body.Next)
	if err != nil {
		return nil, err
	}
	err = s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		replaced, err := replacePassword(ctx, tx, a, hash, db.NowMS(s.deps.Clock))
		if err == nil && !replaced {
			err = fault.New(fault.Conflict, "密码刚刚被重置或修改过").WithAdvice("请用新密码重新登录")
		}
		if err != nil {
			return err
		}
		if err := forgetDevices(ctx, tx, a.ID); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "account:" + a.ID.String(), Name: a.Name})
		return s.sessions.store.end(ctx, tx, ofAccount(a.ID))
	})
	if err != nil {
		return nil, err
	}
	session.Began = 0 // a new session, confirmed by the password
	return &web.None{}, s.sessions.begin(ctx, "", session)
}

// acceptable checks a new password by the rules, and that it is neither the present one
// nor the one before.
func (s *service) acceptable(ctx context.Context, a Account, next string) error {
	if err := validatePassword("next", next, a.Name); err != nil {
		return err
	}
	for _, hash := range []string{a.Password, a.Previous} {
		if hash == "" {
			continue
		}
		same, err := s.hasher.matches(ctx, next, hash)
		if err != nil {
			return err
		}
		var check fault.Check
		check.That(!same, "next", "新密码不能与当前或上一次的密码相同")
		if err := check.Err(); err != nil {
			return err
		}
	}
	return nil
}

// Methods are the ways to sign in that are set up.
type Methods struct {
	Local bool `json:"local" doc:"by name and password"`
	WeCom bool `json:"wecom" doc:"by scanning with WeCom, or at once inside its client: the browser goes to /api/account/wecom/start?next=<path>"`
}

// Methods tells the sign-in page what to offer.
func (s *service) Methods(ctx context.Context, _ *struct{}) (*Methods, error) {
	m := &Methods{Local: true}
	active, err := s.deps.Corps.ActiveCorps(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range active {
		if _, err := s.deps.Corps.App(ctx, c, corp.MainApp); err == nil {
			m.WeCom = true
		} else if fault.CodeOf(err) != fault.NotFound {
			return nil, err
		}
	}
	return m, nil
}

// Me is who looks, what he may do, and his menu.
type Me struct {
	User        User         `json:"user"`
	Corp        MeCorp       `json:"corp"`
	Roles       []string     `json:"roles" doc:"keys of the roles: owner, admin, manager, staff, and the corp's own"`
	RoleNames   []string     `json:"roleNames" doc:"what the corp calls them, in the same order"`
	Permissions []string     `json:"permissions" doc:"\"*\" is every one, \"customer.*\" every one of a feature"`
	Reach       viewer.Reach `json:"reach" enum:"self,departments,all" doc:"whose customers and groups are visible"`
	Menu        []MenuGroup  `json:"menu"`
	Must        Must         `json:"must,omitempty" enum:"password,code" doc:"what has to be done before anything else: choose a password, set up the second step; absent: nothing"`
}

// User is the signed-in person.
type User struct {
	ID     string `json:"id" doc:"id of the local account, or the userid"`
	Name   string `json:"name"`
	Member string `json:"member,omitempty" doc:"userid in WeCom"`
	Method string `json:"method" enum:"password,code,wecom" doc:"how he signed in; code: password and second step"`
}

// MeCorp is the corp he works in.
type MeCorp struct {
	ID       string `json:"id" doc:"empty for the owner of the installation while no corp is active"`
	Name     string `json:"name"`
	TimeZone string `json:"timeZone" doc:"IANA name; all times are shown in it"`
}

// MenuGroup is one heading of the navigation with the entries he may see.
type MenuGroup struct {
	Group feature.MenuGroup `json:"group"`
	Items []MenuItem        `json:"items"`
}

// MenuItem is one page.
type MenuItem struct {
	Key   string `json:"key" doc:"its title is the text menu.<key>"`
	Path  string `json:"path"`
	Title string `json:"title,omitempty" doc:"what the viewer's roles call it instead"`
}

// Me tells the console who is there.
func (s *service) Me(ctx context.Context, _ *struct{}) (*Me, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	session, err := sessionFrom(ctx)
	if err != nil {
		return nil, err
	}
	c, err := s.corpOf(ctx, v)
	if err != nil {
		return nil, err
	}
	return &Me{
		User:  User{ID: cmp.Or(v.Member, v.Account.String()), Name: v.Name, Member: v.Member, Method: session.Method},
		Corp:  MeCorp{ID: c.ID, Name: c.Name, TimeZone: c.TimeZone},
		Roles: v.Roles, RoleNames: v.RoleNames, Permissions: v.Permissions, Reach: v.Scope.Reach,
		Menu: menuFor(v, s.deps.Menu()), Must: session.Must,
	}, nil
}

// menuFor groups the entries that the viewer may see, groups in the order of the
// navigation, entries by their own.
func menuFor(v viewer.Viewer, entries []feature.MenuEntry) []MenuGroup {
	order := []feature.MenuGroup{
		feature.GroupHome, feature.GroupAcquire, feature.GroupCustomer, feature.GroupGroup, feature.GroupReach,
		feature.GroupEngage, feature.GroupContent, feature.GroupRisk, feature.GroupData, feature.GroupManagement,
	}
	visible := slices.DeleteFunc(slices.Clone(entries), func(e feature.MenuEntry) bool {
		return e.Permission != "" && !v.Can(e.Permission) || v.Menu[e.Key].Hidden
	})
	for i, e := range visible {
		visible[i].Order = cmp.Or(v.Menu[e.Key].Order, e.Order)
	}
	slices.SortStableFunc(visible, func(a, b feature.MenuEntry) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Group), slices.Index(order, b.Group)),
			cmp.Compare(a.Order, b.Order), cmp.Compare(a.Key, b.Key))
	})
	groups := []MenuGroup{}
	for _, e := range visible {
		if len(groups) == 0 || groups[len(groups)-1].Group != e.Group {
			groups = append(groups, MenuGroup{Group: e.Group})
		}
		last := &groups[len(groups)-1]
		last.Items = append(last.Items, MenuItem{Key: e.Key, Path: e.Path, Title: v.Menu[e.Key].Title})
	}
	return groups
}
