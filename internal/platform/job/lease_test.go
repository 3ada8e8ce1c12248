package job_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// A process that was taken for dead (a long pause, a cut-off network) wakes up: its
// work must learn of it, and it must not be able to finish what others have now.
func TestAProcessTakenForDeadCannotFinishItsJobs(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		pulse := clock.NewFake(noon)
		opts := job.Options{Pulse: pulse}
		sleeper, other := node(d, clock.NewFake(noon), 1, opts), node(d, clock.NewFake(noon), 2, opts)
		began, told := make(chan struct{}), make(chan error, 3)
		sleeper.Register(job.Define("work", func(ctx context.Context, j job.Job[words]) error {
			close(began)
			<-ctx.Done()
			told <- context.Cause(ctx)
			told <- j.Report(context.WithoutCancel(ctx), 1, 2, "still here")
			told <- d.Tx(context.WithoutCancel(ctx), j.Done)
			return nil
		}))
		var did diary
		other.Register(job.Define("work", func(_ context.Context, j job.Job[words]) error { did.add("try %d", j.Attempt); return nil }))
		ids := ask(t, d, sleeper, job.Insert{Kind: "work", Corp: "ww1"})
		must(t, sleeper.Step(ctx))
		<-began
		for range 4 { // a heartbeat a second, five make a lease: not yet
			pulse.Advance(time.Second)
			must(t, other.Beat(ctx))
			must(t, other.Rescue(ctx))
		}
		settle(t, other)
		if len(did.all()) != 0 {
			t.Fatal("rescued before the lease was over")
		}
		for range 2 {
			pulse.Advance(time.Second)
			must(t, other.Beat(ctx))
			must(t, other.Rescue(ctx))
		}
		settle(t, other)
		if did.String() != "[try 2]" {
			t.Fatalf("the other did %s", &did)
		}
		must(t, sleeper.Beat(ctx)) // it wakes up
		for _, what := range []string{"the context", "Report", "Done"} {
			if err := <-told; !errors.Is(err, job.ErrLost) {
				t.Errorf("%s said %v, want ErrLost", what, err)
			}
		}
		sleeper.Wait()
		if r := state(t, other, "ww1", ids[0]); r.State != job.Done || r.Attempt != 2 || r.Note != "" {
			t.Errorf("got %+v", r)
		}
		// And it is a full member again.
		ids = ask(t, d, other, job.Insert{Kind: "work", Corp: "ww1"})
		settle(t, other)
		if r := state(t, other, "ww1", ids[0]); r.State != job.Done {
			t.Errorf("got %+v", r)
		}
	})
}

// The dead process wakes up while the other is at work on the same job: only the
// other's outcome may count.
func TestOnlyTheLastWhoClaimedAJobCanFinishIt(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		pulse := clock.NewFake(noon)
		claim := func(number int, returns error) (q *job.Queue, goOn chan struct{}) {
			q, goOn = node(d, clock.NewFake(noon), number, job.Options{Pulse: pulse}), make(chan struct{})
			began := make(chan struct{})
			q.Register(job.Define("work", func(context.Context, job.Job[words]) error {
				close(began)
				<-goOn
				return returns
			}))
			if number == 1 {
				ask(t, d, q, job.Insert{Kind: "work", Corp: "ww1"})
			}
			for range 7 {
				pulse.Advance(time.Second)
				must(t, q.Beat(ctx))
				must(t, q.Rescue(ctx))
			}
			must(t, q.Step(ctx))
			<-began
			return q, goOn
		}
		sleeper, wakeUp := claim(1, nil)
		other, goOn := claim(2, job.Cancel(errors.New("no longer wanted")))
		close(wakeUp)
		sleeper.Wait()
		rows, err := other.Running(ctx, "ww1")
		must(t, err)
		if len(rows) != 1 || rows[0].Attempt != 2 {
			t.Errorf("the sleeper finished the other's job: running %+v", rows)
		}
		close(goOn)
		other.Wait()
		rows, err = other.List(ctx, job.Filter{Corp: "ww1"})
		must(t, err)
		if len(rows) != 1 || rows[0].State != job.Cancelled || rows[0].Error != "no longer wanted" {
			t.Errorf("got %+v", rows)
		}
	})
}

