package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// ask calls from an address as somebody and gives the status.
func (f *fixture) askFrom(address, who, method, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), method, path, nil)
	r.RemoteAddr = address
	r.Header.Set("X-Who", who)
	w := httptest.NewRecorder()
	f.Handler().ServeHTTP(w, r)
	return w
}

// untilLimited counts the calls that are answered before one is told to come back.
func untilLimited(t *testing.T, f *fixture, address, who, path string) int {
	t.Helper()
	for n := range 1000 {
		w := f.askFrom(address, who, http.MethodGet, path)
		if w.Code != http.StatusTooManyRequests {
			continue
		}
		if after, err := strconv.Atoi(w.Header().Get("Retry-After")); err != nil || after < 1 || after > 60 {
			t.Errorf("Retry-After %q", w.Header().Get("Retry-After"))
		}
		return n
	}
	return -1
}

func TestHowOftenOneMayCall(t *testing.T) {
	calls := 0
	limited := func(o *web.Options) { o.Limits = web.Limits{Account: 60, Address: 300, Public: 30} }
	open := func() *fixture { return newFixture(limited, doorRoutes(&calls)...) }
	const office, home = "203.0.113.7:1000", "203.0.113.8:1000"

	t.Run("an account, wherever it calls from", func(t *testing.T) {
		f := open()
		if n := untilLimited(t, f, office, "reader", "/api/code/codes"); n != 20 {
			t.Errorf("%d calls at once, want 20", n)
		}
		if w := f.askFrom(home, "reader", "GET", "/api/code/codes"); w.Code != http.StatusTooManyRequests {
			t.Errorf("from elsewhere: %d", w.Code)
		}
		if w := f.askFrom(office, "writer", "POST", "/api/code/codes"); w.Code != http.StatusOK {
			t.Errorf("a colleague at the same address: %d", w.Code)
		}
		f.clock.Advance(time.Second)
		if w := f.askFrom(office, "reader", "GET", "/api/code/codes"); w.Code != http.StatusOK {
			t.Errorf("a second later: %d", w.Code)
		}
	})
	t.Run("a corp, whoever calls", func(t *testing.T) {
		f := newFixture(func(o *web.Options) { o.Limits = web.Limits{Corp: 60} }, doorRoutes(&calls)...)
		if n := untilLimited(t, f, office, "reader", "/api/code/codes"); n != 20 {
			t.Errorf("%d calls at once, want 20", n)
		}
		if w := f.askFrom(home, "writer", "POST", "/api/code/codes"); w.Code != http.StatusTooManyRequests {
			t.Errorf("a colleague elsewhere: %d", w.Code)
		}
		if w := f.askFrom(home, "neighbour", "GET", "/api/code/codes"); w.Code != http.StatusOK {
			t.Errorf("somebody of another corp: %d", w.Code)
		}
	})
	t.Run("an address on public routes", func(t *testing.T) {
		f := open()
		if n := untilLimited(t, f, office, "", "/api/code/hello"); n != 10 {
			t.Errorf("%d calls at once, want 10", n)
		}
		if w := f.askFrom(office, "reader", "GET", "/api/code/codes"); w.Code != http.StatusOK {
			t.Errorf("who is signed in at the same address: %d", w.Code)
		}
		if w := f.askFrom(home, "", "GET", "/api/code/hello"); w.Code != http.StatusOK {
			t.Errorf("another address: %d", w.Code)
		}
	})
	t.Run("an address that only knocks", func(t *testing.T) {
		f := open()
		before := calls
		if n := untilLimited(t, f, office, "", "/api/code/codes"); n != 100 {
			t.Errorf("%d knocks at once, want 100", n)
		}
		if calls != before {
			t.Error("a knock got in")
		}
	})
	t.Run("one network of IPv6 is one address", func(t *testing.T) {
		f := open()
		answered := 0
		for i := range 50 {
			a := netip.AddrFrom16([16]byte{0x24, 0x0e, 15: byte(i)})
			if w := f.askFrom(netip.AddrPortFrom(a, 1).String(), "", "GET", "/api/code/hello"); w.Code == http.StatusOK {
				answered++
			}
		}
		if answered != 10 {
			t.Errorf("%d addresses of one network were answered, want 10", answered)
		}
	})
	t.Run("health and pages are not counted", func(t *testing.T) {
		f := open()
		if n := untilLimited(t, f, office, "", "/healthz"); n != -1 {
			t.Errorf("limited after %d", n)
		}
	})
	t.Run("no limit by default", func(t *testing.T) {
		if n := untilLimited(t, newFixture(nil, doorRoutes(&calls)...), office, "reader", "/api/code/codes"); n != -1 {
			t.Errorf("limited after %d", n)
		}
	})
}

// TestPathsThatLeadOut: no way of writing a path leads out of the folder of the pages, and
// none is led to another site.
func TestPathsThatLeadOut(t *testing.T) {
	f := newFixture(nil)
	for _, path := range []string{
		"/../../etc/passwd", "/assets/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2fetc/passwd", "/..\\..\\etc\\passwd",
		"/assets/%00", "//evil.test/%2e%2e", "/\\evil.test", "/.git/config", "/.env", "/api/../.env", "/callback/../../keys",
	} {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/", nil)
		r.URL.Opaque = path
		if u, err := r.URL.Parse(path); err == nil {
			r.URL = u
		} else {
			r.URL.Path, r.URL.Opaque = path, ""
		}
		w := httptest.NewRecorder()
		f.Handler().ServeHTTP(w, r)
		if w.Code == http.StatusOK && w.Body.Len() > 0 {
			t.Errorf("%s is answered %d %.80s", path, w.Code, w.Body)
		}
		if to := w.Header().Get("Location"); to != "" && (len(to) < 2 || to[0] != '/' || to[1] == '/' || to[1] == '\\') {
			t.Errorf("%s leads to %q", path, to)
		}
	}
}
