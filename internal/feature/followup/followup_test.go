package followup_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/followup"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// desk is a running program with zhang, li and one customer of zhang's.
type desk struct {
	*apptest.House
	t        *testing.T
	customer id.ID
	external string
	done     []event.FollowedUp // what was told
}

const zhang, li = "self:zhang:followup.read,followup.write", "self:li:followup.read,followup.write"

func stories(t *testing.T, story func(d *desk)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel() // most of a story's time goes into opening its house
			d := &desk{t: t}
			ear := func(feature.Deps) feature.Feature {
				return feature.Feature{Slug: "ear", Listeners: []bus.Listener{bus.On("heard", func(_ context.Context, e event.FollowedUp) error {
					d.done = append(d.done, e)
					return nil
				})}}
			}
			d.House = apptest.Open(t, e, apptest.Options{
				Seed: &wecomsim.SeedOptions{Departments: 1}, Features: []feature.New{followup.New, ear, apptest.Door(func() string { return d.Corp })},
			})
			for _, m := range []string{"zhang", "li"} {
				_, err := d.Sim.JoinMember(wecomsim.JoinMember{UserID: m, Name: "成员" + m})
				d.must(err)
			}
			d.Sync()
			p, err := d.Sim.AddPerson(wecomsim.NewPerson{Name: "王小明"})
			d.must(err)
			_, err = d.Sim.Add(wecomsim.Add{Member: "zhang", Person: p.ID})
			d.must(err)
			d.Settle()
			d.must(d.App.DB.Read().NewRaw("SELECT id, customer FROM mirror_customer WHERE corp_id = ?", d.Corp).Scan(t.Context(), &d.customer, &d.external))
			story(d)
		})
	}
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// ask makes a request of somebody; what is sent is JSON unless kind says otherwise.
func (d *desk) ask(who, method, path, kind string, body io.Reader) (int, string) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.URL+"/api/followup"+path, body)
	d.must(err)
	r.Header.Set(apptest.WhoHeader, who)
	r.Header.Set("Content-Type", kind)
	response, err := http.DefaultClient.Do(r)
	d.must(err)
	raw, err := io.ReadAll(response.Body)
	d.must(err)
	d.must(response.Body.Close())
	return response.StatusCode, string(raw)
}

func (d *desk) status(who, method, path, body string) int {
	d.t.Helper()
	status, _ := d.ask(who, method, path, "application/json", strings.NewReader(body))
	return status
}

func (d *desk) call(who, method, path, body string, into any) {
	d.t.Helper()
	status, answer := d.ask(who, method, path, "application/json", strings.NewReader(body))
	if status/100 != 2 {
		d.t.Fatalf("%s %s %s: %d %s", who, method, path, status, answer)
	}
	if into != nil {
		d.must(json.Unmarshal([]byte(answer), into))
	}
	d.Settle()
}

func (d *desk) of(what string) string { return "/customers/" + d.customer.String() + "/" + what }

func (d *desk) titles(member string) []string {
	d.t.Helper()
	messages, err := d.Sim.AppMessages(d.Corp, member)
	d.must(err)
	got := []string{}
	for _, m := range messages {
		var card wecom.TextCard
		d.must(json.Unmarshal(m.Body, &card))
		got = append(got, card.Title)
	}
	slices.Sort(got)
	return got
}

