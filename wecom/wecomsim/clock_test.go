package wecomsim_test

import (
	"slices"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

func TestStillClockFiresTimersInOrderAtTheirTime(t *testing.T) {
	c := wecomsim.NewStillClock(start())
	var fired []string
	note := func(name string) func() {
		return func() { fired = append(fired, name+"@"+c.Now().Sub(start()).String()) }
	}
	c.After(3*time.Second, note("c"))
	c.After(time.Second, note("a"))
	c.After(time.Second, note("b"))
	c.After(time.Hour, note("late"))
	cancel := c.After(2*time.Second, note("cancelled"))
	cancel()
	c.After(2*time.Second, func() { c.After(500*time.Millisecond, note("nested")) })
	c.Advance(10 * time.Second)
	want := []string{"a@1s", "b@1s", "nested@2.5s", "c@3s"}
	if !slices.Equal(fired, want) {
		t.Errorf("fired %v, want %v", fired, want)
	}
	if got := c.Now().Sub(start()); got != 10*time.Second {
		t.Errorf("the clock shows %v, want 10s", got)
	}
	cancel() // late and harmless
}

func TestRunningClockFiresAndKeepsSpeed(t *testing.T) {
	c := wecomsim.NewClock()
	c.SetSpeed(3600) // an hour in a second
	fired := make(chan struct{})
	c.After(time.Minute, func() { close(fired) })
	select {
	case <-fired:
	case <-time.After(5 * time.Second):
		t.Fatal("a minute at 3600 times the speed has not passed in 5 s")
	}
	c.SetSpeed(0)
	if a, b := c.Now(), c.Now(); !a.Equal(b) || c.Speed() != 0 {
		t.Error("a stopped clock moves")
	}
	c.Set(start())
	if !c.Now().Equal(start()) {
		t.Error("Set has no effect")
	}
}
