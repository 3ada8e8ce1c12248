package account_test

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature/account"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/wecom"
)

const insideAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) wxwork/4.1.30 MicroMessenger/7.0.1"

// start begins a sign-in by WeCom and gives the address of WeCom's page.
func (b *browser) start(next string) *url.URL {
	b.h.t.Helper()
	return b.do("GET", "/api/account/wecom/start?next="+url.QueryEscape(next), nil).goesTo()
}

// back is WeCom sending the browser back.
func (b *browser) back(query url.Values) answer {
	b.h.t.Helper()
	return b.do("GET", "/api/account/wecom/callback?"+query.Encode(), nil)
}

// finish comes back from WeCom's page with a code and gives where the browser comes out.
func (b *browser) finish(page *url.URL, code string) *url.URL {
	b.h.t.Helper()
	return b.back(url.Values{"code": {code}, "state": {page.Query().Get("state")}}).goesTo()
}

func isUser(userid string) string { return `{"errcode":0,"errmsg":"ok","userid":"` + userid + `"}` }

func TestScanLogin(t *testing.T) {
	each(t, func(h *house) {
		h.member("WangFang", "王芳", wecom.MemberActive)
		h.wecom.answers("code-1", isUser("wangfang")) // WeCom compares without case
		b := h.browser()
		page := b.start("/customer?tag=a")
		if page.Host != "login.test" || page.Path != "/wwlogin/sso/login" {
			t.Fatalf("goes to %s", page)
		}
		q := page.Query()
		if q.Get("appid") != corpID || q.Get("agentid") != "1000002" || q.Get("login_type") != "CorpApp" ||
			q.Get("redirect_uri") != "http://console.test/api/account/wecom/callback" {
			t.Errorf("asks with %v", q)
		}
		to := b.back(url.Values{"code": {"code-1"}, "state": {q.Get("state")}}).goesTo()
		if to.String() != "/customer?tag=a" {
			t.Errorf("comes out at %s", to)
		}
		status, me := b.me()
		if status != 200 || me.User.Name != "王芳" || me.User.ID != "WangFang" || me.User.Member != "WangFang" || me.User.Method != "wecom" {
			t.Fatalf("me: %d %+v", status, me)
		}
		if !slices.Equal(me.Roles, []string{"staff"}) || len(me.Menu) != 0 {
			t.Errorf("rights %+v", me)
		}
		if !slices.Equal(h.wecom.exchanged, []string{"code-1"}) {
			t.Errorf("exchanged %v", h.wecom.exchanged)
		}
		b.do("PUT", "/api/account/password", map[string]string{"current": "x", "next": "something new"}).want(409, "conflict")

		// The same address again: the attempt is over, the code is not sent a second time.
		to = b.back(url.Values{"code": {"code-1"}, "state": {q.Get("state")}}).goesTo()
		if to.Query().Get("problem") != "expired" || len(h.wecom.exchanged) != 1 {
			t.Errorf("the second time: %s, exchanged %v", to, h.wecom.exchanged)
		}
	})
}

func TestInAppLogin(t *testing.T) {
	each(t, func(h *house) {
		h.member("li", "李雷", wecom.MemberActive)
		h.wecom.answers("code-2", isUser("li"))
		b := h.browser()
		b.agent = insideAgent
		page := b.start("/")
		if page.Host != "open.test" || page.Path != "/connect/oauth2/authorize" || page.Fragment != "wechat_redirect" ||
			page.Query().Get("scope") != "snsapi_base" {
			t.Fatalf("goes to %s", page)
		}
		if to := b.back(url.Values{"code": {"code-2"}, "state": {page.Query().Get("state")}}).goesTo(); to.String() != "/" {
			t.Errorf("comes out at %s", to)
		}
		if status, _ := b.me(); status != 200 {
			t.Error("not signed in")
		}
	})
}

func TestWeComLoginThatComesToNothing(t *testing.T) {
	each(t, func(h *house) {
		h.member("disabled", "钱七", wecom.MemberDisabled)
		h.wecom.answers("visitor", `{"errcode":0,"errmsg":"ok","openid":"o1","external_userid":"wm1"}`)
		h.wecom.answers("stranger", isUser("stranger"))
		h.wecom.answers("disabled", isUser("disabled"))
		h.wecom.answers("range", `{"errcode":60020,"errmsg":"not allow to access from your ip"}`)
		for name, c := range map[string]struct {
			change  func(q url.Values)
			late    time.Duration
			problem string
			asked   bool // WeCom was asked
		}{
			"declined":                  {func(q url.Values) { q.Del("code") }, 0, "declined", false},
			"another state":             {func(q url.Values) { q.Set("state", strings.Repeat("a", 32)) }, 0, "expired", false},
			"no state":                  {func(q url.Values) { q.Del("state") }, 0, "expired", false},
			"ten minutes later":         {func(url.Values) {}, 10 * time.Minute, "expired", false},
			"a code WeCom refuses":      {func(q url.Values) { q.Set("code", "made-up") }, 0, "expired", true},
			"a visitor":                 {func(q url.Values) { q.Set("code", "visitor") }, 0, "notMember", true},
			"a member we do not know":   {func(q url.Values) { q.Set("code", "stranger") }, 0, "notMember", true},
			"a disabled member":         {func(q url.Values) { q.Set("code", "disabled") }, 0, "inactive", true},
			"WeCom refuses our address": {func(q url.Values) { q.Set("code", "range") }, 0, "upstream", true},
		} {
			t.Run(name, func(t *testing.T) {
				before := len(h.wecom.exchanged)
				b := h.browser()
				q := url.Values{"code": {"x"}, "state": {b.start("/churn").Query().Get("state")}}
				h.clock.Advance(c.late)
				c.change(q)
				to := b.back(q).goesTo()
				if to.Path != "/sign-in" || to.Query().Get("problem") != c.problem || to.Query().Has("code") {
					t.Errorf("comes out at %s, want the problem %q", to, c.problem)
				}
				if c.problem != "expired" && to.Query().Get("next") != "/churn" {
					t.Errorf("forgot where to go: %s", to)
				}
				if asked := len(h.wecom.exchanged) > before; asked != c.asked {
					t.Errorf("WeCom asked: %v, want %v", asked, c.asked)
				}
				if status, _ := b.me(); status != 401 || h.sessions() != 0 {
					t.Error("somebody came in")
				}
			})
		}
	})
}

