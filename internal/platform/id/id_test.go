package id_test

import (
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

func at() time.Time { return time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC) }

func TestIDsGrowAndDiffer(t *testing.T) {
	c := clock.NewFake(at())
	rows := []struct {
		name string
		move func()
		n    int
	}{
		{"in one millisecond, more than it has numbers", func() {}, 10_000},
		{"a millisecond later", func() { c.Advance(time.Millisecond) }, 10},
		{"the clock steps back an hour", func() { c.Advance(-time.Hour) }, 10_000},
		{"and forward a day", func() { c.Advance(24 * time.Hour) }, 10},
		{"before our epoch", func() { c.Set(time.Unix(0, 0)) }, 10},
	}
	s := id.NewSource(c, 7)
	last := id.ID(0)
	for _, row := range rows {
		row.move()
		for range row.n {
			next := s.New()
			if next <= last {
				t.Fatalf("%s: %d after %d", row.name, next, last)
			}
			last = next
		}
	}
}

func TestNodesDoNotMeet(t *testing.T) {
	c := clock.NewFake(at())
	var mu sync.Mutex
	seen := map[id.ID]bool{}
	var all sync.WaitGroup
	for _, node := range []int{0, 1, 2, id.MaxNode} {
		s := id.NewSource(c, node)
		for range 2 {
			all.Go(func() {
				for range 3000 {
					i := s.New()
					mu.Lock()
					if seen[i] {
						t.Errorf("%s twice", i)
					}
					seen[i] = true
					mu.Unlock()
				}
			})
		}
	}
	all.Wait()
	if len(seen) != 4*2*3000 {
		t.Errorf("%d ids", len(seen))
	}
}

func TestWrittenForm(t *testing.T) {
	rows := map[id.ID]string{0: "", 1: "0000000000001", 31: "000000000000z", 32: "0000000000010", 1<<63 - 1: "7zzzzzzzzzzzz"}
	for i, text := range rows {
		if i.String() != text {
			t.Errorf("%d is written %q, want %q", i, i, text)
		}
		if i == 0 {
			continue
		}
		if back, err := id.Parse(text); err != nil || back != i {
			t.Errorf("%q is read as %d, %v", text, back, err)
		}
	}
	for _, text := range []string{"", "1", "00000000000001", "8000000000000", "000000000000i", "000000000000L", "000000000000é", "000000000000Z", " 000000000001", "-000000000001"} {
		if back, err := id.Parse(text); err == nil {
			t.Errorf("%q is read as %d", text, back)
		}
	}
}

func TestTextSortsLikeNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := id.ID(rapid.Int64Min(1).Draw(t, "a")), id.ID(rapid.Int64Min(1).Draw(t, "b"))
		if (a < b) != (a.String() < b.String()) {
			t.Fatalf("%d %d, %s %s", a, b, a, b)
		}
		if back, err := id.Parse(a.String()); err != nil || back != a {
			t.Fatalf("%d came back as %d, %v", a, back, err)
		}
	})
}

func TestJSON(t *testing.T) {
	type row struct {
		ID     id.ID            `json:"id"`
		Parent id.ID            `json:"parent"`
		Absent id.ID            `json:"absent,omitempty"`
		ByID   map[id.ID]string `json:"byID"`
	}
	in := row{ID: 33, ByID: map[id.ID]string{1: "a"}}
	text, err := json.Marshal(in)
	if want := `{"id":"0000000000011","parent":"","byID":{"0000000000001":"a"}}`; err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
	var out row
	if err := json.Unmarshal(text, &out); err != nil || out.ID != 33 || out.Parent != 0 || out.ByID[1] != "a" {
		t.Errorf("%+v, %v", out, err)
	}
	for _, bad := range []string{`{"id":33}`, `{"id":"33"}`, `{"id":"zzzzzzzzzzzzz"}`} {
		if err := json.Unmarshal([]byte(bad), &out); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

func TestDatabaseForm(t *testing.T) {
	for src, want := range map[any]id.ID{nil: 0, int64(7): 7} {
		i := id.ID(99)
		if err := i.Scan(src); err != nil || i != want {
			t.Errorf("%v is read as %d, %v", src, i, err)
		}
	}
	i := id.ID(1)
	for _, bad := range []any{"7", 7.0, []byte("7"), true} {
		if err := i.Scan(bad); err == nil {
			t.Errorf("%T was read", bad)
		}
	}
	if v, err := id.ID(7).Value(); err != nil || v != int64(7) {
		t.Errorf("%v, %v", v, err)
	}
}

func TestTimeOfAnID(t *testing.T) {
	c := clock.NewFake(at())
	i := id.NewSource(c, 5).New()
	if !i.Time().Equal(at()) {
		t.Errorf("made at %s", i.Time())
	}
	bounds := []id.ID{id.At(at().Add(-time.Millisecond)), id.At(at()), i, id.At(at().Add(time.Millisecond))}
	if !slices.IsSorted(bounds) || bounds[1] > i || bounds[3] <= i {
		t.Errorf("%v", bounds)
	}
	if id.At(time.Unix(0, 0)) != 0 || id.At(time.Time{}) != 0 {
		t.Error("before the epoch is zero")
	}
}

func TestParameter(t *testing.T) {
	rows := map[string]id.ID{"0000000000011": 33, "no": 0, "": 0}
	for text, want := range rows {
		i := id.ID(0)
		r := i.Receiver()
		r.SetString(text)
		i.OnParamSet(true, r.Interface())
		if i != want {
			t.Errorf("%q gives %d", text, i)
		}
	}
	i := id.ID(5)
	i.OnParamSet(false, nil)
	if i != 5 {
		t.Error("an absent parameter changed the id")
	}
}
