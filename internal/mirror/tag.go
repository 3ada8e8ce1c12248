package mirror

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// The kinds of a tag on a follow.
const (
	TagCorp     = 1 // 企业标签, from the library
	TagPersonal = 2 // a member's own (个人标签), without an id in WeCom
	TagStrategy = 3 // 规则组标签
	TagOwn      = 4 // 平台标签, ours alone: WeCom never hears of it (see own_tag.go)
)

// personalPrefix makes a key for a personal tag, which WeCom gives no id.
const personalPrefix = "personal:"

// TagGroup is a group of the tag library: WeCom's, or one of platform tags.
type TagGroup struct {
	Corp      string `bun:"corp_id" json:"-"`
	ID        string `bun:"id" json:"id"`
	Name      string `bun:"name" json:"name"`
	Position  int64  `bun:"position" json:"-"` // WeCom's order: larger first
	CreatedAt int64  `bun:"created_at" json:"-"`
	Tags      []Tag  `bun:"-" json:"tags"`
}

// Own tells whether the group holds platform tags.
func (g TagGroup) Own() bool { return IsOwnTag(g.ID) }

// Tag is a corp tag (企业客户标签) or a platform tag.
type Tag struct {
	Corp      string `bun:"corp_id" json:"-"`
	ID        string `bun:"id" json:"id"`
	Group     string `bun:"group_id" json:"group"`
	Name      string `bun:"name" json:"name"`
	Position  int64  `bun:"position" json:"-"`
	CreatedAt int64  `bun:"created_at" json:"-"`
}

// FollowTag is a tag on a follow, with its words.
type FollowTag struct {
	Follow id.ID  `bun:"follow_id" json:"-"`
	ID     string `bun:"tag_id" json:"id"`
	Kind   int    `bun:"kind" json:"kind"` // TagCorp …
	Name   string `bun:"name" json:"name"` // "" for a tag that the library does not hold (rule groups)
	Group  string `bun:"group_name" json:"group"`
	// GroupID is "" for what lies in no group of the library.
	GroupID string `bun:"group_id" json:"-"`
}

// TagLibrary lists the corp's tags by group, WeCom's and ours, in WeCom's order.
func TagLibrary(ctx context.Context, q db.Querier, corp string) ([]TagGroup, error) {
	var groups []TagGroup
	if err := q.NewRaw(`SELECT corp_id, id, name, position, created_at FROM mirror_tag_group
		WHERE corp_id = ? ORDER BY position DESC, created_at, id`, corp).Scan(ctx, &groups); err != nil {
		return nil, err
	}
	var tags []Tag
	if err := q.NewRaw(`SELECT corp_id, id, group_id, name, position, created_at FROM mirror_tag
		WHERE corp_id = ? ORDER BY position DESC, created_at, id`, corp).Scan(ctx, &tags); err != nil {
		return nil, err
	}
	at := make(map[string]int, len(groups))
	for i, g := range groups {
		at[g.ID] = i
	}
	for _, t := range tags {
		if i, ok := at[t.Group]; ok {
			groups[i].Tags = append(groups[i].Tags, t)
		}
	}
	return groups, nil
}

// TagsByID finds many tags in one query; those that no longer exist are absent.
func TagsByID(ctx context.Context, q db.Querier, corp string, tags []string) (map[string]Tag, error) {
	found := make(map[string]Tag, len(tags))
	return found, inBatches(tags, func(part []string) error {
		var rows []Tag
		err := q.NewRaw(`SELECT corp_id, id, group_id, name, position, created_at FROM mirror_tag
			WHERE corp_id = ? AND id IN (?)`, corp, bun.List(part)).Scan(ctx, &rows)
		for _, t := range rows {
			found[t.ID] = t
		}
		return err
	})
}

// TagsOfFollows lists the tags of many follows in one query, keyed by Follow.ID, corp
// tags first in the library's order, then the members' own.
func TagsOfFollows(ctx context.Context, q db.Querier, corp string, follows []id.ID) (map[id.ID][]FollowTag, error) {
	found := make(map[id.ID][]FollowTag, len(follows))
	return found, inBatches(follows, func(part []id.ID) error {
		var rows []FollowTag
		err := q.NewRaw(`SELECT ft.follow_id, ft.tag_id, ft.kind, COALESCE(t.name, '') AS name, COALESCE(g.name, '') AS group_name,
			COALESCE(t.group_id, '') AS group_id
			FROM mirror_follow_tag ft
			LEFT JOIN mirror_tag t ON t.corp_id = ft.corp_id AND t.id = ft.tag_id
			LEFT JOIN mirror_tag_group g ON g.corp_id = t.corp_id AND g.id = t.group_id
			WHERE ft.follow_id IN (?) AND ft.`+thisCorp+`
			ORDER BY ft.kind, g.position DESC, t.position DESC, ft.tag_id`, bun.List(part), corp).Scan(ctx, &rows)
		for _, t := range rows {
			if t.Kind == TagPersonal {
				t.Name = strings.TrimPrefix(t.ID, personalPrefix)
			}
			found[t.Follow] = append(found[t.Follow], t)
		}
		return err
	})
}
