// Package saved keeps what people save under a name, for themselves or for others: views of
// lists (视图) and segments (客户分群). One way for every feature.
//
// Whoever saved something sees, changes and deletes it; whom it is shared with sees it; who
// holds its kind's permission to share also changes and deletes what others shared. What
// one neither saved nor was shared with is not found. An edit names the version that was
// read, so that two editors do not overwrite each other.
//
// The package owns the tables saved_*. The feature view serves the views of all lists; the
// feature that has another kind serves it. Each notes for the audit log what it is handed.
package saved

import (
	"context"
	"embed"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/live"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations are the tables of this package.
func Migrations() db.Migrations {
	return db.Migrations{Set: "saved", FS: db.Folder(migrationFiles, "migrations")}
}

// How many of a kind one person may keep, and all may share: nobody uses up what is
// another's.
const (
	mostOwn    = 200
	mostShared = 1000
)

// Kind is one sort of what is saved.
type Kind struct {
	// Key is "<slug>.<what>": "customer.segment", or the list of which it is a view.
	Key string
	// Name is what the audit log and the topic of live changes call one: "segment", "view".
	Name string
	// ZH is what messages call one.
	ZH string
	// Share is the permission to save for others, and to change what others shared.
	Share string
}

// Share says who besides the owner sees what was saved.
type Share struct {
	With        string   `json:"with" enum:"nobody,everybody,some" doc:"some: roles and departments"`
	Roles       []string `json:"roles,omitempty" maxItems:"50" doc:"keys of roles"`
	Departments []int64  `json:"departments,omitempty" maxItems:"50" doc:"their members and those below"`
}

// Item is what somebody saved.
type Item struct {
	ID        id.ID  `bun:"id"`
	Corp      string `bun:"corp_id"`
	Kind      string `bun:"kind"`
	Name      string `bun:"name"`
	Note      string `bun:"note"`
	Content   string `bun:"content"`
	Owner     string `bun:"owner"`
	OwnerName string `bun:"owner_name"`
	ShareJSON string `bun:"share"`
	Version   int64  `bun:"version"`
	CreatedAt int64  `bun:"created_at"`
	UpdatedAt int64  `bun:"updated_at"`
}

func (x Item) share() Share {
	var s Share
	if json.Unmarshal([]byte(x.ShareJSON), &s) != nil {
		return Share{With: "nobody"}
	}
	return s
}

// Form is what a person fills in, whatever the kind.
type Form struct {
	Name    string `json:"name" minLength:"1" maxLength:"30"`
	Note    string `json:"note,omitempty" maxLength:"200"`
	Share   Share  `json:"share"`
	Version int64  `json:"version,omitempty" doc:"the one that was read, for edits"`
}

// Head is what is told of every kind.
type Head struct {
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

// HeadOf tells a viewer of an item.
func (k Kind) HeadOf(v viewer.Viewer, x Item) Head {
	return Head{
		ID: x.ID, Name: x.Name, Note: x.Note, Share: x.share(), Mine: x.Owner == v.Actor(), Editable: k.editable(v, x),
		OwnerName: x.OwnerName, Version: x.Version, CreatedAt: x.CreatedAt, UpdatedAt: x.UpdatedAt,
	}
}

// editable: one's own always, others' by those who keep the shared ones.
func (k Kind) editable(v viewer.Viewer, x Item) bool {
	return x.Owner == v.Actor() || v.Can(k.Share)
}

// Keeper keeps what is saved. It has no state of its own: every feature makes one.
type Keeper struct {
	Clock clock.Clock
	IDs   *id.Source
	Live  *live.Live
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

// checked is a form in its plain shape.
func checked(f Form) (Form, error) {
	var check fault.Check
	f.Name = strings.TrimSpace(f.Name)
	check.That(f.Name != "" && f.Name == db.Clean(f.Name) && utf8.RuneCountInString(f.Name) <= 30, "name", "请填写 1 至 30 个字的名称")
	check.That(f.Note == db.Clean(f.Note), "note", "含有无效字符")
	check.That(f.Share.With != "some" || len(f.Share.Roles)+len(f.Share.Departments) > 0, "share", "请选择角色或部门")
	if f.Share.With != "some" {
		f.Share.Roles, f.Share.Departments = nil, nil
	}
	return f, check.Err()
}

// Put saves something new (wanted 0), or over the version that was read. The change is for
// the caller to note in the same transaction.
func (s Keeper) Put(ctx context.Context, tx db.Tx, v viewer.Viewer, k Kind, wanted id.ID, f Form, content string) (Item, web.Change, error) {
	f, err := checked(f)
	if err != nil {
		return Item{}, web.Change{}, err
	}
	share, err := json.Marshal(f.Share)
	if err != nil {
		return Item{}, web.Change{}, err
	}
	all, err := Visible(ctx, tx, v, k)
	if err != nil {
		return Item{}, web.Change{}, err
	}
	now := db.NowMS(s.Clock)
	x := Item{Corp: v.Corp, Kind: k.Key, Owner: v.Actor(), OwnerName: v.Name, CreatedAt: now}
	var before any
	if wanted == 0 {
		x.ID = s.IDs.New()
	} else {
		if x, err = among(all, k, wanted); err != nil {
			return x, web.Change{}, err
		}
		if !k.editable(v, x) {
			return x, web.Change{}, fault.New(fault.Forbidden, "只能修改自己保存的"+k.ZH)
		}
		if x.Version != f.Version {
			return x, web.Change{}, k.outrun()
		}
		before = x.noted()
	}
	if f.Share.With != "nobody" && string(share) != x.ShareJSON && !v.Can(k.Share) {
		return x, web.Change{}, fault.New(fault.Forbidden, "没有权限与他人共享"+k.ZH).WithAdvice("可以先保存为仅自己可见，或请管理员授予公开" + k.ZH + "的权限")
	}
	if slices.ContainsFunc(all, func(o Item) bool { return o.ID != x.ID && o.Owner == x.Owner && o.Name == f.Name }) {
		return x, web.Change{}, &fault.Fault{Code: fault.Invalid, Message: "已有同名的" + k.ZH, Fields: []fault.Field{{Name: "name", Message: "已有同名的" + k.ZH}}}
	}
	x.Name, x.Note, x.Content, x.ShareJSON, x.UpdatedAt = f.Name, f.Note, content, string(share), now
	x.Version++
	if err := k.write(ctx, tx, x, wanted == 0); err != nil {
		return x, web.Change{}, err
	}
	return x, web.Change{Object: k.Name + ":" + x.ID.String(), Name: x.Name, Before: before, After: x.noted()}, s.Live.Publish(ctx, tx, v.Corp, k.Name, x.ID.String())
}

// Remove deletes one. The change is for the caller to note in the same transaction.
func (s Keeper) Remove(ctx context.Context, tx db.Tx, v viewer.Viewer, k Kind, wanted id.ID) (web.Change, error) {
	x, err := One(ctx, tx, v, k, wanted)
	if err != nil {
		return web.Change{}, err
	}
	if !k.editable(v, x) {
		return web.Change{}, fault.New(fault.Forbidden, "只能删除自己保存的"+k.ZH)
	}
	if err := forget(ctx, tx, v.Corp, wanted); err != nil {
		return web.Change{}, err
	}
	return web.Change{Object: k.Name + ":" + wanted.String(), Name: x.Name, Before: x.noted()}, s.Live.Publish(ctx, tx, v.Corp, k.Name, wanted.String())
}

// Choose makes one the view with which the viewer's own list opens; none when 0. The change
// is for the caller to note in the same transaction.
func Choose(ctx context.Context, tx db.Tx, v viewer.Viewer, k Kind, wanted id.ID) (web.Change, error) {
	var name string
	if wanted != 0 {
		x, err := One(ctx, tx, v, k, wanted)
		if err != nil {
			return web.Change{}, err
		}
		name = x.Name
	}
	return web.Change{Object: k.Name + ":default", Name: name, After: map[string]any{"list": k.Key, k.Name: wanted.String()}}, choose(ctx, tx, v, k, wanted)
}

// noted is what the audit log shows.
func (x Item) noted() map[string]any {
	return map[string]any{"list": x.Kind, "name": x.Name, "note": x.Note, "content": x.Content, "share": x.share()}
}

func among(all []Item, k Kind, wanted id.ID) (Item, error) {
	if i := slices.IndexFunc(all, func(x Item) bool { return x.ID == wanted }); i >= 0 {
		return all[i], nil
	}
	return Item{}, fault.Missing(k.ZH)
}

func (k Kind) outrun() error {
	return fault.New(fault.Conflict, "这个"+k.ZH+"刚被别人修改过").WithAdvice("请刷新后再改")
}
