package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// maxAccounts bounds lists that people look through: local accounts are for a handful of
// administrators, everybody else signs in by WeCom.
const maxAccounts = 500

// LocalAccount is a local account as administrators see it.
type LocalAccount struct {
	ID         id.ID    `json:"id"`
	Name       string   `json:"name"`
	Founder    bool     `json:"founder" doc:"made at the first start: owner of every corp"`
	Disabled   bool     `json:"disabled"`
	MustChange bool     `json:"mustChange" doc:"has not replaced his first password yet"`
	TOTP       bool     `json:"totp" doc:"the second step is set up"`
	Roles      []string `json:"roles" doc:"keys of his roles"`
	RoleNames  []string `json:"roleNames" doc:"what the corp calls them, in the same order"`
	CreatedAt  int64    `json:"createdAt" doc:"unix ms"`
	SignedInAt int64    `json:"signedInAt" doc:"unix ms of the last sign-in, 0 for never"`
	Own        bool     `json:"own" doc:"the viewer's own account"`
	Manageable bool     `json:"manageable" doc:"the viewer may change it: it is not his own and has no more rights than he"`
}

type accountList struct {
	Items []LocalAccount `json:"items"`
}

// LocalAccounts lists the corp's local accounts; the founder sees those of all corps.
func (s *service) LocalAccounts(ctx context.Context, _ *struct{}) (*accountList, error) {
	v, err := manager(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := accountsOf(ctx, s.deps.DB.Read(), v.Corp, isFounder(v))
	if err != nil {
		return nil, err
	}
	out := &accountList{Items: []LocalAccount{}}
	for _, a := range rows {
		shown, err := s.shown(ctx, a)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, shown)
	}
	return out, nil
}

// manager is the viewer, if he sees the whole corp: local accounts belong to no part of it.
func manager(ctx context.Context) (viewer.Viewer, error) {
	v, err := viewer.From(ctx)
	if err == nil && v.Scope.Reach != viewer.All {
		err = fault.New(fault.Forbidden, "您的数据范围不是整个企业，不能管理本地账号与登录安全")
	}
	return v, err
}

// isFounder tells whether the viewer answers for the whole installation.
func isFounder(v viewer.Viewer) bool { return v.Can(viewer.Installation + "*") }

// shown is an account as the viewer sees it.
func (s *service) shown(ctx context.Context, a Account) (LocalAccount, error) {
	v, err := manager(ctx)
	if err != nil {
		return LocalAccount{}, err
	}
	rights, err := s.rightsOf(ctx, a, v.Corp)
	if err != nil {
		return LocalAccount{}, err
	}
	elsewhere, err := s.moreElsewhere(ctx, v, a)
	if err != nil {
		return LocalAccount{}, err
	}
	return LocalAccount{
		ID: a.ID, Name: a.Name, Founder: a.Founder, Disabled: a.DisabledAt != 0, MustChange: a.MustChange, TOTP: a.TOTP != "",
		Roles: rights.Roles, RoleNames: rights.RoleNames, CreatedAt: a.CreatedAt, SignedInAt: a.SignedInAt, Own: a.ID == v.Account,
		Manageable: a.ID != v.Account && mayManage(v, a, rights) && !elsewhere,
	}, nil
}

// moreElsewhere tells whether the account may do something in another corp that the viewer
// may not do there: whoever resets its password can go there with it.
func (s *service) moreElsewhere(ctx context.Context, v viewer.Viewer, a Account) (bool, error) {
	if isFounder(v) || a.Founder {
		return false, nil
	}
	corps, err := s.deps.Corps.Corps(ctx)
	if err != nil {
		return false, err
	}
	for _, c := range corps {
		if c.ID == a.Home {
			continue
		}
		theirs, err := s.deps.Rights.Resolve(ctx, viewer.Who{Corp: c.ID, Account: a.ID, Name: a.Name})
		if err != nil {
			return false, err
		}
		var mine viewer.Viewer
		if v.Account != 0 {
			if mine, err = s.deps.Rights.Resolve(ctx, viewer.Who{Corp: c.ID, Account: v.Account, Name: v.Name}); err != nil {
				return false, err
			}
		}
		if !mayManage(mine, a, theirs) {
			return true, nil
		}
	}
	return false, nil
}

func (s *service) rightsOf(ctx context.Context, a Account, corp string) (viewer.Viewer, error) {
	if a.Home != "" {
		corp = a.Home
	}
	return s.deps.Rights.Resolve(ctx, viewer.Who{Corp: corp, Account: a.ID, Name: a.Name, Founder: a.Founder})
}

// mayManage tells whether the viewer may change another's account: never one that can do
// more than he, for whoever resets a password can sign in with it.
func mayManage(v viewer.Viewer, a Account, rights viewer.Viewer) bool {
	if a.Founder && !isFounder(v) {
		return false
	}
	for _, p := range rights.Permissions {
		if !v.Can(p) {
			return false
		}
	}
	return true
}

