package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Options tune a queue. The zero value is right for a product process.
type Options struct {
	// Workers is how many jobs of each lane run at once in this process. Nil means
	// DefaultWorkers; an empty map makes a process that asks for jobs but works none.
	Workers map[Lane]int
	// Heartbeat is the pause between signs of life, 1 s when zero. Lease is how long
	// they may stay away before the process counts as dead and its jobs go to others,
	// 5 s when zero.
	Heartbeat, Lease time.Duration
	// Poll is how often a lane looks for work without being woken, 1 s when zero.
	Poll time.Duration
	// Keep is how long finished jobs and their unique keys stay, 8 days when zero and
	// never less than 7. Dead ones stay KeepDead, 90 days when zero.
	Keep, KeepDead time.Duration
	// Pulse is the clock of heartbeats, polls and leases, the system's when nil. It is
	// apart from the queue's clock so that a test can let a month pass without every
	// process looking dead.
	Pulse clock.Clock
	// Changed, when set, is called in the transaction in which something about a corp's
	// jobs changed that people look at: one died, was retried or given up, began to show
	// progress, went on or ended with it. For telling open pages; it does not hear of each
	// of the many jobs that come and go without anybody looking.
	Changed func(ctx context.Context, tx Tx, corp string) error
}

// DefaultWorkers is how many jobs run at once where Options say nothing.
func DefaultWorkers() map[Lane]int { return map[Lane]int{Urgent: 128, Normal: 128, Bulk: 32} }

const minKeep = 7 * 24 * time.Hour

func (o *Options) fill() {
	if o.Workers == nil {
		o.Workers = DefaultWorkers()
	}
	o.Heartbeat = or(o.Heartbeat, time.Second)
	o.Lease = or(o.Lease, 5*time.Second)
	o.Poll = or(o.Poll, time.Second)
	o.Keep = max(or(o.Keep, 8*24*time.Hour), minKeep)
	o.KeepDead = max(or(o.KeepDead, 90*24*time.Hour), o.Keep)
	if o.Pulse == nil {
		o.Pulse = clock.System()
	}
}

func or(d, other time.Duration) time.Duration {
	if d == 0 {
		return other
	}
	return d
}

// wakeChannel carries the names of lanes with new work between processes.
const wakeChannel = "job"

// Queue is one process's part of the queue. Make it with New, Register the kinds, then
// Start. Safe for concurrent use.
type Queue struct {
	db    *db.DB
	clock clock.Clock // the product's time: run-at, schedules
	pulse clock.Clock // the machine's time: heartbeats, polls
	ids   *id.Source
	log   *slog.Logger
	opts  Options

	kinds     map[string]Definition
	schedules []Schedule
	lanes     map[Lane]*lane
	finishes  *db.Group[outcome, bool]
	promotes  *db.Group[string, []Lane]
	leases    *leases
	seen      *observer

	mu      sync.Mutex
	phase   phase
	runs    map[id.ID]*run
	changed chan struct{} // closed and replaced whenever a run ends or a claim finds nothing
	stop    context.CancelFunc
	loops   sync.WaitGroup
	work    context.Context // parent of every job's context
	endWork context.CancelCauseFunc
	working sync.WaitGroup
	claims  claims
	strays  map[id.ID]stray // held in the database but unknown here, at the last heartbeat
	swept   string          // where the sweep goes on
}

type phase int

const (
	made phase = iota
	started
	stopped
)

// New makes a queue. Nothing runs before Start.
func New(d *db.DB, c clock.Clock, ids *id.Source, log *slog.Logger, opts Options) *Queue {
	opts.fill()
	q := &Queue{
		db: d, clock: c, pulse: opts.Pulse, ids: ids, log: log, opts: opts,
		kinds: map[string]Definition{}, lanes: map[Lane]*lane{}, runs: map[id.ID]*run{},
		changed: make(chan struct{}), strays: map[id.ID]stray{},
	}
	q.work, q.endWork = context.WithCancelCause(context.Background())
	q.leases = newLeases(d, c, rand.Int64(), opts.Lease)
	q.seen = newObserver(opts.Heartbeat, opts.Pulse)
	q.finishes = db.NewGroup(d, 200, q.finishBatch)
	q.promotes = db.NewGroup(d, 100, q.promoteBatch)
	for _, l := range []Lane{Urgent, Normal, Bulk} {
		if n := opts.Workers[l]; n > 0 {
			q.lanes[l] = newLane(q, l, n)
		}
	}
	q.Register(q.pruning())
	q.Schedules(Schedule{Kind: pruneKind, Every: 10 * time.Minute})
	return q
}

