package wecomsim_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom/callback"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestScanToGreeting is the shortest story: a code, a scan, an event, a welcome.
func TestScanToGreeting(t *testing.T) {
	w := newWorld(t, nil)
	r := w.listen(nil)
	member := w.members()[0]
	way := w.way(member, "poster1")
	person := w.person("小明")
	scanned := must(w.sim.Scan(wecomsim.Scan{Person: person, Way: way}))(t)
	w.settle()
	events := r.events()
	if len(events) != 1 {
		t.Fatalf("%d events: %v", len(events), r.texts())
	}
	added, ok := events[0].(*callback.AddExternalContact)
	if !ok || added.UserID != member || added.State != "poster1" || added.WelcomeCode == "" || added.ExternalUserID != scanned.ExternalUserID {
		t.Fatalf("event %+v", events[0])
	}
	w.good("externalcontact/send_welcome_msg", m{"welcome_code": added.WelcomeCode, "text": m{"content": "欢迎"}})
	chat := must(w.sim.ChatWith(wecomsim.Pair{Person: person, Member: member}))(t)
	if last := chat[len(chat)-1]; last.Text != "欢迎" || last.From != member || last.Via != "welcome" || last.Refused {
		t.Errorf("the customer sees %+v", last)
	}
	got := w.good("externalcontact/get", m{"external_userid": added.ExternalUserID})
	follow := got["follow_user"].([]any)[0].(m)
	if follow["state"] != "poster1" || follow["add_way"] != 1.0 {
		t.Errorf("follow_user %v", follow)
	}
	// A friend who scans again is led to the chat; nothing is announced.
	again := must(w.sim.Scan(wecomsim.Scan{Person: person, Way: way}))(t)
	w.settle()
	if again.Event != "" || len(r.texts()) != 1 {
		t.Errorf("a friend's scan made %q and %d events", again.Event, len(r.texts()))
	}
	must(w.sim.DeleteMember(wecomsim.Pair{Person: person, Member: member}))(t)
	w.settle()
	if lost, ok := r.events()[1].(*callback.DelFollowUser); !ok || lost.UserID != member {
		t.Errorf("event %+v", r.events()[1])
	}
}

// TestRetries: three attempts in all, at the spacing of the options, with the
// same plaintext; the second and third are not made when one is answered.
func TestRetries(t *testing.T) {
	for _, c := range []struct {
		name     string
		answer   func(n int, w http.ResponseWriter, r *http.Request)
		attempts int
		state    string
	}{
		{"answered", nil, 1, wecomsim.DeliveryDelivered},
		{"second works", func(n int, w http.ResponseWriter, _ *http.Request) {
			if n == 1 {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		}, 2, wecomsim.DeliveryDelivered},
		{"never", func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, 3, wecomsim.DeliveryLost},
		{"204 is not 200", func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, 3, wecomsim.DeliveryLost},
		{"redirect", func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}, 3, wecomsim.DeliveryLost},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, func(o *wecomsim.Options) { o.RetrySpacing = []time.Duration{time.Second, time.Minute} })
			r := w.listen(c.answer)
			w.friends("甲", w.members()[0])
			w.settle()
			w.sim.Clock().Advance(999 * time.Millisecond)
			w.settle()
			if n := len(r.texts()); n != 1 {
				t.Fatalf("%d attempts before the first wait is over", n)
			}
			for range 5 {
				w.sim.Clock().Advance(time.Minute)
				w.settle()
			}
			got := r.texts()
			if len(got) != c.attempts {
				t.Fatalf("%d attempts, want %d", len(got), c.attempts)
			}
			if len(slices.Compact(got)) != 1 {
				t.Error("attempts differ in their plaintext")
			}
			d := w.sim.Deliveries(0)[0]
			if d.State != c.state || len(d.Attempts) != c.attempts {
				t.Errorf("log says %s after %d attempts", d.State, len(d.Attempts))
			}
		})
	}
}

// TestAnswerTimeout: an answer must come within 5 s of the simulated clock.
func TestAnswerTimeout(t *testing.T) {
	w := newWorld(t, nil)
	arrived := make(chan struct{}, 3)
	r := w.listen(func(n int, _ http.ResponseWriter, r *http.Request) {
		if n == 1 {
			arrived <- struct{}{}
			<-r.Context().Done()
		}
	})
	w.friends("甲", w.members()[0])
	<-arrived
	w.sim.Clock().Advance(4999 * time.Millisecond)
	if d := w.sim.Deliveries(0)[0]; len(d.Attempts) != 0 {
		t.Fatalf("given up early: %+v", d.Attempts)
	}
	w.sim.Clock().Advance(time.Millisecond)
	w.settle()
	d := w.sim.Deliveries(0)[0]
	if len(d.Attempts) != 1 || d.Attempts[0].Status != 0 || !strings.Contains(d.Attempts[0].Error, "in time") {
		t.Fatalf("attempts %+v", d.Attempts)
	}
	w.sim.Clock().Advance(3 * time.Second)
	w.settle()
	if len(r.texts()) != 2 || w.sim.Deliveries(0)[0].State != wecomsim.DeliveryDelivered {
		t.Errorf("after the retry: %d attempts, %s", len(r.texts()), w.sim.Deliveries(0)[0].State)
	}
}

