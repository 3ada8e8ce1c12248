package tag

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type hitRow struct {
	ID       id.ID  `bun:"id"`
	Member   string `bun:"member_id"`
	Customer string `bun:"customer"`
	Outcome  string `bun:"outcome"`
	Reason   string `bun:"reason"`
	Errcode  int    `bun:"errcode"`
	Advice   string `bun:"advice"`
	At       int64  `bun:"at"`
}

// HitView is what a rule noticed.
type HitView struct {
	ID         id.ID             `json:"id"`
	CustomerID id.ID             `json:"customerId,omitzero"`
	Name       string            `json:"name"`
	Avatar     string            `json:"avatar"`
	Type       int               `json:"type"`
	Member     string            `json:"member"`
	MemberName string            `json:"memberName"`
	Outcome    string            `json:"outcome" enum:"waiting,tagged,refused,same,counted,limited"`
	Why        map[string]string `json:"why" doc:"values for the words of the trigger"`
	Reason     web.Because       `json:"reason,omitzero" doc:"why WeCom refused"`
	At         int64             `json:"at" doc:"unix ms"`
}

type tagHitsInput struct {
	web.Paging
	ID      id.ID  `path:"id"`
	Outcome string `query:"outcome" enum:"waiting,tagged,refused,same,counted,limited"`
}

type hitKey struct {
	At int64 `json:"a"`
	ID id.ID `json:"i"`
}

// Hits lists what a rule noticed in the viewer's scope, newest first.
func (s *service) Hits(ctx context.Context, in *tagHitsInput) (*web.Page[HitView], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := s.changeable(ctx, v, in.ID); err != nil {
		return nil, err
	}
	after, paged, err := web.DecodeCursor[hitKey](in.After)
	if err != nil {
		return nil, err
	}
	scope := v.Where("corp_id", "member_id")
	q := s.db.Read().NewSelect().TableExpr("tag_hit").ColumnExpr("id, member_id, customer, outcome, reason, errcode, advice, at").
		Where(scope.SQL, scope.Args...).Where("rule_id = ?", in.ID).OrderExpr("at DESC, id DESC").Limit(int64(in.Limit + 1))
	if in.Outcome != "" {
		q = q.Where("outcome = ?", in.Outcome)
	}
	if paged {
		q = q.Where("(at, id) < (?, ?)", after.At, after.ID)
	}
	var rows []hitRow
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	page := web.NewPage(rows, in.Limit, func(r hitRow) hitKey { return hitKey{r.At, r.ID} })
	views, err := s.hitViews(ctx, v, page.Items)
	return &web.Page[HitView]{Items: views, Next: page.Next}, err
}

func (s *service) hitViews(ctx context.Context, v viewer.Viewer, rows []hitRow) ([]HitView, error) {
	var members, customers, chats []string
	whys := make([]map[string]string, len(rows))
	for i, r := range rows {
		members, customers = append(members, r.Member), append(customers, r.Customer)
		whys[i] = read[map[string]string](r.Reason)
		if chat := whys[i]["chat"]; chat != "" {
			chats = append(chats, chat)
		}
	}
	names, err := mirror.Names(ctx, s.db.Read(), v.Corp, members)
	if err != nil {
		return nil, err
	}
	groups, err := mirror.GroupsByChat(ctx, s.db.Read(), v.Corp, chats)
	if err != nil {
		return nil, err
	}
	people, err := mirror.Customers(ctx, s.db.Read(), v.Corp, customers)
	views := make([]HitView, len(rows))
	for i, r := range rows {
		// That a customer came into some group moved his tags; which group is told to who sees its owner.
		if g, known := groups[whys[i]["chat"]]; v.Scope.Reach != viewer.All && !(known && v.Sees(g.Owner)) {
			delete(whys[i], "group")
		}
		delete(whys[i], "chat")
		c := people[r.Customer]
		views[i] = HitView{
			ID: r.ID, CustomerID: c.ID, Name: c.Name, Avatar: c.Avatar, Type: c.Type, Member: r.Member, MemberName: names[r.Member],
			Outcome: r.Outcome, Why: whys[i], Reason: told(r.Advice, r.Errcode), At: r.At,
		}
	}
	return views, err
}

const (
	kindForget = "forget"
	// keepHits is how long a hit can be looked up: longer than the longest period in which a
	// rule counts them, which is 365 days.
	keepHits = 400 * 24 * time.Hour
	// forgetStep is how many hits one transaction removes.
	forgetStep = 1000
)

// forget removes old hits, the oldest first and some at a time. What a rule has tagged in all
// is counted at the rule and stays. Twice is harmless: what is gone is not found again.
func (s *service) forget(ctx context.Context, _ job.Job[struct{}]) error {
	before := db.MS(s.clock.Now().Add(-keepHits))
	for n := int64(forgetStep); n == forgetStep; {
		err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			res, err := tx.NewRaw("DELETE FROM tag_hit WHERE id IN (SELECT id FROM tag_hit WHERE at < ? ORDER BY at LIMIT ?)", before, forgetStep).Exec(ctx)
			if err != nil {
				return err
			}
			n, err = res.RowsAffected()
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
