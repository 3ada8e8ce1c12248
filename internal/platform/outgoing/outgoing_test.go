package outgoing_test

import (
	"context"
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
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/outgoing"
)

func transport(t *testing.T, log *strings.Builder, seen *[]string, allow ...string) *outgoing.Transport {
	t.Helper()
	permits := make([]outgoing.Permit, 0, len(allow))
	for _, host := range allow {
		permits = append(permits, outgoing.Permit{Host: host, Key: "test", Inside: true})
	}
	out, err := outgoing.New(outgoing.Options{
		Allow: permits, Clock: clock.NewFake(time.Unix(1, 0)),
		Log:     slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Observe: func(host, outcome string, _ time.Duration) { *seen = append(*seen, host+" "+outcome) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.CloseIdleConnections)
	return out
}

func TestWhomWeCall(t *testing.T) {
	var log strings.Builder
	var seen []string
	out := transport(t, &log, &seen, "https://qyapi.weixin.qq.com", "*.qpic.cn", "127.0.0.1:8090", "http://[::1]:8091", "Example.COM")
	rows := map[string]bool{
		"https://qyapi.weixin.qq.com/cgi-bin/gettoken": true,
		"https://QYAPI.weixin.qq.com:443/":             true,
		"https://qyapi.weixin.qq.com.":                 true,
		"https://qyapi.weixin.qq.com:8443/":            true,
		"https://qyapi.weixin.qq.com.evil.test/":       false,
		"https://evil.test/?qyapi.weixin.qq.com":       false,
		"https://qyapi.weixin.qq.com@evil.test/":       false,
		"https://wework.qpic.cn/x":                     true,
		"https://a.b.qpic.cn/x":                        true,
		"https://qpic.cn/x":                            false,
		"https://evilqpic.cn/x":                        false,
		"http://127.0.0.1:8090/":                       true,
		"http://127.0.0.1:8080/":                       false,
		"http://127.0.0.1/":                            false,
		"http://[::1]:8091/":                           true,
		"http://[::1]:8092/":                           false,
		"http://169.254.169.254/latest/meta-data":      false,
		"http://localhost:8090/":                       false,
		"https://example.com/":                         true,
		"ftp://example.com/":                           false,
		"file:///etc/passwd":                           false,
	}
	for text, want := range rows {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if out.Allows(u) != want {
			t.Errorf("%s: %v, want %v", text, !want, want)
		}
	}
	for _, bad := range []string{"", "*", "http://", "a b", "a/b", "user@host", "*.*"} {
		if _, err := outgoing.New(outgoing.Options{Allow: []outgoing.Permit{{Host: bad}}}); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestCalls(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the other host was called") }))
	defer other.Close()
	here := httptest.NewServer(nil)
	defer here.Close()
	here.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other.URL+"/x", http.StatusFound)
		case "/along":
			http.Redirect(w, r, "/ok", http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/broken":
			w.WriteHeader(http.StatusBadGateway)
		default:
			_, _ = io.WriteString(w, "ok")
		}
	})
	host := strings.TrimPrefix(here.URL, "http://")
	rows := []struct {
		name, url string
		want      error // nil, or what the error is
		body      string
		seen      string
	}{
		{"allowed", here.URL + "/ok?access_token=t0ken", nil, "ok", host + " 2xx"},
		{"not on the list", other.URL + "/?access_token=t0ken", outgoing.ErrHost, "", "other refused"},
		{"redirected away", here.URL + "/away?access_token=t0ken", outgoing.ErrRedirect, "", host + " 3xx"},
		{"redirected along", here.URL + "/along", nil, "ok", host + " 3xx, " + host + " 2xx"},
		{"round and round", here.URL + "/round", outgoing.ErrRedirect, "", strings.TrimSuffix(strings.Repeat(host+" 3xx, ", 5), ", ")},
		{"a failure of theirs", here.URL + "/broken", nil, "", host + " 5xx"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			var log strings.Builder
			var seen []string
			answer, err := transport(t, &log, &seen, here.URL).Client().Get(row.url)
			if !errors.Is(err, row.want) || (err == nil) != (row.want == nil) {
				t.Fatalf("%v", err)
			}
			if err == nil {
				defer answer.Body.Close()
				if body, _ := io.ReadAll(answer.Body); string(body) != row.body {
					t.Errorf("%q", body)
				}
			}
			if got := strings.Join(seen, ", "); got != row.seen {
				t.Errorf("counted %q, want %q", got, row.seen)
			}
			if strings.Contains(log.String(), "t0ken") || strings.Contains(log.String(), "/ok") {
				t.Errorf("the log has more than the host: %s", log.String())
			}
		})
	}
}

func TestNotInsideATransaction(t *testing.T) {
	called := false
	here := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer here.Close()
	var log strings.Builder
	var seen []string
	out := transport(t, &log, &seen, here.URL)
	call := func(ctx context.Context) error {
		r, err := http.NewRequestWithContext(ctx, "POST", here.URL, strings.NewReader("x"))
		if err != nil {
			return err
		}
		answer, err := out.Client().Do(r)
		if err != nil {
			return err
		}
		return answer.Body.Close()
	}
	d := dbtest.Open(t, db.SQLite)
	if err := d.Tx(t.Context(), func(ctx context.Context, _ db.Tx) error { return call(ctx) }); err == nil || called {
		t.Errorf("called %v, error %v", called, err)
	}
	if err := call(t.Context()); err != nil || !called {
		t.Errorf("outside: called %v, error %v", called, err)
	}
}

func TestAHostThatIsAway(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	var log strings.Builder
	var seen []string
	out := transport(t, &log, &seen, gone.URL)
	r, err := http.NewRequest("GET", gone.URL+"/x?access_token=t0ken", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := out.RoundTrip(r)
	if err == nil {
		answer.Body.Close()
		t.Fatal("no error")
	}
	if strings.Contains(err.Error(), "t0ken") || strings.Join(seen, "") != strings.TrimPrefix(gone.URL, "http://")+" error" {
		t.Errorf("%v, counted %v", err, seen)
	}
}
