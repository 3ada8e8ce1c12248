package live

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

const (
	// heartbeat keeps proxies from closing a silent stream.
	heartbeat = 15 * time.Second
	// pause collects what follows a change closely: one event instead of many.
	pause = 250 * time.Millisecond
	// lifetime ends a stream, so that the session is checked anew by the next.
	lifetime = 30 * time.Minute
	// patienceWrite is how long a client may take to accept an event.
	patienceWrite = 10 * time.Second
	// maxTopics is how many topics wait for a slow client before it gets a reset.
	maxTopics = 64
	// maxStreams and maxPerWho bound the connections of a node and of one person.
	maxStreams = 4000
	maxPerWho  = 20
)

// stream is one open page. What waits for it is bounded: keys per topic, topics.
type stream struct {
	corp string
	who  string
	wake chan struct{}

	mu      sync.Mutex
	waiting map[string][]string // topic → keys, empty for the whole topic
	order   []string            // topics by first change
	reset   bool                // too much: the page loads everything
	last    id.ID               // newest change that waits or has been sent
}

func newStream(corp, who string) *stream {
	return &stream{corp: corp, who: who, wake: make(chan struct{}, 1), waiting: map[string][]string{}}
}

// add lets changes wait, merged with those of their topics.
func (s *stream) add(changes []change) {
	if len(changes) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range changes {
		s.last = max(s.last, c.ID)
		s.merge(c.Topic, keysOf(c))
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *stream) merge(topic string, keys []string) {
	if s.reset {
		return
	}
	known, waits := s.waiting[topic]
	switch {
	case !waits && len(s.waiting) >= maxTopics:
		s.reset, s.waiting, s.order = true, map[string][]string{}, nil
		return
	case !waits: // first of its topic
		s.order = append(s.order, topic)
	case len(known) == 0: // the whole topic already
		return
	}
	if len(keys) > 0 {
		for _, k := range keys {
			if !slices.Contains(known, k) {
				known = append(known, k)
			}
		}
		if len(known) > maxKeys {
			known = nil
		}
	} else {
		known = nil
	}
	s.waiting[topic] = known
}

// event is the data of a change as pages get it.
type event struct {
	Topic string   `json:"topic"`
	Keys  []string `json:"keys"` // empty: any row of the topic, or the reader may not know which
}

// wide tells whether a caller may learn which rows have changed: who sees the whole corp.
// The others are told that something of a topic has, and look for themselves: keys would
// name rows outside their scope. It is asked at each event, since scopes change.
func wide(ctx context.Context) bool {
	all, ok := web.Again(ctx).(interface{ SeesAll() bool })
	return ok && all.SeesAll()
}

// take writes what waits as events, with keys when they may be told. Only the last carries the id: a connection cut in
// between begins again before the first.
func (s *stream) take(keys func() bool) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	if s.reset {
		fmt.Fprintf(&b, "id: %s\nevent: reset\ndata: {}\n\n", s.last)
	}
	named := len(s.order) > 0 && keys()
	for i, topic := range s.order {
		e := event{topic, []string{}}
		if named {
			e.Keys = append(e.Keys, s.waiting[topic]...)
		}
		data, err := json.Marshal(e)
		if err != nil {
			continue // strings always marshal
		}
		if i == len(s.order)-1 {
			fmt.Fprintf(&b, "id: %s\n", s.last)
		}
		fmt.Fprintf(&b, "event: change\ndata: %s\n\n", data)
	}
	s.reset, s.waiting, s.order = false, map[string][]string{}, nil
	return b.String()
}

// Routes is the stream, below the slug it is mounted at: GET /changes.
func (l *Live) Routes() []web.Route {
	return []web.Route{
		web.Raw(http.MethodGet, "/changes", "", "实时变更（SSE）", l.serve, web.SignedIn(), web.Streaming(), web.Named("changes")),
	}
}

// open enters a stream into the books and gives the change it begins after; with from,
// everything since waits for it at once.
func (l *Live) open(ctx context.Context, s *stream, from id.ID) (id.ID, error) {
	newest, err := l.newest(ctx)
	if err != nil {
		return 0, err
	}
	if newest == 0 {
		newest = id.At(l.clock.Now())
	}
	begin := newest
	if from != 0 {
		begin = from
	}
	s.last = begin // before entering: from then on the reader writes it too
	if !l.enter(s, newest) {
		return 0, web.Limited(heartbeat)
	}
	if from != 0 {
		return begin, l.catchUp(ctx, s, from)
	}
	// What was committed while we entered.
	return begin, l.replay(ctx, s, newest)
}

