package audit_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/feature/audit"
	"github.com/queqiao-scrm/queqiao/internal/feature/channelcode"
	"github.com/queqiao-scrm/queqiao/internal/feature/churn"
	"github.com/queqiao-scrm/queqiao/internal/feature/followup"
	"github.com/queqiao-scrm/queqiao/internal/feature/welcome"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

func each(t *testing.T, body func(t *testing.T, s *apptest.Story)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			body(t, apptest.NewStory(t, e, audit.New, channelcode.New, churn.New, welcome.New))
		})
	}
}

func get[T any](t *testing.T, s *apptest.Story, who, path string) T {
	t.Helper()
	var out T
	status, body := s.Request(who, http.MethodGet, "/api/audit"+path, "")
	if status != http.StatusOK {
		t.Fatalf("GET %s as %s: %d %s", path, who, status, body)
	}
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWhoMayWhat(t *testing.T) {
	each(t, func(t *testing.T, s *apptest.Story) {
		s.Request("owner", http.MethodPut, "/api/churn/setting", `{"notify":false}`)
		one := get[web.Page[audit.View]](t, s, "owner", "/entries?operation=churn.putSetting").Items[0]
		reads := []string{"/entries", "/entries/count", "/entries/" + one.ID.String(), "/operations", "/status"}
		rows := []struct {
			who          string
			method, path string
			status       int
		}{
			{"all:audit.export", "GET", "/entries.csv", 200},
			{"all:audit.export", "GET", "/entries.xlsx", 200},
			{"all:audit.export", "GET", "/entries.csv?nonsense=1", 422},
			{"all:audit.export", "GET", "/entries.csv?outcome=well", 422},
			{"all:audit.read", "GET", "/entries.csv", 403},
			{"all:audit.verify", "POST", "/verify", 200},
			{"all:audit.read", "POST", "/verify", 403},
			{"all:audit.verify", "POST", "/seal", 200},
			{"all:audit.read", "POST", "/seal", 403},
			{"all:audit.setting", "PUT", "/setting", 200},
			{"self:zhang:audit.setting", "PUT", "/setting", 403},
			{"all:audit.read,audit.verify,audit.export", "PUT", "/setting", 403},
			{"nobody", "POST", "/verify", 401},
			{"stranger", "GET", "/entries/" + one.ID.String(), 404},
			{"self:li:audit.read", "GET", "/entries/" + one.ID.String(), 404},
			{"all:audit.read", "GET", "/entries?chain=installation", 403},
			{"all:audit.read", "GET", "/status?chain=installation", 403},
			{"all:audit.verify", "POST", "/verify?chain=installation", 403},
			{"all:audit.read,installation.audit", "GET", "/entries?chain=installation", 200},
			{"all:audit.read", "GET", "/entries?outcome=well", 422},
			{"all:audit.read", "GET", "/entries?after=nonsense", 422},
		}
		for _, path := range reads {
			rows = append(rows, []struct {
				who          string
				method, path string
				status       int
			}{
				{"all:audit.read", "GET", path, 200},
				{"all:audit.export,channelcode.read", "GET", path, 403},
				{"nobody", "GET", path, 401},
			}...)
		}
		for _, row := range rows {
			body := ""
			if row.path == "/setting" {
				body = `{"days":365}`
			}
			if status, answer := s.Request(row.who, row.method, "/api/audit"+row.path, body); status != row.status {
				t.Errorf("%s %s as %s: %d %.200s", row.method, row.path, row.who, status, answer)
			}
		}
		if n := len(get[web.Page[audit.View]](t, s, "stranger", "/entries?operation=churn").Items); n != 0 {
			t.Errorf("another corp sees %d entries of this one", n)
		}
		if n := len(get[web.Page[audit.View]](t, s, "self:li:audit.read", "/entries?operation=churn").Items); n != 0 {
			t.Errorf("somebody with his own scope sees %d acts of others", n)
		}
	})
}

// TestNoNamesOfCustomers: entries hold the customer's id; who reads them and sees him is told
// what he is called now, and nobody what he was called once he is forgotten.
func TestNoNamesOfCustomers(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			s := apptest.NewStory(t, e, audit.New, followup.New)
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			for _, m := range []string{"zhang", "li"} {
				_, err := s.Sim.JoinMember(wecomsim.JoinMember{UserID: m, Name: "成员" + m, Departments: []int{1}})
				must(err)
			}
			s.Sync()
			p, err := s.Sim.AddPerson(wecomsim.NewPerson{Name: "司马相如"})
			must(err)
			_, err = s.Sim.Add(wecomsim.Add{Member: "zhang", Person: p.ID})
			must(err)
			s.Settle()
			var customer id.ID
			must(s.App.DB.Read().NewRaw("SELECT id FROM mirror_customer WHERE corp_id = ? AND name = '司马相如'", s.Corp).Scan(t.Context(), &customer))
			for range 2 {
				if status, body := s.Request("self:zhang:followup.*", http.MethodPost, "/api/followup/customers/"+customer.String()+"/notes", `{"how":"call","text":"爱喝龙井，下月再约","pictures":[],"mentions":[]}`); status != http.StatusOK {
					t.Fatalf("%d %s", status, body)
				}
			}
			var stored int
			must(s.App.DB.Read().NewRaw("SELECT COUNT(*) FROM audit_entry WHERE changes LIKE '%司马%' OR object_name LIKE '%司马%'").Scan(t.Context(), &stored))
			if stored != 0 {
				t.Errorf("%d entries hold the name", stored)
			}
			named := func(who, want string) {
				t.Helper()
				list := get[web.Page[audit.View]](t, s, who, "/entries?operation=followup&q="+customer.String()).Items
				if len(list) != 2 || list[0].ObjectName != want || list[1].ObjectName != want {
					t.Fatalf("%s: %+v", who, list)
				}
				d := get[audit.Detail](t, s, who, "/entries/"+list[0].ID.String())
				if d.ObjectName != want || len(d.Changes) != 1 || d.Changes[0].Name != want {
					t.Errorf("%s: %+v", who, d)
				}
				if status, file := s.Request(strings.Replace(who, "audit.read", "audit.export", 1), http.MethodGet, "/api/audit/entries.csv?operation=followup", ""); status != http.StatusOK || strings.Contains(file, "司马相如") != (want != "") {
					t.Errorf("%s: %d %s", who, status, file)
				}
			}
			named("all:audit.read", "司马相如")
			named("self:zhang:audit.read", "司马相如")
			must(s.App.DB.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := tx.NewRaw("UPDATE mirror_follow SET member_id = 'li' WHERE corp_id = ? AND customer_id = ?", s.Corp, customer).Exec(ctx)
				return err
			}))
			named("self:zhang:audit.read", "") // his act, another's customer by now
			must(s.App.DB.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := tx.NewRaw("DELETE FROM mirror_customer WHERE corp_id = ? AND id = ?", s.Corp, customer).Exec(ctx)
				return err
			}))
			named("all:audit.read", "")
		})
	}
}

