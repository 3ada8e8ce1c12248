package tag

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Fact is one thing that happened to a pair, as rules look at it.
type Fact struct {
	ID       id.ID     // of the news; a rule notices it once
	At       time.Time // in the corp's time zone
	Member   string    // userid
	Customer string    // external_userid
	State    string    // of the contact way by which he came
	Group    string    // chat_id, with its name
	Called   string
}

// trigger is a sort of fact that rules can begin with. A new sort is another value in
// triggers and a listener that makes facts of its news; one whose news nobody tells yet is
// not in the list, and so not on the page.
type trigger struct {
	key string
	// check refuses what a setting cannot be.
	check func(set Setting, check *fault.Check)
	// match tells whether a fact fits, and why in values for the page's words.
	match func(set Setting, f Fact) (why map[string]string, ok bool)
	// repeats says that the same pair can meet the fact several times, so that a number of
	// hits within a period makes sense.
	repeats bool
}

// The triggers.
const (
	onChannel = "channel" // added by a channel
	onTime    = "time"    // added at certain hours, weekdays or dates
	onGroup   = "group"   // joined a group
)

// Setting is what a rule asks of its trigger; which parts count depends on it.
type Setting struct {
	States []string `json:"states,omitempty" maxItems:"100" doc:"channel: states of contact ways, as channel codes show them"`
	Spans  []Span   `json:"spans,omitempty" maxItems:"20" doc:"time: one of these"`
	Groups []string `json:"groups,omitempty" maxItems:"100" doc:"group: chat_ids; empty: any group"`
}

// Span is some hours of some days, in the corp's time zone.
type Span struct {
	Days  []int  `json:"days,omitempty" maxItems:"7" doc:"0 Sunday … 6 Saturday; empty, with dates: every day"`
	Dates []int  `json:"dates,omitempty" maxItems:"31" doc:"days of the month, 1 to 31; together with days either of the two"`
	From  int    `json:"from" minimum:"0" maximum:"1439" doc:"minute of the day"`
	To    int    `json:"to" minimum:"1" maximum:"1440" doc:"minute of the day, not included; before from: until the next day"`
	Since string `json:"since,omitempty" maxLength:"10" doc:"first day, 2026-11-22"`
	Until string `json:"until,omitempty" maxLength:"10" doc:"last day"`
}

// covers tells whether a moment lies in the span. A span over midnight belongs to the day on
// which it begins.
func (p Span) covers(at time.Time) bool {
	minute := at.Hour()*60 + at.Minute()
	day := at
	switch {
	case p.From < p.To:
		if minute < p.From || minute >= p.To {
			return false
		}
	case minute < p.To:
		day = at.AddDate(0, 0, -1)
	case minute < p.From:
		return false
	}
	if len(p.Days)+len(p.Dates) > 0 && !slices.Contains(p.Days, int(day.Weekday())) && !slices.Contains(p.Dates, day.Day()) {
		return false
	}
	written := day.Format(time.DateOnly)
	return (p.Since == "" || written >= p.Since) && (p.Until == "" || written <= p.Until)
}

func triggers() []trigger {
	return []trigger{
		{
			key: onChannel, repeats: true,
			check: func(set Setting, check *fault.Check) {
				check.That(len(set.States) > 0, "setting.states", "请选择至少一个渠道")
				for _, s := range set.States {
					check.That(s != "" && len(s) <= 64, "setting.states", "渠道参数为 1 至 64 个字符")
				}
			},
			match: func(set Setting, f Fact) (map[string]string, bool) {
				return map[string]string{"state": f.State}, f.Group == "" && slices.Contains(set.States, f.State)
			},
		},
		{
			key: onTime, repeats: true,
			check: func(set Setting, check *fault.Check) {
				check.That(len(set.Spans) > 0, "setting.spans", "请填写至少一个时段")
				for i, p := range set.Spans {
					field := "setting.spans[" + strconv.Itoa(i) + "]"
					check.That(p.From != p.To, field, "开始和结束时间不能相同")
					for _, d := range p.Days {
						check.That(d >= 0 && d <= 6, field, "星期无效")
					}
					for _, d := range p.Dates {
						check.That(d >= 1 && d <= 31, field, "每月的日期无效")
					}
					for _, d := range []string{p.Since, p.Until} {
						_, err := time.Parse(time.DateOnly, d)
						check.That(d == "" || err == nil, field, "日期无效")
					}
					check.That(p.Since == "" || p.Until == "" || p.Since <= p.Until, field, "结束日期须不早于开始日期")
				}
			},
			match: func(set Setting, f Fact) (map[string]string, bool) {
				return map[string]string{"at": f.At.Format("2006-01-02 15:04")},
					f.Group == "" && slices.ContainsFunc(set.Spans, func(p Span) bool { return p.covers(f.At) })
			},
		},
		{
			key: onGroup, repeats: true,
			check: func(set Setting, check *fault.Check) {
				for _, g := range set.Groups {
					check.That(g != "" && len(g) <= 64, "setting.groups", "客户群无效")
				}
			},
			match: func(set Setting, f Fact) (map[string]string, bool) {
				return map[string]string{"group": strings.TrimSpace(f.Called), "chat": f.Group},
					f.Group != "" && (len(set.Groups) == 0 || slices.Contains(set.Groups, f.Group))
			},
		},
	}
}

// triggerOf finds a trigger by its key.
func triggerOf(key string) (trigger, bool) {
	for _, t := range triggers() {
		if t.key == key {
			return t, true
		}
	}
	return trigger{}, false
}
