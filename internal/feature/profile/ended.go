package profile

import (
	"context"
	"database/sql"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// ended puts on record that a run came to an end, or its undoing did, when the statement is
// the one that ended it. The check of an import changes nobody: it is none.
func (s *service) ended(ctx context.Context, tx db.Tx, corp string, run id.ID, outcome web.Outcome, res sql.Result) error {
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	r, err := runByID(ctx, tx, corp, run)
	if err != nil || r.State == stateChecked || r.Phase == stateChecking {
		return err
	}
	t := web.Tally{State: r.State, Done: r.Changed, Failed: r.Failed, Skipped: r.Done - r.Changed - r.Failed, Reason: r.Error.In(false, becauses())}
	summary := "批量修改客户资料结束"
	if r.State == stateUndone || r.Phase == stateUndoing {
		summary, t.Done, t.Failed, t.Skipped = "撤销批量修改结束", r.Undone, 0, r.Kept
	}
	s.acted(tx, web.Act{
		Corp: corp, Behalf: r.Actor, BehalfName: r.By, Operation: "profile.runEnds", Summary: summary, Outcome: outcome, Began: db.FromMS(r.CreatedAt),
		Changes: []web.Change{{Object: "profile:run:" + r.ID.String(), Name: r.Title, After: t}},
	})
	return nil
}
