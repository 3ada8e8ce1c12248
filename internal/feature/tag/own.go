package tag

import (
	"context"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// This file changes platform tags (平台标签). WeCom is not asked, so the change is done when
// it is stored.

// changeOwn rewrites the groups of platform tags.
func (s *service) changeOwn(ctx context.Context, v viewer.Viewer, kind, label string, change func([]mirror.TagGroup) ([]mirror.TagGroup, error)) (*Change, error) {
	err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		noteChange(ctx, kind, label, wish{Name: label})
		if err := s.mirror.ChangeOwnTags(ctx, tx, v.Corp, change); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
	now := db.NowMS(s.clock)
	return &Change{Kind: kind, Label: label, State: done, ByName: v.Name, AskedAt: now, FinishedAt: now}, err
}

// withOwn is the library with new tags, in a new group when group is "".
func (s *service) withOwn(library []mirror.TagGroup, group, name string, tags []string) ([]mirror.TagGroup, error) {
	total, now := len(tags), db.NowMS(s.clock)
	at := -1
	for i, g := range library {
		total += len(g.Tags)
		if g.ID == group || group == "" && g.Name == name {
			at = i
		}
	}
	if total > maxOwn {
		return nil, fault.Newf(fault.Conflict, "平台标签最多 %d 个", maxOwn).WithAdvice("请先删除不用的平台标签")
	}
	if at < 0 && group != "" {
		return nil, fault.Missing("标签组")
	}
	if at < 0 {
		library = append(library, mirror.TagGroup{ID: mirror.OwnTagID(s.ids.New()), Name: name, CreatedAt: now})
		at = len(library) - 1
	}
	g := &library[at]
	for _, n := range tags {
		if !slices.ContainsFunc(g.Tags, func(t mirror.Tag) bool { return t.Name == n }) {
			g.Tags = append(g.Tags, mirror.Tag{ID: mirror.OwnTagID(s.ids.New()), Name: n, CreatedAt: now})
		}
	}
	return placed(library), nil
}

// placed numbers groups and tags in the order of the list.
func placed(library []mirror.TagGroup) []mirror.TagGroup {
	for i := range library {
		library[i].Position = int64(len(library) - i)
		for k := range library[i].Tags {
			library[i].Tags[k].Position = int64(len(library[i].Tags) - k)
		}
	}
	return library
}

func renamed(library []mirror.TagGroup, which, name string) []mirror.TagGroup {
	for i, g := range library {
		if g.ID == which {
			library[i].Name = name
		}
		for k, t := range g.Tags {
			if t.ID == which {
				g.Tags[k].Name = name
			}
		}
	}
	return library
}

// ordered puts the named first, in their order; the others follow as they are.
func ordered(library []mirror.TagGroup, group string, ids []string) []mirror.TagGroup {
	at := func(which string) int {
		if i := slices.Index(ids, which); i >= 0 {
			return i
		}
		return len(ids)
	}
	if group == "" {
		slices.SortStableFunc(library, func(a, b mirror.TagGroup) int { return at(a.ID) - at(b.ID) })
	}
	for _, g := range library {
		if g.ID == group {
			slices.SortStableFunc(g.Tags, func(a, b mirror.Tag) int { return at(a.ID) - at(b.ID) })
		}
	}
	return placed(library)
}

// without is the library without a tag or group; a group goes with its last tag.
func without(library []mirror.TagGroup, which string) []mirror.TagGroup {
	for i := range library {
		library[i].Tags = slices.DeleteFunc(library[i].Tags, func(t mirror.Tag) bool { return t.ID == which })
	}
	return slices.DeleteFunc(library, func(g mirror.TagGroup) bool { return g.ID == which || len(g.Tags) == 0 })
}
