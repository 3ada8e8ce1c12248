package job

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

func (q *Queue) workerLease() string {
	return workerPrefix + strconv.FormatInt(q.leases.holder, 36)
}

// beatLoop shows that we live, learns what was taken from us, and looks after others.
func (q *Queue) beatLoop(ctx context.Context) {
	alive := q.pulse.Now()
	for clock.Sleep(ctx, q.pulse, q.opts.Heartbeat) == nil {
		if err := q.heartbeat(ctx); err != nil {
			if ctx.Err() != nil {
				return
			}
			q.log.Warn("no heartbeat", "error", err)
			if q.pulse.Now().Sub(alive) > q.opts.Lease {
				q.lose() // others may have our jobs by now
			}
			continue
		}
		alive = q.pulse.Now()
		if err := q.rescue(ctx); err != nil && ctx.Err() == nil {
			q.log.Warn("looking for dead processes failed", "error", err)
		}
	}
}

// beatTimeout bounds one heartbeat, so that a hanging connection is noticed.
func (q *Queue) beatTimeout() time.Duration { return max(q.opts.Lease/2, q.opts.Heartbeat) }

func (q *Queue) heartbeat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, q.beatTimeout())
	defer cancel()
	names, err := q.leases.beat(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(names, q.workerLease()) {
		// We were taken for dead: what we work on is others' now.
		q.log.Warn("this process was taken for dead; its jobs went to others")
		q.lose()
		if _, err := q.leases.tryTake(ctx, q.workerLease()); err != nil {
			return err
		}
	}
	if err := q.compare(ctx); err != nil {
		return err
	}
	return q.flushProgress(ctx)
}

// lose ends the contexts of all jobs at work.
func (q *Queue) lose() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range q.runs {
		r.cancel(ErrLost)
	}
}

// stray is a job that the database says we hold and that we do not know.
type stray struct {
	fence int64
	since uint64 // the last claim that had begun when it was first seen
}

// compare sets our runs beside what the database says we hold: a run that is no longer
// ours is told to stop, and so is one that a person cancelled. A job that we hold but
// do not know came from a claim whose answer was lost, and is put back – unless a claim
// that was on its way at first sight still is: then it is that claim's, however long a
// busy machine takes over it.
func (q *Queue) compare(ctx context.Context) error {
	q.mu.Lock()
	known := make(map[id.ID]*run, len(q.runs))
	maps.Copy(known, q.runs)
	q.mu.Unlock()
	var held []struct {
		ID          id.ID
		Fence       int64
		CancelAsked bool
	}
	err := q.db.Read().NewRaw(`SELECT id, fence, cancel_asked FROM job_job WHERE state = 'running' AND holder = ?`,
		q.leases.holder).Scan(ctx, &held)
	if err != nil && !db.NoRows(err) {
		return err
	}
	begun, oldest := q.claims.onTheirWay()
	strays := map[id.ID]stray{}
	for _, h := range held {
		r := known[h.ID]
		switch {
		case r == nil || r.entry.Fence != h.Fence:
			if q.local(h.ID) == nil {
				strays[h.ID] = stray{h.Fence, begun}
			}
			continue
		case h.CancelAsked:
			r.cancel(ErrCancelled)
		}
		delete(known, h.ID)
	}
	for _, r := range known {
		if q.local(r.entry.ID) == r {
			r.cancel(ErrLost)
		}
	}
	for i, s := range strays {
		before, again := q.strays[i]
		switch {
		case !again || before.fence != s.fence:
		case oldest > before.since:
			if err := q.putBack(ctx, i, s.fence); err != nil {
				return err
			}
		default:
			strays[i] = before
		}
	}
	q.strays = strays
	return nil
}

func (q *Queue) putBack(ctx context.Context, job id.ID, fence int64) error {
	return q.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`UPDATE job_job SET state = 'available', attempt = attempt - 1
 WHERE id = ? AND fence = ? AND state = 'running'`, job, fence).Exec(ctx)
		return err
	})
}

func (q *Queue) flushProgress(ctx context.Context) error {
	q.mu.Lock()
	runs := make([]*run, 0, len(q.runs))
	for _, r := range q.runs {
		runs = append(runs, r)
	}
	q.mu.Unlock()
	for _, r := range runs {
		if err := r.writeProgress(ctx); err != nil && r.ctx.Err() == nil {
			return err
		}
	}
	return nil
}

// rescue puts back the jobs of processes that show no sign of life, and of those that
// have no lease any more.
func (q *Queue) rescue(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, q.beatTimeout())
	defer cancel()
	all, err := readLeases(ctx, q.db)
	if err != nil {
		return err
	}
	for _, l := range q.seen.look(all) {
		if l.Holder == q.leases.holder {
			continue
		}
		lanes, err := q.leases.evict(ctx, l)
		if err != nil {
			return err
		}
		q.log.Warn("a process shows no sign of life", "lease", l.Name, "jobs", len(lanes))
		q.wakeAll(lanes)
	}
	return q.rescueOrphans(ctx)
}

// rescueOrphans puts back jobs whose holder has no lease: it claimed them at the very
// moment at which it was evicted, or stopped before they did.
func (q *Queue) rescueOrphans(ctx context.Context) error {
	var holders []int64
	err := q.db.Read().NewRaw(`SELECT DISTINCT holder FROM job_job WHERE state = 'running'
 AND NOT EXISTS (SELECT 1 FROM job_lease AS l WHERE l.holder = job_job.holder)`).Scan(ctx, &holders)
	if err != nil && !db.NoRows(err) {
		return err
	}
	for _, h := range holders {
		if h == q.leases.holder {
			continue
		}
		var lanes []Lane
		err := q.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			lanes = lanes[:0]
			return q.leases.release(ctx, tx, h, &lanes)
		})
		if err != nil {
			return err
		}
		q.wakeAll(lanes)
	}
	return nil
}

func (q *Queue) wakeAll(lanes []Lane) {
	slices.Sort(lanes)
	for _, l := range slices.Compact(lanes) {
		q.wake(l)
	}
}
