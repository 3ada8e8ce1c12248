package tag

import (
	"context"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// The states of a run: checking (a file that is being read) → draft (that waits for its tags)
// → running, or collecting → running, → done; cancelled from each of them, and going on when
// it is retried, except a check.
const (
	checking   = "checking"
	draft      = "draft"
	collecting = "collecting"
	running    = "running"
	cancelled  = "cancelled"
)

// The kinds and sources of a run.
const (
	runMark       = "mark"
	runUndo       = "undo"
	fromSelection = "selection"
	fromGroup     = "group"
	fromFile      = "file"
)

// plan is what a run is to do, to whom.
type plan struct {
	Selection *ask.Selection `json:"selection,omitempty"`
	Pairs     bool           `json:"pairs,omitempty"`
	Group     string         `json:"group,omitempty"` // chat_id
	Add       []Word         `json:"add,omitempty"`
	Remove    []Word         `json:"remove,omitempty"`
	Lines     int            `json:"lines,omitempty"` // of a file
}

// Word is a tag with its name when it was chosen.
type Word struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Run is one batch act.
type Run struct {
	ID         id.ID  `bun:"id" json:"id"`
	Corp       string `bun:"corp_id" json:"-"`
	Kind       string `bun:"kind" json:"kind" enum:"mark,undo"`
	Source     string `bun:"source" json:"source" enum:"selection,group,file"`
	Title      string `bun:"title" json:"title" doc:"name of the group or of the file"`
	Plan       string `bun:"plan" json:"-"`
	State      string `bun:"state" json:"state" enum:"checking,draft,collecting,running,done,cancelled"`
	Cursor     string `bun:"at_cursor" json:"-"`
	Actor      string `bun:"actor" json:"-"`
	Member     string `bun:"member_id" json:"-"`
	ByName     string `bun:"by_name" json:"by"`
	Who        string `bun:"who" json:"-"`
	Of         id.ID  `bun:"of_run" json:"of,omitzero" doc:"the run that this one takes back"`
	UndoneBy   id.ID  `bun:"undone_by" json:"undoneBy,omitzero" doc:"the run that takes this one back"`
	Problem    string `bun:"problem" json:"problem" doc:"why it rests just now"`
	Total      int64  `bun:"total" json:"total"`
	Changed    int64  `bun:"changed" json:"changed"`
	Same       int64  `bun:"same" json:"same" doc:"were so already"`
	Gone       int64  `bun:"gone" json:"gone" doc:"not a friend of the member any more"`
	Failed     int64  `bun:"failed" json:"failed"`
	Invalid    int64  `bun:"invalid" json:"invalid" doc:"lines of the file that fit nobody"`
	CreatedAt  int64  `bun:"created_at" json:"createdAt" doc:"unix ms"`
	FinishedAt int64  `bun:"finished_at" json:"finishedAt" doc:"unix ms, 0 while it goes on"`

	Add    []Word `bun:"-" json:"add"`
	Remove []Word `bun:"-" json:"remove"`
	Pairs  bool   `bun:"-" json:"pairs"`
	Lines  int    `bun:"-" json:"lines,omitempty" doc:"with anything in them, of the file"`
}

const runColumns = `id, corp_id, kind, source, title, plan, state, at_cursor, actor, member_id, by_name, who, of_run, undone_by, problem,
	total, changed, same, gone, failed, invalid, created_at, finished_at`

// shown fills in what the plan says.
func (r Run) shown() Run {
	p := read[plan](r.Plan)
	r.Add, r.Remove, r.Pairs, r.Lines = append([]Word{}, p.Add...), append([]Word{}, p.Remove...), p.Pairs, p.Lines
	return r
}

// RunForm asks for a run.
type RunForm struct {
	Selection *ask.Selection `json:"selection,omitempty" doc:"whom; else group"`
	Group     string         `json:"group,omitempty" maxLength:"64" doc:"chat_id: the customers in a group"`
	Pairs     bool           `json:"pairs,omitempty" doc:"every standing follow in scope; else the newest of each customer"`
	Add       []string       `json:"add,omitempty" maxItems:"100" doc:"tag ids"`
	Remove    []string       `json:"remove,omitempty" maxItems:"100" doc:"tag ids"`
}

type tagRunInput struct{ Body RunForm }

// marks checks the chosen tags and gives them with their names.
func (s *service) marks(ctx context.Context, v viewer.Viewer, add, remove []string) (p plan, err error) {
	var check fault.Check
	check.That(len(add)+len(remove) > 0, "add", "请选择要添加或移除的标签")
	for _, t := range add {
		check.That(!slices.Contains(remove, t), "remove", "同一个标签不能既添加又移除")
	}
	if err := check.Err(); err != nil {
		return p, err
	}
	known, err := s.mirror.KnownTags(ctx, v, slices.Concat(add, remove))
	for _, t := range slices.Compact(slices.Sorted(slices.Values(add))) {
		p.Add = append(p.Add, Word{t, known[t].Name})
	}
	for _, t := range slices.Compact(slices.Sorted(slices.Values(remove))) {
		p.Remove = append(p.Remove, Word{t, known[t].Name})
	}
	return p, err
}

// Start begins a run for a selection or a group.
func (s *service) Start(ctx context.Context, in *tagRunInput) (*Run, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.marks(ctx, v, in.Body.Add, in.Body.Remove)
	if err != nil {
		return nil, err
	}
	p.Selection, p.Pairs, p.Group = in.Body.Selection, in.Body.Pairs, in.Body.Group
	r := s.newRun(v, runMark, fromSelection, "")
	switch {
	case p.Group != "":
		g, err := mirror.GroupByChat(ctx, s.db.Read(), v.Corp, p.Group)
		if err != nil {
			return nil, err
		}
		if !v.Sees(g.Owner) {
			return nil, fault.Missing("客户群")
		}
		p.Selection, r.Source, r.Title = nil, fromGroup, g.Name
	case p.Selection == nil:
		return nil, fault.New(fault.Invalid, "请选择客户")
	default:
		// The selection is understood now, while the person waits, not later in the job.
		if _, err := s.asks.Select(ctx, ask.SelectQuery{Viewer: v, Selection: *p.Selection, Pairs: p.Pairs, Limit: 1}); err != nil {
			return nil, err
		}
	}
	r.Plan, r.State = text(p), collecting
	return s.insertRun(ctx, r)
}

func (s *service) newRun(v viewer.Viewer, kind, source, title string) Run {
	return Run{
		ID: s.ids.New(), Corp: v.Corp, Kind: kind, Source: source, Title: title, State: collecting, Actor: v.Actor(), Member: v.Member, ByName: v.Name,
		Who:       text(viewer.Who{Corp: v.Corp, Account: v.Account, Member: v.Member, Name: v.Name, Founder: v.Founder}),
		CreatedAt: db.NowMS(s.clock),
	}
}

func (s *service) insertRun(ctx context.Context, r Run) (*Run, error) {
	r = r.shown()
	return &r, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewInsert().Model(&r).ModelTableExpr("tag_run").Exec(ctx); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "tag:run:" + r.ID.String(), Name: r.Title, After: read[plan](r.Plan)})
		return s.goOn(ctx, tx, r, kindCollect)
	})
}

