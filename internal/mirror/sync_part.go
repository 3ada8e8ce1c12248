package mirror

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

const (
	// partSize is how many members WeCom takes in one list (batch/get_by_user, owner_filter).
	partSize = 100
	// lines bounds how many parts of a corp are read side by side.
	lines = 4
	// workBudget is how long a part works before it lets other jobs of its lane go first.
	workBudget = time.Minute
	// maxRestarts bounds how often a part begins anew because its cursor died or its
	// members changed.
	maxRestarts = 5
)

// part is a row of mirror_sync_part.
type part struct {
	Run        id.ID  `bun:"run_id"`
	Stage      Scope  `bun:"stage"`
	Part       int    `bun:"part"`
	Subjects   string `bun:"subjects"`
	Unlicensed string `bun:"unlicensed"`
	Cursor     string `bun:"cursor"`
	Restarts   int    `bun:"restarts"`
	Done       bool   `bun:"done"`
}

func (p part) subjects() []string   { return list(p.Subjects) }
func (p part) unlicensed() []string { return list(p.Unlicensed) }

func list(text string) []string {
	var out []string
	if json.Unmarshal([]byte(text), &out) != nil {
		return nil
	}
	return out
}

func written(items []string) string {
	text, err := json.Marshal(append([]string{}, items...))
	if err != nil {
		return "[]" // strings can always be written
	}
	return string(text)
}

// queueParts stores the parts of a stage and asks for their work, a few lines at a time.
func (m *Mirror) queueParts(ctx context.Context, tx db.Tx, run Sync, parts [][]string) error {
	rows := make([]*part, len(parts))
	jobs := make([]job.Insert, len(parts))
	for i, subjects := range parts {
		rows[i] = &part{Run: run.ID, Stage: run.Stage, Part: i, Subjects: written(subjects), Unlicensed: "[]"}
		jobs[i] = job.Insert{
			Kind: kindSyncPart, Corp: run.Corp, Args: partArgs{run.ID, run.Stage, i},
			Key: fmt.Sprint("sync/", i%lines), Unique: fmt.Sprint(run.ID, "/", run.Stage, "/", i),
		}
	}
	if len(parts) == 0 {
		return nil
	}
	if err := inBatches(rows, func(some []*part) error {
		_, err := tx.NewInsert().Model(&some).ModelTableExpr("mirror_sync_part").
			On("CONFLICT (run_id, stage, part) DO NOTHING").Exec(ctx)
		return err
	}); err != nil {
		return err
	}
	_, err := m.jobs.Insert(ctx, tx, jobs...)
	return err
}

// part is the job that reads one part, page by page.
func (m *Mirror) part(ctx context.Context, j job.Job[partArgs]) error {
	run, err := runOf(ctx, m.db.Read(), j.Corp, j.Args.Run, j.Args.Stage)
	if err != nil {
		return err
	}
	p, err := partOf(ctx, m.db.Read(), j.Args)
	if err != nil || p.Done {
		return err
	}
	client, err := m.corps.Client(ctx, j.Corp)
	if err != nil {
		return m.syncOutcome(ctx, j.Corp, run.ID, err)
	}
	w := &partWork{m: m, job: j, run: run, part: p, client: client}
	switch run.Stage {
	case ScopeContacts:
		err = w.contacts(ctx)
	case ScopeCustomers:
		err = w.customers(ctx)
	case ScopeGroups:
		err = w.groups(ctx)
	case ScopeFull, ScopeTags: // have no parts
	}
	if restart, gone := restartable(err); restart && p.Restarts < maxRestarts {
		return w.restart(ctx, gone, err)
	}
	return m.syncOutcome(ctx, j.Corp, run.ID, err)
}

func partOf(ctx context.Context, q db.Querier, a partArgs) (part, error) {
	var p part
	err := q.NewRaw(`SELECT run_id, stage, part, subjects, unlicensed, cursor, restarts, done FROM mirror_sync_part
		WHERE run_id = ? AND stage = ? AND part = ?`, a.Run, a.Stage, a.Part).Scan(ctx, &p)
	if db.NoRows(err) {
		return p, errOver
	}
	return p, err
}

// listRead stands in part.Cursor when all pages are written and only the end is left.
const listRead = "(read to the end)"

// partWork is one part in work.
type partWork struct {
	m      *Mirror
	job    job.Job[partArgs]
	run    Sync
	part   part
	client *wecom.Client
}

// restartable tells whether the part can begin anew after an error: its cursor has died
// (they are short-lived), or one of its members left or lost the right meanwhile, for
// which WeCom refuses the whole list.
func restartable(err error) (restart, membersChanged bool) {
	switch wecom.CodeOf(err) {
	case errcode.UserIDNotFound, errcode.UserNotFound, errcode.NoExternalContactRight, errcode.InvalidUserID,
		errcode.MemberOutOfRange, errcode.MemberNotVisible:
		return true, true
	case errcode.ParameterRule, errcode.InvalidParameter:
		return true, false
	}
	return errors.Is(err, wecom.ErrCursor), false
}

