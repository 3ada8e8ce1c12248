package account

import (
	"context"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

// watches end the streams of sessions that end. News of an end comes by the database's
// notes, from any node; every watchEvery the sessions are looked at themselves, for those
// that ended by time, by another program, or while a note was lost.
type watches struct {
	store *sessionStore

	mu    sync.Mutex
	open  map[string]map[int]context.CancelFunc // by the session's fingerprint
	next  int
	count int
	quit  context.CancelFunc // ends the looking
}

const (
	watchEvery = 15 * time.Second
	watchStep  = 500
)

func newWatches(store *sessionStore) *watches {
	return &watches{store: store, open: map[string]map[int]context.CancelFunc{}}
}

// add makes a context that ends with the session; stop gives the watch up.
func (w *watches) add(ctx context.Context, hash string) (watched context.Context, stop context.CancelFunc) {
	watched, cancel := context.WithCancel(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	key := w.next
	w.next++
	if w.open[hash] == nil {
		w.open[hash] = map[int]context.CancelFunc{}
	}
	w.open[hash][key] = cancel
	if w.count++; w.count == 1 {
		looking, quit := context.WithCancel(context.WithoutCancel(ctx))
		w.quit = quit
		go w.look(looking)
	}
	return watched, func() {
		cancel()
		w.mu.Lock()
		defer w.mu.Unlock()
		if _, there := w.open[hash][key]; !there {
			return
		}
		delete(w.open[hash], key)
		if len(w.open[hash]) == 0 {
			delete(w.open, hash)
		}
		if w.count--; w.count == 0 {
			w.quit()
		}
	}
}

// end closes the streams of a session. "" says that news may have been missed: the next
// look finds what it was.
func (w *watches) end(hash string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, cancel := range w.open[hash] {
		cancel()
	}
}

// look ends what is over, as long as there are streams.
func (w *watches) look(ctx context.Context) {
	for clock.Sleep(ctx, w.store.clock, watchEvery) == nil {
		w.mu.Lock()
		hashes := make([]string, 0, len(w.open))
		for hash := range w.open {
			hashes = append(hashes, hash)
		}
		w.mu.Unlock()
		for len(hashes) > 0 {
			step := hashes[:min(watchStep, len(hashes))]
			hashes = hashes[len(step):]
			w.check(ctx, step)
		}
	}
}

// check ends those of the sessions that are over. A database that does not answer ends
// nothing: requests are refused by themselves.
func (w *watches) check(ctx context.Context, hashes []string) {
	var rows []struct {
		Token string `bun:"token"`
		sessionRow
	}
	err := w.store.db.Read().NewRaw(watchQuery, bun.List(hashes)).Scan(ctx, &rows)
	if err != nil {
		return
	}
	good, now := map[string]bool{}, w.store.clock.Now()
	for _, r := range rows {
		good[r.Token] = !r.over(now)
	}
	for _, hash := range hashes {
		if !good[hash] {
			w.end(hash)
		}
	}
}

const watchQuery = `SELECT s.token, s.created_at, s.seen_at, COALESCE(a.disabled_at, 0) AS disabled_at,
		COALESCE(p.idle_minutes, 0) AS idle_minutes, COALESCE(p.lifetime_hours, 0) AS lifetime_hours
	FROM account_session s
	LEFT JOIN account_account a ON a.id = s.account_id
	LEFT JOIN account_policy p ON p.corp_id = s.corp_id
	WHERE s.token IN (?)`
