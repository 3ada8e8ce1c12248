package stage

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

type flowRow struct {
	bun.BaseModel `bun:"table:stage_flow,alias:w"`

	ID        id.ID  `bun:"id,pk"`
	Corp      string `bun:"corp_id"`
	Name      string `bun:"name"`
	Note      string `bun:"note"`
	Position  int    `bun:"position"`
	Seen      string `bun:"seen"`
	Joins     string `bun:"joins"`
	RemovedAt int64  `bun:"removed_at"`
	Version   int64  `bun:"version"`
	UpdatedBy string `bun:"updated_by"`
	UpdatedAt int64  `bun:"updated_at"`
}

type stageRow struct {
	bun.BaseModel `bun:"table:stage_stage,alias:s"`

	ID       id.ID  `bun:"id,pk"`
	Corp     string `bun:"corp_id"`
	Flow     id.ID  `bun:"flow_id"`
	Name     string `bun:"name"`
	Note     string `bun:"note"`
	Class    Class  `bun:"class"`
	Position int    `bun:"position"`
	Catches  bool   `bun:"catches"`
	Cycle    string `bun:"cycle"`
	Enter    string `bun:"enter_acts"`
	Leave    string `bun:"leave_acts"`
	Into     id.ID  `bun:"into_id"`
	Pull     string `bun:"pull"`
}

func jsonOf(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("stage: %T cannot be written as JSON: %v", v, err)) // plain structs of ours
	}
	return db.Clean(string(raw))
}

func (r stageRow) stage() (Stage, error) {
	s := Stage{ID: r.ID, Flow: r.Flow, Name: r.Name, Note: r.Note, Position: r.Position, Class: r.Class, Catches: r.Catches, Into: r.Into}
	for _, part := range []struct {
		text string
		into any
	}{{r.Cycle, &s.Cycle}, {r.Enter, &s.Enter}, {r.Leave, &s.Leave}, {r.Pull, &s.Pull}} {
		if err := json.Unmarshal([]byte(part.text), part.into); err != nil {
			return s, fmt.Errorf("stage: row %s: %w", r.ID, err)
		}
	}
	return s, nil
}

// flows reads a corp's flows with their stages, in order; those being removed too when all.
func flows(ctx context.Context, q db.Querier, corp string, all bool) ([]Flow, error) {
	var rows []flowRow
	query := q.NewSelect().Model(&rows).Where("w.corp_id = ?", corp).OrderExpr("w.position, w.id")
	if !all {
		query = query.Where("w.removed_at = 0")
	}
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	var stages []stageRow
	if err := q.NewSelect().Model(&stages).Where("s.corp_id = ?", corp).OrderExpr("s.flow_id, s.position, s.id").Scan(ctx); err != nil {
		return nil, err
	}
	of := map[id.ID][]Stage{}
	for _, r := range stages {
		s, err := r.stage()
		if err != nil {
			return nil, err
		}
		of[s.Flow] = append(of[s.Flow], s)
	}
	found := make([]Flow, len(rows))
	for i, r := range rows {
		f := Flow{ID: r.ID, Corp: r.Corp, Name: r.Name, Note: r.Note, Position: r.Position, Version: r.Version, Removed: r.RemovedAt, Stages: of[r.ID]}
		if err := json.Unmarshal([]byte(r.Seen), &f.Seen); err != nil {
			return nil, fmt.Errorf("stage: flow %s: %w", r.ID, err)
		}
		if err := json.Unmarshal([]byte(r.Joins), &f.Joins); err != nil {
			return nil, fmt.Errorf("stage: flow %s: %w", r.ID, err)
		}
		found[i] = f
	}
	return found, nil
}

// flowByID finds a flow that stands.
func flowByID(ctx context.Context, q db.Querier, corp string, flow id.ID) (Flow, error) {
	all, err := flows(ctx, q, corp, false)
	if err != nil {
		return Flow{}, err
	}
	i := slices.IndexFunc(all, func(f Flow) bool { return f.ID == flow })
	if i < 0 {
		return Flow{}, fault.Missing("流程")
	}
	return all[i], nil
}

