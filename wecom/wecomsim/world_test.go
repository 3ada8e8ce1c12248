package wecomsim_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// checkInvariants says what must be true of every world, whatever happened.
func checkInvariants(t interface{ Errorf(string, ...any) }, sim *wecomsim.Sim) {
	sim.Inspect(func(w *wecomsim.World) {
		for _, c := range w.Corps {
			follows := 0
			for _, cu := range c.Customers {
				if w.People[cu.Person] == nil {
					t.Errorf("customer %s is nobody", cu.ExternalUserID)
				}
				for _, m := range c.Members {
					f, ok := c.Follow(m.UserID, cu.ExternalUserID)
					if !ok {
						continue
					}
					follows++
					if !f.ByMember && !f.ByCustomer {
						t.Errorf("%s and %s: a relation that nobody has", f.UserID, f.ExternalUserID)
					}
					if f.Half && !f.ByMember {
						t.Errorf("%s and %s: half added after the member deleted him", f.UserID, f.ExternalUserID)
					}
				}
			}
			if follows != c.Follows() {
				t.Errorf("%d relations reachable, %d indexed", follows, c.Follows())
			}
			for id, g := range c.Groups {
				seen, owner := map[string]bool{}, false
				for _, m := range g.Members {
					if seen[m.ID] {
						t.Errorf("group %s has %s twice", id, m.ID)
					}
					seen[m.ID] = true
					owner = owner || m.ID == g.Owner
					if m.Type == 2 && c.Customers[m.ID] == nil {
						t.Errorf("group %s has an unknown participant", id)
					}
				}
				if !owner {
					t.Errorf("group %s has an owner outside", id)
				}
			}
			waiting := map[string]bool{}
			for _, t1 := range c.Transfers {
				if t1.Status == 2 && waiting[t1.ExternalUserID] {
					t.Errorf("%s is in two transfers", t1.ExternalUserID)
				}
				waiting[t1.ExternalUserID] = waiting[t1.ExternalUserID] || t1.Status == 2
			}
			pooled := map[string]bool{}
			for _, u := range c.Unassigned {
				if key := strings.ToLower(u.UserID) + " " + u.ExternalUserID; pooled[key] {
					t.Errorf("%s is unassigned twice", key)
				} else {
					pooled[key] = true
				}
				if _, ok := c.Follow(u.UserID, u.ExternalUserID); ok {
					if c.Left[strings.ToLower(u.UserID)] != nil {
						t.Errorf("%s left and still follows", u.UserID)
					}
				}
			}
			for _, m := range c.Members {
				if c.Left[strings.ToLower(m.UserID)] != nil {
					t.Errorf("%s is a member and has left", m.UserID)
				}
			}
		}
	})
}

