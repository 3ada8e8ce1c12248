package eventlog_test

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature/eventlog"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const (
	added    = "change_external_contact.add_external_contact"
	lost     = "change_external_contact.del_follow_user"
	groupNew = "change_external_chat.create"
)

// listed gives the ids of a filtered list, over all its pages.
func (h *house) listed(filter url.Values) []id.ID {
	h.T.Helper()
	var ids []id.ID
	for range 50 {
		var page web.Page[eventlog.Callback]
		h.Get("/callbacks?"+filter.Encode(), &page)
		for _, c := range page.Items {
			ids = append(ids, c.ID)
		}
		if page.Next == "" {
			return ids
		}
		filter.Set("after", page.Next)
	}
	h.T.Fatal("the list has no end")
	return nil
}

func TestCallbacksAreFiltered(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.follow("Zhang", "张三", "wmAlice", "爱丽丝")
		h.follow("li", "李四", "wmBob", "鲍勃")
		first := h.callback(corpID, added, "customer/wmAlice/zhang", "done", "")
		second := h.callback(corpID, lost, "customer/wmAlice/zhang", "failed", "")
		third := h.callback(corpID, added, "customer/wmBob/li", "done", "")
		unknown := h.callback(corpID, added, "customer/wmNew/zhang", "waiting", "")
		group := h.callback(corpID, groupNew, "group/wrChat", "done", "")
		self := h.callback(corpID, "change_contact.update_user", "contacts/member/zhang", "ignored", "")
		h.callback(another, added, "customer/wmAlice/zhang", "failed", "")
		all := []id.ID{self, group, unknown, third, second, first}

		at := db.MS(h.Clock.Now())
		for name, c := range map[string]struct {
			filter url.Values
			want   []id.ID
		}{
			"all, the newest first":          {url.Values{}, all},
			"page by page":                   {url.Values{"limit": {"2"}}, all},
			"failed":                         {url.Values{"state": {"failed"}}, []id.ID{second}},
			"by kind":                        {url.Values{"event": {added}}, []id.ID{unknown, third, first}},
			"done of a kind":                 {url.Values{"event": {added}, "state": {"done"}}, []id.ID{third, first}},
			"failed of a kind without any":   {url.Values{"event": {added}, "state": {"failed"}}, nil},
			"of a member":                    {url.Values{"member": {"ZHANG"}}, []id.ID{self, second, first}},
			"of a customer's name":           {url.Values{"q": {"爱丽"}}, []id.ID{second, first}},
			"of an external_userid":          {url.Values{"q": {"wmNew"}}, []id.ID{unknown}},
			"the beginning of an id is none": {url.Values{"q": {"wmN"}}, nil},
			"of a chat_id":                   {url.Values{"q": {" wrChat "}}, []id.ID{group}},
			"of a userid":                    {url.Values{"q": {"Zhang"}}, []id.ID{self}},
			"of a name that nobody has":      {url.Values{"q": {"无此人"}}, nil},
			"text that looks like a pattern": {url.Values{"q": {"%_"}}, nil},
			// Another corp's callback came a second after the last of ours.
			"from a moment on": {url.Values{"from": {strconv.FormatInt(at-1000, 10)}}, []id.ID{self}},
			"before a moment":  {url.Values{"to": {strconv.FormatInt(at-4000, 10)}}, []id.ID{second, first}},
			"several at once":  {url.Values{"member": {"zhang"}, "state": {"failed"}, "q": {"爱丽丝"}, "limit": {"1"}}, []id.ID{second}},
		} {
			t.Run(name, func(t *testing.T) {
				if got := h.listed(c.filter); !slices.Equal(got, c.want) {
					t.Errorf("listed %v, want %v", got, c.want)
				}
			})
		}
		for filter, code := range map[string]int{"state=odd": 422, "after=garbage": 422, "limit=0": 422, "odd=1": 422} {
			if status, body := h.Call("GET", "/callbacks?"+filter, ""); status != code {
				t.Errorf("%s: %d %s", filter, status, body)
			}
		}
	})
}

