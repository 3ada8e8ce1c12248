package setup_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/setup"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestConnectASecondCorp walks the whole way: a new corp, a wrong secret, the right one,
// the callback, the first sync; and no secret comes back on the way.
func TestConnectASecondCorp(t *testing.T) {
	stories(t, apptest.Options{NoSync: true}, func(d *desk) {
		world, err := d.Sim.FoundCorp(wecomsim.NewCorp{Name: "第二家"})
		d.must(err)
		app := world.Apps[0]
		d.want(422, "POST", "/api/setup/corps", m{"id": "not a corp id", "name": "x", "timeZone": "Asia/Shanghai"}, nil)
		d.want(422, "POST", "/api/setup/corps", m{"id": world.CorpID, "name": "x", "timeZone": "Nowhere/Else"}, nil)
		d.want(200, "POST", "/api/setup/corps", m{"id": " " + world.CorpID + " ", "name": "第二家", "timeZone": "Asia/Urumqi"}, nil)
		d.want(409, "POST", "/api/setup/corps", m{"id": world.CorpID, "name": "x", "timeZone": "Asia/Shanghai"}, nil)
		d.want(204, "POST", "/api/account/corp", m{"corp": world.CorpID}, nil)

		if f := d.check(corp.CheckSecret); f.State != corp.CheckWait || f.Advice.ZH == "" {
			d.t.Errorf("before the app: %+v", f)
		}
		d.want(409, "POST", "/api/setup/callback", m{}, nil)
		d.want(422, "PUT", "/api/setup/app", m{"agentId": app.AgentID}, nil)
		d.want(422, "PUT", "/api/setup/app", m{"agentId": app.AgentID, "secret": "with blanks in it, surely"}, nil)
		d.want(200, "PUT", "/api/setup/app", m{"agentId": app.AgentID, "secret": "quite-wrong-" + app.Secret}, nil)
		if f := d.check(corp.CheckSecret); f.State != corp.CheckFail {
			d.t.Errorf("a wrong secret: %+v", f)
		}
		d.want(200, "PUT", "/api/setup/app", m{"agentId": app.AgentID, "secret": app.Secret}, nil)
		if f := d.check(corp.CheckSecret); f.State != corp.CheckOK {
			d.t.Errorf("the right secret: %+v", f)
		}

		var c setup.Callback
		d.want(200, "POST", "/api/setup/callback", m{}, &c)
		if len(c.Token) != 32 || len(c.Key) != 43 || !strings.HasPrefix(c.URL, d.URL+"/callback/") {
			d.t.Errorf("%+v", c)
		}
		shown := d.seen.String()
		if strings.Contains(shown, app.Secret) {
			d.t.Error("the secret came back")
		}
		d.seen.Reset()
		_, err = d.Sim.ChangeApp(app.AgentID, wecomsim.AppPatch{Corp: world.CorpID, CallbackURL: &c.URL, CallbackToken: &c.Token, CallbackAESKey: &c.Key})
		d.must(err)
		v, err := d.Sim.VerifyURL(world.CorpID, app.AgentID)
		d.must(err)
		if !v.OK {
			d.t.Fatalf("WeCom does not verify the address: %+v", v)
		}
		if f := d.check(corp.CheckCallback); f.State != corp.CheckOK {
			d.t.Errorf("%+v", f)
		}
		var have setup.Connection
		d.want(200, "GET", "/api/setup/connection", nil, &have)
		if have.App == nil || have.App.VerifiedAt == 0 || have.App.SecretSetAt == 0 || have.Corp.TimeZone != "Asia/Urumqi" {
			d.t.Errorf("%+v", have)
		}
		var history struct{ Items []setup.Change }
		d.want(200, "GET", "/api/setup/changes", nil, &history)
		var fields []string
		for _, h := range history.Items {
			fields = append(fields, h.Field)
			if h.Name != "admin" || h.At == 0 {
				d.t.Errorf("%+v", h)
			}
		}
		if got := strings.Join(fields, " "); got != "callback secret callback secret agentId created" {
			d.t.Errorf("history %s", got)
		}
		for _, hidden := range []string{app.Secret, c.Token, c.Key} {
			if strings.Contains(d.seen.String(), hidden) {
				d.t.Errorf("%s… was shown again", hidden[:4])
			}
		}
		// The first corp saw nothing of it.
		d.want(204, "POST", "/api/account/corp", m{"corp": d.Corp}, nil)
		d.want(200, "GET", "/api/setup/changes", nil, &history)
		if len(history.Items) != 0 {
			d.t.Errorf("the neighbour's history: %+v", history.Items)
		}
		d.want(404, "POST", "/api/account/corp", m{"corp": "ww_nobody"}, nil)
	})
}

