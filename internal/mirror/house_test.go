package mirror_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/live"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/wecom/callback"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// start is when every test begins: a Sunday morning in Beijing.
var start = time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)

// house is a mirror with everything it needs, and a simulated WeCom outside. Time stands
// still in both until pass.
type house struct {
	t      testing.TB
	db     *db.DB
	clock  *clock.Fake
	sim    *wecomsim.Sim
	queue  *job.Queue
	corps  *corp.Registry
	search *search.Index
	mirror *mirror.Mirror
	corp   string
	path   string
	codec  *callback.Codec
	// deaf says that the mirror heard no callbacks, only synced.
	deaf bool
	seen int64 // last delivery of the simulator that was taken

	ended map[string]ending // by member and person, what random acts did last

	answered sync.Map // by path: func() to call between WeCom's answer and its arrival
	// interrupt holds a func(*http.Request) bool: whether a call to WeCom breaks off.
	interrupt atomic.Value

	mu   sync.Mutex
	news []event.Event
}

// sets are the migrations of a house.
func sets(e db.Engine) []db.Migrations {
	return []db.Migrations{job.Migrations(), live.Migrations(), search.Migrations(e), corp.Migrations(), mirror.Migrations()}
}

// each runs body in a fresh house on each engine.
func each(t *testing.T, seed wecomsim.SeedOptions, body func(h *house)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			body(newHouse(t, dbtest.Open(t, e, sets(e)...), seed))
		})
	}
}

// small is a world of three members and a few people who know nobody.
func small() wecomsim.SeedOptions {
	return wecomsim.SeedOptions{Members: 3, Departments: 2, People: 4}
}

func newHouse(t testing.TB, d *db.DB, seed wecomsim.SeedOptions) *house {
	t.Helper()
	ctx := context.Background()
	h := &house{t: t, db: d, clock: clock.NewFake(start), ended: map[string]ending{}}
	h.sim = wecomsim.New(wecomsim.Options{Clock: wecomsim.NewStillClock(start), Seed: &seed, BaseURL: "http://wecom.test"})
	t.Cleanup(func() { h.check(h.sim.Close()) })
	h.interrupt.Store(func(*http.Request) bool { return false })
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.interrupt.Load().(func(*http.Request) bool)(r) {
			panic(http.ErrAbortHandler) // the line goes dead
		}
		late := httptest.NewRecorder()
		h.sim.Handler().ServeHTTP(late, r)
		for _, path := range []string{r.URL.Path, "*"} {
			if do, ok := h.answered.Load(path); ok {
				do.(func())()
			}
		}
		w.Header().Set("Content-Type", late.Header().Get("Content-Type"))
		w.WriteHeader(late.Code)
		_, _ = w.Write(late.Body.Bytes())
	}))
	t.Cleanup(api.Close)
	// The simulator keeps a log of its callbacks; tests deliver from it as they like.
	nobody := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(nobody.Close)

	world := h.sim.Describe("http://wecom.test").Corps[0]
	h.corp = world.CorpID
	app := world.Apps[slices.IndexFunc(world.Apps, func(a wecomsim.AppView) bool { return a.AgentID == wecomsim.DefaultAgentID })]
	h.check2(h.sim.ChangeApp(app.AgentID, wecomsim.AppPatch{CallbackURL: &nobody.URL}))

	box, err := secret.Load(filepath.Join(t.TempDir(), "keys"), true)
	h.check(err)
	ids := id.NewSource(h.clock, 1)
	log := slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	h.corps = corp.New(corp.Deps{DB: d, Secrets: box, Clock: h.clock, IDs: ids, BaseURL: api.URL, Transport: http.DefaultTransport, Log: log})
	t.Cleanup(func() { h.check(h.corps.Close(ctx)) })
	h.check(h.corps.Save(ctx, corp.Corp{ID: h.corp, Name: world.Name, TimeZone: "Asia/Shanghai", Status: corp.Active},
		corp.App{
			Purpose: corp.MainApp, AgentID: int64(app.AgentID), Name: app.Name, Secret: secret.NewText(app.Secret),
			Path: "main", Token: secret.NewText(app.CallbackToken), Key: secret.NewText(app.CallbackAESKey),
		}))
	h.path = "/callback/main"
	h.codec, err = callback.New(app.CallbackToken, app.CallbackAESKey, h.corp)
	h.check(err)

	h.queue = job.New(d, h.clock, ids, log, job.Options{})
	t.Cleanup(func() { h.check(h.queue.Stop(ctx)) })
	h.search = search.New(d)
	news := bus.New(h.queue)
	h.mirror = mirror.New(mirror.Deps{
		DB: d, Jobs: job.Scoped(h.queue, mirror.Slug), Bus: news, Corps: h.corps, Clock: h.clock,
		IDs: ids, Search: h.search, Live: live.New(d, h.clock, ids, log), Log: log,
	})
	h.queue.Register(job.Prefixed(mirror.Slug, h.mirror.Jobs()...)...)
	news.Register("test", hear[event.CustomerAdded](h), hear[event.CustomerLost](h), hear[event.CustomerDeleted](h),
		hear[event.CustomerChanged](h), hear[event.CustomerTagged](h), hear[event.TransferFailed](h), hear[event.ArchiveApproved](h),
		hear[event.GroupCreated](h), hear[event.GroupChanged](h), hear[event.GroupDissolved](h),
		hear[event.GroupMemberJoined](h), hear[event.GroupMemberLeft](h), hear[event.TagsChanged](h),
		hear[event.MemberJoined](h), hear[event.MemberChanged](h), hear[event.MemberLeft](h),
		hear[event.DepartmentsChanged](h), hear[event.AppSuspended](h))
	return h
}

