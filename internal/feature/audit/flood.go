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
	// readsMost: so many refused reads of one person or address at one route with one answer.
	readsMost = 1
	// floodKeys bounds what is remembered; beyond it all others share one count.
	floodKeys = 4096
	// floodForgets is when what was only counted is forgotten, if its like does not come again.
	floodForgets = time.Hour
)

// flood counts refusals by address, and those of reads by who, where and how.
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

// take tells whether a refusal is written, most of a kind in a while, and how many were not
// since the last one that was.
func (f *flood) take(kind string, most int) (skipped int64, write bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.clock.Now()
	if len(f.seen) >= floodKeys && f.seen[kind] == nil {
		for key, r := range f.seen {
			if now.Sub(r.since) >= floodWindow && (r.skipped == 0 || now.Sub(r.since) >= floodForgets) {
				delete(f.seen, key)
			}
		}
		if len(f.seen) >= floodKeys {
			kind = ""
		}
	}
	r := f.seen[kind]
	if r == nil {
		r = &refusals{since: now}
		f.seen[kind] = r
	}
	if now.Sub(r.since) >= floodWindow {
		r.since, r.written = now, 0
	}
	if r.written >= most {
		r.skipped++
		return 0, false
	}
	skipped, r.skipped = r.skipped, 0
	r.written++
	return skipped, true
}
