package channelcode

import (
	"reflect"
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
