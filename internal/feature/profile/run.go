package profile

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// The kinds of acts on many customers.
const (
	runEdit        = "edit"
	runImport      = "import"
	runBlacklist   = "blacklist"
	runUnblacklist = "unblacklist"
)

// The states of a run: draft → checking → checked → running (imports), else running; then
// done | failed | stopped; these → undoing → undone, which may fail or be stopped as well. From
// there a run goes on with what it was doing.
const (
	stateDraft    = "draft"
	stateChecking = "checking"
	stateChecked  = "checked"
	stateRunning  = "running"
	stateDone     = "done"
	stateFailed   = "failed"
	stateStopped  = "stopped"
	stateUndoing  = "undoing"
	stateUndone   = "undone"
)

// The states of an item.
const (
	itemChanged = "changed"
	itemSame    = "same"
	itemFailed  = "failed"
	itemUndone  = "undone"
	itemKept    = "kept"
)

// Run is an act on many customers: it works in the background and can be undone.
type Run struct {
	ID         id.ID       `json:"id" bun:"id"`
	Corp       string      `json:"-" bun:"corp_id"`
	Kind       string      `json:"kind" bun:"kind" enum:"edit,import,blacklist,unblacklist"`
	State      string      `json:"state" bun:"state" enum:"draft,checking,checked,running,done,failed,stopped,undoing,undone"`
	Title      string      `json:"title" bun:"title" doc:"names of the fields; the file's name; the reason"`
	Spec       string      `json:"-" bun:"spec"`
	Walked     string      `json:"-" bun:"walked"`
	Seq        int64       `json:"-" bun:"seq"`
	Total      int64       `json:"total" bun:"total" doc:"0 while not known"`
	Done       int64       `json:"done" bun:"done" doc:"customers, or lines, that are through"`
	Changed    int64       `json:"changed" bun:"changed"`
	Failed     int64       `json:"failed" bun:"failed"`
	Undone     int64       `json:"undone" bun:"undone"`
	Kept       int64       `json:"kept" bun:"kept" doc:"not undone, because somebody changed them since"`
	Error      web.Because `json:"error,omitzero" bun:"-" doc:"why it broke off"`
	Why        string      `json:"-" bun:"error"` // Error as it is kept
	Phase      string      `json:"phase,omitempty" bun:"phase" enum:"checking,running,undoing" doc:"of one that failed or was stopped: what it was doing, with which a retry goes on"`
	Actor      string      `json:"-" bun:"by_actor"`
	By         string      `json:"by" bun:"by_name"`
	CreatedAt  int64       `json:"createdAt" bun:"created_at"`
	FinishedAt int64       `json:"finishedAt" bun:"finished_at" doc:"0 while it is not over"`
}

const runColumns = `id, corp_id, kind, state, title, spec, walked, seq, total, done, changed, failed, undone, kept, error, phase, by_actor, by_name, created_at, finished_at`

// spec is what a run does, for whom, and as whom.
type spec struct {
	Who       viewer.Who    `json:"who"`
	Selection ask.Selection `json:"selection"`
	Values    []Value       `json:"values,omitempty"`
	Reason    string        `json:"reason,omitempty"`
	Import    *plan         `json:"import,omitempty"`
	// Started is true once an import changes customers, after its check.
	Started bool `json:"started,omitempty"`
	// Retry is true when only the lines of an import are taken that failed before.
	Retry bool `json:"retry,omitempty"`
}

func (r Run) spec() (spec, error) {
	var x spec
	err := json.Unmarshal([]byte(r.Spec), &x)
	if err != nil {
		err = fmt.Errorf("profile: run %s: %w", r.ID, err)
	}
	return x, err
}

func whoOf(v viewer.Viewer) viewer.Who {
	return viewer.Who{Corp: v.Corp, Account: v.Account, Member: v.Member, Name: v.Name, Founder: v.Founder}
}

const kindRun = "run"

type runArgs struct {
	Run id.ID `json:"run"`
}

// insertRun writes a run, and asks for its job unless it is a draft.
func (s *service) insertRun(ctx context.Context, tx db.Tx, v viewer.Viewer, r Run, x spec) (Run, error) {
	x.Who = whoOf(v)
	raw, err := json.Marshal(x)
	if err != nil {
		return r, err
	}
	if r.ID == 0 {
		r.ID = s.ids.New()
	}
	r.Corp, r.Spec, r.Actor, r.By, r.CreatedAt = v.Corp, db.Clean(string(raw)), v.Actor(), db.Clean(v.Name), db.NowMS(s.clock)
	r.Title = db.Clean(clippedTo(r.Title, 100))
	row := db.Rows{{r.ID, r.Corp, r.Kind, r.State, r.Title, r.Spec, "", 0, r.Total, 0, 0, 0, 0, 0, "", "", r.Actor, r.By, r.CreatedAt, 0}}
	if _, err := tx.NewRaw(`INSERT INTO profile_run (`+runColumns+`) VALUES ?`, row).Exec(ctx); err != nil {
		return r, err
	}
	if r.State == stateDraft {
		return r, nil
	}
	return r, s.askFor(ctx, tx, r)
}

func clippedTo(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}

// askFor asks for a run's job; one of them at a time.
func (s *service) askFor(ctx context.Context, tx db.Tx, r Run) error {
	_, err := s.jobs.Insert(ctx, tx, job.Insert{Kind: kindRun, Args: runArgs{r.ID}, Corp: r.Corp, Key: r.ID.String()})
	if err != nil {
		return err
	}
	return s.live.Publish(ctx, tx, r.Corp, topicRun, r.ID.String())
}

