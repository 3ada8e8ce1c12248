package stage

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// remind sends the reminders whose moment has come, in bounded batches, until there are no
// more. Twice is harmless: the moment of the next reminder is moved in the transaction that
// asks for this one, so that each is asked for once.
func (s *service) remind(ctx context.Context, j job.Job[job.Tick]) error {
	for {
		n, err := s.remindSome(ctx)
		if err != nil || n < atOnce {
			return err
		}
		if err := j.Report(ctx, int64(n), 0, ""); err != nil {
			return err
		}
	}
}

func (s *service) remindSome(ctx context.Context) (n int, err error) {
	now := s.clock.Now()
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		var rows []placement
		n = 0
		err := tx.NewSelect().Model(&rows).Where("p.remind_at > 0 AND p.remind_at <= ?", db.MS(now)).OrderExpr("p.remind_at, p.id").Limit(atOnce).Scan(ctx)
		if err != nil {
			return err
		}
		n = len(rows)
		corps := map[string]*round{}
		for _, p := range rows {
			if corps[p.Corp] == nil {
				if corps[p.Corp], err = s.round(ctx, tx, p.Corp); err != nil {
					return err
				}
			}
			if err := s.remindOf(ctx, tx, corps[p.Corp], p); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// round is what the reminders of one corp need.
type round struct {
	reckoning
	flows []Flow
}

func (s *service) round(ctx context.Context, tx db.Tx, corp string) (*round, error) {
	r, err := s.reckoning(ctx, tx, corp)
	if err != nil {
		return nil, err
	}
	all, err := flows(ctx, tx, corp, false)
	return &round{reckoning: r, flows: all}, err
}

// remindOf gives one reminder and sets the moment of the next.
func (s *service) remindOf(ctx context.Context, tx db.Tx, r *round, p placement) error {
	in := stageIn(r.flows, p.Stage)
	next := Next(db.FromMS(p.DueAt), p.Reminded+1, in.Cycle, r.setting.Calendar, r.zone, r.now)
	if in.ID == 0 { // of a flow or stage that is being removed
		next = db.FromMS(0)
	}
	res, err := tx.NewRaw("UPDATE stage_placement SET reminded = reminded + 1, remind_at = ? WHERE corp_id = ? AND id = ? AND remind_at = ?",
		db.MS(next), p.Corp, p.ID, p.RemindAt).Exec(ctx)
	if err != nil {
		return err
	}
	if changed, err := res.RowsAffected(); err != nil || changed == 0 || in.ID == 0 || p.GoneAt > 0 {
		return err
	}
	return s.tellDue(ctx, tx, r, p, in, p.Reminded+1)
}

// flowOfStage names the flow that a stage belongs to.
func (r *round) flowOfStage(stage id.ID) Flow {
	for _, f := range r.flows {
		if stageIn([]Flow{f}, stage).ID != 0 {
			return f
		}
	}
	return Flow{}
}
