package customer_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/feature/customer"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// TestRoutes states for each route who may call it and what others get.
func TestRoutes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		theirs, _ := h.follow(pair{corp: another, member: "zhang", customer: "wmFar", name: "远方"})
		ours, _ := h.follow(pair{member: "zhang", customer: "wmOurs", name: "本企业客户"})
		for _, c := range []struct {
			path string
			// owner is a member who follows the customer; stranger one of another department.
			owner, stranger int
		}{
			{"/customers", 200, 200},
			{"/customers/count", 200, 200},
			{"/follows", 200, 200},
			{"/follows/count", 200, 200},
			{"/customers/" + ours.String(), 200, 404},
			{"/customers/" + ours.String() + "/timeline", 200, 404},
			{"/customers/" + theirs.String(), 404, 404},
			{"/customers/" + theirs.String() + "/timeline", 404, 404},
			{"/customers/0000000000001", 404, 404},
		} {
			t.Run(c.path, func(t *testing.T) {
				h.t = t
				nobody := everything()
				nobody.Permissions = []string{"churn.read", "customer.export"}
				for who, as := range map[string]struct {
					viewer viewer.Viewer
					want   int
				}{
					"without the permission":   {nobody, 403},
					"the member":               {self("zhang"), c.owner},
					"the member's manager":     {manager("li", "zhang"), c.owner},
					"another department's":     {manager("wang", "zhao"), c.stranger},
					"another member":           {self("li"), c.stranger},
					"a namesake in other case": {self("ZHANG"), c.stranger},
				} {
					h.viewer = as.viewer
					status, body := h.call("GET", c.path)
					if status != as.want {
						t.Errorf("%s: %d, want %d: %s", who, status, as.want, body)
					}
					if as.want != 200 && (strings.Contains(body, "本企业客户") || strings.Contains(body, "wmOurs")) {
						t.Errorf("%s: told %s", who, body)
					}
				}
				if status, _ := h.call("POST", c.path); status != 405 && status != 404 {
					t.Errorf("a POST is answered %d", status)
				}
			})
		}
	})
}

// TestGarbage sends what no console would send: a clear refusal, never an accident.
func TestGarbage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		var page web.Page[customer.FollowView]
		h.get("/follows?limit=1", &page)
		var ofCustomers web.Page[customer.CustomerView]
		h.get("/customers?limit=1", &ofCustomers)
		long := strings.Repeat("长", 51)
		for query, field := range map[string]string{
			"after=garbage":                  "after",
			"after=%00":                      "after",
			"after=" + page.Next[1:]:         "after",
			"after=" + page.Next + "&x=1":    "x",
			"limit=0":                        "limit",
			"limit=-1":                       "limit",
			"limit=201":                      "limit",
			"limit=many":                     "limit",
			"from=yesterday":                 "from",
			"from=2026-11-23":                "from",
			"to=1":                           "to",
			"standing=odd":                   "standing",
			"tagMode=most":                   "tagMode",
			"addWay=x":                       "addWay",
			"addWay=1000":                    "addWay",
			"department=x":                   "department",
			"member=" + long + long:          "member",
			"member=a%00b":                   "member",
			"tag=%00":                        "tag",
			"q=" + url.QueryEscape(long):     "q",
			"q=a%00b":                        "q",
			"q=%ff":                          "q",
			strings.Repeat("member=m&", 101): "member",
			strings.Repeat("tag=t&", 21):     "tag",
			"from=2026-11-23T00:00:00Z&to=2026-11-23T00:00:00Z": "to",
			"from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z": "to",
		} {
			for _, path := range []string{"/customers", "/follows"} {
				status, body := h.call("GET", path+"?"+query)
				if status != 422 || !strings.Contains(body, `"field":"`+field) && !strings.Contains(body, `"field":"query.`+field) {
					t.Errorf("%s?%s: %d %.300s", path, query, status, body)
				}
			}
		}
		for _, path := range []string{"/customers/x", "/customers/x/timeline", "/customers/1"} {
			if status, body := h.call("GET", path); status != 422 && status != 404 {
				t.Errorf("%s: %d %s", path, status, body)
			}
		}
		alice := ofCustomers.Items[0].ID.String()
		if status, body := h.call("GET", "/customers/"+alice+"/timeline?after="+page.Next); status != 422 {
			t.Errorf("the list's cursor at the timeline: %d %s", status, body)
		}
		// Far but sensible: nothing there, no accident.
		for _, query := range []string{"from=0001-01-01T00:00:00Z", "to=9999-12-31T23:59:59Z", "department=-9223372036854775808", "addWay=999", "from=2026-11-23T00:00:00%2B08:00"} {
			if status, body := h.call("GET", "/customers?"+query); status != 200 {
				t.Errorf("%s: %d %s", query, status, body)
			}
		}
	})
}

