package saved

import (
	"context"
	"fmt"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Visible gives what the viewer saved of a kind or was shared with, the last changed first.
func Visible(ctx context.Context, q db.Querier, v viewer.Viewer, k Kind) ([]Item, error) {
	var all []Item
	err := q.NewRaw(`SELECT id, corp_id, kind, name, note, content, owner, owner_name, share, version, created_at, updated_at
		FROM (SELECT * FROM saved_item WHERE corp_id = ? AND kind = ? AND owner = ? AND NOT shared
			UNION ALL SELECT * FROM saved_item WHERE corp_id = ? AND kind = ? AND shared) AS s
		ORDER BY updated_at DESC, id DESC LIMIT ?`, v.Corp, k.Key, v.Actor(), v.Corp, k.Key, mostOwn+mostShared).Scan(ctx, &all)
	if err != nil {
		return nil, err
	}
	var departments []int64
	if slices.ContainsFunc(all, func(x Item) bool { return len(x.share().Departments) > 0 }) {
		if departments, err = above(ctx, q, v); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(all, func(x Item) bool { return x.Owner != v.Actor() && !x.share().reaches(v, departments) }), nil
}

// One finds what the viewer sees by its id; not_found otherwise.
func One(ctx context.Context, q db.Querier, v viewer.Viewer, k Kind, wanted id.ID) (Item, error) {
	all, err := Visible(ctx, q, v, k)
	if err != nil {
		return Item{}, err
	}
	return among(all, k, wanted)
}

// KindOf gives the key of the kind of which something is, "" when there is none of that id.
// It says nothing about who may see it.
func KindOf(ctx context.Context, q db.Querier, corp string, wanted id.ID) (string, error) {
	var key string
	err := q.NewRaw("SELECT kind FROM saved_item WHERE corp_id = ? AND id = ?", corp, wanted).Scan(ctx, &key)
	if db.NoRows(err) {
		return "", nil
	}
	return key, err
}

// above are the departments of the viewer and those above them.
func above(ctx context.Context, q db.Querier, v viewer.Viewer) ([]int64, error) {
	var ids []int64
	err := q.NewRaw(`WITH RECURSIVE above (id) AS (
			SELECT md.department_id FROM mirror_member_department AS md WHERE md.corp_id = ? AND md.member_id = ?
			UNION
			SELECT d.parent_id FROM mirror_department AS d JOIN above AS a ON d.id = a.id WHERE d.corp_id = ?
		)
		SELECT id FROM above`, v.Corp, v.Member, v.Corp).Scan(ctx, &ids)
	return ids, err
}

// room refuses what is more than one may keep, or all may share.
func (k Kind) room(ctx context.Context, tx db.Tx, x Item, fresh, shared bool) error {
	if fresh {
		var own int
		if err := tx.NewRaw("SELECT COUNT(*) FROM saved_item WHERE corp_id = ? AND owner = ? AND kind = ?", x.Corp, x.Owner, k.Key).Scan(ctx, &own); err != nil {
			return err
		}
		if own >= mostOwn {
			return fault.New(fault.Conflict, fmt.Sprintf("每人最多保存 %d 个%s", mostOwn, k.ZH)).WithAdvice("请先删除不再使用的")
		}
	}
	if !shared {
		return nil
	}
	var others int
	if err := tx.NewRaw("SELECT COUNT(*) FROM saved_item WHERE corp_id = ? AND kind = ? AND shared AND id <> ?", x.Corp, k.Key, x.ID).Scan(ctx, &others); err != nil {
		return err
	}
	if others >= mostShared {
		return fault.New(fault.Conflict, fmt.Sprintf("企业最多共享 %d 个%s", mostShared, k.ZH)).WithAdvice("请先删除不再使用的，或保存为仅自己可见")
	}
	return nil
}

func (k Kind) write(ctx context.Context, tx db.Tx, x Item, fresh bool) error {
	shared := x.share().With != "nobody"
	if err := k.room(ctx, tx, x, fresh, shared); err != nil {
		return err
	}
	if fresh {
		_, err := tx.NewRaw(`INSERT INTO saved_item (id, corp_id, kind, name, note, content, owner, owner_name, share, shared, version, created_at, updated_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			x.ID, x.Corp, x.Kind, x.Name, x.Note, x.Content, x.Owner, x.OwnerName, x.ShareJSON, shared, x.Version, x.CreatedAt, x.UpdatedAt).Exec(ctx)
		return err
	}
	res, err := tx.NewRaw("UPDATE saved_item SET name = ?, note = ?, content = ?, share = ?, shared = ?, version = ?, updated_at = ? WHERE corp_id = ? AND id = ? AND version = ?",
		x.Name, x.Note, x.Content, x.ShareJSON, shared, x.Version, x.UpdatedAt, x.Corp, x.ID, x.Version-1).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return k.outrun()
}

func forget(ctx context.Context, tx db.Tx, corp string, wanted id.ID) error {
	if _, err := tx.NewRaw("DELETE FROM saved_item WHERE corp_id = ? AND id = ?", corp, wanted).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewRaw("DELETE FROM saved_default WHERE corp_id = ? AND item_id = ?", corp, wanted).Exec(ctx)
	return err
}

// Chosen is what the viewer's list opens with, 0 for nothing.
func Chosen(ctx context.Context, q db.Querier, v viewer.Viewer, k Kind) (id.ID, error) {
	var chosen id.ID
	err := q.NewRaw("SELECT item_id FROM saved_default WHERE corp_id = ? AND owner = ? AND kind = ?", v.Corp, v.Actor(), k.Key).Scan(ctx, &chosen)
	if db.NoRows(err) {
		return 0, nil
	}
	return chosen, err
}

func choose(ctx context.Context, tx db.Tx, v viewer.Viewer, k Kind, wanted id.ID) error {
	if wanted == 0 {
		_, err := tx.NewRaw("DELETE FROM saved_default WHERE corp_id = ? AND owner = ? AND kind = ?", v.Corp, v.Actor(), k.Key).Exec(ctx)
		return err
	}
	_, err := tx.NewRaw(`INSERT INTO saved_default (corp_id, owner, kind, item_id) VALUES (?, ?, ?, ?)
		ON CONFLICT (corp_id, owner, kind) DO UPDATE SET item_id = excluded.item_id`, v.Corp, v.Actor(), k.Key, wanted).Exec(ctx)
	return err
}

// Named are the columns in which members are named: owners, with whom something is shared,
// and what a condition or a filter keeps of them.
func Named() []mirror.Named {
	return []mirror.Named{
		{Table: "saved_item", Column: "owner", Form: mirror.AsActor},
		{Table: "saved_item", Column: "share", Form: mirror.AsJSON},
		{Table: "saved_item", Column: "content", Form: mirror.AsJSON},
		{Table: "saved_default", Column: "owner", Form: mirror.AsActor, Beside: []string{"kind"}},
	}
}
