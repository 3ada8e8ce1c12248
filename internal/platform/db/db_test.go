package db_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
)

func each(t *testing.T, body func(t *testing.T, d *db.DB)) {
	t.Helper()
	dbtest.Each(t, body, noteTables)
}

func TestTxCommitsOrLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		hooks := ""
		must(t, d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			tx.AfterCommit(func() { hooks += "a" })
			tx.AfterCommit(func() { hooks += "b" })
			return insert(ctx, tx, 1, "一")
		}))
		boom := errors.New("boom")
		err := d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			tx.AfterCommit(func() { hooks += "c" })
			if err := insert(ctx, tx, 2, "二"); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("got %v, want the function's own error", err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
				must(t, insert(ctx, tx, 3, "三"))
				panic("boom")
			})
		}()
		if n := count(t, d); n != 1 || hooks != "ab" {
			t.Fatalf("%d rows, hooks %q; want 1 row and hooks ab", n, hooks)
		}
	})
}

func TestATransactionInsideATransactionIsRefused(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		group := db.NewGroup(d, 10, func(context.Context, db.Tx, []int) ([]int, error) { return nil, nil })
		must(t, d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			if err := d.Tx(ctx, func(context.Context, db.Tx) error { return nil }); !errors.Is(err, db.ErrNested) {
				t.Errorf("Tx in Tx: %v", err)
			}
			if _, err := tx.BeginTx(ctx, nil); !errors.Is(err, db.ErrNested) {
				t.Errorf("BeginTx in Tx: %v", err)
			}
			if err := tx.RunInTx(ctx, nil, nil); !errors.Is(err, db.ErrNested) {
				t.Errorf("RunInTx in Tx: %v", err)
			}
			if _, err := group.Do(ctx, 1); !errors.Is(err, db.ErrNested) {
				t.Errorf("a group commit in Tx: %v", err)
			}
			if !db.InTx(ctx) || !errors.Is(db.OutsideTx(ctx), db.ErrInTx) {
				t.Error("the context does not know")
			}
			return nil
		}))
		if db.InTx(ctx) || db.OutsideTx(ctx) != nil {
			t.Error("the outer context was changed")
		}
	})
}

func TestErrorsHaveTheSameClassOnBothEngines(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		try := func(text string, args ...any) error {
			return d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
				_, err := tx.NewRaw(text, args...).Exec(ctx)
				return err
			})
		}
		must(t, try("INSERT INTO note (id, text) VALUES (1, 'a')"))
		if err := try("INSERT INTO note (id, text) VALUES (1, 'b')"); !db.IsUnique(err) || db.IsForeignKey(err) || db.IsRetryable(err) {
			t.Errorf("primary key: %v", err)
		}
		if err := try("INSERT INTO note (id, text) VALUES (2, 'a')"); !db.IsUnique(err) {
			t.Errorf("unique index: %v", err)
		}
		if err := try("INSERT INTO reply (id, note_id) VALUES (1, 99)"); !db.IsForeignKey(err) || db.IsUnique(err) {
			t.Errorf("foreign key: %v", err)
		}
		must(t, try("INSERT INTO reply (id, note_id) VALUES (1, 1)"))
		if err := try("DELETE FROM note WHERE id = 1"); !db.IsForeignKey(err) {
			t.Errorf("still referred to: %v", err)
		}
		var text string
		if err := d.Read().NewRaw("SELECT text FROM note WHERE id = 77").Scan(ctx, &text); !db.NoRows(err) {
			t.Errorf("no row: %v", err)
		}
	})
}

func TestReadRefusesChanges(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		if err := insert(context.Background(), d.Read(), 1, "a"); err == nil || count(t, d) != 0 {
			t.Errorf("written through Read: %v", err)
		}
	})
}

