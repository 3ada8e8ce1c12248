package job

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// lease is a row of job_lease: a name that one process holds as long as it lives.
type lease struct {
	Name   string
	Holder int64
	Beat   int64
	Lasts  int64 // milliseconds that the beat may stand still; the holder's own promise
}

const (
	leaderLease  = "leader"
	nodePrefix   = "node/"
	workerPrefix = "worker/"
	// nodeLasts keeps the number of a vanished node from being given away soon: ids are
	// made from it, and its owner may only be asleep.
	nodeLasts = 10 * time.Minute
)

// leases are what one process holds, under a number drawn at random for its lifetime.
type leases struct {
	db     *db.DB
	clock  clock.Clock
	holder int64
	lasts  time.Duration
}

func newLeases(d *db.DB, c clock.Clock, holder int64, lasts time.Duration) *leases {
	return &leases{d, c, holder, lasts}
}

// tryTake takes the name if nobody has it.
func (s *leases) tryTake(ctx context.Context, name string) (bool, error) {
	var taken bool
	err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw(`INSERT INTO job_lease (name, holder, beat, lasts, seen_at) VALUES (?, ?, 1, ?, ?)
 ON CONFLICT (name) DO NOTHING`, name, s.holder, s.lasts.Milliseconds(), db.NowMS(s.clock)).Exec(ctx)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		taken = n == 1
		return err
	})
	return taken, err
}

// beat shows that the holder lives and gives the names it still has.
func (s *leases) beat(ctx context.Context) (names []string, err error) {
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		names = names[:0]
		err := tx.NewRaw(`UPDATE job_lease SET beat = beat + 1, seen_at = ? WHERE holder = ? RETURNING name`,
			db.NowMS(s.clock), s.holder).Scan(ctx, &names)
		if db.NoRows(err) {
			return nil
		}
		return err
	})
	return names, err
}

// drop gives everything back.
func (s *leases) drop(ctx context.Context) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`DELETE FROM job_lease WHERE holder = ?`, s.holder).Exec(ctx)
		return err
	})
}

// evict takes a stale lease away and puts the jobs of a dead worker back, if it has
// not shown a sign of life since it was seen.
func (s *leases) evict(ctx context.Context, l lease) (rescued []Lane, err error) {
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		rescued = rescued[:0]
		res, err := tx.NewRaw(`DELETE FROM job_lease WHERE name = ? AND holder = ? AND beat = ?`, l.Name, l.Holder, l.Beat).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 || !strings.HasPrefix(l.Name, workerPrefix) {
			return err
		}
		return s.release(ctx, tx, l.Holder, &rescued)
	})
	return rescued, err
}

// diedText is the error of a try whose process died; it stays when that was the last.
const diedText = "the process that worked on it died or was cut off from the database"

// releaseText puts running jobs back, or ends them where that was asked for.
const releaseText = `UPDATE job_job SET error = ?,
 state = CASE WHEN cancel_asked THEN 'cancelled' ELSE 'available' END,
 finished_at = CASE WHEN cancel_asked THEN ? ELSE 0 END,
 unique_key = CASE WHEN cancel_asked AND unique_hold <> 0 THEN NULL ELSE unique_key END
 WHERE state = 'running' AND holder = ? RETURNING lane`

// release puts a holder's running jobs back. The try they were in counts: a job that
// kills its process must not do so for ever.
func (s *leases) release(ctx context.Context, tx db.Tx, holder int64, lanes *[]Lane) error {
	err := tx.NewRaw(releaseText, diedText, db.NowMS(s.clock), holder).Scan(ctx, lanes)
	if db.NoRows(err) {
		return nil
	}
	return err
}

// observer finds leases whose beat stands still. It measures with its own clock only,
// and counts looks rather than time: an observer that was itself asleep, or whose clock
// jumped, accuses nobody.
type observer struct {
	every time.Duration
	pulse clock.Clock
	last  time.Time
	seen  map[string]sighting
}

type sighting struct {
	lease
	still int64 // looks without change
}

func newObserver(every time.Duration, pulse clock.Clock) *observer {
	return &observer{every: every, pulse: pulse, seen: map[string]sighting{}}
}

// look takes the present rows and gives the stale ones.
func (o *observer) look(now []lease) (stale []lease) {
	t := o.pulse.Now()
	late := !o.last.IsZero() && (t.Sub(o.last) > 2*o.every || t.Before(o.last))
	o.last = t
	next := make(map[string]sighting, len(now))
	for _, l := range now {
		s := sighting{lease: l}
		if old, ok := o.seen[l.Name]; ok && old.lease == l && !late {
			s.still = old.still + 1
		}
		if s.still*o.every.Milliseconds() >= l.Lasts {
			stale = append(stale, l)
		}
		next[l.Name] = s
	}
	o.seen = next
	return stale
}

func readLeases(ctx context.Context, d *db.DB) ([]lease, error) {
	var all []lease
	err := d.Read().NewRaw(`SELECT name, holder, beat, lasts FROM job_lease`).Scan(ctx, &all)
	if db.NoRows(err) {
		err = nil
	}
	return all, err
}

// ClaimNode leases a node number (0 to id.MaxNode) that no other process on this
// database has, for id.NewSource, and keeps it until release is called. A number
// becomes free ten minutes after its process died. The tables of Migrations must exist.
func ClaimNode(ctx context.Context, d *db.DB) (node int, release func(), err error) {
	c := clock.System()
	s := newLeases(d, c, rand.Int64(), nodeLasts)
	node, err = takeNode(ctx, d, s, c)
	if err != nil {
		return 0, nil, fmt.Errorf("job: node number: %w", err)
	}
	loop, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for clock.Sleep(loop, c, 2*time.Second) == nil {
			// An error is a missed beat; the number is ours for ten minutes without one.
			if names, err := s.beat(loop); err == nil && len(names) == 0 {
				_, _ = s.tryTake(loop, nodePrefix+strconv.Itoa(node)) // taken back on the next beat otherwise
			}
		}
	}()
	return node, func() {
		stop()
		<-done
		end, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = s.drop(end) // otherwise it runs out by itself
	}, nil
}

// takeNode takes the lowest free number; when none is free it takes one whose holder
// shows no sign of life for ten seconds.
func takeNode(ctx context.Context, d *db.DB, s *leases, c clock.Clock) (int, error) {
	watch := newObserver(time.Second, c)
	for {
		all, err := readLeases(ctx, d)
		if err != nil {
			return 0, err
		}
		used := map[string]bool{}
		nodes := all[:0]
		for _, l := range all {
			if strings.HasPrefix(l.Name, nodePrefix) {
				used[l.Name] = true
				l.Lasts = 10_000 // nobody waits ten minutes to start
				nodes = append(nodes, l)
			}
		}
		for n := range id.MaxNode + 1 {
			name := nodePrefix + strconv.Itoa(n)
			if used[name] {
				continue
			}
			if ok, err := s.tryTake(ctx, name); ok || err != nil {
				return n, err
			}
		}
		for _, l := range watch.look(nodes) {
			if _, err := s.evict(ctx, l); err != nil {
				return 0, err
			}
		}
		if err := clock.Sleep(ctx, c, time.Second); err != nil {
			return 0, err
		}
	}
}
