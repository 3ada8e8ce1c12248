package followup_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/followup"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// all are the texts of the list of all notes, read page by page.
func (d *desk) all(who, query string) []string {
	d.t.Helper()
	texts := []string{}
	for after := ""; ; {
		var page web.Page[followup.NoteLine]
		d.call(who, "GET", "/notes?limit=1&after="+after+"&"+query, "", &page)
		for _, n := range page.Items {
			texts = append(texts, n.CustomerName+"："+n.Text)
		}
		if after = page.Next; after == "" {
			return texts
		}
	}
}

func (d *desk) tell(news event.Event) {
	d.t.Helper()
	d.must(d.App.DB.Tx(d.t.Context(), func(ctx context.Context, tx db.Tx) error { return d.App.Bus.Publish(ctx, tx, news) }))
	d.Settle()
}

// TestAllNotes: the list of all notes, its filters, and whose customers it shows.
func TestAllNotes(t *testing.T) {
	stories(t, func(d *desk) {
		d.call(zhang, "POST", d.of("notes"), note("约好周五签合同", nil, nil), nil)
		d.Advance(24 * time.Hour)
		noon := url.QueryEscape(d.Clock.Now().Format(time.RFC3339))
		var second followup.Note
		d.call("owner", "POST", d.of("notes"), strings.Replace(note("电话是13800138000", nil, nil), `"call"`, `"note"`, 1), &second)
		p, err := d.Sim.AddPerson(wecomsim.NewPerson{Name: "赵小红"})
		d.must(err)
		_, err = d.Sim.Add(wecomsim.Add{Member: "li", Person: p.ID})
		d.must(err)
		d.Settle()
		var other id.ID
		d.must(d.App.DB.Read().NewRaw("SELECT id FROM mirror_customer WHERE corp_id = ? AND name = '赵小红'", d.Corp).Scan(d.t.Context(), &other))
		d.Advance(time.Minute)
		d.call(li, "POST", "/customers/"+other.String()+"/notes", note("合同已寄出", nil, nil), nil)

		a, b, c := "王小明：约好周五签合同", "王小明：电话是13800138000", "赵小红：合同已寄出"
		for _, x := range []struct {
			who, query string
			want       []string
		}{
			{"owner", "", []string{c, b, a}},
			{"owner", "q=" + url.QueryEscape("合同"), []string{c, a}},
			{"owner", "q=" + url.QueryEscape("没有人写过"), []string{}},
			{"owner", "member=zhang&member=li", []string{c, a}},
			{"owner", "how=note", []string{b}},
			{"owner", "from=" + noon, []string{c, b}},
			{"owner", "to=" + noon, []string{a}},
			{"owner", "member=li&q=" + url.QueryEscape("周五"), []string{}},
			{zhang, "", []string{"王小明：电话是138****8000", a}}, // others' numbers are masked without customer.phone
			{li, "", []string{c}},
			{li, "q=" + url.QueryEscape("周五"), []string{}},
			{"stranger", "", []string{}},
			{"team:li+m1+m2:followup.read,customer.phone", "", []string{c}},
			{"team:li+m1+m2+m3+m4+m5+m6+m7+m8+m9:followup.read,customer.phone", "", []string{c}},
			{"team:li+zhang+m2+m3+m4+m5+m6+m7+m8+m9:followup.read,customer.phone", "", []string{c, b, a}},
		} {
			if got := d.all(x.who, x.query); !slices.Equal(got, x.want) {
				d.t.Errorf("%s %s: %q, want %q", x.who, x.query, got, x.want)
			}
		}
		for _, query := range []string{"from=" + noon + "&to=" + noon, "how=odd"} {
			if got := d.status("owner", "GET", "/notes?"+query, ""); got != 422 {
				d.t.Errorf("%s: %d", query, got)
			}
		}

		// The file has the same rows.
		f := d.App.Features[slices.IndexFunc(d.App.Features, func(f feature.Feature) bool { return f.Slug == "followup" })]
		file := func(who viewer.Viewer, filter string) (lines []string, err error) {
			q := feature.ExportQuery{Viewer: who, Filter: json.RawMessage(filter), Columns: []string{"customer", "member", "how", "text", "pictures"}}
			if err := f.Exports[0].Check(d.t.Context(), q); err != nil {
				return nil, err
			}
			for row, err := range f.Exports[0].Rows(d.t.Context(), q) {
				d.must(err)
				lines = append(lines, strings.TrimSpace(fmt.Sprintln(row...)))
			}
			return lines, nil
		}
		lines, err := file(viewer.System(d.Corp), `{"member":["zhang"]}`)
		d.must(err)
		if !slices.Equal(lines, []string{"王小明 zhang 电话 约好周五签合同 0"}) {
			d.t.Errorf("the file has %q", lines)
		}
		if _, err := file(viewer.System(d.Corp), `{"how":["odd"]}`); err == nil {
			d.t.Error("an odd filter made a file")
		}

		// What was changed is found by its new words, what was removed by none.
		d.call("owner", "PUT", "/notes/"+second.ID.String(), note("改约下周", nil, nil), nil)
		if got := d.all("owner", "q="+url.QueryEscape("下周")); !slices.Equal(got, []string{"王小明：改约下周"}) {
			d.t.Errorf("changed: %q", got)
		}
		d.call("owner", "DELETE", "/notes/"+second.ID.String(), "", nil)
		var left int
		d.must(d.App.DB.Read().NewRaw("SELECT COUNT(*) FROM search_doc WHERE ref = ?", second.ID).Scan(d.t.Context(), &left))
		if got := d.all("owner", "q="+url.QueryEscape("下周")); len(got) != 0 || left != 0 {
			d.t.Errorf("removed: %q, %d left in the index", got, left)
		}
	})
}

