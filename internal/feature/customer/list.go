package customer

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// FollowView is one row of the list at follow level.
type FollowView struct {
	mirror.Follow
	Mobiles    []string           `json:"mobiles" doc:"masked, 138****1234; GET /customers/{id}/phones has them in full"`
	MemberName string             `json:"memberName"`
	Name       string             `json:"name" doc:"the customer's own name; empty until it was read"`
	Avatar     string             `json:"avatar"`
	Type       int                `json:"type" doc:"1 WeChat, 2 WeCom"`
	Gender     int                `json:"gender" doc:"0 unknown, 1 male, 2 female"`
	CorpName   string             `json:"corpName" doc:"of a WeCom user"`
	Tags       []mirror.FollowTag `json:"tags"`
	Said
}

// CustomerView is one row of the list at company level.
type CustomerView struct {
	mirror.Customer
	newest   mirror.Follow
	NewestAt int64              `json:"newestAt" doc:"unix ms, when the newest follow that matches began; the list's order"`
	Members  []FollowerView     `json:"members" doc:"who follows the customer, within the viewer's scope; the newest first"`
	Tags     []mirror.FollowTag `json:"tags" doc:"those of the follows in scope that stand, or of all when none does; each once"`
	Said
}

// FollowerView is one member who follows a customer.
type FollowerView struct {
	Member   string          `json:"member"`
	Name     string          `json:"name"`
	Remark   string          `json:"remark"`
	Standing mirror.Standing `json:"standing"`
	AddedAt  int64           `json:"addedAt"`
}

// Follows lists one row a member–customer pair, newest first.
func (s *service) Follows(ctx context.Context, in *ListInput) (*web.Page[FollowView], error) {
	v, keys, err := s.page(ctx, in, perFollow)
	if err != nil {
		return nil, err
	}
	rows, err := s.followViews(ctx, v, keys.Items)
	if err != nil {
		return nil, err
	}
	pairs := make([]ask.Pair, len(rows))
	for i, r := range rows {
		pairs[i] = ask.Pair{Follow: r.ID, CustomerID: r.CustomerID, Customer: r.Customer, Member: r.Member}
	}
	said, err := s.said(ctx, v, in.MoreColumns, pairs)
	for i, r := range rows {
		rows[i].Said = said[r.ID]
	}
	return &web.Page[FollowView]{Items: rows, Next: keys.Next}, err
}

// Customers lists one row a customer, the one added last first.
func (s *service) Customers(ctx context.Context, in *ListInput) (*web.Page[CustomerView], error) {
	v, keys, err := s.page(ctx, in, perCompany)
	if err != nil {
		return nil, err
	}
	rows, err := s.customerViews(ctx, v, keys.Items)
	if err != nil {
		return nil, err
	}
	pairs := make([]ask.Pair, len(rows))
	for i, r := range rows {
		pairs[i] = ask.Pair{Follow: r.newest.ID, CustomerID: r.ID, Customer: r.Customer.Customer, Member: r.newest.Member}
	}
	said, err := s.said(ctx, v, in.MoreColumns, pairs)
	for i, r := range rows {
		rows[i].Said = said[r.newest.ID]
	}
	return &web.Page[CustomerView]{Items: rows, Next: keys.Next}, err
}

// page finds the keys of one page: those of follows, at company level the newest of each customer.
func (s *service) page(ctx context.Context, in *ListInput, l level) (viewer.Viewer, web.Page[cursor], error) {
	none := web.Page[cursor]{Items: []cursor{}}
	v, err := viewer.From(ctx)
	if err != nil {
		return v, none, err
	}
	after, err := cursorOf(in.After)
	if err != nil {
		return v, none, err
	}
	p, err := s.prepare(ctx, v, in.Filter, l)
	if err != nil || p.nothing {
		return v, none, err
	}
	keys, err := p.page(ctx, after, in.Limit+1)
	if err != nil {
		return v, none, err
	}
	return v, web.NewPage(keys, in.Limit, func(k cursor) cursor { return k }), nil
}

