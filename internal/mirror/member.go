package mirror

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Member is a member (成员) of the corp. Those who left keep their row.
type Member struct {
	Corp           string `bun:"corp_id" json:"-"`
	ID             string `bun:"id" json:"id"`     // userid as WeCom writes it
	Lookup         string `bun:"lookup" json:"-"`  // userid in lower case
	Name           string `bun:"name" json:"name"` // the userid when WeCom hides names from the app
	Pinyin         string `bun:"pinyin" json:"-"`  // of the name, whole and initials: "zhangsan zs"
	Alias          string `bun:"alias" json:"alias"`
	Title          string `bun:"title" json:"title"` // position 职务
	Avatar         string `bun:"avatar" json:"avatar"`
	Status         int    `bun:"status" json:"status"` // wecom.MemberActive …
	MainDepartment int64  `bun:"main_department" json:"mainDepartment"`
	// CanContact tells whether the member holds the 客户联系 permission and lies in the app's range.
	CanContact bool  `bun:"can_contact" json:"canContact"`
	LeftAt     int64 `bun:"left_at" json:"leftAt"` // unix ms, 0 while in the contact book
	ToldAt     int64 `bun:"told_at" json:"-"`
	ReadAt     int64 `bun:"read_at" json:"-"`
	SyncRun    id.ID `bun:"sync_run" json:"-"`
	UpdatedAt  int64 `bun:"updated_at" json:"-"`
}

// CanServe tells whether the member can be put on duty: present, activated and allowed
// to have customers.
func (r Member) CanServe() bool { return r.LeftAt == 0 && r.Status == 1 && r.CanContact }

const memberColumns = `corp_id, id, lookup, name, pinyin, alias, title, avatar, status, main_department, can_contact,
	left_at, told_at, read_at, sync_run, updated_at`

// MemberByID finds a member; the case of letters does not matter, as in WeCom.
func MemberByID(ctx context.Context, q db.Querier, corp, member string) (Member, error) {
	var m Member
	err := q.NewRaw(`SELECT `+memberColumns+` FROM mirror_member WHERE corp_id = ? AND lookup = ?`,
		corp, strings.ToLower(member)).Scan(ctx, &m)
	if db.NoRows(err) {
		return m, fault.Missing("成员")
	}
	return m, err
}

// MembersByID finds many members in one query, keyed by userid as asked; the unknown are
// absent.
func MembersByID(ctx context.Context, q db.Querier, corp string, members []string) (map[string]Member, error) {
	found := make(map[string]Member, len(members))
	return found, inBatches(members, func(part []string) error {
		lookups := make([]string, len(part))
		asked := make(map[string][]string, len(part))
		for i, m := range part {
			lookups[i] = strings.ToLower(m)
			asked[lookups[i]] = append(asked[lookups[i]], m)
		}
		var rows []Member
		err := q.NewRaw(`SELECT `+memberColumns+` FROM mirror_member WHERE corp_id = ? AND lookup IN (?)`,
			corp, bun.List(lookups)).Scan(ctx, &rows)
		for _, m := range rows {
			for _, name := range asked[m.Lookup] {
				found[name] = m
			}
		}
		return err
	})
}

// Names gives the names of members in one query, keyed by userid as asked. A member we
// do not know is named by his userid, so every key asked for is there.
func Names(ctx context.Context, q db.Querier, corp string, members []string) (map[string]string, error) {
	found, err := MembersByID(ctx, q, corp, members)
	names := make(map[string]string, len(members))
	for _, m := range members {
		names[m] = m
		if f, ok := found[m]; ok && f.Name != "" {
			names[m] = f.Name
		}
	}
	return names, err
}

// MembersInDepartments lists the userids of those present in the departments and in all
// departments below them.
func MembersInDepartments(ctx context.Context, q db.Querier, corp string, departments []int64) ([]string, error) {
	if len(departments) == 0 {
		return nil, nil
	}
	var ids []string
	err := q.NewRaw(`WITH RECURSIVE below (id) AS (
			SELECT d.id FROM mirror_department d WHERE d.corp_id = ? AND d.id IN (?)
			UNION
			SELECT c.id FROM mirror_department c JOIN below b ON c.parent_id = b.id WHERE c.corp_id = ?
		)
		SELECT DISTINCT md.member_id FROM mirror_member_department md
		JOIN mirror_member m ON m.corp_id = md.corp_id AND m.id = md.member_id
		WHERE md.corp_id = ? AND md.department_id IN (SELECT id FROM below) AND m.left_at = 0
		ORDER BY md.member_id`,
		corp, bun.List(departments), corp, corp).Scan(ctx, &ids)
	return ids, err
}

// DepartmentsLedBy lists the departments a member leads (is_leader_in_dept).
func DepartmentsLedBy(ctx context.Context, q db.Querier, corp, member string) ([]int64, error) {
	var ids []int64
	err := q.NewRaw(`SELECT department_id FROM mirror_member_department
		WHERE corp_id = ? AND member_id = ? AND leader ORDER BY department_id`, corp, member).Scan(ctx, &ids)
	return ids, err
}

// ContactMembers lists the members who can be put on duty (Member.CanServe), by userid.
func ContactMembers(ctx context.Context, q db.Querier, corp string) ([]Member, error) {
	var rows []Member
	err := q.NewRaw(`SELECT `+memberColumns+` FROM mirror_member
		WHERE corp_id = ? AND left_at = 0 AND status = 1 AND can_contact ORDER BY id`, corp).Scan(ctx, &rows)
	return rows, err
}

// MainDepartments gives the main department's name of members in one query, keyed by
// userid; members without one are absent.
func MainDepartments(ctx context.Context, q db.Querier, corp string, members []string) (map[string]string, error) {
	found, err := MainDepartmentOf(ctx, q, corp, members)
	names := make(map[string]string, len(found))
	for member, d := range found {
		names[member] = d.Name
	}
	return names, err
}

// MainDepartmentOf gives the main department of members, with id and name, in one query,
// keyed by userid; members without one are absent.
func MainDepartmentOf(ctx context.Context, q db.Querier, corp string, members []string) (map[string]Department, error) {
	found := make(map[string]Department, len(members))
	return found, inBatches(members, func(part []string) error {
		var rows []struct {
			Member string `bun:"member"`
			ID     int64  `bun:"id"`
			Name   string `bun:"name"`
		}
		err := q.NewRaw(`SELECT m.id AS member, d.id, d.name FROM mirror_member m
			JOIN mirror_department d ON d.corp_id = m.corp_id AND d.id = m.main_department
			WHERE m.corp_id = ? AND m.id IN (?)`, corp, bun.List(part)).Scan(ctx, &rows)
		for _, r := range rows {
			found[r.Member] = Department{Corp: corp, ID: r.ID, Name: r.Name}
		}
		return err
	})
}
