package customer

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestCountsInTime: what is said of a count is true, however long the rows take.
func TestCountsInTime(t *testing.T) {
	broken := errors.New("broken")
	for _, x := range []struct {
		name  string
		rows  int
		quick int // so many are found at once, more never
		fails error
		want  int
		all   bool
	}{
		{"a few", 7, 10_000, nil, 7, true},
		{"just so many", countFirst, 10_000, nil, countFirst, true},
		{"more than the first", countFirst + 1, 10_000, nil, countFirst + 1, true},
		{"more than the most", 59_999, 60_000, nil, 50_000, false},
		{"at least the first", 9_999, countFirst, nil, countFirst, false},
		{"at least the second", 19_999, 10 * countFirst, nil, 10 * countFirst, false},
		{"nobody knows", 9_999, 3, nil, 0, false},
		{"broken", 9_999, 10_000, broken, 0, false},
	} {
		n, all, err := inTime(t.Context(), 50_000, 20*time.Millisecond, func(ctx context.Context, limit int) (int, bool, error) {
			if x.fails != nil {
				return 0, false, x.fails
			}
			if min(x.rows, limit) > x.quick {
				<-ctx.Done()
				return 0, false, ctx.Err()
			}
			return min(x.rows, limit), x.rows <= limit, nil
		})
		if n != x.want || all != x.all || !errors.Is(err, x.fails) {
			t.Errorf("%s: %d %v %v, want %d %v", x.name, n, all, err, x.want, x.all)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := inTime(gone, 5_000, time.Hour, func(ctx context.Context, _ int) (int, bool, error) { return 0, false, ctx.Err() }); !errors.Is(err, context.Canceled) {
		t.Errorf("who asked is gone: %v", err)
	}
}
