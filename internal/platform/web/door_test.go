package web_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// doorRoutes are one route of each kind of access.
func doorRoutes(calls *int) []web.Route {
	count := func(context.Context, *empty) (*named, error) { *calls++; return &named{"in"}, nil }
	raw := func(w http.ResponseWriter, _ *http.Request) error {
		*calls++
		w.WriteHeader(http.StatusOK)
		return nil
	}
	return []web.Route{
		web.Get("/codes", "code.read", "查看活码", count),
		web.Post("/codes", "code.write", "新建活码", count, web.Audited("新建活码")),
		web.Delete("/codes", "code.write", "删除活码", count, web.Dangerous()),
		web.Get("/export", "code.read", "导出", count, web.Audited("导出活码")),
		web.Get("/me", "", "我", count, web.SignedIn()),
		web.Get("/hello", "", "问候", count, web.For(web.Public)),
		web.Post("/sign-in", "", "登录", count, web.For(web.Public)),
		web.Get("/card", "code.read", "侧边栏", count, web.For(web.Sidebar)),
		web.Raw("GET", "/file", "code.read", "下载", raw),
		web.Raw("POST", "/upload", "code.write", "上传", raw),
	}
}

func TestWhoGetsIn(t *testing.T) {
	rows := []struct {
		who, method, path string
		status            int
		audited           string // action, "" for none
	}{
		{"", "GET", "/api/code/codes", 401, "code.getCodes"},
		{"nobody", "GET", "/api/code/codes", 403, "code.getCodes"},
		{"noCorp", "GET", "/api/code/codes", 401, "code.getCodes"},
		{"reader", "GET", "/api/code/codes", 200, ""},
		{"reader", "HEAD", "/api/code/codes", 200, ""},
		{"reader", "POST", "/api/code/codes", 403, "新建活码"},
		{"", "POST", "/api/code/codes", 401, "新建活码"},
		{"writer", "POST", "/api/code/codes", 200, "新建活码"},
		{"writer", "DELETE", "/api/code/codes", 200, "code.deleteCodes"},
		{"reader", "GET", "/api/code/export", 200, "导出活码"},
		{"", "GET", "/api/code/me", 401, ""},
		{"nobody", "GET", "/api/code/me", 200, ""},
		{"", "GET", "/api/code/hello", 200, ""},
		{"", "POST", "/api/code/sign-in", 200, "code.postSignIn"},
		{"writer", "GET", "/api/code/card", 401, "code.getCard"}, // no guard for the sidebar: nobody
		{"", "GET", "/api/code/file", 401, "code.getFile"},
		{"reader", "GET", "/api/code/file", 200, ""},
		{"reader", "POST", "/api/code/upload", 403, "code.postUpload"},
		{"writer", "POST", "/api/code/upload", 200, "code.postUpload"},
	}
	for _, row := range rows {
		t.Run(row.who+" "+row.method+" "+row.path, func(t *testing.T) {
			calls := 0
			f := newFixture(nil, doorRoutes(&calls)...)
			w := f.call(row.method, row.path, "", "X-Who", row.who, "User-Agent", "test")
			if w.Code != row.status {
				t.Fatalf("status %d, want %d: %s", w.Code, row.status, w.Body)
			}
			if want := row.status == 200; (calls == 1) != want {
				t.Errorf("the function ran %d times", calls)
			}
			entries := f.audit.take()
			if row.audited == "" {
				if len(entries) != 0 {
					t.Errorf("recorded %+v", entries)
				}
				return
			}
			if len(entries) != 1 {
				t.Fatalf("recorded %d entries, want 1", len(entries))
			}
			e := entries[0]
			if e.Action != row.audited || e.Status != row.status || e.Target != row.path || !e.At.Equal(f.clock.Now()) ||
				e.Address != "192.0.2.1" || e.Agent != "test" || e.Reference == "" || e.Dangerous != (row.method == "DELETE") {
				t.Errorf("entry %+v", e)
			}
			if row.status == 401 { // then nobody is known
				if e.Corp != "" || e.Actor != "" {
					t.Errorf("entry names %s of %s", e.Actor, e.Corp)
				}
			} else if known := people[row.who]; e.Corp != known.corp || known.name != "" && e.Actor != known.Actor() {
				t.Errorf("entry names %s of %s", e.Actor, e.Corp)
			}
		})
	}
}

