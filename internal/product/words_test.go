package product_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/product"
)

// sharedKey finds, in the front end's own list, the beginnings of keys that belong to nobody's folder.
var sharedKey = regexp.MustCompile(`(?m)^  '([a-z]+\.)',$`)

// catalogue gathers a language's texts exactly as the front end does (web/src/lib/translate.ts):
// a text that the pages would not find is not found here either.
func catalogue(t *testing.T, language string) map[string]string {
	t.Helper()
	all := map[string]string{}
	source, err := os.ReadFile("../../web/src/lib/translate.ts")
	if err != nil {
		t.Fatal(err)
	}
	shared := sharedKey.FindAllStringSubmatch(string(source), -1)
	if len(shared) < 5 {
		t.Fatalf("the front end shares %v", shared)
	}
	for _, pattern := range []string{"../../web/src/*/locale/", "../../web/src/features/*/locale/"} {
		files, err := filepath.Glob(pattern + language + ".json")
		if err != nil || len(files) == 0 {
			t.Fatalf("no texts in %s: %v", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var texts map[string]string
			if err := json.Unmarshal(text, &texts); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			folder := filepath.Base(filepath.Dir(filepath.Dir(file)))
			for key, words := range texts {
				if !slices.ContainsFunc(shared, func(start []string) bool { return strings.HasPrefix(key, start[1]) }) {
					key = folder + "." + key
				}
				all[key] = words
			}
		}
	}
	return all
}

// timelineKind finds the kinds of timeline entries that features write out.
var timelineKind = regexp.MustCompile(`Kind(?:: |, e\.Values = )"([a-z]+\.[a-zA-Z]+)"`)

// wordsOfAnswers asks for what else the server names only by a key: the fields of conditions
// with their choices and comparisons, the kinds of callbacks, the roles of every corp, and
// the blocks of the global search.
func wordsOfAnswers(t *testing.T, h *apptest.House) []string {
	t.Helper()
	var want []string
	var fields struct {
		Items []ask.Field `json:"items"`
	}
	h.Console().Do(http.MethodGet, "/api/customer/fields", nil, &fields)
	for _, field := range fields.Items {
		if field.Name == "" {
			want = append(want, "field."+field.Key)
		}
		for _, choice := range field.Options {
			if choice.Name == "" {
				want = append(want, "field."+field.Key+"."+choice.Value)
			}
		}
		for _, op := range field.Ops {
			want = append(want, "customer.rule.op."+string(op))
			if field.Kind != ask.KindFlag {
				want = append(want, "customer.rule.says."+string(op))
			}
		}
	}
	var callbacks struct {
		Kinds []string `json:"kinds"`
	}
	h.Console().Do(http.MethodGet, "/api/eventlog/callbacks/kinds", nil, &callbacks)
	for _, kind := range callbacks.Kinds {
		want = append(want, "event."+kind)
	}
	var roles struct {
		Roles []struct {
			Key     string `json:"key"`
			BuiltIn bool   `json:"builtIn"`
		} `json:"roles"`
	}
	h.Console().Do(http.MethodGet, "/api/access/roles", nil, &roles)
	for _, role := range roles.Roles {
		if role.BuiltIn {
			want = append(want, "role."+role.Key)
		}
	}
	if len(fields.Items) == 0 || len(callbacks.Kinds) == 0 || len(roles.Roles) == 0 {
		t.Errorf("%d fields, %d callbacks, %d roles", len(fields.Items), len(callbacks.Kinds), len(roles.Roles))
	}
	for _, f := range h.App.Features {
		if f.Answers.Find != nil {
			want = append(want, "find."+f.Slug) // its blocks are of the kind of its slug
		}
	}
	return want
}

// TestEverythingNamedHasWords looks for whatever the server names by a key – entries of
// the menu, rights, operations (for the audit log), figures, lines of a timeline, jobs – in both languages.
// A feature's words stand in web/src/features/<slug>/locale, an operation's as
// "operation.<slug>.<name>".
func TestEverythingNamedHasWords(t *testing.T) {
	h := apptest.Open(t, "sqlite", apptest.Options{Features: product.Features()})
	var want []string
	for _, f := range h.App.Features {
		for _, entry := range f.Menu {
			want = append(want, "menu."+entry.Key, "menu.group."+string(entry.Group))
		}
		for _, permission := range f.Permissions {
			want = append(want, "permission."+permission.Key)
		}
	}
	for _, r := range h.App.Web.Routes() {
		want = append(want, "operation."+r.Operation)
	}
	var figures struct {
		Tiles []struct {
			Key string `json:"key"`
		} `json:"tiles"`
	}
	h.Console().Do(http.MethodGet, "/api/home/tiles", nil, &figures)
	if len(figures.Tiles) == 0 {
		t.Error("the home page has no figures")
	}
	for _, tile := range figures.Tiles {
		want = append(want, "tile."+tile.Key, "tile."+tile.Key+".definition")
	}
	var course struct {
		Trends []struct {
			Key string `json:"key"`
		} `json:"trends"`
	}
	h.Console().Do(http.MethodGet, "/api/home/trend", nil, &course)
	if len(course.Trends) == 0 {
		t.Error("the home page has no trend")
	}
	for _, trend := range course.Trends {
		want = append(want, "trend."+trend.Key)
	}
	want = append(want, wordsOfAnswers(t, h)...)
	sources, err := filepath.Glob("../feature/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, file := range sources {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") || !strings.Contains(string(text), "ask.Entry") {
			continue
		}
		for _, found := range timelineKind.FindAllStringSubmatch(string(text), -1) {
			want = append(want, "timeline."+found[1])
			lines++
		}
	}
	if lines == 0 {
		t.Error("no feature writes a line of the timeline")
	}
	slices.Sort(want)
	want = slices.Compact(want)
	for _, language := range []string{"zh-CN", "en"} {
		texts := catalogue(t, language)
		for _, key := range want {
			if texts[key] == "" {
				t.Errorf("%s has no %q", language, key)
			}
		}
		for kind := range h.App.Queue.Kinds() {
			slug, name, _ := strings.Cut(kind, ".")
			news, heard := strings.CutPrefix(name, "on.")
			// As web/src/features/eventlog/kind-name.ts puts them together.
			if texts["job."+kind] == "" && (!heard || texts["menu."+slug] == "" || texts["eventlog.news."+news] == "") {
				t.Errorf("%s has no %q", language, "job."+kind)
			}
		}
	}
}
