package product_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/app"
	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/access"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/product"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

func matrixFeatures(more ...feature.New) []feature.New {
	return append(append(product.Features(), more...), doorman)
}

// unplaced compares the routes of a program with the table.
func unplaced(a *app.App, table map[string]place) []string {
	var found []string
	left := map[string]bool{}
	for route := range table {
		left[route] = true
	}
	for _, r := range a.Web.Routes() {
		key := r.Method + " " + r.Path
		p, ok := table[key]
		delete(left, key)
		switch audience := map[bool]web.Audience{true: web.Public, false: web.Console}[p.kind == open]; {
		case !ok:
			found = append(found, key+" has no place: say in internal/product/places_test.go what it touches")
		case p.permission != r.Permission:
			found = append(found, fmt.Sprintf("%s asks for %q, its place says %q", key, r.Permission, p.permission))
		case r.Setting == "" && r.Method == http.MethodPut && (strings.HasSuffix(r.Path, "/setting") || strings.HasSuffix(r.Path, "/policy")):
			found = append(found, key+" changes a setting and does not say which (web.Sets): nobody can look up who changed it")
		case r.Audience != audience:
			found = append(found, fmt.Sprintf("%s is for %q, its place says %q", key, r.Audience, audience))
		}
	}
	for key := range left {
		found = append(found, key+" has a place and is no route")
	}
	slices.Sort(found)
	return found
}

func TestEveryRouteHasItsPlace(t *testing.T) {
	h := apptest.Open(t, "sqlite", apptest.Options{Features: product.Features(), NoSync: true})
	for _, finding := range unplaced(h.App, places()) {
		t.Error(finding)
	}
}

// TestMatrix asks every operation as everybody: with and without its permission, by each
// kind of scope, by each built-in role, from another corp, and signed out.
func TestMatrix(t *testing.T) {
	apptest.Each(t, apptest.Options{Features: matrixFeatures(), NoSync: true}, func(t *testing.T, h *apptest.House) {
		w := build(t, h)
		for _, finding := range w.findings(places()) {
			t.Error(finding)
		}
	})
}

// findings asks everything in the table and gives what is wrong. Writes come last, those
// that destroy at the very end.
func (w *world) findings(table map[string]place) []string {
	var found []string
	order := slices.SortedFunc(maps(table), func(a, b string) int {
		late := func(route string) int {
			return slices.Index([]string{"GET", "POST", "PUT", "DELETE"}, strings.Fields(route)[0])
		}
		if late(a) != late(b) {
			return late(a) - late(b)
		}
		return strings.Compare(a, b)
	})
	for _, route := range order {
		for _, finding := range w.route(route, table[route]) {
			found = append(found, route+", "+finding)
		}
	}
	for _, route := range slices.Sorted(maps(w.unsaid)) {
		found = append(found, route+", everybody: the audit log does not say what it was done to")
	}
	return found
}

func maps[V any](table map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for route := range table {
			if !yield(route) {
				return
			}
		}
	}
}

func (w *world) route(route string, p place) []string {
	var found []string
	report := func(who, format string, args ...any) { found = append(found, who+": "+fmt.Sprintf(format, args...)) }
	if p.kind == open {
		return nil
	}
	status, _ := w.at(route, p, inside, map[string]string{})
	if status != http.StatusUnauthorized {
		report("signed out", "%d", status)
	}
	if p.kind == own {
		return found
	}
	w.refusals(route, p, report)
	if p.kind == stream {
		w.streams(report)
		return found
	}
	for _, who := range personas() {
		if w.refusedToOthers(route, p, who, report) {
			continue
		}
		w.allowed(route, p, who, report)
	}
	return found
}

// refusals asks without the permission, and as each built-in role.
func (w *world) refusals(route string, p place, report func(who, format string, args ...any)) {
	if p.permission == "" {
		return
	}
	var others []string
	for _, one := range w.App.Permissions() {
		if one.Key != p.permission {
			others = append(others, one.Key)
		}
	}
	if status, _ := w.at(route, p, inside, w.as(persona{member: "zheng"}, strings.Join(others, ","))); status != http.StatusForbidden {
		report("every permission but "+p.permission, "%d", status)
	}
	for _, role := range access.BuiltIn() {
		may := (viewer.Viewer{Permissions: role.Permissions}).Can(p.permission)
		if may && !strings.HasPrefix(route, "GET") {
			continue // asked once, by who sees all
		}
		status, answer := w.at(route, p, inside, w.as(persona{member: "b-" + role.Key}, "-"))
		if lacks := status == http.StatusForbidden && strings.Contains(answer, p.permission); lacks == may {
			report(role.Key, "%d %s", status, answer)
		}
	}
}

