package profile

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

type fieldRow struct {
	bun.BaseModel `bun:"table:profile_field,alias:d"`

	ID         id.ID  `bun:"id,pk"`
	Corp       string `bun:"corp_id"`
	Name       string `bun:"name"`
	Kind       Kind   `bun:"kind"`
	Section    string `bun:"section"`
	Note       string `bun:"note"`
	Unit       string `bun:"unit"`
	Place      int    `bun:"place"`
	Required   bool   `bun:"required"`
	Options    string `bun:"options"`
	Visible    string `bun:"visible"`
	Editable   string `bun:"editable"`
	ArchivedAt int64  `bun:"archived_at"`
	Version    int64  `bun:"version"`
	CreatedBy  string `bun:"created_by"`
	CreatedAt  int64  `bun:"created_at"`
	UpdatedAt  int64  `bun:"updated_at"`
}

func (r fieldRow) field() (Field, error) {
	f := Field{
		ID: r.ID, Name: r.Name, Kind: r.Kind, Section: r.Section, Note: r.Note, Unit: r.Unit, Required: r.Required,
		Archived: r.ArchivedAt > 0, Version: r.Version,
	}
	for _, part := range []struct {
		text string
		into any
	}{{r.Options, &f.Options}, {r.Visible, &f.Visible}, {r.Editable, &f.Editable}} {
		if err := json.Unmarshal([]byte(part.text), part.into); err != nil {
			return f, fmt.Errorf("profile: field %s: %w", r.ID, err)
		}
	}
	return f, nil
}

// fieldsOf are all fields of a corp in their order, those put away too: at most a hundred.
func fieldsOf(ctx context.Context, q db.Querier, corp string) ([]Field, error) {
	var rows []fieldRow
	if err := q.NewSelect().Model(&rows).Where("d.corp_id = ?", corp).OrderExpr("d.place, d.id").Scan(ctx); err != nil {
		return nil, err
	}
	fields := make([]Field, len(rows))
	for i, r := range rows {
		var err error
		if fields[i], err = r.field(); err != nil {
			return nil, err
		}
	}
	return fields, nil
}

// fieldIn finds a field among those of a corp.
func fieldIn(fields []Field, wanted id.ID) (Field, error) {
	i := slices.IndexFunc(fields, func(f Field) bool { return f.ID == wanted })
	if i < 0 {
		return Field{}, fault.Missing("字段")
	}
	return fields[i], nil
}

// texts are the JSON columns of a field.
func (f Field) texts() (options, visible, editable string, err error) {
	parts := make([]string, 3)
	for i, v := range []any{append([]Option{}, f.Options...), append([]string{}, f.Visible...), append([]string{}, f.Editable...)} {
		raw, err := json.Marshal(v)
		if err != nil {
			return "", "", "", err
		}
		parts[i] = db.Clean(string(raw))
	}
	return parts[0], parts[1], parts[2], nil
}

func insertField(ctx context.Context, tx db.Tx, corp string, f Field, place int, by string, at int64) error {
	options, visible, editable, err := f.texts()
	if err != nil {
		return err
	}
	_, err = tx.NewInsert().Model(&fieldRow{
		ID: f.ID, Corp: corp, Name: f.Name, Kind: f.Kind, Section: f.Section, Note: f.Note, Unit: f.Unit, Place: place,
		Required: f.Required, Options: options, Visible: visible, Editable: editable, Version: 1, CreatedBy: by, CreatedAt: at, UpdatedAt: at,
	}).Exec(ctx)
	return err
}

// updateField writes a field over the version that was read; false when it had changed.
func updateField(ctx context.Context, tx db.Tx, corp string, f Field, at int64) (bool, error) {
	options, visible, editable, err := f.texts()
	if err != nil {
		return false, err
	}
	archived := int64(0)
	if f.Archived {
		archived = at
	}
	res, err := tx.NewRaw(`UPDATE profile_field SET name = ?, section = ?, note = ?, unit = ?, required = ?, options = ?, visible = ?, editable = ?,
		archived_at = ?, version = version + 1, updated_at = ? WHERE corp_id = ? AND id = ? AND version = ?`,
		f.Name, f.Section, f.Note, f.Unit, f.Required, options, visible, editable, archived, at, corp, f.ID, f.Version).Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// values are the cells of customers by customer and field.
type values map[string]map[id.ID][]cell

func (v values) of(customer string) map[id.ID][]cell {
	if v[customer] == nil {
		v[customer] = map[id.ID][]cell{}
	}
	return v[customer]
}

// maxIn bounds one list in a statement.
const maxIn = 500

// valuesOf reads what is known of some customers, in one query for each few hundred.
func valuesOf(ctx context.Context, q db.Querier, corp string, customers []string) (values, error) {
	found := values{}
	for part := range slices.Chunk(customers, maxIn) {
		var rows []struct {
			Customer string  `bun:"customer"`
			Field    id.ID   `bun:"field_id"`
			Seq      int     `bun:"seq"`
			Text     string  `bun:"text"`
			Token    string  `bun:"token"`
			Number   float64 `bun:"number"`
		}
		err := q.NewRaw(`SELECT customer, field_id, seq, text, token, number FROM profile_value WHERE corp_id = ? AND customer IN (?)
			ORDER BY customer, field_id, seq`, corp, bun.List(part)).Scan(ctx, &rows)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			of := found.of(r.Customer)
			of[r.Field] = append(of[r.Field], cell{r.Text, r.Token, r.Number})
		}
	}
	return found, nil
}

