package account

import (
	"context"
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// Security is how the own account is protected.
type Security struct {
	Password     bool     `json:"password" doc:"a local account with a password; members sign in by WeCom"`
	ChangedAt    int64    `json:"changedAt" doc:"unix ms when the password was set, 0 without"`
	TOTP         bool     `json:"totp" doc:"the second step is set up"`
	RecoveryLeft int      `json:"recoveryLeft" doc:"recovery codes not used yet"`
	Required     bool     `json:"required" doc:"the corp requires the second step: it cannot be removed"`
	Devices      []Device `json:"devices" doc:"browsers in which the second step is skipped"`
}

// Security shows how the own account is protected.
func (s *service) Security(ctx context.Context, _ *struct{}) (*Security, error) {
	session, err := sessionFrom(ctx)
	if err != nil || session.Account == 0 {
		return &Security{}, err
	}
	a, err := accountByID(ctx, s.deps.DB.Read(), session.Account)
	if err != nil {
		return nil, err
	}
	out := &Security{Password: true, ChangedAt: a.ChangedAt, TOTP: a.TOTP != ""}
	if out.RecoveryLeft, err = recoveryLeft(ctx, s.deps.DB.Read(), a.ID); err != nil {
		return nil, err
	}
	if out.Devices, err = s.devices(ctx, a.ID); err != nil {
		return nil, err
	}
	policy, err := policyOf(ctx, s.deps.DB.Read(), session.Corp)
	out.Required = policy.TOTPRequired
	return out, err
}

// own is the local account of the session.
func (s *service) own(ctx context.Context) (Account, error) {
	session, err := sessionFrom(ctx)
	if err != nil {
		return Account{}, err
	}
	if session.Account == 0 {
		return Account{}, fault.New(fault.Conflict, "您通过企业微信登录，没有本地密码").WithAdvice("登录安全由企业微信管理")
	}
	return accountByID(ctx, s.deps.DB.Read(), session.Account)
}

// Enrolment is what an authenticator app needs.
type Enrolment struct {
	Secret string `json:"secret" doc:"base32, for typing in"`
	URI    string `json:"uri" doc:"otpauth:// address for the QR code"`
}

// BeginTOTP makes a secret and shows it; it counts once FinishTOTP has seen a code of it.
func (s *service) BeginTOTP(ctx context.Context, _ *struct{}) (*Enrolment, error) {
	a, err := s.own(ctx)
	if err != nil {
		return nil, err
	}
	if a.TOTP != "" {
		return nil, fault.New(fault.Conflict, "两步验证已经开启").WithAdvice("如需换手机，请先关闭再重新开启")
	}
	key := newTOTP()
	// With the moment: what was begun and left lying is not finished by who finds it.
	begun := binary.BigEndian.AppendUint64(slices.Clone(key), uint64(max(db.NowMS(s.deps.Clock), 0)))
	sealed, err := s.deps.Sealer.Seal(ctx, begun, totpPlace(a.ID))
	if err != nil {
		return nil, err
	}
	err = s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error { return setPending(ctx, tx, a.ID, sealed) })
	return &Enrolment{Secret: base32Text(key), URI: totpURI(key, "Queqiao", a.Name)}, err
}

type finishInput struct {
	Body struct {
		Code string `json:"code" minLength:"6" maxLength:"10"`
	}
}

// Recovery are codes for the day on which the phone is lost. They are shown once.
type Recovery struct {
	Codes []string `json:"codes"`
}

// FinishTOTP turns the second step on, now that a code has proved that the app has the
// secret, and gives the recovery codes.
func (s *service) FinishTOTP(ctx context.Context, in *finishInput) (*Recovery, error) {
	a, err := s.own(ctx)
	if err != nil {
		return nil, err
	}
	if a.Pending == "" {
		return nil, fault.New(fault.Conflict, "请先获取两步验证的二维码")
	}
	throttleKey := "code:" + a.ID.String()
	if err := s.codes.limited(ctx, throttleKey); err != nil {
		return nil, err
	}
	key, err := s.begun(ctx, a)
	if err != nil {
		return nil, err
	}
	sealed, err := s.deps.Sealer.Seal(ctx, key, totpPlace(a.ID))
	if err != nil {
		return nil, err
	}
	step, ok := totpMatch(key, tidyCode(in.Body.Code), s.deps.Clock.Now(), 0)
	var check fault.Check
	check.That(ok, "code", "验证码不正确，请检查手机时间是否准确，再输入当前显示的六位数字")
	if err := check.Err(); err != nil {
		return nil, err
	}
	if err := s.codes.clear(ctx, throttleKey); err != nil {
		return nil, err
	}
	out := &Recovery{Codes: newRecoveries()}
	err = s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := setTOTP(ctx, tx, a.ID, sealed, step); err != nil {
			return err
		}
		s.noteTOTP(ctx, a, true)
		s.sessions.store.tell(tx, everySession)
		return setRecovery(ctx, tx, a.ID, out.Codes)
	})
	return out, err
}

// pendingFor is how long a secret that was shown waits for its first code.
const pendingFor = 15 * time.Minute

