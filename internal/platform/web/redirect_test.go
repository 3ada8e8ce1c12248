package web_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// TestRedirectLeadsHome: whatever a client writes, it is led to our own origin.
func TestRedirectLeadsHome(t *testing.T) {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- web.ServePlain(ctx, l, web.Redirect("https://scrm.test"), slog.New(slog.DiscardHandler))
	}()
	for line, want := range map[string]string{
		"GET /customer?id=7&x=%2F HTTP/1.1": "https://scrm.test/customer?id=7&x=%2F",
		"POST /callback/app?a=b HTTP/1.1":   "https://scrm.test/callback/app?a=b",
		"GET //evil.test/x HTTP/1.1":        "https://scrm.test//evil.test/x",
		"GET http://evil.test/x HTTP/1.1":   "https://scrm.test/x",
		"GET /\\evil.test HTTP/1.1":         "https://scrm.test/%5Cevil.test",
		"OPTIONS * HTTP/1.1":                "https://scrm.test/",
	} {
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Unix(1<<40, 0))
		if _, err := io.WriteString(c, line+"\r\nHost: evil.test\r\nContent-Length: 0\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		_ = answer.Body.Close()
		_ = c.Close()
		if to := answer.Header.Get("Location"); to != want && !(strings.HasPrefix(line, "OPTIONS") && to == "") {
			t.Errorf("%s leads to %q with %d, want %q", line, to, answer.StatusCode, want)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
