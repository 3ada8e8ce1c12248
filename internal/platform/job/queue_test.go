package job_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// deaf is a queue that never looks by itself within a test.
func deaf() job.Options { return job.Options{Poll: time.Hour} }

func TestWorkersAreWokenByTheCommit(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		q := node(d, clock.System(), 1, deaf())
		did := make(chan string, 3)
		q.Register(job.Define("say", func(_ context.Context, j job.Job[words]) error { did <- j.Args.Text; return nil }))
		start(t, q)
		for i := range 3 {
			ask(t, d, q, job.Insert{Kind: "say", Args: words{fmt.Sprint(i)}})
			if got := <-did; got != fmt.Sprint(i) {
				t.Fatalf("got %s", got)
			}
		}
	})
}

func TestAnotherNodeIsWokenByTheCommit(t *testing.T) {
	dsn := dbtest.DSN(t, db.Postgres, job.Migrations())
	here, there := dbtest.OpenDSN(t, dsn), dbtest.OpenDSN(t, dsn)
	asker := node(here, clock.System(), 1, job.Options{Workers: map[job.Lane]int{}})
	worker := node(there, clock.System(), 2, deaf())
	did := make(chan string, 1)
	say := job.Define("say", func(_ context.Context, j job.Job[words]) error { did <- j.Args.Text; return nil })
	asker.Register(say)
	worker.Register(say)
	start(t, worker)
	start(t, asker)
	for i := range 3 {
		ask(t, here, asker, job.Insert{Kind: "say", Args: words{fmt.Sprint(i)}})
		if got := <-did; got != fmt.Sprint(i) {
			t.Fatalf("got %s", got)
		}
	}
}

func TestALaneWorksAtTheMomentAJobIsDue(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		q := node(d, clock.System(), 1, deaf())
		did := make(chan time.Time, 1)
		q.Register(job.Define("say", func(context.Context, job.Job[words]) error { did <- clock.System().Now(); return nil }))
		start(t, q)
		at := clock.System().Now().Add(150 * time.Millisecond)
		ask(t, d, q, job.Insert{Kind: "say", RunAt: at})
		if got := <-did; got.Before(at.Truncate(time.Millisecond)) || got.Sub(at) > 5*time.Second {
			t.Errorf("ran %s after its moment", got.Sub(at))
		}
	})
}

func TestStopLetsJobsFinishAndCutsOffTheRest(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		q := node(d, clock.System(), 1, job.Options{Workers: map[job.Lane]int{job.Normal: 8}})
		began, goOn := make(chan struct{}, 2), make(chan struct{})
		q.Register(job.Define("patient", func(ctx context.Context, _ job.Job[words]) error {
			began <- struct{}{}
			<-goOn
			return nil
		}), job.Define("endless", func(ctx context.Context, _ job.Job[words]) error {
			began <- struct{}{}
			<-ctx.Done()
			if !errors.Is(context.Cause(ctx), job.ErrStopping) {
				return fmt.Errorf("the cause is %w", context.Cause(ctx))
			}
			return ctx.Err()
		}))
		must(t, q.Start(context.Background()))
		ids := ask(t, d, q, job.Insert{Kind: "patient", Corp: "ww1"}, job.Insert{Kind: "endless", Corp: "ww1"})
		<-began
		<-began
		ctx, cancel := context.WithCancel(context.Background())
		stopped := make(chan error, 1)
		go func() { stopped <- q.Stop(ctx) }()
		close(goOn)
		until(t, "the patient job", func() bool { return state(t, q, "ww1", ids[0]).State == job.Done })
		late := ask(t, d, q, job.Insert{Kind: "patient", Corp: "ww1"})
		cancel()
		must(t, <-stopped)
		must(t, q.Stop(context.Background())) // twice is harmless
		if r := state(t, q, "ww1", ids[1]); r.State != job.Available || r.Attempt != 0 || r.Error != "" {
			t.Errorf("the job that was cut off: %+v", r)
		}
		if r := state(t, q, "ww1", late[0]); r.State != job.Available || r.Attempt != 0 {
			t.Errorf("the job that came too late: %+v", r)
		}
		heir := node(d, clock.System(), 2, job.Options{})
		ok := func(context.Context, job.Job[words]) error { return nil }
		heir.Register(job.Define("patient", ok), job.Define("endless", ok))
		settle(t, heir)
		if r := state(t, heir, "ww1", ids[1]); r.State != job.Done || r.Attempt != 1 {
			t.Errorf("the heir left %+v", r)
		}
	})
}

