package audit

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// ofCustomer begins the objects that are customers. Entries hold their ids and never their
// names: the chain cannot forget, and a customer may ask to be forgotten. Who reads an entry
// is told what the customer is called now, if he sees him.
const ofCustomer = "customer:"

// customerOf is the customer whom a change is about, "" for none.
func (c change) customerOf() string {
	for _, object := range []string{c.Object, c.Of} {
		if customer, is := strings.CutPrefix(object, ofCustomer); is {
			return customer
		}
	}
	return ""
}

// customers are those whom an entry is about.
func (e *entry) customers() (list []string) {
	if !strings.Contains(e.Changes, `"`+ofCustomer) {
		return nil
	}
	changes, err := e.changes()
	if err != nil {
		return nil // shown as it is
	}
	for _, c := range changes {
		if who := c.customerOf(); who != "" {
			list = append(list, who)
		}
	}
	return list
}

// namesStep is how many customers one statement names.
const namesStep = 500

// names are those of the customers whom entries are about and the viewer sees, by their ids.
func (s *service) names(ctx context.Context, v viewer.Viewer, rows []entry) (map[string]string, error) {
	var wanted []id.ID
	for i := range rows {
		for _, text := range rows[i].customers() {
			if customer, err := id.Parse(text); err == nil {
				wanted = append(wanted, customer)
			}
		}
	}
	slices.Sort(wanted)
	names := map[string]string{}
	for part := range slices.Chunk(slices.Compact(wanted), namesStep) {
		var found []struct {
			ID   id.ID  `bun:"id"`
			Name string `bun:"name"`
		}
		if err := seen(s.db.Read(), v, part).Scan(ctx, &found); err != nil {
			return nil, err
		}
		for _, c := range found {
			names[c.ID.String()] = c.Name
		}
	}
	return names, nil
}

// seen asks for those of the customers whom a viewer sees.
func seen(q db.Querier, v viewer.Viewer, customers []id.ID) *bun.SelectQuery {
	query := q.NewSelect().TableExpr("mirror_customer AS c").ColumnExpr("c.id, c.name").Where("c.id IN (?)", bun.List(customers)).Where("c.corp_id = ?", v.Corp)
	if !v.SeesAll() {
		scope := v.Where("f.corp_id", "f.member_id")
		query = query.Where("EXISTS (SELECT 1 FROM mirror_follow AS f WHERE f.customer_id = c.id AND "+scope.SQL+")", scope.Args...)
	}
	return query
}

// called is the name that an entry shows for what it is about first.
func (e *entry) called(names map[string]string) string {
	if e.ObjectName == "" {
		if about := e.customers(); len(about) > 0 {
			return names[about[0]]
		}
	}
	return e.ObjectName
}
