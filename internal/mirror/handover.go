package mirror

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom"
)

// This file tells a beginning that is the other half of a hand-over (在职继承, 离职继承)
// from a new customer. The callback of the beginning does not say so, and it may come
// before that of the end; WeCom says it in the details (add_way 202).

// handoverWindow is how long after the end of one follow another may begin by the same
// hand-over.
const handoverWindow = 10 * time.Minute

// handedOver guesses whether a beginning without code and state is the other half of a
// hand-over. Likely it is when another member's follow was handed over just before, or stands
// still with a member who left; while one stands with a member who is there it may yet turn
// out so. A customer can also have added somebody himself in either case: only the details
// tell.
func handedOver(ctx context.Context, tx db.Tx, f Follow, at int64) (likely, doubt bool, err error) {
	var n struct {
		Likely int `bun:"likely"`
		Doubt  int `bun:"doubt"`
	}
	err = tx.NewRaw(`SELECT
		COUNT(CASE WHEN o.standing = ? OR COALESCE(mm.left_at, 0) > 0 THEN 1 END) AS likely, COUNT(*) AS doubt
		FROM mirror_follow o
		LEFT JOIN mirror_member mm ON mm.corp_id = o.corp_id AND mm.id = o.member_id
		WHERE o.customer_id = ? AND o.id <> ? AND (o.standing = ? OR (o.standing = ? AND o.ended_at >= ?))`,
		HandedOver, f.CustomerID, f.ID, Stands, HandedOver, at-handoverWindow.Milliseconds()).Scan(ctx, &n)
	return n.Likely > 0, n.Doubt > 0, err
}

const kindTellAdded = "tell-added"

const (
	// detailsPause is how long news in doubt waits for the details: a little longer than the
	// reading made for it. Without a code there is no greeting that would come too late.
	detailsPause = doubtPause + 5*time.Second
	// detailsPatience is how long it waits for them when WeCom does not answer; then the
	// guess has to do.
	detailsPatience = 2 * time.Minute
)

// tellLater holds the news of a beginning back until the details tell what it was. The
// reading that follows each beginning may be one that lags behind it, so there is another.
func (m *Mirror) tellLater(ctx context.Context, tx db.Tx, e event.CustomerAdded) error {
	if _, err := m.jobs.Insert(ctx, tx, job.Insert{
		Kind: kindRefreshCustomer, Corp: e.Corp, Args: refreshArgs{Customer: e.Customer, Member: e.Member}, RunAt: m.clock.Now().Add(doubtPause),
		Key: customerLine(e.Customer), Unique: "begun/" + e.Customer + "/" + e.Member, UniqueFor: job.HoldWaiting,
	}); err != nil {
		return err
	}
	_, err := m.jobs.Insert(ctx, tx, job.Insert{Kind: kindTellAdded, Corp: e.Corp, Args: e, RunAt: m.clock.Now().Add(detailsPause)})
	return err
}

// tellAdded is the job behind news in doubt. The id of the news makes a second telling
// harmless.
func (m *Mirror) tellAdded(ctx context.Context, j job.Job[event.CustomerAdded]) error {
	e := j.Args
	patient := m.clock.Now().Sub(j.CreatedAt) < detailsPatience
	return m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		f, known, err := followRow(ctx, tx, e.Corp, e.Member, e.Customer)
		if err != nil {
			return err
		}
		apart := time.Duration(db.MS(e.At)-f.AddedAt) * time.Millisecond
		switch {
		case !known:
		case apart.Abs() <= sameMoment && (f.ReadAt > 0 || f.AddWay == wecom.AddWayAssignedByAdmin):
			// An answer that might lag behind the callback, as all do where WeCom's clock is
			// ahead of ours, does not count as read; but of a hand-over it cannot speak too early.
			e.Transferred = f.AddWay == wecom.AddWayAssignedByAdmin
		case f.Standing == Stands && patient:
			return job.Snooze(doubtPause)
		default:
			if e.Transferred, _, err = handedOver(ctx, tx, f, db.MS(e.At)); err != nil {
				return err
			}
		}
		if err := m.bus.Publish(ctx, tx, e); err != nil {
			return err
		}
		return j.Done(ctx, tx)
	})
}

// HandedOver ends a follow that a hand-over took from its member, as the results of the
// transfer say. After a hand-over on the job a callback tells it too, as a rule; of a member
// who left nothing but the results do. It tells no news: whoever learned it does.
func (m *Mirror) HandedOver(ctx context.Context, tx db.Tx, corp, member, customer string, at time.Time) error {
	if _, known, err := followRow(ctx, tx, corp, member, customer); err != nil || !known {
		return err
	}
	c, err := m.lockCustomer(ctx, tx, corp, customer)
	if err != nil {
		return err
	}
	f, _, err := followRow(ctx, tx, corp, member, customer)
	if err != nil || f.Standing != Stands || f.AddedAt > db.MS(at) {
		return err
	}
	f.Standing, f.EndedAt, f.UpdatedAt = HandedOver, db.MS(at), db.NowMS(m.clock)
	if err := writeTurn(ctx, tx, f); err != nil {
		return err
	}
	if err := recount(ctx, tx, ids(c.ID)); err != nil {
		return err
	}
	return m.tellPages(ctx, tx, corp, ids(c.ID), ids(f.ID))
}
