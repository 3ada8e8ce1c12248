package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes and drops databases

	"github.com/queqiao-scrm/queqiao/internal/app"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/config"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/internal/product"
	"github.com/queqiao-scrm/queqiao/web"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

const password = "Bench-magpie-1"

// engines are the databases of this run.
func engines() []string {
	if os.Getenv("QUEQIAO_TEST_POSTGRES") == "" {
		return []string{"sqlite"}
	}
	return []string{"sqlite", "postgres"}
}

// house is the whole product beside a simulated WeCom, all in this process, on real
// sockets and the real clock.
type house struct {
	app     *app.App
	sim     *wecomsim.Sim
	url     string
	corp    string
	app0    wecomsim.AppView
	http    *http.Client
	wecom   string   // the simulator's address
	members []string // to whom filled follows belong
	closers []func()
}

type houseOptions struct {
	seed  wecomsim.SeedOptions
	roles []string // default: web and jobs
	delay time.Duration
}

func build(ctx context.Context, engine string, o houseOptions) (h *house, err error) {
	h = &house{}
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	folder, err := os.MkdirTemp("", "queqiao-bench")
	if err != nil {
		return h, err
	}
	h.later(func() { _ = os.RemoveAll(folder) })
	limits := wecomsim.DefaultLimits()
	limits.CorpMinute, limits.CorpHour, limits.IPMinute, limits.IPHour, limits.Concurrent = 1<<30, 1<<30, 1<<30, 1<<30, 1<<20
	h.sim = wecomsim.New(wecomsim.Options{Seed: &o.seed, Limits: &limits})
	h.later(func() { _ = h.sim.Close() })
	wecomURL, err := h.listen(h.sim.Handler())
	if err != nil {
		return h, err
	}
	h.wecom = wecomURL
	if o.delay > 0 {
		if _, err := h.sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultSlow, LatencyMS: o.delay.Milliseconds()}); err != nil {
			return h, err
		}
	}
	cfg := config.Default()
	cfg.Data = config.Folder(folder)
	cfg.WeCom = config.WeCom{BaseURL: wecomURL, OpenURL: wecomURL, LoginURL: wecomURL}
	cfg.Admin.Password = secret.NewText(password)
	if o.roles != nil {
		cfg.Roles = o.roles
	}
	if engine == "postgres" {
		dsn, drop, err := freshPostgres(ctx)
		if err != nil {
			return h, err
		}
		h.later(drop)
		cfg.DB.DSN = secret.NewText(dsn)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return h, err
	}
	h.url = "http://" + l.Addr().String()
	cfg.HTTP.PublicURL = h.url
	cfg.HTTP.Limits = config.Limits{} // one account asks as fast as it can
	cfg.Outgoing.Allow = []string{strings.TrimPrefix(wecomURL, "http://")}
	options := app.Options{Clock: clock.System(), Log: slog.New(slog.NewTextHandler(io.Discard, nil)), AutoMigrate: true, Version: "bench"}
	if pages, ok := web.Dist(); ok { // only the browser's measure asks for them
		options.UI = pages
	}
	h.app, err = app.New(ctx, cfg, product.Features(), options)
	if err != nil {
		return h, err
	}
	h.later(func() { _ = h.app.Close() })
	if err := h.app.Start(ctx); err != nil {
		return h, err
	}
	serving, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); _ = h.app.Serve(serving, l) }()
	h.later(func() { stop(); <-done })
	if err := h.connect(ctx); err != nil {
		return h, err
	}
	return h, h.signIn()
}

func (h *house) later(f func()) { h.closers = append(h.closers, f) }

func (h *house) close() {
	for i := len(h.closers) - 1; i >= 0; i-- {
		h.closers[i]()
	}
}

func (h *house) listen(handler http.Handler) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(l) }()
	h.later(func() { _ = server.Close() })
	return "http://" + l.Addr().String(), nil
}

func (h *house) connect(ctx context.Context) error {
	c := h.sim.Describe("").Corps[0]
	h.corp = c.CorpID
	for _, x := range c.Apps {
		if x.AgentID != wecomsim.DefaultAgentID {
			continue
		}
		h.app0 = x
		callback := h.url + "/callback/bench"
		if _, err := h.sim.ChangeApp(x.AgentID, wecomsim.AppPatch{CallbackURL: &callback}); err != nil {
			return err
		}
		return h.app.Corps.Save(ctx, corp.Corp{ID: c.CorpID, Name: c.Name, TimeZone: "Asia/Shanghai", Status: corp.Active}, corp.App{
			Corp: c.CorpID, Purpose: corp.MainApp, AgentID: int64(x.AgentID), Name: x.Name, Secret: secret.NewText(x.Secret),
			Path: "bench", Token: secret.NewText(x.CallbackToken), Key: secret.NewText(x.CallbackAESKey),
		})
	}
	return errors.New("the simulated corp has no app")
}

func (h *house) signIn() error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	h.http = &http.Client{Jar: jar, Timeout: 2 * time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	res, err := h.http.Post(h.url+"/api/account/sign-in", "application/json", bytes.NewBufferString(`{"name":"admin","password":"`+password+`"}`))
	if err != nil {
		return err
	}
	_ = res.Body.Close()
	if res.StatusCode >= 300 {
		return fmt.Errorf("sign in: %s", res.Status)
	}
	return nil
}

// get reads a page of the console's API and says how long it took.
func (h *house) get(path string) (took time.Duration, body []byte, err error) {
	began := time.Now()
	res, err := h.http.Get(h.url + path)
	if err != nil {
		return 0, nil, err
	}
	body, err = io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %.200s", path, res.Status, body)
	}
	return time.Since(began), body, err
}

// freshPostgres makes a database of its own on the run's server.
func freshPostgres(ctx context.Context) (dsn string, drop func(), err error) {
	server := os.Getenv("QUEQIAO_TEST_POSTGRES")
	admin, err := sql.Open("pgx", server)
	if err != nil {
		return "", nil, err
	}
	name := fmt.Sprintf("queqiao_bench_%d", time.Now().UnixNano())
	if _, err := admin.ExecContext(ctx, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		_ = admin.Close()
		return "", nil, err
	}
	u, err := url.Parse(server)
	if err != nil {
		return "", nil, err
	}
	u.Path = "/" + name
	return u.String(), func() {
		_, _ = admin.ExecContext(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		_ = admin.Close()
	}, nil
}

// postJSON writes through the console's API.
func (h *house) postJSON(path string, body []byte) error {
	_, err := h.send(context.Background(), h.http, http.MethodPost, path, "application/json", body)
	return err
}

// send asks the console's API as one browser.
func (h *house) send(ctx context.Context, browser *http.Client, method, path, kind string, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, h.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if len(body) > 0 {
		r.Header.Set("Content-Type", kind)
	}
	res, err := browser.Do(r)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return nil, err
	}
	if res.StatusCode >= 300 {
		return nil, fmt.Errorf("%s %s: %s: %.300s", method, path, res.Status, answer)
	}
	return answer, nil
}