func TestCallbackSaysWhomItConcerns(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.follow("Zhang", "张三", "wmAlice", "爱丽丝")
		known := h.callback(corpID, added, "customer/wmAlice/zhang", "done", "<xml>secret</xml>")
		stranger := h.callback(corpID, added, "customer/wmNew/nobody", "done", "")
		var c eventlog.Callback
		h.Get("/callbacks/"+known.String(), &c)
		if a := c.About; a.Member != "Zhang" || a.MemberName != "张三" || a.CustomerName != "爱丽丝" || a.CustomerID == 0 || a.Customer != "wmAlice" {
			t.Errorf("%+v", a)
		}
		var unknown eventlog.Callback
		h.Get("/callbacks/"+stranger.String(), &unknown)
		if a := unknown.About; a.Member != "nobody" || a.Customer != "wmNew" || a.MemberName != "" {
			t.Errorf("%+v", a)
		}
		if _, body := h.Call("GET", "/callbacks", ""); strings.Contains(body, "secret") {
			t.Error("the list shows the raw text")
		}
	})
}

func TestReplay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const good = `<xml><ToUserName>ww1</ToUserName><FromUserName>sys</FromUserName><CreateTime>1795334400</CreateTime>` +
			`<MsgType>event</MsgType><Event>subscribe</Event><AgentID>1</AgentID></xml>`
		h.Work()
		failed := h.callback(corpID, "?", "", "failed", "<xml><MsgType>event")
		var c eventlog.Callback
		status, body := h.Call("POST", "/callbacks/"+failed.String()+"/replay", "")
		if status != 200 || !strings.Contains(body, `"state":"failed"`) || strings.Contains(body, `"error":""`) {
			t.Fatalf("a text that cannot be read: %d %s", status, body)
		}
		h.Get("/callbacks/"+failed.String(), &c)
		if c.State != "failed" || c.Error == "" || c.DoneAt == 0 {
			t.Errorf("%+v", c)
		}
		h.Exec(`UPDATE mirror_inbox SET raw = ? WHERE id = ?`, good, failed)
		if status, body := h.Call("POST", "/callbacks/"+failed.String()+"/replay", ""); status != 200 || !strings.Contains(body, `"state":"ignored"`) {
			t.Errorf("a readable text: %d %s", status, body)
		}
		if !slices.Contains(h.Actions(), "eventlog.replay") {
			t.Errorf("audited %v", h.Actions())
		}
	})
}

// TestRoutes states for each route who may call it and what must not happen otherwise.
func TestRoutes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.follow("Zhang", "张三", "wmAlice", "爱丽丝")
		h.follow("li", "李四", "wmBob", "鲍勃")
		ours := h.callback(corpID, added, "customer/wmAlice/zhang", "failed", "<xml>爱丽丝</xml>")
		theirs := h.callback(another, added, "customer/wmAlice/zhang", "failed", "<xml>theirs</xml>")
		h.dead(corpID, 1)
		h.dead(another, 1)
		ourJob, theirJob := h.deadJob(corpID), h.deadJob(another)
		everything := viewer.Scope{Reach: viewer.All}
		own := func(member string) viewer.Scope {
			return viewer.Scope{Reach: viewer.Departments, Members: []string{member}}
		}
		for _, c := range []struct {
			method, path string
			permission   string
			// inScope and outOfScope are the statuses for a manager of 张三 and one of 李四.
			inScope, outOfScope int
			body                string
		}{
			{"GET", "/callbacks", "eventlog.read", 200, 200, ""},
			{"GET", "/callbacks/kinds", "eventlog.read", 200, 200, ""},
			{"GET", "/callbacks/" + ours.String(), "eventlog.read", 200, 404, ""},
			{"GET", "/callbacks/" + ours.String() + "/raw", "eventlog.raw", 200, 404, ""},
			{"POST", "/callbacks/" + ours.String() + "/replay", "eventlog.replay", 200, 404, ""},
			{"GET", "/jobs", "eventlog.read", 403, 403, ""},
			{"GET", "/jobs/counts", "eventlog.read", 403, 403, ""},
			{"GET", "/jobs/" + ourJob.String(), "eventlog.read", 403, 403, ""},
			{"GET", "/jobs/" + ourJob.String() + "/args", "eventlog.raw", 403, 403, ""},
			{"POST", "/jobs/" + ourJob.String() + "/retry", "eventlog.replay", 403, 403, ""},
			{"POST", "/jobs/" + ourJob.String() + "/discard", "eventlog.replay", 403, 403, ""},
			{"POST", "/jobs/retry", "eventlog.replay", 403, 403, `{"kind":"test.dies"}`},
			{"GET", "/calls", "eventlog.read", 403, 403, ""},
		} {
			t.Run(c.method+" "+c.path, func(t *testing.T) {
				others := slices.DeleteFunc([]string{"eventlog.read", "eventlog.raw", "eventlog.replay"}, func(p string) bool { return p == c.permission })
				for who, as := range map[string]struct {
					permissions []string
					scope       viewer.Scope
					want        int
				}{
					"without the permission": {others, everything, 403},
					"in scope":               {[]string{c.permission}, own("Zhang"), c.inScope},
					"out of scope":           {[]string{c.permission}, own("li"), c.outOfScope},
				} {
					h.Viewer.Permissions, h.Viewer.Scope = as.permissions, as.scope
					status, body := h.Call(c.method, c.path, c.body)
					if status != as.want {
						t.Errorf("%s: %d, want %d: %s", who, status, as.want, body)
					}
					if who != "in scope" && (strings.Contains(body, "爱丽丝") || strings.Contains(body, "wmAlice")) {
						t.Errorf("%s: sees %s", who, body)
					}
				}
			})
		}
		h.Viewer.Permissions, h.Viewer.Scope = []string{"eventlog.*"}, everything
		for _, path := range []string{
			"GET /callbacks/" + theirs.String(), "GET /callbacks/" + theirs.String() + "/raw", "POST /callbacks/" + theirs.String() + "/replay",
			"GET /jobs/" + theirJob.String(), "GET /jobs/" + theirJob.String() + "/args", "POST /jobs/" + theirJob.String() + "/retry", "POST /jobs/" + theirJob.String() + "/discard",
			"GET /callbacks/0000000000001", "POST /jobs/0000000000001/retry",
		} {
			method, path, _ := strings.Cut(path, " ")
			if status, body := h.Call(method, path, ""); status != 404 {
				t.Errorf("%s %s of another corp: %d %s", method, path, status, body)
			}
		}
		if h.deadJob(another) != theirJob || h.deadJob(corpID) != ourJob {
			t.Error("a refused call changed a job")
		}
	})
}

