package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/app"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// historyDays is how far back the demo's month reaches.
const historyDays = 28

// seedDemo reads the simulated corp, lets the features add what people would have made
// by hand, plays the past month, and lets the features add what that leads to. done marks that it came to its end.
func seedDemo(ctx context.Context, a *app.App, sim *simulator, corpID, done string, log *slog.Logger) error {
	if _, err := os.Stat(done); err == nil {
		return nil
	}
	began := clock.System().Now()
	if err := readCorp(ctx, a, corpID); err != nil {
		return fmt.Errorf("read the corp: %w", err)
	}
	if err := fill(ctx, a, corpID); err != nil {
		return err
	}
	if err := playHistory(ctx, sim.Sim, corpID); err != nil {
		return fmt.Errorf("play the history: %w", err)
	}
	if err := heard(ctx, a); err != nil {
		return err
	}
	if err := fill(ctx, a, corpID); err != nil {
		return err
	}
	if err := heard(ctx, a); err != nil {
		return err
	}
	log.Info("the demo is complete", "took", clock.System().Now().Sub(began).Round(time.Millisecond).String())
	return os.WriteFile(done, []byte(clock.System().Now().Format(time.RFC3339)+"\n"), 0o600)
}

// heardLimit is how long the features may take to hear of the month.
const heardLimit = time.Minute

// heard waits until the features have heard of the month. Late is no failure: they hear of
// the rest while the demo is open.
func heard(ctx context.Context, a *app.App) error {
	waiting, cancel := context.WithTimeout(ctx, heardLimit)
	defer cancel()
	if err := a.Queue.Settle(waiting); err != nil && (waiting.Err() == nil || ctx.Err() != nil) {
		return fmt.Errorf("hear of the history: %w", err)
	}
	return nil
}

// fill lets the features add their own.
func fill(ctx context.Context, a *app.App, corpID string) error {
	v := viewer.System(corpID)
	v.Name = "管理员" // stands beside what it made
	for _, f := range a.Features {
		if f.Demo == nil {
			continue
		}
		if err := f.Demo(ctx, v); err != nil {
			return fmt.Errorf("demo of %s: %w", f.Slug, err)
		}
	}
	return nil
}

// readCorp asks for a full sync and waits for its end.
func readCorp(ctx context.Context, a *app.App, corpID string) error {
	run, err := a.Mirror.StartSync(ctx, corpID, mirror.ScopeFull, "demo")
	if err != nil && fault.CodeOf(err) != fault.Conflict {
		return err // a conflict is the sync of a start before: wait for that one
	}
	for {
		syncs, err := mirror.Syncs(ctx, a.DB.Read(), corpID, 1)
		if err != nil {
			return err
		}
		if len(syncs) > 0 && syncs[0].State != mirror.SyncRunning {
			if syncs[0].State == mirror.SyncFailed {
				return fmt.Errorf("sync %s: %s", run.ID, syncs[0].Error)
			}
			return nil
		}
		if err := clock.Sleep(ctx, clock.System(), 100*time.Millisecond); err != nil {
			return err
		}
	}
}

