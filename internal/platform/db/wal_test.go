package db_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

const (
	logMost  = 256 << 10
	logWrite = 4 << 20 // what a test writes altogether
	logRow   = 20_000
)

// reading opens a transaction that reads from this moment on, as a page of a list does.
func reading(t *testing.T, d *db.DB) bun.Tx {
	t.Helper()
	tx, err := d.Read().BeginTx(t.Context(), nil)
	must(t, err)
	var n int
	must(t, tx.NewRaw("SELECT COUNT(*) FROM page").Scan(t.Context(), &n))
	return tx
}

// logged is a database whose log is to stay short, and how large it is.
func logged(t *testing.T) (d *db.DB, size func() int64) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "log.db")
	d, err := db.Open(t.Context(), db.Config{DSN: "sqlite:" + file, NoSync: true}, clock.System(), slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(func() { must(t, d.Close()) })
	db.KeepLogUnder(d, logMost)
	must(t, d.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("CREATE TABLE page (id INTEGER PRIMARY KEY, text TEXT)").Exec(ctx)
		return err
	}))
	return d, func() int64 {
		info, err := os.Stat(file + "-wal")
		must(t, err)
		return info.Size()
	}
}

func write(t *testing.T, d *db.DB, row int) {
	t.Helper()
	must(t, d.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("INSERT INTO page VALUES (?, ?)", row, strings.Repeat("x", logRow)).Exec(ctx)
		return err
	}))
}

// There is always somebody who reads: the next begins before the last has ended.
func TestTheLogOfSQLiteStaysShortWhileOthersRead(t *testing.T) {
	d, size := logged(t)
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		last := reading(t, d)
		for {
			next := reading(t, d)
			must(t, last.Rollback())
			last = next
			select {
			case <-stop:
				must(t, last.Rollback())
				return
			default:
			}
		}
	}()
	most := int64(0)
	for row := range logWrite / logRow {
		write(t, d, row)
		most = max(most, size())
	}
	close(stop)
	<-ended
	// What is written until its turn comes, and while it waits for its readers, comes on top.
	if most > logWrite/2 {
		t.Errorf("the log grew to %d kB, want it to begin anew at %d", most>>10, logMost>>10)
	}
}

// Who reads for longer than writers wait is let be, and sees what he saw at the beginning.
func TestALongReaderDoesNotKeepSQLiteFromWriting(t *testing.T) {
	d, _ := logged(t)
	write(t, d, 1)
	long := reading(t, d)
	for row := range 40 {
		write(t, d, 10+row)
	}
	var seen, all int
	must(t, long.NewRaw("SELECT COUNT(*) FROM page").Scan(t.Context(), &seen))
	must(t, long.Rollback())
	must(t, d.Read().NewRaw("SELECT COUNT(*) FROM page").Scan(t.Context(), &all))
	if seen != 1 || all != 41 {
		t.Errorf("the long reader saw %d rows, want 1; there are %d, want 41", seen, all)
	}
}
