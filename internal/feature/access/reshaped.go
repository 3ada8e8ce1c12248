package access

import (
	"context"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// reshaped puts on record whose roles change because a department moves or goes: those that
// it gets from the departments above it, and the lead of a department that is no more.
func (s *service) reshaped(ctx context.Context, tx db.Tx, corp string, going []int64) (func() error, error) {
	before, err := s.memory.frame(ctx, tx, corp)
	if err != nil {
		return nil, err
	}
	was, err := peopleIn(ctx, tx, corp, going)
	if err != nil {
		return nil, err
	}
	return func() error {
		after, err := s.memory.frame(ctx, tx, corp)
		if err != nil {
			return err
		}
		people, err := peopleIn(ctx, tx, corp, before.differing(after))
		if err != nil {
			return err
		}
		maps.Copy(people, was)
		for _, member := range slices.Sorted(maps.Keys(people)) {
			old := people[member]
			now := *old
			stays := func(d int64) bool { return !slices.Contains(going, d) }
			now.in, now.leads = kept(old.in, stays), kept(old.leads, stays)
			if !old.active || slices.Equal(before.reaching(old), after.reaching(&now)) {
				continue
			}
			s.bookChanged(tx, corp, web.Change{Object: "member:" + old.id, Name: old.name, Before: before.standing(old), After: after.standing(&now)})
		}
		return nil
	}, nil
}

func kept(list []int64, stays func(int64) bool) (some []int64) {
	for _, d := range list {
		if stays(d) {
			some = append(some, d)
		}
	}
	return some
}

// differing are the departments whose members get other roles from departments than before.
func (r *rights) differing(after *rights) (list []int64) {
	for _, d := range slices.Sorted(maps.Keys(r.book.departments)) {
		one := &person{in: []int64{d}}
		if _, stays := after.book.departments[d]; stays && !slices.Equal(r.grantedBy(one), after.grantedBy(one)) {
			list = append(list, d)
		}
	}
	return list
}

// peopleStep is how many departments one statement asks for.
const peopleStep = 500

// peopleIn are those who belong to one of the departments, by userid, with all that they
// belong to.
func peopleIn(ctx context.Context, q db.Querier, corp string, departments []int64) (map[string]*person, error) {
	found := map[string]*person{}
	for some := range slices.Chunk(departments, peopleStep) {
		var rows []struct {
			ID         string `bun:"id"`
			Name       string `bun:"name"`
			Status     int    `bun:"status"`
			Department int64  `bun:"department_id"`
			Leader     bool   `bun:"leader"`
		}
		err := q.NewRaw(`SELECT m.id, m.name, m.status, d.department_id, d.leader FROM mirror_member AS m
			JOIN mirror_member_department AS d ON d.corp_id = m.corp_id AND d.member_id = m.id
			WHERE m.corp_id = ? AND m.left_at = 0
				AND m.id IN (SELECT x.member_id FROM mirror_member_department AS x WHERE x.corp_id = ? AND x.department_id IN (?))
			ORDER BY m.id, d.department_id`, corp, corp, bun.List(some)).Scan(ctx, &rows)
		if err != nil {
			return nil, err
		}
		part := map[string]*person{}
		for _, r := range rows {
			p := part[r.ID]
			if p == nil {
				p = &person{id: r.ID, name: r.Name, active: mayWork(r.Status)}
				part[r.ID] = p
			}
			p.in = append(p.in, r.Department)
			if r.Leader {
				p.leads = append(p.leads, r.Department)
			}
		}
		maps.Copy(found, part)
	}
	return found, nil
}
