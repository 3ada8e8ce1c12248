package privacy

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// ended puts on record that a request came to an end, in the transaction that found that it
// ends it. Nobody is named whose data it was: the log outlives them.
func (s *service) ended(ctx context.Context, tx db.Tx, corp string, which id.ID, outcome web.Outcome) error {
	r, err := byID(ctx, tx, corp, which)
	if err != nil {
		return err
	}
	parts, err := r.parts()
	if err != nil {
		return err
	}
	summary := "导出个人信息结束"
	if r.Kind == Erase {
		summary = "删除个人信息结束"
	}
	t := web.Tally{State: string(r.State), Reason: web.KeptWhy(r.Error).In(false, becauses())}
	for _, p := range parts {
		switch {
		case r.Kind == Erase:
			t.Done += p.Gone
			t.Skipped += max(0, p.Rows-p.Gone)
		case outcome == web.Done:
			t.Done += p.Rows
		}
	}
	s.acted(tx, web.Act{
		Corp: corp, Behalf: r.Actor, BehalfName: r.Name, Operation: "privacy.requestEnds", Summary: summary, Outcome: outcome, Began: db.FromMS(r.CreatedAt), Destructive: r.Kind == Erase,
		Changes: []web.Change{{Object: "privacy:" + r.ID.String(), After: struct {
			web.Tally
			Hash string `json:"hash"`
		}{t, r.Hash}}},
	})
	return nil
}
