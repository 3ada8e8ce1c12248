package tag

import (
	"cmp"
	"context"
	"database/sql"
	"errors"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// ended puts the end of a run on record, with what came of it, when the statement is the one
// that ended it.
func (s *service) ended(ctx context.Context, tx db.Tx, corp string, run id.ID, outcome web.Outcome, reason string, res sql.Result) error {
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	r, err := runByID(ctx, tx, corp, run)
	if err != nil {
		return err
	}
	s.acted(tx, web.Act{
		Corp: corp, Behalf: r.Actor, BehalfName: r.ByName, Operation: "tag.runEnds", Summary: "批量打标签任务结束", Outcome: outcome, Began: db.FromMS(r.CreatedAt),
		Changes: []web.Change{{Object: "tag:run:" + r.ID.String(), Name: r.Title, After: web.Tally{
			State: r.State, Done: r.Changed, Failed: r.Failed + r.Invalid, Skipped: r.Same + r.Gone, Reason: cmp.Or(reason, r.Problem),
		}}},
	})
	return nil
}

const noAnswer = "企业微信长时间没有应答，请稍后重试"

// workGivenUp ends a run that WeCom did not answer for hours: what is left can be retried.
func (s *service) workGivenUp(ctx context.Context, j job.Job[runArgs], cause error) {
	err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw("UPDATE tag_run_item SET state = 'failed', reason = ? WHERE run_id = ? AND corp_id = ? AND state IN ('waiting', 'calling')",
			noAnswer, j.Args.Run, j.Corp).Exec(ctx)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		if res, err = tx.NewRaw("UPDATE tag_run SET state = 'done', finished_at = ?, failed = failed + ? WHERE corp_id = ? AND id = ? AND state = 'running'",
			db.NowMS(s.clock), n, j.Corp, j.Args.Run).Exec(ctx); err == nil {
			err = s.ended(ctx, tx, j.Corp, j.Args.Run, web.Failed, noAnswer, res)
		}
		if err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, j.Corp, topicRun, j.Args.Run.String())
	})
	if err != nil {
		s.log.ErrorContext(ctx, "a batch of tags that was given up is not marked", "run", j.Args.Run.String(), "error", errors.Join(err, cause).Error())
	}
}