// as are the headers of a persona with permissions.
func (w *world) as(who persona, permissions string) map[string]string {
	if permissions == "" { // a session is enough; what it shows hangs on what one may read
		permissions = "channelcode.read,churn.read,customer.read,eventlog.read,welcome.read"
	}
	headers := map[string]string{"X-Corp": w.Corp, "X-Member": who.member, "X-Permissions": permissions}
	if who.corp != "" {
		headers["X-Corp"] = who.corp
	}
	if who.account != 0 {
		headers["X-Account"] = fmt.Sprint(int64(who.account))
	}
	return headers
}

// refusedToOthers asks for the whole corp's as somebody who sees a part: refused.
func (w *world) refusedToOthers(route string, p place, who persona, report func(who, format string, args ...any)) bool {
	wholly := []kind{wholeLists, wholeReads, wholeWrites}
	if !slices.Contains(wholly, p.kind) || who.corp != "" || slices.Contains(who.sees, outside) {
		return false
	}
	status, answer := w.at(route, p, inside, w.as(who, p.permission))
	if status != http.StatusForbidden && status != http.StatusNotFound || strings.Contains(answer, inside) {
		report(who.name, "%d, though he sees a part of the corp only", status)
	}
	return true
}

// allowed asks with the permission: all that is in scope, nothing beyond.
func (w *world) allowed(route string, p place, who persona, report func(who, format string, args ...any)) {
	headers := w.as(who, p.permission)
	switch p.kind {
	case lists, wholeLists:
		status, answer := w.at(route, p, "", headers)
		if status != http.StatusOK {
			report(who.name, "%d %s", status, answer)
		}
		w.told(who, answer, p.kind == lists, report)
	case shared:
		status, answer := w.at(route, p, inside, headers)
		if status != http.StatusOK && !(p.object == "picture" && status == http.StatusNotFound) {
			report(who.name, "%d %s", status, answer)
		}
		if alien := map[bool]string{true: inside, false: foreign}[who.corp != ""]; strings.Contains(answer, alien) {
			report(who.name, "told of %s", alien)
		}
	case counts:
		w.counted(route, p, who, headers, report)
	case figures:
		status, answer := w.at(route, p, "", headers)
		if status != http.StatusOK {
			report(who.name, "%d %s", status, answer)
		}
		w.figured(who, answer, report)
	case reads, wholeReads, writes, wholeWrites, creates:
		w.things(route, p, who, headers, report)
	case mine:
		w.own(route, p, who, headers, report)
	case traces:
		_, answer := w.at(route, p, inside, headers)
		w.told(who, answer, false, report)
	case founders:
		if status, answer := w.at(route, p, inside, w.as(who, "-")); status != http.StatusForbidden {
			report(who.name, "%d %s", status, answer)
		}
	case settings:
		w.set(route, p, who, headers, report)
	case stream, own, open:
	}
}

// told compares the words in an answer with what the persona may learn.
func (w *world) told(who persona, answer string, rows bool, report func(who, format string, args ...any)) {
	for _, word := range []string{inside, outside} {
		if strings.Contains(answer, word) && !slices.Contains(who.sees, word) {
			report(who.name, "told of %s", word)
		}
	}
	if strings.Contains(answer, foreign) && who.corp == "" {
		report(who.name, "told of %s", foreign)
	}
	if rows && len(who.sees) > 0 && !strings.Contains(answer, who.sees[0]) {
		report(who.name, "not told of %s: %s", who.sees[0], answer)
	}
}

func (w *world) counted(route string, p place, who persona, headers map[string]string, report func(who, format string, args ...any)) {
	want := len(who.sees)
	if who.corp != "" {
		want = 2
	}
	_, answer := w.at(route, p, "", headers)
	var total struct {
		Count int `json:"count"`
	}
	if err := json.Unmarshal([]byte(answer), &total); err != nil || total.Count != want {
		report(who.name, "counts %s, want %d", answer, want)
	}
	var page struct {
		Items []json.RawMessage `json:"items"`
	}
	_, answer = w.ask("GET", p.list, nil, headers)
	if err := json.Unmarshal([]byte(answer), &page); err != nil || len(page.Items) != want {
		report(who.name, "lists %d beside a count of %d", len(page.Items), total.Count)
	}
}

// figured looks at the one figure that every scope has of its own.
func (w *world) figured(who persona, answer string, report func(who, format string, args ...any)) {
	var home struct {
		Tiles []struct {
			Key   string `json:"key"`
			Value int    `json:"value"`
		} `json:"tiles"`
	}
	if err := json.Unmarshal([]byte(answer), &home); err != nil {
		report(who.name, "%v in %s", err, answer)
	}
	for _, tile := range home.Tiles {
		if tile.Key == "customer.total" && tile.Value != len(who.sees) && who.corp == "" {
			report(who.name, "%s is %d", tile.Key, tile.Value)
		}
	}
}