// begun is the secret that BeginTOTP showed, while it counts.
func (s *service) begun(ctx context.Context, a Account) ([]byte, error) {
	plain, err := s.deps.Sealer.Open(ctx, a.Pending, totpPlace(a.ID))
	if err != nil {
		return nil, err
	}
	cut := len(plain) - 8
	if cut == totpKey {
		at := time.UnixMilli(int64(binary.BigEndian.Uint64(plain[cut:]) & math.MaxInt64))
		if age := s.deps.Clock.Now().Sub(at); age >= 0 && age < pendingFor {
			return plain[:cut], nil
		}
	}
	return nil, fault.New(fault.Conflict, "二维码已过期").WithAdvice("请重新获取两步验证的二维码，并在 15 分钟内输入验证码")
}

func newRecoveries() []string {
	codes := make([]string, recoveryCount)
	for i := range codes {
		codes[i] = newRecovery()
	}
	return codes
}

// NewRecovery replaces the recovery codes.
func (s *service) NewRecovery(ctx context.Context, _ *struct{}) (*Recovery, error) {
	a, err := s.own(ctx)
	if err != nil {
		return nil, err
	}
	if a.TOTP == "" {
		return nil, fault.New(fault.Conflict, "还没有开启两步验证")
	}
	out := &Recovery{Codes: newRecoveries()}
	err = s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		web.Note(ctx, web.Change{Object: "account:" + a.ID.String(), Name: a.Name})
		return setRecovery(ctx, tx, a.ID, out.Codes)
	})
	return out, err
}

// RemoveTOTP turns the own second step off.
func (s *service) RemoveTOTP(ctx context.Context, _ *struct{}) (*web.None, error) {
	a, err := s.own(ctx)
	if err != nil {
		return nil, err
	}
	session, err := sessionFrom(ctx)
	if err != nil {
		return nil, err
	}
	policy, err := policyOf(ctx, s.deps.DB.Read(), session.Corp)
	if err != nil {
		return nil, err
	}
	if policy.TOTPRequired {
		return nil, fault.New(fault.Conflict, "企业要求本地账号使用两步验证，不能关闭").WithAdvice("换手机时，请联系管理员解除，下次登录时重新设置")
	}
	return &web.None{}, s.dropTOTP(ctx, a)
}

// dropTOTP removes the second step of an account and the devices that skip it.
func (s *service) dropTOTP(ctx context.Context, a Account) error {
	return s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		s.noteTOTP(ctx, a, false)
		s.sessions.store.tell(tx, everySession)
		return setTOTP(ctx, tx, a.ID, "", 0)
	})
}

func (s *service) noteTOTP(ctx context.Context, a Account, after bool) {
	type state struct {
		TOTP bool `json:"totp"`
	}
	web.Note(ctx, web.Change{Object: "account:" + a.ID.String(), Name: a.Name, Before: state{a.TOTP != ""}, After: state{after}})
}

type confirmInput struct {
	Body struct {
		Password string `json:"password" minLength:"1" maxLength:"512"`
		Code     string `json:"code,omitempty" maxLength:"40" doc:"needed when the second step is set up"`
	}
}

// Confirm proves anew who is there; dangerous acts are then open for ten minutes.
// Members prove it on WeCom's page: /api/account/wecom/start?confirm=true.
func (s *service) Confirm(ctx context.Context, in *confirmInput) (*web.None, error) {
	a, err := s.own(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.provePassword(ctx, a, "password", in.Body.Password); err != nil {
		return nil, err
	}
	if a.TOTP != "" {
		if err := s.proveCode(ctx, a, in.Body.Code); err != nil {
			return nil, err
		}
	}
	session, err := sessionFrom(ctx)
	if err != nil {
		return nil, err
	}
	web.Note(ctx, web.Change{Object: "account:" + a.ID.String(), Name: a.Name})
	return &web.None{}, s.sessions.store.confirm(ctx, session.Hash)
}

// provePassword checks the own password, as slowly as a sign-in does.
func (s *service) provePassword(ctx context.Context, a Account, field, password string) error {
	key := "password:" + a.ID.String()
	if err := s.tries.limited(ctx, key); err != nil {
		return err
	}
	match, err := s.hasher.matches(ctx, password, a.Password)
	if err != nil {
		return err
	}
	var check fault.Check
	check.That(match, field, "当前密码不正确")
	if err := check.Err(); err != nil {
		return err
	}
	return s.tries.clear(ctx, key)
}

// confirm notes in the session that the person has proved who he is.
func (s *sessionStore) confirm(ctx context.Context, hash string) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`UPDATE account_session SET confirmed_at = ? WHERE token = ?`, db.NowMS(s.clock), hash).Exec(ctx)
		s.tell(tx, hash)
		return err
	})
}

// resetPassword gives a local account a made-up password and signs it out everywhere; the
// password is good for choosing another. With alsoTOTP the second step goes too.
func (s *service) resetPassword(ctx context.Context, account id.ID, alsoTOTP bool) (password string, err error) {
	password = madeUp()
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return "", err
	}
	return password, s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := setPassword(ctx, tx, account, hash, true, db.NowMS(s.deps.Clock)); err != nil {
			return err
		}
		if alsoTOTP {
			if err := setTOTP(ctx, tx, account, "", 0); err != nil {
				return err
			}
		}
		if err := forgetDevices(ctx, tx, account); err != nil {
			return err
		}
		return s.sessions.store.end(ctx, tx, ofAccount(account))
	})
}