// TestActsKeepTheWorldSound plays random sequences of acts.
func TestActsKeepTheWorldSound(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		sim := wecomsim.New(wecomsim.Options{Clock: wecomsim.NewStillClock(start()), Seed: &wecomsim.SeedOptions{Members: 3, Departments: 2}})
		defer func() { _ = sim.Close() }()
		members, people, groups := []string{}, []string{}, []string{}
		sim.Inspect(func(w *wecomsim.World) {
			for _, m := range w.Corps[0].Members {
				members = append(members, m.UserID)
			}
		})
		for i := range 4 {
			people = append(people, must(sim.AddPerson(wecomsim.NewPerson{Name: fmt.Sprint("人", i)}))(t).ID)
		}
		one := func(list []string, label string) string {
			if len(list) == 0 {
				return "nobody"
			}
			return rapid.SampledFrom(list).Draw(rt, label)
		}
		pair := func() wecomsim.Pair {
			return wecomsim.Pair{Person: one(people, "person"), Member: one(members, "member")}
		}
		// Acts may be refused; whatever they answer, the world must stay sound.
		rt.Repeat(map[string]func(*rapid.T){
			"":     func(rt *rapid.T) { checkInvariants(rt, sim) },
			"add":  func(*rapid.T) { p := pair(); _, _ = sim.Add(wecomsim.Add{Person: p.Person, Member: p.Member}) },
			"drop": func(*rapid.T) { _, _ = sim.DeleteMember(pair()) },
			"cut":  func(*rapid.T) { _, _ = sim.DeleteCustomer(pair()) },
			"ok":   func(*rapid.T) { _, _ = sim.Accept(pair()) },
			"say": func(rt *rapid.T) {
				p := pair()
				_, _ = sim.Say(wecomsim.Say{Person: p.Person, Member: p.Member, By: one([]string{"person", "member"}, "by"), Text: "嗯"})
			},
			"group": func(*rapid.T) {
				if g, err := sim.CreateGroup(wecomsim.CreateGroup{Owner: one(members, "owner")}); err == nil {
					groups = append(groups, g.ChatID)
				}
			},
			"join": func(*rapid.T) {
				_, _ = sim.JoinGroup(wecomsim.JoinGroup{Group: one(groups, "group"), Person: one(people, "person")})
			},
			"enter": func(*rapid.T) {
				_, _ = sim.JoinGroup(wecomsim.JoinGroup{Group: one(groups, "group"), Member: one(members, "member"), Invitor: one(members, "invitor")})
			},
			"leave": func(*rapid.T) {
				_, _ = sim.LeaveGroup(wecomsim.LeaveGroup{Group: one(groups, "group"), Person: one(people, "person")})
			},
			"owner": func(*rapid.T) {
				_, _ = sim.ChangeOwner(wecomsim.ChangeOwner{Group: one(groups, "group"), Owner: one(members, "member")})
			},
			"resign": func(*rapid.T) { _, _ = sim.Resign(wecomsim.Resign{Member: one(members, "member")}) },
			"hire": func(*rapid.T) {
				_, _ = sim.JoinMember(wecomsim.JoinMember{UserID: one(append(members, "extra"), "userid"), Name: "回来"})
			},
			"rename": func(rt *rapid.T) {
				i := rapid.IntRange(0, len(members)-1).Draw(rt, "who")
				if v, err := sim.ChangeUserID(wecomsim.ChangeUserID{Member: members[i], UserID: members[i] + "x"}); err == nil {
					members[i] = v.UserID
				}
			},
			"transfer": func(*rapid.T) {
				_, _ = sim.AssignCustomer(wecomsim.AssignCustomer{
					Person: one(people, "person"), Handover: one(members, "handover"), Takeover: one(members, "takeover"),
				})
			},
			"refuse": func(*rapid.T) { _, _ = sim.RefuseTransfer(wecomsim.RefuseTransfer{Person: one(people, "person")}) },
			"wait":   func(*rapid.T) { sim.Clock().Advance(8 * time.Hour) },
			"store": func(rt *rapid.T) {
				var file bytes.Buffer
				if err := sim.Snapshot(&file); err != nil {
					rt.Fatal(err)
				}
				if err := sim.Restore(&file); err != nil {
					rt.Fatal(err)
				}
			},
		})
	})
}

// TestKeep: a second start finds the same world, tokens included.
func TestKeep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "world.snapshot")
	open := func() (*wecomsim.Sim, bool) {
		sim := wecomsim.New(wecomsim.Options{
			Clock: wecomsim.NewStillClock(start()),
			Seed:  &wecomsim.SeedOptions{Members: 10, Departments: 3, Customers: 100, Groups: 5, People: 3, Days: 10},
		})
		return sim, must(sim.Keep(path))(t)
	}
	sim, found := open()
	if found {
		t.Fatal("found a world before there was one")
	}
	first := sim.Describe("")
	member := ""
	sim.Inspect(func(w *wecomsim.World) {
		for _, m := range w.Corps[0].Members {
			member = m.UserID
		}
	})
	p := must(sim.AddPerson(wecomsim.NewPerson{Name: "晚来的"}))(t)
	must(sim.Add(wecomsim.Add{Person: p.ID, Member: member}))(t)
	must(sim.Say(wecomsim.Say{Person: p.ID, Member: member, Text: "记得我吗"}))(t)
	if err := sim.Close(); err != nil {
		t.Fatal(err)
	}
	again, found := open()
	defer func() { _ = again.Close() }()
	second := again.Describe("")
	if !found || second.Corps[0].CorpID != first.Corps[0].CorpID || second.Corps[0].Follows != first.Corps[0].Follows+1 ||
		second.Corps[0].Apps[0].Secret != first.Corps[0].Apps[0].Secret {
		t.Errorf("found %v: %+v after %+v", found, second, first)
	}
	chat := must(again.ChatWith(wecomsim.Pair{Person: p.ID, Member: member}))(t)
	if len(chat) == 0 || chat[len(chat)-1].Text != "记得我吗" {
		t.Errorf("the chat is lost: %+v", chat)
	}
	checkInvariants(t, again)
	if err := os.WriteFile(path, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := wecomsim.New(wecomsim.Options{})
	defer func() { _ = other.Close() }()
	if _, err := other.Keep(path); err == nil {
		t.Error("a broken file was taken for a world")
	}
}