func TestCallbackFaults(t *testing.T) {
	add := func(w *world, name string) string {
		_, r := w.friends(name, w.members()[0])
		return r.ExternalUserID
	}
	who := func(r *receiver) (out []string) {
		for _, e := range r.events() {
			out = append(out, e.(*callback.AddExternalContact).ExternalUserID)
		}
		return out
	}
	for _, c := range []struct {
		name  string
		fault wecomsim.Fault
		want  func(a, b string) []string // after two additions
		later func(a, b string) []string // after 10 s more
	}{
		{
			"dropped",
			wecomsim.Fault{Kind: wecomsim.FaultDrop, Count: 1},
			func(_, b string) []string { return []string{b} }, nil,
		},
		{
			"duplicated",
			wecomsim.Fault{Kind: wecomsim.FaultDuplicate, Count: 1},
			func(a, b string) []string { return []string{a, a, b} }, nil,
		},
		{
			"reordered",
			wecomsim.Fault{Kind: wecomsim.FaultReorder, Count: 1},
			func(a, b string) []string { return []string{b, a} }, nil,
		},
		{
			"delayed",
			wecomsim.Fault{Kind: wecomsim.FaultDelay, LatencyMS: 9000, Count: 1},
			func(_, b string) []string { return []string{b} }, func(a, b string) []string { return []string{b, a} },
		},
		{
			"other event",
			wecomsim.Fault{Kind: wecomsim.FaultDrop, Event: "change_external_chat"},
			func(a, b string) []string { return []string{a, b} }, nil,
		},
		{
			"this change",
			wecomsim.Fault{Kind: wecomsim.FaultDrop, Event: "change_external_contact/add_external_contact"},
			func(_, _ string) []string { return nil }, nil,
		},
		{
			"expired fault",
			wecomsim.Fault{Kind: wecomsim.FaultDrop, DurationMS: 1},
			func(a, b string) []string { return []string{a, b} }, nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			r := w.listen(nil)
			must(w.sim.AddFault(c.fault))(t)
			w.sim.Clock().Advance(time.Millisecond)
			a := add(w, "甲")
			w.settle()
			b := add(w, "乙")
			w.settle()
			if got, want := who(r), c.want(a, b); !slices.Equal(got, want) {
				t.Errorf("received %v, want %v", got, want)
			}
			w.sim.Clock().Advance(10 * time.Second)
			w.settle()
			if c.later != nil && !slices.Equal(who(r), c.later(a, b)) {
				t.Errorf("later received %v, want %v", who(r), c.later(a, b))
			}
		})
	}
	t.Run("reordered alone is late, not lost", func(t *testing.T) {
		w := newWorld(t, nil)
		r := w.listen(nil)
		must(w.sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultReorder, Count: 1}))(t)
		a := add(w, "甲")
		w.settle()
		if len(r.texts()) != 0 {
			t.Fatal("sent at once")
		}
		w.sim.Clock().Advance(5 * time.Second)
		w.settle()
		if !slices.Equal(who(r), []string{a}) {
			t.Errorf("received %v", who(r))
		}
	})
}

func TestWhoHearsEvents(t *testing.T) {
	w := newWorld(t, nil)
	r := w.listen(nil)
	members := w.members()
	only, none := []string{members[0]}, []int{}
	must(w.sim.ChangeApp(wecomsim.DefaultAgentID, wecomsim.AppPatch{Members: &only, Departments: &none}))(t)
	w.settle()
	if n := len(r.texts()); n != len(members)-1 {
		t.Fatalf("%d unsubscribe events, want %d", n, len(members)-1)
	}
	w.friends("甲", members[1]) // out of range
	_, seen := w.friends("乙", members[0])
	w.settle()
	last := r.events()[len(members)-1:]
	if len(last) != 1 || last[0].(*callback.AddExternalContact).ExternalUserID != seen.ExternalUserID {
		t.Errorf("heard %+v", last)
	}
	no := false
	must(w.sim.ChangeApp(wecomsim.DefaultAgentID, wecomsim.AppPatch{CustomerContact: &no}))(t)
	w.friends("丙", members[0])
	w.settle()
	if len(r.texts()) != len(members) {
		t.Error("an app outside of 可调用接口的应用 hears of customers")
	}
}

func TestVerifyURL(t *testing.T) {
	w := newWorld(t, nil)
	w.listen(nil)
	if v := must(w.sim.VerifyURL("", wecomsim.DefaultAgentID))(t); !v.OK {
		t.Errorf("a right answer is refused: %+v", v)
	}
	if _, err := w.sim.VerifyURL("", wecomsim.SecondAgentID); err == nil {
		t.Error("an app without URL was verified")
	}
	noisy := w.listen(nil)
	noisy.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	if v := must(w.sim.VerifyURL("", wecomsim.DefaultAgentID))(t); v.OK || v.Error == "" {
		t.Errorf("a wrong answer is taken: %+v", v)
	}
}

func TestRedeliver(t *testing.T) {
	w := newWorld(t, nil)
	r := w.listen(nil)
	w.friends("甲", w.members()[0])
	w.settle()
	if err := w.sim.Redeliver(w.sim.Deliveries(0)[0].ID); err != nil {
		t.Fatal(err)
	}
	w.settle()
	if got := r.texts(); len(got) != 2 || got[0] != got[1] {
		t.Errorf("received %q", got)
	}
	if w.sim.Redeliver(-1) == nil {
		t.Error("an unknown callback was sent")
	}
}