func TestWritersOfTheSameRowsAllSucceed(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		must(t, d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			return errors.Join(insert(ctx, tx, 1, "0"), insert(ctx, tx, 2, "00"))
		}))
		// Half of them take the rows in the other order: PostgreSQL ends such a pair
		// with a deadlock error, and Tx runs the loser again.
		var all sync.WaitGroup
		const writers = 16
		for i := range writers {
			all.Go(func() {
				first, second := 1+i%2, 2-i%2
				err := d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
					for _, id := range []int{first, second} {
						if _, err := tx.NewRaw("UPDATE note SET text = text || '+' WHERE id = ?", id).Exec(ctx); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		var texts []string
		must(t, d.Read().NewRaw("SELECT text FROM note ORDER BY id").Scan(ctx, &texts))
		plus := strings.Repeat("+", writers)
		if len(texts) != 2 || texts[0] != "0"+plus || texts[1] != "00"+plus {
			t.Errorf("got %v", texts)
		}
	})
}

func TestEveryTextSurvivesTheRoundTrip(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		for i, text := range []string{"", "'", `\`, "--", "/* */", "?", "鹊桥", "👩‍👧", "a\x00b", "\xff\xfe", "$1 :name @x", "\r\n\t", `'; DROP TABLE note; --`, `\x41`, "%_"} {
			want := db.Clean(text)
			must(t, d.Tx(ctx, func(ctx context.Context, tx db.Tx) error { return insert(ctx, tx, int64(i), text) }))
			var got string
			must(t, d.Read().NewRaw("SELECT text FROM note WHERE id = ? AND text = ?", i, text).Scan(ctx, &got))
			if got != want || strings.ContainsRune(want, 0) {
				t.Errorf("%q came back as %q", want, got)
			}
		}
		blob := []byte{0, 1, 255, '\'', '\\'}
		var got []byte
		must(t, d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			return tx.NewRaw("INSERT INTO picture (data) VALUES (?) RETURNING data", blob).Scan(ctx, &got)
		}))
		if !bytes.Equal(got, blob) {
			t.Errorf("bytes came back as %v", got)
		}
	})
}

func TestRowsWritesValues(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		must(t, d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw("INSERT INTO note (id, text) VALUES ?", db.Rows{{int64(1), "it's"}, {int64(-2), "二"}}).Exec(ctx)
			return err
		}))
		if n := count(t, d); n != 2 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestMigrationsRunOnceAndInAnyOrderOfStarters(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			ctx := context.Background()
			dsn := dbtest.DSN(t, e)
			pending, err := dbtest.OpenDSN(t, dsn).Pending(ctx, noteTables)
			must(t, err)
			if len(pending) != 2 || pending[0] != "note/0001_note.sql" {
				t.Errorf("pending %v", pending)
			}
			starters := 3
			if e == db.SQLite {
				starters = 1 // one process by rule
			}
			var all sync.WaitGroup
			for range starters {
				d := dbtest.OpenDSN(t, dsn)
				all.Go(func() {
					if err := d.Migrate(ctx, noteTables, db.Migrations{Set: "none", FS: empty}); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			d := dbtest.OpenDSN(t, dsn)
			must(t, d.Migrate(ctx, noteTables))
			pending, err = d.Pending(ctx, noteTables)
			must(t, err)
			if len(pending) != 0 {
				t.Errorf("still pending %v", pending)
			}
			must(t, d.Tx(ctx, func(ctx context.Context, tx db.Tx) error { return insert(ctx, tx, 1, "a") }))
		})
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	for _, dsn := range []string{"", "mysql://x", "sqlite:", "sqlite::memory:", "postgres://%zz"} {
		if _, err := db.Open(context.Background(), db.Config{DSN: dsn}, nil, nil); err == nil {
			t.Errorf("%q opened", dsn)
		}
	}
}

// The settings that durability and the pools rest on, as the engine itself reports them.
func TestSQLiteIsOpenedForDurability(t *testing.T) {
	d := openDurable(t)
	ctx := context.Background()
	must(t, d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000"} {
			var got string
			if err := tx.NewRaw("PRAGMA "+pragma).Scan(ctx, &got); err != nil {
				return err
			}
			if got != want {
				t.Errorf("%s is %s, want %s", pragma, got, want)
			}
		}
		return nil
	}))
}

func TestMaintainIsHarmlessAtAnyTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for range 2 {
			must(t, d.Maintain(t.Context()))
		}
	})
}

func TestStatementsAreCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		before := d.Statements()
		var n int
		if err := d.Read().NewRaw("SELECT 1").Scan(t.Context(), &n); err != nil {
			t.Fatal(err)
		}
		err := d.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return tx.NewRaw("SELECT 2").Scan(ctx, &n)
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Statements() - before; got != 4 {
			t.Errorf("%d statements, want 4: two queries, BEGIN and COMMIT", got)
		}
	})
}
