package outgoing_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/outgoing"
)

// lyingDNS answers every question for an IPv4 address with the next of the given ones, the
// last again and again, and every other question with nothing.
func lyingDNS(t *testing.T, addresses ...string) (resolver *net.Resolver, asked *atomic.Int64) {
	t.Helper()
	server, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	asked = &atomic.Int64{}
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := server.ReadFrom(buf)
			if err != nil {
				return
			}
			q := buf[:n]
			end := 12
			for q[end] != 0 {
				end += int(q[end]) + 1
			}
			end += 5 // root label, type, class
			answer := append([]byte{q[0], q[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, q[12:end]...)
			if q[end-3] == 1 { // A
				i := min(int(asked.Add(1))-1, len(addresses)-1)
				answer[7] = 1
				answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
				answer = append(answer, net.ParseIP(addresses[i]).To4()...)
			}
			_, _ = server.WriteTo(answer, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
	}}, asked
}

// neighbour is a server inside the network that must not be reached.
func neighbour(t *testing.T) (port string, reached *atomic.Int64) {
	t.Helper()
	reached = &atomic.Int64{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reached.Add(1)
		_, _ = io.WriteString(w, "secret")
	}))
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u.Port(), reached
}

func open(t *testing.T, resolver *net.Resolver, log io.Writer, allow ...outgoing.Permit) *outgoing.Transport {
	t.Helper()
	out, err := outgoing.New(outgoing.Options{
		Allow: allow, Clock: clock.NewFake(time.Unix(1, 0)), Log: slog.New(slog.NewTextHandler(log, nil)), Resolver: resolver,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.CloseIdleConnections)
	return out
}

func get(t *testing.T, out http.RoundTripper, u string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{Transport: out}).Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return string(body), err
}

// TestNamesThatLeadInside: a name on the list that resolves to an address inside the
// network is refused when it is dialled, and nobody inside hears of it.
func TestNamesThatLeadInside(t *testing.T) {
	port, reached := neighbour(t)
	named, domain := outgoing.Permit{Host: "relay.test", Key: "wecom.base_url", Inside: true}, outgoing.Permit{Host: "*.pictures.test", Key: "outgoing.allow", Inside: true}
	loopback := outgoing.Permit{Host: "127.0.0.1", Key: "wecom.base_url", Inside: true}
	rows := []struct {
		name, url string
		guest     bool
		want      error
	}{
		{"the operator's own host", "http://relay.test:" + port, false, nil},
		{"the same, from a form", "http://relay.test:" + port, true, outgoing.ErrInside},
		{"a name below a domain on the list", "http://a.pictures.test:" + port, false, outgoing.ErrInside},
		{"the same, from a form", "http://a.pictures.test:" + port, true, outgoing.ErrInside},
		{"the operator's own address", "http://127.0.0.1:" + port, false, nil},
		{"the same, from a form", "http://127.0.0.1:" + port, true, outgoing.ErrInside},
		{"not on the list", "http://other.test:" + port, true, outgoing.ErrHost},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			reached.Store(0)
			var log strings.Builder
			resolver, _ := lyingDNS(t, "127.0.0.1")
			out := open(t, resolver, &log, named, domain, loopback)
			var way http.RoundTripper = out.As("test")
			if row.guest {
				way = out.As("test").Guest()
			}
			body, err := get(t, way, row.url)
			if !errors.Is(err, row.want) || (err == nil) != (row.want == nil) {
				t.Fatalf("%v, want %v", err, row.want)
			}
			if got := reached.Load(); (got > 0) != (row.want == nil) {
				t.Errorf("the neighbour was reached %d times, and said %q", got, body)
			}
			contacts := out.Book().Take()
			if len(contacts) != 1 || contacts[0].Asker != "test" || contacts[0].Calls != 1 || (contacts[0].Refused == 1) != (row.want != nil) {
				t.Errorf("the book says %+v", contacts)
			}
			if row.want != nil && !strings.Contains(log.String(), "refused") {
				t.Errorf("the log says nothing: %s", log.String())
			}
		})
	}
}

