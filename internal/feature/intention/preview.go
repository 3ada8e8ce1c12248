package intention

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// exactPreview is up to how many customers a preview reckons all; of more, a share that is
// spread evenly.
const exactPreview = 20_000

// mostMovers is how many of those who would change most are named.
const mostMovers = 10

// Effect is what other rules would do.
type Effect struct {
	Customers int64        `json:"customers" doc:"with a score"`
	Looked    int64        `json:"looked" doc:"at so many; the other figures are projected when it is fewer"`
	Changed   int64        `json:"changed" doc:"would be in another level"`
	Up        int64        `json:"up"`
	Down      int64        `json:"down"`
	Levels    []LevelShift `json:"levels" doc:"the highest first"`
	Movers    []Mover      `json:"movers" doc:"those in the viewer's scope whose points would change most"`
}

// LevelShift is a level before and after.
type LevelShift struct {
	Level  string `json:"level" enum:"high,medium,low,asleep"`
	Before int64  `json:"before"`
	After  int64  `json:"after"`
}

// Mover is a customer whose score would change.
type Mover struct {
	ID          id.ID  `json:"id"`
	Name        string `json:"name"`
	Avatar      string `json:"avatar"`
	Before      int    `json:"before"`
	After       int    `json:"after"`
	BeforeLevel string `json:"beforeLevel" enum:"high,medium,low,asleep"`
	AfterLevel  string `json:"afterLevel" enum:"high,medium,low,asleep"`
}

type previewInput struct{ Body Model }

// Preview reckons scores by the present rules and by others, and changes nothing.
func (s *service) Preview(ctx context.Context, in *previewInput) (*Effect, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if err := in.Body.check(); err != nil {
		return nil, err
	}
	st, err := settingOf(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	e := &Effect{Movers: []Mover{}}
	if err := s.db.Read().NewRaw("SELECT COUNT(*) FROM intention_score WHERE corp_id = ?", v.Corp).Scan(ctx, &e.Customers); err != nil {
		return nil, err
	}
	p := &projection{before: st.model, after: in.Body.whole(), now: db.NowMS(s.clock)}
	if err := s.project(ctx, v.Corp, e.Customers, p); err != nil {
		return nil, err
	}
	p.fill(e)
	return e, s.nameMovers(ctx, v, p, e)
}

// projection adds up what is reckoned.
type projection struct {
	before, after Model
	now           int64
	looked        int64
	up, down      int64
	counts        [2][4]int64 // before and after, by level
	movers        []Mover
}

// project looks at all customers, or at as many thousandths of them as make about
// exactPreview.
func (s *service) project(ctx context.Context, corp string, customers int64, p *projection) error {
	share := int64(1000)
	if customers > exactPreview {
		share = max(1, exactPreview*1000/customers)
	}
	zone := s.corps.Location(ctx, corp)
	last := &score{Sample: -1}
	for {
		var rows []*score
		err := s.db.Read().NewRaw(`SELECT customer_id, customer, sample FROM intention_score
			WHERE corp_id = ? AND sample < ? AND (sample, customer_id) > (?, ?) ORDER BY sample, customer_id LIMIT ?`,
			corp, share, last.Sample, last.ID, 2*batch).Scan(ctx, &rows)
		if err != nil || len(rows) == 0 {
			return err
		}
		last = rows[len(rows)-1]
		names := make([]string, len(rows))
		for i, r := range rows {
			names[i] = r.Customer
		}
		entries, err := entriesOf(ctx, s.db.Read(), corp, names)
		if err != nil {
			return err
		}
		for _, r := range rows {
			p.add(r.ID, entries[r.Customer], zone)
		}
	}
}

// mostRemembered is how many movers are kept to choose from: not all are in everybody's scope.
const mostRemembered = 500

// add reckons one customer both ways.
func (p *projection) add(customer id.ID, entries []Entry, zone *time.Location) {
	was, will := p.before.score(entries, p.now, zone), p.after.score(entries, p.now, zone)
	before, after := p.before.level(was, p.now), p.after.level(will, p.now)
	p.looked++
	p.counts[0][before]++
	p.counts[1][after]++
	switch {
	case after > before:
		p.up++
	case after < before:
		p.down++
	}
	m := Mover{
		ID: customer, Before: p.before.shown(was, p.now), After: p.after.shown(will, p.now), BeforeLevel: before.Word(), AfterLevel: after.Word(),
	}
	if m.Before == m.After && before == after {
		return
	}
	p.movers = append(p.movers, m)
	if len(p.movers) >= 2*mostRemembered {
		p.rank()
	}
}

// rank keeps those who move most, in that order.
func (p *projection) rank() {
	slices.SortFunc(p.movers, func(a, b Mover) int { return cmp.Or(cmp.Compare(b.by(), a.by()), cmp.Compare(a.ID, b.ID)) })
	p.movers = p.movers[:min(len(p.movers), mostRemembered)]
}

func (m Mover) by() int { return max(m.After-m.Before, m.Before-m.After) }

// fill projects what was looked at to all.
func (p *projection) fill(e *Effect) {
	e.Looked = p.looked
	factor := 1.0
	if p.looked > 0 && p.looked < e.Customers {
		factor = float64(e.Customers) / float64(p.looked)
	} else {
		e.Customers = p.looked // some came since they were counted
	}
	all := func(n int64) int64 { return int64(math.Round(float64(n) * factor)) }
	e.Up, e.Down = all(p.up), all(p.down)
	e.Changed = e.Up + e.Down
	for _, l := range Levels() {
		e.Levels = append(e.Levels, LevelShift{l.Word(), all(p.counts[0][l]), all(p.counts[1][l])})
	}
}

// nameMovers names those who move most, as far as the viewer may see them.
func (s *service) nameMovers(ctx context.Context, v viewer.Viewer, p *projection, e *Effect) error {
	p.rank()
	ids := make([]id.ID, len(p.movers))
	for i, m := range p.movers {
		ids[i] = m.ID
	}
	people, err := mirror.CustomersByID(ctx, s.db.Read(), v.Corp, ids)
	if err != nil {
		return err
	}
	follows, err := mirror.FollowsOfCustomers(ctx, s.db.Read(), v.Corp, ids)
	if err != nil {
		return err
	}
	for _, m := range p.movers {
		if len(e.Movers) == mostMovers || len(standing(v, follows[m.ID])) == 0 {
			continue
		}
		m.Name, m.Avatar = people[m.ID].Name, people[m.ID].Avatar
		e.Movers = append(e.Movers, m)
	}
	return nil
}
