package profile

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// runStep is how many customers one transaction of a run takes.
const runStep = 200

// batch is one step of a run: what it found, and where it stands afterwards.
type batch struct {
	items  []Item
	walked string
	last   bool
}

// errElsewhere says that another process has gone on with the run.
var errElsewhere = errors.New("profile: the run went on elsewhere")

// work is the job of a run. Twice is harmless: each step moves the run's mark in the
// transaction of its effect, and one that finds the mark elsewhere does nothing.
func (s *service) work(ctx context.Context, j job.Job[runArgs]) error {
	for {
		r, err := runByID(ctx, s.db.Read(), j.Corp, j.Args.Run)
		if fault.CodeOf(err) == fault.NotFound {
			return job.Cancel(err)
		}
		if err != nil {
			return err
		}
		total := r.Total
		if r.State == stateUndoing {
			total = r.Changed
		}
		if err := j.Report(ctx, r.Done, total, r.Title); err != nil {
			return err
		}
		x, err := r.spec()
		if err != nil {
			return job.Cancel(err)
		}
		switch {
		case r.State == stateUndoing:
			err = s.undoStep(ctx, r)
		case r.Kind == runImport && (r.State == stateRunning || r.State == stateChecking):
			err = s.importAll(ctx, j, r, x)
		case r.State == stateRunning:
			err = s.editStep(ctx, r, x)
		default:
			return nil
		}
		if errors.Is(err, errElsewhere) {
			return nil
		}
		if end, ok := errors.AsType[stopped](err); ok {
			return s.fail(ctx, r, end.why)
		}
		if f, ok := errors.AsType[*fault.Fault](err); ok && f.Code != fault.Unavailable {
			return s.fail(ctx, r, cannot(r.Kind, f))
		}
		if err != nil {
			return err
		}
	}
}

// broken marks a run that could not go on for long.
func (s *service) broken(ctx context.Context, j job.Job[runArgs], _ error) {
	r, err := runByID(ctx, s.db.Read(), j.Corp, j.Args.Run)
	if err == nil {
		// Nothing more can be done here; the dead job stands in the event log.
		_ = s.fail(ctx, r, web.Why("broke"))
	}
}

// fail keeps what the run was doing, with which a retry goes on.
func (s *service) fail(ctx context.Context, r Run, why web.Because) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw(`UPDATE profile_run SET state = ?, phase = ?, error = ?, finished_at = ? WHERE id = ? AND corp_id = ? AND state = ?`,
			stateFailed, r.State, db.Clean(why.Kept()), db.NowMS(s.clock), r.ID, r.Corp, r.State).Exec(ctx)
		if err == nil {
			err = s.ended(ctx, tx, r.Corp, r.ID, web.Failed, res)
		}
		if err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, r.Corp, topicRun, r.ID.String())
	})
}

// as is the viewer that a run acts as, with the rights he has now.
func (s *service) as(ctx context.Context, x spec, permission string) (viewer.Viewer, error) {
	v, err := s.rights.Resolve(ctx, x.Who)
	if err != nil {
		return v, err
	}
	if v.Corp != x.Who.Corp || !v.Can(permission) {
		return v, stopped{web.Why("mayNot")}
	}
	v.Name = x.Who.Name
	return v, nil
}

// advance moves a run's mark and its counts in the transaction of a step.
func (s *service) advance(ctx context.Context, tx db.Tx, r Run, b batch, ended string) error {
	count := map[string]int64{}
	for _, i := range b.items {
		count[i.State]++
	}
	state, finished := r.State, int64(0)
	if b.last {
		state, finished = ended, db.NowMS(s.clock)
	}
	res, err := tx.NewRaw(`UPDATE profile_run SET walked = ?, seq = seq + ?, done = done + ?, changed = changed + ?, failed = failed + ?, undone = undone + ?, kept = kept + ?,
		total = CASE WHEN state = 'checking' THEN done + ? ELSE total END, state = ?, finished_at = ? WHERE id = ? AND corp_id = ? AND walked = ? AND state = ? AND done = ?`,
		b.walked, len(b.items), len(b.items), count[itemChanged], count[itemFailed], count[itemUndone], count[itemKept],
		len(b.items),
		state, finished, r.ID, r.Corp, r.Walked, r.State, r.Done).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errElsewhere, err)
	}
	if err := s.live.Publish(ctx, tx, r.Corp, topicRun, r.ID.String()); err != nil || !b.last {
		return err
	}
	if err := s.ended(ctx, tx, r.Corp, r.ID, web.Done, res); err != nil {
		return err
	}
	return s.live.Publish(ctx, tx, r.Corp, slug)
}