// TestErasedNotesAreNotFound: what is erased of a person leaves no words in the index.
func TestErasedNotesAreNotFound(t *testing.T) {
	stories(t, func(d *desk) {
		d.call(zhang, "POST", d.of("notes"), note("住在北京路一号", nil, nil), nil)
		var words int
		count := func() int {
			d.must(d.App.DB.Read().NewRaw("SELECT COUNT(*) FROM search_doc WHERE body LIKE '%北京路%'").Scan(d.t.Context(), &words))
			return words
		}
		if count() != 1 {
			d.t.Fatalf("%d notes are found", words)
		}
		for _, h := range d.App.Asks.Personal().Holdings {
			if h.Key == "followup.notes" {
				d.must(d.App.DB.Tx(d.t.Context(), func(ctx context.Context, tx db.Tx) error {
					gone, err := h.Erase(ctx, tx, ask.Person{Corp: d.Corp, Customer: d.external, ID: d.customer}, 10)
					if gone != 1 {
						d.t.Errorf("%d erased", gone)
					}
					return err
				}))
			}
		}
		if count() != 0 || len(d.all("owner", "")) != 0 {
			d.t.Errorf("%d notes are still found", words)
		}
	})
}

// TestEditTask: title, time and colleague change; who gets it is told, and reminded anew.
func TestEditTask(t *testing.T) {
	stories(t, func(d *desk) {
		team := "team:wang+zhang+li:followup.read,followup.write"
		at := func(hours int) string {
			return d.Clock.Now().Add(time.Duration(hours) * time.Hour).Format(time.RFC3339)
		}
		body := func(title, member, due string) string {
			return `{"title":"` + title + `","member":"` + member + `","dueAt":"` + due + `"}`
		}
		var x followup.Task
		d.call(zhang, "POST", d.of("tasks"), body("发合同", "zhang", at(2)), &x)
		path := "/tasks/" + x.ID.String()
		for _, c := range []struct {
			who, body string
			want      int
		}{
			{li, body("改", "li", at(2)), 404},
			{zhang, body("", "zhang", at(2)), 422},
			{zhang, body("改", "li", at(2)), 422}, // not in his contact book
			{zhang, body("改", "zhang", "2020-01-01T00:00:00Z"), 422},
		} {
			if got := d.status(c.who, "PUT", path, c.body); got != c.want {
				d.t.Errorf("%s %s: %d, want %d", c.who, c.body, got, c.want)
			}
		}
		later := at(5)
		d.call(team, "PUT", path, body("发合同和发票", "li", later), &x)
		if x.Title != "发合同和发票" || x.Member != "li" || x.DueAt.Format(time.RFC3339) != later {
			d.t.Errorf("%+v", x)
		}
		d.Advance(3 * time.Hour)
		if z, l := d.titles("zhang"), d.titles("li"); len(z) != 0 || !slices.Equal(l, []string{"wang 给您安排了待办"}) {
			d.t.Errorf("before the new time zhang was told %q and li %q", z, l)
		}
		d.Advance(2*time.Hour + time.Minute)
		if got := d.titles("li"); !slices.Equal(got, []string{"wang 给您安排了待办", "待办到期"}) {
			d.t.Errorf("li was told %q", got)
		}
		// What is past may stay, and is not reminded of again.
		d.call(team, "PUT", path, body("发发票", "li", later), nil)
		d.Advance(2 * time.Minute)
		if got := d.titles("li"); len(got) != 2 {
			d.t.Errorf("li was told %q", got)
		}
		d.call(team, "PUT", path+"/done", `{"done":true}`, nil)
		if got := d.status(team, "PUT", path, body("改", "li", later)); got != 409 {
			d.t.Errorf("a task that is done was changed: %d", got)
		}
	})
}

