package customer

import (
	"context"
	"time"
)

// countTime bounds a count of rows that are hard to find.
const countTime = 2 * time.Second

// countFirst is how many rows are counted first, and countMore how many times as many then,
// and so on: seldom does the first take long, each says "at least so many" of those that take
// too long in all, and together they cost a ninth more than the last alone.
const (
	countFirst = 1_000
	countMore  = 10
)

// inTime counts a few rows, then ever more, as long as the time allows, and gives what was
// counted last. All tells that there are no more; when even the few took too long
// nothing is known, and the zero value is given.
func inTime[T any](ctx context.Context, most int, allowed time.Duration, count func(ctx context.Context, limit int) (got T, all bool, err error)) (got T, all bool, err error) {
	bounded, cancel := context.WithTimeout(ctx, allowed)
	defer cancel()
	for limit := min(countFirst, most); ; limit = min(limit*countMore, most) {
		more, whole, err := count(bounded, limit)
		if err != nil && ctx.Err() == nil && bounded.Err() != nil {
			return got, false, nil
		}
		if got = more; err != nil || whole || limit == most {
			return got, whole, err
		}
	}
}
