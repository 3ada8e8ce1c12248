package privacy_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/churn"
	"github.com/queqiao-scrm/queqiao/internal/feature/export"
	"github.com/queqiao-scrm/queqiao/internal/feature/followup"
	"github.com/queqiao-scrm/queqiao/internal/feature/privacy"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

const (
	officer = "all:privacy.view,privacy.export,privacy.erase,privacy.retention,customer.phone"
	zhang   = "self:zhang:privacy.view,privacy.export,privacy.erase,customer.phone"
	clerk   = "self:zhang:followup.read"
)

// desk is a running program with zhang and li, and one customer whom zhang follows.
type desk struct {
	*apptest.House
	t        *testing.T
	pair     wecomsim.Pair
	customer id.ID
	external string
	book     apptest.Ledger
	// stuck makes the erasure of the test's own holding hang once; at is told that it does.
	stuck atomic.Bool
	at    chan struct{}
}

// shelf is a feature with one holding whose erasure the test can hold up.
func (d *desk) shelf(feature.Deps) feature.Feature {
	return feature.Feature{Slug: "shelf", Answers: ask.Answers{Personal: ask.Personal{Holdings: []ask.Holding{{
		Key: "shelf.nothing", ZH: "无", EN: "Nothing", Read: "SELECT id FROM mirror_customer WHERE corp_id = ?0 AND id = ?2 AND id = 0",
		Erase: func(ctx context.Context, _ db.Tx, _ ask.Person, _ int) (int64, error) {
			if d.stuck.Swap(false) {
				d.at <- struct{}{}
				<-ctx.Done()
				return 0, context.Cause(ctx)
			}
			return 0, nil
		},
	}}}}}
}

func stories(t *testing.T, story func(d *desk)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel() // most of a story's time goes into opening its house
			d := &desk{t: t, at: make(chan struct{}, 1)}
			d.House = apptest.Open(t, e, apptest.Options{
				Seed:     &wecomsim.SeedOptions{Departments: 1},
				Features: []feature.New{followup.New, churn.New, export.New, d.shelf, d.book.New, privacy.New, apptest.Door(func() string { return d.Corp })},
			})
			for _, m := range []string{"zhang", "li"} {
				_, err := d.Sim.JoinMember(wecomsim.JoinMember{UserID: m, Name: "成员" + m})
				d.must(err)
			}
			d.Sync()
			p, err := d.Sim.AddPerson(wecomsim.NewPerson{Name: "王小明"})
			d.must(err)
			d.pair = wecomsim.Pair{Member: "zhang", Person: p.ID}
			_, err = d.Sim.Add(wecomsim.Add{Member: "zhang", Person: p.ID})
			d.must(err)
			d.Settle()
			d.must(d.App.DB.Read().NewRaw("SELECT id, customer FROM mirror_customer WHERE corp_id = ?", d.Corp).Scan(t.Context(), &d.customer, &d.external))
			d.exec(`INSERT INTO followup_note (id, corp_id, customer, customer_id, author, member_id, name, how, body, pictures, mentions, created_at, edited_at)
				VALUES (?, ?, ?, ?, 'member:zhang', 'zhang', '张', 'note', '爱喝龙井', '[]', '[]', ?, 0)`, d.App.IDs.New(), d.Corp, d.external, d.customer, db.NowMS(d.Clock))
			story(d)
		})
	}
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) exec(query string, args ...any) {
	d.t.Helper()
	d.must(d.App.DB.Tx(d.t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(query, args...).Exec(ctx)
		return err
	}))
}

func (d *desk) rows(query string) int {
	d.t.Helper()
	var n int
	d.must(d.App.DB.Read().NewRaw(query, d.Corp).Scan(d.t.Context(), &n))
	return n
}

func (d *desk) ask(who, method, path string, body any) (int, []byte) {
	d.t.Helper()
	var sent bytes.Buffer
	if body != nil {
		d.must(json.NewEncoder(&sent).Encode(body))
	}
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.URL+"/api/privacy"+path, &sent)
	d.must(err)
	r.Header.Set(apptest.WhoHeader, who)
	r.Header.Set("Content-Type", "application/json")
	answer, err := d.Client().Do(r)
	d.must(err)
	raw, err := io.ReadAll(answer.Body)
	d.must(err)
	d.must(answer.Body.Close())
	return answer.StatusCode, raw
}

