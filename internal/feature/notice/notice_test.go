package notice_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/feature/churn"
	"github.com/queqiao-scrm/queqiao/internal/feature/customer"
	"github.com/queqiao-scrm/queqiao/internal/feature/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestStories plays the stories of this folder.
func TestStories(t *testing.T) {
	apptest.Stories(t, "testdata/*.story", customer.New, churn.New, notice.New)
}

// TestAgain: what WeCom would not take is sent again by a person, once it will.
func TestAgain(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			s := apptest.NewStory(t, e, customer.New, churn.New, notice.New)
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			_, err := s.Sim.JoinMember(wecomsim.JoinMember{UserID: "zhang", Name: "张三"})
			must(err)
			person, err := s.Sim.AddPerson(wecomsim.NewPerson{Name: "王小明"})
			must(err)
			s.Settle()
			pair := wecomsim.Pair{Corp: s.Corp, Member: "zhang", Person: person.ID}
			_, err = s.Sim.Add(wecomsim.Add{Corp: s.Corp, Member: "zhang", Person: person.ID})
			must(err)
			s.Settle()
			fault, err := s.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultCode, Path: "/cgi-bin/message/send", Code: 60020})
			must(err)
			_, err = s.Sim.DeleteMember(pair)
			must(err)
			s.Settle()
			only := func() notice.View {
				status, body := s.Request("owner", http.MethodGet, "/api/notice/messages", "")
				var page web.Page[notice.View]
				must(json.Unmarshal([]byte(body), &page))
				if status != 200 || len(page.Items) != 1 {
					t.Fatalf("%d %s", status, body)
				}
				return page.Items[0]
			}
			m := only()
			if m.State != "failed" || !strings.Contains(m.Reason.Text, "60020") || !strings.Contains(m.Reason.EN, "60020") {
				t.Errorf("%+v", m)
			}
			again := "/api/notice/messages/" + m.ID.String() + "/again"
			if status, body := s.Request("self:nobody:notice.again", http.MethodPost, again, ""); status != 404 {
				t.Errorf("outside the scope: %d %s", status, body)
			}
			s.Sim.ClearFaults(fault)
			if status, body := s.Request("owner", http.MethodPost, again, ""); status != 204 {
				t.Errorf("%d %s", status, body)
			}
			s.Settle()
			if m := only(); m.State != "sent" {
				t.Errorf("%+v", m)
			}
			if status, body := s.Request("owner", http.MethodPost, again, ""); status != 409 {
				t.Errorf("what was sent: %d %s", status, body)
			}
		})
	}
}
