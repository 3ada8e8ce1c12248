package wecomsim

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// This file looks after the log of deliveries, waits for their end, and plays
// the URL verification of the admin console.
//
// Not modelled: a log that survives a restart.

// settle waits until nothing is on its way.
func (q *courier) settle(ctx context.Context) error {
	for {
		q.mu.Lock()
		busy, quiet := q.busy, q.quiet
		q.mu.Unlock()
		if busy == 0 {
			return nil
		}
		select {
		case <-quiet:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// stop lets nothing new be sent; under the lock, so that enqueue sees it.
func (q *courier) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	close(q.sim.done)
}

func (q *courier) wait() { q.work.Wait() }

// forget drops what is queued, for a new world.
func (q *courier) forget() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.epoch++
	for lane, waiting := range q.lanes {
		for range waiting {
			q.end()
		}
		q.lanes[lane] = nil
	}
	q.held = map[string][]*Delivery{}
	q.log = nil
}

// Deliveries returns the log of callbacks, oldest first, after the given id.
func (s *Sim) Deliveries(after int64) []Delivery {
	q := s.courier
	q.mu.Lock()
	defer q.mu.Unlock()
	var out []Delivery
	for _, d := range q.log {
		if d.ID > after {
			c := *d
			c.Attempts = slices.Clone(d.Attempts)
			out = append(out, c)
		}
	}
	return out
}

// Redeliver sends a logged event again, as if WeCom had repeated it.
func (s *Sim) Redeliver(id int64) error {
	q := s.courier
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, d := range q.log {
		if d.ID == id {
			again := *d
			again.Copy, again.Attempts, again.State = true, nil, DeliveryWaiting
			q.remember(&again)
			q.enqueue(&again)
			return nil
		}
	}
	return missing("id", "no callback %d in the log", id)
}

// Verification is what came of a URL verification.
type Verification struct {
	OK         bool   `json:"ok"`
	Status     int    `json:"status"`
	DurationMS int64  `json:"duration_ms"`
	Error      string `json:"error,omitempty"`
}

// VerifyURL does what saving a callback URL in the admin console does: a GET
// with an encrypted echostr that must be answered within a second by the
// decrypted text and nothing else (callbacks.md).
func (s *Sim) VerifyURL(corpID string, agentID int) (Verification, error) {
	return s.verifyURL(corpID, strconv.Itoa(agentID))
}

func (s *Sim) verifyURL(corpID, name string) (Verification, error) {
	s.mu.Lock()
	corp := s.world.Corp(corpID)
	if corp == nil {
		s.mu.Unlock()
		return Verification{}, missing("corp", "no corp %q", corpID)
	}
	app := corp.appNamed(name)
	if app == nil {
		s.mu.Unlock()
		return Verification{}, missing("agentid", "no app %q", name)
	}
	target := app.Callback
	want := strconv.FormatInt(s.nextSeq()+4_000_000_000_000_000_000, 10)
	s.mu.Unlock()
	if target.URL == "" {
		return Verification{}, refuse("url", "the app has no callback URL")
	}
	key, err := newEnvelopeKey(target.AESKey)
	if err != nil {
		return Verification{}, refuse("aes_key", "%v", err)
	}
	random := noise()
	echo := key.seal(random, []byte(want), corp.ID)
	took := stopwatch()
	status, reply, err := s.courier.call(http.MethodGet, target, echo, echo, "", time.Second)
	v := Verification{Status: status, DurationMS: took().Milliseconds()}
	switch {
	case err != nil:
		v.Error = err.Error()
	case status != http.StatusOK:
		v.Error = "status is not 200"
	case string(reply) != want:
		v.Error = "the answer is not exactly the decrypted echostr"
	default:
		v.OK = true
	}
	return v, nil
}

// app finds a self-built app by its agent id.
func (c *Corp) app(agentID int) *App {
	for _, a := range c.Apps {
		if a.Kind == SelfBuilt && a.AgentID == agentID {
			return a
		}
	}
	return nil
}

// between returns what stands between two marks, "" when they are not there.
func between(s, from, to string) string {
	_, rest, ok := strings.Cut(s, from)
	if !ok {
		return ""
	}
	out, _, ok := strings.Cut(rest, to)
	if !ok {
		return ""
	}
	return out
}
