package job

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// claims are the claims on their way: from before the database is asked until the jobs
// it gave are launched, and so known to compare.
type claims struct {
	mu    sync.Mutex
	begun uint64
	open  map[uint64]struct{}
}

// begin notes a claim; the returned function is called when its jobs are launched, or will never be.
func (c *claims) begin() (end func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begun++
	number := c.begun
	if c.open == nil {
		c.open = map[uint64]struct{}{}
	}
	c.open[number] = struct{}{}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.open, number)
	}
}

// onTheirWay gives the number of the last claim that has begun and of the oldest that has
// not ended; with none on its way the latter is beyond the former.
func (c *claims) onTheirWay() (begun, oldest uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	oldest = c.begun + 1
	for number := range c.open {
		oldest = min(oldest, number)
	}
	return c.begun, oldest
}

// group is the work that waits for one corp at one priority in a lane. What waits for
// its moment – timed, snoozed, to be tried again – is a group of its own: the rest is
// due whatever a node's clock says, so that a node that is behind still does at once
// what was asked for by one that is ahead.
type group struct {
	Corp     string `bun:"corp_id"`
	Priority int
	Delayed  bool
	RunAt    int64 // of its first job
}

func (g group) due(now int64) bool { return !g.Delayed || g.RunAt <= now }

// surveyText hops through the index job_due from group to group: it costs a few looks
// each, however many jobs wait. The next group is looked for in three steps, because
// SQLite would walk through a whole corp to answer a comparison of row values.
const surveyText = `WITH RECURSIVE heads(corp_id, priority, delayed, run_at) AS (
 SELECT corp_id, priority, delayed, run_at FROM (SELECT corp_id, priority, delayed, run_at FROM job_job
  WHERE lane = ? AND state = 'available' ORDER BY corp_id, priority, delayed, run_at, id LIMIT 1) AS first
 UNION ALL
 SELECT n.corp_id, n.priority, n.delayed, n.run_at FROM heads AS h JOIN job_job AS n ON n.id = coalesce(
  (SELECT j.id FROM job_job AS j WHERE j.lane = ? AND j.state = 'available' AND j.corp_id = h.corp_id AND j.priority = h.priority
   AND j.delayed > h.delayed ORDER BY j.delayed, j.run_at, j.id LIMIT 1),
  (SELECT j.id FROM job_job AS j WHERE j.lane = ? AND j.state = 'available' AND j.corp_id = h.corp_id
   AND j.priority > h.priority ORDER BY j.priority, j.delayed, j.run_at, j.id LIMIT 1),
  (SELECT j.id FROM job_job AS j WHERE j.lane = ? AND j.state = 'available'
   AND j.corp_id > h.corp_id ORDER BY j.corp_id, j.priority, j.delayed, j.run_at, j.id LIMIT 1)))
SELECT corp_id, priority, delayed, run_at FROM heads`

func (q *Queue) survey(ctx context.Context, l Lane) ([]group, error) {
	var groups []group
	err := q.db.Read().NewRaw(surveyText, l, l, l, l).Scan(ctx, &groups)
	if err != nil && !db.NoRows(err) {
		return nil, fmt.Errorf("job: survey of %s: %w", l, err)
	}
	return groups, nil
}

// share is how many jobs of a group are to be claimed.
type share struct {
	group
	n int
}

// blockedText says that a job has to wait for another of its key: for one before it in
// the line, or for one that runs already.
const blockedText = `(x.lane_key IS NOT NULL AND (
 EXISTS (SELECT 1 FROM job_job AS p WHERE p.lane_key = x.lane_key AND p.state = 'running')
 OR EXISTS (SELECT 1 FROM job_job AS p WHERE p.lane_key = x.lane_key AND p.state IN ('available', 'parked', 'running')
  AND (p.place, p.id) < (x.place, x.id))))`

// claimText takes the due jobs: those at the head of their line run, the others leave
// the claim index until the one before them is finished.
const claimText = `WITH due AS MATERIALIZED (?), picked AS MATERIALIZED (
 SELECT x.id AS job_id, ` + blockedText + ` AS blocked FROM due AS x)
 UPDATE job_job SET
 state = CASE WHEN picked.blocked THEN 'parked' ELSE 'running' END,
 attempt = attempt + CASE WHEN picked.blocked THEN 0 ELSE 1 END,
 unique_key = CASE WHEN unique_hold = 2 AND NOT picked.blocked THEN NULL ELSE unique_key END,
 holder = ?, fence = fence + 1, started_at = ?, cancel_asked = FALSE
 FROM picked WHERE job_job.id = picked.job_id
 RETURNING ` + entryColumns

// shareText picks the first due jobs of a group that nobody else is picking.
const shareText = `SELECT id, lane_key, place FROM (SELECT id, lane_key, place FROM job_job
 WHERE lane = ? AND corp_id = ? AND priority = ? AND delayed = ? AND state = 'available' AND run_at <= ?
 AND EXISTS (SELECT 1 FROM job_lease WHERE holder = ?) ORDER BY run_at, id LIMIT ? ?) AS due`

