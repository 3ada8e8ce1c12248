package account_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// dangerous does something that asks for a fresh proof of identity.
func (b *browser) dangerous() answer {
	b.h.t.Helper()
	return b.do("PUT", "/api/account/policy", map[string]any{"idleMinutes": 720, "lifetimeHours": 168, "totpRequired": false})
}

// asks fails unless the answer asks for a confirmation in just these ways.
func (a answer) asks(ways ...string) {
	a.h.t.Helper()
	a.want(403, "confirm")
	var p web.Problem
	a.h.must(json.Unmarshal(a.body, &p))
	if !slices.Equal(p.Confirm, ways) {
		a.h.t.Errorf("confirm by %q, want %q", p.Confirm, ways)
	}
}

func (b *browser) confirm(password, code string) answer {
	b.h.t.Helper()
	return b.do("POST", "/api/account/confirm", map[string]string{"password": password, "code": code})
}

func TestDangerousActsAskAgain(t *testing.T) {
	each(t, func(h *house) {
		b := h.admin()
		b.dangerous().want(200, "")
		h.clock.Advance(10*time.Minute - time.Second)
		b.dangerous().want(200, "")
		before := h.everything()
		h.clock.Advance(time.Second)
		b.dangerous().asks("password")
		b.do("POST", "/api/account/accounts", map[string]string{"name": "wangfang"}).asks("password")
		if h.everything() != before {
			h.t.Error("a call that was to be confirmed did something")
		}
		b.do("GET", "/api/account/policy", nil).want(200, "") // others are open as ever
		b.confirm("wrong", "").want(422, "invalid")
		b.dangerous().asks("password")
		b.confirm(password, "").want(204, "")
		b.dangerous().want(200, "")

		// Another browser of the same account has to confirm for itself.
		other := h.admin()
		h.clock.Advance(10 * time.Minute)
		b.confirm(password, "").want(204, "")
		other.dangerous().asks("password")

		// With a second step, both.
		app, recovery := h.enrol(b)
		h.clock.Advance(10 * time.Minute)
		b.dangerous().asks("password", "code")
		b.confirm(password, "").want(422, "invalid")
		b.confirm("wrong", app.next()).want(422, "invalid")
		b.confirm(password, app.code()).want(204, "")
		b.dangerous().want(200, "")
		h.clock.Advance(10 * time.Minute)
		b.confirm(password, recovery[0]).want(204, "")
		b.dangerous().want(200, "")

		// Guessing here is as slow as at the sign-in.
		for range 10 {
			b.confirm("guess", "000000").want(422, "invalid")
		}
		b.confirm(password, recovery[1]).want(429, "limited")
	})
}

// TestMembersConfirmByWeCom: whoever has no password proves on WeCom's page that it is he.
func TestMembersConfirmByWeCom(t *testing.T) {
	each(t, func(h *house) {
		h.member("lilei", "李雷", 1)
		h.member("hanmei", "韩梅", 1)
		owner := h.admin()
		owner.do("PUT", "/api/access/grants/lilei", map[string]any{"roles": []string{"owner"}}).want(200, "")
		b := h.browser()
		h.wecom.answers("in", `{"errcode":0,"userid":"lilei"}`)
		b.finish(b.start("/"), "in")
		h.clock.Advance(10 * time.Minute)
		b.dangerous().asks("wecom")
		b.confirm(password, "").want(409, "conflict")

		try := func(code string) *url.URL {
			h.t.Helper()
			to := b.do("GET", "/api/account/wecom/start?confirm=true&next=/account/confirmed", nil).goesTo()
			return b.finish(to, code)
		}
		// Somebody else's phone confirms nothing and takes nothing over.
		h.wecom.answers("other", `{"errcode":0,"userid":"hanmei"}`)
		if to := try("other"); to.Query().Get("problem") != "other" {
			h.t.Errorf("comes out at %s", to)
		}
		b.dangerous().asks("wecom")
		if _, me := b.me(); me.User.Member != "lilei" {
			h.t.Errorf("is now %q", me.User.Member)
		}
		h.wecom.answers("same", `{"errcode":0,"userid":"LiLei"}`)
		if to := try("same"); to.Path != "/account/confirmed" {
			h.t.Errorf("comes out at %s", to)
		}
		b.dangerous().want(200, "")
		// Without a session nothing begins.
		h.wecom.answers("stranger", `{"errcode":0,"userid":"lilei"}`)
		stranger := h.browser()
		to := stranger.do("GET", "/api/account/wecom/start?confirm=true&next=/", nil).goesTo()
		if out := stranger.finish(to, "stranger"); out.Query().Get("problem") != "other" {
			h.t.Errorf("comes out at %s", out)
		}
		if status, _ := stranger.me(); status != 401 {
			h.t.Errorf("a confirmation signed somebody in: %d", status)
		}
	})
}
