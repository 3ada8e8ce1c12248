package transfer

import "slices"

// Spread says how what is handed over is divided among several takers (分配方式).
type Spread string

// The spreads.
const (
	Even         Spread = "even"       // as many to each
	ByLoad       Spread = "load"       // so that all have as many customers in the end
	ByTag        Spread = "tag"        // by the customer's tags; the rest evenly
	ByDepartment Spread = "department" // to takers of the old member's department; else to all
)

// TagRule sends customers with one of the tags to a taker.
type TagRule struct {
	Tags []string `json:"tags" minItems:"1" maxItems:"50" doc:"WeCom tag ids; one of them is enough"`
	To   string   `json:"to" doc:"userid of one of the takers"`
}

// taker is who takes over.
type taker struct {
	ID          string
	Name        string
	Load        int64 // customers, or groups, he has already
	Departments []int64
}

// candidate is what may be handed over.
type candidate struct {
	Kind    Kind
	Subject string
	From    string
	Tags    []string // WeCom tag ids of the follow
	Has     []string // takers who follow the customer already
	Item    *Item    // what is tried again
}

// divide gives a taker for each candidate, in order. A taker who follows the customer
// already gets him: for the customer nothing changes then. The order of takers decides
// ties, so that the same question has the same answer.
func divide(list []candidate, takers []taker, how Spread, rules []TagRule, departments map[string][]int64) []string {
	given := map[string]int64{}
	least := func(among []taker) string {
		best := among[0]
		for _, t := range among[1:] {
			a, b := given[t.ID], given[best.ID]
			if how == ByLoad {
				a, b = a+t.Load, b+best.Load
			}
			if a < b {
				best = t
			}
		}
		return best.ID
	}
	out := make([]string, len(list))
	give := func(i int, to string) {
		out[i] = to
		given[to]++
	}
	// Who has to go to somebody goes first, so that the others make up for it.
	for i, c := range list {
		if to := due(c, takers, how, rules); to != "" {
			give(i, to)
		}
	}
	for i, c := range list {
		if out[i] != "" {
			continue
		}
		among := takers
		if how == ByDepartment {
			if near := sharing(takers, departments[c.From]); len(near) > 0 {
				among = near
			}
		}
		give(i, least(among))
	}
	return out
}

// due is the taker who alone comes into question, "" when none does.
func due(c candidate, takers []taker, how Spread, rules []TagRule) string {
	for _, t := range takers {
		if slices.Contains(c.Has, t.ID) {
			return t.ID
		}
	}
	if how != ByTag {
		return ""
	}
	for _, r := range rules {
		if slices.ContainsFunc(r.Tags, func(tag string) bool { return slices.Contains(c.Tags, tag) }) {
			return r.To
		}
	}
	return ""
}

func sharing(takers []taker, departments []int64) []taker {
	var near []taker
	for _, t := range takers {
		if slices.ContainsFunc(t.Departments, func(d int64) bool { return slices.Contains(departments, d) }) {
			near = append(near, t)
		}
	}
	return near
}
