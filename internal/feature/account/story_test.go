package account_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/access"
	"github.com/queqiao-scrm/queqiao/internal/feature/account"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// phone is a browser in which somebody signs in on the simulated pages of WeCom.
type phone struct {
	t      *testing.T
	h      *apptest.House
	client *http.Client
}

func newPhone(t *testing.T, h *apptest.House) *phone {
	p := &phone{t: t, h: h, client: h.Client()}
	p.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return p
}

func (p *phone) send(method, to string, form url.Values) (int, http.Header, []byte) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, to, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if closed := response.Body.Close(); err != nil || closed != nil {
		p.t.Fatal(err, closed)
	}
	return response.StatusCode, response.Header, body
}

// scan signs in as a member on WeCom's page and gives where the browser comes out.
func (p *phone) scan(member string) string {
	p.t.Helper()
	_, header, _ := p.send("GET", p.h.URL+"/api/account/wecom/start?next=/churn", nil)
	page, err := url.Parse(header.Get("Location"))
	if err != nil {
		p.t.Fatal(err)
	}
	status, header, body := p.send("POST", p.h.WeCom+"/connect/oauth2/choose", url.Values{
		"q": {page.RawQuery}, "in_app": {"false"}, "who": {"m:" + p.h.Corp + ":" + member},
	})
	if status != http.StatusFound {
		p.t.Fatalf("WeCom's page answers %d: %s", status, body)
	}
	_, header, _ = p.send("GET", header.Get("Location"), nil)
	return header.Get("Location")
}

func (p *phone) me() (int, account.Me) {
	p.t.Helper()
	var me account.Me
	status, _, body := p.send("GET", p.h.URL+"/api/account/me", nil)
	if status == http.StatusOK {
		if err := json.Unmarshal(body, &me); err != nil {
			p.t.Fatal(err)
		}
	}
	return status, me
}

// TestStoryDisabled: who is disabled in WeCom is out at once, cannot come back in, and
// is not let in again by a session of before when he is enabled.
func TestStoryDisabled(t *testing.T) {
	apptest.Each(t, apptest.Options{Features: []feature.New{access.New, account.New}}, func(t *testing.T, h *apptest.House) {
		var member string
		err := h.App.DB.Read().NewRaw(`SELECT id FROM mirror_member WHERE corp_id = ? AND status = 1 ORDER BY id LIMIT 1`, h.Corp).Scan(t.Context(), &member)
		if err != nil {
			t.Fatal(err)
		}
		change := func(status int) {
			t.Helper()
			if _, err := h.Sim.ChangeMember(wecomsim.ChangeMember{Member: member, Status: &status}); err != nil {
				t.Fatal(err)
			}
			h.Settle()
		}
		before := newPhone(t, h)
		if to := before.scan(member); to != "/churn" {
			t.Fatalf("comes out at %s", to)
		}
		if status, me := before.me(); status != 200 || me.User.Member != member || me.Corp.ID != h.Corp {
			t.Fatalf("%d %+v", status, me)
		}

		change(wecom.MemberDisabled)
		if status, _ := before.me(); status != 401 {
			t.Errorf("still signed in: %d", status)
		}
		change(wecom.MemberActive)
		if status, _ := before.me(); status != 401 {
			t.Errorf("the session of before came back: %d", status)
		}
		if to := newPhone(t, h).scan(member); to != "/churn" {
			t.Errorf("enabled again, he comes out at %s", to)
		}
	})
}
