package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// What became of one follow of a batch.
const (
	itemMoved   = "moved"
	itemRefused = "refused"
	itemUndone  = "undone"
	itemKept    = "kept"
)

// errElsewhere says that a batch was stopped, or went on elsewhere: this page is taken back.
var errElsewhere = errors.New("stage: the batch went on elsewhere")

// batch does what a batch's state asks for, in pages. A page is one transaction with the
// place it reached, so that a process that died goes on there and nobody is moved twice.
func (s *service) batch(ctx context.Context, j job.Job[batchArgs]) error {
	for {
		b, err := batchByID(ctx, s.db.Read(), j.Corp, j.Args.Batch)
		if err != nil {
			return err
		}
		switch b.State {
		case running:
			err = s.movePage(ctx, b)
		case retrying:
			err = s.itemPage(ctx, b, itemRefused, s.retryItems)
		case undoing:
			err = s.itemPage(ctx, b, itemMoved, s.undoItems)
		default:
			return nil
		}
		if errors.Is(err, errElsewhere) {
			return nil
		}
		if f, ok := errors.AsType[*fault.Fault](err); ok && (f.Code == fault.Forbidden || f.Code == fault.NotFound) {
			return s.breakOff(ctx, b, cannot(f), f.Message)
		}
		if err != nil {
			return err
		}
		if err := j.Report(ctx, b.Moved+b.Same+b.Refused+b.Undone+b.Kept, b.Total, ""); err != nil {
			return err
		}
	}
}

func batchByID(ctx context.Context, q db.Querier, corp string, batch id.ID) (b batchRow, err error) {
	err = q.NewSelect().Model(&b).Where("b.corp_id = ? AND b.id = ?", corp, batch).Scan(ctx)
	return b, err
}

// batchDead marks a batch whose job could not go on for long.
func (s *service) batchDead(ctx context.Context, j job.Job[batchArgs], _ error) {
	b, err := batchByID(ctx, s.db.Read(), j.Corp, j.Args.Batch)
	if err == nil {
		// Nothing more can be done here; the dead job stands in the event log.
		_ = s.breakOff(ctx, b, web.Why("broke"), "处理时发生内部错误")
	}
}

// breakOff ends a batch that cannot go on, and says why, to people and to the record.
func (s *service) breakOff(ctx context.Context, b batchRow, reason web.Because, record string) error {
	to := done // of a retry or undo: the move itself was done
	if b.State == running {
		to = failed
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw("UPDATE stage_batch SET state = ?, reason = ?, ended_at = ? WHERE corp_id = ? AND id = ? AND state = ?",
			to, reason.Kept(), db.NowMS(s.clock), b.Corp, b.ID, b.State).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err // somebody else was first
		}
		broken := b
		broken.State, broken.Reason = to, record
		if err := s.batchEnded(tx, broken, b.State, web.Failed); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, b.Corp, slug+".batch", b.ID.String())
	})
}

// cannot is why a batch cannot go on: who asked may not any more, or what it leads to is gone.
func cannot(f *fault.Fault) web.Because {
	switch {
	case f.Message == mayNot:
		return web.Why("mayNot")
	case f.Code == fault.NotFound:
		return web.Why("gone")
	}
	return web.Because{Text: f.Message}
}

const mayNot = "发起人已没有批量移动的权限"

// asked is who asked for a batch, as he may now, not as he might when he asked.
func (s *service) asked(ctx context.Context, b batchRow) (viewer.Viewer, error) {
	var who asker
	if err := json.Unmarshal([]byte(b.Who), &who); err != nil {
		return viewer.Viewer{}, job.Cancel(fmt.Errorf("stage: asker of %s: %w", b.ID, err))
	}
	v, err := s.rights.Resolve(ctx, viewer.Who{Corp: b.Corp, Account: who.Account, Member: who.Member, Name: who.Name, Founder: who.Founder})
	if err == nil && !v.Can("stage.bulk") {
		err = fault.New(fault.Forbidden, mayNot)
	}
	return v, err
}

