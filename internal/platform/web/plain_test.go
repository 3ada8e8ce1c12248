package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// TestPlainOnlyFromProxies: where proxies speak TLS for us, nobody comes in plain past them.
func TestPlainOnlyFromProxies(t *testing.T) {
	f := newFixture(func(o *web.Options) {
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
		o.PlainBehindProxies = true
	}, web.Get("/open", "", "公开", func(context.Context, *empty) (*named, error) { return &named{"yes"}, nil }, web.For(web.Public)))
	for _, c := range []struct {
		from, path string
		want       int
	}{
		{"10.1.1.1:1", "/api/code/open", http.StatusOK},
		{"[::ffff:10.1.1.1]:1", "/api/code/open", http.StatusOK},
		{"127.0.0.1:1", "/api/code/open", http.StatusOK},
		{"[::1]:1", "/api/code/open", http.StatusOK},
		{"203.0.113.9:1", "/api/code/open", http.StatusForbidden},
		{"203.0.113.9:1", "/", http.StatusForbidden},
		{"11.1.1.1:1", "/api/code/open", http.StatusForbidden},
		{"203.0.113.9:1", "/healthz", http.StatusOK},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, c.path, nil)
		r.RemoteAddr = c.from
		r.Header.Set("X-Forwarded-For", "127.0.0.1") // which anybody can write
		r.Header.Set("X-Forwarded-Proto", "https")
		w := httptest.NewRecorder()
		f.Handler().ServeHTTP(w, r)
		if w.Code != c.want || c.want == http.StatusForbidden && !strings.Contains(w.Body.String(), "http.trusted_proxies") {
			t.Errorf("%s from %s: %d %s", c.path, c.from, w.Code, w.Body)
		}
	}
}