// TestNames stores what people call themselves.
func TestNames(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0, "zhang")
		names := []string{
			"👩‍👩‍👧‍👦🇨🇳𠮷野家", "مرحبا بالعالم", "\u202eevil\u202c", `<img src=x onerror=alert(1)>`, `'; DROP TABLE mirror_follow; --`,
			`=HYPERLINK("http://x")`, "a\nb\tc", "Ｆｕｌｌ　Ｗｉｄｔｈ", strings.Repeat("长", 128), `{"a":1}`, `\u0000`, "{f}", "?",
		}
		for i, n := range names {
			h.follow(pair{member: "zhang", customer: "wm" + string(rune('a'+i)), name: n, remark: n, added: time.Duration(i) * time.Minute})
		}
		var page web.Page[customer.CustomerView]
		h.get("/customers", &page)
		if len(page.Items) != len(names) {
			t.Fatalf("%d rows", len(page.Items))
		}
		for i, c := range page.Items {
			if c.Name != names[i] || c.Members[0].Remark != names[i] {
				t.Errorf("%q came back as %q", names[i], c.Name)
			}
		}
		for text, want := range map[string]string{"𠮷野": "wma", "بالعالم": "wmb", "onerror": "wmd", "mirror_follow": "wme", "full width": "wmh"} {
			if got := h.customers(url.Values{"q": {text}}); len(got) != 1 || got[0] != want {
				t.Errorf("%q finds %v, want %s", text, got, want)
			}
		}
	})
}

func TestFind(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		find := func(v viewer.Viewer, text string) []ask.Hit {
			t.Helper()
			found, err := h.f.Answers.Find(t.Context(), ask.FindQuery{Viewer: v, Text: text, Limit: 5})
			h.must(err)
			if found == nil {
				return nil
			}
			return found.Hits
		}
		hits := find(everything(), "爱丽丝")
		if len(hits) != 1 || hits[0].Title != "爱丽丝" || hits[0].Subtitle != "王总介绍 · 成员zhang" || !strings.HasPrefix(hits[0].Href, "/customer/") {
			t.Errorf("the administrator finds %+v", hits)
		}
		if hits := find(self("wang"), "爱丽丝"); len(hits) != 1 || hits[0].Subtitle != "密友 · 成员wang" {
			t.Errorf("wang finds %+v", hits)
		}
		if hits := find(everything(), "戴夫"); len(hits) != 1 {
			t.Errorf("who was lost is not found: %+v", hits)
		}
		if hits := find(self("wang"), "王总"); len(hits) != 0 {
			t.Errorf("wang finds by another's remark: %+v", hits)
		}
		if hits := find(self("zhao"), "爱丽丝"); len(hits) != 0 {
			t.Errorf("zhao finds %+v", hits)
		}
		if hits := find(everything(), "丽\x00丝"); len(hits) != 1 {
			t.Errorf("a NUL in the text: %+v", hits)
		}
		deaf := everything()
		deaf.Permissions = []string{"churn.read"}
		if hits := find(deaf, "爱丽丝"); hits != nil {
			t.Errorf("without the permission: %+v", hits)
		}
	})
}

func TestTiles(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		h.follow(pair{member: "zhang", customer: "wmNew", name: "今天来的", added: time.Hour})
		h.follow(pair{member: "wang", customer: "wmNew", name: "今天来的", added: 2 * time.Hour})
		h.follow(pair{member: "li", customer: "wmGone", name: "来了又走", added: 3 * time.Hour, standing: 3, ended: time.Hour})
		h.follow(pair{member: "li", customer: "wmEarly", name: "昨天", added: 26 * time.Hour})
		h.follow(pair{member: "li", customer: "wmLate", name: "昨天晚", added: 12 * time.Hour})
		h.lose("li", "wmGone", time.Hour)
		h.lose("li", "wmGone", 30*time.Minute)
		h.lose("wang", "wmBob", day)
		for name, c := range map[string]struct {
			viewer viewer.Viewer
			want   map[string][2]int64 // value, before; -1 for none
		}{
			"the corp": {everything(), map[string][2]int64{
				"customer.total": {7, -1}, "customer.newToday": {3, 2}, "customer.lostToday": {2, 1},
			}},
			"a member":  {self("zhang"), map[string][2]int64{"customer.total": {2, -1}, "customer.newToday": {1, 1}, "customer.lostToday": {0, 0}}},
			"a manager": {manager("", "li", "wang"), map[string][2]int64{"customer.total": {7, -1}, "customer.newToday": {2, 1}, "customer.lostToday": {2, 1}}},
			"nobody":    {self(""), map[string][2]int64{"customer.total": {0, -1}, "customer.newToday": {0, 0}, "customer.lostToday": {0, 0}}},
		} {
			tiles, err := h.f.Answers.Tiles(context.Background(), c.viewer)
			h.must(err)
			got := map[string][2]int64{}
			for _, tile := range tiles {
				before := int64(-1)
				if tile.Before != nil {
					before = *tile.Before
				}
				got[tile.Key] = [2]int64{tile.Value, before}
			}
			for key, want := range c.want {
				if got[key] != want {
					t.Errorf("%s: %s is %v, want %v", name, key, got[key], want)
				}
			}
		}
		// What a figure counts is what its link shows.
		if rows := h.follows(url.Values{"standing": {"all"}, "from": {"2026-11-23T00:00:00+08:00"}, "to": {"2026-11-24T00:00:00+08:00"}}); len(rows) != 3 {
			t.Errorf("today's rows are %v", rows)
		}
		deaf := everything()
		deaf.Permissions = nil
		if tiles, err := h.f.Answers.Tiles(context.Background(), deaf); err != nil || tiles != nil {
			t.Errorf("without the permission: %+v, %v", tiles, err)
		}
	})
}
