package transfer

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// WeCom's words for why a transfer failed (transfer_fail).
const (
	failRefused = "customer_refused"
	failFull    = "customer_limit_exceed"
)

// transferFailed settles the item at once. News of an earlier try changes nothing.
func (s *service) transferFailed(ctx context.Context, e event.TransferFailed) error {
	as, reason := Failed, refusal(0, e.Reason).Kept()
	switch e.Reason {
	case failRefused:
		as, reason = Refused, reasonRefused
	case failFull:
		as, reason = Full, reasonFull
	}
	return s.settleTold(ctx, e.Meta, as, reason, e.Customer, func(i Item) bool { return sameMember(i.To, e.Member) })
}

// customerDeleted: WeCom took the customer from his old member by a transfer, which is its end.
func (s *service) customerDeleted(ctx context.Context, e event.CustomerDeleted) error {
	if !e.ByTransfer {
		return nil
	}
	if err := s.settleTold(ctx, e.Meta, Accepted, "", e.Customer, func(i Item) bool { return sameMember(i.From, e.Member) }); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		return s.lookAtConsole(ctx, tx, e.Corp, consoleArgs{Customer: e.Customer, At: db.MS(e.At), From: e.Member})
	})
}

// settleTold settles the open item of a customer as a callback says, if it was sent before.
func (s *service) settleTold(ctx context.Context, m event.Meta, as State, reason, customer string, fits func(Item) bool) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		items, err := openItems(ctx, tx, m.Corp, OfCustomer, customer)
		if err != nil {
			return err
		}
		for _, i := range items {
			if i.State == Planned || !fits(i) || m.At.Add(clockApart).Before(db.FromMS(i.SentAt)) {
				continue
			}
			if err := s.settle(ctx, tx, i, as, 0, reason, m.At); err != nil {
				return err
			}
		}
		return nil
	})
}

func openItems(ctx context.Context, q db.Querier, corp string, kind Kind, subject string) ([]Item, error) {
	var items []Item
	err := q.NewRaw(`SELECT `+itemColumns+` FROM transfer_item WHERE corp_id = ? AND kind = ? AND subject = ?
		AND state IN ('planned', 'sent', 'waiting')`, corp, kind, subject).Scan(ctx, &items)
	return items, err
}

// customerAdded: a customer who came by a hand-over may be one of ours; WeCom is asked at
// once. Else somebody handed him over in WeCom's console.
func (s *service) customerAdded(ctx context.Context, e event.CustomerAdded) error {
	if !e.Transferred {
		return nil
	}
	if err := s.askNow(ctx, e.Corp, OfCustomer, e.Customer); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		return s.lookAtConsole(ctx, tx, e.Corp, consoleArgs{Customer: e.Customer, At: db.MS(e.At)})
	})
}

// groupChanged: the owner may be another one now.
func (s *service) groupChanged(ctx context.Context, e event.GroupChanged) error {
	return s.askNow(ctx, e.Corp, OfGroup, e.Group)
}

// askNow has the open item that waits asked about soon: the mirror is being read just now.
func (s *service) askNow(ctx context.Context, corp string, kind Kind, subject string) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw(`UPDATE transfer_item SET poll_at = ? WHERE corp_id = ? AND kind = ? AND subject = ? AND state = 'waiting'`,
			db.NowMS(s.clock), corp, kind, subject).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		_, err = s.jobs.Insert(ctx, tx, job.Insert{
			Kind: kindPoll, Corp: corp, Unique: "now", UniqueFor: job.HoldWaiting, RunAt: s.clock.Now().Add(askPause),
		})
		return err
	})
}

// askPause gathers the callbacks of many customers that pass in the same minute.
const askPause = 5 * time.Second

// memberLeft notes the leaver with what the mirror knows of his customers, and has WeCom's
// list read when it has had time to grow.
func (s *service) memberLeft(ctx context.Context, e event.MemberLeft) error {
	m, err := mirror.MemberByID(ctx, s.db.Read(), e.Corp, e.Member)
	if fault.CodeOf(err) == fault.NotFound {
		return nil
	}
	if err != nil || m.LeftAt == 0 {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := noteLeaver(ctx, tx, e.Corp, m.ID, m.LeftAt); err != nil {
			return err
		}
		if _, err := tx.NewRaw(`INSERT INTO transfer_unassigned (corp_id, member_id, customer, run, seen_at)
			SELECT corp_id, member_id, customer, 0, ? FROM mirror_follow WHERE corp_id = ? AND member_id = ? AND standing = 1
			ON CONFLICT DO NOTHING`, db.NowMS(s.clock), e.Corp, m.ID).Exec(ctx); err != nil {
			return err
		}
		if _, err := s.jobs.Insert(ctx, tx, job.Insert{
			Kind: kindRefresh, Corp: e.Corp, Unique: "left", UniqueFor: job.HoldWaiting, Key: kindRefresh, RunAt: s.clock.Now().Add(leftPause),
		}); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, e.Corp, slug)
	})
}

// leftPause is how long WeCom is given to list what a leaver left.
const leftPause = 2 * time.Minute

// memberJoined: who came back has his customers again.
func (s *service) memberJoined(ctx context.Context, e event.MemberJoined) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewRaw(`DELETE FROM transfer_leaver WHERE corp_id = ? AND member_id = ?`, e.Corp, e.Member).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewRaw(`DELETE FROM transfer_unassigned WHERE corp_id = ? AND member_id = ?`, e.Corp, e.Member).Exec(ctx); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, e.Corp, slug)
	})
}

func noteLeaver(ctx context.Context, tx db.Tx, corp, member string, at int64) error {
	_, err := tx.NewRaw(`INSERT INTO transfer_leaver (corp_id, member_id, left_at) VALUES (?, ?, ?)
		ON CONFLICT (corp_id, member_id) DO UPDATE SET left_at = excluded.left_at`, corp, member, at).Exec(ctx)
	return err
}
