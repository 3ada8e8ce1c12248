package job_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

func TestJobsOfOneKeyRunInOrderAndWaitForTheRetryOfTheFirst(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(noon)
		q := node(d, c, 1, job.Options{})
		var did diary
		fails := 2
		q.Register(job.Define("step", func(_ context.Context, j job.Job[words]) error {
			did.add("%s", j.Args.Text)
			if j.Args.Text == "a1" && fails > 0 {
				fails--
				return job.RetryIn(time.Minute, errors.New("not yet"))
			}
			return nil
		}))
		for i := 1; i <= 5; i++ {
			ask(t, d, q, job.Insert{Kind: "step", Key: "a", Corp: "ww1", Args: words{fmt.Sprintf("a%d", i)}})
		}
		ask(t, d, q, job.Insert{Kind: "step", Key: "b", Corp: "ww1", Args: words{"b1"}},
			job.Insert{Kind: "step", Key: "a", Corp: "ww2", Args: words{"another corp's a"}})
		settle(t, q)
		got := did.all()
		slices.Sort(got)
		if fmt.Sprint(got) != "[a1 another corp's a b1]" {
			t.Fatalf("while a1 waits for its retry: %v", got)
		}
		c.Advance(time.Minute)
		settle(t, q)
		c.Advance(time.Minute)
		settle(t, q)
		if got := did.all()[3:]; fmt.Sprint(got) != "[a1 a1 a2 a3 a4 a5]" {
			t.Fatalf("then %v", got)
		}
	})
}

func TestADeadOrCancelledJobLetsItsLineGoOn(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		q := node(d, clock.NewFake(noon), 1, job.Options{})
		var did diary
		q.Register(job.Define("step", func(_ context.Context, j job.Job[words]) error {
			did.add("%s", j.Args.Text)
			switch j.Args.Text {
			case "dies":
				return errors.New("no")
			case "stops":
				return job.Cancel(errors.New("no"))
			case "snoozes":
				return job.Snooze(time.Hour)
			}
			return nil
		}, job.Attempts(1)))
		var in []job.Insert
		for _, text := range []string{"dies", "stops", "first", "snoozes", "last"} {
			in = append(in, job.Insert{Kind: "step", Key: "a", Corp: "ww1", Args: words{text}})
		}
		ids := ask(t, d, q, in...)
		settle(t, q)
		if did.String() != "[dies stops first snoozes]" {
			t.Fatalf("did %s", &did)
		}
		if s := state(t, q, "ww1", ids[4]).State; s != job.Parked && s != job.Available {
			t.Fatalf("the last is %s", s)
		}
		must(t, q.Cancel(context.Background(), "ww1", ids[3]))
		settle(t, q)
		if did.String() != "[dies stops first snoozes last]" {
			t.Fatalf("after the head was cancelled: %s", &did)
		}
	})
}

func TestAJobForLaterJoinsItsLineOnlyThen(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(noon)
		q := node(d, c, 1, job.Options{})
		var did diary
		q.Register(job.Define("step", func(_ context.Context, j job.Job[words]) error {
			did.add("%s", j.Args.Text)
			if j.Args.Text == "today" && j.Attempt == 1 {
				return job.RetryIn(25*time.Hour, errors.New("slow"))
			}
			return nil
		}))
		ask(t, d, q, job.Insert{Kind: "step", Key: "a", Corp: "ww1", Args: words{"tomorrow"}, RunAt: noon.Add(24 * time.Hour)})
		ask(t, d, q, job.Insert{Kind: "step", Key: "a", Corp: "ww1", Args: words{"today"}})
		settle(t, q)
		c.Advance(24 * time.Hour)
		settle(t, q)
		if did.String() != "[today]" {
			t.Fatalf("did %s: the reminder must neither hold up today's work nor overtake it", &did)
		}
		c.Advance(2 * time.Hour)
		settle(t, q)
		if did.String() != "[today today tomorrow]" {
			t.Fatalf("did %s", &did)
		}
	})
}

