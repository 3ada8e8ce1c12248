package job

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Row is a job as people see it.
type Row struct {
	ID          id.ID
	Corp        string
	Kind        string
	Lane        Lane
	State       State
	Priority    int
	Attempt     int
	MaxAttempts int
	LaneKey     string
	UniqueKey   string
	Args        json.RawMessage
	Error       string // of the last failed try
	RunAt       time.Time
	CreatedAt   time.Time
	StartedAt   time.Time // of the last try; zero when there was none
	FinishedAt  time.Time // zero when not finished
	// Progress, as last reported; Total is 0 when unknown.
	Done, Total int64
	Note        string
}

func (e *entry) row() Row {
	return Row{
		ID: e.ID, Corp: e.Corp, Kind: e.Kind, Lane: e.Lane, State: e.State, Priority: e.Priority,
		Attempt: e.Attempt, MaxAttempts: e.MaxAttempts, LaneKey: e.key(), UniqueKey: e.unique(),
		Args: json.RawMessage(e.Args), Error: e.Error, RunAt: fromMS(e.RunAt), CreatedAt: fromMS(e.CreatedAt),
		StartedAt: fromMS(e.StartedAt), FinishedAt: fromMS(e.FinishedAt),
		Done: e.ProgressDone, Total: e.ProgressTotal, Note: e.ProgressNote,
	}
}

// Filter chooses jobs of one corp.
type Filter struct {
	Corp   string
	State  State  // "" for all
	Kind   string // "" for all
	Before id.ID  // only jobs made before this one; zero for the newest
	Limit  int    // 50 when zero, 500 at most
}

func list(ids []id.ID) any { return bun.List(ids) }

// states in the order in which List merges them.
func states() []State { return []State{Available, Parked, Running, Done, Dead, Cancelled} }

// List gives jobs, the newest first. The next page begins before the last id.
func (q *Queue) List(ctx context.Context, f Filter) ([]Row, error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 500)
	want := states()
	if f.State != "" {
		want = []State{f.State}
	}
	var rows []Row
	for _, s := range want {
		var found []entry
		query := q.db.Read().NewSelect().ColumnExpr(entryColumns).TableExpr("job_job").
			Where("corp_id = ?", f.Corp).Where("state = ?", s).OrderExpr("id DESC").Limit(int64(f.Limit))
		if f.Kind != "" {
			query.Where("kind = ?", f.Kind)
		}
		if f.Before != 0 {
			query.Where("id < ?", f.Before)
		}
		if err := query.Scan(ctx, &found); err != nil && !db.NoRows(err) {
			return nil, fmt.Errorf("job: list: %w", err)
		}
		rows = later(rows, found)
	}
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Compare(b.ID, a.ID) })
	return rows[:min(len(rows), f.Limit)], nil
}

// later adds what one more look found. A job that moved on between two looks has been seen
// before: it stands once, as it was found last.
func later(rows []Row, found []entry) []Row {
	for i := range found {
		rows = slices.DeleteFunc(rows, func(r Row) bool { return r.ID == found[i].ID })
		rows = append(rows, found[i].row())
	}
	return rows
}

// Running gives the corp's jobs at work, with their progress.
func (q *Queue) Running(ctx context.Context, corp string) ([]Row, error) {
	return q.List(ctx, Filter{Corp: corp, State: Running, Limit: 500})
}

// countLimit is where Counts stops: beyond it a number says no more to people.
const countLimit = 10_000

// Counts gives the number of the corp's jobs in each state, 10 000 standing for that
// many or more.
func (q *Queue) Counts(ctx context.Context, corp string) (map[State]int64, error) {
	counts := map[State]int64{}
	for _, s := range states() {
		var n int64
		err := q.db.Read().NewRaw(`SELECT count(*) FROM (SELECT id FROM job_job WHERE corp_id = ? AND state = ? LIMIT ?) AS counted`,
			corp, s, countLimit).Scan(ctx, &n)
		if err != nil {
			return nil, fmt.Errorf("job: counts: %w", err)
		}
		counts[s] = n
	}
	return counts, nil
}

