package profile_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	asked "github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/customer"
	"github.com/queqiao-scrm/queqiao/internal/feature/profile"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestDescribe: what a member notes of a customer goes to WeCom and comes back; what is not
// named stays; everybody changes only what is his, or his people's.
func TestDescribe(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			var h *apptest.House
			h = apptest.Open(t, e, apptest.Options{
				Seed: &wecomsim.SeedOptions{Departments: 1}, Features: []feature.New{customer.New, profile.New, apptest.Door(func() string { return h.Corp })},
			})
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			for _, m := range []string{"zhang", "li"} {
				_, err := h.Sim.JoinMember(wecomsim.JoinMember{UserID: m, Name: "成员" + m})
				must(err)
			}
			h.Sync()
			person, err := h.Sim.AddPerson(wecomsim.NewPerson{Name: "王小明"})
			must(err)
			_, err = h.Sim.Add(wecomsim.Add{Member: "zhang", Person: person.ID})
			must(err)
			h.Settle()
			var follow id.ID
			var external string
			must(h.App.DB.Read().NewRaw("SELECT id, customer FROM mirror_follow WHERE corp_id = ? AND member_id = 'zhang'", h.Corp).Scan(t.Context(), &follow, &external))
			ask := func(who, path, body string) (int, string) {
				t.Helper()
				r, err := http.NewRequestWithContext(t.Context(), "PUT", h.URL+"/api/profile/"+path+"/"+follow.String()+"/notes", strings.NewReader(body))
				must(err)
				r.Header.Set(apptest.WhoHeader, who)
				r.Header.Set("Content-Type", "application/json")
				response, err := http.DefaultClient.Do(r)
				must(err)
				raw, err := io.ReadAll(response.Body)
				must(err)
				must(response.Body.Close())
				h.Settle()
				return response.StatusCode, string(raw)
			}
			noted := func() (here, there string) {
				t.Helper()
				var row struct{ Remark, Description, Company, Mobiles string }
				must(h.App.DB.Read().NewRaw("SELECT remark, description, company, mobiles FROM mirror_follow WHERE id = ?", follow).Scan(t.Context(), &row))
				h.Sim.Inspect(func(w *wecomsim.World) {
					f, _ := w.Corp(h.Corp).Follow("zhang", external)
					there = strings.Join([]string{f.Remark, f.Description, f.RemarkCorp, strings.Join(f.RemarkMobiles, ",")}, "|")
				})
				return strings.Join([]string{row.Remark, row.Description, row.Company, strings.Trim(strings.ReplaceAll(row.Mobiles, `"`, ""), "[]")}, "|"), there
			}
			const own, others = "self:zhang:profile.write", "team:li+zhang:profile.describe,customer.phone"
			for _, x := range []struct {
				who, path, body string
				status          int
				want            string
			}{
				{own, "own", `{"remark":"王总","description":"展会认识","company":"一号公司"}`, 200, "王总|展会认识|一号公司|"},
				{own, "own", `{"mobiles":["13812345678"]}`, 422, "王总|展会认识|一号公司|"}, // he cannot read the others, and would lose them
				{others, "follows", `{"mobiles":["13812345678","13900001111"]}`, 200, "王总|展会认识|一号公司|13812345678,13900001111"},
				{others, "follows", `{"remark":""}`, 200, "|展会认识|一号公司|13812345678,13900001111"},
				{others, "follows", `{"mobiles":["一二三"]}`, 422, "|展会认识|一号公司|13812345678,13900001111"},
				{others, "follows", `{"mobiles":[]}`, 200, "|展会认识|一号公司|"},
				{"self:li:profile.write,profile.describe", "own", `{"remark":"x"}`, 404, "|展会认识|一号公司|"},
				{"team:li+zhang:profile.write", "own", `{"remark":"x"}`, 404, "|展会认识|一号公司|"},
				{"self:li:profile.describe", "follows", `{"remark":"x"}`, 404, "|展会认识|一号公司|"},
				{own, "follows", `{"remark":"x"}`, 403, "|展会认识|一号公司|"},
				{"stranger", "follows", `{"remark":"x"}`, 404, "|展会认识|一号公司|"},
			} {
				status, answer := ask(x.who, x.path, x.body)
				here, there := noted()
				if status != x.status || here != x.want || there != x.want {
					t.Errorf("%s of %s: %d %s\nhere %q\nthere %q\nwant %d %q", x.body, x.who, status, answer, here, there, x.status, x.want)
				}
			}
			// The story tells each change, whoever made it; a sync that finds nothing new tells nothing.
			h.Advance(time.Minute)
			remark, description := "王姐", "老客户"
			_, err = h.Sim.EditFollow(wecomsim.EditFollow{Person: person.ID, Member: "zhang", Remark: &remark, Description: &description})
			must(err)
			h.Settle()
			h.Sync()
			var customerID id.ID
			must(h.App.DB.Read().NewRaw("SELECT customer_id FROM mirror_follow WHERE id = ?", follow).Scan(t.Context(), &customerID))
			told := func(who, about string) (int, []string) {
				t.Helper()
				r, err := http.NewRequestWithContext(t.Context(), "GET", h.URL+"/api/customer/customers/"+customerID.String()+"/timeline?about="+about, http.NoBody)
				must(err)
				r.Header.Set(apptest.WhoHeader, who)
				response, err := http.DefaultClient.Do(r)
				must(err)
				var page web.Page[asked.Entry]
				must(json.NewDecoder(response.Body).Decode(&page))
				must(response.Body.Close())
				lines := []string{}
				for _, e := range page.Items {
					if what, is := strings.CutPrefix(e.Kind, "customer.noted."); is {
						lines = append(lines, what+" "+e.Member+" "+e.Values["by"]+": "+e.Values["before"]+" → "+e.Values["after"])
					}
				}
				return response.StatusCode, lines
			}
			const zhang, li = "zhang", "li" // by these names
			_, lines := told("owner", "customer")
			slices.Sort(lines)
			want := []string{
				"company.page zhang " + zhang + ": – → 一号公司", "description.page zhang " + zhang + ": – → 展会认识", "description.wecom zhang : 展会认识 → 老客户",
				"mobiles.page zhang " + li + ": 138****5678、139****1111 → –", "mobiles.page zhang " + li + ": – → 138****5678、139****1111",
				"remark.page zhang " + li + ": 王总 → –", "remark.page zhang " + zhang + ": – → 王总",
				"remark.wecom zhang : – → 王姐",
			}
			if !slices.Equal(lines, want) {
				t.Errorf("told %q\nwant %q", lines, want)
			}
			if _, lines := told("owner", "profile"); len(lines) > 0 {
				t.Errorf("about profiles: %q", lines)
			}
			if status, lines := told("self:li:customer.read", "customer"); status != http.StatusNotFound || len(lines) > 0 {
				t.Errorf("told outside the scope: %d %q", status, lines)
			}
			must(h.App.DB.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
				return h.App.Bus.Publish(ctx, tx, event.MemberChanged{Meta: event.Meta{Event: h.App.IDs.New(), Corp: h.Corp, At: h.Clock.Now()}, Member: "neu", WasMember: "zhang"})
			}))
			h.Settle()
			var details, begun int
			must(h.App.DB.Read().NewRaw(`SELECT (SELECT COUNT(*) FROM customer_detail WHERE corp_id = ?0 AND member_id = 'neu'),
				(SELECT COUNT(*) FROM customer_history WHERE corp_id = ?0 AND member_id = 'neu')`, h.Corp).Scan(t.Context(), &details, &begun))
			if details != len(want) || begun != 1 {
				t.Errorf("renamed: %d changes, %d beginnings", details, begun)
			}
			_, err = h.Sim.DeleteMember(wecomsim.Pair{Member: "zhang", Person: person.ID})
			must(err)
			h.Settle()
			if status, answer := ask(own, "own", `{"remark":"x"}`); status != http.StatusConflict || !strings.Contains(answer, "已结束") {
				t.Errorf("of an ended follow: %d %s", status, answer)
			}
		})
	}
}