// The second node's clock is an hour behind, so its ids are smaller than those of jobs
// that were asked for before.
func TestALineKeepsItsOrderOverNodesWhoseClocksDisagree(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ahead, behind := clock.NewFake(noon), clock.NewFake(noon.Add(-time.Hour))
		a, b := node(d, ahead, 1, job.Options{}), node(d, behind, 2, job.Options{})
		var did diary
		say := job.Define("say", func(_ context.Context, j job.Job[words]) error { did.add("%s", j.Args.Text); return nil })
		a.Register(say)
		b.Register(say)
		for i := range 6 {
			q := a
			if i%2 == 1 {
				q = b
			}
			ask(t, d, q, job.Insert{Kind: "say", Key: "k", Corp: "ww1", Args: words{fmt.Sprint(i)}},
				job.Insert{Kind: "say", Key: "k", Corp: "ww1", Args: words{fmt.Sprint(i, "+")}})
		}
		settle(t, b) // sees only what is due by its own clock
		settle(t, a)
		if did.String() != "[0 0+ 1 1+ 2 2+ 3 3+ 4 4+ 5 5+]" {
			t.Fatalf("did %s", &did)
		}
	})
}

func TestALongLineDoesNotHoldUpTheLane(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(noon)
		q := node(d, c, 1, job.Options{})
		var count atomic.Int64 // the lane has several workers
		q.Register(job.Define("step", func(_ context.Context, j job.Job[words]) error {
			if j.LaneKey == "long" {
				return job.Snooze(time.Minute)
			}
			count.Add(1)
			return nil
		}))
		var in []job.Insert
		for range 1000 {
			in = append(in, job.Insert{Kind: "step", Key: "long", Corp: "ww1"})
		}
		for range 3 {
			in = append(in, job.Insert{Kind: "step", Corp: "ww1"})
		}
		ask(t, d, q, in...)
		settle(t, q)
		if count.Load() != 3 {
			t.Fatalf("%d of 3 jobs behind the line ran", count.Load())
		}
		counts, err := q.Counts(context.Background(), "ww1")
		must(t, err)
		if counts[job.Parked] != 999 || counts[job.Available] != 1 {
			t.Fatalf("counts %v: the waiting ones should be out of the claim's way", counts)
		}
	})
}

// Nothing but the end of the first job can set the second going here: the sweep, the
// poll and the heartbeat are hours away.
func TestTheNextOfALineStartsWhenTheOneBeforeEnds(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		q := node(d, clock.System(), 1, job.Options{Poll: time.Hour, Heartbeat: time.Hour, Lease: 5 * time.Hour})
		did := make(chan string, 3)
		q.Register(job.Define("step", func(_ context.Context, j job.Job[words]) error {
			did <- j.Args.Text
			if j.Args.Text == "2" {
				return job.Cancel(nil)
			}
			return nil
		}))
		ask(t, d, q, job.Insert{Kind: "step", Key: "k", Args: words{"1"}}, job.Insert{Kind: "step", Key: "k", Args: words{"2"}},
			job.Insert{Kind: "step", Key: "k", Args: words{"3"}})
		start(t, q)
		for _, want := range []string{"1", "2", "3"} {
			over := clock.System().NewTimer(10 * time.Second)
			select {
			case got := <-did:
				if got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			case <-over.C:
				t.Fatalf("%s never started", want)
			}
			over.Stop()
		}
	})
}

// A job for later that has begun is the one that runs, although a fresh job has an
// earlier place. The fresh one waits, and so does nobody else.
func TestAFreshJobWaitsForTheLaterOneThatRunsAlready(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		c := clock.NewFake(noon)
		q := node(d, c, 1, job.Options{})
		var did diary
		began, goOn := make(chan struct{}), make(chan struct{})
		q.Register(job.Define("step", func(_ context.Context, j job.Job[words]) error {
			if j.Args.Text == "reminder" {
				close(began)
				<-goOn
			}
			did.add("%s", j.Args.Text)
			return nil
		}))
		ask(t, d, q, job.Insert{Kind: "step", Key: "k", Corp: "ww1", Args: words{"reminder"}, RunAt: noon.Add(time.Hour)})
		c.Advance(time.Hour)
		must(t, q.Step(ctx))
		<-began
		c.Set(noon) // so that the fresh job's place is surely the earlier one
		fresh := ask(t, d, q, job.Insert{Kind: "step", Key: "k", Corp: "ww1", Args: words{"fresh"}},
			job.Insert{Kind: "step", Corp: "ww1", Args: words{"other"}})
		for range 3 {
			must(t, q.Step(ctx))
			must(t, q.Lead(ctx)) // the sweep must not free it either
		}
		if r := state(t, q, "ww1", fresh[0]); r.State != job.Parked {
			t.Errorf("the fresh job is %s", r.State)
		}
		until(t, "the other job", func() bool { return did.String() == "[other]" })
		close(goOn)
		q.Wait()
		settle(t, q)
		if did.String() != "[other reminder fresh]" {
			t.Errorf("did %s", &did)
		}
	})
}