// Get gives one job; a fault NotFound when the corp has none with this id.
func (q *Queue) Get(ctx context.Context, corp string, job id.ID) (Row, error) {
	e, err := q.get(ctx, q.db.Read(), job)
	if err == nil && e.Corp != corp {
		err = fault.Missing("任务")
	}
	if err != nil {
		return Row{}, err
	}
	return e.row(), nil
}

func (q *Queue) get(ctx context.Context, from db.Querier, job id.ID) (*entry, error) {
	var e entry
	err := from.NewRaw(`SELECT `+entryColumns+` FROM job_job WHERE id = ?`, job).Scan(ctx, &e)
	if db.NoRows(err) {
		return nil, fault.Missing("任务")
	}
	if err != nil {
		return nil, fmt.Errorf("job: get: %w", err)
	}
	return &e, nil
}

// Retry gives a dead or cancelled job all its tries again, at once. It is a Conflict
// when the job is in another state.
func (q *Queue) Retry(ctx context.Context, corp string, job id.ID) error {
	return q.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		var lanes []Lane
		err := tx.NewRaw(`UPDATE job_job SET state = 'available', attempt = 0, delayed = FALSE, run_at = ?, finished_at = 0, cancel_asked = FALSE
 WHERE id = ? AND corp_id = ? AND state IN ('dead', 'cancelled') RETURNING lane`, db.NowMS(q.clock), job, corp).Scan(ctx, &lanes)
		if err != nil && !db.NoRows(err) {
			return err
		}
		if len(lanes) == 0 {
			return q.refuse(ctx, tx, corp, job, "只能重试失败或已取消的任务")
		}
		tx.AfterCommit(func() { q.wake(lanes[0]) })
		q.db.Notify(tx, wakeChannel, string(lanes[0]))
		return q.tellChange(ctx, tx, corp)
	})
}

// Discard takes a dead job off the dead list: it is cancelled. It is a Conflict when
// the job is in another state.
func (q *Queue) Discard(ctx context.Context, corp string, job id.ID) error {
	return q.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw(`UPDATE job_job SET state = 'cancelled', finished_at = ?
 WHERE id = ? AND corp_id = ? AND state = 'dead'`, db.NowMS(q.clock), job, corp).Exec(ctx)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		if n == 0 {
			return q.refuse(ctx, tx, corp, job, "只能放弃失败的任务")
		}
		return q.tellChange(ctx, tx, corp)
	})
}

// Cancel ends a job that is not finished. One that runs has its context ended within
// about a second and is cancelled when it returns without success.
func (q *Queue) Cancel(ctx context.Context, corp string, job id.ID) error {
	var e entry
	err := q.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		err := tx.NewRaw(`UPDATE job_job SET
 cancel_asked = CASE WHEN state = 'running' THEN TRUE ELSE FALSE END,
 finished_at = CASE WHEN state = 'running' THEN 0 ELSE ? END,
 unique_key = CASE WHEN state <> 'running' AND unique_hold <> 0 THEN NULL ELSE unique_key END,
 state = CASE WHEN state = 'running' THEN state ELSE 'cancelled' END
 WHERE id = ? AND corp_id = ? AND state IN ('available', 'parked', 'running') RETURNING `+entryColumns,
			db.NowMS(q.clock), job, corp).Scan(ctx, &e)
		if db.NoRows(err) {
			return q.refuse(ctx, tx, corp, job, "任务已经结束")
		}
		if err != nil {
			return err
		}
		return q.tellChange(ctx, tx, corp)
	})
	if err != nil {
		return err
	}
	if e.State == Running {
		if r := q.local(job); r != nil {
			r.cancel(ErrCancelled)
		}
		return nil
	}
	if e.LaneKey != nil {
		q.promote(ctx, []string{*e.LaneKey})
	}
	return nil
}

// refuse says why nothing was changed: not there, or not in a fitting state.
func (q *Queue) refuse(ctx context.Context, tx db.Tx, corp string, job id.ID, why string) error {
	e, err := q.get(ctx, tx, job)
	if err != nil {
		return err
	}
	if e.Corp != corp {
		return fault.Missing("任务")
	}
	return fault.New(fault.Conflict, why)
}
