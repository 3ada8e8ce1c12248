package welcome_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/feature/welcome"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestRoutes asks as different people. What is refused leaves the greetings as they were.
func TestRoutes(t *testing.T) {
	const write = "welcome.read,welcome.write"
	form := func(level, target, text string, more ...string) string {
		return `{"level":"` + level + `","target":"` + target + `","content":{"text":"` + text + `"},"enabled":true` + strings.Join(more, "") + `}`
	}
	rows := []struct {
		what, who, method, path, body string
		status                        int
		has, hasNot                   string
		changes                       bool
	}{
		{what: "nobody", who: "nobody", method: "GET", path: "/greetings", status: 401, hasNot: "企业欢迎"},
		{what: "no permission to read", who: "all:channelcode.read", method: "GET", path: "/greetings", status: 403, hasNot: "企业欢迎"},
		{what: "no permission to read the log", who: "all:channelcode.read", method: "GET", path: "/deliveries", status: 403},
		{what: "no permission to write", who: "all:welcome.read", method: "POST", path: "/greetings", body: form("member", "li", "x"), status: 403},
		{what: "another corp's list", who: "stranger", method: "GET", path: "/greetings", status: 200, has: `"items":[]`},
		{what: "another corp changes", who: "stranger", method: "PUT", path: "/greetings/{zhang}", body: form("member", "zhang", "x"), status: 404},
		{what: "another corp deletes", who: "stranger", method: "DELETE", path: "/greetings/{zhang}", status: 404},
		{what: "another corp's log", who: "stranger", method: "GET", path: "/deliveries", status: 200, has: `"items":[]`},
		{what: "another team's list", who: "team:li:" + write, method: "GET", path: "/greetings", status: 200, has: "企业欢迎", hasNot: "张三欢迎"},
		{what: "another team changes", who: "team:li:" + write, method: "PUT", path: "/greetings/{zhang}", body: form("member", "zhang", "x"), status: 404},
		{what: "another team deletes", who: "team:li:" + write, method: "DELETE", path: "/greetings/{zhang}", status: 404},
		{what: "another team writes", who: "team:li:" + write, method: "POST", path: "/greetings", body: form("member", "zhang", "x"), status: 422, has: `"field":"target"`},
		{what: "another team's log", who: "self:li:" + write, method: "GET", path: "/deliveries", status: 200, has: `"items":[]`},
		{what: "the company's by a team", who: "team:li:" + write, method: "PUT", path: "/greetings/{company}", body: form("company", "", "x"), status: 403},
		{what: "the company's deleted by a team", who: "team:li:" + write, method: "DELETE", path: "/greetings/{company}", status: 403},
		{what: "a department by a team", who: "team:li:" + write, method: "POST", path: "/greetings", body: form("department", "1", "x"), status: 422, has: `"field":"target"`},
		{what: "no text", who: "owner", method: "POST", path: "/greetings", body: form("member", "li", " "), status: 422, has: `"field":"content"`},
		{what: "a link without title", who: "owner", method: "POST", path: "/greetings", body: `{"level":"member","target":"li","enabled":true,"content":{"text":"","attachments":[{"kind":"link","url":"https://a.b"}]}}`, status: 422, has: "content.attachments[0].title"},
		{what: "a link that is a script", who: "owner", method: "POST", path: "/greetings", body: `{"level":"member","target":"li","enabled":true,"content":{"text":"","attachments":[{"kind":"link","title":"x","url":"javascript:alert(1)"}]}}`, status: 422, has: "content.attachments[0].url"},
		{what: "a member who is none", who: "owner", method: "POST", path: "/greetings", body: form("member", "ghost", "x"), status: 422, has: `"field":"target"`},
		{what: "a department that is none", who: "owner", method: "POST", path: "/greetings", body: form("department", "99", "x"), status: 422, has: `"field":"target"`},
		{what: "no level of that name", who: "owner", method: "POST", path: "/greetings", body: form("planet", "", "x"), status: 422, has: "level"},
		{what: "a second one", who: "owner", method: "POST", path: "/greetings", body: form("company", "", "x"), status: 409, has: "已经有欢迎语"},
		{what: "an old version", who: "owner", method: "PUT", path: "/greetings/{company}", body: form("company", "", "x", `,"version":9`), status: 409, has: "别人修改过"},
		{what: "no such greeting", who: "owner", method: "DELETE", path: "/greetings/06y8a000m0000", status: 404},
		{what: "the log by outcome", who: "owner", method: "GET", path: "/deliveries?outcome=late", status: 200, has: `"items":[]`},
		{what: "the log by member", who: "owner", method: "GET", path: "/deliveries?member=zhang&outcome=sent", status: 200, has: `"memberName":"张三"`},
		{what: "the log of his own", who: "self:zhang:" + write, method: "GET", path: "/deliveries", status: 200, has: `"customerName":"王小明"`},
		{what: "no outcome of that name", who: "owner", method: "GET", path: "/deliveries?outcome=great", status: 422},
		{what: "his own, by his team", who: "team:li:" + write, method: "POST", path: "/greetings", body: form("member", "li", "李四欢迎"), status: 200, has: "李四", changes: true},
		{what: "for whom it is stays", who: "owner", method: "PUT", path: "/greetings/{zhang}", body: form("company", "", "新的", `,"version":1`), status: 200, has: `"level":"member","target":"zhang"`, changes: true},
		{what: "the company's", who: "owner", method: "PUT", path: "/greetings/{company}", body: form("company", "", "新的", `,"version":1`), status: 200, has: `"version":2`, changes: true},
		{what: "deleted", who: "owner", method: "DELETE", path: "/greetings/{zhang}", status: 204, changes: true},
	}
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			s := apptest.NewStory(t, e, welcome.New)
			for userid, name := range map[string]string{"zhang": "张三", "li": "李四"} {
				if _, err := s.Sim.JoinMember(wecomsim.JoinMember{UserID: userid, Name: name}); err != nil {
					t.Fatal(err)
				}
			}
			s.Settle()
			ids := map[string]string{}
			for key, body := range map[string]string{"company": form("company", "", "企业欢迎"), "zhang": form("member", "zhang", "张三欢迎")} {
				status, answer := s.Request("owner", "POST", "/api/welcome/greetings", body)
				var made struct {
					ID string `json:"id"`
				}
				if err := json.Unmarshal([]byte(answer), &made); err != nil || status != 200 {
					t.Fatal(status, answer, err)
				}
				ids[key] = made.ID
			}
			wang, err := s.Sim.AddPerson(wecomsim.NewPerson{Name: "王小明"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Sim.Add(wecomsim.Add{Person: wang.ID, Member: "zhang"}); err != nil {
				t.Fatal(err)
			}
			s.Settle()
			for _, r := range rows {
				_, before := s.Request("owner", "GET", "/api/welcome/greetings", "")
				path := r.path
				for key, id := range ids {
					path = strings.ReplaceAll(path, "{"+key+"}", id)
				}
				status, body := s.Request(r.who, r.method, "/api/welcome"+path, r.body)
				if status != r.status || !strings.Contains(body, r.has) || r.hasNot != "" && strings.Contains(body, r.hasNot) {
					t.Errorf("%s: %s %s: %d %s; want %d with %q, without %q", r.what, r.method, path, status, body, r.status, r.has, r.hasNot)
				}
				if _, after := s.Request("owner", "GET", "/api/welcome/greetings", ""); (after != before) != r.changes {
					t.Errorf("%s: the greetings changed: %v", r.what, after != before)
				}
			}
		})
	}
}
