package customer

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Filter is what a list of customers can be narrowed by; all parts are joined by "and".
//
// Member, department, period, way, standing and text speak of one follow: at company
// level a customer is listed when a follow within the viewer's scope has them all. Tags
// "any" ask that follow too; "all" and "none" ask the customer as a whole, as he is shown:
// with the tags of every follow in scope that has the standing.
type Filter struct {
	Text        string    `query:"q" maxLength:"50" doc:"part of name, remark, company or, with the permission customer.phone, phone"`
	Members     []string  `query:"member,explode" maxItems:"100" doc:"userids: followed by one of them"`
	Departments []int64   `query:"department,explode" maxItems:"50" doc:"followed by a member of one of them or below"`
	Tags        []string  `query:"tag,explode" maxItems:"20" doc:"WeCom tag ids"`
	TagMode     string    `query:"tagMode" enum:"any,all,none" default:"any"`
	From        time.Time `query:"from" doc:"added at or after"`
	To          time.Time `query:"to" doc:"added before"`
	Standing    string    `query:"standing" enum:"auto,open,half,lost,deleted,gone,handed,all" default:"auto" doc:"auto: stands now, unless the rule itself says how follows stand; open: stands now; half: the member has not confirmed; lost: the customer deleted the member; deleted: the member deleted the customer; gone: ended, nobody knows by whom; handed: removed after a hand-over"`
	AddWay      int       `query:"addWay" minimum:"-1" maximum:"999" default:"-1" doc:"WeCom's add_way, -1 for any"`
	Rule        string    `query:"rule" maxLength:"20000" doc:"a condition (ask.Rule) as JSON, besides the others"`
}

// ListInput is a filter with a page.
type ListInput struct {
	web.Paging
	Filter
	MoreColumns
}

// CountInput is a filter without a page.
type CountInput struct{ Filter }

// check refuses what the types cannot.
func (f Filter) check() error {
	var check fault.Check
	check.That(f.From.IsZero() || f.To.IsZero() || f.From.Before(f.To), "to", "结束时间须晚于开始时间")
	check.That(f.Text == db.Clean(f.Text), "q", "含有无效字符")
	for i, m := range f.Members {
		check.That(m != "" && len(m) <= 64 && m == db.Clean(m), "member["+strconv.Itoa(i)+"]", "成员账号无效")
	}
	for i, t := range f.Tags {
		check.That(t != "" && len(t) <= 200 && t == db.Clean(t), "tag["+strconv.Itoa(i)+"]", "标签无效")
	}
	return check.Err()
}

// unfiltered tells that nothing narrows the list but that follows stand.
func (f Filter) unfiltered() bool {
	return strings.TrimSpace(f.Text) == "" && len(f.Members) == 0 && len(f.Departments) == 0 && len(f.Tags) == 0 &&
		f.From.IsZero() && f.To.IsZero() && (f.Standing == "open" || f.Standing == "auto") && f.AddWay < 0 && f.Rule == ""
}

// standings are the words of the filter in the mirror's numbers; "all" is absent.
func standings(word string) []mirror.Standing {
	switch word {
	case "open":
		return []mirror.Standing{mirror.Stands, mirror.Half}
	case "half":
		return []mirror.Standing{mirror.Half}
	case "lost":
		return []mirror.Standing{mirror.Lost}
	case "deleted":
		return []mirror.Standing{mirror.Deleted}
	case "gone":
		return []mirror.Standing{mirror.Gone}
	case "handed":
		return []mirror.Standing{mirror.HandedOver}
	}
	return nil
}

// rule is the filter in the language of conditions, but for the moments From and To. At
// company level all and none of the tags ask the customer as a whole.
func (f Filter) rule(l level) ask.Rule {
	var parts, who []ask.Rule
	add := func(field string, op ask.Op, values ...string) {
		parts = append(parts, ask.Rule{Field: field, Op: op, Values: values})
	}
	if len(f.Members) > 0 {
		who = append(who, ask.Rule{Field: fieldMember, Op: ask.OpAny, Values: f.Members})
	}
	if len(f.Departments) > 0 {
		departments := make([]string, len(f.Departments))
		for i, d := range f.Departments {
			departments[i] = strconv.FormatInt(d, 10)
		}
		who = append(who, ask.Rule{Field: fieldDepartment, Op: ask.OpAny, Values: departments})
	}
	if len(who) > 0 {
		parts = append(parts, ask.Rule{Any: who})
	}
	if text := strings.TrimSpace(f.Text); text != "" {
		add(fieldText, ask.OpHas, f.Text)
	}
	if len(f.Tags) > 0 {
		field, op := fieldTag, map[string]ask.Op{"all": ask.OpEvery, "none": ask.OpNone}[f.TagMode]
		if op == "" {
			op = ask.OpAny
		} else if l == perCompany {
			field = fieldCustomerTag
		}
		add(field, op, f.Tags...)
	}
	if f.AddWay >= 0 {
		add(fieldAddWay, ask.OpAny, strconv.Itoa(f.AddWay))
	}
	switch f.Standing {
	case "", "auto":
	case "all":
		add(fieldStanding, ask.OpAny, "stands", "half", "lost", "deleted", "gone", "handed")
	case "open":
		add(fieldStanding, ask.OpAny, "stands", "half")
	default:
		add(fieldStanding, ask.OpAny, f.Standing)
	}
	return ask.Rule{All: parts}
}

