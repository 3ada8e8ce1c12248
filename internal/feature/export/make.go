package export

import (
	"context"
	"io"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/kept"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type runArgs struct {
	Run id.ID `json:"run"`
}

// step is after how many rows the progress is shown anew.
const step = 5000

// run makes the file. Twice is harmless: it is written whole under the same name, and only
// a run that is still wanted is recorded as done.
func (s *service) run(ctx context.Context, j job.Job[runArgs]) error {
	r, err := byID(ctx, s.db.Read(), j.Corp, j.Args.Run)
	if fault.CodeOf(err) == fault.NotFound || err == nil && !r.State.open() {
		return job.Cancel(err)
	}
	if err != nil {
		return err
	}
	l, q, err := s.begin(ctx, &r)
	if err == nil {
		err = s.write(ctx, j, &r, l, q)
	}
	switch why, stands := whyNot(err); {
	case err == nil:
	case stands && ctx.Err() == nil:
		return s.fail(ctx, r, why)
	default:
		return err
	}
	return s.files.Record(ctx, r.key(), func(ctx context.Context, tx db.Tx) (bool, error) {
		now := s.clock.Now()
		r.FinishedAt, r.ExpiresAt = db.MS(now), db.MS(now.Add(keepFor))
		wanted, err := finish(ctx, tx, r)
		if err == nil && wanted {
			err = s.ended(ctx, tx, r.Corp, r.ID, web.Done)
		}
		if err == nil {
			err = s.live.Publish(ctx, tx, r.Corp, slug, r.ID.String())
		}
		if err == nil {
			err = j.Done(ctx, tx)
		}
		return wanted, err
	})
}

// begin finds the list and its owner's present rights, and notes them.
func (s *service) begin(ctx context.Context, r *Run) (feature.Export, feature.ExportQuery, error) {
	v, err := s.rights.Resolve(ctx, r.who())
	if err != nil {
		return feature.Export{}, feature.ExportQuery{}, err
	}
	q, err := r.query(v)
	if err != nil {
		return feature.Export{}, q, err
	}
	l, err := s.may(v, r.List)
	if err != nil {
		return l, q, refusal{web.Why("mayNot")}
	}
	if l.Total != nil {
		if r.Total, err = l.Total(ctx, q); err != nil {
			return l, q, err
		}
	}
	r.Written = 0 // a try before this one may have got somewhere
	r.Phones = v.Can(viewer.PermissionPhone)
	if r.Members, err = seen(v); err != nil {
		return l, q, err
	}
	return l, q, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		wanted, err := begin(ctx, tx, *r)
		if err == nil && !wanted {
			err = job.Cancel(nil)
		}
		if err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, r.Corp, slug, r.ID.String())
	})
}

// write streams the rows into the store; memory holds one page of them.
func (s *service) write(ctx context.Context, j job.Job[runArgs], r *Run, l feature.Export, q feature.ExportQuery) error {
	head, err := heads(ctx, l, q)
	if err != nil {
		return err
	}
	rows := func(yield func([]any, error) bool) {
		for row, err := range l.Rows(ctx, q) {
			if err == nil {
				if r.Written++; r.Written%step == 0 {
					err = s.progress(ctx, j, *r)
				}
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
	info, err := s.files.Make(ctx, r.key(), contentType(r.Format), func(w io.Writer) error {
		if r.Format == "csv" {
			return web.WriteCSV(w, head, rows)
		}
		name := l.ZH
		if q.English {
			name = l.EN
		}
		return web.WriteXLSX(w, name, head, rows)
	})
	r.Bytes = info.Size
	return err
}

func contentType(format string) string {
	if format == "csv" {
		return "text/csv; charset=utf-8"
	}
	return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
}

// heads are the names of the columns; one that is gone since it was chosen is an error.
func heads(ctx context.Context, l feature.Export, q feature.ExportQuery) ([]string, error) {
	columns, err := l.Columns(ctx, q.Viewer)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, c := range columns {
		names[c.Key] = c.ZH
		if q.English {
			names[c.Key] = c.EN
		}
	}
	var head []string
	for _, key := range q.Columns {
		name, known := names[key]
		if !known {
			return nil, fault.Newf(fault.Invalid, "列 %s 已不存在，请重新导出", key).Because(refusal{web.Why("columnGone", "column", key)})
		}
		head = append(head, name)
	}
	return head, nil
}

func (s *service) progress(ctx context.Context, j job.Job[runArgs], r Run) error {
	if err := j.Report(ctx, r.Written, r.Total, ""); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := moved(ctx, tx, r.ID, r.Written); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, r.Corp, slug, r.ID.String())
	})
}

// fail records why there is no file; trying again would not help.
func (s *service) fail(ctx context.Context, r Run, why web.Because) error {
	if r.Format != "" { // else nobody knows which file
		s.files.Drop(ctx, r.key())
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		first, err := settle(ctx, tx, r.ID, Failed, why, db.NowMS(s.clock))
		if err == nil && first {
			err = s.ended(ctx, tx, r.Corp, r.ID, web.Failed)
		}
		if err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, r.Corp, slug, r.ID.String())
	})
}

// givenUp marks a file that could not be made.
func (s *service) givenUp(ctx context.Context, j job.Job[runArgs], _ error) {
	if err := s.fail(ctx, Run{ID: j.Args.Run, Corp: j.Corp}, web.Why("broke")); err != nil {
		s.log.ErrorContext(ctx, "an export stays running", "run", j.Args.Run.String(), "error", err.Error())
	}
}

// sweep removes files whose time is over.
func (s *service) sweep(ctx context.Context, _ job.Job[struct{}]) error {
	due := func(ctx context.Context, q db.Querier, most int) ([]Run, error) {
		return expired(ctx, q, db.NowMS(s.clock), most)
	}
	return kept.Sweep(ctx, s.files, due, Run.key, func(ctx context.Context, tx db.Tx, r Run) error {
		if err := expire(ctx, tx, r.ID); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, r.Corp, slug, r.ID.String())
	})
}
