package mirror

import (
	"context"
	"maps"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// TagSight says which tag groups a viewer may not see (可见范围). The feature tag keeps the
// rules; the mirror asks it, so that nobody who shows tags can forget.
type TagSight func(ctx context.Context, q db.Querier, v viewer.Viewer) (hidden map[string]bool, err error)

// SeeTagsBy sets who decides about tag groups. Called by the host before start.
func (m *Mirror) SeeTagsBy(sight TagSight) { m.sight = sight }

func (m *Mirror) hiddenGroups(ctx context.Context, v viewer.Viewer) (map[string]bool, error) {
	if m.sight == nil {
		return nil, nil
	}
	return m.sight(ctx, m.db.Read(), v)
}

// HiddenGroups are the tag groups that the viewer may not see.
func (m *Mirror) HiddenGroups(ctx context.Context, v viewer.Viewer) ([]string, error) {
	hidden, err := m.hiddenGroups(ctx, v)
	return slices.Sorted(maps.Keys(hidden)), err
}

// TagsSeen is TagsOfFollows without what the viewer may not see.
func (m *Mirror) TagsSeen(ctx context.Context, v viewer.Viewer, follows []id.ID) (map[id.ID][]FollowTag, error) {
	found, err := TagsOfFollows(ctx, m.db.Read(), v.Corp, follows)
	if err != nil {
		return nil, err
	}
	hidden, err := m.hiddenGroups(ctx, v)
	if err != nil || len(hidden) == 0 {
		return found, err
	}
	for f, tags := range found {
		found[f] = slices.DeleteFunc(tags, func(t FollowTag) bool { return hidden[t.GroupID] })
	}
	return found, nil
}

// KnownTags finds tags of the library that the viewer may see; one that is missing there is
// not found, whether it is hidden or does not exist.
func (m *Mirror) KnownTags(ctx context.Context, v viewer.Viewer, tags []string) (map[string]Tag, error) {
	found, err := TagsByID(ctx, m.db.Read(), v.Corp, tags)
	if err != nil {
		return nil, err
	}
	hidden, err := m.hiddenGroups(ctx, v)
	if err != nil {
		return nil, err
	}
	for _, tag := range tags {
		t, ok := found[tag]
		if !ok || hidden[t.Group] {
			return nil, fault.Missing("标签")
		}
	}
	return found, nil
}

// HiddenTags tells which of these tags the viewer may not see. Whoever filters by one of
// them finds nothing, as by a tag that does not exist.
func (m *Mirror) HiddenTags(ctx context.Context, v viewer.Viewer, tags []string) ([]string, error) {
	hidden, err := m.hiddenGroups(ctx, v)
	if err != nil || len(hidden) == 0 || len(tags) == 0 {
		return nil, err
	}
	found, err := TagsByID(ctx, m.db.Read(), v.Corp, tags)
	var unseen []string
	for _, t := range tags {
		if hidden[found[t].Group] {
			unseen = append(unseen, t)
		}
	}
	return unseen, err
}
