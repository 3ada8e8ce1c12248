package customer

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

func list[T any](values []T) any { return bun.In(values) }

// FollowView is one row of the list at follow level.
type FollowView struct {
	mirror.Follow
	Mobiles      []string           `json:"mobiles"`
	MemberName   string             `json:"memberName"`
	Name         string             `json:"name" doc:"the customer's own name"`
	Avatar       string             `json:"avatar"`
	Type         int                `json:"type" doc:"1 WeChat, 2 WeCom"`
	Gender       int                `json:"gender" doc:"0 unknown, 1 male, 2 female"`
	CorpName     string             `json:"corpName" doc:"of a WeCom user"`
	Tags         []mirror.FollowTag `json:"tags"`
	MemberStatus int                `json:"-"`
}

// CustomerView is one row of the list at company level.
type CustomerView struct {
	mirror.Customer
	Members []FollowerView     `json:"members" doc:"who follows the customer, within the viewer's scope"`
	Tags    []mirror.FollowTag `json:"tags" doc:"those of all follows in scope, each once"`
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
	v, p, after, err := s.ready(ctx, in)
	if err != nil {
		return nil, err
	}
	if p.nothing {
		return &web.Page[FollowView]{Items: []FollowView{}}, nil
	}
	ids, err := s.followIDs(ctx, v, p, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := web.NewPage(ids, in.Limit, func(k cursor) cursor { return k })
	rows, err := s.followViews(ctx, v, page.Items)
	return &web.Page[FollowView]{Items: rows, Next: page.Next}, err
}

func (s *service) ready(ctx context.Context, in *ListInput) (viewer.Viewer, *plan, *cursor, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return v, nil, nil, err
	}
	if err := in.check(); err != nil {
		return v, nil, nil, err
	}
	after, err := cursorOf(in.After)
	if err != nil {
		return v, nil, nil, err
	}
	p, err := s.prepare(ctx, v, in.Filter)
	return v, p, after, err
}

// followIDs finds the page's keys through one index: that of the tag, of the rows a rare
// condition names, or of the list's own order.
func (s *service) followIDs(ctx context.Context, v viewer.Viewer, p *plan, after *cursor, limit int) ([]cursor, error) {
	where, args := p.text()
	from, at, row := "mirror_follow AS f", "f.added_at", "f.id"
	if p.tag != "" {
		from, at, row = "mirror_follow_tag AS t JOIN mirror_follow AS f ON f.id = t.follow_id", "t.added_at", "t.follow_id"
		where, args = "t.corp_id = ? AND t.tag_id = ? AND "+where, append([]any{v.Corp, p.tag}, args...)
	}
	query := "SELECT " + at + " AS at, " + row + " AS id FROM " + from + " WHERE " + where
	if after != nil {
		query += " AND (" + at + ", " + row + ") < (?, ?)"
		args = append(args, after.At, after.ID)
	}
	query += " ORDER BY " + at + " DESC, " + row + " DESC LIMIT ?"
	var keys []cursor
	err := s.db.Read().NewRaw(query, append(args, limit)...).Scan(ctx, &keys)
	return keys, err
}

// followViews dresses one page: five queries, however many rows.
func (s *service) followViews(ctx context.Context, v viewer.Viewer, keys []cursor) ([]FollowView, error) {
	ids := make([]id.ID, len(keys))
	for i, k := range keys {
		ids[i] = id.ID(k.ID)
	}
	follows, err := mirror.FollowsByID(ctx, s.db.Read(), v.Corp, ids)
	if err != nil {
		return nil, err
	}
	tags, err := mirror.TagsOfFollows(ctx, s.db.Read(), v.Corp, ids)
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
		c := people[f.Customer]
		rows = append(rows, FollowView{
			Follow: f, Mobiles: f.Mobiles(), MemberName: names[f.Member], Name: c.Name, Avatar: c.Avatar, Type: c.Type,
			Gender: c.Gender, CorpName: c.Company, Tags: tags[i],
		})
	}
	return rows, nil
}

// Customers lists one row a customer, newest first.
func (s *service) Customers(ctx context.Context, in *ListInput) (*web.Page[CustomerView], error) {
	v, p, after, err := s.ready(ctx, in)
	if err != nil {
		return nil, err
	}
	if p.nothing {
		return &web.Page[CustomerView]{Items: []CustomerView{}}, nil
	}
	query, args := companyQuery(v, in.Filter, p)
	if after != nil {
		query += " AND (c.added_at, c.id) < (?, ?)"
		args = append(args, after.At, after.ID)
	}
	var keys []cursor
	query = "SELECT c.added_at AS at, c.id AS id FROM mirror_customer AS c WHERE " + query + " ORDER BY c.added_at DESC, c.id DESC LIMIT ?"
	if err := s.db.Read().NewRaw(query, append(args, in.Limit+1)...).Scan(ctx, &keys); err != nil {
		return nil, err
	}
	page := web.NewPage(keys, in.Limit, func(k cursor) cursor { return k })
	rows, err := s.customerViews(ctx, v, page.Items)
	return &web.Page[CustomerView]{Items: rows, Next: page.Next}, err
}

