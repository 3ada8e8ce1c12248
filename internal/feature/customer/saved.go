package customer

import (
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/saved"
)

// permissionShare lets its holder save segments and views of the list for others, and
// change those that others shared.
const permissionShare = "customer.share"

// customers is the list of which people save views: its filters, level and columns.
func customers() feature.List {
	return feature.List{Key: "customer.list", Permission: permissionRead, Share: permissionShare}
}

// segments is the kind of saved conditions.
func segments() saved.Kind {
	return saved.Kind{Key: "customer.segment", Name: "segment", ZH: "客户分群", Share: permissionShare}
}
