package account_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/access"
	"github.com/queqiao-scrm/queqiao/internal/feature/account"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const (
	corpID   = "ww0000000000000001"
	password = "seven magpies carry"
)

// house is account and access behind a real server, with a WeCom that answers what a
// test tells it.
type house struct {
	t     *testing.T
	db    *db.DB
	clock *clock.Fake
	corps *corp.Registry
	wecom *wecomStub
	url   string
	// account is the feature, for its listeners and lines.
	account feature.Feature
	access  feature.Feature
	audited *auditor
	server  *web.Server
	queue   *job.Queue
	events  *bus.Bus
	ids     *id.Source
}

func sets() []db.Migrations {
	none := feature.Deps{}
	return []db.Migrations{
		job.Migrations(), corp.Migrations(), mirror.Migrations(),
		{Set: "access", FS: access.New(none).Migrations},
		{Set: "account", FS: account.New(none).Migrations},
	}
}

// late is the directory of accounts, which access is given before there is one.
type late struct{ viewer.Directory }

// each runs the story on both engines.
func each(t *testing.T, story func(h *house)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { story(open(t, d, "http://console.test", password)) }, sets()...)
}

func open(t *testing.T, d *db.DB, publicURL, adminPassword string) *house {
	t.Helper()
	return openWith(t, d, publicURL, adminPassword, filepath.Join(t.TempDir(), "keys"))
}

// openWith is open with a key file that another node may have, too.
func openWith(t *testing.T, d *db.DB, publicURL, adminPassword, keys string) *house {
	t.Helper()
	h := &house{t: t, db: d, clock: clock.NewFake(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)), wecom: &wecomStub{}, audited: &auditor{}}
	box, err := secret.Load(keys, true)
	h.must(err)
	ids := id.NewSource(h.clock, 1)
	h.corps = corp.New(corp.Deps{
		DB: d, Secrets: box, Clock: h.clock, IDs: ids, Transport: h.wecom,
		BaseURL: "https://qyapi.test", OpenURL: "https://open.test", LoginURL: "https://login.test",
	})
	t.Cleanup(func() { h.must(h.corps.Close(context.Background())) })
	h.must(h.corps.Save(context.Background(),
		corp.Corp{ID: corpID, Name: "鹊桥测试企业", TimeZone: "Asia/Shanghai", Status: corp.Active},
		corp.App{
			Purpose: corp.MainApp, AgentID: 1000002, Name: "SCRM", Secret: secret.NewText("app-secret"),
			Token: secret.NewText("token"), Key: secret.NewText(strings.Repeat("k", 43)),
		}))
	log := slog.New(slog.DiscardHandler)
	deps := feature.Deps{
		DB: d, Corps: h.corps, Clock: h.clock, IDs: ids, Sealer: box, Log: log, PublicURL: publicURL,
		AdminName: "admin", AdminPassword: secret.NewText(adminPassword),
		Acted: func(tx db.Tx, a web.Act) { h.server.Acted(tx, a) },
		Menu: func() []feature.MenuEntry {
			return []feature.MenuEntry{{Group: feature.GroupManagement, Key: "eventlog", Path: "/eventlog", Permission: "eventlog.read"}}
		},
	}
	accounts := &late{}
	deps.Accounts = accounts
	h.access = access.New(deps)
	deps.Rights = h.access.Resolver
	h.account = account.New(deps)
	accounts.Directory = h.account.Directory
	h.server = web.New(web.Options{Guard: h.account.Guard, Auditor: h.audited, Clock: h.clock, Log: log})
	server := h.server
	server.Mount("account", h.account.Routes...)
	server.Mount("access", h.access.Routes...)
	// A page's stream, as platform/live has it: it ends when its request does.
	server.Mount("test", web.Raw(http.MethodGet, "/stream", "", "测试用的流", func(w http.ResponseWriter, r *http.Request) error {
		if err := http.NewResponseController(w).Flush(); err != nil {
			return err
		}
		<-r.Context().Done()
		return nil
	}, web.SignedIn(), web.Streaming()))
	h.ids = ids
	h.queue = job.New(d, h.clock, ids, log, job.Options{})
	h.events = bus.New(h.queue)
	for _, f := range []feature.Feature{h.access, h.account} {
		h.queue.Register(job.Prefixed(f.Slug, f.Jobs...)...)
		h.events.Register(f.Slug, f.Listeners...)
	}
	h.must(h.access.Start(context.Background()))
	h.must(h.account.Start(context.Background()))
	listening := httptest.NewServer(server.Handler())
	t.Cleanup(listening.Close)
	h.url = listening.URL
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// member puts somebody into the contact book.
func (h *house) member(userid, name string, status int) {
	h.t.Helper()
	h.must(h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		m := mirror.Member{Corp: corpID, ID: userid, Lookup: strings.ToLower(userid), Name: name, Status: status, MainDepartment: 1, CanContact: true}
		_, err := tx.NewInsert().Model(&m).ModelTableExpr("mirror_member").
			On("CONFLICT (corp_id, id) DO UPDATE").Set("status = excluded.status").Exec(ctx)
		return err
	}))
}

