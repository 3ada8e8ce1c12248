package app_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"

	"github.com/queqiao-scrm/queqiao/internal/app"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/product"
)

// TestMigrationsGoBothWays applies every set, takes every set back and applies it again:
// what Down leaves behind, and an Up that does not bear a second time, show.
func TestMigrationsGoBothWays(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			cfg := settings(t, e)
			cfg.Node = 1 // a claimed number would need the queue's table first
			a, err := app.New(t.Context(), cfg, product.Features(), options())
			if err != nil {
				t.Fatal(err)
			}
			sets := a.Sets()
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
			s := newSchema(t, e, cfg.DSN())
			s.up(sets)
			first := s.dump()
			if len(first) < 50 {
				t.Fatalf("only %d lines of schema", len(first))
			}
			backwards := slices.Clone(sets)
			slices.Reverse(backwards)
			for _, set := range backwards {
				if p := s.provider(set); p != nil {
					if _, err := p.DownTo(t.Context(), 0); err != nil {
						t.Fatalf("take back %s: %v", set.Set, err)
					}
				}
			}
			if left := s.dump(); len(left) > 0 {
				t.Errorf("left behind: %s", strings.Join(left, "\n"))
			}
			s.up(sets)
			again := s.dump()
			for _, line := range first {
				if !slices.Contains(again, line) {
					t.Errorf("missing the second time: %s", line)
				}
			}
			if len(again) != len(first) {
				t.Errorf("%d lines of schema, the first time %d", len(again), len(first))
			}
			s.savedMoves(sets)
		})
	}
}

// schema is a database seen as its tables.
type schema struct {
	t       *testing.T
	db      *sql.DB
	dialect goose.Dialect
}

func newSchema(t *testing.T, e db.Engine, dsn string) *schema {
	t.Helper()
	s := &schema{t: t, dialect: goose.DialectPostgres}
	driver := "pgx"
	if e == db.SQLite {
		driver, s.dialect = "sqlite", goose.DialectSQLite3
		dsn = strings.TrimPrefix(dsn, "sqlite:")
	}
	opened, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	s.db = opened
	return s
}

// provider is nil for a set without files.
func (s *schema) provider(set db.Migrations) *goose.Provider {
	s.t.Helper()
	p, err := goose.NewProvider(s.dialect, s.db, set.FS, goose.WithTableName("migration_"+set.Set), goose.WithDisableGlobalRegistry(true))
	if errors.Is(err, goose.ErrNoMigrations) {
		return nil
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *schema) up(sets []db.Migrations) {
	s.t.Helper()
	for _, set := range sets {
		if p := s.provider(set); p != nil {
			if _, err := p.Up(context.Background()); err != nil {
				s.t.Fatalf("apply %s: %v", set.Set, err)
			}
		}
	}
}

// dump lists tables with their columns, and indexes, without goose's own books.
func (s *schema) dump() []string {
	s.t.Helper()
	query := `SELECT type || ' ' || name || ' ' || sql FROM sqlite_master
		WHERE sql IS NOT NULL AND tbl_name NOT LIKE 'migration_%' AND tbl_name NOT LIKE 'sqlite_%' ORDER BY 1`
	if s.dialect == goose.DialectPostgres {
		query = `SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
				FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'migration_%'
			UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'migration_%'
			UNION ALL SELECT 'function ' || proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE n.nspname = 'public' ORDER BY 1`
	}
	rows, err := s.db.QueryContext(context.Background(), query)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }() // Err below tells
	var lines []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			s.t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	return lines
}
