package wecomsim

import (
	"maps"
	"sync"
)

// This file tells listeners (the phones page, tests) what changed, and counts
// the calls of the API.
//
// Not modelled: the contents of a change; a listener reads the thing again.

// Change is one notice that something in the world is different now.
type Change struct {
	Seq      int64  `json:"seq"`
	At       int64  `json:"at"` // unix milliseconds of the simulated clock
	Kind     string `json:"kind"`
	Corp     string `json:"corp,omitempty"`
	Member   string `json:"member,omitempty"`
	Customer string `json:"customer,omitempty"`
	Person   string `json:"person,omitempty"`
	Group    string `json:"group,omitempty"`
	Chat     string `json:"chat,omitempty"`
	Detail   string `json:"detail,omitempty"`
}

// keepChanges is how many changes a listener may have missed.
const keepChanges = 2000

// hub passes changes to listeners. A listener that falls behind loses the
// oldest ones and is told by the gap in Seq.
type hub struct {
	mu        sync.Mutex
	serial    int64
	recent    []Change
	listeners map[chan Change]struct{}
	closed    bool
}

func newHub() *hub { return &hub{listeners: map[chan Change]struct{}{}} }

// tell announces a change. It never blocks.
func (s *Sim) tell(c Change) {
	c.At = s.clock.Now().UnixMilli()
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	h.serial++
	c.Seq = h.serial
	h.recent = append(h.recent, c)
	if len(h.recent) > 2*keepChanges {
		h.recent = append(h.recent[:0:0], h.recent[len(h.recent)-keepChanges:]...)
	}
	for l := range h.listeners {
		select {
		case l <- c:
		default:
		}
	}
}

// Listen returns the changes after a Seq (0: only new ones) and a channel of
// further ones. cancel must be called; it closes the channel.
func (s *Sim) Listen(after int64) (missed []Change, changes <-chan Change, cancel func()) {
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	ch := make(chan Change, 256)
	if h.closed {
		close(ch)
		return nil, ch, func() {}
	}
	if after > 0 {
		for _, c := range h.recent {
			if c.Seq > after {
				missed = append(missed, c)
			}
		}
	}
	h.listeners[ch] = struct{}{}
	return missed, ch, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if _, ok := h.listeners[ch]; ok {
			delete(h.listeners, ch)
			close(ch)
		}
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for l := range h.listeners {
		delete(h.listeners, l)
		close(l)
	}
}

// Call is one call of the API, without its token.
type Call struct {
	Seq        int64  `json:"seq"`
	At         int64  `json:"at"` // unix milliseconds of the simulated clock
	Corp       string `json:"corp,omitempty"`
	AgentID    int    `json:"agentid,omitempty"`
	Method     string `json:"method"`
	Path       string `json:"path"`
	Status     int    `json:"status,omitempty"`
	ErrCode    int    `json:"errcode"`
	Fault      string `json:"fault,omitempty"`
	DurationMS int64  `json:"duration_ms"`
	IP         string `json:"ip"`
	Request    string `json:"request,omitempty"` // the first 4 KB of a JSON body
}

// keepCalls bounds the log of calls.
const keepCalls = 2000

// Counter sums the calls of one operation.
type Counter struct {
	Calls    int         `json:"calls"`
	Failed   int         `json:"failed"`
	ErrCodes map[int]int `json:"errcodes,omitempty"` // how often each errcode but 0
}

type callLog struct {
	mu       sync.Mutex
	serial   int64
	ring     []Call
	counters map[string]*Counter
}

func newCallLog() *callLog {
	l := &callLog{}
	l.clear()
	return l
}

func (l *callLog) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring, l.counters = nil, map[string]*Counter{}
}

func (l *callLog) add(c Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.serial++
	c.Seq = l.serial
	l.ring = append(l.ring, c)
	if len(l.ring) > 2*keepCalls {
		l.ring = append(l.ring[:0:0], l.ring[len(l.ring)-keepCalls:]...)
	}
	n := l.counters[c.Path]
	if n == nil {
		if len(l.counters) > 1000 { // somebody tries out paths
			return
		}
		n = &Counter{ErrCodes: map[int]int{}}
		l.counters[c.Path] = n
	}
	n.Calls++
	if c.ErrCode != 0 || c.Status != 200 {
		n.Failed++
	}
	if c.ErrCode != 0 {
		n.ErrCodes[c.ErrCode]++
	}
}

// Calls returns the last calls of the API, oldest first, after the given Seq.
func (s *Sim) Calls(after int64) []Call {
	l := s.calls
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []Call
	for _, c := range l.ring {
		if c.Seq > after {
			out = append(out, c)
		}
	}
	return out
}

// Counters returns the number of calls by path since the start or ClearCalls.
func (s *Sim) Counters() map[string]Counter {
	l := s.calls
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make(map[string]Counter, len(l.counters))
	for path, c := range l.counters {
		out[path] = Counter{Calls: c.Calls, Failed: c.Failed, ErrCodes: maps.Clone(c.ErrCodes)}
	}
	return out
}

// ClearCalls empties the log and the counters of calls.
func (s *Sim) ClearCalls() { s.calls.clear() }
