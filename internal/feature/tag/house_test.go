package tag_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/customer"
	"github.com/queqiao-scrm/queqiao/internal/feature/profile"
	"github.com/queqiao-scrm/queqiao/internal/feature/tag"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// desk is a running program with its world, asked by whoever a test names.
type desk struct {
	*apptest.House
	t    *testing.T
	line *apptest.Line
	book apptest.Ledger
}

// small is a world with a few of everything.
func small() *wecomsim.SeedOptions {
	return &wecomsim.SeedOptions{Members: 4, Departments: 3, Customers: 12, Groups: 2, Days: 20, People: 6, RandSeed: 3}
}

// stories runs a story in a house of its own on each engine.
func stories(t *testing.T, story func(d *desk)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			story(open(t, e, small()))
		})
	}
}

func open(t *testing.T, e db.Engine, seed *wecomsim.SeedOptions) *desk {
	t.Helper()
	d := &desk{t: t, line: &apptest.Line{}}
	door := apptest.Door(func() string { return d.Corp })
	d.House = apptest.Open(t, e, apptest.Options{Seed: seed, Features: []feature.New{customer.New, profile.New, tag.New, door, d.book.New}, Transport: d.line})
	d.line.Clock = d.Clock
	return d
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// ask is one request by somebody (apptest.WhoHeader); the answer's status and text.
func (d *desk) ask(who, method, path string, body any) (int, string) {
	d.t.Helper()
	sent := ""
	if body != nil {
		raw, err := json.Marshal(body)
		d.must(err)
		sent = string(raw)
	}
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.URL+"/api/"+path, strings.NewReader(sent))
	d.must(err)
	r.Header.Set(apptest.WhoHeader, who)
	if sent != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(r)
	d.must(err)
	raw, err := io.ReadAll(answer.Body)
	d.must(err)
	d.must(answer.Body.Close())
	return answer.StatusCode, string(raw)
}

// do is a request of the owner that must succeed.
func do[T any](d *desk, method, path string, body any) (into T) {
	d.t.Helper()
	return as[T](d, "owner", method, path, body)
}

func as[T any](d *desk, who, method, path string, body any) (into T) {
	d.t.Helper()
	status, answer := d.ask(who, method, path, body)
	if status/100 != 2 {
		d.t.Fatalf("%s %s by %s: %d %s", method, path, who, status, answer)
	}
	if answer != "" {
		if err := json.Unmarshal([]byte(answer), &into); err != nil {
			d.t.Fatalf("%s %s: %v in %s", method, path, err, answer)
		}
	}
	return into
}

// refuses expects a request to fail with a status and words.
func (d *desk) refuses(who, method, path string, body any, status int, words string) {
	d.t.Helper()
	got, answer := d.ask(who, method, path, body)
	if got != status || !strings.Contains(answer, words) {
		d.t.Errorf("%s %s by %s: %d %s, want %d with %q", method, path, who, got, answer, status, words)
	}
}

type names map[string]any

// group makes a group at WeCom from our side and gives its ids, the group's first.
func (d *desk) group(name string, tags ...string) []string {
	d.t.Helper()
	c := do[tag.Change](d, "POST", "tag/groups", names{"name": name, "tags": tags})
	if c.State != "done" {
		d.t.Fatalf("group %s: %+v", name, c)
	}
	d.Settle()
	return d.ids(name)
}

// own makes a group of platform tags.
func (d *desk) own(name string, tags ...string) []string {
	d.t.Helper()
	do[tag.Change](d, "POST", "tag/groups", names{"name": name, "tags": tags, "own": true})
	return d.ids(name)
}

func (d *desk) library(who string) tag.Library {
	d.t.Helper()
	return as[tag.Library](d, who, "GET", "tag/library", nil)
}

// ids are those of a group and its tags in their order.
func (d *desk) ids(group string) []string {
	d.t.Helper()
	for _, g := range d.library("owner").Groups {
		if g.Name == group {
			out := []string{g.ID}
			for _, t := range g.Tags {
				out = append(out, t.ID)
			}
			return out
		}
	}
	d.t.Fatalf("no group %s", group)
	return nil
}

// words are the names of a group's tags in their order; nil when there is no such group.
func (d *desk) words(group string) []string {
	d.t.Helper()
	for _, g := range d.library("owner").Groups {
		if g.Name == group {
			out := []string{}
			for _, t := range g.Tags {
				out = append(out, t.Name)
			}
			return out
		}
	}
	return nil
}

