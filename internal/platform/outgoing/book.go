package outgoing

import (
	"cmp"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

// mostLines bounds the book: names that somebody makes up must not fill the memory. What
// does not fit is counted under one name.
const mostLines = 1000

// Elsewhere is the host under which the book counts what it has no line for.
const Elsewhere = "*"

// Contact is what the program had to do with one host, on behalf of one of its parts.
type Contact struct {
	Host, Port string
	Asker      string    // part of the program: "wecom", "files", "acme"
	Key        string    // setting by which the host is allowed, "" when it is not
	First      time.Time // of all that is counted here
	Last       time.Time
	Calls      int64 // attempts, refused ones included
	Failures   int64 // no answer came
	Refused    int64 // not on the list, inside the network, or a redirect away
	Sent       int64 // bytes of bodies
	Received   int64 // bytes of bodies, as they were read
}

// Book counts contacts since it was last taken.
type Book struct {
	clock clock.Clock
	mu    sync.Mutex
	lines map[lineKey]*Contact
}

type lineKey struct{ host, port, asker string }

func newBook(c clock.Clock) *Book { return &Book{clock: c, lines: map[lineKey]*Contact{}} }

// Take gives what was counted since the last time and begins anew.
func (b *Book) Take() []Contact {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := make([]Contact, 0, len(b.lines))
	for _, c := range b.lines {
		list = append(list, *c)
	}
	b.lines = map[lineKey]*Contact{}
	slices.SortFunc(list, func(x, y Contact) int {
		return cmp.Or(cmp.Compare(x.Host, y.Host), cmp.Compare(x.Port, y.Port), cmp.Compare(x.Asker, y.Asker))
	})
	return list
}

// Return puts back what was taken and could not be kept.
func (b *Book) Return(list []Contact) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range list {
		at := b.find(lineKey{c.Host, c.Port, c.Asker}, c.Key)
		at.First, at.Last = earliest(at.First, c.First), latest(at.Last, c.Last)
		at.Calls, at.Failures, at.Refused = at.Calls+c.Calls, at.Failures+c.Failures, at.Refused+c.Refused
		at.Sent, at.Received = at.Sent+c.Sent, at.Received+c.Received
	}
}

// find needs the lock.
func (b *Book) find(k lineKey, key string) *Contact {
	if c, ok := b.lines[k]; ok {
		return c
	}
	if len(b.lines) >= mostLines {
		if k = (lineKey{Elsewhere, "", k.asker}); b.lines[k] != nil {
			return b.lines[k]
		}
	}
	c := &Contact{Host: k.host, Port: k.port, Asker: k.asker, Key: key}
	b.lines[k] = c
	return c
}

// line is where one call is counted. It finds its contact anew each time, for the book may
// be taken while the call is under way.
type line struct {
	book *Book
	lineKey

	key string
}

func (b *Book) line(host, port, asker, key string) *line {
	return &line{book: b, lineKey: lineKey{printable(host), port, asker}, key: key}
}

func (l *line) change(do func(c *Contact)) {
	l.book.mu.Lock()
	defer l.book.mu.Unlock()
	c := l.book.find(l.lineKey, l.key)
	now := l.book.clock.Now()
	c.First, c.Last = earliest(c.First, now), latest(c.Last, now)
	do(c)
}

func (l *line) begin() { l.change(func(c *Contact) { c.Calls++ }) }
func (l *line) fail()  { l.change(func(c *Contact) { c.Failures++ }) }

func (l *line) refuse() { l.change(func(c *Contact) { c.Refused++ }) }

// counting counts the request's body as it is sent. The caller's request stays as it is.
func (l *line) counting(r *http.Request) *http.Request {
	if r.Body == nil || r.Body == http.NoBody {
		return r
	}
	own := r.WithContext(r.Context())
	own.Body = &counted{ReadCloser: r.Body, line: l, sent: true}
	if again := r.GetBody; again != nil {
		own.GetBody = func() (io.ReadCloser, error) {
			body, err := again()
			if err != nil {
				return nil, err
			}
			return &counted{ReadCloser: body, line: l, sent: true}, nil
		}
	}
	return own
}

// answered counts the answer's body as it is read.
func (l *line) answered(answer *http.Response) {
	if answer.Body != nil && answer.Body != http.NoBody {
		answer.Body = &counted{ReadCloser: answer.Body, line: l}
	}
}

// counted tells the book once, at the end of a body.
type counted struct {
	io.ReadCloser

	line *line
	sent bool
	n    atomic.Int64 // the request's body is read and closed by different goroutines
	once sync.Once
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	if err != nil {
		c.told()
	}
	return n, err
}

// Close ends the body.
func (c *counted) Close() error {
	c.told()
	return c.ReadCloser.Close()
}

func (c *counted) told() {
	c.once.Do(func() {
		n := c.n.Load()
		if n == 0 {
			return
		}
		c.line.change(func(at *Contact) {
			if c.sent {
				at.Sent += n
			} else {
				at.Received += n
			}
		})
	})
}

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
