package web

import (
	"context"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// Change says what an operation acted upon and how it changed, for the audit log.
type Change struct {
	// Object is the thing as "<kind>:<id>", e.g. "role:sales", "account:3w…", "channelcode:3x…".
	Object string
	// Name is what people call it, "" when it has no name.
	Name string
	// Of is what it belongs to, named like Object; "" for nothing. Of people whose names must
	// not be kept for ever it says who is meant.
	Of string
	// Before and After are its state as JSON will show it; nil where there was or is none.
	// Give the answer's own type, never a row with secrets in it.
	Before, After any
}

// noted is a change with the transaction in which it was noted, nil outside one.
type noted struct {
	Change
	within any
	kept   bool // an entry that is committed holds it
}

// Note adds a change to the audit entry of the request under way; outside a request it
// does nothing. Call it inside the transaction of the act: the entry is then written in
// that transaction, and both hold or neither. When the transaction is run again, what was
// noted in the run that was undone counts no more; within one run a note about the same
// object takes the place of the earlier. A read that notes something is audited by that,
// and a note outside a transaction belongs to the next that commits, else to the answer.
func Note(ctx context.Context, c Change) {
	s, within := stateOf(ctx), db.Current(ctx)
	s.notes.Lock()
	defer s.notes.Unlock()
	s.changes = append(slices.DeleteFunc(s.changes, func(o noted) bool { return o.Object == c.Object && !o.kept }), noted{Change: c, within: within})
}

// Noted are the changes that the request under way has noted, in their order.
func Noted(ctx context.Context) []Change {
	return stateOf(ctx).pick(func(noted) bool { return true })
}

// pick gives the changes that fit.
func (s *state) pick(fits func(noted) bool) []Change {
	s.notes.Lock()
	defer s.notes.Unlock()
	var picked []Change
	for _, n := range s.changes {
		if fits(n) {
			picked = append(picked, n.Change)
		}
	}
	return picked
}

// keep marks changes as held by a committed entry.
func (s *state) keep(fits func(noted) bool) {
	s.notes.Lock()
	defer s.notes.Unlock()
	for i := range s.changes {
		if fits(s.changes[i]) {
			s.changes[i].kept = true
		}
	}
}
