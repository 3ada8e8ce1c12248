package account_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

func TestSignInAndOut(t *testing.T) {
	each(t, func(h *house) {
		b := h.browser()
		b.do("GET", "/api/account/me", nil).want(401, "unauthenticated")
		a := b.comesIn(" ADMIN ", password)
		cookie := cookieOf(t, a, "queqiao_session")
		if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Secure || cookie.MaxAge != 7*24*3600 {
			t.Errorf("cookie %+v", cookie)
		}
		if e := h.audited.last(); e.Action != "account.signIn" || e.Status != 200 || e.Corp != corpID || !strings.HasPrefix(e.Actor, "account:") {
			t.Errorf("audited %+v", e)
		}
		var token string
		h.must(h.db.Read().NewRaw(`SELECT token FROM account_session`).Scan(context.Background(), &token))
		if token == "" || token == cookie.Value {
			t.Error("the token is stored as it is")
		}

		status, me := b.me()
		if status != 200 || me.User.Name != "admin" || me.User.Member != "" || me.User.ID == "" || me.User.Method != "password" {
			t.Fatalf("me: %d %+v", status, me)
		}
		if me.Corp.ID != corpID || me.Corp.Name != "鹊桥测试企业" || me.Corp.TimeZone != "Asia/Shanghai" {
			t.Errorf("corp %+v", me.Corp)
		}
		if len(me.Roles) != 1 || me.Roles[0] != "owner" || me.Reach != viewer.All || strings.Join(me.Permissions, " ") != "* installation.*" {
			t.Errorf("rights %+v", me)
		}
		if len(me.Menu) != 1 || me.Menu[0].Group != feature.GroupManagement || me.Menu[0].Items[0].Key != "eventlog" {
			t.Errorf("menu %+v", me.Menu)
		}

		gone := cookieOf(t, b.do("POST", "/api/account/sign-out", nil).want(204, ""), "queqiao_session")
		if gone.MaxAge >= 0 || gone.Value != "" {
			t.Errorf("sign-out leaves the cookie %+v", gone)
		}
		if h.sessions() != 0 {
			t.Error("sign-out leaves the session")
		}
		b.do("POST", "/api/account/sign-out", nil).want(401, "unauthenticated")
	})
}

func TestSignInRefusals(t *testing.T) {
	each(t, func(h *house) {
		b := h.browser()
		wrong := b.signIn("admin", "wrong password").want(401, "unauthenticated")
		unknown := b.signIn("nobody", password).want(401, "unauthenticated")
		if strip(wrong.body) != strip(unknown.body) {
			t.Errorf("a wrong password and an unknown name are told apart:\n%s\n%s", wrong.body, unknown.body)
		}
		b.do("POST", "/api/account/sign-in", map[string]string{"name": "admin"}).want(422, "invalid")
		b.do("POST", "/api/account/sign-in", map[string]string{"name": "admin", "password": strings.Repeat("x", 9000)}).want(413, "too_large")
		b.header.Set("Sec-Fetch-Site", "cross-site")
		b.header.Set("Origin", "https://evil.example")
		b.signIn("admin", password).want(403, "forbidden")
		if h.sessions() != 0 {
			t.Error("a refusal made a session")
		}
	})
}

