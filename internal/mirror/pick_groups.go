package mirror

import (
	"context"

	"github.com/uptrace/bun"

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

// groupPlace is a place among the groups, newest first.
type groupPlace struct {
	At int64 `json:"a"`
	ID int64 `json:"i"`
}

// pickGroups lists the groups whose owners are in scope, the newest first. Like the other
// pickers it asks for no permission of its own: whoever makes a rule about groups need not
// be let into the list of customers.
func (m *Mirror) pickGroups(ctx context.Context, in *GroupsInput) (*web.Page[GroupBrief], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	after, paged, err := web.DecodeCursor[groupPlace](in.After)
	if err != nil {
		return nil, err
	}
	scope := v.Where("gr.corp_id", "gr.owner_id")
	q := m.db.Read().NewSelect().TableExpr("mirror_group AS gr").
		ColumnExpr("gr.chat, gr.name, gr.customers, gr.created_at, gr.id").
		ColumnExpr("COALESCE((SELECT m.name FROM mirror_member AS m WHERE m.corp_id = gr.corp_id AND m.id = gr.owner_id), gr.owner_id) AS owner_name").
		Where(scope.SQL, scope.Args...).Where("gr.dissolved_at = 0")
	if len(in.ID) > 0 {
		q = q.Where("gr.chat IN (?)", bun.List(in.ID))
	} else if in.Q != "" {
		found, err := m.search.Find(ctx, m.db.Read(), v.Corp, "group", in.Q)
		if err != nil {
			return nil, err
		}
		sql, args := found.Condition("gr.id")
		q = q.Where(sql, args...)
	}
	if paged {
		q = q.Where("(gr.created_at, gr.id) < (?, ?)", after.At, after.ID)
	}
	rows := []GroupBrief{}
	if err := q.OrderExpr("gr.created_at DESC, gr.id DESC").Limit(int64(in.Limit)+1).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	page := web.NewPage(rows, in.Limit, func(g GroupBrief) groupPlace { return groupPlace{g.CreatedAt, int64(g.Row)} })
	return &page, nil
}
