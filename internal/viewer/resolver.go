package viewer

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Who names a person before his rights are known.
type Who struct {
	Corp    string `json:"corp"`
	Account id.ID  `json:"account"` // 0 when he signs in by WeCom and has no account yet
	Member  string `json:"member"`  // userid, "" for a local administrator without one
	Name    string `json:"name"`
	// Founder is the administrator made at the installation's first start: owner of every corp.
	Founder bool `json:"founder"`
}

// Resolver turns a person into a Viewer: his roles add up to permissions and one scope,
// the widest. The feature access implements it; account asks it on every request, so it
// answers from memory and changes act at once.
type Resolver interface {
	Resolve(ctx context.Context, who Who) (Viewer, error)
}

// Local is a local account as far as whoever gives it rights needs to know it.
type Local struct {
	ID   id.ID
	Name string
	// Home is the corp that made it, "" for the administrator made at the first start.
	Home     string
	Founder  bool
	Disabled bool
}

// Directory knows the local accounts. The feature account implements it; access asks it
// to whom roles can be given.
type Directory interface {
	// Local finds one account; another is not found.
	Local(ctx context.Context, account id.ID) (Local, error)
	// Locals lists those of a corp, of all corps when it is "", by name.
	Locals(ctx context.Context, corp string) ([]Local, error)
}