func TestGuardsByAudience(t *testing.T) {
	calls := 0
	f := newFixture(func(o *web.Options) {
		o.Guards = map[web.Audience]web.Guard{web.Sidebar: byHeader{"member": {"member", "ww1", []string{"code.read"}}}}
	}, doorRoutes(&calls)...)
	for who, want := range map[string]int{"member": 200, "writer": 401, "": 401} {
		if got := f.call("GET", "/api/code/card", "", "X-Who", who).Code; got != want {
			t.Errorf("%q at the sidebar: %d, want %d", who, got, want)
		}
	}
	if got := f.call("GET", "/api/code/codes", "", "X-Who", "member").Code; got != 401 {
		t.Errorf("the sidebar's caller in the console: %d", got)
	}
}

func TestSubjectAndContextReachTheFunction(t *testing.T) {
	var name, actor string
	f := newFixture(nil, web.Get("/me", "", "我", func(ctx context.Context, _ *empty) (*named, error) {
		name, _ = ctx.Value(whoKey{}).(string)
		actor = web.SubjectFrom(ctx).Actor()
		return &named{}, nil
	}, web.SignedIn()))
	f.call("GET", "/api/code/me", "", "X-Who", "reader")
	if name != "reader" || actor != "account:reader" {
		t.Errorf("name %q, actor %q", name, actor)
	}
}

func TestSignInIsRecordedUnderItsName(t *testing.T) {
	f := newFixture(nil, web.Post("/sign-in", "", "登录", func(ctx context.Context, _ *empty) (*web.None, error) {
		web.ActAs(ctx, people["reader"])
		return &web.None{}, nil
	}, web.For(web.Public)))
	f.call("POST", "/api/code/sign-in", "")
	if e := f.audit.take(); len(e) != 1 || e[0].Actor != "account:reader" || e[0].Corp != "ww1" {
		t.Errorf("%+v", e)
	}
}

func TestRoutesThatDoNotConstruct(t *testing.T) {
	rows := map[string]func(){
		"no permission":          func() { web.Get("/x", "", "看", greet) },
		"permission and public":  func() { web.Get("/x", "code.read", "看", greet, web.For(web.Public)) },
		"sidebar without any":    func() { web.Get("/x", "", "看", greet, web.For(web.Sidebar)) },
		"no summary":             func() { web.Get("/x", "code.read", "", greet) },
		"no slash":               func() { web.Get("x", "code.read", "看", greet) },
		"raw without permission": func() { web.Raw("GET", "/x", "", "看", nil) },
		"twice": func() {
			newFixture(nil, web.Get("/x", "code.read", "看", greet), web.Get("/x", "code.read", "看", greet))
		},
	}
	for name, construct := range rows {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("was accepted")
				}
			}()
			construct()
		})
	}
}

func TestNoRoute(t *testing.T) {
	calls := 0
	f := newFixture(nil, doorRoutes(&calls)...)
	rows := []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/api/code/none", 404, ""},
		{"PUT", "/api/code/codes", 405, "GET, POST, DELETE"},
		{"POST", "/api/code/me", 405, "GET"},
		{"GET", "/api/", 404, ""},
		{"POST", "/", 405, "GET, HEAD"},
	}
	for _, row := range rows {
		w := f.call(row.method, row.path, "", "X-Who", "writer")
		problemOf(t, w)
		if w.Code != row.status || w.Header().Get("Allow") != row.allow {
			t.Errorf("%s %s: %d, allow %q", row.method, row.path, w.Code, w.Header().Get("Allow"))
		}
	}
}
