package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

const markPath = "/cgi-bin/externalcontact/mark_tag"

// blows tells when so many customers have been tagged at WeCom: moments to kill at.
type blows struct {
	marked  atomic.Int64
	at      []int64
	reached chan struct{}
}

// door is WeCom's address; the call at which a blow falls is taken or not, as it happens.
func (b *blows) door(t *testing.T, o *outside) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == markPath && slices.Contains(b.at, b.marked.Add(1)) {
			b.reached <- struct{}{}
		}
		o.sim.Handler().ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s.URL
}

// TestBatchActsSurviveKills: a tag run, a move of many, an edit of many and an import of some
// thousand lines are under way together, and the program is killed at random moments and
// started anew. In the end every customer is tagged, moved and edited once and every line is
// applied once, as if nothing had happened; and the import can be undone.
func TestBatchActsSurviveKills(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			dice := rand.New(rand.NewPCG(seed, 1))
			o := &outside{sim: wecomsim.New(wecomsim.Options{Seed: &wecomsim.SeedOptions{Members: 4, Departments: 2, Customers: 500, Days: 20, RandSeed: 4}})}
			t.Cleanup(func() {
				if err := o.sim.Close(); err != nil {
					t.Error(err)
				}
			})
			o.stuck.Store(true) // nobody is greeted here
			b := &blows{at: []int64{1 + dice.Int64N(60), 100 + dice.Int64N(250)}, reached: make(chan struct{}, 2)}
			dsn := dbtest.DSN(t, e)
			set := o.settings(t, dsn, keyFile(t), t.TempDir(), "only")
			for _, name := range []string{"wecom.base_url", "wecom.open_url", "wecom.login_url"} {
				set[name] = b.door(t, o)
			}
			p := start(t, "first", set, "--migrate")
			o.callbacksTo(t, p)
			console := apptest.SignIn(t, p.url)
			w, mirrored := begin(t, console), dbtest.OpenDSN(t, dsn)
			table := drawUp(t, console, mirrored)
			for i := range b.at {
				until(t, "enough customers are tagged", 30*time.Second, func() bool { return len(b.reached) > i })
				if i == 0 {
					table.begins(t, console)
				}
				p.kill()
				p = start(t, fmt.Sprint("start ", i+2), set)
			}
			console = apptest.SignIn(t, p.url)
			w.ends(t, console)
			w.same(t, mirrored, o)
			table.same(t, console, mirrored)
		})
	}
}

// work are three batch acts on all customers.
type work struct {
	tag, stage, field string // what they put on, where they move to, what they fill in
	run, batch, edit  string // the acts
}

func begin(t *testing.T, console *apptest.Console) (w work) {
	t.Helper()
	console.Do(http.MethodPost, "/api/mirror/sync", map[string]string{"scope": "full"}, nil)
	until(t, "the corp is read", 30*time.Second, func() bool {
		var syncs struct{ Items []struct{ State string } }
		console.Do(http.MethodGet, "/api/mirror/sync", nil, &syncs)
		return len(syncs.Items) > 0 && syncs.Items[0].State == "done"
	})
	all := map[string]any{"rule": map[string]any{}}
	var library struct {
		Groups []struct {
			Name string
			Tags []struct{ ID string }
		}
	}
	console.Do(http.MethodPost, "/api/tag/groups", map[string]any{"name": "批量", "tags": []string{"全员"}}, nil)
	until(t, "the tag is made", 10*time.Second, func() bool {
		console.Do(http.MethodGet, "/api/tag/library", nil, &library)
		for _, g := range library.Groups {
			if g.Name == "批量" {
				w.tag = g.Tags[0].ID
			}
		}
		return w.tag != ""
	})
	var flows struct {
		Items []struct {
			ID     string
			Stages []struct{ ID string }
		}
	}
	console.Do(http.MethodGet, "/api/stage/flows", nil, &flows)
	var field, run, batch, edit struct{ ID string }
	console.Do(http.MethodPost, "/api/profile/fields", map[string]any{"name": "城市", "kind": "text"}, &field)
	w.stage, w.field = flows.Items[0].Stages[2].ID, field.ID
	console.Do(http.MethodPost, "/api/tag/runs", map[string]any{"selection": all, "pairs": true, "add": []string{w.tag}}, &run)
	console.Do(http.MethodPost, "/api/stage/flows/"+flows.Items[0].ID+"/batches", map[string]any{"stage": w.stage, "selection": all}, &batch)
	values := []map[string]any{{"field": w.field, "values": []string{"杭州"}}}
	console.Do(http.MethodPost, "/api/profile/edits", map[string]any{"selection": all, "values": values}, &edit)
	w.run, w.batch, w.edit = run.ID, batch.ID, edit.ID
	return w
}

