package intention

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

const dayMS = int64(24 * time.Hour / time.Millisecond)

// now is a Monday morning in Shanghai.
var now = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC).UnixMilli()

func shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }

func ago(days float64) int64 { return now - int64(days*float64(dayMS)) }

// TestWeigh is the definition of the score in examples, with the usual weights.
func TestWeigh(t *testing.T) {
	m := Default()
	for name, c := range map[string]struct {
		entries []Entry
		want    float64
		level   Level
	}{
		"nothing":                {nil, 0, Asleep},
		"just added":             {[]Entry{{ID: 1, Signal: AddedChannel, At: now}}, 20, Medium},
		"a half-life ago":        {[]Entry{{ID: 1, Signal: AddedChannel, At: ago(14)}}, 10, Low},
		"two half-lives ago":     {[]Entry{{ID: 1, Signal: AddedChannel, At: ago(28)}}, 5, Low},
		"three half-lives ago":   {[]Entry{{ID: 1, Signal: AddedChannel, At: ago(42)}}, 2.5, Asleep},
		"added and grouped":      {[]Entry{{ID: 1, Signal: AddedChannel, At: now}, {ID: 2, Signal: GroupJoined, At: now}}, 32, Medium},
		"won":                    {[]Entry{{ID: 1, Signal: AddedSelf, At: now}, {ID: 2, Signal: StageWon, At: now}}, 55, High},
		"lost again":             {[]Entry{{ID: 1, Signal: AddedSelf, At: ago(14)}, {ID: 2, Signal: LostUs, At: now}}, -30, Asleep},
		"unknown signals":        {[]Entry{{ID: 1, Signal: "gone.with.an.update", At: now}}, 0, Asleep},
		"three follow-ups a day": {[]Entry{{ID: 1, Signal: FollowedUp, At: now}, {ID: 2, Signal: FollowedUp, At: now - 1}, {ID: 3, Signal: FollowedUp, At: now - 2}}, 10, Low},
		"on both sides of midnight": {[]Entry{ // 2026-11-22 16:00 UTC is midnight in Shanghai
			{ID: 1, Signal: Changed, At: time.Date(2026, 11, 22, 15, 59, 0, 0, time.UTC).UnixMilli()},
			{ID: 2, Signal: Changed, At: time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC).UnixMilli()},
		}, 4 * math.Exp2(-10.0/24/14), Asleep},
		"once in all": {[]Entry{{ID: 1, Signal: Archive, At: ago(14)}, {ID: 2, Signal: Archive, At: now}}, 6, Low},
	} {
		parts, sum := m.Weigh(c.entries, now, shanghai())
		if math.Abs(sum-c.want) > 0.01 || len(parts) != len(c.entries) {
			t.Errorf("%s: %v of %d parts, want %v", name, sum, len(parts), c.want)
		}
		if got := m.level(m.score(c.entries, now, shanghai()), now); got != c.level {
			t.Errorf("%s: %s, want %s", name, got.Word(), c.level.Word())
		}
	}
}

// TestWeighExplains: what counts is the newest of a day and in all; the rest stands there with nothing.
func TestWeighExplains(t *testing.T) {
	parts, sum := Default().Weigh([]Entry{
		{ID: 1, Signal: FollowedUp, At: now - 3}, {ID: 3, Signal: FollowedUp, At: now - 1}, {ID: 2, Signal: FollowedUp, At: now - 2},
	}, now, shanghai())
	var ids []id.ID
	var over []bool
	total := 0.0
	for _, p := range parts {
		ids, over, total = append(ids, p.ID), append(over, p.Over), total+p.Worth
	}
	if !reflect.DeepEqual(ids, []id.ID{3, 2, 1}) || !reflect.DeepEqual(over, []bool{false, false, true}) || total != sum || parts[2].Worth != 0 {
		t.Errorf("%+v, together %v", parts, sum)
	}
}

// chance makes entries of all signals within a year.
func chance(dice *rand.Rand) []Entry {
	signals := Signals()
	entries := make([]Entry, dice.IntN(40))
	for i := range entries {
		entries[i] = Entry{ID: id.ID(i + 1), Signal: signals[dice.IntN(len(signals))].Key, At: ago(dice.Float64() * 100)}
	}
	return entries
}

