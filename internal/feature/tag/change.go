package tag

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// pushWait is how long a person waits for WeCom before he is told "on its way".
const pushWait = 3 * time.Second

// The kinds of a change.
const (
	changeAdd    = "add"
	changeRename = "rename"
	changeOrder  = "order"
	changeDelete = "delete"
)

// The states of a change: waiting → done | refused.
const (
	waiting = "waiting"
	done    = "done"
	refused = "refused"
)

// wish is what a change should make of WeCom's library.
type wish struct {
	ID    string   `json:"id,omitempty"`    // the tag or group; of add and order the group, "" for a new one and for all groups
	Was   string   `json:"was,omitempty"`   // the name that the person saw
	Name  string   `json:"name,omitempty"`  // the new name; of add that of a new group
	Names []string `json:"names,omitempty"` // of new tags
	Order []string `json:"order,omitempty"` // ids, the first on top
}

// Change is one change of WeCom's library that somebody asked for.
type Change struct {
	ID         id.ID  `bun:"id" json:"id,omitzero" doc:"absent when nothing had to be told to WeCom"`
	Corp       string `bun:"corp_id" json:"-"`
	Kind       string `bun:"kind" json:"kind" enum:"add,rename,order,delete"`
	Args       string `bun:"args" json:"-"`
	Label      string `bun:"label" json:"label"`
	State      string `bun:"state" json:"state" enum:"waiting,done,refused"`
	Errcode    int    `bun:"errcode" json:"errcode" doc:"WeCom's, 0 when none"`
	Reason     string `bun:"reason" json:"reason"`
	Advice     string `bun:"advice" json:"advice"`
	ByName     string `bun:"by_name" json:"by"`
	AskedAt    int64  `bun:"asked_at" json:"at" doc:"unix ms"`
	FinishedAt int64  `bun:"finished_at" json:"finishedAt" doc:"unix ms, 0 while it waits"`
}

const changeColumns = "id, corp_id, kind, args, label, state, errcode, reason, advice, by_name, asked_at, finished_at"

// GroupForm makes a group.
type GroupForm struct {
	Name string   `json:"name" maxLength:"60"`
	Tags []string `json:"tags" minItems:"1" maxItems:"100" doc:"names; a group cannot be empty"`
	Own  bool     `json:"own,omitempty" doc:"platform tags, which WeCom does not know"`
}

type tagAddGroupInput struct{ Body GroupForm }

// AddGroup makes a group with its first tags.
func (s *service) AddGroup(ctx context.Context, in *tagAddGroupInput) (*Change, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	var check fault.Check
	name := strings.TrimSpace(in.Body.Name)
	nameFits(&check, "name", name)
	tags := names(&check, "tags", in.Body.Tags)
	all, err := mirror.TagLibrary(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	for _, g := range all {
		check.That(g.Name != name, "name", "已有同名的标签组，请直接在其中添加标签")
	}
	if err := check.Err(); err != nil {
		return nil, err
	}
	if in.Body.Own {
		return s.changeOwn(ctx, v, changeAdd, name, func(library []mirror.TagGroup) ([]mirror.TagGroup, error) {
			return s.withOwn(library, "", name, tags)
		})
	}
	return s.want(ctx, v, changeAdd, name, wish{Name: name, Names: tags})
}

type tagAddTagsInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Tags []string `json:"tags" minItems:"1" maxItems:"100" doc:"names"`
	}
}

// AddTags adds tags to a group.
func (s *service) AddTags(ctx context.Context, in *tagAddTagsInput) (*Change, error) {
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
	set, p, err := s.sights(ctx, s.db.Read(), v)
	if err != nil {
		return nil, err
	}
	if !v.Can(permissionWrite) && !set[in.ID].addedBy(p) {
		return nil, fault.New(fault.Forbidden, "您不在标签组「"+f.group.Name+"」的可建范围内").WithAdvice("请联系标签管理员添加标签，或调整该标签组的可建范围")
	}
	var check fault.Check
	tags := names(&check, "tags", in.Body.Tags)
	for _, t := range f.group.Tags {
		check.That(!slices.Contains(tags, t.Name), "tags", "该组中已有标签「"+t.Name+"」")
	}
	if err := check.Err(); err != nil {
		return nil, err
	}
	if f.group.Own() {
		return s.changeOwn(ctx, v, changeAdd, f.group.Name, func(library []mirror.TagGroup) ([]mirror.TagGroup, error) {
			return s.withOwn(library, in.ID, f.group.Name, tags)
		})
	}
	return s.want(ctx, v, changeAdd, f.group.Name, wish{ID: in.ID, Names: tags})
}

type tagRenameInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Name string `json:"name" maxLength:"60"`
		Was  string `json:"was" maxLength:"60" doc:"the name that was shown; another one by now is a conflict"`
	}
}

// Rename renames a tag or a group.
func (s *service) Rename(ctx context.Context, in *tagRenameInput) (*Change, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	f, all, err := s.find(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	name := strings.TrimSpace(in.Body.Name)
	var check fault.Check
	nameFits(&check, "name", name)
	if f.tag == nil {
		for _, g := range all {
			check.That(g.ID == in.ID || g.Name != name, "name", "已有同名的标签组")
		}
	} else {
		for _, t := range f.group.Tags {
			check.That(t.ID == in.ID || t.Name != name, "name", "该组中已有同名的标签")
		}
	}
	if err := check.Err(); err != nil {
		return nil, err
	}
	if f.name() != in.Body.Was {
		return nil, renamedMeanwhile(f.name())
	}
	if f.group.Own() {
		return s.changeOwn(ctx, v, changeRename, name, func(library []mirror.TagGroup) ([]mirror.TagGroup, error) {
			return renamed(library, in.ID, name), nil
		})
	}
	return s.want(ctx, v, changeRename, name, wish{ID: in.ID, Was: in.Body.Was, Name: name})
}

func renamedMeanwhile(now string) error {
	return fault.New(fault.Conflict, "它刚被改名为「"+now+"」").WithAdvice("请刷新页面，在最新的内容上再改一次")
}

type tagOrderInput struct {
	Body struct {
		Group string   `json:"group,omitempty" maxLength:"64" doc:"whose tags; absent: the groups themselves"`
		IDs   []string `json:"ids" minItems:"1" maxItems:"10000" doc:"in the new order, the first on top"`
	}
}

// Reorder puts tags of a group, or groups, in another order.
func (s *service) Reorder(ctx context.Context, in *tagOrderInput) (*Change, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	label, own := "", mirror.IsOwnTag(in.Body.IDs[0])
	for _, x := range in.Body.IDs {
		if mirror.IsOwnTag(x) != own {
			return nil, fault.New(fault.Invalid, "企业标签和平台标签分别排序")
		}
	}
	if in.Body.Group != "" {
		f, _, err := s.find(ctx, v, in.Body.Group)
		if err != nil {
			return nil, err
		}
		label = f.group.Name
	}
	if own {
		return s.changeOwn(ctx, v, changeOrder, label, func(library []mirror.TagGroup) ([]mirror.TagGroup, error) {
			return ordered(library, in.Body.Group, in.Body.IDs), nil
		})
	}
	return s.want(ctx, v, changeOrder, label, wish{ID: in.Body.Group, Order: in.Body.IDs})
}

type tagDeleteInput struct {
	ID  string `path:"id" maxLength:"64"`
	Was string `query:"was" maxLength:"60" doc:"the name that was shown; another one by now is a conflict"`
}

// Delete deletes a tag, or a group with its tags. A group goes with its last tag.
func (s *service) Delete(ctx context.Context, in *tagDeleteInput) (*Change, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	f, _, err := s.find(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	if in.Was != "" && f.name() != in.Was {
		return nil, renamedMeanwhile(f.name())
	}
	if f.group.Own() {
		return s.changeOwn(ctx, v, changeDelete, f.name(), func(library []mirror.TagGroup) ([]mirror.TagGroup, error) {
			return without(library, in.ID), nil
		})
	}
	return s.want(ctx, v, changeDelete, f.name(), wish{ID: in.ID, Was: f.name()})
}

// want stores a change, asks for its job and waits a moment for WeCom.
func (s *service) want(ctx context.Context, v viewer.Viewer, kind, label string, w wish) (*Change, error) {
	c := Change{
		ID: s.ids.New(), Corp: v.Corp, Kind: kind, Args: text(w), Label: label, State: waiting, ByName: v.Name, AskedAt: db.NowMS(s.clock),
	}
	var asked id.ID
	err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		if _, err = tx.NewInsert().Model(&c).ModelTableExpr("tag_change").Exec(ctx); err != nil {
			return err
		}
		noteChange(ctx, kind, label, w)
		asked, err = s.askPush(ctx, tx, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.pushed(ctx, c, asked)
}

func noteChange(ctx context.Context, kind, label string, w wish) {
	change := web.Change{Object: "tag:" + kind, Name: label, After: w}
	if kind == changeDelete {
		change.Before, change.After = w, nil
	}
	web.Note(ctx, change)
}

func (s *service) askPush(ctx context.Context, tx db.Tx, c Change) (id.ID, error) {
	ids, err := s.jobs.Insert(ctx, tx, job.Insert{
		Kind: kindPush, Corp: c.Corp, Args: pushArgs{c.ID}, Key: "library", Unique: c.ID.String(), UniqueFor: job.HoldOpen,
	})
	if err != nil {
		return 0, err
	}
	return ids[0], s.live.Publish(ctx, tx, c.Corp, slug)
}

func (s *service) pushed(ctx context.Context, c Change, asked id.ID) (*Change, error) {
	if _, err := s.jobs.RunNow(ctx, asked, pushWait); err != nil {
		return nil, err
	}
	c, err := changeByID(ctx, s.db.Read(), c.Corp, c.ID)
	return &c, err
}

type tagChangeInput struct {
	ID id.ID `path:"id"`
}

// RetryChange tells WeCom once more what it refused.
func (s *service) RetryChange(ctx context.Context, in *tagChangeInput) (*Change, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	c, err := changeByID(ctx, s.db.Read(), v.Corp, in.ID)
	if err != nil {
		return nil, err
	}
	var asked id.ID
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw("UPDATE tag_change SET state = ?, errcode = 0, reason = '', advice = '', finished_at = 0 WHERE corp_id = ? AND id = ? AND state = ?",
			waiting, v.Corp, c.ID, refused).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.New(fault.Conflict, "只有被拒绝的变更可以重试")
		}
		web.Note(ctx, web.Change{Object: "tag:" + c.Kind, Name: c.Label, After: read[wish](c.Args)})
		asked, err = s.askPush(ctx, tx, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.pushed(ctx, c, asked)
}

type tagLibraryChangesInput struct{ web.Paging }

// Changes lists what people asked for, newest first.
func (s *service) Changes(ctx context.Context, in *tagLibraryChangesInput) (*web.Page[Change], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	after, paged, err := web.DecodeCursor[id.ID](in.After)
	if err != nil {
		return nil, err
	}
	q := s.db.Read().NewSelect().TableExpr("tag_change").ColumnExpr(changeColumns).Where("corp_id = ?", v.Corp).OrderExpr("id DESC").Limit(int64(in.Limit + 1))
	if paged {
		q = q.Where("id < ?", after)
	}
	var rows []Change
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	page := web.NewPage(rows, in.Limit, func(c Change) id.ID { return c.ID })
	return &page, nil
}

func changeByID(ctx context.Context, q db.Querier, corp string, change id.ID) (Change, error) {
	var c Change
	err := q.NewRaw("SELECT "+changeColumns+" FROM tag_change WHERE corp_id = ? AND id = ?", corp, change).Scan(ctx, &c)
	if db.NoRows(err) {
		return c, fault.Missing("变更")
	}
	return c, err
}

func waitingChanges(ctx context.Context, q db.Querier, corp string) (int, error) {
	var n int
	err := q.NewRaw("SELECT COUNT(*) FROM tag_change WHERE corp_id = ? AND state = 'waiting'", corp).Scan(ctx, &n)
	return n, err
}
