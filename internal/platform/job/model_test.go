package job_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// The model: random jobs, each with a plan of what its tries will do, asked for at two
// nodes whose clocks disagree and worked on by both, while nodes die in the middle of
// their work. Whatever happens, nothing is lost, nothing runs beside another of its
// key, order holds, tries are bounded, and every job ends as its plan says.

// planned is the argument of a model job: its place in the model.
type planned struct {
	N int `json:"n"`
}

// modelJob is what the model knows of a job.
type modelJob struct {
	n        int
	corp     string
	key      string
	timed    bool
	attempts int      // allowed
	plan     []string // ok fail panic snooze cancel crash, one for each start; ok when it runs out
	starts   int
	tried    int  // tries that count
	over     bool // ended by its plan
	end      job.State
	running  bool
	crashed  bool // its process died at it, and nobody has found out yet
}

// expect gives the outcome of the next start and updates what is left.
func (j *modelJob) next() string {
	act := "ok"
	if j.starts < len(j.plan) {
		act = j.plan[j.starts]
	}
	j.starts++
	if act != "snooze" {
		j.tried++
	}
	switch {
	case act == "ok":
		j.over, j.end = true, job.Done
	case act == "cancel":
		j.over, j.end = true, job.Cancelled
	case act != "snooze" && j.tried >= j.attempts:
		j.over, j.end = true, job.Dead
	}
	return act
}

// modelNode is one process: a queue and its life.
type modelNode struct {
	queue   *job.Queue
	clock   *clock.Fake
	killed  chan struct{} // closed when a job kills it
	once    sync.Once
	crashed int           // functions that died with it
	grave   chan struct{} // closed when the dead may move again
}

type model struct {
	t     *rapid.T
	d     *db.DB
	pulse *clock.Fake
	nodes []*modelNode
	born  int

	mu       sync.Mutex
	jobs     []*modelJob
	byID     map[id.ID]*modelJob
	uniques  map[string]id.ID
	problems []string
}

const modelAttempts = 3

func (m *model) start(skew time.Duration) *modelNode {
	n := &modelNode{clock: clock.NewFake(noon.Add(skew)), killed: make(chan struct{}), grave: make(chan struct{})}
	n.queue = node(m.d, n.clock, m.born, job.Options{Pulse: m.pulse, Workers: map[job.Lane]int{job.Normal: 3, job.Bulk: 2}})
	n.queue.Register(job.Define("work", func(ctx context.Context, j job.Job[planned]) error { return m.work(ctx, n, j) },
		job.Attempts(modelAttempts), job.WithBackoff(func(a int) time.Duration { return time.Duration(a) * time.Second })))
	m.born++
	m.nodes = append(m.nodes, n)
	return n
}

func (m *model) problem(format string, args ...any) {
	m.problems = append(m.problems, fmt.Sprintf(format, args...))
}

// work is what every model job does: check the rules, then follow the plan.
func (m *model) work(_ context.Context, n *modelNode, j job.Job[planned]) error {
	m.mu.Lock()
	me := m.jobs[j.Args.N]
	if me.over {
		m.problem("job %d runs again after its end", me.n)
	}
	if j.Attempt != me.tried+1 || j.Attempt > modelAttempts {
		m.problem("job %d: attempt %d after %d tries", me.n, j.Attempt, me.tried)
	}
	if me.key != "" {
		for _, other := range m.jobs {
			if other == me || other.corp != me.corp || other.key != me.key {
				continue
			}
			if other.running {
				m.problem("jobs %d and %d of one key run side by side", other.n, me.n)
			}
			if other.n < me.n && !other.timed && !me.timed && !other.over {
				m.problem("job %d overtook job %d", me.n, other.n)
			}
		}
	}
	if me.running {
		m.problem("job %d runs beside itself", me.n)
	}
	act := me.next()
	me.running = true
	m.mu.Unlock()
	defer func() {
		if act == "crash" {
			return // it has been dead for long
		}
		m.mu.Lock()
		me.running = false
		m.mu.Unlock()
	}()
	switch act {
	case "fail":
		return errors.New("planned failure")
	case "panic":
		panic("planned panic")
	case "snooze":
		return job.Snooze(2 * time.Second)
	case "cancel":
		return job.Cancel(errors.New("planned end"))
	case "crash":
		// The process is dead from here on: its job no longer runs, but whatever is
		// left of it wakes up much later and tries to report success.
		m.mu.Lock()
		me.running, me.crashed = false, true
		n.crashed++
		m.mu.Unlock()
		n.once.Do(func() { close(n.killed) })
		<-n.grave
	}
	return nil
}

