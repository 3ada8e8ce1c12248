package viewer

import (
	"strings"

	"github.com/uptrace/bun"
)

// Condition is a piece of SQL with its arguments, ready to stand after AND.
type Condition struct {
	SQL  string
	Args []any
}

// Where is the scope as a condition on corp and member columns, e.g.
// Where("f.corp_id", "f.member_id"). It is never empty: the corp is always bound.
func (v Viewer) Where(corpColumn, memberColumn string) Condition {
	return v.within(v.Scope, corpColumn, memberColumn)
}

// WhereKnown is the contact book's scope as such a condition, for members themselves.
func (v Viewer) WhereKnown(corpColumn, memberColumn string) Condition {
	return v.within(v.book(), corpColumn, memberColumn)
}

func (v Viewer) within(s Scope, corpColumn, memberColumn string) Condition {
	c := Condition{SQL: corpColumn + " = ?", Args: []any{v.Corp}}
	switch s.Reach {
	case All:
		return c
	case Departments:
		members := s.Members
		if v.Member != "" {
			members = append([]string{v.Member}, members...)
		}
		if len(members) == 0 {
			c.SQL += " AND 1 = 0"
			return c
		}
		c.SQL += " AND " + memberColumn + " IN (?)"
		c.Args = append(c.Args, bun.List(members))
		return c
	default:
		if v.Member == "" {
			c.SQL += " AND 1 = 0"
			return c
		}
		c.SQL += " AND " + memberColumn + " = ?"
		c.Args = append(c.Args, v.Member)
		return c
	}
}

// And joins two conditions.
func (c Condition) And(o Condition) Condition {
	if strings.TrimSpace(o.SQL) == "" {
		return c
	}
	return Condition{SQL: c.SQL + " AND " + o.SQL, Args: append(append([]any{}, c.Args...), o.Args...)}
}
