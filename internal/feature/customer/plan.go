package customer

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// level is what a row of the list stands for.
type level int

const (
	perFollow  level = iota // one row a member–customer pair
	perCompany              // one row a customer: the newest of his follows that match
)

// plan is a filter made ready for SQL, with what is known about how rare its rows are.
//
// Lists of a million rows are read in one of these ways, whichever touches least: from the
// rows that a text or a rare tag names, by the index of each member when they are few, by
// the index of each tag, or else in the order of the list itself. Company level is the same
// walk over follows, less those whose customer has a newer one that matches: so both levels
// are equally fast, and nothing outside the scope takes part in the order.
type plan struct {
	read    db.Querier
	corp    string
	costs   costs
	level   level
	members []string // whose follows count, when narrowed
	// narrowed is true when members is meant, even when it is empty.
	narrowed bool
	follow   []condition        // on one follow, written with {f}
	shown    []condition        // the part of follow that decides which follows of a customer are shown
	customer []condition        // on the customer of f as a whole
	tags     []string           // of which the follow has one; their indexes have the list's order
	anchor   condition          // on one column of f, whose index has the list's order
	bounds   []condition        // on when f began, which an index in the list's order can keep to
	sets     []viewer.Condition // SELECTs of the follows that may match, too many to be named one by one
	gathered viewer.Condition   // of these sets the one that the statement gathers as "gathered"
	rare     bool               // a condition names the rows
	ended    bool               // only follows that do not simply stand are meant
	nothing  bool               // no row can match
}

// condition is SQL with its arguments; {f} stands for the follow.
type condition struct {
	sql  string
	args []any
	tags []string // the condition is that the follow has one of these
	// alone is the same, asked of each row of a single source: a list that is hashed once,
	// and that no planner makes a join of, which would lose the order.
	alone     string
	aloneArgs []any
}

// maxMerged is how many members' lists are merged; beyond that they are so large a part
// of the corp that a walk through all finds them quickly.
const maxMerged = 100

// Counted, so that no planner turns the question about a row into a walk through all tags.
const hasTag = "(SELECT COUNT(*) FROM mirror_follow_tag AS ft WHERE ft.follow_id = {f}.id AND ft.tag_id IN (?)) > 0"

func list[T any](values []T) any { return bun.List(values) }

func (p *plan) and(sql string, args ...any) {
	p.follow = append(p.follow, condition{sql: sql, args: args})
}

// bound adds a condition on when the follow began.
func (p *plan) bound(sql string, args ...any) {
	p.and(sql, args...)
	p.bounds = append(p.bounds, condition{sql: sql, args: args})
}

// tagged asks for follows that have one of the tags.
func (p *plan) tagged(tags ...string) {
	p.follow = append(p.follow, condition{sql: hasTag, args: []any{list(tags)}, tags: tags})
}

// shownOf is what decides which follows of a customer are shown, for a follow called alias.
func (p *plan) shownOf(alias string) (text string, args []any) {
	parts := []string{"1 = 1"}
	names := called(alias)
	for _, c := range aloneOf(p.shown) {
		parts, args = append(parts, "("+names.Replace(c.sql)+")"), append(args, c.args...)
	}
	return strings.Join(parts, " AND "), args
}

// called gives the follow its alias. Only f, the row itself, may be found by its id; another
// follow is found by its customer and then asked, never the other way.
func called(alias string) *strings.Replacer {
	if alias == "f" {
		return strings.NewReplacer("{f}", alias)
	}
	return strings.NewReplacer("{f}.id", "+"+alias+".id", "{f}", alias)
}

// apply adds conditions on the follow called alias.
func apply(q *bun.SelectQuery, conditions []condition, alias string) *bun.SelectQuery {
	names := called(alias)
	for _, c := range conditions {
		if len(c.args) == 0 {
			q = q.Where(names.Replace(c.sql))
			continue
		}
		q = q.Where(names.Replace(c.sql), c.args...)
	}
	return q
}

