package kept

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// KindUnlink is the job that removes files whose rows are gone.
const KindUnlink = "unlink"

// Unlinks removes the files of one feature whose rows are gone. Its definition belongs to
// the feature's jobs.
type Unlinks struct {
	Jobs job.Scope
	Blob blob.Store
}

// unlinkArgs are keys of the file store that nothing leads to any more.
type unlinkArgs struct {
	Keys []string `json:"keys"`
}

// Definition is the job.
func (u Unlinks) Definition() job.Definition {
	return job.Define(KindUnlink, u.unlink, job.InLane(job.Bulk))
}

// unlink removes files. Twice is harmless: none is no error.
func (u Unlinks) unlink(ctx context.Context, j job.Job[unlinkArgs]) error {
	for _, k := range j.Args.Keys {
		if err := u.Blob.Delete(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

// LetGo has files removed once the transaction that gave them up has committed: whatever
// happens, no row leads to a file that is gone, and no file is left that no row leads to.
func (u Unlinks) LetGo(ctx context.Context, tx db.Tx, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	_, err := u.Jobs.Insert(ctx, tx, job.Insert{Kind: KindUnlink, Args: unlinkArgs{keys}})
	return err
}

// Loose is uploaded files of which each has a row that says since when nothing keeps it: it
// waits for what somebody is writing, or what kept it has let it go. What stays so for long
// is given up.
type Loose[R any] struct {
	// Take locks rows that have been loose since before ?0, at most ?1, and returns them. They
	// are locked before anybody looks who keeps them: whoever is about to keep one waits, and
	// finds it gone.
	Take string
	// Keep says that the rows ?0 are not loose, Drop removes the rows ?0: ids in brackets of the statement.
	Keep, Drop string
	// Held tells which of them something keeps all the same.
	Held func(ctx context.Context, tx db.Tx, rows []R) (map[id.ID]bool, error)
	// Of tells the id of a row and where its file lies.
	Of func(R) (file id.ID, key string)
}

// Sweep gives up what has been loose since before a time (unix ms). Twice is harmless: what
// was given up is not found again.
func (l Loose[R]) Sweep(ctx context.Context, d *db.DB, u Unlinks, before int64) error {
	return Steps(ctx, d, func(ctx context.Context, tx db.Tx, most int) (int, error) {
		var rows []R
		if err := tx.NewRaw(l.Take, before, most).Scan(ctx, &rows); err != nil || len(rows) == 0 {
			return 0, err
		}
		held, err := l.Held(ctx, tx, rows)
		if err != nil {
			return 0, err
		}
		var keep, gone []id.ID
		var keys []string
		for _, r := range rows {
			if file, key := l.Of(r); held[file] {
				keep = append(keep, file)
			} else {
				gone, keys = append(gone, file), append(keys, key)
			}
		}
		if len(keep) > 0 {
			if _, err := tx.NewRaw(l.Keep, bun.List(keep)).Exec(ctx); err != nil {
				return 0, err
			}
		}
		if len(gone) > 0 {
			if _, err := tx.NewRaw(l.Drop, bun.List(gone)).Exec(ctx); err != nil {
				return 0, err
			}
		}
		return len(rows), u.LetGo(ctx, tx, keys)
	})
}

// Steps carries something out that one transaction would hold up others with: each is told
// how many rows it may take, and the last is the one that takes fewer.
func Steps(ctx context.Context, d *db.DB, some func(ctx context.Context, tx db.Tx, most int) (int, error)) error {
	for n := sweepStep; n == sweepStep; {
		err := d.Tx(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			n, err = some(ctx, tx, sweepStep)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
