package web

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// System is the audience of what the program does by itself.
const System Audience = "system"

// systemActor is who acts when nobody does just now.
const systemActor = "system"

// Act is what the program does without a request: because of something it heard, by the
// clock, or as the rest of what somebody asked for earlier.
type Act struct {
	Corp string
	// Behalf is who asked for it, as Subject.Actor names people; "" when nobody did.
	Behalf string
	// BehalfName is what people call him.
	BehalfName string
	// Operation and Summary name it as those of a route do.
	Operation, Summary string
	Outcome            Outcome   // "" is Done
	Began              time.Time // zero when it took no time of its own
	// Destructive marks what a route would mark Dangerous.
	Destructive bool
	Changes     []Change
}

// Tally is how work in the background ended, as the state after of what it was.
type Tally struct {
	State   string `json:"state"`
	Done    int64  `json:"done"`
	Failed  int64  `json:"failed"`
	Skipped int64  `json:"skipped"`
	Reason  string `json:"reason,omitempty"`
}

// Acted puts an act on record in the transaction in which it comes about, at the end of
// that: both hold or neither. Call it only where the transaction has found that it is the
// one that changes something; then a job that runs twice leaves one entry.
func (s *Server) Acted(tx db.Tx, a Act) {
	e := Entry{
		At: s.opts.Clock.Now(), Corp: a.Corp, Actor: systemActor, OnBehalf: a.Behalf, ActorName: a.BehalfName, Operation: a.Operation, Action: a.Operation, Summary: a.Summary,
		Audience: System, Outcome: a.Outcome, Changes: a.Changes, Reference: strings.ToLower(rand.Text()[:16]), Dangerous: a.Destructive,
	}
	if e.Outcome == "" {
		e.Outcome = Done
	}
	if !a.Began.IsZero() {
		e.Took = e.At.Sub(a.Began)
	}
	if auditor, ok := s.auditor.(TxAuditor); ok {
		tx.BeforeCommit(nil, func(ctx context.Context, tx db.Tx) error { return auditor.RecordIn(ctx, tx, e) })
		return
	}
	tx.AfterCommit(func() { _ = s.auditor.Record(context.Background(), e) }) // it only writes to the log
}
