package web

import (
	"context"
	"slices"
)

// Change says what an operation acted upon and how it changed, for the audit log.
type Change struct {
	// Object is the thing as "<kind>:<id>", e.g. "role:sales", "account:3w…", "channelcode:3x…".
	Object string
	// Name is what people call it, "" when it has no name.
	Name string
	// Before and After are its state as JSON will show it; nil where there was or is none.
	// Give the answer's own type, never a row with secrets in it.
	Before, After any
}

// Note adds a change to the audit entry of the request under way; outside a request it
// does nothing. Call it inside the transaction of the act, before it commits. When the
// transaction is run again, a note about the same object takes the place of the earlier.
func Note(ctx context.Context, c Change) {
	s := stateOf(ctx)
	s.notes.Lock()
	defer s.notes.Unlock()
	s.changes = append(slices.DeleteFunc(s.changes, func(o Change) bool { return o.Object == c.Object }), c)
}

// Noted are the changes that the request under way has noted, in their order.
func Noted(ctx context.Context) []Change {
	s := stateOf(ctx)
	s.notes.Lock()
	defer s.notes.Unlock()
	return slices.Clone(s.changes)
}