// topicRun is the live topic of runs; keys are their ids.
const topicRun = "profilerun"

func runByID(ctx context.Context, q db.Querier, corp string, wanted id.ID) (Run, error) {
	var r Run
	err := q.NewRaw(`SELECT `+runColumns+` FROM profile_run WHERE id = ? AND corp_id = ?`, wanted, corp).Scan(ctx, &r)
	if db.NoRows(err) {
		return r, fault.Missing("任务")
	}
	r.Error = web.KeptWhy(r.Why)
	return r, err
}

// seenRun reads a run as the viewer may see it: his own, or any when he sees the whole corp.
func (s *service) seenRun(ctx context.Context, wanted id.ID) (viewer.Viewer, Run, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return v, Run{}, err
	}
	r, err := runByID(ctx, s.db.Read(), v.Corp, wanted)
	if err == nil && r.Actor != v.Actor() && v.Scope.Reach != viewer.All {
		err = fault.Missing("任务")
	}
	return v, r, err
}

type runList struct {
	web.Paging
}

type runKey struct {
	ID id.ID `json:"i"`
}

// Runs lists the acts on many customers, the newest first.
func (s *service) Runs(ctx context.Context, in *runList) (*web.Page[Run], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	after, has, err := web.DecodeCursor[runKey](in.After)
	if err != nil {
		return nil, err
	}
	query := s.db.Read().NewSelect().ColumnExpr(runColumns).TableExpr("profile_run").Where("corp_id = ?", v.Corp).
		OrderExpr("id DESC").Limit(int64(in.Limit + 1))
	if has {
		query = query.Where("id < ?", after.ID)
	}
	if v.Scope.Reach != viewer.All {
		query = query.Where("by_actor = ?", v.Actor())
	}
	var rows []Run
	if err := query.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	for n := range rows {
		rows[n].Error = web.KeptWhy(rows[n].Why)
	}
	page := web.NewPage(rows, in.Limit, func(r Run) runKey { return runKey{r.ID} })
	return &page, nil
}

type runInput struct {
	ID id.ID `path:"id"`
}

// GetRun shows one.
func (s *service) GetRun(ctx context.Context, in *runInput) (*Run, error) {
	_, r, err := s.seenRun(ctx, in.ID)
	return &r, err
}

// Item is what became of one customer, or of one line of a file.
type Item struct {
	Seq        int64         `json:"seq" bun:"seq" doc:"of an import the line in the file"`
	Customer   string        `json:"customer" bun:"customer"`
	CustomerID id.ID         `json:"customerId,omitempty" bun:"-"`
	Name       string        `json:"name" bun:"-" doc:"of the customer, when he is in scope"`
	State      string        `json:"state" bun:"state" enum:"changed,same,failed,undone,kept"`
	Label      string        `json:"label" bun:"label" doc:"what the line calls him"`
	Reasons    []web.Because `json:"reasons,omitempty" bun:"-" doc:"why it failed"`
	Why        string        `json:"-" bun:"reason"` // Reasons as they are kept
	Text       string        `json:"text" bun:"-" doc:"what changed"`
	Changes    string        `json:"-" bun:"changes"`
}

type itemList struct {
	ID    id.ID  `path:"id"`
	State string `query:"state" enum:"changed,same,failed,undone,kept"`
	web.Paging
}

type itemKey struct {
	Seq int64 `json:"s"`
}

// Items lists what became of each customer.
func (s *service) Items(ctx context.Context, in *itemList) (*web.Page[Item], error) {
	v, r, err := s.seenRun(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	after, _, err := web.DecodeCursor[itemKey](in.After)
	if err != nil {
		return nil, err
	}
	rows, err := s.itemsOf(ctx, r, in.State, after.Seq, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := web.NewPage(rows, in.Limit, func(x Item) itemKey { return itemKey{x.Seq} })
	return &page, s.dressItems(ctx, v, page.Items)
}

func (s *service) itemsOf(ctx context.Context, r Run, state string, after int64, limit int) ([]Item, error) {
	query := s.db.Read().NewSelect().ColumnExpr("seq, customer, state, label, reason, changes").TableExpr("profile_item").
		Where("run_id = ? AND seq > ?", r.ID, after).OrderExpr("seq").Limit(int64(limit))
	if state != "" {
		query = query.Where("state = ?", state)
	}
	var rows []Item
	if err := query.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	for n := range rows {
		rows[n].Reasons = keptWhys(rows[n].Why)
	}
	return rows, nil
}

// dressItems gives a page its names and words, in a few queries.
func (s *service) dressItems(ctx context.Context, v viewer.Viewer, items []Item) error {
	var customers []string
	for _, i := range items {
		customers = append(customers, i.Customer)
	}
	records, err := s.records(ctx, s.db.Read(), v, slices.Compact(slices.Sorted(slices.Values(customers))))
	if err != nil {
		return err
	}
	fields, err := fieldsOf(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return err
	}
	known := map[string]Record{}
	for _, r := range records {
		known[r.Customer] = r
	}
	for n := range items {
		i := &items[n]
		r, ok := known[i.Customer]
		if !ok {
			i.Customer = "" // out of scope by now, or gone
			continue
		}
		i.CustomerID, i.Name = r.ID, r.Name
		var changes []change
		if err := json.Unmarshal([]byte(i.Changes), &changes); err != nil {
			return err
		}
		if i.Text, err = s.story(ctx, v, fields, changes); err != nil {
			return err
		}
	}
	return nil
}
