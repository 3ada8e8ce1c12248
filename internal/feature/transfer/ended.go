package transfer

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// endOf names the look at a hand-over some of whose items a transaction has settled.
type endOf struct{ transfer id.ID }

// ending has the end of a hand-over put on record when the transaction, which has settled
// one of its items, has settled the last: so there is one entry, whoever comes when.
func (s *service) ending(tx db.Tx, corp string, transfer id.ID) {
	tx.BeforeCommit(endOf{transfer}, func(ctx context.Context, tx db.Tx) error {
		// Two who settle the last two items at once see each other's only behind this lock.
		if _, err := tx.NewRaw("UPDATE transfer_transfer SET problem = problem WHERE corp_id = ? AND id = ?", corp, transfer).Exec(ctx); err != nil {
			return err
		}
		var open int
		if err := tx.NewRaw("SELECT COUNT(*) FROM (SELECT 1 FROM transfer_item WHERE transfer_id = ? AND state IN ('planned', 'sent', 'waiting') LIMIT 1) AS o", transfer).Scan(ctx, &open); err != nil || open > 0 {
			return err
		}
		var t Transfer
		if err := tx.NewRaw("SELECT "+transferColumns+" FROM transfer_transfer WHERE corp_id = ? AND id = ?", corp, transfer).Scan(ctx, &t); err != nil {
			return err
		}
		of, err := countBy(ctx, tx, "SELECT state AS k, COUNT(*) AS n FROM transfer_item WHERE transfer_id = ? GROUP BY state", transfer)
		if err != nil {
			return err
		}
		n := func(s State) int64 { return of[string(s)] }
		tally := web.Tally{State: "done", Done: n(Accepted), Failed: n(Refused) + n(Full) + n(Failed), Skipped: n(Cancelled)}
		outcome := web.Done
		switch {
		case tally.Done > 0:
		case tally.Failed > 0:
			outcome, tally.State = web.Failed, "failed"
		default:
			outcome, tally.State = web.Stopped, "stopped"
		}
		s.acted(tx, web.Act{
			Corp: corp, Behalf: t.CreatedBy, BehalfName: t.Creator, Operation: "transfer.ends", Summary: "客户转接结束", Outcome: outcome, Began: db.FromMS(t.CreatedAt),
			Changes: []web.Change{{Object: "transfer:" + t.ID.String(), After: tally}},
		})
		return nil
	})
}
