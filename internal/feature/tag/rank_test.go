package tag

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestRanks(t *testing.T) {
	for _, c := range []struct {
		name    string
		list    []rank
		want    []uint32
		blocked []string
	}{
		{"as it is", []rank{{order: 9}, {order: 5}, {order: 1}}, []uint32{9, 5, 1}, nil},
		{"all alike", []rank{{}, {}, {}}, []uint32{2, 1, 0}, nil},
		{"the last to the top", []rank{{order: 1}, {order: 9}, {order: 5}}, []uint32{10, 9, 5}, nil},
		{"around a fixed one", []rank{{order: 1}, {name: "他", order: 5, fixed: true}, {order: 9}}, []uint32{6, 5, 0}, nil},
		{"no room below a fixed one", []rank{{name: "他", order: 1, fixed: true}, {order: 3}, {order: 2}}, nil, []string{"他"}},
		{"two fixed the other way round", []rank{{name: "一", order: 1, fixed: true}, {name: "二", order: 2, fixed: true}}, nil, []string{"二"}},
		{"at the very top", []rank{{order: 0}, {order: math.MaxUint32}}, []uint32{1, 0}, nil},
		{"nothing", nil, []uint32{}, nil},
	} {
		got, blocked := ranks(c.list)
		if !slices.Equal(got, c.want) || !slices.Equal(blocked, c.blocked) {
			t.Errorf("%s: %v %q, want %v %q", c.name, got, blocked, c.want, c.blocked)
		}
	}
}

// TestRanksFall: whatever the numbers were, the new ones fall, and fixed ones stay.
func TestRanksFall(t *testing.T) {
	dice := rand.New(rand.NewPCG(4, 4))
	for range 20_000 {
		list := make([]rank, dice.IntN(7))
		for i := range list {
			list[i] = rank{name: "x", order: dice.Uint32N(12), fixed: dice.IntN(4) == 0}
			if dice.IntN(9) == 0 {
				list[i].order = math.MaxUint32 - dice.Uint32N(3)
			}
		}
		got, blocked := ranks(list)
		if blocked != nil {
			if !slices.ContainsFunc(list, func(r rank) bool { return r.fixed }) {
				t.Fatalf("blocked without a fixed one: %v", list)
			}
			continue
		}
		for i := range got {
			if list[i].fixed && got[i] != list[i].order || i > 0 && got[i] >= got[i-1] {
				t.Fatalf("%v becomes %v", list, got)
			}
		}
	}
}

func TestSpanCovers(t *testing.T) {
	at := func(text string) time.Time {
		x, err := time.Parse("2006-01-02 15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	office := Span{Days: []int{1, 2, 3, 4, 5}, From: 9 * 60, To: 18 * 60}
	night := Span{Days: []int{0}, From: 22 * 60, To: 6 * 60} // begins on Sundays
	week := Span{From: 0, To: 1440, Since: "2026-11-23", Until: "2026-11-29"}
	payday := Span{Dates: []int{1, 15}, From: 22 * 60, To: 2 * 60}
	either := Span{Days: []int{6}, Dates: []int{30}, From: 0, To: 1440}
	for _, c := range []struct {
		span Span
		at   string
		want bool
	}{
		{office, "2026-11-23 09:00", true},  // Monday
		{office, "2026-11-23 18:00", false}, // the end is not included
		{office, "2026-11-22 10:00", false}, // Sunday
		{night, "2026-11-22 23:00", true},
		{night, "2026-11-23 05:59", true}, // still Sunday's night
		{night, "2026-11-23 06:00", false},
		{night, "2026-11-22 05:00", false}, // Saturday's night
		{night, "2026-11-22 21:59", false},
		{week, "2026-11-23 00:00", true},
		{week, "2026-11-29 23:59", true},
		{week, "2026-11-30 00:00", false},
		{week, "2026-11-22 23:59", false},
		{payday, "2026-11-15 23:00", true},
		{payday, "2026-11-16 01:59", true}, // still the night of the 15th
		{payday, "2026-11-15 01:00", false},
		{payday, "2026-11-14 23:00", false},
		{either, "2026-11-28 12:00", true}, // Saturday
		{either, "2026-11-30 12:00", true}, // Monday the 30th
		{either, "2026-11-29 12:00", false},
	} {
		if got := c.span.covers(at(c.at)); got != c.want {
			t.Errorf("%+v at %s: %v", c.span, c.at, got)
		}
	}
}

func TestMerged(t *testing.T) {
	add, remove := merged(nil, nil, RuleForm{Add: []string{"a", "b"}, Remove: []string{"c"}})
	add, remove = merged(add, remove, RuleForm{Add: []string{"c"}, Remove: []string{"a"}})
	if !slices.Equal(add, []string{"b", "c"}) || !slices.Equal(remove, []string{"a"}) {
		t.Errorf("the later rule has its way: %v %v", add, remove)
	}
}

func TestConcerns(t *testing.T) {
	for _, c := range []struct {
		form RuleForm
		want bool
	}{
		{RuleForm{}, true},
		{RuleForm{Members: []string{"li"}}, false},
		{RuleForm{Members: []string{"li", "zhang"}}, true},
		{RuleForm{Departments: []int64{7}}, true},
		{RuleForm{Departments: []int64{9}}, false},
		{RuleForm{Members: []string{"li"}, Departments: []int64{1}}, true},
	} {
		if got := c.form.concerns("zhang", []int64{7, 1}); got != c.want {
			t.Errorf("%+v: %v", c.form, got)
		}
	}
}
