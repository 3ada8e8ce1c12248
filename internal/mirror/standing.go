package mirror

import (
	"cmp"
	"slices"
)

// pair is how a member and a customer stand to each other: the part of a Follow that
// callbacks decide. The zero pair never met.
type pair struct {
	standing Standing
	addedAt  int64 // unix ms, begin of the present or last follow
	endedAt  int64 // unix ms, 0 while it stands
	state    string
}

// turn is one told fact about a pair.
type turn struct {
	at    int64 // unix ms of a whole second: CreateTime of the callback
	kind  turnKind
	state string // contact way state of a beginning
}

type turnKind int

const (
	turnHalf    turnKind = iota // the customer added the member without confirmation
	turnAdded                   // both have each other
	turnLost                    // the customer deleted the member
	turnDeleted                 // the member deleted the customer
	turnHanded                  // WeCom removed it after a hand-over
	turnGone                    // a re-sync did not find it
)

// settle plays all that was told about a pair in the order of its times, so that the
// outcome does not depend on the order of arrival.
func settle(turns []turn) pair {
	turns = slices.Clone(turns)
	slices.SortStableFunc(turns, func(a, b turn) int { return cmp.Compare(a.at, b.at) })
	var p pair
	for len(turns) > 0 {
		n := 1
		for n < len(turns) && turns[n].at == turns[0].at {
			n++
		}
		p = p.after(turns[:n])
		turns = turns[n:]
	}
	return p
}

// after is the pair after the turns of one second. WeCom's times have no finer grain,
// so their order is not known and must not matter: beginnings and ends are counted.
// Since the two alternate, the count together with what was before tells the outcome –
// deleted and added again within a second ends standing, added and deleted again ends
// lost. Only when both sides end and one begins within a second does it stay a guess.
func (p pair) after(second []turn) pair {
	count := map[turnKind]int{}
	at, state := second[0].at, ""
	for _, t := range second {
		count[t.kind]++
		if t.kind <= turnAdded {
			state = max(state, t.state)
		}
	}
	// A half and the confirmation that follows are one beginning, within a second or not.
	begins := max(count[turnHalf], count[turnAdded])
	if p.standing == Half && count[turnAdded] > 0 {
		begins = max(count[turnHalf], count[turnAdded]-1)
	}
	open := 0
	if p.standing.Open() {
		open = 1
	}
	// Each end is that of another follow, unless there are more ends than follows: then both
	// sides ended the same, as when the customer leaves and the member tidies up.
	byCustomer, byMember := count[turnLost], count[turnDeleted]+count[turnHanded]+count[turnGone]
	ends := byCustomer + byMember
	if ends > open+begins {
		ends = max(byCustomer, byMember)
	}
	if open+begins-ends > 0 {
		return p.begun(at, begins > 0, state, count)
	}
	if open == 0 && begins == 0 && p.standing != 0 {
		if end := endOf(count); p.standing == Gone && end != Gone {
			p.standing, p.endedAt = end, at // now we know who ended it, and when
		}
		return p // else the first end is the one that counts
	}
	if begins > 0 || p.standing == 0 {
		// Without a beginning we only know that it began before it ended.
		p.addedAt, p.state = at, state
	}
	p.standing, p.endedAt = endOf(count), at
	return p
}

func (p pair) begun(at int64, anew bool, state string, count map[turnKind]int) pair {
	before := p
	p.standing, p.endedAt = Stands, 0
	if count[turnAdded] == 0 && (count[turnHalf] > 0 || before.standing == Half) {
		p.standing = Half
	}
	if anew {
		p.addedAt, p.state = at, state
	} else if state != "" {
		p.state = state
	}
	return p
}

// endOf names the end of a follow; when both sides ended it within a second it counts as
// the customer's.
func endOf(count map[turnKind]int) Standing {
	switch {
	case count[turnLost] > 0:
		return Lost
	case count[turnHanded] > 0:
		return HandedOver
	case count[turnDeleted] > 0:
		return Deleted
	default:
		return Gone
	}
}
