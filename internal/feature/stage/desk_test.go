package stage_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/stage"
	"github.com/queqiao-scrm/queqiao/internal/feature/tag"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

const day = 24 * time.Hour

// desk is a running program with the stages of a corp of zhang and li (department 2, led
// by wang) and the customers whom a story makes.
type desk struct {
	*apptest.House
	t    *testing.T
	flow stage.Flow
	book apptest.Ledger
}

func stories(t *testing.T, story func(d *desk)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel() // most of a story's time goes into opening its house
			d := &desk{t: t}
			d.House = apptest.Open(t, e, apptest.Options{
				Seed:     &wecomsim.SeedOptions{Departments: 1},
				Features: []feature.New{stage.New, tag.New, chooser, d.book.New, apptest.Door(func() string { return d.Corp })},
			})
			d.people()
			story(d)
		})
	}
}

// people are two members and who leads them.
func (d *desk) people() {
	d.t.Helper()
	name, root := "销售部", 1
	_, err := d.Sim.ChangeDepartment(wecomsim.ChangeDepartment{Action: "create", ID: 2, Name: &name, ParentID: &root})
	d.must(err)
	for _, m := range []struct{ id, name string }{{"zhang", "张三"}, {"li", "李四"}, {"wang", "王经理"}} {
		_, err := d.Sim.JoinMember(wecomsim.JoinMember{UserID: m.id, Name: m.name, Departments: []int{2}})
		d.must(err)
	}
	d.Sync()
	d.exec("UPDATE mirror_member_department SET leader = TRUE WHERE corp_id = ? AND member_id = 'wang'", d.Corp)
	d.flow = d.flows()[0]
}

// chooser answers whom a selection means: all that stand, or those that were ticked.
func chooser(deps feature.Deps) feature.Feature {
	pairs := func(ctx context.Context, q ask.SelectQuery) ([]ask.Pair, error) {
		var rows []struct {
			ID         id.ID  `bun:"id"`
			Member     string `bun:"member_id"`
			Customer   string `bun:"customer"`
			CustomerID id.ID  `bun:"customer_id"`
		}
		scope := q.Viewer.Where("corp_id", "member_id")
		err := deps.DB.Read().NewRaw("SELECT id, member_id, customer, customer_id FROM mirror_follow WHERE standing = 1 AND "+scope.SQL+" ORDER BY id", scope.Args...).Scan(ctx, &rows)
		var found []ask.Pair
		for _, r := range rows {
			if q.Selection.Rule != nil || slices.Contains(q.Selection.Follows, r.ID) {
				found = append(found, ask.Pair{Follow: r.ID, CustomerID: r.CustomerID, Customer: r.Customer, Member: r.Member})
			}
		}
		return found, err
	}
	return feature.Feature{Slug: "chooser", Answers: ask.Answers{
		Select: func(ctx context.Context, q ask.SelectQuery) (ask.Selected, error) {
			found, err := pairs(ctx, q)
			var page ask.Selected
			for _, p := range found {
				if p.Follow.String() <= q.After && len(p.Follow.String()) <= len(q.After) {
					continue
				}
				if page.Items = append(page.Items, p); len(page.Items) == 2 && p != found[len(found)-1] {
					page.Next = p.Follow.String()
					break
				}
			}
			return page, err
		},
		Size: func(ctx context.Context, q ask.SelectQuery) (ask.Count, error) {
			found, err := pairs(ctx, q)
			return ask.Count{Follows: int64(len(found)), Customers: int64(len(found))}, err
		},
	}}
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) exec(text string, args ...any) {
	d.t.Helper()
	d.must(d.App.DB.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(text, args...).Exec(ctx)
		return err
	}))
}

// ask makes a request of somebody.
func (d *desk) ask(who, method, path, body string) (int, string) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.URL+"/api/stage"+path, strings.NewReader(body))
	d.must(err)
	r.Header.Set(apptest.WhoHeader, who)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(r)
	d.must(err)
	raw, err := io.ReadAll(response.Body)
	d.must(err)
	d.must(response.Body.Close())
	return response.StatusCode, string(raw)
}

// call makes a request of the owner that must succeed.
func (d *desk) call(method, path string, body, into any) {
	d.t.Helper()
	d.callAs("owner", method, path, body, into)
}

func (d *desk) callAs(who, method, path string, body, into any) {
	d.t.Helper()
	text := ""
	if body != nil {
		raw, err := json.Marshal(body)
		d.must(err)
		text = string(raw)
	}
	status, answer := d.ask(who, method, path, text)
	if status/100 != 2 {
		d.t.Fatalf("%s %s %s: %d %s", who, method, path, status, answer)
	}
	if into != nil {
		d.must(json.Unmarshal([]byte(answer), into))
	}
}

func (d *desk) flows() []stage.Flow {
	d.t.Helper()
	var list stage.FlowList
	d.call("GET", "/flows", nil, &list)
	return list.Items
}

// stage is a stage of the flow by its name.
func (d *desk) stage(name string) id.ID {
	d.t.Helper()
	for _, s := range d.flow.Stages {
		if s.Name == name {
			return s.ID
		}
	}
	d.t.Fatalf("no stage %s", name)
	return 0
}

