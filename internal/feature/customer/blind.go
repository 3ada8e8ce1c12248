package customer

import (
	"context"
	"slices"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// noTag is the id of no tag.
const noTag = "-"

// blinded is a rule in which the tags that the viewer may not see are tags that do not
// exist: whoever asks for them learns nothing about who carries them.
func (s *service) blinded(ctx context.Context, v viewer.Viewer, r ask.Rule) (ask.Rule, error) {
	var named []string
	r.Leaves(func(leaf ask.Rule, _ bool) {
		if leaf.Field == fieldTag || leaf.Field == fieldCustomerTag {
			named = append(named, leaf.Values...)
		}
	})
	if len(named) == 0 {
		return r, nil
	}
	unseen, err := s.mirror.HiddenTags(ctx, v, named)
	if err != nil || len(unseen) == 0 {
		return r, err
	}
	return withoutTags(r, unseen), nil
}

// seenTags narrows marks to those that the viewer may see, for whoever asks whether there are
// any; named tags are blinded already. Nothing is added for who sees all.
func (s *service) seenTags(ctx context.Context, t ask.Test, mark string) (viewer.Condition, error) {
	if t.Op != ask.OpSet && t.Op != ask.OpEmpty {
		return viewer.Condition{}, nil
	}
	hidden, err := s.mirror.HiddenGroups(ctx, t.Viewer)
	if err != nil || len(hidden) == 0 {
		return viewer.Condition{}, err
	}
	return viewer.Condition{
		SQL:  strings.ReplaceAll(" AND NOT EXISTS (SELECT 1 FROM mirror_tag AS tg WHERE tg.corp_id = {m}.corp_id AND tg.id = {m}.tag_id AND tg.group_id IN (?))", "{m}", mark),
		Args: []any{list(hidden)},
	}, nil
}

func withoutTags(r ask.Rule, unseen []string) ask.Rule {
	each := func(rules []ask.Rule) []ask.Rule {
		out := slices.Clone(rules)
		for i := range out {
			out[i] = withoutTags(out[i], unseen)
		}
		return out
	}
	r.All, r.Any = each(r.All), each(r.Any)
	if r.Not != nil {
		not := withoutTags(*r.Not, unseen)
		r.Not = &not
	}
	if r.Field == fieldTag || r.Field == fieldCustomerTag {
		r.Values = slices.Clone(r.Values)
		for i, t := range r.Values {
			if slices.Contains(unseen, t) {
				r.Values[i] = noTag
			}
		}
	}
	return r
}
