package channelcode

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/message"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

func shanghai(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// 2026-11-23 is a Monday.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.ParseInLocation("2006-01-02 15:04", text, shanghai(t))
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func valid() Code {
	return Code{Name: "展会", Members: []string{"zhang"}, Greeting: GreetDefault}
}

func TestOnDuty(t *testing.T) {
	workday := Shift{Days: []int{1, 2, 3, 4, 5}, From: 9 * 60, To: 18 * 60, Members: []string{"li", "wang"}}
	night := Shift{Days: []int{5}, From: 22 * 60, To: 6 * 60, Members: []string{"zhao"}}
	everyone := map[string]bool{"zhang": true, "li": true, "wang": true, "zhao": true, "chen": true}
	for _, c := range []struct {
		what  string
		code  Code
		now   string
		added map[string]int
		able  map[string]bool
		want  []string
	}{
		{what: "no shifts: the members", code: valid(), now: "2026-11-23 10:00", want: []string{"zhang"}},
		{what: "a shift takes over in its hours", code: Code{Members: []string{"zhang"}, Shifts: []Shift{workday}}, now: "2026-11-23 09:00", want: []string{"li", "wang"}},
		{what: "the end of a shift is exclusive", code: Code{Members: []string{"zhang"}, Shifts: []Shift{workday}}, now: "2026-11-23 18:00", want: []string{"zhang"}},
		{what: "one minute before it still holds", code: Code{Members: []string{"zhang"}, Shifts: []Shift{workday}}, now: "2026-11-23 17:59", want: []string{"li", "wang"}},
		{what: "not on a Saturday", code: Code{Members: []string{"zhang"}, Shifts: []Shift{workday}}, now: "2026-11-28 10:00", want: []string{"zhang"}},
		{what: "past midnight: Friday evening", code: Code{Members: []string{"zhang"}, Shifts: []Shift{night}}, now: "2026-11-27 23:30", want: []string{"zhao"}},
		{what: "past midnight: Saturday morning belongs to Friday", code: Code{Members: []string{"zhang"}, Shifts: []Shift{night}}, now: "2026-11-28 05:59", want: []string{"zhao"}},
		{what: "past midnight: Friday morning does not", code: Code{Members: []string{"zhang"}, Shifts: []Shift{night}}, now: "2026-11-27 05:59", want: []string{"zhang"}},
		{what: "overlapping shifts join", code: Code{Shifts: []Shift{workday, {Days: []int{1}, From: 600, To: 660, Members: []string{"zhao", "li"}}}}, now: "2026-11-23 10:30", want: []string{"li", "wang", "zhao"}},
		{what: "a capped member steps aside", code: Code{Members: []string{"li", "wang"}, DailyCap: 2}, now: "2026-11-23 10:00", added: map[string]int{"li": 2, "wang": 1}, want: []string{"wang"}},
		{what: "all capped: the backup", code: Code{Members: []string{"li"}, DailyCap: 1, Backup: []string{"chen"}}, now: "2026-11-23 10:00", added: map[string]int{"li": 1}, want: []string{"chen"}},
		{what: "all capped and no backup: they go on", code: Code{Members: []string{"li"}, DailyCap: 1}, now: "2026-11-23 10:00", added: map[string]int{"li": 5}, want: []string{"li"}},
		{what: "who cannot serve is left out", code: Code{Members: []string{"li", "wang"}}, now: "2026-11-23 10:00", able: map[string]bool{"wang": true}, want: []string{"wang"}},
		{what: "a shift of people who cannot serve falls back to the members", code: Code{Members: []string{"zhang"}, Shifts: []Shift{workday}}, now: "2026-11-23 10:00", able: map[string]bool{"zhang": true}, want: []string{"zhang"}},
		{what: "nobody can serve", code: valid(), now: "2026-11-23 10:00", able: map[string]bool{}, want: nil},
	} {
		able := c.able
		if able == nil {
			able = everyone
		}
		got := c.code.OnDuty(Duty{Now: at(t, c.now), Added: c.added, Able: able})
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: on duty %v, want %v", c.what, got, c.want)
		}
	}
}

func TestOnDutyKeepsToWeComsLimit(t *testing.T) {
	c, able := Code{}, map[string]bool{}
	for i := range 250 {
		m := "m" + strings.Repeat("x", i)
		c.Shifts = append(c.Shifts, Shift{Days: []int{1}, From: 0, To: minutesADay, Members: []string{m}})
		able[m] = true
	}
	if got := len(c.OnDuty(Duty{Now: at(t, "2026-11-23 10:00"), Able: able})); got != maxMembers {
		t.Errorf("%d members on duty, want WeCom's %d", got, maxMembers)
	}
}

