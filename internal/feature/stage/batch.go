package stage

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// batchRow is a move of many customers at once.
type batchRow struct {
	bun.BaseModel `bun:"table:stage_batch,alias:b"`

	ID        id.ID  `bun:"id,pk"`
	Corp      string `bun:"corp_id"`
	Flow      id.ID  `bun:"flow_id"`
	Stage     id.ID  `bun:"stage_id"`
	Who       string `bun:"who"`
	By        string `bun:"by_member"`
	ByName    string `bun:"by_name"`
	Selection string `bun:"selection"`
	State     string `bun:"state"`
	Walked    string `bun:"walked"`
	Total     int64  `bun:"total"`
	Capped    bool   `bun:"capped"`
	Moved     int64  `bun:"moved"`
	Same      int64  `bun:"same"`
	Refused   int64  `bun:"refused"`
	Undone    int64  `bun:"undone"`
	Kept      int64  `bun:"kept"`
	Mark      id.ID  `bun:"mark"`
	Reason    string `bun:"reason"`
	CreatedAt int64  `bun:"created_at"`
	EndedAt   int64  `bun:"ended_at"`
}

// Batch is a move of many customers as the console shows it.
type Batch struct {
	ID        id.ID       `json:"id"`
	Flow      id.ID       `json:"flow"`
	Stage     id.ID       `json:"stage"`
	FlowName  string      `json:"flowName"`
	StageName string      `json:"stageName"`
	By        string      `json:"by"`
	State     string      `json:"state" enum:"running,retrying,undoing,done,stopped,failed,undone"`
	Total     int64       `json:"total" doc:"follows meant, as counted at the start"`
	Capped    bool        `json:"capped" doc:"there are more than total"`
	Moved     int64       `json:"moved"`
	Same      int64       `json:"same" doc:"stood there already"`
	Refused   int64       `json:"refused" doc:"the flow is not for the member"`
	Undone    int64       `json:"undone" doc:"brought back to where they stood"`
	Kept      int64       `json:"kept" doc:"not brought back: moved, lost or handed over since"`
	Reason    web.Because `json:"reason,omitzero" doc:"why it broke off"`
	CreatedAt time.Time   `json:"createdAt"`
	EndedAt   *time.Time  `json:"endedAt,omitempty"`
}

// asker is who asked for a batch, to be looked up again when it is carried out.
type asker struct {
	Account id.ID  `json:"account"`
	Member  string `json:"member"`
	Name    string `json:"name"`
	Founder bool   `json:"founder"`
}

type batchArgs struct {
	Batch id.ID `json:"batch"`
}

type batchInput struct {
	ID   id.ID `path:"id" doc:"of the flow"`
	Body struct {
		Stage id.ID `json:"stage"`
		Whom
	}
}

// Whom says whom a batch means: a selection of customers, or all cards of the flow that match.
type Whom struct {
	Selection ask.Selection `json:"selection,omitzero"`
	Matching  *Filter       `json:"matching,omitempty" doc:"instead of a selection: all cards of the flow that match, as the list shows them, but for the follows in selection.except"`
}

// The states of a batch: running → done, stopped or failed; from there running or retrying
// again, or undoing → undone. A retry or undo that is stopped or breaks off leads to done.
const (
	running  = "running"
	retrying = "retrying"
	undoing  = "undoing"
	done     = "done"
	stopped  = "stopped"
	failed   = "failed"
	undone   = "undone"
)

