package stage

import (
	"context"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// ensure makes the first flow of a corp, once: who removes it does not get it back.
func (s *service) ensure(ctx context.Context, corp string) error {
	var n int
	if err := s.db.Read().NewRaw("SELECT COUNT(*) FROM stage_setting WHERE corp_id = ?", corp).Scan(ctx, &n); err != nil || n > 0 {
		return err
	}
	form, err := standard().tidy(nil)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw(`INSERT INTO stage_setting (corp_id, counts, calendar, updated_by, updated_at) VALUES (?, ?, ?, '', ?)
			ON CONFLICT (corp_id) DO NOTHING`, corp, jsonOf(ways()), jsonOf(defaultCalendar()), db.NowMS(s.clock)).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return insertFlow(ctx, tx, s.flowOf(corp, form, nil), "", db.NowMS(s.clock))
	})
}

// flowOf makes a flow of a form.
func (s *service) flowOf(corp string, form FlowForm, before *Flow) Flow {
	f := Flow{ID: s.ids.New(), Corp: corp, Version: 1}
	if before != nil {
		f = *before
	}
	f.Name, f.Note, f.Seen, f.Joins, f.Stages = form.Name, form.Note, form.Seen, form.Joins, nil
	for _, x := range form.Stages {
		stage := Stage{ID: x.ID, Flow: f.ID, Name: x.Name, Note: x.Note, Class: x.Class, Catches: x.Catches, Cycle: x.Cycle, Enter: x.Enter, Leave: x.Leave, Pull: x.Pull}
		if stage.ID == 0 {
			stage.ID = s.ids.New()
		}
		f.Stages = append(f.Stages, stage)
	}
	if before != nil { // those being emptied stay at the end until they are empty
		for _, old := range before.Stages {
			if old.Into != 0 {
				f.Stages = append(f.Stages, old)
			}
		}
	}
	return f
}

// FlowList are the flows a viewer sees.
type FlowList struct {
	Items []Flow `json:"items"`
}

// Flows lists the flows that are for the viewer or for somebody in his scope.
func (s *service) Flows(ctx context.Context, _ *struct{}) (*FlowList, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.ensure(ctx, v.Corp); err != nil {
		return nil, err
	}
	seen, err := s.flowsFor(ctx, v)
	return &FlowList{Items: seen}, err
}

func (s *service) flowsFor(ctx context.Context, v viewer.Viewer) ([]Flow, error) {
	all, err := flows(ctx, s.db.Read(), v.Corp, false)
	if err != nil {
		return nil, err
	}
	seen := []Flow{}
	for _, f := range all {
		his, err := s.isFor(ctx, v, f)
		if err != nil {
			return nil, err
		}
		if his {
			seen = append(seen, f)
		}
	}
	return seen, nil
}

// isFor tells whether a viewer has to do with a flow.
func (s *service) isFor(ctx context.Context, v viewer.Viewer, f Flow) (bool, error) {
	if f.Seen.All || v.Scope.Reach == viewer.All || v.Can("stage.setting") {
		return true, nil
	}
	members, err := s.membersOf(ctx, s.db.Read(), f)
	return slices.ContainsFunc(members, v.Sees), err
}

// membersOf lists the members whose customers a flow takes; nil when all do.
func (s *service) membersOf(ctx context.Context, q db.Querier, f Flow) ([]string, error) {
	if f.Seen.All {
		return nil, nil
	}
	below, err := mirror.MembersInDepartments(ctx, q, f.Corp, f.Seen.Departments)
	return append(slices.Clone(f.Seen.Members), below...), err
}

// serves tells whether a flow takes a member's customers.
func (s *service) serves(ctx context.Context, q db.Querier, f Flow, member string) (bool, error) {
	if f.Seen.All || slices.Contains(f.Seen.Members, member) {
		return true, nil
	}
	members, err := s.membersOf(ctx, q, f)
	return slices.Contains(members, member), err
}

type createFlowInput struct{ Body FlowForm }

// CreateFlow makes a flow.
func (s *service) CreateFlow(ctx context.Context, in *createFlowInput) (*Flow, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	form, err := in.Body.tidy(nil)
	if err != nil {
		return nil, err
	}
	if err := s.knowsPulls(ctx, v, form, nil); err != nil {
		return nil, err
	}
	if err := s.ensure(ctx, v.Corp); err != nil {
		return nil, err
	}
	f := s.flowOf(v.Corp, form, nil)
	return &f, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		all, err := flows(ctx, tx, v.Corp, false)
		if err != nil {
			return err
		}
		if err := unlike(all, f); err != nil {
			return err
		}
		if len(all) >= mostFlows {
			return fault.Newf(fault.Conflict, "最多 %d 个流程", mostFlows).WithAdvice("请先删除不用的流程")
		}
		f.Position = 0
		for _, o := range all {
			f.Position = max(f.Position, o.Position+1)
		}
		if err := insertFlow(ctx, tx, f, v.Actor(), db.NowMS(s.clock)); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "stage:" + f.ID.String(), Name: f.Name, After: f})
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
}

