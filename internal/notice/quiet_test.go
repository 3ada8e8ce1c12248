package notice

import (
	"testing"
	"time"
)

func TestQuiet(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	night, noon := Quiet{On: true, From: 22 * 60, To: 8 * 60}, Quiet{On: true, From: 12 * 60, To: 13*60 + 30}
	for name, c := range map[string]struct {
		hours Quiet
		at    time.Time
		until time.Time // zero when it is not quiet
	}{
		"off":                         {Quiet{From: 22 * 60, To: 8 * 60}, time.Date(2026, 11, 23, 23, 0, 0, 0, shanghai), time.Time{}},
		"no hours at all":             {Quiet{On: true, From: 60, To: 60}, time.Date(2026, 11, 23, 1, 0, 0, 0, shanghai), time.Time{}},
		"before the night":            {night, time.Date(2026, 11, 23, 21, 59, 59, 0, shanghai), time.Time{}},
		"the night begins":            {night, time.Date(2026, 11, 23, 22, 0, 0, 0, shanghai), time.Date(2026, 11, 24, 8, 0, 0, 0, shanghai)},
		"the last night of the month": {night, time.Date(2026, 11, 30, 23, 59, 0, 0, shanghai), time.Date(2026, 12, 1, 8, 0, 0, 0, shanghai)},
		"after midnight":              {night, time.Date(2026, 11, 23, 0, 0, 0, 0, shanghai), time.Date(2026, 11, 23, 8, 0, 0, 0, shanghai)},
		"the last minute":             {night, time.Date(2026, 11, 23, 7, 59, 59, 0, shanghai), time.Date(2026, 11, 23, 8, 0, 0, 0, shanghai)},
		"the morning":                 {night, time.Date(2026, 11, 23, 8, 0, 0, 0, shanghai), time.Time{}},
		"at noon":                     {noon, time.Date(2026, 11, 23, 12, 0, 0, 0, shanghai), time.Date(2026, 11, 23, 13, 30, 0, 0, shanghai)},
		"in the evening":              {noon, time.Date(2026, 11, 23, 22, 0, 0, 0, shanghai), time.Time{}},
		"after noon":                  {noon, time.Date(2026, 11, 23, 13, 30, 0, 0, shanghai), time.Time{}},
		"the clock is put forward":    {night, time.Date(2026, 3, 7, 23, 0, 0, 0, newYork), time.Date(2026, 3, 8, 8, 0, 0, 0, newYork)},
	} {
		until, quiet := c.hours.Until(c.at)
		if quiet == c.until.IsZero() || !until.Equal(c.until) {
			t.Errorf("%s: %v %v, want %v", name, until, quiet, c.until)
		}
	}
}