// claim takes jobs of the shares and gives those that are now ours to run, best first,
// and how many were parked instead.
func (q *Queue) claim(ctx context.Context, l Lane, shares []share) (ours []entry, parked int, err error) {
	now := db.NowMS(q.clock)
	texts := make([]string, len(shares))
	var args []any
	for i, s := range shares {
		until := now
		if !s.Delayed {
			until = math.MaxInt64
		}
		texts[i] = shareText
		args = append(args, l, s.Corp, s.Priority, s.Delayed, until, q.leases.holder, s.n, bun.Safe(q.db.ClaimSuffix()))
	}
	return q.take(ctx, bun.SafeQuery(strings.Join(texts, " UNION ALL "), args...))
}

// claimOne takes one job, whatever its lane and moment.
func (q *Queue) claimOne(ctx context.Context, job id.ID) (*entry, error) {
	ours, _, err := q.take(ctx, bun.SafeQuery(`SELECT id, lane_key, place FROM (SELECT id, lane_key, place FROM job_job
 WHERE id = ? AND state = 'available' AND EXISTS (SELECT 1 FROM job_lease WHERE holder = ?) ?) AS due`,
		job, q.leases.holder, bun.Safe(q.db.ClaimSuffix())))
	if err != nil || len(ours) == 0 {
		return nil, err
	}
	return &ours[0], nil
}

// claimTries bounds how often two nodes that claim jobs of one key at the same moment
// try again: the index job_line_running lets only one of them through.
const claimTries = 4

func (q *Queue) take(ctx context.Context, due schema.QueryWithArgs) (ours []entry, parked int, err error) {
	var rows []entry
	for try := 1; ; try++ {
		err = q.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			rows = rows[:0]
			err := tx.NewRaw(claimText, due, q.leases.holder, db.NowMS(q.clock)).Scan(ctx, &rows)
			if db.NoRows(err) {
				return nil
			}
			return err
		})
		if err == nil {
			break
		}
		if !db.IsUnique(err) || try == claimTries {
			return nil, 0, fmt.Errorf("job: claim: %w", err)
		}
	}
	var waiting []string
	for _, e := range rows {
		if e.State == Running {
			ours = append(ours, e)
		} else {
			parked++
			waiting = append(waiting, *e.LaneKey)
		}
	}
	slices.SortFunc(ours, func(a, b entry) int {
		switch {
		case a.Priority != b.Priority:
			return b.Priority - a.Priority
		case a.RunAt != b.RunAt:
			return int(a.RunAt - b.RunAt)
		default:
			return int(a.Place - b.Place)
		}
	})
	// The one before a parked job may have finished while we looked; see promote.
	if len(waiting) > 0 {
		q.promote(ctx, waiting)
	}
	return ours, parked, nil
}

// promoteText frees the parked head of a line when nothing of its key runs.
const promoteText = `UPDATE job_job SET state = 'available' WHERE state = 'parked' AND id IN (?) RETURNING lane`

const headText = `SELECT id FROM (SELECT h.id FROM job_job AS h WHERE h.lane_key = ? AND h.state IN ('available', 'parked', 'running')
 AND NOT EXISTS (SELECT 1 FROM job_job AS r WHERE r.lane_key = h.lane_key AND r.state = 'running') ORDER BY h.place, h.id LIMIT 1) AS head`

// promoteBatch frees the heads of the given lines and gives the lanes to wake.
//
// Parking and finishing can pass each other on two nodes: the one parks a job because
// it still sees the job before it, the other finishes that one and does not see a
// parked job yet. Both therefore commit first and then promote in a transaction of
// their own: whichever promotes last sees both facts. The leader's sweep covers a crash
// in between.
func (q *Queue) promoteBatch(ctx context.Context, tx db.Tx, keys []string) ([][]Lane, error) {
	heads := make([]string, len(keys))
	args := make([]any, len(keys))
	for i, k := range keys {
		heads[i] = headText
		args[i] = k
	}
	var lanes []Lane
	err := tx.NewRaw(promoteText, bun.SafeQuery(strings.Join(heads, " UNION ALL "), args...)).Scan(ctx, &lanes)
	if err != nil && !db.NoRows(err) {
		return nil, err
	}
	out := make([][]Lane, len(keys))
	out[0] = lanes
	return out, nil
}

// promote frees what waits behind finished jobs of the given lane keys.
func (q *Queue) promote(ctx context.Context, keys []string) {
	slices.Sort(keys)
	for _, k := range slices.Compact(keys) {
		lanes, err := q.promotes.Do(ctx, k)
		if err != nil {
			q.log.Warn("a line was not moved on; the sweep will do it", "error", err)
		}
		for _, l := range lanes {
			q.wake(l)
		}
	}
}
