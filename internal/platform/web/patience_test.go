package web_test

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// deadlines are the read deadlines that a server sets on its latest connection.
type deadlines struct {
	net.Listener

	latest atomic.Pointer[timedConn]
}

func (d *deadlines) Accept() (net.Conn, error) {
	c, err := d.Listener.Accept()
	timed := &timedConn{Conn: c}
	d.latest.Store(timed)
	return timed, err
}

type timedConn struct {
	net.Conn

	mu  sync.Mutex
	set []time.Duration // from now; -1 for lifted
}

// bounded tells whether the head has a deadline; after a whole head, whether the body has
// one: that of the head is lifted in between.
func (c *timedConn) bounded(body bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	lifted := slices.Index(c.set, -1)
	if !body {
		return len(c.set) > 0 && lifted < 0
	}
	return lifted >= 0 && lifted+1 < len(c.set) && c.set[lifted+1] > 0
}

// SetReadDeadline notes the deadline.
func (c *timedConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	ahead := time.Duration(-1)
	if !t.IsZero() {
		ahead = t.Sub(clock.System().Now())
	}
	c.set = append(c.set, ahead)
	c.mu.Unlock()
	return c.Conn.SetReadDeadline(t)
}

// TestNobodyIsWaitedForForEver: whoever promises a body and sends none has a deadline
// wherever he sends it, also where nothing would read it; so has whoever sends half a head.
func TestNobodyIsWaitedForForEver(t *testing.T) {
	f := newFixture(nil, web.Post("/x", "", "做", func(_ context.Context, in *struct{ Body named }) (*named, error) { return &in.Body, nil }, web.For(web.Public)))
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	seen := &deadlines{Listener: l}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- f.Serve(ctx, seen) }()
	for _, path := range []string{"/", "/customer", "/api/code/x", "/api/none/x", "/healthz", "/assets/x.js", "half a head"} {
		seen.latest.Store(nil)
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if path == "half a head" {
			_, err = fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x")
		} else {
			_, err = fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{", path)
		}
		if err != nil {
			t.Fatal(err)
		}
		look := time.NewTicker(time.Millisecond)
		over := time.After(5 * time.Second)
		for latest := seen.latest.Load(); latest == nil || !latest.bounded(path != "half a head"); latest = seen.latest.Load() {
			select {
			case <-look.C:
			case <-over:
				t.Fatalf("%s: no deadline is set", path)
			}
		}
		look.Stop()
		_ = c.Close()
	}
	cancel()
	<-done // with those still waited for cut off
}
