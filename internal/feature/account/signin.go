package account

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type signInInput struct {
	Cookies
	DeviceCookies
	Body struct {
		Name     string `json:"name" minLength:"1" maxLength:"64" doc:"sign-in name of a local account"`
		Password string `json:"password" minLength:"1" maxLength:"512"`
	}
}

// SignedIn says how far a sign-in has come.
type SignedIn struct {
	Step string `json:"step" enum:"done,code" doc:"done: the session has begun; code: the second step comes now, POST /api/account/sign-in/code"`
}

// The steps of a sign-in.
const (
	stepDone = "done"
	stepCode = "code"
)

// signInNote is what the audit log keeps of a try.
type signInNote struct {
	Outcome string `json:"outcome"`
}

// note tells the audit log who tries to come in and what comes of it. Names that nobody
// has are not kept: people type their passwords there.
func (s *service) note(ctx context.Context, a Account, outcome string) {
	web.ActAs(ctx, viewer.Viewer{Corp: s.logOf(ctx, a), Account: a.ID, Name: a.Name})
	web.Note(ctx, web.Change{Object: "account:" + a.ID.String(), Name: a.Name, After: signInNote{outcome}})
}

// logOf is the corp whose audit log tells of an account: where it works, else any.
func (s *service) logOf(ctx context.Context, a Account) string {
	corp := cmp.Or(a.Corp, a.Home)
	if corp == "" {
		if active, err := s.deps.Corps.ActiveCorps(ctx); err == nil && len(active) > 0 {
			corp = active[0]
		}
	}
	return corp
}

// SignIn begins a session for a local account, or its second step. Wrong name and wrong
// password are told apart neither by the answer nor by the time it takes.
func (s *service) SignIn(ctx context.Context, in *signInInput) (*SignedIn, error) {
	byName, byAddress := "name:"+lookup(in.Body.Name), "from:"+network(web.ClientAddress(ctx))
	a, known, err := accountByName(ctx, s.deps.DB.Read(), in.Body.Name)
	if err != nil {
		return nil, err
	}
	for _, key := range []string{byAddress, byName} {
		wait, ok, err := s.tries.take(ctx, key)
		if err != nil {
			return nil, err
		}
		if !ok {
			if known {
				s.note(ctx, a, "limited")
			}
			return nil, web.Limited(wait)
		}
	}
	match, err := s.hasher.matches(ctx, in.Body.Password, a.Password)
	if err != nil {
		return nil, err
	}
	if !match {
		if known {
			s.note(ctx, a, "wrongPassword")
		}
		return nil, fault.New(fault.Unauthenticated, "登录名或密码不正确")
	}
	// The account's tries are its own. Those of the address are everybody's who comes from
	// there: were they all given back, who has one account could guess others' without end.
	if err := s.tries.clear(ctx, byName); err != nil {
		return nil, err
	}
	if err := s.tries.back(ctx, byAddress); err != nil {
		return nil, err
	}
	if a.DisabledAt != 0 {
		s.note(ctx, a, "disabled")
		return nil, fault.New(fault.Unauthenticated, "该账号已停用").WithAdvice("如需使用，请联系管理员启用")
	}
	if a.TOTP == "" {
		return s.comeIn(ctx, a, s.sessions.token(ctx, in.Cookies), byPassword)
	}
	skip, err := s.remembered(ctx, a.ID, s.deviceToken(ctx, in.DeviceCookies))
	if err != nil {
		return nil, err
	}
	if skip {
		return s.comeIn(ctx, a, s.sessions.token(ctx, in.Cookies), byCode)
	}
	s.note(ctx, a, "secondStep")
	return &SignedIn{Step: stepCode}, s.beginStep(ctx, a)
}

// comeIn begins the session of somebody who has proved who he is.
func (s *service) comeIn(ctx context.Context, a Account, brought, method string) (*SignedIn, error) {
	home, err := s.homeCorp(ctx, a)
	if err != nil {
		return nil, err
	}
	err = s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := setCorp(ctx, tx, a.ID, home); err != nil {
			return err
		}
		return setSignedIn(ctx, tx, a.ID, db.NowMS(s.deps.Clock))
	})
	if err != nil {
		return nil, err
	}
	a.Corp = home
	s.note(ctx, a, stepDone)
	return &SignedIn{Step: stepDone}, s.sessions.begin(ctx, brought, Session{
		Corp: home, Account: a.ID, Name: a.Name, Founder: a.Founder, Method: method,
	})
}

