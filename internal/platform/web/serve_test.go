package web_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// start serves f on a port of this machine until stop is called, which gives Serve's
// error.
func start(t *testing.T, f *fixture) (url string, stop func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- f.Serve(ctx, l) }()
	var result error
	stopped := false
	stop = func() error {
		if !stopped {
			stopped = true
			cancel()
			result = <-done
		}
		return result
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String(), stop
}

func TestStopFinishesWhatIsUnderWay(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	f := newFixture(nil,
		web.Get("/slow", "", "慢", func(ctx context.Context, _ *empty) (*named, error) {
			close(entered)
			<-release
			return &named{"done"}, ctx.Err()
		}, web.For(web.Public)),
		web.Raw("GET", "/stream", "", "流", func(w http.ResponseWriter, r *http.Request) error {
			_, _ = w.Write([]byte("hello\n"))
			_ = http.NewResponseController(w).Flush()
			<-web.Draining(r.Context())
			_, _ = w.Write([]byte("bye\n"))
			return nil
		}, web.For(web.Public), web.Streaming()))
	url, stop := start(t, f)

	slow := make(chan string, 1)
	go func() {
		body, err := fetch(url + "/api/code/slow")
		slow <- fmt.Sprint(body, err)
	}()
	<-entered
	stream, err := http.Get(url + "/api/code/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	lines := bufio.NewReader(stream.Body)
	if line, err := lines.ReadString('\n'); line != "hello\n" || err != nil {
		t.Fatalf("%q, %v", line, err)
	}
	// A connection that the kernel has, whose request comes while we stop.
	late, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = late.Close() }()

	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	if line, err := lines.ReadString('\n'); line != "bye\n" || err != nil {
		t.Errorf("the stream ended with %q, %v", line, err)
	}
	if _, err := fmt.Fprintf(late, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Error(err)
	}
	if answer, err := http.ReadResponse(bufio.NewReader(late), nil); err != nil || answer.StatusCode != 200 {
		t.Errorf("a request on an accepted connection was dropped: %v", err)
	}
	close(release)
	if got := <-slow; got != `{"name":"done"}`+"\n<nil>" {
		t.Errorf("the request under way got %q", got)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", strings.TrimPrefix(url, "http://")); err == nil {
		t.Error("still listening")
	}
	if w := f.call("GET", "/readyz", ""); w.Code != 503 {
		t.Errorf("readyz says %d while stopped", w.Code)
	}
}

func TestAListenerThatFailsEndsServe(t *testing.T) {
	good, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	bad, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := bad.Close(); err != nil {
		t.Fatal(err)
	}
	if err := newFixture(nil).Serve(t.Context(), good, bad); err == nil {
		t.Error("no error")
	}
}

func TestAWorkLongerThanTheBodysDeadline(t *testing.T) {
	// The read deadline of the body must be lifted once the body is in: left in place it
	// ends the context of the operation. Observed on the connection itself.
	var lifted atomic.Bool
	f := newFixture(nil, web.Post("/x", "", "做", func(ctx context.Context, in *struct{ Body named }) (*named, error) {
		return &in.Body, ctx.Err()
	}, web.For(web.Public)))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- f.Serve(ctx, watched{l, &lifted}) }()
	answer, err := http.Post("http://"+l.Addr().String()+"/api/code/x", "application/json", strings.NewReader(`{"name":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != 200 || !lifted.Load() {
		t.Errorf("%d, deadline lifted after it was set: %v", answer.StatusCode, lifted.Load())
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// watched notes a read deadline that is set 30 seconds or more ahead and lifted later.
type watched struct {
	net.Listener
	lifted *atomic.Bool
}

func (w watched) Accept() (net.Conn, error) {
	c, err := w.Listener.Accept()
	return &watchedConn{Conn: c, lifted: w.lifted}, err
}

type watchedConn struct {
	net.Conn
	set    atomic.Bool
	lifted *atomic.Bool
}

func (c *watchedConn) SetReadDeadline(t time.Time) error {
	if time.Until(t) > 20*time.Second && time.Until(t) < 100*time.Second {
		c.set.Store(true)
	}
	if t.IsZero() && c.set.Load() {
		c.lifted.Store(true)
	}
	return c.Conn.SetReadDeadline(t)
}

func fetch(url string) (string, error) {
	answer, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return string(body), err
}

func TestCompression(t *testing.T) {
	big := strings.Repeat("鹊桥", 2000)
	f := newFixture(nil,
		web.Get("/big", "", "大", func(context.Context, *empty) (*named, error) { return &named{big}, nil }, web.For(web.Public)),
		web.Get("/small", "", "小", greet, web.For(web.Public)))
	w := f.call("GET", "/api/code/big", "", "Accept-Encoding", "gzip, br")
	if w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatalf("%v", w.Header())
	}
	r, err := gzip.NewReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !strings.Contains(string(got), big) {
		t.Errorf("%v, %d bytes", err, len(got))
	}
	for path, accept := range map[string]string{"/api/code/big": "identity", "/api/code/small": "gzip"} {
		if w := f.call("GET", path, "", "Accept-Encoding", accept); w.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s with %s: %v", path, accept, w.Header())
		}
	}
}

// veiled is a middleware's writer that offers only what it must: Unwrap.
type veiled struct {
	inner http.ResponseWriter
}

func (v veiled) Header() http.Header         { return v.inner.Header() }
func (v veiled) Write(b []byte) (int, error) { return v.inner.Write(b) }
func (v veiled) WriteHeader(status int)      { v.inner.WriteHeader(status) }
func (v veiled) Unwrap() http.ResponseWriter { return v.inner }

func TestStreamsFlushThroughMiddleware(t *testing.T) {
	release := make(chan struct{})
	f := newFixture(func(o *web.Options) {
		o.Middleware = []func(http.Handler) http.Handler{func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(veiled{w}, r) })
		}}
	}, web.Raw("GET", "/stream", "", "流", func(w http.ResponseWriter, _ *http.Request) error {
		if _, err := w.Write([]byte("first\n")); err != nil {
			return err
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			return err
		}
		<-release
		return nil
	}, web.For(web.Public), web.Streaming()))
	url, _ := start(t, f)
	answer, err := http.Get(url + "/api/code/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	// Comes only if the flush reached the connection: the handler still holds the answer.
	if line, err := bufio.NewReader(answer.Body).ReadString('\n'); line != "first\n" || err != nil {
		t.Errorf("%q, %v", line, err)
	}
	close(release)
}
