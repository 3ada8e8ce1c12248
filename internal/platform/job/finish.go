package job

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// outcome is what became of a run.
type outcome struct {
	run        *run
	state      State
	delayed    bool
	runAt      int64
	attempt    int
	finishedAt int64
	text       string
}

// finishText records outcomes. It names the fence: a process that was taken for dead
// cannot finish a job which another has been given since.
const finishText = `WITH f(job_id, job_fence, new_state, new_delayed, new_run_at, new_attempt, new_finished_at, new_error) AS (VALUES ?)
UPDATE job_job SET
 state = CASE WHEN cancel_asked AND f.new_state = 'available' THEN 'cancelled' ELSE f.new_state END,
 finished_at = CASE WHEN cancel_asked AND f.new_state = 'available' THEN ? ELSE f.new_finished_at END,
 unique_key = CASE WHEN unique_hold <> 0 AND f.new_state <> 'available' THEN NULL ELSE unique_key END,
 delayed = f.new_delayed, run_at = f.new_run_at, attempt = f.new_attempt, error = f.new_error
 FROM f WHERE job_job.id = f.job_id AND job_job.fence = f.job_fence AND job_job.state = 'running'
 RETURNING id`

// finishBatch records outcomes together; the result says whether the job was still ours.
func (q *Queue) finishBatch(ctx context.Context, tx db.Tx, batch []outcome) ([]bool, error) {
	rows := make(db.Rows, len(batch))
	for i, o := range batch {
		rows[i] = []any{int64(o.run.entry.ID), o.run.entry.Fence, string(o.state), o.delayed, o.runAt, o.attempt, o.finishedAt, o.text}
	}
	var ids []id.ID
	err := tx.NewRaw(finishText, rows, db.NowMS(q.clock)).Scan(ctx, &ids)
	if err != nil && !db.NoRows(err) {
		return nil, err
	}
	for corp := range worthTelling(batch) {
		if err := q.tellChange(ctx, tx, corp); err != nil {
			return nil, err
		}
	}
	ours := make(map[id.ID]bool, len(ids))
	for _, i := range ids {
		ours[i] = true
	}
	kept := make([]bool, len(batch))
	for i, o := range batch {
		kept[i] = ours[o.run.entry.ID]
	}
	return kept, nil
}

// worthTelling are the corps that lost a job for good, or one that showed its progress.
func worthTelling(batch []outcome) map[string]bool {
	corps := map[string]bool{}
	for _, o := range batch {
		if o.state == Dead || o.run.hasReported() {
			corps[o.run.entry.Corp] = true
		}
	}
	return corps
}

// tellChange calls Options.Changed.
func (q *Queue) tellChange(ctx context.Context, tx db.Tx, corp string) error {
	if q.opts.Changed == nil {
		return nil
	}
	return q.opts.Changed(ctx, tx, corp)
}

// finish records the outcome, as often as it takes while we live: until it is
// recorded the job counts as running.
func (r *run) finish(o outcome) {
	q := r.q
	ctx := context.WithoutCancel(r.ctx)
	r.mu.Lock()
	recorded := r.recorded
	r.mu.Unlock()
	if !recorded {
		if err := r.writeProgress(ctx); err != nil {
			q.log.Debug("progress was not recorded", "job", r.entry.ID.String(), "error", err)
		}
		var kept bool
		for wait := 100 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
			var err error
			if kept, err = q.finishes.Do(ctx, o); err == nil {
				break
			}
			q.log.Error("the outcome of a job was not recorded", "kind", r.entry.Kind, "job", r.entry.ID.String(), "error", err)
			if clock.Sleep(q.work, q.pulse, wait) != nil {
				return // stopping: another process will rescue it
			}
		}
		if !kept {
			q.log.Warn("a job was lost to another process", "kind", r.entry.Kind, "job", r.entry.ID.String())
			return
		}
	}
	if r.entry.LaneKey != nil && (recorded || o.state != Available) {
		q.promote(ctx, []string{*r.entry.LaneKey})
	}
}
