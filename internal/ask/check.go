package ask

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// The limits of a rule: more is no condition but a program.
const (
	MaxDepth  = 5   // groups within groups
	MaxLeaves = 50  // comparisons in all
	MaxValues = 200 // of one comparison
	maxLength = 256 // characters of a value
	maxDays   = 36_500
)

// Empty tells that the rule is no condition: everybody.
func (r Rule) Empty() bool {
	return len(r.All) == 0 && len(r.Any) == 0 && r.Not == nil && r.Field == "" && r.Op == "" && len(r.Values) == 0
}

// Leaves calls fn for every comparison; negated is true when an odd number of Not stands
// above it.
func (r Rule) Leaves(fn func(leaf Rule, negated bool)) { r.leaves(fn, false) }

func (r Rule) leaves(fn func(leaf Rule, negated bool), negated bool) {
	for _, part := range slices.Concat(r.All, r.Any) {
		part.leaves(fn, negated)
	}
	if r.Not != nil {
		r.Not.leaves(fn, !negated)
	}
	if r.Field != "" {
		fn(r, negated)
	}
}

// Check refuses a rule that cannot be asked, naming every wrong place below name:
// "rule.all[1].values[0]". fields are those of Asks.Fields for the viewer.
func (r Rule) Check(name string, fields []Field) error {
	c := checker{fields: map[string]Field{}}
	for _, f := range fields {
		c.fields[f.Key] = f
	}
	c.rule(r, name, 1)
	c.That(c.leaves <= MaxLeaves, name, "条件过多，最多 "+strconv.Itoa(MaxLeaves)+" 项")
	return c.Err()
}

type checker struct {
	fault.Check
	fields map[string]Field
	leaves int
}

func (c *checker) rule(r Rule, at string, depth int) {
	if depth > MaxDepth {
		c.That(false, at, "条件嵌套过深，最多 "+strconv.Itoa(MaxDepth)+" 层")
		return
	}
	forms := 0
	for _, set := range []bool{len(r.All) > 0, len(r.Any) > 0, r.Not != nil, r.Field != ""} {
		if set {
			forms++
		}
	}
	if forms > 1 {
		c.That(false, at, "all、any、not、field 只能填写一个")
		return
	}
	for i, part := range r.All {
		c.rule(part, at+".all["+strconv.Itoa(i)+"]", depth+1)
	}
	for i, part := range r.Any {
		c.rule(part, at+".any["+strconv.Itoa(i)+"]", depth+1)
	}
	if r.Not != nil {
		c.rule(*r.Not, at+".not", depth+1)
	}
	if r.Field == "" {
		c.That(r.Op == "" && len(r.Values) == 0, at+".field", "请选择条件字段")
		return
	}
	c.leaves++
	f, known := c.fields[r.Field]
	if !known {
		c.That(false, at+".field", "条件字段 "+r.Field+" 不存在，或您没有权限使用")
		return
	}
	if !slices.Contains(f.knows(), r.Op) {
		c.That(false, at+".op", "该字段不支持比较方式 "+string(r.Op))
		return
	}
	c.values(f, r, at+".values")
}

func (f Field) knows() []Op {
	if f.Ops != nil {
		return f.Ops
	}
	return f.Kind.Ops()
}

// values checks how many there are, and each.
func (c *checker) values(f Field, r Rule, at string) {
	from, to := 1, 1
	switch r.Op {
	case OpEmpty, OpSet:
		from, to = 0, 0
	case OpBetween:
		from, to = 2, 2
	case OpAny, OpEvery, OpNone:
		to = MaxValues
	default:
	}
	switch n := len(r.Values); {
	case n < from && from == 2:
		c.That(false, at, "请填写起止两个值")
		return
	case n < from:
		c.That(false, at, "请填写条件的值")
		return
	case n > to:
		c.That(false, at, "条件的值过多，最多 "+strconv.Itoa(to)+" 个")
		return
	}
	whole := true
	for i, v := range r.Values {
		if why := wrong(f, r.Op, v); why != "" {
			c.That(false, at+"["+strconv.Itoa(i)+"]", why)
			whole = false
		}
	}
	if whole && r.Op == OpBetween {
		ordered := r.Values[0] <= r.Values[1] // days are written so that they sort
		if f.Kind == KindNumber {
			ordered = number(r.Values[0]) <= number(r.Values[1])
		}
		c.That(ordered, at, "起始值不能大于结束值")
	}
}

// wrong says why a value does not fit the field, "" when it does.
func wrong(f Field, op Op, value string) string {
	if strings.TrimSpace(value) == "" || value != db.Clean(value) || utf8.RuneCountInString(value) > maxLength {
		return "值无效"
	}
	switch f.Kind {
	case KindNumber:
		if _, err := strconv.ParseFloat(value, 64); err != nil || strings.ContainsAny(value, "xXpPnNiI_") {
			return "请填写数字"
		}
	case KindDate:
		if op == OpWithin || op == OpBeyond {
			if n, err := strconv.Atoi(value); err != nil || n < 1 || n > maxDays {
				return "天数须在 1 到 " + strconv.Itoa(maxDays) + " 之间"
			}
			return ""
		}
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return "请填写日期，如 2026-11-22"
		}
	case KindFlag:
		if value != "true" && value != "false" {
			return "须为 true 或 false"
		}
	case KindDepartment:
		if n, err := strconv.ParseInt(value, 10, 64); err != nil || n < 0 {
			return "须为部门 ID"
		}
	case KindChoice:
		if !slices.ContainsFunc(f.Options, func(c Choice) bool { return c.Value == value }) {
			return "选项 " + value + " 不存在"
		}
	default:
	}
	return ""
}
