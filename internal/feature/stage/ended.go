package stage

import (
	"encoding/json"
	"fmt"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// batchEnded puts on record that a batch came to an end, or its retry or undoing did, in the
// transaction that found that it ends it. Was is what the batch was doing.
func (s *service) batchEnded(tx db.Tx, b batchRow, was string, outcome web.Outcome) error {
	var who asker
	if err := json.Unmarshal([]byte(b.Who), &who); err != nil {
		return fmt.Errorf("stage: asker of %s: %w", b.ID, err)
	}
	t := web.Tally{State: b.State, Done: b.Moved, Failed: b.Refused, Skipped: b.Same, Reason: b.Reason}
	summary := "批量移动客户阶段结束"
	if was == undoing {
		summary, t.Done, t.Failed, t.Skipped = "撤销批量移动结束", b.Undone, 0, b.Kept
	}
	s.acted(tx, web.Act{
		Corp: b.Corp, Behalf: viewer.Viewer{Account: who.Account, Member: who.Member}.Actor(), BehalfName: b.ByName, Operation: "stage.batchEnds", Summary: summary,
		Outcome: outcome, Began: db.FromMS(b.CreatedAt), Changes: []web.Change{{Object: "stage:batch:" + b.ID.String(), After: t}},
	})
	return nil
}
