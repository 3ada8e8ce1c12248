package live_test

import (
	"bufio"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/live"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

type person struct{ corp, name string }

func (p person) Can(string) bool { return false }
func (p person) CorpID() string  { return p.corp }
func (p person) Actor() string   { return p.name }

// SeesAll is false for those whose name begins with "narrow".
func (p person) SeesAll() bool { return !strings.HasPrefix(p.name, "narrow") }

// byHeader takes the caller from X-Corp and X-Who.
type byHeader struct{}

func (byHeader) Identify(ctx context.Context, r *http.Request) (context.Context, web.Subject, error) {
	if r.Header.Get("X-Corp") == "" {
		return ctx, nil, fault.New(fault.Unauthenticated, "请先登录")
	}
	return ctx, person{r.Header.Get("X-Corp"), r.Header.Get("X-Who")}, nil
}

// node is one process of an installation.
type node struct {
	*live.Live
	db     *db.DB
	clock  *clock.Fake
	url    string
	server *web.Server
}

func newNode(t *testing.T, d *db.DB, number int, c *clock.Fake) *node {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	n := &node{db: d, clock: c, Live: live.New(d, c, id.NewSource(c, number), slog.New(slog.DiscardHandler))}
	n.Start(ctx)
	n.server = web.New(web.Options{Guard: byHeader{}, Clock: c, Log: slog.New(slog.DiscardHandler)})
	n.server.Mount("live", n.Routes()...)
	h := httptest.NewServer(n.server.Handler())
	n.url = h.URL
	t.Cleanup(func() {
		cancel()
		h.CloseClientConnections()
		h.Close()
	})
	return n
}

func (n *node) publish(t *testing.T, corp, topic string, keys ...string) {
	t.Helper()
	err := n.db.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
		return n.Publish(ctx, tx, corp, topic, keys...)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// page is an open page.
type page struct {
	t      *testing.T
	clock  *clock.Fake
	lines  chan string
	lastID string
	close  func()
}

func (n *node) open(t *testing.T, corp, last string) *page {
	t.Helper()
	return n.openAs(t, corp, "", last)
}

func (n *node) openAs(t *testing.T, corp, who, last string) *page {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, "GET", n.url+"/api/live/changes", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Corp", corp)
	r.Header.Set("X-Who", who)
	r.Header.Set("Last-Event-ID", last)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != 200 || !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream") || answer.Header.Get("Content-Encoding") != "" {
		t.Fatalf("%d %v", answer.StatusCode, answer.Header)
	}
	p := &page{t: t, clock: n.clock, lines: make(chan string, 1000), close: cancel, lastID: last}
	go func() {
		defer close(p.lines)
		defer answer.Body.Close()
		for s := bufio.NewScanner(answer.Body); s.Scan(); {
			p.lines <- s.Text()
		}
	}()
	t.Cleanup(cancel)
	if got := p.next(); got != "ready {}" {
		t.Fatalf("first event %q", got)
	}
	return p
}

// next waits for an event and gives "name data", or "end", or ":" for a heartbeat. Time
// moves while it waits, as the pauses between events demand.
func (p *page) next() string {
	p.t.Helper()
	name := ""
	give := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case line, ok := <-p.lines:
			switch {
			case !ok:
				return "end"
			case strings.HasPrefix(line, ":"):
				return ":"
			case strings.HasPrefix(line, "id: "):
				p.lastID = line[4:]
			case strings.HasPrefix(line, "event: "):
				name = line[7:]
			case strings.HasPrefix(line, "data: "):
				return name + " " + line[6:]
			}
		case <-tick.C:
			p.clock.Advance(100 * time.Millisecond)
		case <-give:
			p.t.Fatal("no event came")
		}
	}
}

// change waits for the next change, past heartbeats.
func (p *page) change() string {
	p.t.Helper()
	for {
		if got := p.next(); got != ":" {
			return got
		}
	}
}

func (p *page) expect(want ...string) {
	p.t.Helper()
	for _, w := range want {
		if got := p.change(); got != w {
			p.t.Fatalf("event %q, want %q", got, w)
		}
	}
}

func at() *clock.Fake { return clock.NewFake(time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)) }

func TestChangesReachThePagesOfTheCorp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := newNode(t, d, 1, at())
		mine, other := n.open(t, "ww1", ""), n.open(t, "ww2", "")
		n.publish(t, "ww1", "customer", "a", "b")
		mine.expect(`change {"topic":"customer","keys":["a","b"]}`)
		n.publish(t, "ww2", "group")
		other.expect(`change {"topic":"group","keys":[]}`)
		n.publish(t, "ww1", "tag", "x")
		mine.expect(`change {"topic":"tag","keys":["x"]}`)
	}, live.Migrations())
}

