package stage

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// columns are what other lists of customers can show of stages, in the flows that are for
// the viewer.
func (s *service) columns(ctx context.Context, v viewer.Viewer) ([]ask.Column, error) {
	if !v.Can("stage.read") {
		return nil, nil
	}
	flows, err := s.flowsFor(ctx, v)
	if err != nil || len(flows) == 0 {
		return nil, err
	}
	columns := []ask.Column{
		{Key: "stage.stage", ZH: "客户阶段", EN: "Stage", Cells: func(ctx context.Context, q ask.CellsQuery) (map[id.ID]any, error) {
			return cellsOf(ctx, q, flows, func(placed []placedRow) any { return stagesOf(flows, placed) })
		}},
		{Key: "stage.entered", ZH: "进入阶段时间", EN: "Entered the stage", Cells: func(ctx context.Context, q ask.CellsQuery) (map[id.ID]any, error) {
			return cellsOf(ctx, q, flows, func(placed []placedRow) any {
				var latest int64
				for _, p := range placed {
					latest = max(latest, p.EnteredAt)
				}
				return s.moment(ctx, q, latest)
			})
		}},
		{Key: "stage.due", ZH: "应跟进时间", EN: "Follow-up due", Cells: func(ctx context.Context, q ask.CellsQuery) (map[id.ID]any, error) {
			return cellsOf(ctx, q, flows, func(placed []placedRow) any {
				var first int64
				for _, p := range placed {
					if p.DueAt > 0 && (first == 0 || p.DueAt < first) {
						first = p.DueAt
					}
				}
				return s.moment(ctx, q, first)
			})
		}},
	}
	for i := range columns {
		columns[i].Permission = "stage.read"
	}
	return columns, nil
}

func (s *service) moment(ctx context.Context, q ask.CellsQuery, ms int64) any {
	if ms == 0 {
		return nil
	}
	return db.FromMS(ms).In(s.corps.Location(ctx, q.Viewer.Corp))
}

// placedRow is where a pair stands in one flow.
type placedRow struct {
	Member    string `bun:"member_id"`
	Customer  string `bun:"customer"`
	Flow      id.ID  `bun:"flow_id"`
	Stage     id.ID  `bun:"stage_id"`
	EnteredAt int64  `bun:"entered_at"`
	DueAt     int64  `bun:"due_at"`
}

// cellsOf reads where the pairs stand, in one statement, and makes a cell of each.
func cellsOf(ctx context.Context, q ask.CellsQuery, flows []Flow, cell func([]placedRow) any) (map[id.ID]any, error) {
	if len(q.Pairs) == 0 {
		return nil, nil
	}
	ids, customers := make([]id.ID, len(flows)), make([]string, len(q.Pairs))
	for i, f := range flows {
		ids[i] = f.ID
	}
	for i, p := range q.Pairs {
		customers[i] = p.Customer
	}
	var rows []placedRow
	err := q.Read.NewRaw(`SELECT member_id, customer, flow_id, stage_id, entered_at, due_at FROM stage_placement
		WHERE corp_id = ? AND customer IN (?) AND flow_id IN (?)`, q.Viewer.Corp, bun.List(customers), bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	type pair struct{ member, customer string }
	placed := map[pair][]placedRow{}
	for _, r := range rows {
		placed[pair{r.Member, r.Customer}] = append(placed[pair{r.Member, r.Customer}], r)
	}
	cells := map[id.ID]any{}
	for _, p := range q.Pairs {
		if at := placed[pair{p.Member, p.Customer}]; len(at) > 0 {
			if c := cell(at); c != nil {
				cells[p.Follow] = c
			}
		}
	}
	return cells, nil
}

// stagesOf names the stages in the order of their flows; the flow is named when there are several.
func stagesOf(flows []Flow, placed []placedRow) any {
	var words []string
	for _, f := range flows {
		for _, p := range placed {
			if p.Flow != f.ID {
				continue
			}
			for _, x := range f.Stages {
				switch {
				case x.ID != p.Stage:
				case len(flows) == 1:
					words = append(words, x.Name)
				default:
					words = append(words, f.Name+" / "+x.Name)
				}
			}
		}
	}
	if len(words) == 0 {
		return nil
	}
	return strings.Join(words, "、")
}
