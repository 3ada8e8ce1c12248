package intention

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Entry is one event that speaks for or against a customer's intention.
type Entry struct {
	ID     id.ID  `bun:"id"` // of the event
	Signal string `bun:"signal"`
	// Member is the userid concerned, "" when none; Subject is what else: a chat_id, a flow.
	Member  string `bun:"member_id"`
	Subject string `bun:"subject"`
	At      int64  `bun:"at"` // unix ms
}

// Part is an entry with what it is worth.
type Part struct {
	Entry
	Points int     // at its moment
	Worth  float64 // now
	// Over is true when more of its kind count already: it is worth nothing.
	Over bool
}

// Weigh reckons a score: each entry is worth its points, halved every half-life; of one
// signal only the newest so many of a day, and of all days, count. The sum is the score,
// and never below none. In which order the entries are given does not matter.
func (m Model) Weigh(entries []Entry, at int64, zone *time.Location) (parts []Part, sum float64) {
	weights := m.weights()
	type day struct {
		signal string
		date   string
	}
	onDay, inAll := map[day]int{}, map[string]int{}
	sorted := slices.Clone(entries)
	slices.SortFunc(sorted, func(a, b Entry) int { return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(b.ID, a.ID)) })
	parts = make([]Part, 0, len(sorted))
	for _, e := range sorted {
		w := weights[e.Signal]
		p := Part{Entry: e, Points: w.Points}
		d := day{e.Signal, time.UnixMilli(e.At).In(zone).Format(time.DateOnly)}
		if p.Over = onDay[d] >= w.PerDay || inAll[e.Signal] >= w.InTotal; !p.Over {
			onDay[d]++
			inAll[e.Signal]++
			p.Worth = float64(w.Points) * math.Exp2(float64(e.At-at)/m.half())
			sum += p.Worth
		}
		parts = append(parts, p)
	}
	return parts, sum
}

// score is what Weigh gives in its stored form.
func (m Model) score(entries []Entry, at int64, zone *time.Location) Moment {
	_, sum := m.Weigh(entries, at, zone)
	return m.moment(sum, at)
}