// TestWeighProperties: whatever happens to a customer.
func TestWeighProperties(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2)) //gosec:disable G404 -- a test's choice, the same each time
	m := Default()
	zone := shanghai()
	for round := range 500 {
		m.HalfLife = 1 + dice.IntN(60)
		entries := chance(dice)
		_, sum := m.Weigh(entries, now, zone)
		mixed := append([]Entry{}, entries...)
		dice.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if _, again := m.Weigh(mixed, now, zone); again != sum {
			t.Fatalf("round %d: the order of events matters: %v, %v", round, sum, again)
		}
		// As time passes a score fades towards none and never grows.
		stored := m.moment(sum, now)
		before, level := m.shown(stored, now), m.level(stored, now)
		for days := int64(1); days < 200; days += 7 {
			at := now + days*dayMS
			n, l := m.shown(stored, at), m.level(stored, at)
			if n > before || l > level || n < 0 {
				t.Fatalf("round %d: after %d days %d points, before %d", round, days, n, before)
			}
			_, later := m.Weigh(entries, at, zone)
			if math.Abs(m.points(stored, at)-max(later, 0)) > 1e-5 {
				t.Fatalf("round %d: after %d days %v is stored as %v", round, days, later, m.points(stored, at))
			}
			before, level = n, l
		}
		// An event that speaks for him never takes points, and one against never gives any.
		for _, s := range Signals() {
			_, more := m.Weigh(append(mixed, Entry{ID: 1000, Signal: s.Key, At: now}), now, zone)
			if s.Points > 0 && more < sum-1e-9 || s.Points < 0 && more > sum+1e-9 {
				t.Fatalf("round %d: %s changes %v to %v", round, s.Key, sum, more)
			}
		}
		// Whoever is ahead stays ahead.
		_, other := m.Weigh(chance(dice), now, zone)
		if rival := m.moment(other, now); (rival > stored) != (m.points(rival, now+30*dayMS) > m.points(stored, now+30*dayMS)) {
			t.Fatalf("round %d: the order changes with time", round)
		}
	}
}

// TestShownAndLevelAgree: number, level and the bounds of lists never contradict each other.
func TestShownAndLevelAgree(t *testing.T) {
	m := Default()
	for n := 1; n <= 300; n++ {
		at := m.moment(float64(n), now)
		if got := m.shown(at, now); got != n {
			t.Errorf("%d points are shown as %d", n, got)
		}
		bound := m.bound(n, now)
		if m.shown(bound, now) != n || m.shown(bound-1, now) != n-1 {
			t.Errorf("the bound of %d shows %d, the one below %d", n, m.shown(bound, now), m.shown(bound-1, now))
		}
		want := Asleep
		switch {
		case n >= 50:
			want = High
		case n >= 20:
			want = Medium
		case n >= 5:
			want = Low
		}
		if got := m.level(bound, now); got != want {
			t.Errorf("%d points are %s", n, got.Word())
		}
	}
	hot := m.moment(60, now)
	fell := m.fellTo(hot, High)
	if m.level(hot, fell-1) != High || m.level(hot, fell+1) != Medium {
		t.Errorf("fell at %d days", (fell-now)/dayMS)
	}
	if m.shown(0, now) != 0 || m.points(0, now) != 0 || m.moment(-3, now) != 0 || m.moment(math.NaN(), now) != 0 {
		t.Error("none is not none")
	}
}

func TestModelCheck(t *testing.T) {
	for name, change := range map[string]func(m *Model){
		"low not below medium":  func(m *Model) { m.Low = m.Medium },
		"medium not below high": func(m *Model) { m.Medium = m.High },
		"an unknown signal":     func(m *Model) { m.Signals[0].Key = "astrology" },
		"a signal twice":        func(m *Model) { m.Signals[0].Key = m.Signals[1].Key },
		"more a day than in all": func(m *Model) {
			m.Signals[0].PerDay, m.Signals[0].InTotal = 3, 2
		},
	} {
		m := Default()
		change(&m)
		if m.check() == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if err := Default().check(); err != nil {
		t.Error(err)
	}
	// A model from before a signal was there has it with its usual weight.
	m, err := modelOf(`{"halfLife":7,"high":40,"medium":20,"low":5,"signals":[{"key":"lost","points":-1,"perDay":1,"inTotal":1},{"key":"old","points":1,"perDay":1,"inTotal":1}]}`)
	if err != nil || len(m.Signals) != len(Signals()) || m.weights()[LostUs].Points != -1 || m.weights()[AddedSelf].Points != 20 {
		t.Errorf("%+v %v", m, err)
	}
}
