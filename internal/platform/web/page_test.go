package web_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

type byTime struct {
	At int64
	ID id.ID
}

type byName struct {
	At int64
	ID id.ID
}

func TestCursorComesBack(t *testing.T) {
	ids := id.NewSource(clock.System(), 3)
	for _, key := range []byTime{{}, {1, ids.New()}, {-1, ids.New()}, {1 << 62, 5}} {
		got, ok, err := web.DecodeCursor[byTime](web.EncodeCursor(key))
		if err != nil || !ok || got != key {
			t.Errorf("%+v came back as %+v, %v, %v", key, got, ok, err)
		}
	}
	if _, ok, err := web.DecodeCursor[byTime](""); ok || err != nil {
		t.Error("an empty cursor means the beginning")
	}
}

func TestCursorsThatAreNone(t *testing.T) {
	good := web.EncodeCursor(byTime{5, 6})
	plain, err := base64.RawURLEncoding.DecodeString(good)
	if err != nil {
		t.Fatal(err)
	}
	text := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	seal := string(plain[:9])
	rows := map[string]string{
		"words":             "next please",
		"padding":           good + "=",
		"another list":      web.EncodeCursor(byName{5, 6}),
		"another version":   text("2" + string(plain[1:])),
		"only a seal":       text(seal),
		"broken JSON":       text(seal + `{"At":`),
		"unknown field":     text(seal + `{"At":1,"ID":"","X":1}`),
		"more behind":       text(string(plain) + "{}"),
		"wrong type":        text(seal + `{"At":"x"}`),
		"NUL":               text(seal + `{"At":1,"ID":"\u0000"}`),
		"too long":          strings.Repeat("A", 4000),
		"an SQL injection":  "' OR 1=1 --",
		"another alphabet":  strings.ReplaceAll(good, "e", "/"),
		"trailing garbage":  good + "A",
		"a number":          "17",
		"line break inside": good[:4] + "\n" + good[4:],
	}
	for name, cursor := range rows {
		t.Run(name, func(t *testing.T) {
			key, ok, err := web.DecodeCursor[byTime](cursor)
			if fault.CodeOf(err) != fault.Invalid || ok || key != (byTime{}) {
				t.Errorf("%+v, %v, %v", key, ok, err)
			}
		})
	}
}

func FuzzDecodeCursor(f *testing.F) {
	f.Add(web.EncodeCursor(byTime{5, 6}))
	f.Add("")
	f.Add("MWFiY2RlZjAxeyJBdCI6MX0")
	f.Fuzz(func(t *testing.T, cursor string) {
		key, ok, err := web.DecodeCursor[byTime](cursor)
		if err != nil && fault.CodeOf(err) != fault.Invalid {
			t.Fatalf("error %v", err)
		}
		if !ok {
			return
		}
		again, ok, err := web.DecodeCursor[byTime](web.EncodeCursor(key))
		if err != nil || !ok || again != key {
			t.Fatalf("%+v came back as %+v (%v)", key, again, err)
		}
	})
}

func TestNewPage(t *testing.T) {
	key := func(n int) int64 { return int64(n) }
	rows := []struct {
		rows, limit, items int
		next               bool
	}{{0, 3, 0, false}, {2, 3, 2, false}, {3, 3, 3, false}, {4, 3, 3, true}}
	for _, row := range rows {
		var list []int
		for n := range row.rows {
			list = append(list, n)
		}
		p := web.NewPage(list, row.limit, key)
		if p.Items == nil || len(p.Items) != row.items || (p.Next != "") != row.next {
			t.Errorf("%d rows, limit %d: %+v", row.rows, row.limit, p)
		}
		if row.next {
			if last, _, err := web.DecodeCursor[int64](p.Next); err != nil || last != 2 {
				t.Errorf("next begins after %d, %v", last, err)
			}
		}
	}
}

func TestLimiter(t *testing.T) {
	c := clock.NewFake(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	l := web.NewLimiter(c, 10*time.Second, 3, 2)
	allowed := func(key string, n int) int {
		count := 0
		for range n {
			if err := l.Allow(key); err == nil {
				count++
			} else if fault.CodeOf(err) != fault.Limited {
				t.Fatalf("%v", err)
			}
		}
		return count
	}
	steps := []struct {
		what string
		do   func()
		key  string
		want int // of five tries
	}{
		{"a full bucket", func() {}, "a", 3},
		{"empty", func() {}, "a", 0},
		{"others are apart", func() {}, "b", 3},
		{"one drop", func() { c.Advance(10 * time.Second) }, "a", 1},
		{"never more than the bucket", func() { c.Advance(time.Hour) }, "a", 3},
		{"forgiven", func() { l.Forgive("a") }, "a", 3},
		{"b was used longest ago and is forgotten for c", func() {}, "c", 3},
		{"so it begins anew", func() {}, "b", 3},
		{"which has cost a its memory", func() {}, "a", 3},
		{"and b is still known", func() {}, "b", 0},
	}
	for _, s := range steps {
		s.do()
		if got := allowed(s.key, 5); got != s.want {
			t.Errorf("%s: %d of five allowed, want %d", s.what, got, s.want)
		}
	}
}

// TestLimiterWithPacesOfTheirOwn: a key's pace holds from the next call on when it changes.
func TestLimiterWithPacesOfTheirOwn(t *testing.T) {
	c := clock.NewFake(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	l := web.NewLimiter(c, time.Minute, 1, 10)
	for _, s := range []struct {
		what      string
		wait      time.Duration
		key       string
		perMinute int
		want      int // of fifty tries
	}{
		{"a third at once", 0, "a", 60, 20},
		{"then one a second", 5 * time.Second, "a", 60, 5},
		{"granted more, what is left of the bucket stays", 0, "a", 120, 0},
		{"and it fills faster", 5 * time.Second, "a", 120, 10},
		{"granted less, the bucket shrinks", time.Hour, "a", 60, 20},
		{"another key by its own pace", 0, "b", 90, 30},
	} {
		c.Advance(s.wait)
		got := 0
		for range 50 {
			if l.AllowPerMinute(s.key, s.perMinute) == nil {
				got++
			}
		}
		if got != s.want {
			t.Errorf("%s: %d, want %d", s.what, got, s.want)
		}
	}
}