func TestRunNowAnswersWithTheResult(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		q := node(d, clock.System(), 1, job.Options{Workers: map[job.Lane]int{}}) // no workers: the caller's own go
		goOn := make(chan struct{})
		q.Register(job.Define("publish", func(_ context.Context, j job.Job[words]) error {
			switch j.Args.Text {
			case "bad":
				return job.Cancel(errors.New("企业微信 refuses"))
			case "slow":
				<-goOn
			}
			return nil
		}))
		start(t, q)
		ids := ask(t, d, q, job.Insert{Kind: "publish", Corp: "ww1"}, job.Insert{Kind: "publish", Corp: "ww1", Args: words{"bad"}},
			job.Insert{Kind: "publish", Corp: "ww1", Args: words{"slow"}, RunAt: clock.System().Now().Add(time.Hour)})
		for i, want := range []job.State{job.Done, job.Cancelled} {
			got, err := q.RunNow(ctx, ids[i], 10*time.Second)
			must(t, err)
			if got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		got, err := q.RunNow(ctx, ids[2], time.Millisecond)
		must(t, err)
		if got != job.Running {
			t.Errorf("a slow one is %s", got)
		}
		close(goOn)
		got, err = q.RunNow(ctx, ids[2], 10*time.Second) // only waits
		must(t, err)
		if got != job.Done {
			t.Errorf("it ended %s", got)
		}
		if _, err := q.RunNow(ctx, 12345, time.Second); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("an unknown job: %v", err)
		}
		err = d.Tx(ctx, func(ctx context.Context, _ db.Tx) error {
			_, err := q.RunNow(ctx, ids[0], time.Second)
			return err
		})
		if !errors.Is(err, db.ErrInTx) {
			t.Errorf("inside a transaction: %v", err)
		}
	})
}

func TestProgressIsSeenWhileTheJobRuns(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		q := node(d, clock.NewFake(noon), 1, job.Options{})
		said, goOn := make(chan struct{}), make(chan struct{})
		q.Register(job.Define("sync", func(ctx context.Context, j job.Job[words]) error {
			for i := range int64(3) {
				if err := j.Report(ctx, i+1, 3, fmt.Sprintf("第 %d 批", i+1)); err != nil {
					return err
				}
				said <- struct{}{}
				<-goOn
			}
			return nil
		}))
		ids := ask(t, d, q, job.Insert{Kind: "sync", Corp: "ww1"})
		must(t, q.Step(ctx))
		<-said
		rows, err := q.Running(ctx, "ww1")
		must(t, err)
		if len(rows) != 1 || rows[0].Done != 1 || rows[0].Total != 3 || rows[0].Note != "第 1 批" {
			t.Errorf("at first %+v", rows)
		}
		goOn <- struct{}{}
		<-said
		must(t, q.Beat(ctx)) // the second report came too soon to be written by itself
		rows, err = q.Running(ctx, "ww1")
		must(t, err)
		if len(rows) != 1 || rows[0].Done != 2 {
			t.Errorf("then %+v", rows)
		}
		if other, err := q.Running(ctx, "ww2"); err != nil || len(other) != 0 {
			t.Errorf("another corp sees %+v, %v", other, err)
		}
		goOn <- struct{}{}
		<-said
		goOn <- struct{}{}
		q.Wait()
		if r := state(t, q, "ww1", ids[0]); r.Done != 3 || r.State != job.Done {
			t.Errorf("at last %+v", r)
		}
	})
}

