package job_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// durable opens a database that syncs like the product's.
func durable(b *testing.B, e db.Engine) *db.DB {
	b.Helper()
	dsn := "sqlite:" + filepath.Join(b.TempDir(), "bench.db")
	if e == db.Postgres {
		dsn = dbtest.DSN(b, e, job.Migrations())
	}
	d, err := db.Open(context.Background(), db.Config{DSN: dsn}, clock.System(), slog.New(slog.DiscardHandler))
	must(b, err)
	b.Cleanup(func() {
		if err := d.Close(); err != nil {
			b.Error(err)
		}
	})
	must(b, d.Migrate(context.Background(), job.Migrations()))
	return d
}

// BenchmarkWork is the whole way of jobs that do nothing: already stored, claimed,
// run, recorded. waiting is how many other jobs lie in the queue for later, and
// finished how many are done.
func BenchmarkWork(b *testing.B) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		for _, c := range []struct {
			name              string
			keyed             bool
			corps             int
			waiting, finished int
			workers           int
		}{
			{name: "plain", corps: 1},
			{name: "five hundred workers", corps: 1, workers: 500},
			{name: "fifty corps", corps: 50},
			{name: "keyed", keyed: true, corps: 1},
			{name: "beside 300k waiting and 300k finished", corps: 1, waiting: 300_000, finished: 300_000},
		} {
			b.Run(string(e)+"/"+c.name, func(b *testing.B) {
				d := durable(b, e)
				opts := job.Options{}
				if c.workers > 0 {
					opts.Workers = map[job.Lane]int{job.Normal: c.workers}
				}
				q := node(d, clock.System(), 1, opts)
				var done atomic.Int64
				all := make(chan struct{})
				q.Register(job.Define("nothing", func(context.Context, job.Job[words]) error {
					if done.Add(1) == int64(b.N) {
						close(all)
					}
					return nil
				}))
				fill(b, d, q, c.waiting, c.finished)
				in := make([]job.Insert, b.N)
				for i := range in {
					in[i] = job.Insert{Kind: "nothing", Corp: "ww" + strconv.Itoa(i%c.corps), Unique: strconv.Itoa(i)}
					if c.keyed {
						in[i].Key = strconv.Itoa(i % 1000)
					}
				}
				for from := 0; from < len(in); from += 1000 {
					ask(b, d, q, in[from:min(from+1000, len(in))]...)
				}
				b.ResetTimer()
				must(b, q.Start(context.Background()))
				<-all
				must(b, q.Stop(context.Background()))
				b.StopTimer()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
			})
		}
	}
}

// fill makes rows that no claim should ever look at.
func fill(b *testing.B, d *db.DB, q *job.Queue, waiting, finished int) {
	b.Helper()
	if waiting+finished == 0 {
		return
	}
	later := clock.System().Now().AddDate(0, 0, 1)
	const batch = 2000
	for n := 0; n < waiting+finished; n += batch {
		in := make([]job.Insert, batch)
		for i := range in {
			in[i] = job.Insert{Kind: "nothing", Corp: "ww0", Unique: "other " + strconv.Itoa(n+i), RunAt: later}
		}
		ids := ask(b, d, q, in...)
		if n >= waiting {
			must(b, d.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
				_, err := tx.NewRaw("UPDATE job_job SET state = 'done', finished_at = created_at WHERE id >= ? AND id <= ?", ids[0], ids[batch-1]).Exec(ctx)
				return err
			}))
		}
	}
}

// BenchmarkInsert is one job in a transaction of its own, and a hundred.
func BenchmarkInsert(b *testing.B) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		for _, n := range []int{1, 100} {
			b.Run(string(e)+"/"+strconv.Itoa(n), func(b *testing.B) {
				d := durable(b, e)
				q := node(d, clock.System(), 1, job.Options{})
				q.Register(job.Define("nothing", func(context.Context, job.Job[words]) error { return nil }))
				in := make([]job.Insert, n)
				k := 0
				for b.Loop() {
					for i := range in {
						k++
						in[i] = job.Insert{Kind: "nothing", Corp: "ww1", Unique: strconv.Itoa(k)}
					}
					ask(b, d, q, in...)
				}
				b.ReportMetric(float64(k)/b.Elapsed().Seconds(), "jobs/s")
			})
		}
	}
}
