package wecomsim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom/callback"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// start is the time at which still clocks of tests begin: a Sunday in Shanghai.
func start() time.Time { return time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC) }

// world is a simulator with a server, seen by one app.
type world struct {
	t     testing.TB
	sim   *wecomsim.Sim
	url   string
	corp  wecomsim.CorpView
	token string
}

// newWorld starts a simulator on a still clock; edit may change its options.
func newWorld(t testing.TB, edit func(*wecomsim.Options)) *world {
	t.Helper()
	opt := wecomsim.Options{Clock: wecomsim.NewStillClock(start())}
	if edit != nil {
		edit(&opt)
	}
	sim := wecomsim.New(opt)
	server := httptest.NewServer(sim.Handler())
	t.Cleanup(func() {
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
		server.Close()
	})
	w := &world{t: t, sim: sim, url: server.URL, corp: sim.Describe(server.URL).Corps[0]}
	w.token = w.tokenOf(0)
	return w
}

// tokenOf fetches the token of the corp's n-th app.
func (w *world) tokenOf(n int) string {
	w.t.Helper()
	out := w.raw(http.MethodGet, "/cgi-bin/gettoken?corpid="+w.corp.CorpID+"&corpsecret="+w.corp.Apps[n].Secret, nil)
	token, _ := out["access_token"].(string)
	if token == "" {
		w.t.Fatalf("no token: %v", out)
	}
	return token
}

// as returns the world seen by another of the corp's secrets.
func (w *world) as(n int) *world {
	other := *w
	other.token = w.tokenOf(n)
	return &other
}

const (
	firstApp = iota
	secondApp
	syncSecret
	systemSecret
)

// raw does a request and decodes the JSON answer.
func (w *world) raw(method, target string, body any) map[string]any {
	w.t.Helper()
	var r io.Reader
	if body != nil {
		text, ok := body.(string)
		if !ok {
			data, err := json.Marshal(body)
			if err != nil {
				w.t.Fatal(err)
			}
			text = string(data)
		}
		r = bytes.NewBufferString(text)
	}
	req, err := http.NewRequest(method, w.url+target, r)
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	out := map[string]any{}
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		w.t.Fatalf("%s %s: %v", method, target, err)
	}
	return out
}

type m = map[string]any

// call calls an operation: POST with a body, GET with query parameters.
func (w *world) call(path string, in m) map[string]any {
	w.t.Helper()
	if w.isGet(path) {
		q := url.Values{"access_token": {w.token}}
		for k, v := range in {
			text, ok := v.(string)
			if !ok {
				data, err := json.Marshal(v)
				if err != nil {
					w.t.Fatal(err)
				}
				text = string(data)
			}
			q.Set(k, text)
		}
		return w.raw(http.MethodGet, "/cgi-bin/"+path+"?"+q.Encode(), nil)
	}
	if in == nil {
		in = m{}
	}
	return w.raw(http.MethodPost, "/cgi-bin/"+path+"?access_token="+url.QueryEscape(w.token), in)
}

func (w *world) isGet(path string) bool {
	switch path {
	case "department/list", "department/simplelist", "department/get", "department/delete", "user/get", "user/list", "user/simplelist", "user/delete",
		"externalcontact/get_follow_user_list", "externalcontact/list", "externalcontact/get", "agent/get", "agent/list", "auth/getuserinfo",
		"getcallbackip", "get_api_domain_ip", "get_jsapi_ticket", "ticket/get", "media/get":
		return true
	}
	return false
}

// good calls and fails the test unless errcode is 0.
func (w *world) good(path string, in m) map[string]any {
	w.t.Helper()
	out := w.call(path, in)
	if code := errcode(out); code != 0 {
		w.t.Fatalf("%s: errcode %d: %v", path, code, out["errmsg"])
	}
	return out
}

