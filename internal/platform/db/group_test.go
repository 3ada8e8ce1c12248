package db_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
)

// inserts is a group that stores notes; its result is the text in upper case.
func inserts(d *db.DB, before func(items []note)) *db.Group[note, string] {
	return db.NewGroup(d, 100, func(ctx context.Context, tx db.Tx, items []note) ([]string, error) {
		if before != nil {
			before(items)
		}
		rows := make(db.Rows, len(items))
		out := make([]string, len(items))
		for i, n := range items {
			rows[i] = []any{n.id, n.text}
			out[i] = strings.ToUpper(n.text)
		}
		_, err := tx.NewRaw("INSERT INTO note (id, text) VALUES ?", rows).Exec(ctx)
		return out, err
	})
}

type note struct {
	id   int64
	text string
}

func TestAGroupSharesCommits(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var commits atomic.Int64
		first := make(chan struct{})
		g := inserts(d, func([]note) {
			if commits.Add(1) <= 2 { // as many as may be under way on either engine
				<-first
			}
		})
		const n = 64
		var all sync.WaitGroup
		var begun atomic.Int64
		for i := range n {
			all.Go(func() {
				begun.Add(1)
				got, err := g.Do(context.Background(), note{int64(i), fmt.Sprintf("n%d", i)})
				if err != nil || got != fmt.Sprintf("N%d", i) {
					t.Errorf("%d: %q, %v", i, got, err)
				}
			})
		}
		until(t, func() bool { return begun.Load() == n && commits.Load() >= 1 })
		close(first)
		all.Wait()
		if count(t, d) != n {
			t.Errorf("%d rows", count(t, d))
		}
		if c := commits.Load(); c > n/2 {
			t.Errorf("%d commits for %d items", c, n)
		}
	})
}

func TestOneBadItemFailsAlone(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		hold := make(chan struct{})
		var batches atomic.Int64
		g := inserts(d, func(items []note) {
			batches.Add(1)
			if len(items) == 1 && items[0].id < 2 {
				<-hold // keeps the commits busy until the rest waits
			}
			for _, n := range items {
				if n.text == "panics" {
					panic("bad item")
				}
			}
		})
		ctx := context.Background()
		results := make([]error, 24)
		var all sync.WaitGroup
		for i := range results {
			all.Go(func() {
				text := fmt.Sprint("n", i)
				switch i {
				case 7, 8:
					text = "twice" // one of them breaks the unique index
				case 9:
					text = "panics"
				}
				_, results[i] = g.Do(ctx, note{int64(i), text})
			})
			if i < 2 {
				until(t, func() bool { return batches.Load() > 0 })
			}
		}
		close(hold)
		all.Wait()
		bad := 0
		for i, err := range results {
			switch {
			case err == nil:
			case i == 9 && strings.Contains(err.Error(), "panic"), (i == 7 || i == 8) && db.IsUnique(err):
				bad++
			default:
				t.Errorf("item %d: %v", i, err)
			}
		}
		if bad != 2 || count(t, d) != int64(len(results)-2) {
			t.Errorf("%d failed, %d rows", bad, count(t, d))
		}
	})
}

func TestACallerThatLeavesKnowsWhereItStands(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		hold := make(chan struct{})
		var busy atomic.Int64
		g := inserts(d, func([]note) {
			busy.Add(1)
			<-hold
		})
		ctx, leave := context.WithCancel(context.Background())
		taken := make(chan error, 2)
		for i := range 2 { // as many as commit at once on PostgreSQL; on SQLite the second waits
			go func() {
				_, err := g.Do(ctx, note{int64(i), fmt.Sprint(i)})
				taken <- err
			}()
			until(t, func() bool { return busy.Load() >= 1 })
		}
		if d.Engine() == db.Postgres {
			until(t, func() bool { return busy.Load() == 2 })
		}
		waiting := make(chan error, 1)
		go func() {
			_, err := g.Do(ctx, note{9, "9"})
			waiting <- err
		}()
		leave()
		if err := <-waiting; !errors.Is(err, context.Canceled) {
			t.Errorf("the one that waited: %v", err)
		}
		close(hold)
		stored := int64(0)
		for range 2 {
			if err := <-taken; err == nil {
				stored++
			} else if !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
		if stored == 0 || count(t, d) != stored {
			t.Errorf("%d said stored, %d rows", stored, count(t, d))
		}
	})
}

func until(t testing.TB, ok func() bool) {
	t.Helper()
	dead, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	for !ok() {
		if clock.Sleep(dead, clock.System(), tick) != nil {
			t.Fatal("waited too long")
		}
	}
}

// BenchmarkCommit compares one row a commit with shared commits, at 64 clients.
func BenchmarkCommit(b *testing.B) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		for _, shared := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/shared=%v", e, shared), func(b *testing.B) {
				dsn := "sqlite:" + filepath.Join(b.TempDir(), "bench.db")
				if e == db.Postgres {
					dsn = dbtest.DSN(b, e, noteTables)
				}
				d, err := db.Open(context.Background(), db.Config{DSN: dsn, MaxConns: 128}, clock.System(), slog.New(slog.DiscardHandler))
				must(b, err)
				defer func() { must(b, d.Close()) }()
				dbtest.Migrated(b, d, noteTables)
				g := inserts(d, nil)
				var next atomic.Int64
				var all sync.WaitGroup
				b.ResetTimer()
				for range 64 {
					all.Go(func() {
						for {
							i := next.Add(1)
							if i > int64(b.N) {
								return
							}
							n := note{i, fmt.Sprint(i)}
							var err error
							if shared {
								_, err = g.Do(context.Background(), n)
							} else {
								err = d.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error { return insert(ctx, tx, n.id, n.text) })
							}
							if err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				all.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}
