package db

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// noteChannel is the one PostgreSQL channel we use; our own channels are in the payload.
const noteChannel = "queqiao"

type postgresEngine struct{ dsn string }

func (*postgresEngine) name() Engine        { return Postgres }
func (*postgresEngine) claimSuffix() string { return " FOR UPDATE SKIP LOCKED" }
func (*postgresEngine) writers() int        { return 2 }
func (*postgresEngine) committed(*DB)       {}
func (*postgresEngine) close()              {}

func (*postgresEngine) migrator() (migrator, error) {
	// One try a second for ten minutes: another starter may be migrating a large table.
	l, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
	return migrator{dialect: goose.DialectPostgres, lock: l}, err
}

// config is pgx's reading of the DSN. bun puts values into the text, so the simple
// protocol saves preparing each text once; pgx insists on standard strings then.
func (e *postgresEngine) config() (*pgx.ConnConfig, error) {
	c, err := pgx.ParseConfig(e.dsn)
	if err != nil {
		return nil, errors.New("the DSN cannot be read; want postgres://user:password@host:5432/name?sslmode=require")
	}
	c.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	if c.RuntimeParams["application_name"] == "" {
		c.RuntimeParams["application_name"] = "queqiao"
	}
	c.RuntimeParams["timezone"] = "UTC"
	c.RuntimeParams["jit"] = "off" // our queries are short; compiling them takes longer than running them
	if c.RuntimeParams["random_page_cost"] == "" {
		// What PostgreSQL assumes is a turning disk: for a page of a list it would rather read a
		// whole table than find some thousand rows by their index.
		c.RuntimeParams["random_page_cost"] = "1.1"
	}
	c.RuntimeParams["standard_conforming_strings"] = "on"
	return c, nil
}

func (e *postgresEngine) open(ctx context.Context, c Config) (*bun.DB, *bun.DB, error) {
	conns := c.MaxConns
	if conns <= 0 {
		conns = 32
	}
	half := max(1, conns/2)
	params := map[string]string{"idle_in_transaction_session_timeout": "60000"}
	if c.NoSync {
		params["synchronous_commit"] = "off"
	}
	write, err := e.pool(ctx, half, params)
	if err != nil {
		return nil, nil, err
	}
	read, err := e.pool(ctx, max(1, conns-half), map[string]string{"default_transaction_read_only": "on"})
	if err != nil {
		return nil, nil, errors.Join(err, write.Close())
	}
	return write, read, nil
}

func (e *postgresEngine) pool(ctx context.Context, conns int, params map[string]string) (*bun.DB, error) {
	c, err := e.config()
	if err != nil {
		return nil, err
	}
	maps.Copy(c.RuntimeParams, params)
	pool := stdlib.OpenDB(*c)
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return bun.NewDB(pool, postgresWords{pgdialect.New()}), nil
}

// listen holds one connection of its own: a pooled one would lose its LISTEN.
func (e *postgresEngine) listen(ctx context.Context, note func(string), lost func(error)) error {
	c, err := e.config()
	if err != nil {
		return err
	}
	conn, err := pgx.ConnectConfig(ctx, c)
	if err != nil {
		return err
	}
	defer func() {
		// ctx is over by now; closing must still say goodbye to the server.
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(end) // the connection is given up either way
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+noteChannel); err != nil {
		return err
	}
	lost(nil) // what was sent before LISTEN took hold
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		note(n.Payload)
	}
}

func (*postgresEngine) maintain(context.Context, *DB) error { return nil }

func (*postgresEngine) send(ctx context.Context, d *DB, texts []string) error {
	rows := make(Rows, len(texts))
	for i, t := range texts {
		rows[i] = []any{t}
	}
	_, err := d.write.NewRaw("SELECT pg_notify(?, v.note) FROM (VALUES ?) AS v(note)",
		noteChannel, rows).Exec(ctx)
	return err
}

func postgresCode(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

func postgresUnique(err error) bool     { return postgresCode(err) == "23505" }
func postgresForeignKey(err error) bool { return postgresCode(err) == "23503" }

// postgresRetry: serialization failure, deadlock, lock not available.
func postgresRetry(err error) bool {
	switch postgresCode(err) {
	case "40001", "40P01", "55P03":
		return true
	}
	return false
}

// collation is how this database sorts.
func (*postgresEngine) collation(ctx context.Context, d *DB) (name string, err error) {
	err = d.read.NewRaw(`SELECT datcollate FROM pg_database WHERE datname = current_database()`).Scan(ctx, &name)
	return name, err
}
