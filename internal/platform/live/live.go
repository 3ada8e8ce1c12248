// Package live tells open pages what has changed, by server-sent events.
//
// A change is a hint, "customers 3w… and 3x… of this corp have changed": the page loads
// them again through the usual routes, which check the viewer's scope. Changes are rows,
// written in the transaction of the fact, so that a page on another node hears of them
// and one that lost its connection can catch up (Last-Event-ID) for ten minutes; after
// that it is told to load everything again ("reset").
//
// On PostgreSQL rows become visible in the order of commits, not of ids. A reader
// therefore looks back a little at each note, and half a minute every two seconds, and
// drops what it has seen. After a reconnection a page may hear of a change twice.
// SQLite has one writer and one process: there the note is enough.
package live

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of this package.
func Migrations() db.Migrations {
	return db.Migrations{Set: "live", FS: db.Folder(migrations, "migrations")}
}

const (
	channel = "live"
	// retention is how long a page may be away and still catch up.
	retention = 10 * time.Minute
	// glance is how far a reader looks back at each note.
	glance = 2 * time.Second
	// overlap is how late a row may become visible and still be noticed: longer than any
	// transaction of ours, and than clocks of nodes may differ.
	overlap = 30 * time.Second
	// poll is how often a node with open pages on PostgreSQL looks back by overlap.
	poll = 2 * time.Second
	// pruneEvery is how often rows beyond retention are removed.
	pruneEvery = time.Minute
	// maxKeys is how many keys a change names; more mean the whole topic.
	maxKeys = 100
	// readBatch is how many rows are read at once.
	readBatch = 1000
)

// Live carries changes from transactions to open pages. Start it before use.
type Live struct {
	db    *db.DB
	clock clock.Clock
	ids   *id.Source
	log   *slog.Logger
	wake  chan struct{}

	mu      sync.Mutex
	streams map[*stream]struct{}
	perWho  map[string]int
	last    id.ID          // newest id seen
	seen    map[id.ID]bool // ids within overlap of last
}

// change is a row.
type change struct {
	ID    id.ID
	Corp  string
	Topic string
	Refs  string
}

// New makes a Live that does nothing until Start.
func New(d *db.DB, c clock.Clock, ids *id.Source, log *slog.Logger) *Live {
	return &Live{
		db: d, clock: c, ids: ids, log: log, wake: make(chan struct{}, 1),
		streams: map[*stream]struct{}{}, perWho: map[string]int{}, seen: map[id.ID]bool{},
	}
}

// Publish notes, in the transaction of the fact, that rows of a topic ("customer") have
// changed in a corp. Keys are their ids as written in the API; none, or more than 100,
// mean the whole topic. Pages hear of it after the commit.
func (l *Live) Publish(ctx context.Context, tx db.Tx, corp, topic string, keys ...string) error {
	if len(keys) > maxKeys {
		keys = nil
	}
	refs, err := json.Marshal(append([]string{}, keys...))
	if err != nil {
		return fmt.Errorf("live: %w", err)
	}
	_, err = tx.NewRaw("INSERT INTO live_change (id, corp_id, topic, refs) VALUES (?, ?, ?, ?)",
		l.ids.New(), corp, topic, string(refs)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("live: publish: %w", err)
	}
	l.db.Notify(tx, channel, "")
	return nil
}

// Start carries changes until ctx ends.
func (l *Live) Start(ctx context.Context) {
	l.db.Listen(ctx, channel, func(string) { l.poke() })
	go l.run(ctx)
}

func (l *Live) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// run reads when there is news and somebody to tell.
func (l *Live) run(ctx context.Context) {
	pruned := l.clock.Now()
	for ctx.Err() == nil {
		deep := false
		timer := l.clock.NewTimer(l.patience())
		select {
		case <-ctx.Done():
		case <-l.wake:
		case <-timer.C:
			deep = true
		}
		timer.Stop()
		if err := l.read(ctx, deep); err != nil && ctx.Err() == nil {
			l.log.WarnContext(ctx, "live: reading changes", "error", err.Error())
		}
		if now := l.clock.Now(); now.Sub(pruned) >= pruneEvery {
			pruned = now
			if err := l.prune(ctx); err != nil && ctx.Err() == nil {
				l.log.WarnContext(ctx, "live: pruning changes", "error", err.Error())
			}
		}
	}
}

// patience is the time until the next look without a note.
func (l *Live) patience() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.db.Engine() == db.Postgres && len(l.streams) > 0 {
		return poll
	}
	return pruneEvery
}

// read takes what is new and hands it to the streams. Without streams it does nothing:
// the first stream to come begins at the then newest row.
func (l *Live) read(ctx context.Context, deep bool) error {
	back := glance
	if deep {
		back = overlap
	}
	l.mu.Lock()
	from, idle := earlier(l.last, back), len(l.streams) == 0
	l.mu.Unlock()
	for !idle {
		rows, err := l.after(ctx, from, "")
		if err != nil {
			return err
		}
		l.deliver(rows)
		if len(rows) < readBatch {
			return nil
		}
		from = rows[len(rows)-1].ID
	}
	return nil
}

// earlier is the id some time before another.
func earlier(i id.ID, d time.Duration) id.ID { return id.At(i.Time().Add(-d)) }

// after reads rows beyond an id, of one corp or of all.
func (l *Live) after(ctx context.Context, from id.ID, corp string) ([]change, error) {
	var rows []change
	query := l.db.Read().NewSelect().TableExpr("live_change").ColumnExpr("id, corp_id AS corp, topic, refs").
		Where("id > ?", from).OrderExpr("id").Limit(readBatch)
	if corp != "" {
		query = query.Where("corp_id = ?", corp)
	}
	err := query.Scan(ctx, &rows)
	return rows, err
}

// deliver hands rows that are new to the streams of their corp: all at once, so that
// what was committed together reaches a page merged.
func (l *Live) deliver(rows []change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	news := map[string][]change{}
	for _, r := range rows {
		if l.seen[r.ID] {
			continue
		}
		l.seen[r.ID] = true
		l.last = max(l.last, r.ID)
		news[r.Corp] = append(news[r.Corp], r)
	}
	for s := range l.streams {
		s.add(news[s.corp])
	}
	horizon := earlier(l.last, overlap)
	maps.DeleteFunc(l.seen, func(i id.ID, _ bool) bool { return i <= horizon })
}

// prune removes what no page can ask for any more. It looks before it writes, so that an
// idle program leaves its database alone.
func (l *Live) prune(ctx context.Context) error {
	limit := id.At(l.clock.Now().Add(-retention))
	var old []id.ID
	err := l.db.Read().NewRaw("SELECT id FROM live_change WHERE id < ? LIMIT 1", limit).Scan(ctx, &old)
	if err != nil || len(old) == 0 {
		return err
	}
	return l.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("DELETE FROM live_change WHERE id < ?", limit).Exec(ctx)
		return err
	})
}

// newest is the id of the newest row, 0 without rows.
func (l *Live) newest(ctx context.Context) (id.ID, error) {
	var ids []id.ID
	err := l.db.Read().NewRaw("SELECT id FROM live_change ORDER BY id DESC LIMIT 1").Scan(ctx, &ids)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

func keysOf(r change) []string {
	var keys []string
	if json.Unmarshal([]byte(r.Refs), &keys) != nil {
		return nil
	}
	return slices.Compact(keys)
}
