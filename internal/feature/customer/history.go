package customer

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// The kinds of history.
const (
	wasAdded   = "added"
	wasAgain   = "again"   // added after they had parted
	wasHalf    = "half"    // the customer added, the member has yet to confirm
	wasLost    = "lost"    // the customer deleted the member
	wasDeleted = "deleted" // the member deleted the customer
	wasGone    = "gone"    // a re-sync found the follow ended
	wasHanded  = "handed"  // removed after a hand-over
)

// note writes one line of history; the event's id makes a repetition harmless.
func (s *service) note(ctx context.Context, m event.Meta, kind, member, customer string) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO customer_history (id, corp_id, member_id, customer, kind, repaired, at) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO NOTHING`, m.Event, m.Corp, member, customer, kind, m.Repaired, db.MS(m.At)).Exec(ctx)
		return err
	})
}

func (s *service) added(ctx context.Context, e event.CustomerAdded) error {
	kind := wasAdded
	switch {
	case e.Half:
		kind = wasHalf
	case e.Again:
		kind = wasAgain
	}
	return s.note(ctx, e.Meta, kind, e.Member, e.Customer)
}

func (s *service) lost(ctx context.Context, e event.CustomerLost) error {
	kind := wasLost
	if e.Unknown {
		kind = wasGone
	}
	return s.note(ctx, e.Meta, kind, e.Member, e.Customer)
}

func (s *service) deleted(ctx context.Context, e event.CustomerDeleted) error {
	kind := wasDeleted
	if e.ByTransfer {
		kind = wasHanded
	}
	return s.note(ctx, e.Meta, kind, e.Member, e.Customer)
}

// tiles are the figures of R03: customers now, new today, and those who deleted a member
// today, each beside the same hours of yesterday where that says something.
func (s *service) tiles(ctx context.Context, v viewer.Viewer) ([]ask.Tile, error) {
	if !v.Can(permissionRead) {
		return nil, nil
	}
	now := s.clock.Now().In(s.corps.Location(ctx, v.Corp))
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	total, err := s.total(ctx, v)
	if err != nil {
		return nil, err
	}
	tiles := []ask.Tile{{Key: "customer.total", Value: total, Href: "/customer"}}
	today := "/customer?from=" + midnight.UTC().Format("2006-01-02T15:04:05Z")
	for _, t := range []struct {
		key, href string
		kinds     []string
	}{
		{"customer.newToday", today, []string{wasAdded, wasAgain}},
		{"customer.lostToday", "/churn", []string{wasLost}},
	} {
		value, err := s.happened(ctx, v, t.kinds, midnight, now)
		if err != nil {
			return nil, err
		}
		before, err := s.happened(ctx, v, t.kinds, midnight.AddDate(0, 0, -1), now.AddDate(0, 0, -1))
		if err != nil {
			return nil, err
		}
		tiles = append(tiles, ask.Tile{Key: t.key, Value: value, Before: &before, Href: t.href})
	}
	return tiles, nil
}

// happened counts pairs, so that a repeated coming and going of the same two counts once.
func (s *service) happened(ctx context.Context, v viewer.Viewer, kinds []string, from, to time.Time) (int64, error) {
	scope := v.Where("corp_id", "member_id")
	var n int64
	err := s.db.Read().NewRaw("SELECT COUNT(*) FROM (SELECT DISTINCT member_id, customer FROM customer_history WHERE kind IN (?) AND at >= ? AND at <= ? AND "+scope.SQL+") AS h",
		append([]any{list(kinds), db.MS(from), db.MS(to)}, scope.Args...)...).Scan(ctx, &n)
	return n, err
}

// total counts the customers whom somebody in scope follows now.
func (s *service) total(ctx context.Context, v viewer.Viewer) (int64, error) {
	var n int64
	if v.Scope.Reach == viewer.All {
		return n, s.db.Read().NewRaw("SELECT COUNT(*) FROM mirror_customer WHERE corp_id = ? AND follows > 0", v.Corp).Scan(ctx, &n)
	}
	scope := v.Where("corp_id", "member_id")
	return n, s.db.Read().NewRaw("SELECT COUNT(DISTINCT customer_id) FROM mirror_follow WHERE standing IN (?) AND "+scope.SQL,
		append([]any{list(standings["open"])}, scope.Args...)...).Scan(ctx, &n)
}

// find answers the global search.
func (s *service) find(ctx context.Context, q ask.FindQuery) (*ask.Found, error) {
	if !q.Viewer.Can(permissionRead) {
		return nil, nil
	}
	page, err := s.Customers(viewer.With(ctx, q.Viewer), &ListInput{
		Paging: paging(q.Limit), Filter: Filter{Text: q.Text, TagMode: "any", Standing: "all", AddWay: -1},
	})
	if err != nil {
		return nil, err
	}
	found := &ask.Found{Kind: slug}
	for _, c := range page.Items {
		hit := ask.Hit{Title: c.Name, Href: "/customer/" + c.ID.String()}
		if len(c.Members) > 0 {
			hit.Subtitle = c.Members[0].Name
			if c.Members[0].Remark != "" {
				hit.Subtitle += " · " + c.Members[0].Remark
			}
		}
		found.Hits = append(found.Hits, hit)
	}
	return found, nil
}
