package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

type code struct {
	ID     id.ID               `json:"id"`
	Tags   []string            `json:"tags"`
	Shifts []shift             `json:"shifts"`
	By     map[string][]string `json:"by"`
	To     map[string]shift    `json:"to"`
	Raw    []byte              `json:"raw,omitempty"`
	More   *more               `json:"more,omitempty"`
}

type shift struct {
	Members []string `json:"members"`
}

type more struct {
	Notes []string `json:"notes"`
}

type list struct {
	web.Paging
	Query string `query:"q" maxLength:"64"`
}

func documented() []web.Route {
	return []web.Route{
		web.Get("/codes", "code.read", "活码列表", func(_ context.Context, in *list) (*web.Page[code], error) {
			p := web.NewPage([]code{{ID: 7, Shifts: []shift{{}}, By: map[string][]string{"a": nil}, To: map[string]shift{"b": {}}, More: &more{}}}, in.Limit, func(c code) id.ID { return c.ID })
			return &p, nil
		}),
		web.Delete("/codes/{id}", "code.write", "删除活码", func(context.Context, *struct {
			ID id.ID `path:"id"`
		},
		) (*web.None, error) {
			return nil, nil
		}, web.Dangerous(), web.Tagged("活码")),
		web.Get("/faults", "code.read", "别处的同名类型", func(context.Context, *empty) (*fault.Field, error) { return nil, nil }, web.Named("faults")),
		web.Raw("GET", "/export/{kind}", "code.read", "导出", nil),
		web.Get("/hello", "", "问候", greet, web.For(web.Public)),
	}
}

func TestListsAreNeverNull(t *testing.T) {
	f := newFixture(nil, documented()...)
	got := strings.TrimSpace(f.call("GET", "/api/code/codes?limit=5", "", "X-Who", "reader").Body.String())
	want := `{"items":[{"id":"0000000000007","tags":[],"shifts":[{"members":[]}],"by":{"a":[]},"to":{"b":{"members":[]}},"more":{"notes":[]}}]}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestDocument(t *testing.T) {
	first, err := newFixture(nil, documented()...).OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		again, err := newFixture(nil, documented()...).OpenAPI()
		if err != nil || !bytes.Equal(first, again) {
			t.Fatal("the document differs between runs")
		}
	}
	if bytes.Contains(first, []byte("$schema")) || bytes.Contains(first, []byte("ErrorModel")) {
		t.Error("Huma's own additions are in the document")
	}
	var doc map[string]any
	if err := json.Unmarshal(first, &doc); err != nil {
		t.Fatal(err)
	}
	at := func(path ...string) any {
		var v any = doc
		for _, key := range path {
			m, ok := v.(map[string]any)
			if !ok {
				return nil
			}
			v = m[key]
		}
		return v
	}
	schema := func(path ...string) any { return at(append([]string{"components", "schemas"}, path...)...) }
	rows := []struct {
		what string
		got  any
		want any
	}{
		{"version", at("openapi"), "3.1.0"},
		{"operation", at("paths", "/api/code/codes", "get", "operationId"), "code.getCodes"},
		{"permission", at("paths", "/api/code/codes", "get", "x-permission"), "code.read"},
		{"audience", at("paths", "/api/code/hello", "get", "x-audience"), "public"},
		{"no permission", at("paths", "/api/code/hello", "get", "x-permission"), nil},
		{"danger", at("paths", "/api/code/codes/{id}", "delete", "x-dangerous"), true},
		{"named", at("paths", "/api/code/faults", "get", "operationId"), "code.faults"},
		{"raw", at("paths", "/api/code/export/{kind}", "get", "x-permission"), "code.read"},
	}
	for _, row := range rows {
		if row.got != row.want {
			t.Errorf("%s: %v, want %v", row.what, row.got, row.want)
		}
	}
	problem := at("paths", "/api/code/codes", "get", "responses", "default", "content", "application/problem+json", "schema", "$ref")
	if problem != "#/components/schemas/Problem" || schema("Problem", "properties", "errors") == nil {
		t.Errorf("errors are %v", problem)
	}
	names := []string{}
	for name := range schema().(map[string]any) {
		names = append(names, name)
	}
	var page, item map[string]any
	for _, name := range names {
		if strings.HasPrefix(name, "Page") {
			page = schema(name, "properties").(map[string]any)
		}
		if s, ok := schema(name, "properties").(map[string]any); ok && s["shifts"] != nil {
			item = s
		}
	}
	if page == nil || item == nil {
		t.Fatalf("schemas %v", names)
	}
	if got := page["items"].(map[string]any)["type"]; got != "array" {
		t.Errorf("items are %v: lists must not be nullable", got)
	}
	written := item["id"].(map[string]any)
	if written["type"] != "string" || !strings.Contains(written["pattern"].(string), "{12}") {
		t.Errorf("an id is %v", written)
	}
}

func TestRoutesAreListed(t *testing.T) {
	f := newFixture(nil, documented()...)
	var lines []string
	for _, r := range f.Routes() {
		lines = append(lines, r.Method+" "+r.Path+" "+string(r.Audience)+" "+r.Permission)
	}
	want := []string{
		"GET /api/code/codes console code.read", "DELETE /api/code/codes/{id} console code.write",
		"GET /api/code/export/{kind} console code.read", "GET /api/code/faults console code.read", "GET /api/code/hello public ",
	}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s", strings.Join(lines, "\n"))
	}
}
