package access

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type roleRow struct {
	Corp        string       `bun:"corp_id"`
	Role        string       `bun:"role"`
	Name        string       `bun:"name"`
	Permissions string       `bun:"permissions"`
	Reach       viewer.Reach `bun:"reach"`
	BuiltIn     bool         `bun:"built_in"`
}

// seed writes the built-in roles of a corp.
func seed(ctx context.Context, tx db.Tx, corp string) error {
	for _, r := range builtIn() {
		permissions, err := json.Marshal(r.Permissions)
		if err != nil {
			return err
		}
		_, err = tx.NewRaw(`INSERT INTO access_role (corp_id, role, name, permissions, reach, built_in) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (corp_id, role) DO UPDATE
			SET name = excluded.name, permissions = excluded.permissions, reach = excluded.reach, built_in = excluded.built_in`,
			corp, r.Key, r.Name, string(permissions), string(r.Reach), true).Exec(ctx)
		if err != nil {
			return fmt.Errorf("access: seed role %s: %w", r.Key, err)
		}
	}
	return nil
}

func rolesIn(ctx context.Context, q db.Querier, corp string) (map[string]Role, error) {
	var rows []roleRow
	err := q.NewRaw(`SELECT corp_id, role, name, permissions, reach, built_in FROM access_role WHERE corp_id = ?`, corp).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	roles := make(map[string]Role, len(rows))
	for _, row := range rows {
		r := Role{Key: row.Role, Name: row.Name, Reach: row.Reach, BuiltIn: row.BuiltIn}
		if err := json.Unmarshal([]byte(row.Permissions), &r.Permissions); err != nil {
			return nil, fmt.Errorf("access: permissions of role %s: %w", row.Role, err)
		}
		roles[r.Key] = r
	}
	return roles, nil
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

// setGrants replaces the roles of a member. A role that he had before keeps its giver.
func setGrants(ctx context.Context, tx db.Tx, corp, member string, roles []string, by string, now int64) error {
	member = strings.ToLower(member)
	gone := tx.NewDelete().Table("access_grant").
		Where("corp_id = ?", corp).Where("account_id = 0").Where("member = ?", member)
	if len(roles) > 0 {
		gone = gone.Where("role NOT IN (?)", bun.List(roles))
	}
	if _, err := gone.Exec(ctx); err != nil {
		return err
	}
	for _, role := range roles {
		_, err := tx.NewRaw(`INSERT INTO access_grant (corp_id, account_id, member, role, granted_by, granted_at) VALUES (?, 0, ?, ?, ?, ?)
			ON CONFLICT (corp_id, account_id, member, role) DO NOTHING`, corp, member, role, by, now).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

// bookOf reads what rights depend on of the contact book.
func bookOf(ctx context.Context, q db.Querier, corp string) (book, error) {
	b := book{people: map[string]*person{}, children: map[int64][]int64{}, members: map[int64][]string{}}
	var departments []struct {
		ID     int64 `bun:"id"`
		Parent int64 `bun:"parent_id"`
	}
	err := q.NewRaw(`SELECT id, parent_id FROM mirror_department WHERE corp_id = ?`, corp).Scan(ctx, &departments)
	if err != nil {
		return b, err
	}
	for _, d := range departments {
		b.children[d.Parent] = append(b.children[d.Parent], d.ID)
	}
	var members []struct {
		ID     string `bun:"id"`
		Lookup string `bun:"lookup"`
		Name   string `bun:"name"`
		Status int    `bun:"status"`
	}
	err = q.NewRaw(`SELECT id, lookup, name, status FROM mirror_member WHERE corp_id = ? AND left_at = 0`, corp).Scan(ctx, &members)
	if err != nil {
		return b, err
	}
	byID := make(map[string]*person, len(members))
	for _, m := range members {
		p := &person{id: m.ID, name: m.Name, active: mayWork(m.Status)}
		b.people[m.Lookup], byID[m.ID] = p, p
	}
	var places []struct {
		Member     string `bun:"member_id"`
		Department int64  `bun:"department_id"`
		Leader     bool   `bun:"leader"`
	}
	err = q.NewRaw(`SELECT member_id, department_id, leader FROM mirror_member_department WHERE corp_id = ?`, corp).Scan(ctx, &places)
	for _, at := range places {
		p := byID[at.Member]
		if p == nil {
			continue
		}
		p.in = append(p.in, at.Department)
		if at.Leader {
			p.leads = append(p.leads, at.Department)
		}
		b.members[at.Department] = append(b.members[at.Department], p.id)
	}
	return b, err
}