// Register adds kinds, before Start. It panics when a kind is there already: two
// owners of one name are a mistake in the program's text.
func (q *Queue) Register(defs ...Definition) {
	for _, d := range defs {
		if _, twice := q.kinds[d.Kind]; twice {
			panic(fmt.Sprintf("job: kind %q is registered twice", d.Kind))
		}
		if d.work == nil {
			panic(fmt.Sprintf("job: kind %q was not made by Define", d.Kind))
		}
		if d.share != nil {
			d = q.together(d)
		}
		q.kinds[d.Kind] = d
	}
}

// Kinds are the registered definitions by kind.
func (q *Queue) Kinds() map[string]Definition { return maps.Clone(q.kinds) }

// Start begins to work and returns at once. The tables must exist. ctx bounds only the
// first sign of life.
func (q *Queue) Start(ctx context.Context) error {
	q.mu.Lock()
	if q.phase != made {
		q.mu.Unlock()
		return errors.New("job: started before")
	}
	q.phase = started
	loop, stop := context.WithCancel(context.Background())
	q.stop = stop
	q.mu.Unlock()
	if _, err := q.leases.tryTake(ctx, q.workerLease()); err != nil { // ours alone, perhaps from Settle
		stop()
		return fmt.Errorf("job: start: %w", err)
	}
	q.db.Listen(loop, wakeChannel, q.woken)
	q.loops.Go(func() { q.beatLoop(loop) })
	for _, l := range q.lanes {
		q.loops.Go(func() { l.loop(loop) })
	}
	if len(q.lanes) > 0 {
		q.loops.Go(func() { q.leadLoop(loop) })
	}
	return nil
}

// stopGrace is how long Stop waits for jobs that have been told to stop.
const stopGrace = 2 * time.Second

// Stop drains: no job is begun any more, and those that run may finish until ctx ends.
// Then their contexts end with ErrStopping and they have two more seconds. Jobs that
// were cut off run again elsewhere without losing a try. Calling it again, or without
// Start, does nothing.
func (q *Queue) Stop(ctx context.Context) error {
	q.mu.Lock()
	was := q.phase
	q.phase = stopped
	q.mu.Unlock()
	if was == stopped {
		return nil
	}
	drained := make(chan struct{})
	if was == started {
		for _, l := range q.lanes {
			l.close()
		}
	}
	go func() {
		q.working.Wait()
		close(drained)
	}()
	quiet := true
	select {
	case <-drained:
	case <-ctx.Done():
		q.endWork(ErrStopping)
		grace := q.pulse.NewTimer(stopGrace)
		defer grace.Stop()
		select {
		case <-drained:
		case <-grace.C:
			quiet = false
		}
	}
	q.endWork(ErrStopping)
	if was == started {
		q.stop()
		q.loops.Wait()
	}
	if !quiet {
		// Our lease runs out by itself, and only then do others take what still runs.
		return errors.New("job: some jobs did not stop in time")
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return q.leases.drop(end)
}

// wake tells the lane's workers in this process to look for work.
func (q *Queue) wake(l Lane) {
	if w := q.lanes[l]; w != nil {
		w.poke()
	}
}

// woken hears of other processes' inserts; "" means that a note may have been missed.
func (q *Queue) woken(lane string) {
	for name := range q.lanes {
		if lane == "" || lane == string(name) {
			q.wake(name)
		}
	}
}

// tell wakes those who wait for a job or for quiet.
func (q *Queue) tell() {
	q.mu.Lock()
	close(q.changed)
	q.changed = make(chan struct{})
	q.mu.Unlock()
}

func (q *Queue) changes() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.changed
}
