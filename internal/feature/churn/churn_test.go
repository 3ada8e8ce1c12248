package churn_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature/churn"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// company loses customers: department 1 above 2 (zhang, li) and 3 (wang); the latest first.
func (h *house) company() {
	h.T.Helper()
	h.department(1, 0)
	h.department(2, 1, "zhang", "li")
	h.department(3, 1, "wang")
	for _, l := range []loss{
		{member: "zhang", customer: "wmAlice", name: "爱丽丝", remark: "王总", tags: []string{"VIP", "北区"}, state: "cc1", ago: 1 * time.Hour, kept: 50 * time.Hour},
		{member: "wang", customer: "wmBob", name: "鲍勃", tags: []string{"VIP"}, state: "cc2", ago: 2 * time.Hour, kept: day, followedStill: true},
		{member: "li", customer: "wmCarol", name: "卡罗尔", ago: 3 * day, kept: 2 * day, returned: true},
		{member: "zhang", customer: "wmDave", name: "戴夫", ago: 4 * day, unknown: true},
		{corp: another, member: "zhang", customer: "wmTheirs", name: "爱丽丝", ago: time.Hour},
	} {
		h.lose(l)
	}
}

func TestFilters(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		for query, want := range map[string][]string{
			"":                         {"wmAlice/zhang", "wmBob/wang", "wmCarol/li", "wmDave/zhang"},
			"state=all":                {"wmAlice/zhang", "wmBob/wang", "wmCarol/li", "wmDave/zhang"},
			"state=lost":               {"wmAlice/zhang", "wmBob/wang", "wmDave/zhang"},
			"state=returned":           {"wmCarol/li"},
			"company=true":             {"wmAlice/zhang", "wmCarol/li", "wmDave/zhang"},
			"member=zhang":             {"wmAlice/zhang", "wmDave/zhang"},
			"member=zhang&member=wang": {"wmAlice/zhang", "wmBob/wang", "wmDave/zhang"},
			"member=nobody":            {},
			"department=2":             {"wmAlice/zhang", "wmCarol/li", "wmDave/zhang"},
			"department=1":             {"wmAlice/zhang", "wmBob/wang", "wmCarol/li", "wmDave/zhang"},
			"department=3&member=li":   {"wmBob/wang", "wmCarol/li"},
			"department=99":            {},
			"from=2026-11-23T00:00:00%2B08:00&to=2026-11-24T00:00:00%2B08:00": {"wmAlice/zhang", "wmBob/wang"},
			"to=2026-11-20T02:00:00Z":                      {"wmDave/zhang"},
			"from=2026-11-20T02:00:00Z&state=returned":     {"wmCarol/li"},
			"q=" + url.QueryEscape("爱丽丝"):                  {"wmAlice/zhang"},
			"q=" + url.QueryEscape("王总"):                   {"wmAlice/zhang"},
			"q=" + url.QueryEscape("鲍勃") + "&member=zhang": {},
			"q=%21%21":                     {},
			"tag=VIP":                      {"wmAlice/zhang", "wmBob/wang"},
			"tag=" + url.QueryEscape("北区"): {"wmAlice/zhang"},
			"tag=VIP&tag=" + url.QueryEscape("北区"):             {"wmAlice/zhang", "wmBob/wang"},
			"tag=VIP&tagMode=all&tag=" + url.QueryEscape("北区"): {"wmAlice/zhang"},
			"tag=VIP&tagMode=none":                             {"wmCarol/li", "wmDave/zhang"},
			"tag=nothing":                                      {},
			"channel=cc1":                                      {"wmAlice/zhang"},
			"channel=cc1&channel=cc2":                          {"wmAlice/zhang", "wmBob/wang"},
			"channel=cc2&member=zhang":                         {},
			"addWay=1":                                         {"wmAlice/zhang", "wmBob/wang", "wmCarol/li", "wmDave/zhang"},
			"addWay=2":                                         {},
		} {
			if got := h.listed(query); !slices.Equal(got, want) {
				t.Errorf("%q lists %v, want %v", query, got, want)
			}
		}
	})
}

