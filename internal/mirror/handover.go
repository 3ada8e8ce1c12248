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
// hand-over: another member's follow was handed over just before, or stands still with
// a member who left. While it stands with a member who is there it may yet turn out so.
func handedOver(ctx context.Context, tx db.Tx, f Follow, at int64) (sure, maybe bool, err error) {
	var n struct {
		Sure  int `bun:"sure"`
		Maybe int `bun:"maybe"`
	}
	err = tx.NewRaw(`SELECT
		COUNT(CASE WHEN (o.standing = ? AND o.ended_at >= ?) OR (o.standing = ? AND COALESCE(mm.left_at, 0) > 0) THEN 1 END) AS sure,
		COUNT(CASE WHEN o.standing = ? THEN 1 END) AS maybe
		FROM mirror_follow o
		LEFT JOIN mirror_member mm ON mm.corp_id = o.corp_id AND mm.id = o.member_id
		WHERE o.customer_id = ? AND o.id <> ?`,
		HandedOver, at-handoverWindow.Milliseconds(), Stands, Stands, f.CustomerID, f.ID).Scan(ctx, &n)
	return n.Sure > 0, n.Maybe > 0, err
}

const kindTellAdded = "tell-added"

// detailsPause is how long news in doubt waits for the details: a little longer than a
// reading in doubt does. Without a code there is no greeting that would come too late.
const detailsPause = doubtPause + 5*time.Second

// tellLater holds the news of a beginning back until the details tell what it was.
func (m *Mirror) tellLater(ctx context.Context, tx db.Tx, e event.CustomerAdded) error {
	_, err := m.jobs.Insert(ctx, tx, job.Insert{Kind: kindTellAdded, Corp: e.Corp, Args: e, RunAt: m.clock.Now().Add(detailsPause)})
	return err
}

// tellAdded is the job behind news in doubt. The id of the news makes a second telling
// harmless.
func (m *Mirror) tellAdded(ctx context.Context, j job.Job[event.CustomerAdded]) error {
	e := j.Args
	return m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		f, known, err := followRow(ctx, tx, e.Corp, e.Member, e.Customer)
		if err != nil {
			return err
		}
		if known {
			if e.Transferred, _, err = handedOver(ctx, tx, f, db.MS(e.At)); err != nil {
				return err
			}
			apart := time.Duration(db.MS(e.At)-f.AddedAt) * time.Millisecond
			if apart.Abs() <= sameMoment && f.ReadAt > 0 {
				e.Transferred = e.Transferred || f.AddWay == wecom.AddWayAssignedByAdmin
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
