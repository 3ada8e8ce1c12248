package notice

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// Receivers are people by what they are; Send finds out who that is.
type Receivers struct {
	// Members are userids, such as administrators whom the corp has chosen.
	Members []string
	// LeadersOf are the leaders of this member's departments (部门负责人), without himself; where
	// a department has none, those of the one above it.
	LeadersOf string
}

// climb bounds how far up leaders are looked for: WeCom allows 15 levels.
const climb = 15

// people lists who is meant, each once.
func (r Receivers) people(ctx context.Context, q db.Querier, corp string) ([]string, error) {
	found := slices.Clone(r.Members)
	if r.LeadersOf != "" {
		leaders, err := Leaders(ctx, q, corp, r.LeadersOf)
		if err != nil {
			return nil, err
		}
		found = append(found, leaders...)
	}
	return found, nil
}

// Leaders are the leaders of a member's departments, without himself: of each department, or
// of the nearest above it that has one who is still there.
func Leaders(ctx context.Context, q db.Querier, corp, member string) ([]string, error) {
	var at []int64
	if err := q.NewRaw(`SELECT department_id FROM mirror_member_department WHERE corp_id = ? AND member_id = ?`, corp, member).Scan(ctx, &at); err != nil {
		return nil, err
	}
	var found []string
	for range climb {
		if len(at) == 0 {
			break
		}
		var rows []struct {
			Department int64  `bun:"department_id"`
			Member     string `bun:"member_id"`
		}
		err := q.NewRaw(`SELECT d.department_id, d.member_id FROM mirror_member_department d
			JOIN mirror_member m ON m.corp_id = d.corp_id AND m.id = d.member_id
			WHERE d.corp_id = ? AND d.department_id IN (?) AND d.leader AND d.member_id <> ? AND m.left_at = 0
			ORDER BY d.department_id, d.member_id`, corp, bun.List(at), member).Scan(ctx, &rows)
		if err != nil {
			return nil, err
		}
		led := map[int64]bool{}
		for _, r := range rows {
			led[r.Department] = true
			if !slices.Contains(found, r.Member) {
				found = append(found, r.Member)
			}
		}
		at = slices.DeleteFunc(at, func(d int64) bool { return led[d] })
		if len(at) == 0 {
			break
		}
		var above []int64
		if err := q.NewRaw(`SELECT DISTINCT parent_id FROM mirror_department WHERE corp_id = ? AND id IN (?) AND parent_id <> id AND parent_id > 0`,
			corp, bun.List(at)).Scan(ctx, &above); err != nil {
			return nil, err
		}
		at = above
	}
	slices.Sort(found)
	return found, nil
}
