package job

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// run is a job while this process works on it.
type run struct {
	q      *Queue
	entry  *entry
	ctx    context.Context
	cancel context.CancelCauseFunc

	mu       sync.Mutex
	recorded bool // finished inside the work's own transaction
	progress progress
	dirty    bool
	wrote    time.Time
}

type progress struct {
	done, total int64
	note        string
}

// launch runs a claimed job in a goroutine of its own. lane is nil for RunNow.
func (q *Queue) launch(e *entry, l *lane) {
	ctx, cancel := context.WithCancelCause(q.work)
	r := &run{q: q, entry: e, ctx: ctx, cancel: cancel}
	q.mu.Lock()
	q.runs[e.ID] = r
	q.mu.Unlock()
	q.working.Go(func() {
		defer cancel(nil)
		o := r.perform()
		if l != nil {
			l.worked(e.Corp)
		}
		r.finish(o)
		if l != nil {
			l.recorded()
		}
		q.mu.Lock()
		delete(q.runs, e.ID)
		q.mu.Unlock()
		q.tell()
	})
}

// unknownKindWait is how long a job of a kind that this process does not know is left
// for another; unknownKindLimit is when it is dead.
const (
	unknownKindWait  = 5 * time.Second
	unknownKindLimit = 24 * time.Hour
)

// perform does the work and decides what becomes of the job.
func (r *run) perform() outcome {
	e := r.entry
	d, known := r.q.kinds[e.Kind]
	now := r.q.clock.Now()
	switch {
	case !known && now.Sub(fromMS(e.CreatedAt)) < unknownKindLimit:
		return r.again(now.Add(unknownKindWait), e.Attempt-1, "no process knows the kind "+e.Kind)
	case !known:
		return r.ended(Dead, "no process knows the kind "+e.Kind)
	case e.Attempt > e.MaxAttempts:
		// The last try ended with the death of its process.
		return r.dead(d, errors.New(e.Error))
	}
	ctx, cancel := context.WithTimeout(r.ctx, d.Timeout)
	defer cancel()
	err := r.call(ctx, d)
	now = r.q.clock.Now()
	cause := context.Cause(r.ctx)
	var snooze *snoozeError
	var stop *cancelError
	var retry *retryError
	var unread *argsError
	switch {
	case err == nil:
		return r.ended(Done, "")
	case errors.Is(cause, ErrStopping), errors.Is(cause, ErrLost):
		return r.putBack()
	case errors.Is(cause, ErrCancelled):
		return r.ended(Cancelled, ErrCancelled.Error())
	case errors.As(err, &snooze):
		return r.again(now.Add(snooze.wait), e.Attempt-1, e.Error)
	case errors.As(err, &stop):
		return r.ended(Cancelled, err.Error())
	case errors.As(err, &unread), e.Attempt >= e.MaxAttempts:
		return r.dead(d, err)
	case errors.As(err, &retry):
		return r.again(now.Add(retry.wait), e.Attempt, err.Error())
	default:
		return r.again(now.Add(d.Backoff(e.Attempt)), e.Attempt, err.Error())
	}
}

// call runs the work function; a panic is a failed try.
func (r *run) call(ctx context.Context, d Definition) (err error) {
	defer func() {
		if p := recover(); p != nil {
			r.q.log.Error("a job panicked", "kind", r.entry.Kind, "job", r.entry.ID.String(), "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	err = d.work(ctx, r)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) && r.ctx.Err() == nil {
		err = fmt.Errorf("took longer than %s: %w", d.Timeout, err)
	}
	return err
}

func (r *run) dead(d Definition, err error) outcome {
	r.q.log.Error("a job is dead", "kind", r.entry.Kind, "job", r.entry.ID.String(), "corp", r.entry.Corp, "attempts", r.entry.Attempt, "error", err)
	if d.giveUp != nil {
		func() {
			defer func() {
				if p := recover(); p != nil {
					r.q.log.Error("giving up a job panicked", "kind", r.entry.Kind, "job", r.entry.ID.String(), "panic", p)
				}
			}()
			ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), d.Timeout)
			defer cancel()
			d.giveUp(ctx, r, err)
		}()
	}
	o := r.ended(Dead, err.Error())
	o.attempt = min(o.attempt, r.entry.MaxAttempts)
	return o
}

// maxError bounds the stored text of an error, in bytes.
const maxError = 2000

func clip(s string) string {
	s = db.Clean(s)
	if len(s) > maxError {
		s = db.Clean(s[:maxError]) + "…"
	}
	return s
}

func (r *run) ended(s State, text string) outcome {
	return outcome{
		run: r, state: s, delayed: r.entry.Delayed, runAt: r.entry.RunAt, attempt: r.entry.Attempt,
		finishedAt: db.NowMS(r.q.clock), text: clip(text),
	}
}

func (r *run) again(at time.Time, attempt int, text string) outcome {
	return outcome{run: r, state: Available, delayed: true, runAt: db.MS(at), attempt: attempt, text: clip(text)}
}

// putBack leaves the job as it was before this try.
func (r *run) putBack() outcome {
	return outcome{
		run: r, state: Available, delayed: r.entry.Delayed, runAt: r.entry.RunAt,
		attempt: r.entry.Attempt - 1, text: r.entry.Error,
	}
}

// report is Job.Report.
func (r *run) report(ctx context.Context, done, total int64, note string) error {
	if err := context.Cause(r.ctx); err != nil {
		return err
	}
	now := r.q.pulse.Now()
	r.mu.Lock()
	r.progress = progress{done, total, db.Clean(note)}
	r.dirty = true
	write := now.Sub(r.wrote) >= r.q.opts.Heartbeat || now.Before(r.wrote)
	if write {
		r.wrote = now
	}
	r.mu.Unlock()
	if !write {
		return nil // the heartbeat writes it
	}
	return r.writeProgress(ctx)
}

func (r *run) writeProgress(ctx context.Context) error {
	r.mu.Lock()
	p, dirty := r.progress, r.dirty
	r.dirty = false
	r.mu.Unlock()
	if !dirty {
		return nil
	}
	return r.q.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw(`UPDATE job_job SET progress_done = ?, progress_total = ?, progress_note = ?
 WHERE id = ? AND fence = ? AND state = 'running'`, p.done, p.total, p.note, r.entry.ID, r.entry.Fence).Exec(ctx)
		if err != nil {
			return err
		}
		if err := r.owned(res); err != nil {
			return err
		}
		return r.q.tellChange(ctx, tx, r.entry.Corp)
	})
}

// hasReported says whether the run has shown progress.
func (r *run) hasReported() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.progress != progress{}
}

func (r *run) owned(res interface{ RowsAffected() (int64, error) }) error {
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		r.cancel(ErrLost)
		return ErrLost
	}
	return err
}

// doneIn is Job.Done.
func (r *run) doneIn(ctx context.Context, tx Tx) error {
	res, err := tx.NewRaw(`UPDATE job_job SET state = 'done', finished_at = ?, error = '',
 unique_key = CASE WHEN unique_hold = 0 THEN unique_key ELSE NULL END
 WHERE id = ? AND fence = ? AND state = 'running'`, db.NowMS(r.q.clock), r.entry.ID, r.entry.Fence).Exec(ctx)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrLost
	}
	tx.AfterCommit(r.record)
	return nil
}

// record notes that the job is finished in the database already.
func (r *run) record() {
	r.mu.Lock()
	r.recorded = true
	r.mu.Unlock()
}

func (q *Queue) local(job id.ID) *run {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.runs[job]
}
