package followup

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
)

const (
	// looseFor is how long a picture that no note names is kept: it may be waiting for one
	// that somebody is writing.
	looseFor = 24 * time.Hour
	// sweepStep is how many pictures one transaction gives up, indexStep how many notes one
	// makes findable.
	sweepStep, indexStep = 100, 200
)

// index makes notes findable that were written before there was an index of them, some at a
// time. Whoever comes after a death goes on with those that are left; when there are none, it
// costs one look. Twice is harmless: indexing replaces.
func (s *service) index(ctx context.Context, j job.Job[struct{}]) error {
	for done := int64(0); ; {
		n, err := s.indexSome(ctx)
		if err != nil || n == 0 {
			return err
		}
		done += int64(n)
		if err := j.Report(ctx, done, 0, ""); err != nil {
			return err
		}
	}
}

func (s *service) indexSome(ctx context.Context) (n int, err error) {
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		var rows []noteRow
		// Taken first: whoever changes one of them now waits, and so indexes it after us.
		err := tx.NewRaw(`UPDATE followup_note SET findable = 1 WHERE findable = 0 AND id IN
			(SELECT id FROM followup_note WHERE findable = 0 ORDER BY id LIMIT ?) RETURNING id, corp_id, body`, indexStep).Scan(ctx, &rows)
		if err != nil {
			return err
		}
		docs := make([]search.Document, len(rows))
		for i, r := range rows {
			docs[i] = r.document()
		}
		n = len(rows)
		return s.search.Put(ctx, tx, docs...)
	})
	return n, err
}

// letGo notes that a note does not name pictures any more.
func (s *service) letGo(ctx context.Context, tx db.Tx, corp string, pictures []id.ID) error {
	if len(pictures) == 0 {
		return nil
	}
	_, err := tx.NewRaw("UPDATE followup_picture SET loose_at = ? WHERE corp_id = ? AND id IN (?)", db.NowMS(s.clock), corp, bun.List(pictures)).Exec(ctx)
	return err
}

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

// sweep gives up pictures of removed notes, and those that got into none. Twice is harmless:
// what was given up is not found again.
func (s *service) sweep(ctx context.Context, _ job.Job[struct{}]) error {
	for n := sweepStep; n == sweepStep; {
		err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			n, err = s.sweepSome(ctx, tx)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

type loosePicture struct {
	ID       id.ID  `bun:"id"`
	Corp     string `bun:"corp_id"`
	Customer id.ID  `bun:"customer_id"`
}

// sweepSome removes rows and asks in the same transaction for the files to be removed: no
// row leads to a file that is gone, and no file is left that no row leads to.
func (s *service) sweepSome(ctx context.Context, tx db.Tx) (int, error) {
	var rows []loosePicture
	// Taken before the notes are read: whoever puts one of them into a note now waits, and finds it gone.
	err := tx.NewRaw(`UPDATE followup_picture SET size = size WHERE loose_at > 0 AND id IN (SELECT id FROM followup_picture
		WHERE loose_at > 0 AND loose_at < ? ORDER BY loose_at LIMIT ?) RETURNING id, corp_id, customer_id`, db.MS(s.clock.Now().Add(-looseFor)), sweepStep).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	named, err := namedFor(ctx, tx, rows)
	if err != nil {
		return 0, err
	}
	var keep, gone []id.ID
	var keys []string
	for _, r := range rows {
		if named[r.ID] {
			keep = append(keep, r.ID)
		} else {
			gone, keys = append(gone, r.ID), append(keys, key(r.Corp, r.ID))
		}
	}
	if len(keep) > 0 {
		if _, err := tx.NewRaw("UPDATE followup_picture SET loose_at = 0 WHERE id IN (?)", bun.List(keep)).Exec(ctx); err != nil {
			return 0, err
		}
	}
	if len(gone) > 0 {
		if _, err := tx.NewRaw("DELETE FROM followup_picture WHERE id IN (?)", bun.List(gone)).Exec(ctx); err != nil {
			return 0, err
		}
		if _, err := s.jobs.Insert(ctx, tx, job.Insert{Kind: kindUnlink, Args: unlinkArgs{keys}}); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

// namedFor are the pictures that notes about the customers of some pictures name.
func namedFor(ctx context.Context, tx db.Tx, rows []loosePicture) (map[id.ID]bool, error) {
	customers := make([]id.ID, len(rows))
	for i, r := range rows {
		customers[i] = r.Customer
	}
	var texts []string
	err := tx.NewRaw(`SELECT n.pictures FROM mirror_customer AS c JOIN followup_note AS n ON n.corp_id = c.corp_id AND n.customer = c.customer
		WHERE c.id IN (?) AND n.pictures <> '[]'`, bun.List(customers)).Scan(ctx, &texts)
	if err != nil {
		return nil, err
	}
	named := map[id.ID]bool{}
	for _, t := range texts {
		var some []id.ID
		if err := json.Unmarshal([]byte(t), &some); err != nil {
			return nil, fmt.Errorf("followup: pictures of a note: %w", err)
		}
		for _, p := range some {
			named[p] = true
		}
	}
	return named, nil
}
