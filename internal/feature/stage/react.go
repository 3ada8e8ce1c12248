package stage

import (
	"context"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// This file hears what happens to customers. Each listener has a line of its own, so that
// the news of a loss may be heard after that of the return: what counts is how the follow
// stands now.

// customerAdded brings a new customer into the flows that take him, and one who came back
// to where he stood. Who comes by a hand-over takes his place along (transferSettled).
func (s *service) customerAdded(ctx context.Context, e event.CustomerAdded) error {
	if e.Half {
		return nil
	}
	follow, err := s.standing(ctx, e.Corp, e.Member, e.Customer)
	if err != nil || follow == nil || !follow.Standing.Open() {
		return err
	}
	if e.Transferred {
		// His place may have come before the follow was known.
		return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw("UPDATE stage_placement SET follow_id = ? WHERE corp_id = ? AND customer = ? AND member_id = ? AND follow_id <> ?",
				follow.ID, e.Corp, e.Customer, e.Member, follow.ID).Exec(ctx)
			return err
		})
	}
	if err := s.ensure(ctx, e.Corp); err != nil {
		return err
	}
	if err := s.takeIn(ctx, e, *follow); err != nil {
		return err
	}
	return s.bears(ctx, e, follow.ID)
}

// takeIn brings who was added into the first stages, or back to where he stood.
func (s *service) takeIn(ctx context.Context, e event.CustomerAdded, follow mirror.Follow) error {
	who := pair{Follow: follow.ID, CustomerID: follow.CustomerID, Member: e.Member, Customer: e.Customer}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		all, err := flows(ctx, tx, e.Corp, false)
		if err != nil {
			return err
		}
		r, err := s.reckoning(ctx, tx, e.Corp)
		if err != nil {
			return err
		}
		for _, f := range all {
			p, there, err := placed(ctx, tx, e.Corp, f.ID, e.Member, e.Customer)
			if err != nil {
				return err
			}
			if there {
				if err := s.back(ctx, tx, r, f, p, step{why: byReturn, at: e.At}); err != nil {
					return err
				}
				continue
			}
			his, err := s.serves(ctx, tx, f, e.Member)
			if err != nil {
				return err
			}
			if !his || !f.Joins.takes(e.State) {
				continue
			}
			if _, _, err := s.put(ctx, tx, r, f, f.first(), who, step{why: byRule, at: e.At}); err != nil {
				return err
			}
		}
		return nil
	})
}

// back takes up a pair that had ended: where it stood, and its cycle begins anew.
func (s *service) back(ctx context.Context, tx db.Tx, r reckoning, f Flow, p placement, st step) error {
	if p.GoneAt == 0 {
		return nil
	}
	to, err := f.stage(p.Stage)
	if before, gone := f.stage(p.Before); p.Before != 0 && gone == nil {
		to, err = before, nil
	}
	if err != nil || to.Catches {
		to = f.first()
	}
	return s.shift(ctx, tx, r, f, to, p, st)
}

func (s *service) standing(ctx context.Context, corp, member, customer string) (*mirror.Follow, error) {
	f, err := mirror.FollowOf(ctx, s.db.Read(), corp, member, customer)
	if fault.CodeOf(err) == fault.NotFound {
		return nil, nil
	}
	return &f, err
}

func (s *service) customerLost(ctx context.Context, e event.CustomerLost) error {
	return s.ended(ctx, e.Meta, e.Member, e.Customer, true)
}

func (s *service) customerDeleted(ctx context.Context, e event.CustomerDeleted) error {
	return s.ended(ctx, e.Meta, e.Member, e.Customer, !e.ByTransfer)
}

