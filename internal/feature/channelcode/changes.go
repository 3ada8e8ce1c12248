package channelcode

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// ChangesInput filters the customers who came and went by a code.
type ChangesInput struct {
	web.Paging
	ID   id.ID  `path:"id"`
	Kind string `query:"kind" enum:"added,lost,deleted"`
}

// ChangeView is one customer coming or going: the rows behind the counters.
type ChangeView struct {
	ID           id.ID  `bun:"id" json:"id"`
	Kind         string `bun:"kind" json:"kind" enum:"added,lost,deleted"`
	Member       string `bun:"member_id" json:"member"`
	MemberName   string `bun:"-" json:"memberName"`
	Customer     string `bun:"customer" json:"customer" doc:"external_userid"`
	CustomerID   id.ID  `bun:"-" json:"customerId,omitzero" doc:"opens the customer's page; absent while he is not synced"`
	CustomerName string `bun:"-" json:"customerName"`
	Avatar       string `bun:"-" json:"avatar,omitempty"`
	At           int64  `bun:"at" json:"at" doc:"unix ms"`
}

type changeKey struct {
	At int64 `json:"a"`
	ID id.ID `json:"i"`
}

// Changes lists who came and went by a code, newest first, in the viewer's scope.
func (s *service) Changes(ctx context.Context, in *ChangesInput) (*web.Page[ChangeView], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := seen(ctx, s.db.Read(), v, in.ID); err != nil {
		return nil, err
	}
	after, err := web.After[changeKey](in.Paging)
	if err != nil {
		return nil, err
	}
	rows, err := changes(ctx, s.db.Read(), v, *in, after)
	if err != nil {
		return nil, err
	}
	page := web.NewPage(rows, in.Limit, func(c ChangeView) changeKey { return changeKey{c.At, c.ID} })
	var members, customers []string
	for _, c := range page.Items {
		members, customers = append(members, c.Member), append(customers, c.Customer)
	}
	names, known, err := mirror.Faces(ctx, s.db.Read(), v.Corp, members, customers)
	if err != nil {
		return nil, err
	}
	for i := range page.Items {
		c := &page.Items[i]
		k := known[c.Customer]
		c.MemberName, c.CustomerID, c.CustomerName, c.Avatar = names[c.Member], k.ID, k.Name, k.Avatar
	}
	return &page, nil
}

// changes reads one page in the viewer's scope and one row more.
func changes(ctx context.Context, q db.Querier, v viewer.Viewer, in ChangesInput, after *changeKey) ([]ChangeView, error) {
	scope := v.Where("corp_id", "member_id")
	query := q.NewSelect().TableExpr("channelcode_change").ColumnExpr("id, kind, member_id, customer, at").
		Where(scope.SQL, scope.Args...).Where("code_id = ?", in.ID).
		OrderExpr("at DESC, id DESC").Limit(int64(in.Limit + 1))
	if in.Kind != "" {
		query = query.Where("kind = ?", in.Kind)
	}
	if after != nil {
		query = query.Where("(at, id) < (?, ?)", after.At, after.ID)
	}
	var rows []ChangeView
	err := query.Scan(ctx, &rows)
	return rows, err
}
