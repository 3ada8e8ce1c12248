package job

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// Schedule makes a job at each of its moments (ticks).
type Schedule struct {
	// Kind is the job's kind. Name tells two schedules of one kind apart; the kind
	// when empty.
	Kind, Name string
	// Cron gives the ticks as "minute hour day month weekday" in Zone (UTC when nil),
	// or Every gives them as whole multiples of a duration since 1970. One of the two.
	Cron  string
	Every time.Duration
	Zone  *time.Location
	// Lane overrides the kind's lane.
	Lane Lane
	// PerCorp lists the corps that get a job of their own at each tick; nil makes one
	// job for the installation.
	PerCorp func(ctx context.Context) ([]string, error)
	// Args gives the arguments, which must have the kind's type; nil gives its zero value.
	Args func(tick time.Time, corp string) any

	next func(after time.Time) time.Time
}

// Tick is the argument type for kinds that need to know which tick they were made for;
// Job.CreatedAt may be later.
type Tick struct {
	At time.Time `json:"at"`
}

// TickArgs is a Schedule.Args for kinds with Tick arguments.
func TickArgs(tick time.Time, _ string) any { return Tick{At: tick} }

// Schedules adds schedules, before Start. It panics on one that cannot be read or has
// no kind: both are mistakes in the program's text.
func (q *Queue) Schedules(schedules ...Schedule) {
	for _, s := range schedules {
		if s.Name == "" {
			s.Name = s.Kind
		}
		if err := s.prepare(); err != nil {
			panic(fmt.Sprintf("job: schedule %s: %v", s.Name, err))
		}
		q.schedules = append(q.schedules, s)
	}
}

func (s *Schedule) prepare() error {
	zone := s.Zone
	if zone == nil {
		zone = time.UTC
	}
	switch {
	case (s.Cron == "") == (s.Every == 0):
		return errors.New("want either Cron or Every")
	case s.Every != 0 && s.Every < time.Second:
		return errors.New("want Every to be a second or more")
	case s.Every != 0:
		every := s.Every.Milliseconds()
		s.next = func(after time.Time) time.Time { return db.FromMS((after.UnixMilli()/every + 1) * every) }
	default:
		c, err := cron.ParseStandard(s.Cron)
		if err != nil {
			return err
		}
		s.next = func(after time.Time) time.Time { return c.Next(after.In(zone)).UTC() }
	}
	return nil
}

// catchUp is how far back every missed tick is still made good, one by one. Of older
// ones, missed while no process ran, only the last is.
const catchUp = time.Minute

// due gives the ticks after last and up to now that are to become jobs, and the new last.
func (s *Schedule) due(last, now time.Time) (ticks []time.Time, newLast time.Time) {
	newLast = last
	var older time.Time
	if s.Every != 0 {
		// After a long stop begin at the last tick that is too old, not at the first.
		every := s.Every.Milliseconds()
		if old := db.FromMS((now.Add(-catchUp).UnixMilli()/every - 1) * every); old.After(last) {
			last, older, newLast = old, old, old
		}
	}
	for t := s.next(last); !t.IsZero() && !t.After(now); t = s.next(t) {
		newLast = t
		if now.Sub(t) > catchUp {
			older = t
		} else {
			ticks = append(ticks, t)
		}
	}
	if len(ticks) == 0 && !older.IsZero() {
		ticks = []time.Time{older}
	}
	return ticks, newLast
}

// leadLoop competes for the leader lease; whoever has it fires the schedules and moves
// stuck lines on.
func (q *Queue) leadLoop(ctx context.Context) {
	for {
		if err := q.lead(ctx); err != nil && ctx.Err() == nil {
			q.log.Error("the leader's round failed", "error", err)
		}
		if clock.Sleep(ctx, q.pulse, q.opts.Heartbeat) != nil {
			return
		}
	}
}

func (q *Queue) lead(ctx context.Context) error {
	led, err := q.leading(ctx)
	if err != nil || !led {
		return err
	}
	return errors.Join(q.fire(ctx), q.sweep(ctx))
}

// leading says whether we hold the leader lease, after trying to take it.
func (q *Queue) leading(ctx context.Context) (bool, error) {
	var holder int64
	err := q.db.Read().NewRaw(`SELECT holder FROM job_lease WHERE name = ?`, leaderLease).Scan(ctx, &holder)
	switch {
	case db.NoRows(err):
		return q.leases.tryTake(ctx, leaderLease)
	case err != nil:
		return false, err
	default:
		return holder == q.leases.holder, nil
	}
}

// errNotLeader undoes a firing whose process lost the lease meanwhile.
var errNotLeader = errors.New("job: not the leader any more")

// fire turns due ticks into jobs. The new last tick and the jobs are one transaction
// that also proves the lease, so a tick is neither lost nor made twice when the
// leader changes; the unique key says the same once more.
func (q *Queue) fire(ctx context.Context) error {
	now := q.clock.Now()
	var stored []struct {
		Name     string
		LastTick int64
	}
	err := q.db.Read().NewRaw(`SELECT name, last_tick FROM job_schedule`).Scan(ctx, &stored)
	if err != nil && !db.NoRows(err) {
		return err
	}
	last := map[string]int64{}
	for _, s := range stored {
		last[s.Name] = s.LastTick
	}
	for i := range q.schedules {
		s := &q.schedules[i]
		before, known := last[s.Name]
		if !known {
			// New here: its ticks count from now on.
			if err := q.setTick(ctx, s, now, nil); err != nil {
				return err
			}
			continue
		}
		ticks, newLast := s.due(db.FromMS(before), now)
		if len(ticks) == 0 {
			continue
		}
		jobs, err := s.jobs(ctx, ticks)
		if err != nil {
			return fmt.Errorf("job: schedule %s: %w", s.Name, err)
		}
		if err := q.setTick(ctx, s, newLast, jobs); err != nil {
			return err
		}
	}
	return nil
}

func (s *Schedule) jobs(ctx context.Context, ticks []time.Time) ([]Insert, error) {
	corps := []string{""}
	if s.PerCorp != nil {
		var err error
		if corps, err = s.PerCorp(ctx); err != nil {
			return nil, err
		}
	}
	var jobs []Insert
	for _, t := range ticks {
		for _, c := range corps {
			in := Insert{Kind: s.Kind, Corp: c, Lane: s.Lane, Unique: "tick " + s.Name + " " + t.UTC().Format(time.RFC3339)}
			if s.Args != nil {
				in.Args = s.Args(t, c)
			}
			jobs = append(jobs, in)
		}
	}
	return jobs, nil
}

func (q *Queue) setTick(ctx context.Context, s *Schedule, tick time.Time, jobs []Insert) error {
	err := q.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw(`UPDATE job_lease SET beat = beat + 1 WHERE name = ? AND holder = ?`, leaderLease, q.leases.holder).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, errNotLeader)
		}
		_, err = tx.NewRaw(`INSERT INTO job_schedule (name, last_tick) VALUES (?, ?)
 ON CONFLICT (name) DO UPDATE SET last_tick = excluded.last_tick`, s.Name, db.MS(tick)).Exec(ctx)
		if err != nil || len(jobs) == 0 {
			return err
		}
		_, err = q.Insert(ctx, tx, jobs...)
		return err
	})
	if errors.Is(err, errNotLeader) {
		return nil
	}
	return err
}