// TestAnOfficeSignsInAtOnce: hundreds come from one address in the morning; who sends codes
// that are none is slowed.
func TestAnOfficeSignsInAtOnce(t *testing.T) {
	each(t, func(h *house) {
		h.member("WangFang", "王芳", wecom.MemberActive)
		b := h.browser()
		for i := range 150 {
			code := "office-" + strconv.Itoa(i)
			h.wecom.answers(code, isUser("WangFang"))
			if to := b.finish(b.start("/customer"), code); to.Path != "/customer" {
				t.Fatalf("sign-in %d comes out at %s", i, to)
			}
		}
		problem := ""
		for tries := 0; problem != "limited"; tries++ {
			if tries > 60 {
				t.Fatalf("still exchanging after %d wrong codes: %s", tries, problem)
			}
			problem = b.finish(b.start("/"), "wrong").Query().Get("problem")
		}
	})
}

func TestWeComLoginIsBoundToTheBrowser(t *testing.T) {
	each(t, func(h *house) {
		h.member("li", "李雷", wecom.MemberActive)
		h.wecom.answers("code-3", isUser("li"))
		attacker, victim := h.browser(), h.browser()
		state := attacker.start("/").Query().Get("state")
		// The attacker sends his own half-finished sign-in to somebody else.
		to := victim.back(url.Values{"code": {"code-3"}, "state": {state}}).goesTo()
		if to.Query().Get("problem") != "expired" || len(h.wecom.exchanged) != 0 {
			t.Errorf("another browser finished it: %s", to)
		}
		forged := h.browser()
		forged.header.Set("Cookie", `queqiao_wecom={"state":"`+state+`"}`)
		if to := forged.back(url.Values{"code": {"code-3"}, "state": {state}}).goesTo(); to.Query().Get("problem") != "expired" {
			t.Errorf("a forged cookie was taken: %s", to)
		}
	})
}

func TestWeComLoginLeadsOnlyToOurPages(t *testing.T) {
	each(t, func(h *house) {
		h.member("li", "李雷", wecom.MemberActive)
		for i, next := range []string{"//evil.example", "https://evil.example/", "/\\evil.example", "/api/account/sign-out"} {
			code := "next-" + string(rune('a'+i))
			h.wecom.answers(code, isUser("li"))
			b := h.browser()
			state := b.start(next).Query().Get("state")
			if to := b.back(url.Values{"code": {code}, "state": {state}}).goesTo(); to.String() != "/" {
				t.Errorf("%q leads to %s", next, to)
			}
		}
	})
}

func TestLeaversLoseTheirSessions(t *testing.T) {
	each(t, func(h *house) {
		for name, c := range map[string]struct {
			status int
			stays  bool
		}{
			"renamed":  {wecom.MemberActive, true},
			"disabled": {wecom.MemberDisabled, false},
			"left":     {wecom.MemberLeft, false},
		} {
			h.member("li", "李雷", wecom.MemberActive)
			h.changed("li")
			code := "leaver-" + name
			h.wecom.answers(code, isUser("li"))
			b := h.browser()
			b.back(url.Values{"code": {code}, "state": {b.start("/").Query().Get("state")}}).goesTo()
			if status, _ := b.me(); status != 200 {
				t.Fatalf("%s: not signed in", name)
			}
			h.member("li", "李雷", c.status)
			h.changed("LI")
			if stays := h.sessions() == 1; stays != c.stays {
				t.Errorf("%s: session stays: %v", name, stays)
			}
			// It is on record that the program did it, and only when it did.
			told := h.audited.last()
			if by := told.Operation == "account.memberEnds"; by == c.stays || by && (told.Actor != "system" || told.Corp != corpID || len(told.Changes) != 1) {
				t.Errorf("%s: the record says %+v", name, told)
			}
			b.do("POST", "/api/account/sign-out", nil)
		}
	})
}

func TestMethods(t *testing.T) {
	each(t, func(h *house) {
		var m account.Methods
		h.must(json.Unmarshal(h.browser().do("GET", "/api/account/methods", nil).want(200, "").body, &m))
		if !m.Local || !m.WeCom {
			t.Errorf("%+v", m)
		}
		h.must(h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw(`DELETE FROM corp_app`).Exec(ctx)
			return err
		}))
		h.clock.Advance(time.Minute)
		h.must(json.Unmarshal(h.browser().do("GET", "/api/account/methods", nil).want(200, "").body, &m))
		if m.WeCom {
			t.Error("scanning is offered without an app")
		}
		if to := h.browser().start("/"); to.Path != "/sign-in" || to.Query().Get("problem") != "notReady" {
			t.Errorf("without an app it starts at %s", to)
		}
	})
}

func TestCookiesAreSecureWithHTTPS(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, "https://scrm.test", password)
		b := h.browser()
		if !cookieOf(t, b.comesIn("admin", password), "__Host-queqiao_session").Secure {
			t.Error("the session cookie is not secure")
		}
		if !cookieOf(t, b.do("GET", "/api/account/wecom/start", nil), "queqiao_wecom").Secure {
			t.Error("the attempt's cookie is not secure")
		}
	}, sets()...)
}
