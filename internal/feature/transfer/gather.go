package transfer

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// work turns a plan into assignments within the viewer's scope. It writes nothing.
func (s *service) work(ctx context.Context, v viewer.Viewer, p Plan) (*planned, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	out := &planned{plan: p, resigned: map[string]bool{}, longGone: map[string]bool{}, left: map[Why][]candidate{}}
	if err := s.oldMembers(ctx, v, out); err != nil {
		return nil, err
	}
	var list []candidate
	if p.Customers != "none" {
		customers, err := s.customersOf(ctx, v, out)
		if err != nil {
			return nil, err
		}
		list = append(list, customers...)
	}
	if p.Groups != "none" {
		groups, err := s.groupsOf(ctx, v, p)
		if err != nil {
			return nil, err
		}
		list = append(list, groups...)
	}
	return out, s.assign(ctx, v, out, list)
}

// assign sifts candidates, finds the takers and divides.
func (s *service) assign(ctx context.Context, v viewer.Viewer, out *planned, list []candidate) error {
	if err := s.know(ctx, v.Corp, out, list); err != nil {
		return err
	}
	if err := s.takers(ctx, v, out); err != nil {
		return err
	}
	list, err := s.sift(ctx, v, out, list)
	if err != nil {
		return err
	}
	var customers, groups []candidate
	from := map[string]bool{}
	for _, c := range list {
		from[c.From] = true
		if c.Kind == OfCustomer {
			customers = append(customers, c)
		} else {
			groups = append(groups, c)
		}
	}
	if len(customers) > maxCustomers || len(groups) > maxGroups {
		return fault.Newf(fault.TooLarge, "一次最多转接 %d 个客户、%d 个客户群", maxCustomers, maxGroups).
			WithAdvice("请按标签、阶段或原成员分几次转接")
	}
	departments := map[string][]int64{}
	if out.plan.Spread == ByDepartment {
		if departments, err = departmentsOf(ctx, s.db.Read(), v.Corp, slices.Collect(keys(from))); err != nil {
			return err
		}
	}
	owning, err := s.owning(ctx, v.Corp, out.takers)
	if err != nil {
		return err
	}
	out.candidates = slices.Concat(customers, groups)
	out.to = slices.Concat(divide(customers, out.takers, out.plan.Spread, out.plan.Tags, departments),
		divide(groups, owning, out.plan.Spread, nil, departments))
	return nil
}

func keys(set map[string]bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range set {
			if !yield(k) {
				return
			}
		}
	}
}

// oldMembers finds who gives: those in scope, and which of them have left.
func (s *service) oldMembers(ctx context.Context, v viewer.Viewer, out *planned) error {
	known, err := mirror.MembersByID(ctx, s.db.Read(), v.Corp, out.plan.From)
	if err != nil {
		return err
	}
	left, err := leftMembers(ctx, s.db.Read(), v.Corp, out.plan.From)
	if err != nil {
		return err
	}
	for i, f := range out.plan.From {
		m, ok := known[f]
		if ok {
			f = m.ID
		}
		leftAt := max(m.LeftAt, left[f])
		if !v.Sees(f) || !ok && leftAt == 0 {
			return fault.Missing("原成员")
		}
		out.plan.From[i] = f
		out.resigned[f] = m.LeftAt > 0 || !ok
		out.longGone[f] = out.resigned[f] && db.FromMS(leftAt).Before(s.clock.Now().AddDate(-1, 0, 0))
	}
	return nil
}

// know learns which old members that a selection brought in have left.
func (s *service) know(ctx context.Context, corp string, out *planned, list []candidate) error {
	var missing []string
	for _, c := range list {
		if _, ok := out.resigned[c.From]; !ok {
			out.resigned[c.From] = false
			missing = append(missing, c.From)
		}
	}
	known, err := mirror.MembersByID(ctx, s.db.Read(), corp, missing)
	for _, m := range missing {
		leftAt := known[m].LeftAt
		out.resigned[m] = leftAt > 0
		out.longGone[m] = leftAt > 0 && db.FromMS(leftAt).Before(s.clock.Now().AddDate(-1, 0, 0))
	}
	return err
}

// customersOf lists the customers that a plan means.
func (s *service) customersOf(ctx context.Context, v viewer.Viewer, out *planned) ([]candidate, error) {
	p := out.plan
	if p.Customers == "selected" {
		return s.selected(ctx, v, p)
	}
	var gone, here []string
	for _, f := range p.From {
		if out.resigned[f] {
			gone = append(gone, f)
		} else {
			here = append(here, f)
		}
	}
	list, err := unassignedOf(ctx, s.db.Read(), v.Corp, gone, maxCustomers+1)
	if err != nil {
		return nil, err
	}
	follows, err := followsOf(ctx, s.db.Read(), v.Corp, here, maxCustomers+1)
	return append(list, follows...), err
}

// selectPage is how many pairs of a selection are asked for at a time.
const selectPage = 1000

