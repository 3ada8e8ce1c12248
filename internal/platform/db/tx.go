package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

// ErrNested says that a transaction was begun inside another. With SQLite's one
// writer it would wait for itself for ever.
var ErrNested = errors.New("db: transaction inside a transaction")

// ErrInTx says that something which must not happen inside a transaction was tried
// there: an outward call would hold locks for as long as the other side likes, and its
// effect would outlive a rollback.
var ErrInTx = errors.New("db: outward call inside a transaction")

// CommitError wraps an error of COMMIT itself: whether the changes are stored is
// unknown when the connection broke, so nothing is run again by itself.
type CommitError struct{ Err error }

func (e *CommitError) Error() string { return "db: commit: " + e.Err.Error() }

// Unwrap gives the driver's error.
func (e *CommitError) Unwrap() error { return e.Err }

// Tx is the only handle to the database inside DB.Tx.
type Tx struct {
	bun.Tx
	state *txState
}

type txState struct {
	hooks []func()
	last  []Witness
	keys  []any // of those of last that have one
}

type inTx struct{}

// InTx says whether ctx belongs to a running transaction.
func InTx(ctx context.Context) bool { return ctx.Value(inTx{}) != nil }

// Current names the transaction that ctx belongs to, nil outside one. A transaction that
// is run again has another name: what was said in the run that was undone can be told
// from what holds. The value is for comparing only.
func Current(ctx context.Context) any {
	if s, ok := ctx.Value(inTx{}).(*txState); ok {
		return s
	}
	return nil
}

// Witness writes down what a transaction did, in that same transaction: DB.Tx calls it
// when its function has succeeded, right before the commit, each time the transaction is
// run. Its error undoes the transaction. What it must know of the commit it hears through
// Tx.AfterCommit.
type Witness func(ctx context.Context, tx Tx) error

type witnessKey struct{}

// WithWitness has every transaction of ctx end before the witness; nil takes it away.
func WithWitness(ctx context.Context, w Witness) context.Context {
	return context.WithValue(ctx, witnessKey{}, w)
}

// OutsideTx is ErrInTx when ctx belongs to a running transaction. Every client of the
// outside world asks it first.
func OutsideTx(ctx context.Context) error {
	if InTx(ctx) {
		return ErrInTx
	}
	return nil
}

// BeforeCommit has a witness come at the end of this transaction, behind that of its
// context: for what must be looked at or locked last and is known early. Of those with one
// key only the first comes; nil is no key.
func (tx Tx) BeforeCommit(key any, w Witness) {
	if key != nil {
		if slices.Contains(tx.state.keys, key) {
			return
		}
		tx.state.keys = append(tx.state.keys, key)
	}
	tx.state.last = append(tx.state.last, w)
}

// AfterCommit runs fn once the transaction is committed, in the order of the calls and
// before DB.Tx returns. For wake-ups: fn must not block and cannot fail.
func (tx Tx) AfterCommit(fn func()) { tx.state.hooks = append(tx.state.hooks, fn) }

// BeginTx is refused: see ErrNested.
func (tx Tx) BeginTx(context.Context, *sql.TxOptions) (bun.Tx, error) { return bun.Tx{}, ErrNested }

// RunInTx is refused: see ErrNested.
func (tx Tx) RunInTx(context.Context, *sql.TxOptions, func(context.Context, bun.Tx) error) error {
	return ErrNested
}

// txTries bounds how often a transaction is begun again after a deadlock, a
// serialization failure or a busy database.
const txTries = 12

// Tx runs fn in a write transaction: committed when fn returns nil, rolled back when it
// returns an error or panics. The context given to fn carries the mark of InTx.
//
// fn may run several times, since a deadlock, a serialization failure or a busy
// database undoes the whole transaction; it must therefore change nothing but the
// database and variables it sets anew each time. A failure of COMMIT is not retried
// (CommitError).
func (d *DB) Tx(ctx context.Context, fn func(ctx context.Context, tx Tx) error) error {
	if InTx(ctx) {
		return ErrNested
	}
	for try := 1; ; try++ {
		hooks, err := d.tx(ctx, fn)
		if err == nil {
			for _, h := range hooks {
				h()
			}
			return nil
		}
		var commit *CommitError
		if !IsRetryable(err) || try == txTries || (errors.As(err, &commit) && !sqliteBusy(err) && postgresCode(err) == "") {
			return err
		}
		// A wait of the machine, not of the product: it must pass under a fake clock too.
		wait := time.Duration(rand.Int64N(int64(5*time.Millisecond) << try))
		if clock.Sleep(ctx, clock.System(), wait) != nil {
			return err
		}
	}
}

func (d *DB) tx(ctx context.Context, fn func(context.Context, Tx) error) (hooks []func(), err error) {
	inner, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("db: begin: %w", err)
	}
	tx := Tx{Tx: inner, state: &txState{}}
	done := false
	defer func() {
		if !done { // an error, a panic or runtime.Goexit of a failing test
			if rerr := inner.Rollback(); rerr != nil && !errors.Is(rerr, sql.ErrTxDone) {
				err = errors.Join(err, fmt.Errorf("db: rollback: %w", rerr))
			}
		}
	}()
	within := context.WithValue(ctx, inTx{}, tx.state)
	if err := fn(within, tx); err != nil {
		return nil, err
	}
	if witness, _ := ctx.Value(witnessKey{}).(Witness); witness != nil {
		if err := witness(within, tx); err != nil {
			return nil, err
		}
	}
	for len(tx.state.last) > 0 { // each may have another come
		next := tx.state.last[0]
		tx.state.last = tx.state.last[1:]
		if err := next(within, tx); err != nil {
			return nil, err
		}
	}
	done = true
	if err := inner.Commit(); err != nil {
		return nil, &CommitError{Err: err}
	}
	d.engine.committed(d)
	return tx.state.hooks, nil
}