// ended takes a pair out of the cycle, into the stage for those who left when catch.
func (s *service) ended(ctx context.Context, m event.Meta, member, customer string, catch bool) error {
	follow, err := s.standing(ctx, m.Corp, member, customer)
	if err != nil || follow != nil && follow.Standing.Open() {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		rows, err := placements(ctx, tx, m.Corp, member, customer)
		if err != nil || len(rows) == 0 {
			return err
		}
		all, err := flows(ctx, tx, m.Corp, true)
		if err != nil {
			return err
		}
		r, err := s.reckoning(ctx, tx, m.Corp)
		if err != nil {
			return err
		}
		for _, p := range rows {
			i := slices.IndexFunc(all, func(f Flow) bool { return f.ID == p.Flow })
			if i < 0 || p.GoneAt > 0 {
				continue
			}
			if err := s.leave(ctx, tx, r, all[i], p, m, catch); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *service) leave(ctx context.Context, tx db.Tx, r reckoning, f Flow, p placement, m event.Meta, catch bool) error {
	was, st := p, step{why: byLoss, at: m.At}
	p.GoneAt, p.Shown = max(1, db.MS(m.At)), false
	to, catches := f.catching()
	if catches && catch && to.ID != p.Stage {
		p.Before, p.Stage, p.EnteredAt, p.Shown = p.Stage, to.ID, db.MS(m.At), true
	} else if catches && to.ID == p.Stage {
		p.Shown = true
	}
	r.anew(&p, to)
	if err := write(ctx, tx, was, p); err != nil {
		return err
	}
	if p.Stage == was.Stage {
		return s.live.Publish(ctx, tx, f.Corp, slug, f.ID.String())
	}
	return s.moved(ctx, tx, f, stageIn([]Flow{f}, was.Stage), to, p, max(0, p.EnteredAt-was.EnteredAt), st)
}

// followedUp begins the cycle anew when the corp counts what was done.
func (s *service) followedUp(ctx context.Context, e event.FollowedUp) error {
	if e.How == "move" {
		return nil // the move itself has seen to it
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		r, err := s.reckoning(ctx, tx, e.Corp)
		if err != nil || !r.setting.counts(e.How) {
			return err
		}
		rows, err := placements(ctx, tx, e.Corp, e.Member, e.Customer)
		if err != nil || len(rows) == 0 {
			return err
		}
		all, err := flows(ctx, tx, e.Corp, true)
		if err != nil {
			return err
		}
		for _, p := range rows {
			if at := db.MS(e.At); p.GoneAt == 0 && at > p.FollowedAt {
				was := p
				p.FollowedAt, p.BaseAt = at, max(at, p.BaseAt)
				r.anew(&p, stageIn(all, p.Stage))
				if err := write(ctx, tx, was, p); err != nil {
					return err
				}
			}
		}
		return s.live.Publish(ctx, tx, e.Corp, slug)
	})
}

// stageIn finds a stage among all flows; one without a cycle when it is not there.
func stageIn(all []Flow, which id.ID) Stage {
	for _, f := range all {
		for _, s := range f.Stages {
			if s.ID == which {
				return s
			}
		}
	}
	return Stage{}
}

// transferSettled gives the place of a pair to the taker, in the same stage; his cycle
// begins with the hand-over. A place that the taker has already stands.
func (s *service) transferSettled(ctx context.Context, e event.TransferSettled) error {
	if e.Customer == "" || e.From == e.To {
		return nil
	}
	follow, err := s.standing(ctx, e.Corp, e.To, e.Customer)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		rows, err := placements(ctx, tx, e.Corp, e.From, e.Customer)
		if err != nil || len(rows) == 0 {
			return err
		}
		all, err := flows(ctx, tx, e.Corp, false)
		if err != nil {
			return err
		}
		r, err := s.reckoning(ctx, tx, e.Corp)
		if err != nil {
			return err
		}
		for _, p := range rows {
			i := slices.IndexFunc(all, func(f Flow) bool { return f.ID == p.Flow })
			if i < 0 {
				continue
			}
			if err := s.handOver(ctx, tx, r, all[i], p, follow, e); err != nil {
				return err
			}
		}
		return s.live.Publish(ctx, tx, e.Corp, slug)
	})
}

func (s *service) handOver(ctx context.Context, tx db.Tx, r reckoning, f Flow, p placement, follow *mirror.Follow, e event.TransferSettled) error {
	own, there, err := placed(ctx, tx, e.Corp, f.ID, e.To, e.Customer)
	if err != nil {
		return err
	}
	if there && own.GoneAt == 0 {
		_, err := tx.NewRaw("DELETE FROM stage_placement WHERE corp_id = ? AND id = ?", e.Corp, p.ID).Exec(ctx)
		return err
	}
	if there { // an old one that had ended gives way
		if _, err := tx.NewRaw("DELETE FROM stage_placement WHERE corp_id = ? AND id = ?", e.Corp, own.ID).Exec(ctx); err != nil {
			return err
		}
	}
	was := p
	p.Member, p.GoneAt, p.Shown, p.BaseAt = e.To, 0, true, db.MS(e.At)
	if follow != nil {
		p.Follow = follow.ID
	}
	if p.Before != 0 {
		if before, err := f.stage(p.Before); err == nil {
			p.Stage = before.ID
		}
		p.Before = 0
	}
	r.anew(&p, stageIn([]Flow{f}, p.Stage))
	if err := write(ctx, tx, was, p); err != nil {
		return err
	}
	name := stageIn([]Flow{f}, p.Stage).Name
	_, err = tx.NewInsert().Model(&moveRow{
		ID: s.ids.New(), Corp: e.Corp, Flow: f.ID, Placement: p.ID, Member: e.To, Customer: e.Customer, From: p.Stage, To: p.Stage,
		FromName: name, ToName: name, FlowName: f.Name, Why: byTransfer, Note: "", At: db.MS(e.At),
	}).Exec(ctx)
	return err
}
