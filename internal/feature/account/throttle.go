package account

import (
	"net/netip"
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

// throttle slows somebody who keeps trying. Each key (a sign-in name, an address) has a
// handful of tries and gets one back now and then. Success gives back its own try, or, of
// what only one account can be tried at, all of them. It counts in this process; see tries.
type throttle struct {
	clock clock.Clock
	every time.Duration
	burst int

	mu    sync.Mutex
	tries map[string]time.Time // when all tries of a key are back
}

// maxTracked bounds the memory that strangers can make us use.
const maxTracked = 20_000

func newThrottle(c clock.Clock, burst int, every time.Duration) *throttle {
	return &throttle{clock: c, every: every, burst: burst, tries: map[string]time.Time{}}
}

// take uses one try of the key; when none is left it says how long until the next.
func (t *throttle) take(key string) (wait time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	full, known := t.tries[key]
	if !known && len(t.tries) >= maxTracked {
		t.forget(now)
	}
	if full.Before(now) {
		full = now
	}
	if wait := full.Sub(now) - time.Duration(t.burst-1)*t.every; wait > 0 {
		return wait, false
	}
	t.tries[key] = full.Add(t.every)
	return 0, true
}

// back gives the key one try back.
func (t *throttle) back(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if full, known := t.tries[key]; known {
		t.tries[key] = full.Add(-t.every)
	}
}

// clear gives the key all its tries back.
func (t *throttle) clear(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.tries, key)
}

// forget drops the keys that have all their tries again, and everything when even so
// there are too many.
func (t *throttle) forget(now time.Time) {
	for key, full := range t.tries {
		if !full.After(now) {
			delete(t.tries, key)
		}
	}
	if len(t.tries) >= maxTracked {
		clear(t.tries)
	}
}

// network is the key of an address: itself, or the /64 that one customer of an IPv6
// provider has all to himself.
func network(a netip.Addr) string {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
