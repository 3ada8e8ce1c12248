package wecomsim

import (
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
	"sync"
	"time"
)

// This file keeps what goes wrong on purpose: faults of the API and faults of
// callbacks, switched on from Go or at /_sim/faults.
//
// Not modelled: broken TLS, half-written answers, wrong JSON.

// Kinds of fault of the API.
const (
	FaultSlow      = "slow"          // every call takes Latency longer
	FaultBusy      = "busy"          // errcode -1
	FaultFrequency = "frequency"     // errcode 45009
	FaultCode      = "errcode"       // errcode Code
	FaultHTTP      = "http"          // HTTP status Status instead of an answer
	FaultExpired   = "expired_token" // the call's token is invalidated early: 42001
	FaultReset     = "reset"         // the connection is cut without an answer
)

// Kinds of fault of the results of transfers.
const (
	FaultStaleResult    = "stale_result"    // what ended within Latency is told as still waiting
	FaultUnlistedResult = "unlisted_result" // what began within Latency is not listed yet
	FaultContraryResult = "contrary_result" // done is told as refused, refused as done
)

// Kinds of fault of callbacks.
const (
	FaultDrop      = "callback_drop"      // never sent
	FaultDuplicate = "callback_duplicate" // sent twice
	FaultReorder   = "callback_reorder"   // sent after the next one of the same app
	FaultDelay     = "callback_delay"     // sent Latency later
)

// Fault is one thing that goes wrong. The zero values of Count, Probability and
// Duration mean: every time, always, until switched off.
type Fault struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	// Path limits a fault of the API to paths of this pattern; * matches
	// everything but a slash, a pattern that ends in /** matches a whole tree.
	// Empty means every path.
	Path string `json:"path,omitempty"`
	// Event limits a fault of callbacks to an event ("change_external_contact")
	// or to one change type ("change_external_contact/add_external_contact").
	Event string `json:"event,omitempty"`
	Corp  string `json:"corp,omitempty"`
	// Count is how many times it happens before it switches itself off.
	Count int `json:"count,omitempty"`
	// Probability between 0 and 1 that a matching call or event is hit.
	Probability float64 `json:"probability,omitempty"`
	// Duration on the simulated clock, in milliseconds, after which it ends.
	DurationMS int64 `json:"duration_ms,omitempty"`
	// LatencyMS of slow, stale_result, unlisted_result and callback_delay, on the simulated clock.
	LatencyMS int64 `json:"latency_ms,omitempty"`
	Code      int   `json:"code,omitempty"`   // of errcode
	Status    int   `json:"status,omitempty"` // of http, default 502
	Hits      int   `json:"hits"`
	EndsAt    int64 `json:"ends_at,omitempty"` // unix milliseconds, when DurationMS was given
}

// faults is the list of active faults.
type faults struct {
	mu     sync.Mutex
	active []*Fault
	serial int
}

// AddFault switches a fault on and returns its id.
func (s *Sim) AddFault(f Fault) (string, error) {
	switch f.Kind {
	case FaultSlow, FaultBusy, FaultFrequency, FaultCode, FaultHTTP, FaultExpired, FaultReset,
		FaultStaleResult, FaultUnlistedResult, FaultContraryResult, FaultDrop, FaultDuplicate, FaultReorder, FaultDelay:
	default:
		return "", refuse("kind", "unknown fault %q; GET /_sim lists the kinds", f.Kind)
	}
	if f.Probability < 0 || f.Probability > 1 {
		return "", refuse("probability", "must lie between 0 and 1")
	}
	if (f.Kind == FaultSlow || f.Kind == FaultDelay || f.Kind == FaultStaleResult || f.Kind == FaultUnlistedResult) && f.LatencyMS <= 0 {
		return "", refuse("latency_ms", "a %s fault needs a latency above 0", f.Kind)
	}
	if f.Kind == FaultCode && f.Code == 0 {
		return "", refuse("code", "give the errcode to answer")
	}
	if f.Kind == FaultHTTP && f.Status == 0 {
		f.Status = 502
	}
	if f.Kind == FaultHTTP && (f.Status < 300 || f.Status > 599) {
		return "", refuse("status", "must be an HTTP status from 300 to 599")
	}
	if _, err := path.Match(f.Path, "/"); err != nil {
		return "", refuse("path", "bad pattern: %v", err)
	}
	if f.DurationMS > 0 {
		f.EndsAt = s.clock.Now().UnixMilli() + f.DurationMS
	}
	s.faults.mu.Lock()
	s.faults.serial++
	f.ID, f.Hits = fmt.Sprintf("f%d", s.faults.serial), 0
	s.faults.active = append(s.faults.active, &f)
	s.faults.mu.Unlock()
	s.tell(Change{Kind: "fault", Detail: f.Kind})
	return f.ID, nil
}

