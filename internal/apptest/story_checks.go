package apptest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// checks are what a story expects, on the phones, at WeCom and in the console.
func (s *Story) checks() map[string]command {
	return map[string]command{
		"chat":   s.chat,
		"tags":   s.tags,
		"remark": s.remark,
		"serves": func(ts *testscript.TestScript, a args) {
			want, got := list(a.word(ts, 1)), []string(nil)
			s.Sim.Inspect(func(w *wecomsim.World) {
				if way := w.Corps[0].Ways[s.code(ts, a.word(ts, 0)).way]; way != nil {
					got = slices.Clone(way.Users)
				}
			})
			slices.Sort(got)
			slices.Sort(want)
			if slices.Equal(got, want) == a.neg {
				ts.Fatalf("WeCom leads to %v, want %v", got, want)
			}
		},
		"count": func(ts *testscript.TestScript, a args) {
			got := s.view(ts, a).Counters
			for key, want := range a.set {
				if fmt.Sprint(got[key]) != want {
					ts.Fatalf("%s is %d, want %s (%v)", key, got[key], want, got)
				}
			}
		},
		"status": func(ts *testscript.TestScript, a args) {
			if v := s.view(ts, a); v.Status != a.word(ts, 1) {
				ts.Fatalf("the code is %s (%s), want %s", v.Status, v.problem(), a.word(ts, 1))
			}
		},
		"problem": func(ts *testscript.TestScript, a args) {
			v := s.view(ts, a)
			if len(a.words) == 1 {
				if v.Problem.None() != a.neg {
					ts.Fatalf("problem: %q", v.problem())
				}
				return
			}
			if strings.Contains(v.problem(), a.word(ts, 1)) == a.neg {
				ts.Fatalf("problem: %q, want in it: %s", v.problem(), a.word(ts, 1))
			}
		},
		"delivery": s.delivery,
		"told":     s.told,
		"tile": func(ts *testscript.TestScript, a args) {
			for _, tile := range must(s.App.Asks.Tiles(s.t.Context(), viewer.System(s.Corp)))(ts) {
				if tile.Key == a.word(ts, 0) && strconv.FormatInt(tile.Value, 10) == a.word(ts, 1) {
					return
				}
				if tile.Key == a.word(ts, 0) {
					ts.Fatalf("the tile shows %d", tile.Value)
				}
			}
			ts.Fatalf("no such tile")
		},
		"calls": func(ts *testscript.TestScript, a args) {
			op := a.word(ts, 0)
			if got := s.called()[op] - s.begun[op]; strconv.Itoa(got) != a.word(ts, 1) {
				ts.Fatalf("WeCom was asked %d times for %s, want %s", got, op, a.word(ts, 1))
			}
		},
	}
}

type codeView struct {
	Status   string
	Problem  web.Because
	Counters map[string]int64
}

// problem is the code of what is wrong with its values, and what WeCom said.
func (v codeView) problem() string {
	said := v.Problem.Text
	v.Problem.Text = ""
	return v.Problem.Kept() + said
}

func (s *Story) view(ts *testscript.TestScript, a args) (v codeView) {
	s.call(ts, "GET", "/api/channelcode/codes/"+s.code(ts, a.word(ts, 0)).id, nil, &v)
	return v
}

// follow finds the pair at WeCom and hands it over with its chat.
func (s *Story) follow(ts *testscript.TestScript, a args, look func(w *wecomsim.Corp, f wecomsim.Follow, said []wecomsim.Message)) {
	person, member := s.person(ts, a.word(ts, 0)), a.word(ts, 1)
	found := false
	s.Sim.Inspect(func(w *wecomsim.World) {
		c := w.Corps[0]
		for _, customer := range c.Customers {
			f, ok := c.Follow(member, customer.ExternalUserID)
			if customer.Person != person || !ok {
				continue
			}
			found = true
			var said []wecomsim.Message
			for _, chat := range c.Chats {
				if chat.Kind == wecomsim.ChatDirect && chat.ExternalUserID == f.ExternalUserID && strings.EqualFold(chat.UserID, member) {
					said = chat.Messages
				}
			}
			look(c, f, said)
		}
	})
	if !found && !a.neg {
		ts.Fatalf("%s and %s do not know each other", a.word(ts, 0), member)
	}
}

