package account_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature/account"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
)

// phoneApp is an authenticator app, written once more.
type phoneApp struct {
	h      *house
	secret []byte
}

func (p phoneApp) code() string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(p.h.clock.Now().Unix()/30))
	mac := hmac.New(sha1.New, p.secret)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at := sum[19] & 15
	return fmt.Sprintf("%06d", (uint32(sum[at]&0x7f)<<24|uint32(sum[at+1])<<16|uint32(sum[at+2])<<8|uint32(sum[at+3]))%1000000)
}

// next is the code of the following half minute: each works once.
func (p phoneApp) next() string {
	p.h.clock.Advance(30 * time.Second)
	return p.code()
}

// enrol sets the second step up for the account of the browser.
func (h *house) enrol(b *browser) (app phoneApp, recovery []string) {
	h.t.Helper()
	var shown account.Enrolment
	h.must(json.Unmarshal(b.do("POST", "/api/account/totp", nil).want(200, "").body, &shown))
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(shown.Secret)
	h.must(err)
	app = phoneApp{h, secret}
	b.do("POST", "/api/account/totp/finish", map[string]string{"code": "12345"}).want(422, "invalid")
	b.do("POST", "/api/account/totp/finish", map[string]string{"code": app.wrong()}).want(422, "invalid")
	var out account.Recovery
	h.must(json.Unmarshal(b.do("POST", "/api/account/totp/finish", map[string]string{"code": app.code()}).want(200, "").body, &out))
	if len(out.Codes) != 10 {
		h.t.Fatalf("%d recovery codes", len(out.Codes))
	}
	return app, out.Codes
}

func (p phoneApp) wrong() string {
	if p.code()[0] == '0' {
		return "1" + p.code()[1:]
	}
	return "0" + p.code()[1:]
}

func (b *browser) password(name, password string) {
	b.h.t.Helper()
	a := b.signIn(name, password).want(200, "")
	if !strings.Contains(string(a.body), `"step":"code"`) {
		b.h.t.Fatalf("no second step: %s", a.body)
	}
	if status, _ := b.me(); status != 401 {
		b.h.t.Fatalf("the password alone is enough: %d", status)
	}
}

func (b *browser) second(code string, remember bool) answer {
	b.h.t.Helper()
	return b.do("POST", "/api/account/sign-in/code", map[string]any{"code": code, "remember": remember})
}

func TestSecondStep(t *testing.T) {
	each(t, func(h *house) {
		admin := h.admin()
		var shown account.Enrolment
		h.must(json.Unmarshal(admin.do("POST", "/api/account/totp", nil).want(200, "").body, &shown))
		lying, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(shown.Secret)
		h.must(err)
		h.clock.Advance(15 * time.Minute)
		admin.do("POST", "/api/account/totp/finish", map[string]string{"code": phoneApp{h, lying}.code()}).want(409, "conflict")
		admin.do("POST", "/api/account/confirm", map[string]string{"password": password}).want(204, "")
		app, recovery := h.enrol(admin)
		enrolled := app.code()
		admin.do("POST", "/api/account/totp", nil).want(409, "conflict")

		b := h.browser()
		b.second(app.next(), false).want(401, "unauthenticated") // without the password
		b.password("admin", password)
		b.second(enrolled, false).want(422, "invalid") // used at the enrolment
		b.second(app.wrong(), false).want(422, "invalid")
		if e := h.audited.last(); e.Status != 422 || e.Corp != corpID || !strings.HasPrefix(e.Actor, "account:") {
			h.t.Errorf("audited %+v", e)
		}
		used := app.next()
		b.second(used[:3]+" "+used[3:], false).want(200, "")
		if status, me := b.me(); status != 200 || me.User.Method != "code" {
			h.t.Fatalf("%d %+v", status, me.User)
		}
		again := h.browser()
		again.password("admin", password)
		again.second(used, false).want(422, "invalid")

		// A recovery code stands for the phone, once.
		again.second(strings.ToLower(recovery[3]), false).want(200, "")
		third := h.browser()
		third.password("admin", password)
		third.second(recovery[3], false).want(422, "invalid")
		var security account.Security
		h.must(json.Unmarshal(again.do("GET", "/api/account/security", nil).want(200, "").body, &security))
		if !security.TOTP || security.RecoveryLeft != 9 {
			h.t.Errorf("%+v", security)
		}

		// New ones end the old ones.
		var fresh account.Recovery
		h.must(json.Unmarshal(again.do("POST", "/api/account/totp/recovery", nil).want(200, "").body, &fresh))
		third.second(recovery[4], false).want(422, "invalid")
		third.second(fresh.Codes[0], false).want(200, "")

		// Five minutes, and not after the password was changed.
		late := h.browser()
		late.password("admin", password)
		h.clock.Advance(5 * time.Minute)
		late.second(app.code(), false).want(401, "unauthenticated")
		late.password("admin", password)
		third.change(password, chosen).want(204, "")
		late.second(app.next(), false).want(401, "unauthenticated")

		third.do("DELETE", "/api/account/totp", nil).want(204, "")
		h.browser().comesIn("admin", chosen)
	})
}

