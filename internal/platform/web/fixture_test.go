package web_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// person is a caller of the tests.
type person struct {
	name, corp string
	may        []string
}

func (p person) CorpID() string { return p.corp }
func (p person) Actor() string  { return "account:" + p.name }
func (p person) Can(permission string) bool {
	return slices.Contains(p.may, permission)
}

type whoKey struct{}

// byHeader identifies the caller by the header X-Who.
type byHeader map[string]person

func (g byHeader) Identify(ctx context.Context, r *http.Request) (context.Context, web.Subject, error) {
	p, ok := g[r.Header.Get("X-Who")]
	if !ok {
		return ctx, nil, fault.New(fault.Unauthenticated, "请先登录")
	}
	return context.WithValue(ctx, whoKey{}, p.name), p, nil
}

// ledger is an Auditor that remembers.
type ledger struct {
	mu      sync.Mutex
	entries []web.Entry
}

func (l *ledger) Record(_ context.Context, e web.Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, e)
	return nil
}

func (l *ledger) take() []web.Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.entries
	l.entries = nil
	return e
}

// logbook collects the log.
type logbook struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var people = byHeader{
	"reader":    {"reader", "ww1", []string{"code.read"}},
	"writer":    {"writer", "ww1", []string{"code.read", "code.write"}},
	"nobody":    {"nobody", "ww1", nil},
	"neighbour": {"neighbour", "ww2", []string{"code.read"}},
	"noCorp":    {"noCorp", "", []string{"code.read", "code.write"}},
}

type fixture struct {
	*web.Server
	audit *ledger
	log   *logbook
	clock *clock.Fake
}

func newFixture(change func(*web.Options), routes ...web.Route) *fixture {
	f := &fixture{audit: &ledger{}, log: &logbook{}, clock: clock.NewFake(time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC))}
	o := web.Options{
		Guard: people, Auditor: f.audit, Clock: f.clock,
		Log: slog.New(slog.NewTextHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(&o)
	}
	f.Server = web.New(o)
	f.Mount("code", routes...)
	return f
}

// call makes one request; headers come in pairs.
func (f *fixture) call(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, target, reader)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	f.Handler().ServeHTTP(w, r)
	return w
}

func problemOf(t *testing.T, w *httptest.ResponseRecorder) web.Problem {
	t.Helper()
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Fatalf("content type %q, status %d, body %s", got, w.Code, w.Body)
	}
	var p web.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	if p.Status != w.Code {
		t.Errorf("problem says status %d, answer has %d", p.Status, w.Code)
	}
	return p
}

type empty struct{}

type named struct {
	Name string `json:"name"`
}

// greet answers a name.
func greet(context.Context, *empty) (*named, error) { return &named{"鹊桥"}, nil }
