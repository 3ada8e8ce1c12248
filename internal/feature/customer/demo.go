package customer

import (
	"context"
	"encoding/json"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/saved"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// demo saves the segments and views that a team of the demo's kind would share, once.
func (s *service) demo(ctx context.Context, v viewer.Viewer) error {
	members, err := mirror.ContactMembers(ctx, s.db.Read(), v.Corp)
	if err != nil || len(members) == 0 {
		return err
	}
	v.Member, v.Name = members[0].ID, members[0].Name // who shares them
	ctx = viewer.With(ctx, v)
	there, err := saved.Visible(ctx, s.db.Read(), v, segments())
	if err != nil || len(there) > 0 {
		return err
	}
	made := map[string]string{}
	for _, f := range demoSegments() {
		f.Share.With = "everybody"
		g, err := s.CreateSegment(ctx, &newSegmentInput{Body: f})
		if err != nil {
			return err
		}
		made[f.Name] = g.ID.String()
	}
	for _, d := range demoViews() {
		if segment := made[d.segment]; segment != "" {
			d.filters["segment"] = []string{segment}
		}
		content, err := json.Marshal(map[string]any{
			"filters": d.filters, "level": d.level,
			"columns": map[string]any{d.level: map[string]any{"on": d.on, "off": d.off, "dense": false, "size": 20}},
		})
		if err != nil {
			return err
		}
		err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			_, _, err := s.keeper.Put(ctx, tx, v, customers().Views(), 0, saved.Form{Name: d.name, Share: saved.Share{With: "everybody"}}, string(content))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func demoSegments() []SegmentForm {
	of := func(name, note string, r ask.Rule) SegmentForm {
		return SegmentForm{Form: saved.Form{Name: name, Note: note}, Rule: r}
	}
	is := func(field string, op ask.Op, values ...string) ask.Rule {
		return ask.Rule{Field: field, Op: op, Values: values}
	}
	return []SegmentForm{
		of("还没打标签的客户", "先分清来意，再谈下一步", is(fieldTag, ask.OpEmpty)),
		of("多人跟进的客户", "联系前先商量由谁来说", is("follows", ask.OpMore, "1")),
		of("近 30 天流失", "问一声原因，也许还能挽回", ask.Rule{All: []ask.Rule{is(fieldStanding, ask.OpAny, "lost"), is(fieldEnded, ask.OpWithin, "30")}}),
		of("扫码而来、未进群", "可以邀请进群", ask.Rule{All: []ask.Rule{is(fieldAddWay, ask.OpAny, "1"), is("group", ask.OpEmpty)}}),
		of("近 7 天新客户", "", is(fieldAdded, ask.OpWithin, "7")),
	}
}

type demoView struct {
	name    string
	level   string // of the page: company, follow
	filters map[string]any
	segment string   // by name
	on, off []string // columns beside the usual ones, and those left out
}

func demoViews() []demoView {
	return []demoView{
		{name: "流失客户，最近的在前", level: "follow", filters: map[string]any{}, segment: "近 30 天流失", on: []string{"ended"}, off: []string{"added"}},
		{name: "近 7 天新客户的意向", level: "company", filters: map[string]any{"added": "7d"}, on: []string{"intention.level", "intention.score"}, off: []string{"state"}},
		{name: "按成员看联系方式", level: "follow", filters: map[string]any{}, on: []string{"mobiles", "company"}, off: []string{"addWay"}},
	}
}