func TestGuessingCodesIsSlowed(t *testing.T) {
	each(t, func(h *house) {
		app, recovery := h.enrol(h.admin())
		h.clock.Advance(30 * time.Second)
		b := h.browser()
		b.password("admin", password)
		for range 5 {
			b.second(app.wrong(), false).want(422, "invalid")
		}
		if limited := b.second(app.code(), false).want(429, "limited"); limited.header.Get("Retry-After") != "300" {
			h.t.Errorf("Retry-After %q", limited.header.Get("Retry-After"))
		}
		b.second(recovery[0], false).want(429, "limited")
		other := h.browser() // another browser is the same account
		other.password("admin", password)
		other.second(app.code(), false).want(429, "limited")
		h.clock.Advance(5 * time.Minute)
		other.password("admin", password)
		other.second(app.code(), false).want(200, "")
	})
}

func TestRememberedDevice(t *testing.T) {
	each(t, func(h *house) {
		app, _ := h.enrol(h.admin())
		b := h.browser()
		b.agent = "Firefox"
		b.password("admin", password)
		b.second(app.next(), true).want(200, "")
		b.do("POST", "/api/account/sign-out", nil).want(204, "")
		b.signIn("admin", "wrong").want(401, "unauthenticated") // it stands for the second step only
		b.comesIn("admin", password)
		h.browser().password("admin", password)
		// Another's account in the same browser is asked.
		_, other := h.settled(b, "wangfang", "owner")
		h.enrol(other)
		b.do("POST", "/api/account/sign-out", nil).want(204, "")
		b.password("wangfang", chosen)

		b.comesIn("admin", password)
		var security account.Security
		h.must(json.Unmarshal(b.do("GET", "/api/account/security", nil).want(200, "").body, &security))
		if len(security.Devices) != 1 || security.Devices[0].Agent != "Firefox" || security.Devices[0].Address != "127.0.0.1" {
			h.t.Fatalf("%+v", security.Devices)
		}
		forget := "/api/account/devices/" + security.Devices[0].ID.String()
		other.do("DELETE", forget, nil).want(404, "not_found")
		b.do("DELETE", forget, nil).want(204, "")
		b.do("POST", "/api/account/sign-out", nil).want(204, "")
		b.password("admin", password)

		// A month at most.
		b.second(app.next(), true).want(200, "")
		h.clock.Advance(30*24*time.Hour - time.Minute)
		b.comesIn("admin", password)
		b.do("POST", "/api/account/sign-out", nil).want(204, "")
		h.clock.Advance(time.Minute)
		b.password("admin", password)
		h.runs("account.prune")
		var left int
		h.must(h.db.Read().NewRaw(`SELECT count(*) FROM account_device`).Scan(h.t.Context(), &left))
		if left != 0 {
			h.t.Errorf("%d devices that nobody remembers are kept", left)
		}
	})
}

func TestSecondStepRequired(t *testing.T) {
	each(t, func(h *house) {
		admin := h.admin()
		a, b := h.settled(admin, "wangfang", "owner")
		admin = h.admin()
		admin.do("PUT", "/api/account/policy", map[string]any{"idleMinutes": 720, "lifetimeHours": 168, "totpRequired": true}).want(200, "")
		b.do("GET", "/api/access/roles", nil).want(403, "unfinished") // at once
		if _, me := b.me(); me.Must != account.MustCode {
			h.t.Errorf("must %q", me.Must)
		}
		app, _ := h.enrol(b)
		b.do("GET", "/api/access/roles", nil).want(200, "")
		b.do("DELETE", "/api/account/totp", nil).want(409, "conflict")

		// The phone is lost: an owner removes it, and the next sign-in sets it up anew.
		h.enrol(admin)
		admin.do("DELETE", "/api/account/accounts/"+a.ID.String()+"/totp", nil).want(204, "")
		again := h.browser()
		again.comesIn("wangfang", chosen)
		again.do("GET", "/api/access/roles", nil).want(403, "unfinished")
		fresh, _ := h.enrol(again)
		if fresh.code() == app.code() {
			h.t.Error("the secret of before is used again")
		}
	})
}

// TestSecondStepsOutliveAChangeOfKeys: after a rotation their secrets are under the new
// key, and the phones still fit.
func TestSecondStepsOutliveAChangeOfKeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		keys := filepath.Join(t.TempDir(), "keys")
		h := openWith(t, d, "http://console.test", password, keys)
		admin := h.admin()
		_, other := h.settled(admin, "wangfang", "owner")
		other.do("POST", "/api/account/totp", nil).want(200, "") // shown, and not proved
		app, _ := h.enrol(admin)
		h.must(secret.Rotate(keys))
		command := openWith(t, d, "http://console.test", password, keys)
		for round, want := range []int{2, 0} {
			if n, err := command.account.Reseal(context.Background()); err != nil || n != want {
				t.Errorf("round %d: %d values, %v", round, n, err)
			}
		}
		b := h.browser()
		b.password("admin", password)
		b.second(app.next(), false).want(200, "")
	}, sets()...)
}
