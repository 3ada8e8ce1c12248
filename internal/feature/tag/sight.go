package tag

import (
	"context"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Circle is some of the corp's people: those with one of the roles, or in one of the
// departments or below.
type Circle struct {
	Roles       []string `json:"roles,omitempty" maxItems:"100" doc:"role keys"`
	Departments []int64  `json:"departments,omitempty" maxItems:"200" doc:"with all departments below"`
}

func (c Circle) empty() bool { return len(c.Roles)+len(c.Departments) == 0 }

// Sight is who sees a group of tags (可见范围) and who may add tags to it (可建范围).
type Sight struct {
	Seen Circle `json:"seen" doc:"empty: everybody"`
	Made Circle `json:"made" doc:"empty: only who manages the library"`
}

// place is where a viewer stands among the corp's people.
type place struct {
	roles       []string
	departments []int64 // his own and all above
}

func (c Circle) has(p place) bool {
	return slices.ContainsFunc(c.Roles, func(r string) bool { return slices.Contains(p.roles, r) }) ||
		slices.ContainsFunc(c.Departments, func(d int64) bool { return slices.Contains(p.departments, d) })
}

// seenBy tells whether the viewer may see the group: everybody when nothing is set; who
// manages the library always; who may add tags, too.
func (s Sight) seenBy(v viewer.Viewer, p place) bool {
	return s.Seen.empty() || v.Can(permissionWrite) || s.Seen.has(p) || s.Made.has(p)
}

func (s Sight) addedBy(p place) bool { return s.Made.has(p) }

// sights reads what is set for the corp's groups and where the viewer stands.
func (s *service) sights(ctx context.Context, q db.Querier, v viewer.Viewer) (map[string]Sight, place, error) {
	p := place{roles: v.Roles}
	var rows []struct {
		Group string `bun:"grp"`
		Seen  string `bun:"seen"`
		Made  string `bun:"made"`
	}
	if err := q.NewRaw("SELECT grp, seen, made FROM tag_sight WHERE corp_id = ?", v.Corp).Scan(ctx, &rows); err != nil {
		return nil, p, err
	}
	set := make(map[string]Sight, len(rows))
	byDepartment := false
	for _, r := range rows {
		x := Sight{Seen: read[Circle](r.Seen), Made: read[Circle](r.Made)}
		set[r.Group] = x
		byDepartment = byDepartment || len(x.Seen.Departments)+len(x.Made.Departments) > 0
	}
	if !byDepartment || v.Member == "" {
		return set, p, nil
	}
	var err error
	p.departments, err = above(ctx, q, v.Corp, v.Member)
	return set, p, err
}

// above gives the departments of a member and all that lie above them.
func above(ctx context.Context, q db.Querier, corp, member string) ([]int64, error) {
	var own []int64
	if err := q.NewRaw("SELECT department_id FROM mirror_member_department WHERE corp_id = ? AND member_id = ?", corp, member).Scan(ctx, &own); err != nil || len(own) == 0 {
		return nil, err
	}
	all, err := mirror.Departments(ctx, q, corp)
	if err != nil {
		return nil, err
	}
	parent := make(map[int64]int64, len(all))
	for _, d := range all {
		parent[d.ID] = d.Parent
	}
	var out []int64
	for _, d := range own {
		for up, known := d, true; known && !slices.Contains(out, up); up, known = step(parent, up) {
			out = append(out, up)
		}
	}
	return out, nil
}

func step(parent map[int64]int64, of int64) (int64, bool) {
	up, known := parent[of]
	return up, known && up != 0
}

// hidden is the feature's mirror.TagSight.
func (s *service) hidden(ctx context.Context, q db.Querier, v viewer.Viewer) (map[string]bool, error) {
	if v.Can(permissionWrite) {
		return nil, nil
	}
	set, p, err := s.sights(ctx, q, v)
	if err != nil {
		return nil, err
	}
	hidden := map[string]bool{}
	for g, x := range set {
		if !x.seenBy(v, p) {
			hidden[g] = true
		}
	}
	return hidden, nil
}

type tagSightInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body Sight
}

// PutSight sets who sees a group and who adds to it.
func (s *service) PutSight(ctx context.Context, in *tagSightInput) (*Sight, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	f, _, err := s.find(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	if f.tag != nil {
		return nil, fault.Missing("标签组")
	}
	set, _, err := s.sights(ctx, s.db.Read(), v)
	if err != nil {
		return nil, err
	}
	return &in.Body, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if in.Body.Seen.empty() && in.Body.Made.empty() {
			if _, err := tx.NewRaw("DELETE FROM tag_sight WHERE corp_id = ? AND grp = ?", v.Corp, in.ID).Exec(ctx); err != nil {
				return err
			}
		} else if _, err := tx.NewRaw(`INSERT INTO tag_sight (corp_id, grp, seen, made, updated_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (corp_id, grp) DO UPDATE SET seen = excluded.seen, made = excluded.made, updated_at = excluded.updated_at`,
			v.Corp, in.ID, text(in.Body.Seen), text(in.Body.Made), db.NowMS(s.clock)).Exec(ctx); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "tag:sight", Name: f.group.Name, Before: set[in.ID], After: in.Body})
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
}
