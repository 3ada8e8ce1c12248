package wecomsim_test

import (
	"bufio"
	"context"
	"fmt"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// status does a request and returns its HTTP status and body.
func (w *world) status(method, path, body string, edit func(*http.Request)) (int, string) {
	w.t.Helper()
	req, err := http.NewRequest(method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if edit != nil {
		edit(req)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

// TestControlStory plays the newcomer's story over HTTP alone.
func TestControlStory(t *testing.T) {
	w := newWorld(t, nil)
	r := w.listen(nil)
	do := func(method, path string, body any) m {
		t.Helper()
		out := w.raw(method, path, body)
		if out["error"] != nil {
			t.Fatalf("%s %s: %v", method, path, out["error"])
		}
		return out
	}
	if corp := do("GET", "/_sim/world", nil)["corps"].([]any)[0].(m); corp["corpid"] != w.corp.CorpID || len(corp["apps"].([]any)) != 4 {
		t.Errorf("world %v", corp)
	}
	members := do("GET", "/_sim/members", nil)["members"].([]any)
	member := members[0].(m)["userid"].(string)
	if got := do("GET", "/_sim/people?strangers=1&limit=2", nil); len(got["people"].([]any)) != 2 || got["next_after"] == 0.0 {
		t.Errorf("people %v", got)
	}
	person := do("POST", "/_sim/people", m{"name": "小明"})["id"].(string)
	way := w.way(member, "poster")
	ways := do("GET", "/_sim/contact-ways", nil)["contact_ways"].([]any)
	if len(ways) != 1 || ways[0].(m)["config_id"] != way {
		t.Errorf("ways %v", ways)
	}
	resp, err := http.Get(ways[0].(m)["image"].(string))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(resp.Body); err != nil {
		t.Errorf("QR code: %v", err)
	}
	_ = resp.Body.Close()
	scanned := do("POST", "/_sim/acts/scan", m{"person": person, "way": way})
	do("POST", "/_sim/settle", nil)
	if scanned["event"] != "add_external_contact" || len(r.texts()) != 1 {
		t.Errorf("scan %v, %d callbacks", scanned, len(r.texts()))
	}
	w.good("externalcontact/send_welcome_msg", m{"welcome_code": scanned["welcome_code"], "text": m{"content": "欢迎"}})
	chats := do("GET", "/_sim/people/"+person+"/chats", nil)["chats"].([]any)
	if len(chats) != 1 || chats[0].(m)["last"].(m)["text"] != "欢迎" {
		t.Errorf("chats %v", chats)
	}
	chat := do("GET", "/_sim/chats/"+url.PathEscape(chats[0].(m)["id"].(string)), nil)
	if n := len(chat["messages"].([]any)); n != 2 {
		t.Errorf("%d messages", n)
	}
	do("POST", "/_sim/acts/say", m{"person": person, "member": member, "text": "你好"})
	if got := do("GET", "/_sim/members/"+member+"/chats", nil)["chats"].([]any); got[0].(m)["last"].(m)["text"] != "你好" || got[0].(m)["title"] != "小明" {
		t.Errorf("member's chats %v", got)
	}
	if got := do("GET", "/_sim/members/"+member+"/contacts", nil)["contacts"].([]any); len(got) != 1 || got[0].(m)["state"] != "poster" {
		t.Errorf("contacts %v", got)
	}
	do("POST", "/_sim/acts/delete-member", m{"person": person, "member": member})
	if got := do("GET", "/_sim/people/"+person, nil)["follows"].([]any); got[0].(m)["by_customer"] != false {
		t.Errorf("follows %v", got)
	}
	if got := do("GET", "/_sim/callbacks", nil)["callbacks"].([]any); len(got) != 2 {
		t.Errorf("callbacks %v", got)
	}
	id := do("POST", "/_sim/faults", m{"kind": "busy", "path": "/cgi-bin/getcallbackip"})["id"].(string)
	w.bad(-1, "getcallbackip", nil)
	do("DELETE", "/_sim/faults/"+id, nil)
	w.good("getcallbackip", nil)
	if got := do("GET", "/_sim/calls/counters", nil)["/cgi-bin/getcallbackip"].(m); got["calls"] != 2.0 || got["failed"] != 1.0 {
		t.Errorf("counters %v", got)
	}
	for _, c := range do("GET", "/_sim/calls", nil)["calls"].([]any) {
		if strings.Contains(fmt.Sprint(c), w.token) {
			t.Error("the log of calls tells a token")
		}
	}
	before := w.sim.Clock().Now()
	do("POST", "/_sim/clock", m{"advance": "20s"})
	if got := w.sim.Clock().Now().Sub(before); got.Seconds() != 20 {
		t.Errorf("the clock moved by %v", got)
	}
	for _, path := range []string{"/_sim/departments", "/_sim/groups", "/_sim/tags", "/_sim/members/" + member, "/_sim/members/" + member + "/app-messages", "/_sim/clock", "/_sim/faults", "/_sim"} {
		do("GET", path, nil)
	}
	if out := do("PATCH", "/_sim/apps/contacts_sync", m{"callback_url": r.server.URL}); out["callback_url"] != r.server.URL {
		t.Errorf("patched %v", out)
	}
	if out := do("POST", "/_sim/corps", m{"name": "第二家"}); out["members"] != 3.0 {
		t.Errorf("second corp %v", out)
	}
	do("POST", "/_sim/reset", m{"members": 2})
	if got := do("GET", "/_sim/members", nil)["members"].([]any); len(got) != 2 {
		t.Errorf("after reset %d members", len(got))
	}
}

// TestControlRefuses: bad requests get a clear answer.
func TestControlRefuses(t *testing.T) {
	w := newWorld(t, nil)
	for name, c := range map[string]struct {
		method, path, body string
		edit               func(*http.Request)
		status             int
		says               string
	}{
		"unknown route":   {"GET", "/_sim/nonsense", "", nil, 404, "GET /_sim lists all"},
		"unknown person":  {"POST", "/_sim/acts/scan", `{"person":"x","way":"y"}`, nil, 404, "person"},
		"misspelt field":  {"POST", "/_sim/acts/scan", `{"persn":"x"}`, nil, 400, "persn"},
		"bad JSON":        {"POST", "/_sim/acts/scan", `{`, nil, 400, "bad JSON"},
		"bad fault":       {"POST", "/_sim/faults", `{"kind":"x"}`, nil, 400, "kind"},
		"bad duration":    {"POST", "/_sim/clock", `{"advance":"soon"}`, nil, 400, "advance"},
		"bad limit":       {"GET", "/_sim/people?limit=x", "", nil, 400, "limit"},
		"unknown corp":    {"GET", "/_sim/members?corp=x", "", nil, 404, "corp"},
		"too large":       {"POST", "/_sim/reset", `{"customers":100000000}`, nil, 400, "large"},
		"no snapshot":     {"POST", "/_sim/snapshot", "nonsense", nil, 400, "snapshot"},
		"foreign page":    {"POST", "/_sim/reset", "{}", func(r *http.Request) { r.Header.Set("Origin", "https://example.com") }, 403, "other sites"},
		"foreign name":    {"GET", "/_sim/world", "", func(r *http.Request) { r.Host = "example.com" }, 403, "loopback"},
		"QR without text": {"GET", "/_sim/qr", "", nil, 400, "text"},
	} {
		status, body := w.status(c.method, c.path, c.body, c.edit)
		if status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	guarded := newWorld(t, func(o *wecomsim.Options) { o.ControlToken = "let-me-in" })
	if status, _ := guarded.status("GET", "/_sim/world", "", nil); status != 403 {
		t.Errorf("without token: %d", status)
	}
	if status, _ := guarded.status("GET", "/_sim/world", "", func(r *http.Request) {
		r.Header.Set("Authorization", "Bearer let-me-in")
		r.Host = "sim.example.com"
	}); status != 200 {
		t.Errorf("with token: %d", status)
	}
	req := httptest.NewRequest(http.MethodGet, "http://localhost/_sim/world", nil) // comes from 192.0.2.1
	rec := httptest.NewRecorder()
	w.sim.Handler().ServeHTTP(rec, req)
	if rec.Code != 403 {
		t.Errorf("from another machine: %d", rec.Code)
	}
}

// TestEveryRouteIsDocumented: README.md names every control route.
func TestEveryRouteIsDocumented(t *testing.T) {
	w := newWorld(t, nil)
	text := readme(t)
	for _, x := range w.raw("GET", "/_sim", nil)["routes"].([]any) {
		route := x.(m)
		if !strings.Contains(text, route["path"].(string)) {
			t.Errorf("README.md does not tell of %s %s", route["method"], route["path"])
		}
	}
}

// TestChangesStream: listeners hear of changes and can resume.
func TestChangesStream(t *testing.T) {
	w := newWorld(t, nil)
	read := func(last string, n int) []string {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+"/_sim/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Last-Event-ID", last)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		if last == "" { // only what comes now
			w.person("甲")
			w.person("乙")
		}
		var got []string
		lines := bufio.NewScanner(resp.Body)
		for len(got) < n && lines.Scan() {
			if id, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
				got = append(got, id)
			}
		}
		return got
	}
	live := read("", 2)
	if len(live) != 2 {
		t.Fatalf("heard %v", live)
	}
	if again := read(live[0], 1); len(again) != 1 || again[0] != live[1] {
		t.Errorf("after %s heard %v, want %s", live[0], again, live[1])
	}
}

func TestScanPage(t *testing.T) {
	w := newWorld(t, nil)
	way := w.way(w.members()[0], "")
	if status, body := w.status("GET", "/q/"+way, "", nil); status != 200 || !strings.Contains(body, `name="person"`) {
		t.Errorf("page: %d %s", status, body)
	}
	resp, err := http.PostForm(w.url+"/q/"+way, url.Values{"person": {w.person("小明")}})
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != 200 || w.sim.Describe("").Corps[0].Follows != 1 {
		t.Errorf("scan by page: %s", resp.Status)
	}
	if status, _ := w.status("GET", "/q/nonsense", "", nil); status != 404 {
		t.Errorf("unknown code: %d", status)
	}
	person := must(w.sim.AddPerson(wecomsim.NewPerson{Name: "<script>"}))(t)
	if status, body := w.status("GET", person.Avatar, "", nil); status != 200 || strings.Contains(body, "<script") || !strings.HasPrefix(body, "<svg") {
		t.Errorf("avatar: %d %s", status, body)
	}
}

// TestManyClients: 64 clients read, write and act at the same time.
func TestManyClients(t *testing.T) {
	w := demo(t)
	w.listen(nil)
	users := w.good("externalcontact/get_follow_user_list", nil)["follow_user"].([]any)
	member := users[0].(string)
	way := w.way(member, "rush")
	var wait sync.WaitGroup
	for i := range 64 {
		wait.Go(func() {
			p, err := w.sim.AddPerson(wecomsim.NewPerson{Name: fmt.Sprint("客", i)})
			if err != nil {
				t.Error(err)
				return
			}
			r, err := w.sim.Scan(wecomsim.Scan{Person: p.ID, Way: way})
			if err != nil {
				t.Error(err)
				return
			}
			for path, in := range map[string]m{
				"externalcontact/batch/get_by_user":  {"userid_list": users, "limit": 100},
				"externalcontact/send_welcome_msg":   {"welcome_code": r.WelcomeCode, "text": m{"content": "欢迎"}},
				"externalcontact/get":                {"external_userid": r.ExternalUserID},
				"externalcontact/remark":             {"userid": member, "external_userid": r.ExternalUserID, "remark": "并发"},
				"externalcontact/update_contact_way": {"config_id": way, "remark": fmt.Sprint(i)},
			} {
				if out := w.call(path, in); errcode(out) != 0 {
					t.Errorf("%s: %v", path, out)
				}
			}
		})
	}
	wait.Wait()
	w.settle()
	checkInvariants(t, w.sim)
	if n := len(w.sim.Deliveries(0)); n != 64 {
		t.Errorf("%d callbacks, want 64", n)
	}
}