// TestTheStoryOfACode: what people did to a code stands in the log, with what was before
// and after, and the log proves itself.
func TestTheStoryOfACode(t *testing.T) {
	each(t, func(t *testing.T, s *apptest.Story) {
		for id, name := range map[string]string{"zhang": "张三", "li": "李四"} {
			if _, err := s.Sim.JoinMember(wecomsim.JoinMember{UserID: id, Name: name, Departments: []int{1}}); err != nil {
				t.Fatal(err)
			}
		}
		s.Sync()
		s.MakeCode("展会", `{"name":"展会","members":["zhang"],"greeting":"default","skipVerify":true,"remark":"电话13812345678"}`)
		if status, body := s.Request("team:zhang+li:channelcode.*", "PUT", "/api/channelcode/codes/{展会}", `{"name":"门店","members":["zhang","li"],"greeting":"default","skipVerify":true}`); status != 200 {
			t.Fatalf("%d %s", status, body)
		}
		s.Request("all:channelcode.read", "DELETE", "/api/channelcode/codes/{展会}", "")                                              // may not
		s.Request("owner", "PUT", "/api/channelcode/codes/{展会}", `{"name":"","members":[],"greeting":"default","skipVerify":true}`) // wrong
		s.Request("owner", "DELETE", "/api/channelcode/codes/{展会}", "")

		var told []string
		after := ""
		for {
			page := get[web.Page[audit.View]](t, s, "all:audit.read", "/entries?limit=2&operation=channelcode&after="+after)
			for _, v := range page.Items {
				told = append(told, v.Operation+" "+string(v.Outcome)+" "+v.ActorName+" "+v.ObjectName)
			}
			if after = page.Next; after == "" {
				break
			}
		}
		want := []string{
			"channelcode.deleteCodesId done owner 门店", "channelcode.putCodesId failed owner ",
			"channelcode.deleteCodesId refused all ", "channelcode.putCodesId done zhang 门店", "channelcode.postCodes done owner 展会",
		}
		if strings.Join(told, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s", strings.Join(told, "\n"))
		}

		found := get[web.Page[audit.View]](t, s, "owner", "/entries?operation=channelcode.putCodesId&outcome=done&member=zhang&q=门店").Items
		if len(found) != 1 {
			t.Fatalf("%+v", found)
		}
		d := get[audit.Detail](t, s, "owner", "/entries/"+found[0].ID.String())
		diff := map[string]string{}
		for _, f := range d.Changes[0].Fields {
			line := "→"
			if f.Before != nil {
				line = *f.Before + line
			}
			if f.After != nil {
				line += *f.After
			}
			diff[f.Path] = line
		}
		if len(d.Changes) != 1 || diff["name"] != "展会→门店" || diff["members"] != "zhang→zhang、li" || diff["remark"] != "电话138****5678→" || len(diff) != 3 {
			t.Errorf("%+v", d.Changes)
		}
		if d.Device != "Go" || d.Address == "" || d.Reference == "" || d.Actor != "member:zhang" || d.Took < 0 {
			t.Errorf("%+v", d)
		}

		var check audit.Check
		_, body := s.Request("owner", "POST", "/api/audit/verify", "")
		if err := json.Unmarshal([]byte(body), &check); err != nil || check.State != "intact" || check.Entries < 5 {
			t.Fatalf("%s %v", body, err)
		}
		export := func(kind string) string {
			status, body := s.Request("owner", "GET", "/api/audit/entries."+kind+"?operation=channelcode", "")
			if status != 200 {
				t.Fatalf("%d %s", status, body)
			}
			return body
		}
		if csv := export("csv"); strings.Count(csv, "channelcode.putCodesId") != 2 || !strings.Contains(csv, "name：展会 → 门店") || strings.Contains(csv, "13812345678") {
			t.Error(csv)
		}
		if exported := get[web.Page[audit.View]](t, s, "owner", "/entries?operation=audit.exportCsv").Items; len(exported) != 1 || exported[0].Object != "audit:export" {
			t.Errorf("the export is not in the log: %+v", exported)
		}

		// Somebody changes the past. The next midnight finds it, and the home page says so.
		err := s.App.DB.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw("UPDATE audit_entry SET actor_name = '李四' WHERE corp_id = ? AND id = ?", s.Corp, found[0].ID).Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		s.Advance(15 * time.Hour)
		status := get[audit.Status](t, s, "owner", "/status")
		if status.Check.State != "broken" || status.Check.Fault != audit.FaultAltered || status.Check.Seq != d.Seq || status.Seal == nil || status.Seal.Day != 20261123 {
			t.Errorf("%+v %+v", status.Check, status.Seal)
		}
		v := viewer.System(s.Corp)
		tiles, err := s.App.Asks.Tiles(t.Context(), v)
		if err != nil || !strings.Contains(fmt.Sprint(tiles), "audit.broken") {
			t.Errorf("%+v %v", tiles, err)
		}
		var out strings.Builder
		for _, f := range s.App.Features {
			if f.Prove == nil {
				continue
			}
			if intact, err := f.Prove(t.Context(), &out, ""); intact || err != nil {
				t.Errorf("%v %v", intact, err)
			}
		}
		if !strings.Contains(out.String(), "✗ "+s.Corp+": entry "+fmt.Sprint(d.Seq)+" is altered") {
			t.Error(out.String())
		}
	})
}