// changed tells that a member's entry has changed and waits until everybody heard it.
func (h *house) changed(member string) {
	h.t.Helper()
	h.must(h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		return h.events.Publish(ctx, tx, event.MemberChanged{
			Meta:   event.Meta{Event: h.ids.New(), Corp: corpID, At: h.clock.Now()},
			Member: member,
		})
	}))
	h.must(h.queue.Settle(context.Background()))
}

// sessions counts the rows.
func (h *house) sessions() (n int) {
	h.t.Helper()
	h.must(h.db.Read().NewRaw(`SELECT count(*) FROM account_session`).Scan(context.Background(), &n))
	return n
}

// browser is somebody with cookies who does not follow redirects.
type browser struct {
	h      *house
	client *http.Client
	agent  string
	header http.Header
}

func (h *house) browser() *browser {
	jar, err := cookiejar.New(nil)
	h.must(err)
	return &browser{h: h, header: http.Header{}, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
}

// answer is what came back.
type answer struct {
	h      *house
	status int
	header http.Header
	body   []byte
}

func (b *browser) do(method, path string, body any) answer {
	b.h.t.Helper()
	var payload io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		b.h.must(err)
		payload = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(context.Background(), method, b.h.url+path, payload)
	b.h.must(err)
	request.Header = b.header.Clone()
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("User-Agent", b.agent)
	response, err := b.client.Do(request)
	b.h.must(err)
	defer func() { b.h.must(response.Body.Close()) }()
	raw, err := io.ReadAll(response.Body)
	b.h.must(err)
	return answer{b.h, response.StatusCode, response.Header, raw}
}

// comesIn signs in by name and password alone.
func (b *browser) comesIn(name, password string) answer {
	b.h.t.Helper()
	a := b.signIn(name, password).want(200, "")
	if !strings.Contains(string(a.body), `"step":"done"`) {
		b.h.t.Fatalf("signed in so far: %s", a.body)
	}
	return a
}

func (b *browser) signIn(name, password string) answer {
	b.h.t.Helper()
	return b.do("POST", "/api/account/sign-in", map[string]string{"name": name, "password": password})
}

// me gives the status of /me and what it says.
func (b *browser) me() (status int, me account.Me) {
	b.h.t.Helper()
	a := b.do("GET", "/api/account/me", nil)
	if a.status == http.StatusOK {
		b.h.must(json.Unmarshal(a.body, &me))
	}
	return a.status, me
}

// want fails unless the answer has the status and, for problems, the code.
func (a answer) want(status int, code string) answer {
	a.h.t.Helper()
	var problem web.Problem
	if a.status >= 400 {
		a.h.must(json.Unmarshal(a.body, &problem))
	}
	if a.status != status || problem.Code != code {
		a.h.t.Fatalf("answered %d %q, want %d %q: %s", a.status, problem.Code, status, code, a.body)
	}
	return a
}

// goesTo gives the address that a redirect leads to.
func (a answer) goesTo() *url.URL {
	a.h.t.Helper()
	if a.status != http.StatusSeeOther {
		a.h.t.Fatalf("answered %d, want a redirect: %s", a.status, a.body)
	}
	to, err := url.Parse(a.header.Get("Location"))
	a.h.must(err)
	return to
}

// wecomStub answers tokens and the exchange of codes, and counts the exchanges.
type wecomStub struct {
	mu        sync.Mutex
	users     map[string]string // code → body of getuserinfo
	exchanged []string
}

func (w *wecomStub) answers(code, body string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.users == nil {
		w.users = map[string]string{}
	}
	w.users[code] = body
}

func (w *wecomStub) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	body := `{"errcode":40029,"errmsg":"invalid code"}`
	switch r.URL.Path {
	case "/cgi-bin/gettoken":
		body = `{"errcode":0,"errmsg":"ok","access_token":"t","expires_in":7200}`
	case "/cgi-bin/auth/getuserinfo":
		code := r.URL.Query().Get("code")
		w.exchanged = append(w.exchanged, code)
		if known, ok := w.users[code]; ok {
			body = known
			delete(w.users, code) // a code works once
		}
	}
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// auditor keeps what is audited.
type auditor struct {
	mu      sync.Mutex
	entries []web.Entry
}

func (a *auditor) Record(_ context.Context, e web.Entry) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.entries = append(a.entries, e)
	return nil
}

func (a *auditor) last() web.Entry {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.entries) == 0 {
		return web.Entry{}
	}
	return a.entries[len(a.entries)-1]
}

// runs has a job done.
func (h *house) runs(kind string) {
	h.t.Helper()
	h.must(h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := h.queue.Insert(ctx, tx, job.Insert{Kind: kind})
		return err
	}))
	h.must(h.queue.Settle(context.Background()))
}
