package job_test

import (
	"context"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

func TestOneCorpsMassOfWorkDoesNotDelayAnother(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		q := node(d, clock.System(), 1, job.Options{Workers: map[job.Lane]int{job.Bulk: 4}})
		step, small := make(chan struct{}), make(chan struct{}, 1)
		began := make(chan struct{}, 3000)
		q.Register(job.Define("send", func(ctx context.Context, j job.Job[words]) error {
			if j.Corp == "small" {
				small <- struct{}{}
				return nil
			}
			began <- struct{}{}
			select {
			case <-step:
			case <-ctx.Done():
			}
			return nil
		}, job.InLane(job.Bulk)))
		mass := make([]job.Insert, 3000)
		for i := range mass {
			mass[i] = job.Insert{Kind: "send", Corp: "large", Priority: 1}
		}
		ask(t, d, q, mass...)
		start(t, q)
		for range 3 {
			<-began // the large corp has all the workers it may have, and none will get free
		}
		ask(t, d, q, job.Insert{Kind: "send", Corp: "small"})
		over := clock.System().NewTimer(10 * time.Second)
		defer over.Stop()
		select {
		case <-small:
		case <-over.C:
			t.Fatal("the small corp waits for the large one")
		}
		close(step)
	})
}

func TestCorpsShareALaneEvenly(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		q := node(d, clock.NewFake(noon), 1, job.Options{Workers: map[job.Lane]int{job.Normal: 6}})
		goOn := make(chan struct{})
		running := make(chan string, 100)
		q.Register(job.Define("work", func(_ context.Context, j job.Job[words]) error {
			running <- j.Corp
			<-goOn
			return nil
		}))
		var in []job.Insert
		for _, corp := range []string{"a", "a", "a", "a", "a", "a", "a", "a", "b", "b", "b", "b", "b", "c"} {
			in = append(in, job.Insert{Kind: "work", Corp: corp})
		}
		ask(t, d, q, in...)
		must(t, q.Step(ctx))
		must(t, q.Step(ctx)) // c had fewer than its share: the rest is given in a second look
		got := map[string]int{}
		for range 6 {
			got[<-running]++
		}
		close(goOn)
		if got["c"] != 1 || got["a"]+got["b"] != 5 || got["a"] < 2 || got["b"] < 2 {
			t.Errorf("got %v", got)
		}
		settle(t, q)
	})
}

func TestHigherPriorityGoesFirstAndFreshWorkDoesNotStarveRetries(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(noon)
		q := node(d, c, 1, job.Options{Workers: map[job.Lane]int{job.Normal: 1}})
		var did diary
		q.Register(job.Define("work", func(_ context.Context, j job.Job[words]) error { did.add("%s", j.Args.Text); return nil }))
		ask(t, d, q, job.Insert{Kind: "work", Args: words{"delayed"}, RunAt: noon.Add(time.Second)},
			job.Insert{Kind: "work", Args: words{"1"}}, job.Insert{Kind: "work", Args: words{"2"}},
			job.Insert{Kind: "work", Args: words{"3"}}, job.Insert{Kind: "work", Args: words{"first"}, Priority: 1})
		c.Advance(time.Minute)
		settle(t, q)
		got := did.all()
		if len(got) != 5 || got[0] != "first" || got[4] == "delayed" {
			t.Errorf("did %v", got)
		}
	})
}
