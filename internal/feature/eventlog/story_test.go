package eventlog_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/access"
	"github.com/queqiao-scrm/queqiao/internal/feature/account"
	"github.com/queqiao-scrm/queqiao/internal/feature/eventlog"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// desk is the administrator at the console.
type desk struct {
	t      *testing.T
	h      *apptest.House
	client *http.Client
}

func sitDown(t *testing.T, h *apptest.House) *desk {
	d := &desk{t: t, h: h, client: h.Client()}
	d.call("POST", "/api/account/sign-in", `{"name":"admin","password":"`+apptest.Password+`"}`, nil)
	return d
}

// call expects success and reads the answer.
func (d *desk) call(method, path, body string, into any) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.h.URL+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := d.client.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	raw, err := io.ReadAll(response.Body)
	if closed := response.Body.Close(); err != nil || closed != nil || response.StatusCode >= 300 {
		d.t.Fatalf("%s %s: %d %s (%v, %v)", method, path, response.StatusCode, raw, err, closed)
	}
	if into != nil {
		if err := json.Unmarshal(raw, into); err != nil {
			d.t.Fatal(err)
		}
	}
}

// topics listens to the console's live changes until want has come.
func (d *desk) topics(want ...string) (wait func()) {
	d.t.Helper()
	ctx, stop := context.WithTimeout(d.t.Context(), 30*time.Second)
	d.t.Cleanup(stop)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.h.URL+"/api/live/changes", nil)
	if err != nil {
		d.t.Fatal(err)
	}
	ready, heard := make(chan struct{}), make(chan string, 1)
	go func() {
		defer close(heard)
		heard <- d.listen(r, ready, want)
	}()
	<-ready
	return func() {
		d.t.Helper()
		for {
			// A page is told at most so often: time has to pass between two messages.
			step := clock.System().NewTimer(20 * time.Millisecond)
			select {
			case problem := <-heard:
				step.Stop()
				if problem != "" {
					d.t.Error(problem)
				}
				return
			case <-step.C:
				d.h.Clock.Advance(time.Second)
			}
		}
	}
}

// listen reads the stream until every wanted topic has come, else it says what happened.
func (d *desk) listen(r *http.Request, ready chan<- struct{}, want []string) (problem string) {
	response, err := (&http.Client{Jar: d.client.Jar}).Do(r)
	close(ready)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = response.Body.Close() }() // the stream has no end of its own
	text, piece, left := "", make([]byte, 4096), slices.Clone(want)
	for len(left) > 0 {
		n, err := response.Body.Read(piece)
		text += string(piece[:n])
		left = slices.DeleteFunc(left, func(topic string) bool { return strings.Contains(text, `"topic":"`+topic+`"`) })
		if err != nil && len(left) > 0 {
			return "the stream ended before " + strings.Join(left, ", ") + " came: " + text
		}
	}
	return ""
}

// TestStoryWhyIsHeNotThere: a customer was added while WeCom refused us. The log shows
// the callback, the calls that failed with what to do, and open pages hear of all that.
func TestStoryWhyIsHeNotThere(t *testing.T) {
	house := apptest.Options{Features: []feature.New{access.New, account.New, eventlog.New}}
	apptest.Each(t, house, func(t *testing.T, h *apptest.House) {
		d := sitDown(t, h)
		told := d.topics("inbox", "call")
		if _, err := h.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultCode, Path: "/cgi-bin/externalcontact/get", Code: 60020, Count: 1}); err != nil {
			t.Fatal(err)
		}
		person, err := h.Sim.AddPerson(wecomsim.NewPerson{Name: "韩梅梅"})
		if err != nil {
			t.Fatal(err)
		}
		var member string
		if err := h.App.DB.Read().NewRaw(`SELECT id FROM mirror_member WHERE corp_id = ? AND status = 1 AND can_contact ORDER BY id LIMIT 1`, h.Corp).Scan(t.Context(), &member); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultDuplicate, Count: 1}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Sim.Add(wecomsim.Add{Person: person.ID, Member: member}); err != nil {
			t.Fatal(err)
		}
		h.Settle()

		var callbacks web.Page[eventlog.Callback]
		d.call("GET", "/api/eventlog/callbacks?member="+member, "", &callbacks)
		if len(callbacks.Items) != 1 {
			t.Fatalf("%+v", callbacks.Items)
		}
		c := callbacks.Items[0]
		if c.Event != added || c.State != "done" || c.About.Member != member || c.About.Customer == "" || c.Deliveries != 2 {
			t.Errorf("%+v", c)
		}
		var calls web.Page[corp.Call]
		d.call("GET", "/api/eventlog/calls?errcode=60020", "", &calls)
		if len(calls.Items) != 1 || calls.Items[0].Operation != "externalcontact/get" || calls.Items[0].AdviceZH == "" {
			t.Errorf("%+v", calls.Items)
		}
		told()

		h.Advance(time.Hour) // the address is trusted by now, and the job has tried again
		d.call("GET", "/api/eventlog/callbacks?q=%E9%9F%A9%E6%A2%85", "", &callbacks)
		if len(callbacks.Items) == 0 || callbacks.Items[0].About.CustomerName != "韩梅梅" {
			t.Errorf("the customer has no name yet: %+v", callbacks.Items)
		}
		var replayed eventlog.Callback
		d.call("POST", "/api/eventlog/callbacks/"+c.ID.String()+"/replay", "", &replayed)
		if replayed.State != "done" {
			t.Errorf("%+v", replayed)
		}
		var follows int
		if err := h.App.DB.Read().NewRaw(`SELECT count(*) FROM mirror_follow WHERE corp_id = ? AND customer = ?`, h.Corp, c.About.Customer).Scan(t.Context(), &follows); err != nil || follows != 1 {
			t.Errorf("a replay left %d follows, %v", follows, err)
		}
	})
}
