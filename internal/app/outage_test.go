package app_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/product"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

const hello = "您好，欢迎光临"

// office is a house at work: the administrator at the console, people at their phones.
type office struct {
	*apptest.House
	t       *testing.T
	console *apptest.Console
	members []string
	people  []string // who know nobody yet
}

func offices(t *testing.T, story func(o *office)) {
	t.Helper()
	apptest.Each(t, apptest.Options{Features: product.Features()}, func(t *testing.T, h *apptest.House) {
		o := &office{House: h, t: t, console: h.Console()}
		h.Sim.Inspect(func(w *wecomsim.World) {
			for _, m := range w.Corps[0].Members {
				o.members = append(o.members, m.UserID)
			}
			for id := range w.People {
				o.people = append(o.people, id)
			}
		})
		slices.Sort(o.members)
		slices.Sort(o.people)
		o.console.Do(http.MethodPost, "/api/welcome/greetings",
			map[string]any{"level": "company", "enabled": true, "content": map[string]string{"text": hello}}, nil)
		story(o)
	})
}

// add makes the nth person a customer of the first member.
func (o *office) add(n int) wecomsim.Relation {
	o.t.Helper()
	r, err := o.Sim.Add(wecomsim.Add{Person: o.people[n], Member: o.members[0]})
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

// greetings are what the nth person was greeted with.
func (o *office) greetings(n int) []string {
	o.t.Helper()
	chat, err := o.Sim.ChatWith(wecomsim.Pair{Person: o.people[n], Member: o.members[0]})
	if err != nil {
		o.t.Fatal(err)
	}
	var texts []string
	for _, m := range chat {
		if m.Via == "welcome" {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

// outcome is what the welcome log says of a customer, "" when nothing.
func (o *office) outcome(customer string) string {
	o.t.Helper()
	var log struct {
		Items []struct {
			Outcome string
			Reason  web.Because
		}
	}
	o.console.Do(http.MethodGet, "/api/welcome/deliveries?customer="+customer, nil, &log)
	if len(log.Items) == 0 {
		return ""
	}
	if d := log.Items[0]; d.Outcome != "sent" && d.Reason.None() {
		o.t.Errorf("greeting %s without a reason", d.Outcome)
	}
	return log.Items[0].Outcome
}

// code is a channel code as the console shows it.
type code struct {
	ID, Status string
	Problem    web.Because
}

func (o *office) createCode(name string) code {
	o.t.Helper()
	var c code
	o.console.Do(http.MethodPost, "/api/channelcode/codes", map[string]any{
		"name": name, "members": o.members[:1], "skipVerify": true, "greeting": "own", "content": map[string]string{"text": hello},
	}, &c)
	return c
}

func (o *office) code(id string) code {
	o.t.Helper()
	var c code
	o.console.Do(http.MethodGet, "/api/channelcode/codes/"+id, nil, &c)
	return c
}

// scan lets the nth person scan the only contact way.
func (o *office) scan(n int) wecomsim.Relation {
	o.t.Helper()
	var ways []string
	o.Sim.Inspect(func(w *wecomsim.World) {
		for id := range w.Corps[0].Ways {
			ways = append(ways, id)
		}
	})
	if len(ways) != 1 {
		o.t.Fatalf("contact ways %q, want one", ways)
	}
	r, err := o.Sim.Scan(wecomsim.Scan{Person: o.people[n], Way: ways[0]})
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

func (o *office) fault(f wecomsim.Fault) {
	o.t.Helper()
	if _, err := o.Sim.AddFault(f); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) jobs(state job.State) []job.Row {
	o.t.Helper()
	rows, err := o.App.Queue.List(o.t.Context(), job.Filter{Corp: o.Corp, State: state})
	if err != nil {
		o.t.Fatal(err)
	}
	return rows
}

func (o *office) customer(external string) mirror.Customer {
	o.t.Helper()
	c, err := mirror.CustomerByExternal(o.t.Context(), o.App.DB.Read(), o.Corp, external)
	if err != nil {
		o.t.Errorf("customer %s: %v", external, err)
	}
	return c
}

// TestWeComDownForAnHour: what people do meanwhile is taken in and comes through later.
func TestWeComDownForAnHour(t *testing.T) {
	offices(t, func(o *office) {
		o.fault(wecomsim.Fault{Kind: wecomsim.FaultHTTP, Status: http.StatusBadGateway})
		code := o.createCode("展会")
		if code.Status != "pending" {
			t.Fatalf("the code is %+v while WeCom is away", code)
		}
		met := o.add(0)
		for range 60 {
			o.Advance(time.Minute)
		}
		if c := o.code(code.ID); c.Status != "pending" {
			t.Errorf("after an hour without WeCom the code is %+v", c)
		}
		if got := o.outcome(met.ExternalUserID); got != "late" {
			t.Errorf("the greeting is %q, want late", got)
		}
		calls, err := o.App.Corps.Calls(t.Context(), o.Corp, corp.CallFilter{})
		if err != nil || len(calls) == 0 {
			t.Fatalf("failed calls: %+v %v", calls, err)
		}
		seen := map[string]bool{}
		for _, c := range calls {
			seen[c.Operation] = true
			if c.AdviceZH == "" || c.AdviceEN == "" || c.Times < 1 {
				t.Errorf("a failed call without advice: %+v", c)
			}
		}
		if !seen["externalcontact/add_contact_way"] {
			t.Errorf("failed calls %v lack the code's", seen)
		}

		o.Sim.ClearFaults()
		for range 15 { // the longest wait between two tries is ten minutes, give or take
			o.Advance(time.Minute)
		}
		if c := o.code(code.ID); c.Status != "live" || !c.Problem.None() {
			t.Errorf("with WeCom back the code is %+v", c)
		}
		if c := o.customer(met.ExternalUserID); c.Name == "" {
			t.Errorf("the customer who came meanwhile: %+v", c)
		}
		if dead := o.jobs(job.Dead); len(dead) > 0 {
			t.Errorf("given up: %+v", dead)
		}
		o.scan(1)
		o.Settle()
		if got := o.greetings(1); !slices.Equal(got, []string{hello}) {
			t.Errorf("a scan afterwards is greeted with %q", got)
		}
	})
}

// TestLostCallbacksAreRepaired: what WeCom never told is found by the next sync, written
// down as found, and greets nobody hours later.
func TestLostCallbacksAreRepaired(t *testing.T) {
	offices(t, func(o *office) {
		stays, goes := o.add(0), o.add(1)
		o.Settle()
		was := o.customer(stays.ExternalUserID)
		o.fault(wecomsim.Fault{Kind: wecomsim.FaultDrop})
		unheard := o.add(2)
		if _, err := o.Sim.DeleteCustomer(wecomsim.Pair{Person: o.people[1], Member: o.members[0]}); err != nil {
			t.Fatal(err)
		}
		o.Settle()
		if _, err := mirror.CustomerByExternal(t.Context(), o.App.DB.Read(), o.Corp, unheard.ExternalUserID); err == nil {
			t.Fatal("the customer is known though nobody told")
		}
		o.Sim.ClearFaults()
		o.Advance(time.Hour)
		o.Sync()
		o.Advance(time.Minute) // findings wait for callbacks that may be on their way
		syncs, err := mirror.Syncs(t.Context(), o.App.DB.Read(), o.Corp, 1)
		if err != nil || len(syncs) != 1 || syncs[0].Repaired != 2 {
			t.Errorf("the sync: %+v %v, want two repairs", syncs, err)
		}
		if c := o.customer(unheard.ExternalUserID); c.Name == "" {
			t.Errorf("the found customer: %+v", c)
		}
		if c := o.customer(stays.ExternalUserID); c.Name != was.Name || c.Follows != 1 || c.LostAt != 0 {
			t.Errorf("the customer who stayed: %+v", c)
		}
		if got := o.greetings(2); got != nil {
			t.Errorf("greeted an hour late: %q", got)
		}
		var lost struct {
			Items []struct {
				Customer, Notice string
				Unknown          bool
			}
		}
		o.console.Do(http.MethodGet, "/api/churn/losses", nil, &lost)
		if len(lost.Items) != 1 || lost.Items[0].Customer != goes.ExternalUserID || !lost.Items[0].Unknown || lost.Items[0].Notice != "off" {
			t.Errorf("losses %+v, want one, found and not announced", lost.Items)
		}
	})
}

// TestTokenEndsInMidWork: WeCom ends tokens early; work goes on with one new token.
func TestTokenEndsInMidWork(t *testing.T) {
	offices(t, func(o *office) {
		o.createCode("展会")
		o.Settle()
		o.Sim.RevokeTokens()
		o.Sim.ClearCalls()
		o.scan(0)
		o.Settle()
		if got := o.greetings(0); !slices.Equal(got, []string{hello}) {
			t.Errorf("greeted with %q", got)
		}
		if n := o.Sim.Counters()["/cgi-bin/gettoken"].Calls; n != 1 {
			t.Errorf("%d new tokens, want one for all who need it", n)
		}
		// Between two calls of one job as well.
		o.fault(wecomsim.Fault{Kind: wecomsim.FaultExpired, Count: 2})
		met := o.add(1)
		o.Settle()
		if got := o.greetings(1); !slices.Equal(got, []string{hello}) {
			t.Errorf("greeted with %q", got)
		}
		if c := o.customer(met.ExternalUserID); c.Name == "" {
			t.Errorf("the customer: %+v", c)
		}
		if dead := o.jobs(job.Dead); len(dead) > 0 {
			t.Errorf("given up: %+v", dead)
		}
	})
}
