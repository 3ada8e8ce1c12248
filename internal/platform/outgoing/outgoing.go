// Package outgoing is the one way out: every HTTP call of the program to another system
// goes through its Transport.
//
// It calls only hosts on a list, so that no form field or callback can send the program
// to an address inside the network; it refuses inside a database transaction, where a
// slow WeCom would hold locks for everybody; it follows no redirect to another host;
// it counts by host, and logs hosts only, for URLs of WeCom carry access tokens.
package outgoing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// ErrHost says that a host is not on the list.
var ErrHost = errors.New("outgoing: host is not allowed; an operator can add it to outgoing.allow")

// ErrRedirect says that a host answered with a redirect to another.
var ErrRedirect = errors.New("outgoing: redirect to another host")

const (
	dialTimeout   = 5 * time.Second
	headerTimeout = 30 * time.Second
	// CallTimeout bounds a whole call by Client, body included. Callers with bigger
	// bodies set their own by context and use Transport in a client of theirs.
	CallTimeout  = 60 * time.Second
	maxRedirects = 5
)

// Options say whom the program may call.
type Options struct {
	// Allow lists hosts: "qyapi.weixin.qq.com", "127.0.0.1:8090" for one port only,
	// "*.qpic.cn" for everything below. A full URL stands for its host and port.
	Allow []string
	Clock clock.Clock
	Log   *slog.Logger
	// Observe is told of each call: host as on the list, "2xx" … "5xx", "error" or
	// "refused", and its duration up to the answer's head. Nil for none.
	Observe func(host, outcome string, d time.Duration)
	// Base does the work; nil for a transport of our own. Tests put a fake here.
	Base http.RoundTripper
}

// Transport is an http.RoundTripper with the rules of this package.
type Transport struct {
	opts  Options
	rules []rule
	base  http.RoundTripper
}

// rule is an entry of the list.
type rule struct {
	host string // exact, or the part after "*."
	port string // "" for any
	wild bool
	text string // as written
}

// New makes the way out. It fails on an entry that is no host.
func New(o Options) (*Transport, error) {
	t := &Transport{opts: o, base: o.Base}
	for _, text := range o.Allow {
		r, err := parseRule(text)
		if err != nil {
			return nil, err
		}
		t.rules = append(t.rules, r)
	}
	if t.base == nil {
		t.base = &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout:   dialTimeout,
			ResponseHeaderTimeout: headerTimeout,
			MaxIdleConnsPerHost:   32,
			IdleConnTimeout:       90 * time.Second,
			ForceAttemptHTTP2:     true,
		}
	}
	return t, nil
}

func parseRule(text string) (rule, error) {
	r := rule{text: text}
	host := text
	if strings.Contains(text, "://") {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" {
			return rule{}, fmt.Errorf("outgoing: %q is no URL", text)
		}
		host, r.text = u.Host, u.Host
	}
	if h, port, err := net.SplitHostPort(host); err == nil {
		host, r.port = h, port
	}
	host, r.wild = strings.CutPrefix(strings.ToLower(strings.Trim(host, "[]")), "*.")
	if r.host = host; host == "" || strings.ContainsAny(host, "*/ @") {
		return rule{}, fmt.Errorf("outgoing: %q is no host, host:port or *.domain", text)
	}
	return r, nil
}

func (r rule) covers(host, port string) bool {
	if r.port != "" && r.port != port {
		return false
	}
	if r.wild {
		return strings.HasSuffix(host, "."+r.host)
	}
	return host == r.host
}

// Allows tells whether a URL may be called.
func (t *Transport) Allows(u *url.URL) bool {
	_, ok := t.match(u)
	return ok
}

// match gives the entry of the list that covers a URL, as written.
func (t *Transport) match(u *url.URL) (string, bool) {
	if u.Scheme != "http" && u.Scheme != "https" {
		return "", false
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	for _, r := range t.rules {
		if r.covers(host, port) {
			return r.text, true
		}
	}
	return "", false
}

// RoundTrip makes one call. Errors name the host, never the URL.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	if err := db.OutsideTx(ctx); err != nil {
		closeBody(r)
		return nil, err
	}
	began := t.opts.Clock.Now()
	host, ok := t.match(r.URL)
	if !ok {
		closeBody(r)
		t.conclude(ctx, "other", "refused", began)
		return nil, fmt.Errorf("%w: %s", ErrHost, r.URL.Hostname())
	}
	answer, err := t.base.RoundTrip(r)
	if err != nil {
		t.conclude(ctx, host, "error", began)
		return nil, fmt.Errorf("outgoing: %s: %w", host, err)
	}
	t.conclude(ctx, host, strconv.Itoa(answer.StatusCode/100)+"xx", began)
	if err := t.checkRedirect(r, answer); err != nil {
		return nil, errors.Join(err, answer.Body.Close())
	}
	return answer, nil
}

// checkRedirect refuses here, below any client, so that a client with rules of its own
// cannot follow either.
func (t *Transport) checkRedirect(r *http.Request, answer *http.Response) error {
	if answer.StatusCode < 300 || answer.StatusCode > 399 || answer.Header.Get("Location") == "" {
		return nil
	}
	to, err := answer.Location()
	if err != nil {
		return fmt.Errorf("%w: unreadable location from %s", ErrRedirect, r.URL.Host)
	}
	if !strings.EqualFold(to.Host, r.URL.Host) || to.Scheme != r.URL.Scheme {
		return fmt.Errorf("%w: from %s to %s", ErrRedirect, r.URL.Host, to.Host)
	}
	return nil
}

func (t *Transport) conclude(ctx context.Context, host, outcome string, began time.Time) {
	d := t.opts.Clock.Now().Sub(began)
	if t.opts.Observe != nil {
		t.opts.Observe(host, outcome, d)
	}
	t.opts.Log.DebugContext(ctx, "outgoing", "host", host, "outcome", outcome, "ms", d.Milliseconds())
}

// Client is a client over the Transport, for calls with small bodies.
func (t *Transport) Client() *http.Client {
	return &http.Client{Transport: t, Timeout: CallTimeout, CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		if len(via) >= maxRedirects {
			return fmt.Errorf("%w: more than %d", ErrRedirect, maxRedirects)
		}
		return nil
	}}
}

// CloseIdleConnections lets go of kept connections.
func (t *Transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close() // nothing was read from it
	}
}
