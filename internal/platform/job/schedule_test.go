package job_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// ticking is a queue that writes down its ticks.
func ticking(d *db.DB, c clock.Clock, n int, opts job.Options, did *diary, s job.Schedule) *job.Queue {
	q := node(d, c, n, opts)
	s.Kind, s.Args = "tick", job.TickArgs
	q.Register(job.Define("tick", func(_ context.Context, j job.Job[job.Tick]) error {
		did.add("%s%s", j.Corp, j.Args.At.Format("02T15:04:05"))
		return nil
	}))
	q.Schedules(s)
	return q
}

func TestSchedules(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	must(t, err)
	newYork, err := time.LoadLocation("America/New_York")
	must(t, err)
	for _, c := range []struct {
		name  string
		s     job.Schedule
		waits []time.Duration
		want  string
	}{
		{"every", job.Schedule{Every: 20 * time.Second}, []time.Duration{time.Second, 19 * time.Second, 40 * time.Second}, "[02T12:00:20 02T12:00:40 02T12:01:00]"},
		{"each of a short pause", job.Schedule{Every: 20 * time.Second}, []time.Duration{60 * time.Second}, "[02T12:00:20 02T12:00:40 02T12:01:00]"},
		{"only the last minute of a long stop", job.Schedule{Every: 30 * time.Second}, []time.Duration{48*time.Hour + 10*time.Second}, "[04T11:59:30 04T12:00:00]"},
		{"the last tick of a long stop", job.Schedule{Every: 24 * time.Hour}, []time.Duration{60 * time.Hour}, "[05T00:00:00]"},
		{"midnight in Shanghai", job.Schedule{Cron: "0 0 * * *", Zone: shanghai}, []time.Duration{4*time.Hour - time.Second, time.Second, 24 * time.Hour}, "[02T16:00:00 03T16:00:00]"},
		// On 8 March 2026 New York has no 02:30: the cron parser's day without it.
		{
			"the hour that summer time skips",
			job.Schedule{Cron: "30 2 * * *", Zone: newYork},
			[]time.Duration{5 * 24 * time.Hour, 24 * time.Hour, 24 * time.Hour},
			"[07T07:30:00 09T06:30:00]",
		},
		{
			"for each corp",
			job.Schedule{Every: time.Minute, PerCorp: func(context.Context) ([]string, error) { return []string{"ww1 ", "ww2 "}, nil }},
			[]time.Duration{time.Minute},
			"[ww1 02T12:01:00 ww2 02T12:01:00]",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(t *testing.T, d *db.DB) {
				cl := clock.NewFake(noon)
				var did diary
				c.s.Name = "t"
				q := ticking(d, cl, 1, job.Options{Workers: map[job.Lane]int{job.Normal: 1}}, &did, c.s)
				settle(t, q)
				for _, wait := range c.waits {
					cl.Advance(wait)
					settle(t, q)
					settle(t, q)
				}
				if got := fmt.Sprint(did.sorted()); got != c.want {
					t.Errorf("ticks %s, want %s", got, c.want)
				}
			})
		})
	}
}

// Three nodes, whose clocks disagree, follow one another as leaders. Each tick must
// become one job.
func TestNoTickIsMissedOrDoubledWhenTheLeaderDies(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		pulse := clock.NewFake(noon)
		var did diary
		var clocks []*clock.Fake
		var nodes []*job.Queue
		for i, skew := range []time.Duration{0, 4 * time.Second, -4 * time.Second} {
			c := clock.NewFake(noon.Add(skew))
			clocks = append(clocks, c)
			nodes = append(nodes, ticking(d, c, i, job.Options{Pulse: pulse}, &did, job.Schedule{Every: 2 * time.Second}))
		}
		second := func() {
			pulse.Advance(time.Second)
			for _, c := range clocks {
				c.Advance(time.Second)
			}
			for _, q := range nodes {
				must(t, q.Beat(ctx))
				must(t, q.Rescue(ctx))
				must(t, q.Lead(ctx))
			}
		}
		for len(nodes) > 0 {
			for range 10 {
				second()
			}
			if len(nodes) == 1 {
				settle(t, nodes[0])
			}
			nodes = nodes[1:] // the leader dies silently
		}
		var want []string
		got := did.sorted()
		for i := range got {
			want = append(want, noon.Add(time.Duration(i+1)*2*time.Second).Format("02T15:04:05"))
		}
		if len(got) < 12 || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("ticks %v", got)
		}
	})
}
