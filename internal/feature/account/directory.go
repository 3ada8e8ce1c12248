package account

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// directory tells who gives rights which local accounts there are (viewer.Directory).
type directory struct{ s *service }

// Local finds one.
func (d directory) Local(ctx context.Context, account id.ID) (viewer.Local, error) {
	a, err := accountByID(ctx, d.s.deps.DB.Read(), account)
	return local(a), err
}

// Locals lists those of a corp, of all corps when it is "".
func (d directory) Locals(ctx context.Context, corp string) ([]viewer.Local, error) {
	rows, err := accountsOf(ctx, d.s.deps.DB.Read(), corp, corp == "")
	list := make([]viewer.Local, len(rows))
	for i, a := range rows {
		list[i] = local(a)
	}
	return list, err
}

func local(a Account) viewer.Local {
	return viewer.Local{ID: a.ID, Name: a.Name, Home: a.Home, Founder: a.Founder, Disabled: a.DisabledAt != 0}
}