func (m *model) insert() {
	in := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) modelJob {
		return modelJob{
			corp:  rapid.SampledFrom([]string{"", "ww1", "ww2"}).Draw(t, "corp"),
			key:   rapid.SampledFrom([]string{"", "a", "a", "b"}).Draw(t, "key"),
			timed: rapid.IntRange(0, 4).Draw(t, "timed") == 0,
			plan:  rapid.SliceOfN(rapid.SampledFrom([]string{"ok", "fail", "panic", "snooze", "cancel", "crash"}), 0, 5).Draw(t, "plan"),
		}
	}), 1, 6).Draw(m.t, "jobs")
	at := m.nodes[rapid.IntRange(0, len(m.nodes)-1).Draw(m.t, "asker")]
	commit := rapid.IntRange(0, 5).Draw(m.t, "commit") > 0
	var asks []job.Insert
	m.mu.Lock()
	for i := range in {
		j := &in[i]
		j.n, j.attempts = len(m.jobs), modelAttempts
		x := job.Insert{
			Kind: "work", Args: planned{j.n}, Corp: j.corp, Key: j.key,
			Priority: rapid.IntRange(0, 1).Draw(m.t, "priority"),
			Lane:     rapid.SampledFrom([]job.Lane{job.Normal, job.Bulk}).Draw(m.t, "lane"),
			Unique:   rapid.SampledFrom([]string{"", "", "u1", "u2"}).Draw(m.t, "unique"),
		}
		if j.timed {
			x.RunAt = at.clock.Now().Add(5 * time.Second)
		}
		asks = append(asks, x)
		m.jobs = append(m.jobs, j)
	}
	m.mu.Unlock()
	var ids []id.ID
	boom := errors.New("rolled back")
	err := m.d.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		var err error
		if ids, err = at.queue.Insert(ctx, tx, asks...); err == nil && !commit {
			err = boom
		}
		return err
	})
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range in {
		j := m.jobs[in[i].n]
		key := asks[i].Corp + "/" + asks[i].Unique
		switch holder, taken := m.uniques[key]; {
		case errors.Is(err, boom):
			j.over, j.end = true, "never" // must not run
		case err != nil:
			m.t.Fatal(err)
		case asks[i].Unique != "" && taken:
			j.over, j.end = true, "never"
			if ids[i] != holder {
				m.t.Fatalf("unique key %s: got job %v, want %v", key, ids[i], holder)
			}
		default:
			m.byID[ids[i]] = j
			if asks[i].Unique != "" {
				m.uniques[key] = ids[i]
			}
		}
	}
}