// selected walks a selection. Follows that were ticked are looked up here: those of
// members who left count too.
func (s *service) selected(ctx context.Context, v viewer.Viewer, p Plan) ([]candidate, error) {
	var list []candidate
	take := func(member, customer string) {
		if len(p.From) == 0 || slices.Contains(p.From, member) {
			list = append(list, candidate{Kind: OfCustomer, Subject: customer, From: member})
		}
	}
	if len(p.Selection.Follows) > 0 {
		found, err := mirror.FollowsByID(ctx, s.db.Read(), v.Corp, p.Selection.Follows)
		if err != nil {
			return nil, err
		}
		for _, i := range p.Selection.Follows {
			if f, ok := found[i]; ok && f.Standing == mirror.Stands && v.Sees(f.Member) && !slices.Contains(p.Selection.Except, i) {
				take(f.Member, f.Customer)
			}
		}
		return list, nil
	}
	q := ask.SelectQuery{Viewer: v, Selection: within(*p.Selection, p.From), Pairs: len(p.From) > 0, Limit: selectPage}
	for {
		page, err := s.asks.Select(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, x := range page.Items {
			take(x.Member, x.Customer)
		}
		if len(list) > maxCustomers {
			return list, nil // refused later
		}
		if q.After = page.Next; q.After == "" {
			return list, nil
		}
	}
}

// fieldMember is the key of the field that tells follows apart by member.
const fieldMember = "member"

// within narrows a condition to the old members, so that not all of the corp is walked.
func within(s ask.Selection, from []string) ask.Selection {
	if s.Rule == nil || len(from) == 0 {
		return s
	}
	members := ask.Rule{Field: fieldMember, Op: ask.OpAny, Values: from}
	if s.Rule.Field == "" && len(s.Rule.All)+len(s.Rule.Any) == 0 && s.Rule.Not == nil {
		s.Rule = &members
		return s
	}
	s.Rule = &ask.Rule{All: []ask.Rule{members, *s.Rule}}
	return s
}

// groupsOf lists the groups that a plan means.
func (s *service) groupsOf(ctx context.Context, v viewer.Viewer, p Plan) ([]candidate, error) {
	rows, err := groupsOwned(ctx, s.db.Read(), v.Corp, p.From, maxGroups+1)
	if err != nil {
		return nil, err
	}
	var list []candidate
	for _, g := range rows {
		if p.Groups == "all" || slices.Contains(p.Chats, g.Subject) {
			list = append(list, g)
		}
	}
	return list, nil
}

// takers finds who takes over: able, known to the viewer, and no old member.
func (s *service) takers(ctx context.Context, v viewer.Viewer, out *planned) error {
	below, err := mirror.MembersInDepartments(ctx, s.db.Read(), v.Corp, out.plan.Departments)
	if err != nil {
		return err
	}
	named := len(out.plan.To)
	var ids []string
	for _, m := range append(slices.Clone(out.plan.To), below...) {
		if !slices.Contains(ids, m) {
			ids = append(ids, m)
		}
	}
	known, err := mirror.MembersByID(ctx, s.db.Read(), v.Corp, ids)
	if err != nil {
		return err
	}
	var check fault.Check
	var unable, old []string
	for i, x := range ids {
		m := known[x]
		_, gives := out.resigned[m.ID]
		switch {
		case m.ID == "" || !v.Knows(m.ID):
			check.That(i >= named, "to", "接替成员不存在，或不在您的通讯录范围内")
		case gives:
			if i < named {
				old = append(old, m.Name)
			}
		case !m.CanServe():
			if i < named {
				unable = append(unable, m.Name)
			}
		default:
			out.takers = append(out.takers, taker{ID: m.ID, Name: m.Name})
		}
	}
	check.That(len(old) == 0, "to", "「"+strings.Join(old, "」「")+"」是原成员，不能接替自己的客户")
	check.That(len(unable) == 0, "to", "「"+strings.Join(unable, "」「")+"」已离职、未激活或没有客户联系权限，不能接替")
	check.That(len(out.takers) > 0 || len(old)+len(unable) > 0, "to", "所选部门中没有可以接替的成员")
	check.That(len(out.takers) <= maxTakers, "to", "最多 100 名接替成员")
	for _, r := range out.plan.Tags {
		check.That(out.plan.Spread != ByTag || slices.ContainsFunc(out.takers, func(t taker) bool { return t.ID == r.To }), "tags", "标签规则中的成员须在接替成员之中")
	}
	if err := check.Err(); err != nil {
		return err
	}
	return s.loads(ctx, v.Corp, out)
}

// loads fills in what the takers have today, and where they work.
func (s *service) loads(ctx context.Context, corp string, out *planned) error {
	var ids []string
	for _, t := range out.takers {
		ids = append(ids, t.ID)
	}
	counts, err := countBy(ctx, s.db.Read(), `SELECT member_id AS k, COUNT(*) AS n FROM mirror_follow
		WHERE corp_id = ? AND member_id IN (?) AND standing = ? GROUP BY member_id`, corp, bun.List(ids), mirror.Stands)
	if err != nil {
		return err
	}
	at, err := departmentsOf(ctx, s.db.Read(), corp, ids)
	for i, t := range out.takers {
		out.takers[i].Load, out.takers[i].Departments = counts[t.ID], at[t.ID]
	}
	return err
}

// owning are the takers with the groups they own as load.
func (s *service) owning(ctx context.Context, corp string, takers []taker) ([]taker, error) {
	own := slices.Clone(takers)
	var ids []string
	for _, t := range own {
		ids = append(ids, t.ID)
	}
	counts, err := countBy(ctx, s.db.Read(), `SELECT owner_id AS k, COUNT(*) AS n FROM mirror_group
		WHERE corp_id = ? AND owner_id IN (?) AND dissolved_at = 0 GROUP BY owner_id`, corp, bun.List(ids))
	for i := range own {
		own[i].Load = counts[own[i].ID]
	}
	return own, err
}
