package wecom

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

const (
	// A token is left alone for this long before it expires, or for a tenth of its
	// life when that is shorter: near its end WeCom hands out what is left of the
	// old one.
	tokenMargin = 5 * time.Minute
	// A refresh goes on when the caller who caused it goes away, since others wait.
	refreshTimeout = 20 * time.Second
	// WeCom blocks an address for an hour after several attempts with a wrong secret.
	secretRest = time.Hour
)

// GetTokenResponse answers GET /cgi-bin/gettoken (doc 91039).
type GetTokenResponse struct {
	Result
	AccessToken string `json:"access_token"` // up to 512 bytes
	ExpiresIn   int    `json:"expires_in"`   // seconds, 7200 as a rule
}

// AccessToken gives a token that may be used now, for calls that this package does
// not know. Treat it as a password.
func (c *Client) AccessToken(ctx context.Context) (string, error) {
	return c.accessToken(ctx, "")
}

// accessToken gives a token other than stale.
func (c *Client) accessToken(ctx context.Context, stale string) (string, error) {
	token, err := c.tokens.get(ctx, "token:"+c.key, stale, c.fetchToken)
	return token, c.wrap("gettoken", err)
}

// fetchToken asks WeCom for a token, unless the secret rests (doc 91039).
func (c *Client) fetchToken(ctx context.Context) (Token, error) {
	if until, refused := c.breaker.rests(c.key, c.clock.Now()); refused {
		return Token{}, &Error{
			Op: "gettoken", App: c.app.Name, Code: errcode.InvalidSecret, Class: errcode.ClassConfig,
			Msg: "next attempt after " + until.UTC().Format(time.RFC3339), Err: ErrSecretRefused,
		}
	}
	var answer GetTokenResponse
	err := c.exchange(ctx, &call{
		method: http.MethodGet, path: "/cgi-bin/gettoken",
		query: url.Values{"corpid": {c.corpID}, "corpsecret": {c.app.Secret}},
	}, "", &answer)
	if CodeOf(err) == errcode.InvalidSecret {
		c.breaker.open(c.key, c.clock.Now().Add(secretRest))
	}
	if err != nil {
		return Token{}, err
	}
	return c.lasting("gettoken", answer.AccessToken, answer.ExpiresIn)
}

// lasting makes a Token of a value that lives for some seconds. Without a value, or with
// one that is dead already, every call would fetch anew.
func (c *Client) lasting(op, value string, seconds int) (Token, error) {
	if value == "" || seconds <= 0 {
		return Token{}, &Error{
			Op: op, App: c.app.Name, Class: errcode.ClassTransient,
			Err: errors.New("the answer says ok and holds nothing that lasts"),
		}
	}
	life := time.Duration(seconds) * time.Second
	return Token{Value: value, Expires: c.clock.Now().Add(life - min(tokenMargin, life/10))}, nil
}

// ResetSecret lets the next call try the secret again after WeCom refused it, for
// instance because an administrator corrected something.
func (c *Client) ResetSecret() { c.breaker.close(c.key) }

// breaker remembers which secrets WeCom refused.
type breaker struct {
	mu      sync.Mutex
	refused map[string]time.Time // until when
}

func (b *breaker) rests(key string, now time.Time) (time.Time, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	until := b.refused[key]
	return until, now.Before(until)
}

func (b *breaker) open(key string, until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refused[key] = until
}

func (b *breaker) close(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.refused, key)
}

// tokens stands between the clients and the store: it remembers tokens, so that a
// store in a database is asked once in two hours, and lets the callers of one
// process share one refresh.
type tokens struct {
	store TokenStore
	clock Clock

	mu      sync.Mutex
	known   map[string]Token
	flights map[string]*flight
}

type flight struct {
	done  chan struct{}
	token Token
	err   error
}

func newTokens(store TokenStore, clock Clock) *tokens {
	return &tokens{store: store, clock: clock, known: map[string]Token{}, flights: map[string]*flight{}}
}

// get gives a token other than stale: a remembered one, the store's, or a new one.
func (t *tokens) get(ctx context.Context, key, stale string, fetch func(context.Context) (Token, error)) (string, error) {
	t.mu.Lock()
	if token := t.known[key]; token.Value != stale && token.valid(t.clock.Now()) {
		t.mu.Unlock()
		return token.Value, nil
	}
	f := t.flights[key]
	if f == nil {
		f = &flight{done: make(chan struct{})}
		t.flights[key] = f
		go t.fly(context.WithoutCancel(ctx), f, key, stale, fetch)
	}
	t.mu.Unlock()

	select {
	case <-f.done:
		return f.token.Value, f.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (t *tokens) fly(ctx context.Context, f *flight, key, stale string, fetch func(context.Context) (Token, error)) {
	ctx, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	f.token, f.err = t.store.Get(ctx, key)
	if f.err == nil && (f.token.Value == stale || !f.token.valid(t.clock.Now())) {
		f.token, f.err = t.store.Refresh(ctx, key, stale, fetch)
	}
	t.mu.Lock()
	if f.err == nil {
		t.known[key] = f.token
	}
	delete(t.flights, key)
	t.mu.Unlock()
	close(f.done)
}