// other finds an account that the viewer may change; what belongs to another corp is not
// found.
func (s *service) other(ctx context.Context, account id.ID) (Account, LocalAccount, error) {
	v, err := manager(ctx)
	if err != nil {
		return Account{}, LocalAccount{}, err
	}
	a, err := accountByID(ctx, s.deps.DB.Read(), account)
	if err != nil {
		return a, LocalAccount{}, err
	}
	if !isFounder(v) && a.Home != v.Corp {
		return a, LocalAccount{}, fault.Missing("账号")
	}
	shown, err := s.shown(ctx, a)
	switch {
	case err != nil:
		return a, shown, err
	case shown.Own:
		return a, shown, fault.New(fault.Conflict, "不能这样操作自己的账号").WithAdvice("自己的密码和两步验证在「我的账号」中修改")
	case !shown.Manageable:
		return a, shown, fault.New(fault.Forbidden, "此账号的权限比您多，您不能管理它")
	}
	return a, shown, nil
}

type createInput struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"256" doc:"sign-in name"`
	}
}

// FirstPassword is shown once; it is good for choosing another.
type FirstPassword struct {
	Account  LocalAccount `json:"account"`
	Password string       `json:"password" doc:"made up; shown only in this answer"`
}

// CreateAccount makes a local account with a made-up first password.
func (s *service) CreateAccount(ctx context.Context, in *createInput) (*FirstPassword, error) {
	v, err := manager(ctx)
	if err != nil {
		return nil, err
	}
	name, err := validateName(in.Body.Name)
	if err != nil {
		return nil, err
	}
	password := madeUp()
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return nil, err
	}
	now := db.NowMS(s.deps.Clock)
	a := Account{
		ID: s.deps.IDs.New(), Name: name, Lookup: lookup(name), Password: hash, Home: v.Corp,
		CreatedAt: now, ChangedAt: now, MustChange: true,
	}
	shown, err := s.shown(ctx, a)
	if err != nil {
		return nil, err
	}
	err = s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		web.Note(ctx, web.Change{Object: "account:" + a.ID.String(), Name: name, After: shown})
		return insertAccount(ctx, tx, a)
	})
	if db.IsUnique(err) {
		var check fault.Check
		check.That(false, "name", "这个登录名已经有人使用")
		return nil, check.Err()
	}
	return &FirstPassword{Account: shown, Password: password}, err
}

type accountInput struct {
	ID id.ID `path:"id"`
}

// ResetPassword gives another account a new first password and signs it out everywhere.
func (s *service) ResetPassword(ctx context.Context, in *accountInput) (*FirstPassword, error) {
	a, before, err := s.other(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	after := before
	after.MustChange = true
	web.Note(ctx, web.Change{Object: "account:" + a.ID.String(), Name: a.Name, Before: before, After: after})
	password, err := s.resetPassword(ctx, a.ID, false)
	return &FirstPassword{Account: after, Password: password}, err
}

// DropTOTP removes the second step of another account, e.g. when the phone is lost.
func (s *service) DropTOTP(ctx context.Context, in *accountInput) (*web.None, error) {
	a, _, err := s.other(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &web.None{}, s.dropTOTP(ctx, a)
}

type stateInput struct {
	ID   id.ID `path:"id"`
	Body struct {
		Disabled bool `json:"disabled"`
	}
}

// SetDisabled disables another account, which ends its sessions, or enables it again.
func (s *service) SetDisabled(ctx context.Context, in *stateInput) (*LocalAccount, error) {
	a, before, err := s.other(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if a.Founder {
		return nil, fault.New(fault.Conflict, "安装时创建的管理员不能停用")
	}
	after := before
	after.Disabled = in.Body.Disabled
	var at int64
	if after.Disabled {
		at = db.NowMS(s.deps.Clock)
	}
	err = s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		web.Note(ctx, web.Change{Object: "account:" + a.ID.String(), Name: a.Name, Before: before, After: after})
		if err := setDisabled(ctx, tx, a.ID, at); err != nil || !after.Disabled {
			return err
		}
		return s.sessions.store.end(ctx, tx, ofAccount(a.ID))
	})
	return &after, err
}

// operateReset is the operator's way back in when an administrator has lost his password:
// queqiao account reset-password NAME [--totp].
func (s *service) operateReset(ctx context.Context, args []string) ([]string, error) {
	if len(args) == 0 {
		return nil, errors.New("want the sign-in name of a local account")
	}
	a, ok, err := accountByName(ctx, s.deps.DB.Read(), args[0])
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("there is no local account %q", args[0])
	}
	alsoTOTP := len(args) > 1 && args[1] == "totp"
	web.InCorp(ctx, s.logOf(ctx, a))
	type state struct {
		MustChange bool `json:"mustChange"`
		TOTP       bool `json:"totp"`
	}
	web.Note(ctx, web.Change{
		Object: "account:" + a.ID.String(), Name: a.Name,
		Before: state{a.MustChange, a.TOTP != ""}, After: state{true, a.TOTP != "" && !alsoTOTP},
	})
	password, err := s.resetPassword(ctx, a.ID, alsoTOTP)
	if err != nil {
		return nil, err
	}
	lines := []string{
		"账号 account: " + a.Name,
		"初始密码 first password: " + password + "（只显示这一次，登录后须修改 / shown only once, to be changed at sign-in）",
		"该账号已在所有设备上退出 / signed out everywhere",
	}
	switch {
	case alsoTOTP:
		lines = append(lines, "两步验证已解除 / the second step was removed")
	case a.TOTP != "":
		lines = append(lines, "两步验证仍然有效，手机丢失时加 --totp / the second step still holds; add --totp when the phone is lost")
	}
	if a.DisabledAt != 0 {
		lines = append(lines, "注意：该账号已停用 / note: the account is disabled")
	}
	return lines, nil
}