func TestScope(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		for name, c := range map[string]struct {
			viewer viewer.Viewer
			want   []string
		}{
			"a member":            {sees(viewer.Self, "zhang"), []string{"wmAlice/zhang", "wmDave/zhang"}},
			"a manager":           {sees(viewer.Departments, "wang", "li"), []string{"wmBob/wang", "wmCarol/li"}},
			"nobody":              {sees(viewer.Self, ""), []string{}},
			"a manager of nobody": {sees(viewer.Departments, ""), []string{}},
		} {
			h.Viewer = c.viewer
			if got := h.listed(""); !slices.Equal(got, c.want) {
				t.Errorf("%s sees %v, want %v", name, got, c.want)
			}
			for _, path := range []string{"/losses", "/losses?member=zhang&member=li&member=wang", "/losses?q=" + url.QueryEscape("爱丽丝"), "/losses?department=1", "/losses/figures", "/channels"} {
				_, body := h.Call("GET", path, "")
				for _, l := range []string{"wmAlice/zhang/爱丽丝", "wmBob/wang/鲍勃", "wmCarol/li/卡罗尔"} {
					parts := strings.Split(l, "/")
					if !slices.Contains(c.want, parts[0]+"/"+parts[1]) && (strings.Contains(body, parts[0]) || strings.Contains(body, parts[2])) {
						t.Errorf("%s: %s tells of %s", name, path, l)
					}
				}
			}
			entries, err := h.Feature.Answers.Timeline(t.Context(), ask.TimelineQuery{Viewer: c.viewer, Customer: "wmAlice", Limit: 10})
			h.Must(err)
			if len(entries) != 0 {
				t.Errorf("%s is told %+v though no notice was sent", name, entries)
			}
		}
	})
}

func TestRoutes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		for _, c := range []struct{ method, path, permission, body, action string }{
			{"GET", "/losses", "churn.read", "", ""},
			{"GET", "/losses/count", "churn.read", "", ""},
			{"GET", "/losses/figures", "churn.read", "", ""},
			{"GET", "/channels", "churn.read", "", ""},
			{"GET", "/deletions", "churn.deletions", "", ""},
			{"GET", "/deletions/count", "churn.deletions", "", ""},
			{"GET", "/deletions/figures", "churn.deletions", "", ""},
			{"GET", "/hints", "churn.deletions", "", ""},
			{"GET", "/setting", "churn.read", "", ""},
			{"PUT", "/setting", "churn.setting", `{"notify":true}`, "churn.putSetting"},
			{"GET", "/deletions/setting", "churn.deletions", "", ""},
			{"PUT", "/deletions/setting", "churn.setting", `{"notify":"now","hour":9,"receivers":["zhang"],"leaders":false,"unusual":true}`, "churn.putDeletionsSetting"},
		} {
			others := slices.DeleteFunc([]string{"churn.read", "churn.deletions", "churn.export", "churn.setting", "customer.*"}, func(p string) bool { return p == c.permission })
			h.Viewer.Permissions = others
			if status, body := h.Call(c.method, c.path, c.body); status != 403 || strings.Contains(body, "爱丽丝") {
				t.Errorf("%s %s without the permission: %d %.200s", c.method, c.path, status, body)
			}
			if c.path == "/setting" && c.method == "PUT" {
				h.Viewer.Permissions = []string{"churn.read"}
				var s churn.Setting
				if h.Get("/setting", &s); s.Notify {
					t.Error("a refused call turned the switch")
				}
			}
			h.Viewer.Permissions, h.Audited = []string{c.permission}, nil
			if status, body := h.Call(c.method, c.path, c.body); status != 200 {
				t.Errorf("%s %s: %d %.200s", c.method, c.path, status, body)
			}
			if c.action != "" && !slices.Contains(h.Actions(), c.action) {
				t.Errorf("%s %s: audited %v", c.method, c.path, h.Actions())
			}
		}
	})
}