func insertItems(ctx context.Context, tx db.Tx, r Run, items []Item) error {
	var rows db.Rows
	for _, i := range items {
		if i.Changes == "" {
			i.Changes = "[]"
		}
		rows = append(rows, []any{r.ID, i.Seq, r.Corp, i.Customer, i.State, db.Clean(i.Label), db.Clean(i.Why), db.Clean(i.Changes)})
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.NewRaw(`INSERT INTO profile_item (run_id, seq, corp_id, customer, state, label, reason, changes) VALUES ?
		ON CONFLICT (run_id, seq) DO UPDATE SET customer = excluded.customer, state = excluded.state, reason = excluded.reason, changes = excluded.changes`, rows).Exec(ctx)
	return err
}

// editStep takes the next customers of a batch edit, or of an act on the blacklist.
func (s *service) editStep(ctx context.Context, r Run, x spec) error {
	permission := permissionBatch
	if r.Kind != runEdit {
		permission = permissionBlacklist
	}
	v, err := s.as(ctx, x, permission)
	if err != nil {
		return err
	}
	page, err := s.asks.Select(ctx, ask.SelectQuery{Viewer: v, Selection: x.Selection, After: r.Walked, Limit: runStep})
	if err != nil {
		return err
	}
	by := s.by(v, "batch", r.ID)
	return s.again(ctx, func(ctx context.Context, tx db.Tx) error {
		b := batch{walked: page.Next, last: page.Next == ""}
		for n, p := range page.Items {
			b.items = append(b.items, Item{Seq: r.Seq + int64(n) + 1, Customer: p.Customer, State: itemSame})
		}
		// First the mark: whoever comes second does nothing.
		var err error
		if r.Kind == runEdit {
			err = s.editBatch(ctx, tx, v, b.items, x.Values, by)
		} else {
			err = s.blackBatch(ctx, tx, r.Corp, b.items, x.Reason, by)
		}
		if err != nil {
			return err
		}
		if err := insertItems(ctx, tx, r, b.items); err != nil {
			return err
		}
		return s.advance(ctx, tx, r, b, stateDone)
	})
}

func (s *service) editBatch(ctx context.Context, tx db.Tx, v viewer.Viewer, items []Item, given []Value, by cause) error {
	fields, err := fieldsOf(ctx, tx, v.Corp)
	if err != nil {
		return err
	}
	wants := map[id.ID][]cell{}
	for _, g := range given {
		f, err := fieldIn(fields, g.Field)
		if err != nil || f.Archived || !f.filledBy(v) {
			return stopped{web.Why("fieldsGone")}
		}
		cells, wrong := f.cellsOf(g.Values, nil)
		if !wrong.None() {
			return stopped{about(wrong, f)}
		}
		wants[f.ID] = cells
	}
	edits := make([]edit, len(items))
	for n, i := range items {
		edits[n] = edit{customer: i.Customer, wants: wants}
	}
	outcomes, err := s.apply(ctx, tx, v.Corp, fields, edits, by)
	if err != nil {
		return err
	}
	return mark(items, outcomes)
}

// mark writes into items what changed.
func mark(items []Item, outcomes [][]change) error {
	for n, o := range outcomes {
		if len(o) == 0 {
			continue
		}
		raw, err := json.Marshal(o)
		if err != nil {
			return err
		}
		items[n].State, items[n].Changes = itemChanged, string(raw)
	}
	return nil
}

func (s *service) blackBatch(ctx context.Context, tx db.Tx, corp string, items []Item, reason string, by cause) error {
	var customers []string
	for _, i := range items {
		customers = append(customers, i.Customer)
	}
	persons, err := personsOf(ctx, tx, corp, customers)
	if err != nil {
		return err
	}
	changed, err := s.blacken(ctx, tx, corp, customers, reason, by)
	if err != nil {
		return err
	}
	for n := range items {
		if !changed[items[n].Customer] {
			continue
		}
		raw, err := json.Marshal([]change{{Before: []string{persons[items[n].Customer].Reason}, After: []string{reason}}})
		if err != nil {
			return err
		}
		items[n].State, items[n].Changes = itemChanged, string(raw)
	}
	return nil
}

// undoStep gives the next customers back what they had.
func (s *service) undoStep(ctx context.Context, r Run) error {
	x, err := r.spec()
	if err != nil {
		return err
	}
	after, err := strconv.ParseInt("0"+r.Walked, 10, 64)
	if err != nil {
		return err
	}
	items, err := s.itemsOf(ctx, r, itemChanged, after, runStep)
	if err != nil {
		return err
	}
	by := cause{source: "undo", run: r.ID, member: x.Who.Member, who: x.Who.Name, at: db.NowMS(s.clock)}
	return s.again(ctx, func(ctx context.Context, tx db.Tx) error {
		b := batch{walked: r.Walked, last: len(items) < runStep}
		for _, i := range items {
			b.walked = strconv.FormatInt(i.Seq, 10)
			b.items = append(b.items, Item{Seq: i.Seq, Customer: i.Customer, State: itemKept, Changes: i.Changes, Label: i.Label})
		}
		var err error
		if r.Kind == runBlacklist || r.Kind == runUnblacklist {
			err = s.unblacken(ctx, tx, r, b.items, by)
		} else {
			err = s.unedit(ctx, tx, r.Corp, b.items, by)
		}
		if err != nil {
			return err
		}
		if err := setStates(ctx, tx, r, b.items); err != nil {
			return err
		}
		return s.advance(ctx, tx, r, b, stateUndone)
	})
}

func setStates(ctx context.Context, tx db.Tx, r Run, items []Item) error {
	by := map[string][]int64{}
	for _, i := range items {
		by[i.State] = append(by[i.State], i.Seq)
	}
	for state, seqs := range by {
		if _, err := tx.NewRaw(`UPDATE profile_item SET state = ? WHERE run_id = ? AND seq IN (?)`, state, r.ID, bun.List(seqs)).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *service) unedit(ctx context.Context, tx db.Tx, corp string, items []Item, by cause) error {
	fields, err := fieldsOf(ctx, tx, corp)
	if err != nil {
		return err
	}
	edits := make([]edit, len(items))
	wanted := make([]int, len(items))
	for n, i := range items {
		var changes []change
		if err := json.Unmarshal([]byte(i.Changes), &changes); err != nil {
			return err
		}
		edits[n] = edit{customer: i.Customer, wants: map[id.ID][]cell{}, only: map[id.ID][]string{}}
		wanted[n] = len(changes)
		for _, c := range changes {
			if f, err := fieldIn(fields, c.Field); err == nil {
				edits[n].wants[f.ID], edits[n].only[f.ID] = f.rebuilt(c.Before), c.After
			}
		}
	}
	outcomes, err := s.apply(ctx, tx, corp, fields, edits, by)
	if err != nil {
		return err
	}
	for n, o := range outcomes {
		if len(o) == wanted[n] {
			items[n].State = itemUndone
		}
	}
	return nil
}

// rebuilt makes values of texts that were kept.
func (f Field) rebuilt(texts []string) []cell {
	var cells []cell
	for _, t := range texts {
		c := cell{Text: t, Token: t}
		if f.Kind != Choice && f.Kind != Multi && f.Kind != File {
			c, _ = f.Kind.cellOf(t) // it was one before
		}
		cells = append(cells, c)
	}
	return cells
}

func (s *service) unblacken(ctx context.Context, tx db.Tx, r Run, items []Item, by cause) error {
	byReason := map[string][]string{}
	for _, i := range items {
		var changes []change
		if err := json.Unmarshal([]byte(i.Changes), &changes); err != nil {
			return err
		}
		reason := ""
		if r.Kind == runUnblacklist && len(changes) > 0 && len(changes[0].Before) > 0 {
			reason = changes[0].Before[0]
		}
		byReason[reason] = append(byReason[reason], i.Customer)
	}
	for reason, customers := range byReason {
		changed, err := s.blacken(ctx, tx, r.Corp, customers, reason, by)
		if err != nil {
			return err
		}
		for n := range items {
			if changed[items[n].Customer] {
				items[n].State = itemUndone
			}
		}
	}
	return nil
}