// enter is false when there are too many streams already.
func (l *Live) enter(s *stream, newest id.ID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.streams) >= maxStreams || l.perWho[s.person()] >= maxPerWho {
		return false
	}
	if len(l.streams) == 0 {
		// Nobody has read for a while: begin at the newest, having seen nothing.
		l.last = max(l.last, newest)
		clear(l.seen)
	}
	l.streams[s] = struct{}{}
	l.perWho[s.person()]++
	l.poke() // the reader has to look more often now
	return true
}

func (s *stream) person() string { return s.corp + "\x00" + s.who }

// catchUp lets everything since from wait, or a reset when that is too long ago.
func (l *Live) catchUp(ctx context.Context, s *stream, from id.ID) error {
	if from < id.At(l.clock.Now().Add(-retention+overlap)) {
		s.loseCount()
		return nil
	}
	return l.replay(ctx, s, earlier(from, overlap))
}

// replay lets the rows beyond an id wait.
func (l *Live) replay(ctx context.Context, s *stream, from id.ID) error {
	rows, err := l.after(ctx, from, s.corp)
	if err != nil {
		return err
	}
	if len(rows) == readBatch {
		s.loseCount()
		return nil
	}
	s.add(rows)
	return nil
}

// loseCount makes the page load everything.
func (s *stream) loseCount() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reset, s.waiting, s.order = true, map[string][]string{}, nil
}

func (l *Live) close(s *stream) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, entered := l.streams[s]; !entered {
		return
	}
	delete(l.streams, s)
	if l.perWho[s.person()]--; l.perWho[s.person()] <= 0 {
		delete(l.perWho, s.person())
	}
}

func (l *Live) serve(w http.ResponseWriter, r *http.Request) error {
	subject := web.SubjectFrom(r.Context())
	from, unknown := lastEvent(r)
	s := newStream(subject.CorpID(), subject.Actor())
	defer l.close(s)
	ready, err := l.open(r.Context(), s, from)
	if err != nil {
		return err
	}
	if unknown {
		s.loseCount()
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	out := writer{w: w, controller: http.NewResponseController(w)}
	if !out.send(fmt.Sprintf("retry: 1000\nid: %s\nevent: ready\ndata: {}\n\n", ready)) {
		return nil
	}
	l.follow(r.Context(), s, out)
	out.extend() // the last deadline is over long ago, and the end of the answer is to be written yet
	return nil
}

// lastEvent reads where a page left off; unknown is true for an id that is none.
func lastEvent(r *http.Request) (from id.ID, unknown bool) {
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = r.URL.Query().Get("last")
	}
	if text == "" {
		return 0, false
	}
	from, err := id.Parse(text)
	return from, err != nil
}

// follow writes events until the client goes, the server stops, or the stream is old.
func (l *Live) follow(ctx context.Context, s *stream, out writer) {
	end := l.clock.NewTimer(lifetime)
	defer end.Stop()
	for {
		if text := s.take(func() bool { return wide(ctx) }); text != "" {
			if !out.send(text) || clock.Sleep(ctx, l.clock, pause) != nil {
				return
			}
		}
		beat := l.clock.NewTimer(heartbeat)
		select {
		case <-ctx.Done():
			beat.Stop()
			return
		case <-web.Draining(ctx):
			beat.Stop()
			return
		case <-end.C:
			beat.Stop()
			return
		case <-s.wake:
			beat.Stop()
		case <-beat.C:
			if !out.send(": \n\n") {
				return
			}
		}
	}
}

// writer sends to one client, which has a limited time to take it.
type writer struct {
	w          http.ResponseWriter
	controller *http.ResponseController
}

// extend gives the client its time anew. Without a connection below (tests) there is no
// deadline to set.
func (o writer) extend() {
	_ = o.controller.SetWriteDeadline(clock.System().Now().Add(patienceWrite))
}

func (o writer) send(text string) bool {
	o.extend()
	if _, err := o.w.Write([]byte(text)); err != nil {
		return false
	}
	return o.controller.Flush() == nil
}