func TestGarbage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		long := url.QueryEscape(strings.Repeat("长", 51))
		for query, field := range map[string]string{
			"from=yesterday": "from", "to=2026-11-23": "to", "state=odd": "state", "tagMode=odd": "tagMode", "tag=a%00": "tag", "addWay=x": "addWay", "department=x": "department", "company=x": "company",
			"q=" + long: "q", "q=a%00": "q", "member=a%00": "member", "member=" + long + long: "member", "odd=1": "odd",
			strings.Repeat("member=m&", 101): "member", strings.Repeat("department=1&", 51): "department",
			"from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z": "to",
		} {
			for _, path := range []string{"/losses", "/losses/count", "/losses/figures", "/deletions", "/deletions/count", "/deletions/figures"} {
				status, body := h.Call("GET", path+"?"+query, "")
				if status != 422 || !strings.Contains(body, `"field":"`+field) && !strings.Contains(body, `"field":"query.`+field) {
					t.Errorf("%s?%.60s: %d %.300s", path, query, status, body)
				}
			}
		}
		for _, query := range []string{"after=garbage", "limit=0", "limit=201"} {
			if status, body := h.Call("GET", "/losses?"+query, ""); status != 422 {
				t.Errorf("%s: %d %.200s", query, status, body)
			}
		}
		for _, body := range []string{`{}`, `{"notify":"yes"}`, `{"notify":true,"odd":1}`, `[]`, `{"notify":`} {
			if status, answer := h.Call("PUT", "/setting", body); status != 422 && status != 400 {
				t.Errorf("PUT %s: %d %.200s", body, status, answer)
			}
		}
	})
}

// TestNewsInAnyOrder: a loss whose news comes after that of the return, or twice.
func TestNewsInAnyOrder(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0, "zhang")
		at := h.Clock.Now().Add(-time.Hour)
		lost := event.CustomerLost{Meta: event.Meta{Event: h.IDs.New(), Corp: corpID, At: at}, Member: "zhang", Customer: "wmStray"}
		back := event.CustomerAdded{Meta: event.Meta{Event: h.IDs.New(), Corp: corpID, At: at.Add(time.Minute)}, Member: "zhang", Customer: "wmStray", Again: true}
		half := back
		half.Event, half.Half = h.IDs.New(), true
		early := back
		early.Event, early.At = h.IDs.New(), at.Add(-time.Minute)
		other := lost
		other.Event = h.IDs.New() // another app of the corp tells the same
		for _, step := range []struct {
			name     string
			news     event.Event
			returned bool
		}{
			{"lost", lost, false},
			{"told again", lost, false},
			{"by another app", other, false},
			{"a request to be added", half, false},
			{"an addition of before", early, false},
			{"added again", back, true},
			{"the loss once more", lost, true},
		} {
			h.tell(step.news)
			var page web.Page[churn.View]
			h.Get("/losses", &page)
			if len(page.Items) != 1 || (page.Items[0].ReturnedAt != nil) != step.returned {
				t.Errorf("%s: %+v", step.name, page.Items)
			}
		}
		// The pair stands already when the news of its loss arrives.
		h.lose(loss{member: "zhang", customer: "wmLate", name: "迟到", ago: 2 * time.Hour, kept: day})
		h.Exec(`DELETE FROM churn_ending WHERE customer = 'wmLate'`)
		h.Exec(`UPDATE mirror_follow SET standing = 1, ended_at = 0, added_at = ? WHERE customer = 'wmLate'`, h.Clock.Now().Add(-time.Hour).UnixMilli())
		h.Exec(`UPDATE notice_kind SET policy = 'choice' WHERE corp_id = ?`, corpID)
		h.tell(event.CustomerLost{Meta: event.Meta{Event: h.IDs.New(), Corp: corpID, At: h.Clock.Now().Add(-2 * time.Hour)}, Member: "zhang", Customer: "wmLate"})
		var page web.Page[churn.View]
		h.Get("/losses?state=returned&q="+url.QueryEscape("迟到"), &page)
		if len(page.Items) != 1 || page.Items[0].AddedAt != nil || page.Items[0].Notice != churn.NoticeOff {
			t.Errorf("%+v", page.Items)
		}
	})
}

