package kept_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/kept"
)

// shelf is where the tests' files are written down.
var shelf = db.Migrations{Set: "shelf", FS: fstest.MapFS{"0001_shelf.sql": {Data: []byte(`-- +goose Up
CREATE TABLE shelf_file (name TEXT PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE shelf_upload (id BIGINT PRIMARY KEY, loose_at BIGINT NOT NULL);
`)}}}

// house is files with their rows.
type house struct {
	kept.Files
	t *testing.T
}

func each(t *testing.T, body func(h house)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		store, err := blob.OpenDisk(t.TempDir(), clock.System())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := store.Close(); err != nil {
				t.Error(err)
			}
		})
		log := slog.New(slog.DiscardHandler)
		queue := job.New(d, clock.System(), id.NewSource(clock.System(), 1), log, job.Options{}) // not started
		body(house{kept.Files{DB: d, Blob: store, Queue: queue, Log: log}, t})
	}, job.Migrations(), shelf)
}

// make writes a file.
func (h house) make(name, content string) {
	h.t.Helper()
	info, err := h.Make(h.t.Context(), name, "text/plain", func(w io.Writer) error {
		_, err := io.WriteString(w, content)
		return err
	})
	if err != nil || info.Size != int64(len(content)) {
		h.t.Fatalf("%+v %v", info, err)
	}
}

// set writes the state of a file.
func set(ctx context.Context, tx db.Tx, name, state string) error {
	_, err := tx.NewRaw("INSERT INTO shelf_file (name, state) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET state = excluded.state", name, state).Exec(ctx)
	return err
}

func (h house) write(name, state string) {
	h.t.Helper()
	if err := h.DB.Tx(h.t.Context(), func(ctx context.Context, tx db.Tx) error { return set(ctx, tx, name, state) }); err != nil {
		h.t.Fatal(err)
	}
}

func (h house) state(name string) (state string) {
	h.t.Helper()
	if err := h.DB.Read().NewRaw("SELECT state FROM shelf_file WHERE name = ?", name).Scan(h.t.Context(), &state); err != nil && !db.NoRows(err) {
		h.t.Fatal(err)
	}
	return state
}

func (h house) there(name string) bool {
	h.t.Helper()
	_, err := h.Blob.Stat(h.t.Context(), name)
	if err != nil && !errors.Is(err, blob.ErrNotFound) {
		h.t.Fatal(err)
	}
	return err == nil
}

var errBroken = errors.New("the list broke off")

// TestHalvesAreNothing: a writer that fails leaves the file as it was, and his reason is told.
func TestHalvesAreNothing(t *testing.T) {
	each(t, func(h house) {
		h.make("a", "old")
		for name, write := range map[string]func(w io.Writer) error{
			"fails": func(w io.Writer) error {
				_, err := io.WriteString(w, "new")
				return errors.Join(err, errBroken)
			},
			"panics": func(w io.Writer) error {
				_, err := io.WriteString(w, "new")
				panic(errors.Join(err, errBroken))
			},
		} {
			if _, err := h.Make(h.t.Context(), "a", "text/plain", write); err == nil || name == "fails" && !errors.Is(err, errBroken) {
				h.t.Errorf("%s: %v", name, err)
			}
		}
		w := httptest.NewRecorder()
		if err := h.Send(h.t.Context(), w, "a", "清单.txt"); err != nil || w.Body.String() != "old" || w.Header().Get("Content-Length") != "3" ||
			w.Header().Get("Content-Disposition") != "attachment; filename*=utf-8''%E6%B8%85%E5%8D%95.txt" {
			h.t.Errorf("%v %q %v", err, w.Body, w.Header())
		}
		w = httptest.NewRecorder()
		if err := h.Send(h.t.Context(), w, "none", "x"); fault.CodeOf(err) != fault.NotFound || w.Code != http.StatusOK || len(w.Header()) != 0 {
			h.t.Errorf("what is gone: %v %v", err, w.Header())
		}
	})
}

// TestWhoStillWantsIt: a file that is whole stays when its row says so, or when writing the
// row is tried again; it goes when it came too late.
func TestWhoStillWantsIt(t *testing.T) {
	each(t, func(h house) {
		cancelled, cancel := context.WithCancelCause(h.t.Context())
		cancel(job.ErrCancelled)
		for name, x := range map[string]struct {
			ctx    context.Context
			wanted bool
			err    error
			stays  bool
		}{
			"wanted":              {h.t.Context(), true, nil, true},
			"its row is settled":  {h.t.Context(), false, nil, false},
			"the database is off": {h.t.Context(), true, errBroken, true},
			"the job is stopped":  {cancelled, true, nil, false},
		} {
			h.make(name, "x")
			err := h.Record(x.ctx, name, func(ctx context.Context, tx db.Tx) (bool, error) {
				return x.wanted, errors.Join(x.err, set(ctx, tx, name, "done"))
			})
			if failed := x.err != nil || x.ctx == cancelled; (err != nil) != failed || h.there(name) != x.stays || (h.state(name) == "done") == failed {
				h.t.Errorf("%s: %v, file %t, row %q", name, err, h.there(name), h.state(name))
			}
		}
	})
}

// TestDiscard: the file goes before its row, whether its job is there, over or forgotten.
func TestDiscard(t *testing.T) {
	each(t, func(h house) {
		for name, making := range map[string]id.ID{"nothing is made": 0, "its job is gone": 77} {
			h.make(name, "x")
			err := h.Discard(h.t.Context(), "ww1", making, name, func(ctx context.Context, tx db.Tx) error {
				if h.there(name) {
					h.t.Errorf("%s: the row goes first", name)
				}
				return set(ctx, tx, name, "gone")
			})
			if err != nil || h.state(name) != "gone" {
				h.t.Errorf("%s: %v %q", name, err, h.state(name))
			}
		}
	})
}

// TestSweep: all that is due goes, in as many looks as it takes, and nothing else.
func TestSweep(t *testing.T) {
	each(t, func(h house) {
		h.make("kept", "x")
		h.write("kept", "new")
		h.make("due", "x")
		h.write("due", "old")
		const more = 150 // beyond one look; their files are gone already
		if err := h.DB.Tx(h.t.Context(), func(ctx context.Context, tx db.Tx) error {
			for n := range more {
				if err := set(ctx, tx, id.ID(n+1).String(), "old"); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			h.t.Fatal(err)
		}
		swept := 0
		due := func(ctx context.Context, q db.Querier, most int) (names []string, err error) {
			err = q.NewRaw("SELECT name FROM shelf_file WHERE state = 'old' ORDER BY name LIMIT ?", most).Scan(ctx, &names)
			return names, err
		}
		err := kept.Sweep(h.t.Context(), h.Files, due, func(name string) string { return name }, func(ctx context.Context, tx db.Tx, name string) error {
			swept++
			return set(ctx, tx, name, "over")
		})
		if err != nil || swept != more+1 || h.there("due") || h.state("due") != "over" || !h.there("kept") || h.state("kept") != "new" {
			h.t.Errorf("%v, %d swept", err, swept)
		}
	})
}
