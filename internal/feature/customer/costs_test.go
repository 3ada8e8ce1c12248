package customer

import "github.com/queqiao-scrm/queqiao/internal/feature"

// NewCheap is the feature whose costs, which decide between the ways to read a list, are so
// small that a few thousand rows take those that are meant for a million.
func NewCheap(d feature.Deps) feature.Feature {
	return build(d, costs{named: 20, together: 20, gathered: 800, tagged: 100_000, lists: 8, short: 60, long: 240})
}
