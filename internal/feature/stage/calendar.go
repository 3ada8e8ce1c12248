package stage

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// Unit says which days a cycle counts.
type Unit string

// The units.
const (
	Days     Unit = "days"     // every day
	Workdays Unit = "workdays" // days on which the corp works
)

// Cycle is how often the customers of a stage want to be followed up, and when somebody is
// reminded who did not.
type Cycle struct {
	Days     int  `json:"days" minimum:"0" maximum:"365" doc:"0: no cycle"`
	Unit     Unit `json:"unit" enum:"days,workdays"`
	At       int  `json:"at" minimum:"0" maximum:"1439" doc:"minute of the day at which the reminder comes, in the corp's time zone"`
	Every    int  `json:"every" minimum:"0" maximum:"90" doc:"days between repetitions, counted as the cycle's"`
	Times    int  `json:"times" minimum:"0" maximum:"30" doc:"repetitions after the first reminder"`
	Escalate int  `json:"escalate" minimum:"0" maximum:"31" doc:"the leader is told with the so-many-th reminder, 0 never"`
}

// on tells whether the stage has a cycle.
func (c Cycle) on() bool { return c.Days > 0 }

// Calendar says on which days a corp works.
type Calendar struct {
	Weekend []int `json:"weekend" maxItems:"7" doc:"days of the week without work, 0 is Sunday"`
	Days    []Day `json:"days" maxItems:"1000" doc:"exceptions: holidays and the days worked instead"`
}

// Day is one exception of the calendar.
type Day struct {
	Day  string `json:"day" minLength:"10" maxLength:"10" doc:"2026-10-01"`
	Work bool   `json:"work" doc:"a day of the weekend that is worked; else a holiday"`
	Name string `json:"name" maxLength:"20"`
}

const dayLayout = "2006-01-02"

// defaultCalendar has no holidays: which they are, a government says each year anew.
func defaultCalendar() Calendar { return Calendar{Weekend: []int{0, 6}, Days: []Day{}} }

// tidy checks a calendar and gives it sorted.
func (c Calendar) tidy(check *fault.Check) Calendar {
	out := Calendar{Weekend: slices.Clone(c.Weekend), Days: slices.Clone(c.Days)}
	slices.Sort(out.Weekend)
	out.Weekend = slices.Compact(out.Weekend)
	for _, d := range out.Weekend {
		check.That(d >= 0 && d <= 6, "calendar.weekend", "须为 0（周日）至 6（周六）")
	}
	check.That(len(out.Weekend) < 7, "calendar.weekend", "一周至少要有一个工作日")
	slices.SortFunc(out.Days, func(a, b Day) int { return strings.Compare(a.Day, b.Day) })
	for i, d := range out.Days {
		_, err := time.Parse(dayLayout, d.Day)
		check.That(err == nil, "calendar.days", "日期 "+d.Day+" 无效")
		check.That(i == 0 || out.Days[i-1].Day != d.Day, "calendar.days", d.Day+" 出现了两次")
		check.That(utf8.RuneCountInString(d.Name) <= 20 && d.Name == db.Clean(d.Name), "calendar.days", "名称最多 20 个字")
	}
	return out
}

// works tells whether the corp works on the day of t.
func (c Calendar) works(t time.Time) bool {
	day := t.Format(dayLayout)
	if i, found := slices.BinarySearchFunc(c.Days, day, func(d Day, day string) int { return strings.Compare(d.Day, day) }); found {
		return c.Days[i].Work
	}
	return !slices.Contains(c.Weekend, int(t.Weekday()))
}

// longestHoliday bounds the search for a day of work in a calendar that has none.
const longestHoliday = 400

// after gives the day that lies n days of the unit after the day of from.
func (c Calendar) after(from time.Time, n int, unit Unit) time.Time {
	y, m, d := from.Date()
	day := time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	if unit != Workdays {
		return day.AddDate(0, 0, n)
	}
	for range n {
		for range longestHoliday {
			day = day.AddDate(0, 0, 1)
			if c.works(day) {
				break
			}
		}
	}
	return day
}

// Due is when a follow-up is due that counts from a moment: so many days after the day of
// from in the zone, at the cycle's time. The zero time without a cycle.
func Due(from time.Time, c Cycle, cal Calendar, zone *time.Location) time.Time {
	if !c.on() || from.IsZero() {
		return time.Time{}
	}
	return clockAt(cal.after(from.In(zone), c.Days, c.Unit), c.At, zone)
}

// Next is the reminder that follows the n-th of a due moment, later than now: a whole
// number of Every after the due day. Zero when all have been given, or there are none.
func Next(due time.Time, n int, c Cycle, cal Calendar, zone *time.Location, now time.Time) time.Time {
	if c.Every <= 0 || n > c.Times || due.IsZero() {
		return time.Time{}
	}
	day := due.In(zone)
	for {
		at := clockAt(cal.after(day, c.Every, c.Unit), c.At, zone)
		if at.After(now) {
			return at
		}
		day = at.In(zone)
	}
}

// First is when the first reminder of a due moment comes: then, or when that is past (the
// cycle was made shorter) at the next time of day at which reminders come.
func First(due time.Time, c Cycle, cal Calendar, zone *time.Location, now time.Time) time.Time {
	if due.IsZero() || due.After(now) {
		return due
	}
	today := now.In(zone)
	if at := clockAt(today, c.At, zone); at.After(now) && (c.Unit != Workdays || cal.works(today)) {
		return at
	}
	return clockAt(cal.after(today, 1, c.Unit), c.At, zone)
}

// clockAt is a minute of a day in the zone. Where clocks are put forward and the minute
// does not exist, it is as much later; where they are put back and it comes twice, the
// first of the two.
func clockAt(day time.Time, minute int, zone *time.Location) time.Time {
	y, m, d := day.Date()
	wall := time.Date(y, m, d, 0, minute, 0, 0, time.UTC)
	_, before := wall.AddDate(0, 0, -1).In(zone).Zone()
	_, after := wall.AddDate(0, 0, 1).In(zone).Zone()
	for _, offset := range []int{before, after} {
		at := wall.Add(-time.Duration(offset) * time.Second)
		if local := at.In(zone); local.Hour()*60+local.Minute() == minute && local.Day() == d {
			return at
		}
	}
	return wall.Add(-time.Duration(before) * time.Second)
}
