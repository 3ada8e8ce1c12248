package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/metrics"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

func TestSecurityHeaders(t *testing.T) {
	f := newFixture(nil, web.Get("/hello", "", "问候", greet, web.For(web.Public)))
	for _, path := range []string{"/api/code/hello", "/api/none", "/", "/healthz", "/callback/x"} {
		h := f.call("GET", path, "").Header()
		want := map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin", "Strict-Transport-Security": "",
		}
		for name, value := range want {
			if h.Get(name) != value {
				t.Errorf("%s: %s is %q, want %q", path, name, h.Get(name), value)
			}
		}
		csp := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'self'", "script-src 'self';", "frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: policy %q lacks %q", path, csp, part)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
	}
	if got := f.call("GET", "/api/code/hello", "").Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("API answers are %q", got)
	}
}

func TestForeignOrigins(t *testing.T) {
	f := newFixture(func(o *web.Options) { o.Origins = []string{"https://scrm.example.com"} },
		web.Post("/do", "", "做", greet, web.For(web.Public)), web.Get("/see", "", "看", greet, web.For(web.Public)))
	rows := []struct {
		name, method, path string
		headers            []string
		status             int
	}{
		{"no browser", "POST", "/api/code/do", nil, 200},
		{"same origin", "POST", "/api/code/do", []string{"Sec-Fetch-Site", "same-origin", "Origin", "http://example.com"}, 200},
		{"cross site", "POST", "/api/code/do", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.test"}, 403},
		{"same site is not same origin", "POST", "/api/code/do", []string{"Sec-Fetch-Site", "same-site", "Origin", "https://x.example.com"}, 403},
		{"foreign origin, old browser", "POST", "/api/code/do", []string{"Origin", "https://evil.test"}, 403},
		{"origin of ours", "POST", "/api/code/do", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://scrm.example.com"}, 200},
		{"reading is free", "GET", "/api/code/see", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.test"}, 200},
	}
	for _, row := range rows {
		w := f.call(row.method, row.path, "", row.headers...)
		if w.Code != row.status {
			t.Errorf("%s: %d, want %d", row.name, w.Code, row.status)
		}
		entries := f.audit.take()
		if row.status == 200 {
			continue
		}
		if problemOf(t, w).Code != "forbidden" {
			t.Errorf("%s: %s", row.name, w.Body)
		}
		if len(entries) != 1 || entries[0].Operation != "account.foreignOrigin" || entries[0].Outcome != web.Refused || entries[0].Actor != "" ||
			entries[0].Target != row.path || !strings.HasPrefix(entries[0].Changes[0].Object, "origin:https://") {
			t.Errorf("%s: recorded as %+v", row.name, entries)
		}
	}
}

// TestForeignOriginsNameTheVictim: the record of a refusal stands where he looks whose
// browser was to be used, and says that it was not he who acted.
func TestForeignOriginsNameTheVictim(t *testing.T) {
	f := newFixture(nil, web.Post("/do", "code.write", "做", greet))
	f.call("POST", "/api/code/do", "", "Origin", "https://evil.test\xff", "X-Who", "writer")
	entries := f.audit.take()
	if len(entries) != 1 || entries[0].Corp != "ww1" || entries[0].Actor != "" || entries[0].OnBehalf != "account:writer" || entries[0].Changes[0].Name != "https://evil.test" {
		t.Errorf("%+v", entries)
	}
}

func TestClientBehindProxies(t *testing.T) {
	var address string
	var secure bool
	f := newFixture(func(o *web.Options) {
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.1/32")}
	}, web.Get("/me", "", "我", func(ctx context.Context, _ *empty) (*named, error) {
		address, secure = web.ClientAddress(ctx).String(), web.Secure(ctx)
		return &named{web.RequestID(ctx)}, nil
	}, web.For(web.Public)))
	rows := []struct {
		name, remote, forwarded, proto, id string
		address                            string
		secure, sameID                     bool
	}{
		{"direct", "203.0.113.9:1", "", "", "", "203.0.113.9", false, false},
		{"a stranger claims", "203.0.113.9:1", "1.2.3.4", "https", "mine", "203.0.113.9", false, false},
		{"one proxy", "10.1.1.1:1", "1.2.3.4", "https", "abc-1", "1.2.3.4", true, true},
		{"two proxies and a forgery", "10.1.1.1:1", "6.6.6.6, 1.2.3.4, 10.2.2.2", "http", "", "1.2.3.4", false, false},
		{"garbage", "10.1.1.1:1", "unknown, 1.2.3.x", "HTTPS", "no way!", "10.1.1.1", true, false},
		{"version 6", "[::ffff:10.1.1.1]:1", "2001:db8::1", "", "", "2001:db8::1", false, false},
		{"all trusted", "10.1.1.1:1", "10.3.3.3", "", "", "10.3.3.3", false, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/api/code/me", nil)
			r.RemoteAddr = row.remote
			r.Header.Set("X-Forwarded-For", row.forwarded)
			r.Header.Set("X-Forwarded-Proto", row.proto)
			r.Header.Set("X-Request-Id", row.id)
			w := httptest.NewRecorder()
			f.Handler().ServeHTTP(w, r)
			if address != row.address || secure != row.secure {
				t.Errorf("client %s, secure %v", address, secure)
			}
			if got := w.Header().Get("X-Request-Id"); got == "" || (got == row.id) != row.sameID {
				t.Errorf("request id %q", got)
			}
			if (w.Header().Get("Strict-Transport-Security") != "") != row.secure {
				t.Error("HSTS goes with TLS, and only with it")
			}
		})
	}
}

func TestCookiesFromTypedRoutes(t *testing.T) {
	f := newFixture(nil, web.Post("/sign-in", "", "登录", func(ctx context.Context, _ *empty) (*web.None, error) {
		web.SetCookie(ctx, &http.Cookie{Name: "s", Value: "1", HttpOnly: true})
		return &web.None{}, nil
	}, web.For(web.Public)))
	w := f.call("POST", "/api/code/sign-in", "")
	if w.Code != 204 || w.Body.Len() != 0 || !strings.HasPrefix(w.Header().Get("Set-Cookie"), "s=1") {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
}

func TestHealth(t *testing.T) {
	var notReady error
	f := newFixture(func(o *web.Options) {
		o.Ready = func(context.Context) error { return notReady }
		o.Metrics, o.MetricsToken = metrics.New(), secret.NewText("s3cret")
	}, web.Get("/codes/{id}", "", "看", greet, web.For(web.Public)))
	f.call("GET", "/api/code/codes/secretcustomer", "")
	get := func(path, remote string, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.RemoteAddr = remote
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		f.Handler().ServeHTTP(w, r)
		return w
	}
	const here, there = "127.0.0.1:1", "203.0.113.9:1"
	rows := []struct {
		name   string
		w      *httptest.ResponseRecorder
		status int
	}{
		{"alive", get("/healthz", there), 200},
		{"ready", get("/readyz", there), 200},
		{"metrics here", get("/metrics", here), 200},
		{"metrics here by v6", get("/metrics", "[::1]:1"), 200},
		{"metrics there", get("/metrics", there), 403},
		{"metrics through a proxy here", get("/metrics", here, "X-Forwarded-For", "203.0.113.9"), 403},
		{"metrics with the token", get("/metrics", there, "Authorization", "Bearer s3cret"), 200},
		{"metrics with another", get("/metrics", there, "Authorization", "Bearer s3cre"), 403},
		{"metrics with none", get("/metrics", there, "Authorization", "Bearer "), 403},
	}
	for _, row := range rows {
		if row.w.Code != row.status {
			t.Errorf("%s: %d, want %d", row.name, row.w.Code, row.status)
		}
	}
	text := get("/metrics", here).Body.String()
	if !strings.Contains(text, `route="GET /api/code/codes/{id}"`) || strings.Contains(text, "secretcustomer") {
		t.Error("requests are counted by route, not by path")
	}
	if strings.Contains(f.log.String(), "secretcustomer") {
		t.Error("the log has the route, not the path")
	}
	notReady = errors.New("database is away")
	if w := get("/readyz", there); w.Code != 503 || strings.Contains(w.Body.String(), "database") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := get("/healthz", there); w.Code != 200 {
		t.Error("a process without database lives on")
	}
}

func TestExtraHandlersAndMiddleware(t *testing.T) {
	var order []string
	around := func(name string) func(http.Handler) http.Handler {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				order = append(order, name)
				next.ServeHTTP(w, r)
			})
		}
	}
	f := newFixture(func(o *web.Options) {
		o.Middleware = []func(http.Handler) http.Handler{around("outer"), around("inner")}
		o.Extra = map[string]http.Handler{"/callback/": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			buf := make([]byte, 2<<20)
			n := 0
			for {
				k, err := r.Body.Read(buf[n:])
				n += k
				if err != nil {
					if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
						http.Error(w, "large", http.StatusRequestEntityTooLarge)
					}
					return
				}
			}
		})}
	})
	if w := f.call("POST", "/callback/app", "<xml/>"); w.Code != 200 || strings.Join(order, " ") != "outer inner" {
		t.Errorf("%d, %v", w.Code, order)
	}
	if w := f.call("POST", "/callback/app?code=abc", strings.Repeat("x", 10<<20)); w.Code != 413 {
		t.Errorf("10 MB: %d", w.Code)
	}
	r := httptest.NewRequest("POST", "/callback/app", struct{ *strings.Reader }{strings.NewReader(strings.Repeat("x", 10<<20))})
	r.ContentLength = -1
	w := httptest.NewRecorder()
	f.Handler().ServeHTTP(w, r)
	if w.Code != 413 {
		t.Errorf("10 MB of unknown length: %d", w.Code)
	}
	if strings.Contains(f.log.String(), "abc") {
		t.Error("the query of a callback is in the log")
	}
}

func TestPagesLoadNothingFromElsewhere(t *testing.T) {
	csp := newFixture(nil).call("GET", "/", "").Header().Get("Content-Security-Policy")
	for part := range strings.SplitSeq(csp, ";") {
		for _, source := range strings.Fields(part)[1:] {
			if !slices.Contains([]string{"'self'", "'none'", "data:", "blob:"}, source) {
				t.Errorf("%s", part)
			}
		}
	}
}