// companyQuery says which customers have a follow that matches. What leaves few follows
// is read first; what leaves many is checked customer by customer in the list's order.
func companyQuery(v viewer.Viewer, f Filter, p *plan) (sql string, args []any) {
	where, more := p.text()
	if p.tag != "" {
		where += " AND EXISTS (SELECT 1 FROM mirror_follow_tag AS t WHERE t.follow_id = f.id AND t.tag_id = ?)"
		more = append(more, p.tag)
	}
	if len(p.where) == 2 && p.tag == "" && v.Scope.Reach == viewer.All && f.Standing == "open" {
		return "c.corp_id = ? AND c.follows > 0", []any{v.Corp} // no filter: the counter knows
	}
	args = append([]any{v.Corp}, more...)
	if p.rare || v.Scope.Reach == viewer.Self || len(f.Members) == 1 {
		return "c.corp_id = ? AND c.id IN (SELECT f.customer_id FROM mirror_follow AS f WHERE " + where + ")", args
	}
	return "c.corp_id = ? AND EXISTS (SELECT 1 FROM mirror_follow AS f WHERE f.customer_id = c.id AND " + where + ")", args
}

func (s *service) customerViews(ctx context.Context, v viewer.Viewer, keys []cursor) ([]CustomerView, error) {
	ids := make([]id.ID, len(keys))
	for i, k := range keys {
		ids[i] = id.ID(k.ID)
	}
	people, err := mirror.CustomersByID(ctx, s.db.Read(), v.Corp, ids)
	if err != nil {
		return nil, err
	}
	follows, err := mirror.FollowsOfCustomers(ctx, s.db.Read(), v.Corp, ids)
	if err != nil {
		return nil, err
	}
	var members []string
	var all []id.ID
	for _, fs := range follows {
		for _, f := range fs {
			members, all = append(members, f.Member), append(all, f.ID)
		}
	}
	names, err := mirror.Names(ctx, s.db.Read(), v.Corp, members)
	if err != nil {
		return nil, err
	}
	tags, err := mirror.TagsOfFollows(ctx, s.db.Read(), v.Corp, all)
	if err != nil {
		return nil, err
	}
	rows := make([]CustomerView, 0, len(ids))
	for _, i := range ids {
		c, ok := people[i]
		if !ok {
			continue
		}
		row := CustomerView{Customer: c, Members: []FollowerView{}, Tags: []mirror.FollowTag{}}
		seen := map[string]bool{}
		for _, f := range follows[i] {
			if !v.Sees(f.Member) {
				continue
			}
			row.Members = append(row.Members, FollowerView{Member: f.Member, Name: names[f.Member], Remark: f.Remark, Standing: f.Standing, AddedAt: f.AddedAt})
			for _, t := range tags[f.ID] {
				if !seen[t.ID] && f.Standing.Open() {
					seen[t.ID] = true
					row.Tags = append(row.Tags, t)
				}
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// exactUpTo is where counting stops: a number beyond it helps nobody and costs a walk.
const exactUpTo = 10_000

// countTime bounds a count of rows that are hard to find.
const countTime = 2 * time.Second

// CountFollows counts the rows of Follows, exactly up to 10 000.
func (s *service) CountFollows(ctx context.Context, in *CountInput) (*web.Total, error) {
	return s.count(ctx, in.Filter, func(v viewer.Viewer, p *plan) (string, []any) {
		where, args := p.text()
		if p.tag != "" {
			return "SELECT 1 FROM mirror_follow_tag AS t JOIN mirror_follow AS f ON f.id = t.follow_id WHERE t.corp_id = ? AND t.tag_id = ? AND " + where,
				append([]any{v.Corp, p.tag}, args...)
		}
		return "SELECT 1 FROM mirror_follow AS f WHERE " + where, args
	})
}

// CountCustomers counts the rows of Customers, exactly up to 10 000.
func (s *service) CountCustomers(ctx context.Context, in *CountInput) (*web.Total, error) {
	return s.count(ctx, in.Filter, func(v viewer.Viewer, p *plan) (string, []any) {
		where, args := companyQuery(v, in.Filter, p)
		return "SELECT 1 FROM mirror_customer AS c WHERE " + where, args
	})
}

func (s *service) count(ctx context.Context, f Filter, rows func(viewer.Viewer, *plan) (string, []any)) (*web.Total, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	p, err := s.prepare(ctx, v, f)
	if err != nil || p.nothing {
		return &web.Total{Exact: true}, err
	}
	query, args := rows(v, p)
	bounded, cancel := context.WithTimeout(ctx, countTime)
	defer cancel()
	var n int64
	err = s.db.Read().NewRaw("SELECT COUNT(*) FROM ("+query+" LIMIT ?) AS r", append(args, exactUpTo+1)...).Scan(bounded, &n)
	if err != nil && ctx.Err() == nil && errors.Is(bounded.Err(), context.DeadlineExceeded) {
		return &web.Total{}, nil // at least none: the list shows what there is
	}
	return &web.Total{Count: min(n, exactUpTo), Exact: n <= exactUpTo}, err
}
