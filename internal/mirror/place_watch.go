package mirror

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// Placed is how a member stands in the contact book, as far as rights hang on it.
type Placed struct {
	Member, Name string
	Here         bool // neither unknown nor gone
	Status       int  // wecom.MemberActive …
	Departments  []int64
	Leads        []int64
}

// PlaceWatch hears how a member stood before and how he stands now, in the transaction in
// which the contact book is taken over; not of the first look at a corp, which finds all.
type PlaceWatch func(ctx context.Context, tx db.Tx, corp string, before, now Placed) error

// WatchPlacesBy sets who hears of it. Called by the host before start.
func (m *Mirror) WatchPlacesBy(watch PlaceWatch) { m.placed = watch }

// TreeWatch hears that departments are about to come, move or go (those that go by their
// ids), in the transaction in which the tree is taken over; what it gives is called once
// that is done. Nil is given where nothing hangs on it.
type TreeWatch func(ctx context.Context, tx db.Tx, corp string, going []int64) (done func() error, err error)

// WatchTreeBy sets who hears of it. Called by the host before start.
func (m *Mirror) WatchTreeBy(watch TreeWatch) { m.tree = watch }

// reshape changes the departments, drops those that are going, and lets the watch see both
// states; unless quiet.
func (m *Mirror) reshape(ctx context.Context, tx db.Tx, corp string, write []*Department, going []int64, quiet bool) error {
	done := func() error { return nil }
	if m.tree != nil && !quiet {
		watched, err := m.tree(ctx, tx, corp, going)
		if err != nil {
			return err
		}
		if watched != nil {
			done = watched
		}
	}
	if err := writeDepartments(ctx, tx, write); err != nil {
		return err
	}
	if err := dropDepartments(ctx, tx, corp, going); err != nil {
		return err
	}
	return done()
}

// placesBefore are a member's departments before they are changed.
func (m *Mirror) placesBefore(ctx context.Context, tx db.Tx, corp, member string) ([]place, error) {
	if m.placed == nil {
		return nil, nil
	}
	found, err := placesByMember(ctx, tx, corp, []string{member})
	return found[member], err
}

// tellPlace tells the watch of a member; was are his departments before, where they moved.
func (m *Mirror) tellPlace(ctx context.Context, tx db.Tx, known bool, before, now Member, was []place, moved bool) error {
	if m.placed == nil {
		return nil
	}
	if known && !moved && before.Status == now.Status && (before.LeftAt == 0) == (now.LeftAt == 0) {
		return nil // most of a sync: he stands as he stood
	}
	found, err := placesByMember(ctx, tx, now.Corp, []string{now.ID})
	if err != nil {
		return err
	}
	is := found[now.ID]
	if !moved {
		was = is
	}
	return m.placed(ctx, tx, now.Corp, placed(before, known, was), placed(now, true, is))
}

func placed(r Member, known bool, in []place) Placed {
	p := Placed{Member: r.ID, Name: r.Name, Here: known && r.LeftAt == 0, Status: r.Status}
	for _, x := range in {
		p.Departments = append(p.Departments, x.Department)
		if x.Leader {
			p.Leads = append(p.Leads, x.Department)
		}
	}
	return p
}
