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

type signInInput struct {
	Cookie string `cookie:"queqiao_session" maxLength:"100"`
	Body   struct {
		Name     string `json:"name" minLength:"1" maxLength:"64" doc:"sign-in name of a local account"`
		Password string `json:"password" minLength:"1" maxLength:"512"`
	}
}

// SignIn begins a session for a local account. Wrong name and wrong password are told
// apart neither by the answer nor by the time it takes.
func (s *service) SignIn(ctx context.Context, in *signInInput) (*web.None, error) {
	byName, byAddress := "name:"+lookup(in.Body.Name), "from:"+network(web.ClientAddress(ctx))
	for _, key := range []string{byAddress, byName} {
		if wait, ok := s.tries.take(key); !ok {
			return nil, web.Limited(wait)
		}
	}
	a, _, err := accountByName(ctx, s.deps.DB.Read(), in.Body.Name)
	if err != nil {
		return nil, err
	}
	match, err := s.hasher.matches(ctx, in.Body.Password, a.Password)
	if err != nil {
		return nil, err
	}
	if !match {
		return nil, fault.New(fault.Unauthenticated, "登录名或密码不正确")
	}
	s.tries.clear(byName)
	s.tries.clear(byAddress)
	home, err := s.homeCorp(ctx, a.Corp, a.Founder)
	if err != nil {
		return nil, err
	}
	err = s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error { return setCorp(ctx, tx, a.ID, home) })
	if err != nil {
		return nil, err
	}
	return &web.None{}, s.sessions.begin(ctx, in.Cookie, Session{
		Corp: home, Account: a.ID, Name: a.Name, Founder: a.Founder, Method: byPassword,
	})
}

// homeCorp is the corp a session begins in: the last one, else the first there is. The
// founder may come in before there is any, to set one up.
func (s *service) homeCorp(ctx context.Context, last string, founder bool) (string, error) {
	active, err := s.deps.Corps.ActiveCorps(ctx)
	if err != nil {
		return "", err
	}
	if len(active) == 0 && founder {
		return "", nil
	}
	if len(active) == 0 {
		return "", fault.New(fault.Conflict, "还没有接入任何企业，无法登录").
			WithAdvice("请先在配置中接入企业微信企业，再重新登录")
	}
	if slices.Contains(active, last) {
		return last, nil
	}
	return active[0], nil
}

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
	if session.Account == 0 {
		return nil, fault.New(fault.Conflict, "您通过企业微信登录，没有本地密码")
	}
	key := "password:" + session.Account.String()
	if wait, ok := s.tries.take(key); !ok {
		return nil, web.Limited(wait)
	}
	a, err := accountByID(ctx, s.deps.DB.Read(), session.Account)
	if err != nil {
		return nil, err
	}
	match, err := s.hasher.matches(ctx, in.Body.Current, a.Password)
	if err != nil {
		return nil, err
	}
	var check fault.Check
	check.That(match, "current", "当前密码不正确")
	if err := check.Err(); err != nil {
		return nil, err
	}
	s.tries.clear(key)
	if in.Body.Next == in.Body.Current {
		check.That(false, "next", "新密码不能与当前密码相同")
		return nil, check.Err()
	}
	if err := validatePassword("next", in.Body.Next, a.Name); err != nil {
		return nil, err
	}
	hash, err := s.hasher.hash(ctx, in.Body.Next)
	if err != nil {
		return nil, err
	}
	err = s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := setPassword(ctx, tx, a.ID, hash, db.NowMS(s.deps.Clock)); err != nil {
			return err
		}
		return endAccountSessions(ctx, tx, a.ID)
	})
	if err != nil {
		return nil, err
	}
	return &web.None{}, s.sessions.begin(ctx, "", session)
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
}

// User is the signed-in person.
type User struct {
	ID     string `json:"id" doc:"id of the local account, or the userid"`
	Name   string `json:"name"`
	Member string `json:"member,omitempty" doc:"userid in WeCom"`
	Method string `json:"method" enum:"password,wecom" doc:"how he signed in"`
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
		Menu: menuFor(v, s.deps.Menu()),
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
