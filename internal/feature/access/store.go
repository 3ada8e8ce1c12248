package access

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type roleRow struct {
	Corp        string       `bun:"corp_id"`
	Role        string       `bun:"role"`
	Name        string       `bun:"name"`
	Note        string       `bun:"note"`
	Permissions string       `bun:"permissions"`
	Reach       viewer.Reach `bun:"reach"`
	Scope       string       `bun:"scope"`
	Book        string       `bun:"book"`
	BuiltIn     bool         `bun:"built_in"`
	Version     int64        `bun:"version"`
}

// seed writes the built-in roles of a corp.
func seed(ctx context.Context, tx db.Tx, corp string) error {
	for _, r := range BuiltIn() {
		if err := writeRole(ctx, tx, corp, r, "", 0); err != nil {
			return fmt.Errorf("access: seed role %s: %w", r.Key, err)
		}
	}
	return nil
}

// writeRole makes or replaces a role.
func writeRole(ctx context.Context, tx db.Tx, corp string, r Role, by string, now int64) error {
	permissions, err := json.Marshal(append([]string{}, r.Permissions...))
	if err != nil {
		return err
	}
	scope, err := json.Marshal(r.Scope)
	if err != nil {
		return err
	}
	book, err := json.Marshal(r.Book)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`INSERT INTO access_role (corp_id, role, name, note, permissions, reach, scope, book, built_in, version, updated_by, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (corp_id, role) DO UPDATE
		SET name = excluded.name, note = excluded.note, permissions = excluded.permissions, reach = excluded.reach, scope = excluded.scope,
			book = excluded.book, built_in = excluded.built_in, version = excluded.version, updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
		corp, r.Key, r.Name, r.Note, string(permissions), string(r.Reach), string(scope), string(book), r.BuiltIn, max(r.Version, 1), by, now).Exec(ctx)
	return err
}

// removeRole deletes a role with everything that names it.
func removeRole(ctx context.Context, tx db.Tx, corp, role string) error {
	for _, table := range []string{"access_menu", "access_grant", "access_department_grant", "access_role"} {
		if _, err := tx.NewDelete().Table(table).Where("corp_id = ?", corp).Where("role = ?", role).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// lock lets changes of a corp's rights follow one another, so that two of them together
// cannot do what neither alone may.
func lock(ctx context.Context, tx db.Tx, corp string) error {
	_, err := tx.NewRaw("UPDATE access_role SET built_in = built_in WHERE corp_id = ? AND role = ?", corp, Owner).Exec(ctx)
	return err
}

func rolesIn(ctx context.Context, q db.Querier, corp string) (map[string]Role, error) {
	var rows []roleRow
	err := q.NewRaw(`SELECT corp_id, role, name, note, permissions, reach, scope, book, built_in, version FROM access_role WHERE corp_id = ?`, corp).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	roles := make(map[string]Role, len(rows))
	for _, row := range rows {
		r := Role{Key: row.Role, Name: row.Name, Note: row.Note, Reach: row.Reach, BuiltIn: row.BuiltIn, Version: row.Version}
		if err := json.Unmarshal([]byte(row.Permissions), &r.Permissions); err != nil {
			return nil, fmt.Errorf("access: permissions of role %s: %w", row.Role, err)
		}
		if r.Scope, err = spanOf(row.Scope, spanFor(row.Reach)); err == nil {
			r.Book, err = spanOf(row.Book, Span{Kind: Same})
		}
		if err != nil {
			return nil, fmt.Errorf("access: scope of role %s: %w", row.Role, err)
		}
		roles[r.Key] = r
	}
	return roles, nil
}

// spanOf reads a span as it is kept; a row that has none has the given one.
func spanOf(text string, none Span) (Span, error) {
	if text == "" {
		return none, nil
	}
	var s Span
	err := json.Unmarshal([]byte(text), &s)
	return s, err
}

// spanFor is what a reach meant before roles had spans.
func spanFor(reach viewer.Reach) Span {
	switch reach {
	case viewer.All:
		return Span{Kind: Whole}
	case viewer.Departments:
		return Span{Kind: Managed, Below: true}
	case viewer.Self:
	}
	return Span{Kind: Self}
}

// grantRow is one role held by one person.
type grantRow struct {
	Account   int64  `bun:"account_id"`
	Member    string `bun:"member"`
	Role      string `bun:"role"`
	GrantedBy string `bun:"granted_by"`
	GrantedAt int64  `bun:"granted_at"`
}

func grantsIn(ctx context.Context, q db.Querier, corp string) ([]grantRow, error) {
	var rows []grantRow
	err := q.NewRaw(`SELECT account_id, member, role, granted_by, granted_at FROM access_grant
		WHERE corp_id = ? ORDER BY granted_at DESC, account_id, member, role`, corp).Scan(ctx, &rows)
	return rows, err
}

// setGrants replaces the roles of a holder. A role that he had before keeps its giver.
func setGrants(ctx context.Context, tx db.Tx, corp string, h holder, roles []string, by string, now int64) error {
	gone := tx.NewDelete().Table("access_grant").
		Where("corp_id = ?", corp).Where("account_id = ?", h.account).Where("member = ?", h.member)
	if len(roles) > 0 {
		gone = gone.Where("role NOT IN (?)", bun.List(roles))
	}
	if _, err := gone.Exec(ctx); err != nil {
		return err
	}
	for _, role := range roles {
		_, err := tx.NewRaw(`INSERT INTO access_grant (corp_id, account_id, member, role, granted_by, granted_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (corp_id, account_id, member, role) DO NOTHING`, corp, h.account, h.member, role, by, now).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

// departmentGrant is one role given to whoever belongs to a department.
type departmentGrant struct {
	Department int64  `bun:"department_id"`
	Role       string `bun:"role"`
	Below      bool   `bun:"below"`
}

func departmentGrantsIn(ctx context.Context, q db.Querier, corp string) ([]departmentGrant, error) {
	var rows []departmentGrant
	err := q.NewRaw(`SELECT department_id, role, below FROM access_department_grant
		WHERE corp_id = ? ORDER BY granted_at DESC, department_id, role`, corp).Scan(ctx, &rows)
	return rows, err
}

// setDepartmentGrants replaces the roles of a department.
func setDepartmentGrants(ctx context.Context, tx db.Tx, corp string, department int64, roles []string, below bool, by string, now int64) error {
	gone := tx.NewDelete().Table("access_department_grant").Where("corp_id = ?", corp).Where("department_id = ?", department)
	if _, err := gone.Exec(ctx); err != nil {
		return err
	}
	for _, role := range roles {
		_, err := tx.NewRaw(`INSERT INTO access_department_grant (corp_id, department_id, role, below, granted_by, granted_at)
			VALUES (?, ?, ?, ?, ?, ?)`, corp, department, role, below, by, now).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

func menusIn(ctx context.Context, q db.Querier, corp string) (map[string][]MenuItem, error) {
	var rows []struct {
		Role  string `bun:"role"`
		Items string `bun:"items"`
	}
	if err := q.NewRaw("SELECT role, items FROM access_menu WHERE corp_id = ?", corp).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	menus := map[string][]MenuItem{}
	for _, row := range rows {
		var items []MenuItem
		if err := json.Unmarshal([]byte(row.Items), &items); err != nil {
			return nil, fmt.Errorf("access: menu of role %s: %w", row.Role, err)
		}
		menus[row.Role] = items
	}
	return menus, nil
}

// setMenu replaces a role's navigation; without items it goes back to the usual one.
func setMenu(ctx context.Context, tx db.Tx, corp, role string, items []MenuItem, by string, now int64) error {
	if len(items) == 0 {
		_, err := tx.NewRaw("DELETE FROM access_menu WHERE corp_id = ? AND role = ?", corp, role).Exec(ctx)
		return err
	}
	text, err := json.Marshal(items)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`INSERT INTO access_menu (corp_id, role, items, updated_by, updated_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (corp_id, role) DO UPDATE
		SET items = excluded.items, updated_by = excluded.updated_by, updated_at = excluded.updated_at`, corp, role, string(text), by, now).Exec(ctx)
	return err
}
