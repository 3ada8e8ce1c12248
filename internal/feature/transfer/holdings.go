package transfer

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// HoldingFilter says whose customers or groups are looked at.
type HoldingFilter struct {
	Member string `path:"member" maxLength:"64" doc:"userid, of a leaver or not"`
	Text   string `query:"q" maxLength:"50" doc:"part of the customer's name or remark, or the group's name"`
	Tag    string `query:"tag" maxLength:"64" doc:"WeCom tag id"`
}

type holdingsInput struct {
	web.Paging
	HoldingFilter
}

// HoldingView is a customer who may be handed over.
type HoldingView struct {
	Follow     id.ID      `json:"follow,omitzero" doc:"to select the customer by; absent when he was never read"`
	Customer   string     `json:"customer" doc:"external_userid"`
	CustomerID id.ID      `json:"customerId,omitzero"`
	Name       string     `json:"name"`
	Avatar     string     `json:"avatar"`
	Remark     string     `json:"remark"`
	Tags       []string   `json:"tags"`
	AddedAt    *time.Time `json:"addedAt,omitempty"`
	Busy       bool       `json:"busy" doc:"is being handed over now"`
}

type holding struct {
	Customer   string `bun:"customer"`
	Follow     id.ID  `bun:"follow_id"`
	CustomerID id.ID  `bun:"customer_id"`
	Remark     string `bun:"remark"`
	AddedAt    int64  `bun:"added_at"`
	Name       string `bun:"name"`
	Avatar     string `bun:"avatar"`
}

// holdings is the query of what a member has to hand over, by customer.
func holdings(q db.Querier, v viewer.Viewer, f HoldingFilter, left bool) *bun.SelectQuery {
	query := q.NewSelect()
	if left {
		scope := v.Where("u.corp_id", "u.member_id")
		query = query.TableExpr("transfer_unassigned AS u").
			Join("LEFT JOIN mirror_follow AS f ON f.corp_id = u.corp_id AND f.member_id = u.member_id AND f.customer = u.customer").
			Join("LEFT JOIN mirror_customer AS c ON c.corp_id = u.corp_id AND c.customer = u.customer").
			ColumnExpr("u.customer").OrderExpr("u.customer").Where(scope.SQL, scope.Args...).Where("u.member_id = ?", f.Member)
	} else {
		scope := v.Where("f.corp_id", "f.member_id")
		query = query.TableExpr("mirror_follow AS f").Join("JOIN mirror_customer AS c ON c.id = f.customer_id").
			ColumnExpr("f.customer").OrderExpr("f.customer").Where(scope.SQL, scope.Args...).Where("f.member_id = ? AND f.standing = 1", f.Member)
	}
	if words := strings.ToLower(strings.TrimSpace(db.Clean(f.Text))); words != "" {
		like := likeOf(words)
		query = query.Where(`(lower(COALESCE(c.name, '')) LIKE ? ESCAPE '!' OR lower(COALESCE(f.remark, '')) LIKE ? ESCAPE '!')`, like, like)
	}
	if f.Tag != "" {
		query = query.Where(`EXISTS (SELECT 1 FROM mirror_follow_tag AS ft WHERE ft.follow_id = f.id AND ft.tag_id = ?)`, f.Tag)
	}
	return query
}

// holder tells whether a member in scope has left; not_found when there is no such member.
func (s *service) holder(ctx context.Context, v viewer.Viewer, member string) (left bool, err error) {
	gone, err := leftMembers(ctx, s.db.Read(), v.Corp, []string{member})
	if err != nil {
		return false, err
	}
	if gone[member] == 0 {
		_, err = mirror.MemberByID(ctx, s.db.Read(), v.Corp, member)
	}
	if err == nil && !v.Sees(member) {
		err = fault.Missing("成员")
	}
	return gone[member] > 0, err
}

