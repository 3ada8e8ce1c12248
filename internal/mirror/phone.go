package mirror

import (
	"strings"

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