func note(text string, pictures, mentions []string) string {
	raw, err := json.Marshal(map[string]any{"how": "call", "text": text, "pictures": append([]string{}, pictures...), "mentions": append([]string{}, mentions...)})
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func TestNotes(t *testing.T) {
	stories(t, func(d *desk) {
		// A picture belongs to the customer: whoever does not see him does not see it.
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		file, err := w.CreateFormFile("file", "a.png")
		d.must(err)
		_, err = file.Write([]byte("\x89PNG\r\n\x1a\n0000"))
		d.must(err)
		d.must(w.Close())
		status, answer := d.ask(zhang, "POST", d.of("pictures"), w.FormDataContentType(), &form)
		var picture struct {
			ID string `json:"id"`
		}
		d.must(json.Unmarshal([]byte(answer), &picture))
		if status != http.StatusOK || picture.ID == "" {
			d.t.Fatalf("%d %s", status, answer)
		}
		for who, want := range map[string]int{zhang: 200, "owner": 200, li: 404, "stranger": 404} {
			if got := d.status(who, "GET", "/pictures/"+picture.ID, ""); got != want {
				d.t.Errorf("%s sees the picture: %d, want %d", who, got, want)
			}
		}
		var made followup.Note
		d.call("owner", "POST", d.of("notes"), note("老板看过了", nil, nil), nil)
		d.Advance(time.Minute)
		d.call(zhang, "POST", d.of("notes"), note("约好周五回复", []string{picture.ID}, []string{"zhang"}), &made)
		d.call("team:zhang+li:followup.read,followup.write", "PUT", "/notes/"+made.ID.String(), note("约好周五上午回复", []string{picture.ID}, []string{"li", "zhang"}), nil)
		if got := d.titles("li"); !slices.Equal(got, []string{"zhang 在跟进记录中提到了您"}) {
			d.t.Errorf("li was told %q", got)
		}
		var page web.Page[followup.Note]
		d.call(zhang, "GET", d.of("notes?limit=1"), "", &page)
		if n := page.Items[0]; n.Text != "约好周五上午回复" || n.EditedAt == nil || !n.Mine || n.Names["li"] != "成员li" || len(n.Pictures) != 1 || page.Next == "" {
			d.t.Errorf("%+v", page)
		}
		d.call(zhang, "GET", d.of("notes?limit=1&after="+page.Next), "", &page)
		other := page.Items[0]
		if other.Mine || other.Removable || other.Text != "老板看过了" {
			d.t.Errorf("%+v", other)
		}
		// Only the author changes a note; only he and who manages removes it.
		for _, c := range []struct {
			who, method, path, body string
			want                    int
		}{
			{zhang, "PUT", "/notes/" + other.ID.String(), note("改", nil, nil), 409},
			{zhang, "DELETE", "/notes/" + other.ID.String(), "", 409},
			{li, "PUT", "/notes/" + made.ID.String(), note("改", nil, nil), 404},
			{li, "GET", d.of("notes"), "", 404},
			{li, "POST", d.of("notes"), note("偷看", nil, nil), 404},
			{zhang, "POST", d.of("notes"), note("  ", nil, nil), 422},
			{zhang, "POST", d.of("notes"), note("别人的图", []string{made.ID.String()}, nil), 422},
			{zhang, "POST", d.of("notes"), note("谁", nil, []string{"li"}), 422}, // not in his contact book
			{"owner", "DELETE", "/notes/" + made.ID.String(), "", 204},
		} {
			if got := d.status(c.who, c.method, c.path, c.body); got != c.want {
				d.t.Errorf("%s %s %s: %d, want %d", c.who, c.method, c.path, got, c.want)
			}
		}
		if len(d.done) != 1 || d.done[0].Member != "zhang" || d.done[0].How != "call" {
			d.t.Errorf("told %+v", d.done)
		}
	})
}

func TestTasks(t *testing.T) {
	stories(t, func(d *desk) {
		due := d.Clock.Now().Add(2 * time.Hour).Format(time.RFC3339)
		task := func(title, member string) string {
			return `{"title":"` + title + `","member":"` + member + `","dueAt":"` + due + `"}`
		}
		var own, his followup.Task
		d.call(zhang, "POST", d.of("tasks"), task("发合同", "zhang"), &own)
		d.call("owner", "POST", d.of("tasks"), task("回访", "zhang"), &his)
		if got := d.titles("zhang"); !slices.Equal(got, []string{"owner 给您安排了待办"}) {
			d.t.Errorf("zhang was told %q", got)
		}
		for body, want := range map[string]int{task("", "zhang"): 422, task("谁做", "nobody"): 422, `{"title":"过去","member":"zhang","dueAt":"2020-01-01T00:00:00Z"}`: 422} {
			if got := d.status(zhang, "POST", d.of("tasks"), body); got != want {
				d.t.Errorf("%s: %d", body, got)
			}
		}
		d.Advance(3 * time.Hour)
		for range 2 {
			d.Advance(time.Minute) // once, however often it is looked at
		}
		if got := d.titles("zhang"); !slices.Equal(got, []string{"owner 给您安排了待办", "待办到期", "待办到期"}) {
			d.t.Errorf("zhang was told %q", got)
		}
		listed := func(who, query string) (titles []string) {
			var page web.Page[followup.Task]
			d.call(who, "GET", "/tasks?"+query, "", &page)
			for _, x := range page.Items {
				titles = append(titles, x.Title)
			}
			slices.Sort(titles)
			return titles
		}
		d.call(zhang, "PUT", "/tasks/"+own.ID.String()+"/done", `{"done":true}`, nil)
		for _, c := range []struct {
			who, query string
			want       []string
		}{
			{zhang, "mine=true", []string{"回访"}},
			{zhang, "state=overdue", []string{"回访"}},
			{zhang, "state=done", []string{"发合同"}},
			{"owner", "member=zhang", []string{"回访"}},
			{"owner", "mine=true", nil},
			{li, "", nil},
		} {
			if got := listed(c.who, c.query); !slices.Equal(got, c.want) {
				d.t.Errorf("%s %s: %q, want %q", c.who, c.query, got, c.want)
			}
		}
		if len(d.done) != 1 || d.done[0].How != "task" {
			d.t.Errorf("told %+v", d.done)
		}
		d.call(zhang, "PUT", "/tasks/"+own.ID.String()+"/done", `{"done":false}`, nil)
		if got := listed(zhang, ""); len(got) != 2 {
			d.t.Errorf("opened again: %q", got)
		}
		d.call(zhang, "PUT", "/tasks/"+own.ID.String()+"/done", `{"done":true}`, nil)
		for _, c := range []struct {
			who  string
			want int
		}{{li, 404}, {zhang, 409}, {"owner", 204}} {
			if got := d.status(c.who, "DELETE", "/tasks/"+his.ID.String(), ""); got != c.want {
				d.t.Errorf("%s removes: %d, want %d", c.who, got, c.want)
			}
		}

		// What is open passes to the taker of the customer; what is done stays.
		d.call("owner", "POST", d.of("tasks"), `{"title":"寄样品","member":"zhang","dueAt":"2026-12-01T00:00:00Z"}`, nil)
		news := event.TransferSettled{Meta: event.Meta{Event: d.App.IDs.New(), Corp: d.Corp, At: d.Clock.Now()}, From: "zhang", To: "li", Customer: d.external}
		d.must(d.App.DB.Tx(d.t.Context(), func(ctx context.Context, tx db.Tx) error { return d.App.Bus.Publish(ctx, tx, news) }))
		d.Settle()
		if got := listed(li, "mine=true"); !slices.Equal(got, []string{"寄样品"}) {
			d.t.Errorf("li has %q", got)
		}
		if got := listed("owner", "state=done&member=zhang"); !slices.Equal(got, []string{"发合同"}) {
			d.t.Errorf("zhang did %q", got)
		}
	})
}

func TestTimelineAndFields(t *testing.T) {
	stories(t, func(d *desk) {
		d.call(zhang, "POST", d.of("notes"), note("第一次电话", nil, nil), nil)
		d.call(zhang, "POST", d.of("tasks"), `{"title":"发合同","member":"zhang","dueAt":"2026-12-01T00:00:00Z"}`, nil)
		v := viewer.System(d.Corp)
		entries, err := d.App.Asks.Timeline(d.t.Context(), ask.TimelineQuery{Viewer: v, Customer: d.external, Limit: 10})
		d.must(err)
		if len(entries) != 1 || entries[0].Kind != "followup.called" || entries[0].Values["text"] != "第一次电话" {
			d.t.Errorf("%+v", entries)
		}
		fields, err := d.App.Asks.Fields(d.t.Context(), v)
		d.must(err)
		for _, c := range []struct {
			key    string
			op     ask.Op
			values []string
			want   int
		}{
			{"followup.last", ask.OpWithin, []string{"1"}, 1},
			{"followup.last", ask.OpBeyond, []string{"1"}, 0},
			{"followup.last", ask.OpEmpty, nil, 0},
			{"followup.open", ask.OpIs, []string{"1"}, 1},
			{"followup.open", ask.OpMore, []string{"1"}, 0},
		} {
			i := slices.IndexFunc(fields, func(f ask.Field) bool { return f.Key == c.key })
			where, err := fields[i].Where(d.t.Context(), ask.Test{Viewer: v, Read: d.App.DB.Read(), Op: c.op, Values: c.values, Zone: time.FixedZone("", 8*3600), Now: d.Clock.Now(), Follow: "f"})
			d.must(err)
			var n int
			d.must(d.App.DB.Read().NewRaw("SELECT COUNT(*) FROM mirror_follow AS f WHERE f.corp_id = ? AND "+where.SQL, append([]any{d.Corp}, where.Args...)...).Scan(d.t.Context(), &n))
			if n != c.want {
				d.t.Errorf("%s %s %v: %d, want %d", c.key, c.op, c.values, n, c.want)
			}
		}
	})
}
