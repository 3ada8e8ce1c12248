package clock_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

func start() time.Time { return time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC) }

func fired(t *clock.Timer) bool {
	select {
	case <-t.C:
		return true
	default:
		return false
	}
}

func TestFakeTimers(t *testing.T) {
	c := clock.NewFake(start())
	now, early, late, stopped := c.NewTimer(0), c.NewTimer(time.Second), c.NewTimer(time.Minute), c.NewTimer(time.Second)
	past := c.NewTimer(-time.Second)
	if !stopped.Stop() || stopped.Stop() {
		t.Error("Stop is true once, while pending")
	}
	if !fired(now) || !fired(past) || now.Stop() {
		t.Error("zero and less fire at once")
	}
	c.Advance(time.Second - 1)
	if fired(early) {
		t.Error("a nanosecond early")
	}
	c.Advance(1)
	if !fired(early) || fired(early) || early.Stop() {
		t.Error("fires once, at its moment")
	}
	c.Set(start().Add(-time.Hour))
	if fired(late) || !c.Now().Equal(start().Add(-time.Hour)) {
		t.Error("going back fires nothing")
	}
	c.Set(start().Add(time.Hour))
	if !fired(late) || fired(stopped) {
		t.Error("the late one fires, the stopped one never")
	}
}

func TestSleep(t *testing.T) {
	c := clock.NewFake(start())
	if err := clock.Sleep(t.Context(), c, 0); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := clock.Sleep(ctx, c, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	// Nothing tells a sleeper from outside that it sleeps: move until it is awake.
	done := make(chan error, 1)
	go func() { done <- clock.Sleep(t.Context(), c, time.Hour) }()
	for {
		c.Advance(time.Minute)
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			return
		default:
		}
	}
}

func TestFakeIsSafeForManyAtOnce(t *testing.T) {
	c := clock.NewFake(start())
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				timer := c.NewTimer(time.Millisecond)
				c.Advance(time.Millisecond)
				<-timer.C
				c.Now()
			}
		})
	}
	all.Wait()
}

func TestSystem(t *testing.T) {
	c := clock.System()
	first := c.Now()
	if second := c.Now(); second.Before(first) || first.Year() < 2026 {
		t.Errorf("%s, then %s", first, second)
	}
	if err := clock.Sleep(t.Context(), c, time.Nanosecond); err != nil {
		t.Error(err)
	}
	if !c.NewTimer(time.Hour).Stop() {
		t.Error("a pending timer stops")
	}
}
