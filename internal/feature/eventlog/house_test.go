package eventlog_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/eventlog"
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
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom"
)

const (
	corpID  = "ww0000000000000001"
	another = "ww0000000000000002"
)

// house is the event log over a real mirror, queue and corp registry.
type house struct {
	t     *testing.T
	db    *db.DB
	clock *clock.Fake
	ids   *id.Source
	queue *job.Queue
	index *search.Index
	corps *corp.Registry
	f     feature.Feature
	url   string
	// viewer is who calls.
	viewer viewer.Viewer
	// dies makes the jobs of kind "test.dies" fail.
	dies bool
	// audited are the actions of audited calls.
	audited []string
}

func each(t *testing.T, story func(t *testing.T, h *house)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			story(t, open(t, dbtest.Open(t, e, job.Migrations(), live.Migrations(), search.Migrations(e), corp.Migrations(), mirror.Migrations())))
		})
	}
}

func open(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, db: d, clock: clock.NewFake(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)), dies: true}
	h.ids = id.NewSource(h.clock, 1)
	h.viewer = viewer.Viewer{Corp: corpID, Account: 1, Name: "admin", Permissions: []string{"eventlog.*"}, Scope: viewer.Scope{Reach: viewer.All}}
	log := slog.New(slog.DiscardHandler)
	box, err := secret.Load(filepath.Join(t.TempDir(), "keys"), true)
	h.must(err)
	corps := corp.New(corp.Deps{DB: d, Secrets: box, Clock: h.clock, IDs: h.ids, Transport: refuses{}, BaseURL: "https://qyapi.test"})
	t.Cleanup(func() { h.must(corps.Close(context.Background())) })
	h.must(corps.Save(context.Background(), corp.Corp{ID: corpID, Name: "一号企业", TimeZone: "Asia/Shanghai", Status: corp.Active},
		corp.App{Purpose: corp.MainApp, AgentID: 1, Name: "SCRM", Secret: secret.NewText("s"), Token: secret.NewText("token"), Key: secret.NewText(strings.Repeat("k", 43))}))
	h.corps = corps
	h.queue = job.New(d, h.clock, h.ids, log, job.Options{})
	h.index = search.New(d)
	changes := live.New(d, h.clock, h.ids, log)
	m := mirror.New(mirror.Deps{
		DB: d, Jobs: job.Scoped(h.queue, mirror.Slug), Bus: bus.New(h.queue), Corps: corps, Clock: h.clock, IDs: h.ids,
		Search: h.index, Live: changes, Log: log,
	})
	h.queue.Register(job.Prefixed(mirror.Slug, m.Jobs()...)...)
	h.queue.Register(job.Define("test.dies", func(context.Context, job.Job[struct{ N int }]) error {
		if h.dies {
			return errors.New("it died as told")
		}
		return nil
	}, job.Attempts(1)))
	h.f = eventlog.New(feature.Deps{
		DB: d, Queue: h.queue, Live: changes, Corps: corps, Mirror: m, Clock: h.clock, IDs: h.ids, Search: h.index, Log: log,
	})
	h.queue.Register(job.Prefixed(h.f.Slug, h.f.Jobs...)...)
	server := web.New(web.Options{Guard: h, Auditor: h, Clock: h.clock, Log: log})
	server.Mount("eventlog", h.f.Routes...)
	listening := httptest.NewServer(server.Handler())
	t.Cleanup(listening.Close)
	h.url = listening.URL
	return h
}

// refuses is a WeCom that does not know our address.
type refuses struct{}

func (refuses) RoundTrip(r *http.Request) (*http.Response, error) {
	body := `{"errcode":60020,"errmsg":"not allow to access from your ip"}`
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// Identify lets the house's viewer in (web.Guard).
func (h *house) Identify(ctx context.Context, _ *http.Request) (context.Context, web.Subject, error) {
	return viewer.With(ctx, h.viewer), h.viewer, nil
}

// Record keeps the actions (web.Auditor).
func (h *house) Record(_ context.Context, e web.Entry) error {
	h.audited = append(h.audited, e.Action)
	return nil
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) tx(fn func(ctx context.Context, tx db.Tx) error) {
	h.t.Helper()
	h.must(h.db.Tx(context.Background(), fn))
}

func (h *house) exec(text string, args ...any) {
	h.t.Helper()
	h.tx(func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(text, args...).Exec(ctx)
		return err
	})
}

// callback puts one into the inbox, a second after the one before.
func (h *house) callback(corpID, event, subject, state, raw string) id.ID {
	h.t.Helper()
	h.clock.Advance(time.Second)
	callback, now := h.ids.New(), db.NowMS(h.clock)
	h.exec(`INSERT INTO mirror_inbox (id, corp_id, app_id, hash, event, subject, raw, state, error, tries, told_at, received_at, done_at)
		VALUES (?, ?, 1, ?, ?, ?, ?, ?, '', 1, ?, ?, 0)`, callback, corpID, callback.String(), event, subject, raw, state, now, now)
	return callback
}

// follow makes a pair with its member and its customer, both named.
func (h *house) follow(member, memberName, external, name string) {
	h.t.Helper()
	customer := h.ids.New()
	m := mirror.Member{Corp: corpID, ID: member, Lookup: strings.ToLower(member), Name: memberName, Status: wecom.MemberActive, MainDepartment: 1}
	c := mirror.Customer{ID: customer, Corp: corpID, Customer: external, Name: name, Type: 1, Follows: 1, AddedAt: 1}
	f := mirror.Follow{ID: h.ids.New(), Corp: corpID, Member: member, Customer: external, CustomerID: customer, Standing: mirror.Stands, MobilesJSON: "[]", AddedAt: 1}
	h.tx(func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewInsert().Model(&m).ModelTableExpr("mirror_member").On("CONFLICT (corp_id, id) DO NOTHING").Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&c).ModelTableExpr("mirror_customer").Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewInsert().Model(&f).ModelTableExpr("mirror_follow").Exec(ctx)
		return err
	})
	h.tx(func(ctx context.Context, tx db.Tx) error {
		return h.index.Put(ctx, tx, search.Document{Corp: corpID, Kind: "customer", Ref: customer, Text: []string{name}})
	})
}

// work starts the queue for the rest of the test.
func (h *house) work() {
	h.t.Helper()
	h.must(h.queue.Start(context.Background()))
	h.t.Cleanup(func() { h.must(h.queue.Stop(context.Background())) })
}

// dead makes jobs that die.
func (h *house) dead(corpID string, n int) {
	h.t.Helper()
	h.tx(func(ctx context.Context, tx db.Tx) error {
		for i := range n {
			if _, err := h.queue.Insert(ctx, tx, job.Insert{Kind: "test.dies", Corp: corpID, Args: struct{ N int }{i}}); err != nil {
				return err
			}
		}
		return nil
	})
	h.must(h.queue.Settle(context.Background()))
}

// get reads a page or an object.
func (h *house) get(path string, into any) {
	h.t.Helper()
	status, body := h.call("GET", path, "")
	if status != http.StatusOK {
		h.t.Fatalf("GET %s: %d %s", path, status, body)
	}
	h.must(json.Unmarshal([]byte(body), into))
}

func (h *house) call(method, path, body string) (int, string) {
	h.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, h.url+"/api/eventlog"+path, strings.NewReader(body))
	h.must(err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(r)
	h.must(err)
	defer func() { h.must(response.Body.Close()) }()
	raw, err := io.ReadAll(response.Body)
	h.must(err)
	return response.StatusCode, string(raw)
}