// TestWhoSeesAPartIsToldNoKeys: that something has changed, and not what; also when he
// comes back and is told what he missed.
func TestWhoSeesAPartIsToldNoKeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := newNode(t, d, 1, at())
		all, part := n.open(t, "ww1", ""), n.openAs(t, "ww1", "narrow", "")
		n.publish(t, "ww1", "customer", "a", "b")
		all.expect(`change {"topic":"customer","keys":["a","b"]}`)
		part.expect(`change {"topic":"customer","keys":[]}`)
		part.close()
		n.publish(t, "ww1", "group", "c")
		again := n.openAs(t, "ww1", "narrow", part.lastID)
		for got := ""; got != `change {"topic":"group","keys":[]}`; {
			if got = again.change(); strings.Contains(got, `"keys":["`) {
				t.Fatalf("told %s", got)
			}
		}
	}, live.Migrations())
}

func TestNothingIsToldOfARollback(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := newNode(t, d, 1, at())
		p := n.open(t, "ww1", "")
		err := d.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
			if err := n.Publish(ctx, tx, "ww1", "lie"); err != nil {
				return err
			}
			return context.Canceled
		})
		if err == nil {
			t.Fatal("no error")
		}
		n.publish(t, "ww1", "truth")
		p.expect(`change {"topic":"truth","keys":[]}`)
	}, live.Migrations())
}

func TestPagesCatchUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := at()
		n := newNode(t, d, 1, c)
		p := n.open(t, "ww1", "")
		n.publish(t, "ww1", "customer", "a")
		p.expect(`change {"topic":"customer","keys":["a"]}`)
		p.close()
		c.Advance(time.Minute)
		n.publish(t, "ww1", "customer", "b")
		n.publish(t, "ww2", "secret", "x")
		n.publish(t, "ww1", "group", "g")
		n.publish(t, "ww1", "customer", "c")
		p = n.open(t, "ww1", p.lastID)
		// The change before may come again, merged with the others of its topic.
		got := strings.NewReplacer(`"a",`, "", `,"a"`, "", `"c","b"`, `"b","c"`).Replace(p.change())
		if got != `change {"topic":"customer","keys":["b","c"]}` {
			t.Errorf("caught up with %q", got)
		}
		p.expect(`change {"topic":"group","keys":["g"]}`)
		p.close()

		c.Advance(11 * time.Minute)
		n.open(t, "ww1", p.lastID).expect("reset {}")
		n.open(t, "ww1", "nonsense").expect("reset {}")
		n.open(t, "ww1", id.ID(5).String()).expect("reset {}")
	}, live.Migrations())
}

func TestAPageThatSawNothingCatchesUpToo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := at()
		n := newNode(t, d, 1, c)
		p := n.open(t, "ww1", "")
		p.close()
		c.Advance(time.Minute)
		n.publish(t, "ww1", "customer", "a")
		n.open(t, "ww1", p.lastID).expect(`change {"topic":"customer","keys":["a"]}`)
	}, live.Migrations())
}

func TestTwoNodes(t *testing.T) {
	dsn := dbtest.DSN(t, db.Postgres, live.Migrations())
	c := at()
	one, two := newNode(t, dbtest.OpenDSN(t, dsn), 1, c), newNode(t, dbtest.OpenDSN(t, dsn), 2, c)
	p := two.open(t, "ww1", "")
	one.publish(t, "ww1", "customer", "a")
	p.expect(`change {"topic":"customer","keys":["a"]}`)
	two.publish(t, "ww1", "customer", "b")
	p.expect(`change {"topic":"customer","keys":["b"]}`)
	// The node dies; the page goes on at the other.
	p.close()
	one.publish(t, "ww1", "group", "g")
	p = one.open(t, "ww1", p.lastID)
	for p.change() != `change {"topic":"group","keys":["g"]}` {
		_ = p // what it knew may come again
	}
}

func TestALateCommitIsNoticed(t *testing.T) {
	// On PostgreSQL an earlier id can become visible after a later one.
	d := dbtest.Open(t, db.Postgres, live.Migrations())
	n := newNode(t, d, 1, at())
	p := n.open(t, "ww1", "")
	ctx := t.Context()
	published, finish := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			if err := n.Publish(ctx, tx, "ww1", "slow", "s"); err != nil {
				return err
			}
			close(published)
			<-finish
			return nil
		})
	}()
	<-published
	n.clock.Advance(20 * time.Second)
	n.publish(t, "ww1", "quick", "q")
	p.expect(`change {"topic":"quick","keys":["q"]}`)
	close(finish)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	p.expect(`change {"topic":"slow","keys":["s"]}`)
}
