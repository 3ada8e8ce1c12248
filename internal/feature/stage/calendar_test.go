package stage

import (
	"testing"
	"time"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestDue(t *testing.T) {
	shanghai, berlin := zone(t, "Asia/Shanghai"), zone(t, "Europe/Berlin")
	week := defaultCalendar()
	golden := Calendar{Weekend: []int{0, 6}, Days: []Day{
		{Day: "2026-10-01", Name: "国庆节"},
		{Day: "2026-10-02", Name: "国庆节"},
		{Day: "2026-10-05", Name: "国庆节"},
		{Day: "2026-10-06", Name: "国庆节"},
		{Day: "2026-10-07", Name: "国庆节"},
		{Day: "2026-10-10", Work: true, Name: "调休上班"},
	}}
	nine := 9 * 60
	for name, c := range map[string]struct {
		from  string
		cycle Cycle
		cal   Calendar
		zone  *time.Location
		want  string
	}{
		"no cycle":                          {"2026-11-23T10:00:00+08:00", Cycle{At: nine}, week, shanghai, ""},
		"a day":                             {"2026-11-23T10:00:00+08:00", Cycle{Days: 1, Unit: Days, At: nine}, week, shanghai, "2026-11-24T09:00:00+08:00"},
		"days count the weekend":            {"2026-11-27T10:00:00+08:00", Cycle{Days: 2, Unit: Days, At: nine}, week, shanghai, "2026-11-29T09:00:00+08:00"},
		"working days leave it out":         {"2026-11-27T10:00:00+08:00", Cycle{Days: 2, Unit: Workdays, At: nine}, week, shanghai, "2026-12-01T09:00:00+08:00"},
		"from a Saturday":                   {"2026-11-28T10:00:00+08:00", Cycle{Days: 1, Unit: Workdays, At: nine}, week, shanghai, "2026-11-30T09:00:00+08:00"},
		"over a holiday":                    {"2026-09-30T10:00:00+08:00", Cycle{Days: 1, Unit: Workdays, At: nine}, golden, shanghai, "2026-10-08T09:00:00+08:00"},
		"a Saturday that is worked":         {"2026-10-09T10:00:00+08:00", Cycle{Days: 1, Unit: Workdays, At: nine}, golden, shanghai, "2026-10-10T09:00:00+08:00"},
		"days do not mind holidays":         {"2026-09-30T10:00:00+08:00", Cycle{Days: 1, Unit: Days, At: nine}, golden, shanghai, "2026-10-01T09:00:00+08:00"},
		"the day is the corp's":             {"2026-11-23T23:30:00Z", Cycle{Days: 1, Unit: Days, At: nine}, week, shanghai, "2026-11-25T09:00:00+08:00"},
		"midnight":                          {"2026-11-23T10:00:00+08:00", Cycle{Days: 1, Unit: Days, At: 0}, week, shanghai, "2026-11-24T00:00:00+08:00"},
		"the last minute":                   {"2026-11-23T10:00:00+08:00", Cycle{Days: 1, Unit: Days, At: 1439}, week, shanghai, "2026-11-24T23:59:00+08:00"},
		"over the end of summer time":       {"2026-10-24T10:00:00+02:00", Cycle{Days: 2, Unit: Days, At: nine}, week, berlin, "2026-10-26T09:00:00+01:00"},
		"a minute that comes twice":         {"2026-10-24T10:00:00+02:00", Cycle{Days: 1, Unit: Days, At: 150}, week, berlin, "2026-10-25T02:30:00+02:00"},
		"a minute that does not exist":      {"2026-03-28T10:00:00+01:00", Cycle{Days: 1, Unit: Days, At: 150}, week, berlin, "2026-03-29T03:30:00+02:00"},
		"after the clocks were put forward": {"2026-03-28T10:00:00+01:00", Cycle{Days: 1, Unit: Days, At: nine}, week, berlin, "2026-03-29T09:00:00+02:00"},
		"a month's end":                     {"2027-01-31T10:00:00+08:00", Cycle{Days: 1, Unit: Days, At: nine}, week, shanghai, "2027-02-01T09:00:00+08:00"},
		"a leap day":                        {"2028-02-28T10:00:00+08:00", Cycle{Days: 1, Unit: Days, At: nine}, week, shanghai, "2028-02-29T09:00:00+08:00"},
	} {
		from, err := time.Parse(time.RFC3339, c.from)
		if err != nil {
			t.Fatal(err)
		}
		got := Due(from, c.cycle, c.cal, c.zone)
		if text := stamp(got, c.zone); text != c.want {
			t.Errorf("%s: %s, want %s", name, text, c.want)
		}
	}
}

func stamp(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format(time.RFC3339)
}

func TestReminders(t *testing.T) {
	shanghai, week := zone(t, "Asia/Shanghai"), defaultCalendar()
	at := func(text string) time.Time {
		got, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	friday := at("2026-11-27T09:00:00+08:00")
	for name, c := range map[string]struct {
		cycle Cycle
		n     int
		now   string
		want  string
	}{
		"none":                           {Cycle{Days: 1, Unit: Days, At: 540}, 1, "2026-11-27T09:00:00+08:00", ""},
		"the next day":                   {Cycle{Days: 1, Unit: Days, At: 540, Every: 1, Times: 2}, 1, "2026-11-27T09:00:00+08:00", "2026-11-28T09:00:00+08:00"},
		"the next working day":           {Cycle{Days: 1, Unit: Workdays, At: 540, Every: 1, Times: 2}, 1, "2026-11-27T09:00:00+08:00", "2026-11-30T09:00:00+08:00"},
		"all given":                      {Cycle{Days: 1, Unit: Days, At: 540, Every: 1, Times: 2}, 3, "2026-11-27T09:00:00+08:00", ""},
		"the last":                       {Cycle{Days: 1, Unit: Days, At: 540, Every: 1, Times: 2}, 2, "2026-11-28T09:00:00+08:00", "2026-11-29T09:00:00+08:00"},
		"missed ones come once, not all": {Cycle{Days: 1, Unit: Days, At: 540, Every: 2, Times: 9}, 1, "2026-12-05T12:00:00+08:00", "2026-12-07T09:00:00+08:00"},
	} {
		if got := stamp(Next(friday, c.n, c.cycle, week, shanghai, at(c.now)), shanghai); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	for name, c := range map[string]struct {
		cycle     Cycle
		now, want string
	}{
		"due later":               {Cycle{Days: 1, Unit: Days, At: 540}, "2026-11-26T12:00:00+08:00", "2026-11-27T09:00:00+08:00"},
		"past, later today":       {Cycle{Days: 1, Unit: Days, At: 1080}, "2026-11-28T12:00:00+08:00", "2026-11-28T18:00:00+08:00"},
		"past, tomorrow":          {Cycle{Days: 1, Unit: Days, At: 540}, "2026-11-28T12:00:00+08:00", "2026-11-29T09:00:00+08:00"},
		"past, not on a Saturday": {Cycle{Days: 1, Unit: Workdays, At: 1080}, "2026-11-28T12:00:00+08:00", "2026-11-30T18:00:00+08:00"},
	} {
		if got := stamp(First(friday, c.cycle, week, shanghai, at(c.now)), shanghai); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
