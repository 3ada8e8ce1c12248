package job

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// lane claims jobs for one lane's workers in this process.
type lane struct {
	q       *Queue
	name    Lane
	workers int
	wakes   chan struct{}
	closed  chan struct{}
	once    sync.Once
	turn    int // of the claims; only the claiming goroutine counts

	mu      sync.Mutex
	running map[string]int // by corp: work functions that run
	total   int
	pending int // claimed and not yet recorded as finished
}

func newLane(q *Queue, name Lane, workers int) *lane {
	return &lane{
		q: q, name: name, workers: workers, wakes: make(chan struct{}, 1),
		closed: make(chan struct{}), running: map[string]int{},
	}
}

func (l *lane) poke() {
	select {
	case l.wakes <- struct{}{}:
	default:
	}
}

// close ends claiming.
func (l *lane) close() { l.once.Do(func() { close(l.closed) }) }

// pendingFactor bounds the jobs whose work is over but whose record is not yet
// committed, as a multiple of the workers.
const pendingFactor = 3

// free is how many jobs may be claimed now.
func (l *lane) free() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return min(l.workers-l.total, pendingFactor*l.workers-l.pending)
}

func (l *lane) begin(corp string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running[corp]++
	l.total++
	l.pending++
}

// worked says that a work function has returned: its worker is free.
func (l *lane) worked(corp string) {
	l.mu.Lock()
	if l.running[corp]--; l.running[corp] == 0 {
		delete(l.running, corp)
	}
	l.total--
	l.mu.Unlock()
	l.poke()
}

func (l *lane) recorded() {
	l.mu.Lock()
	l.pending--
	l.mu.Unlock()
	l.poke()
}

func (l *lane) loop(ctx context.Context) {
	for {
		wait, err := l.fill(ctx)
		if err != nil && ctx.Err() == nil {
			l.q.log.Error("claiming jobs failed", "lane", l.name, "error", err)
			wait = l.q.opts.Poll
		}
		if wait == 0 {
			select {
			case <-l.closed:
				return
			default:
				continue
			}
		}
		timer := l.q.pulse.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-l.closed:
		case <-l.wakes:
			timer.Stop()
			continue
		case <-timer.C:
			continue
		}
		timer.Stop()
		return
	}
}

// fill claims once and says how long to wait for the next look when nothing wakes us;
// 0 when there is surely more to take now.
func (l *lane) fill(ctx context.Context) (time.Duration, error) {
	if l.free() <= 0 {
		return l.q.opts.Poll, nil // a worker that gets free wakes us
	}
	groups, err := l.q.survey(ctx, l.name)
	if err != nil {
		return 0, err
	}
	now := db.NowMS(l.q.clock)
	next := l.q.opts.Poll
	var due []group
	for _, g := range groups {
		if g.due(now) {
			due = append(due, g)
		} else {
			next = min(next, time.Duration(g.RunAt-now)*time.Millisecond)
		}
	}
	shares := l.allot(due)
	if len(shares) == 0 {
		return next, nil
	}
	defer l.q.claims.begin()()
	ours, parked, err := l.q.claim(ctx, l.name, shares)
	if err != nil {
		return 0, err
	}
	for i := range ours {
		l.begin(ours[i].Corp)
		l.q.launch(&ours[i], l)
	}
	if len(ours)+parked == 0 {
		return min(next, 20*time.Millisecond), nil // others are claiming the same
	}
	return 0, nil
}

// allot shares the free workers among the corps with work due: each next worker goes
// to the corp that has the fewest, so that one corp's hundred thousand jobs leave room
// for another's one. One worker of a lane is kept from a corp that has all the others,
// for whoever comes next.
func (l *lane) allot(due []group) []share {
	free := l.free()
	if free <= 0 || len(due) == 0 {
		return nil
	}
	byCorp := map[string][]group{}
	var corps []string
	for _, g := range due {
		if byCorp[g.Corp] == nil {
			corps = append(corps, g.Corp)
		}
		byCorp[g.Corp] = append(byCorp[g.Corp], g)
	}
	// Whoever comes first below has a slight advantage when workers are few.
	l.turn++
	corps = append(corps[l.turn%len(corps):], corps[:l.turn%len(corps)]...)
	most := max(1, l.workers-1)
	l.mu.Lock()
	has := make(map[string]int, len(corps))
	for _, c := range corps {
		has[c] = l.running[c]
	}
	l.mu.Unlock()
	given := map[string]int{}
	for free > 0 {
		best := ""
		found := false
		for _, c := range corps {
			if n := has[c] + given[c]; n < most && (!found || n < has[best]+given[best]) {
				best, found = c, true
			}
		}
		if !found {
			break
		}
		given[best]++
		free--
	}
	var shares []share
	for _, c := range corps {
		if n := given[c]; n > 0 {
			shares = append(shares, divide(byCorp[c], n, l.turn/len(corps)%2)...)
		}
	}
	return shares
}

// divide gives a corp's workers to its highest priority. Fresh work and work whose
// moment has come take turns (0 or 1), so that neither waits until the other is all done.
func divide(groups []group, n, turn int) []share {
	top := slices.MaxFunc(groups, func(a, b group) int { return a.Priority - b.Priority }).Priority
	var both []share
	for _, g := range groups {
		if g.Priority == top {
			both = append(both, share{g, n})
		}
	}
	if len(both) == 2 {
		both[turn].n = (n + 1) / 2
		both[1-turn].n = n / 2
	}
	return slices.DeleteFunc(both, func(s share) bool { return s.n == 0 })
}