// prepare turns the filter into a plan within the viewer's scope.
func (s *service) prepare(ctx context.Context, v viewer.Viewer, f Filter, l level) (*plan, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	given, err := parsed(f.Rule)
	if err != nil {
		return nil, err
	}
	given, fields, err := s.checked(ctx, v, "rule", given)
	if err != nil {
		return nil, err
	}
	p, err := s.compile(ctx, v, ask.Rule{All: []ask.Rule{f.rule(l), given}}, fields, l)
	if err != nil || p.nothing {
		return p, err
	}
	if !f.From.IsZero() {
		p.bound("{f}.added_at >= ?", db.MS(f.From))
	}
	if !f.To.IsZero() {
		p.bound("{f}.added_at < ?", db.MS(f.To))
	}
	return p, nil
}

// parsed reads a rule out of a list's address.
func parsed(text string) (ask.Rule, error) {
	var r ask.Rule
	if text == "" {
		return r, nil
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return r, &fault.Fault{Code: fault.Invalid, Message: "条件无法识别", Fields: []fault.Field{{Name: "rule", Message: "须为 JSON 格式的条件"}}, Cause: err}
	}
	return r, nil
}

// searchKind is the mirror's index over follows: name, remark, company, phones.
const searchKind = "follow"

// taggedAny adds tags of which a follow has one.
func (s *service) taggedAny(ctx context.Context, tags []string, p *plan) error {
	tags = slices.Compact(slices.Sorted(slices.Values(tags)))
	if p.rare || len(p.tags) > 0 {
		p.tagged(tags...)
		return nil
	}
	var rows []id.ID
	err := s.db.Read().NewRaw("SELECT follow_id FROM mirror_follow_tag WHERE corp_id = ? AND tag_id IN (?) LIMIT ?",
		p.corp, list(tags), p.costs.named+1).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	if len(rows) > p.costs.named {
		p.tags = tags
		p.tagged(tags...)
		return nil
	}
	p.rare, p.nothing = true, len(rows) == 0
	p.and("{f}.id IN (?)", list(rows))
	return nil
}

// tagOfCustomer tells whether a follow of the customer that is shown has a tag.
const tagOfCustomer = `(SELECT COUNT(*) FROM mirror_follow_tag AS u CROSS JOIN mirror_follow AS h
	WHERE u.corp_id = ? AND u.customer_id = {f}.customer_id AND u.tag_id = ? AND h.id = u.follow_id AND {shown}) > 0`

// taggedBy asks for one tag, of the follow or of any shown follow of the customer.
func (p *plan) taggedBy(tag string, anybodys bool) {
	if !anybodys {
		p.tagged(tag)
		return
	}
	shown, args := p.shownOf("h")
	p.customer = append(p.customer, condition{sql: strings.ReplaceAll(tagOfCustomer, "{shown}", shown), args: append([]any{p.corp, tag}, args...)})
}

// taggedAll asks for several tags at once, of the follow or of any shown follow of the
// customer. It begins at the rows that have them all when they are few, else at the rarest tag.
func (s *service) taggedAll(ctx context.Context, tags []string, p *plan, anybodys bool) error {
	tags = slices.Compact(slices.Sorted(slices.Values(tags)))
	for _, t := range tags {
		p.taggedBy(t, anybodys)
	}
	if p.rare {
		return nil
	}
	fewest, err := p.rarestFirst(ctx, tags)
	if p.nothing = fewest == 0; err != nil || p.nothing {
		return err
	}
	if fewest > p.costs.named && p.narrowed && len(p.members) <= p.costs.lists {
		return nil // the members' own lists are shorter
	}
	if fewest <= p.costs.tagged {
		with := p.withAll(tags, anybodys)
		rows, all, err := p.listed(ctx, with, p.costs.together)
		switch {
		case err != nil:
			return err
		case all && anybodys:
			p.rare, p.nothing = true, len(rows) == 0
			p.customer = append(p.customer, condition{sql: "{f}.customer_id IN (?)", args: []any{list(rows)}})
			return nil
		case all:
			p.rare, p.nothing = true, len(rows) == 0
			p.and("{f}.id IN (?)", list(rows))
			return nil
		case anybodys:
			with.SQL = "SELECT a.id FROM (" + with.SQL + ") AS c CROSS JOIN mirror_follow AS a WHERE a.customer_id = c.id"
		}
		p.sets = append(p.sets, with)
	}
	if !anybodys {
		p.tags = tags[:1]
	}
	return nil
}

// rarestFirst sorts the tags, and tells how many follows have the first, up to costs.tagged.
func (p *plan) rarestFirst(ctx context.Context, tags []string) (fewest int, err error) {
	uses := map[string]int{}
	for _, t := range tags {
		var n int
		err := p.read.NewRaw("SELECT COUNT(*) FROM (SELECT 1 FROM mirror_follow_tag WHERE corp_id = ? AND tag_id = ? LIMIT ?) AS r",
			p.corp, t, p.costs.tagged+1).Scan(ctx, &n)
		if err != nil {
			return 0, err
		}
		uses[t] = n
	}
	slices.SortFunc(tags, func(a, b string) int { return cmp.Compare(uses[a], uses[b]) })
	return uses[tags[0]], nil
}

// cursor is a place in a list ordered by time and id, newest first.
type cursor struct {
	At int64 `json:"a"`
	ID int64 `json:"i"`
}

func cursorOf(text string) (*cursor, error) {
	c, paged, err := web.DecodeCursor[cursor](text)
	if err != nil || !paged {
		return nil, err
	}
	return &c, nil
}
