package account

import (
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

const (
	// recallFor is how long a session is known without another look at its row. Every end
	// and change is told by note, at once here and within milliseconds on other nodes; this
	// is the longest that a lost note, or a command line beside a server on SQLite, takes.
	recallFor = 2 * time.Second
	// maxRecalled bounds the memory; more sessions than this are read again.
	maxRecalled = 20_000
)

// recall remembers the rows of sessions in use for a moment, so that a page that asks ten
// questions at once costs one look.
type recall struct {
	clock clock.Clock

	mu   sync.Mutex
	rows map[string]recalled
	// drops counts what was forgotten: a look that began before it is not kept after it.
	drops int
}

type recalled struct {
	row     sessionRow
	session Session
	readAt  time.Time
}

func newRecall(c clock.Clock) *recall { return &recall{clock: c, rows: map[string]recalled{}} }

// get gives what is known of a session, and the mark that keep wants.
func (r *recall) get(hash string) (known recalled, ok bool, mark int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known, ok = r.rows[hash]
	return known, ok && r.clock.Now().Sub(known.readAt) < recallFor, r.drops
}

// keep remembers a session as it was read, unless something was forgotten since the mark.
func (r *recall) keep(hash string, known recalled, mark int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.drops != mark {
		return
	}
	if len(r.rows) >= maxRecalled {
		clear(r.rows)
	}
	r.rows[hash] = known
}

// forget drops a session, or all when the note names none.
func (r *recall) forget(hash string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drops++
	if hash == "" || hash == everySession {
		clear(r.rows)
		return
	}
	delete(r.rows, hash)
}
