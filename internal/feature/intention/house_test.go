package intention_test

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature/customer"
	"github.com/queqiao-scrm/queqiao/internal/feature/export"
	"github.com/queqiao-scrm/queqiao/internal/feature/intention"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// house is a program with members zhang, li and wang, and people who come and go.
type house struct {
	*apptest.Story
	t      *testing.T
	people map[string]string // name → person in the simulator
}

func each(t *testing.T, story func(t *testing.T, h *house)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel() // most of a story's time goes into opening its house
			h := &house{Story: apptest.NewStory(t, e, customer.New, export.New, intention.New), t: t, people: map[string]string{}}
			for _, m := range []string{"zhang", "li", "wang"} {
				h.may(h.Sim.JoinMember(wecomsim.JoinMember{UserID: m, Name: "成员" + m, Departments: []int{1}}))
			}
			h.Settle()
			story(t, h)
		})
	}
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) may(_ any, err error) { h.t.Helper(); h.must(err) }

// meet has somebody new add a member.
func (h *house) meet(name, member string) {
	h.t.Helper()
	if h.people[name] == "" {
		p, err := h.Sim.AddPerson(wecomsim.NewPerson{Name: name})
		h.must(err)
		h.people[name] = p.ID
	}
	h.may(h.Sim.Add(wecomsim.Add{Person: h.people[name], Member: member}))
	h.Settle()
}

// pair names two who know each other.
func (h *house) pair(name, member string) wecomsim.Pair {
	return wecomsim.Pair{Corp: h.Corp, Person: h.people[name], Member: member}
}

// call answers as the owner and must succeed.
func (h *house) call(method, path, body string, into any) {
	h.t.Helper()
	status, answer := h.Request("owner", method, path, body)
	if status/100 != 2 {
		h.t.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	if into != nil {
		h.must(json.Unmarshal([]byte(answer), into))
	}
}

// list is the list by somebody, as "name points level", and checks its count.
func (h *house) list(who, query string) string {
	h.t.Helper()
	var lines []string
	after := ""
	for range 20 {
		status, answer := h.Request(who, "GET", "/api/intention/customers?limit=2&after="+after+"&"+query, "")
		if status != 200 {
			h.t.Fatalf("%s: %d %s", query, status, answer)
		}
		var page web.Page[intention.View]
		h.must(json.Unmarshal([]byte(answer), &page))
		for _, v := range page.Items {
			lines = append(lines, v.Name+" "+strconv.Itoa(v.Points)+" "+v.Level)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	var total web.Total
	_, answer := h.Request(who, "GET", "/api/intention/customers/count?"+query, "")
	h.must(json.Unmarshal([]byte(answer), &total))
	if int(total.Count) != len(lines) || !total.Exact {
		h.t.Errorf("%s %s: %d rows, counted %+v", who, query, len(lines), total)
	}
	return strings.Join(lines, ", ")
}

// found is the row of one customer.
func (h *house) found(name string) intention.View {
	h.t.Helper()
	var page web.Page[intention.View]
	h.call("GET", "/api/intention/customers?q="+url.QueryEscape(name), "", &page)
	if len(page.Items) != 1 {
		h.t.Fatalf("%s is found %d times", name, len(page.Items))
	}
	return page.Items[0]
}

func (h *house) card(name string) intention.Card {
	h.t.Helper()
	var c intention.Card
	h.call("GET", "/api/intention/customers/"+h.found(name).ID.String(), "", &c)
	return c
}

// timeline is what the customer's page tells, the newest first.
func (h *house) timeline(name string) string {
	h.t.Helper()
	var story struct{ Items []struct{ Kind string } }
	h.call("GET", "/api/customer/customers/"+h.found(name).ID.String()+"/timeline", "", &story)
	var kinds []string
	for _, e := range story.Items {
		kinds = append(kinds, e.Kind)
	}
	return strings.Join(kinds, " ")
}

// tell publishes news of a customer as another part of the program does.
func (h *house) tell(news ...event.Event) {
	h.t.Helper()
	h.must(h.App.DB.Tx(h.t.Context(), func(ctx context.Context, tx db.Tx) error {
		for _, e := range news {
			if err := h.App.Bus.Publish(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	}))
	h.Settle()
}

func (h *house) meta() event.Meta {
	return event.Meta{Event: h.App.IDs.New(), Corp: h.Corp, At: h.Clock.Now()}
}

// followed is a note of a member about a customer.
func (h *house) followed(name, member, how string) event.FollowedUp {
	return event.FollowedUp{Meta: h.meta(), Member: member, Customer: h.found(name).Customer, How: how}
}

// step is a step in a flow.
func (h *house) step(name, member string, way event.StageWay) event.StageChanged {
	return event.StageChanged{Meta: h.meta(), Member: member, Customer: h.found(name).Customer, Flow: "1", From: "2", To: "3", Way: way}
}

// counted is how many rows a table has.
func (h *house) counted(table string) int {
	h.t.Helper()
	var n int
	h.must(h.App.DB.Read().NewSelect().TableExpr(table).ColumnExpr("COUNT(*)").Scan(h.t.Context(), &n))
	return n
}

func (h *house) exec(text string, args ...any) {
	h.t.Helper()
	h.must(h.App.DB.Tx(h.t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(text, args...).Exec(ctx)
		return err
	}))
}

// cards are the titles of what a member got on his phone.
func (h *house) cards(member string) []wecom.TextCard {
	h.t.Helper()
	messages, err := h.Sim.AppMessages(h.Corp, member)
	h.must(err)
	var cards []wecom.TextCard
	for _, m := range messages {
		var card wecom.TextCard
		h.must(json.Unmarshal(m.Body, &card))
		cards = append(cards, card)
	}
	return cards
}

const day = 24 * time.Hour
