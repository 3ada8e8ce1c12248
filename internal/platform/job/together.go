package job

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// togetherMost is how many jobs share a transaction at most. It bounds how long others
// wait for SQLite's one writer, and what is done again when one of them fails.
const togetherMost = 64

// DefineTx makes a kind of job whose whole effect is in our database. Its work gets a
// transaction, and the record that the job is done is in it too, so effect and record are
// one fact and happen exactly once.
//
// On SQLite, which has one writer, it shares the transaction with whatever else of its kind
// is due at that moment: a commit waits for the disk, which takes as long for one as for
// sixty. When one of them fails, in whatever way, everything of that transaction is undone
// and each half is done again in one of its own, until the one to blame stands alone: the
// others pay with time and never with a try. On PostgreSQL each has a transaction of its
// own; they commit side by side, and it is the server that shares the disk among them.
//
// So the work may be called several times for one try, and must change nothing but the
// database. Timeout bounds how long it may wait for its turn; a shared transaction has half
// a minute.
func DefineTx[A any](kind string, work func(ctx context.Context, tx Tx, j Job[A]) error, opts ...Option) Definition {
	d := Define(kind, func(context.Context, Job[A]) error {
		return fmt.Errorf("job: %s runs without its queue", kind)
	}, opts...)
	d.share = func(r *run) (func(ctx context.Context, tx Tx) error, error) {
		j, err := typed[A](r)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context, tx Tx) error { return work(ctx, tx, j) }, nil
	}
	return d
}

// shared is one job's part of a transaction.
type shared struct {
	run  *run
	work func(ctx context.Context, tx Tx) error
}

// together gives the jobs of a kind made by DefineTx their transactions.
func (q *Queue) together(d Definition) Definition {
	group := db.NewGroup(q.db, togetherMost, q.workTogether)
	d.work = func(ctx context.Context, r *run) error {
		work, err := d.share(r)
		if err != nil {
			return err
		}
		part := shared{r, work}
		if q.db.Engine() == db.SQLite {
			_, err = group.Do(ctx, part)
			return err
		}
		return q.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			if err := part.do(ctx, tx); err != nil {
				return err
			}
			return r.doneIn(ctx, tx)
		})
	}
	return d
}

// workTogether does the work of some jobs of one kind and records that they are done.
func (q *Queue) workTogether(ctx context.Context, tx Tx, parts []shared) ([]struct{}, error) {
	ends := make([]outcome, len(parts))
	for i, p := range parts {
		if err := p.do(ctx, tx); err != nil {
			return nil, err
		}
		ends[i] = p.run.ended(Done, "")
	}
	kept, err := q.finishBatch(ctx, tx, ends)
	if err != nil {
		return nil, fmt.Errorf("job: %s: %w", parts[0].run.entry.Kind, err)
	}
	if slices.Contains(kept, false) {
		return nil, ErrLost // who is the only one of his transaction has lost his own job
	}
	tx.AfterCommit(func() {
		for _, p := range parts {
			p.run.record()
		}
	})
	return make([]struct{}, len(parts)), nil
}

// do is the work; a panic is a failed try, of this job alone.
func (p shared) do(ctx context.Context, tx Tx) (err error) {
	defer func() {
		if caught := recover(); caught != nil {
			p.run.q.log.Error("a job panicked", "kind", p.run.entry.Kind, "job", p.run.entry.ID.String(), "panic", caught, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", caught)
		}
	}()
	return p.work(ctx, tx)
}
