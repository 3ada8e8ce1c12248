package customer

import (
	"context"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// costs are the numbers of rows at which one way to read a list becomes dearer than another,
// found by measuring at a million customers. Tests make them small.
type costs struct {
	named    int // named one by one in a statement; of more than that an index is walked
	together int // the same for those that have several tags, which are dear to find a second time
	gathered int // gathered and sorted rather than looked for in the order of the list
	tagged   int // of a tag: looked at, all of them, for those that have others too
	lists    int // lists of members that are merged without looking further
	short    int // a stretch of the list that tells how large the members' share of a page is
	long     int // a stretch that costs as much as merging the lists of fifty members
}

func measured() costs {
	return costs{named: 2_000, together: 5_000, gathered: 10_000, tagged: 100_000, lists: 8, short: 20_000, long: 100_000}
}

// gather lets the list begin at the follows of the rarest condition whose follows an index
// finds, when they are not too many to be sorted for a page. It tells whether it does.
//
// It is for lists in whose order few rows match: a leader's, whose members follow one in ten
// of those who fulfil a condition that is rare itself.
func (p *plan) gather(ctx context.Context) (bool, error) {
	fewest, best := p.costs.gathered+1, viewer.Condition{}
	for _, set := range p.sets {
		var n int
		err := p.read.NewRaw("SELECT COUNT(*) FROM ("+set.SQL+" LIMIT ?) AS r", append(slices.Clone(set.Args), fewest)...).Scan(ctx, &n)
		if err != nil {
			return false, err
		}
		if n < fewest {
			fewest, best = n, set
		}
	}
	p.sets = nil
	if best.SQL == "" {
		return false, nil
	}
	p.rare, p.gathered = true, best
	p.and("{f}.id IN (SELECT gathered.id FROM gathered)")
	return true, nil
}

// anchored lets a stretch of the list be read from the index that holds exactly the follows
// that a condition on their own column names, in the order of the list.
func (p *plan) anchored(r ask.Rule) {
	if len(r.Values) != 1 {
		return // of several values the index has no common order
	}
	switch {
	case r.Field == fieldState && r.Op == ask.OpIs:
		p.anchor = condition{sql: "f.state = ?", args: []any{r.Values[0]}}
	case r.Field == fieldAddWay && r.Op == ask.OpAny && p.anchor.sql == "":
		p.anchor = condition{sql: "f.add_way = ?", args: []any{ints[int](r.Values)[0]}}
	}
}

// Customers with the rarest of several tags who have the others too, on any of their follows;
// and such follows. Both stay within the indexes of the tags.
const (
	customersWith = "SELECT DISTINCT t.customer_id AS id FROM mirror_follow_tag AS t WHERE t.corp_id = ? AND t.tag_id = ?"
	followsWith   = "SELECT t.follow_id AS id FROM mirror_follow_tag AS t WHERE t.corp_id = ? AND t.tag_id = ?"
	onCustomerToo = " AND EXISTS (SELECT 1 FROM mirror_follow_tag AS u WHERE u.corp_id = ? AND u.tag_id = ? AND u.customer_id = t.customer_id)"
	onFollowToo   = " AND EXISTS (SELECT 1 FROM mirror_follow_tag AS u WHERE u.corp_id = ? AND u.tag_id = ? AND u.customer_id = t.customer_id AND u.follow_id = t.follow_id)"
)

// withAll are the customers or the follows that have all the tags, the rarest of which comes
// first. Whether the viewer sees the follows is left to the conditions.
func (p *plan) withAll(tags []string, anybodys bool) viewer.Condition {
	sql, too := followsWith, onFollowToo
	if anybodys {
		sql, too = customersWith, onCustomerToo
	}
	args := []any{p.corp, tags[0]}
	for _, t := range tags[1:] {
		sql, args = sql+too, append(args, p.corp, t)
	}
	return viewer.Condition{SQL: sql, Args: args}
}

// listed gives the ids that a query finds, or all false when there are more than most.
func (p *plan) listed(ctx context.Context, q viewer.Condition, most int) (ids []id.ID, all bool, err error) {
	err = p.read.NewRaw("SELECT r.id FROM ("+q.SQL+" LIMIT ?) AS r", append(slices.Clone(q.Args), most+1)...).Scan(ctx, &ids)
	return ids, len(ids) <= most, err
}
