package mirror

import (
	"context"
	"slices"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"

	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// WithoutPhones narrows a search over follows, whose index holds telephone numbers too,
// for a viewer who may not read them: the digits he looks for must stand in the remark,
// the company or the customer's name. Else he could guess a number digit by digit. The
// condition speaks of the follow by its alias; without digits in the query it is empty.
func WithoutPhones(v viewer.Viewer, alias, query string) viewer.Condition {
	var c viewer.Condition
	if v.Can(viewer.PermissionPhone) {
		return c
	}
	for _, word := range search.Numbers(query) {
		like := "%" + likeEscape(word) + "%"
		c = viewer.Condition{
			SQL: strings.ReplaceAll(`(lower({f}.remark) LIKE ? ESCAPE '!' OR lower({f}.company) LIKE ? ESCAPE '!'
			OR EXISTS (SELECT 1 FROM mirror_customer AS named WHERE named.id = {f}.customer_id AND lower(named.name) LIKE ? ESCAPE '!'))`, "{f}", alias),
			Args: []any{like, like, like},
		}.And(c)
	}
	return c
}

// maxByNumber bounds how many follows of one telephone number are looked at.
const maxByNumber = 100

// FollowsByPhone finds the follows whose members noted one of these telephone numbers, by
// Digits of the number, whatever their standing and whoever may see them: a few statements
// for all numbers together.
func (m *Mirror) FollowsByPhone(ctx context.Context, q db.Querier, corp string, numbers []string) (map[string][]Follow, error) {
	found := map[string][]Follow{}
	wanted := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(numbers))), func(n string) bool { return len(n) < 5 })
	ids, err := m.search.Any(ctx, q, corp, "follow", wanted, maxByNumber)
	if err != nil {
		return nil, err
	}
	follows, err := FollowsByID(ctx, q, corp, ids)
	if err != nil {
		return nil, err
	}
	for _, i := range ids {
		f, ok := follows[i]
		if !ok {
			continue
		}
		var its []string
		for _, mobile := range f.Mobiles() {
			its = append(its, Digits(mobile))
		}
		slices.Sort(its)
		for _, n := range slices.Compact(its) {
			if _, asked := slices.BinarySearch(wanted, n); asked {
				found[n] = append(found[n], f)
			}
		}
	}
	return found, nil
}

// Digits is a telephone number as it is compared: digits alone, without China's 86.
func Digits(number string) string {
	kept := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number)
	if bare, ok := strings.CutPrefix(kept, "86"); ok && len(bare) == 11 && bare[0] == '1' {
		return bare
	}
	return kept
}
