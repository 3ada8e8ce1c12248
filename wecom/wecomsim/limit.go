package wecomsim

import (
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// This file counts calls (基础频率, 90312) and holds the punishment windows.
//
// Not modelled: third-party provider limits, quotas per day and month, debug=1.

// Limits are the frequency limits of a simulator. A zero field means no limit.
type Limits struct {
	// CorpMinute and CorpHour: calls of one corp to one API.
	CorpMinute, CorpHour int
	// IPMinute and IPHour: calls of one address to one API.
	IPMinute, IPHour int
	// Concurrent calls of one corp to one API (45033). WeCom does not publish
	// the number (unverified).
	Concurrent int
	// TicketCorpHour and TicketAppHour: fetches of JS-SDK tickets per hour.
	TicketCorpHour, TicketAppHour int
	// BadSecrets is how many wrong secrets in a row block an address for an hour.
	// WeCom says "several" (unverified number).
	BadSecrets int
	// AppMessagesPerMinute to one member from one app; more are dropped silently.
	AppMessagesPerMinute int
	// UploadImgPerDay: sources say 100 or 1000; the lower holds (media.md).
	UploadImgPerDay int
	// CorpTags in total (tags.md).
	CorpTags int
	// ContactWays of one corp (contact-ways.md).
	ContactWays int
}

// DefaultLimits returns the numbers of the fact sheets.
func DefaultLimits() Limits {
	return Limits{
		CorpMinute: 10_000, CorpHour: 150_000,
		IPMinute: 20_000, IPHour: 600_000,
		Concurrent:     200,
		TicketCorpHour: 400, TicketAppHour: 100,
		BadSecrets:           5,
		AppMessagesPerMinute: 30,
		UploadImgPerDay:      100,
		CorpTags:             10_000,
		ContactWays:          500_000,
	}
}

type limiter struct {
	mu      sync.Mutex
	limits  Limits
	windows map[windowKey]*window
	running map[string]int
	strikes map[string]*window // by IP: wrong secrets in a row
}

type windowKey struct {
	scope string // corp id, "ip " + address, ticket scope, …
	api   string
	span  time.Duration
}

type window struct {
	start   time.Time
	count   int
	blocked time.Time // until then everything is refused
}

func newLimiter(l Limits) *limiter {
	lim := &limiter{limits: l}
	lim.clear()
	return lim
}

func (l *limiter) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.windows, l.running, l.strikes = map[windowKey]*window{}, map[string]int{}, map[string]*window{}
}

// SetLimits changes the frequency limits of a running simulator.
func (s *Sim) SetLimits(limits Limits) {
	s.limits.clear()
	s.limits.mu.Lock()
	defer s.limits.mu.Unlock()
	s.limits.limits = limits
}

// limit reads the current limits.
func (s *Sim) limit() Limits {
	s.limits.mu.Lock()
	defer s.limits.mu.Unlock()
	return s.limits.limits
}

// call counts one call of a corp to an API; a returned error is 45009. The
// punishment lasts as long as the window that was exceeded.
func (l *limiter) call(now time.Time, corp, ip, api string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range [...]struct {
		key windowKey
		max int
	}{
		{windowKey{corp, api, time.Minute}, l.limits.CorpMinute},
		{windowKey{corp, api, time.Hour}, l.limits.CorpHour},
		{windowKey{"ip " + ip, api, time.Minute}, l.limits.IPMinute},
		{windowKey{"ip " + ip, api, time.Hour}, l.limits.IPHour},
	} {
		if !l.take(now, w.key, w.max, 1) {
			return fail(errcode.RateLimited, "api freq out of limit")
		}
	}
	return nil
}

// take counts n in a window and reports whether that was still allowed.
// The caller holds mu.
func (l *limiter) take(now time.Time, key windowKey, limit, n int) bool {
	if limit <= 0 {
		return true
	}
	w := l.windows[key]
	if w == nil {
		l.tidy(now)
		w = &window{start: now}
		l.windows[key] = w
	}
	if now.Before(w.blocked) {
		return false
	}
	if now.Sub(w.start) >= key.span || now.Before(w.start) {
		w.start, w.count = now, 0
	}
	w.count += n
	if w.count > limit {
		w.blocked = now.Add(key.span)
		w.start, w.count = w.blocked, 0
		return false
	}
	return true
}

// keepWindows is how many windows are kept before ended ones are thrown away.
const keepWindows = 20_000

// tidy throws ended windows away once there are many. The caller holds mu.
func (l *limiter) tidy(now time.Time) {
	if len(l.windows) < keepWindows {
		return
	}
	for key, w := range l.windows {
		if now.Sub(w.start) >= key.span && !now.Before(w.blocked) {
			delete(l.windows, key)
		}
	}
}

// takeOne is take for callers outside of this file.
func (l *limiter) takeOne(now time.Time, scope, api string, span time.Duration, limit int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.take(now, windowKey{scope, api, span}, limit, 1)
}

// room counts one in a window and reports whether it fitted; unlike take it
// punishes nobody (messages above the limit are dropped one by one).
func (l *limiter) room(now time.Time, scope, api string, span time.Duration, limit int) bool {
	if limit <= 0 {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	key := windowKey{scope, api, span}
	w := l.windows[key]
	if w == nil || now.Sub(w.start) >= span || now.Before(w.start) {
		l.tidy(now)
		w = &window{start: now}
		l.windows[key] = w
	}
	if w.count >= limit {
		return false
	}
	w.count++
	return true
}

// enter counts a running call; leave must follow when it returns nil.
func (l *limiter) enter(corp, api string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := corp + " " + api
	if l.limits.Concurrent > 0 && l.running[key] >= l.limits.Concurrent {
		return fail(errcode.TooManyConcurrent, "api concurrent out of limit")
	}
	l.running[key]++
	return nil
}

func (l *limiter) leave(corp, api string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := corp + " " + api
	if l.running[key]--; l.running[key] <= 0 {
		delete(l.running, key)
	}
}

// strike remembers a wrong secret from an address; after several in a row the
// address is blocked for an hour (auth-and-tokens.md).
func (l *limiter) strike(now time.Time, ip string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.limits.BadSecrets <= 0 {
		return
	}
	w := l.strikes[ip]
	if w == nil {
		w = &window{}
		l.strikes[ip] = w
	}
	if w.count++; w.count >= l.limits.BadSecrets {
		w.blocked, w.count = now.Add(time.Hour), 0
	}
}

// pardon ends a row of wrong secrets after a right one.
func (l *limiter) pardon(ip string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.strikes, ip)
}

func (l *limiter) struck(now time.Time, ip string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.strikes[ip]
	return w != nil && now.Before(w.blocked)
}