// TestRebinding: the name resolves to a public address when somebody looks and to one
// inside when it is called; what counts is the call.
func TestRebinding(t *testing.T) {
	port, reached := neighbour(t)
	resolver, asked := lyingDNS(t, "8.8.8.8", "127.0.0.1")
	if first, err := resolver.LookupNetIP(t.Context(), "ip4", "x.pictures.test"); err != nil || first[0].String() != "8.8.8.8" {
		t.Fatalf("%v %v", first, err)
	}
	out := open(t, resolver, io.Discard, outgoing.Permit{Host: "*.pictures.test", Key: "outgoing.allow"})
	if _, err := get(t, out.Guest(), "http://x.pictures.test:"+port); !errors.Is(err, outgoing.ErrInside) || reached.Load() != 0 || asked.Load() < 2 {
		t.Errorf("%v; the neighbour was reached %d times after %d questions", err, reached.Load(), asked.Load())
	}
}

// TestRedirectsInside: a host on the list cannot send us to one that is not, whatever kind
// of redirect it uses and whatever the client would follow.
func TestRedirectsInside(t *testing.T) {
	port, reached := neighbour(t)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, to := range []string{"http://127.0.0.1:" + port + "/", "http://[::ffff:127.0.0.1]:" + port, "//localhost:" + port, "http://2130706433:" + port, "http://169.254.169.254/latest", "file:///etc/passwd", "gopher://127.0.0.1:" + port} {
			listed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", to)
				w.WriteHeader(status)
			}))
			out := open(t, nil, io.Discard, outgoing.Permit{Host: listed.URL, Key: "test", Inside: true})
			if _, err := get(t, out, listed.URL); !errors.Is(err, outgoing.ErrRedirect) {
				t.Errorf("%d to %s: %v", status, to, err)
			}
			out.CloseIdleConnections()
			listed.Close()
		}
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("the neighbour was reached %d times", n)
	}
}

// TestBook: what was sent and read is counted by host and asker, and is counted once.
func TestBook(t *testing.T) {
	here := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "seven..")
	}))
	defer here.Close()
	out := open(t, nil, io.Discard, outgoing.Permit{Host: here.URL, Key: "wecom.base_url", Inside: true})
	for _, asker := range []string{"wecom", "wecom", "files"} {
		answer, err := out.As(asker).Client().Post(here.URL, "text/plain", strings.NewReader("four"))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
	if _, err := get(t, out.As("files"), "http://elsewhere.test/?token=t0ken"); !errors.Is(err, outgoing.ErrHost) || strings.Contains(err.Error(), "outgoing: host is not allowed; an operator can add it to outgoing.allow: elsewhere.test/") {
		t.Error(err)
	}
	taken := out.Book().Take()
	u, err := url.Parse(here.URL)
	if err != nil {
		t.Fatal(err)
	}
	want := []outgoing.Contact{
		{Host: "127.0.0.1", Port: u.Port(), Asker: "files", Key: "wecom.base_url", Calls: 1, Sent: 4, Received: 7},
		{Host: "127.0.0.1", Port: u.Port(), Asker: "wecom", Key: "wecom.base_url", Calls: 2, Sent: 8, Received: 14},
		{Host: "elsewhere.test", Port: "80", Asker: "files", Calls: 1, Refused: 1},
	}
	if len(taken) != len(want) {
		t.Fatalf("%+v", taken)
	}
	for i, w := range want {
		w.First, w.Last = time.Unix(1, 0), time.Unix(1, 0)
		if taken[i] != w {
			t.Errorf("line %d is %+v, want %+v", i, taken[i], w)
		}
	}
	if left := out.Book().Take(); len(left) != 0 {
		t.Errorf("taken twice: %+v", left)
	}
	out.Book().Return(taken)
	if again := out.Book().Take(); len(again) != len(want) || again[1] != taken[1] {
		t.Errorf("returned: %+v", again)
	}
}

// TestBookIsBounded: whoever makes up names cannot fill the memory.
func TestBookIsBounded(t *testing.T) {
	out := open(t, nil, io.Discard)
	for i := range 3000 {
		u := &url.URL{Scheme: "http", Host: strings.Repeat("x", i%300) + "\u202e.test"}
		if _, err := out.RoundTrip(&http.Request{URL: u, Host: u.Host}); !errors.Is(err, outgoing.ErrHost) || strings.Contains(err.Error(), "\u202e") {
			t.Fatal(err)
		}
		u.Host = "n" + time.Duration(i).String() + ".test"
		if _, err := out.RoundTrip(&http.Request{URL: u}); err == nil {
			t.Fatal("called")
		}
	}
	taken := out.Book().Take()
	calls := int64(0)
	for _, c := range taken {
		calls += c.Calls
	}
	if len(taken) > 1001 || calls != 6000 {
		t.Errorf("%d lines with %d calls", len(taken), calls)
	}
}
