package customer

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom"
)

// The kinds of history.
const (
	wasAdded   = "added"
	wasAgain   = "again"   // added after they had parted
	wasHalf    = "half"    // the customer added, the member has yet to confirm
	wasTaken   = "taken"   // taken over from another member
	wasLost    = "lost"    // the customer deleted the member
	wasDeleted = "deleted" // the member deleted the customer
	wasGone    = "gone"    // a re-sync found the follow ended
	wasHanded  = "handed"  // removed after a hand-over
)

// note writes one line of history. The event's id makes a repetition harmless; so does the
// fact itself when two apps of the corp tell it.
func (s *service) note(ctx context.Context, m event.Meta, kind, member, customer string, at time.Time) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO customer_history (id, corp_id, member_id, customer, kind, repaired, at) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO NOTHING`, m.Event, m.Corp, member, customer, kind, m.Repaired, db.MS(at)).Exec(ctx)
		return err
	})
}

func (s *service) added(ctx context.Context, e event.CustomerAdded) error {
	kind, at := wasAdded, e.At
	switch {
	case e.Half:
		kind = wasHalf
	case e.Transferred:
		kind = wasTaken
	case e.Again:
		kind = wasAgain
	}
	if e.Repaired {
		// The news is of the discovery; the mirror has WeCom's own time of the beginning.
		f, err := mirror.FollowOf(ctx, s.db.Read(), e.Corp, e.Member, e.Customer)
		if err != nil && fault.CodeOf(err) != fault.NotFound {
			return err
		}
		if f.AddedAt > 0 && f.AddedAt < db.MS(at) {
			at = db.FromMS(f.AddedAt)
		}
	}
	return s.note(ctx, e.Meta, kind, e.Member, e.Customer, at)
}

// beginning keeps when a follow that ended had begun, if no history tells of it: the mirror
// forgets that as soon as the two meet again, and the day would lose who came on it.
func (s *service) beginning(ctx context.Context, m event.Meta, member, customer string) error {
	f, err := mirror.FollowOf(ctx, s.db.Read(), m.Corp, member, customer)
	if fault.CodeOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if f.AddedAt >= db.MS(m.At) || beginOf(f) == 0 {
		return nil // another follow's, or nobody knows
	}
	var told int
	err = s.db.Read().NewRaw(`SELECT COUNT(*) FROM customer_history WHERE corp_id = ? AND customer = ? AND member_id = ? AND kind IN (?) AND at >= ? AND at <= ?`,
		m.Corp, customer, member, list(beginningKinds()), f.AddedAt-sameMoment.Milliseconds(), f.AddedAt+sameMoment.Milliseconds()).Scan(ctx, &told)
	if err != nil || told > 0 {
		return err
	}
	kind := wasAdded
	if f.AddWay == wecom.AddWayAssignedByAdmin {
		kind = wasTaken
	}
	return s.note(ctx, event.Meta{Event: s.ids.New(), Corp: m.Corp}, kind, member, customer, db.FromMS(f.AddedAt))
}

func beginningKinds() []string { return []string{wasAdded, wasAgain, wasHalf, wasTaken} }

func (s *service) lost(ctx context.Context, e event.CustomerLost) error {
	if err := s.beginning(ctx, e.Meta, e.Member, e.Customer); err != nil {
		return err
	}
	kind := wasLost
	if e.Unknown {
		kind = wasGone
	}
	return s.note(ctx, e.Meta, kind, e.Member, e.Customer, e.At)
}

func (s *service) deleted(ctx context.Context, e event.CustomerDeleted) error {
	if err := s.beginning(ctx, e.Meta, e.Member, e.Customer); err != nil {
		return err
	}
	kind := wasDeleted
	if e.ByTransfer {
		kind = wasHanded
	}
	return s.note(ctx, e.Meta, kind, e.Member, e.Customer, e.At)
}

// find answers the global search.
func (s *service) find(ctx context.Context, q ask.FindQuery) (*ask.Found, error) {
	if !q.Viewer.Can(permissionRead) {
		return nil, nil
	}
	page, err := s.Customers(viewer.With(ctx, q.Viewer), &ListInput{
		Paging: web.Paging{Limit: q.Limit}, Filter: Filter{Text: db.Clean(q.Text), TagMode: "any", Standing: "all", AddWay: -1},
	})
	if err != nil {
		return nil, err
	}
	found := &ask.Found{Kind: slug}
	for _, c := range page.Items {
		hit := ask.Hit{Title: c.Name, Href: "/customer/" + c.ID.String()}
		for _, m := range c.Members {
			if m.Remark != "" && m.Remark != c.Name {
				hit.Subtitle = m.Remark + " · " + m.Name
				break
			}
		}
		if hit.Subtitle == "" && len(c.Members) > 0 {
			hit.Subtitle = c.Members[0].Name
		}
		if hit.Title == "" {
			hit.Title = c.Customer.Customer // never read: the id is all there is
		}
		found.Hits = append(found.Hits, hit)
	}
	return found, nil
}
