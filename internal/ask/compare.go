package ask

import (
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// SQL makes a condition of SQL in which the follow is called {f}.
func (t Test) SQL(text string, args ...any) viewer.Condition {
	return viewer.Condition{SQL: strings.ReplaceAll(text, "{f}", t.Follow), Args: args}
}

// The comparisons of one value, given as SQL that calls the follow {f}: a column, or a
// scalar subquery such as
//
//	t.IsChoice("(SELECT p.stage FROM stage_place AS p WHERE p.follow_id = {f}.id)")
//
// No value (NULL) is empty: it is none of the values, and neither below nor above any.

// IsText compares a text; the empty one is no value.
func (t Test) IsText(value string, args ...any) viewer.Condition {
	switch t.Op {
	case OpHas:
		return t.with("lower("+value+") LIKE ? ESCAPE '!'", args, "%"+likeEscape(strings.ToLower(t.first()))+"%")
	case OpIs:
		return t.with(value+" = ?", args, t.first())
	case OpSet:
		return t.with("COALESCE("+value+", '') <> ''", args)
	default:
		return t.with("COALESCE("+value+", '') = ''", args)
	}
}

// IsChoice compares one of few values, kept as text; the empty one is no value.
func (t Test) IsChoice(value string, args ...any) viewer.Condition {
	switch t.Op {
	case OpAny:
		return t.with(value+" IN (?)", args, bun.List(t.Values))
	case OpNone:
		return t.with("COALESCE("+value+", '') NOT IN (?)", args, bun.List(t.Values))
	default:
		return t.IsText(value, args...)
	}
}

// IsNumber compares a number; no row and NULL are no value.
func (t Test) IsNumber(value string, args ...any) viewer.Condition {
	switch t.Op {
	case OpIs:
		return t.with(value+" = ?", args, number(t.first()))
	case OpLess:
		return t.with(value+" < ?", args, number(t.first()))
	case OpMore:
		return t.with(value+" > ?", args, number(t.first()))
	case OpBetween:
		return t.with(value+" BETWEEN ? AND ?", args, number(t.first()), number(t.Values[1]))
	case OpSet:
		return t.with(value+" IS NOT NULL", args)
	default:
		return t.with(value+" IS NULL", args)
	}
}

// Least is the smallest number that the comparison speaks of.
func (t Test) Least() float64 { return number(t.first()) }

// IsDate compares a moment in unix ms; 0 is no value.
func (t Test) IsDate(value string, args ...any) viewer.Condition {
	switch t.Op {
	case OpSet:
		return t.with(value+" > 0", args)
	case OpEmpty:
		return t.with("COALESCE("+value+", 0) = 0", args)
	default:
		from, to := t.Days()
		return t.with(value+" BETWEEN ? AND ?", args, max(db.MS(from), 1), db.MS(to)-1)
	}
}

// IsFlag compares what is true or not, given as a condition.
func (t Test) IsFlag(condition string, args ...any) viewer.Condition {
	if t.first() == "true" {
		return t.with("COALESCE(("+condition+"), FALSE)", args)
	}
	return t.with("NOT COALESCE(("+condition+"), FALSE)", args)
}

// HasSome compares a set of values, given as a scalar subquery that counts how many
// different ones there are: of all of them, or of those in the list that few ends with.
//
//	t.HasSome("(SELECT COUNT(*) FROM … WHERE x.follow_id = {f}.id)", "(SELECT COUNT(DISTINCT x.value) FROM … WHERE x.follow_id = {f}.id AND x.value IN (?))")
func (t Test) HasSome(all, few string, args ...any) viewer.Condition {
	switch t.Op {
	case OpSet:
		return t.with(all+" > 0", args)
	case OpEmpty:
		return t.with(all+" = 0", args)
	case OpNone:
		return t.with(few+" = 0", args, bun.List(t.Values))
	case OpEvery:
		return t.with(few+" = ?", args, bun.List(t.Values), len(t.Values))
	default:
		return t.with(few+" > 0", args, bun.List(t.Values))
	}
}

// with adds the values' arguments behind those of the SQL.
func (t Test) with(text string, args []any, more ...any) viewer.Condition {
	return t.SQL(text, append(append([]any{}, args...), more...)...)
}

func (t Test) first() string {
	if len(t.Values) == 0 {
		return ""
	}
	return t.Values[0]
}

func number(text string) float64 {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0 // Rule.Check lets only numbers in
	}
	return n
}

// Days is the stretch of time that a comparison of dates means: from the first moment to
// the one after the last, by the corp's calendar. It may begin or end at the limits of time.
func (t Test) Days() (from, to time.Time) {
	from, to = time.UnixMilli(0), time.UnixMilli(maxMoment)
	now := t.Now.In(t.zone())
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, t.zone())
	n, err := strconv.Atoi(t.first())
	if err != nil {
		n = 0
	}
	switch t.Op {
	case OpWithin:
		return midnight.AddDate(0, 0, 1-n), midnight.AddDate(0, 0, 1)
	case OpBeyond:
		return from, midnight.AddDate(0, 0, -n)
	case OpLess:
		return from, t.day(t.first())
	case OpMore:
		return t.day(t.first()).AddDate(0, 0, 1), to
	case OpBetween:
		return t.day(t.first()), t.day(t.Values[1]).AddDate(0, 0, 1)
	default:
		return from, to
	}
}

// maxMoment is later than any date that can be written (the year 10000).
const maxMoment = 253_402_300_800_000

func (t Test) zone() *time.Location {
	if t.Zone == nil {
		return time.UTC
	}
	return t.Zone
}

// day is the midnight with which a day begins; Rule.Check lets only days in.
func (t Test) day(text string) time.Time {
	d, err := time.ParseInLocation(time.DateOnly, text, t.zone())
	if err != nil {
		return time.UnixMilli(0)
	}
	return d
}

func likeEscape(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}
