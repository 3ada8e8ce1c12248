package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// pages serves the built browser side. Files below assets/ carry a content hash in their
// names and are cached for ever; everything else is asked for anew, with an ETag. Where
// the build left file.br or file.gz, those are sent to browsers that accept them.
type pages struct {
	files fs.FS
	built bool
	text  func(ctx context.Context, name string) (string, bool, error)

	mu    sync.Mutex
	etags map[string]string // by file name; files of a build do not change
}

func newPages(files fs.FS) *pages {
	if files == nil {
		return &pages{}
	}
	_, err := fs.Stat(files, "admin.html")
	return &pages{files: files, built: err == nil, etags: map[string]string{}}
}

// ServeHTTP answers with a file, or with the page that owns the path.
func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	stateOf(r.Context()).route = "GET /"
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		st := stateOf(r.Context())
		writeProblem(w, r, newProblem(st, fault.Invalid, http.StatusMethodNotAllowed,
			in(st.language == languageChinese, "此地址不支持 "+r.Method, r.Method+" is not allowed here")))
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if p.text != nil && path.Ext(name) == ".txt" && !strings.Contains(name, "/") {
		text, ok, err := p.text(r.Context(), name)
		if err != nil {
			writeError(w, r, err)
			return
		}
		if ok {
			w.Header().Set("Content-Type", contentType(name))
			w.Header().Set("Cache-Control", "no-cache")
			write(w, r, http.StatusOK, []byte(text))
			return
		}
	}
	if !p.built {
		p.unbuilt(w)
		return
	}
	if hidden(name) {
		writeError(w, r, fault.Missing("文件"))
		return
	}
	if name != "" && !strings.HasSuffix(name, ".html") {
		if body, err := fs.ReadFile(p.files, name); err == nil {
			p.file(w, r, name, body)
			return
		}
		// A file that is not there is not a page: an old tab asking for an old script
		// must not be given HTML.
		if strings.HasPrefix(name+"/", "assets/") || path.Ext(name) != "" {
			writeError(w, r, fault.Missing("文件"))
			return
		}
	}
	p.page(w, r, pageOf(name))
}

// pageOf gives the page that owns a path; the page's own router takes it from there.
func pageOf(name string) string {
	switch first, _, _ := strings.Cut(name, "/"); first {
	case "sidebar", "sidebar.html":
		return "sidebar.html"
	case "h5", "h5.html":
		return "h5.html"
	default:
		return "admin.html"
	}
}

// hidden names are not for browsers: dot files, and the compressed twins by themselves.
func hidden(name string) bool {
	if name == "" {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") {
			return true
		}
	}
	return strings.HasSuffix(name, ".br") || strings.HasSuffix(name, ".gz") || strings.ContainsAny(name, "\\\x00")
}

func (p *pages) file(w http.ResponseWriter, r *http.Request, name string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType(name))
	h.Set("Vary", "Accept-Encoding")
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	etag := p.etag(name, body)
	for _, coding := range []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !accepts(r.Header.Get("Accept-Encoding"), coding.name) {
			continue
		}
		packed, err := fs.ReadFile(p.files, name+coding.suffix)
		if err != nil {
			continue
		}
		h.Set("Content-Encoding", coding.name)
		body, etag = packed, etag[:len(etag)-1]+"-"+coding.name+`"`
		break
	}
	h.Set("ETag", etag)
	if matches(r.Header.Get("If-None-Match"), etag) {
		h.Del("Content-Type")
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	write(w, r, http.StatusOK, body)
}

// page sends one of the three pages, with a fresh nonce that lets the page's own
// component kit insert styles; nothing else inline runs or styles anything.
func (p *pages) page(w http.ResponseWriter, r *http.Request, name string) {
	body, err := fs.ReadFile(p.files, name)
	if err != nil {
		writeError(w, r, fault.Missing("页面"))
		return
	}
	nonce := rand.Text()
	h := w.Header()
	h.Set("Content-Security-Policy", strings.Replace(h.Get("Content-Security-Policy"),
		"style-src 'self'", "style-src 'self' 'nonce-"+nonce+"'", 1))
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-cache, no-store")
	body = bytes.Replace(body, []byte("</head>"), []byte(`<meta property="csp-nonce" nonce="`+nonce+`" /></head>`), 1)
	write(w, r, http.StatusOK, body)
}

func (p *pages) unbuilt(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte(unbuiltPage))
}

// unbuiltPage is shown by a binary that was built with Go alone.
const unbuiltPage = `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>鹊桥 Queqiao</title></head><body>
<h1>此程序未包含网页</h1><p>接口可用，但没有打包控制台页面。请在源码目录执行 <code>make build</code> 后重新启动，或在开发时使用 <code>make dev</code>。</p>
<h1>This binary holds no pages</h1><p>The API works, but the console was not built in. Run <code>make build</code> in the source folder and start again, or use <code>make dev</code> while developing.</p>
</body></html>
`

func (p *pages) etag(name string, body []byte) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known, ok := p.etags[name]; ok {
		return known
	}
	sum := sha256.Sum256(body)
	p.etags[name] = `"` + hex.EncodeToString(sum[:12]) + `"`
	return p.etags[name]
}

// contentType goes by the name and never by the content; the operating system's own
// table, which differs between machines, is not asked for the kinds that matter.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json", ".map":
		return "application/json"
	case ".woff2":
		return "font/woff2"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".webmanifest":
		return "application/manifest+json"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// accepts reads Accept-Encoding: named and not refused by q=0.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		q, given := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		if !given {
			return true
		}
		weight, err := strconv.ParseFloat(q, 64)
		return err == nil && weight > 0
	}
	return false
}

// matches reads If-None-Match.
func matches(header, etag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == etag || part == "*" {
			return true
		}
	}
	return false
}

func write(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}
