package channelcode_test

import (
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/feature/channelcode"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

const write = "channelcode.read,channelcode.write"

// TestRoutes asks as different people. A row says what may and may not stand in the
// answer, and which jobs may follow; whatever is refused leaves no job and no change.
func TestRoutes(t *testing.T) {
	form := func(name, members string, more ...string) string {
		return `{"name":"` + name + `","members":[` + members + `],"skipVerify":true,"greeting":"default"` + strings.Join(more, "") + `}`
	}
	rows := []struct {
		what, who, method, path, body string
		status                        int
		has, hasNot                   string
		publishes                     int
	}{
		{what: "nobody", who: "nobody", method: "GET", path: "/codes", status: 401, hasNot: "展会"},
		{what: "no permission to read", who: "all:welcome.read", method: "GET", path: "/codes", status: 403, hasNot: "展会"},
		{what: "no permission to write", who: "all:channelcode.read", method: "POST", path: "/codes", body: form("新", `"zhang"`), status: 403},
		{what: "no permission to change", who: "all:channelcode.read", method: "PUT", path: "/codes/{展会}", body: form("新", `"zhang"`), status: 403},
		{what: "no permission to delete", who: "all:channelcode.read", method: "DELETE", path: "/codes/{展会}", status: 403},
		{what: "another corp's list", who: "stranger", method: "GET", path: "/codes", status: 200, has: `"items":[]`, hasNot: "展会"},
		{what: "another corp's code", who: "stranger", method: "GET", path: "/codes/{展会}", status: 404, hasNot: "展会"},
		{what: "another corp changes", who: "stranger", method: "PUT", path: "/codes/{展会}", body: form("新", `"zhang"`), status: 404},
		{what: "another corp deletes", who: "stranger", method: "DELETE", path: "/codes/{展会}", status: 404},
		{what: "another corp's picture", who: "stranger", method: "GET", path: "/codes/{展会}/qr", status: 404},
		{what: "another corp's customers", who: "stranger", method: "GET", path: "/codes/{展会}/changes", status: 404},
		{what: "another department's list", who: "team:li:" + write, method: "GET", path: "/codes", status: 200, has: "李四的码", hasNot: "展会"},
		{what: "another department's code", who: "team:li:" + write, method: "GET", path: "/codes/{展会}", status: 404},
		{what: "another department changes", who: "team:li:" + write, method: "PUT", path: "/codes/{展会}", body: form("新", `"li"`), status: 404},
		{what: "another department deletes", who: "team:li:" + write, method: "DELETE", path: "/codes/{展会}", status: 404},
		{what: "another department's days", who: "self:li:" + write, method: "GET", path: "/codes/{展会}/days", status: 404},
		{what: "a member out of reach", who: "team:li:" + write, method: "POST", path: "/codes", body: form("新", `"zhang"`), status: 422, has: `"field":"members"`, hasNot: "张三"},
		{what: "no name", who: "owner", method: "POST", path: "/codes", body: form(" ", `"zhang"`), status: 422, has: `"field":"name"`},
		{what: "name of 31", who: "owner", method: "POST", path: "/codes", body: form(strings.Repeat("鹊", 31), `"zhang"`), status: 422, has: `"field":"name"`},
		{what: "nobody serves", who: "owner", method: "POST", path: "/codes", body: form("新", ``), status: 422, has: `"field":"members"`},
		{what: "a member who is none", who: "owner", method: "POST", path: "/codes", body: form("新", `"ghost"`), status: 422, has: `"field":"members"`},
		{what: "a tag that is none", who: "owner", method: "POST", path: "/codes", body: form("新", `"zhang"`, `,"tags":["et_gone"]`), status: 422, has: `"field":"tags"`},
		{what: "a shift without members", who: "owner", method: "POST", path: "/codes", body: form("新", `"zhang"`, `,"shifts":[{"days":[1],"from":60,"to":120,"members":[]}]`), status: 422, has: "shifts[0].members"},
		{what: "no greeting of that name", who: "owner", method: "POST", path: "/codes", body: strings.Replace(form("新", `"zhang"`), "default", "loud", 1), status: 422, has: "greeting"},
		{what: "not JSON", who: "owner", method: "POST", path: "/codes", body: "{", status: 400},
		{what: "an old version", who: "owner", method: "PUT", path: "/codes/{展会}", body: form("新", `"zhang"`, `,"version":7`), status: 409, has: "别人修改过"},
		{what: "no such code", who: "owner", method: "GET", path: "/codes/06y8a000m0000", status: 404},
		{what: "no id at all", who: "owner", method: "GET", path: "/codes/1;drop", status: 422},
		{what: "a cursor of nothing", who: "owner", method: "GET", path: "/codes?after=xyz", status: 422},
		{what: "found by a part of the name", who: "owner", method: "GET", path: "/codes?q=%E5%B1%95", status: 200, has: "展会", hasNot: "李四的码"},
		{what: "a sign of LIKE is a plain sign", who: "owner", method: "GET", path: "/codes?q=%25", status: 200, has: `"items":[]`},
		{what: "found by member", who: "owner", method: "GET", path: "/codes?member=li", status: 200, has: "李四的码", hasNot: "展会"},
		{what: "found by state", who: "owner", method: "GET", path: "/codes?status=broken", status: 200, has: `"items":[]`},
		{what: "days without anybody", who: "owner", method: "GET", path: "/codes/{展会}/days?days=7", status: 200, has: `"from":20261117`},
		{what: "its own code", who: "self:zhang:" + write, method: "GET", path: "/codes/{展会}", status: 200, has: "张三"},
		{what: "the picture", who: "owner", method: "GET", path: "/codes/{展会}/qr", status: 200, has: "PNG"},
		{what: "the right version", who: "owner", method: "PUT", path: "/codes/{展会}", body: form("新名", `"zhang"`, `,"version":1`), status: 200, has: `"version":2`, publishes: 1},
		{what: "a new code", who: "team:zhang:" + write, method: "POST", path: "/codes", body: form("又一个", `"zhang"`), status: 200, has: `"status":"live"`, publishes: 1},
		{what: "a code that others serve too", who: "team:zhang:" + write, method: "DELETE", path: "/codes/{共用}", status: 403, has: "数据范围外", hasNot: "李四"},
		{what: "by who sees them all", who: "team:zhang+li:" + write, method: "DELETE", path: "/codes/{共用}", status: 204, publishes: 1},
		{what: "deleted", who: "owner", method: "DELETE", path: "/codes/{展会}", status: 204, publishes: 1},
		{what: "deleted before", who: "owner", method: "DELETE", path: "/codes/{展会}", status: 404},
	}
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			s := apptest.NewStory(t, e, channelcode.New)
			for userid, name := range map[string]string{"zhang": "张三", "li": "李四"} {
				if _, err := s.Sim.JoinMember(wecomsim.JoinMember{UserID: userid, Name: name}); err != nil {
					t.Fatal(err)
				}
			}
			s.Settle()
			s.MakeCode("展会", form("展会", `"zhang"`))
			s.MakeCode("李四的码", form("李四的码", `"li"`))
			s.MakeCode("共用", form("共用", `"zhang","li"`))
			for _, r := range rows {
				before := s.Jobs("channelcode.publish")
				status, body := s.Request(r.who, r.method, "/api/channelcode"+r.path, r.body)
				if status != r.status || !strings.Contains(body, r.has) || r.hasNot != "" && strings.Contains(body, r.hasNot) {
					t.Errorf("%s: %s %s: %d %s; want %d with %q, without %q", r.what, r.method, r.path, status, body, r.status, r.has, r.hasNot)
				}
				if got := s.Jobs("channelcode.publish") - before; got != r.publishes {
					t.Errorf("%s: %d publishes asked for, want %d", r.what, got, r.publishes)
				}
				s.Settle()
			}
		})
	}
}