// Faults returns the active faults.
func (s *Sim) Faults() []Fault {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.prune(s.clock.Now())
	out := make([]Fault, 0, len(s.faults.active))
	for _, f := range s.faults.active {
		out = append(out, *f)
	}
	return out
}

// ClearFaults switches the named faults off, or all when none is named.
func (s *Sim) ClearFaults(ids ...string) {
	if len(ids) == 0 {
		s.faults.clear()
	} else {
		s.faults.mu.Lock()
		for _, id := range ids {
			for i, f := range s.faults.active {
				if f.ID == id {
					s.faults.active = append(s.faults.active[:i:i], s.faults.active[i+1:]...)
					break
				}
			}
		}
		s.faults.mu.Unlock()
	}
	s.tell(Change{Kind: "fault"})
}

func (l *faults) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.active = nil
}

func (l *faults) prune(now time.Time) {
	kept := l.active[:0:0]
	for _, f := range l.active {
		if (f.EndsAt == 0 || now.UnixMilli() < f.EndsAt) && (f.Count == 0 || f.Hits < f.Count) {
			kept = append(kept, f)
		}
	}
	l.active = kept
}

// hitCall returns the faults that strike a call, and counts them. Slow faults
// add up; of the others the first one wins.
func (l *faults) hitCall(now time.Time, corp, apiPath string) (latency time.Duration, strike *Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.active) == 0 {
		return 0, nil
	}
	l.prune(now)
	for _, f := range l.active {
		if strings.HasPrefix(f.Kind, "callback_") || !matchPath(f.Path, apiPath) || !matchCorp(f.Corp, corp) {
			continue
		}
		if f.ofResults() && !strings.HasSuffix(apiPath, "/transfer_result") {
			continue
		}
		if f.Kind != FaultSlow && strike != nil || !f.happens() {
			continue
		}
		f.Hits++
		if f.Kind == FaultSlow {
			latency += time.Duration(f.LatencyMS) * time.Millisecond
			continue
		}
		copied := *f
		strike = &copied
	}
	return latency, strike
}

// struck says which faults strike an event.
type struck struct {
	drop, twice, reorder bool
	delay                time.Duration
}

// hitCallback returns the faults that strike an event.
func (l *faults) hitCallback(now time.Time, corp, event, change string) struck {
	l.mu.Lock()
	defer l.mu.Unlock()
	var hit struck
	if len(l.active) == 0 {
		return hit
	}
	l.prune(now)
	for _, f := range l.active {
		matches := f.Event == "" || f.Event == event || f.Event == event+"/"+change
		if !strings.HasPrefix(f.Kind, "callback_") || !matches || !matchCorp(f.Corp, corp) || !f.happens() {
			continue
		}
		f.Hits++
		switch f.Kind {
		case FaultDrop:
			hit.drop = true
		case FaultDuplicate:
			hit.twice = true
		case FaultReorder:
			hit.reorder = true
		case FaultDelay:
			hit.delay += time.Duration(f.LatencyMS) * time.Millisecond
		}
	}
	return hit
}

// ofResults tells whether the fault is one of the results of transfers only.
func (f *Fault) ofResults() bool {
	return f.Kind == FaultStaleResult || f.Kind == FaultUnlistedResult || f.Kind == FaultContraryResult
}

// happens rolls the dice of a fault.
func (f *Fault) happens() bool {
	return f.Probability == 0 || f.Probability == 1 || rand.Float64() < f.Probability
}

func matchCorp(want, corp string) bool { return want == "" || want == corp }

func matchPath(pattern, p string) bool {
	if pattern == "" || pattern == "*" {
		return true
	}
	if tree, ok := strings.CutSuffix(pattern, "/**"); ok {
		return strings.HasPrefix(p, tree+"/")
	}
	ok, _ := path.Match(pattern, p) // the pattern was tried when the fault was made
	return ok
}
