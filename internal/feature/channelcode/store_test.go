package channelcode

import (
	"context"
	"io/fs"
	"slices"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
)

// stored runs a test on a database with one code, on both engines.
func stored(t *testing.T, body func(t *testing.T, d *db.DB, c Code)) {
	t.Helper()
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			d := dbtest.Open(t, e, db.Migrations{Set: slug, FS: files})
			c := valid()
			c.ID, c.Corp, c.Status, c.Version = 7, "ww1", Pending, 1
			in(t, d, func(ctx context.Context, tx db.Tx) error { return insertCode(ctx, tx, c) })
			body(t, d, c)
		})
	}
}

func in(t *testing.T, d *db.DB, fn func(ctx context.Context, tx db.Tx) error) {
	t.Helper()
	if err := d.Tx(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// An edit that was read before WeCom's answer and is written after it must not lose the
// contact way: the print would be orphaned and a second one made.
func TestAnEditLeavesAloneWhatWeComTold(t *testing.T) {
	stored(t, func(t *testing.T, d *db.DB, read Code) {
		in(t, d, func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw(`UPDATE channelcode_code SET status = ?, config_id = 'way', qr = 'https://wework.qpic.cn/q',
				picture = 'kept', published = '["zhang"]', next_change_at = 99 WHERE id = ?`, Live, read.ID).Exec(ctx)
			return err
		})
		read.Name, read.Members = "新名", []string{"li"}
		in(t, d, func(ctx context.Context, tx db.Tx) error {
			ok, err := updateCode(ctx, tx, read)
			if !ok {
				t.Error("the edit was taken for a stale one")
			}
			return err
		})
		now, err := byID(t.Context(), d.Read(), read.Corp, read.ID)
		if err != nil {
			t.Fatal(err)
		}
		if now.ConfigID != "way" || now.QR == "" || now.Picture != "kept" || now.Status != Live || !slices.Equal(now.Published, []string{"zhang"}) || now.NextChangeAt.IsZero() {
			t.Errorf("the edit lost what WeCom told: %+v", now)
		}
		if now.Name != "新名" || !slices.Equal(now.Members, []string{"li"}) || now.Version != 2 {
			t.Errorf("the edit is not there: %+v", now)
		}
		codes, err := withMember(t.Context(), d.Read(), read.Corp, "li")
		if err != nil || len(codes) != 1 {
			t.Errorf("codes that name li: %v %v", codes, err)
		}
		if codes, err = withMember(t.Context(), d.Read(), read.Corp, "zhang"); err != nil || len(codes) != 0 {
			t.Errorf("codes that still name zhang: %v %v", codes, err)
		}
	})
}

// A job that runs again after a crash tells the same event: it counts once.
func TestAnEventCountsOnce(t *testing.T) {
	stored(t, func(t *testing.T, d *db.DB, c Code) {
		zone := shanghai(t)
		when := time.Date(2026, 11, 23, 10, 0, 0, 0, zone)
		one := change{ID: 100, Corp: c.Corp, Code: c.ID, Kind: wasAdded, Member: "zhang", Customer: "wm1", At: when, Day: dayOf(when)}
		for i, want := range []bool{true, false} {
			in(t, d, func(ctx context.Context, tx db.Tx) error {
				fresh, err := insertChange(ctx, tx, one)
				if fresh != want {
					t.Errorf("time %d: fresh is %v", i+1, fresh)
				}
				return err
			})
		}
		counts, err := addedOn(t.Context(), d.Read(), c.Corp, c.ID, dayOf(when))
		if err != nil || counts["zhang"] != 1 {
			t.Errorf("counted %v, %v; want 1", counts, err)
		}
		for _, x := range []struct {
			until time.Time
			want  bool
		}{{when.Add(-time.Second), false}, {when, true}, {when.Add(time.Hour), true}} {
			end := change{ID: 101, Corp: c.Corp, Kind: wasLost, Member: "zhang", Customer: "wm1", At: x.until}
			if by, ok, err := cameBy(t.Context(), d.Read(), end); err != nil || ok != x.want || by.Ended != 0 {
				t.Errorf("came by a code until %v: %+v, %v, %v", x.until, by, ok, err)
			}
		}
	})
}

// Two people delete and edit at the same time: the second is told.
func TestDeletingAnOldVersion(t *testing.T) {
	stored(t, func(t *testing.T, d *db.DB, c Code) {
		in(t, d, func(ctx context.Context, tx db.Tx) error { _, err := updateCode(ctx, tx, c); return err })
		in(t, d, func(ctx context.Context, tx db.Tx) error {
			ok, err := deleteCode(ctx, tx, c, 1)
			if ok {
				t.Error("an old version was deleted")
			}
			return err
		})
	})
}