// begin submits a request and gives it.
func (d *desk) begin(who, kind string) privacy.View {
	d.t.Helper()
	status, raw := d.ask(who, http.MethodPost, "/customers/"+d.customer.String()+"/"+kind, privacy.Asking{Asker: "person", Note: "来信"})
	if status != http.StatusOK {
		d.t.Fatalf("%s: %d %s", kind, status, raw)
	}
	return d.view(raw)
}

func (d *desk) view(raw []byte) (v privacy.View) {
	d.t.Helper()
	d.must(json.Unmarshal(raw, &v))
	return v
}

func (d *desk) request(v privacy.View) privacy.View {
	d.t.Helper()
	status, raw := d.ask(officer, http.MethodGet, "/requests/"+v.ID.String(), nil)
	if status != http.StatusOK {
		d.t.Fatalf("%d %s", status, raw)
	}
	return d.view(raw)
}

func gone(v privacy.View, key string) int64 {
	for _, p := range v.Parts {
		if p.Key == key {
			return p.Gone
		}
	}
	return -1
}

// TestWhoMay: all of a customer is for who sees all of him.
func TestWhoMay(t *testing.T) {
	stories(t, func(d *desk) {
		at := "/customers/" + d.customer.String()
		body := privacy.Asking{Asker: "person", Note: "来信"}
		for name, x := range map[string]struct {
			who, method, path string
			status            int
		}{
			"no right to look":         {clerk, "GET", at, 403},
			"no right to export":       {"all:privacy.view", "POST", at + "/export", 403},
			"no right to erase":        {"all:privacy.view,privacy.export", "POST", at + "/erase", 403},
			"no right to set":          {"all:privacy.view", "PUT", "/terms/churn.names", 403},
			"outside the scope":        {"self:li:privacy.view,privacy.erase", "POST", at + "/erase", 404},
			"looks outside the scope":  {"self:li:privacy.view", "GET", at, 404},
			"another corp":             {"stranger", "POST", at + "/erase", 404},
			"without telephones":       {"all:privacy.view,privacy.export", "POST", at + "/export", 409},
			"nobody":                   {"nobody", "GET", "/requests", 401},
			"no such retention":        {officer, "GET", "/terms/moon.phase/preview?days=90", 404},
			"a retention of two days":  {officer, "GET", "/terms/churn.names/preview?days=2", 422},
			"his own customer, looked": {zhang, "GET", at, 200},
		} {
			if status, raw := d.ask(x.who, x.method, x.path, body); status != x.status {
				d.t.Errorf("%s: %d %s, want %d", name, status, raw, x.status)
			}
		}
		if status, raw := d.ask("self:zhang:privacy.retention", http.MethodPut, "/terms/churn.names", map[string]int{"days": 90}); status != http.StatusForbidden || !strings.Contains(string(raw), "数据范围不足") {
			d.t.Errorf("everybody's retention: %d %s", status, raw)
		}
		// Li follows him too: zhang does not see all of him any more.
		_, err := d.Sim.Add(wecomsim.Add{Member: "li", Person: d.pair.Person})
		d.must(err)
		d.Settle()
		if status, raw := d.ask(zhang, http.MethodPost, at+"/erase", body); status != http.StatusConflict || !strings.Contains(string(raw), "数据范围以外") {
			d.t.Errorf("half of a customer: %d %s", status, raw)
		}
		run := d.begin(officer, "export")
		d.Settle()
		for who, want := range map[string]int{officer: 200, "owner": 200, zhang: 404, "stranger": 404} {
			// The officer and the owner are the same account at this door.
			if status, raw := d.ask(who, http.MethodGet, "/requests/"+run.ID.String()+"/file", nil); status != want {
				d.t.Errorf("%s fetches the file: %d %s", who, status, raw[:min(len(raw), 200)])
			}
		}
		_, raw := d.ask(officer, http.MethodGet, "/requests/"+run.ID.String()+"/file", nil)
		for name, want := range map[string]string{"个人信息请求.csv": "导出,客户本人,来信", "跟进记录.csv": ",记录,张,爱喝龙井", "personal.json": `"kind":"export","asker":"person"`} {
			if text := unzipped(d.t, raw, name); !strings.Contains(text, want) {
				d.t.Errorf("%s has no %s: %s", name, want, text)
			}
		}
		if status, _ := d.ask(officer, http.MethodPost, at+"/export", privacy.Asking{Asker: "person"}); status != http.StatusUnprocessableEntity {
			d.t.Errorf("without grounds: %d", status)
		}
		d.Advance(8 * 24 * time.Hour)
		if status, _ := d.ask(officer, http.MethodGet, "/requests/"+run.ID.String()+"/file", nil); status != http.StatusNotFound || d.request(run).State != privacy.Expired {
			d.t.Errorf("after a week: %d %s", status, d.request(run).State)
		}
	})
}

