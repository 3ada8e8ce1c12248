package mirror

import (
	"cmp"
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/wecom"
)

// tagRow is a row of mirror_follow_tag.
type tagRow struct {
	Corp     string `bun:"corp_id"`
	Follow   id.ID  `bun:"follow_id"`
	Customer id.ID  `bun:"customer_id"` // whose follow it is
	Tag      string `bun:"tag_id"`
	Kind     int    `bun:"kind"`
	AddedAt  int64  `bun:"added_at"` // the follow's
}

func tagOf(f Follow, tag string, kind int) *tagRow {
	return &tagRow{Corp: f.Corp, Follow: f.ID, Customer: f.CustomerID, Tag: tag, Kind: kind, AddedAt: f.AddedAt}
}

// applyTags brings the tags of the shown follows in line.
func (m *Mirror) applyTags(ctx context.Context, tx db.Tx, p *page) error {
	ids := make([]id.ID, len(p.rows))
	var unnamed []string // tags whose kind WeCom did not say
	for i, r := range p.rows {
		ids[i] = r.follow.ID
		for _, t := range r.tags {
			if t.kind == 0 {
				unnamed = append(unnamed, t.id)
			}
		}
	}
	known, err := followTags(ctx, tx, ids)
	if err != nil {
		return err
	}
	slices.Sort(unnamed)
	library, err := TagsByID(ctx, tx, p.corp, slices.Compact(unnamed))
	if err != nil {
		return err
	}
	var drop, add []*tagRow
	var miscounted []id.ID
	var found []MarkChange
	for _, r := range p.rows {
		if r.stale {
			continue
		}
		gone, fresh, come := tagDifference(r, known[r.follow.ID], library)
		drop, add = append(drop, gone...), append(add, fresh...)
		r.changed = r.changed || len(gone)+len(fresh) > 0
		if r.follow.Tagged != tagged(known[r.follow.ID], gone, fresh) {
			miscounted = append(miscounted, r.follow.ID)
		}
		found = append(found, p.marksFound(r, marked{gone, come})...)
		if !r.before.unread() || r.follow.AddWay != wecom.AddWayAssignedByAdmin {
			r.come = come // else a hand-over brought them along
		}
	}
	if err := writeTags(ctx, tx, drop, add); err != nil {
		return err
	}
	if err := countTags(ctx, tx, miscounted); err != nil {
		return err
	}
	return m.keepMarks(ctx, tx, found)
}

// tagged is the number of a follow's tags when some go and others come or change.
func tagged(known []tagRow, gone, fresh []*tagRow) int {
	has := map[string]bool{}
	for _, t := range known {
		has[t.Tag] = t.Kind != TagPersonal
	}
	for _, t := range gone {
		has[t.Tag] = false
	}
	for _, t := range fresh {
		has[t.Tag] = t.Kind != TagPersonal
	}
	n := 0
	for _, counts := range has {
		if counts {
			n++
		}
	}
	return n
}

// countTags brings Follow.Tagged in line with the tags. A tag that is deleted just while the
// follow gets another may be counted still; the next sync finds that out.
func countTags(ctx context.Context, tx db.Tx, follows []id.ID) error {
	return inBatches(follows, func(part []id.ID) error {
		_, err := tx.NewRaw(`UPDATE mirror_follow SET tagged = (SELECT COUNT(*) FROM mirror_follow_tag AS t WHERE t.follow_id = mirror_follow.id AND t.kind <> ?)
			WHERE id IN (?)`, TagPersonal, bun.List(part)).Exec(ctx)
		return err
	})
}

func followTags(ctx context.Context, tx db.Tx, follows []id.ID) (map[id.ID][]tagRow, error) {
	found := map[id.ID][]tagRow{}
	return found, inBatches(follows, func(part []id.ID) error {
		var rows []tagRow
		err := tx.NewRaw(`SELECT corp_id, follow_id, customer_id, tag_id, kind, added_at FROM mirror_follow_tag WHERE follow_id IN (?)`,
			bun.List(part)).Scan(ctx, &rows)
		for _, r := range rows {
			found[r.Follow] = append(found[r.Follow], r)
		}
		return err
	})
}

// tagDifference says which tags of a follow go and which come or change; come are those that
// it did not carry.
func tagDifference(r *pageRow, known []tagRow, library map[string]Tag) (gone, fresh, come []*tagRow) {
	want := make(map[string]*tagRow, len(r.tags))
	for _, t := range r.tags {
		if t.kind == 0 {
			t.kind = TagStrategy // batch/get_by_user gives corp and rule-group tags alike
			if _, ok := library[t.id]; ok {
				t.kind = TagCorp
			}
		}
		want[t.id] = tagOf(r.follow, t.id, t.kind)
	}
	carried := make(map[string]bool, len(known))
	for _, k := range known {
		carried[k.Tag] = true
		w := want[k.Tag]
		switch {
		case w != nil && w.AddedAt == k.AddedAt && (w.Kind == k.Kind || !r.allTags):
			delete(want, k.Tag)
		case w == nil && k.Kind != TagOwn && (r.allTags || k.Kind != TagPersonal):
			gone = append(gone, &k)
		case w == nil && k.AddedAt != r.follow.AddedAt:
			k.AddedAt = r.follow.AddedAt
			want[k.Tag] = &k
		}
	}
	for _, w := range want {
		fresh = append(fresh, w)
		if !carried[w.Tag] {
			come = append(come, w)
		}
	}
	slices.SortFunc(come, func(a, b *tagRow) int { return cmp.Compare(a.Tag, b.Tag) }) // not as a map has them
	return gone, fresh, come
}

func writeTags(ctx context.Context, tx db.Tx, drop, add []*tagRow) error {
	if len(drop) > 0 {
		if err := inBatches(drop, func(part []*tagRow) error {
			pairs := make([]bun.TupleValues, len(part))
			for i, t := range part {
				pairs[i] = bun.Tuple([]any{t.Follow, t.Tag})
			}
			_, err := tx.NewRaw(`DELETE FROM mirror_follow_tag WHERE (follow_id, tag_id) IN (?)`, bun.List(pairs)).Exec(ctx)
			return err
		}); err != nil {
			return err
		}
	}
	return inBatches(add, func(part []*tagRow) error {
		_, err := tx.NewInsert().Model(&part).ModelTableExpr("mirror_follow_tag").
			On("CONFLICT (follow_id, tag_id) DO UPDATE").Set("kind = excluded.kind, added_at = excluded.added_at").Exec(ctx)
		return err
	})
}