// TestRenamedMember: what somebody wrote, gave and did is his under his new userid.
func TestRenamedMember(t *testing.T) {
	stories(t, func(d *desk) {
		d.call(zhang, "POST", d.of("notes"), note("第一次", nil, nil), nil)
		var task followup.Task
		d.call(zhang, "POST", d.of("tasks"), `{"title":"发合同","member":"zhang","dueAt":"2026-12-01T00:00:00Z"}`, &task)
		d.tell(event.FollowedUp{Meta: event.Meta{Event: d.App.IDs.New(), Corp: d.Corp, At: d.Clock.Now().Add(time.Hour)}, Member: "zhang2", Customer: d.external, How: "note"})
		d.tell(event.MemberChanged{Meta: event.Meta{Event: d.App.IDs.New(), Corp: d.Corp, At: d.Clock.Now()}, Member: "zhang2", WasMember: "zhang"})
		var last []struct {
			Member string `bun:"member_id"`
			At     int64  `bun:"at"`
		}
		d.must(d.App.DB.Read().NewRaw("SELECT member_id, at FROM followup_last WHERE corp_id = ?", d.Corp).Scan(d.t.Context(), &last))
		if len(last) != 1 || last[0].Member != "zhang2" || last[0].At != db.MS(d.Clock.Now().Add(time.Hour)) {
			d.t.Errorf("last follow-ups: %+v", last)
		}
		var author, writer string
		d.must(d.App.DB.Read().NewRaw("SELECT author FROM followup_task WHERE id = ?", task.ID).Scan(d.t.Context(), &author))
		d.must(d.App.DB.Read().NewRaw("SELECT author FROM followup_note WHERE corp_id = ?", d.Corp).Scan(d.t.Context(), &writer))
		if author != "member:zhang2" || writer != "member:zhang2" {
			d.t.Errorf("the task is of %s, the note of %s", author, writer)
		}
	})
}

// TestManyTasksAtOnce: whoever is given many tasks, or has many due, gets some cards and one
// digest at the full hour.
func TestManyTasksAtOnce(t *testing.T) {
	stories(t, func(d *desk) {
		due := d.Clock.Now().Add(90 * time.Minute).Format(time.RFC3339)
		for range 7 {
			d.call("owner", "POST", d.of("tasks"), `{"title":"回访","member":"zhang","dueAt":"`+due+`"}`, nil)
		}
		d.Settle()
		want := slices.Repeat([]string{"owner 给您安排了待办"}, 5)
		told := func(when string) {
			t.Helper()
			got := slices.Sorted(slices.Values(d.titles("zhang")))
			if slices.Sort(want); !slices.Equal(got, want) {
				t.Errorf("%s: told %q, want %q", when, got, want)
			}
		}
		told("at once")
		d.Advance(time.Hour)
		want = append(want, "您有 2 条通知")
		told("an hour later")
		d.Advance(31 * time.Minute)
		d.Advance(time.Minute)
		want = append(want, slices.Repeat([]string{"待办到期"}, 5)...)
		told("when they are due")
		d.Advance(time.Hour)
		want = append(want, "您有 2 条通知")
		told("an hour after that")
	})
}
