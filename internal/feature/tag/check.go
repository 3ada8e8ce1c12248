package tag

import (
	"context"
	"errors"
	"io"
	"strconv"

	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

const kindCheck = "check"

// check goes through an uploaded list, page by page, and finds out whom its lines mean. How
// far it is stands in the run, written with each page: killed, it goes on there, and twice is
// harmless. Memory holds the file and one page. Who stops the run stops it after the page.
func (s *service) check(ctx context.Context, j job.Job[runArgs]) error {
	r, err := runByID(ctx, s.db.Read(), j.Corp, j.Args.Run)
	if err != nil {
		return job.Cancel(err)
	}
	if r.State != checking {
		return nil
	}
	v, err := s.actor(ctx, r)
	if f := fault.As(err); f != nil && f.Code == fault.Forbidden {
		return s.giveUpRun(ctx, r, f)
	}
	if err != nil {
		return err
	}
	raw, err := s.list(ctx, r)
	if errors.Is(err, blob.ErrNotFound) {
		return s.giveUpRun(ctx, r, fault.New(fault.NotFound, "上传的名单已被清理，请重新导入"))
	}
	if err != nil {
		return err
	}
	from, err := strconv.Atoi("0" + r.Cursor)
	if err != nil {
		return job.Cancel(err)
	}
	p := read[plan](r.Plan)
	m := matcher{s: s, v: v, run: r, all: p.Pairs}
	var page []line
	seen := 0
	for l, err := range linesOf(raw) {
		if err != nil {
			return job.Cancel(err) // it was read to its end when it came
		}
		if seen++; l.number <= from {
			continue
		}
		if page = append(page, l); len(page) < pageSize {
			continue
		}
		if goes, err := s.checkPage(ctx, &m, page); err != nil || !goes {
			return err
		}
		if err := j.Report(ctx, int64(seen), int64(p.Lines), r.Title); err != nil {
			return err
		}
		page = page[:0]
	}
	if goes, err := s.checkPage(ctx, &m, page); err != nil || !goes {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw("UPDATE tag_run SET state = 'draft', at_cursor = ? WHERE corp_id = ? AND id = ? AND state = 'checking'", walked, r.Corp, r.ID).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, j.Done(ctx, tx)) // stopped meanwhile, and its file let go
		}
		if err := s.unlinks.LetGo(ctx, tx, []string{listKey(r.Corp, r.ID)}); err != nil {
			return err
		}
		if err := s.live.Publish(ctx, tx, r.Corp, topicRun, r.ID.String()); err != nil {
			return err
		}
		return j.Done(ctx, tx)
	})
}

// list is the uploaded file of a run.
func (s *service) list(ctx context.Context, r Run) ([]byte, error) {
	body, _, err := s.unlinks.Blob.Get(ctx, listKey(r.Corp, r.ID))
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(body, maxFile+1))
	return raw, errors.Join(err, body.Close())
}

// checkPage writes the items of some lines and how far that is, unless the run was stopped.
func (s *service) checkPage(ctx context.Context, m *matcher, page []line) (goes bool, err error) {
	if len(page) == 0 {
		return true, nil
	}
	rows, err := m.match(ctx, page)
	if err != nil {
		return false, err
	}
	invalid := 0
	for _, x := range rows {
		if x.State == itemInvalid {
			invalid++
		}
	}
	return goes, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw("UPDATE tag_run SET at_cursor = ?, total = total + ?, invalid = invalid + ? WHERE corp_id = ? AND id = ? AND state = 'checking'",
			strconv.Itoa(page[len(page)-1].number), len(rows), invalid, m.run.Corp, m.run.ID).Exec(ctx)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if goes = n > 0; err != nil || !goes {
			return err
		}
		if _, err := s.addItems(ctx, tx, rows); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, m.run.Corp, topicRun, m.run.ID.String())
	})
}

// checkGivenUp ends a run whose list could not be checked.
func (s *service) checkGivenUp(ctx context.Context, j job.Job[runArgs], cause error) {
	r, err := runByID(ctx, s.db.Read(), j.Corp, j.Args.Run)
	if err == nil {
		err = s.giveUpRun(ctx, r, fault.New(fault.Unavailable, "名单没有核对完，请重新导入"))
	}
	if err != nil {
		s.log.ErrorContext(ctx, "a list that could not be checked is not marked", "run", j.Args.Run.String(), "error", errors.Join(err, cause).Error())
	}
}