// homeCorp is the corp a session begins in: the last one, else the one that made the
// account, for the founder any. He may come in before there is one, to set it up.
func (s *service) homeCorp(ctx context.Context, a Account) (string, error) {
	active, err := s.deps.Corps.ActiveCorps(ctx)
	if err != nil {
		return "", err
	}
	for _, corp := range []string{a.Corp, a.Home} {
		if slices.Contains(active, corp) {
			return corp, nil
		}
	}
	switch {
	case !a.Founder:
		return "", fault.New(fault.Conflict, "该企业已停用，无法登录")
	case len(active) == 0:
		return "", nil
	}
	return active[0], nil
}

const (
	// stepCookie carries a sign-in from the password to the second step.
	stepCookie = "queqiao_step"
	stepPath   = "/api/account/sign-in"
	// stepPlace binds the sealed cookie to this use.
	stepPlace = "account/step"
	// stepLimit is how long the second step may take.
	stepLimit = 5 * time.Minute
)

// halfway is somebody whose password was right.
type halfway struct {
	Account id.ID `json:"account"`
	Changed int64 `json:"changed"` // a password changed meanwhile ends it
	Expires int64 `json:"expires"` // unix ms
}

func (s *service) beginStep(ctx context.Context, a Account) error {
	plain, err := json.Marshal(halfway{a.ID, a.ChangedAt, db.MS(s.deps.Clock.Now().Add(stepLimit))})
	if err != nil {
		return err
	}
	sealed, err := s.deps.Sealer.Seal(ctx, plain, stepPlace)
	if err != nil {
		return err
	}
	c := s.sessions.cookie(ctx, stepCookie, sealed, stepPath, int(stepLimit.Seconds()))
	web.SetCookie(ctx, &c)
	return nil
}

type codeInput struct {
	Cookies
	Step string `cookie:"queqiao_step" maxLength:"1000" hidden:"true"`
	Body struct {
		Code     string `json:"code" minLength:"6" maxLength:"40" doc:"six digits from the authenticator app, or a recovery code"`
		Remember bool   `json:"remember,omitempty" doc:"skip this step in this browser for 30 days"`
	}
}

// SecondStep ends a sign-in whose password was right.
func (s *service) SecondStep(ctx context.Context, in *codeInput) (*SignedIn, error) {
	late := fault.New(fault.Unauthenticated, "登录已超时，请重新输入密码").WithAdvice("两步验证需要在五分钟内完成")
	var h halfway
	plain, err := s.deps.Sealer.Open(ctx, in.Step, stepPlace)
	if err != nil || json.Unmarshal(plain, &h) != nil || db.NowMS(s.deps.Clock) >= h.Expires {
		return nil, late
	}
	a, err := accountByID(ctx, s.deps.DB.Read(), h.Account)
	if err != nil {
		return nil, err
	}
	if a.ChangedAt != h.Changed || a.DisabledAt != 0 || a.TOTP == "" {
		return nil, late
	}
	if err := s.proveCode(ctx, a, in.Body.Code); err != nil {
		if fault.CodeOf(err) == fault.Invalid {
			s.note(ctx, a, "wrongCode")
		}
		return nil, err
	}
	if in.Body.Remember {
		if err := s.remember(ctx, a.ID); err != nil {
			return nil, err
		}
	}
	gone := s.sessions.cookie(ctx, stepCookie, "", stepPath, -1)
	web.SetCookie(ctx, &gone)
	return s.comeIn(ctx, a, s.sessions.token(ctx, in.Cookies), byCode)
}

// proveCode checks a code of the second step and uses it up. Six digits are few, so
// tries are fewer than those of passwords.
func (s *service) proveCode(ctx context.Context, a Account, code string) error {
	key := "code:" + a.ID.String()
	if err := s.codes.limited(ctx, key); err != nil {
		return err
	}
	good, err := s.takeCode(ctx, a, code)
	if err != nil {
		return err
	}
	if !good {
		var check fault.Check
		check.That(false, "code", "验证码不正确，或已使用过")
		return check.Err()
	}
	return s.codes.clear(ctx, key)
}

func (s *service) takeCode(ctx context.Context, a Account, code string) (good bool, err error) {
	key, err := s.deps.Sealer.Open(ctx, a.TOTP, totpPlace(a.ID))
	if err != nil {
		return false, err
	}
	now := s.deps.Clock.Now()
	step, match := totpMatch(key, tidyCode(code), now, a.Step)
	err = s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if match {
			good, err = takeStep(ctx, tx, a.ID, step)
		} else {
			good, err = takeRecovery(ctx, tx, a.ID, code, db.MS(now))
		}
		return err
	})
	return good, err
}

// totpPlace binds a sealed secret to its account.
func totpPlace(account id.ID) string { return "account/totp/" + account.String() }
