package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	CreatedAt int64  `bun:"created_at"`
	EndedAt   int64  `bun:"ended_at"`
}

// Batch is a move of many customers as the console shows it.
type Batch struct {
	ID        id.ID      `json:"id"`
	Flow      id.ID      `json:"flow"`
	Stage     id.ID      `json:"stage"`
	FlowName  string     `json:"flowName"`
	StageName string     `json:"stageName"`
	By        string     `json:"by"`
	State     string     `json:"state" enum:"running,done,stopped"`
	Total     int64      `json:"total" doc:"follows meant, as counted at the start"`
	Capped    bool       `json:"capped" doc:"there are more than total"`
	Moved     int64      `json:"moved"`
	Same      int64      `json:"same" doc:"stood there already"`
	Refused   int64      `json:"refused" doc:"the flow is not for the member"`
	CreatedAt time.Time  `json:"createdAt"`
	EndedAt   *time.Time `json:"endedAt,omitempty"`
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
		Stage     id.ID         `json:"stage"`
		Selection ask.Selection `json:"selection"`
	}
}

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
	if err := checkBatch(err == nil, in.Body.Selection); err != nil {
		return nil, err
	}
	size, err := s.asks.Size(ctx, ask.SelectQuery{Viewer: v, Selection: in.Body.Selection, Pairs: true})
	if err != nil {
		return nil, err
	}
	if size.Follows == 0 {
		return nil, fault.New(fault.Conflict, "没有符合条件的客户")
	}
	b := batchRow{
		ID: s.ids.New(), Corp: v.Corp, Flow: f.ID, Stage: to.ID, By: v.Member, ByName: v.Name, Selection: jsonOf(in.Body.Selection), State: "running",
		Who:   jsonOf(asker{Account: v.Account, Member: v.Member, Name: v.Name, Founder: v.Founder}),
		Total: size.Follows, Capped: size.Capped, CreatedAt: db.NowMS(s.clock),
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewInsert().Model(&b).Exec(ctx); err != nil {
			return err
		}
		// One at a time in a flow, so that two batches do not pull the same customers to and fro.
		if _, err := s.jobs.Insert(ctx, tx, job.Insert{Kind: kindBatch, Corp: v.Corp, Args: batchArgs{b.ID}, Key: "batch " + f.ID.String(), Unique: b.ID.String()}); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "stage:batch:" + b.ID.String(), Name: f.Name, After: map[string]any{"stage": to.Name, "selection": in.Body.Selection, "follows": size.Follows}})
		return s.live.Publish(ctx, tx, v.Corp, slug+".batch", b.ID.String())
	})
	view := b.view([]Flow{f})
	return &view, err
}

// checkBatch refuses a stage of another flow, and a selection that means nobody in particular.
func checkBatch(ours bool, x ask.Selection) error {
	named := 0
	for _, is := range []bool{len(x.Customers) > 0, len(x.Follows) > 0, x.Rule != nil, x.Segment != nil} {
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
		Moved: b.Moved, Same: b.Same, Refused: b.Refused, CreatedAt: db.FromMS(b.CreatedAt), EndedAt: moment(b.EndedAt),
	}
	if i := flowAt(all, b.Flow); i >= 0 {
		w.FlowName = all[i].Name
	}
	w.StageName = stageIn(all, b.Stage).Name
	return w
}

// batch walks the selection in pages. A page is one transaction with the place it reached,
// so that a process that died goes on there and nobody is moved twice.
func (s *service) batch(ctx context.Context, j job.Job[batchArgs]) error {
	for {
		b, done, err := s.batchPage(ctx, j)
		if err != nil || done {
			return err
		}
		if err := j.Report(ctx, b.Moved+b.Same+b.Refused, b.Total, ""); err != nil {
			return err
		}
	}
}