// narrow adds everything that a row of the plan must satisfy.
//
// The corp is bound by the source. Questions about the other follows of a customer are
// scalar subqueries that leave it out, as the customer's own id implies it: no planner can
// then answer them for the whole corp at once instead of for the few rows of a page.
//
// given are tags of which every row of the source has one: that is not asked again.
func (p *plan) narrow(q *bun.SelectQuery, single bool, given ...string) *bun.SelectQuery {
	asked := slices.DeleteFunc(slices.Clone(p.follow), func(c condition) bool {
		return len(given) > 0 && len(c.tags) > 0 && !slices.ContainsFunc(given, func(t string) bool { return !slices.Contains(c.tags, t) })
	})
	of := p.follow
	if single {
		asked, of = aloneOf(asked), aloneOf(of)
	}
	q = apply(q, slices.Concat(asked, p.customer), "f")
	if p.level == perFollow {
		return q
	}
	newer := p.read.NewSelect().ColumnExpr("COUNT(*)").TableExpr("mirror_follow AS g").
		Where("g.customer_id = f.customer_id AND (g.added_at, g.id) > (f.added_at, f.id)")
	// PostgreSQL expects of a question with < that one row in three fulfils it, of one with =
	// that hardly any does: it would then rather sort all rows than read a page in order.
	return q.Where("(?) < 1", apply(newer, of, "g"))
}

func aloneOf(conditions []condition) []condition {
	out := slices.Clone(conditions)
	for i, c := range out {
		if c.alone != "" {
			out[i] = condition{sql: c.alone, args: c.aloneArgs}
		}
	}
	return out
}

// named states the members and the gathered rows once, however often the query asks for them.
func (p *plan) named(q *bun.SelectQuery) *bun.SelectQuery {
	if p.gathered.SQL != "" {
		q = q.WithQuery(bun.NewWithQuery("gathered", p.read.NewRaw(p.gathered.SQL, p.gathered.Args...)).Materialized())
	}
	if !p.few() {
		return q
	}
	rows := make(db.Rows, len(p.members))
	for i, m := range p.members {
		rows[i] = []any{m}
	}
	return q.With("who", p.read.NewRaw("VALUES ?", rows)) // both engines call its column column1
}

// byMembers asks for the follows of the members: by the statement's list of them when their
// lists are merged, since each would repeat it.
func (p *plan) byMembers() {
	if p.few() {
		p.follow = append(p.follow, condition{sql: "{f}.member_id IN (SELECT who.column1 FROM who)", alone: "{f}.member_id || '' IN (?)", aloneArgs: []any{list(p.members)}})
		return
	}
	p.and("{f}.member_id IN (?)", list(p.members))
}

// source is one way to the rows, each bound to the corp. CROSS JOIN makes SQLite, which has
// no statistics, begin on the left.
type source struct {
	from     string
	at, id   string // the columns of the order
	fromArgs []any
	where    []condition
	tags     []string // of which every row has one
}

func (p *plan) sources() []source {
	walk := source{from: "mirror_follow AS f", at: "f.added_at", id: "f.id", where: []condition{{sql: "f.corp_id = ?", args: []any{p.corp}}}}
	var merged []source
	switch {
	case p.rare:
		// Not by an index that begins with the corp: SQLite would walk all of it.
		walk.where[0].sql, walk.at = "f.corp_id || '' = ?", "+f.added_at"
	case p.few():
		for _, m := range p.members {
			own := walk
			own.where = []condition{{sql: "f.corp_id = ? AND f.member_id = ?", args: []any{p.corp, m}}}
			merged = append(merged, own)
		}
		return merged
	case len(p.tags) > 0:
		for _, t := range p.tags {
			merged = append(merged, p.byTag(t))
		}
		return merged
	case p.anchor.sql != "":
		walk.where = append(walk.where, p.anchor)
	case p.ended:
		walk.where = append(walk.where, condition{sql: "f.standing <> 1"}) // names the index of those few
	}
	return []source{walk}
}

// few tells that the members' own lists are merged.
func (p *plan) few() bool { return p.narrowed && len(p.members) <= maxMerged }