func TestNextChange(t *testing.T) {
	shift := Shift{Days: []int{1, 2, 3, 4, 5}, From: 9 * 60, To: 18 * 60, Members: []string{"li"}}
	for _, c := range []struct {
		what      string
		code      Code
		now, want string
	}{
		{"never without shifts and cap", valid(), "2026-11-23 10:00", ""},
		{"the beginning of a shift", Code{Shifts: []Shift{shift}}, "2026-11-23 08:00", "2026-11-23 09:00"},
		{"its end", Code{Shifts: []Shift{shift}}, "2026-11-23 09:00", "2026-11-23 18:00"},
		{"midnight", Code{Shifts: []Shift{shift}}, "2026-11-23 18:00", "2026-11-24 00:00"},
		{"midnight frees the capped", Code{DailyCap: 3}, "2026-11-23 18:00", "2026-11-24 00:00"},
	} {
		var want time.Time
		if c.want != "" {
			want = at(t, c.want)
		}
		if got := c.code.NextChange(at(t, c.now)); !got.Equal(want) {
			t.Errorf("%s: %v, want %v", c.what, got, want)
		}
	}
}

func TestNextChangeOnADayOf23Hours(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	c := Code{Shifts: []Shift{{Days: []int{7}, From: 9 * 60, To: 18 * 60}}}
	got := c.NextChange(time.Date(2026, 3, 29, 1, 0, 0, 0, berlin)) // clocks jump from 2 to 3
	if want := time.Date(2026, 3, 29, 9, 0, 0, 0, berlin); !got.Equal(want) {
		t.Errorf("next change %v, want %v", got, want)
	}
}

func TestValidate(t *testing.T) {
	allWeek := Shift{Days: []int{1, 2, 3, 4, 5, 6, 7}, From: 0, To: minutesADay, Members: []string{"li"}}
	for _, c := range []struct {
		what   string
		change func(*Code)
		field  string // "" when valid
	}{
		{"plain", func(*Code) {}, ""},
		{"shifts that cover the week need no members", func(c *Code) { c.Members, c.Shifts = nil, []Shift{allWeek} }, ""},
		{"no name", func(c *Code) { c.Name = " " }, "name"},
		{"long name", func(c *Code) { c.Name = strings.Repeat("鹊", 31) }, "name"},
		{"name of 30 characters", func(c *Code) { c.Name = strings.Repeat("鹊", 30) }, ""},
		{"long remark", func(c *Code) { c.Remark = strings.Repeat("a", 31) }, "remark"},
		{"nobody", func(c *Code) { c.Members = nil }, "members"},
		{"shifts with a gap and nobody else", func(c *Code) {
			c.Members = nil
			gap := allWeek
			gap.To = minutesADay - 1
			c.Shifts = []Shift{gap}
		}, "members"},
		{"twice the same member", func(c *Code) { c.Members = []string{"li", "li"} }, "members"},
		{"101 members", func(c *Code) {
			for i := range 101 {
				c.Members = append(c.Members, strings.Repeat("m", i+1))
			}
		}, "members"},
		{"a weekday that is none", func(c *Code) {
			s := allWeek
			s.Days = []int{8}
			c.Shifts = []Shift{s}
		}, "shifts[0].days"},
		{"a shift without length", func(c *Code) {
			c.Shifts = []Shift{{Days: []int{1}, From: 60, To: 60, Members: []string{"li"}}}
		}, "shifts[0].to"},
		{"backup without a cap", func(c *Code) { c.Backup = []string{"li"} }, "backup"},
		{"own greeting without content", func(c *Code) { c.Greeting = GreetOwn }, "content"},
		{"own greeting", func(c *Code) { c.Greeting, c.Content = GreetOwn, message.Content{Text: "你好"} }, ""},
		{"greeting beyond WeCom's bytes", func(c *Code) {
			c.Greeting, c.Content = GreetOwn, message.Content{Text: strings.Repeat("好", 1334)}
		}, "content.text"},
		{"no such greeting", func(c *Code) { c.Greeting = "loud" }, "greeting"},
	} {
		code := valid()
		c.change(&code)
		err := code.Validate()
		if c.field == "" {
			if err != nil {
				t.Errorf("%s: %v", c.what, err)
			}
			continue
		}
		f := fault.As(err)
		if f == nil || !slices.ContainsFunc(f.Fields, func(x fault.Field) bool { return x.Name == c.field }) {
			t.Errorf("%s: got %v, want a complaint about %s", c.what, err, c.field)
		}
	}
}

func TestStateFitsWeComAndComesBack(t *testing.T) {
	c := Code{ID: id.ID(1<<62 + 12345)}
	state := c.State()
	if len(state) > 30 {
		t.Errorf("state %q has %d characters, WeCom takes 30", state, len(state))
	}
	if got, ok := CodeOf(state); !ok || got != c.ID {
		t.Errorf("CodeOf(%q) = %v, %v", state, got, ok)
	}
	for _, other := range []string{"", "cc", "xx0000000000001", "cc000000000000", "cc00000000000011", "ccIIIIIIIIIIIII"} {
		if _, ok := CodeOf(other); ok {
			t.Errorf("CodeOf(%q) claims a foreign state", other)
		}
	}
}