// unlike refuses a second flow of the same name.
func unlike(all []Flow, f Flow) error {
	var check fault.Check
	check.That(!slices.ContainsFunc(all, func(o Flow) bool { return o.ID != f.ID && o.Name == f.Name }), "name", "已有同名的流程")
	return check.Err()
}

type updateFlowInput struct {
	ID   id.ID `path:"id"`
	Body struct {
		FlowForm
		Version int64 `json:"version"`
	}
}

// UpdateFlow changes a flow and its stages. Where a cycle changed, what is due is reckoned
// anew in the background.
func (s *service) UpdateFlow(ctx context.Context, in *updateFlowInput) (*Flow, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	var f Flow
	return &f, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		all, err := flows(ctx, tx, v.Corp, false)
		if err != nil {
			return err
		}
		before, err := flowByID(ctx, tx, v.Corp, in.ID)
		if err != nil {
			return err
		}
		form, err := in.Body.tidy(&before)
		if err != nil {
			return err
		}
		if err := s.knowsPulls(ctx, v, form, &before); err != nil {
			return err
		}
		f = s.flowOf(v.Corp, form, &before)
		f.Version = in.Body.Version
		if err := unlike(all, f); err != nil {
			return err
		}
		if err := updateFlow(ctx, tx, f, v.Actor(), db.NowMS(s.clock)); err != nil {
			return err
		}
		f.Version++
		for _, x := range f.Stages {
			i := slices.IndexFunc(before.Stages, func(o Stage) bool { return o.ID == x.ID })
			if i < 0 || before.Stages[i].Cycle == x.Cycle && before.Stages[i].Catches == x.Catches {
				continue
			}
			if err := s.reckonLater(ctx, tx, v.Corp, x.ID); err != nil {
				return err
			}
		}
		web.Note(ctx, web.Change{Object: "stage:" + f.ID.String(), Name: f.Name, Before: before, After: f})
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
}

type flowInput struct {
	ID id.ID `path:"id"`
}

// DeleteFlow hides a flow at once and takes its customers out of it in the background.
func (s *service) DeleteFlow(ctx context.Context, in *flowInput) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return &web.None{}, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		f, err := flowByID(ctx, tx, v.Corp, in.ID)
		if err != nil {
			return err
		}
		if _, err := tx.NewRaw("UPDATE stage_flow SET removed_at = ?, version = version + 1, updated_by = ? WHERE corp_id = ? AND id = ?",
			db.NowMS(s.clock), v.Actor(), v.Corp, f.ID).Exec(ctx); err != nil {
			return err
		}
		if _, err := s.jobs.Insert(ctx, tx, job.Insert{Kind: kindClear, Corp: v.Corp, Args: clearArgs{Flow: f.ID}, Unique: f.ID.String(), UniqueFor: job.HoldWaiting}); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "stage:" + f.ID.String(), Name: f.Name, Before: f})
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
}

type removeStageInput struct {
	ID   id.ID `path:"id" doc:"of the stage"`
	Body struct {
		Into id.ID `json:"into" doc:"stage of the same flow that takes its customers"`
	}
}

// RemoveStage takes a stage away; its customers go into another, in the background.
func (s *service) RemoveStage(ctx context.Context, in *removeStageInput) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return &web.None{}, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		f, gone, err := s.stageOf(ctx, tx, v.Corp, in.ID)
		if err != nil {
			return err
		}
		var check fault.Check
		into, err := f.stage(in.Body.Into)
		check.That(err == nil && into.ID != gone.ID, "into", "请选择同一流程里的另一个阶段来接收客户")
		if err := check.Err(); err != nil {
			return err
		}
		if _, err := tx.NewRaw("UPDATE stage_stage SET into_id = ? WHERE corp_id = ? AND id = ?", into.ID, v.Corp, gone.ID).Exec(ctx); err != nil {
			return err
		}
		// Those that others are being emptied into lead on to where this one's go.
		if _, err := tx.NewRaw("UPDATE stage_stage SET into_id = ? WHERE corp_id = ? AND into_id = ?", into.ID, v.Corp, gone.ID).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewRaw("UPDATE stage_flow SET version = version + 1 WHERE corp_id = ? AND id = ?", v.Corp, f.ID).Exec(ctx); err != nil {
			return err
		}
		if _, err := s.jobs.Insert(ctx, tx, job.Insert{Kind: kindEmpty, Corp: v.Corp, Args: emptyArgs{Stage: gone.ID, By: v.Member, Name: v.Name}, Unique: gone.ID.String(), UniqueFor: job.HoldWaiting}); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "stage:" + f.ID.String(), Name: f.Name, Before: map[string]string{"stage": gone.Name}, After: map[string]string{"into": into.Name}})
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
}

// stageOf finds a stage that stands, with its flow.
func (s *service) stageOf(ctx context.Context, q db.Querier, corp string, which id.ID) (Flow, Stage, error) {
	all, err := flows(ctx, q, corp, false)
	if err != nil {
		return Flow{}, Stage{}, err
	}
	for _, f := range all {
		if found, err := f.stage(which); err == nil {
			return f, found, nil
		}
	}
	return Flow{}, Stage{}, fault.Missing("阶段")
}
