package product_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// TestWhatLiesOutsideMovesNothing asks everything that can be read, has a member outside the
// scope follow a customer inside it, with all that comes of it, and asks again: every row,
// count, figure, order and search is as it was, whatever it is filtered by. Only who sees
// all sees more.
func TestWhatLiesOutsideMovesNothing(t *testing.T) {
	apptest.Each(t, apptest.Options{Features: matrixFeatures(), NoSync: true}, func(t *testing.T, h *apptest.House) {
		for _, finding := range moved(t, h, places()) {
			t.Error(finding)
		}
	})
}

// TestMovesFindPlantedHoles shows that it can fail: by a number alone, and by a filter.
func TestMovesFindPlantedHoles(t *testing.T) {
	type total struct{ Count int }
	leaky := func(d feature.Deps) feature.Feature {
		return feature.Feature{
			Slug: "planted", Permissions: []feature.Permission{{Key: "planted.read", ZH: "洞", EN: "hole"}},
			Routes: []web.Route{
				web.Get("/count", "planted.read", "数到范围外", func(ctx context.Context, _ *struct{}) (*total, error) {
					v, err := viewer.From(ctx)
					if err != nil {
						return nil, err
					}
					var n total
					err = d.DB.Read().NewRaw("SELECT COUNT(*) FROM mirror_follow WHERE corp_id = ?", v.Corp).Scan(ctx, &n.Count)
					return &n, err
				}),
			},
		}
	}
	h := apptest.Open(t, "sqlite", apptest.Options{Features: matrixFeatures(leaky), NoSync: true})
	found := strings.Join(moved(t, h, map[string]place{"GET /api/planted/count": {kind: counts, permission: "planted.read"}}), "\n")
	for _, want := range []string{"GET /api/planted/count, self: ", "GET /api/planted/count, named department: "} {
		if !strings.Contains(found, want) {
			t.Errorf("overlooked: %s\nfound: %s", want, found)
		}
	}
}

// moved tells which answers change by what their reader must not see, and which do not
// change for who sees all: those show nothing.
func moved(t *testing.T, h *apptest.House, table map[string]place) []string {
	t.Helper()
	var permissions, found []string
	for _, p := range h.App.Permissions() {
		if !strings.HasPrefix(p.Key, viewer.Installation) {
			permissions = append(permissions, p.Key)
		}
	}
	w := build(t, h, permissions...)
	watchers := slices.DeleteFunc(personas(), func(p persona) bool {
		return !slices.Contains([]string{"another corp's zhang", "self", "named department", "all"}, p.name)
	})
	questions := w.questions(table)
	ask := func() map[string]string {
		answers := map[string]string{}
		for _, who := range watchers {
			for _, q := range questions {
				status, answer := w.ask(q.method, q.path, q.body, w.as(who, strings.Join(permissions, ",")))
				if status >= http.StatusInternalServerError {
					found = append(found, fmt.Sprintf("%s, %s: %d %s", q.name, who.name, status, answer))
				}
				answers[q.name+", "+who.name] = steady(answer)
			}
		}
		return answers
	}
	before := ask()
	parse := func(object, word string) id.ID {
		thing, err := id.Parse(w.ids[object][word])
		w.must(err)
		return thing
	}
	w.pair(w.Corp, "li", outside, "wm-zhang", parse("customer", inside), parse("code", outside), parse("group", outside))
	another := w.person(w.Corp, "li", outside, "wm-li2")
	w.pair(w.Corp, "li", outside, "wm-li2", another, parse("code", outside), parse("group", outside))
	after := ask()
	told := map[string]bool{}
	for _, q := range questions {
		for _, who := range watchers {
			key := q.name + ", " + who.name
			same := before[key] == after[key]
			switch {
			case who.name == "all":
				told[q.route] = told[q.route] || !same
			case strings.Contains(after[key], outside):
				found = append(found, key+": told of "+outside)
			case !same && !slices.Contains(moves(), q.route):
				found = append(found, key+": "+difference(before[key], after[key]))
			}
		}
	}
	for route, p := range table {
		if (p.kind == lists || p.kind == counts) && !told[route] && !slices.Contains(unmoved(), route) {
			found = append(found, route+" is the same for who sees all, which shows nothing")
		}
	}
	slices.Sort(found)
	return found
}

// question is one request.
type question struct {
	route, name, method, path string
	body                      any
}

