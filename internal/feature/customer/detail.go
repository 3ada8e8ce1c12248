package customer

import (
	"cmp"
	"context"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type customerInput struct {
	ID id.ID `path:"id"`
}

// Detail is everything the mirror knows of one customer within the viewer's scope.
type Detail struct {
	mirror.Customer
	Followers []FollowView `json:"followers" doc:"follows that stand first, then those that ended"`
	Groups    []GroupView  `json:"groups" doc:"customer groups the customer is in, as far as their owners are in scope"`
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

// seen reads a customer as the viewer may see him, with those of his follows in scope.
func (s *service) seen(ctx context.Context, customer id.ID) (viewer.Viewer, mirror.Customer, []mirror.Follow, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return v, mirror.Customer{}, nil, err
	}
	c, err := mirror.CustomerByID(ctx, s.db.Read(), v.Corp, customer)
	if err != nil {
		return v, mirror.Customer{}, nil, err
	}
	follows, err := mirror.FollowsOf(ctx, s.db.Read(), v.Corp, c.ID)
	if err != nil {
		return v, mirror.Customer{}, nil, err
	}
	follows = seenOf(v, follows)
	if len(follows) == 0 && v.Scope.Reach != viewer.All {
		return v, mirror.Customer{}, nil, fault.Missing("客户")
	}
	return v, within(c, follows), follows, nil
}

// seenOf keeps the follows in the viewer's scope: those that stand first, the newest of
// them in front.
func seenOf(v viewer.Viewer, follows []mirror.Follow) []mirror.Follow {
	follows = slices.DeleteFunc(follows, func(f mirror.Follow) bool { return !v.Sees(f.Member) })
	ended := func(f mirror.Follow) int {
		if f.Standing.Open() {
			return 0
		}
		return 1
	}
	slices.SortFunc(follows, func(a, b mirror.Follow) int {
		return cmp.Or(cmp.Compare(ended(a), ended(b)), cmp.Compare(b.AddedAt, a.AddedAt), cmp.Compare(b.ID, a.ID))
	})
	return follows
}

// within is the customer as these follows alone know him: how many there are and since
// when is nobody's business outside their scope.
func within(c mirror.Customer, follows []mirror.Follow) mirror.Customer {
	c.Follows, c.AddedAt, c.LostAt = 0, 0, 0
	for _, f := range follows {
		if at := beginOf(f); at > 0 && (c.AddedAt == 0 || at < c.AddedAt) {
			c.AddedAt = at
		}
		if f.Standing.Open() {
			c.Follows++
		}
		c.LostAt = max(c.LostAt, f.EndedAt)
	}
	if c.Follows > 0 {
		c.LostAt = 0
	}
	return c
}

func (s *service) groupsOf(ctx context.Context, v viewer.Viewer, external string) ([]GroupView, error) {
	groups, err := mirror.GroupsWith(ctx, s.db.Read(), v.Corp, external)
	if err != nil {
		return nil, err
	}
	groups = slices.DeleteFunc(groups, func(g mirror.Group) bool { return !v.Sees(g.Owner) })
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
		views = append(views, GroupView{ID: g.ID, Name: g.Name, Owner: g.Owner, OwnerName: names[g.Owner], Members: g.Members})
	}
	return views, nil
}
