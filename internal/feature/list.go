package feature

import "github.com/queqiao-scrm/queqiao/internal/saved"

// ShareViews lets its holder save views for others, and change those that others shared.
const ShareViews = "view.share"

// List is a list whose looks people may save under a name (视图). The feature that owns the
// list names it in its manifest; the feature view keeps the views and serves them.
type List struct {
	// Key names the list, "<slug>.<list>": "audit.list".
	Key string
	// Permission is asked of whoever sees, saves or opens a view of the list.
	Permission string
	// Share is asked of whoever saves one for others; ShareViews when empty.
	Share string
}

// Views is the kind of what is saved of the list.
func (l List) Views() saved.Kind {
	k := saved.Kind{Key: l.Key, Name: "view", ZH: "视图", Share: l.Share}
	if k.Share == "" {
		k.Share = ShareViews
	}
	return k
}
