package customer

import (
	"context"
	"slices"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// compiler turns a rule into a plan. Conditions that must all hold are looked at one by
// one: those of members, of tags, of texts and of what few follows have decide where the
// list begins. Everything else, and everything below "one of these" and "not", is a
// condition on each row.
type compiler struct {
	s      *service
	v      viewer.Viewer
	p      *plan
	fields map[string]ask.Field
	test   ask.Test
}

// fieldsFor are the fields a rule may need: others are asked only when it names theirs.
func (s *service) fieldsFor(ctx context.Context, v viewer.Viewer, rules ...ask.Rule) ([]ask.Field, error) {
	own := map[string]bool{fieldSegment: true}
	segments := false
	for _, f := range s.ownFields() {
		own[f.Key] = true
	}
	foreign := false
	for _, r := range rules {
		r.Leaves(func(leaf ask.Rule, _ bool) {
			foreign = foreign || !own[leaf.Field]
			segments = segments || leaf.Field == fieldSegment
		})
	}
	if foreign {
		return s.asks.Fields(ctx, v)
	}
	fields := slices.DeleteFunc(s.ownFields(), func(f ask.Field) bool { return f.Permission != "" && !v.Can(f.Permission) })
	if segments {
		f, err := s.segmentField(ctx, v)
		return append(fields, f), err
	}
	return fields, nil
}

// checked gives the rule that is meant by one that somebody gave, segments in their own
// words, with the fields that it asks for.
func (s *service) checked(ctx context.Context, v viewer.Viewer, name string, given ask.Rule) (ask.Rule, []ask.Field, error) {
	fields, err := s.fieldsFor(ctx, v, given)
	if err != nil {
		return given, nil, err
	}
	if err := given.Check(name, fields); err != nil {
		return given, nil, err
	}
	meant, err := s.expanded(ctx, v, given)
	if err != nil {
		return given, nil, err
	}
	fields, err = s.fieldsFor(ctx, v, given, meant)
	return meant, fields, err
}

// compile makes the plan of a rule that Check has passed, within the viewer's scope.
func (s *service) compile(ctx context.Context, v viewer.Viewer, r ask.Rule, fields []ask.Field, l level) (*plan, error) {
	c := &compiler{
		s: s, v: v, p: &plan{read: s.db.Read(), costs: s.costs, corp: v.Corp, level: l}, fields: map[string]ask.Field{},
		test: ask.Test{Viewer: v, Read: s.db.Read(), Zone: s.corps.Location(ctx, v.Corp), Now: s.clock.Now(), Follow: "{f}"},
	}
	for _, f := range fields {
		c.fields[f.Key] = f
	}
	r, err := s.blinded(ctx, v, r)
	if err != nil {
		return nil, err
	}
	parts, err := c.followed(ctx, together(r, nil))
	if err != nil || c.p.nothing {
		return c.p, err
	}
	parts = c.stood(parts, spokenOf(r))
	c.p.shown = slices.Clone(c.p.follow)
	// Texts name the fewest rows; what else is rare need then not be counted.
	slices.SortStableFunc(parts, func(a, b ask.Rule) int { return cheapness(a) - cheapness(b) })
	for _, part := range parts {
		if err := c.must(ctx, part); err != nil || c.p.nothing {
			return c.p, err
		}
	}
	return c.p, nil
}

func cheapness(r ask.Rule) int {
	switch {
	case r.Op == ask.OpHas && slices.Contains([]string{fieldText, fieldName, fieldRemark, fieldCompany, fieldPhone}, r.Field):
		return 0
	case r.Field == fieldTag || r.Field == fieldCustomerTag:
		return 1
	default:
		return 2
	}
}

// together lists the conditions that must all hold.
func together(r ask.Rule, parts []ask.Rule) []ask.Rule {
	switch {
	case len(r.All) > 0:
		for _, part := range r.All {
			parts = together(part, parts)
		}
	case len(r.Any) == 1:
		parts = together(r.Any[0], parts)
	case !r.Empty():
		parts = append(parts, r)
	}
	return parts
}

// spokenOf tells that a rule itself says how follows stand; one that does not means those
// that stand now.
func spokenOf(r ask.Rule) bool {
	spoken := false
	r.Leaves(func(leaf ask.Rule, negated bool) {
		switch leaf.Field {
		case fieldStanding:
			spoken = true
		case fieldEnded:
			spoken = spoken || (leaf.Op != ask.OpEmpty) != negated
		case fieldLost:
			spoken = spoken || (len(leaf.Values) == 1 && leaf.Values[0] == "true") != negated
		}
	})
	return spoken
}

// followed narrows the plan to the members whose follows count: those in the viewer's
// scope, and of these the ones that the rule names. It gives the other parts back.
func (c *compiler) followed(ctx context.Context, parts []ask.Rule) ([]ask.Rule, error) {
	p, scope := c.p, c.v.Scope
	p.narrowed = scope.Reach != viewer.All
	if p.narrowed {
		p.members = append(slices.Clone(scope.Members), c.v.Member)
	}
	var rest []ask.Rule
	chosen := false // by the rule; what the viewer does not see is left out at the end
	for _, part := range parts {
		group := part.Any
		if len(group) == 0 {
			group = []ask.Rule{part}
		}
		if slices.ContainsFunc(group, func(r ask.Rule) bool {
			return r.Op != ask.OpAny || r.Field != fieldMember && r.Field != fieldDepartment
		}) {
			rest = append(rest, part)
			continue
		}
		var named []string
		for _, r := range group {
			if r.Field == fieldMember {
				named = append(named, r.Values...)
				continue
			}
			below, err := mirror.MembersInDepartments(ctx, c.test.Read, c.v.Corp, ints[int64](r.Values))
			if err != nil {
				return nil, err
			}
			named = append(named, below...)
		}
		if chosen {
			named = slices.DeleteFunc(named, func(m string) bool { return !slices.Contains(p.members, m) })
		}
		p.narrowed, chosen, p.members = true, true, named
	}
	slices.Sort(p.members)
	p.members = slices.DeleteFunc(slices.Compact(p.members), func(m string) bool { return m == "" || !c.v.Sees(m) })
	p.nothing = p.narrowed && len(p.members) == 0
	if p.narrowed && !p.nothing {
		p.byMembers()
	}
	return rest, nil
}

// stood adds how the follows stand.
func (c *compiler) stood(parts []ask.Rule, spoken bool) []ask.Rule {
	p := c.p
	var rest []ask.Rule
	wanted := standings("open")
	for _, part := range parts {
		if part.Field != fieldStanding || part.Op != ask.OpAny {
			rest = append(rest, part)
			continue
		}
		wanted = standingNumbers(part.Values)
		p.and("{f}.standing IN (?)", list(wanted))
		p.ended = p.ended || !slices.Contains(wanted, mirror.Stands)
		if len(wanted) == 1 && p.ended && p.anchor.sql == "" {
			p.anchor = condition{sql: "f.standing <> 1 AND f.standing = ?", args: []any{wanted[0]}} // names the index of those few
		}
	}
	if !spoken {
		p.and("{f}.standing IN (?)", list(wanted))
	}
	return rest
}

// must adds a condition that every row fulfils, and begins the list at it when few do.
func (c *compiler) must(ctx context.Context, r ask.Rule) error {
	p := c.p
	if err := c.untagged(ctx, r); err != nil {
		return err
	}
	switch {
	case r.Field == fieldTag && r.Op == ask.OpAny:
		return c.s.taggedAny(ctx, r.Values, p)
	case r.Field == fieldTag && r.Op == ask.OpEvery:
		return c.s.taggedAll(ctx, r.Values, p, false)
	case r.Field == fieldCustomerTag && r.Op == ask.OpEvery:
		return c.s.taggedAll(ctx, r.Values, p, true)
	case r.Field == fieldCustomerTag:
		tags, err := c.customerTags(ctx, r)
		p.customer = append(p.customer, tags)
		return err
	case cheapness(r) == 0:
		text, rare, err := c.s.within(ctx, c.at(r), r.Field)
		if err != nil {
			return err
		}
		p.rare, p.nothing = p.rare || rare, p.nothing || text.SQL == nowhere
		p.and(text.SQL, text.Args...)
		return nil
	case r.Field != "" && !p.rare:
		p.anchored(r)
		if err := c.rarely(ctx, r); err != nil || p.nothing {
			return err
		}
	}
	sql, args, err := c.boolean(ctx, r)
	if err != nil {
		return err
	}
	p.nothing = p.nothing || sql == nowhere
	if r.Field == fieldAdded {
		p.bound(sql, args...)
		return nil
	}
	// As one truth value, in which no index is looked for, and of which PostgreSQL expects
	// that every second row fulfils it: it then reads a page in order instead of sorting all.
	p.and("COALESCE(("+sql+"), FALSE)", args...)
	return nil
}

// untagged begins the list at the follows that are counted as having no tag, for which there
// is an index; but not for a viewer to whom one with hidden tags has none either. Each is
// still asked: one that a sync has not counted yet may have some.
func (c *compiler) untagged(ctx context.Context, r ask.Rule) error {
	if r.Op != ask.OpEmpty || r.Field != fieldTag && r.Field != fieldCustomerTag || c.p.anchor.sql != "" {
		return nil
	}
	seen, err := c.s.seenTags(ctx, c.at(r), "ft")
	if err == nil && seen.SQL == "" {
		c.p.anchor = condition{sql: "f.tagged = 0"}
	}
	return err
}

// rarely begins the list at the follows that a field's index finds, when they are few.
func (c *compiler) rarely(ctx context.Context, r ask.Rule) error {
	f := c.fields[r.Field]
	if f.Among == nil {
		return nil
	}
	among, err := f.Among(ctx, c.at(r))
	if err != nil || among.SQL == "" {
		return err
	}
	rows, all, err := c.p.listed(ctx, among, c.p.costs.named)
	if err != nil {
		return err
	}
	if !all {
		c.p.sets = append(c.p.sets, among)
		return nil
	}
	c.p.rare, c.p.nothing = true, len(rows) == 0
	c.p.and("{f}.id IN (?)", list(rows))
	return nil
}

// at is a comparison, ready to be turned into SQL.
func (c *compiler) at(r ask.Rule) ask.Test {
	t := c.test
	t.Op, t.Values = r.Op, slices.Compact(slices.Sorted(slices.Values(r.Values)))
	if r.Op == ask.OpBetween {
		t.Values = r.Values
	}
	return t
}

// nowhere is the condition of a search that found nothing.
const nowhere = "1 = 0"

// boolean is any rule as one condition on a follow.
func (c *compiler) boolean(ctx context.Context, r ask.Rule) (string, []any, error) {
	switch {
	case len(r.All) > 0:
		return c.joined(ctx, r.All, " AND ")
	case len(r.Any) > 0:
		return c.joined(ctx, r.Any, " OR ")
	case r.Not != nil:
		sql, args, err := c.boolean(ctx, *r.Not)
		// What has no value is not so either.
		return "NOT COALESCE((" + sql + "), FALSE)", args, err
	case r.Field == fieldCustomerTag:
		tags, err := c.customerTags(ctx, r)
		return tags.sql, tags.args, err
	case r.Field == "":
		return "1 = 1", nil, nil
	}
	where, err := c.fields[r.Field].Where(ctx, c.at(r))
	return where.SQL, where.Args, err
}

func (c *compiler) joined(ctx context.Context, rules []ask.Rule, between string) (string, []any, error) {
	texts, args := make([]string, len(rules)), []any{}
	for i, r := range rules {
		sql, more, err := c.boolean(ctx, r)
		if err != nil {
			return "", nil, err
		}
		texts[i], args = "("+sql+")", append(args, more...)
	}
	return strings.Join(texts, between), args, nil
}

// tagsOfCustomer are the tags on all follows of a customer that are shown; countedTags
// those of them that are asked for.
const (
	tagsOfCustomer = `(SELECT COUNT(*) FROM mirror_follow AS h CROSS JOIN mirror_follow_tag AS u
		WHERE h.customer_id = {f}.customer_id AND {shown} AND u.follow_id = h.id AND u.kind <> 2{seen})`
	countedTags = `(SELECT COUNT(DISTINCT u.tag_id) FROM mirror_follow AS h CROSS JOIN mirror_follow_tag AS u
		WHERE h.customer_id = {f}.customer_id AND {shown} AND u.follow_id = h.id AND u.tag_id IN (?))`
)

// customerTags asks the customer as a whole.
func (c *compiler) customerTags(ctx context.Context, r ask.Rule) (condition, error) {
	seen, err := c.s.seenTags(ctx, c.at(r), "u")
	shown, args := c.p.shownOf("h")
	within := func(text string) string {
		return strings.NewReplacer("{shown}", shown, "{seen}", seen.SQL).Replace(text)
	}
	all := c.at(r).HasSome(within(tagsOfCustomer), within(countedTags), slices.Concat(args, seen.Args)...)
	return condition{sql: all.SQL, args: all.Args}, err
}

// FieldList is by what customers can be told apart.
type FieldList struct {
	Items []ask.Field `json:"items"`
}

// Fields lists them for the viewer: this feature's own first.
func (s *service) Fields(ctx context.Context, _ *struct{}) (*FieldList, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	fields, err := s.asks.Fields(ctx, v)
	if err != nil {
		return nil, err
	}
	own, others := []ask.Field{}, []ask.Field{}
	for _, f := range fields {
		if strings.Contains(f.Key, ".") {
			others = append(others, f)
			continue
		}
		own = append(own, f)
	}
	return &FieldList{Items: append(own, others...)}, nil
}
