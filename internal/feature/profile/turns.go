package profile

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// moveRun takes a run from one of some states to another and asks for its job.
func (s *service) moveRun(ctx context.Context, r Run, to string, fresh bool, from ...string) (*Run, error) {
	if !slices.Contains(from, r.State) {
		return nil, fault.New(fault.Conflict, "任务现在不能这样操作").WithAdvice("请刷新页面查看它的状态")
	}
	err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		query := tx.NewUpdate().TableExpr("profile_run").Set("state = ?", to).Set("error = ''").Set("phase = ''").Set("finished_at = 0").
			Set("spec = ?", r.Spec).Where("id = ? AND corp_id = ? AND state IN (?)", r.ID, r.Corp, bun.List(from))
		if fresh {
			query = query.Set("walked = ''").Set("done = 0")
		}
		res, err := query.Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err // somebody else was first
		}
		web.Note(ctx, web.Change{Object: "profile:run:" + r.ID.String(), Name: r.Title, Before: map[string]string{"state": r.State}, After: map[string]string{"state": to}})
		return s.askFor(ctx, tx, r)
	})
	r.State = to
	return &r, err
}

// begun tells whether a run has changed customers: an import that was only checked has not.
func (r Run) begun() (spec, error) {
	x, err := r.spec()
	if err == nil && r.Kind == runImport && !x.Started {
		err = fault.New(fault.Conflict, "这次导入还没有开始")
	}
	return x, err
}

// UndoRun gives every customer back what he had, but for what somebody changed since.
func (s *service) UndoRun(ctx context.Context, in *runInput) (*Run, error) {
	_, r, err := s.seenRun(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if _, err := r.begun(); err != nil {
		return nil, err
	}
	return s.moveRun(ctx, r, stateUndoing, true, stateDone, stateFailed, stateStopped)
}

// RetryRun goes on with a run that broke off or was stopped, or tries the lines of an import anew that failed.
func (s *service) RetryRun(ctx context.Context, in *runInput) (*Run, error) {
	_, r, err := s.seenRun(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	x, err := r.begun()
	if err != nil {
		return nil, err
	}
	if r.State == stateFailed || r.State == stateStopped {
		// The mark is that of what the run was doing: an undoing never goes on forwards.
		to := stateRunning
		if r.Phase == stateUndoing {
			to = stateUndoing
		}
		return s.moveRun(ctx, r, to, false, r.State)
	}
	if r.Kind != runImport || r.Failed == 0 {
		return nil, fault.New(fault.Conflict, "没有可以重试的客户")
	}
	x.Retry = true
	raw, err := json.Marshal(x)
	if err != nil {
		return nil, err
	}
	r.Spec = string(raw)
	return s.moveRun(ctx, r, stateRunning, true, stateDone)
}

// StopRun ends a run, or its undoing, between two steps: what is done stays, and can be undone
// or gone on with.
func (s *service) StopRun(ctx context.Context, in *runInput) (*Run, error) {
	_, r, err := s.seenRun(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if r.State != stateRunning && r.State != stateUndoing {
		return nil, fault.New(fault.Conflict, "任务没有在进行，不能停止").WithAdvice("请刷新页面查看它的状态")
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		// A step that is under way finds the state changed, and takes itself back.
		res, err := tx.NewRaw(`UPDATE profile_run SET state = ?, phase = ?, finished_at = ? WHERE id = ? AND corp_id = ? AND state = ?`,
			stateStopped, r.State, db.NowMS(s.clock), r.ID, r.Corp, r.State).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err // it ended meanwhile
		}
		if err := s.ended(ctx, tx, r.Corp, r.ID, web.Stopped, res); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "profile:run:" + r.ID.String(), Name: r.Title, Before: map[string]string{"state": r.State}, After: map[string]string{"state": stateStopped}})
		return s.live.Publish(ctx, tx, r.Corp, topicRun, r.ID.String())
	})
	if err != nil {
		return nil, err
	}
	r, err = runByID(ctx, s.db.Read(), r.Corp, r.ID)
	return &r, err
}
