// Package dbtest runs a test on both engines. SQLite is a file in the test's folder;
// PostgreSQL is a database of its own in the server named by QUEQIAO_TEST_POSTGRES (a
// DSN whose user may create databases), copied from a template that is migrated once
// per set of migrations. Without that variable the PostgreSQL half is skipped and says
// so; QUEQIAO_REQUIRE_POSTGRES=1 makes that a failure.
package dbtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver for making databases

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// Each runs body on each engine as a subtest, with the sets already migrated.
func Each(t *testing.T, body func(t *testing.T, d *db.DB), sets ...db.Migrations) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) { body(t, Open(t, e, sets...)) })
	}
}

// Migrated applies the sets to d.
func Migrated(t testing.TB, d *db.DB, sets ...db.Migrations) {
	t.Helper()
	if err := d.Migrate(context.Background(), sets...); err != nil {
		t.Fatal(err)
	}
}

// Open makes an empty, migrated database on the engine and opens it for the test's
// lifetime. It skips the test when there is no PostgreSQL.
func Open(t testing.TB, e db.Engine, sets ...db.Migrations) *db.DB {
	t.Helper()
	return OpenDSN(t, DSN(t, e, sets...))
}

// OpenDSN opens a database made by DSN, a second time or for a second node.
func OpenDSN(t testing.TB, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), db.Config{DSN: dsn, MaxConns: 16, NoSync: true}, clock.System(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// DSN makes an empty, migrated database and gives its address, for tests that start
// processes of their own. It is gone after the test.
func DSN(t testing.TB, e db.Engine, sets ...db.Migrations) string {
	t.Helper()
	if e == db.SQLite {
		dsn := "sqlite:" + filepath.Join(t.TempDir(), "test.db")
		migrate(t, dsn, sets)
		return dsn
	}
	server := os.Getenv("QUEQIAO_TEST_POSTGRES")
	if server == "" {
		if os.Getenv("QUEQIAO_REQUIRE_POSTGRES") == "1" {
			t.Fatal("QUEQIAO_TEST_POSTGRES is not set: PostgreSQL is demanded here")
		}
		t.Skip("QUEQIAO_TEST_POSTGRES is not set: not tried on PostgreSQL")
	}
	return postgres(t, server, sets)
}

func migrate(t testing.TB, dsn string, sets []db.Migrations) {
	t.Helper()
	if len(sets) == 0 {
		return
	}
	ctx := context.Background()
	d, err := db.Open(ctx, db.Config{DSN: dsn, MaxConns: 2, NoSync: true}, clock.System(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	Migrated(t, d, sets...)
}

const (
	testPrefix     = "queqiao_test_"
	templatePrefix = "queqiao_template_"
	// templateLock serialises the makers of templates over all test processes.
	templateLock = 7_238_114
	// stale is when a test's database is surely left over from a killed test.
	stale = time.Hour
)

func postgres(t testing.TB, server string, sets []db.Migrations) string {
	t.Helper()
	ctx := context.Background()
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := admin.Conn(ctx)
	if err != nil {
		t.Fatalf("QUEQIAO_TEST_POSTGRES: %v", err)
	}
	template := template(t, conn, server, sets)
	name := testPrefix + strconv.FormatInt(clock.System().Now().Unix(), 10) + "_" + strings.ToLower(rand.Text()[:12])
	exec(t, conn, "CREATE DATABASE "+name+" TEMPLATE "+template)
	t.Cleanup(func() {
		exec(t, conn, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		if err := admin.Close(); err != nil {
			t.Error(err)
		}
	})
	return named(t, server, name)
}

// template gives the name of a database with the sets applied. It stays for the next
// test run; a change of any file makes another.
func template(t testing.TB, conn *sql.Conn, server string, sets []db.Migrations) string {
	t.Helper()
	if len(sets) == 0 {
		return "template0"
	}
	name := templatePrefix + digest(t, sets)
	if exists(t, conn, name) {
		return name
	}
	exec(t, conn, "SELECT pg_advisory_lock("+strconv.Itoa(templateLock)+")")
	defer exec(t, conn, "SELECT pg_advisory_unlock("+strconv.Itoa(templateLock)+")")
	if exists(t, conn, name) {
		return name
	}
	sweep(t, conn)
	// Made under another name first: one that was left half-made is never used.
	half := testPrefix + strconv.FormatInt(clock.System().Now().Unix(), 10) + "_" + name[len(templatePrefix):]
	exec(t, conn, "DROP DATABASE IF EXISTS "+half)
	exec(t, conn, "CREATE DATABASE "+half+" TEMPLATE template0")
	migrate(t, named(t, server, half), sets)
	exec(t, conn, "ALTER DATABASE "+half+" RENAME TO "+name)
	return name
}

// sweep drops what killed tests have left behind.
func sweep(t testing.TB, conn *sql.Conn) {
	t.Helper()
	rows, err := conn.QueryContext(context.Background(), "SELECT datname FROM pg_database WHERE datname LIKE '"+testPrefix+"%'")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var old []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		born, _, _ := strings.Cut(name[len(testPrefix):], "_")
		if sec, err := strconv.ParseInt(born, 10, 64); err == nil && clock.System().Now().Sub(time.Unix(sec, 0)) > stale {
			old = append(old, name)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, name := range old {
		exec(t, conn, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	}
}

func digest(t testing.TB, sets []db.Migrations) string {
	t.Helper()
	h := sha256.New()
	for _, s := range sets {
		fmt.Fprintf(h, "set %s\n", s.Set)
		err := fs.WalkDir(s.FS, ".", func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			text, err := fs.ReadFile(s.FS, path)
			fmt.Fprintf(h, "file %s %d\n%s\n", path, len(text), text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:10])
}

func exists(t testing.TB, conn *sql.Conn, name string) bool {
	t.Helper()
	var n int
	if err := conn.QueryRowContext(context.Background(), "SELECT count(*) FROM pg_database WHERE datname = $1", name).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n > 0
}

func exec(t testing.TB, conn *sql.Conn, statement string) {
	t.Helper()
	if _, err := conn.ExecContext(context.Background(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func named(t testing.TB, server, name string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal("QUEQIAO_TEST_POSTGRES: want postgres://user@host:port/name")
	}
	u.Path = "/" + name
	return u.String()
}
