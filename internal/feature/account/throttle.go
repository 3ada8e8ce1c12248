package account

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

// throttle slows somebody who keeps trying. Each key (a sign-in name, an address) has a
// handful of tries and gets one back now and then; success gives them all back. It
// counts in this process; see tries.
type throttle struct {
	clock clock.Clock
	every time.Duration
	burst int

	mu    sync.Mutex
	tries map[string]*rate.Limiter
}

// maxTracked bounds the memory that strangers can make us use.
const maxTracked = 20_000

func newThrottle(c clock.Clock, burst int, every time.Duration) *throttle {
	return &throttle{clock: c, every: every, burst: burst, tries: map[string]*rate.Limiter{}}
}

// take uses one try of the key; when none is left it says how long until the next.
func (t *throttle) take(key string) (wait time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	l := t.tries[key]
	if l == nil {
		if len(t.tries) >= maxTracked {
			t.forget(now)
		}
		l = rate.NewLimiter(rate.Every(t.every), t.burst)
		t.tries[key] = l
	}
	if l.AllowN(now, 1) {
		return 0, true
	}
	missing := 1 - l.TokensAt(now)
	return time.Duration(missing * float64(t.every)), false
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
	for key, l := range t.tries {
		if l.TokensAt(now) >= float64(t.burst) {
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
