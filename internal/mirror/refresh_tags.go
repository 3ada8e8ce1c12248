package mirror

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom"
)

const kindDropTag = "drop-tag"

// readTags reads the corp's tag library (get_corp_tag_list, doc 92117).
func (m *Mirror) readTags(ctx context.Context, j job.Job[struct{}]) error {
	client, err := m.corps.Client(ctx, j.Corp)
	if err != nil {
		return outcome(err)
	}
	library, err := m.shownLibrary(ctx, client, j.Corp)
	if err != nil {
		return outcome(err)
	}
	return m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := m.applyLibrary(ctx, tx, j.Corp, library); err != nil {
			return err
		}
		return j.Done(ctx, tx)
	})
}

// libraryShown is what one reading of the library showed.
type libraryShown struct {
	began  id.ID // before WeCom was asked: a moment that no other reading shares
	groups []TagGroup
}

func (m *Mirror) shownLibrary(ctx context.Context, client *wecom.Client, corp string) (libraryShown, error) {
	shown := libraryShown{began: m.ids.New()}
	answer, err := client.ListCorpTags(ctx, wecom.ListCorpTagsRequest{})
	if err != nil {
		return shown, err
	}
	groups := make([]TagGroup, 0, len(answer.Groups))
	for _, g := range answer.Groups {
		group := TagGroup{Corp: corp, ID: db.Clean(g.GroupID), Name: db.Clean(g.GroupName), Position: int64(g.Order), CreatedAt: g.CreateTime * 1000}
		for _, t := range g.Tags {
			group.Tags = append(group.Tags, Tag{
				Corp: corp, ID: db.Clean(t.ID), Group: group.ID, Name: db.Clean(t.Name),
				Position: int64(t.Order), CreatedAt: t.CreateTime * 1000,
			})
		}
		groups = append(groups, group)
	}
	shown.groups = groups
	return shown, nil
}

// lockLibrary keeps others from changing the library until the transaction ends. It says
// whether a reading that began at this moment is the newest so far: one that took longer
// than another that began later would bring back what is past.
func lockLibrary(ctx context.Context, tx db.Tx, corp string, began id.ID) (newest bool, err error) {
	var at id.ID
	err = tx.NewRaw(`INSERT INTO mirror_reading (corp_id, what, read_at) VALUES (?, 'tags', ?)
		ON CONFLICT (corp_id, what) DO UPDATE SET read_at = CASE WHEN mirror_reading.read_at > excluded.read_at
			THEN mirror_reading.read_at ELSE excluded.read_at END
		RETURNING read_at`, corp, began).Scan(ctx, &at)
	return at == began, err
}

// applyLibrary replaces WeCom's part of the library and tells when it differs. It says how
// many tags and groups differed.
func (m *Mirror) applyLibrary(ctx context.Context, tx db.Tx, corp string, shown libraryShown) (int, error) {
	newest, err := lockLibrary(ctx, tx, corp, shown.began)
	if err != nil || !newest {
		return 0, err
	}
	known, err := TagLibrary(ctx, tx, corp)
	if err != nil {
		return 0, err
	}
	differs, err := m.replaceLibrary(ctx, tx, corp, onlyOwn(known, false), shown.groups)
	if err != nil || differs == 0 {
		return 0, err
	}
	meta := event.Meta{Event: m.ids.New(), Corp: corp, At: m.clock.Now()}
	return differs, m.bus.Publish(ctx, tx, event.TagsChanged{Meta: meta})
}

// replaceLibrary writes what differs and queues the removal of tags that are gone from
// the follows that have them.
func (m *Mirror) replaceLibrary(ctx context.Context, tx db.Tx, corp string, known, library []TagGroup) (differs int, err error) {
	groups, tags := map[string]TagGroup{}, map[string]Tag{}
	for _, g := range known {
		for _, t := range g.Tags {
			tags[t.ID] = t
		}
		g.Tags = nil
		groups[g.ID] = g
	}
	var newGroups []*TagGroup
	var newTags []*Tag
	for _, g := range library {
		for _, t := range g.Tags {
			if tags[t.ID] != t {
				newTags = append(newTags, &t)
			}
			delete(tags, t.ID)
		}
		old := groups[g.ID]
		if old.Name != g.Name || old.Position != g.Position || old.CreatedAt != g.CreatedAt || old.ID == "" {
			newGroups = append(newGroups, &g)
		}
		delete(groups, g.ID)
	}
	differs = len(newGroups) + len(newTags) + len(groups) + len(tags)
	if differs == 0 {
		return 0, nil
	}
	if err := inBatches(newGroups, func(part []*TagGroup) error {
		_, err := tx.NewInsert().Model(&part).ModelTableExpr("mirror_tag_group").On("CONFLICT (corp_id, id) DO UPDATE").
			Set("name = excluded.name, position = excluded.position, created_at = excluded.created_at").Exec(ctx)
		return err
	}); err != nil {
		return 0, err
	}
	if err := inBatches(newTags, func(part []*Tag) error {
		_, err := tx.NewInsert().Model(&part).ModelTableExpr("mirror_tag").On("CONFLICT (corp_id, id) DO UPDATE").
			Set("group_id = excluded.group_id, name = excluded.name, position = excluded.position, created_at = excluded.created_at").Exec(ctx)
		return err
	}); err != nil {
		return 0, err
	}
	if err := m.dropLibrary(ctx, tx, corp, keys(groups), keys(tags)); err != nil {
		return 0, err
	}
	return differs, m.live.Publish(ctx, tx, corp, topicTag)
}

