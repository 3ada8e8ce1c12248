package main

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// withoutIndexes takes the indexes of the filled tables away, and gives back what makes them
// anew: a million rows are then filled in a third of the time, and the indexes are as those
// of a database that was copied in.
func (h *house) withoutIndexes(ctx context.Context) (restore func(ctx context.Context) error, err error) {
	tables := []string{"mirror_customer", "mirror_follow", "mirror_follow_tag", "search_doc"}
	text := "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (?)"
	if h.app.DB.Engine() == db.Postgres {
		text = "SELECT indexname AS name, indexdef AS sql FROM pg_indexes WHERE schemaname = 'public' AND indexdef NOT LIKE 'CREATE UNIQUE%' AND tablename IN (?)"
	}
	var indexes []struct {
		Name string `bun:"name"`
		SQL  string `bun:"sql"`
	}
	if err := h.app.DB.Read().NewRaw(text, bun.List(tables)).Scan(ctx, &indexes); err != nil {
		return nil, err
	}
	var drops, makes []string
	for _, x := range indexes {
		drops, makes = append(drops, "DROP INDEX "+x.Name), append(makes, x.SQL)
	}
	return func(ctx context.Context) error { return h.all(ctx, slices.Concat(makes, []string{"ANALYZE"})) }, h.all(ctx, drops)
}

// all carries statements out, each in a transaction of its own.
func (h *house) all(ctx context.Context, statements []string) error {
	for _, text := range statements {
		if err := h.app.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw(text).Exec(ctx)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}