func insertFlow(ctx context.Context, tx db.Tx, f Flow, by string, at int64) error {
	_, err := tx.NewInsert().Model(&flowRow{
		ID: f.ID, Corp: f.Corp, Name: f.Name, Note: f.Note, Position: f.Position, Seen: jsonOf(f.Seen), Joins: jsonOf(f.Joins),
		Version: f.Version, UpdatedBy: by, UpdatedAt: at,
	}).Exec(ctx)
	if err != nil {
		return err
	}
	return putStages(ctx, tx, f)
}

// updateFlow writes a flow over the version that was read; conflict when somebody was faster.
func updateFlow(ctx context.Context, tx db.Tx, f Flow, by string, at int64) error {
	res, err := tx.NewRaw(`UPDATE stage_flow SET name = ?, note = ?, seen = ?, joins = ?, version = version + 1, updated_by = ?, updated_at = ?
		WHERE corp_id = ? AND id = ? AND version = ? AND removed_at = 0`,
		f.Name, f.Note, jsonOf(f.Seen), jsonOf(f.Joins), by, at, f.Corp, f.ID, f.Version).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		if err == nil {
			err = fault.New(fault.Conflict, "流程刚刚被别人修改过，请刷新后再改")
		}
		return err
	}
	return putStages(ctx, tx, f)
}

func putStages(ctx context.Context, tx db.Tx, f Flow) error {
	for i, s := range f.Stages {
		_, err := tx.NewInsert().Model(&stageRow{
			ID: s.ID, Corp: f.Corp, Flow: f.ID, Name: s.Name, Note: s.Note, Class: s.Class, Position: i, Catches: s.Catches,
			Cycle: jsonOf(s.Cycle), Enter: jsonOf(s.Enter), Leave: jsonOf(s.Leave), Into: s.Into, Pull: jsonOf(s.Pull),
		}).On("CONFLICT (id) DO UPDATE").
			Set(`name = excluded.name, note = excluded.note, class = excluded.class, position = excluded.position, catches = excluded.catches,
				cycle = excluded.cycle, enter_acts = excluded.enter_acts, leave_acts = excluded.leave_acts, pull = excluded.pull`).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

// Setting is what a corp decides for all its flows.
type Setting struct {
	Counts   []string `json:"counts" enum:"note,move,message,call,task" maxItems:"5" doc:"what counts as a follow-up"`
	Calendar Calendar `json:"calendar"`
}

// ways are what may count as a follow-up.
func ways() []string { return []string{"note", "move", "message", "call", "task"} }

func (s Setting) counts(how string) bool { return slices.Contains(s.Counts, how) }

// settingOf reads a corp's setting; what holds until somebody changes it when there is none.
func settingOf(ctx context.Context, q db.Querier, corp string) (Setting, error) {
	var counts, calendar string
	err := q.NewRaw("SELECT counts, calendar FROM stage_setting WHERE corp_id = ?", corp).Scan(ctx, &counts, &calendar)
	if db.NoRows(err) {
		return Setting{Counts: ways(), Calendar: defaultCalendar()}, nil
	}
	if err != nil {
		return Setting{}, err
	}
	var s Setting
	if err := json.Unmarshal([]byte(counts), &s.Counts); err != nil {
		return s, fmt.Errorf("stage: setting of %s: %w", corp, err)
	}
	if err := json.Unmarshal([]byte(calendar), &s.Calendar); err != nil {
		return s, fmt.Errorf("stage: setting of %s: %w", corp, err)
	}
	return s, nil
}

func putSetting(ctx context.Context, tx db.Tx, corp string, s Setting, by string, at int64) error {
	_, err := tx.NewRaw(`INSERT INTO stage_setting (corp_id, counts, calendar, updated_by, updated_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (corp_id) DO UPDATE SET counts = excluded.counts, calendar = excluded.calendar, updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
		corp, jsonOf(s.Counts), jsonOf(s.Calendar), by, at).Exec(ctx)
	return err
}
