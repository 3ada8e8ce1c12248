package notice

import "time"

// Quiet are a corp's quiet hours (免打扰时段), by the clock of its zone. They may lie over
// midnight: from 22:00 to 08:00.
type Quiet struct {
	On   bool
	From int // minutes of the day, 0 to 1439
	To   int
}

// Until tells whether the moment, given in the corp's zone, is quiet, and when it ends.
func (q Quiet) Until(at time.Time) (time.Time, bool) {
	if !q.On || q.From == q.To {
		return time.Time{}, false
	}
	minute := at.Hour()*60 + at.Minute()
	day := at.Day()
	switch {
	case q.From < q.To && (minute < q.From || minute >= q.To):
		return time.Time{}, false
	case q.From > q.To && minute < q.From && minute >= q.To:
		return time.Time{}, false
	case q.From > q.To && minute >= q.From:
		day++
	}
	// By the clock on the wall, also in the night in which it is put forward or back.
	return time.Date(at.Year(), at.Month(), day, q.To/60, q.To%60, 0, 0, at.Location()), true
}
