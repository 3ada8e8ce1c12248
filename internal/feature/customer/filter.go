package customer

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

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
	Standing    string    `query:"standing" enum:"open,half,lost,deleted,gone,handed,all" default:"open" doc:"open: stands now; half: the member has not confirmed; lost: the customer deleted the member; deleted: the member deleted the customer; gone: ended, nobody knows by whom; handed: removed after a hand-over"`
	AddWay      int       `query:"addWay" minimum:"-1" maximum:"999" default:"-1" doc:"WeCom's add_way, -1 for any"`
}

// ListInput is a filter with a page.
type ListInput struct {
	web.Paging
	Filter
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
		f.From.IsZero() && f.To.IsZero() && f.Standing == "open" && f.AddWay < 0
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

// prepare turns the filter into a plan within the viewer's scope.
func (s *service) prepare(ctx context.Context, v viewer.Viewer, f Filter, l level) (*plan, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	p := &plan{read: s.db.Read(), corp: v.Corp, level: l}
	if err := s.followed(ctx, v, f, p); err != nil {
		return nil, err
	}
	if p.narrowed {
		p.byMembers()
	}
	if wanted := standings(f.Standing); wanted != nil {
		p.and("{f}.standing IN (?)", list(wanted))
		p.ended = !slices.Contains(wanted, mirror.Stands)
	}
	p.shown = slices.Clone(p.follow)
	if !f.From.IsZero() {
		p.and("{f}.added_at >= ?", db.MS(f.From))
	}
	if !f.To.IsZero() {
		p.and("{f}.added_at < ?", db.MS(f.To))
	}
	if f.AddWay >= 0 {
		p.and("{f}.add_way = ?", f.AddWay)
	}
	if err := s.named(ctx, v, f, p); err != nil {
		return nil, err
	}
	return p, s.tagged(ctx, f, p)
}

// followed finds the members whose follows count: those the filter names, as far as the
// viewer sees them, or everybody in his scope.
func (s *service) followed(ctx context.Context, v viewer.Viewer, f Filter, p *plan) error {
	named := slices.Clone(f.Members)
	if len(f.Departments) > 0 {
		below, err := mirror.MembersInDepartments(ctx, s.db.Read(), v.Corp, f.Departments)
		if err != nil {
			return err
		}
		named = append(named, below...)
	}
	anybody := len(f.Members) == 0 && len(f.Departments) == 0
	switch {
	case v.Scope.Reach == viewer.All:
		p.narrowed, p.members = !anybody, named
	case anybody:
		p.narrowed, p.members = true, append(slices.Clone(v.Scope.Members), v.Member)
	default:
		p.narrowed, p.members = true, named
	}
	slices.Sort(p.members)
	p.members = slices.DeleteFunc(slices.Compact(p.members), func(m string) bool { return m == "" || !v.Sees(m) })
	p.nothing = p.narrowed && len(p.members) == 0
	return nil
}

// searchKind is the mirror's index over follows: name, remark, company, phones.
const searchKind = "follow"

// named adds the text search.
func (s *service) named(ctx context.Context, v viewer.Viewer, f Filter, p *plan) error {
	if strings.TrimSpace(f.Text) == "" || p.nothing {
		return nil
	}
	m, err := s.search.Find(ctx, s.db.Read(), v.Corp, searchKind, f.Text)
	if err != nil {
		return err
	}
	p.nothing = m.None()
	sql, args := m.Condition("{f}.id")
	p.and(sql, args...)
	if c := mirror.WithoutPhones(v, "{f}", f.Text); c.SQL != "" {
		p.and(c.SQL, c.Args...)
	}
	p.rare = !m.Common()
	return nil
}

// few is how many rows may be named one by one; beyond that a tag's own index is walked.
const few = 2000

// tagged adds the tags.
func (s *service) tagged(ctx context.Context, f Filter, p *plan) error {
	if len(f.Tags) == 0 || p.nothing {
		return nil
	}
	tags := slices.Compact(slices.Sorted(slices.Values(f.Tags)))
	switch {
	case f.TagMode == "none":
		p.without(tags)
		return nil
	case f.TagMode == "all" && len(tags) > 1:
		return s.taggedAll(ctx, tags, p)
	}
	if p.rare {
		p.and(hasTag, list(tags))
		return nil
	}
	var rows []id.ID
	err := s.db.Read().NewRaw("SELECT DISTINCT follow_id FROM mirror_follow_tag WHERE corp_id = ? AND tag_id IN (?) LIMIT ?",
		p.corp, list(tags), few+1).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	if len(rows) > few {
		p.tags = tags
		p.and(hasTag, list(tags))
		return nil
	}
	p.rare, p.nothing = true, len(rows) == 0
	p.and("{f}.id IN (?)", list(rows))
	return nil
}

// taggedAll asks for several tags at once and starts from the rarest.
func (s *service) taggedAll(ctx context.Context, tags []string, p *plan) error {
	fewest := manyTagged + 1
	for _, t := range tags {
		var n int
		err := s.db.Read().NewRaw("SELECT COUNT(*) FROM (SELECT 1 FROM mirror_follow_tag WHERE corp_id = ? AND tag_id = ? LIMIT ?) AS r",
			p.corp, t, manyTagged+1).Scan(ctx, &n)
		if err != nil {
			return err
		}
		if n < fewest {
			fewest, p.rarest = n, t
		}
		p.with(t)
	}
	p.nothing = fewest == 0
	if fewest > few && p.few() {
		p.rarest = "" // the members' own lists are shorter
	}
	return nil
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