// StartBatch brings all customers of a selection into a stage, in the background.
func (s *service) StartBatch(ctx context.Context, in *batchInput) (*Batch, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	f, err := s.seenFlow(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	to, err := f.stage(in.Body.Stage)
	if err := checkBatch(err == nil, in.Body.Whom); err != nil {
		return nil, err
	}
	size, err := s.size(ctx, v, f.ID, in.Body.Whom)
	if err != nil {
		return nil, err
	}
	if size.Follows == 0 && !size.Capped {
		return nil, fault.New(fault.Conflict, "没有符合条件的客户")
	}
	b := batchRow{
		ID: s.ids.New(), Corp: v.Corp, Flow: f.ID, Stage: to.ID, By: v.Member, ByName: v.Name, Selection: jsonOf(in.Body.Whom), State: running,
		Who:   jsonOf(asker{Account: v.Account, Member: v.Member, Name: v.Name, Founder: v.Founder}),
		Total: size.Follows, Capped: size.Capped, CreatedAt: db.NowMS(s.clock),
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewInsert().Model(&b).Exec(ctx); err != nil {
			return err
		}
		if err := s.askFor(ctx, tx, b); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "stage:batch:" + b.ID.String(), Name: f.Name, After: map[string]any{"stage": to.Name, "selection": in.Body.Whom, "follows": size.Follows}})
		return s.live.Publish(ctx, tx, v.Corp, slug+".batch", b.ID.String())
	})
	view := b.view([]Flow{f})
	return &view, err
}

// askFor asks for the job of a batch: one at a time in a flow, so that two batches do not
// pull the same customers to and fro.
func (s *service) askFor(ctx context.Context, tx db.Tx, b batchRow) error {
	_, err := s.jobs.Insert(ctx, tx, job.Insert{Kind: kindBatch, Corp: b.Corp, Args: batchArgs{b.ID}, Key: "batch " + b.Flow.String()})
	return err
}

// size tells how many follows are meant.
func (s *service) size(ctx context.Context, v viewer.Viewer, flow id.ID, x Whom) (ask.Count, error) {
	if x.Matching == nil {
		return s.asks.Size(ctx, ask.SelectQuery{Viewer: v, Selection: x.Selection, Pairs: true})
	}
	q, err := s.ready(ctx, flow, *x.Matching)
	if err != nil {
		return ask.Count{}, err
	}
	q.open = true
	n, err := q.count(ctx, s.db.Read())
	return ask.Count{Follows: max(0, n.Count-int64(len(x.Selection.Except))), Capped: !n.Exact}, err
}

// checkBatch refuses a stage of another flow, and a selection that means nobody in particular.
func checkBatch(ours bool, x Whom) error {
	named := 0
	for _, is := range []bool{len(x.Selection.Customers) > 0, len(x.Selection.Follows) > 0, x.Selection.Rule != nil, x.Selection.Segment != nil, x.Matching != nil} {
		if is {
			named++
		}
	}
	var check fault.Check
	check.That(ours, "stage", "请选择本流程的阶段")
	check.That(named == 1, "selection", "请选择客户")
	return check.Err()
}

func (b batchRow) view(all []Flow) Batch {
	w := Batch{
		ID: b.ID, Flow: b.Flow, Stage: b.Stage, By: b.ByName, State: b.State, Total: b.Total, Capped: b.Capped,
		Moved: b.Moved, Same: b.Same, Refused: b.Refused, Undone: b.Undone, Kept: b.Kept, Reason: web.KeptWhy(b.Reason), CreatedAt: db.FromMS(b.CreatedAt), EndedAt: moment(b.EndedAt),
	}
	if i := flowAt(all, b.Flow); i >= 0 {
		w.FlowName = all[i].Name
	}
	w.StageName = stageIn(all, b.Stage).Name
	return w
}

type batchesInput struct{ web.Paging }