func TestGuessingIsSlowed(t *testing.T) {
	each(t, func(h *house) {
		b := h.browser()
		for range 10 {
			b.signIn("admin", "guess").want(401, "unauthenticated")
		}
		limited := b.signIn("admin", password).want(429, "limited")
		if limited.header.Get("Retry-After") != "30" {
			t.Errorf("Retry-After %q", limited.header.Get("Retry-After"))
		}
		// Whose password was guessed, and from where, stands in the audit log.
		if len(h.audited.entries) != 11 {
			t.Errorf("%d entries for eleven tries", len(h.audited.entries))
		}
		for i, e := range h.audited.entries {
			want := http.StatusUnauthorized
			if i == 10 {
				want = http.StatusTooManyRequests
			}
			if e.Action != "account.signIn" || e.Status != want || e.Corp != corpID || !strings.HasPrefix(e.Actor, "account:") || e.Address == "" {
				t.Errorf("try %d is recorded as %+v", i, e)
			}
		}
		h.clock.Advance(30 * time.Second)
		b.comesIn("admin", password)
		// Success gives the address its own try back, and no more: the next is a wrong one.
		b.signIn("admin", "guess").want(401, "unauthenticated")
		b.signIn("admin", "guess").want(429, "limited")
		// With time the account has all tries: its own were given back.
		h.clock.Advance(5 * time.Minute)
		for range 10 {
			b.signIn("admin", "guess").want(401, "unauthenticated")
		}
	})
}

// TestAnAccountOfOnesOwnBuysNoGuesses: who has one account and comes in between his guesses
// at other names has no more guesses from his address than who has none; coming in rightly
// costs an office that comes from one address nothing.
func TestAnAccountOfOnesOwnBuysNoGuesses(t *testing.T) {
	each(t, func(h *house) {
		b := h.browser()
		for range 25 {
			b.comesIn("admin", password)
		}
		guesses := 0
		for i := range 30 {
			if b.signIn(fmt.Sprintf("victim%d", i), "guess").status == http.StatusTooManyRequests {
				break
			}
			guesses++
			if i < 9 {
				b.comesIn("admin", password)
			}
		}
		if guesses != 10 {
			t.Errorf("%d guesses at other names with sign-ins of one's own in between, want ten", guesses)
		}
		b.signIn("admin", password).want(429, "limited")
	})
}

func TestSessionsEndByTime(t *testing.T) {
	each(t, func(h *house) {
		idle := h.browser()
		idle.comesIn("admin", password)
		h.clock.Advance(12*time.Hour - time.Second)
		if status, _ := idle.me(); status != 200 {
			t.Fatal("ended before its time")
		}
		h.clock.Advance(12*time.Hour - time.Second) // use has prolonged it
		if status, _ := idle.me(); status != 200 {
			t.Fatal("use did not prolong the session")
		}
		h.clock.Advance(12 * time.Hour)
		if status, _ := idle.me(); status != 401 {
			t.Error("twelve idle hours did not end the session")
		}

		busy := h.browser()
		busy.comesIn("admin", password)
		for range 7*24/8 - 1 {
			h.clock.Advance(8 * time.Hour)
			if status, _ := busy.me(); status != 200 {
				t.Fatal("a session in use ended early")
			}
		}
		h.clock.Advance(8 * time.Hour)
		if status, _ := busy.me(); status != 401 {
			t.Error("seven days did not end the session")
		}
	})
}

func TestSignInMakesANewToken(t *testing.T) {
	each(t, func(h *house) {
		b := h.browser()
		first := cookieOf(t, b.signIn("admin", password), "queqiao_session")
		second := cookieOf(t, b.signIn("admin", password), "queqiao_session")
		if first.Value == second.Value {
			t.Error("the token of before is used on")
		}
		if h.sessions() != 1 {
			t.Errorf("%d sessions, the first should have ended", h.sessions())
		}
		planted := h.browser()
		planted.header.Set("Cookie", "queqiao_session=planted-by-somebody")
		if got := cookieOf(t, planted.comesIn("admin", password), "queqiao_session"); got.Value == "planted-by-somebody" {
			t.Error("a planted token became a session")
		}
	})
}