// goOn asks for a run's next piece of work. One asked for while another runs waits for it.
func (s *service) goOn(ctx context.Context, tx db.Tx, r Run, kind string) error {
	if _, err := s.jobs.Insert(ctx, tx, job.Insert{
		Kind: kind, Corp: r.Corp, Args: runArgs{r.ID}, Key: "run/" + r.ID.String(), Unique: r.ID.String(), UniqueFor: job.HoldWaiting,
	}); err != nil {
		return err
	}
	return s.live.Publish(ctx, tx, r.Corp, topicRun, r.ID.String())
}

// topicRun names a run among the live changes.
const topicRun = "tag.run"

type tagRunIDInput struct {
	ID id.ID `path:"id"`
}

// Undo takes back what a run changed: its tags come off where it put them on and are still
// there, and come back where it took them off.
func (s *service) Undo(ctx context.Context, in *tagRunIDInput) (*Run, error) {
	v, old, err := s.mine(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	switch {
	case old.Kind != runMark:
		return nil, fault.New(fault.Conflict, "撤销本身不能再撤销").WithAdvice("如需恢复，请重新批量打标签")
	case old.UndoneBy != 0:
		return nil, fault.New(fault.Conflict, "这个任务已经撤销过")
	case old.State != done && old.State != cancelled:
		return nil, fault.New(fault.Conflict, "任务还在进行").WithAdvice("请等它完成或先取消，再撤销")
	case old.Changed == 0:
		return nil, fault.New(fault.Conflict, "这个任务没有改变任何客户的标签，无需撤销")
	}
	p := read[plan](old.Plan)
	r := s.newRun(v, runUndo, old.Source, old.Title)
	r.Of, r.Plan = old.ID, text(plan{Add: p.Remove, Remove: p.Add})
	r = r.shown()
	return &r, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw("UPDATE tag_run SET undone_by = ? WHERE corp_id = ? AND id = ? AND undone_by = 0 AND state IN ('done', 'cancelled')",
			r.ID, old.Corp, old.ID).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.New(fault.Conflict, "这个任务已经撤销过")
		}
		if _, err := tx.NewInsert().Model(&r).ModelTableExpr("tag_run").Exec(ctx); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "tag:run:" + old.ID.String(), Name: old.Title, After: map[string]any{"undoneBy": r.ID}})
		return s.goOn(ctx, tx, r, kindCollect)
	})
}

