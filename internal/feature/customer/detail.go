package customer

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type customerInput struct {
	ID id.ID `path:"id"`
}

// Detail is everything the mirror knows of one customer within the viewer's scope.
type Detail struct {
	mirror.Customer
	Followers []FollowView `json:"followers" doc:"follows that stand first, then those that ended"`
	Groups    []GroupView  `json:"groups" doc:"customer groups the customer is in"`
}

// GroupView is a group a customer is in.
type GroupView struct {
	ID        id.ID  `json:"id"`
	Name      string `json:"name"`
	Owner     string `json:"owner"`
	OwnerName string `json:"ownerName"`
	Members   int    `json:"members"`
}

// Get shows one customer; one whom nobody in the viewer's scope ever followed is not found.
func (s *service) Get(ctx context.Context, in *customerInput) (*Detail, error) {
	v, c, follows, err := s.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(follows, func(a, b mirror.Follow) int {
		if a.Standing.Open() != b.Standing.Open() {
			if a.Standing.Open() {
				return -1
			}
			return 1
		}
		return cmp.Compare(b.AddedAt, a.AddedAt)
	})
	keys := make([]cursor, len(follows))
	for i, f := range follows {
		keys[i] = cursor{At: f.AddedAt, ID: int64(f.ID)}
	}
	d := &Detail{Customer: c}
	if d.Followers, err = s.followViews(ctx, v, keys); err != nil {
		return nil, err
	}
	d.Groups, err = s.groupsOf(ctx, v, c.Customer)
	return d, err
}

// seen reads a customer and those of his follows that the viewer may see.
func (s *service) seen(ctx context.Context, customer id.ID) (viewer.Viewer, mirror.Customer, []mirror.Follow, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return v, mirror.Customer{}, nil, err
	}
	c, err := mirror.CustomerByID(ctx, s.db.Read(), v.Corp, customer)
	if err != nil {
		return v, c, nil, err
	}
	follows, err := mirror.FollowsOf(ctx, s.db.Read(), v.Corp, c.ID)
	if err != nil {
		return v, c, nil, err
	}
	follows = slices.DeleteFunc(follows, func(f mirror.Follow) bool { return !v.Sees(f.Member) })
	if len(follows) == 0 && v.Scope.Reach != viewer.All {
		return v, c, nil, fault.Missing("客户")
	}
	return v, c, follows, nil
}

func (s *service) groupsOf(ctx context.Context, v viewer.Viewer, external string) ([]GroupView, error) {
	groups, err := mirror.GroupsWith(ctx, s.db.Read(), v.Corp, external)
	if err != nil {
		return nil, err
	}
	var owners []string
	for _, g := range groups {
		owners = append(owners, g.Owner)
	}
	names, err := mirror.Names(ctx, s.db.Read(), v.Corp, owners)
	if err != nil {
		return nil, err
	}
	views := []GroupView{}
	for _, g := range groups {
		if v.Sees(g.Owner) {
			views = append(views, GroupView{ID: g.ID, Name: g.Name, Owner: g.Owner, OwnerName: names[g.Owner], Members: g.Members})
		}
	}
	return views, nil
}

type timelineInput struct {
	ID id.ID `path:"id"`
	web.Paging
}

// place is where a timeline page ended.
type place struct {
	At  int64  `json:"a"`
	Key string `json:"k"`
}

// Timeline merges what all features know of the customer, newest first.
func (s *service) Timeline(ctx context.Context, in *timelineInput) (*web.Page[ask.Entry], error) {
	v, c, _, err := s.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	q := ask.TimelineQuery{Viewer: v, Customer: c.Customer, Limit: in.Limit + 1}
	at, paged, err := web.DecodeCursor[place](in.After)
	if err != nil {
		return nil, err
	}
	if paged {
		q.Before, q.BeforeKey = db.FromMS(at.At), at.Key
	}
	entries, err := s.asks.Timeline(ctx, q)
	if err != nil {
		return nil, err
	}
	page := web.NewPage(entries, in.Limit, func(e ask.Entry) place { return place{e.At.UnixMilli(), e.Key} })
	var members []string
	for _, e := range page.Items {
		members = append(members, e.Member)
	}
	names, err := mirror.Names(ctx, s.db.Read(), v.Corp, members)
	if err != nil {
		return nil, err
	}
	for i := range page.Items {
		page.Items[i].MemberName = names[page.Items[i].Member]
	}
	return &page, nil
}

// timeline answers for the customer feature itself: how follows began and ended.
func (s *service) timeline(ctx context.Context, q ask.TimelineQuery) ([]ask.Entry, error) {
	scope := q.Viewer.Where("corp_id", "member_id")
	query := s.db.Read().NewSelect().TableExpr("customer_history").ColumnExpr("id, member_id, kind, repaired, at").
		Where(scope.SQL, scope.Args...).Where("customer = ?", q.Customer).OrderExpr("at DESC, id DESC").Limit(int64(q.Limit + 1))
	if !q.Before.IsZero() {
		query = query.Where("at <= ?", db.MS(q.Before))
	}
	var rows []struct {
		ID       id.ID  `bun:"id"`
		Member   string `bun:"member_id"`
		Kind     string `bun:"kind"`
		Repaired bool   `bun:"repaired"`
		At       int64  `bun:"at"`
	}
	if err := query.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	var entries []ask.Entry
	told := map[string]bool{} // follows whose beginning the history tells
	for _, r := range rows {
		if r.Kind == wasAdded || r.Kind == wasAgain || r.Kind == wasHalf {
			told[r.Member+secondOf(r.At)] = true
		}
		e := ask.Entry{
			At: db.FromMS(r.At), Key: "customer." + r.ID.String(), Kind: "customer." + r.Kind, Member: r.Member,
			Values: map[string]string{"repaired": strconv.FormatBool(r.Repaired)},
		}
		if q.Covers(e) {
			entries = append(entries, e)
		}
	}
	begun, err := s.begun(ctx, q, told)
	return append(entries, begun...), err
}

func secondOf(ms int64) string {
	return " " + strconv.FormatInt(ms/int64(time.Second/time.Millisecond), 10)
}

// begun tells of follows that the first sync brought: they have no history here.
func (s *service) begun(ctx context.Context, q ask.TimelineQuery, told map[string]bool) ([]ask.Entry, error) {
	c, err := mirror.CustomerByExternal(ctx, s.db.Read(), q.Viewer.Corp, q.Customer)
	if err != nil {
		return nil, err
	}
	follows, err := mirror.FollowsOf(ctx, s.db.Read(), q.Viewer.Corp, c.ID)
	if err != nil {
		return nil, err
	}
	var entries []ask.Entry
	for _, f := range follows {
		if !q.Viewer.Sees(f.Member) || f.AddedAt == 0 || told[f.Member+secondOf(f.AddedAt)] {
			continue
		}
		e := ask.Entry{
			At: db.FromMS(f.AddedAt), Key: "customer.follow." + f.ID.String(), Kind: "customer.added", Member: f.Member,
			Values: map[string]string{"repaired": "false"},
		}
		if q.Covers(e) {
			entries = append(entries, e)
		}
	}
	return entries, nil
}