// unzipped is the text of the file in an archive whose name ends so.
func unzipped(t *testing.T, raw []byte, ends string) string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.File {
		if !strings.HasSuffix(f.Name, ends) {
			continue
		}
		content, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(content)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	return ""
}

// TestWeComBringsHimBack: what is ours goes, what WeCom has stays as long as somebody
// follows him; once nobody does, another erasure takes that too.
func TestWeComBringsHimBack(t *testing.T) {
	stories(t, func(d *desk) {
		run := d.begin(officer, "erase")
		d.Settle()
		done := d.request(run)
		if done.State != privacy.Done || done.Follows != 1 || gone(done, "followup.notes") != 1 || gone(done, "mirror.follows") != 0 || done.CustomerName != "" || done.Note != "" {
			d.t.Errorf("%+v", done)
		}
		if notes, people := d.rows("SELECT COUNT(*) FROM followup_note WHERE corp_id = ?"), d.rows("SELECT COUNT(*) FROM mirror_customer WHERE name = '王小明' AND corp_id = ?"); notes != 0 || people != 1 {
			d.t.Errorf("%d notes, %d customers", notes, people)
		}
		status, raw := d.ask(officer, http.MethodGet, "/requests/"+run.ID.String()+"/certificate", nil)
		if text := string(raw); status != http.StatusOK || !strings.Contains(text, "跟进记录：1 条") || !strings.Contains(text, "仍有 1 位成员") || !strings.Contains(text, done.Hash) ||
			strings.Contains(text, d.external) || strings.Contains(text, "王小明") {
			d.t.Errorf("the certificate: %d %s", status, text)
		}
		// Again: nothing is left to erase, and nothing breaks.
		again := d.begin(officer, "erase")
		d.Settle()
		if second := d.request(again); second.State != privacy.Done || gone(second, "followup.notes") != 0 || second.Hash != done.Hash {
			d.t.Errorf("%+v", second)
		}
		_, err := d.Sim.DeleteCustomer(d.pair)
		d.must(err)
		d.Settle()
		last := d.begin(officer, "erase")
		d.Settle()
		if third := d.request(last); third.State != privacy.Done || third.Follows != 0 || gone(third, "mirror.follows") != 1 || gone(third, "mirror.customer") != 1 || gone(third, "churn.endings") != 1 {
			d.t.Errorf("%+v", third)
		}
		if n := d.rows("SELECT COUNT(*) FROM mirror_customer WHERE corp_id = ?"); n != 0 {
			d.t.Errorf("%d customers", n)
		}
		if status, _ := d.ask(officer, http.MethodPost, "/customers/"+d.customer.String()+"/erase", privacy.Asking{Asker: "person", Note: "来信"}); status != http.StatusNotFound {
			d.t.Errorf("who is not there is erased: %d", status)
		}
		if got := d.book.Ends("privacy.requestEnds"); !slices.Equal(got, []string{"done 1/0/3 for account:0000000000001", "done 0/0/3 for account:0000000000001", "done 5/0/1 for account:0000000000001"}) {
			d.t.Errorf("on record: %q", got)
		}
	})
}

// TestKilledInTheMiddle: the next program goes on where this one was, and counts nothing twice.
func TestKilledInTheMiddle(t *testing.T) {
	stories(t, func(d *desk) {
		d.stuck.Store(true)
		run := d.begin(officer, "erase")
		<-d.at
		half := d.request(run)
		if half.State != privacy.Running || gone(half, "followup.notes") != 1 {
			d.t.Errorf("%+v", half)
		}
		if status, _ := d.ask(officer, http.MethodDelete, "/requests/"+run.ID.String(), nil); status != http.StatusConflict {
			d.t.Errorf("half an erasure was cancelled: %d", status)
		}
		d.Restart()
		d.Advance(time.Minute)
		d.Settle()
		whole := d.request(run)
		if whole.State != privacy.Done || gone(whole, "followup.notes") != 1 {
			d.t.Errorf("%+v", whole)
		}
		for _, p := range whole.Parts {
			if !p.Done {
				d.t.Errorf("%s was left out", p.Key)
			}
		}
		if got := d.book.Ends("privacy.requestEnds"); len(got) != 1 {
			d.t.Errorf("on record: %q", got)
		}
	})
}
