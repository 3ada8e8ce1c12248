// Package db opens the database and hands out the two ways to it: Read for queries
// and Tx for changes. One SQL text serves SQLite and PostgreSQL; everything that
// differs between the engines lives in engine_sqlite.go and engine_postgres.go.
//
// SQLite is one file, one writing connection and several readers; what a committed
// transaction wrote survives a power cut (WAL with synchronous FULL). PostgreSQL is
// reached through pgx with the simple protocol, because bun writes values into the
// text. On both engines Read is read-only, so a change outside a transaction fails in
// the first test that makes it.
//
// Times are BIGINT unix milliseconds, ids BIGINT, JSON is TEXT that SQL never looks
// into. docs/adr/0003-one-sql-text.md gives the rules and the reasons.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

// Engine names the database in use.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Querier is what store functions take: Read or a Tx.
type Querier = bun.IDB

// Config says which database and how many connections.
type Config struct {
	// DSN is "sqlite:<path>" (the file and its folder are made when missing) or
	// "postgres://user:password@host:port/name?sslmode=…".
	DSN string
	// MaxConns bounds the connections of this process: for PostgreSQL one half reads
	// and the other writes (default 32, at least 2), for SQLite it is the number of
	// readers (default 4, at least 1) next to the one writer.
	MaxConns int
	// NoSync lets a power cut take the last commits with it. For tests only.
	NoSync bool
}

// engine is what the two databases do differently.
type engine interface {
	name() Engine
	// open gives the writing and the reading pool; both answer a ping.
	open(ctx context.Context, c Config) (write, read *bun.DB, err error)
	// claimSuffix ends a SELECT that picks rows which others pick from at the same time.
	claimSuffix() string
	// writers is how many transactions can usefully commit side by side.
	writers() int
	// migrator names goose's dialect and, where several processes may start at
	// once, its lock.
	migrator() (migrator, error)
	// listen reports notes sent by other processes until ctx ends; lost is called
	// whenever notes may have been missed.
	listen(ctx context.Context, note func(text string), lost func(error)) error
	// maintain refreshes what the planner knows of the tables, where nobody else does.
	maintain(ctx context.Context, d *DB) error
	// collation names how texts are compared and sorted.
	collation(ctx context.Context, d *DB) (string, error)
	// committed is told of each commit; it must not block.
	committed(d *DB)
	// close waits for what the engine does by itself.
	close()
	// send tells notes to other processes.
	send(ctx context.Context, d *DB, texts []string) error
}

// DB is an open database. Safe for concurrent use.
type DB struct {
	engine engine
	write  *bun.DB
	read   *bun.DB
	clock  clock.Clock
	log    *slog.Logger
	notes  *notes
	count  *counter
}

// Open connects and checks that the database answers. The clock paces retries of lost
// connections; it should be the system's.
func Open(ctx context.Context, c Config, cl clock.Clock, log *slog.Logger) (*DB, error) {
	e, err := engineOf(c)
	if err != nil {
		return nil, err
	}
	write, read, err := e.open(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("db: open %s: %w", e.name(), err)
	}
	count := &counter{}
	d := &DB{engine: e, write: write.WithQueryHook(count), read: read.WithQueryHook(count), clock: cl, log: log, count: count}
	d.notes = newNotes(d)
	return d, nil
}

func engineOf(c Config) (engine, error) {
	switch {
	case strings.HasPrefix(c.DSN, "sqlite:"):
		path := strings.TrimPrefix(strings.TrimPrefix(c.DSN, "sqlite:"), "//")
		if path == "" || strings.Contains(path, ":memory:") {
			return nil, errors.New(`db: the SQLite DSN names no file: want "sqlite:./data/queqiao.db"`)
		}
		return &sqliteEngine{path: path}, nil
	case strings.HasPrefix(c.DSN, "postgres://"), strings.HasPrefix(c.DSN, "postgresql://"):
		return &postgresEngine{dsn: c.DSN}, nil
	default:
		return nil, errors.New(`db: the DSN must begin with "sqlite:" or "postgres://"`)
	}
}

// Close ends the listeners and closes the pools.
func (d *DB) Close() error {
	d.notes.close()
	d.engine.close()
	return errors.Join(d.read.Close(), d.write.Close())
}

// Maintain refreshes the planner's statistics: SQLite does not do it by itself, and without
// them a list with few hits walks its whole order. Cheap when little has changed; call it
// every few minutes. PostgreSQL's autovacuum does the same unasked.
func (d *DB) Maintain(ctx context.Context) error { return d.engine.maintain(ctx, d) }

// Collation names how the database compares and sorts text; "C" is by bytes.
func (d *DB) Collation(ctx context.Context) (string, error) { return d.engine.collation(ctx, d) }

// Engine says which database this is. Only code that cannot be written once may ask.
func (d *DB) Engine() Engine { return d.engine.name() }

// Read is the pool for queries; it refuses changes. Inside a transaction use the Tx
// instead: Read does not see what the transaction has written.
func (d *DB) Read() bun.IDB { return d.read }

// ClaimSuffix ends a SELECT of rows that several processes pick from at once, so that
// each row is picked by one of them: " FOR UPDATE SKIP LOCKED", or nothing where a
// transaction is alone anyway.
func (d *DB) ClaimSuffix() string { return d.engine.claimSuffix() }

// Ping answers nil when both pools reach the database.
func (d *DB) Ping(ctx context.Context) error {
	if err := d.read.PingContext(ctx); err != nil {
		return err
	}
	return d.write.PingContext(ctx)
}

// Stats are the two pools' counters, for metrics.
func (d *DB) Stats() (write, read sql.DBStats) { return d.write.Stats(), d.read.Stats() }

// Statements is how many statements this process has sent to the database, BEGIN and
// COMMIT among them, those of migrations not.
func (d *DB) Statements() int64 { return d.count.n.Load() }

// counter counts statements as they end (bun.QueryHook).
type counter struct{ n atomic.Int64 }

// BeforeQuery does nothing.
func (*counter) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

// AfterQuery counts.
func (c *counter) AfterQuery(context.Context, *bun.QueryEvent) { c.n.Add(1) }

func defaultReaders() int { return max(4, runtime.GOMAXPROCS(0)) }
