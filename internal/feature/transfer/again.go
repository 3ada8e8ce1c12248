package transfer

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Another is how failures are tried again.
type Another struct {
	Items  []id.ID  `json:"items,omitempty" maxItems:"5000" doc:"which of them; all that were not successful when left out"`
	To     []string `json:"to,omitempty" maxItems:"100" doc:"other takers; the same ones when left out"`
	Spread Spread   `json:"spread,omitempty" enum:"even,load,department" default:"even" doc:"among other takers"`
}

type retryInput struct {
	ID   id.ID `path:"id"`
	Body Another
}

// Retry starts a hand-over of what another did not bring about.
func (s *service) Retry(ctx context.Context, in *retryInput) (*Begun, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	old, err := transferSeen(ctx, s.db.Read(), v, in.ID)
	if err != nil {
		return nil, err
	}
	items, err := failures(ctx, s.db.Read(), v, in.ID, in.Body.Items)
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, fault.New(fault.Conflict, "没有可以重试的转接").WithAdvice("只有未成功、已取消且尚未重试的才能重试")
	}
	p := &planned{plan: Plan{Spread: Even, Friends: "take", To: in.Body.To, Message: old.Message}, resigned: map[string]bool{}, longGone: map[string]bool{}, left: map[Why][]candidate{}}
	if in.Body.Spread != "" {
		p.plan.Spread = in.Body.Spread
	}
	var list []candidate
	for _, i := range items {
		list = append(list, candidate{Kind: i.Kind, Subject: i.Subject, From: i.From, Item: &i})
		if len(in.Body.To) == 0 && !slices.Contains(p.plan.To, i.To) {
			p.plan.To = append(p.plan.To, i.To)
		}
	}
	if err := s.assign(ctx, v, p, list); err != nil {
		return nil, err
	}
	var retried []id.ID
	for i, c := range p.candidates {
		retried = append(retried, c.Item.ID)
		if len(in.Body.To) == 0 {
			p.to[i] = c.Item.To
		}
	}
	o, err := s.outline(ctx, v.Corp, p)
	if err != nil {
		return nil, err
	}
	if len(p.candidates) == 0 {
		if len(p.left[Busy]) > 0 {
			return nil, s.busy(ctx, v.Corp, p.busyBy, p.left[Busy])
		}
		return nil, fault.New(fault.Conflict, "没有可以重试的转接").WithAdvice("客户可能已不在原成员名下，或 90 天内已转接两次；请刷新待分配列表后查看")
	}
	t := Transfer{ID: s.ids.New(), Corp: v.Corp, RetryOf: old.ID, Spread: p.plan.Spread, Message: old.Message, CreatedBy: v.Actor(), Creator: v.Name, CreatedAt: db.NowMS(s.clock), Seated: old.Seated}
	if err := s.start(ctx, t, p, retried); err != nil {
		return nil, err
	}
	return &Begun{ID: t.ID, Customers: o.Customers, Groups: o.Groups, Left: o.Left}, nil
}

// failures are the items that may be tried again; the viewer must see who gives.
func failures(ctx context.Context, q db.Querier, v viewer.Viewer, transfer id.ID, only []id.ID) ([]Item, error) {
	scope := v.Where("i.corp_id", "i.from_member")
	query := q.NewSelect().TableExpr("transfer_item AS i").ColumnExpr(prefixed("i", itemColumns)).Where(scope.SQL, scope.Args...).
		Where("i.transfer_id = ?", transfer).Where("i.state IN (?)", bun.List([]State{Refused, Full, Failed, Cancelled})).
		Where("i.retried_by = 0").OrderExpr("i.id").Limit(maxCustomers + maxGroups)
	if len(only) > 0 {
		query = query.Where("i.id IN (?)", bun.List(only))
	}
	var rows []Item
	err := query.Scan(ctx, &rows)
	return rows, err
}

type cancelInput struct {
	ID id.ID `path:"id"`
}

// CancelView says how many were cancelled.
type CancelView struct {
	Cancelled int64 `json:"cancelled" doc:"what was sent already cannot be called back: WeCom has no way to"`
}

// Cancel takes back what was not sent yet.
func (s *service) Cancel(ctx context.Context, in *cancelInput) (*CancelView, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	out := &CancelView{}
	scope := v.Where("corp_id", "from_member")
	return out, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		t, err := transferSeen(ctx, tx, v, in.ID)
		if err != nil {
			return err
		}
		res, err := tx.NewRaw("UPDATE transfer_item SET state = 'cancelled', reason = ?, settled_at = ? WHERE transfer_id = ? AND state = 'planned' AND "+scope.SQL,
			append([]any{db.Clean(web.Why("cancelled", "by", v.Name).Kept()), db.NowMS(s.clock), t.ID}, scope.Args...)...).Exec(ctx)
		if err != nil {
			return err
		}
		if out.Cancelled, err = res.RowsAffected(); err != nil {
			return err
		}
		if out.Cancelled == 0 {
			return fault.New(fault.Conflict, "没有尚未发出的转接").WithAdvice("已发出的转接无法撤回，客户可在 24 小时内拒绝")
		}
		s.ending(tx, t.Corp, t.ID)
		web.Note(ctx, web.Change{Object: "transfer:" + t.ID.String(), After: map[string]any{"cancelled": out.Cancelled}})
		return s.live.Publish(ctx, tx, t.Corp, slug, t.ID.String())
	})
}
