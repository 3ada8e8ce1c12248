package customer

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Filter is what a list of customers can be narrowed by; all parts are joined by "and".
type Filter struct {
	Text        string    `query:"q" maxLength:"50" doc:"part of name, remark, company or phone"`
	Members     []string  `query:"member" maxItems:"100" doc:"userids: followed by one of them"`
	Departments []int64   `query:"department" maxItems:"50" doc:"followed by a member of one of them or below"`
	Tags        []string  `query:"tag" maxItems:"20" doc:"WeCom tag ids"`
	TagMode     string    `query:"tagMode" enum:"any,all,none" default:"any"`
	From        time.Time `query:"from" doc:"added at or after"`
	To          time.Time `query:"to" doc:"added before"`
	Standing    string    `query:"standing" enum:"open,half,lost,deleted,gone,all" default:"open" doc:"open: stands now; half: the member has not confirmed; lost: the customer deleted the member; deleted: the member deleted the customer; gone: ended, nobody knows by whom"`
	AddWay      int       `query:"addWay" minimum:"-1" maximum:"999" default:"-1" doc:"WeCom's add_way, -1 for any"`
}

// ListInput is a filter with a page.
type ListInput struct {
	web.Paging
	Filter
}

// CountInput is a filter without a page.
type CountInput struct{ Filter }

// few is how many rows a condition may name before it is better checked row by row, in
// the order of the list.
const few = 2000

// plan is a filter made ready for SQL: conditions on the follow f.
type plan struct {
	where []condition
	// rare is true when one condition alone leaves at most few rows: the list then starts
	// from those instead of walking in its own order.
	rare bool
	// tag drives the list when the filter names exactly one: its index has the list's order.
	tag string
	// nothing is true when no row can match.
	nothing bool
}

type condition struct {
	sql  string
	args []any
}

func (p *plan) and(sql string, args ...any) { p.where = append(p.where, condition{sql, args}) }

// text joins the conditions.
func (p *plan) text() (sql string, args []any) {
	parts := make([]string, len(p.where))
	for i, c := range p.where {
		parts[i] = c.sql
		args = append(args, c.args...)
	}
	return strings.Join(parts, " AND "), args
}

var standings = map[string][]mirror.Standing{
	"open": {mirror.Stands, mirror.Half}, "half": {mirror.Half}, "lost": {mirror.Lost}, "deleted": {mirror.Deleted}, "gone": {mirror.Gone},
}

// prepare turns the filter into conditions within the viewer's scope.
func (s *service) prepare(ctx context.Context, v viewer.Viewer, f Filter) (*plan, error) {
	p := &plan{}
	scope := v.Where("f.corp_id", "f.member_id")
	p.and(scope.SQL, scope.Args...)
	members, any, err := s.membersOf(ctx, v, f)
	if err != nil {
		return nil, err
	}
	if !any {
		p.nothing = len(members) == 0
		p.and("f.member_id IN (?)", list(members))
	}
	if wanted, ok := standings[f.Standing]; ok {
		p.and("f.standing IN (?)", list(wanted))
	}
	if !f.From.IsZero() {
		p.and("f.added_at >= ?", db.MS(f.From))
	}
	if !f.To.IsZero() {
		p.and("f.added_at < ?", db.MS(f.To))
	}
	if f.AddWay >= 0 {
		p.and("f.add_way = ?", f.AddWay)
	}
	if err := s.tagged(ctx, v, f, p); err != nil {
		return nil, err
	}
	return p, s.named(ctx, v, f, p)
}

// membersOf joins the named members and those of the named departments; any is true when
// the filter names neither.
func (s *service) membersOf(ctx context.Context, v viewer.Viewer, f Filter) (members []string, any bool, err error) {
	if len(f.Members) == 0 && len(f.Departments) == 0 {
		return nil, true, nil
	}
	members = append(members, f.Members...)
	below, err := mirror.MembersInDepartments(ctx, s.db.Read(), v.Corp, f.Departments)
	return append(members, below...), false, err
}

// tagged adds the tag conditions. One tag drives the list itself; of several, a rare one
// is turned into the rows that have it.
func (s *service) tagged(ctx context.Context, v viewer.Viewer, f Filter, p *plan) error {
	if len(f.Tags) == 0 {
		return nil
	}
	has := "EXISTS (SELECT 1 FROM mirror_follow_tag AS ft WHERE ft.follow_id = f.id AND ft.tag_id IN (?))"
	switch f.TagMode {
	case "none":
		p.and("NOT "+has, list(f.Tags))
		return nil
	case "all":
		p.tag = f.Tags[0]
		for _, t := range f.Tags[1:] {
			p.and(has, list([]string{t}))
		}
		return nil
	}
	if len(f.Tags) == 1 {
		p.tag = f.Tags[0]
		return nil
	}
	var rows []int64
	err := s.db.Read().NewRaw("SELECT follow_id FROM mirror_follow_tag WHERE corp_id = ? AND tag_id IN (?) LIMIT ?", v.Corp, list(f.Tags), few+1).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	if len(rows) > few {
		p.and(has, list(f.Tags))
		return nil
	}
	p.rare, p.nothing = true, p.nothing || len(rows) == 0
	p.and("f.id IN (?)", list(rows))
	return nil
}

// named adds the text search.
func (s *service) named(ctx context.Context, v viewer.Viewer, f Filter, p *plan) error {
	if strings.TrimSpace(f.Text) == "" {
		return nil
	}
	m, err := s.search.Find(ctx, s.db.Read(), v.Corp, searchKind, f.Text)
	if err != nil {
		return err
	}
	p.nothing = p.nothing || m.None()
	p.rare = p.rare || !m.Common()
	sql, args := m.Condition("f.id")
	p.and(sql, args...)
	return nil
}

// searchKind is the mirror's index over follows: name, remark, company, phones.
const searchKind = "follow"

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

// check refuses what the types cannot.
func (f Filter) check() error {
	var check fault.Check
	check.That(f.From.IsZero() || f.To.IsZero() || f.From.Before(f.To), "to", "结束时间须晚于开始时间")
	for i, m := range f.Members {
		check.That(m != "" && len(m) <= 64, "member["+strconv.Itoa(i)+"]", "成员账号无效")
	}
	return check.Err()
}
