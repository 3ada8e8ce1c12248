package wecomsim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// long makes text of n characters that are three bytes each.
func long(n int) string { return strings.Repeat("字", n) }

func TestTokens(t *testing.T) {
	w := newWorld(t, nil)
	corp, secret := w.corp.CorpID, w.corp.Apps[firstApp].Secret
	get := func(query string) m { return w.raw(http.MethodGet, "/cgi-bin/gettoken?"+query, nil) }
	for query, code := range map[string]int{
		"corpsecret=" + secret:                     41002,
		"corpid=" + corp:                           41004,
		"corpid=ww1&corpsecret=" + secret:          40013,
		"corpid=" + corp + "&corpsecret=wrong":     40001,
		"corpid=" + corp + "&corpsecret=" + secret: 0,
	} {
		if out := get(query); errcode(out) != code {
			t.Errorf("gettoken %s: %v, want %d", query, out, code)
		}
	}
	w.sim.Clock().Advance(time.Hour)
	again := get("corpid=" + corp + "&corpsecret=" + secret)
	if again["access_token"] != w.token || again["expires_in"] != 3600.0 {
		t.Errorf("while valid: %v, want the same token for 3600 s", again)
	}
	if other := w.tokenOf(secondApp); other == w.token {
		t.Error("two apps share a token")
	}
	w.sim.Clock().Advance(time.Hour)
	w.bad(42001, "getcallbackip", nil)
	if w.tokenOf(firstApp) == w.token {
		t.Error("an expired token is handed out again")
	}
	fresh := *w
	fresh.token = w.tokenOf(firstApp)
	fresh.good("getcallbackip", nil)
	w.sim.RevokeTokens()
	fresh.bad(42001, "getcallbackip", nil)
	fresh.token = "nonsense"
	fresh.bad(40014, "getcallbackip", nil)
	fresh.token = ""
	fresh.bad(41001, "getcallbackip", nil)
}

func TestWrongSecretsBlockTheAddress(t *testing.T) {
	w := newWorld(t, nil)
	wrong := "/cgi-bin/gettoken?corpid=" + w.corp.CorpID + "&corpsecret=wrong"
	right := "/cgi-bin/gettoken?corpid=" + w.corp.CorpID + "&corpsecret=" + w.corp.Apps[0].Secret
	for range 4 {
		w.raw(http.MethodGet, wrong, nil)
	}
	if code := errcode(w.raw(http.MethodGet, right, nil)); code != 0 {
		t.Fatalf("blocked too early: %d", code)
	}
	for range 5 {
		w.raw(http.MethodGet, wrong, nil)
	}
	if code := errcode(w.raw(http.MethodGet, right, nil)); code != 45009 {
		t.Errorf("after five in a row: %d, want 45009", code)
	}
	w.good("getcallbackip", nil) // tokens at hand go on working
	w.sim.Clock().Advance(time.Hour)
	if code := errcode(w.raw(http.MethodGet, right, nil)); code != 0 {
		t.Errorf("after an hour: %d", code)
	}
}

// TestPermissions: which secret may call what.
func TestPermissions(t *testing.T) {
	w := newWorld(t, nil)
	sync, system := w.as(syncSecret), w.as(systemSecret)
	w.bad(48002, "user/list_id", nil)
	w.bad(48002, "user/create", m{"userid": "x", "name": "x", "mobile": "13900000099"})
	sync.good("user/list_id", nil)
	sync.bad(48009, "user/get", m{"userid": w.members()[0]})
	sync.bad(48009, "user/list", m{"department_id": "1"})
	sync.good("department/simplelist", nil)
	sync.bad(48002, "externalcontact/get_follow_user_list", nil)
	sync.bad(48002, "message/send", m{"touser": "@all", "msgtype": "text", "text": m{"content": "x"}})
	system.good("externalcontact/get_follow_user_list", nil)
	system.bad(48002, "user/get", m{"userid": w.members()[0]})
	second := w.as(secondApp)
	second.bad(48002, "externalcontact/contact_list", nil)
	no := false
	must(w.sim.ChangeApp(wecomsim.SecondAgentID, wecomsim.AppPatch{CustomerContact: &no}))(t)
	second.bad(48002, "externalcontact/get_follow_user_list", nil)
	must(w.sim.ChangeApp(wecomsim.SecondAgentID, wecomsim.AppPatch{Enabled: &no}))(t)
	second.bad(50003, "user/get", m{"userid": w.members()[0]})
	nobody := []string{"10.0.0.1"}
	must(w.sim.ChangeApp(wecomsim.DefaultAgentID, wecomsim.AppPatch{TrustedIPs: &nobody}))(t)
	w.bad(60020, "getcallbackip", nil)
}