// TestTheOnlyCorpIsSuspended: its owner stays in, with nothing but the list of corps, signs
// in again, and resumes it.
func TestTheOnlyCorpIsSuspended(t *testing.T) {
	stories(t, apptest.Options{NoSync: true}, func(d *desk) {
		var c setup.Corp
		d.want(200, "POST", "/api/setup/corps/"+d.Corp+"/suspend", nil, &c)
		if c.Status != corp.Suspended {
			d.t.Errorf("%+v", c)
		}
		v, err := d.Sim.VerifyURL(d.Corp, wecomsim.DefaultAgentID)
		d.must(err)
		if v.OK {
			d.t.Error("a suspended corp's callbacks are taken")
		}
		d.want(204, "POST", "/api/account/sign-out", nil, nil)
		d.want(200, "POST", "/api/account/sign-in", m{"name": "admin", "password": apptest.Password}, nil)
		var me struct {
			Corp struct{ ID string }
			Menu []struct{ Items []struct{ Key string } }
		}
		d.want(200, "GET", "/api/account/me", nil, &me)
		if me.Corp.ID != "" || len(me.Menu) != 1 || len(me.Menu[0].Items) != 1 || me.Menu[0].Items[0].Key != "setup.corps" {
			d.t.Errorf("%+v", me)
		}
		d.want(403, "GET", "/api/setup/connection", nil, nil)
		d.want(404, "POST", "/api/account/corp", m{"corp": d.Corp}, nil)
		var list setup.CorpList
		d.want(200, "GET", "/api/setup/corps", nil, &list)
		if len(list.Items) != 1 || !list.Items[0].Connected || list.Items[0].Status != corp.Suspended {
			d.t.Errorf("%+v", list)
		}
		d.want(200, "POST", "/api/setup/corps/"+d.Corp+"/resume", nil, nil)
		d.want(204, "POST", "/api/account/corp", m{"corp": d.Corp}, nil)
		d.want(200, "GET", "/api/setup/connection", nil, nil)
	})
}

// TestACorpHasAQuota: what the owner grants holds at once, stands in the history, and what
// is no quota changes nothing.
func TestACorpHasAQuota(t *testing.T) {
	stories(t, apptest.Options{NoSync: true}, func(d *desk) {
		path := "/api/setup/corps/" + d.Corp + "/quota"
		for _, wrong := range []int{-1, 59, 1_000_001} {
			d.want(422, "PUT", path, m{"callsPerMinute": wrong, "fileQuota": 0}, nil)
		}
		d.want(404, "PUT", "/api/setup/corps/wwother/quota", m{"callsPerMinute": 60, "fileQuota": 0}, nil)
		var c setup.Corp
		d.want(200, "PUT", path, m{"callsPerMinute": 60, "fileQuota": 0}, &c)
		if c.CallsPerMinute != 60 {
			d.t.Errorf("%+v", c)
		}
		for range 20 { // a third of a minute's calls at once
			d.want(200, "GET", "/api/setup/connection", nil, nil)
		}
		d.want(429, "GET", "/api/setup/connection", nil, nil)
		d.Clock.Advance(10 * time.Second)
		d.want(200, "PUT", "/api/setup/connection", m{"name": "新名字", "timeZone": "Asia/Shanghai"}, nil) // keeps it
		var list setup.CorpList
		d.want(200, "GET", "/api/setup/corps", nil, &list)
		if list.Items[0].CallsPerMinute != 60 {
			d.t.Errorf("%+v", list)
		}
		var changes struct {
			Items []setup.Change `json:"items"`
		}
		d.want(200, "GET", "/api/setup/changes", nil, &changes)
		if len(changes.Items) != 2 || changes.Items[1].Field != "quota" || changes.Items[1].Before != "0" || changes.Items[1].After != "60" {
			d.t.Errorf("%+v", changes)
		}
		d.want(200, "PUT", path, m{"callsPerMinute": 0, "fileQuota": 0}, nil)
		for range 30 {
			d.want(200, "GET", "/api/setup/connection", nil, nil)
		}
	})
}

