package job_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// noteTables are what shared work writes: a line that is written twice is an error.
var noteTables = db.Migrations{Set: "note", FS: fstest.MapFS{"0001_note.sql": {Data: []byte(`-- +goose Up
CREATE TABLE note_line (line TEXT PRIMARY KEY);
`)}}}

// writing writes a line for each job; before, and after with the line written, a test may
// have it fail.
func writing(after func(ctx context.Context, j job.Job[words]) error) job.Definition {
	return job.DefineTx("write", func(ctx context.Context, tx db.Tx, j job.Job[words]) error {
		if _, err := tx.NewRaw("INSERT INTO note_line (line) VALUES (?)", j.Args.Text).Exec(ctx); err != nil {
			return err
		}
		return after(ctx, j)
	}, job.Attempts(2), job.WithBackoff(func(int) time.Duration { return time.Minute }))
}

func lines(t testing.TB, d *db.DB) string {
	t.Helper()
	var found []string
	must(t, d.Read().NewRaw("SELECT line FROM note_line ORDER BY line").Scan(context.Background(), &found))
	return strings.Join(found, " ")
}

// pages asks for n jobs with the words p00, p01 and so on.
func pages(n int) []job.Insert {
	in := make([]job.Insert, n)
	for i := range in {
		in[i] = job.Insert{Kind: "write", Corp: "ww1", Args: words{fmt.Sprintf("p%02d", i)}}
	}
	return in
}

// TestJobsShareTransactions: what is due at the same moment is done and recorded, on SQLite in
// few transactions.
func TestJobsShareTransactions(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		q := node(d, clock.NewFake(noon), 1, job.Options{})
		var mu sync.Mutex
		commits := map[any]int{}
		q.Register(writing(func(ctx context.Context, _ job.Job[words]) error {
			mu.Lock()
			defer mu.Unlock()
			commits[db.Current(ctx)]++
			return nil
		}))
		ids := ask(t, d, q, pages(60)...)
		settle(t, q)
		if got := strings.Count(lines(t, d), "p"); got != 60 {
			t.Errorf("%d lines", got)
		}
		for _, i := range ids {
			if r := state(t, q, "ww1", i); r.State != job.Done || r.Attempt != 1 || r.FinishedAt.IsZero() {
				t.Fatalf("%+v", r)
			}
		}
		if n := len(commits); d.Engine() == db.SQLite && n >= 60 || d.Engine() == db.Postgres && n != 60 {
			t.Errorf("%d transactions", n)
		}
	}, noteTables)
}

// TestAFailureIsItsOwn: jobs that fail, each in its way, leave nothing behind and cost those
// who shared their transaction no try.
func TestAFailureIsItsOwn(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(noon)
		q := node(d, c, 1, job.Options{})
		q.Register(writing(func(_ context.Context, j job.Job[words]) error {
			switch j.Args.Text {
			case "p03", "p04":
				return errors.New("not today")
			case "p09":
				panic("nor ever")
			case "p17":
				return job.Snooze(time.Minute)
			case "p18":
				return job.Cancel(errors.New("no longer wanted"))
			case "p19":
				return job.RetryIn(time.Hour, errors.New("later"))
			}
			return nil
		}))
		ids := ask(t, d, q, pages(40)...)
		settle(t, q)
		odd := map[int]job.Row{
			3: {State: job.Available, Attempt: 1, Error: "not today"}, 4: {State: job.Available, Attempt: 1, Error: "not today"},
			9: {State: job.Available, Attempt: 1, Error: "panic: nor ever"}, 17: {State: job.Available},
			18: {State: job.Cancelled, Attempt: 1, Error: "no longer wanted"}, 19: {State: job.Available, Attempt: 1, Error: "later"},
		}
		var want []string
		for i, one := range ids {
			expected, failed := odd[i]
			if !failed {
				expected = job.Row{State: job.Done, Attempt: 1}
				want = append(want, fmt.Sprintf("p%02d", i))
			}
			if r := state(t, q, "ww1", one); r.State != expected.State || r.Attempt != expected.Attempt || r.Error != expected.Error {
				t.Errorf("p%02d: %s, try %d, %q", i, r.State, r.Attempt, r.Error)
			}
		}
		if got := lines(t, d); got != strings.Join(want, " ") {
			t.Errorf("written: %s", got)
		}
		c.Advance(time.Minute)
		settle(t, q)
		for _, i := range []int{3, 4, 9} {
			if r := state(t, q, "ww1", ids[i]); r.State != job.Dead || r.Attempt != 2 {
				t.Errorf("p%02d after its last try: %+v", i, r)
			}
		}
		if got := lines(t, d); got != strings.Join(want, " ") {
			t.Errorf("written afterwards: %s", got)
		}
	}, noteTables)
}