// things asks for each object by its id. What takes something away is let be done by who
// sees all, at the very end, so that the others find it still there.
func (w *world) things(route string, p place, who persona, headers map[string]string, report func(who, format string, args ...any)) {
	for _, word := range []string{inside, outside, foreign} {
		if p.object == "" && word != inside || p.object != "" && w.ids[p.object][word] == "" {
			continue
		}
		sees := slices.Contains(who.sees, word)
		if who.corp != "" {
			sees = word == foreign
		}
		changes := p.kind == writes || p.kind == wholeWrites || p.kind == creates
		whole := p.kind == wholeReads || p.kind == wholeWrites
		if whole && who.corp == "" {
			sees = word == inside
		}
		his := who.corp != "" && (word == foreign || p.object == "" || p.object == "member")
		takes := strings.HasPrefix(route, "DELETE ") || strings.HasSuffix(route, "/all") || strings.HasSuffix(route, "/discard")
		if changes && takes && (sees && (who.name != "all" || word != inside) || his) {
			continue
		}
		before := w.row(p.object, word)
		if changes && his {
			w.untouched(who, report, func() { w.at(route, p, word, headers) })
			continue
		}
		status, answer := w.at(route, p, word, headers)
		refused := status == http.StatusNotFound || p.kind == creates && status == http.StatusUnprocessableEntity
		switch {
		case p.object == "account" || p.object == "department" || p.object == "term" || p.object == "member" && who.corp != "":
			// Ids that mean something in each corp: the words below tell whether it was the right one.
		case !sees && !refused:
			report(who.name, "%d for %s: %s", status, word, answer)
		case !sees && w.row(p.object, word) != before:
			report(who.name, "changed %s", word)
		case sees && (status == http.StatusForbidden || status == http.StatusUnauthorized || status >= 500 || status == http.StatusNotFound && !strings.HasSuffix(route, "/qr")):
			report(who.name, "%d for %s: %s", status, word, answer)
		}
		if !changes {
			w.told(who, answer, false, report)
		}
	}
}

// row is an object as its table has it; "" of those on which jobs work meanwhile.
func (w *world) row(object, word string) string {
	table := map[string]string{"customer": "mirror_customer", "code": "channelcode_code", "flow": "stage_flow", "note": "followup_note", "task": "followup_task", "card": "stage_placement", "batch": "stage_batch", "greeting": "welcome_greeting", "callback": "mirror_inbox", "job": "job_job", "segment": "saved_item", "view": "saved_item", "personalFile": "privacy_request", "session": "account_session", "accountSession": "account_session"}[object]
	if table == "" {
		return ""
	}
	thing, err := id.Parse(w.ids[object][word])
	w.must(err)
	rows := []map[string]any{}
	w.must(w.App.DB.Read().NewSelect().Table(table).Where("id = ?", thing).Scan(w.t.Context(), &rows))
	return fmt.Sprint(rows)
}

// at asks a route for the thing of a word.
func (w *world) at(route string, p place, word string, headers map[string]string) (int, string) {
	method, path, _ := strings.Cut(route, " ")
	thing := w.ids[p.object][word]
	if p.object == "picture" {
		thing = strings.Repeat("8", 64) // what the other corp has
	}
	member := map[string]string{inside: "zhang", outside: "li", foreign: "zhang"}[word]
	fill := strings.NewReplacer("{id}", thing, "{member}", member, "{role}", w.ids["selfRole"][inside], "{accountRole}", w.ids["accountRole"][inside])
	if before, after, variable := strings.Cut(path, "{"); variable {
		_, after, _ = strings.Cut(after, "}")
		path = before + thing + after
	}
	var body any
	if p.body != "" {
		body = json.RawMessage(fill.Replace(p.body))
	}
	status, answer := w.ask(method, path+fill.Replace(p.query), body, headers)
	w.said(route, status)
	return status, answer
}

func (w *world) ask(method, path string, body any, headers map[string]string) (int, string) {
	w.t.Helper()
	var sent io.Reader = http.NoBody
	if body != nil {
		raw, err := json.Marshal(body)
		w.must(err)
		sent = bytes.NewReader(raw)
	}
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, w.URL+path, sent)
	w.must(err)
	r.Header.Set("Content-Type", "application/json")
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	w.must(err)
	defer func() { w.must(answer.Body.Close()) }()
	if strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream") {
		return answer.StatusCode, ""
	}
	w.reference = answer.Header.Get("X-Request-Id")
	text, err := io.ReadAll(answer.Body)
	w.must(err)
	return answer.StatusCode, unpacked(w, text)
}
