package account_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/queqiao-scrm/queqiao/internal/feature/account"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/wecom"
)

func (b *browser) sessions(path string) (list []account.SessionView, next string) {
	b.h.t.Helper()
	var out struct {
		Items []account.SessionView `json:"items"`
		Next  string                `json:"next"`
	}
	b.h.must(json.Unmarshal(b.do("GET", "/api/account/"+path, nil).want(200, "").body, &out))
	return out.Items, out.Next
}

func TestOwnSessions(t *testing.T) {
	each(t, func(h *house) {
		here, there := h.browser(), h.browser()
		here.agent, there.agent = "Firefox", "Edge"
		here.comesIn("admin", password)
		h.clock.Advance(10 * time.Minute)
		there.comesIn("admin", password)
		_, other := h.settled(there, "wangfang", "owner")
		list, _ := here.sessions("sessions")
		if len(list) != 2 || list[0].Name != "admin" || list[0].Method != "password" || list[0].Address != "127.0.0.1" {
			h.t.Fatalf("%+v", list)
		}
		agents := map[string]account.SessionView{}
		for _, s := range list {
			agents[s.Agent] = s
		}
		if !agents["Firefox"].Own || agents["Edge"].Own || agents["Edge"].CreatedAt != agents["Firefox"].CreatedAt+10*60*1000 {
			h.t.Errorf("%+v", list)
		}
		theirs, _ := other.sessions("sessions")
		here.do("DELETE", "/api/account/sessions/"+theirs[0].ID.String(), nil).want(404, "not_found")
		here.do("DELETE", "/api/account/sessions/"+agents["Edge"].ID.String(), nil).want(204, "")
		if status, _ := there.me(); status != 401 {
			h.t.Errorf("still signed in there: %d", status)
		}
		there.comesIn("admin", password)
		here.do("POST", "/api/account/sessions/end-others", nil).want(204, "")
		if status, _ := there.me(); status != 401 {
			h.t.Errorf("still signed in there: %d", status)
		}
		for name, b := range map[string]*browser{"here": here, "somebody else": other} {
			if status, _ := b.me(); status != 200 {
				h.t.Errorf("%s was signed out too", name)
			}
		}
	})
}

func TestEverybodysSessions(t *testing.T) {
	each(t, func(h *house) {
		h.member("LiLei", "李雷", 1)
		admin := h.admin()
		_, staff := h.settled(admin, "wangfang", "")
		lilei, again := h.browser(), h.browser()
		for i, b := range []*browser{lilei, again} {
			h.wecom.answers(string(rune('a'+i)), `{"errcode":0,"userid":"lilei"}`)
			if to := b.finish(b.start("/"), string(rune('a'+i))); to.Path != "/" {
				h.t.Fatalf("comes out at %s", to)
			}
		}
		list, _ := admin.sessions("everybody/sessions")
		if len(list) != 4 {
			h.t.Fatalf("%+v", list)
		}
		list, _ = admin.sessions("everybody/sessions?q=" + "%E6%9D%8E") // 李
		if len(list) != 2 || list[0].Name != "李雷" || list[0].Member != "LiLei" || list[0].Method != "wecom" {
			h.t.Fatalf("%+v", list)
		}
		if none, _ := admin.sessions("everybody/sessions?q=%25"); len(none) != 0 {
			h.t.Errorf("%% matches %+v", none)
		}
		first, next := admin.sessions("everybody/sessions?limit=3")
		rest, _ := admin.sessions("everybody/sessions?limit=3&after=" + next)
		if len(first) != 3 || len(rest) != 1 || next == "" {
			h.t.Errorf("pages of %d and %d", len(first), len(rest))
		}
		lilei.do("GET", "/api/account/everybody/sessions", nil).want(403, "forbidden")

		admin.do("DELETE", "/api/account/everybody/sessions/"+list[1].ID.String(), nil).want(204, "")
		admin.do("DELETE", "/api/account/everybody/sessions/"+list[1].ID.String(), nil).want(404, "not_found")
		one, _ := lilei.me()
		two, _ := again.me()
		if one+two != 401+200 {
			h.t.Errorf("%d and %d after one was ended", one, two)
		}
		admin.do("POST", "/api/account/everybody/sessions/"+list[0].ID.String()+"/all", nil).want(204, "")
		one, _ = lilei.me()
		two, _ = again.me()
		if one != 401 || two != 401 {
			h.t.Errorf("%d and %d after all were ended", one, two)
		}
		if status, _ := staff.me(); status != 200 {
			h.t.Error("somebody else was signed out")
		}
	})
}

// TestEndedSessionsEndNoPage: one that is over, but not removed yet, is not shown and hides
// none of those after it.
func TestEndedSessionsEndNoPage(t *testing.T) {
	each(t, func(h *house) {
		h.member("LiLei", "李雷", 1)
		admin, lilei := h.admin(), h.browser()
		h.wecom.answers("a", `{"errcode":0,"userid":"lilei"}`)
		lilei.finish(lilei.start("/"), "a")
		h.clock.Advance(time.Minute)
		a, _ := h.settled(admin, "wangfang", "")
		h.must(h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw(`UPDATE account_account SET disabled_at = 1 WHERE id = ?`, a.ID).Exec(ctx)
			return err
		}))
		names := map[string]int{}
		for next, more := "", true; more; more = next != "" {
			var list []account.SessionView
			list, next = admin.sessions("everybody/sessions?limit=1&after=" + next)
			for _, s := range list {
				names[s.Name]++
			}
		}
		if diff := cmp.Diff(map[string]int{"admin": 1, "李雷": 1}, names); diff != "" {
			h.t.Error(diff)
		}
	})
}

