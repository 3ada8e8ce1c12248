package account

import (
	"cmp"
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// tries slows guessing on all nodes together: what a throttle counts in this process is
// counted in the database, too. The throttle is asked first, so that who keeps trying
// costs the database no more than a handful of writes.
type tries struct {
	db    *db.DB
	clock clock.Clock
	// sign turns a key into what is stored: names that people type are often passwords, so
	// that they cannot be guessed from a stolen database either.
	sign  func(key string) (string, error)
	here  *throttle
	every int64 // ms after which a try comes back
	burst int64
}

func newTries(d *db.DB, c clock.Clock, sign func(string) (string, error), burst int, every time.Duration) *tries {
	return &tries{db: d, clock: c, sign: sign, here: newThrottle(c, burst, every), every: every.Milliseconds(), burst: int64(burst)}
}

// take uses one try of the key; when none is left it says how long until the next.
func (t *tries) take(ctx context.Context, key string) (wait time.Duration, ok bool, err error) {
	if wait, ok := t.here.take(key); !ok {
		return wait, false, nil
	}
	hash, err := t.sign(key)
	if err != nil {
		return 0, false, err
	}
	now := db.NowMS(t.clock)
	var fullAt int64
	err = t.change(ctx, func(ctx context.Context, tx db.Tx) error {
		fullAt = 0
		// Each try taken moves the time at which all are back by one step.
		err := tx.NewRaw(`INSERT INTO account_tries (hash, full_at) VALUES (?, ?)
			ON CONFLICT (hash) DO UPDATE SET full_at = CASE WHEN account_tries.full_at > ? THEN account_tries.full_at ELSE ? END + ?
			WHERE account_tries.full_at <= ? RETURNING full_at`,
			hash, now+t.every, now, now, t.every, now+(t.burst-1)*t.every).Scan(ctx, &fullAt)
		if !db.NoRows(err) {
			ok = err == nil
			return err
		}
		ok = false
		return tx.NewRaw(`SELECT full_at FROM account_tries WHERE hash = ?`, hash).Scan(ctx, &fullAt)
	})
	if err != nil || ok {
		return 0, ok, err
	}
	return time.Duration(fullAt-now-(t.burst-1)*t.every) * time.Millisecond, false, nil
}

// limited is take as an error that says when to come back.
func (t *tries) limited(ctx context.Context, key string) error {
	if wait, ok, err := t.take(ctx, key); err != nil || !ok {
		return cmp.Or(err, web.Limited(wait))
	}
	return nil
}

// back gives the key one try back: the one that came to a good end.
func (t *tries) back(ctx context.Context, key string) error {
	t.here.back(key)
	hash, err := t.sign(key)
	if err != nil {
		return err
	}
	return t.change(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`UPDATE account_tries SET full_at = full_at - ? WHERE hash = ?`, t.every, hash).Exec(ctx)
		return err
	})
}

// clear gives the key all its tries back.
func (t *tries) clear(ctx context.Context, key string) error {
	t.here.clear(key)
	hash, err := t.sign(key)
	if err != nil {
		return err
	}
	return t.change(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`DELETE FROM account_tries WHERE hash = ?`, hash).Exec(ctx)
		return err
	})
}

// change is a transaction of its own: it holds whatever becomes of the sign-in, and takes
// no note of the audit log with it.
func (t *tries) change(ctx context.Context, fn func(ctx context.Context, tx db.Tx) error) error {
	return t.db.Tx(db.WithWitness(context.WithoutCancel(ctx), nil), fn)
}

// pruneTries removes up to pruneStep keys that have all their tries again.
func pruneTries(ctx context.Context, tx db.Tx, now int64) (int64, error) {
	result, err := tx.NewRaw(`DELETE FROM account_tries WHERE hash IN (SELECT hash FROM account_tries WHERE full_at <= ? LIMIT ?)`, now, pruneStep).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
