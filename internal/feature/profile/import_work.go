package profile

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// previewed is how many lines that would change a check shows.
const previewed = 50

// importAll reads the file from where the run stands. It goes through the file once,
// however many steps that takes; memory holds one step.
func (s *service) importAll(ctx context.Context, j job.Job[runArgs], r Run, x spec) error {
	v, err := s.as(ctx, x, permissionBatch)
	if err != nil {
		return err
	}
	body, _, err := s.blob.Get(ctx, importKey(r.Corp, r.ID))
	if err != nil {
		return stopped{web.Why("uploadGone")}
	}
	raw, err := io.ReadAll(io.LimitReader(body, maxSheet+1))
	if err := errors.Join(err, body.Close()); err != nil {
		return err
	}
	if r.Walked == "" && !x.Retry {
		if err := s.forgetItems(ctx, &r); err != nil {
			return err
		}
	}
	from, err := strconv.Atoi("0" + r.Walked)
	if err != nil {
		return err
	}
	head := true
	var step []line
	for l, err := range lines(raw) {
		if err != nil {
			return err
		}
		if head || l.N <= from {
			head = false
			continue
		}
		if step = append(step, l); len(step) < runStep {
			continue
		}
		if r, err = s.importStep(ctx, v, r, x, step, false); err != nil {
			return err
		}
		if err := j.Report(ctx, r.Done, r.Total, r.Title); err != nil {
			return err
		}
		step = step[:0]
	}
	_, err = s.importStep(ctx, v, r, x, step, true)
	return err
}

// forgetItems begins a file anew: what a check noted counts no more.
func (s *service) forgetItems(ctx context.Context, r *Run) error {
	err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewRaw(`DELETE FROM profile_item WHERE run_id = ?`, r.ID).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw(`UPDATE profile_run SET done = 0, changed = 0, failed = 0, seq = 0 WHERE id = ? AND walked = ''`, r.ID).Exec(ctx)
		return err
	})
	r.Done, r.Changed, r.Failed, r.Seq = 0, 0, 0, 0
	return err
}

// importStep takes some lines in one transaction and gives the run as it stands then.
func (s *service) importStep(ctx context.Context, v viewer.Viewer, r Run, x spec, step []line, last bool) (Run, error) {
	b := batch{walked: r.Walked, last: last}
	if len(step) > 0 {
		b.walked = strconv.Itoa(step[len(step)-1].N)
	}
	if x.Retry {
		var err error
		if step, err = s.onlyFailed(ctx, r, step); err != nil {
			return r, err
		}
	}
	fields, err := fieldsOf(ctx, s.db.Read(), r.Corp)
	if err != nil {
		return r, err
	}
	if err := x.Import.check(v, fields); err != nil {
		return r, stopped{web.Why("fieldsGone")}
	}
	found, err := s.match(ctx, v, *x.Import, fields, step)
	if err != nil {
		return r, err
	}
	var edits []edit
	var at []int
	for n, l := range step {
		i, e := itemOf(l, *x.Import, fields, found[n])
		b.items = append(b.items, i)
		if i.State != itemFailed {
			edits, at = append(edits, e), append(at, n)
		}
	}
	dry := r.State == stateChecking
	write := func(ctx context.Context, tx db.Tx) error {
		var outcomes [][]change
		var err error
		if dry {
			outcomes, err = s.preview(ctx, r.Corp, fields, edits)
		} else {
			outcomes, err = s.apply(ctx, tx, r.Corp, fields, edits, s.by(v, "import", r.ID))
		}
		if err != nil {
			return err
		}
		for k, o := range outcomes {
			if err := mark(b.items[at[k]:at[k]+1], [][]change{o}); err != nil {
				return err
			}
		}
		if x.Retry {
			if _, err := tx.NewRaw(`UPDATE profile_run SET failed = failed - ? WHERE id = ?`, len(step), r.ID).Exec(ctx); err != nil {
				return err
			}
		}
		if err := insertItems(ctx, tx, r, written(b.items, r, dry)); err != nil {
			return err
		}
		return s.advance(ctx, tx, r, b, map[bool]string{true: stateChecked, false: stateDone}[dry])
	}
	if err := s.again(ctx, write); err != nil {
		return r, err
	}
	r.Walked = b.walked
	r.Done += int64(len(b.items))
	for _, i := range b.items {
		if i.State == itemChanged {
			r.Changed++
		}
	}
	return r, nil
}

// written are the items that get a row: all of them, of a check only those that failed and
// the first that would change.
func written(items []Item, r Run, dry bool) []Item {
	if !dry {
		return items
	}
	shown := r.Changed
	return slices.DeleteFunc(slices.Clone(items), func(i Item) bool {
		if i.State == itemChanged {
			shown++
		}
		return i.State == itemSame || i.State == itemChanged && shown > previewed
	})
}

// onlyFailed are those lines of a step that failed before.
func (s *service) onlyFailed(ctx context.Context, r Run, step []line) ([]line, error) {
	if len(step) == 0 {
		return nil, nil
	}
	items, err := s.itemsOf(ctx, r, itemFailed, int64(step[0].N)-1, len(step))
	if err != nil {
		return nil, err
	}
	failed := map[int]bool{}
	for _, i := range items {
		failed[int(i.Seq)] = true
	}
	return slices.DeleteFunc(slices.Clone(step), func(l line) bool { return !failed[l.N] }), nil
}

// itemOf reads one line: what its customer's fields shall hold, or why it cannot be taken.
func itemOf(l line, p plan, fields []Field, found matched) (Item, edit) {
	i := Item{Seq: int64(l.N), State: itemSame, Label: clippedTo(l.At(p.Key), 60), Customer: found.customer}
	if p.Match == byPhone {
		i.Label = viewer.MaskPhone(i.Label)
	}
	e := edit{customer: found.customer, wants: map[id.ID][]cell{}}
	var reasons []web.Because
	if found.customer == "" {
		reasons = append(reasons, found.reason)
	}
	for _, c := range p.Columns {
		f, err := fieldIn(fields, c.Field)
		text := l.At(c.Index)
		if err != nil || text == "" && !p.Clear {
			continue
		}
		if text == "" && f.Required {
			reasons = append(reasons, web.Why("required", "field", f.Name))
			continue
		}
		var cells []cell
		var wrong web.Because
		if text != "" {
			cells, wrong = f.imported(text)
		}
		if !wrong.None() {
			reasons = append(reasons, about(wrong, f))
			continue
		}
		e.wants[f.ID] = cells
	}
	if len(reasons) > 0 {
		i.State, i.Why = itemFailed, keptReasons(reasons)
	}
	return i, e
}
