// Package outgoing is the one way out: every HTTP call of the program to another system
// goes through its Transport.
//
// It calls only hosts on a list, each there for a reason that the operator can look up;
// what people of the corp write into a form can never send the program to an address
// inside the network (Guest), however the name resolves or whoever redirects; it refuses
// inside a database transaction, where a slow WeCom would hold locks for everybody; it
// follows no redirect to another host; it keeps a book of every host, who asked, how often
// and how much; it logs hosts only, for URLs of WeCom carry access tokens.
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

// ErrInside says that a name led to an address inside the network, where only hosts that
// the operator named may be called.
var ErrInside = errors.New("outgoing: the address is inside the network")

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
	Allow []Permit
	Clock clock.Clock
	Log   *slog.Logger
	// Observe is told of each call: host as on the list, "2xx" … "5xx", "error" or
	// "refused", and its duration up to the answer's head. Nil for none.
	Observe func(host, outcome string, d time.Duration)
	// Base does the work; nil for a transport of our own. Tests put a fake here.
	Base http.RoundTripper
	// Resolver finds addresses; nil for the machine's. Tests put a lying one here.
	Resolver *net.Resolver
}

// Transport is an http.RoundTripper with the rules of this package, in the name of one
// part of the program.
type Transport struct {
	*way
	asker string
	guest bool // the URL was written by somebody whom we do not trust
}

// way is what all transports of a program share.
type way struct {
	opts  Options
	rules []rule
	book  *Book
	// inside may call any address, for hosts that the operator named himself; outside is
	// for all others and refuses addresses inside the network when it dials. They share no
	// connection.
	inside, outside http.RoundTripper
}

// New makes the way out. It fails on an entry that is no host.
func New(o Options) (*Transport, error) {
	w := &way{opts: o, book: newBook(o.Clock), inside: o.Base, outside: o.Base}
	for _, p := range o.Allow {
		r, err := parseRule(p)
		if err != nil {
			return nil, err
		}
		w.rules = append(w.rules, r)
	}
	if o.Base == nil {
		w.inside, w.outside = carrier(dialer(o.Resolver, false)), carrier(dialer(o.Resolver, true))
	}
	return &Transport{way: w, asker: "program"}, nil
}

// As gives the way out for one part of the program; the book has its name.
func (t *Transport) As(asker string) *Transport {
	return &Transport{way: t.way, asker: asker, guest: t.guest}
}

// Guest gives the way out for addresses that people write into forms: only hosts on the
// list, and none of them when it lies inside the network.
func (t *Transport) Guest() *Transport { return &Transport{way: t.way, asker: t.asker, guest: true} }

// Book is the record of whom the program called.
func (t *Transport) Book() *Book { return t.book }

// Allows tells whether a URL may be called.
func (t *Transport) Allows(u *url.URL) bool {
	_, ok := t.match(u)
	return ok
}

// PermitFor gives the entry that covers a URL and is on the list by that setting.
func (t *Transport) PermitFor(key string, u *url.URL) (Permit, bool) {
	if u.Scheme != "http" && u.Scheme != "https" {
		return Permit{}, false
	}
	host, port := target(u)
	for _, r := range t.rules {
		if r.Key == key && r.covers(host, port) {
			return r.Permit, true
		}
	}
	return Permit{}, false
}

// Permits lists whom the program may call.
func (t *Transport) Permits() []Permit { return t.opts.Allow }

// match gives the entry of the list that covers a URL.
func (w *way) match(u *url.URL) (rule, bool) {
	if u.Scheme != "http" && u.Scheme != "https" {
		return rule{}, false
	}
	host, port := target(u)
	for _, r := range w.rules {
		if r.covers(host, port) {
			return r, true
		}
	}
	return rule{}, false
}

// RoundTrip makes one call. Errors name the host, never the URL.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	if err := db.OutsideTx(ctx); err != nil {
		closeBody(r)
		return nil, err
	}
	began := t.opts.Clock.Now()
	rule, entry, err := t.admit(r.URL)
	if err != nil {
		closeBody(r)
		t.conclude(ctx, "other", "refused", began)
		return nil, err
	}
	entry.begin()
	base := t.outside
	if rule.Inside && !t.guest {
		base = t.inside
	}
	answer, err := base.RoundTrip(entry.counting(r))
	if errors.Is(err, ErrInside) {
		entry.refuse()
		t.opts.Log.WarnContext(ctx, "outgoing call refused: the name leads inside the network", "host", rule.text, "asker", t.asker)
		t.conclude(ctx, rule.text, "refused", began)
		return nil, fmt.Errorf("%w: %s", ErrInside, r.URL.Hostname())
	}
	if err != nil {
		entry.fail()
		t.conclude(ctx, rule.text, "error", began)
		return nil, fmt.Errorf("outgoing: %s: %w", rule.text, err)
	}
	entry.answered(answer)
	t.conclude(ctx, rule.text, strconv.Itoa(answer.StatusCode/100)+"xx", began)
	if err := t.checkRedirect(r, answer); err != nil {
		entry.refuse()
		return nil, errors.Join(err, answer.Body.Close())
	}
	return answer, nil
}

// admit finds the rule that allows a URL and the line in the book; a refusal is written
// down and logged here.
func (t *Transport) admit(u *url.URL) (rule, *line, error) {
	host, port := target(u)
	found, ok := t.match(u)
	if !ok {
		entry := t.book.line(host, port, t.asker, "")
		entry.begin()
		entry.refuse()
		t.opts.Log.Warn("outgoing call refused: the host is not on the list", "host", printable(host), "port", port, "asker", t.asker)
		return rule{}, nil, fmt.Errorf("%w: %s", ErrHost, printable(host))
	}
	return found, t.book.line(host, port, t.asker, found.Key), nil
}

// Gate is for a library that brings a transport of its own and asks before each request
// which proxy to use: it refuses what is not on the list, and writes the attempt down.
func (t *Transport) Gate() func(*http.Request) (*url.URL, error) {
	return func(r *http.Request) (*url.URL, error) {
		_, entry, err := t.admit(r.URL)
		if err != nil {
			return nil, err
		}
		entry.begin()
		return http.ProxyFromEnvironment(r)
	}
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

func (w *way) conclude(ctx context.Context, host, outcome string, began time.Time) {
	d := w.opts.Clock.Now().Sub(began)
	if w.opts.Observe != nil {
		w.opts.Observe(host, outcome, d)
	}
	w.opts.Log.DebugContext(ctx, "outgoing", "host", host, "outcome", outcome, "ms", d.Milliseconds())
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
	for _, base := range []http.RoundTripper{t.inside, t.outside} {
		if c, ok := base.(interface{ CloseIdleConnections() }); ok {
			c.CloseIdleConnections()
		}
	}
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close() // nothing was read from it
	}
}
