package mirror_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// doorman lets everybody in as the viewer he was given.
type doorman struct{ who *viewer.Viewer }

func (d doorman) Identify(ctx context.Context, _ *http.Request) (context.Context, web.Subject, error) {
	return viewer.With(ctx, *d.who), d.who, nil
}

// console is the mirror's routes behind a web server.
type console struct {
	h   *house
	who viewer.Viewer
	srv *web.Server
}

func newConsole(h *house) *console {
	c := &console{h: h, who: viewer.System(h.corp)}
	c.srv = web.New(web.Options{Guard: doorman{&c.who}, Clock: clock.System(), Log: slog.New(slog.DiscardHandler)})
	c.srv.Mount(mirror.Slug, h.mirror.Routes()...)
	return c
}

func (c *console) call(method, path, body string, into any) int {
	c.h.t.Helper()
	r := httptest.NewRequest(method, "/api/mirror"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	c.srv.Handler().ServeHTTP(w, r)
	if into != nil && w.Code < 300 {
		c.h.check(json.Unmarshal(w.Body.Bytes(), into))
	}
	return w.Code
}

type memberPage struct {
	Items []mirror.MemberBrief `json:"items"`
	Next  string               `json:"next"`
}

func (p memberPage) ids() []string {
	var ids []string
	for _, m := range p.Items {
		ids = append(ids, m.ID)
	}
	return ids
}

func TestPickers(t *testing.T) {
	t.Parallel()
	each(t, wecomsim.SeedOptions{Members: 9, Departments: 4}, func(h *house) {
		h.check2(h.sim.JoinMember(wecomsim.JoinMember{UserID: "zhaoyun", Name: "赵云", Departments: []int{2}}))
		h.check2(h.sim.JoinMember(wecomsim.JoinMember{UserID: "wildcard", Name: "百%分_号", Departments: []int{3}}))
		h.told()
		h.sync(mirror.ScopeFull)
		c := newConsole(h)
		find := func(query string) []string {
			t.Helper()
			var p memberPage
			if code := c.call("GET", "/members?"+query, "", &p); code != http.StatusOK {
				t.Errorf("%s: %d", query, code)
			}
			return p.ids()
		}
		for query, want := range map[string][]string{
			"q=" + url.QueryEscape("赵云"): {"zhaoyun"}, "q=zhaoy": {"zhaoyun"}, "q=ZY": {"zhaoyun"}, "q=" + url.QueryEscape("云"): {"zhaoyun"},
			"q=" + url.QueryEscape("%"): {"wildcard"}, "q=nobodyatall": nil, "id=zhaoyun&id=nobody": {"zhaoyun"}, "q=wildcard&department=3": {"wildcard"},
			"q=wildcard&department=2": nil,
		} {
			if got := find(query); !slices.Equal(got, want) {
				t.Errorf("%s finds %v, want %v", query, got, want)
			}
		}
		var first, second memberPage
		c.call("GET", "/members?limit=6", "", &first)
		c.call("GET", "/members?limit=6&after="+first.Next, "", &second)
		if all := append(first.ids(), second.ids()...); len(all) != 11 || second.Next != "" || !slices.IsSorted(all) {
			t.Errorf("pages: %v", all)
		}
		if first.Items[0].Name == "" || len(first.Items[0].Departments) == 0 {
			t.Errorf("brief = %+v", first.Items[0])
		}

		var tree mirror.DepartmentList
		c.call("GET", "/departments", "", &tree)
		if len(tree.Items) != 4 || tree.Items[0].ID != "1" || tree.Items[0].Members != 11 || tree.Items[0].Parent != "" {
			t.Errorf("tree = %+v", tree)
		}
		seen := map[string]bool{"": true}
		for _, d := range tree.Items {
			if !seen[d.Parent] {
				t.Errorf("%s comes before its parent %s", d.ID, d.Parent)
			}
			seen[d.ID] = true
		}
		var tags mirror.TagList
		c.call("GET", "/tags", "", &tags)
		if len(tags.Groups) == 0 || len(tags.Groups[0].Tags) == 0 {
			t.Errorf("tags = %+v", tags)
		}

		// What lies outside the scope is not there.
		c.who = viewer.Viewer{Corp: h.corp, Member: "zhaoyun", Scope: viewer.Scope{Reach: viewer.Self}}
		if got := find(""); !slices.Equal(got, []string{"zhaoyun"}) {
			t.Errorf("a member sees %v", got)
		}
		if got := find("id=wildcard"); len(got) != 0 {
			t.Errorf("a member sees %v", got)
		}
		tree = mirror.DepartmentList{}
		c.call("GET", "/departments", "", &tree)
		if len(tree.Items) == 0 || tree.Items[len(tree.Items)-1].ID != "2" || tree.Items[0].Members != 1 {
			t.Errorf("a member's tree = %+v", tree)
		}
		if code := c.call("POST", "/sync", `{"scope":"full"}`, nil); code != http.StatusForbidden {
			t.Errorf("a member starts a sync: %d", code)
		}

		// The contact book's scope is wider than that of customers.
		c.who.Member, c.who.Book = "zhaoyun", viewer.Scope{Reach: viewer.Departments, Members: []string{"wildcard", "zhaoyun"}}
		if got := find(""); !slices.Equal(got, []string{"wildcard", "zhaoyun"}) {
			t.Errorf("a member may name %v", got)
		}
		c.who.Book = viewer.Scope{Reach: viewer.All}
		if got := find(""); len(got) != 11 {
			t.Errorf("a member who may name everybody finds %v", got)
		}
		c.who = viewer.System("wwother")
		if got := find(""); len(got) != 0 {
			t.Errorf("another corp sees %v", got)
		}

		c.who = viewer.System(h.corp)
		var run mirror.Sync
		if code := c.call("POST", "/sync", `{"scope":"tags"}`, &run); code != http.StatusOK || run.State != mirror.SyncRunning {
			t.Errorf("sync: %d %+v", code, run)
		}
		if code := c.call("POST", "/sync", `{"scope":"tags"}`, nil); code != http.StatusConflict {
			t.Errorf("a second sync: %d", code)
		}
		if code := c.call("POST", "/sync", `{"scope":"all"}`, nil); code != http.StatusUnprocessableEntity && code != http.StatusBadRequest {
			t.Errorf("an unknown scope: %d", code)
		}
		h.settle()
		var list mirror.SyncList
		c.call("GET", "/sync", "", &list)
		if len(list.Items) != 2 || list.Items[0].ID != run.ID || list.Items[0].State != mirror.SyncDone || list.LastDone == 0 {
			t.Errorf("syncs = %+v", list)
		}
		if code := c.call("GET", "/members?after=garbage", "", nil); code != http.StatusBadRequest && code != http.StatusUnprocessableEntity {
			t.Errorf("a garbage cursor: %d", code)
		}
		if code := c.call("GET", "/members?department=x", "", nil); code != http.StatusBadRequest && code != http.StatusUnprocessableEntity {
			t.Errorf("a garbage department: %d", code)
		}
	})
}

func TestGroupPicker(t *testing.T) {
	t.Parallel()
	each(t, wecomsim.SeedOptions{Members: 2, Departments: 1}, func(h *house) {
		for _, who := range []string{"zhaoyun", "maliang"} {
			h.check2(h.sim.JoinMember(wecomsim.JoinMember{UserID: who, Name: who, Departments: []int{1}}))
		}
		h.told()
		h.check2(h.sim.CreateGroup(wecomsim.CreateGroup{Owner: "zhaoyun", Name: "银枪客户群"}))
		h.check2(h.sim.CreateGroup(wecomsim.CreateGroup{Owner: "maliang", Name: "神笔客户群"}))
		h.told()
		h.sync(mirror.ScopeFull)
		c := newConsole(h)
		type page struct {
			Items []mirror.GroupBrief `json:"items"`
			Next  string              `json:"next"`
		}
		find := func(query string) page {
			t.Helper()
			var p page
			if code := c.call("GET", "/groups?"+query, "", &p); code != http.StatusOK {
				t.Errorf("%s: %d", query, code)
			}
			return p
		}
		first := find("limit=1")
		if len(first.Items) != 1 || first.Next == "" {
			t.Fatalf("first page %+v", first)
		}
		second := find("limit=1&after=" + first.Next)
		if len(second.Items) != 1 || second.Next != "" || second.Items[0].ID == first.Items[0].ID {
			t.Errorf("pages %+v %+v", first, second)
		}
		named := find("q=" + url.QueryEscape("神笔"))
		if len(named.Items) != 1 || named.Items[0].Owner != "maliang" {
			t.Fatalf("by name %+v", named)
		}
		// Only groups whose owner is in scope, whatever is asked for.
		c.who = viewer.Viewer{Corp: h.corp, Member: "zhaoyun", Scope: viewer.Scope{Reach: viewer.Self}}
		if got := find("id=" + named.Items[0].ID); len(got.Items) != 0 {
			t.Errorf("another's group %+v", got)
		}
		if got := find(""); len(got.Items) != 1 || got.Items[0].Name != "银枪客户群" {
			t.Errorf("his groups %+v", got)
		}
	})
}
