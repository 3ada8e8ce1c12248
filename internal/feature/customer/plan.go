package customer

import (
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// level is what a row of the list stands for.
type level int

const (
	perFollow  level = iota // one row a member–customer pair
	perCompany              // one row a customer: the newest of his follows that match
)

// plan is a filter made ready for SQL, with what is known about how rare its rows are.
//
// Lists of a million rows are read in one of these ways, whichever touches least:
// from the rows that a text or a rare tag names, by the index of each member when they are
// few, by the index of each tag, or else in the order of the list itself. Company level
// is the same walk over follows, less those whose customer has a newer one that matches:
// so both levels are equally fast, and nothing outside the scope takes part in the order.
type plan struct {
	corp    string
	level   level
	members []string // whose follows count, when narrowed
	// narrowed is true when members is meant, even when it is empty.
	narrowed bool
	follow   []condition // on one follow, written with {f}
	shown    []condition // the part of follow that decides which follows of a customer are shown
	customer []condition // on the customer of {f} as a whole
	tags     []string    // of which the follow has one: their indexes have the list's order
	rarest   string      // of several tags that a row must all have, when it is not too common
	rare     bool        // a condition names the rows
	ended    bool        // only follows that do not simply stand are meant
	nothing  bool        // no row can match
}

// condition is SQL with its arguments; {f} stands for the follow.
type condition struct {
	sql  string
	args []any
}

const (
	// maxMerged is how many members' lists are merged; beyond that they are so large a part
	// of the corp that a walk through all finds them quickly.
	maxMerged = 100
	// manyTagged is how many follows a tag may have to start a list from all of them.
	manyTagged = 50_000
)

func list[T any](values []T) any { return bun.List(values) }

func (p *plan) and(sql string, args ...any) { p.follow = append(p.follow, condition{sql, args}) }

// with asks for a tag on the row, without for none of them.
func (p *plan) with(tag string)       { p.tagCondition("", []string{tag}) }
func (p *plan) without(tags []string) { p.tagCondition("NOT ", tags) }

// tagCondition asks the follow itself, or at company level all follows that are shown.
func (p *plan) tagCondition(not string, tags []string) {
	if p.level == perFollow {
		p.and(not+hasTag, list(tags))
		return
	}
	compare := " > 0"
	if not != "" {
		compare = " = 0"
	}
	shown, args := joined(p.shown, "h")
	p.customer = append(p.customer, condition{
		`(SELECT COUNT(*) FROM mirror_follow AS h CROSS JOIN mirror_follow_tag AS ht
			WHERE h.customer_id = {f}.customer_id AND ht.follow_id = h.id AND ht.tag_id IN (?)` + shown + `)` + compare,
		append([]any{list(tags)}, args...),
	})
}

// joined gives the conditions, each with AND before it, on the follow called alias.
func joined(conditions []condition, alias string) (sql string, args []any) {
	for _, c := range conditions {
		sql += " AND " + strings.ReplaceAll(c.sql, "{f}", alias)
		args = append(args, c.args...)
	}
	return sql, args
}

// where is everything a row must satisfy.
//
// The corp is bound by the source. Questions about the other follows of a customer are
// scalar subqueries that leave it out, as the customer's own id implies it: no planner can then answer them for the whole
// corp at once instead of for the few rows of a page.
func (p *plan) where() (sql string, args []any) {
	sql, args = joined(append(slices.Clone(p.follow), p.customer...), "f")
	if p.level == perFollow {
		return sql, args
	}
	newer, more := joined(p.follow, "g")
	return sql + ` AND (SELECT COUNT(*) FROM mirror_follow AS g WHERE g.customer_id = f.customer_id
		AND (g.added_at, g.id) > (f.added_at, f.id)` + newer + `) = 0`, append(args, more...)
}

// who names the members once, however often the query asks for them.
func (p *plan) who() (sql string, args []any) {
	if !p.narrowed {
		return "", nil
	}
	rows := make(db.Rows, len(p.members))
	for i, m := range p.members {
		rows[i] = []any{m}
	}
	return "WITH who (member_id) AS (VALUES ?) ", []any{rows}
}

// source is one way to the rows, each bound to the corp. CROSS JOIN makes SQLite, which has no statistics, begin
// on the left.
type source struct {
	from, at, id, where string
	args                []any
}

func (p *plan) sources() []source {
	walk := source{from: "mirror_follow AS f", at: "f.added_at", id: "f.id", where: "f.corp_id = ?", args: []any{p.corp}}
	switch {
	case p.rare:
		// Not by an index that begins with the corp: SQLite would walk all of it.
		walk.where, walk.at = "f.corp_id || '' = ?", "+f.added_at"
		return []source{walk}
	case p.rarest != "" && p.level == perFollow:
		return []source{p.byTag(p.rarest)}
	case p.rarest != "":
		walk.from = `(SELECT DISTINCT h.customer_id FROM mirror_follow_tag AS t CROSS JOIN mirror_follow AS h
			WHERE t.corp_id = ? AND t.tag_id = ? AND h.id = t.follow_id) AS c CROSS JOIN mirror_follow AS f`
		walk.where, walk.args = "f.customer_id = c.customer_id", []any{p.corp, p.rarest}
		return []source{walk}
	case p.narrowed && len(p.members) <= maxMerged:
		var merged []source
		for _, m := range p.members {
			own := walk
			own.where, own.args = "f.corp_id = ? AND f.member_id = ?", []any{p.corp, m}
			merged = append(merged, own)
		}
		return merged
	case len(p.tags) > 0:
		var merged []source
		for _, t := range p.tags {
			merged = append(merged, p.byTag(t))
		}
		return merged
	}
	if p.ended {
		walk.where += " AND f.standing <> 1" // names the index of the few that do not simply stand
	}
	return []source{walk}
}

func (p *plan) byTag(tag string) source {
	return source{
		from: "mirror_follow_tag AS t CROSS JOIN mirror_follow AS f", at: "t.added_at", id: "t.follow_id",
		where: "t.corp_id = ? AND t.tag_id = ? AND f.id = t.follow_id", args: []any{p.corp, tag},
	}
}

// keys selects one page of (at, id), newest first.
func (p *plan) keys(after *cursor, limit int) (sql string, args []any) {
	where, whereArgs := p.where()
	sql, args = p.who()
	sources := p.sources()
	for i, s := range sources {
		if i > 0 {
			sql += " UNION " // not ALL: a follow with two of the tags comes once
		}
		one := "SELECT " + s.at + " AS at, " + s.id + " AS id FROM " + s.from + " WHERE " + s.where + where
		args = append(append(args, s.args...), whereArgs...)
		if after != nil {
			one += " AND (" + s.at + ", " + s.id + ") < (?, ?)"
			args = append(args, after.At, after.ID)
		}
		one += " ORDER BY " + s.at + " DESC, " + s.id + " DESC LIMIT ?"
		args = append(args, limit)
		if len(sources) > 1 {
			one = "SELECT at, id FROM (" + one + ") AS s"
		}
		sql += one
	}
	if len(sources) > 1 {
		sql += " ORDER BY at DESC, id DESC LIMIT ?"
		args = append(args, limit)
	}
	return sql, args
}

// counted selects up to limit rows, to be counted.
func (p *plan) counted(limit int) (sql string, args []any) {
	where, whereArgs := p.where()
	sql, args = p.who()
	sources := p.sources()
	s, pick := sources[0], "f.id"
	switch {
	case len(sources) == 1:
	case len(p.tags) > 0 && !(p.narrowed && len(p.members) <= maxMerged):
		pick = "DISTINCT f.id"
		s.where, s.args = "t.corp_id = ? AND t.tag_id IN (?) AND f.id = t.follow_id", []any{p.corp, list(p.tags)}
	default:
		s = source{from: "who CROSS JOIN mirror_follow AS f", where: "f.corp_id = ? AND f.member_id = who.member_id", args: []any{p.corp}}
	}
	sql += "SELECT COUNT(*) FROM (SELECT " + pick + " FROM " + s.from + " WHERE " + s.where + where + " LIMIT ?) AS r"
	return sql, append(append(append(args, s.args...), whereArgs...), limit)
}
