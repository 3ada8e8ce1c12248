package profile

import (
	"cmp"
	"context"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// columns are the corp's fields that the viewer sees, and whether the customer is on the
// blacklist. A record that shares the profile of another shows the values of that one.
func (s *service) columns(ctx context.Context, v viewer.Viewer) ([]ask.Column, error) {
	fields, err := fieldsOf(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	var columns []ask.Column
	for _, f := range fields {
		if f.Archived || !f.seenBy(v) {
			continue
		}
		columns = append(columns, ask.Column{Key: slug + "." + f.ID.String(), ZH: f.Name, EN: f.Name, Permission: permissionRead, Cells: f.cells})
	}
	return columns, nil
}

// badges stand beside the customer's name.
func badges() []ask.Column {
	return []ask.Column{{Key: "profile.blacklisted", ZH: "黑名单", EN: "Blacklisted", Permission: permissionRead, Cells: blackCells}}
}

func customersOf(q ask.CellsQuery) []string {
	customers := make([]string, len(q.Pairs))
	for i, p := range q.Pairs {
		customers[i] = p.Customer
	}
	return customers
}

func blackCells(ctx context.Context, q ask.CellsQuery) (map[id.ID]any, error) {
	persons, err := personsOf(ctx, q.Read, q.Viewer.Corp, customersOf(q))
	if err != nil {
		return nil, err
	}
	yes := "是"
	if q.English {
		yes = "Yes"
	}
	cells := map[id.ID]any{}
	for _, p := range q.Pairs {
		if persons[p.Customer].BlacklistedAt > 0 {
			cells[p.Follow] = yes
		}
	}
	return cells, nil
}

// cells are the values of the field, as people read them.
func (f Field) cells(ctx context.Context, q ask.CellsQuery) (map[id.ID]any, error) {
	if len(q.Pairs) == 0 {
		return nil, nil
	}
	persons, err := personsOf(ctx, q.Read, q.Viewer.Corp, customersOf(q))
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(q.Pairs))
	for i, p := range q.Pairs {
		keys[i] = cmp.Or(persons[p.Customer].Main, p.Customer)
	}
	var rows []struct {
		Customer string  `bun:"customer"`
		Text     string  `bun:"text"`
		Number   float64 `bun:"number"`
	}
	err = q.Read.NewRaw("SELECT customer, text, number FROM profile_value WHERE corp_id = ? AND customer IN (?) AND field_id = ? ORDER BY customer, seq",
		q.Viewer.Corp, bun.List(keys), f.ID).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	texts, numbers := map[string][]string{}, map[string]float64{}
	for _, r := range rows {
		texts[r.Customer] = append(texts[r.Customer], r.Text)
		numbers[r.Customer] = r.Number
	}
	names, err := f.fileNames(ctx, q, texts)
	if err != nil {
		return nil, err
	}
	v := q.Viewer
	if q.Masked {
		v.Permissions = nil // nobody reads numbers in full in a list
	}
	cells := map[id.ID]any{}
	for i, p := range q.Pairs {
		switch has := texts[keys[i]]; {
		case len(has) == 0:
		case f.Kind == Number && f.Unit == "":
			cells[p.Follow] = numbers[keys[i]]
		default:
			cells[p.Follow] = f.words(v, has, names)
		}
	}
	return cells, nil
}

// fileNames are the names of the files among some values, by id.
func (f Field) fileNames(ctx context.Context, q ask.CellsQuery, texts map[string][]string) (map[string]string, error) {
	names := map[string]string{}
	if f.Kind != File {
		return names, nil
	}
	var all []string
	for _, t := range texts {
		all = append(all, t...)
	}
	files, err := filesByID(ctx, q.Read, q.Viewer.Corp, all)
	for i, file := range files {
		names[i] = file.Name
	}
	return names, err
}
