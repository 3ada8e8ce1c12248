package audit

import (
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

const (
	// floodWindow and floodMost: so many refusals of one address are written in that time.
	floodWindow = time.Minute
	floodMost   = 20
	// floodAddresses bounds what is remembered; beyond it strangers share one count.
	floodAddresses = 4096
)

// flood counts the refusals of strangers by address.
type flood struct {
	clock clock.Clock

	mu   sync.Mutex
	seen map[string]*refusals
}

type refusals struct {
	since   time.Time
	written int
	skipped int64
}

func newFlood(c clock.Clock) *flood { return &flood{clock: c, seen: map[string]*refusals{}} }

// take tells whether a refusal is written, and how many were not since the last one that was.
func (f *flood) take(address string) (skipped int64, write bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.clock.Now()
	if len(f.seen) >= floodAddresses && f.seen[address] == nil {
		for key, r := range f.seen {
			if now.Sub(r.since) >= floodWindow && r.skipped == 0 {
				delete(f.seen, key)
			}
		}
		if len(f.seen) >= floodAddresses {
			address = ""
		}
	}
	r := f.seen[address]
	if r == nil {
		r = &refusals{since: now}
		f.seen[address] = r
	}
	if now.Sub(r.since) >= floodWindow {
		r.since, r.written = now, 0
	}
	if r.written >= floodMost {
		r.skipped++
		return 0, false
	}
	skipped, r.skipped = r.skipped, 0
	r.written++
	return skipped, true
}
