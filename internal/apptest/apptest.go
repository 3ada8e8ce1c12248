// Package apptest boots the real program against the simulated WeCom, on either engine
// and on a clock that only the test moves. What runs is what ships: routes, jobs,
// callbacks over HTTP, migrations; only time and the outside are played.
package apptest

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/app"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/config"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// Password is the first administrator's in every house.
const Password = "Magpie-bridge-7"

// Start is when every story begins: Monday 2026-11-23 10:00 in Shanghai.
func Start() time.Time { return time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC) }

// House is a running program with its simulated world.
type House struct {
	App   *app.App
	Sim   *wecomsim.Sim
	Clock *clock.Fake
	Corp  string // corpid
	URL   string // of the program
	WeCom string // of the simulator

	t      testing.TB
	cfg    config.Config
	o      Options
	server *httptest.Server
	stop   context.CancelFunc
}

// Options change a house; the zero value is a corp of three members and five people.
type Options struct {
	Seed     *wecomsim.SeedOptions
	Features []feature.New
	// NoSync leaves the mirror empty: the corp's first sync has not run.
	NoSync bool
	// Transport is the line to WeCom, for tests that cut it; nil for the usual one.
	Transport http.RoundTripper
}

// Each runs body in a house on every engine.
func Each(t *testing.T, o Options, body func(t *testing.T, h *House)) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) { body(t, Open(t, e, o)) })
	}
}

// Open builds a house on one engine; it is torn down with the test.
func Open(t testing.TB, e db.Engine, o Options) *House {
	t.Helper()
	dsn := dbtest.DSN(t, e) // first: what is made last is torn down first, and the program needs its database to stop
	sim := wecomsim.New(wecomsim.Options{Clock: wecomsim.NewStillClock(Start()), Seed: o.Seed})
	outside := httptest.NewServer(sim.Handler())
	h := &House{Sim: sim, Clock: clock.NewFake(Start()), WeCom: outside.URL, t: t}
	t.Cleanup(func() {
		h.Stop()
		outside.CloseClientConnections()
		outside.Close()
		if err := sim.Close(); err != nil {
			t.Errorf("close the simulator: %v", err)
		}
	})
	cfg := config.Default()
	cfg.Data = config.Folder(t.TempDir())
	cfg.DB.DSN = secret.NewText(dsn)
	cfg.WeCom = config.WeCom{BaseURL: outside.URL, OpenURL: outside.URL, LoginURL: outside.URL}
	cfg.HTTP.Limits = config.Limits{} // the clock stands still: nobody would ever be let in again
	cfg.Outgoing.Allow = []string{outside.Listener.Addr().String()}
	cfg.Admin.Password = secret.NewText(Password)
	h.boot(cfg, o)
	h.connect()
	if !o.NoSync {
		h.Sync()
	}
	return h
}

// boot starts the program; its address is known before it is built, because links carry it.
func (h *House) boot(cfg config.Config, o Options) {
	h.t.Helper()
	h.cfg, h.o = cfg, o
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	cfg.HTTP.PublicURL = server.URL
	ctx, stop := context.WithCancel(context.Background())
	a, err := app.New(ctx, cfg, o.Features, app.Options{
		Clock: h.Clock, Log: slog.New(slog.DiscardHandler), AutoMigrate: true, Version: "test", Queue: job.Options{},
		Transport: o.Transport,
	})
	if err != nil {
		stop()
		server.Close()
		h.t.Fatalf("build the program: %v", err)
	}
	handler = a.Web.Handler()
	h.App, h.URL, h.server, h.stop = a, server.URL, server, stop
	if err := a.Start(ctx); err != nil {
		h.t.Fatalf("start the program: %v", err)
	}
}

// Stop ends the program as a signal would; a second call does nothing.
func (h *House) Stop() {
	if h.stop == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := h.App.Queue.Stop(ctx); err != nil {
		h.t.Errorf("stop the queue: %v", err)
	}
	h.stop()
	h.stop = nil
	h.server.CloseClientConnections()
	h.server.Close()
	if err := h.App.Close(); err != nil {
		h.t.Errorf("close the program: %v", err)
	}
}

// Restart ends the program and starts it again on the same data, at another address.
func (h *House) Restart() {
	h.t.Helper()
	h.Stop()
	h.boot(h.cfg, h.o)
	callback := h.URL + "/callback/app"
	if _, err := h.Sim.ChangeApp(wecomsim.DefaultAgentID, wecomsim.AppPatch{CallbackURL: &callback}); err != nil {
		h.t.Fatal(err)
	}
}

// connect tells each side where the other is.
func (h *House) connect() {
	h.t.Helper()
	c := h.Sim.Describe(h.WeCom).Corps[0]
	h.Corp = c.CorpID
	for _, x := range c.Apps {
		if x.AgentID != wecomsim.DefaultAgentID {
			continue
		}
		callback, domains := h.URL+"/callback/app", []string{"127.0.0.1:*"}
		if _, err := h.Sim.ChangeApp(x.AgentID, wecomsim.AppPatch{CallbackURL: &callback, TrustedDomains: &domains}); err != nil {
			h.t.Fatal(err)
		}
		err := h.App.Corps.Save(h.t.Context(), corp.Corp{ID: c.CorpID, Name: c.Name, TimeZone: "Asia/Shanghai", Status: corp.Active}, corp.App{
			Corp: c.CorpID, Purpose: corp.MainApp, AgentID: int64(x.AgentID), Name: x.Name, Secret: secret.NewText(x.Secret),
			Path: "app", Token: secret.NewText(x.CallbackToken), Key: secret.NewText(x.CallbackAESKey),
		})
		if err != nil {
			h.t.Fatal(err)
		}
		return
	}
	h.t.Fatalf("the simulated corp has no app %d", wecomsim.DefaultAgentID)
}

// Settle waits until no callback is on its way and no job is due.
func (h *House) Settle() {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	// A job may call WeCom, and WeCom may call back: two rounds see the end of both.
	for range 2 {
		if err := h.Sim.Settle(ctx); err != nil {
			h.t.Fatalf("callbacks do not settle: %v", err)
		}
		if err := h.App.Queue.Settle(ctx); err != nil {
			h.t.Fatalf("jobs do not settle: %v", err)
		}
	}
}

// Advance lets time pass on both sides and settles what fell due.
func (h *House) Advance(d time.Duration) {
	h.t.Helper()
	h.Sim.Clock().Advance(d)
	h.Clock.Advance(d)
	h.Settle()
}

// Sync reads the whole corp. When a sync runs already, such as a nightly one that met trouble
// and waits for its next try, time passes until that is over.
func (h *House) Sync() {
	h.t.Helper()
	for range 24 {
		_, err := h.App.Mirror.StartSync(h.t.Context(), h.Corp, "full", "test")
		if fault.CodeOf(err) == fault.Conflict {
			h.Advance(5 * time.Minute)
			continue
		}
		if err != nil {
			h.t.Fatalf("sync: %v", err)
		}
		h.Settle()
		return
	}
	h.t.Fatal("a sync runs for two hours")
}

// Client is a browser without a session.
func (h *House) Client() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: 30 * time.Second}
}
