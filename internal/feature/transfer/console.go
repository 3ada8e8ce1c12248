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
// One half is missing where the taker had the customer before: WeCom tells of no beginning.
// Of one who left there is then no callback at all; his customer just vanishes from the list
// of those that nobody took over (pool.go). And where several who left had the same customer,
// nobody says whose he was. In these cases WeCom is asked for the results of the members who
// come into question (console_ask.go).

const kindConsole = "console"

// consolePause gives both halves time to be told, and the taker's follow to be read.
const consolePause = 15 * time.Second

// consoleTries are about as many minutes for WeCom to say how the taker's follow began.
const consoleTries = 30

type consoleArgs struct {
	Customer string `json:"customer"` // external_userid
	At       int64  `json:"at"`       // unix ms, of what was told
	// From is the userid of who gave the customer, "" when that is not known.
	From string `json:"from,omitempty"`
	// Since, when set, says that the hand-over was some time between then and At.
	Since int64 `json:"since,omitempty"` // unix ms
}

// lookAtConsole has looked into it whether a customer was handed over in WeCom's console.
func (s *service) lookAtConsole(ctx context.Context, tx db.Tx, corp string, args consoleArgs) error {
	_, err := s.jobs.Insert(ctx, tx, job.Insert{
		Kind: kindConsole, Corp: corp, Args: args, Unique: args.Customer + "/" + args.From, UniqueFor: job.HoldWaiting, RunAt: s.clock.Now().Add(consolePause),
	})
	return err
}

var errUnread = errors.New("transfer: WeCom has not said yet how the taker's follow began")

// consoleApart is how far apart the end of one follow and the beginning of the other may be.
const consoleApart = 10 * time.Minute

// passing is a customer who went from one member to another in WeCom's console.
type passing struct {
	from, to string
	began    int64 // unix ms
	resigned bool
}

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
	follows, err := mirror.FollowsOf(ctx, s.db.Read(), corp, c.ID)
	if err != nil {
		return err
	}
	var members []string
	for _, f := range follows {
		members = append(members, f.Member)
	}
	known, err := mirror.MembersByID(ctx, s.db.Read(), corp, members)
	if err != nil {
		return err
	}
	left := func(member string) bool { m, ok := known[member]; return !ok || m.LeftAt > 0 }
	var p passing
	from, to, found := passed(follows, left, at)
	switch {
	case found && (j.Args.From == "" || sameMember(from.Member, j.Args.From)):
		p = passing{from: from.Member, to: to.Member, began: to.AddedAt, resigned: left(from.Member)}
	case slices.ContainsFunc(follows, func(f mirror.Follow) bool {
		return f.Standing == mirror.Stands && f.ReadAt < f.AddedAt && near(f.AddedAt, at)
	}):
		return job.RetryIn(time.Minute, errUnread)
	default:
		if p, found, err = s.askConsole(ctx, corp, j.Args, follows, left); err != nil || !found {
			return err
		}
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error { return s.tellPassing(ctx, tx, corp, customer, p, at) })
}

// tellPassing says once that a customer has passed, unless an item of ours says so.
func (s *service) tellPassing(ctx context.Context, tx db.Tx, corp, customer string, p passing, at time.Time) error {
	if ours, err := s.byUs(ctx, tx, corp, customer, p); err != nil || ours {
		return err
	}
	// The two witnesses of one hand-over may date it a little differently.
	res, err := tx.NewRaw(`INSERT INTO transfer_console (corp_id, customer, from_member, to_member, began_at) SELECT ?0, ?1, ?2, ?3, ?4
		WHERE NOT EXISTS (SELECT 1 FROM transfer_console WHERE corp_id = ?0 AND customer = ?1 AND from_member = ?2 AND to_member = ?3 AND began_at BETWEEN ?5 AND ?6)
		ON CONFLICT DO NOTHING`, corp, customer, p.from, p.to, p.began, p.began-consoleApart.Milliseconds(), p.began+consoleApart.Milliseconds()).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err // told before
	}
	return s.settled(ctx, tx, event.TransferSettled{
		Meta: event.Meta{Event: s.ids.New(), Corp: corp, At: at}, From: p.from, To: p.to, Customer: customer, Resigned: p.resigned,
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

// byUs tells whether an item of ours is about this passing: it is on its way, is to
// be sent again after a try whose answer was lost, or was accepted for it.
func (s *service) byUs(ctx context.Context, tx db.Tx, corp, customer string, p passing) (bool, error) {
	var n int
	err := tx.NewRaw(`SELECT COUNT(*) FROM transfer_item WHERE corp_id = ? AND subject = ? AND kind = 'customer' AND from_member = ? AND to_member = ?
		AND (state IN ('sent', 'waiting') OR state = 'planned' AND attempt > 0 OR state = 'accepted' AND settled_at >= ?)`,
		corp, customer, p.from, p.to, p.began-consoleApart.Milliseconds()).Scan(ctx, &n)
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
