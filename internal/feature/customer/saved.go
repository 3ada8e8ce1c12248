package customer

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// permissionShare lets its holder save views and segments for others, and change those
// that others shared.
const permissionShare = "customer.share"

// How many segments, and how many views, one person may keep, and all may share: nobody uses
// up what is another's.
const (
	mostOwn    = 200
	mostShared = 1000
)

// savedKind is what was saved.
type savedKind string

const (
	aSegment savedKind = "segment"
	aView    savedKind = "view"
)

// Share says who besides the owner sees what was saved.
type Share struct {
	With        string   `json:"with" enum:"nobody,everybody,some" doc:"some: roles and departments"`
	Roles       []string `json:"roles,omitempty" maxItems:"50" doc:"keys of roles"`
	Departments []int64  `json:"departments,omitempty" maxItems:"50" doc:"their members and those below"`
}

// saved is a segment or a view.
type saved struct {
	ID        id.ID     `bun:"id"`
	Corp      string    `bun:"corp_id"`
	Kind      savedKind `bun:"kind"`
	Name      string    `bun:"name"`
	Note      string    `bun:"note"`
	Content   string    `bun:"content"`
	Owner     string    `bun:"owner"`
	OwnerName string    `bun:"owner_name"`
	ShareJSON string    `bun:"share"`
	Version   int64     `bun:"version"`
	CreatedAt int64     `bun:"created_at"`
	UpdatedAt int64     `bun:"updated_at"`
}

func (x saved) share() Share {
	var s Share
	if json.Unmarshal([]byte(x.ShareJSON), &s) != nil {
		return Share{With: "nobody"}
	}
	return s
}

// SavedForm is what both forms have.
type SavedForm struct {
	Name    string `json:"name" minLength:"1" maxLength:"30"`
	Note    string `json:"note,omitempty" maxLength:"200"`
	Share   Share  `json:"share"`
	Version int64  `json:"version,omitempty" doc:"the one that was read, for edits"`
}

// SavedHead is what both views have.
type SavedHead struct {
	ID        id.ID  `json:"id"`
	Name      string `json:"name"`
	Note      string `json:"note"`
	Share     Share  `json:"share"`
	Mine      bool   `json:"mine" doc:"the viewer saved it"`
	Editable  bool   `json:"editable" doc:"the viewer may change and delete it"`
	OwnerName string `json:"ownerName"`
	Version   int64  `json:"version"`
	CreatedAt int64  `json:"createdAt" doc:"unix ms"`
	UpdatedAt int64  `json:"updatedAt" doc:"unix ms"`
}

func headOf(v viewer.Viewer, x saved) SavedHead {
	return SavedHead{
		ID: x.ID, Name: x.Name, Note: x.Note, Share: x.share(), Mine: x.Owner == v.Actor(), Editable: editable(v, x),
		OwnerName: x.OwnerName, Version: x.Version, CreatedAt: x.CreatedAt, UpdatedAt: x.UpdatedAt,
	}
}

// editable: one's own always, others' by those who keep the shared ones.
func editable(v viewer.Viewer, x saved) bool {
	return x.Owner == v.Actor() || v.Can(permissionShare)
}

