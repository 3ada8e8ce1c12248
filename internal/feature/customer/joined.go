package customer

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// joined tells of the groups that the customer is in, as far as the viewer sees their owners:
// the mirror knows since when. Whoever left a group is not in it any more.
func (s *service) joined(ctx context.Context, q ask.TimelineQuery) ([]ask.Entry, error) {
	scope := q.Viewer.Where("gr.corp_id", "gr.owner_id")
	query := s.db.Read().NewSelect().TableExpr("mirror_group_member AS gm CROSS JOIN mirror_group AS gr").
		ColumnExpr("gr.id, gr.name, gm.joined_at").
		Where("gm.corp_id = ? AND gm.who = ? AND gm.joined_at > 0 AND gr.id = gm.group_id AND gr.dissolved_at = 0", q.Viewer.Corp, q.Customer).
		Where(scope.SQL, scope.Args...).OrderExpr("gm.joined_at DESC, gr.id DESC").Limit(int64(q.Limit + 1))
	if !q.Before.IsZero() {
		query = query.Where("gm.joined_at <= ?", db.MS(q.Before))
	}
	var rows []struct {
		ID       id.ID  `bun:"id"`
		Name     string `bun:"name"`
		JoinedAt int64  `bun:"joined_at"`
	}
	if err := query.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	var entries []ask.Entry
	for _, r := range rows {
		e := ask.Entry{At: db.FromMS(r.JoinedAt), Key: "customer.group." + r.ID.String(), Kind: "customer.joined", Values: map[string]string{"group": r.Name}}
		if r.Name == "" {
			e.Kind = "customer.joinedUnnamed"
		}
		if q.Covers(e) {
			entries = append(entries, e)
		}
	}
	return entries, nil
}
