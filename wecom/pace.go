package wecom

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Pace is how fast one corp may call one API: Burst calls at once, PerSecond in the
// long run. Zero PerSecond means no limit.
type Pace struct {
	PerSecond float64
	Burst     int
}

// DefaultPace keeps one corp below WeCom's limits for one API (doc 90312): 10 000
// calls in any minute and 150 000 in any hour. A full bucket and a minute of
// refilling are 8 220 calls, a full bucket and an hour are 139 200.
func DefaultPace() Pace { return Pace{PerSecond: 37, Burst: 6000} }

// ticketPace keeps below 100 tickets an hour for one app, in case that nothing keeps
// them.
func ticketPace() Pace { return Pace{PerSecond: 80.0 / 3600, Burst: 10} }

// PacerOptions says how a Pacer is to pace.
type PacerOptions struct {
	// Default holds for every API that Paths does not name. Nil means DefaultPace.
	Default *Pace
	// Paths holds other paces, by operation such as externalcontact/mark_tag.
	Paths map[string]Pace
	// Nodes is how many processes call for the same corps; each takes an equal share
	// of every pace. 0 means 1.
	Nodes int
}

// Pacer makes calls wait for their turn, by corp and API. It may be shared by clients
// of several corps.
type Pacer struct {
	options PacerOptions
	mu      sync.Mutex
	buckets map[bucketKey]*rate.Limiter
}

type bucketKey struct{ corp, op string }

// NewPacer makes a Pacer whose buckets are full.
func NewPacer(options PacerOptions) *Pacer {
	return &Pacer{options: options, buckets: map[bucketKey]*rate.Limiter{}}
}

func (p *Pacer) pace(op string) Pace {
	if pace, ok := p.options.Paths[op]; ok {
		return pace
	}
	switch {
	case op == "get_jsapi_ticket" || op == "ticket/get":
		return ticketPace()
	case p.options.Default != nil:
		return *p.options.Default
	default:
		return DefaultPace()
	}
}

func (p *Pacer) bucket(corp, op string) *rate.Limiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := bucketKey{corp, op}
	bucket := p.buckets[key]
	if bucket == nil {
		pace, nodes := p.pace(op), max(p.options.Nodes, 1)
		limit := rate.Inf
		if pace.PerSecond > 0 {
			limit = rate.Limit(pace.PerSecond / float64(nodes))
		}
		bucket = rate.NewLimiter(limit, max(pace.Burst/nodes, 1))
		p.buckets[key] = bucket
	}
	return bucket
}

// wait takes a turn and says how long that took. When ctx ends first the turn goes
// back to the others.
func (p *Pacer) wait(ctx context.Context, clock Clock, corp, op string) (time.Duration, error) {
	now := clock.Now()
	turn := p.bucket(corp, op).ReserveN(now, 1)
	delay := turn.DelayFrom(now)
	if delay <= 0 {
		return 0, ctx.Err()
	}
	if err := clock.Sleep(ctx, delay); err != nil {
		turn.CancelAt(clock.Now())
		return 0, err
	}
	return delay, nil
}