func TestCancelEndsARunningJob(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		a, b := node(d, clock.NewFake(noon), 1, job.Options{}), node(d, clock.NewFake(noon), 2, job.Options{})
		began, told := make(chan struct{}, 2), make(chan error, 2)
		work := job.Define("work", func(ctx context.Context, _ job.Job[words]) error {
			began <- struct{}{}
			<-ctx.Done()
			told <- context.Cause(ctx)
			return ctx.Err()
		})
		a.Register(work)
		b.Register(work)
		ids := ask(t, d, a, job.Insert{Kind: "work", Corp: "ww1"}, job.Insert{Kind: "work", Corp: "ww1"})
		must(t, a.Step(ctx))
		<-began
		<-began
		must(t, a.Cancel(ctx, "ww1", ids[0])) // in its own process: at once
		if err := <-told; !errors.Is(err, job.ErrCancelled) {
			t.Errorf("the cause is %v", err)
		}
		must(t, b.Cancel(ctx, "ww1", ids[1])) // in another: with the next heartbeat
		must(t, a.Beat(ctx))
		if err := <-told; !errors.Is(err, job.ErrCancelled) {
			t.Errorf("the cause is %v", err)
		}
		a.Wait()
		for _, i := range ids {
			if r := state(t, a, "ww1", i); r.State != job.Cancelled {
				t.Errorf("got %+v", r)
			}
		}
		if err := a.Cancel(ctx, "ww1", ids[0]); fault.CodeOf(err) != fault.Conflict {
			t.Errorf("again: %v", err)
		}
	})
}

func TestDoneMakesEffectAndRecordOneFact(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		q := node(d, clock.NewFake(noon), 1, job.Options{})
		fail := true
		boom := errors.New("boom")
		q.Register(job.Define("count", func(ctx context.Context, j job.Job[words]) error {
			err := d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
				if _, err := tx.NewRaw("INSERT INTO trace_done (node) VALUES ('x')").Exec(ctx); err != nil {
					return err
				}
				if err := j.Done(ctx, tx); err != nil {
					return err
				}
				if fail {
					fail = false
					return boom
				}
				return nil
			})
			if errors.Is(err, boom) {
				return job.RetryIn(0, err)
			}
			return err
		}))
		ids := ask(t, d, q, job.Insert{Kind: "count", Corp: "ww1", Key: "k"}, job.Insert{Kind: "count", Corp: "ww1", Key: "k"})
		settle(t, q)
		var n int
		must(t, d.Read().NewRaw("SELECT count(*) FROM trace_done").Scan(context.Background(), &n))
		if a, b := state(t, q, "ww1", ids[0]), state(t, q, "ww1", ids[1]); n != 2 || a.State != job.Done || a.Attempt != 2 || b.State != job.Done {
			t.Errorf("%d effects, %+v, %+v", n, a, b)
		}
	}, traceTables)
}

func TestOldJobsArePrunedAndTheirKeysFree(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(noon)
		q := node(d, c, 1, job.Options{})
		q.Register(job.Define("work", func(_ context.Context, j job.Job[words]) error {
			if j.Args.Text == "bad" {
				return errors.New("no")
			}
			return nil
		}, job.Attempts(1)))
		var in []job.Insert
		for i := range 1200 {
			in = append(in, job.Insert{Kind: "work", Corp: "ww1", Unique: fmt.Sprint(i)})
		}
		in = append(in, job.Insert{Kind: "work", Corp: "ww1", Args: words{"bad"}},
			job.Insert{Kind: "work", Corp: "ww1", RunAt: noon.AddDate(0, 1, 0)})
		ids := ask(t, d, q, in...)
		settle(t, q)
		c.Advance(7 * 24 * time.Hour)
		settle(t, q)
		if again := ask(t, d, q, in[0])[0]; again != ids[0] {
			t.Fatal("the key was free after seven days")
		}
		c.Advance(25 * time.Hour)
		settle(t, q) // the pruning schedule fires
		counts, err := q.Counts(context.Background(), "ww1")
		must(t, err)
		if counts[job.Done] != 0 || counts[job.Dead] != 1 || counts[job.Available] != 1 {
			t.Errorf("after eight days: %v", counts)
		}
		if again := ask(t, d, q, in[0])[0]; again == ids[0] {
			t.Error("the key is still taken")
		}
	})
}
