package blob_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// counted runs body with a store that grants the corp "small" 1000 bytes and the others any
// number, on both engines.
func counted(t *testing.T, body func(t *testing.T, c *blob.Counted, inner blob.Store, d *db.DB, now *clock.Fake)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := clock.NewFake(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC))
		inner, err := blob.OpenDisk(t.TempDir(), now)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = inner.Close() })
		body(t, node(inner, d, now), inner, d, now)
	}, blob.Migrations())
}

func node(s blob.Store, d *db.DB, c clock.Clock) *blob.Counted {
	return blob.Count(s, d, c, func(_ context.Context, corp string) int64 {
		if corp == "small" {
			return 1000
		}
		return 0
	})
}

// keeps insists on what a corp keeps.
func keeps(t *testing.T, c *blob.Counted, corp string, bytes, objects int64) {
	t.Helper()
	uses, err := c.Uses(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := uses[corp]; got.Bytes != bytes || got.Objects != objects {
		t.Errorf("%s keeps %d bytes in %d objects, want %d in %d", corp, got.Bytes, got.Objects, bytes, objects)
	}
}

// TestRoomIsCounted writes one object after the other; size -1 is one whose size is not
// known before.
func TestRoomIsCounted(t *testing.T) {
	broken := errors.New("the line broke")
	rows := []struct {
		name        string
		key         string
		bytes, size int
		fails       bool // while it is written
		full        bool
		used        int64
		objects     int64
	}{
		{name: "the first", key: "a/small/1", bytes: 600, size: 600, used: 600, objects: 1},
		{name: "too large", key: "a/small/2", bytes: 401, size: 401, full: true, used: 600, objects: 1},
		{name: "to the brim", key: "a/small/2", bytes: 400, size: 400, used: 1000, objects: 2},
		{name: "one byte more", key: "b/small/3", bytes: 1, size: 1, full: true, used: 1000, objects: 2},
		{name: "one byte more, unannounced", key: "b/small/3", bytes: 1, size: -1, full: true, used: 1000, objects: 2},
		{name: "a smaller one in its place", key: "a/small/1", bytes: 100, size: 100, used: 500, objects: 2},
		{name: "a larger one in its place", key: "a/small/1", bytes: 601, size: 601, full: true, used: 500, objects: 2},
		{name: "of unknown size", key: "b/small/3", bytes: 300, size: -1, used: 800, objects: 3},
		{name: "of unknown size, too large", key: "b/small/4", bytes: 201, size: -1, full: true, used: 800, objects: 3},
		{name: "of unknown size, in place of another", key: "b/small/3", bytes: 500, size: -1, used: 1000, objects: 3},
		{name: "the same again", key: "b/small/3", bytes: 200, size: 200, used: 700, objects: 3},
		{name: "broken off", key: "b/small/5", bytes: 200, size: 200, fails: true, used: 700, objects: 3},
		{name: "broken off in place of another", key: "b/small/3", bytes: 300, size: 300, fails: true, used: 700, objects: 3},
		{name: "fewer than announced", key: "b/small/5", bytes: 10, size: 20, fails: true, used: 700, objects: 3},
	}
	counted(t, func(t *testing.T, c *blob.Counted, _ blob.Store, _ *db.DB, _ *clock.Fake) {
		for _, row := range rows {
			var body io.Reader = strings.NewReader(strings.Repeat("x", row.bytes))
			if row.fails && row.bytes == row.size {
				body = io.MultiReader(strings.NewReader("x"), failing{broken})
			}
			_, err := c.Put(t.Context(), row.key, body, int64(row.size), "")
			switch {
			case row.full && (fault.CodeOf(err) != fault.Conflict || !strings.Contains(err.Error(), "配额 1000 B") || fault.As(err).Advice == ""):
				t.Errorf("%s: %v", row.name, err)
			case row.fails != (err != nil && !row.full) && !row.full:
				t.Errorf("%s: %v", row.name, err)
			}
			keeps(t, c, "small", row.used, row.objects)
		}
		// Others have room, and what belongs to nobody is not counted.
		write(t, c, "a/large/1", strings.Repeat("x", 5000))
		write(t, c, "nobodys", "x")
		keeps(t, c, "large", 5000, 1)
		for range 2 {
			if err := c.Delete(t.Context(), "a/small/2"); err != nil {
				t.Fatal(err)
			}
		}
		keeps(t, c, "small", 300, 2)
	})
}

// TestNodesShareTheRoom: two nodes write at once; together they fill the room and do not go
// beyond it.
func TestNodesShareTheRoom(t *testing.T) {
	counted(t, func(t *testing.T, here *blob.Counted, inner blob.Store, d *db.DB, now *clock.Fake) {
		there := node(inner, d, now)
		var all sync.WaitGroup
		var kept atomic.Int64
		for i := range 24 {
			c := []*blob.Counted{here, there}[i%2]
			all.Go(func() {
				_, err := c.Put(t.Context(), "a/small/"+string(rune('a'+i)), strings.NewReader(strings.Repeat("x", 100)), 100, "")
				switch {
				case err == nil:
					kept.Add(1)
				case fault.CodeOf(err) != fault.Conflict:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if kept.Load() != 10 {
			t.Errorf("%d objects of 100 bytes were kept in 1000", kept.Load())
		}
		keeps(t, here, "small", 1000, 10)
	})
}

// TestRecount: what the tables do not know is taken in, and a claim that nobody came back
// to is decided by what is there.
func TestRecount(t *testing.T) {
	counted(t, func(t *testing.T, c *blob.Counted, inner blob.Store, d *db.DB, now *clock.Fake) {
		write(t, inner, "a/small/old", "12345") // before there were tables
		write(t, c, "a/small/known", "123")
		now.Advance(2 * time.Hour)
		write(t, inner, "a/small/fresh", "1") // perhaps its writer is about to note it
		// A process died while it wrote: once before the object was there, once after.
		write(t, inner, "a/small/there", "1234567")
		err := d.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
			for _, key := range []string{"a/small/never", "a/small/there"} {
				if _, err := tx.NewRaw(`INSERT INTO blob_object (path, corp_id, bytes, writing) VALUES (?, 'small', 100, ?)`, key, db.MS(now.Now())).Exec(ctx); err != nil {
					return err
				}
			}
			_, err := tx.NewRaw(`UPDATE blob_use SET bytes = bytes + 200, objects = objects + 2 WHERE corp_id = 'small'`).Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		recount := func() {
			t.Helper()
			if err := c.Recount(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		recount()
		keeps(t, c, "small", 3+5+200, 4)
		now.Advance(25 * time.Hour)
		for range 2 {
			recount()
			keeps(t, c, "small", 3+5+1+7, 4)
		}
	})
}

// TestNoFileInsideATransaction: it would hold its locks for as long as the store likes.
func TestNoFileInsideATransaction(t *testing.T) {
	counted(t, func(t *testing.T, c *blob.Counted, _ blob.Store, d *db.DB, _ *clock.Fake) {
		err := d.Tx(t.Context(), func(ctx context.Context, _ db.Tx) error {
			_, err := c.Put(ctx, "a/small/1", strings.NewReader("x"), 1, "")
			return err
		})
		if !errors.Is(err, db.ErrInTx) {
			t.Errorf("%v", err)
		}
	})
}
