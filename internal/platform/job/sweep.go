package job

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// sweepKeys bounds the lines looked at in one round.
const sweepKeys = 200

// sweepText hops from line to line, like the survey.
const sweepText = `WITH RECURSIVE lines(n, lane_key) AS (
 SELECT 1, (SELECT min(lane_key) FROM job_job WHERE state = 'parked' AND lane_key IS NOT NULL AND lane_key > ?)
 UNION ALL
 SELECT l.n + 1, (SELECT min(j.lane_key) FROM job_job AS j WHERE j.state = 'parked' AND j.lane_key IS NOT NULL AND j.lane_key > l.lane_key)
 FROM lines AS l WHERE l.lane_key IS NOT NULL AND l.n < ?)
SELECT lane_key FROM lines WHERE lane_key IS NOT NULL`

// sweep moves lines on whose last finisher died before it could (see promoteBatch).
func (q *Queue) sweep(ctx context.Context) error {
	q.mu.Lock()
	from := q.swept
	q.mu.Unlock()
	var keys []string
	err := q.db.Read().NewRaw(sweepText, from, sweepKeys).Scan(ctx, &keys)
	if err != nil && !db.NoRows(err) {
		return err
	}
	next := ""
	if len(keys) == sweepKeys {
		next = keys[len(keys)-1]
	}
	q.mu.Lock()
	q.swept = next
	q.mu.Unlock()
	if len(keys) == 0 {
		return nil
	}
	var lanes []Lane
	err = q.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		freed, err := q.promoteBatch(ctx, tx, keys)
		if err == nil {
			lanes = freed[0]
		}
		return err
	})
	q.wakeAll(lanes)
	return err
}

const (
	pruneKind  = "job.prune"
	pruneBatch = 500
	prunePause = 50 * time.Millisecond
)

type pruneArgs struct{}

// pruning removes finished jobs that are old enough, a few hundred at a time with
// pauses between, because SQLite has one writer.
func (q *Queue) pruning() Definition {
	return Define(pruneKind, func(ctx context.Context, j Job[pruneArgs]) error {
		var total, after int64
		for {
			n, last, err := q.prune(ctx, after)
			if err != nil {
				return err
			}
			total += n
			if last == 0 {
				return nil
			}
			after = last
			if err := j.Report(ctx, total, 0, ""); err != nil {
				return err
			}
			if err := clock.Sleep(ctx, q.pulse, prunePause); err != nil {
				return err
			}
		}
	}, InLane(Bulk), Timeout(time.Hour))
}

// prune looks at the next jobs by id, which is by age, and deletes those whose time is
// over; last is 0 when the rest is too young.
func (q *Queue) prune(ctx context.Context, after int64) (deleted, last int64, err error) {
	now := q.clock.Now()
	keep, keepDead := db.MS(now.Add(-q.opts.Keep)), db.MS(now.Add(-q.opts.KeepDead))
	var rows []struct {
		ID         id.ID
		State      State
		CreatedAt  int64
		FinishedAt int64
	}
	err = q.db.Read().NewRaw(`SELECT id, state, created_at, finished_at FROM job_job WHERE id > ? ORDER BY id LIMIT ?`,
		after, pruneBatch).Scan(ctx, &rows)
	if err != nil && !db.NoRows(err) {
		return 0, 0, err
	}
	var old []id.ID
	for _, r := range rows {
		if r.CreatedAt > keep {
			last = -1
			break
		}
		if r.State.Finished() && (r.FinishedAt <= keepDead || (r.State != Dead && r.FinishedAt <= keep)) {
			old = append(old, r.ID)
		}
	}
	if last == 0 && len(rows) == pruneBatch {
		last = int64(rows[len(rows)-1].ID)
	}
	last = max(last, 0)
	if len(old) == 0 {
		return 0, last, nil
	}
	err = q.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`DELETE FROM job_job WHERE id IN (?) AND state IN ('done', 'dead', 'cancelled')`, list(old)).Exec(ctx)
		return err
	})
	return int64(len(old)), last, err
}
