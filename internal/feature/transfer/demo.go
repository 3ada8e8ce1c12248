package transfer

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// demo reads what leavers of the demo corp left, and writes down two hand-overs of the
// weeks before, once: one of somebody on the job with refusals, one that all accepted.
func (s *service) demo(ctx context.Context, v viewer.Viewer) error {
	if _, err := s.Refresh(viewer.With(ctx, v), nil); err != nil {
		return err
	}
	var there int
	if err := s.db.Read().NewRaw("SELECT COUNT(*) FROM transfer_transfer WHERE corp_id = ?", v.Corp).Scan(ctx, &there); err != nil || there > 0 {
		return err
	}
	var members []struct {
		ID string `bun:"member_id"`
	}
	if err := s.db.Read().NewRaw(`SELECT f.member_id FROM mirror_follow AS f JOIN mirror_member AS m ON m.corp_id = f.corp_id AND m.id = f.member_id
		WHERE f.corp_id = ? AND f.standing = 1 AND m.left_at = 0 GROUP BY f.member_id ORDER BY COUNT(*) DESC, f.member_id LIMIT 3`, v.Corp).Scan(ctx, &members); err != nil || len(members) < 3 {
		return err
	}
	giver, taker, other := members[2].ID, members[0].ID, members[1].ID
	now := s.clock.Now()
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := s.demoTransfer(ctx, tx, v, giver, taker, now.Add(-9*24*time.Hour), 14, 0); err != nil {
			return err
		}
		return s.demoTransfer(ctx, tx, v, giver, other, now.Add(-2*24*time.Hour), 9, 4)
	})
}

// demoTransfer writes down a hand-over that is over: who was taken follows the taker today,
// who refused the giver.
func (s *service) demoTransfer(ctx context.Context, tx db.Tx, v viewer.Viewer, giver, taker string, at time.Time, taken, refused int) error {
	t := Transfer{ID: s.ids.New(), Corp: v.Corp, Spread: Even, Message: "您好，之后由我的同事为您服务", CreatedBy: v.Actor(), Creator: v.Name, CreatedAt: db.MS(at)}
	if err := insertTransfer(ctx, tx, t); err != nil {
		return err
	}
	var items []itemRow
	for _, part := range []struct {
		of     string
		n      int
		state  State
		reason string
		after  time.Duration
	}{{taker, taken, Accepted, "", refusalTime}, {giver, refused, Refused, reasonRefused, 3 * time.Hour}} {
		list, err := followsOf(ctx, tx, v.Corp, []string{part.of}, part.n)
		if err != nil {
			return err
		}
		for _, c := range list {
			items = append(items, itemRow{Item: Item{
				ID:       id.At(at) + id.ID(len(items)+1), // an item's id tells when it was made
				Transfer: t.ID, Corp: v.Corp, Kind: OfCustomer, Subject: c.Subject, From: giver, To: taker, State: part.state, Reason: part.reason,
				Attempt: 1, SentAt: db.MS(at.Add(time.Minute)), SettledAt: db.MS(at.Add(part.after)), Noticed: true,
			}})
		}
	}
	_, err := insertItems(ctx, tx, items)
	return err
}