// hear keeps what is told.
func hear[E event.Event](h *house) bus.Listener {
	var e E
	return bus.On(fmt.Sprintf("%T", e), func(_ context.Context, e E) error {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.news = append(h.news, e)
		return nil
	})
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Logf("%s", bytes.TrimSpace(p))
	return len(p), nil
}

func (h *house) check(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) check2(_ any, err error) {
	h.t.Helper()
	h.check(err)
}

// pass lets time go by on both sides.
func (h *house) pass(d time.Duration) {
	h.sim.Clock().Advance(d)
	h.clock.Advance(d)
}

// settle works until nothing is due.
func (h *house) settle() {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	h.check(h.queue.Settle(ctx))
}

// quiet lets enough time go by for everything that waits to happen.
func (h *house) quiet() {
	h.t.Helper()
	for range 4 {
		h.settle()
		h.pass(40 * time.Second)
	}
	h.settle()
}

// after calls do between WeCom's answer to a call of the path, or to any ("*"), and its
// arrival here.
func (h *house) after(path string, do func()) { h.answered.Store(path, do) }

// corpCalls are the failed calls with an errcode.
func corpCalls(code int) corp.CallFilter { return corp.CallFilter{ErrCode: code} }

// told takes the plaintexts of the callbacks that the simulator has made since the last
// call.
func (h *house) told() []string {
	h.t.Helper()
	h.check(h.sim.Settle(context.Background()))
	var list []string
	for _, d := range h.sim.Deliveries(h.seen) {
		h.seen = d.ID
		if d.Corp == h.corp && d.AgentID == wecomsim.DefaultAgentID {
			list = append(list, d.Plaintext)
		}
	}
	return list
}

// request makes a signed callback request.
func (h *house) request(plaintext string) *http.Request {
	h.t.Helper()
	query, body, err := h.codec.Seal([]byte(plaintext), h.corp, strconv.Itoa(wecomsim.DefaultAgentID), h.clock.Now().Unix(), "nonce")
	h.check(err)
	return h.post(query, bytes.NewReader(body))
}

func (h *house) post(query url.Values, body io.Reader) *http.Request {
	return httptest.NewRequest(http.MethodPost, h.path+"?"+query.Encode(), body)
}

// answer lets the door answer a request.
func (h *house) answer(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.mirror.CallbackHandler().ServeHTTP(w, r)
	return w
}

// deliver brings plaintexts to the door, each of which must be taken in.
func (h *house) deliver(plaintexts ...string) {
	h.t.Helper()
	for _, p := range plaintexts {
		if w := h.answer(h.request(p)); w.Code != http.StatusOK || w.Body.Len() != 0 {
			h.t.Fatalf("the door answered %d %q to %s", w.Code, w.Body, p)
		}
	}
}

// happen delivers what the simulator tells, in order, and works until nothing is due.
func (h *house) happen() {
	h.t.Helper()
	h.deliver(h.told()...)
	h.settle()
}

// heard gives what was told since the last call.
func heard[E event.Event](h *house) []E {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []E
	h.news = slices.DeleteFunc(h.news, func(e event.Event) bool {
		of, ok := e.(E)
		if ok {
			list = append(list, of)
		}
		return ok
	})
	return list
}

// member and person name those of the seeded world.
func (h *house) members() []string {
	var list []string
	h.sim.Inspect(func(w *wecomsim.World) {
		for _, m := range w.Corp(h.corp).Members {
			list = append(list, m.UserID)
		}
	})
	slices.Sort(list)
	return list
}

func (h *house) people() []string {
	var list []string
	h.sim.Inspect(func(w *wecomsim.World) {
		for p := range w.People {
			list = append(list, p)
		}
	})
	slices.Sort(list)
	return list
}

// count runs a query for one number.
func (h *house) count(sql string, args ...any) int {
	h.t.Helper()
	var n int
	h.check(h.db.Read().NewRaw(sql, args...).Scan(context.Background(), &n))
	return n
}

func (h *house) follow(member, external string) mirror.Follow {
	h.t.Helper()
	f, err := mirror.FollowOf(context.Background(), h.db.Read(), h.corp, member, external)
	h.check(err)
	return f
}

func (h *house) customer(external string) mirror.Customer {
	h.t.Helper()
	c, err := mirror.CustomerByExternal(context.Background(), h.db.Read(), h.corp, external)
	h.check(err)
	return c
}

// visit is a test that ends before the test it belongs to: what it opened is closed by
// leave, so that hundreds of them do not hold hundreds of databases.
type visit struct {
	testing.TB
	undo []func()
}

func (v *visit) Cleanup(f func()) { v.undo = append(v.undo, f) }

func (v *visit) TempDir() string {
	v.Helper()
	dir, err := os.MkdirTemp("", "mirror")
	if err != nil {
		v.Fatal(err)
	}
	v.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			v.Error(err)
		}
	})
	return dir
}

func (v *visit) leave() {
	for _, undo := range slices.Backward(v.undo) {
		undo()
	}
	v.undo = nil
}
