package search

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// sqliteEngine keeps the grams in FTS5, by row id.
type sqliteEngine struct{}

func (sqliteEngine) write(ctx context.Context, tx db.Tx, docs []entry) error {
	var bodies, grams []string
	var bodyArgs, gramArgs []any
	for _, e := range docs {
		bodies, grams = append(bodies, "(?, ?, ?, ?)"), append(grams, "(?, ?)")
		bodyArgs = append(bodyArgs, e.Ref, e.Corp, e.Kind, e.body)
		gramArgs = append(gramArgs, e.Ref, strings.Join(e.grams, " "))
	}
	if _, err := tx.NewRaw("INSERT INTO search_doc (ref, corp_id, kind, body) VALUES "+strings.Join(bodies, ", "), bodyArgs...).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewRaw("INSERT INTO search_gram (rowid, grams) VALUES "+strings.Join(grams, ", "), gramArgs...).Exec(ctx)
	return err
}

func (sqliteEngine) remove(ctx context.Context, tx db.Tx, refs []id.ID) error {
	// Only rows that are there: FTS5 would otherwise note a deletion for each.
	_, err := tx.NewRaw("DELETE FROM search_gram WHERE rowid IN (SELECT ref FROM search_doc WHERE ref IN (?))", bun.List(refs)).Exec(ctx)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw("DELETE FROM search_doc WHERE ref IN (?)", bun.List(refs)).Exec(ctx)
	return err
}

func (sqliteEngine) candidates(grams []string) (string, []any) {
	quoted := make([]string, len(grams))
	for i, g := range grams {
		quoted[i] = `"` + g + `"`
	}
	return "SELECT rowid FROM search_gram WHERE search_gram MATCH ?", []any{strings.Join(quoted, " AND ")}
}

// postgresEngine keeps the grams in a tsvector beside the body. They are cast from text,
// not parsed: PostgreSQL's own parser would split them by rules of its locale.
type postgresEngine struct{}

func (postgresEngine) write(ctx context.Context, tx db.Tx, docs []entry) error {
	var rows []string
	var args []any
	for _, e := range docs {
		rows = append(rows, "(?, ?, ?, ?, CAST(? AS tsvector))")
		args = append(args, e.Ref, e.Corp, e.Kind, e.body, quoteAll(e.grams, " "))
	}
	_, err := tx.NewRaw("INSERT INTO search_doc (ref, corp_id, kind, body, grams) VALUES "+strings.Join(rows, ", "), args...).Exec(ctx)
	return err
}

func (postgresEngine) remove(ctx context.Context, tx db.Tx, refs []id.ID) error {
	_, err := tx.NewRaw("DELETE FROM search_doc WHERE ref IN (?)", bun.List(refs)).Exec(ctx)
	return err
}

func (postgresEngine) candidates(grams []string) (string, []any) {
	return "SELECT ref FROM search_doc WHERE grams @@ CAST(? AS tsquery)", []any{quoteAll(grams, " & ")}
}

// quoteAll writes lexemes for a cast. They hold no quotes and no backslashes.
func quoteAll(grams []string, between string) string {
	quoted := make([]string, len(grams))
	for i, g := range grams {
		quoted[i] = "'" + g + "'"
	}
	return strings.Join(quoted, between)
}
