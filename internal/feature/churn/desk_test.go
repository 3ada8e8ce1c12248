package churn_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/access"
	"github.com/queqiao-scrm/queqiao/internal/feature/account"
	"github.com/queqiao-scrm/queqiao/internal/feature/churn"
	"github.com/queqiao-scrm/queqiao/internal/feature/customer"
	"github.com/queqiao-scrm/queqiao/internal/feature/home"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// desk is the administrator at the console of a running program.
type desk struct {
	*apptest.House
	t      *testing.T
	client *http.Client
}

func stories(t *testing.T, o apptest.Options, story func(d *desk)) {
	t.Helper()
	o.Features = []feature.New{access.New, account.New, home.New, customer.New, churn.New}
	apptest.Each(t, o, func(t *testing.T, h *apptest.House) {
		d := &desk{House: h, t: t, client: h.Client()}
		d.signIn()
		story(d)
	})
}

func (d *desk) signIn() {
	d.t.Helper()
	d.call("POST", "/api/account/sign-in", `{"name":"admin","password":"`+apptest.Password+`"}`, nil)
}

// Advance lets time pass; whoever stays away long is signed out meanwhile.
func (d *desk) Advance(span time.Duration) {
	d.t.Helper()
	d.House.Advance(span)
	d.signIn()
}

// call expects success and reads the answer.
func (d *desk) call(method, path, body string, into any) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.URL+path, strings.NewReader(body))
	d.must(err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := d.client.Do(r)
	d.must(err)
	raw, err := io.ReadAll(response.Body)
	d.must(err)
	d.must(response.Body.Close())
	if response.StatusCode >= 300 {
		d.t.Fatalf("%s %s: %d %s", method, path, response.StatusCode, raw)
	}
	if into != nil {
		d.must(json.Unmarshal(raw, into))
	}
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) losses() []churn.View {
	d.t.Helper()
	var page web.Page[churn.View]
	d.call("GET", "/api/churn/losses", "", &page)
	return page.Items
}

// only is the one loss there should be.
func (d *desk) only() churn.View {
	d.t.Helper()
	all := d.losses()
	if len(all) != 1 {
		d.t.Fatalf("%d losses, want one: %+v", len(all), all)
	}
	return all[0]
}

// cast gives the first member and a stranger of the simulated world.
func (d *desk) cast() (member, person string) {
	d.t.Helper()
	var members struct {
		Members []struct{ UserID string }
	}
	d.sim("/_sim/members?corp="+d.Corp, &members)
	var people struct{ People []struct{ ID string } }
	d.sim("/_sim/people?corp="+d.Corp, &people)
	if len(members.Members) == 0 || len(people.People) == 0 {
		d.t.Fatalf("an empty world: %+v %+v", members, people)
	}
	return members.Members[0].UserID, people.People[0].ID
}

func (d *desk) sim(path string, into any) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, d.WeCom+path, nil)
	d.must(err)
	response, err := http.DefaultClient.Do(r)
	d.must(err)
	raw, err := io.ReadAll(response.Body)
	d.must(err)
	d.must(response.Body.Close())
	d.must(json.Unmarshal(raw, into))
}

// meet makes the person the member's customer.
func (d *desk) meet(member, person string) {
	d.t.Helper()
	_, err := d.Sim.Add(wecomsim.Add{Corp: d.Corp, Member: member, Person: person})
	d.must(err)
	d.Settle()
}

// leave is the customer deleting the member.
func (d *desk) leave(member, person string) {
	d.t.Helper()
	_, err := d.Sim.DeleteMember(wecomsim.Pair{Corp: d.Corp, Member: member, Person: person})
	d.must(err)
	d.Settle()
}

// cards are the app messages on the member's phone.
func (d *desk) cards(member string) []wecom.TextCard {
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

// tap opens a card in the WeCom client of the member and says on which page of the console
// it ends, signed in as whom.
func (d *desk) tap(member, address string) string {
	d.t.Helper()
	phone := d.Client()
	wecomPage, err := url.Parse(d.WeCom)
	d.must(err)
	r, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.WeCom+"/_sim/identity", strings.NewReader(`{"corp":"`+d.Corp+`","member":"`+member+`"}`))
	d.must(err)
	r.Header.Set("Content-Type", "application/json")
	response, err := phone.Do(r)
	d.must(err)
	d.must(response.Body.Close())
	if len(phone.Jar.Cookies(wecomPage)) == 0 {
		d.t.Fatalf("the phone has no holder: %s", response.Status)
	}
	open := func(address string) *http.Response {
		r, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, address, nil)
		d.must(err)
		r.Header.Set("User-Agent", "Mozilla/5.0 (iPhone) wxwork/4.1.36 MicroMessenger/7.0.1")
		response, err := phone.Do(r)
		d.must(err)
		d.must(response.Body.Close())
		return response
	}
	end := open(address).Request.URL
	me := open(d.URL + "/api/account/me")
	if me.StatusCode != http.StatusOK {
		d.t.Errorf("the phone is not signed in: %d at %s", me.StatusCode, end)
	}
	if seen := open(d.URL + "/api/customer/customers" + strings.TrimPrefix(end.Path, "/customer")); seen.StatusCode != http.StatusOK {
		d.t.Errorf("the member may not see the customer: %d", seen.StatusCode)
	}
	return end.RequestURI()
}
