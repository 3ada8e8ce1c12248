package customer_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/feature/customer"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/saved"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// send calls with a body.
func (h *house) send(method, path string, body, into any) (int, string) {
	h.t.Helper()
	raw, err := json.Marshal(body)
	h.must(err)
	r, err := http.NewRequestWithContext(context.Background(), method, h.url+"/api/customer"+path, strings.NewReader(string(raw)))
	h.must(err)
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	h.must(err)
	defer func() { h.must(response.Body.Close()) }()
	answer, err := io.ReadAll(response.Body)
	h.must(err)
	if into != nil && response.StatusCode == http.StatusOK {
		h.must(json.Unmarshal(answer, into))
	}
	return response.StatusCode, string(answer)
}

func segment(name string, share saved.Share, r ask.Rule) map[string]any {
	return map[string]any{"name": name, "share": share, "rule": r}
}

func (h *house) segments() []string {
	h.t.Helper()
	var got customer.SegmentList
	h.get("/segments", &got)
	names := []string{}
	for _, g := range got.Items {
		names = append(names, g.Name)
	}
	slices.Sort(names)
	return names
}

func TestSegmentsAreLists(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.told()
		h.viewer.Permissions = append(h.viewer.Permissions, "customer.share")
		var vip customer.Segment
		if status, body := h.send("POST", "/segments", segment("重要客户", saved.Share{With: "everybody"}, leaf("tag", ask.OpAny, "vip")), &vip); status != 200 {
			t.Fatalf("%d %s", status, body)
		}
		named := func(op ask.Op) ask.Rule { return leaf("segment", op, vip.ID.String()) }
		for name, c := range map[string]struct {
			rule ask.Rule
			want []string
		}{
			"the segment":      {named(ask.OpAny), []string{"wmAlice/zhang", "wmBob/li"}},
			"all others":       {named(ask.OpNone), []string{"wmAlice/wang", "wmCarol/wang", "wmErin/li"}},
			"and more":         {all(named(ask.OpAny), leaf("gender", ask.OpAny, "1")), []string{"wmBob/li"}},
			"or more":          {some(named(ask.OpAny), leaf("name", ask.OpIs, "卡罗尔")), []string{"wmAlice/zhang", "wmBob/li", "wmCarol/wang"}},
			"but not the same": {not(named(ask.OpAny)), []string{"wmAlice/wang", "wmCarol/wang", "wmErin/li"}},
		} {
			if got := h.follows(asFilter(t, c.rule)); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
		var n ask.Count
		h.get("/size?"+asFilter(t, named(ask.OpAny)).Encode(), &n)
		if n.Customers != 2 || n.Follows != 2 || n.Capped {
			t.Errorf("counted %+v", n)
		}
		q := ask.SelectQuery{Viewer: everything(), Selection: ask.Selection{Segment: &vip.ID}, Pairs: true, Limit: 1}
		if got := h.selected(q); len(got) != 2 {
			t.Errorf("selected %v", got)
		}
		h.viewer = self("zhang")
		if got := h.follows(asFilter(t, named(ask.OpAny))); !slices.Equal(got, []string{"wmAlice/zhang"}) {
			t.Errorf("of his own customers: %v", got)
		}

		// A segment that asks for a field which is there no more says so wherever it is used.
		h.viewer = everything()
		h.exec(`UPDATE saved_item SET content = '{"field":"gone.field","op":"set"}' WHERE id = ?`, vip.ID)
		if status, body := h.call("GET", "/follows?"+asFilter(t, named(ask.OpAny)).Encode()); status != 409 || !strings.Contains(body, "重要客户") {
			t.Errorf("broken: %d %s", status, body)
		}
		var list customer.SegmentList
		h.get("/segments", &list)
		if len(list.Items) != 1 || list.Items[0].Broken == "" {
			t.Errorf("broken: %+v", list.Items)
		}
		if _, err := h.asks.Select(t.Context(), q); fault.CodeOf(err) != fault.Conflict {
			t.Errorf("selected by a broken one: %v", err)
		}
		if status, _ := h.send("DELETE", "/segments/"+vip.ID.String(), nil, nil); status != 204 {
			t.Errorf("deleted: %d", status)
		}
		if _, err := h.asks.Select(t.Context(), q); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("selected by one that is gone: %v", err)
		}
	})
}

