package apptest

import (
	"errors"
	"net/http"
	"path"
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

// Line is the program's line to WeCom, which a test can make slow, cut, or let lose
// answers that WeCom has already acted upon. The zero value with a clock is a good line.
type Line struct {
	// Clock is what slowness waits on.
	Clock clock.Clock

	mu      sync.Mutex
	rules   []*rule
	waiting map[string]int
	carried map[string]int // calls that came back, with an answer or without
	moved   chan struct{}  // closed and renewed whenever waiting changes
}

// rule is one trouble of the line. Operation is the last part of an API's path, "" for all.
type rule struct {
	operation string
	slow      time.Duration
	lose, cut bool
	left      int // how often it still strikes; below zero for ever
}

// Slow makes the next calls of an operation wait; a negative count for all of them.
func (l *Line) Slow(operation string, by time.Duration, count int) {
	l.add(&rule{operation: operation, slow: by, left: count})
}

// Lose lets the next calls reach WeCom and loses the answers.
func (l *Line) Lose(operation string, count int) {
	l.add(&rule{operation: operation, lose: true, left: count})
}

// Cut keeps calls from reaching WeCom.
func (l *Line) Cut(operation string, count int) {
	l.add(&rule{operation: operation, cut: true, left: count})
}

// Mend makes the line good again; calls that wait go on waiting for the clock.
func (l *Line) Mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rules = nil
}

func (l *Line) add(r *rule) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rules = append(l.rules, r)
}

func (l *Line) strike(operation string) rule {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.rules {
		if r.left == 0 || r.operation != "" && r.operation != operation {
			continue
		}
		r.left--
		return *r
	}
	return rule{}
}

// tally moves a counter and wakes those who wait for it.
func (l *Line) tally(counter *map[string]int, operation string, by int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if *counter == nil {
		*counter = map[string]int{}
	}
	(*counter)[operation] += by
	if l.moved != nil {
		close(l.moved)
		l.moved = nil
	}
}

// Calls counts the calls of the operation that wait for the clock now, and those that
// came back since the beginning; the channel is closed when that may have changed.
func (l *Line) Calls(operation string) (waiting, carried int, moved <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.moved == nil {
		l.moved = make(chan struct{})
	}
	return l.waiting[operation], l.carried[operation], l.moved
}

var errLine = errors.New("apptest: the line is broken")

// RoundTrip carries one call.
func (l *Line) RoundTrip(r *http.Request) (*http.Response, error) {
	operation := path.Base(r.URL.Path)
	defer l.tally(&l.carried, operation, 1)
	trouble := l.strike(operation)
	if trouble.cut {
		return nil, errLine
	}
	if trouble.slow > 0 {
		timer := l.Clock.NewTimer(trouble.slow)
		l.tally(&l.waiting, operation, 1)
		var err error
		select {
		case <-timer.C:
		case <-r.Context().Done():
			timer.Stop()
			err = r.Context().Err()
		}
		l.tally(&l.waiting, operation, -1)
		if err != nil {
			return nil, err
		}
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || !trouble.lose {
		return response, err
	}
	return nil, errors.Join(errLine, response.Body.Close())
}