// TestSharedWorkKeepsItsLine: jobs of one line are done one after the other, in their order.
func TestSharedWorkKeepsItsLine(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		q := node(d, clock.NewFake(noon), 1, job.Options{})
		var did diary
		failed := false
		q.Register(writing(func(_ context.Context, j job.Job[words]) error {
			if j.Args.Text == "p00" && !failed {
				failed = true
				return job.RetryIn(0, errors.New("once"))
			}
			did.add("%s", j.Args.Text)
			return nil
		}))
		in := pages(6)
		for i := range in {
			in[i].Key = "k"
		}
		ask(t, d, q, in...)
		settle(t, q)
		if got := slices.Compact(did.all()); fmt.Sprint(got) != "[p00 p01 p02 p03 p04 p05]" {
			t.Errorf("did %v", got)
		}
	}, noteTables)
}

// TestSharedWorkOfAProcessTakenForDead: what it did and did not commit is undone, for it was
// no longer its job; the heir does it once.
func TestSharedWorkOfAProcessTakenForDead(t *testing.T) {
	dsn := dbtest.DSN(t, db.Postgres, job.Migrations(), noteTables) // on SQLite nobody passes a transaction that is open
	here, there := dbtest.OpenDSN(t, dsn), dbtest.OpenDSN(t, dsn)
	ctx := context.Background()
	pulse := clock.NewFake(noon)
	opts := job.Options{Pulse: pulse}
	sleeper, heir := node(here, clock.NewFake(noon), 1, opts), node(there, clock.NewFake(noon), 2, opts)
	began, goOn := make(chan struct{}, 8), make(chan struct{})
	sleeper.Register(job.DefineTx("write", func(ctx context.Context, tx db.Tx, j job.Job[words]) error {
		began <- struct{}{}
		<-goOn
		_, err := tx.NewRaw("INSERT INTO note_line (line) VALUES (?)", j.Args.Text+" by the sleeper").Exec(ctx)
		return err
	}))
	heir.Register(writing(func(context.Context, job.Job[words]) error { return nil }))
	ids := ask(t, here, sleeper, pages(2)...)
	must(t, sleeper.Step(ctx))
	<-began
	for range 7 {
		pulse.Advance(time.Second)
		must(t, heir.Beat(ctx))
		must(t, heir.Rescue(ctx))
	}
	settle(t, heir)
	close(goOn)
	sleeper.Wait()
	if got := lines(t, here); got != "p00 p01" {
		t.Errorf("written: %s", got)
	}
	for _, i := range ids {
		if r := state(t, heir, "ww1", i); r.State != job.Done || r.Attempt != 2 {
			t.Errorf("%+v", r)
		}
	}
}

// TestSharedWorkOfAKilledProcess: a process that is killed in the middle of a shared
// transaction leaves neither effects nor records, and each is done once by the next.
func TestSharedWorkOfAKilledProcess(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			dsn := dbtest.DSN(t, e, job.Migrations(), noteTables)
			d := dbtest.OpenDSN(t, dsn)
			q := node(d, clock.System(), 900, job.Options{})
			q.Register(step(d, "parent"), hang(func(string) {}), writing(func(context.Context, job.Job[words]) error { return nil }))
			ids := ask(t, d, q, pages(10)...)
			process, says := spawn(t, dsn, 0)
			hear(t, says, "works p05")
			must(t, process.Process.Kill())
			start(t, q)
			until(t, "all work", func() bool {
				counts, err := q.Counts(context.Background(), "ww1")
				must(t, err)
				return counts[job.Done] == 10
			})
			if got := lines(t, d); got != "p00 p01 p02 p03 p04 p05 p06 p07 p08 p09" {
				t.Errorf("written: %s", got)
			}
			if r := state(t, q, "ww1", ids[5]); r.Attempt != 2 {
				t.Errorf("%+v", r)
			}
		})
	}
}

// TestSharedWorkThatCannotBeRead is dead at once, alone.
func TestSharedWorkThatCannotBeRead(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		q := node(d, clock.NewFake(noon), 1, job.Options{})
		q.Register(writing(func(context.Context, job.Job[words]) error { return nil }))
		ids := ask(t, d, q, pages(3)...)
		must(t, d.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw("UPDATE job_job SET args = '[]' WHERE id = ?", ids[1]).Exec(ctx)
			return err
		}))
		settle(t, q)
		if r := state(t, q, "ww1", ids[1]); r.State != job.Dead || r.Attempt != 1 || lines(t, d) != "p00 p02" {
			t.Errorf("%+v; written: %s", r, lines(t, d))
		}
	}, noteTables)
}
