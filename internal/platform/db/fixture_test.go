package db_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/fstest"

	"go.uber.org/goleak"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var empty = fstest.MapFS{}

var noteTables = db.Migrations{Set: "note", FS: fstest.MapFS{
	"0001_note.sql": {Data: []byte(`-- +goose Up
CREATE TABLE note (id BIGINT PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE reply (id BIGINT PRIMARY KEY, note_id BIGINT NOT NULL REFERENCES note (id));
CREATE TABLE picture (data BYTEA NOT NULL);
`)},
	"0002_note_text.sql": {Data: []byte(`-- +goose Up
CREATE UNIQUE INDEX note_text ON note (text);
`)},
}}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func insert(ctx context.Context, q db.Querier, id int64, text string) error {
	_, err := q.NewRaw("INSERT INTO note (id, text) VALUES (?, ?)", id, text).Exec(ctx)
	return err
}

func count(t testing.TB, d *db.DB) int64 {
	t.Helper()
	var n int64
	must(t, d.Read().NewRaw("SELECT count(*) FROM note").Scan(context.Background(), &n))
	return n
}

// openDurable opens a SQLite file, whose folder does not exist and whose name needs
// escaping, as the product would.
func openDurable(t testing.TB) *db.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "数据 100%?", "a#b.db")
	d, err := db.Open(context.Background(), db.Config{DSN: "sqlite:" + path}, clock.System(), slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}
