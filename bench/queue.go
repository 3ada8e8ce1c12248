package main

import (
	"context"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

const queueJobs = 10_000

// queue inserts and works jobs that do nothing, ours and River's in turn.
func queue(ctx context.Context, b *bench) error {
	b.line("| engine | queue | inserted/s (1000 a call) | worked/s |\n|---|---|---|---|")
	for _, engine := range b.engines {
		for _, q := range []struct {
			name string
			run  func(context.Context, string) (insert, work time.Duration, err error)
		}{{"ours", ours}, {"River v0.31.0", rivers}} {
			insert, work, err := q.run(ctx, engine)
			if err != nil {
				return err
			}
			b.line("| %s | %s | %.0f | %.0f |", engine, q.name, queueJobs/insert.Seconds(), queueJobs/work.Seconds())
		}
	}
	return nil
}

type nothing struct {
	N int `json:"n"`
}

func (nothing) Kind() string { return "nothing" }

func ours(ctx context.Context, engine string) (insert, work time.Duration, err error) {
	dsn, drop, err := place(ctx, engine)
	if err != nil {
		return 0, 0, err
	}
	defer drop()
	log := slog.New(slog.DiscardHandler)
	d, err := db.Open(ctx, db.Config{DSN: dsn}, clock.System(), log)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = d.Close() }()
	if err := d.Migrate(ctx, job.Migrations()); err != nil {
		return 0, 0, err
	}
	q := job.New(d, clock.System(), id.NewSource(clock.System(), 1), log, job.Options{})
	var done atomic.Int64
	all := make(chan struct{})
	q.Register(job.Define("nothing", func(context.Context, job.Job[nothing]) error {
		if done.Add(1) == queueJobs {
			close(all)
		}
		return nil
	}))
	began := time.Now()
	for from := 0; from < queueJobs; from += 1000 {
		jobs := make([]job.Insert, 1000)
		for i := range jobs {
			jobs[i] = job.Insert{Kind: "nothing", Args: nothing{from + i}, Corp: "c"}
		}
		if err := d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := q.Insert(ctx, tx, jobs...)
			return err
		}); err != nil {
			return 0, 0, err
		}
	}
	insert = time.Since(began)
	began = time.Now()
	if err := q.Start(ctx); err != nil {
		return 0, 0, err
	}
	<-all
	work = time.Since(began)
	return insert, work, q.Stop(ctx)
}

type worker struct {
	river.WorkerDefaults[nothing]
	done *atomic.Int64
	all  chan struct{}
}

func (w *worker) Work(context.Context, *river.Job[nothing]) error {
	if w.done.Add(1) == queueJobs {
		close(w.all)
	}
	return nil
}

func rivers(ctx context.Context, engine string) (insert, work time.Duration, err error) {
	dsn, drop, err := place(ctx, engine)
	if err != nil {
		return 0, 0, err
	}
	defer drop()
	if engine == "postgres" {
		pool, err := pgxpool.New(ctx, dsn)
		if err != nil {
			return 0, 0, err
		}
		defer pool.Close()
		return runRiver(ctx, riverpgxv5.New(pool), 500)
	}
	// What River's SQLite driver asks for: one connection.
	pool, err := sql.Open("sqlite", dsn[len("sqlite:"):]+"?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = pool.Close() }()
	pool.SetMaxOpenConns(1)
	return runRiver(ctx, riversqlite.New(pool), 500)
}

func runRiver[T any](ctx context.Context, driver riverdriver.Driver[T], workers int) (insert, work time.Duration, err error) {
	migrator, err := rivermigrate.New(driver, nil)
	if err != nil {
		return 0, 0, err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return 0, 0, err
	}
	w := &worker{done: &atomic.Int64{}, all: make(chan struct{})}
	known := river.NewWorkers()
	river.AddWorker(known, w)
	client, err := river.NewClient(driver, &river.Config{
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}}, Workers: known, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	for from := 0; from < queueJobs; from += 1000 {
		jobs := make([]river.InsertManyParams, 1000)
		for i := range jobs {
			jobs[i] = river.InsertManyParams{Args: nothing{from + i}}
		}
		if _, err := client.InsertMany(ctx, jobs); err != nil {
			return 0, 0, err
		}
	}
	insert = time.Since(began)
	began = time.Now()
	if err := client.Start(ctx); err != nil {
		return 0, 0, err
	}
	<-w.all
	work = time.Since(began)
	return insert, work, client.Stop(ctx)
}

// place gives an empty database of the engine.
func place(ctx context.Context, engine string) (dsn string, drop func(), err error) {
	if engine == "postgres" {
		return freshPostgres(ctx)
	}
	folder, err := os.MkdirTemp("", "queqiao-queue")
	return "sqlite:" + filepath.Join(folder, "queue.db"), func() { _ = os.RemoveAll(folder) }, err
}