// put is one field of one customer to be written.
type put struct {
	customer string
	field    id.ID
	cells    []cell
}

// writeValues replaces the values of fields.
func writeValues(ctx context.Context, tx db.Tx, corp string, puts []put, at int64) error {
	byField := map[id.ID][]string{}
	var rows db.Rows
	for _, p := range puts {
		byField[p.field] = append(byField[p.field], p.customer)
		for i, c := range p.cells {
			rows = append(rows, []any{corp, p.customer, p.field, i, c.Text, c.Token, c.Number, at})
		}
	}
	for field, customers := range byField {
		for part := range slices.Chunk(customers, maxIn) {
			if _, err := tx.NewRaw(`DELETE FROM profile_value WHERE corp_id = ? AND customer IN (?) AND field_id = ?`, corp, bun.List(part), field).Exec(ctx); err != nil {
				return err
			}
		}
	}
	for part := range slices.Chunk(rows, maxIn) {
		if _, err := tx.NewRaw(`INSERT INTO profile_value (corp_id, customer, field_id, seq, text, token, number, updated_at) VALUES ?`, part).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// person is what is known of a customer's record as such.
type person struct {
	Customer      string `bun:"customer"`
	Main          string `bun:"main"`
	BlacklistedAt int64  `bun:"blacklisted_at"`
	Reason        string `bun:"blacklist_reason"`
	By            string `bun:"blacklist_by"`
}

// personsOf reads the records that have something to say.
func personsOf(ctx context.Context, q db.Querier, corp string, customers []string) (map[string]person, error) {
	found := map[string]person{}
	for part := range slices.Chunk(customers, maxIn) {
		var rows []person
		err := q.NewRaw(`SELECT customer, main, blacklisted_at, blacklist_reason, blacklist_by FROM profile_person WHERE corp_id = ? AND customer IN (?)`,
			corp, bun.List(part)).Scan(ctx, &rows)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			found[r.Customer] = r
		}
	}
	return found, nil
}

// groupOf are the records that share a profile with this one, the main one first; alone
// when it shares with none.
func groupOf(ctx context.Context, q db.Querier, corp, customer string) ([]string, error) {
	groups, err := groupsOf(ctx, q, corp, []string{customer})
	return groups[customer], err
}

// groupsOf are the groups of some records, by record, in three queries.
func groupsOf(ctx context.Context, q db.Querier, corp string, customers []string) (map[string][]string, error) {
	persons, err := personsOf(ctx, q, corp, customers)
	if err != nil {
		return nil, err
	}
	mains := map[string][]string{}
	for _, c := range customers {
		main := cmp.Or(persons[c].Main, c)
		mains[main] = []string{main}
	}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(mains)), maxIn) {
		var rows []person
		err := q.NewRaw(`SELECT customer, main FROM profile_person WHERE corp_id = ? AND main IN (?) AND main <> '' ORDER BY customer`, corp, bun.List(part)).Scan(ctx, &rows)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			mains[r.Main] = append(mains[r.Main], r.Customer)
		}
	}
	groups := make(map[string][]string, len(customers))
	for _, c := range customers {
		groups[c] = mains[cmp.Or(persons[c].Main, c)]
	}
	return groups, nil
}

// lock makes the writers of these records come one after another, and gives what is known
// of them. They are locked in one order, so that two writers do not wait for each other.
func lock(ctx context.Context, tx db.Tx, corp string, customers []string) (map[string]person, error) {
	sorted := slices.Compact(slices.Sorted(slices.Values(customers)))
	for part := range slices.Chunk(sorted, maxIn) {
		var rows db.Rows
		for _, c := range part {
			rows = append(rows, []any{corp, c, "", 0, "", "", 1})
		}
		_, err := tx.NewRaw(`INSERT INTO profile_person (corp_id, customer, main, blacklisted_at, blacklist_reason, blacklist_by, version) VALUES ?
			ON CONFLICT (corp_id, customer) DO UPDATE SET version = profile_person.version + 1`, rows).Exec(ctx)
		if err != nil {
			return nil, err
		}
	}
	return personsOf(ctx, tx, corp, sorted)
}
