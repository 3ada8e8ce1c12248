package blob

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this package.
func Migrations() db.Migrations {
	return db.Migrations{Set: "blob", FS: db.Folder(migrations, "migrations")}
}

// Counted is a store that counts what each corp keeps, and takes no more for a corp than it
// was granted. Whose an object is stands in its key: "<slug>/<corp>/…".
//
// How exact that is: the bytes of an object whose size is known are claimed in the database
// before they are written, one claim of a corp after the other, so that all nodes together
// never go beyond the quota. A file that is made while it is written (an export) ends where
// the room that was left at its beginning ends; what others of the corp write meanwhile may
// come on top of that. A process that dies while it writes leaves its claim; Recount, once a
// day, puts that right and takes in what the tables do not know, such as files that were
// there before them.
type Counted struct {
	Store

	db    *db.DB
	clock clock.Clock
	quota func(ctx context.Context, corp string) int64
}

// Use is what a corp keeps.
type Use struct {
	Corp    string `bun:"corp_id" json:"-"`
	Bytes   int64  `bun:"bytes" json:"bytes"`
	Objects int64  `bun:"objects" json:"objects"`
}

// Count wraps a store. Quota gives the bytes that a corp may keep, 0 for as many as it likes.
func Count(s Store, d *db.DB, c clock.Clock, quota func(ctx context.Context, corp string) int64) *Counted {
	return &Counted{Store: s, db: d, clock: c, quota: quota}
}

// owner is the corp in a key, "" in one that belongs to nobody.
func owner(key string) string {
	parts := strings.SplitN(key, "/", 3)
	if len(parts) < 3 {
		return ""
	}
	return parts[1]
}

// Uses are what all corps keep.
func (c *Counted) Uses(ctx context.Context) (map[string]Use, error) {
	var rows []Use
	if err := c.db.Read().NewRaw(`SELECT corp_id, bytes, objects FROM blob_use`).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	uses := make(map[string]Use, len(rows))
	for _, r := range rows {
		uses[r.Corp] = r
	}
	return uses, nil
}

// Put claims the room, writes, and notes what became of it.
func (c *Counted) Put(ctx context.Context, key string, r io.Reader, size int64, contentType string) (Info, error) {
	corp := owner(key)
	if corp == "" || CheckKey(key) != nil {
		return c.Store.Put(ctx, key, r, size, contentType)
	}
	if err := db.OutsideTx(ctx); err != nil {
		return Info{}, err // the write would hold the transaction's locks
	}
	made, err := c.claim(ctx, corp, key, size)
	if err != nil {
		return Info{}, err
	}
	body := &bounded{r: r, left: made.room, full: made.full}
	info, err := c.Store.Put(ctx, key, body, size, contentType)
	if body.over { // before what the store makes of it
		err = made.full()
	}
	stays := max(info.Size, 0)
	if err != nil {
		stays = made.before // a failed write leaves the old object
	}
	if noted := c.note(ctx, corp, key, stays); err == nil {
		err = noted
	}
	return info, err
}

// Delete removes an object and gives its room back.
func (c *Counted) Delete(ctx context.Context, key string) error {
	if err := c.Store.Delete(ctx, key); err != nil {
		return err
	}
	if corp := owner(key); corp != "" {
		return c.note(ctx, corp, key, absent)
	}
	return nil
}

// absent is the size of what is not there.
const absent = -1

// claimed is room that was set aside for an object.
type claimed struct {
	before int64 // size of the object that stands there now, or absent
	room   int64 // bytes that may be written, absent for any number
	full   func() error
}

// claim sets room aside for an object, or says that there is none.
func (c *Counted) claim(ctx context.Context, corp, key string, size int64) (made claimed, err error) {
	limit := c.quota(ctx, corp)
	err = c.change(ctx, corp, func(ctx context.Context, tx db.Tx, used int64) error {
		before, err := sizeOf(ctx, tx, key)
		if err != nil {
			return err
		}
		// The old object goes only once the new one is there, but then it does go.
		others := used - max(before, 0)
		made = claimed{before: before, room: absent, full: func() error { return full(limit, used, size) }}
		if limit > 0 {
			made.room = limit - others
			if others+max(size, 1) > limit {
				return made.full()
			}
		}
		return set(ctx, tx, corp, key, before, max(before, size, 0), db.NowMS(c.clock))
	})
	return made, err
}

// note writes down the size of an object once it is known, absent for none.
func (c *Counted) note(ctx context.Context, corp, key string, size int64) error {
	// It holds although who asked is gone.
	return c.change(context.WithoutCancel(ctx), corp, func(ctx context.Context, tx db.Tx, _ int64) error {
		before, err := sizeOf(ctx, tx, key)
		if err != nil || before == absent && size == absent {
			return err
		}
		return set(ctx, tx, corp, key, before, size, 0)
	})
}

// change is a transaction of its own, one of a corp after the other: the corp's row is taken
// first. It carries no note of the audit log with it.
func (c *Counted) change(ctx context.Context, corp string, fn func(ctx context.Context, tx db.Tx, used int64) error) error {
	return c.db.Tx(db.WithWitness(ctx, nil), func(ctx context.Context, tx db.Tx) error {
		var used int64
		err := tx.NewRaw(`INSERT INTO blob_use (corp_id, bytes, objects) VALUES (?, 0, 0)
			ON CONFLICT (corp_id) DO UPDATE SET bytes = blob_use.bytes RETURNING bytes`, corp).Scan(ctx, &used)
		if err != nil {
			return err
		}
		return fn(ctx, tx, used)
	})
}