func TestRequestsInGeneral(t *testing.T) {
	w := newWorld(t, nil)
	token := "?access_token=" + w.token
	for name, c := range map[string]struct {
		method, path string
		body         any
		code         int
	}{
		"POST to a GET":   {http.MethodPost, "/cgi-bin/user/get" + token, "{}", 43001},
		"GET of a POST":   {http.MethodGet, "/cgi-bin/externalcontact/remark" + token, nil, 43002},
		"no JSON":         {http.MethodPost, "/cgi-bin/externalcontact/remark" + token, "{", 47001},
		"no body":         {http.MethodPost, "/cgi-bin/externalcontact/remark" + token, "", 47001},
		"wrong type":      {http.MethodPost, "/cgi-bin/externalcontact/remark" + token, `{"userid":1}`, 47001},
		"not UTF-8":       {http.MethodPost, "/cgi-bin/externalcontact/remark" + token, "{\"userid\":\"\xff\"}", 47001},
		"too large":       {http.MethodPost, "/cgi-bin/externalcontact/remark" + token, `"` + strings.Repeat("x", 1<<20) + `"`, 45002},
		"unknown path":    {http.MethodGet, "/cgi-bin/nonsense" + token, nil, 40058},
		"token in header": {http.MethodGet, "/cgi-bin/getcallbackip", nil, 41001},
	} {
		if out := w.raw(c.method, c.path, c.body); errcode(out) != c.code {
			t.Errorf("%s: %v, want %d", name, out, c.code)
		}
	}
}

func TestFrequency(t *testing.T) {
	w := newWorld(t, func(o *wecomsim.Options) {
		o.Limits = &wecomsim.Limits{CorpMinute: 3, CorpHour: 5, TicketAppHour: 2}
	})
	call := func() int { return errcode(w.call("getcallbackip", nil)) }
	for i, want := range []int{0, 0, 0, 45009, 45009} {
		if got := call(); got != want {
			t.Errorf("call %d: %d, want %d", i, got, want)
		}
	}
	w.good("get_api_domain_ip", nil) // another API is not concerned
	w.sim.Clock().Advance(59 * time.Second)
	if got := call(); got != 45009 {
		t.Errorf("before the punishment ends: %d", got)
	}
	w.sim.Clock().Advance(2 * time.Second)
	if a, b, c := call(), call(), call(); a != 0 || b != 0 || c != 45009 {
		t.Errorf("after a minute: %d %d %d, want the hour's limit after 5 calls", a, b, c)
	}
	w.sim.Clock().Advance(59 * time.Minute)
	if got := call(); got != 45009 {
		t.Errorf("before the hour's punishment ends: %d", got)
	}
	w.sim.Clock().Advance(2 * time.Minute)
	w.token = w.tokenOf(firstApp)
	if got := call(); got != 0 {
		t.Errorf("after the hour: %d", got)
	}
	for i, want := range []int{0, 0, 45009} {
		if got := errcode(w.call("get_jsapi_ticket", nil)); got != want {
			t.Errorf("ticket %d: %d, want %d", i, got, want)
		}
	}
}

func TestConcurrency(t *testing.T) {
	w := newWorld(t, func(o *wecomsim.Options) {
		o.Limits = &wecomsim.Limits{Concurrent: 1}
		o.WelcomeDelay = time.Second
	})
	_, r := w.friends("甲", w.members()[0])
	send := m{"welcome_code": r.WelcomeCode, "text": m{"content": "你好"}}
	answers := make(chan int, 2)
	for range 2 {
		go func() { answers <- errcode(w.call("externalcontact/send_welcome_msg", send)) }()
	}
	// One of them waits on the still clock, so the other must be refused.
	if code := <-answers; code != 45033 {
		t.Fatalf("the second call: %d, want 45033", code)
	}
	waitFor(t, func() bool {
		w.sim.Clock().Advance(time.Second)
		select {
		case code := <-answers:
			return code == 0
		default:
			return false
		}
	})
}

func TestTickets(t *testing.T) {
	w := newWorld(t, nil)
	corp := w.good("get_jsapi_ticket", nil)["ticket"]
	app := w.good("ticket/get", m{"type": "agent_config"})["ticket"]
	if corp == app {
		t.Error("corp and app share a ticket")
	}
	other := w.as(secondApp)
	if other.good("get_jsapi_ticket", nil)["ticket"] != corp || other.good("ticket/get", m{"type": "agent_config"})["ticket"] == app {
		t.Error("the corp ticket belongs to the corp, the app ticket to the app")
	}
	w.bad(40058, "ticket/get", m{"type": "jsapi"})
	w.sim.Clock().Advance(2 * time.Hour)
	w.token = w.tokenOf(firstApp)
	if w.good("get_jsapi_ticket", nil)["ticket"] == corp {
		t.Error("a ticket outlives 7200 s")
	}
}

