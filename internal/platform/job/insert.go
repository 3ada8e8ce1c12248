package job

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Hold is how long a unique key stays taken.
type Hold int

// The holds.
const (
	HoldRow     Hold = 0 // as long as the row exists: at least seven days after it finished
	HoldOpen    Hold = 1 // until the job is finished: "one of these at a time"
	HoldWaiting Hold = 2 // until the job starts: a change made while it runs asks for another run
)

// Insert asks for a job.
type Insert struct {
	Kind string
	Args any // of the kind's argument type; nil for none
	Corp string
	// Key is the lane key: jobs of one corp with the same key run one at a time and in
	// the order in which they were asked for. "" for none.
	Key string
	// Unique keeps a second job of the same kind, corp and key from being made.
	Unique string
	// UniqueFor is how long Unique stays taken.
	UniqueFor Hold
	// RunAt is the earliest moment; zero for now.
	RunAt time.Time
	// Priority orders jobs of a corp within the lane, higher first. Keep to a few
	// values (0 is normal): each costs the queue a look.
	Priority int
	// Lane overrides the kind's lane.
	Lane Lane
}

// insertRows bounds one statement.
const insertRows = 500

// Insert asks for jobs in the caller's transaction: they exist when it commits and
// workers are woken then. It gives the jobs' ids in order; where a unique key was taken
// the id is the one of the job that has it. Many jobs are one statement.
func (q *Queue) Insert(ctx context.Context, tx Tx, in ...Insert) ([]id.ID, error) {
	ids := make([]id.ID, len(in))
	lanes := map[Lane]bool{}
	for from := 0; from < len(in); from += insertRows {
		to := min(from+insertRows, len(in))
		if err := q.insert(ctx, tx, in[from:to], ids[from:to], lanes); err != nil {
			return nil, err
		}
	}
	for l := range lanes {
		tx.AfterCommit(func() { q.wake(l) })
		q.db.Notify(tx, wakeChannel, string(l))
	}
	return ids, nil
}

type newEntry struct {
	entry
	timed bool
}

// insertTries bounds how often a statement is repeated because the holder of a unique
// key vanished between two looks.
const insertTries = 3

func (q *Queue) insert(ctx context.Context, tx Tx, in []Insert, ids []id.ID, lanes map[Lane]bool) error {
	now := q.clock.Now()
	rows := make([]newEntry, 0, len(in))
	byKey := map[string]id.ID{} // the id that answers for each unique key
	keys := make([]string, len(in))
	for i, x := range in {
		e, err := q.prepare(x, now)
		if err != nil {
			return err
		}
		ids[i] = e.ID
		lanes[e.Lane] = true
		if e.UniqueKey != nil {
			keys[i] = *e.UniqueKey
			if _, twice := byKey[keys[i]]; twice {
				continue
			}
			byKey[keys[i]] = 0
		}
		rows = append(rows, e)
	}
	for range insertTries {
		if err := insertEntries(ctx, tx, rows, byKey); err != nil {
			return fmt.Errorf("job: insert: %w", err)
		}
		rows = slices.DeleteFunc(rows, func(e newEntry) bool { return e.UniqueKey == nil || byKey[*e.UniqueKey] != 0 })
		if len(rows) == 0 {
			break
		}
	}
	for i, k := range keys {
		if k != "" {
			ids[i] = byKey[k]
		}
	}
	return nil
}

// prepare checks one request and fills the row.
func (q *Queue) prepare(x Insert, now time.Time) (newEntry, error) {
	d, ok := q.kinds[x.Kind]
	if !ok {
		return newEntry{}, fmt.Errorf("job: kind %q is not registered", x.Kind)
	}
	if x.Args == nil {
		x.Args = reflect.Zero(d.args).Interface()
	}
	if t := reflect.TypeOf(x.Args); t != d.args {
		return newEntry{}, fmt.Errorf("job: %s takes %s, got %s", x.Kind, d.args, t)
	}
	if strings.Contains(x.Corp, "/") {
		return newEntry{}, fmt.Errorf("job: corp %q: a corp id has no slash", x.Corp)
	}
	args, err := json.Marshal(x.Args)
	if err != nil {
		return newEntry{}, fmt.Errorf("job: arguments of %s: %w", x.Kind, err)
	}
	e := newEntry{entry: entry{
		ID: q.ids.New(), Corp: x.Corp, Kind: x.Kind, Lane: d.Lane, State: Available,
		Priority: x.Priority, RunAt: db.MS(now), UniqueHold: x.UniqueFor, Args: string(args),
		MaxAttempts: d.MaxAttempts, CreatedAt: db.MS(now),
	}}
	if x.Lane != "" {
		e.Lane = x.Lane
	}
	e.Place = int64(e.ID)
	if wait := x.RunAt.Sub(now); wait > 0 {
		// A job for a later moment takes its place in the line then, not now: a
		// reminder for tomorrow must not hold up today's work.
		e.RunAt, e.Delayed, e.timed = db.MS(x.RunAt), true, true
		e.Place += wait.Milliseconds() << idTimeShift
	}
	if x.Key != "" {
		k := x.Corp + "/" + db.Clean(x.Key)
		e.LaneKey = &k
	}
	if x.Unique != "" {
		k := x.Kind + "/" + x.Corp + "/" + db.Clean(x.Unique)
		e.UniqueKey = &k
	}
	return e, nil
}

