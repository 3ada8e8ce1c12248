package apptest

import (
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// acts are what people do at WeCom, and what befalls WeCom and the line to it.
func (s *Story) acts() map[string]command {
	return map[string]command{
		"member":     s.member,
		"department": s.department,
		"person": func(ts *testscript.TestScript, a args) {
			s.people[a.word(ts, 0)] = must(s.Sim.AddPerson(wecomsim.NewPerson{Name: a.word(ts, 1)}))(ts).ID
		},
		"scan": func(ts *testscript.TestScript, a args) {
			way := s.code(ts, a.word(ts, 1)).way
			_, err := s.Sim.Scan(wecomsim.Scan{Person: s.person(ts, a.word(ts, 0)), Way: way, Member: a.set["by"]})
			if (err != nil) != a.neg {
				ts.Fatalf("%s: %v", quoted("scan", a), err)
			}
			s.settle(a)
		},
		"add": s.pair(func(p wecomsim.Pair) error {
			_, err := s.Sim.Add(wecomsim.Add{Person: p.Person, Member: p.Member})
			return err
		}, 0, 1),
		"accept": s.pair(func(p wecomsim.Pair) error { _, err := s.Sim.Accept(p); return err }, 1, 0),
		"lose":   s.pair(func(p wecomsim.Pair) error { _, err := s.Sim.DeleteMember(p); return err }, 0, 1),
		"drop":   s.pair(func(p wecomsim.Pair) error { _, err := s.Sim.DeleteCustomer(p); return err }, 1, 0),
		"taken": s.pair(func(p wecomsim.Pair) error {
			_, err := s.Sim.TakeWelcome(wecomsim.TakeWelcome{Person: p.Person, Member: p.Member})
			return err
		}, 0, 1),
		"resign": func(ts *testscript.TestScript, a args) {
			must(s.Sim.Resign(wecomsim.Resign{Member: a.word(ts, 0)}))(ts)
			s.Settle()
		},
		"fault": s.fault,
		"heal":  func(*testscript.TestScript, args) { s.Sim.ClearFaults() },
		"expire": func(*testscript.TestScript, args) {
			s.Sim.RevokeTokens()
		},
		"line": s.trouble,
		"waits": func(ts *testscript.TestScript, a args) {
			n := a.count(ts, 1)
			s.await(ts, a.word(ts, 0), func(waiting, _ int) bool { return waiting >= n })
		},
		"answered": func(ts *testscript.TestScript, a args) {
			n := a.count(ts, 1)
			s.await(ts, a.word(ts, 0), func(_, carried int) bool { return carried >= n })
		},
		"advance": func(ts *testscript.TestScript, a args) {
			d := must(time.ParseDuration(a.word(ts, 0)))(ts)
			if len(a.words) > 1 { // "unsettled": the clocks alone
				s.Sim.Clock().Advance(d)
				s.Clock.Advance(d)
				return
			}
			s.Advance(d)
		},
		"settle": func(*testscript.TestScript, args) { s.Settle() },
		"sync":   func(*testscript.TestScript, args) { s.Sync() },
		"repeat": func(ts *testscript.TestScript, _ args) {
			for _, d := range s.Sim.Deliveries(0) {
				ts.Check(s.Sim.Redeliver(d.ID))
			}
			s.Settle()
		},
	}
}

// pair makes the command of an act between a customer and a member, named in the order
// in which the script tells them.
func (s *Story) pair(act func(wecomsim.Pair) error, person, member int) command {
	return func(ts *testscript.TestScript, a args) {
		if err := act(wecomsim.Pair{Person: s.person(ts, a.word(ts, person)), Member: a.word(ts, member)}); err != nil {
			ts.Fatalf("%s: %v", quoted("", a), err)
		}
		s.settle(a)
	}
}

// member lets somebody join, or changes what is said of him when he is there.
func (s *Story) member(ts *testscript.TestScript, a args) {
	userid := a.word(ts, 0)
	var there bool
	s.Sim.Inspect(func(w *wecomsim.World) { _, there = w.Corps[0].Members[userid] })
	if !there {
		in := wecomsim.JoinMember{UserID: userid, Name: a.word(ts, 1), Inactive: a.set["active"] == "no"}
		if d := a.set["department"]; d != "" {
			in.Departments = []int{must(strconv.Atoi(d))(ts)}
		}
		must(s.Sim.JoinMember(in))(ts)
	}
	if c := a.set["contact"]; c != "" {
		may := c == "yes"
		must(s.Sim.ChangeMember(wecomsim.ChangeMember{Member: userid, MayContact: &may}))(ts)
	}
	if c := a.set["console"]; c != "" { // WeCom's own console greets for him
		on := c == "greets"
		must(s.Sim.ChangeMember(wecomsim.ChangeMember{Member: userid, ConsoleWelcome: &on}))(ts)
	}
	s.Settle()
}

func (s *Story) department(ts *testscript.TestScript, a args) {
	name, above := a.word(ts, 1), 1
	must(s.Sim.ChangeDepartment(wecomsim.ChangeDepartment{
		Action: "create", ID: must(strconv.Atoi(a.word(ts, 0)))(ts), Name: &name, ParentID: &above,
	}))(ts)
	s.Settle()
}

// fault switches one of the simulator's on: fault busy path=… count=… code=… event=… for=1h latency=5s.
func (s *Story) fault(ts *testscript.TestScript, a args) {
	f := wecomsim.Fault{Kind: a.word(ts, 0), Event: a.set["event"]}
	if p := a.set["operation"]; p != "" {
		f.Path = "/cgi-bin/externalcontact/" + p
	}
	number := func(key string) int {
		if a.set[key] == "" {
			return 0
		}
		return must(strconv.Atoi(a.set[key]))(ts)
	}
	span := func(key string) int64 {
		if a.set[key] == "" {
			return 0
		}
		return must(time.ParseDuration(a.set[key]))(ts).Milliseconds()
	}
	f.Count, f.Code, f.Status = number("count"), number("code"), number("status")
	f.LatencyMS, f.DurationMS = span("latency"), span("for")
	must(s.Sim.AddFault(f))(ts)
}

// trouble of the line: line slow=5s|lose|cut|mend operation [count].
func (s *Story) trouble(ts *testscript.TestScript, a args) {
	if a.set["slow"] == "" && a.word(ts, 0) == "mend" {
		s.line.Mend()
		return
	}
	words := a.words
	kind := "slow"
	if a.set["slow"] == "" {
		kind, words = words[0], words[1:]
	}
	count := -1
	if len(words) > 1 {
		count = must(strconv.Atoi(words[1]))(ts)
	}
	operation := ""
	if len(words) > 0 && words[0] != "everything" {
		operation = words[0]
	}
	switch kind {
	case "slow":
		s.line.Slow(operation, must(time.ParseDuration(a.set["slow"]))(ts), count)
	case "lose":
		s.line.Lose(operation, count)
	case "cut":
		s.line.Cut(operation, count)
	default:
		ts.Fatalf("line slow=…, lose, cut or mend, not %q", kind)
	}
}