func (s *service) batchPage(ctx context.Context, j job.Job[batchArgs]) (b batchRow, done bool, err error) {
	err = s.db.Read().NewSelect().Model(&b).Where("b.corp_id = ? AND b.id = ?", j.Corp, j.Args.Batch).Scan(ctx)
	if err != nil || b.State != "running" {
		return b, true, err
	}
	var selection ask.Selection
	var who asker
	if err := json.Unmarshal([]byte(b.Selection), &selection); err != nil {
		return b, true, job.Cancel(fmt.Errorf("stage: selection of %s: %w", b.ID, err))
	}
	if err := json.Unmarshal([]byte(b.Who), &who); err != nil {
		return b, true, job.Cancel(fmt.Errorf("stage: asker of %s: %w", b.ID, err))
	}
	v, err := s.rights.Resolve(ctx, viewer.Who{Corp: b.Corp, Account: who.Account, Member: who.Member, Name: who.Name, Founder: who.Founder}) // as he may now, not as he might when he asked
	if err != nil {
		return b, true, err
	}
	page, err := s.asks.Select(ctx, ask.SelectQuery{Viewer: v, Selection: selection, Pairs: true, After: b.Walked, Limit: atOnce})
	if err != nil {
		return b, true, err
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		next := b
		if err := s.moveAll(ctx, tx, &next, page.Items); err != nil {
			return err
		}
		next.Walked = page.Next
		if page.Next == "" {
			next.State, next.EndedAt = "done", db.NowMS(s.clock)
		}
		res, err := tx.NewRaw(`UPDATE stage_batch SET walked = ?, moved = ?, same = ?, refused = ?, state = ?, ended_at = ?
			WHERE corp_id = ? AND id = ? AND state = 'running' AND walked = ?`,
			next.Walked, next.Moved, next.Same, next.Refused, next.State, next.EndedAt, b.Corp, b.ID, b.Walked).Exec(ctx)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		if n == 0 {
			return errStopped // meanwhile: this page is undone
		}
		b, done = next, next.State != "running"
		return s.live.Publish(ctx, tx, b.Corp, slug+".batch", b.ID.String())
	})
	if errors.Is(err, errStopped) {
		return b, true, nil
	}
	return b, done, err
}

var errStopped = fault.New(fault.Conflict, "批量移动已停止")

// moveAll brings a page of pairs into the batch's stage and counts what became of them.
func (s *service) moveAll(ctx context.Context, tx db.Tx, b *batchRow, items []ask.Pair) error {
	all, err := flows(ctx, tx, b.Corp, false)
	if err != nil {
		return err
	}
	i := flowAt(all, b.Flow)
	to := stageIn(all, b.Stage)
	if i < 0 || to.ID == 0 || to.Into != 0 { // removed meanwhile
		b.State, b.EndedAt = "stopped", db.NowMS(s.clock)
		return nil
	}
	r, err := s.reckoning(ctx, tx, b.Corp)
	if err != nil {
		return err
	}
	members, err := s.membersOf(ctx, tx, all[i])
	if err != nil {
		return err
	}
	for _, x := range items {
		item := map[string]any{"batch_id": b.ID, "follow_id": x.Follow, "corp_id": b.Corp, "member_id": x.Member, "customer": x.Customer, "outcome": "moved", "from_id": id.ID(0)}
		if !all[i].Seen.All && !contains(members, x.Member) {
			b.Refused++
			item["outcome"] = "refused"
		} else {
			was, _, err := placed(ctx, tx, b.Corp, b.Flow, x.Member, x.Customer)
			if err != nil {
				return err
			}
			moved, err := s.put(ctx, tx, r, all[i], to, pair{x.Follow, x.CustomerID, x.Member, x.Customer}, step{why: byBatch, by: b.By, name: b.ByName, at: s.clock.Now()})
			if err != nil {
				return err
			}
			if !moved {
				b.Same++
				continue
			}
			b.Moved++
			item["from_id"] = was.Stage
		}
		if _, err := tx.NewInsert().Model(&item).Table("stage_item").On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
			return err
		}
	}
	return nil
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
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return &web.None{}, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		b, err := s.seenBatch(ctx, tx, v, in.ID)
		if err != nil {
			return err
		}
		if _, err := tx.NewRaw("UPDATE stage_batch SET state = 'stopped', ended_at = ? WHERE corp_id = ? AND id = ? AND state = 'running'", db.NowMS(s.clock), v.Corp, b.ID).Exec(ctx); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "stage:batch:" + b.ID.String(), Before: map[string]string{"state": b.State}, After: map[string]string{"state": "stopped"}})
		return s.live.Publish(ctx, tx, v.Corp, slug+".batch", b.ID.String())
	})
}
