package customer

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// GroupsInput narrows the groups of a picker.
type GroupsInput struct {
	web.Paging
	Q  string   `query:"q" maxLength:"50" doc:"part of the name"`
	ID []string `query:"id,explode" maxItems:"200" doc:"exactly these chat_ids"`
}

// GroupBrief is a group as a picker shows it.
type GroupBrief struct {
	ID        string `bun:"chat" json:"id" doc:"chat_id"`
	Name      string `bun:"name" json:"name"`
	Owner     string `bun:"owner_name" json:"owner"`
	Customers int    `bun:"customers" json:"customers"`
	CreatedAt int64  `bun:"created_at" json:"-"`
	Row       id.ID  `bun:"id" json:"-"`
}

// PickGroups lists the groups whose owners are in scope, the newest first.
func (s *service) PickGroups(ctx context.Context, in *GroupsInput) (*web.Page[GroupBrief], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	after, err := cursorOf(in.After)
	if err != nil {
		return nil, err
	}
	scope := v.Where("gr.corp_id", "gr.owner_id")
	q := s.db.Read().NewSelect().TableExpr("mirror_group AS gr").
		ColumnExpr("gr.chat, gr.name, gr.customers, gr.created_at, gr.id").
		ColumnExpr("COALESCE((SELECT m.name FROM mirror_member AS m WHERE m.corp_id = gr.corp_id AND m.id = gr.owner_id), gr.owner_id) AS owner_name").
		Where(scope.SQL, scope.Args...).Where("gr.dissolved_at = 0")
	if len(in.ID) > 0 {
		q = q.Where("gr.chat IN (?)", list(in.ID))
	} else if in.Q != "" {
		m, err := s.search.Find(ctx, s.db.Read(), v.Corp, "group", in.Q)
		if err != nil {
			return nil, err
		}
		sql, args := m.Condition("gr.id")
		q = q.Where(sql, args...)
	}
	if after != nil {
		q = q.Where("(gr.created_at, gr.id) < (?, ?)", after.At, after.ID)
	}
	rows := []GroupBrief{}
	if err := q.OrderExpr("gr.created_at DESC, gr.id DESC").Limit(int64(in.Limit)+1).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	page := web.NewPage(rows, in.Limit, func(g GroupBrief) cursor { return cursor{g.CreatedAt, int64(g.Row)} })
	return &page, nil
}
