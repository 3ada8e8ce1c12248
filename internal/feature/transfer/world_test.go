package transfer_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// world is a corp whose customers are handed over by the hundred.
type world struct {
	*apptest.Story
	t      *testing.T
	line   *apptest.Line
	heard  *hearing
	people []string
	*apptest.Ledger
}

// hearing keeps what was told of settled hand-overs.
type hearing struct {
	mu   sync.Mutex
	news map[string]int // "customer from>to" → how often
}

func (l *hearing) feature(feature.Deps) feature.Feature {
	return feature.Feature{Slug: "hearing", Listeners: []bus.Listener{bus.On("settled", func(_ context.Context, e event.TransferSettled) error {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.news[triple(e.Customer+e.Group, e.From, e.To)]++
		return nil
	})}}
}

func triple(subject, from, to string) string { return subject + " " + from + ">" + to }

func newWorld(t *testing.T, e db.Engine, members ...string) *world {
	t.Helper()
	l := &hearing{news: map[string]int{}}
	book := &apptest.Ledger{}
	w := &world{Story: apptest.NewStory(t, e, append(features(), l.feature, book.New)...), t: t, heard: l, Ledger: book}
	w.line = w.Line()
	for _, m := range members {
		_, err := w.Sim.JoinMember(wecomsim.JoinMember{UserID: m, Name: m})
		w.must(err)
	}
	w.Settle()
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// meet makes so many new people customers of a member.
func (w *world) meet(member string, n int) {
	w.t.Helper()
	for range n {
		p, err := w.Sim.AddPerson(wecomsim.NewPerson{Name: fmt.Sprintf("客户%d", len(w.people))})
		w.must(err)
		_, err = w.Sim.Add(wecomsim.Add{Person: p.ID, Member: member})
		w.must(err)
		w.people = append(w.people, p.ID)
	}
}

// post is a request of the owner; the answer's status, and its body read into into.
func (w *world) post(path string, body any, into any) int {
	w.t.Helper()
	raw, err := json.Marshal(body)
	w.must(err)
	status, answer := w.Request("owner", "POST", path, string(raw))
	if into != nil && status/100 == 2 {
		w.must(json.Unmarshal([]byte(answer), into))
	}
	return status
}

type outline struct {
	ID                string `json:"id"`
	Customers, Groups int
	Days              int
}

// hand previews and starts a hand-over of everything; false when there is nothing to hand over.
func (w *world) hand(from string, to ...string) (outline, bool) {
	w.t.Helper()
	plan := map[string]any{"from": []string{from}, "customers": "all", "groups": "all", "to": to, "spread": "even"}
	var seen, begun outline
	if w.post("/api/transfer/preview", plan, &seen) != 200 || seen.Customers+seen.Groups == 0 {
		return seen, false
	}
	plan["expect"] = map[string]int{"customers": seen.Customers, "groups": seen.Groups}
	if status := w.post("/api/transfer/transfers", plan, &begun); status/100 != 2 {
		w.t.Fatalf("start: %d", status)
	}
	begun.Days = seen.Days
	return begun, true
}

// states counts the items of all hand-overs by state.
func (w *world) states() map[string]int {
	w.t.Helper()
	var rows []struct {
		State string `bun:"state"`
		N     int    `bun:"n"`
	}
	w.must(w.App.DB.Read().NewRaw(`SELECT state, COUNT(*) AS n FROM transfer_item GROUP BY state`).Scan(w.t.Context(), &rows))
	got := map[string]int{}
	for _, r := range rows {
		got[r.State] = r.N
	}
	return got
}

// accepted are the customers taken over, as our items say.
func (w *world) accepted() map[string]int {
	w.t.Helper()
	var rows []struct {
		Subject string `bun:"subject"`
		From    string `bun:"from_member"`
		To      string `bun:"to_member"`
	}
	w.must(w.App.DB.Read().NewRaw(`SELECT subject, from_member, to_member FROM transfer_item WHERE state = 'accepted' AND kind = 'customer'`).Scan(w.t.Context(), &rows))
	got := map[string]int{}
	for _, r := range rows {
		got[triple(r.Subject, r.From, r.To)]++
	}
	return got
}

// done are the customers that passed at WeCom, and how many wait there still.
func (w *world) done() (passed map[string]int, waiting int) {
	passed = map[string]int{}
	w.Sim.Inspect(func(x *wecomsim.World) {
		for _, t := range x.Corps[0].Transfers {
			switch t.Status {
			case wecom.TransferDone:
				passed[triple(t.ExternalUserID, t.Handover, t.Takeover)]++
			case wecom.TransferWaiting:
				waiting++
			}
		}
	})
	return passed, waiting
}

// same fails unless what passed at WeCom is what our items say, and what was told, once each.
func (w *world) same() {
	w.t.Helper()
	passed, waiting := w.done()
	ours := w.accepted()
	if waiting != 0 {
		w.t.Errorf("%d wait at WeCom", waiting)
	}
	w.heard.mu.Lock()
	defer w.heard.mu.Unlock()
	for key, n := range passed {
		if ours[key] != n || w.heard.news[key] != n {
			w.t.Errorf("%s passed %d times, our items say %d, told %d times", key, n, ours[key], w.heard.news[key])
		}
	}
	for key, n := range ours {
		if passed[key] == 0 {
			w.t.Errorf("%s is accepted %d times and never passed", key, n)
		}
	}
	for key, n := range w.heard.news {
		if strings.HasPrefix(key, "wm") && passed[key] == 0 {
			w.t.Errorf("%s was told %d times and never passed", key, n)
		}
	}
}

// days lets days pass in hours, so that everything that falls due is done at its time.
func (w *world) days(n int, step time.Duration) {
	w.t.Helper()
	for passed := time.Duration(0); passed < time.Duration(n)*24*time.Hour; passed += step {
		w.Advance(step)
	}
}

// both runs a story on both engines side by side.
func both(t *testing.T, story func(t *testing.T, e db.Engine)) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			story(t, e)
		})
	}
}