// Customers lists what a member has to hand over: of a leaver those that WeCom lists as
// unassigned, else his customers.
func (s *service) Customers(ctx context.Context, in *holdingsInput) (*web.Page[HoldingView], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	left, err := s.holder(ctx, v, in.Member)
	if err != nil {
		return nil, err
	}
	after, err := web.After[string](in.Paging)
	if err != nil {
		return nil, err
	}
	query := holdings(s.db.Read(), v, in.HoldingFilter, left).Limit(int64(in.Limit + 1)).
		ColumnExpr(`COALESCE(f.id, 0) AS follow_id, COALESCE(c.id, 0) AS customer_id, COALESCE(f.remark, '') AS remark, COALESCE(f.added_at, 0) AS added_at,
			COALESCE(c.name, '') AS name, COALESCE(c.avatar, '') AS avatar`)
	if after != nil && left {
		query = query.Where("u.customer > ?", *after)
	} else if after != nil {
		query = query.Where("f.customer > ?", *after)
	}
	var rows []holding
	if err := query.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	var follows []id.ID
	for _, r := range rows {
		if r.Follow != 0 {
			follows = append(follows, r.Follow)
		}
	}
	tags, err := mirror.TagsOfFollows(ctx, s.db.Read(), v.Corp, follows)
	if err != nil {
		return nil, err
	}
	busy, err := s.moving(ctx, v.Corp, rows)
	if err != nil {
		return nil, err
	}
	views := make([]HoldingView, len(rows))
	for i, r := range rows {
		views[i] = HoldingView{
			Follow: r.Follow, Customer: r.Customer, CustomerID: r.CustomerID, Name: r.Name, Avatar: r.Avatar, Remark: r.Remark, Tags: []string{}, Busy: busy[r.Customer] > 0,
		}
		if r.AddedAt > 0 {
			views[i].AddedAt = new(db.FromMS(r.AddedAt))
		}
		for _, t := range tags[r.Follow] {
			if t.Name != "" {
				views[i].Tags = append(views[i].Tags, t.Name)
			}
		}
	}
	page := web.NewPage(views, in.Limit, func(h HoldingView) string { return h.Customer })
	return &page, nil
}

// moving tells which customers are being handed over now.
func (s *service) moving(ctx context.Context, corp string, rows []holding) (map[string]int64, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	customers := make([]string, len(rows))
	for i, r := range rows {
		customers[i] = r.Customer
	}
	return countBy(ctx, s.db.Read(), `SELECT subject AS k, COUNT(*) AS n FROM transfer_item WHERE corp_id = ? AND kind = 'customer' AND subject IN (?)
		AND state IN ('planned', 'sent', 'waiting') GROUP BY subject`, corp, bun.List(customers))
}

// GroupView is a group that may be handed over.
type GroupView struct {
	Chat      string    `json:"chat"`
	Name      string    `json:"name"`
	Members   int       `json:"members"`
	Customers int       `json:"customers"`
	CreatedAt time.Time `json:"createdAt"`
	Busy      bool      `json:"busy" doc:"is being handed over now"`
}

type groupKey struct {
	At int64 `json:"a"`
	ID id.ID `json:"i"`
}

type ownedGroup struct {
	ID        id.ID  `bun:"id"`
	Chat      string `bun:"chat"`
	Name      string `bun:"name"`
	Members   int    `bun:"members"`
	Customers int    `bun:"customers"`
	CreatedAt int64  `bun:"created_at"`
	Busy      bool   `bun:"busy"`
}

// Groups lists the groups that a member owns, the newest first.
func (s *service) Groups(ctx context.Context, in *holdingsInput) (*web.Page[GroupView], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := s.holder(ctx, v, in.Member); err != nil {
		return nil, err
	}
	after, err := web.After[groupKey](in.Paging)
	if err != nil {
		return nil, err
	}
	scope := v.Where("g.corp_id", "g.owner_id")
	query := s.db.Read().NewSelect().TableExpr("mirror_group AS g").Where(scope.SQL, scope.Args...).
		ColumnExpr(`g.id, g.chat, g.name, g.members, g.customers, g.created_at, EXISTS (SELECT 1 FROM transfer_item AS i WHERE i.corp_id = g.corp_id AND i.kind = 'group'
			AND i.subject = g.chat AND i.state IN ('planned', 'sent', 'waiting')) AS busy`).
		Where("g.owner_id = ? AND g.dissolved_at = 0", in.Member).OrderExpr("g.created_at DESC, g.id DESC").Limit(int64(in.Limit + 1))
	if words := strings.ToLower(strings.TrimSpace(db.Clean(in.Text))); words != "" {
		like := likeOf(words)
		query = query.Where(`lower(g.name) LIKE ? ESCAPE '!'`, like)
	}
	if after != nil {
		query = query.Where("(g.created_at, g.id) < (?, ?)", after.At, after.ID)
	}
	var rows []ownedGroup
	if err := query.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	p := web.NewPage(rows, in.Limit, func(r ownedGroup) groupKey { return groupKey{r.CreatedAt, r.ID} })
	out := &web.Page[GroupView]{Items: []GroupView{}, Next: p.Next}
	for _, r := range p.Items {
		out.Items = append(out.Items, GroupView{Chat: r.Chat, Name: r.Name, Members: r.Members, Customers: r.Customers, CreatedAt: db.FromMS(r.CreatedAt), Busy: r.Busy})
	}
	return out, nil
}
