package mirror

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom"
)

// A sync (同步) reads a corp, or one area of it, anew and repairs what callbacks missed.
//
// It is a chain of bounded jobs. A stage begins by reading what is to be read (members,
// departments) and cuts it into parts; each part is a job that reads page after page and
// writes its cursor in the transaction of the page's rows; the part that ends last asks
// for the end of the stage, which looks for what was not seen and begins the next. A
// process that dies loses the page it was reading, and another goes on from the cursor.

// Scope is what a sync reads.
type Scope string

// The scopes; Full is the others one after the other.
const (
	ScopeFull      Scope = "full"
	ScopeContacts  Scope = "contacts"
	ScopeTags      Scope = "tags"
	ScopeCustomers Scope = "customers"
	ScopeGroups    Scope = "groups"
)

// The states of a sync.
const (
	SyncRunning = "running"
	SyncDone    = "done"
	SyncFailed  = "failed"
)

// Sync is one run.
type Sync struct {
	ID         id.ID       `bun:"id" json:"id"`
	Corp       string      `bun:"corp_id" json:"-"`
	Scope      Scope       `bun:"scope" json:"scope"`
	State      string      `bun:"state" json:"state"`
	Stage      Scope       `bun:"stage" json:"stage"` // what it does now
	PartsLeft  int         `bun:"parts_left" json:"-"`
	Quiet      bool        `bun:"quiet" json:"-"`
	Done       int64       `bun:"done" json:"done"`         // rows read in this stage
	Total      int64       `bun:"total" json:"total"`       // rows expected in this stage, 0 = unknown
	Repaired   int64       `bun:"repaired" json:"repaired"` // differences that no callback had told
	Error      web.Because `bun:"-" json:"error,omitzero"`  // why it failed
	Why        string      `bun:"error" json:"-"`           // Error as it is kept
	StartedBy  string      `bun:"started_by" json:"startedBy"`
	StartedAt  int64       `bun:"started_at" json:"startedAt"`   // unix ms
	MovedAt    int64       `bun:"moved_at" json:"-"`             // unix ms
	FinishedAt int64       `bun:"finished_at" json:"finishedAt"` // unix ms, 0 while it runs
}

const syncColumns = `id, corp_id, scope, state, stage, parts_left, quiet, done, total, repaired, error,
	started_by, started_at, moved_at, finished_at`

// stages gives the areas of a scope in order: members come first because everything else
// names them, and the tag library before the tags of follows.
func (s Scope) stages() []Scope {
	if s == ScopeFull {
		return []Scope{ScopeContacts, ScopeTags, ScopeCustomers, ScopeGroups}
	}
	return []Scope{s}
}

// next is the stage after one, "" after the last.
func (s Scope) next(stage Scope) Scope {
	all := s.stages()
	if i := slices.Index(all, stage) + 1; i < len(all) {
		return all[i]
	}
	return ""
}

func (s Scope) valid() bool {
	return slices.Contains([]Scope{ScopeFull, ScopeContacts, ScopeTags, ScopeCustomers, ScopeGroups}, s)
}

const (
	kindSync     = "sync"
	kindSyncPart = "sync-part"
	// stuck is how long a run may stand still before another may take its place: far
	// beyond the longest punishment for calling too often, an hour.
	stuck = 6 * time.Hour
)

// syncArgs name the begin or the end of a stage.
type syncArgs struct {
	Run   id.ID `json:"run"`
	Stage Scope `json:"stage"`
	End   bool  `json:"end,omitempty"`
}

// partArgs name a part of a stage.
type partArgs struct {
	Run   id.ID `json:"run"`
	Stage Scope `json:"stage"`
	Part  int   `json:"part"`
}