// person is somebody with WeChat.
func (d *desk) person(name string) string {
	d.t.Helper()
	p, err := d.Sim.AddPerson(wecomsim.NewPerson{Name: name})
	d.must(err)
	return p.ID
}

// add makes somebody the member's customer.
func (d *desk) add(member, person string) {
	d.t.Helper()
	_, err := d.Sim.Add(wecomsim.Add{Member: member, Person: person})
	d.must(err)
	d.Settle()
}

// meet makes a new customer of a member.
func (d *desk) meet(member, name string) string {
	d.t.Helper()
	p := d.person(name)
	d.add(member, p)
	return p
}

// lose is the customer deleting the member.
func (d *desk) lose(member, person string) {
	d.t.Helper()
	_, err := d.Sim.DeleteMember(wecomsim.Pair{Member: member, Person: person})
	d.must(err)
	d.Settle()
}

// cards are a flow's customers, filtered.
func (d *desk) cards(who, query string) []stage.Card {
	d.t.Helper()
	var found []stage.Card
	for after := ""; ; {
		var page web.Page[stage.Card]
		d.callAs(who, "GET", "/flows/"+d.flow.ID.String()+"/cards?limit=2&after="+after+"&"+query, nil, &page)
		found = append(found, page.Items...)
		if after = page.Next; after == "" {
			return found
		}
	}
}

// stands tells where everybody stands: "王小明/张三 待跟进".
func (d *desk) stands(who, query string) []string {
	d.t.Helper()
	names := map[id.ID]string{}
	for _, s := range d.flow.Stages {
		names[s.ID] = s.Name
	}
	found := []string{}
	for _, c := range d.cards(who, query) {
		found = append(found, c.Name+"/"+c.MemberName+" "+names[c.Stage])
	}
	slices.Sort(found)
	return found
}

func (d *desk) expect(what string, got, want []string) {
	d.t.Helper()
	if !slices.Equal(got, want) {
		d.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// card is the one customer of that name.
func (d *desk) card(name string) stage.Card {
	d.t.Helper()
	for _, query := range []string{"", "gone=true"} {
		for _, c := range d.cards("owner", query) {
			if c.Name == name {
				return c
			}
		}
	}
	d.t.Fatalf("no card of %s", name)
	return stage.Card{}
}

// move brings a customer into a stage.
func (d *desk) move(who, name, to string) {
	d.t.Helper()
	d.callAs(who, "POST", "/moves", map[string]any{"follow": d.card(name).Follow, "stage": d.stage(to)}, nil)
	d.Settle()
}

// tell publishes news and waits until it was heard.
func (d *desk) tell(news event.Event) {
	d.t.Helper()
	d.must(d.App.DB.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error { return d.App.Bus.Publish(ctx, tx, news) }))
	d.Settle()
}

func (d *desk) meta() event.Meta {
	return event.Meta{Event: d.App.IDs.New(), Corp: d.Corp, At: d.Clock.Now()}
}

// save changes the flow.
func (d *desk) save(change func(f *stage.FlowForm)) {
	d.t.Helper()
	form := formOf(d.flow)
	change(&form)
	d.call("PUT", "/flows/"+d.flow.ID.String(), struct {
		stage.FlowForm
		Version int64 `json:"version"`
	}{form, d.flow.Version}, &d.flow)
	d.Settle()
}

func formOf(f stage.Flow) stage.FlowForm {
	form := stage.FlowForm{Name: f.Name, Note: f.Note, Seen: f.Seen, Joins: f.Joins}
	for _, s := range f.Stages {
		form.Stages = append(form.Stages, stage.StageForm{
			ID: s.ID, Name: s.Name, Note: s.Note, Class: s.Class, Catches: s.Catches, Cycle: s.Cycle, Enter: s.Enter, Leave: s.Leave, Pull: s.Pull,
		})
	}
	return form
}

// phone are the titles and texts on a member's phone.
func (d *desk) phone(member string) []wecom.TextCard {
	d.t.Helper()
	messages, err := d.Sim.AppMessages(d.Corp, member)
	d.must(err)
	var cards []wecom.TextCard
	for _, m := range messages {
		var card wecom.TextCard
		d.must(json.Unmarshal(m.Body, &card))
		cards = append(cards, card)
	}
	return cards
}

func (d *desk) titles(member string) []string {
	d.t.Helper()
	got := []string{}
	for _, c := range d.phone(member) {
		got = append(got, c.Title)
	}
	slices.Sort(got)
	return got
}

// history is a customer's story as stage tells it, the newest first.
func (d *desk) history(name string) []string {
	d.t.Helper()
	entries, err := d.App.Asks.Timeline(d.t.Context(), ask.TimelineQuery{Viewer: viewer.System(d.Corp), Customer: d.card(name).Customer, Limit: 50})
	d.must(err)
	var got []string
	for _, e := range entries {
		got = append(got, fmt.Sprintf("%s %s→%s", strings.TrimPrefix(e.Kind, "stage."), e.Values["from"], e.Values["to"]))
	}
	return got
}

func marshal(d *desk, v any) string {
	d.t.Helper()
	raw, err := json.Marshal(v)
	d.must(err)
	return string(raw)
}
