package kept_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/kept"
)

type upload struct {
	ID id.ID `bun:"id"`
}

func (u upload) key() string { return "upload/" + u.ID.String() }

// loose is the uploads that have waited, of which some are held all the same.
func loose(held ...id.ID) kept.Loose[upload] {
	return kept.Loose[upload]{
		Take: `UPDATE shelf_upload SET loose_at = loose_at WHERE loose_at > 0 AND id IN (SELECT id FROM shelf_upload
			WHERE loose_at > 0 AND loose_at < ? ORDER BY loose_at LIMIT ?) RETURNING id`,
		Keep: "UPDATE shelf_upload SET loose_at = 0 WHERE id IN (?)",
		Drop: "DELETE FROM shelf_upload WHERE id IN (?)",
		Held: func(_ context.Context, _ db.Tx, rows []upload) (map[id.ID]bool, error) {
			found := map[id.ID]bool{}
			for _, r := range rows {
				found[r.ID] = slices.Contains(held, r.ID)
			}
			return found, nil
		},
		Of: func(u upload) (id.ID, string) { return u.ID, u.key() },
	}
}

func (h house) upload(file, looseAt int64) upload {
	h.t.Helper()
	u := upload{id.ID(file)}
	h.make(u.key(), "x")
	if err := h.DB.Tx(h.t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("INSERT INTO shelf_upload (id, loose_at) VALUES (?, ?)", u.ID, looseAt).Exec(ctx)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return u
}

// looseAt tells since when an upload is loose, -1 when its row is gone.
func (h house) looseAt(u upload) (at int64) {
	h.t.Helper()
	err := h.DB.Read().NewRaw("SELECT loose_at FROM shelf_upload WHERE id = ?", u.ID).Scan(h.t.Context(), &at)
	if db.NoRows(err) {
		return -1
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return at
}

// TestLoose: what has waited for too long goes with its file, in as many steps as it takes;
// what something keeps waits no more, and a step that breaks leaves row and file.
func TestLoose(t *testing.T) {
	each(t, func(h house) {
		unlinks := kept.Unlinks{Jobs: job.Scoped(h.Queue, "shelf"), Blob: h.Blob}
		h.Queue.Register(job.Prefixed("shelf", unlinks.Definition())...)
		quiet, waits, held, broken := h.upload(1, 0), h.upload(2, 50), h.upload(3, 9), h.upload(4, 9)
		if err := loose(held.ID).Sweep(h.t.Context(), h.DB, unlinks, 5); err != nil || h.looseAt(broken) != 9 {
			h.t.Errorf("none is old: %v", err)
		}
		failing := loose(held.ID)
		failing.Held = func(context.Context, db.Tx, []upload) (map[id.ID]bool, error) { return nil, errBroken }
		if err := failing.Sweep(h.t.Context(), h.DB, unlinks, 10); !errors.Is(err, errBroken) || h.looseAt(broken) != 9 {
			h.t.Errorf("nobody knows who keeps them: %v", err)
		}
		failing = loose(held.ID)
		failing.Drop = "DELETE FROM shelf_nowhere WHERE id IN (?)"
		if err := failing.Sweep(h.t.Context(), h.DB, unlinks, 10); err == nil || h.looseAt(held) != 9 {
			h.t.Errorf("half a step: %v", err)
		}
		const more = 150 // beyond one step; their files are gone already
		if err := h.DB.Tx(h.t.Context(), func(ctx context.Context, tx db.Tx) error {
			for n := range more {
				if _, err := tx.NewRaw("INSERT INTO shelf_upload (id, loose_at) VALUES (?, 8)", n+100).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			h.t.Fatal(err)
		}
		if err := loose(held.ID).Sweep(h.t.Context(), h.DB, unlinks, 10); err != nil {
			h.t.Fatal(err)
		}
		if !h.there(broken.key()) {
			h.t.Error("a file went before its row was gone for good")
		}
		if err := h.Queue.Settle(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
		for u, want := range map[upload]int64{quiet: 0, waits: 50, held: 0, broken: -1} {
			if at, there := h.looseAt(u), h.there(u.key()); at != want || there != (want >= 0) {
				h.t.Errorf("%v: loose at %d, want %d; file %t", u.ID, at, want, there)
			}
		}
		var left int
		if err := h.DB.Read().NewRaw("SELECT COUNT(*) FROM shelf_upload").Scan(h.t.Context(), &left); err != nil || left != 3 {
			h.t.Errorf("%d rows are left: %v", left, err)
		}
	})
}
