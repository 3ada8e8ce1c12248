package mirror

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/wecom/callback"
)

// place is one membership of one department.
type place struct {
	Corp       string `bun:"corp_id"`
	Member     string `bun:"member_id"`
	Department int64  `bun:"department_id"`
	Leader     bool   `bun:"leader"`
	Position   int64  `bun:"position"`
}

// lockMember gives the member's row, made when it was missing, and keeps others from
// changing it until the transaction ends.
func (m *Mirror) lockMember(ctx context.Context, tx db.Tx, corp, member string) (row Member, known bool, err error) {
	if member, err = memberKey(ctx, tx, corp, member); err != nil {
		return Member{}, false, err
	}
	err = tx.NewRaw(`INSERT INTO mirror_member (`+memberColumns+`)
		VALUES (?, ?, ?, '', '', '', '', '', 0, 0, FALSE, 0, 0, 0, 0, ?)
		ON CONFLICT (corp_id, id) DO UPDATE SET updated_at = excluded.updated_at
		RETURNING `+memberColumns, corp, member, strings.ToLower(member), db.NowMS(m.clock)).Scan(ctx, &row)
	return row, row.Name != "", err
}

// writeMember stores a row that lockMember gave, and tells open pages. A sync that runs
// just now counts it as seen: its answer may be older than what is written here.
func (m *Mirror) writeMember(ctx context.Context, tx db.Tx, r Member) error {
	_, err := tx.NewRaw(`UPDATE mirror_member SET name = ?, pinyin = ?, alias = ?, title = ?, avatar = ?, status = ?, main_department = ?,
			can_contact = ?, left_at = ?, told_at = ?, read_at = ?, sync_run = `+runningOr+`, updated_at = ?
		WHERE corp_id = ? AND id = ?`,
		r.Name, pinyinOf(r.Name), r.Alias, r.Title, r.Avatar, r.Status, r.MainDepartment,
		r.CanContact, r.LeftAt, r.ToldAt, r.ReadAt, r.Corp, r.SyncRun, db.NowMS(m.clock), r.Corp, r.ID).Exec(ctx)
	if err != nil {
		return err
	}
	return m.live.Publish(ctx, tx, r.Corp, topicMember, r.ID)
}

// moveMember puts a member into the departments that a callback names, if it names any,
// and tells whether they differ.
func (m *Mirror) moveMember(ctx context.Context, tx db.Tx, corp, member string, f callback.UserFields) (bool, error) {
	if f.Department == nil {
		return false, nil
	}
	var want []place
	for i, d := range *f.Department {
		p := place{Corp: corp, Member: member, Department: d}
		if f.IsLeaderInDept != nil && i < len(*f.IsLeaderInDept) {
			p.Leader = (*f.IsLeaderInDept)[i] == 1
		}
		want = append(want, p)
	}
	return placeMember(ctx, tx, corp, member, want, false)
}

// placeMember replaces a member's departments and tells whether they differ. Without
// order the positions known stay.
func placeMember(ctx context.Context, tx db.Tx, corp, member string, want []place, order bool) (bool, error) {
	var known []place
	if err := tx.NewRaw(`SELECT corp_id, member_id, department_id, leader, position FROM mirror_member_department
		WHERE corp_id = ? AND member_id = ?`, corp, member).Scan(ctx, &known); err != nil {
		return false, err
	}
	before := make(map[int64]place, len(known))
	for _, p := range known {
		before[p.Department] = p
	}
	want = onePlaceEach(want)
	moved := len(want) != len(known)
	for i := range want {
		old, ok := before[want[i].Department]
		if ok && !order {
			want[i].Position = old.Position
		}
		moved = moved || old != want[i]
	}
	if !moved {
		return false, nil
	}
	if _, err := tx.NewRaw(`DELETE FROM mirror_member_department WHERE corp_id = ? AND member_id = ?`, corp, member).Exec(ctx); err != nil {
		return false, err
	}
	return true, writePlaces(ctx, tx, want)
}

func onePlaceEach(list []place) []place {
	slices.SortStableFunc(list, func(a, b place) int { return int(a.Department - b.Department) })
	return slices.CompactFunc(list, func(a, b place) bool { return a.Department == b.Department })
}

func writePlaces(ctx context.Context, tx db.Tx, list []place) error {
	return inBatches(list, func(part []place) error {
		_, err := tx.NewInsert().Model(&part).ModelTableExpr("mirror_member_department").
			On("CONFLICT (corp_id, member_id, department_id) DO UPDATE").
			Set("leader = excluded.leader, position = excluded.position").Exec(ctx)
		return err
	})
}

func writeDepartments(ctx context.Context, tx db.Tx, list []*Department) error {
	return inBatches(list, func(part []*Department) error {
		_, err := tx.NewInsert().Model(&part).ModelTableExpr("mirror_department").
			On("CONFLICT (corp_id, id) DO UPDATE").
			Set("parent_id = excluded.parent_id, name = excluded.name, position = excluded.position").Exec(ctx)
		return err
	})
}

func dropDepartments(ctx context.Context, tx db.Tx, corp string, departments []int64) error {
	return inBatches(departments, func(part []int64) error {
		for _, sql := range []string{
			`DELETE FROM mirror_department WHERE corp_id = ? AND id IN (?)`,
			`DELETE FROM mirror_member_department WHERE corp_id = ? AND department_id IN (?)`,
		} {
			if _, err := tx.NewRaw(sql, corp, bun.List(part)).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}