// bad calls and fails the test unless errcode is code.
func (w *world) bad(code int, path string, in m) {
	w.t.Helper()
	if out := w.call(path, in); errcode(out) != code {
		w.t.Errorf("%s %v: errcode %d (%v), want %d", path, in, errcode(out), out["errmsg"], code)
	}
}

func errcode(out map[string]any) int {
	code, ok := out["errcode"].(float64)
	if !ok {
		return -999
	}
	return int(code)
}

// members returns the userids of the corp.
func (w *world) members() []string {
	w.t.Helper()
	var out []string
	w.sim.Inspect(func(world *wecomsim.World) {
		for _, m := range world.Corp(w.corp.CorpID).Members {
			out = append(out, m.UserID)
		}
	})
	slices.Sort(out)
	return out
}

// person makes a person.
func (w *world) person(name string) string {
	w.t.Helper()
	p, err := w.sim.AddPerson(wecomsim.NewPerson{Name: name})
	if err != nil {
		w.t.Fatal(err)
	}
	return p.ID
}

// way makes a contact way of one member.
func (w *world) way(member, state string) string {
	w.t.Helper()
	out := w.good("externalcontact/add_contact_way", m{"type": 1, "scene": 2, "user": []string{member}, "state": state})
	return out["config_id"].(string)
}

// friends makes a person the customer of a member.
func (w *world) friends(name, member string) (person string, r wecomsim.Relation) {
	w.t.Helper()
	person = w.person(name)
	return person, must(w.sim.Add(wecomsim.Add{Person: person, Member: member}))(w.t)
}

// must unwraps the result of an act.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// settle waits for callbacks on their way.
func (w *world) settle() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := w.sim.Settle(ctx); err != nil {
		w.t.Fatal(err)
	}
}

// receiver is a callback endpoint that remembers plaintexts.
type receiver struct {
	t      testing.TB
	mu     sync.Mutex
	got    []string
	answer func(n int, w http.ResponseWriter, r *http.Request) // nil answers 200
	server *httptest.Server
	app    wecomsim.AppView
	corpID string
}

// listen points the first app's callback URL to a new receiver.
func (w *world) listen(answer func(n int, w http.ResponseWriter, r *http.Request)) *receiver {
	w.t.Helper()
	r := &receiver{t: w.t, answer: answer, app: w.corp.Apps[firstApp], corpID: w.corp.CorpID}
	r.server = httptest.NewServer(http.HandlerFunc(r.serve))
	w.t.Cleanup(r.server.Close)
	target := r.server.URL + "/callback"
	if _, err := w.sim.ChangeApp(wecomsim.DefaultAgentID, wecomsim.AppPatch{CallbackURL: &target}); err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (r *receiver) texts() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.got...)
}

func (r *receiver) serve(w http.ResponseWriter, req *http.Request) {
	codec, err := callback.New(r.app.CallbackToken, r.app.CallbackAESKey, r.corpID)
	if err != nil {
		r.t.Error(err)
		return
	}
	if req.Method == http.MethodGet {
		echo, err := codec.VerifyURL(req.URL.Query())
		if err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		_, _ = w.Write(echo)
		return
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // the simulator hung up
	}
	plain, envelope, err := codec.Open(req.URL.Query(), body)
	if err != nil {
		r.t.Errorf("the SDK cannot open the callback: %v", err)
		return
	}
	if envelope.ToUserName != r.corpID {
		r.t.Errorf("ToUserName %q, want the corpid", envelope.ToUserName)
	}
	r.mu.Lock()
	r.got = append(r.got, string(plain))
	n := len(r.got)
	r.mu.Unlock()
	if r.answer != nil {
		r.answer(n, w, req)
	}
}

// events parses what was received with the SDK.
func (r *receiver) events() []callback.Event {
	r.t.Helper()
	var out []callback.Event
	for _, text := range r.texts() {
		e, err := callback.Parse([]byte(text))
		if err != nil {
			r.t.Fatalf("the SDK cannot parse %s: %v", text, err)
		}
		out = append(out, e)
	}
	return out
}
