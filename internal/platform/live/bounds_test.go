package live_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/live"
)

// patience is how long a test waits, in real time, for what must come.
const patience = 20 * time.Second

func TestHeartbeatAndLifetime(t *testing.T) {
	n := newNode(t, dbtest.Open(t, db.SQLite, live.Migrations()), 1, at())
	p := n.open(t, "ww1", "")
	before := n.clock.Now()
	if got := p.next(); got != ":" {
		t.Fatalf("%q", got)
	}
	if d := n.clock.Now().Sub(before); d < 14*time.Second || d > 25*time.Second {
		t.Errorf("a heartbeat after %s", d)
	}
	n.clock.Advance(31 * time.Minute)
	for got := p.next(); got != "end"; got = p.next() {
		if got != ":" {
			t.Fatalf("%q", got)
		}
	}
}

func TestManyChangesBecomeFew(t *testing.T) {
	n := newNode(t, dbtest.Open(t, db.SQLite, live.Migrations()), 1, at())
	p := n.open(t, "ww1", "")
	var many []string
	for i := range 150 {
		many = append(many, fmt.Sprint(i))
	}
	n.publish(t, "ww1", "customer", many...)
	p.expect(`change {"topic":"customer","keys":[]}`) // the whole topic
	err := n.db.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for i := range 300 {
			if err := n.Publish(ctx, tx, "ww1", "tag", fmt.Sprint(i%7)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p.expect(`change {"topic":"tag","keys":["0","1","2","3","4","5","6"]}`)
	err = n.db.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for i := range 100 {
			if err := n.Publish(ctx, tx, "ww1", fmt.Sprint("topic", i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p.expect("reset {}") // more topics than wait for anybody
}

func TestTooManyPagesOfOnePerson(t *testing.T) {
	n := newNode(t, dbtest.Open(t, db.SQLite, live.Migrations()), 1, at())
	var pages []*page
	for range 20 {
		pages = append(pages, n.open(t, "ww1", ""))
	}
	ask := func() int {
		r, err := http.NewRequest("GET", n.url+"/api/live/changes", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Corp", "ww1")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		answer, err := http.DefaultClient.Do(r.WithContext(ctx))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		return answer.StatusCode
	}
	if got := ask(); got != 429 {
		t.Errorf("the 21st page: %d", got)
	}
	pages[0].close()
	deadline := clock.System().Now().Add(patience)
	for ask() != 200 {
		if clock.System().Now().After(deadline) {
			t.Fatal("a closed page still counts")
		}
	}
}

func TestOldChangesGo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := at()
		n := newNode(t, d, 1, c)
		p := n.open(t, "ww1", "")
		n.publish(t, "ww1", "old")
		p.expect(`change {"topic":"old","keys":[]}`)
		c.Advance(12 * time.Minute)
		n.publish(t, "ww1", "new")
		p.expect(`change {"topic":"new","keys":[]}`)
		deadline := clock.System().Now().Add(patience)
		look := time.NewTicker(5 * time.Millisecond)
		defer look.Stop()
		for passed := time.Duration(0); ; <-look.C {
			var topics []string
			if err := d.Read().NewRaw("SELECT topic FROM live_change ORDER BY id").Scan(t.Context(), &topics); err != nil {
				t.Fatal(err)
			}
			if fmt.Sprint(topics) == "[new]" {
				return
			}
			if clock.System().Now().After(deadline) {
				t.Fatalf("rows %v", topics)
			}
			// Not so far that the new one is old too, however slow the sweeping is.
			if passed < 5*time.Minute {
				passed += 10 * time.Second
				c.Advance(10 * time.Second)
			}
		}
	}, live.Migrations())
}

func TestNobodyWithoutSession(t *testing.T) {
	n := newNode(t, dbtest.Open(t, db.SQLite, live.Migrations()), 1, at())
	answer, err := http.Get(n.url + "/api/live/changes")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != 401 {
		t.Errorf("%d", answer.StatusCode)
	}
}

// wire is the connection of one page; it notes what is done to it.
type wire struct {
	*httptest.ResponseRecorder

	mu      sync.Mutex
	done    []string
	flushed chan struct{}
}

func (w *wire) note(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = append(w.done, what)
}

// SetWriteDeadline notes that the page has time to take what comes.
func (w *wire) SetWriteDeadline(at time.Time) error {
	if at.After(clock.System().Now()) {
		w.note("time")
	}
	return nil
}

// Write notes that something was sent.
func (w *wire) Write(b []byte) (int, error) {
	w.note("sent")
	return w.ResponseRecorder.Write(b)
}

// Flush tells the test that the first event is out.
func (w *wire) Flush() {
	w.flushed <- struct{}{}
}

// TestAStreamEndsWhole: the end of a stream is written with time of its own. With that of
// the last event, which is over after ten seconds, the answer would stay without its end,
// and the browser would take a stream that ended as planned for a broken one.
func TestAStreamEndsWhole(t *testing.T) {
	n := newNode(t, dbtest.Open(t, db.SQLite, live.Migrations()), 1, at())
	ctx, cancel := context.WithCancel(t.Context())
	w := &wire{ResponseRecorder: httptest.NewRecorder(), flushed: make(chan struct{}, 10)}
	r := httptest.NewRequestWithContext(ctx, "GET", "/api/live/changes", nil)
	r.Header.Set("X-Corp", "ww1")
	served := make(chan struct{})
	go func() {
		defer close(served)
		n.server.Handler().ServeHTTP(w, r)
	}()
	<-w.flushed
	cancel()
	<-served
	if got := strings.Join(w.done, " "); got != "time sent time" {
		t.Errorf("the stream did: %s", got)
	}
}
