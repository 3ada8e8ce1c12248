package job

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Beat, Rescue and Lead are one round each of the loops that a started queue runs, for
// tests that decide themselves when time passes.

func (q *Queue) Beat(ctx context.Context) error   { return q.heartbeat(ctx) }
func (q *Queue) Rescue(ctx context.Context) error { return q.rescue(ctx) }
func (q *Queue) Lead(ctx context.Context) error   { return q.lead(ctx) }

// Wait returns when no work function of the process runs any more.
func (q *Queue) Wait() { q.working.Wait() }

// Step claims and starts what is due, once.
func (q *Queue) Step(ctx context.Context) error { return q.step(ctx) }

// Active is the number of jobs that this process has claimed and not yet recorded.
func (q *Queue) Active() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.runs)
}

// Claim takes a job without launching it, as a claim stands between the two. launch ends
// the claim well, forget as one whose answer was lost.
func (q *Queue) Claim(ctx context.Context, job id.ID) (launch, forget func(), err error) {
	end := q.claims.begin()
	e, err := q.claimOne(ctx, job)
	return func() { q.launch(e, nil); end() }, end, err
}
