package followup

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// columns are what other lists of customers can show of follow-ups: when the member last
// followed the customer up, and what is to be done for the customer.
func (s *service) columns(context.Context, viewer.Viewer) ([]ask.Column, error) {
	return []ask.Column{
		{Key: "followup.last", ZH: "最近跟进时间", EN: "Last follow-up", Permission: "followup.read", Cells: s.lastCells},
		{Key: "followup.open", ZH: "未完成待办", EN: "Open tasks", Permission: "followup.read", Cells: openCells},
	}, nil
}

func customersOf(q ask.CellsQuery) any {
	customers := make([]string, len(q.Pairs))
	for i, p := range q.Pairs {
		customers[i] = p.Customer
	}
	return bun.List(customers)
}

func (s *service) lastCells(ctx context.Context, q ask.CellsQuery) (map[id.ID]any, error) {
	if len(q.Pairs) == 0 {
		return nil, nil
	}
	var rows []struct {
		Member   string `bun:"member_id"`
		Customer string `bun:"customer"`
		At       int64  `bun:"at"`
	}
	if err := q.Read.NewRaw("SELECT member_id, customer, at FROM followup_last WHERE corp_id = ? AND customer IN (?)", q.Viewer.Corp, customersOf(q)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	type pair struct{ member, customer string }
	last := map[pair]int64{}
	for _, r := range rows {
		last[pair{r.Member, r.Customer}] = r.At
	}
	zone := s.corps.Location(ctx, q.Viewer.Corp)
	cells := map[id.ID]any{}
	for _, p := range q.Pairs {
		if at := last[pair{p.Member, p.Customer}]; at > 0 {
			cells[p.Follow] = db.FromMS(at).In(zone)
		}
	}
	return cells, nil
}

func openCells(ctx context.Context, q ask.CellsQuery) (map[id.ID]any, error) {
	if len(q.Pairs) == 0 {
		return nil, nil
	}
	var rows []struct {
		Customer string `bun:"customer"`
		N        int64  `bun:"n"`
	}
	if err := q.Read.NewRaw("SELECT customer, COUNT(*) AS n FROM followup_task WHERE corp_id = ? AND customer IN (?) AND done_at = 0 GROUP BY customer", q.Viewer.Corp, customersOf(q)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	open := map[string]int64{}
	for _, r := range rows {
		open[r.Customer] = r.N
	}
	cells := map[id.ID]any{}
	for _, p := range q.Pairs {
		if n := open[p.Customer]; n > 0 {
			cells[p.Follow] = n
		}
	}
	return cells, nil
}