func (p *plan) byTag(tags ...string) source {
	s := source{
		from: "mirror_follow_tag AS t CROSS JOIN mirror_follow AS f", at: "t.added_at", id: "t.follow_id", tags: tags,
		where: []condition{{sql: "t.corp_id = ? AND t.tag_id IN (?) AND f.id = t.follow_id", args: []any{p.corp, list(tags)}}},
	}
	for _, b := range p.bounds {
		s.where = append(s.where, condition{sql: strings.ReplaceAll(b.sql, "{f}", "t"), args: b.args})
	}
	return s
}

// rows selects from one source.
func (p *plan) rows(s source) *bun.SelectQuery {
	return p.narrow(apply(p.read.NewSelect().TableExpr(s.from, s.fromArgs...), s.where, "f"), p.rare, s.tags...)
}

// key is a row of a page: its place in the order, and the member's list that it came from.
type key struct {
	At   int64
	ID   int64
	List int
}

// page reads one page of keys, newest first. Of each merged list it reads a few rows more
// than its share: seldom does one of fifty members have the whole page. Only when all that
// was read of a list stands on the page may there be more of it, and more is read.
func (p *plan) page(ctx context.Context, after *cursor, limit int) ([]cursor, error) {
	if found, whole, err := p.stretched(ctx, after, limit); err != nil || whole {
		return found, err
	}
	each := limit
	if lists := len(p.sources()); lists > 1 && p.few() {
		each = min(limit, 8+4*limit/lists)
	}
	for {
		var keys []key
		if err := p.keys(after, limit, each).Scan(ctx, &keys); err != nil {
			return nil, err
		}
		from, used := map[int]int{}, 0
		found := make([]cursor, len(keys))
		for i, k := range keys {
			found[i] = cursor{k.At, k.ID}
			from[k.List]++
			used = max(used, from[k.List])
		}
		if each == limit || used < each {
			return found, nil
		}
		each = min(limit, 4*each)
	}
}

// keys selects one page of (at, id, list), newest first, of no list more than each rows.
func (p *plan) keys(after *cursor, limit, each int) *bun.SelectQuery {
	var parts []string
	var queries []any
	var first *bun.SelectQuery
	for i, s := range p.sources() {
		if !p.few() {
			i = 0 // lists of tags overlap: the same row must look the same in each
		}
		at, row := bun.Safe(s.at), bun.Safe(s.id)
		q := p.rows(s).ColumnExpr("? AS at, ? AS id, ? AS list", at, row, i).OrderExpr("? DESC, ? DESC", at, row).Limit(int64(each))
		if after != nil {
			q = q.Where("(?, ?) < (?, ?)", at, row, after.At, after.ID)
		}
		parts, queries = append(parts, "SELECT at, id, list FROM (?) AS s"), append(queries, q)
		first = cmp.Or(first, q)
	}
	if len(queries) == 1 {
		return p.named(first)
	}
	all := p.read.NewRaw(strings.Join(parts, " UNION "), queries...) // not ALL: a follow with two of the tags comes once
	return p.named(p.read.NewSelect().TableExpr("(?) AS u", all).ColumnExpr("u.at, u.id, u.list").OrderExpr("u.at DESC, u.id DESC").Limit(int64(limit)))
}

// counted counts the rows, up to a limit.
func (p *plan) counted(limit int) *bun.SelectQuery {
	return p.named(p.read.NewSelect().TableExpr("(?) AS r", p.countedRows(limit)).ColumnExpr("COUNT(*)"))
}

// countedRows are the rows in no order, each once.
func (p *plan) countedRows(limit int) *bun.SelectQuery {
	sources := p.sources()
	s, once := sources[0], "f.id"
	switch {
	case len(sources) == 1:
	case p.few():
		s.from, s.where = "who CROSS JOIN mirror_follow AS f", []condition{{sql: "f.corp_id = ? AND f.member_id = who.column1", args: []any{p.corp}}}
	default:
		s, once = p.byTag(p.tags...), "DISTINCT f.id" // a follow may have two of them
	}
	return p.rows(s).ColumnExpr(once).Limit(int64(limit))
}
