package stage

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

const (
	kindEmpty  = "empty"
	kindClear  = "clear"
	kindReckon = "reckon"
	kindBatch  = "batch"
	kindRemind = "remind"
)

// atOnce is how many placements one transaction changes.
const atOnce = 200

type emptyArgs struct {
	Stage id.ID  `json:"stage"`
	By    string `json:"by"`
	Name  string `json:"name"`
}

// empty brings the customers of a stage that was taken away into the one that was chosen.
// Killed at any moment, it goes on with those that are left.
func (s *service) empty(ctx context.Context, j job.Job[emptyArgs]) error {
	for done := int64(0); ; {
		n, err := s.emptySome(ctx, j)
		if err != nil || n == 0 {
			return err
		}
		done += int64(n)
		if err := j.Report(ctx, done, 0, ""); err != nil {
			return err
		}
	}
}

func (s *service) emptySome(ctx context.Context, j job.Job[emptyArgs]) (n int, err error) {
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		n = 0
		all, err := flows(ctx, tx, j.Corp, true)
		if err != nil {
			return err
		}
		gone := stageIn(all, j.Args.Stage)
		if gone.Into == 0 {
			return nil // emptied before
		}
		to := stageIn(all, gone.Into)
		var rows []placement
		if err := tx.NewSelect().Model(&rows).Where("p.stage_id = ? AND p.corp_id || '' = ?", gone.ID, j.Corp).OrderExpr("p.id").Limit(atOnce).Scan(ctx); err != nil {
			return err
		}
		if n = len(rows); n == 0 {
			if _, err := tx.NewRaw("UPDATE stage_placement SET before_id = 0 WHERE corp_id = ? AND flow_id = ? AND before_id = ?", j.Corp, gone.Flow, gone.ID).Exec(ctx); err != nil {
				return err
			}
			if _, err := tx.NewRaw("DELETE FROM stage_stage WHERE corp_id = ? AND id = ?", j.Corp, gone.ID).Exec(ctx); err != nil {
				return err
			}
			return s.live.Publish(ctx, tx, j.Corp, slug)
		}
		r, err := s.reckoning(ctx, tx, j.Corp)
		if err != nil {
			return err
		}
		st := step{why: byRemoval, by: j.Args.By, name: j.Args.Name, at: s.clock.Now()}
		for _, p := range rows {
			was := p
			p.Stage, p.EnteredAt, p.Shown = to.ID, db.MS(st.at), p.GoneAt == 0 || to.Catches
			r.anew(&p, to)
			if err := write(ctx, tx, was, p); err != nil {
				return err
			}
			i := flowAt(all, gone.Flow)
			if err := s.moved(ctx, tx, all[i], gone, to, p, max(0, p.EnteredAt-was.EnteredAt), st); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

func flowAt(all []Flow, which id.ID) int {
	for i, f := range all {
		if f.ID == which {
			return i
		}
	}
	return -1
}

type clearArgs struct {
	Flow id.ID `json:"flow"`
}

// clear removes what a removed flow held; its history stays.
func (s *service) clear(ctx context.Context, j job.Job[clearArgs]) error {
	for {
		var n int64
		err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			res, err := tx.NewRaw(`DELETE FROM stage_placement WHERE id IN (SELECT p.id FROM stage_placement AS p WHERE p.corp_id = ? AND p.flow_id = ? LIMIT ?)`,
				j.Corp, j.Args.Flow, 10*atOnce).Exec(ctx)
			if err != nil {
				return err
			}
			if n, err = res.RowsAffected(); err != nil || n > 0 {
				return err
			}
			if _, err := tx.NewRaw("DELETE FROM stage_stage WHERE corp_id = ? AND flow_id = ?", j.Corp, j.Args.Flow).Exec(ctx); err != nil {
				return err
			}
			_, err = tx.NewRaw("DELETE FROM stage_flow WHERE corp_id = ? AND id = ? AND removed_at > 0", j.Corp, j.Args.Flow).Exec(ctx)
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

type reckonArgs struct {
	Stage id.ID `json:"stage"`
}

// reckonLater asks for the due moments of a stage to be reckoned anew.
func (s *service) reckonLater(ctx context.Context, tx db.Tx, corp string, stage id.ID) error {
	_, err := s.jobs.Insert(ctx, tx, job.Insert{Kind: kindReckon, Corp: corp, Args: reckonArgs{stage}, Unique: stage.String(), UniqueFor: job.HoldWaiting})
	return err
}

// reckon sets the due moments of a stage anew. Where the moment stays the same, what is
// reminded already stays reminded. Twice is harmless: it reckons the same.
func (s *service) reckon(ctx context.Context, j job.Job[reckonArgs]) error {
	for after := id.ID(0); ; {
		var rows []placement
		err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			rows = nil
			all, err := flows(ctx, tx, j.Corp, false)
			if err != nil {
				return err
			}
			r, err := s.reckoning(ctx, tx, j.Corp)
			if err != nil {
				return err
			}
			err = tx.NewSelect().Model(&rows).Where("p.stage_id = ? AND p.id > ? AND p.corp_id || '' = ?", j.Args.Stage, after, j.Corp).
				OrderExpr("p.id").Limit(atOnce).Scan(ctx)
			if err != nil {
				return err
			}
			in := stageIn(all, j.Args.Stage)
			for _, p := range rows {
				was := p
				p.Shown = p.GoneAt == 0 || in.Catches
				r.anew(&p, in)
				if p.DueAt == was.DueAt && was.Reminded > 0 {
					p.Reminded, p.RemindAt = was.Reminded, was.RemindAt
				}
				if p == was {
					continue
				}
				if err := write(ctx, tx, was, p); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if len(rows) < atOnce {
			return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error { return s.live.Publish(ctx, tx, j.Corp, slug) })
		}
		after = rows[len(rows)-1].ID
	}
}
