package tag

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// RuleList is the corp's rules in the order in which they act.
type RuleList struct {
	Items []Rule `json:"items"`
}

type tagRulesInput struct{}

// Rules lists the rules.
func (s *service) Rules(ctx context.Context, _ *tagRulesInput) (*RuleList, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := rules(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(r ruleRow) bool { return !r.within(v) })
	views, err := s.ruleViews(ctx, v, rows)
	return &RuleList{Items: views}, err
}

// ruleViews dresses rules with names and figures: a handful of queries, however many rules.
func (s *service) ruleViews(ctx context.Context, v viewer.Viewer, rows []ruleRow) ([]Rule, error) {
	q := s.db.Read()
	var tags, members, groups []string
	var ids []id.ID
	views := make([]Rule, len(rows))
	for i, r := range rows {
		f := r.form()
		views[i] = Rule{
			ID: r.ID, RuleForm: f, By: r.ByName, UpdatedAt: r.UpdatedAt, Problem: r.Problem, Total: r.Tagged,
			Names: map[string]string{}, MemberNames: map[string]string{}, GroupNames: map[string]string{},
		}
		ids = append(ids, r.ID)
		tags, members, groups = slices.Concat(tags, f.Add, f.Remove), append(members, f.Members...), append(groups, f.Setting.Groups...)
	}
	known, err := mirror.TagsByID(ctx, q, v.Corp, tags)
	if err != nil {
		return nil, err
	}
	names, err := mirror.Names(ctx, q, v.Corp, members)
	if err != nil {
		return nil, err
	}
	chats, err := mirror.GroupsByChat(ctx, q, v.Corp, groups)
	if err != nil {
		return nil, err
	}
	today, err := s.taggedToday(ctx, v.Corp, ids)
	if err != nil {
		return nil, err
	}
	for i := range views {
		w := &views[i]
		for _, t := range slices.Concat(w.Add, w.Remove) {
			if x, ok := known[t]; ok {
				w.Names[t] = x.Name
			}
		}
		for _, m := range w.Members {
			w.MemberNames[m] = names[m]
		}
		for _, g := range w.Setting.Groups {
			w.GroupNames[g] = chats[g].Name
		}
		w.Today = today[w.ID]
	}
	return views, nil
}

// taggedToday counts what rules tagged today.
func (s *service) taggedToday(ctx context.Context, corp string, ids []id.ID) (map[id.ID]int64, error) {
	out := map[id.ID]int64{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []struct {
		Rule id.ID `bun:"rule_id"`
		N    int64 `bun:"n"`
	}
	err := s.db.Read().NewRaw("SELECT rule_id, COUNT(*) AS n FROM tag_hit WHERE rule_id IN (?) AND corp_id || '' = ? AND outcome = 'tagged' AND day = ? GROUP BY rule_id",
		bun.List(ids), corp, dayOf(s.clock.Now().In(s.corps.Location(ctx, corp)))).Scan(ctx, &rows)
	for _, r := range rows {
		out[r.Rule] = r.N
	}
	return out, err
}

// checkRule is valid and what only the mirror knows.
func (s *service) checkRule(ctx context.Context, v viewer.Viewer, f *RuleForm) error {
	if err := f.valid(v); err != nil {
		return err
	}
	if _, err := s.mirror.KnownTags(ctx, v, slices.Concat(f.Add, f.Remove)); err != nil {
		return err
	}
	groups, err := mirror.GroupsByChat(ctx, s.db.Read(), v.Corp, f.Setting.Groups)
	if err != nil {
		return err
	}
	members, err := mirror.MembersByID(ctx, s.db.Read(), v.Corp, f.Members)
	if err != nil {
		return err
	}
	var check fault.Check
	for _, m := range f.Members {
		x, ok := members[m]
		check.That(ok && v.Sees(x.ID), "members", "成员 "+m+" 不存在，或不在您的数据范围内")
	}
	for _, g := range f.Setting.Groups {
		x, ok := groups[g]
		check.That(ok && v.Sees(x.Owner), "setting.groups", "客户群 "+g+" 不存在，或不在您的数据范围内")
	}
	return check.Err()
}

type tagCreateRuleInput struct{ Body RuleForm }

// CreateRule adds a rule behind the others.
func (s *service) CreateRule(ctx context.Context, in *tagCreateRuleInput) (*Rule, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.checkRule(ctx, v, &in.Body); err != nil {
		return nil, err
	}
	now := db.NowMS(s.clock)
	r := in.Body.onto(ruleRow{ID: s.ids.New(), Corp: v.Corp, Version: 1, ByName: v.Name, CreatedAt: now, UpdatedAt: now})
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		all, err := rules(ctx, tx, v.Corp)
		if err != nil {
			return err
		}
		if len(all) >= maxRules {
			return fault.Newf(fault.Conflict, "规则最多 %d 条", maxRules).WithAdvice("请先删除不用的规则")
		}
		r.Place = 1
		if len(all) > 0 {
			r.Place = all[len(all)-1].Place + 1
		}
		if _, err := tx.NewInsert().Model(&r).ModelTableExpr("tag_rule").Exec(ctx); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "tag:rule:" + r.ID.String(), Name: r.Title, After: in.Body})
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
	return s.oneRule(ctx, v, r.ID, err)
}

