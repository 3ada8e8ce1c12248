package welcome

import (
	"slices"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/message"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

func greeting(l Level, target, text string) Greeting {
	return Greeting{Level: l, Target: target, Enabled: true, Content: message.Content{Text: text}}
}

func TestChooseTakesTheNarrowest(t *testing.T) {
	off := greeting(ForMember, "wang", "switched off")
	off.Enabled = false
	all := []Greeting{
		greeting(ForCompany, "", "company"), greeting(ForDepartment, "1", "root"), greeting(ForDepartment, "7", "sales"),
		greeting(ForMember, "li", "li's own"), off,
	}
	for _, c := range []struct {
		what        string
		all         []Greeting
		member      string
		departments []int64
		want        string // "" for none
	}{
		{"his own", all, "li", []int64{7, 1}, "li's own"},
		{"the nearest department", all, "zhang", []int64{7, 1}, "sales"},
		{"the department above", all, "zhang", []int64{9, 1}, "root"},
		{"the company", all, "zhang", nil, "company"},
		{"one that is switched off does not count", all, "wang", nil, "company"},
		{"none at all", nil, "zhang", []int64{1}, ""},
	} {
		got, ok := Choose(c.all, c.member, c.departments)
		if ok != (c.want != "") || got.Content.Text != c.want {
			t.Errorf("%s: %q, %v; want %q", c.what, got.Content.Text, ok, c.want)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		g     Greeting
		field string
	}{
		{greeting(ForCompany, "", "你好"), ""},
		{greeting(ForCompany, "7", "你好"), "target"},
		{greeting(ForDepartment, "x", "你好"), "target"},
		{greeting(ForDepartment, "7", "你好"), ""},
		{greeting(ForMember, "", "你好"), "target"},
		{greeting("planet", "", "你好"), "level"},
		{greeting(ForCompany, "", " "), "content"},
	} {
		err := c.g.Validate()
		if c.field == "" && err != nil {
			t.Errorf("%+v: %v", c.g, err)
		}
		if c.field != "" {
			f := fault.As(err)
			if f == nil || !slices.ContainsFunc(f.Fields, func(x fault.Field) bool { return x.Name == c.field }) {
				t.Errorf("%+v: got %v, want a complaint about %s", c.g, err, c.field)
			}
		}
	}
}