// restart begins the part anew, without the members that WeCom no longer lists. What was
// read before stays; reading it again does no harm.
func (w *partWork) restart(ctx context.Context, membersChanged bool, cause error) error {
	subjects := w.part.subjects()
	if membersChanged && w.run.Stage != ScopeContacts {
		answer, err := w.client.ListFollowUsers(ctx)
		if err != nil {
			return w.m.syncOutcome(ctx, w.run.Corp, w.run.ID, err)
		}
		subjects = both(subjects, answer.UserIDs)
	}
	if !membersChanged && w.part.Cursor == "" {
		return w.m.syncOutcome(ctx, w.run.Corp, w.run.ID, cause) // it is not the cursor
	}
	err := w.m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`UPDATE mirror_sync_part SET cursor = '', subjects = ?, restarts = restarts + 1
			WHERE run_id = ? AND stage = ? AND part = ?`, written(subjects), w.part.Run, w.part.Stage, w.part.Part).Exec(ctx)
		return err
	})
	if err != nil {
		return err
	}
	w.m.log.Info("a part of a sync begins anew", "corp", w.run.Corp, "stage", w.run.Stage, "part", w.part.Part, "error", cause)
	return job.Snooze(0)
}

// both keeps those of a that are in b, as WeCom compares userids.
func both(a, b []string) []string {
	var out []string
	for _, x := range a {
		for _, y := range b {
			if equalMember(x, y) {
				out = append(out, x)
				break
			}
		}
	}
	return out
}

// turn writes the cursor and the progress of a page, in the transaction of its rows. An
// empty cursor says that it was the last.
func (w *partWork) turn(ctx context.Context, tx db.Tx, cursor string, rows, repaired int) error {
	if cursor == "" {
		cursor = listRead
	}
	res, err := tx.NewRaw(`UPDATE mirror_sync_part SET cursor = ?, unlicensed = ?
		WHERE run_id = ? AND stage = ? AND part = ? AND cursor = ? AND NOT done`,
		cursor, w.part.Unlicensed, w.part.Run, w.part.Stage, w.part.Part, w.part.Cursor).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return cmpErr(err, errOver)
	}
	_, err = tx.NewRaw(`UPDATE mirror_sync SET done = done + ?, repaired = repaired + ?, moved_at = ? WHERE id = ?`,
		rows, repaired, db.NowMS(w.m.clock), w.run.ID).Exec(ctx)
	if err != nil {
		return err
	}
	return w.m.live.Publish(ctx, tx, w.run.Corp, topicSync, w.run.ID.String())
}

// finish ends the part; the last one asks for the end of the stage.
func (w *partWork) finish(ctx context.Context, tx db.Tx) error {
	if _, err := tx.NewRaw(`UPDATE mirror_sync_part SET done = TRUE WHERE run_id = ? AND stage = ? AND part = ?`,
		w.part.Run, w.part.Stage, w.part.Part).Exec(ctx); err != nil {
		return err
	}
	var left int
	if err := tx.NewRaw(`UPDATE mirror_sync SET parts_left = parts_left - 1, moved_at = ? WHERE id = ? RETURNING parts_left`,
		db.NowMS(w.m.clock), w.run.ID).Scan(ctx, &left); err != nil {
		return err
	}
	if left == 0 {
		if err := w.m.askForStage(ctx, tx, w.run.Corp, syncArgs{Run: w.run.ID, Stage: w.run.Stage, End: true}); err != nil {
			return err
		}
	}
	return w.job.Done(ctx, tx)
}

// stageGaveUp and partGaveUp end a run that cannot go on.
func (m *Mirror) stageGaveUp(ctx context.Context, j job.Job[syncArgs], err error) {
	m.failRun(ctx, j.Corp, j.Args.Run, err)
}

func (m *Mirror) partGaveUp(ctx context.Context, j job.Job[partArgs], err error) {
	m.failRun(ctx, j.Corp, j.Args.Run, err)
}

func (m *Mirror) failRun(ctx context.Context, corp string, run id.ID, cause error) {
	now := db.NowMS(m.clock)
	err := m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewRaw(`UPDATE mirror_sync SET state = ?, error = ?, finished_at = ?, moved_at = ?
			WHERE corp_id = ? AND id = ? AND state = ?`,
			SyncFailed, db.Clean(why(cause).Kept()), now, now, corp, run, SyncRunning).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewRaw(`DELETE FROM mirror_sync_part WHERE run_id = ?`, run).Exec(ctx); err != nil {
			return err
		}
		return m.live.Publish(ctx, tx, corp, topicSync, run.String())
	})
	if err != nil {
		m.log.Error("a sync failed and that could not be recorded", "corp", corp, "run", run, "error", err, "cause", cause)
	}
}

// why is why a sync failed.
func why(err error) web.Because {
	if e, ok := errors.AsType[*wecom.Error](err); ok {
		return corp.WhyAfter("refused", err, "op", e.Op)
	}
	switch fault.CodeOf(err) {
	case fault.NotFound:
		return web.Why("noCorp")
	case fault.Conflict:
		return web.Why("notReady")
	default:
		return web.Why("broke")
	}
}