func sizeOf(ctx context.Context, tx db.Tx, key string) (size int64, err error) {
	err = tx.NewRaw(`SELECT bytes FROM blob_object WHERE path = ?`, key).Scan(ctx, &size)
	if db.NoRows(err) {
		return absent, nil
	}
	return size, err
}

// set changes the size of an object from one to another, and the corp's sum with it.
func set(ctx context.Context, tx db.Tx, corp, key string, before, after, writing int64) error {
	var err error
	if after == absent {
		_, err = tx.NewRaw(`DELETE FROM blob_object WHERE path = ?`, key).Exec(ctx)
	} else {
		_, err = tx.NewRaw(`INSERT INTO blob_object (path, corp_id, bytes, writing) VALUES (?, ?, ?, ?)
			ON CONFLICT (path) DO UPDATE SET bytes = excluded.bytes, writing = excluded.writing`, key, corp, after, writing).Exec(ctx)
	}
	if err != nil {
		return err
	}
	count := func(size int64) int64 { return min(size, 0) + 1 } // absent is none
	_, err = tx.NewRaw(`UPDATE blob_use SET bytes = bytes + ?, objects = objects + ? WHERE corp_id = ?`,
		max(after, 0)-max(before, 0), count(after)-count(before), corp).Exec(ctx)
	return err
}

const (
	// recountStep is how many objects are compared at a time.
	recountStep = 500
	// settled is how old an object must be before it is taken for forgotten: whoever wrote
	// it may be about to note it.
	settled = time.Hour
	// abandoned is how long a claim may wait for its object.
	abandoned = 24 * time.Hour
)

// Recount compares the tables with the store: it takes in objects that they lack, and
// decides on claims that nobody came back to. Twice is harmless.
func (c *Counted) Recount(ctx context.Context) error {
	var batch []Info
	for info, err := range c.List(ctx, "") {
		if err != nil {
			return err
		}
		if owner(info.Key) == "" || c.clock.Now().Sub(info.Modified) < settled {
			continue
		}
		if batch = append(batch, info); len(batch) == recountStep {
			if err := c.adopt(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	if err := c.adopt(ctx, batch); err != nil {
		return err
	}
	return c.decide(ctx)
}

// adopt notes the objects that the tables lack.
func (c *Counted) adopt(ctx context.Context, batch []Info) error {
	if len(batch) == 0 {
		return nil
	}
	keys := make([]string, len(batch))
	for i, info := range batch {
		keys[i] = info.Key
	}
	var known []string
	if err := c.db.Read().NewRaw(`SELECT path FROM blob_object WHERE path IN (?)`, bun.List(keys)).Scan(ctx, &known); err != nil {
		return err
	}
	there := make(map[string]bool, len(known))
	for _, key := range known {
		there[key] = true
	}
	for _, info := range batch {
		if there[info.Key] {
			continue
		}
		corp := owner(info.Key)
		err := c.change(ctx, corp, func(ctx context.Context, tx db.Tx, _ int64) error {
			before, err := sizeOf(ctx, tx, info.Key)
			if err != nil || before != absent { // written anew meanwhile
				return err
			}
			return set(ctx, tx, corp, info.Key, absent, info.Size, 0)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// decide looks at what claims that were left came to.
func (c *Counted) decide(ctx context.Context) error {
	var left []struct {
		Path string `bun:"path"`
		Corp string `bun:"corp_id"`
	}
	before := db.MS(c.clock.Now().Add(-abandoned))
	if err := c.db.Read().NewRaw(`SELECT path, corp_id FROM blob_object WHERE writing > 0 AND writing < ?`, before).Scan(ctx, &left); err != nil {
		return err
	}
	for _, l := range left {
		info, err := c.Stat(ctx, l.Path)
		switch {
		case err == nil:
			err = c.note(ctx, l.Corp, l.Path, info.Size)
		case errors.Is(err, ErrNotFound):
			err = c.note(ctx, l.Corp, l.Path, absent)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bounded reads no more than there is room for.
type bounded struct {
	r    io.Reader
	left int64 // absent for any number
	over bool
	full func() error
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left == absent {
		return n, err
	}
	if int64(n) > b.left {
		b.over = true
		return 0, b.full()
	}
	b.left -= int64(n)
	return n, err
}

// full says that there is no room: how much there is, how much is used, what to do. A size
// of less than nothing is not known.
func full(limit, used, size int64) error {
	text := fmt.Sprintf("文件空间不足：配额 %s，已用 %s", Amount(limit), Amount(used))
	if size > 0 {
		text += "，这个文件需要 " + Amount(size)
	}
	return fault.New(fault.Conflict, text).WithAdvice("请删除不再需要的导出文件与图片，或请安装的所有者在「企业管理 → 企业列表」中提高文件配额")
}

// Amount is a number of bytes for people: "3.5 GB".
func Amount(bytes int64) string {
	units := []string{"B", "KB", "MB", "GB", "TB", "PB"}
	n, unit := float64(bytes), 0
	for n >= 1024 && unit < len(units)-1 {
		n, unit = n/1024, unit+1
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", bytes)
	}
	return fmt.Sprintf("%.1f %s", n, units[unit])
}
