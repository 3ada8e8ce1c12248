package ask_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

func fields() []ask.Field {
	return []ask.Field{
		{Key: "name", Kind: ask.KindText, Ops: []ask.Op{ask.OpHas}},
		{Key: "age", Kind: ask.KindNumber},
		{Key: "added", Kind: ask.KindDate},
		{Key: "gender", Kind: ask.KindChoice, Options: []ask.Choice{{Value: "1"}, {Value: "2"}}},
		{Key: "lost", Kind: ask.KindFlag},
		{Key: "tag", Kind: ask.KindTag},
		{Key: "department", Kind: ask.KindDepartment},
	}
}

func deep(n int) ask.Rule {
	r := ask.Rule{Field: "tag", Op: ask.OpSet}
	for range n {
		inner := r
		r = ask.Rule{Not: &inner}
	}
	return r
}

func TestCheck(t *testing.T) {
	t.Parallel()
	leaf := func(field string, op ask.Op, values ...string) ask.Rule {
		return ask.Rule{Field: field, Op: op, Values: values}
	}
	good := []ask.Rule{
		{},
		leaf("name", ask.OpHas, "王"),
		leaf("age", ask.OpBetween, "1.5", "20"),
		leaf("age", ask.OpEmpty),
		leaf("added", ask.OpWithin, "7"),
		leaf("added", ask.OpBetween, "2026-01-01", "2026-01-01"),
		leaf("gender", ask.OpAny, "1", "2"),
		leaf("lost", ask.OpIs, "false"),
		leaf("tag", ask.OpEvery, "etA", "etB"),
		{All: []ask.Rule{leaf("tag", ask.OpSet), {Any: []ask.Rule{leaf("lost", ask.OpIs, "true"), {}}}}},
		deep(ask.MaxDepth - 1),
	}
	for _, r := range good {
		if err := r.Check("rule", fields()); err != nil {
			t.Errorf("%+v: %v", r, err)
		}
	}
	many := ask.Rule{}
	for range ask.MaxLeaves + 1 {
		many.All = append(many.All, leaf("tag", ask.OpSet))
	}
	for name, c := range map[string]struct {
		rule  ask.Rule
		field string
	}{
		"unknown field":          {leaf("shoe", ask.OpAny, "43"), "rule.field"},
		"no field":               {ask.Rule{Op: ask.OpAny, Values: []string{"x"}}, "rule.field"},
		"op of another kind":     {leaf("lost", ask.OpAny, "true"), "rule.op"},
		"op that it leaves out":  {leaf("name", ask.OpIs, "王"), "rule.op"},
		"nothing to compare":     {leaf("tag", ask.OpAny), "rule.values"},
		"one of two":             {leaf("age", ask.OpBetween, "1"), "rule.values"},
		"too many":               {leaf("tag", ask.OpAny, slices.Repeat([]string{"et"}, ask.MaxValues+1)...), "rule.values"},
		"values where none go":   {leaf("tag", ask.OpSet, "et"), "rule.values"},
		"no number":              {leaf("age", ask.OpIs, "many"), "rule.values[0]"},
		"not a number":           {leaf("age", ask.OpIs, "NaN"), "rule.values[0]"},
		"endless":                {leaf("age", ask.OpMore, "Inf"), "rule.values[0]"},
		"backwards":              {leaf("age", ask.OpBetween, "10", "9"), "rule.values"},
		"days backwards":         {leaf("added", ask.OpBetween, "2026-02-01", "2026-01-31"), "rule.values"},
		"no day":                 {leaf("added", ask.OpLess, "2026-02-30"), "rule.values[0]"},
		"no days":                {leaf("added", ask.OpWithin, "0"), "rule.values[0]"},
		"not to be chosen":       {leaf("gender", ask.OpAny, "1", "3"), "rule.values[1]"},
		"neither true nor false": {leaf("lost", ask.OpIs, "perhaps"), "rule.values[0]"},
		"no department":          {leaf("department", ask.OpAny, "sales"), "rule.values[0]"},
		"an empty value":         {leaf("tag", ask.OpAny, " "), "rule.values[0]"},
		"a nul":                  {leaf("name", ask.OpHas, "a\x00b"), "rule.values[0]"},
		"a novel":                {leaf("name", ask.OpHas, strings.Repeat("长", 300)), "rule.values[0]"},
		"two forms":              {ask.Rule{All: []ask.Rule{leaf("tag", ask.OpSet)}, Field: "tag", Op: ask.OpSet}, "rule"},
		"too deep":               {deep(ask.MaxDepth), "rule.not.not.not.not.not"},
		"too many leaves":        {many, "rule"},
		"far below":              {ask.Rule{All: []ask.Rule{{}, {Any: []ask.Rule{{Not: new(leaf("shoe", ask.OpSet))}}}}}, "rule.all[1].any[0].not.field"},
	} {
		err := c.rule.Check("rule", fields())
		f := fault.As(err)
		if f == nil || f.Code != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != c.field || f.Fields[0].Message == "" {
			t.Errorf("%s: %v, want a fault at %s", name, err, c.field)
		}
	}
}

func TestDays(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC) // the 23rd in Shanghai
	for name, c := range map[string]struct {
		op       ask.Op
		values   []string
		from, to string
	}{
		"today":          {ask.OpWithin, []string{"1"}, "2026-11-23", "2026-11-24"},
		"within a week":  {ask.OpWithin, []string{"7"}, "2026-11-17", "2026-11-24"},
		"beyond a week":  {ask.OpBeyond, []string{"7"}, "", "2026-11-16"},
		"before":         {ask.OpLess, []string{"2026-11-20"}, "", "2026-11-20"},
		"after":          {ask.OpMore, []string{"2026-11-20"}, "2026-11-21", ""},
		"from and until": {ask.OpBetween, []string{"2026-11-19", "2026-11-20"}, "2026-11-19", "2026-11-21"},
	} {
		from, to := ask.Test{Op: c.op, Values: c.values, Zone: zone, Now: now}.Days()
		if c.from != "" && from.Format(time.RFC3339) != c.from+"T00:00:00+08:00" || c.from == "" && from.UnixMilli() != 0 {
			t.Errorf("%s: from %v", name, from)
		}
		if c.to != "" && to.Format(time.RFC3339) != c.to+"T00:00:00+08:00" || c.to == "" && to.Year() < 9000 {
			t.Errorf("%s: to %v", name, to)
		}
	}
}

func TestLeaves(t *testing.T) {
	t.Parallel()
	r := ask.Rule{All: []ask.Rule{
		{Field: "a", Op: ask.OpSet},
		{Not: &ask.Rule{Any: []ask.Rule{{Field: "b", Op: ask.OpSet}, {Not: &ask.Rule{Field: "c", Op: ask.OpSet}}}}},
	}}
	var met []string
	r.Leaves(func(l ask.Rule, negated bool) {
		if negated {
			l.Field = "-" + l.Field
		}
		met = append(met, l.Field)
	})
	if !slices.Equal(met, []string{"a", "-b", "c"}) {
		t.Errorf("met %v", met)
	}
}
