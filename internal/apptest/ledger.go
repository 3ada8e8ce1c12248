package apptest

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// Ledger stands for the audit log where the feature audit is not: it remembers what was put
// on record and committed. The zero value is empty.
type Ledger struct {
	mu      sync.Mutex
	entries []web.Entry
}

// New is the feature that keeps the ledger (feature.New).
func (l *Ledger) New(feature.Deps) feature.Feature {
	return feature.Feature{Slug: "ledger", Auditor: l}
}

// Record keeps an entry (web.Auditor).
func (l *Ledger) Record(_ context.Context, e web.Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, e)
	return nil
}

// RecordIn keeps an entry once its transaction is committed (web.TxAuditor).
func (l *Ledger) RecordIn(ctx context.Context, tx db.Tx, e web.Entry) error {
	tx.AfterCommit(func() { _ = l.Record(ctx, e) }) // never fails
	return nil
}

// Ends are the ends of work in the background as an operation put them on record, in their
// order: "<outcome> <done>/<failed>/<skipped> for <who asked>".
func (l *Ledger) Ends(operation string) []string { return ends(l.Of(operation)) }

func ends(entries []web.Entry) []string {
	lines := []string{}
	for _, e := range entries {
		var t web.Tally
		if len(e.Changes) == 1 {
			raw, err := json.Marshal(e.Changes[0].After)
			if err != nil || json.Unmarshal(raw, &t) != nil {
				t.Done = -1
			}
		}
		lines = append(lines, fmt.Sprintf("%s %d/%d/%d for %s", e.Outcome, t.Done, t.Failed, t.Skipped, e.OnBehalf))
	}
	return lines
}

// Of are the entries of an operation, in their order.
func (l *Ledger) Of(operation string) []web.Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []web.Entry
	for _, e := range l.entries {
		if e.Operation == operation {
			found = append(found, e)
		}
	}
	return found
}
