package account

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// sessionStore is the table behind the manager (scs.CtxStore). Tokens arrive hashed.
type sessionStore struct {
	db     *db.DB
	clock  clock.Clock
	ids    *id.Source
	recall *recall
}

// sessionRow is a session with what decides about it: the account's state and the rules
// of the corp, read together so that a change acts at the next request.
type sessionRow struct {
	Data       string `bun:"data"`
	ID         id.ID  `bun:"id"`
	Created    int64  `bun:"created_at"`
	Seen       int64  `bun:"seen_at"`
	Confirmed  int64  `bun:"confirmed_at"`
	Account    id.ID  `bun:"account_id"`
	Disabled   int64  `bun:"disabled_at"`
	MustChange bool   `bun:"must_change"`
	TOTP       string `bun:"totp"`
	Policy
}

const sessionQuery = `SELECT s.data, s.id, s.created_at, s.seen_at, s.confirmed_at, s.account_id,
		COALESCE(a.disabled_at, 0) AS disabled_at, COALESCE(a.must_change, FALSE) AS must_change, COALESCE(a.totp, '') AS totp,
		COALESCE(p.idle_minutes, 0) AS idle_minutes, COALESCE(p.lifetime_hours, 0) AS lifetime_hours,
		COALESCE(p.totp_required, FALSE) AS totp_required
	FROM account_session s
	LEFT JOIN account_account a ON a.id = s.account_id
	LEFT JOIN account_policy p ON p.corp_id = s.corp_id
	WHERE s.token = ?`

// over tells whether the session has ended by time or with its account.
func (r sessionRow) over(now time.Time) bool {
	return r.Disabled != 0 || r.Created <= db.MS(now.Add(-r.lifetime())) || r.Seen <= db.MS(now.Add(-r.idle()))
}

func (r sessionRow) must() Must {
	switch {
	case r.Account == 0:
		return MustNothing
	case r.MustChange:
		return MustPassword
	case r.TOTPRequired && r.TOTP == "":
		return MustCode
	}
	return MustNothing
}

// find gives the row of a hashed token; ok is false when the session is over.
func (s *sessionStore) find(ctx context.Context, hash string) (row sessionRow, ok bool, err error) {
	err = s.db.Read().NewRaw(sessionQuery, hash).Scan(ctx, &row)
	if db.NoRows(err) {
		return row, false, nil
	}
	return row, err == nil && !row.over(s.clock.Now()), err
}

// use gives a session that has not ended, from memory when it was read a moment ago, and
// notes now and then that it is in use.
func (s *sessionStore) use(ctx context.Context, hash string) (Session, bool, error) {
	known, ok, mark := s.recall.get(hash)
	if !ok {
		row, found, err := s.find(ctx, hash)
		if err != nil || !found {
			return Session{}, false, err
		}
		session, err := codec{}.session(row.Data)
		if err != nil {
			return Session{}, false, err
		}
		session.ID, session.Hash, session.Began, session.Confirmed = row.ID, hash, row.Created, row.Confirmed
		session.Must = row.must()
		row.Data = ""
		known = recalled{row: row, session: session, readAt: s.clock.Now()}
	}
	now := s.clock.Now()
	if known.row.over(now) {
		return Session{}, false, nil
	}
	if now.Sub(db.FromMS(known.row.Seen)) >= seenStep {
		if err := s.seen(ctx, hash, now); err != nil {
			return Session{}, false, err
		}
		known.row.Seen = db.MS(now)
		ok = false
	}
	if !ok {
		s.recall.keep(hash, known, mark)
	}
	return known.session, true, nil
}

// seen notes that a session is in use.
func (s *sessionStore) seen(ctx context.Context, hash string, now time.Time) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`UPDATE account_session SET seen_at = ?, address = ? WHERE token = ? AND seen_at < ?`,
			db.MS(now), addressOf(ctx), hash, db.MS(now)).Exec(ctx)
		return err
	})
}