// movePage moves the next follows that the batch means.
func (s *service) movePage(ctx context.Context, b batchRow) error {
	var x Whom
	if err := json.Unmarshal([]byte(b.Selection), &x); err != nil {
		return job.Cancel(fmt.Errorf("stage: selection of %s: %w", b.ID, err))
	}
	v, err := s.asked(ctx, b)
	if err != nil {
		return err
	}
	page, err := s.meant(ctx, v, b, x)
	if err != nil {
		return err
	}
	return s.step(ctx, b, func(ctx context.Context, tx db.Tx, next *batchRow) error {
		next.Walked = page.Next
		if page.Next == "" {
			next.State = done
		}
		t, err := s.target(ctx, tx, b)
		if err != nil {
			return err
		}
		var rows db.Rows
		for _, x := range page.Items {
			outcome, from, err := s.moveOne(ctx, tx, t, b, pair{x.Follow, x.CustomerID, x.Member, x.Customer})
			if err != nil {
				return err
			}
			switch outcome {
			case itemMoved:
				next.Moved++
			case itemRefused:
				next.Refused++
			default:
				next.Same++
				continue
			}
			rows = append(rows, []any{b.ID, x.Follow, b.Corp, x.Member, x.Customer, outcome, from, db.MS(t.now)})
		}
		if len(rows) == 0 {
			return nil
		}
		_, err = tx.NewRaw("INSERT INTO stage_item (batch_id, follow_id, corp_id, member_id, customer, outcome, from_id, at) VALUES ? ON CONFLICT DO NOTHING", rows).Exec(ctx)
		return err
	})
}

// meant is the next page of those whom a batch means.
func (s *service) meant(ctx context.Context, v viewer.Viewer, b batchRow, x Whom) (ask.Selected, error) {
	if x.Matching == nil {
		return s.asks.Select(ctx, ask.SelectQuery{Viewer: v, Selection: x.Selection, Pairs: true, After: b.Walked, Limit: atOnce})
	}
	q, err := s.ready(viewer.With(ctx, v), b.Flow, *x.Matching)
	if err != nil || q.nothing() {
		return ask.Selected{}, err
	}
	var after id.ID
	if b.Walked != "" {
		if after, err = id.Parse(b.Walked); err != nil {
			return ask.Selected{}, err
		}
	}
	q.open = true
	var rows []placement
	query := q.rows(s.db.Read(), &rows).Where("p.id > ?", after).OrderExpr("p.id").Limit(atOnce)
	if err := query.Scan(ctx); err != nil {
		return ask.Selected{}, err
	}
	var page ask.Selected
	for _, p := range rows {
		if !slices.Contains(x.Selection.Except, p.Follow) {
			page.Items = append(page.Items, ask.Pair{Follow: p.Follow, CustomerID: p.CustomerID, Customer: p.Customer, Member: p.Member})
		}
	}
	if len(rows) == atOnce {
		page.Next = rows[len(rows)-1].ID.String()
	}
	return page, nil
}

// step does one page of a batch and moves its marks in the same transaction.
func (s *service) step(ctx context.Context, b batchRow, page func(ctx context.Context, tx db.Tx, next *batchRow) error) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		next := b
		if err := page(ctx, tx, &next); err != nil {
			return err
		}
		if next.State != b.State {
			next.EndedAt = db.NowMS(s.clock)
		}
		res, err := tx.NewRaw(`UPDATE stage_batch SET walked = ?, mark = ?, moved = ?, same = ?, refused = ?, undone = ?, kept = ?, state = ?, ended_at = ?
			WHERE corp_id = ? AND id = ? AND state = ? AND walked = ? AND mark = ?`,
			next.Walked, next.Mark, next.Moved, next.Same, next.Refused, next.Undone, next.Kept, next.State, next.EndedAt, b.Corp, b.ID, b.State, b.Walked, b.Mark).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(errElsewhere, err)
		}
		if next.State != b.State {
			if err := s.batchEnded(tx, next, b.State, web.Done); err != nil {
				return err
			}
		}
		return s.live.Publish(ctx, tx, b.Corp, slug+".batch", b.ID.String())
	})
}

// target is where a batch leads, as the flow is now.
type target struct {
	reckoning
	flow    Flow
	to      Stage
	members []string
}

func (s *service) target(ctx context.Context, tx db.Tx, b batchRow) (target, error) {
	f, err := flowByID(ctx, tx, b.Corp, b.Flow)
	if err != nil {
		return target{}, err
	}
	t := target{flow: f}
	if t.to, err = f.stage(b.Stage); err != nil {
		return t, err
	}
	if t.reckoning, err = s.reckoning(ctx, tx, b.Corp); err != nil {
		return t, err
	}
	t.members, err = s.membersOf(ctx, tx, f)
	return t, err
}

// moveOne brings one pair into the batch's stage; no outcome when it stood there. It tells
// the stage where the pair stood.
func (s *service) moveOne(ctx context.Context, tx db.Tx, t target, b batchRow, who pair) (outcome string, from id.ID, err error) {
	if !t.flow.Seen.All && !contains(t.members, who.Member) {
		return itemRefused, 0, nil
	}
	from, moved, err := s.put(ctx, tx, t.reckoning, t.flow, t.to, who, step{why: byBatch, by: b.By, name: b.ByName, at: t.now})
	if err != nil || !moved {
		return "", from, err
	}
	return itemMoved, from, nil
}