func TestChangePassword(t *testing.T) {
	each(t, func(h *house) {
		here, elsewhere := h.browser(), h.browser()
		change := func(b *browser, current, next string) answer {
			return b.do("PUT", "/api/account/password", map[string]string{"current": current, "next": next})
		}
		change(here, password, "another good one").want(401, "unauthenticated")
		here.comesIn("admin", password)
		elsewhere.comesIn("admin", password)
		for field, passwords := range map[string][2]string{
			"current": {"not my password", "another good one"},
			"next":    {password, "short"},
		} {
			refused := change(here, passwords[0], passwords[1]).want(422, "invalid")
			if !strings.Contains(string(refused.body), `"field":"`+field+`"`) {
				t.Errorf("the refusal does not name %s: %s", field, refused.body)
			}
		}
		change(here, password, password).want(422, "invalid")
		change(here, password, "another good one").want(204, "")
		if status, _ := here.me(); status != 200 {
			t.Error("the browser that changed the password was signed out")
		}
		if status, _ := elsewhere.me(); status != 401 {
			t.Error("the other browser is still signed in")
		}
		elsewhere.signIn("admin", password).want(401, "unauthenticated")
		elsewhere.comesIn("admin", "another good one")
	})
}

func TestFounder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, "http://console.test", "")
		lines := h.account.Tell()
		if len(lines) != 2 || len(h.account.Tell()) != 0 {
			t.Fatalf("told %q, and again something", lines)
		}
		made := strings.Fields(strings.SplitAfter(lines[1], "password: ")[1])[0]
		made, _, _ = strings.Cut(made, "（")
		h.browser().comesIn("admin", made)
		var stored string
		h.must(d.Read().NewRaw(`SELECT password FROM account_account`).Scan(context.Background(), &stored))
		if !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(stored, made) {
			t.Errorf("stored as %q", stored)
		}

		again := open(t, d, "http://console.test", "some other password")
		if lines := again.account.Tell(); len(lines) != 0 {
			t.Errorf("the second start tells %q", lines)
		}
		again.browser().signIn("admin", "some other password").want(401, "unauthenticated")
		again.browser().comesIn("admin", made)
	}, sets()...)
}

func TestFounderIsOneWhenNodesStartTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, "http://console.test", password)
		h.must(d.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw(`DELETE FROM account_account`).Exec(ctx)
			return err
		}))
		var nodes sync.WaitGroup
		for range 4 {
			nodes.Go(func() {
				if err := h.account.Start(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		nodes.Wait()
		var n int
		h.must(d.Read().NewRaw(`SELECT count(*) FROM account_account`).Scan(context.Background(), &n))
		if n != 1 {
			t.Errorf("%d founders", n)
		}
	}, sets()...)
}

func TestWithoutACorpOnlyTheFounderComesIn(t *testing.T) {
	each(t, func(h *house) {
		b := h.browser()
		b.comesIn("admin", password)
		h.must(h.corps.Save(context.Background(), corp.Corp{ID: corpID, Name: "x", TimeZone: "Asia/Shanghai", Status: corp.Suspended}))
		// He has to be able to put it right, and can do nothing in the corp itself.
		nowhere := func() {
			t.Helper()
			if status, me := b.me(); status != 200 || me.Corp.ID != "" || strings.Join(me.Permissions, " ") != "installation.*" || me.Reach != viewer.Self {
				t.Errorf("the founder of a suspended corp: %d %+v", status, me)
			}
		}
		nowhere()
		b.comesIn("admin", password)
		nowhere()
		h.must(h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw(`UPDATE account_account SET founder = FALSE`).Exec(ctx)
			return err
		}))
		b.signIn("admin", password).want(409, "conflict")
		if status, _ := h.browser().me(); status != 401 {
			t.Errorf("somebody without a session: %d", status)
		}
	})
}

// cookieOf finds a cookie that an answer sets.
func cookieOf(t *testing.T, a answer, name string) *http.Cookie {
	t.Helper()
	for _, line := range a.header.Values("Set-Cookie") {
		if c, err := http.ParseSetCookie(line); err == nil && c.Name == name {
			return c
		}
	}
	t.Fatalf("no cookie %s in %d %q", name, a.status, a.header.Values("Set-Cookie"))
	return nil
}

// strip takes the reference out of a problem.
func strip(problem []byte) string {
	before, _, _ := strings.Cut(string(problem), `"reference"`)
	return before
}
