package channelcode_test

import (
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/feature/channelcode"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestARemarkDoesNotWaitForEver: the prefix waits for the customer's name. Nobody waits for the
// name of who has left, nor for one that never comes.
func TestARemarkDoesNotWaitForEver(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			s := apptest.NewStory(t, e, channelcode.New)
			may := func(_ any, err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			may(s.Sim.JoinMember(wecomsim.JoinMember{UserID: "zhang", Name: "张三"}))
			s.Settle()
			s.MakeCode("展会", `{"name":"展会","members":["zhang"],"skipVerify":true,"greeting":"none","customerRemark":"展会-"}`)
			way := ""
			s.Sim.Inspect(func(w *wecomsim.World) {
				for _, x := range w.Corps[0].Ways {
					way = x.ConfigID
				}
			})
			waiting := func() (n int) {
				t.Helper()
				may(nil, s.App.DB.Read().NewRaw("SELECT COUNT(*) FROM job_job WHERE kind = 'channelcode.remark' AND state = 'available'").Scan(t.Context(), &n))
				return n
			}
			scan := func(name string) string {
				t.Helper()
				p, err := s.Sim.AddPerson(wecomsim.NewPerson{Name: name})
				may(p, err)
				may(s.Sim.Scan(wecomsim.Scan{Person: p.ID, Way: way}))
				s.Settle()
				return p.ID
			}
			may(s.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultHTTP, Path: "/cgi-bin/externalcontact/get", Status: 503})) // no name comes
			left := scan("王小明")
			if n := waiting(); n != 1 {
				t.Fatalf("%d remarks wait for a name", n)
			}
			may(s.Sim.DeleteMember(wecomsim.Pair{Person: left, Member: "zhang"}))
			s.Settle()
			s.Advance(10 * time.Second)
			if n := waiting(); n != 0 {
				t.Errorf("%d remarks wait for who has left", n)
			}
			scan("赵敏")
			s.Advance(30 * time.Minute)
			if n := waiting(); n != 1 {
				t.Errorf("after half an hour %d remarks wait", n)
			}
			s.Advance(time.Hour)
			if n := waiting(); n != 0 {
				t.Errorf("%d remarks wait for a name that never comes", n)
			}
		})
	}
}