func (m *Mirror) dropLibrary(ctx context.Context, tx db.Tx, corp string, groups, tags []string) error {
	if err := inBatches(tags, func(part []string) error {
		_, err := tx.NewRaw(`INSERT INTO mirror_tag_gone (corp_id, id, group_id, name, gone_at)
			SELECT corp_id, id, group_id, name, ? FROM mirror_tag WHERE corp_id = ? AND id IN (?)
			ON CONFLICT (corp_id, id) DO UPDATE SET group_id = excluded.group_id, name = excluded.name, gone_at = excluded.gone_at`,
			db.NowMS(m.clock), corp, bun.List(part)).Exec(ctx)
		return err
	}); err != nil {
		return err
	}
	for _, d := range []struct {
		table string
		ids   []string
	}{{"mirror_tag_group", groups}, {"mirror_tag", tags}} {
		if err := inBatches(d.ids, func(part []string) error {
			_, err := tx.NewRaw(`DELETE FROM ? WHERE corp_id = ? AND id IN (?)`, bun.Ident(d.table), corp, bun.List(part)).Exec(ctx)
			return err
		}); err != nil {
			return err
		}
	}
	jobs := make([]job.Insert, len(tags))
	for i, t := range tags {
		jobs[i] = job.Insert{Kind: kindDropTag, Corp: corp, Args: dropTagArgs{Tag: t}, Unique: t, UniqueFor: job.HoldWaiting}
	}
	if len(jobs) == 0 {
		return nil
	}
	_, err := m.jobs.Insert(ctx, tx, jobs...)
	return err
}

func keys[V any](of map[string]V) []string {
	list := make([]string, 0, len(of))
	for k := range of {
		list = append(list, k)
	}
	return list
}

// dropTagArgs name a tag that no longer exists.
type dropTagArgs struct {
	Tag string `json:"tag"`
}

// dropTag takes a deleted tag off all follows, in small steps: it may be on a million.
func (m *Mirror) dropTag(ctx context.Context, j job.Job[dropTagArgs]) error {
	const step = 500
	for {
		var marks []struct {
			Follow   id.ID  `bun:"follow_id"`
			Kind     int    `bun:"kind"`
			Member   string `bun:"member_id"`
			Customer string `bun:"customer"`
		}
		err := m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			marks = nil
			back, err := TagsByID(ctx, tx, j.Corp, []string{j.Args.Tag})
			if err != nil || len(back) > 0 {
				return err // it exists after all
			}
			if err := tx.NewRaw(`SELECT t.follow_id, t.kind, COALESCE(f.member_id, '') AS member_id, COALESCE(f.customer, '') AS customer
				FROM mirror_follow_tag AS t LEFT JOIN mirror_follow AS f ON f.id = t.follow_id WHERE t.corp_id = ? AND t.tag_id = ?
				ORDER BY t.added_at DESC, t.follow_id DESC LIMIT ?`, j.Corp, j.Args.Tag, step).Scan(ctx, &marks); err != nil || len(marks) == 0 {
				return err
			}
			follows, gone, now := make([]id.ID, len(marks)), make([]MarkChange, len(marks)), db.NowMS(m.clock)
			for i, x := range marks {
				follows[i] = x.Follow
				gone[i] = MarkChange{
					Corp: j.Corp, Member: x.Member, Customer: x.Customer, Tag: j.Args.Tag, Kind: x.Kind, At: now, By: Cause{How: HowDeleted},
				}
			}
			if _, err := tx.NewRaw(`DELETE FROM mirror_follow_tag WHERE tag_id = ? AND follow_id IN (?)`, j.Args.Tag, bun.List(follows)).Exec(ctx); err != nil {
				return err
			}
			if err := countTags(ctx, tx, follows); err != nil {
				return err
			}
			return m.keepMarks(ctx, tx, gone)
		})
		if err != nil || len(marks) < step {
			return err
		}
	}
}