// settle lets both nodes work at once until all is quiet or one of them dies.
func (m *model) settle() {
	var all sync.WaitGroup
	for _, n := range m.nodes {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			go func() {
				select {
				case <-n.killed:
					cancel()
				case <-ctx.Done():
				}
			}()
			err := n.queue.Settle(ctx)
			select {
			case <-n.killed:
			default:
				if err != nil {
					m.mu.Lock()
					m.problem("settle: %v", err)
					m.mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	m.bury()
}

// bury lets the living find out who is dead, puts new nodes in the place of the dead,
// and only then lets the functions of the dead return.
func (m *model) bury() {
	var living, dead []*modelNode
	for _, n := range m.nodes {
		select {
		case <-n.killed:
			dead = append(dead, n)
		default:
			living = append(living, n)
		}
	}
	if len(dead) == 0 {
		return
	}
	// Their other jobs are recorded first: the model counts each start.
	for _, n := range dead {
		until(m.t, "the other jobs of the dead", func() bool {
			m.mu.Lock()
			defer m.mu.Unlock()
			return n.queue.Active() == n.crashed
		})
	}
	m.countLost()
	m.nodes = living
	for _, n := range dead {
		m.start(n.clock.Now().Sub(noon))
	}
	ctx := context.Background()
	for range 7 {
		m.pulse.Advance(time.Second)
		for _, n := range m.nodes {
			must(m.t, n.queue.Beat(ctx)) // a new one takes its lease
			must(m.t, n.queue.Rescue(ctx))
		}
	}
	for _, n := range dead {
		close(n.grave)
		n.queue.Wait()
	}
}

// countLost counts the claims whose answer the dead did not live to read: PostgreSQL had
// made them, and the job never started. Nobody can tell such a try from one that killed
// its process, so it counts. The living are quiet: what runs by the rows is of the dead.
func (m *model) countLost() {
	var rows []id.ID
	if err := m.d.Read().NewRaw("SELECT id FROM job_job WHERE state = 'running'").Scan(context.Background(), &rows); err != nil && !db.NoRows(err) {
		m.t.Fatal(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, i := range rows {
		j := m.byID[i]
		if j.crashed {
			j.crashed = false // that try is counted
			continue
		}
		j.tried++
		if j.tried >= j.attempts {
			j.over, j.end = true, job.Dead
		}
	}
}

func (m *model) advance(d time.Duration) {
	for _, n := range m.nodes {
		n.clock.Advance(d)
	}
}

func (m *model) check() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.problems {
		m.t.Error(p)
	}
	if len(m.problems) > 0 {
		m.t.FailNow()
	}
}

func (m *model) finish() {
	for range 40 {
		m.advance(10 * time.Second)
		m.settle()
		m.check()
	}
	for i, j := range m.byID {
		row, err := m.nodes[0].queue.Get(context.Background(), j.corp, i)
		must(m.t, err)
		if !j.over || row.State != j.end {
			m.t.Errorf("job %d with plan %v started %d times: is %s, should be %s (%s)", j.n, j.plan, j.starts, row.State, j.end, row.Error)
		}
	}
	for _, j := range m.jobs {
		if j.end == "never" && j.starts > 0 {
			m.t.Errorf("job %d was never there and ran", j.n)
		}
	}
}

// histories is how many random histories are tried where -rapid.checks does not say:
// PostgreSQL answers over a socket, and each takes it half a second.
func histories(e db.Engine) string {
	if e == db.Postgres {
		return "10"
	}
	return "40"
}

func TestWhateverHappensTheRulesHold(t *testing.T) {
	checks := flag.Lookup("rapid.checks")
	asked := checks.Value.String() != checks.DefValue
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if !asked {
			must(t, flag.Set("rapid.checks", histories(d.Engine())))
		}
		rapid.Check(t, func(t *rapid.T) {
			must(t, d.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
				for _, table := range []string{"job_job", "job_lease", "job_schedule"} {
					if _, err := tx.NewRaw("DELETE FROM " + table).Exec(ctx); err != nil {
						return err
					}
				}
				return nil
			}))
			m := &model{t: t, d: d, pulse: clock.NewFake(noon), byID: map[id.ID]*modelJob{}, uniques: map[string]id.ID{}}
			m.start(0)
			m.start(-3 * time.Second)
			t.Repeat(map[string]func(*rapid.T){
				"ask":  func(*rapid.T) { m.insert() },
				"work": func(*rapid.T) { m.settle() },
				"wait": func(*rapid.T) { m.advance(time.Second) },
				"":     func(*rapid.T) { m.check() },
			})
			m.finish()
		})
	}, job.Migrations())
}