func (d *desk) wants(what string, got, want []string) {
	d.t.Helper()
	if !slices.Equal(got, want) {
		d.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// same fails unless the library here is WeCom's.
func (d *desk) same() {
	d.t.Helper()
	want := map[string]string{}
	d.Sim.Inspect(func(w *wecomsim.World) {
		for _, g := range w.Corp(d.Corp).TagGroups {
			for _, t := range g.Tags {
				if !g.Deleted && !t.Deleted {
					want[t.ID] = g.ID + "/" + g.Name + "/" + t.Name
				}
			}
		}
	})
	for _, g := range d.library("owner").Groups {
		for _, t := range g.Tags {
			if g.Own {
				continue
			}
			if got := g.ID + "/" + g.Name + "/" + t.Name; want[t.ID] != got {
				d.t.Errorf("here is %s, at WeCom %q", got, want[t.ID])
			}
			delete(want, t.ID)
		}
	}
	for _, missing := range want {
		d.t.Errorf("only at WeCom: %s", missing)
	}
}

type pair struct {
	Follow, CustomerID id.ID
	Member, Customer   string
}

// pairs are the standing follows, by member and customer.
func (d *desk) pairs() []pair {
	d.t.Helper()
	var rows []pair
	d.must(d.App.DB.Read().NewRaw(`SELECT id AS follow, customer_id, member_id AS member, customer FROM mirror_follow
		WHERE corp_id = ? AND standing = 1 ORDER BY member_id, customer`, d.Corp).Scan(d.t.Context(), &rows))
	if len(rows) < 6 {
		d.t.Fatalf("only %d follows", len(rows))
	}
	return rows
}

// carriers are the follows that carry a tag here, in the order of pairs.
func (d *desk) carriers(tagID string) []id.ID {
	d.t.Helper()
	rows := []id.ID{}
	d.must(d.App.DB.Read().NewRaw(`SELECT f.id FROM mirror_follow AS f JOIN mirror_follow_tag AS t ON t.follow_id = f.id
		WHERE f.corp_id = ? AND t.tag_id = ? ORDER BY f.member_id, f.customer`, d.Corp, tagID).Scan(d.t.Context(), &rows))
	return rows
}

// outside are the follows that carry a tag at WeCom.
func (d *desk) outside(tagID string) []id.ID {
	d.t.Helper()
	out := []id.ID{}
	for _, p := range d.pairs() {
		d.Sim.Inspect(func(w *wecomsim.World) {
			if f, ok := w.Corp(d.Corp).Follow(p.Member, p.Customer); ok && slices.Contains(f.Tags, tagID) {
				out = append(out, p.Follow)
			}
		})
	}
	return out
}

// carried fails unless exactly these follows carry the tag, here and at WeCom.
func (d *desk) carried(what, tagID string, want ...id.ID) {
	d.t.Helper()
	if got := d.carriers(tagID); !slices.Equal(got, want) {
		d.t.Errorf("%s: here %v carry it, want %v", what, got, want)
	}
	if mirror.IsOwnTag(tagID) {
		return
	}
	if got := d.outside(tagID); !slices.Equal(got, want) {
		d.t.Errorf("%s: at WeCom %v carry it, want %v", what, got, want)
	}
}

func (d *desk) run(run id.ID) tag.Run {
	d.t.Helper()
	return do[tag.Run](d, "GET", "tag/runs/"+run.String(), nil)
}

func (d *desk) items(run id.ID, state string) []tag.Item {
	d.t.Helper()
	return do[web.Page[tag.Item]](d, "GET", "tag/runs/"+run.String()+"/items?state="+state, nil).Items
}

// begin starts a run for some follows and waits until nothing is due.
func (d *desk) begin(follows []id.ID, add, remove []string) tag.Run {
	d.t.Helper()
	r := do[tag.Run](d, "POST", "tag/runs", names{"selection": names{"follows": follows}, "pairs": true, "add": add, "remove": remove})
	d.Settle()
	return d.run(r.ID)
}

type idOf = id.ID

// person is who stands behind an external_userid.
func (d *desk) person(customer string) (person string) {
	d.t.Helper()
	d.Sim.Inspect(func(w *wecomsim.World) {
		if c := w.Corp(d.Corp).Customers[customer]; c != nil {
			person = c.Person
		}
	})
	if person == "" {
		d.t.Fatalf("nobody behind %s", customer)
	}
	return person
}

func contains(text string, parts ...string) bool {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}
