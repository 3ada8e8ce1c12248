package mirror

import (
	"math/rand/v2"
	"testing"
)

func TestSettle(t *testing.T) {
	t.Parallel()
	const a, b, c = 1000, 2000, 3000
	half := func(at int64) turn { return turn{at: at, kind: turnHalf, state: "s"} }
	add := func(at int64) turn { return turn{at: at, kind: turnAdded} }
	lose := func(at int64) turn { return turn{at: at, kind: turnLost} }
	del := func(at int64) turn { return turn{at: at, kind: turnDeleted} }
	hand := func(at int64) turn { return turn{at: at, kind: turnHanded} }
	gone := func(at int64) turn { return turn{at: at, kind: turnGone} }
	for name, x := range map[string]struct {
		turns []turn
		want  pair
	}{
		"nothing":                               {nil, pair{}},
		"added":                                 {[]turn{add(a)}, pair{Stands, a, 0, ""}},
		"half":                                  {[]turn{half(a)}, pair{Half, a, 0, "s"}},
		"half, then confirmed":                  {[]turn{half(a), add(b)}, pair{Stands, a, 0, "s"}},
		"half and confirmed at once":            {[]turn{half(a), add(a)}, pair{Stands, a, 0, "s"}},
		"half, confirmed and lost at once":      {[]turn{half(a), add(a), lose(a)}, pair{Lost, a, a, "s"}},
		"half, then confirmed and lost":         {[]turn{half(a), add(b), lose(b)}, pair{Lost, a, b, "s"}},
		"half and withdrawn":                    {[]turn{half(a), del(b)}, pair{Deleted, a, b, "s"}},
		"lost":                                  {[]turn{add(a), lose(b)}, pair{Lost, a, b, ""}},
		"lost before anybody listened":          {[]turn{lose(b)}, pair{Lost, b, b, ""}},
		"deleted":                               {[]turn{add(a), del(b)}, pair{Deleted, a, b, ""}},
		"handed over":                           {[]turn{add(a), hand(b)}, pair{HandedOver, a, b, ""}},
		"lost, then tidied up by the member":    {[]turn{add(a), lose(b), del(c)}, pair{Lost, a, b, ""}},
		"deleted, then deleted by the other":    {[]turn{add(a), del(b), lose(c)}, pair{Deleted, a, b, ""}},
		"lost and tidied up at once":            {[]turn{add(a), lose(b), del(b)}, pair{Lost, a, b, ""}},
		"added and lost at once":                {[]turn{add(a), lose(a)}, pair{Lost, a, a, ""}},
		"lost and back at once":                 {[]turn{add(a), lose(b), add(b)}, pair{Stands, b, 0, ""}},
		"added, lost and back, all at once":     {[]turn{add(a), lose(a), add(a)}, pair{Stands, a, 0, ""}},
		"two follows within a second, two ends": {[]turn{add(a), del(a), add(a), lose(a)}, pair{Lost, a, a, ""}},
		"back after a loss that nobody heard":   {[]turn{add(a), add(c)}, pair{Stands, c, 0, ""}},
		"back":                                  {[]turn{add(a), lose(b), add(c)}, pair{Stands, c, 0, ""}},
		"gone, nobody knows why":                {[]turn{add(a), gone(c)}, pair{Gone, a, c, ""}},
		"gone, and the reason comes late":       {[]turn{add(a), gone(c), del(b)}, pair{Deleted, a, b, ""}},
		"gone, and the reason comes later":      {[]turn{add(a), gone(b), lose(c)}, pair{Lost, a, c, ""}},
	} {
		for range 20 {
			rand.Shuffle(len(x.turns), func(i, j int) { x.turns[i], x.turns[j] = x.turns[j], x.turns[i] })
			if got := settle(x.turns); got != x.want {
				t.Errorf("%s, as %v: %+v, want %+v", name, x.turns, got, x.want)
				break
			}
		}
	}
}

func TestPinyin(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"张三": "zhangsan zs", "曾国藩": "zengguofan zgf", "单雄信": "shanxiongxin sxx", "Tom Lee": "tomlee tl", "王A": "wanga wa", "": "", "🙂": "",
	} {
		if got := pinyinOf(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestDerivedIDsAreStableAndDiffer(t *testing.T) {
	t.Parallel()
	seen := map[int64]bool{}
	for n := range 100 {
		x := derived(4711, n)
		if x != derived(4711, n) || x <= 0 || seen[int64(x)] {
			t.Fatalf("%d: %d", n, x)
		}
		seen[int64(x)] = true
	}
	if derived(4711, 0) != 4711 {
		t.Error("the first piece of news does not carry the row's id")
	}
}