// TestACorpHasRoomForFiles: what it keeps is shown, what goes beyond the quota is refused
// with what to do, and the health page warns before.
func TestACorpHasRoomForFiles(t *testing.T) {
	stories(t, apptest.Options{NoSync: true}, func(d *desk) {
		path := "/api/setup/corps/" + d.Corp + "/quota"
		for _, wrong := range []int64{-1, 1, 100<<20 - 1, 1<<50 + 1} {
			d.want(422, "PUT", path, m{"callsPerMinute": 0, "fileQuota": wrong}, nil)
		}
		const quota, used = 100 << 20, 99 << 20
		d.must(d.App.DB.Tx(d.t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw(`INSERT INTO blob_use (corp_id, bytes, objects) VALUES (?, ?, 7)`, d.Corp, used).Exec(ctx)
			return err
		}))
		keep := func(name string, bytes int) error {
			_, err := d.App.Blob.Put(d.t.Context(), "export/"+d.Corp+"/"+name, strings.NewReader(strings.Repeat("x", bytes)), int64(bytes), "")
			return err
		}
		d.must(keep("any", 1<<20)) // without a quota there is always room
		d.must(d.App.Blob.Delete(d.t.Context(), "export/"+d.Corp+"/any"))
		d.want(200, "PUT", path, m{"callsPerMinute": 0, "fileQuota": quota}, nil)
		if f := d.check("files"); f.State != corp.CheckWarn || !strings.Contains(f.Found.ZH, "99.0 MB，配额 100.0 MB") || f.Advice.EN == "" {
			d.t.Errorf("%+v", f)
		}
		err := keep("large", 1<<20+1)
		if f := fault.As(err); f == nil || !strings.Contains(f.Message, "配额 100.0 MB，已用 99.0 MB") || !strings.Contains(f.Advice, "企业列表") {
			d.t.Errorf("%v", err)
		}
		d.must(keep("fits", 1<<20))
		if f := d.check("files"); f.State != corp.CheckFail {
			d.t.Errorf("%+v", f)
		}
		var list setup.CorpList
		d.want(200, "GET", "/api/setup/corps", nil, &list)
		if c := list.Items[0]; c.FileQuota != quota || c.Files.Bytes != quota || c.Files.Objects != 8 {
			d.t.Errorf("%+v", c)
		}
		var changes struct {
			Items []setup.Change `json:"items"`
		}
		d.want(200, "GET", "/api/setup/changes", nil, &changes)
		if len(changes.Items) != 1 || changes.Items[0].Field != "fileQuota" || changes.Items[0].Before != "0" || changes.Items[0].After != "100.0 MB" {
			d.t.Errorf("%+v", changes)
		}
		d.want(200, "PUT", path, m{"callsPerMinute": 0, "fileQuota": 0}, nil)
		d.must(keep("large", 1<<20+1))
	})
}