// idTimeShift is the number of bits of an id below its milliseconds.
const idTimeShift = 22

// insertText leaves a job that has the unique key as it is. Where the key is let go
// when that job starts or ends, its row is touched, which locks it until the caller
// commits: it cannot start before, and so it sees what the caller has written.
const insertText = `INSERT INTO job_job (id, corp_id, kind, lane, state, priority, delayed, run_at, lane_key, place, timed,
 unique_key, unique_hold, args, max_attempts, created_at, attempt, holder, fence, cancel_asked, error,
 started_at, finished_at, progress_done, progress_total, progress_note) VALUES ?
 ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL
 DO UPDATE SET unique_key = excluded.unique_key WHERE job_job.unique_hold <> 0 RETURNING id, unique_key`

// linePlace puts a job behind the last of its line that is already stored, also when
// that one was asked for by a node whose clock is ahead.
const linePlace = `(SELECT CASE WHEN coalesce(max(p.place), 0) >= ? THEN max(p.place) + ? ELSE ? END FROM job_job AS p
 WHERE p.lane_key = ? AND p.state IN ('available', 'parked', 'running') AND NOT p.timed)`

type uniqueHolder struct {
	ID        id.ID
	UniqueKey *string
}

// insertEntries stores the rows whose unique key is free and notes in byKey who has
// each key.
func insertEntries(ctx context.Context, tx Tx, rows []newEntry, byKey map[string]id.ID) error {
	values := make(db.Rows, len(rows))
	for i, e := range rows {
		place := any(e.Place)
		if e.LaneKey != nil && !e.timed {
			place = bun.SafeQuery(linePlace, e.Place, i+1, e.Place, *e.LaneKey)
		}
		values[i] = []any{
			e.ID, e.Corp, e.Kind, e.Lane, e.State, e.Priority, e.Delayed, e.RunAt, e.LaneKey, place, e.timed,
			e.UniqueKey, e.UniqueHold, e.Args, e.MaxAttempts, e.CreatedAt, 0, 0, 0, false, "", 0, 0, 0, 0, "",
		}
	}
	var stored []uniqueHolder
	if err := tx.NewRaw(insertText, values).Scan(ctx, &stored); err != nil && !db.NoRows(err) {
		return err
	}
	for _, h := range stored {
		if h.UniqueKey != nil {
			byKey[*h.UniqueKey] = h.ID
		}
	}
	var open []string
	for k, holder := range byKey {
		if holder == 0 {
			open = append(open, k)
		}
	}
	if len(open) == 0 {
		return nil
	}
	var holders []uniqueHolder
	err := tx.NewRaw("SELECT id, unique_key FROM job_job WHERE unique_key IN (?)", bun.List(open)).Scan(ctx, &holders)
	if err != nil && !db.NoRows(err) {
		return err
	}
	for _, h := range holders {
		byKey[*h.UniqueKey] = h.ID
	}
	return nil
}

// Scope is a queue seen by one feature: kinds and keys carry its slug, so that no
// feature can ask for another's job or meet another's keys.
type Scope struct {
	q    *Queue
	slug string
}

// Scoped gives the feature's view.
func Scoped(q *Queue, slug string) Scope { return Scope{q, slug} }

// Prefixed gives the definitions the kinds that Scope.Insert asks for.
func Prefixed(slug string, defs ...Definition) []Definition {
	out := make([]Definition, len(defs))
	for i, d := range defs {
		d.Kind = slug + "." + d.Kind
		out[i] = d
	}
	return out
}

// Insert is Queue.Insert with the slug before kinds and lane keys.
func (s Scope) Insert(ctx context.Context, tx Tx, in ...Insert) ([]id.ID, error) {
	own := make([]Insert, len(in))
	for i, x := range in {
		x.Kind = s.slug + "." + x.Kind
		if x.Key != "" {
			x.Key = s.slug + "." + x.Key
		}
		own[i] = x
	}
	return s.q.Insert(ctx, tx, own...)
}

// InsertOne is Insert for one job.
func (s Scope) InsertOne(ctx context.Context, tx Tx, in Insert) (id.ID, error) {
	made, err := s.Insert(ctx, tx, in)
	if err != nil {
		return 0, err
	}
	return made[0], nil
}

// RunNow is Queue.RunNow.
func (s Scope) RunNow(ctx context.Context, job id.ID, wait time.Duration) (State, error) {
	return s.q.RunNow(ctx, job, wait)
}

// Running is Queue.Running for the feature's own kinds.
func (s Scope) Running(ctx context.Context, corp string) ([]Row, error) {
	rows, err := s.q.Running(ctx, corp)
	own := rows[:0]
	for _, r := range rows {
		if strings.HasPrefix(r.Kind, s.slug+".") {
			own = append(own, r)
		}
	}
	return own, err
}