// StartSync begins a sync. A corp has one at a time: while one runs the answer is a
// conflict. by says who asked for it: a member, an account, "schedule".
func (m *Mirror) StartSync(ctx context.Context, corp string, scope Scope, by string) (Sync, error) {
	if !scope.valid() {
		return Sync{}, &fault.Fault{
			Code: fault.Invalid, Message: "同步范围无效",
			Fields: []fault.Field{{Name: "scope", Message: "只能是 full、contacts、tags、customers 或 groups"}},
		}
	}
	if _, err := m.corps.Client(ctx, corp); err != nil {
		return Sync{}, err
	}
	now := db.NowMS(m.clock)
	run := Sync{
		ID: m.ids.New(), Corp: corp, Scope: scope, State: SyncRunning, Stage: scope.stages()[0],
		StartedBy: db.Clean(by), StartedAt: now, MovedAt: now,
	}
	err := m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`UPDATE mirror_sync SET state = ?, error = ?, finished_at = ?
			WHERE corp_id = ? AND state = ? AND moved_at < ?`,
			SyncFailed, web.Why("replaced").Kept(), now, corp, SyncRunning, now-stuck.Milliseconds()).Exec(ctx)
		if err != nil {
			return err
		}
		res, err := tx.NewRaw(`INSERT INTO mirror_sync (`+syncColumns+`) VALUES (?, ?, ?, ?, ?, 0, FALSE, 0, 0, 0, '', ?, ?, ?, 0)
			ON CONFLICT (corp_id) WHERE state = 'running' DO NOTHING`,
			run.ID, run.Corp, run.Scope, run.State, run.Stage, run.StartedBy, now, now).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return cmpErr(err, fault.New(fault.Conflict, "该企业正在同步中，请等待完成"))
		}
		if err := m.live.Publish(ctx, tx, corp, topicSync, run.ID.String()); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "sync:" + run.ID.String(), After: map[string]any{"scope": scope}})
		return m.askForStage(ctx, tx, corp, syncArgs{Run: run.ID, Stage: run.Stage})
	})
	return run, err
}

// cmpErr is the first error that is one.
func cmpErr(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// Syncs lists the latest runs of a corp, newest first.
func Syncs(ctx context.Context, q db.Querier, corpID string, limit int) ([]Sync, error) {
	var rows []Sync
	err := q.NewRaw(`SELECT `+syncColumns+` FROM mirror_sync WHERE corp_id = ? ORDER BY started_at DESC, id DESC LIMIT ?`,
		corpID, limit).Scan(ctx, &rows)
	for i := range rows {
		rows[i].Error = corp.Told(rows[i].Why, 0)
	}
	return rows, err
}

// LastSync is when an area was last read completely, unix ms; 0 when never.
func LastSync(ctx context.Context, q db.Querier, corp string, area Scope) (int64, error) {
	var at int64
	err := q.NewRaw(`SELECT COALESCE(max(finished_at), 0) FROM mirror_sync WHERE corp_id = ? AND state = ? AND scope IN (?, ?)`,
		corp, SyncDone, ScopeFull, area).Scan(ctx, &at)
	return at, err
}

func (m *Mirror) askForStage(ctx context.Context, tx db.Tx, corp string, a syncArgs) error {
	_, err := m.jobs.Insert(ctx, tx, job.Insert{
		Kind: kindSync, Corp: corp, Args: a,
		Unique: fmt.Sprint(a.Run, "/", a.Stage, "/", a.End),
	})
	return err
}

// runOf reads a run that must still go on with the stage.
func runOf(ctx context.Context, q db.Querier, corp string, run id.ID, stage Scope) (Sync, error) {
	var s Sync
	err := q.NewRaw(`SELECT `+syncColumns+` FROM mirror_sync WHERE corp_id = ? AND id = ?`, corp, run).Scan(ctx, &s)
	if err == nil && (s.State != SyncRunning || s.Stage != stage) {
		err = errOver
	}
	if db.NoRows(err) {
		err = errOver
	}
	return s, err
}

// errOver says that the run ended, or went on without this job.
var errOver = job.Cancel(fmt.Errorf("mirror: the sync is over"))

// stage is the job at the begin and at the end of a stage.
func (m *Mirror) stage(ctx context.Context, j job.Job[syncArgs]) error {
	run, err := runOf(ctx, m.db.Read(), j.Corp, j.Args.Run, j.Args.Stage)
	if err != nil {
		return err
	}
	if j.Args.End {
		err = m.endStage(ctx, j, run)
	} else {
		err = m.beginStage(ctx, j, run)
	}
	return m.syncOutcome(ctx, j.Corp, j.Args.Run, err)
}

// syncOutcome lets a run fail at once on what only an administrator can put right: he
// waits for the answer, and the next run begins anew anyway.
func (m *Mirror) syncOutcome(ctx context.Context, corp string, run id.ID, err error) error {
	code := fault.CodeOf(err)
	if wecom.IsConfig(err) || code == fault.NotFound || code == fault.Conflict {
		m.failRun(ctx, corp, run, err)
		return job.Cancel(err)
	}
	return outcome(err)
}

// beginStage reads what the stage consists of and queues its parts.
func (m *Mirror) beginStage(ctx context.Context, j job.Job[syncArgs], run Sync) error {
	var parts [][]string
	var total int64
	var err error
	switch run.Stage {
	case ScopeContacts:
		parts, total, err = m.beginContacts(ctx, run)
	case ScopeTags:
		err = m.syncTags(ctx, run)
	case ScopeCustomers:
		parts, total, err = m.beginCustomers(ctx, run)
	case ScopeGroups:
		parts, total, err = m.beginGroups(ctx, run)
	case ScopeFull: // is all of them, none itself
	}
	if err != nil {
		return err
	}
	return m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		before, err := LastSync(ctx, tx, run.Corp, run.Stage)
		if err != nil {
			return err
		}
		if _, err := tx.NewRaw(`UPDATE mirror_sync SET parts_left = ?, quiet = ?, done = 0, total = ?, moved_at = ? WHERE id = ?`,
			len(parts), before == 0, total, db.NowMS(m.clock), run.ID).Exec(ctx); err != nil {
			return err
		}
		if err := m.queueParts(ctx, tx, run, parts); err != nil {
			return err
		}
		if len(parts) == 0 {
			if err := m.askForStage(ctx, tx, run.Corp, syncArgs{Run: run.ID, Stage: run.Stage, End: true}); err != nil {
				return err
			}
		}
		return j.Done(ctx, tx)
	})
}

