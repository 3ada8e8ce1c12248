package job_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// noon is where the tests' days begin.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// each runs body on both engines with the queue's tables.
func each(t *testing.T, body func(t *testing.T, d *db.DB), more ...db.Migrations) {
	t.Helper()
	dbtest.Each(t, body, append([]db.Migrations{job.Migrations()}, more...)...)
}

// traceTables are what the step jobs of crash_test.go write.
var traceTables = db.Migrations{Set: "trace", FS: fstest.MapFS{"0001_trace.sql": {Data: []byte(`-- +goose Up
CREATE TABLE trace_line (line TEXT PRIMARY KEY, inside INTEGER NOT NULL, last INTEGER NOT NULL);
CREATE TABLE trace_done (node TEXT NOT NULL);
CREATE TABLE trace_problem (text TEXT NOT NULL);
`)}}}

// words are the arguments of most test jobs.
type words struct {
	Text string `json:"text"`
}

// node is one process's queue. It is not started.
func node(d *db.DB, c clock.Clock, number int, opts job.Options) *job.Queue {
	return job.New(d, c, id.NewSource(c, number), slog.New(slog.DiscardHandler), opts)
}

// quick makes signs of life ten times as fast as usual, so that tests of dead
// processes last half a second.
func quick() job.Options {
	return job.Options{Heartbeat: 100 * time.Millisecond, Lease: 500 * time.Millisecond, Poll: 100 * time.Millisecond}
}

// run starts q for the test's lifetime.
func start(t testing.TB, q *job.Queue) {
	t.Helper()
	must(t, q.Start(context.Background()))
	t.Cleanup(func() { stop(t, q) })
}

func stop(t testing.TB, q *job.Queue) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := q.Stop(ctx); err != nil {
		t.Error("stop:", err)
	}
}

func ask(t testing.TB, d *db.DB, q *job.Queue, in ...job.Insert) []id.ID {
	t.Helper()
	var ids []id.ID
	must(t, d.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		var err error
		ids, err = q.Insert(ctx, tx, in...)
		return err
	}))
	return ids
}

func settle(t testing.TB, q *job.Queue) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	must(t, q.Settle(ctx))
}

// tester is a *testing.T or a *rapid.T.
type tester interface {
	Helper()
	Fatal(args ...any)
}

func must(t tester, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// state is where the job stands, with the row for more questions.
func state(t testing.TB, q *job.Queue, corp string, job id.ID) job.Row {
	t.Helper()
	r, err := q.Get(context.Background(), corp, job)
	must(t, err)
	return r
}

// until waits for a condition that other goroutines or processes bring about.
func until(t tester, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for !ok() {
		if clock.Sleep(ctx, clock.System(), 5*time.Millisecond) != nil {
			t.Fatal("waited too long for " + what)
		}
	}
}

// diary collects what work functions did.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) add(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *diary) all() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.lines...)
}

// sorted is for work whose order does not matter.
func (d *diary) sorted() []string { return slices.Sorted(slices.Values(d.all())) }

func (d *diary) String() string { return fmt.Sprint(d.all()) }