// itemPage goes on through the items of one outcome, in their order.
func (s *service) itemPage(ctx context.Context, b batchRow, outcome string, act func(context.Context, db.Tx, viewer.Viewer, batchRow, *batchRow, []itemRow) error) error {
	v, err := s.asked(ctx, b)
	if err != nil {
		return err
	}
	var rows []itemRow
	if err := s.db.Read().NewSelect().Model(&rows).Where("i.batch_id = ? AND i.follow_id > ? AND i.outcome = ? AND i.corp_id || '' = ?", b.ID, b.Mark, outcome, b.Corp).
		OrderExpr("i.follow_id").Limit(atOnce).Scan(ctx); err != nil {
		return err
	}
	return s.step(ctx, b, func(ctx context.Context, tx db.Tx, next *batchRow) error {
		if len(rows) > 0 {
			next.Mark = rows[len(rows)-1].Follow
		}
		if len(rows) < atOnce {
			next.State = map[string]string{retrying: done, undoing: undone}[b.State]
		}
		if len(rows) == 0 {
			return nil
		}
		return act(ctx, tx, v, b, next, rows)
	})
}

// outcomes notes what became of items.
func outcomes(ctx context.Context, tx db.Tx, b batchRow, follow id.ID, outcome string, from id.ID, at int64) error {
	_, err := tx.NewRaw("UPDATE stage_item SET outcome = ?, from_id = ?, at = ? WHERE corp_id = ? AND batch_id = ? AND follow_id = ?", outcome, from, at, b.Corp, b.ID, follow).Exec(ctx)
	return err
}

// retryItems tries those again who were refused, as far as they still stand in the scope of who asked.
func (s *service) retryItems(ctx context.Context, tx db.Tx, v viewer.Viewer, b batchRow, next *batchRow, rows []itemRow) error {
	t, err := s.target(ctx, tx, b)
	if err != nil {
		return err
	}
	var follows []id.ID
	for _, r := range rows {
		follows = append(follows, r.Follow)
	}
	still, err := mirror.FollowsByID(ctx, tx, b.Corp, follows)
	if err != nil {
		return err
	}
	for _, r := range rows {
		f, there := still[r.Follow]
		if !there || !f.Standing.Open() || !v.Sees(f.Member) {
			continue
		}
		outcome, from, err := s.moveOne(ctx, tx, t, b, pair{f.ID, f.CustomerID, f.Member, f.Customer})
		if err != nil {
			return err
		}
		switch outcome {
		case itemRefused:
			continue
		case itemMoved:
			next.Moved++
			err = outcomes(ctx, tx, b, r.Follow, itemMoved, from, db.MS(t.now))
		default:
			next.Same++
			_, err = tx.NewRaw("DELETE FROM stage_item WHERE corp_id = ? AND batch_id = ? AND follow_id = ?", b.Corp, b.ID, r.Follow).Exec(ctx)
		}
		if next.Refused--; err != nil {
			return err
		}
	}
	return nil
}

// undoItems brings pairs back to the stage where they stood, or out of the flow when the
// batch brought them in. Whoever does not stand where the batch left him is kept.
func (s *service) undoItems(ctx context.Context, tx db.Tx, _ viewer.Viewer, b batchRow, next *batchRow, rows []itemRow) error {
	f, err := flowByID(ctx, tx, b.Corp, b.Flow)
	if err != nil {
		return err
	}
	r, err := s.reckoning(ctx, tx, b.Corp)
	if err != nil {
		return err
	}
	var customers []string
	for _, x := range rows {
		customers = append(customers, x.Customer)
	}
	var places []placement
	if err := tx.NewSelect().Model(&places).Where("p.corp_id = ? AND p.customer IN (?) AND p.flow_id = ?", b.Corp, bun.List(customers), b.Flow).Scan(ctx); err != nil {
		return err
	}
	stands := map[[2]string]placement{}
	for _, p := range places {
		stands[[2]string{p.Member, p.Customer}] = p
	}
	st := step{why: byUndo, by: b.By, name: b.ByName, at: r.now}
	for _, x := range rows {
		p, there := stands[[2]string{x.Member, x.Customer}]
		back, err := f.stage(x.From)
		outcome := itemUndone
		switch {
		case !there || p.Stage != b.Stage || p.EnteredAt != x.At || p.GoneAt > 0 || x.From != 0 && err != nil:
			outcome, err = itemKept, nil
			next.Kept++
		case x.From == 0:
			err = s.drop(ctx, tx, f, p, st)
			next.Undone++
		default:
			err = s.shift(ctx, tx, r, f, back, p, st)
			next.Undone++
		}
		if err != nil {
			return err
		}
		if err := outcomes(ctx, tx, b, x.Follow, outcome, x.From, x.At); err != nil {
			return err
		}
	}
	return nil
}
