package stage

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// pairOf is a placement of the follow that is asked about.
func pairOf(follow string) string {
	return strings.ReplaceAll("SELECT 1 FROM stage_placement AS sp WHERE sp.corp_id = {f}.corp_id AND sp.customer = {f}.customer AND sp.member_id = {f}.member_id", "{f}", follow)
}

// fields are what customers can be told apart by: the stage, whether the follow-up is
// overdue, and since when they stand where they stand.
func (s *service) fields(ctx context.Context, v viewer.Viewer) ([]ask.Field, error) {
	seen, err := s.flowsFor(ctx, v)
	if err != nil {
		return nil, err
	}
	options := []ask.Choice{}
	for _, f := range seen {
		for _, x := range f.Stages {
			if x.Into == 0 {
				options = append(options, ask.Choice{Value: x.ID.String(), Name: f.Name + " / " + x.Name})
			}
		}
	}
	return []ask.Field{
		{Key: "stage.stage", Kind: ask.KindChoice, Options: options, Permission: "stage.read", Where: whereStage, Among: amongStages},
		{Key: "stage.overdue", Kind: ask.KindFlag, Permission: "stage.read", Where: whereOverdue, Among: amongOverdue},
		{Key: "stage.entered", Kind: ask.KindDate, Permission: "stage.read", Where: whereEntered},
	}, nil
}

// stageIDs are the values as ids, with one of no stage: the list is never empty.
func stageIDs(values []string) []id.ID {
	ids := []id.ID{0}
	for _, text := range values {
		if one, err := id.Parse(text); err == nil {
			ids = append(ids, one)
		}
	}
	return ids
}

func whereStage(_ context.Context, t ask.Test) (viewer.Condition, error) {
	ids := stageIDs(t.Values)
	switch t.Op {
	case ask.OpAny:
		return viewer.Condition{SQL: "EXISTS (" + pairOf(t.Follow) + " AND sp.stage_id IN (?))", Args: []any{bun.List(ids)}}, nil
	case ask.OpNone:
		return viewer.Condition{SQL: "NOT EXISTS (" + pairOf(t.Follow) + " AND sp.stage_id IN (?))", Args: []any{bun.List(ids)}}, nil
	case ask.OpEmpty:
		return viewer.Condition{SQL: "NOT EXISTS (" + pairOf(t.Follow) + ")"}, nil
	default:
		return viewer.Condition{SQL: "EXISTS (" + pairOf(t.Follow) + ")"}, nil
	}
}

// placedFollows begins at placements that an index finds: they name their follows.
const placedFollows = `SELECT sp.follow_id AS id FROM stage_placement AS sp WHERE sp.corp_id = ? AND `

func amongStages(_ context.Context, t ask.Test) (viewer.Condition, error) {
	if t.Op != ask.OpAny {
		return viewer.Condition{}, nil
	}
	return viewer.Condition{SQL: placedFollows + "sp.stage_id IN (?)", Args: []any{t.Viewer.Corp, bun.List(stageIDs(t.Values))}}, nil
}

func amongOverdue(_ context.Context, t ask.Test) (viewer.Condition, error) {
	if len(t.Values) != 1 || t.Values[0] != "true" {
		return viewer.Condition{}, nil
	}
	return viewer.Condition{
		SQL:  placedFollows + "sp.flow_id IN (SELECT sf.id FROM stage_flow AS sf WHERE sf.corp_id = ?) AND sp.due_at > 0 AND sp.due_at <= ?",
		Args: []any{t.Viewer.Corp, t.Viewer.Corp, db.MS(t.Now)},
	}, nil
}

func whereOverdue(_ context.Context, t ask.Test) (viewer.Condition, error) {
	c := viewer.Condition{SQL: "EXISTS (" + pairOf(t.Follow) + " AND sp.due_at > 0 AND sp.due_at <= ?)", Args: []any{db.MS(t.Now)}}
	if len(t.Values) > 0 && t.Values[0] == "false" {
		c.SQL = "NOT " + c.SQL
	}
	return c, nil
}

func whereEntered(_ context.Context, t ask.Test) (viewer.Condition, error) {
	switch t.Op {
	case ask.OpEmpty:
		return viewer.Condition{SQL: "NOT EXISTS (" + pairOf(t.Follow) + ")"}, nil
	case ask.OpSet:
		return viewer.Condition{SQL: "EXISTS (" + pairOf(t.Follow) + ")"}, nil
	default:
		from, to := t.Days()
		return viewer.Condition{SQL: "EXISTS (" + pairOf(t.Follow) + " AND sp.entered_at >= ? AND sp.entered_at < ?)", Args: []any{db.MS(from), db.MS(to)}}, nil
	}
}

// tiles shows how many follow-ups are overdue, in all flows that the viewer sees.
func (s *service) tiles(ctx context.Context, v viewer.Viewer) ([]ask.Tile, error) {
	if !v.Can("stage.read") {
		return nil, nil
	}
	seen, err := s.flowsFor(ctx, v)
	if err != nil {
		return nil, err
	}
	var total int64
	for _, f := range seen {
		q := &question{flow: f, viewer: v, now: db.NowMS(s.clock), Filter: Filter{Overdue: true}}
		n, err := q.count(ctx, s.db.Read())
		if err != nil {
			return nil, err
		}
		total += n.Count
	}
	return []ask.Tile{{Key: "stage.overdue", Value: total, Href: "/stage?view=list&overdue=yes", Level: "warning"}}, nil
}

// memberRenamed follows a member to his new userid.
func (s *service) memberRenamed(ctx context.Context, e event.MemberChanged) error {
	if e.WasMember == "" || e.WasMember == e.Member {
		return nil
	}
	if err := mirror.Renamed(s.db,
		mirror.Named{Table: "stage_flow", Column: "seen", Form: mirror.AsJSON},
		mirror.Named{Table: "stage_flow", Column: "updated_by", Form: mirror.AsActor},
		mirror.Named{Table: "stage_setting", Column: "updated_by", Form: mirror.AsActor},
		mirror.Named{Table: "stage_batch", Column: "who", Form: mirror.AsJSON},
		mirror.Named{Table: "stage_batch", Column: "selection", Form: mirror.AsJSON},
		mirror.Named{Table: "stage_item", Column: "member_id", Pages: mirror.ByCustomer},
		mirror.Named{Table: "stage_move", Column: "by_member", Pages: mirror.ByPrimaryID},
	)(ctx, e); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		// Where both have a place in a flow, the one of the new userid stands.
		if _, err := tx.NewRaw(`DELETE FROM stage_placement WHERE corp_id = ? AND member_id = ? AND EXISTS (SELECT 1 FROM stage_placement AS n
			WHERE n.corp_id = stage_placement.corp_id AND n.flow_id = stage_placement.flow_id AND n.customer = stage_placement.customer AND n.member_id = ?)`,
			e.Corp, e.WasMember, e.Member).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewRaw("UPDATE stage_placement SET member_id = ? WHERE corp_id = ? AND member_id = ?", e.Member, e.Corp, e.WasMember).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewRaw("UPDATE stage_move SET member_id = ? WHERE corp_id = ? AND member_id = ?", e.Member, e.Corp, e.WasMember).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw("UPDATE stage_batch SET by_member = ? WHERE corp_id = ? AND by_member = ?", e.Member, e.Corp, e.WasMember).Exec(ctx)
		return err
	})
}