// visible gives what the viewer saved or was shared with, the last changed first.
func (s *service) visible(ctx context.Context, q db.Querier, v viewer.Viewer, k savedKind) ([]saved, error) {
	var all []saved
	err := q.NewRaw(`SELECT id, corp_id, kind, name, note, content, owner, owner_name, share, version, created_at, updated_at
		FROM (SELECT * FROM customer_saved WHERE corp_id = ? AND kind = ? AND owner = ? AND NOT shared
			UNION ALL SELECT * FROM customer_saved WHERE corp_id = ? AND kind = ? AND shared) AS s
		ORDER BY updated_at DESC, id DESC LIMIT ?`, v.Corp, k, v.Actor(), v.Corp, k, mostOwn+mostShared).Scan(ctx, &all)
	if err != nil {
		return nil, err
	}
	var departments []int64
	if slices.ContainsFunc(all, func(x saved) bool { return len(x.share().Departments) > 0 }) {
		if departments, err = s.above(ctx, q, v); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(all, func(x saved) bool { return x.Owner != v.Actor() && !x.share().reaches(v, departments) }), nil
}

// above are the departments of the viewer and those above them.
func (s *service) above(ctx context.Context, q db.Querier, v viewer.Viewer) ([]int64, error) {
	var ids []int64
	err := q.NewRaw(`WITH RECURSIVE above (id) AS (
			SELECT md.department_id FROM mirror_member_department AS md WHERE md.corp_id = ? AND md.member_id = ?
			UNION
			SELECT d.parent_id FROM mirror_department AS d JOIN above AS a ON d.id = a.id WHERE d.corp_id = ?
		)
		SELECT id FROM above`, v.Corp, v.Member, v.Corp).Scan(ctx, &ids)
	return ids, err
}

func (s Share) reaches(v viewer.Viewer, departments []int64) bool {
	switch s.With {
	case "everybody":
		return true
	case "some":
		return slices.ContainsFunc(s.Roles, func(r string) bool { return slices.Contains(v.Roles, r) }) ||
			slices.ContainsFunc(s.Departments, func(d int64) bool { return slices.Contains(departments, d) })
	default:
		return false
	}
}

// seenSaved finds one that the viewer sees; not_found otherwise.
func (s *service) seenSaved(ctx context.Context, q db.Querier, v viewer.Viewer, k savedKind, wanted id.ID) (saved, error) {
	all, err := s.visible(ctx, q, v, k)
	if err != nil {
		return saved{}, err
	}
	if i := slices.IndexFunc(all, func(x saved) bool { return x.ID == wanted }); i >= 0 {
		return all[i], nil
	}
	return saved{}, fault.Missing(k.words())
}

func (k savedKind) words() string {
	if k == aSegment {
		return "客户分群"
	}
	return "视图"
}

// save writes a new one, or over the version that was read.
func (s *service) save(ctx context.Context, v viewer.Viewer, k savedKind, wanted id.ID, f SavedForm, content string) (saved, error) {
	var check fault.Check
	f.Name = strings.TrimSpace(f.Name)
	check.That(f.Name != "" && f.Name == db.Clean(f.Name) && utf8.RuneCountInString(f.Name) <= 30, "name", "请填写 1 至 30 个字的名称")
	check.That(f.Note == db.Clean(f.Note), "note", "含有无效字符")
	check.That(f.Share.With != "some" || len(f.Share.Roles)+len(f.Share.Departments) > 0, "share", "请选择角色或部门")
	if f.Share.With != "some" {
		f.Share.Roles, f.Share.Departments = nil, nil
	}
	if err := check.Err(); err != nil {
		return saved{}, err
	}
	share, err := json.Marshal(f.Share)
	if err != nil {
		return saved{}, err
	}
	var x saved
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		now := db.MS(s.clock.Now())
		x = saved{ID: s.ids.New(), Corp: v.Corp, Kind: k, Owner: v.Actor(), OwnerName: v.Name, CreatedAt: now}
		var before any
		all, err := s.visible(ctx, tx, v, k)
		if err != nil {
			return err
		}
		if wanted != 0 {
			if x, err = s.seenSaved(ctx, tx, v, k, wanted); err != nil {
				return err
			}
			if !editable(v, x) {
				return fault.New(fault.Forbidden, "只能修改自己保存的"+k.words())
			}
			if x.Version != f.Version {
				return fault.New(fault.Conflict, "这个"+k.words()+"刚被别人修改过").WithAdvice("请刷新后再改")
			}
			before = x.noted()
		}
		if f.Share.With != "nobody" && string(share) != x.ShareJSON && !v.Can(permissionShare) {
			return fault.New(fault.Forbidden, "没有权限与他人共享"+k.words()).WithAdvice("可以先保存为仅自己可见，或请管理员授予「公开视图与客户分群」权限")
		}
		if slices.ContainsFunc(all, func(o saved) bool { return o.ID != x.ID && o.Owner == x.Owner && o.Name == f.Name }) {
			return &fault.Fault{Code: fault.Invalid, Message: "已有同名的" + k.words(), Fields: []fault.Field{{Name: "name", Message: "已有同名的" + k.words()}}}
		}
		x.Name, x.Note, x.Content, x.ShareJSON, x.UpdatedAt = f.Name, f.Note, content, string(share), now
		x.Version++
		if err := put(ctx, tx, x, wanted == 0); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: string(k) + ":" + x.ID.String(), Name: x.Name, Before: before, After: x.noted()})
		return s.live.Publish(ctx, tx, v.Corp, string(k), x.ID.String())
	})
	return x, err
}

