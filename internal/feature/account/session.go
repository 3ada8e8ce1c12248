package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

const (
	// cookieName is the session cookie of console and sidebar.
	cookieName = "queqiao_session"
	// idleLimit ends a session that nobody uses, lifetime every session.
	idleLimit = 12 * time.Hour
	lifetime  = 7 * 24 * time.Hour
	// seenStep is how exactly the last use is known: a write every few minutes, not at
	// every request.
	seenStep = 5 * time.Minute
)

// How somebody signed in.
const (
	byPassword = "password"
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
}

// sessions keeps them in the database. The manager makes tokens, hashes them and binds
// data to a request; the limits of time are the store's, by the program's clock.
type sessions struct {
	manager *scs.SessionManager
	// secure marks cookies Secure also when a request does not look like TLS.
	secure bool
}

const sessionKey = "session"

func newSessions(d *db.DB, c clock.Clock, secure bool) *sessions {
	// Not scs.New: that starts a store in memory, whose cleaner never ends.
	m := &scs.SessionManager{Store: &sessionStore{db: d, clock: c}, Codec: codec{}, HashTokenInStore: true, Lifetime: lifetime}
	return &sessions{manager: m, secure: secure}
}

// load gives the session of a request's cookie and the context that carries it; ok is
// false when there is none.
func (s *sessions) load(ctx context.Context, r *http.Request) (context.Context, Session, bool, error) {
	token := brought(r)
	if token == "" {
		return ctx, Session{}, false, nil
	}
	ctx, err := s.manager.Load(ctx, token)
	if err != nil {
		return ctx, Session{}, false, err
	}
	session, ok := s.manager.Get(ctx, sessionKey).(Session)
	return ctx, session, ok, nil
}

// brought is the token in a request's cookie, "" when there is none.
func brought(r *http.Request) string {
	cookie, err := r.Cookie(cookieName)
	if err != nil || len(cookie.Value) > 100 {
		return ""
	}
	return cookie.Value
}

// begin makes a new session and sets its cookie. The token is always a new one; the
// session of the token that the browser brought, if any, ends here.
func (s *sessions) begin(ctx context.Context, brought string, session Session) error {
	ctx, err := s.manager.Load(ctx, brought)
	if err != nil {
		return err
	}
	if s.manager.Token(ctx) != "" {
		if err := s.manager.Destroy(ctx); err != nil {
			return err
		}
	}
	s.manager.Put(ctx, sessionKey, session)
	token, _, err := s.manager.Commit(ctx)
	if err != nil {
		return err
	}
	s.setCookie(ctx, token, int(lifetime.Seconds()))
	return nil
}

// end removes the session that load put into ctx, and its cookie.
func (s *sessions) end(ctx context.Context) error {
	if err := s.manager.Destroy(ctx); err != nil {
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
	return http.Cookie{
		Name: name, Value: value, Path: path, MaxAge: maxAge,
		Secure: s.secure || web.Secure(ctx), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
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

// sessionStore is the table behind the manager (scs.CtxStore). Tokens arrive hashed.
type sessionStore struct {
	db    *db.DB
	clock clock.Clock
}

// FindCtx gives a session that has not ended, and notes now and then that it is in use.
func (s *sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	now := s.clock.Now()
	var row struct {
		Data string `bun:"data"`
		Seen int64  `bun:"seen_at"`
	}
	err := s.db.Read().NewRaw(`SELECT data, seen_at FROM account_session WHERE token = ? AND created_at > ? AND seen_at > ?`,
		token, db.MS(now.Add(-lifetime)), db.MS(now.Add(-idleLimit))).Scan(ctx, &row)
	if db.NoRows(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if now.Sub(db.FromMS(row.Seen)) >= seenStep {
		err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw(`UPDATE account_session SET seen_at = ? WHERE token = ? AND seen_at < ?`,
				db.MS(now), token, db.MS(now)).Exec(ctx)
			return err
		})
	}
	return []byte(row.Data), err == nil, err
}

// CommitCtx stores a session under its owner.
func (s *sessionStore) CommitCtx(ctx context.Context, token string, b []byte, _ time.Time) error {
	var e encoded
	if err := json.Unmarshal(b, &e); err != nil {
		return err
	}
	now := db.NowMS(s.clock)
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO account_session (token, corp_id, account_id, member, data, created_at, seen_at)
			VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (token) DO UPDATE SET corp_id = excluded.corp_id, data = excluded.data, seen_at = excluded.seen_at`,
			token, e.Session.Corp, e.Session.Account, strings.ToLower(e.Session.Member), string(b), now, now).Exec(ctx)
		return err
	})
}

// DeleteCtx removes a session; one that is not there is removed already.
func (s *sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`DELETE FROM account_session WHERE token = ?`, token).Exec(ctx)
		return err
	})
}

// Find, Commit and Delete complete scs.Store; the manager calls those with a context.

// Find is FindCtx without a context.
func (s *sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s *sessionStore) Commit(token string, b []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expiry)
}

// Delete is DeleteCtx without a context.
func (s *sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
