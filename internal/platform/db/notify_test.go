package db_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
)

const (
	limit = 20 * time.Second
	tick  = 2 * time.Millisecond
)

func TestNotesAreHeardAfterTheCommit(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx, leave := context.WithCancel(context.Background())
		heard, other := make(chan string, 10), make(chan string, 10)
		d.Listen(ctx, "lane", func(p string) {
			if p != "" { // "" says that something may have been missed
				heard <- p
			}
		})
		d.Listen(context.Background(), "lane", func(p string) { other <- p })
		send := func(payload string, err error) error {
			return d.Tx(context.Background(), func(_ context.Context, tx db.Tx) error {
				d.Notify(tx, "elsewhere", "x")
				d.Notify(tx, "lane", payload)
				if len(heard) > 0 {
					t.Error("heard before the commit")
				}
				return err
			})
		}
		if err := send("never", errors.New("no")); err == nil {
			t.Fatal("committed")
		}
		must(t, send("first|with a bar", nil))
		if got := <-heard; got != "first|with a bar" {
			t.Errorf("heard %q", got)
		}
		leave()
		until(t, func() bool { // leaving takes hold a moment later
			must(t, send("x", nil))
			for len(other) > 0 {
				<-other
			}
			if len(heard) > 0 {
				<-heard
				return false
			}
			return true
		})
	})
}

func TestNotesReachOtherProcesses(t *testing.T) {
	dsn := dbtest.DSN(t, db.Postgres)
	a, b := dbtest.OpenDSN(t, dsn), dbtest.OpenDSN(t, dsn)
	heard := make(chan string, 100)
	b.Listen(context.Background(), "lane", func(p string) { heard <- p })
	if got := <-heard; got != "" {
		t.Fatalf("the first note after listening began should say that some may have been missed, got %q", got)
	}
	for _, payload := range []string{"urgent", strings.Repeat("长", 2500)} {
		must(t, a.Tx(context.Background(), func(_ context.Context, tx db.Tx) error {
			a.Notify(tx, "lane", payload)
			return nil
		}))
		want := payload
		if len(payload) > 7000 {
			want = "" // too long to send: look for yourself
		}
		if got := <-heard; got != want {
			t.Errorf("heard %q", got)
		}
	}
	// A listener whose connection breaks says so and goes on.
	must(t, a.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'").Exec(ctx)
		return err
	}))
	if got := <-heard; got != "" {
		t.Errorf("after the break: %q", got)
	}
	until(t, func() bool {
		must(t, a.Tx(context.Background(), func(_ context.Context, tx db.Tx) error {
			a.Notify(tx, "lane", "again")
			return nil
		}))
		_ = clock.Sleep(context.Background(), clock.System(), tick)
		for len(heard) > 0 {
			if <-heard == "again" {
				return true
			}
		}
		return false
	})
}
