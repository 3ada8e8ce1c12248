package tag

import (
	"context"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// columns are one for each group of tags that the viewer may see, and one for what members
// tagged for themselves: lists of customers can show a group as a column of its own.
func (s *service) columns(ctx context.Context, v viewer.Viewer) ([]ask.Column, error) {
	library, err := mirror.TagLibrary(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	hidden, err := s.hidden(ctx, s.db.Read(), v)
	if err != nil {
		return nil, err
	}
	var columns []ask.Column
	for _, g := range library {
		if !hidden[g.ID] {
			columns = append(columns, s.column(g.ID, "标签组："+g.Name, "Tags: "+g.Name, func(t mirror.FollowTag) bool { return t.GroupID == g.ID }))
		}
	}
	return append(columns, s.column("personal", "个人标签", "Members' own tags", func(t mirror.FollowTag) bool { return t.Kind == mirror.TagPersonal })), nil
}

func (s *service) column(key, zh, en string, in func(mirror.FollowTag) bool) ask.Column {
	return ask.Column{Key: slug + "." + key, ZH: zh, EN: en, Cells: func(ctx context.Context, q ask.CellsQuery) (map[id.ID]any, error) {
		follows := make([]id.ID, len(q.Pairs))
		for i, p := range q.Pairs {
			follows[i] = p.Follow
		}
		// What is hidden from the viewer has no column, or lies in none of these groups.
		tags, err := mirror.TagsOfFollows(ctx, q.Read, q.Viewer.Corp, follows)
		if err != nil {
			return nil, err
		}
		cells := map[id.ID]any{}
		for follow, all := range tags {
			var names []string
			for _, t := range all {
				if in(t) {
					names = append(names, t.Name)
				}
			}
			if len(names) > 0 {
				cells[follow] = strings.Join(names, "、")
			}
		}
		return cells, nil
	}}
}