// A claim can take several heartbeats where one writer serves all: its jobs are nobody
// else's. One whose answer was lost is launched by nobody, so its jobs are put back.
func TestAJobIsPutBackOnlyWhenItsClaimIsOver(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		q := node(d, clock.NewFake(noon), 1, job.Options{Pulse: clock.NewFake(noon)})
		tries := 0
		q.Register(job.Define("work", func(context.Context, job.Job[words]) error { tries++; return nil }))
		must(t, q.Beat(ctx))
		ids := ask(t, d, q, job.Insert{Kind: "work", Corp: "ww1"}, job.Insert{Kind: "work", Corp: "ww1"})
		slow, lost := ids[0], ids[1]
		launch, _, err := q.Claim(ctx, slow)
		must(t, err)
		_, forget, err := q.Claim(ctx, lost)
		must(t, err)
		forget()
		for range 4 {
			must(t, q.Beat(ctx))
		}
		// The slow claim is older than the lost one's: until it ends, either could be its job.
		for _, i := range ids {
			if r := state(t, q, "ww1", i); r.State != job.Running {
				t.Errorf("job %s is %s while a claim is on its way", i, r.State)
			}
		}
		launch()
		q.Wait()
		must(t, q.Beat(ctx))
		if r := state(t, q, "ww1", slow); r.State != job.Done || r.Attempt != 1 || tries != 1 {
			t.Errorf("the slow claim's job: %+v, worked on %d times", r, tries)
		}
		if r := state(t, q, "ww1", lost); r.State != job.Available || r.Attempt != 0 {
			t.Errorf("the lost claim's job: %+v", r)
		}
	})
}

func TestAnObserverThatWasAsleepItselfAccusesNobody(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		pulse := clock.NewFake(noon)
		a, b := node(d, clock.NewFake(noon), 1, job.Options{Pulse: pulse}), node(d, clock.NewFake(noon), 2, job.Options{Pulse: pulse})
		hold, began := make(chan struct{}), make(chan struct{})
		work := job.Define("work", func(ctx context.Context, _ job.Job[words]) error {
			close(began)
			<-hold
			return ctx.Err()
		})
		a.Register(work)
		b.Register(work)
		ids := ask(t, d, a, job.Insert{Kind: "work", Corp: "ww1"})
		must(t, a.Step(ctx))
		<-began
		for range 20 {
			pulse.Advance(time.Hour) // the whole machine was suspended, again and again
			must(t, b.Beat(ctx))
			must(t, b.Rescue(ctx))
		}
		close(hold)
		a.Wait()
		if r := state(t, a, "ww1", ids[0]); r.State != job.Done || r.Attempt != 1 {
			t.Errorf("got %+v", r)
		}
	})
}

func TestAJobThatKillsItsProcessDiesItself(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		pulse := clock.NewFake(noon)
		var gaveUp diary
		hold := make(chan struct{})
		var processes []*job.Queue
		defer func() {
			close(hold)
			for _, q := range processes {
				q.Wait() // the dead find that their jobs are no longer theirs
			}
		}()
		const tries = 2
		for try := 1; ; try++ {
			q := node(d, clock.NewFake(noon), try, job.Options{Pulse: pulse})
			processes = append(processes, q)
			began := make(chan struct{}, 1)
			q.Register(job.Define("poison", func(context.Context, job.Job[words]) error {
				began <- struct{}{}
				<-hold // as good as dead
				return nil
			}, job.Attempts(tries), job.GiveUp(func(_ context.Context, j job.Job[words], err error) { gaveUp.add("%v", err) })))
			if try == 1 {
				ask(t, d, q, job.Insert{Kind: "poison", Corp: "ww1"})
			}
			for range 7 {
				pulse.Advance(time.Second)
				must(t, q.Beat(ctx))
				must(t, q.Rescue(ctx))
			}
			if try > tries {
				settle(t, q)
				dead, err := q.List(ctx, job.Filter{Corp: "ww1", State: job.Dead})
				must(t, err)
				if len(dead) != 1 || dead[0].Attempt != tries || len(gaveUp.all()) != 1 {
					t.Fatalf("dead %+v, gave up %s", dead, &gaveUp)
				}
				return
			}
			must(t, q.Step(ctx))
			<-began
		}
	})
}

func TestNodeNumbersAreUnique(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		type claimed struct {
			node    int
			release func()
			err     error
		}
		const n = 6
		got := make(chan claimed, n)
		for range n {
			go func() {
				node, release, err := job.ClaimNode(ctx, d)
				got <- claimed{node, release, err}
			}()
		}
		seen := map[int]bool{}
		var all []claimed
		for range n {
			c := <-got
			must(t, c.err)
			if seen[c.node] {
				t.Errorf("%d twice", c.node)
			}
			seen[c.node] = true
			all = append(all, c)
		}
		all[0].release()
		again, release, err := job.ClaimNode(ctx, d)
		must(t, err)
		if again != all[0].node {
			t.Errorf("got %d, want %d, which was given back", again, all[0].node)
		}
		release()
		for _, c := range all[1:] {
			c.release()
		}
	})
}
