package apptest

import (
	"encoding/json"
	"maps"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// handovers are the words of stories about hand-overs (在职继承, 离职继承):
//
//	refuse wang · agree wang                          the customer refuses, or accepts at once
//	assign wang zhang li · idle li                    WeCom's administrator hands over by hand; li has not used WeCom for a year
//	group 车友会 zhang wang,zhao                      zhang makes a group · capacity li 3: so many customers at most
//	hand zhang to=li,zhao [spread=load] [customers=none] [groups=all] [friends=skip] [seats=展会:drop,门店:li] [as=one]   previewed and started
//	retry one [to=li] [as=two] · cancel one          what was not successful; what was not sent
//	items one accepted=3 waiting=2                    how many customers and groups are in each state, and no others
//	holds li wang · owns li 车友会                    at WeCom
func (s *Story) handovers() map[string]command {
	transfers := map[string]string{} // script's name → id
	chats := map[string]string{}
	begin := func(ts *testscript.TestScript, a args, path string, body map[string]any) {
		raw, err := json.Marshal(body)
		ts.Check(err)
		status, answer := s.Request("owner", "POST", path, string(raw))
		if (status/100 != 2) != a.neg {
			ts.Fatalf("%s: %d %s", quoted("hand", a), status, answer)
		}
		_, err = ts.Stdout().Write([]byte(strconv.Itoa(status) + " " + answer + "\n"))
		ts.Check(err)
		var made struct {
			ID string `json:"id"`
		}
		if status/100 == 2 {
			ts.Check(json.Unmarshal([]byte(answer), &made))
			name := orElse(a.set["as"], "it")
			transfers[name] = made.ID
			ts.Setenv(name, made.ID) // for "api", as ${one}
		}
		s.settle(a)
	}
	return map[string]command{
		"refuse": func(ts *testscript.TestScript, a args) {
			_, err := s.Sim.RefuseTransfer(wecomsim.RefuseTransfer{Person: s.person(ts, a.word(ts, 0))})
			ts.Check(err)
			s.settle(a)
		},
		"agree": func(ts *testscript.TestScript, a args) {
			_, err := s.Sim.AcceptTransfer(wecomsim.AcceptTransfer{Person: s.person(ts, a.word(ts, 0))})
			ts.Check(err)
			s.settle(a)
		},
		"idle": func(ts *testscript.TestScript, a args) {
			last := s.Clock.Now().AddDate(-1, 0, -1).Unix()
			must(s.Sim.ChangeMember(wecomsim.ChangeMember{Member: a.word(ts, 0), LastUsedAt: &last}))(ts)
		},
		"assign": func(ts *testscript.TestScript, a args) {
			_, err := s.Sim.AssignCustomer(wecomsim.AssignCustomer{Person: s.person(ts, a.word(ts, 0)), Handover: a.word(ts, 1), Takeover: a.word(ts, 2)})
			ts.Check(err)
			s.settle(a)
		},
		"capacity": func(ts *testscript.TestScript, a args) {
			n := a.count(ts, 1)
			must(s.Sim.ChangeMember(wecomsim.ChangeMember{Member: a.word(ts, 0), MaxCustomers: &n}))(ts)
		},
		"group": func(ts *testscript.TestScript, a args) {
			var people []string
			if len(a.words) > 2 {
				for _, p := range list(a.word(ts, 2)) {
					people = append(people, s.person(ts, p))
				}
			}
			made := must(s.Sim.CreateGroup(wecomsim.CreateGroup{Owner: a.word(ts, 1), Name: a.word(ts, 0), People: people}))(ts)
			chats[a.word(ts, 0)] = made.ChatID
			s.Settle()
		},
		"hand": func(ts *testscript.TestScript, a args) {
			body := map[string]any{
				"from": list(a.word(ts, 0)), "to": list(a.set["to"]), "customers": orElse(a.set["customers"], "all"), "groups": orElse(a.set["groups"], "none"),
				"spread": orElse(a.set["spread"], "even"), "friends": orElse(a.set["friends"], "take"), "message": a.set["message"],
			}
			raw, err := json.Marshal(body)
			ts.Check(err)
			expect := map[string]any{"customers": 0, "groups": 0}
			if status, answer := s.Request("owner", "POST", "/api/transfer/preview", string(raw)); status/100 == 2 {
				var seen map[string]any
				ts.Check(json.Unmarshal([]byte(answer), &seen))
				expect = map[string]any{"customers": seen["customers"], "groups": seen["groups"]}
				body["seats"] = seatChoices(ts, seen["seats"], a.set["seats"])
			}
			body["expect"] = expect
			begin(ts, a, "/api/transfer/transfers", body)
		},
		"retry": func(ts *testscript.TestScript, a args) {
			begin(ts, a, "/api/transfer/transfers/"+transfers[a.word(ts, 0)]+"/retry", map[string]any{"to": list(a.set["to"])})
		},
		"cancel": func(ts *testscript.TestScript, a args) {
			s.call(ts, "POST", "/api/transfer/transfers/"+transfers[a.word(ts, 0)]+"/cancel", nil, nil)
		},
		"items": func(ts *testscript.TestScript, a args) {
			var view struct {
				Customers, Groups map[string]int
			}
			s.call(ts, "GET", "/api/transfer/transfers/"+transfers[a.word(ts, 0)], nil, &view)
			got := map[string]string{}
			for _, of := range []map[string]int{view.Customers, view.Groups} {
				for state, n := range of {
					before, _ := strconv.Atoi(got[state])
					got[state] = strconv.Itoa(before + n)
				}
			}
			if maps.Equal(got, a.set) == a.neg {
				ts.Fatalf("the hand-over stands at %v, want %v", got, a.set)
			}
		},
		"holds": func(ts *testscript.TestScript, a args) {
			member, person, has := a.word(ts, 0), s.person(ts, a.word(ts, 1)), false
			s.Sim.Inspect(func(w *wecomsim.World) {
				for _, c := range w.Corps[0].Customers {
					if f, ok := w.Corps[0].Follow(member, c.ExternalUserID); ok && c.Person == person && f.ByMember {
						has = true
					}
				}
			})
			if has == a.neg {
				ts.Fatalf("%s has %s: %v", member, a.word(ts, 1), has)
			}
		},
		"owns": func(ts *testscript.TestScript, a args) {
			owner := ""
			s.Sim.Inspect(func(w *wecomsim.World) {
				if g := w.Corps[0].Groups[chats[a.word(ts, 1)]]; g != nil {
					owner = g.Owner
				}
			})
			if strings.EqualFold(owner, a.word(ts, 0)) == a.neg {
				ts.Fatalf("%s owns %s", owner, a.word(ts, 1))
			}
		},
	}
}

// seatChoices are a preview's seats with what a script chooses, "展会:drop,门店:li"; those it
// does not name are left to the program.
func seatChoices(ts *testscript.TestScript, seats any, chosen string) []map[string]any {
	picked := []map[string]any{}
	all, _ := seats.([]any)
	for _, choice := range list(chosen) {
		name, fate, _ := strings.Cut(choice, ":")
		found := false
		for _, one := range all {
			if seat, ok := one.(map[string]any); ok && seat["name"] == name {
				found = true
				pick := map[string]any{"of": seat["of"], "seat": seat["seat"], "from": seat["from"], "fate": fate}
				if fate != "drop" && fate != "keep" {
					pick["fate"], pick["to"] = "give", fate
				}
				picked = append(picked, pick)
			}
		}
		if !found {
			ts.Fatalf("the preview names no seat in %s: %v", name, seats)
		}
	}
	return picked
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
