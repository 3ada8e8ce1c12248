package tag

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// demo makes what a company of the demo's kind would have, once: a group of platform tags
// and two rules.
func (s *service) demo(ctx context.Context, v viewer.Viewer) error {
	ctx = viewer.With(ctx, v)
	existing, err := rules(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return err
	}
	count := func(ctx context.Context, tx db.Tx) error { return s.askCount(ctx, tx, v.Corp) }
	if len(existing) > 0 {
		return s.db.Tx(ctx, count) // the month that was played since has tagged customers
	}
	library, err := mirror.TagLibrary(ctx, s.db.Read(), v.Corp)
	if err != nil || len(library) == 0 {
		return err
	}
	if _, err := s.AddGroup(ctx, &tagAddGroupInput{Body: GroupForm{Name: "运营分层", Tags: []string{"高潜", "沉睡唤醒", "转介绍种子"}, Own: true}}); err != nil {
		return err
	}
	if library, err = mirror.TagLibrary(ctx, s.db.Read(), v.Corp); err != nil {
		return err
	}
	first := []string{library[0].Tags[0].ID}
	var own []string
	for _, g := range library {
		if g.Own() {
			own = []string{g.Tags[0].ID}
		}
	}
	for _, f := range []RuleForm{
		{Name: "非工作时间添加", Trigger: onTime, Setting: Setting{Spans: []Span{{From: 18 * 60, To: 9 * 60}, {Days: []int{0, 6}, From: 0, To: 1440}}}, Add: own, Enabled: true},
		{Name: "进群客户", Trigger: onGroup, Add: first, MostDay: 200, Enabled: true},
	} {
		if _, err := s.CreateRule(ctx, &tagCreateRuleInput{Body: f}); err != nil {
			return err
		}
	}
	return s.db.Tx(ctx, count)
}