// noted is what the audit log shows.
func (x saved) noted() map[string]any {
	return map[string]any{"name": x.Name, "note": x.Note, "content": x.Content, "share": x.share()}
}

// room refuses what is more than one may keep, or all may share.
func room(ctx context.Context, tx db.Tx, x saved, fresh, shared bool) error {
	if fresh {
		var own int
		if err := tx.NewRaw("SELECT COUNT(*) FROM customer_saved WHERE corp_id = ? AND kind = ? AND owner = ?", x.Corp, x.Kind, x.Owner).Scan(ctx, &own); err != nil {
			return err
		}
		if own >= mostOwn {
			return fault.New(fault.Conflict, fmt.Sprintf("每人最多保存 %d 个%s", mostOwn, x.Kind.words())).WithAdvice("请先删除不再使用的")
		}
	}
	if !shared {
		return nil
	}
	var others int
	if err := tx.NewRaw("SELECT COUNT(*) FROM customer_saved WHERE corp_id = ? AND kind = ? AND shared AND id <> ?", x.Corp, x.Kind, x.ID).Scan(ctx, &others); err != nil {
		return err
	}
	if others >= mostShared {
		return fault.New(fault.Conflict, fmt.Sprintf("企业最多共享 %d 个%s", mostShared, x.Kind.words())).WithAdvice("请先删除不再使用的，或保存为仅自己可见")
	}
	return nil
}

func put(ctx context.Context, tx db.Tx, x saved, fresh bool) error {
	shared := x.share().With != "nobody"
	if err := room(ctx, tx, x, fresh, shared); err != nil {
		return err
	}
	if fresh {
		_, err := tx.NewRaw(`INSERT INTO customer_saved (id, corp_id, kind, name, note, content, owner, owner_name, share, shared, version, created_at, updated_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			x.ID, x.Corp, x.Kind, x.Name, x.Note, x.Content, x.Owner, x.OwnerName, x.ShareJSON, shared, x.Version, x.CreatedAt, x.UpdatedAt).Exec(ctx)
		return err
	}
	res, err := tx.NewRaw("UPDATE customer_saved SET name = ?, note = ?, content = ?, share = ?, shared = ?, version = ?, updated_at = ? WHERE corp_id = ? AND id = ? AND version = ?",
		x.Name, x.Note, x.Content, x.ShareJSON, shared, x.Version, x.UpdatedAt, x.Corp, x.ID, x.Version-1).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return fault.New(fault.Conflict, "这个"+x.Kind.words()+"刚被别人修改过").WithAdvice("请刷新后再改")
}

// forget deletes one.
func (s *service) forget(ctx context.Context, k savedKind, wanted id.ID) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return nil, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		x, err := s.seenSaved(ctx, tx, v, k, wanted)
		if err != nil {
			return err
		}
		if !editable(v, x) {
			return fault.New(fault.Forbidden, "只能删除自己保存的"+k.words())
		}
		if _, err := tx.NewRaw("DELETE FROM customer_saved WHERE corp_id = ? AND id = ?", v.Corp, wanted).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewRaw("DELETE FROM customer_default WHERE corp_id = ? AND saved_id = ?", v.Corp, wanted).Exec(ctx); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: string(k) + ":" + wanted.String(), Name: x.Name, Before: x.noted()})
		return s.live.Publish(ctx, tx, v.Corp, string(k), wanted.String())
	})
}
