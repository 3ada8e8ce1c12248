package channelcode

import (
	"slices"
	"time"
)

// Duty is what decides who serves at a moment.
type Duty struct {
	// Now in the corp's time zone.
	Now time.Time
	// Added counts the customers each member got by this code today.
	Added map[string]int
	// Able are the members WeCom would take: active and with the 客户联系 permission. A
	// contact way with one other member is refused whole, so those are left out.
	Able map[string]bool
}

// OnDuty says who serves: the members of the shifts that cover the hour, else Members;
// without those who reached the cap; when nobody is left, Backup. When even the backup
// is empty the capped members go on serving: a printed code must never lead nowhere.
// The answer is sorted, at most 100 names, and empty only when no named member is able.
func (c Code) OnDuty(d Duty) []string {
	first := c.able(c.scheduled(d.Now), d)
	free := slices.DeleteFunc(slices.Clone(first), func(m string) bool {
		return c.DailyCap > 0 && d.Added[m] >= c.DailyCap
	})
	backup := c.able(c.Backup, d)
	for _, choice := range [][]string{free, backup, first, c.able(c.Members, d), c.able(c.Everyone(), d)} {
		if len(choice) > 0 {
			return choice[:min(len(choice), maxMembers)]
		}
	}
	return nil
}

func (c Code) able(members []string, d Duty) []string {
	var out []string
	for _, m := range members {
		if d.Able[m] {
			out = append(out, m)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// scheduled joins the members of all shifts that cover the moment; several may overlap.
func (c Code) scheduled(now time.Time) []string {
	var members []string
	for _, s := range c.Shifts {
		if s.covers(now) {
			members = append(members, s.Members...)
		}
	}
	if len(members) == 0 {
		return c.Members
	}
	return members
}

func (s Shift) covers(now time.Time) bool {
	minute := now.Hour()*60 + now.Minute()
	today := weekday(now)
	if s.From < s.To {
		return slices.Contains(s.Days, today) && minute >= s.From && minute < s.To
	}
	// Past midnight: the evening belongs to the named day, the morning to the day after.
	yesterday := (today+5)%7 + 1
	return slices.Contains(s.Days, today) && minute >= s.From ||
		slices.Contains(s.Days, yesterday) && minute < s.To
}

// weekday is 1 for Monday to 7 for Sunday.
func weekday(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }

// NextChange is the next minute at which OnDuty may answer otherwise by the mere passing
// of time: the begin or end of a shift, or midnight when a cap counts by day. Zero when
// there is none.
func (c Code) NextChange(now time.Time) time.Time {
	var marks []int
	for _, s := range c.Shifts {
		marks = append(marks, s.From, s.To%minutesADay)
	}
	if c.DailyCap > 0 || len(c.Shifts) > 0 {
		marks = append(marks, 0)
	}
	var next time.Time
	for _, m := range marks {
		// time.Date normalises, so a day of 23 or 25 hours keeps the wall clock's minute.
		at := time.Date(now.Year(), now.Month(), now.Day(), m/60, m%60, 0, 0, now.Location())
		if !at.After(now) {
			at = time.Date(now.Year(), now.Month(), now.Day()+1, m/60, m%60, 0, 0, now.Location())
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next
}

// coversWeek tells whether the shifts leave no minute of the week without members.
func (c Code) coversWeek() bool {
	var covered [7 * minutesADay]bool
	for _, s := range c.Shifts {
		if len(s.Members) == 0 || s.From < 0 || s.To > minutesADay || s.From >= minutesADay || s.To < 1 {
			continue
		}
		length := s.To - s.From
		if length <= 0 {
			length += minutesADay
		}
		for _, day := range s.Days {
			if day < 1 || day > 7 {
				continue
			}
			for m := range length {
				covered[((day-1)*minutesADay+s.From+m)%len(covered)] = true
			}
		}
	}
	return !slices.Contains(covered[:], false)
}
