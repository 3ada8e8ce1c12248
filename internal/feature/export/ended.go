package export

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// ended puts on record that the making of a file came to an end, in the transaction that
// found that it ends it.
func (s *service) ended(ctx context.Context, tx db.Tx, corp string, run id.ID, outcome web.Outcome) error {
	r, err := byID(ctx, tx, corp, run)
	if err != nil {
		return err
	}
	s.acted(tx, web.Act{
		Corp: corp, Behalf: r.Owner, BehalfName: r.Name, Operation: "export.runEnds", Summary: "生成导出文件结束", Outcome: outcome, Began: db.FromMS(r.CreatedAt),
		Changes: []web.Change{{Object: "export:" + r.ID.String(), After: struct {
			web.Tally
			List string `json:"list"`
		}{web.Tally{State: string(r.State), Done: r.Written, Reason: web.KeptWhy(r.Error).In(false, becauses())}, r.List}}},
	})
	return nil
}