// TestSeed: sizes hold, equal seeds make equal worlds, and a large one is made
// in seconds.
func TestSeed(t *testing.T) {
	demo := wecomsim.DemoSeed()
	a := wecomsim.New(wecomsim.Options{Clock: wecomsim.NewStillClock(start()), Seed: &demo})
	b := wecomsim.New(wecomsim.Options{Clock: wecomsim.NewStillClock(start()), Seed: &demo})
	defer func() { _, _ = a.Close(), b.Close() }()
	checkInvariants(t, a)
	va, vb := a.Describe("").Corps[0], b.Describe("").Corps[0]
	if fmt.Sprint(va) != fmt.Sprint(vb) {
		t.Errorf("equal seeds differ: %+v and %+v", va, vb)
	}
	if va.Members != 30 || va.Departments != 6+0 || va.Groups != 60 || va.Customers < 2000 || va.Follows < 2000 || va.Follows > 3000 {
		t.Errorf("sizes %+v", va)
	}
	lost := 0
	a.Inspect(func(w *wecomsim.World) {
		for _, cu := range w.Corps[0].Customers {
			for _, m := range w.Corps[0].Members {
				if f, ok := w.Corps[0].Follow(m.UserID, cu.ExternalUserID); ok && !f.ByCustomer {
					lost++
				}
			}
		}
	})
	if lost == 0 {
		t.Error("a month of history without a lost customer")
	}
}

// TestTimeDoesNotRunBack: a world whose clock was advanced goes on from there.
func TestTimeDoesNotRunBack(t *testing.T) {
	clock := wecomsim.NewClock()
	sim := wecomsim.New(wecomsim.Options{Clock: clock})
	defer func() { _ = sim.Close() }()
	clock.Advance(72 * time.Hour)
	then := clock.Now()
	var file bytes.Buffer
	if err := sim.Snapshot(&file); err != nil {
		t.Fatal(err)
	}
	later := wecomsim.New(wecomsim.Options{})
	defer func() { _ = later.Close() }()
	if err := later.Restore(&file); err != nil {
		t.Fatal(err)
	}
	if later.Clock().Now().Before(then) {
		t.Errorf("the clock shows %v, before %v", later.Clock().Now(), then)
	}
}

// BenchmarkBatchGetByUser reads pages of 100 relations from 100 000 customers.
func BenchmarkBatchGetByUser(b *testing.B) {
	w := newWorld(b, func(o *wecomsim.Options) {
		o.Limits = &wecomsim.Limits{}
		o.Seed = &wecomsim.SeedOptions{Members: 100, Departments: 6, Customers: 100_000, Days: 30}
	})
	users := w.good("externalcontact/get_follow_user_list", nil)["follow_user"].([]any)
	in := m{"userid_list": users, "limit": 100, "cursor": ""}
	for b.Loop() {
		out := w.good("externalcontact/batch/get_by_user", in)
		if in["cursor"] = out["next_cursor"]; in["cursor"] == nil {
			in["cursor"] = ""
		}
	}
}

func BenchmarkSeed100k(b *testing.B) {
	for b.Loop() {
		sim := wecomsim.New(wecomsim.Options{Seed: &wecomsim.SeedOptions{Members: 200, Departments: 12, Customers: 100_000, Groups: 500, Days: 30}})
		b.ReportMetric(float64(sim.Describe("").Corps[0].Follows), "follows")
		_ = sim.Close()
	}
}
