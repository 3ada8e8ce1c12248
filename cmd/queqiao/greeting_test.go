package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

const hello = "您好，欢迎光临"

// deaths are when the process dies: before WeCom took the greeting, or after, when only
// its answer was still to come. Either way the customer is greeted once.
func deaths(t *testing.T, story func(t *testing.T, o *outside)) {
	t.Helper()
	for name, delivers := range map[string]bool{"before WeCom took it": false, "before the answer came": true} {
		t.Run(name, func(t *testing.T) { story(t, newOutside(t, delivers)) })
	}
}

// greet writes the company's greeting.
func greet(t *testing.T, p *program) {
	t.Helper()
	apptest.SignIn(t, p.url).Do(http.MethodPost, "/api/welcome/greetings",
		map[string]any{"level": "company", "enabled": true, "content": map[string]string{"text": hello}}, nil)
}

// add makes somebody a customer.
func (o *outside) add(t *testing.T) (pair wecomsim.Pair) {
	t.Helper()
	o.sim.Inspect(func(w *wecomsim.World) {
		for _, m := range w.Corps[0].Members {
			if m.MayContact && m.Status == wecomsim.StatusActive {
				pair.Member = m.UserID
			}
		}
		for _, p := range w.People {
			pair.Person = p.ID
		}
	})
	r, err := o.sim.Add(wecomsim.Add{Person: pair.Person, Member: pair.Member})
	if err != nil || r.WelcomeCode == "" {
		t.Fatalf("add: %+v %v", r, err)
	}
	return pair
}

// caller waits until a process is in the call that greets, and says which.
func (o *outside) caller(t *testing.T) string {
	t.Helper()
	over := clock.System().NewTimer(20 * time.Second)
	defer over.Stop()
	select {
	case who := <-o.calling:
		return who
	case <-over.C:
		t.Fatal("nobody greets")
		return ""
	}
}

// greetedOnce waits until the survivor has the greeting in its books as sent, and looks
// into the customer's chat. WeCom refuses what comes after 20 s, so that what is in the
// chat was in time.
func (o *outside) greetedOnce(t *testing.T, survivor *program, pair wecomsim.Pair) {
	t.Helper()
	console := apptest.SignIn(t, survivor.url)
	var log struct {
		Items []struct {
			Member, Outcome string
			Reason          map[string]any
			Tries           int
		}
	}
	until(t, "the greeting is settled", 40*time.Second, func() bool {
		console.Do(http.MethodGet, "/api/welcome/deliveries", nil, &log)
		return len(log.Items) == 1 && log.Items[0].Outcome != "sending"
	})
	if d := log.Items[0]; d.Outcome != "sent" || d.Member != pair.Member || d.Tries < 2 {
		t.Errorf("the log says %+v, want sent in a second try", d)
	}
	chat, err := o.sim.ChatWith(pair)
	if err != nil {
		t.Fatal(err)
	}
	var greetings []string
	for _, m := range chat {
		if m.Via == "welcome" {
			greetings = append(greetings, m.Text)
		}
	}
	if len(greetings) != 1 || greetings[0] != hello {
		t.Errorf("the customer reads %q, want one greeting", greetings)
	}
}

// TestGreetingSurvivesItsNode kills the process that greets; its neighbour on the same
// database greets in its place.
func TestGreetingSurvivesItsNode(t *testing.T) {
	deaths(t, func(t *testing.T, o *outside) {
		dsn, keys := dbtest.DSN(t, db.Postgres), keyFile(t)
		nodes := map[string]*program{}
		for _, name := range []string{"first", "second"} {
			nodes[name] = start(t, name, o.settings(t, dsn, keys, t.TempDir(), name), "--migrate")
		}
		greet(t, nodes["first"])
		o.callbacksTo(t, nodes["first"])
		// Whoever is first at the job is in the call: as a rule the node that took the
		// callback in.
		pair := o.add(t)
		caller := o.caller(t)
		nodes[caller].kill()
		close(o.over)
		delete(nodes, caller)
		for _, survivor := range nodes {
			o.greetedOnce(t, survivor, pair)
		}
	})
}

// TestGreetingSurvivesARestart kills the only process and starts it again on its data.
func TestGreetingSurvivesARestart(t *testing.T) {
	deaths(t, func(t *testing.T, o *outside) {
		settings := o.settings(t, "", keyFile(t), t.TempDir(), "only")
		p := start(t, "only", settings)
		greet(t, p)
		o.callbacksTo(t, p)
		pair := o.add(t)
		o.caller(t)
		p.kill()
		close(o.over)
		o.greetedOnce(t, start(t, "again", settings), pair)
	})
}

// TestCallbackOutlivesTheNodeThatAnsweredIt kills a node that only takes callbacks in;
// the one that works comes up later and greets.
func TestCallbackOutlivesTheNodeThatAnsweredIt(t *testing.T) {
	o := newOutside(t, false)
	o.stuck.Store(true) // no greeting gets stuck here
	dsn, keys := dbtest.DSN(t, db.Postgres), keyFile(t)
	door := o.settings(t, dsn, keys, t.TempDir(), "door")
	door["roles"] = "web"
	answers := start(t, "door", door, "--migrate")
	greet(t, answers)
	o.callbacksTo(t, answers)
	pair := o.add(t)
	until(t, "the callback is answered", 20*time.Second, func() bool {
		all := o.sim.Deliveries(0)
		return len(all) == 1 && all[0].State == wecomsim.DeliveryDelivered
	})
	answers.kill()
	start(t, "worker", o.settings(t, dsn, keys, t.TempDir(), "worker"))
	until(t, "the customer is greeted", 20*time.Second, func() bool {
		chat, err := o.sim.ChatWith(pair)
		return err == nil && len(chat) > 0 && chat[len(chat)-1].Text == hello
	})
}
