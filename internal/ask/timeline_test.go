package ask_test

import (
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// TestUnderIsCovers: the condition on rows lets through what the rule on entries does.
func TestUnderIsCovers(t *testing.T) {
	before := time.UnixMilli(1_795_000_000_000)
	rows := []id.ID{1, 31, 32, 1 << 40, 1 << 62}
	for _, key := range []string{
		"", "a." + id.ID(32).String(), "b." + id.ID(1).String(), "b." + id.ID(32).String(), "b." + id.ID(1<<62).String(), "c." + id.ID(1).String(), "bb." + id.ID(32).String(),
	} {
		q := ask.TimelineQuery{Before: before, BeforeKey: key}
		c := q.Under("at", "id", "b.")
		if c.SQL != "(at, id) < (?, ?)" || c.Args[0] != db.MS(before) {
			t.Fatalf("%q: %+v", key, c)
		}
		for _, row := range rows {
			for ago, want := range map[time.Duration]bool{
				time.Millisecond: true, -time.Millisecond: false, 0: int64(row) < c.Args[1].(int64),
			} {
				if got := q.Covers(ask.Entry{At: before.Add(-ago), Key: "b." + row.String()}); got != want {
					t.Errorf("before %q, row %d, %s earlier: covered %v, under %v", key, row, ago, got, want)
				}
			}
		}
	}
	if c := (ask.TimelineQuery{}).Under("at", "id", "b."); c.SQL != "1 = 1" || len(c.Args) != 0 {
		t.Errorf("the newest page: %+v", c)
	}
}
