package intention

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// Level is how high a score is (意向等级).
type Level int

// The levels, from low to high.
const (
	Asleep Level = 0 // 沉睡
	Low    Level = 1 // 低意向
	Medium Level = 2 // 中意向
	High   Level = 3 // 高意向
)

// Levels are all levels, the highest first.
func Levels() []Level { return []Level{High, Medium, Low, Asleep} }

// Word is what the API and the addresses call a level.
func (l Level) Word() string {
	return [...]string{"asleep", "low", "medium", "high"}[max(Asleep, min(l, High))]
}

// ZH is what people call a level.
func (l Level) ZH() string {
	return [...]string{"沉睡", "低意向", "中意向", "高意向"}[max(Asleep, min(l, High))]
}

// EN is the same in English.
func (l Level) EN() string {
	return [...]string{"Asleep", "Low", "Medium", "High"}[max(Asleep, min(l, High))]
}

// levelOf reads a word; false when it is none.
func levelOf(word string) (Level, bool) {
	for _, l := range Levels() {
		if l.Word() == word {
			return l, true
		}
	}
	return Asleep, false
}

// Model is how a corp reckons scores.
type Model struct {
	// HalfLife is after how many days an event is worth half. One for all signals: only so
	// the order of customers stays as it is while time passes (see Moment).
	HalfLife int      `json:"halfLife" minimum:"1" maximum:"365" doc:"days after which an event is worth half"`
	High     int      `json:"high" minimum:"3" maximum:"10000" doc:"from so many points on: high"`
	Medium   int      `json:"medium" minimum:"2" maximum:"9999"`
	Low      int      `json:"low" minimum:"1" maximum:"9998" doc:"below: asleep"`
	Signals  []Weight `json:"signals" maxItems:"100" doc:"a signal that is absent has its usual weight"`
}

// Weight is what a corp lets a signal count.
type Weight struct {
	Key     string `json:"key" maxLength:"40"`
	Points  int    `json:"points" minimum:"-100" maximum:"100" doc:"0: does not count"`
	PerDay  int    `json:"perDay" minimum:"1" maximum:"50" doc:"so many of a day count, the newest"`
	InTotal int    `json:"inTotal" minimum:"1" maximum:"100" doc:"so many of all days count, the newest"`
}

// Default is the model of a corp that has decided nothing.
func Default() Model { return Model{HalfLife: 14, High: 50, Medium: 20, Low: 5}.whole() }

// whole has exactly the signals there are, in their order.
func (m Model) whole() Model {
	said := map[string]Weight{}
	for _, w := range m.Signals {
		said[w.Key] = w
	}
	all := Signals()
	m.Signals = make([]Weight, len(all))
	for i, s := range all {
		w, ok := said[s.Key]
		if !ok {
			w = Weight{Key: s.Key, Points: s.Points, PerDay: s.PerDay, InTotal: s.InTotal}
		}
		m.Signals[i] = w
	}
	return m
}

// weights are the model's weights by key.
func (m Model) weights() map[string]Weight {
	by := make(map[string]Weight, len(m.Signals))
	for _, w := range m.Signals {
		by[w.Key] = w
	}
	return by
}

// check refuses what the types cannot.
func (m Model) check() error {
	var check fault.Check
	check.That(m.Low < m.Medium, "medium", "须高于低意向的分数线")
	check.That(m.Medium < m.High, "high", "须高于中意向的分数线")
	seen := map[string]bool{}
	for i, w := range m.Signals {
		field := "signals[" + strconv.Itoa(i) + "]"
		check.That(signalOf(w.Key).ZH != w.Key, field+".key", "没有这样的信号："+w.Key)
		check.That(!seen[w.Key], field+".key", "信号重复："+w.Key)
		check.That(w.InTotal >= w.PerDay, field+".inTotal", "累计上限不能小于每天上限")
		seen[w.Key] = true
	}
	return check.Err()
}

func (m Model) text() (string, error) {
	raw, err := json.Marshal(m)
	return string(raw), err
}

func modelOf(text string) (Model, error) {
	if text == "" {
		return Default(), nil
	}
	var m Model
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return m, fmt.Errorf("intention: a model cannot be read: %w", err)
	}
	return m.whole(), nil
}

// threshold is how many points a level begins with; the lowest begins with none.
func (m Model) threshold(l Level) int {
	switch l {
	case High:
		return m.High
	case Medium:
		return m.Medium
	case Low:
		return m.Low
	default:
		return 0
	}
}

// half is the half-life in milliseconds.
func (m Model) half() float64 { return float64(m.HalfLife) * float64(24*time.Hour/time.Millisecond) }

// Moment is a score as it is stored: the moment, in unix ms, at which it will have faded to
// one point, and 0 for none.
//
// With one half-life h a score fades as s·2^(-t/h), so this moment does not move while
// nothing happens; whoever has more points has the later one, today and at any other time.
// Lists sort and filter by it through a plain index, and nothing has to be reckoned anew
// because a day has passed.
type Moment int64

// moment gives the stored form of so many points at a time.
func (m Model) moment(points float64, at int64) Moment {
	if !(points > 0) {
		return 0
	}
	return max(1, Moment(at)+Moment(math.Round(m.half()*math.Log2(points))))
}

// points are what a stored score is worth at a time.
func (m Model) points(s Moment, at int64) float64 {
	if s <= 0 {
		return 0
	}
	return math.Exp2(float64(int64(s)-at) / m.half())
}

// bound is the first stored score that shows at least n points at a time.
func (m Model) bound(n int, at int64) Moment {
	if n <= 0 {
		return math.MinInt64
	}
	return m.moment(float64(n)-0.5, at)
}

// shown is a score as people see it: whole points, halves upwards.
func (m Model) shown(s Moment, at int64) int {
	n := int(m.points(s, at) + 0.5)
	// The bounds decide, so that number and level never contradict each other by a rounding.
	for s >= m.bound(n+1, at) {
		n++
	}
	for n > 0 && s < m.bound(n, at) {
		n--
	}
	return n
}

// level is how high a stored score is at a time.
func (m Model) level(s Moment, at int64) Level {
	for _, l := range []Level{High, Medium, Low} {
		if s >= m.bound(m.threshold(l), at) {
			return l
		}
	}
	return Asleep
}

// fellTo is when a stored score fell below a level's threshold, in unix ms.
func (m Model) fellTo(s Moment, from Level) int64 {
	if s <= 0 {
		return 0
	}
	return int64(s) - int64(math.Round(m.half()*math.Log2(float64(m.threshold(from))-0.5)))
}