// TestSecondDepartments: a member's ending is found by each of his departments, main or not,
// as the customer list finds his customers; those that he has only later do not find it.
func TestSecondDepartments(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0)
		h.department(2, 1, "zhang")
		h.department(3, 1)
		h.department(4, 3)
		h.Exec("INSERT INTO mirror_member_department (corp_id, member_id, department_id, leader, position) VALUES (?, 'zhang', 4, FALSE, 0)", corpID)
		h.lose(loss{member: "zhang", customer: "wmThen", name: "爱丽丝", ago: time.Hour, kept: day})
		h.Exec("UPDATE mirror_member_department SET department_id = 3 WHERE member_id = 'zhang' AND department_id = 4")
		h.lose(loss{member: "zhang", customer: "wmNow", name: "鲍勃", ago: time.Minute, kept: day})
		for query, want := range map[string][]string{
			"department=1": {"wmNow/zhang", "wmThen/zhang"}, "department=2": {"wmNow/zhang", "wmThen/zhang"},
			"department=3": {"wmNow/zhang", "wmThen/zhang"}, "department=4": {"wmThen/zhang"}, "department=2&department=3": {"wmNow/zhang", "wmThen/zhang"},
			"department=4&member=zhang": {"wmNow/zhang", "wmThen/zhang"}, "department=4&member=nobody": {"wmThen/zhang"},
		} {
			if got := h.listed(query); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", query, got, want)
			}
		}
	})
}

// TestDepartmentOfThatTime: an ending is the department's in which the member worked then,
// whatever became of both.
func TestDepartmentOfThatTime(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0)
		h.department(2, 1, "zhang")
		h.department(3, 1)
		h.Exec("UPDATE mirror_department SET name = '华东' WHERE id = 2")
		h.lose(loss{member: "zhang", customer: "wmThen", name: "爱丽丝", ago: time.Hour, kept: day})
		h.Exec("UPDATE mirror_member SET main_department = 3 WHERE id = 'zhang'")
		h.Exec("UPDATE mirror_member_department SET department_id = 3 WHERE member_id = 'zhang'")
		h.lose(loss{member: "zhang", customer: "wmNow", name: "鲍勃", ago: time.Minute, kept: day})
		h.Exec("UPDATE mirror_member SET left_at = 1 WHERE id = 'zhang'") // his endings stay where they were
		for query, want := range map[string][]string{
			"department=2": {"wmThen/zhang"}, "department=3": {"wmNow/zhang"}, "department=1": {"wmNow/zhang", "wmThen/zhang"},
			"department=2&member=zhang": {"wmNow/zhang", "wmThen/zhang"}, "department=2&member=nobody": {"wmThen/zhang"},
		} {
			if got := h.listed(query); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", query, got, want)
			}
		}
		h.Exec("DELETE FROM mirror_department WHERE id = 2")
		var page web.Page[churn.View]
		h.Get("/losses", &page)
		if page.Items[0].Department != "部门" || page.Items[1].Department != "华东" {
			t.Errorf("%+v", page.Items)
		}
		var f churn.Figures
		h.Get("/losses/figures", &f)
		if fmt.Sprint(f.ByDepartment) != "[{2 华东 1} {3 部门 1}]" {
			t.Errorf("by department: %v", f.ByDepartment)
		}
	})
}