// playHistory lets the simulated people live through the past weeks: the simulator's
// clock goes back and forward again, and every act is told to the product by callback,
// as on the day itself.
func playHistory(ctx context.Context, sim *wecomsim.Sim, corpID string) error {
	members, ways := cast(sim, corpID)
	if len(ways) == 0 || len(members) == 0 {
		return nil
	}
	// Greetings of the past would only be late ones: WeCom gives no code for a member
	// who has a welcome text in the admin console (92130).
	if err := consoleWelcome(sim, members, true); err != nil {
		return err
	}
	now := clock.System().Now()
	defer func() { sim.Clock().Set(clock.System().Now()) }()
	if err := playColleague(ctx, sim, corpID, now.AddDate(0, 0, -historyDays+2), now.AddDate(0, 0, -3)); err != nil {
		return err
	}
	dice := rand.New(rand.NewPCG(7, 11)) //gosec:disable G404 -- a demo's history, the same each time
	type pair struct{ person, member string }
	var friends []pair
	n := 0
	for day := historyDays; day >= 0; day-- {
		date := now.AddDate(0, 0, -day)
		scans := 4 + dice.IntN(9)
		if wd := date.Weekday(); wd == time.Saturday || wd == time.Sunday {
			scans = 1 + dice.IntN(4)
		}
		for i := range scans {
			at := time.Date(date.Year(), date.Month(), date.Day(), 9+i%10, dice.IntN(60), dice.IntN(60), 0, date.Location())
			if at.After(now.Add(-time.Minute)) {
				continue
			}
			sim.Clock().Set(at)
			n++
			person, err := sim.AddPerson(wecomsim.NewPerson{Name: someName(dice), Gender: 1 + n%2})
			if err != nil {
				return err
			}
			r, err := sim.Scan(wecomsim.Scan{Corp: corpID, Person: person.ID, Way: ways[dice.IntN(len(ways))]})
			if err != nil {
				return err
			}
			if r.Event == "add_half_external_contact" {
				// This code wants the member's consent, which mostly comes.
				if dice.IntN(6) == 0 {
					continue
				}
				if _, err := sim.Accept(wecomsim.Pair{Corp: corpID, Person: person.ID, Member: r.UserID}); err != nil {
					return err
				}
			}
			friends = append(friends, pair{person.ID, r.UserID})
			if len(friends) > 8 && dice.IntN(9) == 0 {
				f := friends[dice.IntN(len(friends)-4)]
				act := sim.DeleteMember
				if dice.IntN(4) == 0 {
					act = sim.DeleteCustomer
				}
				// They may have parted already; the past need not be exact.
				_, _ = act(wecomsim.Pair{Corp: corpID, Person: f.person, Member: f.member})
			}
		}
		if err := sim.Settle(ctx); err != nil {
			return err
		}
	}
	sim.Clock().Set(clock.System().Now())
	return consoleWelcome(sim, members, false)
}

// formerColleague has left, and nobody has taken over his customers yet.
const formerColleague = "FangShuoming"

// playColleague is one who joins, meets a few customers, makes a group with them, and leaves.
func playColleague(ctx context.Context, sim *wecomsim.Sim, corpID string, from, to time.Time) error {
	sim.Clock().Set(from)
	if _, err := sim.JoinMember(wecomsim.JoinMember{Corp: corpID, UserID: formerColleague, Name: "方硕明", Departments: []int{2}}); err != nil {
		return err
	}
	if err := consoleWelcome(sim, []string{formerColleague}, true); err != nil {
		return err
	}
	var people []string
	for i, name := range []string{"司徒鉴微", "上官珞瑜", "欧阳蘅芜", "慕容砚秋", "诸葛沐宸", "端木筠心", "令狐霁月", "南宫昀泽", "百里汀兰"} {
		sim.Clock().Set(from.Add(time.Duration(i+1) * 7 * time.Hour))
		person, err := sim.AddPerson(wecomsim.NewPerson{Name: name, Gender: 1 + i%2})
		if err != nil {
			return err
		}
		if _, err := sim.Add(wecomsim.Add{Corp: corpID, Person: person.ID, Member: formerColleague}); err != nil {
			return err
		}
		people = append(people, person.ID)
	}
	if _, err := sim.CreateGroup(wecomsim.CreateGroup{Corp: corpID, Owner: formerColleague, Name: "老客户交流群", People: people[:6]}); err != nil {
		return err
	}
	if err := sim.Settle(ctx); err != nil {
		return err
	}
	sim.Clock().Set(to)
	if _, err := sim.Resign(wecomsim.Resign{Corp: corpID, Member: formerColleague}); err != nil {
		return err
	}
	return sim.Settle(ctx)
}

// cast lists the members who may have customers and the codes people can scan.
func cast(sim *wecomsim.Sim, corpID string) (members, ways []string) {
	sim.Inspect(func(w *wecomsim.World) {
		c := w.Corp(corpID)
		for _, m := range c.Members {
			members = append(members, m.UserID)
		}
		for id, way := range c.Ways {
			if !way.Temp {
				ways = append(ways, id)
			}
		}
	})
	slices.Sort(members)
	slices.Sort(ways)
	return members, ways
}

// someName makes the name of a person whom nobody knows yet.
func someName(dice *rand.Rand) string {
	surnames := []rune("王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹")
	given := []string{"子涵", "雨桐", "浩然", "思远", "晓燕", "建国", "丽华", "俊杰", "欣怡", "志强", "梦琪", "文博", "秀英", "天佑", "静", "磊", "敏", "洋", "倩", "超"}
	return string(surnames[dice.IntN(len(surnames))]) + given[dice.IntN(len(given))]
}

func consoleWelcome(sim *wecomsim.Sim, members []string, on bool) error {
	for _, m := range members {
		if _, err := sim.ChangeMember(wecomsim.ChangeMember{Member: m, ConsoleWelcome: &on}); err != nil {
			return err
		}
	}
	return nil
}
