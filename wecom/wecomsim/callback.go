package wecomsim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// This file carries events to the callback URLs of apps: signed and encrypted,
// answered within 5 seconds, tried three times in all (callbacks.md, 90930).
//
// Two events about one thing (customer, group, member) are sent in order, the
// second after the first attempt of the first; everything else runs beside each
// other, as WeCom promises no order.
//
// Not modelled: passive replies that become messages (they are decrypted and
// kept in the log only), delivery from several addresses.

// Attempts is how often an event is sent in all before it is lost.
const Attempts = 3

// callbackWorkers bounds how many callbacks run at the same time.
const callbackWorkers = 64

// States of a delivery.
const (
	DeliveryWaiting   = "waiting"   // queued, held, or waiting for a retry
	DeliveryDelivered = "delivered" // answered with 200 in time
	DeliveryLost      = "lost"      // all attempts failed
	DeliveryDropped   = "dropped"   // never sent, by a fault
)

// Delivery is one event for one app, with what became of it.
type Delivery struct {
	ID         int64     `json:"id"`
	Corp       string    `json:"corp"`
	AgentID    int       `json:"agentid"`
	App        string    `json:"app"`
	Event      string    `json:"event"`
	ChangeType string    `json:"change_type,omitempty"`
	CreatedAt  int64     `json:"created_at"` // unix milliseconds of the simulated clock
	State      string    `json:"state"`
	Copy       bool      `json:"copy,omitempty"` // the second one of a duplicate fault
	Attempts   []Attempt `json:"attempts,omitempty"`
	Plaintext  string    `json:"plaintext"`

	about  string
	target Callback
}

// Attempt is one try to deliver.
type Attempt struct {
	At         int64  `json:"at"`
	Status     int    `json:"status,omitempty"` // HTTP status, 0 when none came
	DurationMS int64  `json:"duration_ms"`      // real time
	Error      string `json:"error,omitempty"`
	Reply      string `json:"reply,omitempty"` // decrypted passive reply
}

// courier delivers.
type courier struct {
	sim   *Sim
	slots chan struct{}
	work  sync.WaitGroup

	mu    sync.Mutex
	lanes map[string][]*Delivery // waiting behind a running delivery about the same thing
	held  map[string][]*Delivery // by app, by a reorder fault
	busy  int                    // on their way now
	quiet chan struct{}          // closed when busy falls to 0
	log   []*Delivery
	epoch int // grows with every reset; older deliveries stop
}

// keepDeliveries bounds the log.
const keepDeliveries = 5000

func newCourier(s *Sim) *courier {
	return &courier{
		sim: s, slots: make(chan struct{}, callbackWorkers),
		lanes: map[string][]*Delivery{}, held: map[string][]*Delivery{},
	}
}

func newCallbackClient() *http.Client {
	// No proxy: a callback URL is called as it stands.
	t := &http.Transport{MaxIdleConns: 4 * callbackWorkers, MaxIdleConnsPerHost: callbackWorkers, IdleConnTimeout: 90 * time.Second}
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // WeCom follows no redirect (unverified)
	}}
}

// send takes an event over. It never blocks, so that the world's lock may be held.
func (q *courier) send(d *Delivery) {
	hit := q.sim.faults.hitCallback(q.sim.clock.Now(), d.Corp, d.Event, d.ChangeType)
	q.mu.Lock()
	defer q.mu.Unlock()
	d.State = DeliveryWaiting
	q.remember(d)
	app := d.app()
	switch {
	case hit.drop:
		d.State = DeliveryDropped
		return
	case hit.delay > 0:
		q.later(hit.delay, d)
	case hit.reorder:
		q.held[app] = append(q.held[app], d)
		// When no other event follows, it is late but not lost.
		q.sim.clock.After(5*time.Second, func() {
			q.mu.Lock()
			defer q.mu.Unlock()
			q.release(app, d.ID+1)
		})
		return
	default:
		q.enqueue(d)
	}
	if hit.twice {
		again := *d
		again.Copy = true
		q.remember(&again)
		q.enqueue(&again)
	}
}

func (q *courier) later(wait time.Duration, d *Delivery) {
	epoch := q.epoch
	q.sim.clock.After(wait, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		if q.epoch == epoch {
			q.enqueue(d)
		}
	})
}

// release sends the held events of an app that are older than the one with
// this id, which has just been sent. The caller holds mu.
func (q *courier) release(app string, id int64) {
	kept := q.held[app][:0:0]
	for _, d := range q.held[app] {
		if d.ID < id {
			q.enqueue(d)
		} else {
			kept = append(kept, d)
		}
	}
	q.held[app] = kept
}

func (q *courier) remember(d *Delivery) {
	q.log = append(q.log, d)
	if len(q.log) > keepDeliveries+keepDeliveries/10 {
		q.log = append(q.log[:0:0], q.log[len(q.log)-keepDeliveries:]...)
	}
}

func (d *Delivery) app() string  { return d.Corp + " " + strconv.Itoa(d.AgentID) }
func (d *Delivery) lane() string { return d.app() + " " + d.about }

// enqueue starts a delivery or puts it behind the one about the same thing.
// The caller holds mu.
func (q *courier) enqueue(d *Delivery) {
	select {
	case <-q.sim.done:
		return
	default:
	}
	q.begin()
	lane := d.lane()
	if waiting, running := q.lanes[lane]; running {
		q.lanes[lane] = append(waiting, d)
		return
	}
	q.lanes[lane] = nil
	q.work.Add(1)
	go q.drain(lane, d, q.epoch)
}