// followViews dresses one page: four queries, however many rows.
func (s *service) followViews(ctx context.Context, v viewer.Viewer, keys []cursor) ([]FollowView, error) {
	ids := make([]id.ID, len(keys))
	for i, k := range keys {
		ids[i] = id.ID(k.ID)
	}
	follows, err := mirror.FollowsByID(ctx, s.db.Read(), v.Corp, ids)
	if err != nil {
		return nil, err
	}
	tags, err := s.mirror.TagsSeen(ctx, v, ids)
	if err != nil {
		return nil, err
	}
	var members, customers []string
	for _, f := range follows {
		members, customers = append(members, f.Member), append(customers, f.Customer)
	}
	names, err := mirror.Names(ctx, s.db.Read(), v.Corp, members)
	if err != nil {
		return nil, err
	}
	people, err := mirror.Customers(ctx, s.db.Read(), v.Corp, customers)
	if err != nil {
		return nil, err
	}
	rows := make([]FollowView, 0, len(ids))
	for _, i := range ids {
		f, ok := follows[i]
		if !ok {
			continue // ended its life between two queries
		}
		f.AddedAt = beginOf(f)
		c := people[f.Customer]
		rows = append(rows, FollowView{
			Follow: f, Mobiles: viewer.MaskPhones(f.Mobiles()), MemberName: names[f.Member], Name: c.Name, Avatar: c.Avatar, Type: c.Type,
			Gender: c.Gender, CorpName: c.Company, Tags: tags[i],
		})
	}
	return rows, nil
}

// beginOf is when a follow began, 0 when nobody knows: of a pair that ended before it was
// ever read the mirror knows only that it began before its end.
func beginOf(f mirror.Follow) int64 {
	if f.ReadAt == 0 && !f.Standing.Open() && f.AddedAt >= f.EndedAt {
		return 0
	}
	return f.AddedAt
}

// customerViews dresses one page: five queries, however many rows.
func (s *service) customerViews(ctx context.Context, v viewer.Viewer, keys []cursor) ([]CustomerView, error) {
	ids := make([]id.ID, len(keys))
	for i, k := range keys {
		ids[i] = id.ID(k.ID)
	}
	newest, err := mirror.FollowsByID(ctx, s.db.Read(), v.Corp, ids)
	if err != nil {
		return nil, err
	}
	var customers []id.ID
	for _, f := range newest {
		customers = append(customers, f.CustomerID)
	}
	people, err := mirror.CustomersByID(ctx, s.db.Read(), v.Corp, customers)
	if err != nil {
		return nil, err
	}
	follows, err := mirror.FollowsOfCustomers(ctx, s.db.Read(), v.Corp, customers)
	if err != nil {
		return nil, err
	}
	var members []string
	var all []id.ID
	for c := range follows {
		follows[c] = seenOf(v, follows[c])
		for _, f := range follows[c] {
			members, all = append(members, f.Member), append(all, f.ID)
		}
	}
	names, err := mirror.Names(ctx, s.db.Read(), v.Corp, members)
	if err != nil {
		return nil, err
	}
	tags, err := s.mirror.TagsSeen(ctx, v, all)
	if err != nil {
		return nil, err
	}
	rows := make([]CustomerView, 0, len(ids))
	for _, i := range ids {
		f := newest[i]
		c, ok := people[f.CustomerID]
		if !ok {
			continue
		}
		row := CustomerView{Customer: within(c, follows[c.ID]), newest: f, NewestAt: beginOf(f), Members: []FollowerView{}}
		for _, f := range follows[c.ID] {
			row.Members = append(row.Members, FollowerView{
				Member: f.Member, Name: names[f.Member], Remark: f.Remark, Standing: f.Standing, AddedAt: beginOf(f),
			})
		}
		row.Tags = shownTags(follows[c.ID], tags)
		rows = append(rows, row)
	}
	return rows, nil
}

// shownTags are the tags by which a customer is shown and found.
func shownTags(follows []mirror.Follow, tags map[id.ID][]mirror.FollowTag) []mirror.FollowTag {
	open := false
	for _, f := range follows {
		open = open || f.Standing.Open()
	}
	shown, seen := []mirror.FollowTag{}, map[string]bool{}
	for _, f := range follows {
		for _, t := range tags[f.ID] {
			if !seen[t.ID] && f.Standing.Open() == open {
				seen[t.ID] = true
				shown = append(shown, t)
			}
		}
	}
	return shown
}