func TestCalls(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		client, err := h.Corps.Client(context.Background(), corpID)
		h.Must(err)
		if _, err := client.GetUserInfo(context.Background(), "x"); err == nil {
			t.Fatal("the call should have been refused")
		}
		var page web.Page[corp.Call]
		h.Get("/calls", &page)
		if len(page.Items) == 0 {
			t.Fatal("the refused call is not listed")
		}
		c := page.Items[0]
		if c.ErrCode != 60020 || c.AdviceZH == "" || c.AdviceEN == "" || c.Times < 1 || c.LastAt != db.MS(h.Clock.Now()) {
			t.Errorf("%+v", c)
		}
		h.Get("/calls?errcode=40029", &page)
		if len(page.Items) != 0 {
			t.Errorf("another code lists %+v", page.Items)
		}
	})
}

func TestTiles(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.callback(corpID, added, "customer/wmAlice/zhang", "failed", "")
		h.callback(another, added, "customer/wmAlice/zhang", "failed", "")
		h.dead(corpID, 2)
		tiles, err := h.Feature.Answers.Tiles(context.Background(), h.Viewer)
		h.Must(err)
		got := map[string]int64{}
		for _, tile := range tiles {
			got[tile.Key] = tile.Value
		}
		if got["eventlog.failed"] != 1 || got["eventlog.dead"] != 2 {
			t.Errorf("%+v", tiles)
		}
		for name, change := range map[string]func(v *viewer.Viewer){
			"without the permission": func(v *viewer.Viewer) { v.Permissions = []string{"customer.read"} },
			"with a part of the corp": func(v *viewer.Viewer) {
				v.Scope = viewer.Scope{Reach: viewer.Departments, Members: []string{"zhang"}}
			},
		} {
			v := h.Viewer
			change(&v)
			if tiles, err := h.Feature.Answers.Tiles(context.Background(), v); err != nil || len(tiles) != 0 {
				t.Errorf("%s: %+v, %v", name, tiles, err)
			}
		}
	})
}

func TestKinds(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var list eventlog.KindList
		h.Get("/callbacks/kinds", &list)
		if !slices.Contains(list.Kinds, added) || !slices.Contains(list.Kinds, groupNew) || len(list.Kinds) < 40 {
			t.Errorf("%v", list.Kinds)
		}
	})
}