// begin counts one delivery on its way. The caller holds mu.
func (q *courier) begin() {
	if q.busy == 0 {
		q.quiet = make(chan struct{})
	}
	q.busy++
}

func (q *courier) end() {
	if q.busy--; q.busy == 0 {
		close(q.quiet)
	}
}

// drain delivers one after the other until the lane is empty.
func (q *courier) drain(lane string, d *Delivery, epoch int) {
	defer q.work.Done()
	for {
		q.deliver(d, epoch)
		q.mu.Lock()
		q.release(d.app(), d.ID)
		q.end()
		waiting := q.lanes[lane]
		if len(waiting) == 0 {
			delete(q.lanes, lane)
			q.mu.Unlock()
			return
		}
		d, q.lanes[lane] = waiting[0], waiting[1:]
		q.mu.Unlock()
	}
}

// deliver makes one attempt and plans the next one when it failed.
func (q *courier) deliver(d *Delivery, epoch int) {
	select {
	case q.slots <- struct{}{}:
		defer func() { <-q.slots }()
	case <-q.sim.done:
		return
	}
	q.mu.Lock()
	stale := q.epoch != epoch
	q.mu.Unlock()
	if stale {
		return
	}
	attempt := q.attempt(d)
	q.mu.Lock()
	d.Attempts = append(d.Attempts, attempt)
	tried := len(d.Attempts)
	switch {
	case attempt.Status == http.StatusOK && attempt.Error == "":
		d.State = DeliveryDelivered
	case tried >= Attempts:
		d.State = DeliveryLost
		q.sim.log.Warn("callback lost", "event", d.Event, "change", d.ChangeType, "error", attempt.Error, "status", attempt.Status)
	default:
		spacing := q.sim.opt.RetrySpacing
		wait := time.Second
		if len(spacing) > 0 {
			wait = spacing[min(tried-1, len(spacing)-1)]
		}
		q.later(wait, d)
	}
	state := d.State
	q.mu.Unlock()
	q.sim.tell(Change{Kind: "callback", Corp: d.Corp, Detail: d.Event + " " + state})
}

// attempt posts the event once. Every attempt has its own nonce and ciphertext
// over the same plaintext (unverified, callbacks.md).
func (q *courier) attempt(d *Delivery) Attempt {
	took := stopwatch()
	at := q.sim.clock.Now()
	out := Attempt{At: at.UnixMilli()}
	key, err := newEnvelopeKey(d.target.AESKey)
	if err != nil {
		out.Error = err.Error()
		return out
	}
	random := noise()
	sealed := key.seal(random, []byte(d.Plaintext), d.Corp)
	body := fmt.Sprintf("<xml><ToUserName><![CDATA[%s]]></ToUserName><AgentID><![CDATA[%d]]></AgentID><Encrypt><![CDATA[%s]]></Encrypt></xml>",
		d.Corp, d.AgentID, sealed)
	status, reply, err := q.call(http.MethodPost, d.target, sealed, "", body, q.sim.opt.AnswerTimeout)
	out.DurationMS = took().Milliseconds()
	out.Status = status
	if err != nil {
		out.Error = err.Error()
		return out
	}
	if bytes.Contains(reply, []byte("<Encrypt>")) {
		if text, _, err := key.open(between(string(reply), "<Encrypt><![CDATA[", "]]></Encrypt>")); err == nil {
			out.Reply = string(text)
		}
	}
	return out
}

// call sends one signed request to a callback URL. The wait for the answer runs
// on the simulated clock, stretched when that runs faster than real time: the
// receiver lives in real time.
func (q *courier) call(method string, target Callback, sealed, echo, body string, wait time.Duration) (int, []byte, error) {
	u, err := url.Parse(target.URL)
	if err != nil {
		return 0, nil, fmt.Errorf("callback URL: %w", err)
	}
	now := q.sim.clock.Now()
	stamp, nonce := strconv.FormatInt(now.Unix(), 10), nonce()
	v := u.Query()
	v.Set("msg_signature", sign(target.Token, stamp, nonce, sealed))
	v.Set("timestamp", stamp)
	v.Set("nonce", nonce)
	if echo != "" {
		v.Set("echostr", echo)
	}
	u.RawQuery = v.Encode()
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	late := errors.New("no answer in time")
	stretched := time.Duration(float64(wait) * max(1, q.sim.clock.Speed()))
	defer q.sim.clock.After(stretched, func() { cancel(late) })()
	go func() {
		select {
		case <-q.sim.done:
			cancel(errors.New("simulator closed"))
		case <-ctx.Done():
		}
	}()
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewBufferString(body))
	if err != nil {
		return 0, nil, err
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "text/xml")
	}
	req.Header.Set("User-Agent", "Mozilla/4.0")
	resp, err := q.sim.opt.CallbackClient.Do(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	reply, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return resp.StatusCode, nil, err
	}
	return resp.StatusCode, reply, nil
}

func nonce() string {
	b := noise()
	var n uint64
	for _, x := range b[:8] {
		n = n<<8 | uint64(x)
	}
	return strconv.FormatUint(n%10_000_000_000, 10)
}
