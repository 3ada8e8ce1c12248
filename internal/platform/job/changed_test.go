package job_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// TestChanged: pages hear of what people look at, and not of every job that comes and goes.
func TestChanged(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var mu sync.Mutex
		var told []string
		opts := quick()
		opts.Changed = func(_ context.Context, _ job.Tx, corp string) error {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, corp)
			return nil
		}
		q := node(d, clock.NewFake(noon), 1, opts)
		q.Register(
			job.Define("quiet", func(context.Context, job.Job[words]) error { return nil }),
			job.Define("dies", func(context.Context, job.Job[words]) error { return errors.New("no") }, job.Attempts(1)),
			job.Define("reports", func(ctx context.Context, j job.Job[words]) error { return j.Report(ctx, 1, 2, "") }),
		)
		run := func(kind, corp string) (made id.ID) {
			t.Helper()
			must(t, d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
				ids, err := q.Insert(ctx, tx, job.Insert{Kind: kind, Corp: corp})
				if err == nil {
					made = ids[0]
				}
				return err
			}))
			must(t, q.Settle(ctx))
			return made
		}
		heard := func(what string, want ...string) {
			t.Helper()
			mu.Lock()
			defer mu.Unlock()
			if slices.Sort(told); !slices.Equal(slices.Compact(told), want) {
				t.Errorf("%s told %v, want %v", what, told, want)
			}
			told = nil
		}
		run("quiet", "ww1")
		heard("a job that nobody looks at")
		run("reports", "ww2")
		heard("progress", "ww2")
		dead := run("dies", "ww1")
		heard("a death", "ww1")
		must(t, q.Discard(ctx, "ww1", dead))
		heard("giving up", "ww1")
		must(t, q.Retry(ctx, "ww1", dead))
		heard("a retry", "ww1")
	})
}
