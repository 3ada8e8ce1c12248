package web

import (
	"container/list"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

// Limiter allows each key (an address, an account) so many actions in a time: a bucket of
// tokens for each. Memory is bounded: the keys used longest ago are forgotten, and a
// forgotten key begins with a full bucket. It counts in this process only.
type Limiter struct {
	clock clock.Clock
	limit rate.Limit
	burst int
	most  int

	mu     sync.Mutex
	byKey  map[string]*list.Element
	recent *list.List // of *bucket, the last used in front
}

type bucket struct {
	key    string
	tokens *rate.Limiter
}

// bucketOf is what the list holds; it holds nothing else.
func bucketOf(e *list.Element) *bucket {
	b, ok := e.Value.(*bucket)
	if !ok {
		panic(fmt.Sprintf("web: %T in the limiter's list", e.Value))
	}
	return b
}

// NewLimiter allows burst actions at once and then one every interval, for each of at
// most keys keys.
func NewLimiter(c clock.Clock, interval time.Duration, burst, keys int) *Limiter {
	return &Limiter{
		clock: c, limit: rate.Every(interval), burst: burst, most: max(keys, 1),
		byKey: map[string]*list.Element{}, recent: list.New(),
	}
}

// Allow takes a token of the key; when there is none, the error is a limited fault that
// says when to come back.
func (l *Limiter) Allow(key string) error { return l.allow(key, l.limit, l.burst) }

// AllowPerMinute is Allow for a key that has a pace of its own: so many a minute, a third of
// them at once.
func (l *Limiter) AllowPerMinute(key string, perMinute int) error {
	return l.allow(key, rate.Every(time.Minute/time.Duration(perMinute)), max(perMinute/3, 1))
}

func (l *Limiter) allow(key string, limit rate.Limit, burst int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	element, ok := l.byKey[key]
	if ok {
		l.recent.MoveToFront(element)
	} else {
		for l.recent.Len() >= l.most {
			oldest := l.recent.Back()
			delete(l.byKey, bucketOf(oldest).key)
			l.recent.Remove(oldest)
		}
		element = l.recent.PushFront(&bucket{key, rate.NewLimiter(limit, burst)})
		l.byKey[key] = element
	}
	tokens := bucketOf(element).tokens
	if tokens.Limit() != limit || tokens.Burst() != burst { // the pace was changed
		tokens.SetLimitAt(now, limit)
		tokens.SetBurstAt(now, burst)
	}
	reservation := tokens.ReserveN(now, 1)
	if !reservation.OK() {
		return Limited(time.Minute)
	}
	if wait := reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
		return Limited(wait)
	}
	return nil
}

// Forgive fills the key's bucket again, after a successful sign-in for instance.
func (l *Limiter) Forgive(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if element, ok := l.byKey[key]; ok {
		l.recent.Remove(element)
		delete(l.byKey, key)
	}
}
