package job_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

const (
	childDSN  = "QUEQIAO_JOB_TEST_CHILD" // makes the test program a worker on this database
	childSkew = "QUEQIAO_JOB_TEST_SKEW"  // how far its clock is off
)

func TestMain(m *testing.M) {
	if dsn := os.Getenv(childDSN); dsn != "" {
		if err := child(dsn); err != nil {
			fmt.Fprintln(os.Stdout, "error", err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// skewed is the machine's clock, put forward or back.
type skewed struct{ by time.Duration }

func (s skewed) Now() time.Time { return clock.System().Now().Add(s.by) }
func (s skewed) NewTimer(d time.Duration) *clock.Timer {
	return clock.System().NewTimer(d)
}

// child is a worker process. It says what it does on its standard output and works
// until it is killed.
func child(dsn string) error {
	ctx := context.Background()
	by, err := time.ParseDuration(os.Getenv(childSkew))
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, db.Config{DSN: dsn, MaxConns: 8, NoSync: true}, clock.System(), slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	number, _, err := job.ClaimNode(ctx, d)
	if err != nil {
		return err
	}
	q := job.New(d, skewed{by}, id.NewSource(skewed{by}, number), slog.New(slog.DiscardHandler), job.Options{})
	says := func(text string) { fmt.Fprintln(os.Stdout, "works", text) }
	q.Register(hang(says), step(d, "child"), writing(func(ctx context.Context, j job.Job[words]) error {
		if j.Args.Text == "p05" {
			says(j.Args.Text)
			select {}
		}
		return nil
	}))
	if err := q.Start(ctx); err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, "ready", number)
	select {}
}

// hang is work that does not end by itself.
func hang(began func(string)) job.Definition {
	return job.Define("hang", func(ctx context.Context, j job.Job[words]) error {
		began(j.Args.Text)
		<-ctx.Done()
		return ctx.Err()
	})
}

// spawn starts a child and gives its output by lines. It is killed with the test.
func spawn(t testing.TB, dsn string, skew time.Duration) (*exec.Cmd, <-chan string) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	c := exec.Command(self)
	c.Env = append(os.Environ(), childDSN+"="+dsn, childSkew+"="+skew.String())
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	lines := make(chan string, 1000)
	read := make(chan struct{})
	go func() {
		defer close(read)
		for s := bufio.NewScanner(out); s.Scan(); {
			lines <- s.Text()
		}
	}()
	t.Cleanup(func() {
		_ = c.Process.Kill() // it may be dead already
		<-read
		_ = c.Wait()
	})
	return c, lines
}

func hear(t testing.TB, lines <-chan string, want string) {
	t.Helper()
	over := clock.System().NewTimer(20 * time.Second)
	defer over.Stop()
	for {
		select {
		case got := <-lines:
			if len(got) >= len(want) && got[:len(want)] == want {
				return
			}
		case <-over.C:
			t.Fatalf("the child never said %q", want)
		}
	}
}

// The lease and the heartbeat are the product's own here, and the second process
// starts only after the first is dead, which is the slowest way to find out.
func TestAJobOfAKilledProcessRunsAgainWithinTenSeconds(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			dsn := dbtest.DSN(t, e, job.Migrations())
			d := dbtest.OpenDSN(t, dsn)
			var did diary
			q := node(d, clock.System(), 900, job.Options{})
			q.Register(step(d, "parent"), job.Define("hang", func(_ context.Context, j job.Job[words]) error {
				did.add("%s, try %d", j.Args.Text, j.Attempt)
				return nil
			}))
			process, lines := spawn(t, dsn, 0)
			hear(t, lines, "ready")
			ids := ask(t, d, q, job.Insert{Kind: "hang", Corp: "ww1", Key: "k", Args: words{"a"}},
				job.Insert{Kind: "hang", Corp: "ww1", Key: "k", Args: words{"b"}})
			hear(t, lines, "works a")
			must(t, process.Process.Kill())
			killed := clock.System().Now()
			start(t, q)
			until(t, "the job to run again", func() bool { return len(did.all()) == 2 })
			if took := clock.System().Now().Sub(killed); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
			if did.String() != "[a, try 2 b, try 1]" {
				t.Errorf("did %s", &did)
			}
			until(t, "the record", func() bool { return state(t, q, "ww1", ids[1]).State == job.Done })
		})
	}
}

