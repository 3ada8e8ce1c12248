package mirror_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// engines runs a benchmark on both.
func engines(b *testing.B, body func(b *testing.B, e db.Engine)) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(e), func(b *testing.B) { body(b, e) })
	}
}

// durable opens a database that syncs each commit to the disk, unlike those of tests.
func durable(b *testing.B, e db.Engine) *db.DB {
	b.Helper()
	d, err := db.Open(context.Background(), db.Config{DSN: dbtest.DSN(b, e, sets(e)...), MaxConns: 32}, clock.System(), slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := d.Close(); err != nil {
			b.Error(err)
		}
	})
	return d
}

// BenchmarkIntake measures callbacks that are durable before they are answered, beside
// the database's own one-row transactions with as many clients.
func BenchmarkIntake(b *testing.B) {
	engines(b, func(b *testing.B, e db.Engine) {
		for _, clients := range []int{1, 16, 64} {
			h := newHouse(b, durable(b, e), small())
			b.Run(fmt.Sprint("callbacks-", clients), func(b *testing.B) {
				requests := make([]*http.Request, b.N)
				for i := range requests {
					requests[i] = h.request(event1("add_external_contact", "m", fmt.Sprintf("wm%d-%028d", clients, i), h.corp, start, ""))
				}
				b.ResetTimer()
				each := inParallel(clients, b.N, func(i int) {
					w := httptest.NewRecorder()
					h.mirror.CallbackHandler().ServeHTTP(w, requests[i])
					if w.Code != http.StatusOK {
						b.Errorf("answered %d", w.Code)
					}
				})
				report(b, each)
			})
			b.Run(fmt.Sprint("one-row-", clients), func(b *testing.B) {
				report(b, inParallel(clients, b.N, func(i int) {
					if err := h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
						_, err := tx.NewRaw(`INSERT INTO mirror_reading (corp_id, what, read_at) VALUES (?, ?, 1)`,
							h.corp, fmt.Sprint(clients, "/", b.N, "/", i)).Exec(ctx)
						return err
					}); err != nil {
						b.Error(err)
					}
				}))
			})
		}
	})
}

// inParallel runs n calls on some clients and gives how long each took.
func inParallel(clients, n int, do func(i int)) []time.Duration {
	took := make([]time.Duration, n)
	var next atomic.Int64
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				begun := clock.System().Now()
				do(i)
				took[i] = clock.System().Now().Sub(begun)
			}
		})
	}
	all.Wait()
	return took
}

func report(b *testing.B, took []time.Duration) {
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// BenchmarkTranslate measures callbacks through translation, with seventeen kinds of
// news listened to.
func BenchmarkTranslate(b *testing.B) {
	engines(b, func(b *testing.B, e db.Engine) {
		h := newHouse(b, durable(b, e), small())
		for i := range b.N {
			h.deliver(event1("add_external_contact", h.members()[0], fmt.Sprintf("wm%030d", i), h.corp, start, "<WelcomeCode>C</WelcomeCode>"))
		}
		h.interrupt.Store(func(*http.Request) bool { return true }) // details do not come
		b.ResetTimer()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
		defer cancel()
		if err := h.queue.Settle(ctx); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "callbacks/s")
	})
}

// BenchmarkFirstSync reads a whole corp from a WeCom that answers after 5 ms. Run it with
// -benchtime 1x.
func BenchmarkFirstSync(b *testing.B) {
	engines(b, func(b *testing.B, e db.Engine) {
		for _, customers := range []int{10_000, 100_000} {
			b.Run(strconv.Itoa(customers), func(b *testing.B) {
				for range b.N {
					b.StopTimer()
					seed := wecomsim.SeedOptions{Members: 500, Departments: 20, Customers: customers, Days: 30, RandSeed: 1}
					h := newHouse(b, durable(b, e), seed)
					h.after("*", func() { h.check(clock.Sleep(context.Background(), clock.System(), 5*time.Millisecond)) })
					runtime.GC()
					var before runtime.MemStats
					runtime.ReadMemStats(&before)
					peak := watchMemory()
					b.StartTimer()
					run, err := h.mirror.StartSync(context.Background(), h.corp, mirror.ScopeCustomers, "bench")
					h.check(err)
					ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
					h.check(h.queue.Settle(ctx))
					cancel()
					b.StopTimer()
					if got := h.run(run); got.State != mirror.SyncDone {
						b.Fatalf("run = %+v", got)
					}
					follows := h.count(`SELECT count(*) FROM mirror_follow WHERE standing = 1`)
					calls := h.sim.Counters()[batchPath].Calls
					b.ReportMetric(float64(follows), "follows")
					b.ReportMetric(float64(calls)/float64((follows+99)/100), "calls/minimum")
					b.ReportMetric(float64(int64(peak())-int64(before.HeapAlloc))/(1<<20), "heap-MB")
					b.ReportMetric(float64(follows)/b.Elapsed().Seconds(), "follows/s")
				}
			})
		}
	})
}

// watchMemory samples the heap until the returned function is called, which gives the
// highest sample.
func watchMemory() func() uint64 {
	stop, highest := make(chan struct{}), uint64(0)
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				highest = max(highest, m.HeapAlloc)
			}
		}
	})
	return func() uint64 {
		close(stop)
		done.Wait()
		return highest
	}
}