// Retry tries what failed once more, and goes on with what was cancelled.
func (s *service) Retry(ctx context.Context, in *tagRunIDInput) (*Run, error) {
	_, old, err := s.mine(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	waits := old.Total - old.Changed - old.Same - old.Gone - old.Failed - old.Invalid
	if old.State != cancelled && (old.State != done || old.Failed+old.Gone == 0) || old.State == cancelled && waits+old.Failed+old.Gone == 0 && old.Cursor == walked {
		return nil, fault.New(fault.Conflict, "没有可以重试的客户")
	}
	if old.UndoneBy != 0 {
		return nil, fault.New(fault.Conflict, "这个任务已经撤销，不能再重试")
	}
	if old.Source == fromFile && old.Kind == runMark && len(old.Add)+len(old.Remove) == 0 {
		return nil, fault.New(fault.Conflict, "这份名单没有开始就被丢弃了").WithAdvice("请重新导入")
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		state, kind := running, kindWork
		if old.Cursor != walked {
			state, kind = collecting, kindCollect
		}
		res, err := tx.NewRaw(`UPDATE tag_run SET state = ?, failed = 0, gone = 0, finished_at = 0, problem = '' WHERE corp_id = ? AND id = ? AND state = ?`,
			state, old.Corp, old.ID, old.State).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.New(fault.Conflict, "任务刚刚变了，请刷新页面")
		}
		// What was planned for an item stays: a call may have reached WeCom before it failed.
		if _, err := tx.NewRaw(`UPDATE tag_run_item SET state = CASE WHEN added = '' AND removed = '' THEN 'waiting' ELSE 'calling' END, errcode = 0, reason = ''
			WHERE run_id = ? AND corp_id = ? AND state IN ('failed', 'gone')`, old.ID, old.Corp).Exec(ctx); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "tag:run:" + old.ID.String(), Name: old.Title, After: map[string]any{"retry": old.Failed + old.Gone}})
		return s.goOn(ctx, tx, old, kind)
	})
	if err != nil {
		return nil, err
	}
	_, r, err := s.mine(ctx, in.ID)
	return &r, err
}

// Cancel stops a run after the calls that are on their way. What it did stays done.
func (s *service) Cancel(ctx context.Context, in *tagRunIDInput) (*Run, error) {
	_, old, err := s.mine(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw("UPDATE tag_run SET state = 'cancelled', finished_at = ?, problem = '' WHERE corp_id = ? AND id = ? AND state IN ('checking', 'draft', 'collecting', 'running')",
			db.NowMS(s.clock), old.Corp, old.ID).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.New(fault.Conflict, "任务已经结束")
		}
		if old.State == checking {
			if err := s.unlinks.LetGo(ctx, tx, []string{listKey(old.Corp, old.ID)}); err != nil {
				return err
			}
		}
		if old.State != draft && old.State != checking { // else nothing had begun
			if err := s.ended(ctx, tx, old.Corp, old.ID, web.Stopped, "", res); err != nil {
				return err
			}
		}
		web.Note(ctx, web.Change{Object: "tag:run:" + old.ID.String(), Name: old.Title, After: map[string]any{"state": cancelled}})
		return s.live.Publish(ctx, tx, old.Corp, topicRun, old.ID.String())
	})
	if err != nil {
		return nil, err
	}
	_, r, err := s.mine(ctx, in.ID)
	return &r, err
}