// questions are all that read: each route as it is, by a search and by conditions.
func (w *world) questions(table map[string]place) []question {
	raw, err := os.ReadFile("../../web/src/api/openapi.json")
	w.must(err)
	var api struct {
		Paths map[string]map[string]struct {
			Parameters []struct {
				Name string `json:"name"`
			} `json:"parameters"`
		} `json:"paths"`
	}
	w.must(json.Unmarshal(raw, &api))
	var all []question
	rules := w.conditions()
	for route, p := range table {
		method, path, _ := strings.Cut(route, " ")
		if slices.Contains([]kind{open, own, stream, founders}, p.kind) || strings.HasPrefix(path, "/api/audit/") || method != http.MethodGet && !slices.Contains(readsByPost(), route) {
			continue
		}
		thing := w.ids[p.object][inside]
		fill := strings.NewReplacer("{id}", thing, "{member}", "zhang", "{role}", w.ids["selfRole"][inside])
		if before, after, variable := strings.Cut(path, "{"); variable {
			_, after, _ = strings.Cut(after, "}")
			path = before + thing + after
		}
		q := question{route: route, name: route, method: method, path: path + fill.Replace(p.query)}
		if p.body != "" {
			q.body = json.RawMessage(fill.Replace(p.body))
		}
		all = append(all, q)
		for _, parameter := range api.Paths[strings.Fields(route)[1]][strings.ToLower(method)].Parameters {
			switch parameter.Name {
			case "q":
				for _, word := range []string{"王小", outside, "13912345678"} {
					all = append(all, with(q, "q", word))
				}
			case "rule":
				for _, rule := range rules[:map[bool]int{true: len(rules), false: 6}[path == "/api/customer/size"]] {
					all = append(all, with(q, "rule", rule))
				}
			}
		}
	}
	return all
}

func with(q question, name, value string) question {
	glue := map[bool]string{true: "&", false: "?"}[strings.Contains(q.path, "?")]
	q.name += " " + name + "=" + value
	q.path += glue + name + "=" + url.QueryEscape(value)
	return q
}

// conditions ask for what comes with the follow of the member outside, by every field there is.
func (w *world) conditions() []string {
	_, answer := w.ask("GET", "/api/customer/fields", nil, w.as(persona{member: "zhang"}, "-"))
	var fields struct {
		Items []struct {
			Key     string   `json:"key"`
			Kind    string   `json:"kind"`
			Ops     []string `json:"ops"`
			Options []struct {
				Value string `json:"value"`
			} `json:"options"`
		} `json:"items"`
	}
	w.must(json.Unmarshal([]byte(answer), &fields))
	values := map[string][]string{"text": {outside}, "member": {"li"}, "department": {"12"}, "tag": {"own:li"}, "group": {"wr-li"}, "flag": {"true"}, "number": {"1"}}
	var rules []string
	for _, f := range fields.Items {
		for _, op := range f.Ops {
			chosen := values[f.Kind]
			for _, o := range f.Options {
				chosen = append(slices.Clone(chosen), o.Value)
			}
			switch op {
			case "empty", "set":
				chosen = nil
			case "within", "beyond":
				chosen = []string{"1"}
			case "between":
				chosen = map[bool][]string{true: {"2020-01-01", "2030-01-01"}, false: {"0", "9"}}[f.Kind == "date"]
			case "less", "more":
				chosen = map[bool][]string{true: {"2026-11-20"}, false: {"1"}}[f.Kind == "date"]
			}
			raw, err := json.Marshal(map[string]any{"field": f.Key, "op": op, "values": chosen})
			w.must(err)
			rules = append(rules, string(raw))
		}
	}
	if len(rules) < 40 {
		w.t.Fatalf("only the conditions %q: %s", rules, answer)
	}
	return rules
}

// steady leaves out what differs from one moment to the next.
func steady(answer string) string {
	return regexp.MustCompile(`"at":\d{13}|"reference": ?"\w+"`).ReplaceAllString(answer, "")
}

// difference is where two texts part.
func difference(a, b string) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	cut := func(s string) string { return s[max(0, min(i, len(s))-150):min(len(s), i+150)] }
	return cut(a) + " → " + cut(b)
}

// readsByPost are those that tell something and change nothing.
func readsByPost() []string {
	return []string{"POST /api/tag/runs/size", "POST /api/transfer/preview", "POST /api/tag/rules/dry-run"}
}

// moves are the answers that do say that somebody else is there, as their pages do, and no more.
func moves() []string {
	return []string{
		"GET /api/intention/customers/{id}",   // the score is the customer's: what others added is one sum
		"GET /api/privacy/customers/{id}",     // refused: his data are not all in the viewer's scope
		"GET /api/privacy/requests/{id}/file", // refused as well: they are of him as a whole
		"POST /api/tag/rules/dry-run",         // the rule would act on the customer's coming into any group
	}
}

// unmoved are lists without a row that comes of a follow.
func unmoved() []string {
	return []string{
		"GET /api/access/grants", "GET /api/account/everybody/sessions", "GET /api/audit/entries", "GET /api/audit/entries.csv", "GET /api/audit/entries.xlsx",
		"GET /api/channelcode/codes", "GET /api/churn/hints", "GET /api/mirror/departments", "GET /api/mirror/groups", "GET /api/mirror/members",
		"GET /api/privacy/requests", "GET /api/transfer/leavers/count", "GET /api/welcome/greetings",
	}
}
