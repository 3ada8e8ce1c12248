package viewer

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Who names a person before his rights are known.
type Who struct {
	Corp    string
	Account id.ID  // 0 when he signs in by WeCom and has no account yet
	Member  string // userid, "" for a local administrator without one
	Name    string
	// Founder is the administrator made at the installation's first start: owner of every corp.
	Founder bool
}

// Resolver turns a person into a Viewer: his roles add up to permissions and one scope,
// the widest. The feature access implements it; account asks it on every request, so it
// answers from memory and changes act at once.
type Resolver interface {
	Resolve(ctx context.Context, who Who) (Viewer, error)
}