// chat expects a message with this text, and with these attachments: chat wang zhang 你好 [image|link].
// Negated, that none holds the text; without text, that nothing was sent at all.
func (s *Story) chat(ts *testscript.TestScript, a args) {
	var sent []string
	s.follow(ts, a, func(_ *wecomsim.Corp, _ wecomsim.Follow, said []wecomsim.Message) {
		for _, m := range said {
			if m.Via != "welcome" {
				continue
			}
			var text strings.Builder
			text.WriteString(m.Text)
			for _, p := range m.Parts {
				text.WriteString(" [" + p.Kind + "]")
			}
			sent = append(sent, text.String())
		}
	})
	if len(a.words) == 2 {
		if (len(sent) == 0) == a.neg {
			ts.Fatalf("the customer received %q", sent)
		}
		return
	}
	want := strings.Join(a.words[2:], " ")
	// Exactly as it stands, and once: a greeting that comes twice is a failure too.
	n := 0
	for _, text := range sent {
		if text == want {
			n++
		}
	}
	if (n == 1) == a.neg {
		ts.Fatalf("the customer received %q, want once: %s", sent, want)
	}
}

func (s *Story) tags(ts *testscript.TestScript, a args) {
	want, got := list(strings.Join(a.words[2:], ",")), []string(nil)
	s.follow(ts, a, func(c *wecomsim.Corp, f wecomsim.Follow, _ []wecomsim.Message) {
		for _, g := range c.TagGroups {
			for _, t := range g.Tags {
				if slices.Contains(f.Tags, t.ID) {
					got = append(got, t.Name)
				}
			}
		}
	})
	slices.Sort(got)
	slices.Sort(want)
	if slices.Equal(got, want) == a.neg {
		ts.Fatalf("WeCom has the tags %v, want %v", got, want)
	}
}

func (s *Story) remark(ts *testscript.TestScript, a args) {
	s.follow(ts, a, func(_ *wecomsim.Corp, f wecomsim.Follow, _ []wecomsim.Message) {
		if (f.Remark == a.words[2]) == a.neg {
			ts.Fatalf("WeCom has the remark %q, want %q", f.Remark, a.words[2])
		}
	})
}

// delivery expects the newest greeting of a customer: its outcome, then words of its row.
// external is the external_userid of a person, "" for somebody who is nobody's customer.
func (s *Story) external(ts *testscript.TestScript, name string) (external string) {
	person := s.person(ts, name)
	s.Sim.Inspect(func(w *wecomsim.World) {
		for _, c := range w.Corps[0].Customers {
			if c.Person == person {
				external = c.ExternalUserID
			}
		}
	})
	return external
}

// told looks for a line of a customer's timeline with these values.
func (s *Story) told(ts *testscript.TestScript, a args) {
	entries, err := s.App.Asks.Timeline(s.t.Context(), ask.TimelineQuery{Viewer: viewer.System(s.Corp), Customer: s.external(ts, a.word(ts, 0)), Limit: 100})
	ts.Check(err)
	found := slices.ContainsFunc(entries, func(e ask.Entry) bool {
		for _, want := range a.words[2:] {
			if !slices.Contains(slices.Collect(maps.Values(e.Values)), want) {
				return false
			}
		}
		return e.Kind == a.word(ts, 1)
	})
	if found == a.neg {
		ts.Fatalf("%s: the timeline is %+v", quoted("told", a), entries)
	}
}

func (s *Story) delivery(ts *testscript.TestScript, a args) {
	var page struct{ Items []json.RawMessage }
	s.call(ts, "GET", "/api/welcome/deliveries?customer="+s.external(ts, a.word(ts, 0)), nil, &page)
	if a.word(ts, 1) == "nothing" {
		if len(page.Items) > 0 {
			ts.Fatalf("the greeting left a row: %s", page.Items[0])
		}
		return
	}
	if len(page.Items) == 0 {
		ts.Fatalf("no greeting of %s is on record", a.word(ts, 0))
	}
	var row struct {
		Outcome string `json:"outcome"`
	}
	ts.Check(json.Unmarshal(page.Items[0], &row))
	if row.Outcome != a.word(ts, 1) {
		ts.Fatalf("the greeting is %s, want %s: %s", row.Outcome, a.word(ts, 1), page.Items[0])
	}
	for _, word := range a.words[2:] {
		if !strings.Contains(string(page.Items[0]), word) {
			ts.Fatalf("%s lacks %q", page.Items[0], word)
		}
	}
	for key, want := range a.set {
		if !strings.Contains(string(page.Items[0]), fmt.Sprintf("%q:%s", key, want)) {
			ts.Fatalf("%s has not %s %s", page.Items[0], key, want)
		}
	}
}
