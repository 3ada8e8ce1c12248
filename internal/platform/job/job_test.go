package job_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

func TestAJobExistsOnlyIfItsTransactionCommits(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var did diary
		q := node(d, clock.NewFake(noon), 1, job.Options{})
		q.Register(job.Define("say", func(_ context.Context, j job.Job[words]) error {
			did.add("%s by %s", j.Args.Text, j.Corp)
			return nil
		}))
		ids := ask(t, d, q, job.Insert{Kind: "say", Args: words{"你好"}, Corp: "ww1"})
		err := d.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
			if _, err := q.Insert(ctx, tx, job.Insert{Kind: "say", Args: words{"lost"}, Corp: "ww1"}); err != nil {
				return err
			}
			return errors.New("changed my mind")
		})
		if err == nil {
			t.Fatal("the transaction should have failed")
		}
		settle(t, q)
		if did.String() != "[你好 by ww1]" {
			t.Fatalf("did %s", &did)
		}
		if r := state(t, q, "ww1", ids[0]); r.State != job.Done || r.Attempt != 1 || !r.FinishedAt.Equal(noon) {
			t.Fatalf("got %+v", r)
		}
	})
}

func TestWhatAFunctionReturnsDecidesWhatBecomesOfTheJob(t *testing.T) {
	boom := errors.New("boom")
	cases := []struct {
		name     string
		returns  error
		panics   bool
		attempts int
		state    job.State
		attempt  int
		runAt    time.Duration // after noon
		text     string
	}{
		{name: "nothing", state: job.Done, attempts: 3, attempt: 1},
		{name: "an error", returns: boom, attempts: 3, state: job.Available, attempt: 1, runAt: 7 * time.Second, text: "boom"},
		{name: "an error at the last try", returns: boom, attempts: 1, state: job.Dead, attempt: 1, text: "boom"},
		{name: "a panic", panics: true, attempts: 3, state: job.Available, attempt: 1, runAt: 7 * time.Second, text: "panic: 糟糕"},
		{name: "a panic at the last try", panics: true, attempts: 1, state: job.Dead, attempt: 1, text: "panic: 糟糕"},
		{name: "snooze", returns: job.Snooze(time.Minute), attempts: 1, state: job.Available, attempt: 0, runAt: time.Minute},
		{name: "cancel", returns: job.Cancel(boom), attempts: 3, state: job.Cancelled, attempt: 1, text: "boom"},
		{name: "retry in", returns: job.RetryIn(time.Hour, boom), attempts: 3, state: job.Available, attempt: 1, runAt: time.Hour, text: "boom"},
		{name: "retry in at the last try", returns: job.RetryIn(time.Hour, boom), attempts: 1, state: job.Dead, attempt: 1, text: "boom"},
	}
	each(t, func(t *testing.T, d *db.DB) {
		q := node(d, clock.NewFake(noon), 1, job.Options{})
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				q.Register(job.Define(c.name, func(context.Context, job.Job[words]) error {
					if c.panics {
						panic("糟糕")
					}
					return c.returns
				}, job.Attempts(c.attempts), job.WithBackoff(func(int) time.Duration { return 7 * time.Second })))
				ids := ask(t, d, q, job.Insert{Kind: c.name, Corp: "ww1"})
				settle(t, q)
				r := state(t, q, "ww1", ids[0])
				if r.State != c.state || r.Attempt != c.attempt || r.Error != c.text || !r.RunAt.Equal(noon.Add(c.runAt)) {
					t.Fatalf("got %+v", r)
				}
			})
		}
	})
}

func TestDeadJobsWaitForAPerson(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		c := clock.NewFake(noon)
		q := node(d, c, 1, job.Options{})
		broken := true
		var gaveUp diary
		q.Register(job.Define("fragile", func(context.Context, job.Job[words]) error {
			if broken {
				return errors.New("企业微信 refuses")
			}
			return nil
		}, job.Attempts(2), job.GiveUp(func(_ context.Context, j job.Job[words], err error) {
			gaveUp.add("%s: %v", j.Args.Text, err)
		})))
		ids := ask(t, d, q, job.Insert{Kind: "fragile", Args: words{"a"}, Corp: "ww1"}, job.Insert{Kind: "fragile", Args: words{"b"}, Corp: "ww1"})
		settle(t, q)
		if len(gaveUp.all()) != 0 {
			t.Fatal("gave up after the first of two tries")
		}
		c.Advance(time.Hour)
		settle(t, q)
		dead, err := q.List(ctx, job.Filter{Corp: "ww1", State: job.Dead})
		must(t, err)
		if len(dead) != 2 || dead[0].ID != ids[1] || dead[0].Error != "企业微信 refuses" || dead[0].Attempt != 2 {
			t.Fatalf("dead list %+v", dead)
		}
		if got := gaveUp.all(); len(got) != 2 {
			t.Fatalf("gave up %v", got)
		}
		broken = false
		must(t, q.Retry(ctx, "ww1", ids[0]))
		must(t, q.Discard(ctx, "ww1", ids[1]))
		settle(t, q)
		if a, b := state(t, q, "ww1", ids[0]), state(t, q, "ww1", ids[1]); a.State != job.Done || a.Attempt != 1 || b.State != job.Cancelled {
			t.Fatalf("got %+v and %+v", a, b)
		}
		if err := q.Retry(ctx, "ww1", ids[0]); fault.CodeOf(err) != fault.Conflict {
			t.Errorf("retrying a job that is done: %v", err)
		}
		if err := q.Discard(ctx, "ww2", ids[1]); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("another corp's job: %v", err)
		}
		counts, err := q.Counts(ctx, "ww1")
		must(t, err)
		if counts[job.Done] != 1 || counts[job.Cancelled] != 1 || counts[job.Dead] != 0 {
			t.Errorf("counts %v", counts)
		}
	})
}
