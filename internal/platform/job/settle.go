package job

import (
	"context"
	"fmt"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Settle works until nothing is due at the clock's present moment: schedules have
// fired, every due job has run, and those it led to as well. For tests, where it
// replaces sleeping, and for the demo's history; with a fake clock retries and snoozes stay for later. It serves a
// started queue and one that was not started alike.
func (q *Queue) Settle(ctx context.Context) error {
	if _, err := q.leading(ctx); err != nil {
		return err
	}
	if err := q.fire(ctx); err != nil {
		return err
	}
	for {
		changed := q.changes()
		quiet, err := q.quiet(ctx)
		if err != nil {
			return err
		}
		if quiet && !closed(changed) {
			return nil
		}
		if err := q.step(ctx); err != nil {
			return err
		}
		poll := clock.System().NewTimer(settlePoll)
		select {
		case <-ctx.Done():
			poll.Stop()
			return fmt.Errorf("job: not settled: %w", context.Cause(ctx))
		case <-changed:
		case <-poll.C: // another process may have taken the work, or moved a line on
		}
		poll.Stop()
	}
}

// settlePoll is how often Settle looks again when no job of this process has ended.
const settlePoll = 10 * time.Millisecond

// step sets free workers to work.
func (q *Queue) step(ctx context.Context) error {
	q.mu.Lock()
	running := q.phase == started
	q.mu.Unlock()
	if running {
		q.woken("")
		return nil
	}
	if _, err := q.leases.tryTake(ctx, q.workerLease()); err != nil {
		return err
	}
	for _, l := range q.lanes {
		if _, err := l.fill(ctx); err != nil {
			return err
		}
	}
	return nil
}

// closed tells whether a run has ended since the channel was taken: what it asked for may
// have come after our look.
func closed(changed <-chan struct{}) bool {
	select {
	case <-changed:
		return true
	default:
		return false
	}
}

// busy says that a job runs here, or has been claimed by this process and is about to.
func (q *Queue) busy(ctx context.Context) (bool, error) {
	q.mu.Lock()
	here := len(q.runs) > 0
	q.mu.Unlock()
	if here {
		return true, nil
	}
	var claimed bool
	err := q.db.Read().NewRaw("SELECT EXISTS (SELECT 1 FROM job_job WHERE state = 'running' AND holder = ?)", q.leases.holder).Scan(ctx, &claimed)
	return claimed, err
}

// quiet says that nothing runs and nothing that our lanes could run is due. It looks for
// running jobs before and after it looks for due ones: a worker may take a due one in
// between.
func (q *Queue) quiet(ctx context.Context) (bool, error) {
	if busy, err := q.busy(ctx); err != nil || busy {
		return false, err
	}
	if err := q.sweep(ctx); err != nil {
		return false, err
	}
	for name := range q.lanes {
		groups, err := q.survey(ctx, name)
		if err != nil {
			return false, err
		}
		now := db.NowMS(q.clock)
		for _, g := range groups {
			if g.due(now) {
				return false, nil
			}
		}
	}
	busy, err := q.busy(ctx)
	return !busy, err
}

// begin launches the job if nobody works on it and nothing is before it.
func (q *Queue) begin(ctx context.Context, job id.ID) error {
	defer q.claims.begin()()
	e, err := q.claimOne(ctx, job)
	if e != nil {
		q.launch(e, nil)
	}
	return err
}

// runNowPoll is how often RunNow looks at a job that another process works on.
const runNowPoll = 50 * time.Millisecond

// RunNow begins the job at once, without regard to its moment and to busy workers, and
// waits for it up to wait: a use case that has just asked for it can answer with the
// result, and a slow outside world only means that the state is not yet finished. The
// job goes on when ctx ends or the wait is over. A job that waits in a line, or runs
// already, is only waited for.
func (q *Queue) RunNow(ctx context.Context, job id.ID, wait time.Duration) (State, error) {
	if err := db.OutsideTx(ctx); err != nil {
		return "", err
	}
	q.mu.Lock()
	running := q.phase == started
	q.mu.Unlock()
	if running {
		if err := q.begin(ctx, job); err != nil {
			return "", err
		}
	}
	over := q.pulse.NewTimer(wait)
	defer over.Stop()
	for {
		changed := q.changes()
		e, err := q.get(ctx, q.db.Read(), job)
		if err != nil {
			return "", err
		}
		if e.State.Finished() {
			return e.State, nil
		}
		poll := q.pulse.NewTimer(runNowPoll)
		select {
		case <-changed:
		case <-poll.C:
		case <-over.C:
			poll.Stop()
			return e.State, nil
		case <-ctx.Done():
			poll.Stop()
			return e.State, context.Cause(ctx)
		}
		poll.Stop()
	}
}
