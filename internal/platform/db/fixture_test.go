package db_test

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

var notesTable = db.Migrations{Set: "notes", FS: fstest.MapFS{"0001_note.sql": {Data: []byte(`-- +goose Up
CREATE TABLE note (id BIGINT PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE reply (id BIGINT PRIMARY KEY, note_id BIGINT NOT NULL REFERENCES note (id));
`)}}}

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