// ends waits until all three are done.
func (w work) ends(t *testing.T, console *apptest.Console) {
	t.Helper()
	var act struct {
		State, Problem string
		Error          map[string]any
		Total, Failed  int64
	}
	until(t, "all acts are done", time.Minute, func() bool {
		var batches struct{ Items []struct{ ID, State string } }
		console.Do(http.MethodGet, "/api/stage/batches", nil, &batches)
		if len(batches.Items) != 1 || batches.Items[0].ID != w.batch || batches.Items[0].State != "done" {
			return false
		}
		for _, path := range []string{"/api/tag/runs/" + w.run, "/api/profile/runs/" + w.edit} {
			console.Do(http.MethodGet, path, nil, &act)
			if act.State != "done" {
				return false
			}
			if act.Failed != 0 || act.Problem != "" || act.Error != nil {
				t.Fatalf("%s: %+v", path, act)
			}
		}
		return true
	})
}

// same fails unless every customer was tagged, moved and edited, and none twice.
func (w work) same(t *testing.T, d *db.DB, o *outside) {
	t.Helper()
	carry := 0
	o.sim.Inspect(func(x *wecomsim.World) {
		c := x.Corps[0]
		for _, m := range c.Members {
			for external := range c.Customers {
				if f, ok := c.Follow(m.UserID, external); ok && slices.Contains(f.Tags, w.tag) {
					carry++
				}
			}
		}
	})
	number := func(text string) id.ID {
		n, err := id.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	count := func(sql string, args ...any) (n int) {
		if err := d.Read().NewRaw(sql, args...).Scan(t.Context(), &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	follows := count("SELECT count(*) FROM mirror_follow WHERE standing = 1")
	customers := count("SELECT count(DISTINCT customer) FROM mirror_follow WHERE standing = 1")
	for what, x := range map[string][2]int{
		"follows tagged, and counted once":          {count("SELECT changed FROM tag_run"), carry},
		"follows tagged in our copy":                {count("SELECT count(*) FROM mirror_follow_tag WHERE tag_id = ?", w.tag), carry},
		"follows through":                           {count("SELECT changed + gone FROM tag_run WHERE total = changed + gone"), follows},
		"follows in the stage":                      {count("SELECT count(*) FROM stage_placement WHERE stage_id = ?", number(w.stage)), follows},
		"moves told":                                {count("SELECT moved FROM stage_batch"), follows},
		"moves in the history":                      {count("SELECT count(*) FROM stage_move"), follows},
		"customers with the value":                  {count("SELECT count(*) FROM profile_value WHERE field_id = ? AND text = '杭州'", number(w.field)), customers},
		"customers edited, and counted once":        {count("SELECT changed FROM profile_run WHERE kind = 'edit'"), customers},
		"lines of the edit in customers' histories": {count("SELECT count(*) FROM profile_change WHERE source = 'batch'"), customers},
	} {
		if x[0] != x[1] || x[1] == 0 {
			t.Errorf("%s: %d, want %d", what, x[0], x[1])
		}
	}
}