// TestNobodyIdentified: refusals of strangers are in the log of the installation.
func TestNobodyIdentified(t *testing.T) {
	each(t, func(t *testing.T, s *apptest.Story) {
		s.Request("nobody", "PUT", "/api/churn/setting", `{"notify":false}`)
		rows := get[web.Page[audit.View]](t, s, "all:audit.read,installation.audit", "/entries?chain=installation").Items
		if len(rows) != 1 || rows[0].Outcome != web.Refused || rows[0].Code != "unauthenticated" || rows[0].Address == "" {
			t.Errorf("%+v", rows)
		}
	})
}

func TestRetentionSetting(t *testing.T) {
	each(t, func(t *testing.T, s *apptest.Story) {
		for body, want := range map[string]int{`{"days":179}`: 422, `{"days":180}`: 200, `{"days":-1}`: 422} {
			if status, answer := s.Request("owner", "PUT", "/api/audit/setting", body); status != want {
				t.Errorf("%s: %d %s", body, status, answer)
			}
		}
		if st := get[audit.Status](t, s, "owner", "/status"); st.Days != 180 || st.LeastDays != 180 {
			t.Errorf("%+v", st)
		}
		e := get[web.Page[audit.View]](t, s, "owner", "/entries?operation=audit.putSetting&outcome=done").Items
		d := get[audit.Detail](t, s, "owner", "/entries/"+e[0].ID.String())
		if f := d.Changes[0].Fields[0]; f.Path != "days" || *f.Before != "1095" || *f.After != "180" || !d.Dangerous {
			t.Errorf("%+v", d.Changes)
		}
	})
}
