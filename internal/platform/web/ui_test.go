package web_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

func built() fstest.MapFS {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	return fstest.MapFS{
		"admin.html":          file("<html><head></head>console</html>"),
		"admin.html.gz":       file("packed page, never sent: pages carry a nonce"),
		"sidebar.html":        file("<html><head></head>sidebar</html>"),
		"h5.html":             file("<html><head></head>h5</html>"),
		"favicon.svg":         file("<svg/>"),
		"assets/a-1a2b.js":    file("plain"),
		"assets/a-1a2b.js.br": file("brotli"),
		"assets/a-1a2b.js.gz": file("gzip"),
		"assets/b-3c4d.css":   file("style"),
		"assets/f.woff2":      file("font"),
		".env":                file("secret"),
	}
}

func TestPagesAndAssets(t *testing.T) {
	f := newFixture(func(o *web.Options) { o.UI = built() })
	const forever, ask = "public, max-age=31536000, immutable", "no-cache"
	rows := []struct {
		path, accept string
		status       int
		body         string // part of it
		kind, cache  string // content type, cache control
		coding       string
	}{
		{"/", "", 200, "console", "text/html; charset=utf-8", "no-cache, no-store", ""},
		{"/customers/3f?x=1", "br", 200, "console", "text/html; charset=utf-8", "no-cache, no-store", ""},
		{"/admin.html", "gzip", 200, "console", "text/html; charset=utf-8", "no-cache, no-store", ""},
		{"/sidebar", "", 200, "sidebar", "text/html; charset=utf-8", "no-cache, no-store", ""},
		{"/sidebar/customer/1", "", 200, "sidebar", "text/html; charset=utf-8", "no-cache, no-store", ""},
		{"/sidebars", "", 200, "console", "text/html; charset=utf-8", "no-cache, no-store", ""},
		{"/h5/lottery/9", "", 200, "h5", "text/html; charset=utf-8", "no-cache, no-store", ""},
		{"/favicon.svg", "", 200, "<svg/>", "image/svg+xml", ask, ""},
		{"/assets/a-1a2b.js", "", 200, "plain", "text/javascript; charset=utf-8", forever, ""},
		{"/assets/a-1a2b.js", "gzip, deflate, br", 200, "brotli", "text/javascript; charset=utf-8", forever, "br"},
		{"/assets/a-1a2b.js", "gzip;q=0.5", 200, "gzip", "text/javascript; charset=utf-8", forever, "gzip"},
		{"/assets/a-1a2b.js", "br;q=0, gzip", 200, "gzip", "text/javascript; charset=utf-8", forever, "gzip"},
		{"/assets/b-3c4d.css", "br, gzip", 200, "style", "text/css; charset=utf-8", forever, ""},
		{"/assets/f.woff2", "", 200, "font", "font/woff2", forever, ""},
		{"/assets/gone-9.js", "", 404, "", "", "", ""},
		{"/assets/", "", 404, "", "", "", ""},
		{"/assets", "", 404, "", "", "", ""},
		{"/missing.png", "", 404, "", "", "", ""},
		{"/assets/a-1a2b.js.br", "", 404, "", "", "", ""},
		{"/.env", "", 404, "", "", "", ""},
		{"/x/.git/config", "", 404, "", "", "", ""},
		{"/%2e%2e/%2e%2e/etc/passwd", "", 200, "console", "", "", ""},
		{"/assets/..%2f..%2fetc%2fpasswd", "", 200, "console", "", "", ""},
		{"/assets/%5c..%5cadmin.html", "", 404, "", "", "", ""},
	}
	for _, row := range rows {
		t.Run(row.path+" "+row.accept, func(t *testing.T) {
			w := f.call("GET", row.path, "", "Accept-Encoding", row.accept)
			// The mux answers unclean paths by a redirect to the clean one.
			for range 3 {
				if w.Code != 301 && w.Code != 307 {
					break
				}
				w = f.call("GET", w.Header().Get("Location"), "", "Accept-Encoding", row.accept)
			}
			h := w.Header()
			if w.Code != row.status || !strings.Contains(w.Body.String(), row.body) || h.Get("Content-Encoding") != row.coding {
				t.Fatalf("%d, %q, coding %q", w.Code, w.Body, h.Get("Content-Encoding"))
			}
			if strings.Contains(w.Body.String(), "secret") || strings.Contains(w.Body.String(), "root:") {
				t.Error("a file that is not for browsers")
			}
			if row.kind != "" && (h.Get("Content-Type") != row.kind || h.Get("Cache-Control") != row.cache) {
				t.Errorf("type %q, cache %q", h.Get("Content-Type"), h.Get("Cache-Control"))
			}
			if row.coding == "" && row.kind == "" || row.status != 200 || strings.HasPrefix(row.kind, "text/html") {
				return
			}
			tag := h.Get("ETag")
			again := f.call("GET", row.path, "", "Accept-Encoding", row.accept, "If-None-Match", `"other", `+tag)
			if tag == "" || again.Code != 304 || again.Body.Len() != 0 {
				t.Errorf("with ETag %s: %d", tag, again.Code)
			}
			head := f.call("HEAD", row.path, "", "Accept-Encoding", row.accept)
			if head.Code != 200 || head.Body.Len() != 0 || head.Header().Get("Content-Length") != h.Get("Content-Length") {
				t.Errorf("HEAD: %d, %v", head.Code, head.Header())
			}
		})
	}
	plain, packed := f.call("GET", "/assets/a-1a2b.js", ""), f.call("GET", "/assets/a-1a2b.js", "", "Accept-Encoding", "br")
	if plain.Header().Get("ETag") == packed.Header().Get("ETag") || packed.Header().Get("Vary") != "Accept-Encoding" {
		t.Error("packed and plain are different answers to a cache")
	}
}

func TestPagesCarryANonceForStyles(t *testing.T) {
	f := newFixture(func(o *web.Options) { o.UI = built() })
	seen := map[string]bool{}
	for range 2 {
		w := f.call("GET", "/", "")
		_, rest, ok := strings.Cut(w.Body.String(), `<meta property="csp-nonce" nonce="`)
		nonce, _, _ := strings.Cut(rest, `"`)
		policy := w.Header().Get("Content-Security-Policy")
		if !ok || len(nonce) < 16 || seen[nonce] || !strings.Contains(policy, "style-src 'self' 'nonce-"+nonce+"'") || !strings.Contains(policy, "script-src 'self';") {
			t.Errorf("nonce %q, policy %q", nonce, policy)
		}
		seen[nonce] = true
	}
}

func TestWithoutPages(t *testing.T) {
	for name, o := range map[string]func(*web.Options){
		"nil": nil, "empty": func(o *web.Options) { o.UI = fstest.MapFS{} },
	} {
		f := newFixture(o, web.Get("/hello", "", "问候", greet, web.For(web.Public)))
		if w := f.call("GET", "/", ""); w.Code != 404 || !strings.Contains(w.Body.String(), "make build") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		if w := f.call("GET", "/api/code/hello", ""); w.Code != 200 {
			t.Errorf("%s: the API answers %d", name, w.Code)
		}
	}
}