func TestWhoSeesAndChangesWhatIsSaved(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.told()
		sharer := func(v viewer.Viewer) viewer.Viewer {
			v.Permissions = append(v.Permissions, "customer.share")
			return v
		}
		h.viewer = sharer(self("zhang"))
		everybody := ask.Rule{}
		made := map[string]customer.Segment{}
		for name, share := range map[string]saved.Share{
			"own": {With: "nobody"}, "all": {With: "everybody"}, "role": {With: "some", Roles: []string{"staff"}}, "dept": {With: "some", Departments: []int64{3}},
		} {
			var g customer.Segment
			if status, body := h.send("POST", "/segments", segment(name, share, everybody), &g); status != 200 || !g.Mine || !g.Editable {
				t.Fatalf("%s: %d %s", name, status, body)
			}
			made[name] = g
		}
		staff := self("li")
		staff.Roles = []string{"staff"}
		for name, c := range map[string]struct {
			viewer viewer.Viewer
			want   []string
		}{
			"who saved them":     {h.viewer, []string{"all", "dept", "own", "role"}},
			"by role":            {staff, []string{"all", "role"}},
			"by department":      {self("wang"), []string{"all", "dept"}},
			"by one above his":   {self("zhao"), []string{"all", "dept"}},
			"nothing of the two": {self("li"), []string{"all"}},
		} {
			h.viewer = c.viewer
			if got := h.segments(); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
		change := func(name string, share saved.Share, version int64) int {
			body := segment(name+"2", share, everybody)
			body["version"] = version
			status, _ := h.send("PUT", "/segments/"+made[name].ID.String(), body, nil)
			return status
		}
		h.viewer = self("li")
		for what, got := range map[string]int{
			"another's that is shared": change("all", saved.Share{With: "everybody"}, 1),
			"another's own":            change("own", saved.Share{With: "nobody"}, 1),
		} {
			if want := map[bool]int{true: 403, false: 404}[strings.Contains(what, "shared")]; got != want {
				t.Errorf("%s: %d, want %d", what, got, want)
			}
		}
		if status, _ := h.send("POST", "/segments", segment("mine", saved.Share{With: "everybody"}, everybody), nil); status != 403 {
			t.Errorf("shared without the right: %d", status)
		}
		if status, _ := h.send("DELETE", "/segments/"+made["all"].ID.String(), nil, nil); status != 403 {
			t.Errorf("deleted another's: %d", status)
		}
		h.viewer = sharer(self("li"))
		if got := change("all", saved.Share{With: "nobody"}, 1); got != 200 {
			t.Errorf("a keeper of the shared ones: %d", got)
		}
		if got := change("all", saved.Share{With: "nobody"}, 1); got != 404 {
			t.Errorf("what he hid from himself: %d", got)
		}
		h.viewer = sharer(self("zhang"))
		if got := change("all", saved.Share{With: "nobody"}, 1); got != 409 {
			t.Errorf("an old version: %d", got)
		}
		for what, body := range map[string]map[string]any{
			"name\"":      segment(" ", saved.Share{With: "nobody"}, everybody),
			"name":        segment("own", saved.Share{With: "nobody"}, everybody),
			"share":       segment("x", saved.Share{With: "some"}, everybody),
			"rule.field":  segment("x", saved.Share{With: "nobody"}, leaf("segment", ask.OpAny, made["own"].ID.String())),
			"rule.values": segment("x", saved.Share{With: "nobody"}, leaf("tag", ask.OpAny)),
		} {
			if status, answer := h.send("POST", "/segments", body, nil); status != 422 || !strings.Contains(answer, `"`+what) {
				t.Errorf("%s: %d %s", what, status, answer)
			}
		}
	})
}

// A query of the address stands for what it means, not for how it is written.
func TestRuleInTheAddress(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.told()
		if got := h.follows(url.Values{"rule": {`{}`}, "member": {"li"}}); !slices.Equal(got, []string{"wmBob/li", "wmErin/li"}) {
			t.Errorf("with an empty rule: %v", got)
		}
		if got := h.follows(url.Values{"rule": {`{"field":"lost","op":"is","values":["true"]}`}, "standing": {"lost"}}); !slices.Equal(got, []string{"wmDave/zhang"}) {
			t.Errorf("with a standing besides: %v", got)
		}
	})
}

// Who keeps as many as he may takes no room from others, and what he keeps for himself is not
// looked through when they open their list.
func TestEveryoneHasRoom(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		var rows db.Rows
		for i := range 200 {
			rows = append(rows, []any{h.ids.New(), corpID, "customer.segment", "分群" + strconv.Itoa(i), "", "{}", "member:li", "李", `{"with":"nobody"}`, false, 1, 0, 0})
		}
		h.exec("INSERT INTO saved_item (id, corp_id, kind, name, note, content, owner, owner_name, share, shared, version, created_at, updated_at) VALUES ?", rows)
		one := segment("再来一个", saved.Share{With: "nobody"}, leaf("tag", ask.OpAny, "vip"))
		h.viewer = self("li")
		if status, body := h.send("POST", "/segments", one, nil); status != 409 || !strings.Contains(body, "每人最多保存 200 个客户分群") {
			t.Errorf("one too many: %d %s", status, body)
		}
		if got := len(h.segments()); got != 200 {
			t.Errorf("li keeps %d", got)
		}
		h.viewer = self("zhang")
		if status, body := h.send("POST", "/segments", one, nil); status != 200 {
			t.Errorf("zhang's first: %d %s", status, body)
		}
		if got := h.segments(); !slices.Equal(got, []string{"再来一个"}) {
			t.Errorf("zhang keeps %v", got)
		}
	})
}
