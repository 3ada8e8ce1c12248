package access

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// bookOf reads what rights depend on of the contact book.
func bookOf(ctx context.Context, q db.Querier, corp string) (book, error) {
	b, err := treeOf(ctx, q, corp)
	if err != nil {
		return b, err
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
			b.gone[at.Department] = append(b.gone[at.Department], at.Member)
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

// treeOf reads the departments of the contact book, and nobody in them.
func treeOf(ctx context.Context, q db.Querier, corp string) (book, error) {
	b := book{
		people: map[string]*person{}, departments: map[int64]string{}, parents: map[int64]int64{},
		children: map[int64][]int64{}, members: map[int64][]string{}, gone: map[int64][]string{},
	}
	var departments []struct {
		ID     int64  `bun:"id"`
		Parent int64  `bun:"parent_id"`
		Name   string `bun:"name"`
	}
	err := q.NewRaw(`SELECT id, parent_id, name FROM mirror_department WHERE corp_id = ?`, corp).Scan(ctx, &departments)
	if err != nil {
		return b, err
	}
	for _, d := range departments {
		b.children[d.Parent] = append(b.children[d.Parent], d.ID)
		b.departments[d.ID], b.parents[d.ID] = d.Name, d.Parent
	}
	return b, nil
}

// countedTo is where counting stops: a number beyond it helps nobody and costs a walk.
const countedTo = 10_000

// followsIn counts the follows that stand in a viewer's scope.
func followsIn(ctx context.Context, q db.Querier, v viewer.Viewer) (n int64, more bool, err error) {
	scope := v.Where("f.corp_id", "f.member_id")
	some := q.NewSelect().TableExpr("mirror_follow AS f").ColumnExpr("1").Where(scope.SQL, scope.Args...).
		Where("f.standing IN (?)", bun.List([]mirror.Standing{mirror.Stands, mirror.Half})).Limit(countedTo + 1)
	if err := q.NewRaw("SELECT COUNT(*) FROM (?) AS r", some).Scan(ctx, &n); err != nil {
		return 0, false, err
	}
	return min(n, countedTo), n > countedTo, nil
}