// TestSessionsOfAnotherCorpAreNotFound: neither listed nor ended.
func TestSessionsOfAnotherCorpAreNotFound(t *testing.T) {
	each(t, func(h *house) {
		admin := h.admin()
		_, neighbour := h.settled(admin, "wangfang", "owner")
		own, _ := neighbour.sessions("sessions")
		h.must(h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw(`UPDATE account_session SET corp_id = 'ww2' WHERE id = ?`, own[0].ID).Exec(ctx)
			return err
		}))
		if list, _ := admin.sessions("everybody/sessions"); len(list) != 1 {
			h.t.Errorf("%+v", list)
		}
		admin.do("DELETE", "/api/account/everybody/sessions/"+own[0].ID.String(), nil).want(404, "not_found")
		admin.do("POST", "/api/account/everybody/sessions/"+own[0].ID.String()+"/all", nil).want(404, "not_found")
	})
}

func TestPolicyEndsSessions(t *testing.T) {
	each(t, func(h *house) {
		admin := h.admin()
		put := func(idle, lifetime int) answer {
			return admin.do("PUT", "/api/account/policy", map[string]any{"idleMinutes": idle, "lifetimeHours": lifetime, "totpRequired": false})
		}
		for _, bad := range [][2]int{{14, 24}, {10081, 24}, {30, 0}, {30, 721}} {
			put(bad[0], bad[1]).want(422, "invalid")
		}
		put(30, 2).want(200, "")
		var p account.Policy
		h.must(json.Unmarshal(admin.do("GET", "/api/account/policy", nil).want(200, "").body, &p))
		if p.IdleMinutes != 30 || p.LifetimeHours != 2 {
			h.t.Errorf("%+v", p)
		}
		for range 5 {
			h.clock.Advance(20 * time.Minute)
			if status, _ := admin.me(); status != 200 {
				h.t.Fatal("a session in use ended early")
			}
		}
		h.clock.Advance(20 * time.Minute)
		if status, _ := admin.me(); status != 401 {
			h.t.Error("two hours did not end the session")
		}
		b := h.browser()
		if c := cookieOf(t, b.comesIn("admin", password), "queqiao_session"); c.MaxAge != 2*3600 {
			h.t.Errorf("the cookie lives for %d s", c.MaxAge)
		}
		h.clock.Advance(30 * time.Minute)
		if status, _ := b.me(); status != 401 {
			h.t.Error("half an idle hour did not end the session")
		}
		h.runs("account.prune")
		if n := h.sessions(); n != 0 {
			h.t.Errorf("%d sessions are left", n)
		}
	})
}

// stream opens a stream and gives a channel that closes when it ends.
func (b *browser) stream() <-chan struct{} {
	b.h.t.Helper()
	request, err := http.NewRequestWithContext(b.h.t.Context(), "GET", b.h.url+"/api/test/stream", nil)
	b.h.must(err)
	response, err := b.client.Do(request)
	b.h.must(err)
	if response.StatusCode != 200 {
		b.h.t.Fatalf("stream: %d", response.StatusCode)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
	}()
	return ended
}

// endsSoon fails unless the stream ends within two seconds.
func endsSoon(t testing.TB, ended <-chan struct{}) {
	t.Helper()
	select {
	case <-ended:
	case <-time.After(2 * time.Second):
		t.Error("the stream is still open after two seconds")
	}
}

func TestStreamsEndWithTheirSession(t *testing.T) {
	each(t, func(h *house) {
		admin := h.admin()
		a, b := h.settled(admin, "wangfang", "owner")
		for name, end := range map[string]func(){
			"signs out": func() { b.do("POST", "/api/account/sign-out", nil).want(204, "") },
			"disabled": func() {
				admin.do("PUT", "/api/account/accounts/"+a.ID.String()+"/state", map[string]bool{"disabled": true}).want(200, "")
				admin.do("PUT", "/api/account/accounts/"+a.ID.String()+"/state", map[string]bool{"disabled": false}).want(200, "")
			},
		} {
			b.comesIn("wangfang", chosen)
			others, ended := admin.stream(), b.stream()
			end()
			endsSoon(h.t, ended)
			select {
			case <-others:
				h.t.Errorf("%s: somebody else's stream ended too", name)
			default:
			}
		}
		// By time: nobody tells, the watch looks by itself.
		b.comesIn("wangfang", chosen)
		ended := b.stream()
		h.clock.Advance(7 * 24 * time.Hour)
		endsSoon(h.t, ended)
	})
}

// TestMemberLeavesOnTheOtherNode: two nodes on one PostgreSQL. What one of them hears ends
// session and stream on the other within two seconds.
func TestMemberLeavesOnTheOtherNode(t *testing.T) {
	dsn := dbtest.DSN(t, db.Postgres, sets()...)
	here, there := open(t, dbtest.OpenDSN(t, dsn), "http://console.test", password), open(t, dbtest.OpenDSN(t, dsn), "http://console.test", password)
	there.member("lilei", "李雷", 1)
	b := there.browser()
	there.wecom.answers("code", `{"errcode":0,"userid":"lilei"}`)
	if to := b.finish(b.start("/"), "code"); to.Path != "/" {
		t.Fatalf("comes out at %s", to)
	}
	ended := b.stream()
	here.member("lilei", "李雷", wecom.MemberDisabled)
	here.changed("lilei")
	endsSoon(t, ended) // the news is on its way to the other node
	if status, _ := b.me(); status != 401 {
		t.Errorf("the other node still lets him in: %d", status)
	}
	if list := b.do("GET", "/api/access/roles", nil).want(401, "unauthenticated"); strings.Contains(string(list.body), "roles") {
		t.Error("he still reads")
	}
}
