package product_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/product"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// required are the features without which nobody can sign in.
var required = []string{"access", "account"}

// TestEachFeatureCanBeLeftOut boots the product without each feature in turn: no feature
// may lean on another.
func TestEachFeatureCanBeLeftOut(t *testing.T) {
	for i, slug := range slugs(t) {
		if slices.Contains(required, slug) {
			continue
		}
		t.Run(slug, func(t *testing.T) {
			rest := slices.Delete(product.Features(), i, i+1)
			apptest.Each(t, apptest.Options{Features: rest}, func(t *testing.T, h *apptest.House) {
				if status := get(t, h, "/readyz"); status != http.StatusOK {
					t.Errorf("/readyz answers %d", status)
				}
				works(t, h)
				for _, r := range h.App.Web.Routes() {
					if r.Slug == slug {
						t.Errorf("%s %s is still there", r.Method, r.Path)
					}
				}
			})
		})
	}
}

// slugs are the features' names in their order.
func slugs(t *testing.T) []string {
	var names []string
	t.Run("all", func(t *testing.T) {
		h := apptest.Open(t, "sqlite", apptest.Options{Features: product.Features(), NoSync: true})
		for _, f := range h.App.Features {
			names = append(names, f.Slug)
		}
	})
	if len(names) != len(product.Features()) {
		t.Fatalf("features %q", names)
	}
	return names
}

// works plays a customer who comes and goes: the callbacks are processed, every listener
// runs, and the console's pages answer.
func works(t *testing.T, h *apptest.House) {
	t.Helper()
	var pair wecomsim.Pair
	h.Sim.Inspect(func(w *wecomsim.World) {
		for _, m := range w.Corps[0].Members {
			pair.Member = m.UserID
		}
		for _, p := range w.People {
			pair.Person = p.ID
		}
	})
	if _, err := h.Sim.Add(wecomsim.Add{Person: pair.Person, Member: pair.Member}); err != nil {
		t.Fatal(err)
	}
	h.Settle()
	if _, err := h.Sim.DeleteMember(pair); err != nil {
		t.Fatal(err)
	}
	h.Settle()
	states := map[string]int{}
	var rows []struct{ Event, State string }
	err := h.App.DB.Read().NewRaw("SELECT event, state FROM mirror_inbox WHERE corp_id = ?", h.Corp).Scan(t.Context(), &rows)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		states[r.Event+" "+r.State]++
	}
	for _, want := range []string{"change_external_contact.add_external_contact done", "change_external_contact.del_follow_user done"} {
		if states[want] != 1 {
			t.Errorf("callbacks %v, want one %q", states, want)
		}
	}
	var unfinished []struct{ Kind, State, Error string }
	err = h.App.DB.Read().NewRaw("SELECT kind, state, error FROM job_job WHERE state IN ('dead', 'cancelled') OR attempt > 1").Scan(t.Context(), &unfinished)
	if err != nil {
		t.Fatal(err)
	}
	if len(unfinished) > 0 {
		t.Errorf("jobs that failed: %+v", unfinished)
	}
	console := h.Console()
	var me struct {
		Menu []struct{ Items []struct{ Key string } }
	}
	console.Do(http.MethodGet, "/api/account/me", nil, &me)
	var shown, want []string
	for _, group := range me.Menu {
		for _, item := range group.Items {
			shown = append(shown, item.Key)
		}
	}
	for _, f := range h.App.Features {
		for _, entry := range f.Menu {
			want = append(want, entry.Key)
		}
	}
	slices.Sort(shown)
	slices.Sort(want)
	if !slices.Equal(shown, want) || len(want) == 0 {
		t.Errorf("the menu shows %q, want %q", shown, want)
	}
	for _, r := range h.App.Web.Routes() {
		if r.Method == http.MethodGet && !r.Stream && r.Audience == "console" && !strings.Contains(r.Path, "{") {
			console.Do(http.MethodGet, r.Path+asked(h, r.Path), nil, nil)
		}
	}
}

// asked is the query of a page that answers nothing without one.
func asked(h *apptest.House, path string) string {
	if path == "/api/picture/shown" {
		return "?url=" + url.QueryEscape(h.WeCom+"/avatars/person/anybody.svg")
	}
	return ""
}

func get(t *testing.T, h *apptest.House, path string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := h.Client()
	defer client.CloseIdleConnections()
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode
}
