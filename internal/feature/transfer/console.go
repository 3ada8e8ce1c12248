package transfer

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom"
)

// This file notices what administrators hand over in WeCom's own console: no item of ours
// tells of it, but the taker's follow, which began by an assignment (add_way 202), and the
// old member's, which WeCom removed (DELETE_BY_TRANSFER), or which stands still with one who
// left. Either half may be told first; whoever hears the second finds the first.
//
// Not noticed: where the taker had the customer before (WeCom tells of no beginning), and
// where several members who left had the same customer (nobody says whose he was).

const kindConsole = "console"

// consolePause gives both halves time to be told, and the taker's follow to be read.
const consolePause = 15 * time.Second

// consoleTries are about as many minutes for WeCom to say how the taker's follow began.
const consoleTries = 30

type consoleArgs struct {
	Customer string `json:"customer"` // external_userid
	At       int64  `json:"at"`       // unix ms, of what was told
}

// lookAtConsole has looked into it whether a customer was handed over in WeCom's console.
func (s *service) lookAtConsole(ctx context.Context, corp, customer string, at time.Time) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := s.jobs.Insert(ctx, tx, job.Insert{
			Kind: kindConsole, Corp: corp, Args: consoleArgs{customer, db.MS(at)}, Unique: customer, UniqueFor: job.HoldWaiting, RunAt: s.clock.Now().Add(consolePause),
		})
		return err
	})
}

var errUnread = errors.New("transfer: WeCom has not said yet how the taker's follow began")

// consoleApart is how far apart the end of one follow and the beginning of the other may be.
const consoleApart = 10 * time.Minute

// fromConsole settles what somebody handed over in WeCom's console. Twice is harmless: what
// was told stands in transfer_console.
func (s *service) fromConsole(ctx context.Context, j job.Job[consoleArgs]) error {
	corp, customer, at := j.Corp, j.Args.Customer, db.FromMS(j.Args.At)
	c, err := mirror.CustomerByExternal(ctx, s.db.Read(), corp, customer)
	if fault.CodeOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		follows, err := mirror.FollowsOf(ctx, tx, corp, c.ID)
		if err != nil {
			return err
		}
		var members []string
		for _, f := range follows {
			members = append(members, f.Member)
		}
		known, err := mirror.MembersByID(ctx, tx, corp, members)
		if err != nil {
			return err
		}
		from, to, found := passed(follows, func(member string) bool { m, ok := known[member]; return !ok || m.LeftAt > 0 }, at)
		if !found {
			if slices.ContainsFunc(follows, func(f mirror.Follow) bool {
				return f.Standing == mirror.Stands && f.ReadAt < f.AddedAt && near(f.AddedAt, at)
			}) {
				return job.RetryIn(time.Minute, errUnread)
			}
			return nil
		}
		if ours, err := s.byUs(ctx, tx, from, to); err != nil || ours {
			return err
		}
		res, err := tx.NewRaw(`INSERT INTO transfer_console (corp_id, customer, from_member, to_member, began_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			corp, customer, from.Member, to.Member, to.AddedAt).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err // told before
		}
		return s.settled(ctx, tx, event.TransferSettled{
			Meta: event.Meta{Event: s.ids.New(), Corp: corp, At: at}, From: from.Member, To: to.Member, Customer: customer, Resigned: from.Standing == mirror.Stands,
		})
	})
}

func near(ms int64, at time.Time) bool { return db.FromMS(ms).Sub(at).Abs() <= consoleApart }

// passed finds who gave a customer to whom around a moment: the taker's follow began then by
// an assignment, and just one other was handed over then, or stands with one who left.
func passed(follows []mirror.Follow, left func(member string) bool, at time.Time) (from, to mirror.Follow, found bool) {
	i := slices.IndexFunc(follows, func(f mirror.Follow) bool {
		return f.Standing == mirror.Stands && f.AddWay == wecom.AddWayAssignedByAdmin && near(f.AddedAt, at)
	})
	if i < 0 {
		return from, to, false
	}
	to = follows[i]
	for _, gave := range []func(f mirror.Follow) bool{
		func(f mirror.Follow) bool { return f.Standing == mirror.HandedOver && near(f.EndedAt, at) },
		func(f mirror.Follow) bool { return f.Standing == mirror.Stands && left(f.Member) },
	} {
		var some []mirror.Follow
		for _, f := range follows {
			if f.Member != to.Member && gave(f) {
				some = append(some, f)
			}
		}
		if len(some) > 0 {
			return some[0], to, len(some) == 1
		}
	}
	return from, to, false
}

// byUs tells whether an item of ours is about this passing: it is on its way, or was
// accepted for it.
func (s *service) byUs(ctx context.Context, tx db.Tx, from, to mirror.Follow) (bool, error) {
	var n int
	err := tx.NewRaw(`SELECT COUNT(*) FROM transfer_item WHERE corp_id = ? AND subject = ? AND kind = 'customer' AND from_member = ? AND to_member = ?
		AND (state IN ('sent', 'waiting') OR state = 'accepted' AND settled_at >= ?)`,
		to.Corp, to.Customer, from.Member, to.Member, to.AddedAt-consoleApart.Milliseconds()).Scan(ctx, &n)
	return n > 0, err
}

// settled tells that a customer has passed: his old member holds him no more, and what we
// hold goes along.
func (s *service) settled(ctx context.Context, tx db.Tx, e event.TransferSettled) error {
	if _, err := tx.NewRaw(`DELETE FROM transfer_unassigned WHERE corp_id = ? AND member_id = ? AND customer = ?`, e.Corp, e.From, e.Customer).Exec(ctx); err != nil {
		return err
	}
	if err := s.mirror.HandedOver(ctx, tx, e.Corp, e.From, e.Customer, e.At); err != nil {
		return err
	}
	return s.bus.Publish(ctx, tx, e)
}
