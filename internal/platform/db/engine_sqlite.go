package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"modernc.org/sqlite" // registers the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

type sqliteEngine struct {
	path string
	wal  *wal
}

// busyTimeout is how long a connection waits for another's lock.
const busyTimeout = 10 * time.Second

func (*sqliteEngine) name() Engine        { return SQLite }
func (*sqliteEngine) claimSuffix() string { return "" }
func (*sqliteEngine) writers() int        { return 1 }

func (*sqliteEngine) migrator() (migrator, error) {
	return migrator{dialect: goose.DialectSQLite3}, nil
}

// open makes one writing connection, because SQLite has one writer and a queue in Go
// is fairer than its busy loop, and a pool of readers that WAL keeps from waiting.
// busy_timeout comes before journal_mode: switching to WAL needs the file's lock.
func (e *sqliteEngine) open(ctx context.Context, c Config) (*bun.DB, *bun.DB, error) {
	if err := os.MkdirAll(filepath.Dir(e.path), 0o700); err != nil {
		return nil, nil, err
	}
	synchronous := "FULL"
	if c.NoSync {
		synchronous = "OFF"
	}
	common := []string{
		fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()), "journal_mode(WAL)", "synchronous(" + synchronous + ")",
		"foreign_keys(1)", "temp_store(MEMORY)", "cache_size(-16000)", "journal_size_limit(67108864)",
	}
	write, err := e.pool(ctx, 1, url.Values{"_pragma": common, "_txlock": {"immediate"}})
	if err != nil {
		return nil, nil, err
	}
	readers := c.MaxConns
	if readers <= 0 {
		readers = defaultReaders()
	}
	// Mapped pages are read without the page cache, whose one lock all connections share:
	// readers would wait for each other. This is the most that SQLite maps; the rest of a
	// larger file goes through the cache.
	const mapped = "mmap_size(2147418112)"
	read, err := e.pool(ctx, readers, url.Values{"_pragma": append(common, "query_only(1)", mapped)})
	if err != nil {
		return nil, nil, errors.Join(err, write.Close())
	}
	e.wal = newWAL(e.path, write, walMost)
	return write, read, nil
}

func (e *sqliteEngine) committed(d *DB) { e.wal.grown(d.log) }
func (e *sqliteEngine) close()          { e.wal.close() }

func (e *sqliteEngine) pool(ctx context.Context, conns int, q url.Values) (*bun.DB, error) {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(e.path)}).EscapedPath(), RawQuery: q.Encode()}
	pool, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return bun.NewDB(pool, sqliteWords{sqlitedialect.New()}), nil
}

// listen and send have nobody to talk to: SQLite means one process.
func (*sqliteEngine) listen(context.Context, func(string), func(error)) error { return nil }

// collation is by bytes unless a column says otherwise, and none of ours does.
func (*sqliteEngine) collation(context.Context, *DB) (string, error) { return "C", nil }

func (*sqliteEngine) maintain(ctx context.Context, d *DB) error {
	// The limit keeps a look at a million rows to some hundred of them; 0x10002 asks for
	// tables that were never analysed too.
	for _, pragma := range []string{"PRAGMA analysis_limit = 400", "PRAGMA optimize = 0x10002"} {
		if _, err := d.write.ExecContext(ctx, pragma); err != nil {
			return fmt.Errorf("db: %s: %w", pragma, err)
		}
	}
	return nil
}

func (*sqliteEngine) send(context.Context, *DB, []string) error { return nil }

// sqliteCode is the extended result code of err, 0 when it is none of SQLite's.
func sqliteCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

func sqliteUnique(err error) bool {
	c := sqliteCode(err)
	return c == sqlite3.SQLITE_CONSTRAINT_UNIQUE || c == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
}

func sqliteForeignKey(err error) bool {
	return sqliteCode(err) == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
}

func sqliteBusy(err error) bool {
	c := sqliteCode(err) & 0xff
	return c == sqlite3.SQLITE_BUSY || c == sqlite3.SQLITE_LOCKED
}
