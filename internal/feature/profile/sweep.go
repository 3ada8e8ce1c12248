package profile

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

const (
	kindSweep  = "sweep"
	kindUnlink = "unlink"
	// looseFor is how long a file that no value holds is kept: so long an edit can be undone.
	looseFor = 30 * 24 * time.Hour
	// importsFor is how long the file of an import is kept: so long its failed lines can be tried anew.
	importsFor = 30 * 24 * time.Hour
	// sweepStep is how many files one transaction gives up.
	sweepStep = 100
)

// unlinkArgs are keys of the file store that nothing leads to any more.
type unlinkArgs struct {
	Keys []string `json:"keys"`
}

// unlink removes files. Twice is harmless: none is no error.
func (s *service) unlink(ctx context.Context, j job.Job[unlinkArgs]) error {
	for _, k := range j.Args.Keys {
		if err := s.blob.Delete(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

// letGo has files removed once the transaction that gave them up has committed: whatever
// happens, no row leads to a file that is gone, and no file is left that no row leads to.
func (s *service) letGo(ctx context.Context, tx db.Tx, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	_, err := s.jobs.Insert(ctx, tx, job.Insert{Kind: kindUnlink, Args: unlinkArgs{keys}})
	return err
}

// sweep gives up files that no value has held for thirty days, and uploaded tables of old
// imports. Twice is harmless: what was given up is not found again.
func (s *service) sweep(ctx context.Context, _ job.Job[struct{}]) error {
	for _, some := range []func(context.Context, db.Tx) (int, error){s.sweepImports, s.sweepFiles} {
		for n := sweepStep; n == sweepStep; {
			err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) (err error) {
				n, err = some(ctx, tx)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// sweepImports gives up the files of old imports, those that were never begun too.
func (s *service) sweepImports(ctx context.Context, tx db.Tx) (int, error) {
	var rows []struct {
		ID   id.ID  `bun:"id"`
		Corp string `bun:"corp_id"`
	}
	now := s.clock.Now()
	err := tx.NewRaw(`UPDATE profile_run SET swept_at = ? WHERE swept_at = 0 AND state NOT IN ('checking', 'running') AND id IN (SELECT id FROM profile_run
		WHERE kind = 'import' AND swept_at = 0 AND created_at < ? AND state NOT IN ('checking', 'running') ORDER BY created_at LIMIT ?) RETURNING id, corp_id`,
		db.MS(now), db.MS(now.Add(-importsFor)), sweepStep).Scan(ctx, &rows)
	if err != nil {
		return 0, err
	}
	keys := make([]string, len(rows))
	for i, r := range rows {
		keys[i] = importKey(r.Corp, r.ID)
	}
	return len(rows), s.letGo(ctx, tx, keys)
}

type looseFile struct {
	ID    id.ID  `bun:"id"`
	Corp  string `bun:"corp_id"`
	Field id.ID  `bun:"field_id"`
}

// sweepFiles gives up files that no value holds. One that a value holds all the same, since
// another record had it too when two were taken apart, counts as held again.
func (s *service) sweepFiles(ctx context.Context, tx db.Tx) (int, error) {
	var rows []looseFile
	// Taken before the values are read: whoever saves one of them now waits, and finds it gone.
	err := tx.NewRaw(`UPDATE profile_file SET size = size WHERE loose_at > 0 AND id IN (SELECT id FROM profile_file
		WHERE loose_at > 0 AND loose_at < ? ORDER BY loose_at LIMIT ?) RETURNING id, corp_id, field_id`, db.MS(s.clock.Now().Add(-looseFor)), sweepStep).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	held, err := heldOf(ctx, tx, rows)
	if err != nil {
		return 0, err
	}
	var keep, gone []id.ID
	var keys []string
	for _, r := range rows {
		if held[r.ID] {
			keep = append(keep, r.ID)
		} else {
			gone, keys = append(gone, r.ID), append(keys, blobKey(r.Corp, r.ID))
		}
	}
	if len(keep) > 0 {
		if _, err := tx.NewRaw("UPDATE profile_file SET loose_at = 0 WHERE id IN (?)", bun.List(keep)).Exec(ctx); err != nil {
			return 0, err
		}
	}
	if len(gone) > 0 {
		if _, err := tx.NewRaw("DELETE FROM profile_file WHERE id IN (?)", bun.List(gone)).Exec(ctx); err != nil {
			return 0, err
		}
	}
	return len(rows), s.letGo(ctx, tx, keys)
}

// heldOf tells which of the files a value names.
func heldOf(ctx context.Context, tx db.Tx, rows []looseFile) (map[id.ID]bool, error) {
	var corps, tokens []string
	var fields []id.ID
	for _, r := range rows {
		tokens = append(tokens, r.ID.String())
		if !slices.Contains(corps, r.Corp) {
			corps = append(corps, r.Corp)
		}
		if !slices.Contains(fields, r.Field) {
			fields = append(fields, r.Field)
		}
	}
	var found []string
	err := tx.NewRaw("SELECT token FROM profile_value WHERE corp_id IN (?) AND field_id IN (?) AND token IN (?)", bun.List(corps), bun.List(fields), bun.List(tokens)).Scan(ctx, &found)
	held := map[id.ID]bool{}
	for _, t := range found {
		if file, named := fileNamed(t); named {
			held[file] = true
		}
	}
	return held, err
}
