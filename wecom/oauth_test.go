package wecom_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/internal/samples"
)

func TestSignInAddresses(t *testing.T) {
	s := newServer(t, fine)
	c := newClient(t, s, nil)
	const redirect = "https://scrm.example.com/login/back?next=/客户&x=1"

	got, err := c.AuthorizeURL(redirect, wecom.ScopePrivateInfo, "Ab9")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(got)
	if err != nil {
		t.Fatal(err)
	}
	if u.Scheme+"://"+u.Host+u.Path != "https://open.weixin.qq.com/connect/oauth2/authorize" || u.Fragment != "wechat_redirect" {
		t.Errorf("in-app address %s", got)
	}
	q := u.Query()
	if q.Get("appid") != corpID || q.Get("redirect_uri") != redirect || q.Get("response_type") != "code" ||
		q.Get("scope") != "snsapi_privateinfo" || q.Get("state") != "Ab9" || q.Get("agentid") != "1000021" {
		t.Errorf("in-app query %v", q)
	}

	if got, err = c.LoginURL(redirect, "Ab9", "en"); err != nil {
		t.Fatal(err)
	}
	if u, err = url.Parse(got); err != nil {
		t.Fatal(err)
	}
	q = u.Query()
	if u.Scheme+"://"+u.Host+u.Path != "https://login.work.weixin.qq.com/wwlogin/sso/login" || q.Get("login_type") != "CorpApp" ||
		q.Get("appid") != corpID || q.Get("agentid") != "1000021" || q.Get("redirect_uri") != redirect || q.Get("state") != "Ab9" || q.Get("lang") != "en" {
		t.Errorf("login address %s", got)
	}

	moved := newClient(t, s, func(o *wecom.Options) {
		o.AuthorizeBaseURL, o.LoginBaseURL = "http://127.0.0.1:8090/", "http://127.0.0.1:8090"
	})
	if got, _ := moved.AuthorizeURL(redirect, wecom.ScopeBase, "1"); !strings.HasPrefix(got, "http://127.0.0.1:8090/connect/oauth2/authorize?") {
		t.Errorf("moved to %s", got)
	}
	for _, state := range []string{"", "a b", "a-b", "中", strings.Repeat("a", 129)} {
		if _, err := c.AuthorizeURL(redirect, wecom.ScopeBase, state); err == nil {
			t.Errorf("in-app state %q was accepted", state)
		}
		if _, err := c.LoginURL(redirect, state, ""); err == nil {
			t.Errorf("login state %q was accepted", state)
		}
	}
}

func TestPagesAreSigned(t *testing.T) {
	fetched := map[string]int{}
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		fetched[r.URL.Path+"?type="+r.URL.Query().Get("type")]++
		_ = json.NewEncoder(w).Encode(map[string]any{"errcode": 0, "errmsg": "ok", "ticket": "T" + r.URL.Query().Get("type"), "expires_in": 7200})
	})
	clock := newFakeClock()
	c := newClient(t, s, func(o *wecom.Options) { o.Clock = clock })
	const page = "https://scrm.example.com/s?a=b%20c&d"
	for range 3 {
		config, err := c.SignConfig(t.Context(), page+"#/chat")
		if err != nil {
			t.Fatal(err)
		}
		agent, err := c.SignAgentConfig(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		if config.Timestamp != clock.Now().Unix() || len(config.NonceStr) < 16 || config.NonceStr == agent.NonceStr {
			t.Errorf("%+v and %+v", config, agent)
		}
		if config.Signature != wecom.SignJSAPI("T", config.NonceStr, config.Timestamp, page) {
			t.Error("the page for wx.config is signed wrongly")
		}
		if agent.Signature != wecom.SignJSAPI("Tagent_config", agent.NonceStr, agent.Timestamp, page) {
			t.Error("the page for wx.agentConfig is signed wrongly")
		}
	}
	if fetched["/cgi-bin/get_jsapi_ticket?type="] != 1 || fetched["/cgi-bin/ticket/get?type=agent_config"] != 1 {
		t.Errorf("fetched %v", fetched)
	}

	s.answer = func(w http.ResponseWriter, _ *http.Request) { reply(w, 48002, "no") }
	signature, err := newClient(t, s, nil).SignConfig(t.Context(), page)
	if !wecom.IsConfig(err) || signature != (wecom.JSSignature{}) {
		t.Errorf("without a ticket: %+v, %v", signature, err)
	}
}

// TestOfficialSignature is §5 of the known-answer vectors, read in place.
func TestOfficialSignature(t *testing.T) {
	_, section, found := strings.Cut(string(samples.Read(t, "crypto-vectors.md")), "## 5. JS-SDK signature")
	if !found {
		t.Fatal("there is no §5")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	parts := strings.Split(section, "`") // texts in back quotes: ticket, noncestr, timestamp, url, signature
	if len(parts) < 10 {
		t.Fatalf("§5 reads %q", section)
	}
	if got := wecom.SignJSAPI(parts[1], parts[3], 1414587457, parts[7]); parts[5] != "1414587457" || got != parts[9] {
		t.Errorf("got %s, want %s", got, parts[9])
	}
}

// TestOwnSignature holds without the official vector.
func TestOwnSignature(t *testing.T) {
	// printf 'jsapi_ticket=TICKET&noncestr=NONCE&timestamp=1779238800&url=https://scrm.example.com/?a=1' | sha1sum
	const want = "e2819f35bab718e547fabf08cb65599ebe3430a6"
	if got := wecom.SignJSAPI("TICKET", "NONCE", 1779238800, "https://scrm.example.com/?a=1#top"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
