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

func TestAUniqueKeyIsTakenOnce(t *testing.T) {
	for _, c := range []struct {
		name  string
		hold  job.Hold
		again [3]bool // a new job while the first waits, runs, is done
	}{
		{"with the row", job.HoldRow, [3]bool{false, false, false}},
		{"until finished", job.HoldOpen, [3]bool{false, false, true}},
		{"until started", job.HoldWaiting, [3]bool{false, true, false}}, // the second still waits then
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(t *testing.T, d *db.DB) {
				q := node(d, clock.NewFake(noon), 1, job.Options{})
				in := job.Insert{Kind: "once", Corp: "ww1", Unique: "u", UniqueFor: c.hold}
				began, goOn := make(chan struct{}), make(chan struct{})
				q.Register(job.Define("once", func(_ context.Context, j job.Job[words]) error {
					began <- struct{}{}
					<-goOn
					return nil
				}))
				first := ask(t, d, q, in)[0]
				last := first
				check := func(when string, fresh bool) {
					t.Helper()
					got := ask(t, d, q, in, in)
					if got[0] != got[1] {
						t.Fatalf("%s: two jobs of one statement share the key: %v", when, got)
					}
					if (got[0] != last) != fresh {
						t.Fatalf("%s: got %v after %v, want fresh %v", when, got[0], last, fresh)
					}
					last = got[0]
				}
				check("waiting", c.again[0])
				must(t, q.Step(context.Background()))
				<-began
				check("running", c.again[1])
				close(goOn)
				q.Wait()
				check("done", c.again[2])
				if other := ask(t, d, q, job.Insert{Kind: "once", Corp: "ww2", Unique: "u"})[0]; other == first || other == last {
					t.Fatal("another corp's key is another key")
				}
			})
		})
	}
}

// What is asked for while the job has not begun must be seen by it: the one who asks
// may be slow to commit.
func TestAJobWhoseKeyIsAskedForStartsAfterTheAskerHasCommitted(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		q := node(d, clock.NewFake(noon), 1, job.Options{})
		var did diary
		q.Register(job.Define("publish", func(context.Context, job.Job[words]) error { did.add("published"); return nil }))
		in := job.Insert{Kind: "publish", Corp: "ww1", Unique: "code", UniqueFor: job.HoldWaiting}
		ask(t, d, q, in)
		stepped := make(chan error, 1)
		must(t, d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			if _, err := q.Insert(ctx, tx, in); err != nil {
				return err
			}
			go func() { stepped <- q.Step(context.Background()) }()
			if d.Engine() == db.Postgres { // SQLite's one writer is this transaction: the step waits for it
				if err := <-stepped; err != nil {
					return err
				}
				q.Wait()
			}
			if got := did.all(); len(got) != 0 {
				return errors.New("it ran before the change was committed")
			}
			return nil
		}))
		settle(t, q)
		if d.Engine() == db.SQLite {
			must(t, <-stepped)
		}
		q.Wait()
		if did.String() != "[published]" {
			t.Fatalf("did %s", &did)
		}
	})
}

func TestTwoThatAskAtOnceShareTheJob(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		q := node(d, clock.System(), 1, job.Options{})
		q.Register(job.Define("once", func(context.Context, job.Job[words]) error { return nil }))
		const askers = 8
		got := make(chan string, askers)
		for range askers {
			go func() {
				var text string
				err := d.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
					ids, err := q.Insert(ctx, tx, job.Insert{Kind: "once", Corp: "ww1", Unique: "u"})
					if err == nil {
						text = ids[0].String()
					}
					return err
				})
				if err != nil {
					text = err.Error()
				}
				got <- text
			}()
		}
		first := <-got
		for range askers - 1 {
			if next := <-got; next != first || next == "" {
				t.Fatalf("got %q and %q", first, next)
			}
		}
	})
}

func TestInsertRefusesWhatCannotRun(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		q := node(d, clock.NewFake(noon), 1, job.Options{})
		q.Register(job.Define("say", func(context.Context, job.Job[words]) error { return nil }))
		for name, in := range map[string]job.Insert{
			"unknown kind":    {Kind: "sya"},
			"other arguments": {Kind: "say", Args: 5},
			"corp with slash": {Kind: "say", Corp: "a/b"},
		} {
			err := d.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
				_, err := q.Insert(ctx, tx, in)
				return err
			})
			if err == nil {
				t.Errorf("%s: accepted", name)
			}
		}
		hostile := "a\x00'; DROP TABLE job_job; --\xff?"
		ids := ask(t, d, q, job.Insert{Kind: "say", Corp: "ww1", Args: words{hostile}, Key: hostile, Unique: hostile, RunAt: noon.Add(time.Hour)})
		if r := state(t, q, "ww1", ids[0]); r.LaneKey != "a'; DROP TABLE job_job; --\uFFFD?" || r.UniqueKey != r.LaneKey {
			t.Errorf("stored %q and %q", r.LaneKey, r.UniqueKey)
		}
	})
}
