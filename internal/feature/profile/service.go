package profile

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// answer writes what a raw route says.
func answer(w http.ResponseWriter, v any) error {
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(v)
}

// seen reads a customer as the viewer may see him: one whom nobody in his scope ever
// followed is not found.
func (s *service) seen(ctx context.Context, customer id.ID) (viewer.Viewer, mirror.Customer, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return v, mirror.Customer{}, err
	}
	c, err := mirror.CustomerByID(ctx, s.db.Read(), v.Corp, customer)
	if err != nil {
		return v, c, err
	}
	within, err := s.inScope(ctx, v, []string{c.Customer})
	if err == nil && len(within) == 0 {
		err = fault.Missing("客户")
	}
	return v, c, err
}

// inScope are those of the customers that the viewer may see, ended follows counted: in
// one query.
func (s *service) inScope(ctx context.Context, v viewer.Viewer, customers []string) (map[string]bool, error) {
	within := map[string]bool{}
	if v.Scope.Reach == viewer.All {
		for _, c := range customers {
			within[c] = true
		}
		return within, nil
	}
	scope := v.Where("f.corp_id", "f.member_id")
	for part := range slices.Chunk(customers, maxIn) {
		var found []string
		err := s.db.Read().NewSelect().ColumnExpr("DISTINCT c.customer").TableExpr("mirror_customer AS c").
			Join("JOIN mirror_follow AS f ON f.customer_id = c.id").
			Where("c.corp_id = ? AND c.customer IN (?)", v.Corp, bun.List(part)).
			Where(scope.SQL, scope.Args...).Scan(ctx, &found)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			within[c] = true
		}
	}
	return within, nil
}

// again runs a transaction anew when the records it is about were merged or parted in
// between.
func (s *service) again(ctx context.Context, act func(ctx context.Context, tx db.Tx) error) error {
	var err error
	for range 3 {
		if err = s.db.Tx(ctx, act); !errors.Is(err, errMoved) {
			return err
		}
	}
	return err
}