// FindCtx gives a session that has not ended, for the manager.
func (s *sessionStore) FindCtx(ctx context.Context, hash string) ([]byte, bool, error) {
	row, ok, err := s.find(ctx, hash)
	return []byte(row.Data), ok, err
}

// addressOf is where the request comes from, "" outside one.
func addressOf(ctx context.Context) string {
	if a := web.ClientAddress(ctx); a.IsValid() {
		return a.String()
	}
	return ""
}

// CommitCtx stores a session under its owner.
func (s *sessionStore) CommitCtx(ctx context.Context, hash string, b []byte, _ time.Time) error {
	var e encoded
	if err := json.Unmarshal(b, &e); err != nil {
		return err
	}
	now := db.NowMS(s.clock)
	began, confirmed := e.Session.Began, e.Session.Confirmed
	if began == 0 {
		began, confirmed = now, now
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO account_session
				(token, corp_id, account_id, member, data, created_at, seen_at, id, agent, address, confirmed_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (token) DO UPDATE SET corp_id = excluded.corp_id, data = excluded.data, seen_at = excluded.seen_at`,
			hash, e.Session.Corp, e.Session.Account, strings.ToLower(e.Session.Member), string(b), began, now,
			e.Session.ID, db.Clean(web.Agent(ctx)), addressOf(ctx), confirmed).Exec(ctx)
		s.tell(tx, hash)
		return err
	})
}

// DeleteCtx removes a session; one that is not there is removed already.
func (s *sessionStore) DeleteCtx(ctx context.Context, hash string) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		return s.end(ctx, tx, viewer.Condition{SQL: "token = ?", Args: []any{hash}})
	})
}

// channel carries to every node the fingerprints of sessions that were ended or changed.
const channel = "account"

// everySession is the note that something changed that many sessions hang on: an account,
// the rules of a corp.
const everySession = "*"

// end removes the sessions of a condition, here and in every open page.
func (s *sessionStore) end(ctx context.Context, tx db.Tx, which viewer.Condition) error {
	_, err := s.take(ctx, tx, which)
	return err
}

// take ends sessions and says how many.
func (s *sessionStore) take(ctx context.Context, tx db.Tx, which viewer.Condition) (int, error) {
	var ended []string
	err := tx.NewRaw("DELETE FROM account_session WHERE "+which.SQL+" RETURNING token", which.Args...).Scan(ctx, &ended)
	if err != nil && !db.NoRows(err) {
		return 0, err
	}
	for _, hash := range ended {
		s.tell(tx, hash)
	}
	return len(ended), nil
}

// tell has every node look at a session anew: this one before the transaction returns.
func (s *sessionStore) tell(tx db.Tx, hash string) {
	tx.AfterCommit(func() { s.recall.forget(hash) })
	s.db.Notify(tx, channel, hash)
}

// ofAccount are the sessions of a local account.
func ofAccount(account id.ID) viewer.Condition {
	return viewer.Condition{SQL: "account_id = ? AND account_id <> 0", Args: []any{account}}
}

// ofMember are the sessions of a member.
func ofMember(corp, member string) viewer.Condition {
	return viewer.Condition{SQL: "corp_id = ? AND member = ? AND member <> ''", Args: []any{corp, strings.ToLower(member)}}
}

// pruneStep bounds one deletion, so that it never holds the writer for long.
const pruneStep = 500

// prune removes up to pruneStep sessions that have ended by time. Without a row the
// corp's rules are those of the program.
func prune(ctx context.Context, tx db.Tx, now time.Time) (int64, error) {
	usual := usualPolicy()
	result, err := tx.NewRaw(`DELETE FROM account_session WHERE token IN (
			SELECT s.token FROM account_session s LEFT JOIN account_policy p ON p.corp_id = s.corp_id
			WHERE s.created_at <= ? - COALESCE(p.lifetime_hours, ?) * 3600000 OR s.seen_at <= ? - COALESCE(p.idle_minutes, ?) * 60000 LIMIT ?)`,
		db.MS(now), usual.LifetimeHours, db.MS(now), usual.IdleMinutes, pruneStep).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
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
