package channelcode

import (
	"reflect"
	"strings"
	"testing"
)

func TestReseated(t *testing.T) {
	shift := func(members ...string) []Shift {
		return []Shift{{Days: []int{1}, From: 0, To: 60, Members: members}}
	}
	for name, c := range map[string]struct{ before, after Code }{
		"a member":           {Code{Members: []string{"a", "zhang"}}, Code{Members: []string{"a", "li"}}},
		"sits there already": {Code{Members: []string{"li", "zhang"}}, Code{Members: []string{"li"}}},
		"a shift":            {Code{Members: []string{"a"}, Shifts: shift("zhang", "b")}, Code{Members: []string{"a"}, Shifts: shift("li", "b")}},
		"the backup":         {Code{Members: []string{"a"}, Backup: []string{"zhang"}}, Code{Members: []string{"a"}, Backup: []string{"li"}}},
		"nowhere":            {Code{Members: []string{"a"}}, Code{Members: []string{"a"}}},
	} {
		t.Run(name, func(t *testing.T) {
			kept := c.before.Everyone()
			got := c.before.reseated("zhang", "li")
			if !reflect.DeepEqual(got.Everyone(), c.after.Everyone()) || !reflect.DeepEqual(got.Members, c.after.Members) {
				t.Errorf("got %+v, want %+v", got, c.after)
			}
			if !reflect.DeepEqual(c.before.Everyone(), kept) {
				t.Error("the code before was changed too")
			}
		})
	}
}

func TestVacated(t *testing.T) {
	shift := func(members ...string) []Shift {
		return []Shift{{Days: []int{1}, From: 0, To: 60, Members: members}}
	}
	for name, c := range map[string]struct {
		before Code
		rest   string
		ok     bool
	}{
		"others stay":            {Code{Members: []string{"a", "zhang"}}, "a", true},
		"the only one":           {Code{Members: []string{"zhang"}}, "", false},
		"alone in a shift":       {Code{Members: []string{"a"}, Shifts: shift("zhang")}, "a", false},
		"with others in a shift": {Code{Members: []string{"a"}, Shifts: shift("zhang", "b")}, "a,b", true},
		"a backup need not be":   {Code{Members: []string{"a"}, Backup: []string{"zhang"}}, "a", true},
		"shifts alone cover it":  {Code{Shifts: shift("zhang", "b")}, "b", true},
		"who does not sit there": {Code{Members: []string{"a"}}, "a", true},
	} {
		t.Run(name, func(t *testing.T) {
			kept := c.before.Everyone()
			got, ok := c.before.vacated("zhang")
			if ok != c.ok || strings.Join(got.Everyone(), ",") != c.rest {
				t.Errorf("%v %v, want %s %v", got.Everyone(), ok, c.rest, c.ok)
			}
			if !reflect.DeepEqual(c.before.Everyone(), kept) {
				t.Error("the code before was changed too")
			}
		})
	}
}
