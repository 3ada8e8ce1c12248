// Package clock is the only source of time: code that asks it can be tested at any
// hour, and a test can let a month pass in a microsecond.
package clock

import (
	"context"
	"sync"
	"time"
)

// Clock tells the time and wakes sleepers.
type Clock interface {
	// Now is the present moment.
	Now() time.Time
	// NewTimer fires once after d. A d of zero or less fires at once.
	NewTimer(d time.Duration) *Timer
}

// Timer is a pending wake-up.
type Timer struct {
	// C receives the time once.
	C    <-chan time.Time
	stop func() bool
}

// Stop prevents the timer from firing; false when it already fired or was stopped.
func (t *Timer) Stop() bool { return t.stop() }

// Sleep waits for d or until ctx ends, whose error it then returns.
func Sleep(ctx context.Context, c Clock, d time.Duration) error {
	t := c.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

type system struct{}

// System is the machine's clock.
func System() Clock { return system{} }

func (system) Now() time.Time { return time.Now() }

func (system) NewTimer(d time.Duration) *Timer {
	t := time.NewTimer(d)
	return &Timer{C: t.C, stop: t.Stop}
}

// Fake is a clock that stands still until a test moves it. Safe for concurrent use.
type Fake struct {
	mu     sync.Mutex
	now    time.Time
	timers map[*fakeTimer]struct{}
}

type fakeTimer struct {
	at time.Time
	c  chan time.Time
}

// NewFake starts at the given moment.
func NewFake(at time.Time) *Fake {
	return &Fake{now: at, timers: map[*fakeTimer]struct{}{}}
}

// Now is the moment the test has reached.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// NewTimer fires when Advance passes its moment.
func (f *Fake) NewTimer(d time.Duration) *Timer {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := &fakeTimer{at: f.now.Add(d), c: make(chan time.Time, 1)}
	if d <= 0 {
		t.c <- f.now
		return &Timer{C: t.c, stop: func() bool { return false }}
	}
	f.timers[t] = struct{}{}
	return &Timer{C: t.c, stop: func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		_, pending := f.timers[t]
		delete(f.timers, t)
		return pending
	}}
}

// Advance moves the clock on by d and fires what falls due.
func (f *Fake) Advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.set(f.now.Add(d))
}

// Set moves the clock to t, backwards too, and fires what falls due.
func (f *Fake) Set(t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.set(t)
}

func (f *Fake) set(t time.Time) {
	f.now = t
	for timer := range f.timers {
		if !timer.at.After(t) {
			timer.c <- t
			delete(f.timers, timer)
		}
	}
}
