package wecomsim_test

import (
	"io"
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// fetched is an answer that was read to its end.
type fetched struct {
	status int
	header http.Header
	body   string
}

// phonePage fetches what a browser would, without following redirects.
func (w *world) phonePage(target, accept string) fetched {
	w.t.Helper()
	req, err := http.NewRequest(http.MethodGet, w.url+target, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Accept", accept)
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return fetched{resp.StatusCode, resp.Header, string(body)}
}

// phoneFiles reads the page's own files, without those of others.
func phoneFiles(t *testing.T, suffix string) map[string]string {
	t.Helper()
	out := map[string]string{}
	root := os.DirFS("phones")
	err := fs.WalkDir(root, ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, suffix) || strings.HasPrefix(name, "vendor/") {
			return err
		}
		data, err := fs.ReadFile(root, name)
		out[name] = string(data)
		return err
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("no files *%s: %v", suffix, err)
	}
	return out
}

func TestPhonesPageIsServedWithAllItsParts(t *testing.T) {
	w := newWorld(t, nil)
	page := w.phonePage("/_sim/phones", "text/html")
	if page.status != http.StatusOK || !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") {
		t.Fatalf("the page: %d %s", page.status, page.header.Get("Content-Type"))
	}
	if policy := page.header.Get("Content-Security-Policy"); !strings.Contains(policy, "script-src 'self';") || !strings.Contains(policy, "style-src 'self';") {
		t.Errorf("the policy lets more than own files run: %s", policy)
	}
	seen := map[string]bool{}
	queue := []string{}
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(page.body, -1) {
		queue = append(queue, m[1])
	}
	imports := regexp.MustCompile(`(?:from|import) ?['"](\.[^'"]+)['"]`)
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		part := w.phonePage(path, "*/*")
		want := map[string]string{".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}[path[strings.LastIndex(path, "."):]]
		if part.status != http.StatusOK || !strings.HasPrefix(part.header.Get("Content-Type"), want) || want == "" {
			t.Errorf("%s: %d %s", path, part.status, part.header.Get("Content-Type"))
		}
		for _, m := range imports.FindAllStringSubmatch(part.body, -1) {
			folder := path[:strings.LastIndex(path, "/")]
			queue = append(queue, folder+"/"+strings.TrimPrefix(m[1], "./"))
		}
	}
	for name := range phoneFiles(t, ".js") {
		if name != "enter.js" && !seen["/_sim/phones/"+name] {
			t.Errorf("%s is part of no page", name)
		}
	}
}

