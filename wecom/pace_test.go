package wecom_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
)

// TestDefaultPaceStaysBelowTheLimits does the sum of the package's claim: no window of a
// minute or an hour can hold more calls than WeCom allows for one corp and one API.
func TestDefaultPaceStaysBelowTheLimits(t *testing.T) {
	pace := wecom.DefaultPace()
	for window, limit := range map[time.Duration]float64{time.Minute: 10_000, time.Hour: 150_000} {
		most := float64(pace.Burst) + pace.PerSecond*window.Seconds()
		if most > 0.95*limit {
			t.Errorf("%s can hold %.0f calls, the limit is %.0f", window, most, limit)
		}
	}
}

func TestPacing(t *testing.T) {
	clock := newFakeClock()
	arrived := map[string][]time.Time{}
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		arrived[r.URL.Path] = append(arrived[r.URL.Path], clock.Now())
		fine(w, r)
	})
	pacer := wecom.NewPacer(wecom.PacerOptions{
		Default: &wecom.Pace{PerSecond: 1000, Burst: 1000},
		Paths:   map[string]wecom.Pace{"message/recall": {PerSecond: 4, Burst: 4}},
		Nodes:   2,
	})
	var waited time.Duration
	c := newClient(t, s, func(o *wecom.Options) {
		o.Clock, o.Pacer = clock, pacer
		o.Observe = func(_ context.Context, call wecom.CallInfo) { waited += call.Waited }
	})
	start := clock.Now()
	for range 8 {
		if err := c.RecallMessage(t.Context(), "m"); err != nil {
			t.Fatal(err)
		}
	}
	// Two nodes share four a second: two at once, then one each half second.
	if got, want := clock.Now().Sub(start), 3*time.Second; got != want || waited != want {
		t.Errorf("8 calls took %s and waited %s, want %s", got, waited, want)
	}
	// Another API is not held up, nor is another corp.
	if _, err := c.ListAgents(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := clock.Now().Sub(start); got != 3*time.Second {
		t.Errorf("another API waited until %s", got)
	}
	other := newClient(t, s, func(o *wecom.Options) { o.Clock, o.Pacer = clock, pacer; o.CorpID = "ww-other" })
	if err := other.RecallMessage(t.Context(), "m"); !wecom.IsConfig(err) { // the server knows one corp
		t.Fatal(err)
	}
	if got := clock.Now().Sub(start); got != 3*time.Second {
		t.Errorf("another corp waited until %s", got)
	}
}

// TestWaitingEndsWithTheContext: who gives up leaves his turn to the others.
func TestWaitingEndsWithTheContext(t *testing.T) {
	clock := newFakeClock()
	calls := 0
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) { calls++; fine(w, r) })
	c := newClient(t, s, func(o *wecom.Options) {
		o.Clock = clock
		o.Pacer = wecom.NewPacer(wecom.PacerOptions{Paths: map[string]wecom.Pace{"message/recall": {PerSecond: 0.01, Burst: 1}}})
	})
	if err := c.RecallMessage(t.Context(), "m"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 5 {
		if err := c.RecallMessage(ctx, "m"); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
	if calls != 1 {
		t.Errorf("%d calls arrived", calls)
	}
	start := clock.Now()
	if err := c.RecallMessage(t.Context(), "m"); err != nil {
		t.Fatal(err)
	}
	if got := clock.Now().Sub(start); got != 100*time.Second {
		t.Errorf("the next caller waited %s, want 1m40s", got)
	}
}