// Batches lists the moves of many that the viewer asked for; who sees the whole corp sees all.
func (s *service) Batches(ctx context.Context, in *batchesInput) (*web.Page[Batch], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	after, paged, err := web.DecodeCursor[key](in.After)
	if err != nil {
		return nil, err
	}
	all, err := flows(ctx, s.db.Read(), v.Corp, true)
	if err != nil {
		return nil, err
	}
	var rows []batchRow
	scope := v.Where("b.corp_id", "b.by_member")
	query := s.db.Read().NewSelect().Model(&rows).Where(scope.SQL, scope.Args...).OrderExpr("b.created_at DESC, b.id DESC").Limit(int64(in.Limit + 1))
	if paged {
		query = query.Where("(b.created_at, b.id) < (?, ?)", after.At, after.ID)
	}
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	p := web.NewPage(rows, in.Limit, func(b batchRow) key { return key{b.CreatedAt, b.ID} })
	views := []Batch{}
	for _, b := range p.Items {
		views = append(views, b.view(all))
	}
	return &web.Page[Batch]{Items: views, Next: p.Next}, nil
}

type oneBatchInput struct {
	ID id.ID `path:"id"`
}

func (s *service) seenBatch(ctx context.Context, q db.Querier, v viewer.Viewer, batch id.ID) (batchRow, error) {
	var b batchRow
	scope := v.Where("b.corp_id", "b.by_member")
	err := q.NewSelect().Model(&b).Where(scope.SQL, scope.Args...).Where("b.id = ?", batch).Scan(ctx)
	if db.NoRows(err) {
		err = fault.Missing("批量移动")
	}
	return b, err
}

// StopBatch ends a move of many where it is; who was moved stays moved.
func (s *service) StopBatch(ctx context.Context, in *oneBatchInput) (*web.None, error) {
	return s.turn(ctx, in.ID, func(b batchRow) (string, error) {
		switch b.State {
		case running:
			return stopped, nil
		case retrying, undoing:
			return done, nil
		}
		return "", fault.New(fault.Conflict, "批量移动已经结束")
	})
}

// RetryBatch goes on with a move of many that was stopped or broke off, or tries those again
// whom it refused.
func (s *service) RetryBatch(ctx context.Context, in *oneBatchInput) (*web.None, error) {
	return s.turn(ctx, in.ID, func(b batchRow) (string, error) {
		switch {
		case b.State == stopped || b.State == failed:
			return running, nil
		case b.State == done && b.Refused > 0:
			return retrying, nil
		}
		return "", fault.New(fault.Conflict, "没有可以重试的客户")
	})
}

// UndoBatch brings everybody back to where he stood, but for those who were moved, lost or
// handed over since. It is a move like others: the stages' rules hold.
func (s *service) UndoBatch(ctx context.Context, in *oneBatchInput) (*web.None, error) {
	return s.turn(ctx, in.ID, func(b batchRow) (string, error) {
		if (b.State == done || b.State == stopped || b.State == failed) && b.Moved > 0 {
			return undoing, nil
		}
		return "", fault.New(fault.Conflict, "没有可以撤销的移动")
	})
}

// turn takes a batch that the viewer sees into another state, and asks for its job when
// there is something to do in it.
func (s *service) turn(ctx context.Context, batch id.ID, next func(batchRow) (string, error)) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return &web.None{}, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		b, err := s.seenBatch(ctx, tx, v, batch)
		if err != nil {
			return err
		}
		to, err := next(b)
		if err != nil {
			return err
		}
		works := to == running || to == retrying || to == undoing
		ended := db.NowMS(s.clock)
		if works {
			ended = 0
		}
		res, err := tx.NewRaw("UPDATE stage_batch SET state = ?, ended_at = ?, mark = 0, reason = '' WHERE corp_id = ? AND id = ? AND state = ?", to, ended, v.Corp, b.ID, b.State).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err // somebody else was first
		}
		if works {
			if err := s.askFor(ctx, tx, b); err != nil {
				return err
			}
		} else {
			over := b
			over.State = to
			if err := s.batchEnded(tx, over, b.State, web.Stopped); err != nil {
				return err
			}
		}
		web.Note(ctx, web.Change{Object: "stage:batch:" + b.ID.String(), Before: map[string]string{"state": b.State}, After: map[string]string{"state": to}})
		return s.live.Publish(ctx, tx, v.Corp, slug+".batch", b.ID.String())
	})
}