// TestTheOwnerOfACorpIsNotTheOwnerOfTheInstallation: whoever holds everything in one corp
// can do nothing to another, and not even read that it is there.
func TestTheOwnerOfACorpIsNotTheOwnerOfTheInstallation(t *testing.T) {
	var h *apptest.House
	door := apptest.Door(func() string { return h.Corp })
	apptest.Each(t, apptest.Options{NoSync: true, Features: []feature.New{door, setup.New}}, func(t *testing.T, house *apptest.House) {
		h = house
		d := &desk{House: house, t: t, client: house.Client()}
		t.Cleanup(d.client.CloseIdleConnections)
		routes := []struct{ method, path string }{
			{"GET", "/api/setup/corps"},
			{"POST", "/api/setup/corps"},
			{"POST", "/api/setup/corps/x/suspend"},
			{"POST", "/api/setup/corps/x/resume"},
			{"PUT", "/api/setup/corps/x/quota"},
		}
		for who, want := range map[string]int{"owner": 403, "all:setup.read,setup.write": 403, "nobody": 401} {
			d.who = who
			for _, r := range routes {
				d.want(want, r.method, r.path, nil, nil)
			}
		}
		for who, want := range map[string]int{"owner": 200, "all:setup.read": 403} {
			d.who = who
			d.want(want, "PUT", "/api/setup/connection", m{"name": "新名字", "timeZone": "Asia/Tokyo"}, nil)
		}
		// What all corps stand on is told in one word, and of the corp not the machine's clock.
		d.must(house.App.DB.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
			for of, findings := range map[string]string{"": `[{"check":"disk","state":"fail","found":{"zh":"满","en":"full"}}]`, house.Corp: `[{"check":"clock","state":"ok"},{"check":"secret","state":"ok"}]`} {
				if _, err := tx.NewRaw("INSERT INTO setup_health (corp_id, at, findings) VALUES (?, 1, ?)", of, findings).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		}))
		for _, who := range []string{"owner", "all:setup.read"} {
			d.who = who
			for method, path := range map[string]string{"GET": "/api/setup/health", "POST": "/api/setup/check"} {
				var health setup.Health
				text := d.want(200, method, path, nil, &health)
				if health.Installation != nil || health.State != corp.CheckFail || len(health.Corp.Findings) == 0 || strings.Contains(text, "disk") || strings.Contains(text, "clock") {
					t.Errorf("%s is told of the installation: %s", who, text)
				}
			}
		}
		d.who = "stranger" // of a corp that is not set up
		d.want(404, "GET", "/api/setup/connection", nil, nil)
		d.want(404, "PUT", "/api/setup/app", m{"agentId": 1, "secret": "0123456789abcdef"}, nil)
		d.want(404, "POST", "/api/setup/check", nil, nil)
	})
	if (viewer.Viewer{Permissions: []string{"*"}}).Can("installation.corps") {
		t.Error("* covers the installation")
	}
}

// TestDomainFile is served at the root to anybody, byte for byte, and to nobody after it
// was removed.
func TestDomainFile(t *testing.T) {
	stories(t, apptest.Options{NoSync: true}, func(d *desk) {
		for name, content := range map[string]string{
			"WW_verify_abc.html": "abc", "../WW_verify_abc.txt": "abc", "index.txt": "abc", "WW_verify_abc.txt": "<script>alert(1)</script>",
		} {
			d.want(422, "POST", "/api/setup/files", m{"name": name, "content": content}, nil)
		}
		d.want(200, "POST", "/api/setup/files", m{"name": "WW_verify_abcDEF123.txt", "content": "\ufeffabcDEF123\r\n"}, nil)
		stranger := d.Client()
		get := func() (int, string, string) {
			r, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, d.URL+"/WW_verify_abcDEF123.txt", nil)
			d.must(err)
			answer, err := stranger.Do(r)
			d.must(err)
			body, err := io.ReadAll(answer.Body)
			d.must(err)
			d.must(answer.Body.Close())
			return answer.StatusCode, answer.Header.Get("Content-Type"), string(body)
		}
		if status, kind, body := get(); status != 200 || !strings.HasPrefix(kind, "text/plain") || body != "abcDEF123" {
			d.t.Errorf("%d %s %q", status, kind, body)
		}
		// Another corp cannot take the name.
		world, err := d.Sim.FoundCorp(wecomsim.NewCorp{Name: "第二家"})
		d.must(err)
		d.want(200, "POST", "/api/setup/corps", m{"id": world.CorpID, "name": "第二家", "timeZone": "Asia/Shanghai"}, nil)
		d.want(204, "POST", "/api/account/corp", m{"corp": world.CorpID}, nil)
		d.want(422, "POST", "/api/setup/files", m{"name": "WW_verify_abcDEF123.txt", "content": "mine"}, nil)
		d.want(404, "DELETE", "/api/setup/files/WW_verify_abcDEF123.txt", nil, nil)
		d.want(204, "POST", "/api/account/corp", m{"corp": d.Corp}, nil)
		d.want(204, "DELETE", "/api/setup/files/WW_verify_abcDEF123.txt", nil, nil)
		if status, _, _ := get(); status == 200 {
			d.t.Error("still served")
		}
		stranger.CloseIdleConnections()
	})
}