// endStage looks for what the stage did not see and begins the next one.
func (m *Mirror) endStage(ctx context.Context, j job.Job[syncArgs], run Sync) error {
	var err error
	switch run.Stage {
	case ScopeContacts:
		err = m.endContacts(ctx, run)
	case ScopeGroups:
		err = m.endGroups(ctx, run)
	case ScopeFull, ScopeTags, ScopeCustomers: // their parts have seen to the end themselves
	}
	if err != nil {
		return err
	}
	if run.Quiet {
		// The corp has just grown from nothing; lists are opened in the next moment.
		if err := m.db.Maintain(ctx); err != nil {
			m.log.Warn("the database's statistics were not refreshed", "error", err)
		}
	}
	now := db.NowMS(m.clock)
	return m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		next := run.Scope.next(run.Stage)
		if next == "" {
			if _, err := tx.NewRaw(`UPDATE mirror_sync SET state = ?, finished_at = ?, moved_at = ? WHERE id = ?`,
				SyncDone, now, now, run.ID).Exec(ctx); err != nil {
				return err
			}
			if _, err := tx.NewRaw(`DELETE FROM mirror_sync_part WHERE run_id = ?`, run.ID).Exec(ctx); err != nil {
				return err
			}
		} else {
			if _, err := tx.NewRaw(`UPDATE mirror_sync SET stage = ?, moved_at = ? WHERE id = ?`, next, now, run.ID).Exec(ctx); err != nil {
				return err
			}
			if err := m.askForStage(ctx, tx, run.Corp, syncArgs{Run: run.ID, Stage: next}); err != nil {
				return err
			}
		}
		if err := m.live.Publish(ctx, tx, run.Corp, topicSync, run.ID.String()); err != nil {
			return err
		}
		return j.Done(ctx, tx)
	})
}
