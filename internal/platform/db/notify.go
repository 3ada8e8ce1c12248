package db

import (
	"context"
	"crypto/rand"
	"strings"
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

const (
	// noteGap paces the notes sent to other processes: the first goes at once, those
	// that come within the gap go together. It bounds the load of a busy node.
	noteGap = 20 * time.Millisecond
	// maxNote is the longest payload; PostgreSQL takes 8000 bytes with our prefix.
	maxNote = 7000
)

// notes carries wake-ups inside this process and, on PostgreSQL, between processes.
// They are hints: one may be lost or come twice, so whoever listens also looks by
// itself now and then.
type notes struct {
	d      *DB
	self   string // tells our own echo from others' notes
	ctx    context.Context
	cancel context.CancelFunc
	done   sync.WaitGroup

	mu        sync.Mutex
	listeners map[string]map[int]func(string)
	next      int
	running   bool
	local     []note
	remote    []note
	localSet  map[note]bool
	remoteSet map[note]bool
	wake      chan struct{} // for the local dispatcher
	wakeOut   chan struct{} // for the sender
}

type note struct{ channel, payload string }

func newNotes(d *DB) *notes {
	ctx, cancel := context.WithCancel(context.Background())
	return &notes{
		d: d, self: rand.Text(), ctx: ctx, cancel: cancel,
		listeners: map[string]map[int]func(string){},
		localSet:  map[note]bool{}, remoteSet: map[note]bool{},
		wake: make(chan struct{}, 1), wakeOut: make(chan struct{}, 1),
	}
}

// Listen calls fn for every note on the channel, from this process and from the others,
// until ctx ends. Equal notes may be merged. An empty payload from a broken connection
// says that notes may have been missed. fn is called on one goroutine and must not block.
func (d *DB) Listen(ctx context.Context, channel string, fn func(payload string)) {
	n := d.notes
	n.mu.Lock()
	n.start()
	key := n.next
	n.next++
	if n.listeners[channel] == nil {
		n.listeners[channel] = map[int]func(string){}
	}
	n.listeners[channel][key] = fn
	n.mu.Unlock()
	context.AfterFunc(ctx, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.listeners[channel], key)
	})
}

// Notify sends a note after tx has committed. The payload is at most 7000 bytes; a
// longer one is sent empty, which tells listeners to look for themselves.
func (d *DB) Notify(tx Tx, channel, payload string) {
	if len(payload) > maxNote {
		payload = ""
	}
	tx.AfterCommit(func() { d.notes.add(note{channel, payload}) })
}

// start runs the goroutines; the caller holds mu.
func (n *notes) start() {
	if n.running || n.ctx.Err() != nil {
		return
	}
	n.running = true
	n.done.Go(n.dispatch)
	n.done.Go(n.sendLoop)
	n.done.Go(n.listenLoop)
}

func (n *notes) close() {
	n.cancel()
	n.done.Wait()
}

func (n *notes) add(x note) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.start()
	n.addLocal(x)
	if !n.remoteSet[x] && n.d.engine.name() == Postgres {
		n.remoteSet[x] = true
		n.remote = append(n.remote, x)
		poke(n.wakeOut)
	}
}

func (n *notes) addLocal(x note) {
	if !n.localSet[x] {
		n.localSet[x] = true
		n.local = append(n.local, x)
		poke(n.wake)
	}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (n *notes) dispatch() {
	for {
		select {
		case <-n.ctx.Done():
			return
		case <-n.wake:
		}
		n.mu.Lock()
		batch := n.local
		n.local, n.localSet = nil, map[note]bool{}
		var calls []func()
		for _, x := range batch {
			for _, fn := range n.listeners[x.channel] {
				calls = append(calls, func() { fn(x.payload) })
			}
		}
		n.mu.Unlock()
		for _, call := range calls {
			call()
		}
	}
}

func (n *notes) sendLoop() {
	for {
		select {
		case <-n.ctx.Done():
			return
		case <-n.wakeOut:
		}
		n.mu.Lock()
		batch := n.remote
		n.remote, n.remoteSet = nil, map[note]bool{}
		n.mu.Unlock()
		texts := make([]string, len(batch))
		for i, x := range batch {
			texts[i] = n.self + "|" + x.channel + "|" + x.payload
		}
		if len(texts) > 0 {
			if err := n.d.engine.send(n.ctx, n.d, texts); err != nil && n.ctx.Err() == nil {
				n.d.log.Warn("notes to other nodes were not sent; they will look by themselves", "error", err)
			}
		}
		if clock.Sleep(n.ctx, n.d.clock, noteGap) != nil {
			return
		}
	}
}

func (n *notes) listenLoop() {
	for n.ctx.Err() == nil {
		err := n.d.engine.listen(n.ctx, n.receive, n.missed)
		if err == nil || n.ctx.Err() != nil {
			return
		}
		n.d.log.Warn("listening for other nodes' notes was interrupted", "error", err)
		n.missed(err)
		if clock.Sleep(n.ctx, n.d.clock, time.Second) != nil {
			return
		}
	}
}

func (n *notes) receive(text string) {
	self, rest, _ := strings.Cut(text, "|")
	channel, payload, ok := strings.Cut(rest, "|")
	if !ok || self == n.self {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.addLocal(note{channel, payload})
}

func (n *notes) missed(error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for channel := range n.listeners {
		n.addLocal(note{channel, ""})
	}
}