func TestAPIFaults(t *testing.T) {
	w := newWorld(t, nil)
	must(w.sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultBusy, Path: "/cgi-bin/getcallbackip", Count: 2}))(t)
	w.bad(-1, "getcallbackip", nil)
	w.good("get_api_domain_ip", nil)
	w.bad(-1, "getcallbackip", nil)
	w.good("getcallbackip", nil)
	must(w.sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultFrequency, Path: "/cgi-bin/externalcontact/**", DurationMS: 60_000}))(t)
	w.bad(45009, "externalcontact/batch/get_by_user", nil)
	w.bad(45009, "externalcontact/get_follow_user_list", nil)
	w.sim.Clock().Advance(time.Minute)
	w.good("externalcontact/get_follow_user_list", nil)
	must(w.sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultExpired, Count: 1}))(t)
	w.bad(42001, "getcallbackip", nil)
	w.token = w.tokenOf(firstApp)
	w.good("getcallbackip", nil)
	must(w.sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultCode, Code: 48002, Count: 1}))(t)
	w.bad(48002, "getcallbackip", nil)
	must(w.sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultHTTP, Status: 503, Count: 1}))(t)
	resp, err := http.Get(w.url + "/cgi-bin/getcallbackip?access_token=" + w.token)
	if err != nil || resp.StatusCode != 503 {
		t.Errorf("http fault: %v %v", resp, err)
	}
	_ = resp.Body.Close()
	must(w.sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultReset}))(t)
	if resp, err := http.Get(w.url + "/cgi-bin/getcallbackip?access_token=" + w.token); err == nil {
		_ = resp.Body.Close()
		t.Error("a reset connection gave an answer")
	}
	w.sim.ClearFaults()
	must(w.sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultSlow, LatencyMS: 300}))(t)
	before := w.sim.Clock().Now()
	answered := make(chan int)
	go func() { answered <- errcode(w.call("getcallbackip", nil)) }()
	waitFor(t, func() bool { return len(w.sim.Faults()) == 1 && w.sim.Faults()[0].Hits == 1 })
	select {
	case <-answered:
		t.Error("answered without waiting")
	default:
	}
	// Advance until the call, which may only now have set its timer, is through.
	waitFor(t, func() bool {
		w.sim.Clock().Advance(300 * time.Millisecond)
		select {
		case code := <-answered:
			return code == 0
		default:
			return false
		}
	})
	if w.sim.Clock().Now().Sub(before) < 300*time.Millisecond {
		t.Error("no time passed")
	}
	for name, f := range map[string]wecomsim.Fault{
		"kind": {Kind: "nonsense"}, "probability": {Kind: wecomsim.FaultBusy, Probability: 2}, "latency_ms": {Kind: wecomsim.FaultSlow},
		"code": {Kind: wecomsim.FaultCode}, "status": {Kind: wecomsim.FaultHTTP, Status: 99}, "path": {Kind: wecomsim.FaultBusy, Path: "["},
	} {
		if _, err := w.sim.AddFault(f); err == nil || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("fault with bad %s: %v", name, err)
		}
	}
}

// waitFor polls a condition that another goroutine brings about.
func waitFor(t testing.TB, ready func() bool) {
	t.Helper()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	giveUp := time.After(10 * time.Second)
	for !ready() {
		select {
		case <-look.C:
		case <-giveUp:
			t.Fatal("the condition did not come about")
		}
	}
}

func TestDepartments(t *testing.T) {
	w := newWorld(t, func(o *wecomsim.Options) { o.Seed = &wecomsim.SeedOptions{Members: 4, Departments: 3} })
	sync := w.as(syncSecret)
	if got := w.good("department/simplelist", nil)["department_id"].([]any); len(got) != 3 {
		t.Errorf("%d departments", len(got))
	}
	w.bad(60003, "department/list", m{"id": "99"})
	w.bad(60003, "department/get", m{"id": "99"})
	w.bad(60123, "department/get", m{"id": "x"})
	made := sync.good("department/create", m{"name": "新部门", "parentid": 2})
	if made["errmsg"] != "created" {
		t.Errorf("created: %v", made)
	}
	id := fmt.Sprint(made["id"])
	sync.bad(60008, "department/create", m{"name": "新部门", "parentid": 2})
	sync.bad(60008, "department/create", m{"name": "a/b:c", "parentid": 2})
	sync.bad(60008, "department/create", m{"name": long(65), "parentid": 2})
	sync.bad(60004, "department/create", m{"name": "x", "parentid": 99})
	sync.bad(60123, "department/create", m{"name": "x", "parentid": 1, "id": 2})
	sync.bad(60006, "department/delete", m{"id": "2"})
	sync.bad(60005, "department/delete", m{"id": "3"})
	sync.good("department/update", m{"id": made["id"], "name": "改名", "parentid": 3})
	sync.bad(60004, "department/update", m{"id": 2, "parentid": 2})
	got := w.good("department/get", m{"id": id})["department"].(m)
	if got["name"] != "改名" || got["parentid"] != 3.0 {
		t.Errorf("updated: %v", got)
	}
	parent := made["id"]
	for range 12 { // levels 4 to 15
		parent = sync.good("department/create", m{"name": "深", "parentid": parent})["id"]
	}
	sync.bad(81002, "department/create", m{"name": "太深", "parentid": parent})
	sync.good("department/delete", m{"id": fmt.Sprint(parent)})
	none, some := []string{}, []int{3}
	must(w.sim.ChangeApp(wecomsim.DefaultAgentID, wecomsim.AppPatch{Members: &none, Departments: &some}))(t)
	w.bad(60011, "department/get", m{"id": "2"})
	w.good("department/get", m{"id": "3"})
}
