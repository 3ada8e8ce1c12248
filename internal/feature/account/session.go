package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

const (
	// cookieName is the session cookie of console and sidebar.
	cookieName = "queqiao_session"
	// seenStep is how exactly the last use is known: a write every few minutes, not at
	// every request.
	seenStep = 5 * time.Minute
)

// How somebody signed in.
const (
	byPassword = "password"
	byCode     = "code" // password and second step
	byWeCom    = "wecom"
)

// Session is who a browser belongs to.
type Session struct {
	Corp    string `json:"corp"`
	Account id.ID  `json:"account,omitempty"`
	Member  string `json:"member,omitempty"` // userid as WeCom writes it
	Name    string `json:"name"`
	Founder bool   `json:"founder,omitempty"`
	Method  string `json:"method"`

	// ID names the session in lists; Hash is its key, the token's fingerprint.
	ID    id.ID  `json:"id,omitempty"`
	Hash  string `json:"hash,omitempty"`
	Began int64  `json:"began,omitempty"` // unix ms, as the next
	// Confirmed is when the person last proved who he is: at sign-in or since.
	Confirmed int64 `json:"confirmed,omitempty"`
	// Must is what has to be done before anything else.
	Must Must `json:"must,omitempty"`
}

// Must is what somebody signed in has to do before anything else.
type Must string

// What there is to do.
const (
	MustNothing  Must = ""
	MustPassword Must = "password" // choose a password of his own
	MustCode     Must = "code"     // set up the second step
)

// sessions keeps them in the database. The manager makes tokens, hashes them and binds
// data to a request; the limits of time are the store's, by the program's clock.
type sessions struct {
	manager *scs.SessionManager
	store   *sessionStore
	// secure marks cookies Secure also when a request does not look like TLS.
	secure bool
}

const sessionKey = "session"

func newSessions(d *db.DB, c clock.Clock, ids *id.Source, secure bool) *sessions {
	store := &sessionStore{db: d, clock: c, ids: ids, recall: newRecall(c)}
	// Not scs.New: that starts a store in memory, whose cleaner never ends.
	m := &scs.SessionManager{Store: store, Codec: codec{}, HashTokenInStore: true, Lifetime: maxLifetime}
	return &sessions{manager: m, store: store, secure: secure}
}

// load gives the session of a request's cookie; ok is false when there is none.
func (s *sessions) load(ctx context.Context, r *http.Request) (session Session, ok bool, err error) {
	token := s.brought(r)
	if token == "" {
		return Session{}, false, nil
	}
	return s.store.use(ctx, fingerprint(token))
}

// brought is the token in a request's cookie, "" when there is none. Over TLS only the
// cookie of that name counts: a neighbour host cannot plant it.
func (s *sessions) brought(r *http.Request) string {
	cookie, err := r.Cookie(s.name(r.Context(), cookieName))
	if err != nil || len(cookie.Value) > 100 {
		return ""
	}
	return cookie.Value
}

// Cookies are those that a typed operation reads the session's token from.
type Cookies struct {
	Plain  string `cookie:"queqiao_session" maxLength:"100" hidden:"true"`
	Secure string `cookie:"__Host-queqiao_session" maxLength:"100" hidden:"true"`
}

func (s *sessions) token(ctx context.Context, b Cookies) string {
	if s.tls(ctx) {
		return b.Secure
	}
	return b.Plain
}

// begin makes a new session and sets its cookie. A session that goes on under another
// token keeps when it began and was confirmed; otherwise both are now. The token is always a new one; the
// session of the token that the browser brought, if any, ends here.
func (s *sessions) begin(ctx context.Context, brought string, session Session) error {
	ctx, err := s.manager.Load(ctx, brought)
	if err != nil {
		return err
	}
	switch {
	case s.manager.Token(ctx) != "":
		if err := s.manager.Destroy(ctx); err != nil {
			return err
		}
	case session.Began != 0:
		return fault.New(fault.Unauthenticated, "登录已结束，请重新登录") // somebody ended it meanwhile: it does not go on
	}
	policy, err := policyOf(ctx, s.store.db.Read(), session.Corp)
	if err != nil {
		return err
	}
	session.ID = s.store.ids.New()
	s.manager.Put(ctx, sessionKey, session)
	token, _, err := s.manager.Commit(ctx)
	if err != nil {
		return err
	}
	s.setCookie(ctx, token, int(policy.lifetime().Seconds()))
	return nil
}

// end removes the session of the request, and its cookie.
func (s *sessions) end(ctx context.Context) error {
	session, err := sessionFrom(ctx)
	if err != nil {
		return err
	}
	if err := s.store.DeleteCtx(ctx, session.Hash); err != nil {
		return err
	}
	s.setCookie(ctx, "", -1)
	return nil
}

func (s *sessions) setCookie(ctx context.Context, token string, maxAge int) {
	c := s.cookie(ctx, cookieName, token, "/", maxAge)
	web.SetCookie(ctx, &c)
}

// cookie makes a cookie that scripts cannot read and other sites cannot send along with
// a change. Without TLS, which is for loopback only, browsers would drop a secure one.
func (s *sessions) cookie(ctx context.Context, name, value, path string, maxAge int) http.Cookie {
	if path == "/" {
		name = s.name(ctx, name)
	}
	return http.Cookie{
		Name: name, Value: value, Path: path, MaxAge: maxAge,
		Secure: s.tls(ctx), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

func (s *sessions) tls(ctx context.Context) bool { return s.secure || web.Secure(ctx) }

// name is what a cookie for the whole host is called: with the prefix by which browsers
// take it over TLS and from this very host only.
func (s *sessions) name(ctx context.Context, name string) string {
	if s.tls(ctx) {
		return "__Host-" + name
	}
	return name
}

// codec writes a session as JSON, so that the store can read whose it is.
type codec struct{}

type encoded struct {
	Deadline time.Time `json:"deadline"`
	Session  Session   `json:"session"`
}

func (codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	session, ok := values[sessionKey].(Session)
	if !ok {
		return nil, errors.New("account: a session without anybody is not stored")
	}
	return json.Marshal(encoded{deadline, session})
}

func (codec) Decode(b []byte) (time.Time, map[string]any, error) {
	var e encoded
	if err := json.Unmarshal(b, &e); err != nil {
		return time.Time{}, nil, fmt.Errorf("account: stored session: %w", err)
	}
	return e.Deadline, map[string]any{sessionKey: e.Session}, nil
}

// session reads what Encode wrote.
func (codec) session(data string) (Session, error) {
	var e encoded
	err := json.Unmarshal([]byte(data), &e)
	return e.Session, err
}
