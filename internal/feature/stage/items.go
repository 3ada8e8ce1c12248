package stage

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type itemsInput struct {
	ID id.ID `path:"id"`
	web.Paging
	Outcome string `query:"outcome" enum:"moved,refused,undone,kept"`
}

// Item is what became of one follow of a batch.
type Item struct {
	Follow     id.ID  `json:"follow"`
	CustomerID id.ID  `json:"customerId,omitzero"`
	Name       string `json:"name"`
	Member     string `json:"member"`
	MemberName string `json:"memberName"`
	Outcome    string `json:"outcome" enum:"moved,refused,undone,kept"`
	From       id.ID  `json:"from,omitzero" doc:"stage before; absent when it came into the flow"`
}

type itemRow struct {
	bun.BaseModel `bun:"table:stage_item,alias:i"`

	Follow   id.ID  `bun:"follow_id"`
	Member   string `bun:"member_id"`
	Customer string `bun:"customer"`
	Outcome  string `bun:"outcome"`
	From     id.ID  `bun:"from_id"`
	At       int64  `bun:"at"`
}

// Items lists what became of each; those that stood there already are only counted.
func (s *service) Items(ctx context.Context, in *itemsInput) (*web.Page[Item], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	b, err := s.seenBatch(ctx, s.db.Read(), v, in.ID)
	if err != nil {
		return nil, err
	}
	after, _, err := web.DecodeCursor[id.ID](in.After)
	if err != nil {
		return nil, err
	}
	var rows []itemRow
	scope := v.Where("i.corp_id", "i.member_id")
	query := s.db.Read().NewSelect().Model(&rows).Where(scope.SQL, scope.Args...).Where("i.batch_id = ? AND i.follow_id > ?", b.ID, after).OrderExpr("i.follow_id").Limit(int64(in.Limit + 1))
	if in.Outcome != "" {
		query = query.Where("i.outcome = ?", in.Outcome)
	}
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	p := web.NewPage(rows, in.Limit, func(r itemRow) id.ID { return r.Follow })
	var members, customers []string
	for _, r := range p.Items {
		members, customers = append(members, r.Member), append(customers, r.Customer)
	}
	names, err := mirror.Names(ctx, s.db.Read(), v.Corp, members)
	if err != nil {
		return nil, err
	}
	people, err := mirror.Customers(ctx, s.db.Read(), v.Corp, customers)
	if err != nil {
		return nil, err
	}
	items := []Item{}
	for _, r := range p.Items {
		c := people[r.Customer]
		items = append(items, Item{Follow: r.Follow, CustomerID: c.ID, Name: c.Name, Member: r.Member, MemberName: names[r.Member], Outcome: r.Outcome, From: r.From})
	}
	return &web.Page[Item]{Items: items, Next: p.Next}, nil
}