func (s *service) oneRule(ctx context.Context, v viewer.Viewer, rule id.ID, err error) (*Rule, error) {
	if err != nil {
		return nil, err
	}
	r, err := ruleByID(ctx, s.db.Read(), v.Corp, rule)
	if err != nil {
		return nil, err
	}
	views, err := s.ruleViews(ctx, v, []ruleRow{r})
	if err != nil {
		return nil, err
	}
	return &views[0], nil
}

type tagUpdateRuleInput struct {
	ID   id.ID `path:"id"`
	Body RuleForm
}

// UpdateRule changes a rule; what it did stays.
func (s *service) UpdateRule(ctx context.Context, in *tagUpdateRuleInput) (*Rule, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	old, err := s.changeable(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	if in.Body.Version != 0 && in.Body.Version != old.Version {
		return nil, staleRule()
	}
	if err := s.checkRule(ctx, v, &in.Body); err != nil {
		return nil, err
	}
	r := in.Body.onto(old)
	r.Version, r.UpdatedAt, r.ByName, r.Problem = old.Version+1, db.NowMS(s.clock), v.Name, ""
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := writeRule(ctx, tx, r, old.Version); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "tag:rule:" + r.ID.String(), Name: r.Title, Before: old.form(), After: in.Body})
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
	return s.oneRule(ctx, v, r.ID, err)
}

// changeable finds a rule that the viewer may change: one that reaches beyond his scope is
// not his.
func (s *service) changeable(ctx context.Context, v viewer.Viewer, rule id.ID) (ruleRow, error) {
	r, err := ruleByID(ctx, s.db.Read(), v.Corp, rule)
	if err == nil && !r.within(v) {
		err = fault.Missing("规则")
	}
	return r, err
}

// within tells whether all for whom a rule is lie in the viewer's scope.
func (r ruleRow) within(v viewer.Viewer) bool {
	f := r.form()
	return v.Scope.Reach == viewer.All ||
		len(f.Members) > 0 && len(f.Departments) == 0 && !slices.ContainsFunc(f.Members, func(m string) bool { return !v.Sees(m) })
}

func staleRule() error {
	return fault.New(fault.Conflict, "这条规则刚被别人修改过").WithAdvice("请刷新页面，在最新的内容上再改一次")
}

func writeRule(ctx context.Context, tx db.Tx, r ruleRow, was int64) error {
	res, err := tx.NewUpdate().Model(&r).ModelTableExpr("tag_rule").ExcludeColumn("id", "corp_id", "place", "created_at", "tagged").
		Where("corp_id = ? AND id = ? AND version = ? AND deleted_at = 0", r.Corp, r.ID, was).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return staleRule()
	}
	return nil
}

type tagRuleInput struct {
	ID id.ID `path:"id"`
}

// DeleteRule takes a rule away; its hits stay.
func (s *service) DeleteRule(ctx context.Context, in *tagRuleInput) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	r, err := s.changeable(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	return &web.None{}, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		gone := r
		gone.DeletedAt, gone.Enabled, gone.Version = db.NowMS(s.clock), false, r.Version+1
		if err := writeRule(ctx, tx, gone, r.Version); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "tag:rule:" + r.ID.String(), Name: r.Title, Before: r.form()})
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
}

type tagRuleSwitchInput struct {
	ID   id.ID `path:"id"`
	Body struct {
		Enabled bool `json:"enabled"`
	}
}

// SwitchRule turns a rule on or off.
func (s *service) SwitchRule(ctx context.Context, in *tagRuleSwitchInput) (*Rule, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	old, err := s.changeable(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	f := old.form()
	if in.Body.Enabled && len(f.Add)+len(f.Remove) == 0 {
		return nil, fault.New(fault.Invalid, "规则没有标签可以添加或移除，不能启用").WithAdvice("请编辑规则，重新选择标签")
	}
	r := old
	r.Enabled, r.Version = in.Body.Enabled, old.Version+1
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := writeRule(ctx, tx, r, old.Version); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "tag:rule:" + r.ID.String(), Name: r.Title, Before: map[string]bool{"enabled": old.Enabled}, After: in.Body})
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
	return s.oneRule(ctx, v, r.ID, err)
}

type tagOrderRulesInput struct {
	Body struct {
		IDs []id.ID `json:"ids" minItems:"1" maxItems:"200" doc:"all rules in the order in which they act"`
	}
}

// OrderRules puts the rules in another order. Where two of them disagree about a tag, the
// later one has its way.
func (s *service) OrderRules(ctx context.Context, in *tagOrderRulesInput) (*RuleList, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if v.Scope.Reach != viewer.All {
		return nil, fault.New(fault.Forbidden, "只有能看到全企业数据的人可以调整规则的顺序")
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		for i, rule := range in.Body.IDs {
			if _, err := tx.NewRaw("UPDATE tag_rule SET place = ? WHERE corp_id = ? AND id = ?", i+1, v.Corp, rule).Exec(ctx); err != nil {
				return err
			}
		}
		web.Note(ctx, web.Change{Object: "tag:rules", After: in.Body})
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
	if err != nil {
		return nil, err
	}
	return s.Rules(ctx, nil)
}
