package tag

import "math"

// rank is a tag or group in a wanted order, the first on top. WeCom shows the larger number
// first and lets nobody but the maker change it.
type rank struct {
	id, name string
	order    uint32
	fixed    bool // made by somebody else
}

// ranks gives numbers that show the list in its order: strictly falling, those of fixed ones
// as they are, of the others as they are where that fits. blocked names those that stand in
// the way when there are no such numbers.
func ranks(list []rank) (orders []uint32, blocked []string) {
	orders = make([]uint32, len(list))
	// roof is the number of the next fixed one above, which those below must stay under.
	roof := make([]uint64, len(list))
	top := uint64(math.MaxUint32) + 1
	for i, r := range list {
		roof[i] = top
		if r.fixed {
			top = uint64(r.order)
		}
	}
	floor := int64(-1) // the number of the one below
	for i := len(list) - 1; i >= 0; i-- {
		r := list[i]
		// Each free one between here and the roof needs a number of its own.
		free := uint64(0)
		for k := i - 1; k >= 0 && !list[k].fixed; k-- {
			free++
		}
		next := floor + 1
		switch {
		case int64(r.order) > floor && uint64(r.order)+free < roof[i]:
			next = int64(r.order)
		case r.fixed:
			return nil, append(blocked, r.name)
		case uint64(next)+free >= roof[i]:
			return nil, append(blocked, nextFixed(list, i))
		}
		orders[i], floor = uint32(next), next
	}
	return orders, nil
}

// nextFixed names the fixed one above.
func nextFixed(list []rank, i int) string {
	for k := i; k >= 0; k-- {
		if list[k].fixed {
			return list[k].name
		}
	}
	return list[i].name
}
