package picture

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/outgoing"
)

const png = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"

// elsewhere plays all other hosts, and remembers what it was asked for.
type elsewhere struct{ asked []string }

func (e *elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	e.asked = append(e.asked, r.URL.String())
	kind, body, status := "image/png", png, http.StatusOK
	switch r.URL.Path {
	case "/page":
		kind, body = "image/png", "<html><script>alert(1)</script>"
	case "/drawing":
		kind, body = "image/svg+xml", "\n<svg xmlns='http://www.w3.org/2000/svg'/>"
	case "/hidden":
		kind, body = "text/html", "<svg onload='alert(1)'/>"
	case "/large":
		body = png + strings.Repeat("x", outgoing.LargestPicture)
	case "/gone":
		status = http.StatusNotFound
	case "/away":
		return nil, errors.New("no route")
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func house(t *testing.T) (*service, *elsewhere, *clock.Fake) {
	t.Helper()
	others, now := &elsewhere{}, clock.NewFake(time.UnixMilli(1_795_000_000_000))
	out, err := outgoing.New(outgoing.Options{Clock: now, Log: slog.New(slog.DiscardHandler), Base: others, Allow: []outgoing.Permit{
		{Host: "http://127.0.0.1:8090", Key: "wecom.base_url", Inside: true},
		{Host: "qyapi.weixin.qq.com", Key: "wecom.base_url", Inside: true},
		{Host: "*.qlogo.cn", Key: outgoing.Pictures},
		{Host: "http://127.0.0.1:8090", Key: outgoing.Pictures, Inside: true},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return &service{out: out, client: out.Client(), shelf: newShelf(now)}, others, now
}

func (s *service) look(address string) (*httptest.ResponseRecorder, error) {
	w := httptest.NewRecorder()
	return w, s.shown(w, httptest.NewRequest(http.MethodGet, "/?url="+url.QueryEscape(address), nil))
}

func TestShown(t *testing.T) {
	for address, want := range map[string]struct {
		kind  string
		asked string
		code  fault.Code
	}{
		"http://wx.qlogo.cn/a?b=1#c":                       {"image/png", "https://wx.qlogo.cn/a?b=1", ""},
		"https://wx.qlogo.cn/drawing":                      {"image/svg+xml", "https://wx.qlogo.cn/drawing", ""},
		"http://127.0.0.1:8090/a":                          {"image/png", "http://127.0.0.1:8090/a", ""}, // the demo's
		"https://wx.qlogo.cn/page":                         {"", "https://wx.qlogo.cn/page", fault.NotFound},
		"https://wx.qlogo.cn/hidden":                       {"", "https://wx.qlogo.cn/hidden", fault.NotFound},
		"https://wx.qlogo.cn/large":                        {"", "https://wx.qlogo.cn/large", fault.NotFound},
		"https://wx.qlogo.cn/gone":                         {"", "https://wx.qlogo.cn/gone", fault.NotFound},
		"https://wx.qlogo.cn/away":                         {"", "https://wx.qlogo.cn/away", fault.NotFound},
		"https://qyapi.weixin.qq.com/a":                    {"", "", fault.NotFound}, // may be called, but not for pictures
		"https://qlogo.cn.example.com/a":                   {"", "", fault.NotFound},
		"http://127.0.0.1:8091/a":                          {"", "", fault.NotFound},
		"file:///etc/passwd":                               {"", "", fault.Invalid},
		"https://me:secret@wx.qlogo.cn/a":                  {"", "", fault.Invalid},
		"ftp://wx.qlogo.cn/a":                              {"", "", fault.NotFound},
		"":                                                 {"", "", fault.Invalid},
		"https://wx.qlogo.cn/" + strings.Repeat("a", 2000): {"", "", fault.Invalid},
	} {
		s, others, _ := house(t)
		w, err := s.look(address)
		if fault.CodeOf(err) != want.code && (err != nil || want.code != "") {
			t.Errorf("%.60s: %v, want %q", address, err, want.code)
		}
		if got := w.Header().Get("Content-Type"); got != want.kind {
			t.Errorf("%.60s: kind %q, want %q", address, got, want.kind)
		}
		if got := strings.Join(others.asked, " "); got != want.asked {
			t.Errorf("%.60s: asked %q, want %q", address, got, want.asked)
		}
		if want.kind != "" && !strings.Contains(w.Header().Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%.60s: %q", address, w.Header())
		}
	}
}

// TestShelf: a picture is asked for once in an hour, and what is kept has a bound.
func TestShelf(t *testing.T) {
	s, others, now := house(t)
	for range 3 {
		if w, err := s.look("https://wx.qlogo.cn/a"); err != nil || w.Body.String() != png {
			t.Fatalf("%q %v", w.Body, err)
		}
	}
	now.Advance(shelfFor + time.Second)
	_, _ = s.look("https://wx.qlogo.cn/a")
	if len(others.asked) != 2 {
		t.Errorf("asked %d times", len(others.asked))
	}
	half := file{kind: "image/png", content: bytes.Repeat([]byte("x"), shelfBytes/2-1)}
	s.shelf.put("one", half)
	s.shelf.put("two", half)
	s.shelf.put("two", half)
	_, one := s.shelf.take("one")
	s.shelf.put("three", half)
	_, two := s.shelf.take("two")
	_, still := s.shelf.take("one")
	if !one || two || !still || s.shelf.bytes > shelfBytes || s.shelf.used.Len() != len(s.shelf.byURL) {
		t.Errorf("%v %v %v, %d bytes of %d", one, two, still, s.shelf.bytes, s.shelf.used.Len())
	}
}
