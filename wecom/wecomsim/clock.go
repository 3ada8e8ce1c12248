package wecomsim

import (
	"container/heap"
	"sync"
	"time"
)

// Clock is the time of one simulated world. Every expiry (tokens, welcome
// codes, media, OAuth codes, punishment windows) and every retry of a callback
// runs on it, so a test can let 20 seconds or three days pass at once.
//
// A clock either runs (at a speed, 1 = real time) or stands still (speed 0)
// and then moves only through Advance and Set. Timers fire in the order of
// their time; during Advance each timer sees the moment for which it was set.
//
// Not modelled: leap seconds, a clock that runs backwards by itself.
type Clock struct {
	mu     sync.Mutex
	base   time.Time // simulated time at anchor
	anchor time.Time // real time when base was taken
	speed  float64
	timers timerHeap
	serial uint64
	wake   *time.Timer // real timer for the earliest simulated one; nil when none
	firing sync.Mutex  // one firing at a time keeps the order of timers
}

// NewClock returns a clock that shows real time and runs at speed 1.
func NewClock() *Clock {
	now := time.Now()
	return &Clock{base: now, anchor: now, speed: 1}
}

// NewStillClock returns a clock that stands at start until it is advanced.
func NewStillClock(start time.Time) *Clock {
	return &Clock{base: start, anchor: time.Now()}
}

// Now returns the simulated time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	if c.speed == 0 {
		return c.base
	}
	return c.base.Add(time.Duration(float64(time.Since(c.anchor)) * c.speed))
}

// Speed returns how many simulated seconds pass in one real second; 0 means
// that the clock stands still.
func (c *Clock) Speed() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.speed
}

// SetSpeed changes the speed from now on. Negative values count as 0.
func (c *Clock) SetSpeed(speed float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.anchor = c.now(), time.Now()
	c.speed = max(speed, 0)
	c.arm()
}

// Advance moves the clock forward by d and fires, in order, what became due.
// It returns when the functions of these timers have returned. A negative d
// moves the clock back and fires nothing.
func (c *Clock) Advance(d time.Duration) {
	c.moveTo(c.Now().Add(d))
}

// Set puts the clock to t, forward (firing timers) or back.
func (c *Clock) Set(t time.Time) { c.moveTo(t) }

func (c *Clock) moveTo(target time.Time) {
	c.firing.Lock()
	defer c.firing.Unlock()
	for {
		c.mu.Lock()
		if len(c.timers) == 0 || c.timers[0].at.After(target) {
			c.base, c.anchor = target, time.Now()
			c.arm()
			c.mu.Unlock()
			return
		}
		next := c.timers[0]
		heap.Remove(&c.timers, 0)
		if next.at.After(c.now()) {
			c.base, c.anchor = next.at, time.Now()
		}
		c.mu.Unlock()
		next.run()
	}
}

// After calls run once when the clock reaches d from now, in a goroutine of
// the clock. The returned function cancels it; it is safe to call it late.
func (c *Clock) After(d time.Duration, run func()) (cancel func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.serial++
	t := &timer{at: c.now().Add(d), serial: c.serial, run: run}
	heap.Push(&c.timers, t)
	c.arm()
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if t.index >= 0 && t.index < len(c.timers) && c.timers[t.index] == t {
			heap.Remove(&c.timers, t.index)
			c.arm()
		}
	}
}

// arm sets the real timer for the earliest simulated one. The caller holds mu.
func (c *Clock) arm() {
	if c.wake != nil {
		c.wake.Stop()
		c.wake = nil
	}
	if c.speed == 0 || len(c.timers) == 0 {
		return
	}
	wait := time.Duration(float64(c.timers[0].at.Sub(c.now())) / c.speed)
	c.wake = time.AfterFunc(max(wait, 0), c.fireDue)
}

// fireDue runs what is due on a running clock.
func (c *Clock) fireDue() {
	c.firing.Lock()
	defer c.firing.Unlock()
	for {
		c.mu.Lock()
		if len(c.timers) == 0 || c.timers[0].at.After(c.now()) {
			c.arm()
			c.mu.Unlock()
			return
		}
		next := c.timers[0]
		heap.Remove(&c.timers, 0)
		c.mu.Unlock()
		next.run()
	}
}

// stopwatch measures real time, for durations that lie outside the world.
func stopwatch() func() time.Duration {
	begun := time.Now()
	return func() time.Duration { return time.Since(begun) }
}

// realTicker beats in real time, for connections and files that do not live in
// the world.
func realTicker(d time.Duration) (beats <-chan time.Time, stop func()) {
	t := time.NewTicker(d)
	return t.C, t.Stop
}

// sleep waits for d on the clock or until done is closed; it reports whether
// the time passed.
func (c *Clock) sleep(d time.Duration, done <-chan struct{}) bool {
	if d <= 0 {
		return true
	}
	woken := make(chan struct{})
	cancel := c.After(d, func() { close(woken) })
	select {
	case <-woken:
		return true
	case <-done:
		cancel()
		return false
	}
}

type timer struct {
	at     time.Time
	serial uint64 // keeps timers of one moment in the order in which they were set
	run    func()
	index  int
}

type timerHeap []*timer

func (h timerHeap) Len() int { return len(h) }

func (h timerHeap) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].serial < h[j].serial
	}
	return h[i].at.Before(h[j].at)
}

func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *timerHeap) Push(x any) {
	if t, ok := x.(*timer); ok {
		t.index = len(*h)
		*h = append(*h, t)
	}
}

func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	t.index = -1
	*h = old[:len(old)-1]
	return t
}
