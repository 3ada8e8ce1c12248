package product_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// TestExportsShowNothingBeyond takes every list away as a file, as everybody: what stands in
// the file is what he may see, and nobody else can fetch it.
func TestExportsShowNothingBeyond(t *testing.T) {
	apptest.Each(t, apptest.Options{Features: matrixFeatures(), NoSync: true}, func(t *testing.T, h *apptest.House) {
		for _, finding := range exported(t, h) {
			t.Error(finding)
		}
	})
}

// TestExportsFindPlantedHoles shows that it can fail.
func TestExportsFindPlantedHoles(t *testing.T) {
	leaky := func(d feature.Deps) feature.Feature {
		columns := func(context.Context, viewer.Viewer) ([]feature.ExportColumn, error) {
			return []feature.ExportColumn{{Key: "remark", ZH: "备注", EN: "Remark", Chosen: true}}, nil
		}
		rows := func(ctx context.Context, q feature.ExportQuery) web.Rows {
			return func(yield func([]any, error) bool) {
				var remarks []string
				err := d.DB.Read().NewRaw("SELECT remark FROM mirror_follow WHERE corp_id = ?", q.Viewer.Corp).Scan(ctx, &remarks)
				yield([]any{strings.Join(remarks, " ")}, err)
			}
		}
		return feature.Feature{Slug: "planted", Exports: []feature.Export{
			{Key: "planted.rows", ZH: "忘了数据范围", EN: "hole", Permission: "customer.export", Columns: columns, Rows: rows},
		}}
	}
	h := apptest.Open(t, "sqlite", apptest.Options{Features: matrixFeatures(leaky), NoSync: true})
	found := strings.Join(exported(t, h, "planted.rows"), "\n")
	for _, want := range []string{"planted.rows, self: told of " + outside, "planted.rows, local account: told of " + outside, "planted.rows, nobody else: told of " + inside} {
		if !strings.Contains(found, want) {
			t.Errorf("overlooked: %s\nfound: %s", want, found)
		}
	}
}

// exported takes the named lists, or all, and tells what is wrong.
func exported(t *testing.T, h *apptest.House, only ...string) []string {
	t.Helper()
	var keys, permissions, found []string
	for _, f := range h.App.Features {
		for _, e := range f.Exports {
			if len(only) == 0 || slices.Contains(only, e.Key) {
				keys = append(keys, e.Key)
			}
		}
	}
	for _, p := range h.App.Permissions() {
		if !strings.HasPrefix(p.Key, viewer.Installation) {
			permissions = append(permissions, p.Key)
		}
	}
	w := build(t, h, permissions...)
	if len(keys) == 0 {
		t.Fatal("there is no list")
	}
	type file struct {
		list string
		who  persona
		id   string
	}
	var files []file
	for _, key := range keys {
		for _, who := range personas() {
			filter := map[string]any{}
			if key == "stage.cards" {
				filter["flow"] = w.ids["flow"][inside]
			}
			status, answer := w.ask("POST", "/api/export/runs", map[string]any{"list": key, "format": "csv", "filter": filter}, w.as(who, "-"))
			if status == http.StatusNotFound && len(filter) > 0 && (!slices.Contains(who.sees, inside) || who.corp != "") {
				continue // nothing of it is his
			}
			var made struct {
				ID string `json:"id"`
			}
			if err := json.Unmarshal([]byte(answer), &made); status >= 300 || err != nil {
				t.Fatalf("%s, %s: %d %s", key, who.name, status, answer)
			}
			files = append(files, file{key, who, made.ID})
		}
	}
	h.Settle()
	rich := map[string]bool{} // lists of which somebody got a row
	for _, f := range files {
		report := func(who, format string, args ...any) {
			found = append(found, f.list+", "+who+": "+fmt.Sprintf(format, args...))
		}
		at := "/api/export/runs/" + f.id + "/file"
		status, answer := w.ask("GET", at, nil, w.as(f.who, "-"))
		if status != http.StatusOK {
			t.Fatalf("%s, %s: %d %s", f.list, f.who.name, status, answer)
		}
		w.told(f.who, answer, strings.HasPrefix(f.list, "customer."), report)
		rich[f.list] = rich[f.list] || strings.Contains(answer, inside)
		for _, other := range []persona{{name: "another", member: "wu"}, {name: "another corp", corp: neighbour, member: "zhang"}} {
			if other.member == f.who.member && other.corp == f.who.corp {
				continue
			}
			if status, answer := w.ask("GET", at, nil, w.as(other, "-")); status != http.StatusNotFound {
				found = append(found, f.list+", fetched by "+other.name+": "+answer)
			}
			if status, answer := w.ask("DELETE", strings.TrimSuffix(at, "/file"), nil, w.as(other, "-")); status != http.StatusNotFound {
				found = append(found, f.list+", removed by "+other.name+": "+answer)
			}
		}
	}
	for _, key := range keys {
		if !rich[key] {
			found = append(found, key+" is empty for everybody, which shows nothing")
		}
	}
	return found
}
