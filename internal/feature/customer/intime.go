package customer

import (
	"context"
	"time"
)

// countTime bounds a count of rows that are hard to find.
const countTime = 2 * time.Second

// countFirst is how many rows are counted first: seldom does that take long, and it says "at
// least so many" of those that take too long in all.
const countFirst = 1_000

// inTime counts a few rows, then up to the most, as long as the time allows, and gives what
// was counted last. All tells that there are no more; when even the few took too long
// nothing is known, and the zero value is given.
func inTime[T any](ctx context.Context, most int, allowed time.Duration, count func(ctx context.Context, limit int) (got T, all bool, err error)) (got T, all bool, err error) {
	bounded, cancel := context.WithTimeout(ctx, allowed)
	defer cancel()
	for _, limit := range []int{min(countFirst, most), most} {
		more, whole, err := count(bounded, limit)
		if err != nil && ctx.Err() == nil && bounded.Err() != nil {
			return got, false, nil
		}
		if got = more; err != nil || whole {
			return got, whole, err
		}
	}
	return got, false, nil
}