// stepArgs is one of the jobs whose order and solitude the database itself checks.
type stepArgs struct {
	Line string `json:"line"`
	N    int    `json:"n"`
}

// step enters the line, checks that it is alone and that it is next, and leaves. Each
// is a transaction of its own, so that two at once would be seen. A killed process
// leaves the line occupied, and its job, run again, may find itself there.
func step(d *db.DB, name string) job.Definition {
	return job.Define("step", func(ctx context.Context, j job.Job[stepArgs]) error {
		one := func(text string, args ...any) (n int64, err error) {
			err = d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
				res, err := tx.NewRaw(text, args...).Exec(ctx)
				if err == nil {
					n, err = res.RowsAffected()
				}
				return err
			})
			return n, err
		}
		complain := func(what string) error {
			_, err := one("INSERT INTO trace_problem (text) VALUES (?)", fmt.Sprintf("%s %d at %s: %s", j.Args.Line, j.Args.N, name, what))
			return err
		}
		if n, err := one("UPDATE trace_line SET inside = ? WHERE line = ? AND inside IN (-1, ?)", j.Args.N, j.Args.Line, j.Args.N); err != nil {
			return err
		} else if n == 0 {
			return complain("another is inside")
		}
		if n, err := one("UPDATE trace_line SET last = ? WHERE line = ? AND last IN (?, ?)", j.Args.N, j.Args.Line, j.Args.N-1, j.Args.N); err != nil {
			return err
		} else if n == 0 {
			return complain("not the next")
		}
		if n, err := one("UPDATE trace_line SET inside = -1 WHERE line = ? AND inside = ?", j.Args.Line, j.Args.N); err != nil {
			return err
		} else if n == 0 {
			return complain("pushed out")
		}
		_, err := one("INSERT INTO trace_done (node) VALUES (?)", name)
		return err
	}, job.Attempts(3), job.WithBackoff(func(int) time.Duration { return 0 }))
}

func TestTwoProcessesWithSkewedClocksKeepEveryLine(t *testing.T) {
	t.Parallel()
	name := dbtest.DSN(t, db.Postgres, job.Migrations(), traceTables)
	d := dbtest.OpenDSN(t, name)
	const lines, length = 12, 25
	// Nobody kills this one: on a machine so busy that its pulse stands still for half a second it
	// would count as dead, and its work be given to another while it is at it.
	patient := quick()
	patient.Lease = 10 * time.Second
	q := node(d, skewed{-20 * time.Minute}, 900, patient)
	q.Register(step(d, "parent"), hang(func(string) {}))
	first, says := spawn(t, name, 20*time.Minute)
	hear(t, says, "ready")
	_, says = spawn(t, name, 3*time.Second)
	hear(t, says, "ready")
	start(t, q)
	for l := range lines {
		must(t, d.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw("INSERT INTO trace_line (line, inside, last) VALUES (?, -1, -1)", strconv.Itoa(l)).Exec(ctx)
			return err
		}))
	}
	for n := range length {
		var in []job.Insert
		for l := range lines {
			in = append(in, job.Insert{Kind: "step", Corp: "ww1", Key: strconv.Itoa(l), Args: stepArgs{strconv.Itoa(l), n}})
		}
		ask(t, d, q, in...)
		if n == length/2 {
			must(t, first.Process.Kill()) // in the middle of it all
		}
	}
	done := func() int64 {
		counts, err := q.Counts(context.Background(), "ww1")
		must(t, err)
		return counts[job.Done]
	}
	until(t, "all steps", func() bool { return done() == lines*length })
	var problems []string
	must(t, d.Read().NewRaw("SELECT text FROM trace_problem").Scan(context.Background(), &problems))
	for _, p := range problems {
		t.Error(p)
	}
	var nodes []string
	must(t, d.Read().NewRaw("SELECT DISTINCT node FROM trace_done ORDER BY node").Scan(context.Background(), &nodes))
	if fmt.Sprint(nodes) != "[child parent]" {
		t.Errorf("worked: %v; both should have", nodes)
	}
}
