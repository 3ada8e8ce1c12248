package app

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

const (
	// kindMaintain refreshes the database's statistics.
	kindMaintain = "app.maintain"
	// kindPrune forgets failed calls and tokens that nobody needs any more.
	kindPrune = "app.prune"
	// kindRecount compares what corps are said to keep with the store of files.
	kindRecount = "app.recountFiles"
	// keepCalls is how long a failed call to WeCom can be looked up.
	keepCalls = 30 * 24 * time.Hour
)

// upkeep registers what the program does for itself: statistics and numbers to watch.
func (a *App) upkeep() {
	a.Queue.Register(job.Define(kindMaintain, func(ctx context.Context, _ job.Job[struct{}]) error { return a.DB.Maintain(ctx) },
		job.InLane(job.Bulk), job.Attempts(1)))
	a.Queue.Schedules(job.Schedule{Kind: kindMaintain, Every: 10 * time.Minute})
	a.Queue.Register(job.Define(kindPrune, a.prune, job.InLane(job.Bulk), job.Attempts(1)))
	a.Queue.Schedules(job.Schedule{Kind: kindPrune, Every: time.Hour})
	a.Queue.Register(job.Define(kindRecount, func(ctx context.Context, _ job.Job[struct{}]) error { return a.Blob.Recount(ctx) },
		job.InLane(job.Bulk), job.Attempts(1)))
	a.Queue.Schedules(job.Schedule{Kind: kindRecount, Every: 24 * time.Hour})
	a.metrics.Register(a.Mirror.Collectors()...)
	a.metrics.Database(a.DB.Stats)
	a.metrics.Jobs(a.countJobs)
}

// prune forgets in small steps until nothing is left to forget. Twice is harmless.
func (a *App) prune(ctx context.Context, _ job.Job[struct{}]) error {
	for {
		if removed, err := a.Corps.Prune(ctx, keepCalls); err != nil || removed == 0 {
			return err
		}
	}
}

// countJobs adds up the jobs of all corps and of the installation itself, by state.
func (a *App) countJobs(ctx context.Context) (map[string]int64, error) {
	corps, err := a.Corps.Corps(ctx)
	if err != nil {
		return nil, err
	}
	owners := []string{""}
	for _, c := range corps {
		owners = append(owners, c.ID)
	}
	sum := map[string]int64{}
	for _, owner := range owners {
		counts, err := a.Queue.Counts(ctx, owner)
		if err != nil {
			return nil, err
		}
		for state, n := range counts {
			sum[string(state)] += n
		}
	}
	return sum, nil
}

// Reseal seals what is stored under old keys under the newest and says how many values.
func (a *App) Reseal(ctx context.Context) (int, error) {
	n, err := a.Corps.Reseal(ctx)
	for _, f := range a.Features {
		if f.Reseal == nil || err != nil {
			continue
		}
		var more int
		more, err = f.Reseal(ctx)
		n += more
	}
	return n, err
}