func TestPhonesPageAnswersNotModified(t *testing.T) {
	w := newWorld(t, nil)
	first := w.phonePage("/_sim/phones/main.js", "*/*")
	req, err := http.NewRequest(http.MethodGet, w.url+"/_sim/phones/main.js", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("If-None-Match", first.header.Get("ETag"))
	again, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = again.Body.Close()
	if again.StatusCode != http.StatusNotModified {
		t.Errorf("an unchanged file: %s", again.Status)
	}
	for _, path := range []string{"/_sim/phones/none.js", "/_sim/phones/README.md", "/_sim/phones/../page.go", "/_sim/phones/style"} {
		if w.phonePage(path, "*/*").status == http.StatusOK {
			t.Errorf("%s is served", path)
		}
	}
}

func TestFrontDoorLeadsBrowsersToThePhones(t *testing.T) {
	w := newWorld(t, nil)
	for _, c := range []struct{ path, accept, to string }{
		{"/", "text/html,*/*", "/_sim/phones"},
		{"/?control_token=x", "text/html,*/*", "/_sim/phones?control_token=x"},
		{"/_sim/", "text/html,*/*", "/_sim/phones"},
		{"/", "*/*", "/_sim"},
		{"/_sim/", "application/json", "/_sim"},
	} {
		got := w.phonePage(c.path, c.accept)
		if got.status != http.StatusFound || got.header.Get("Location") != c.to {
			t.Errorf("%s for %s: %d %q, want %q", c.path, c.accept, got.status, got.header.Get("Location"), c.to)
		}
	}
}

func TestPhonesPageRunsNothingInlineAndNothingForeign(t *testing.T) {
	for name, text := range phoneFiles(t, ".html") {
		if regexp.MustCompile(`<script(?:\s[^>]*)?>[^<]`).MatchString(text) || regexp.MustCompile(`<style|\sstyle=|\son\w+=`).MatchString(text) {
			t.Errorf("%s has script or style inside", name)
		}
	}
	// The only addresses are examples and the name space of drawings.
	address := regexp.MustCompile(`(?:https?:)?//[\w.-]+\.[a-z]{2,}\b`)
	for _, suffix := range []string{".html", ".js", ".css", ".svg"} {
		for name, text := range phoneFiles(t, suffix) {
			for _, found := range address.FindAllString(text, -1) {
				if found != "http://www.w3.org" {
					t.Errorf("%s names %s", name, found)
				}
			}
			if strings.Contains(text, "innerHTML") || strings.Contains(text, "eval(") || strings.Contains(text, "@import") {
				t.Errorf("%s makes markup or code of text", name)
			}
		}
	}
}

// TestPhonesPageAsksOnlyForWhatExists compares every control address in the
// page with the list of routes.
func TestPhonesPageAsksOnlyForWhatExists(t *testing.T) {
	w := newWorld(t, nil)
	var known []string
	for _, r := range w.raw(http.MethodGet, "/_sim", nil)["routes"].([]any) {
		known = append(known, regexp.MustCompile(`\{\w+\}`).ReplaceAllString(r.(m)["path"].(string), "*"))
	}
	known = append(known, "/_sim", "/_sim/phones", "/_sim/phones/enter.html", "/_sim/phones/icon.svg")
	asked := 0
	path := regexp.MustCompile("['\"`](/_sim[^'\"`?\\s]*)")
	hole := regexp.MustCompile(`\$\{[^}]*\}`)
	for name, text := range phoneFiles(t, ".js") {
		for _, found := range path.FindAllStringSubmatch(text, -1) {
			asked++
			want := hole.ReplaceAllString(found[1], "*")
			fits := func(route string) bool {
				pattern := strings.ReplaceAll(regexp.QuoteMeta(want), `\*`, `[\w*-]+`)
				return regexp.MustCompile("^" + pattern + "$").MatchString(route)
			}
			if !slices.ContainsFunc(known, fits) {
				t.Errorf("%s asks for %s, which is no route", name, found[1])
			}
		}
	}
	if asked < 40 {
		t.Errorf("only %d addresses were found in the page", asked)
	}
}

func TestPhonesPageSpeaksBothLanguages(t *testing.T) {
	files := phoneFiles(t, ".js")
	key := regexp.MustCompile(`(?m)^\s+'?([\w.]+)'?:`)
	keys := func(name string) []string {
		var out []string
		for _, found := range key.FindAllStringSubmatch(files[name], -1) {
			out = append(out, found[1])
		}
		slices.Sort(out)
		return out
	}
	zh, en := keys("words_zh.js"), keys("words_en.js")
	if !slices.Equal(zh, en) || len(slices.Compact(slices.Clone(zh))) != len(zh) {
		t.Errorf("the tables of words differ or repeat a key:\nzh %v\nen %v", zh, en)
	}
	said := regexp.MustCompile("\\bsay\\(\\s*['`]([^'`$]+)(['`$])")
	for name, text := range files {
		for _, found := range said.FindAllStringSubmatch(text, -1) {
			fits := func(k string) bool { return k == found[1] || found[2] == "$" && strings.HasPrefix(k, found[1]) }
			if !slices.ContainsFunc(zh, fits) {
				t.Errorf("%s says %q, which no table has", name, found[1])
			}
		}
	}
}

// TestLoginInAPhoneNeedsNoChoice checks the web login: silent in a phone's
// frame whose holder is known, a choice everywhere else.
func TestLoginInAPhoneNeedsNoChoice(t *testing.T) {
	w := newWorld(t, nil)
	members := w.raw(http.MethodGet, "/_sim/members", nil)["members"].([]any)
	userid := members[0].(m)["userid"].(string)
	login := "/wwlogin/sso/login?login_type=CorpApp&appid=" + w.corp.CorpID + "&agentid=1000002&state=s1&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fback"
	for _, c := range []struct {
		holder, dest string
		status       int
	}{
		{"m:" + w.corp.CorpID + ":" + userid, "iframe", http.StatusFound},
		{"m:" + w.corp.CorpID + ":" + userid, "document", http.StatusOK},
		{"m:" + w.corp.CorpID + ":nobody", "iframe", http.StatusOK},
		{"", "iframe", http.StatusOK},
	} {
		req, err := http.NewRequest(http.MethodGet, w.url+login, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Sec-Fetch-Dest", c.dest)
		if c.holder != "" {
			req.AddCookie(&http.Cookie{Name: "wecomsim_identity", Value: c.holder})
		}
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		to := resp.Header.Get("Location")
		if resp.StatusCode != c.status || (c.status == http.StatusFound) != (strings.HasPrefix(to, "http://127.0.0.1:9/back?code=") && strings.HasSuffix(to, "&state=s1")) {
			t.Errorf("holder %q in a %s: %s to %q", c.holder, c.dest, resp.Status, to)
		}
	}
}
