package access_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/feature/access"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// do calls the API as a member, or the founder with "", and wants a status.
func (n *node) do(as, method, path string, body any, want int, out any) {
	n.t.Helper()
	text := ""
	if body != nil {
		raw, err := json.Marshal(body)
		n.must(err)
		text = string(raw)
	}
	status, answer := n.call(as, method, path, text)
	if status != want {
		n.t.Fatalf("%s %s as %q: %d %s, want %d", method, path, as, status, answer, want)
	}
	if out != nil {
		n.must(json.Unmarshal([]byte(answer), out))
	}
}

// house is 总部(1) with 销售(2), below it 华东(3), and 售后(5) beside.
func (n *node) house() {
	for _, d := range [][2]int64{{1, 0}, {2, 1}, {3, 2}, {5, 1}} {
		n.department(corpID, d[0], d[1])
	}
	n.member(corpID, "lead", true, 2)
	n.member(corpID, "zhang", false, 3)
	n.member(corpID, "li", false, 3)
	n.member(corpID, "zhao", false, 5)
}

func form(name string, scope access.Span, permissions ...string) access.Form {
	return access.Form{Name: name, Permissions: append([]string{}, permissions...), Scope: scope, Book: access.Span{Kind: access.Same}}
}

func TestARoleOfTheCorpsOwn(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.house()
		f := form("售后质检", access.Span{Kind: access.Custom, Departments: []access.Branch{{ID: 2, Below: true}}}, "churn.read", "customer.read")
		f.Book = access.Span{Kind: access.Whole}
		var made access.RoleView
		n.do("", "POST", "/api/access/roles", f, http.StatusOK, &made)
		if made.BuiltIn || !made.Editable || made.Names["#2"] != "部门" || made.Reach != viewer.Departments {
			t.Fatalf("%+v", made)
		}
		n.do("", "POST", "/api/access/roles", f, http.StatusUnprocessableEntity, nil) // the name is taken

		n.do("", "PUT", "/api/access/grants/zhao", map[string]any{"roles": []string{made.Key}}, http.StatusOK, nil)
		v := n.resolve(corpID, "zhao")
		if !slices.Equal(v.Scope.Members, []string{"lead", "li", "zhang"}) || !v.Sees("zhao") || v.Can("channelcode.read") || v.Book.Reach != viewer.All {
			t.Fatalf("%+v", v)
		}

		changed := map[string]any{"name": "质检", "permissions": []string{"customer.read"}, "scope": access.Span{Kind: access.Own}, "book": access.Span{Kind: access.Same}, "version": made.Version}
		n.do("", "PUT", "/api/access/roles/"+made.Key, changed, http.StatusOK, &made)
		if v := n.resolve(corpID, "zhao"); v.Can("churn.read") || v.Sees("zhang") || v.Knows("zhang") {
			t.Errorf("the change does not act at once: %+v", v)
		}
		n.do("", "PUT", "/api/access/roles/"+made.Key, changed, http.StatusConflict, nil) // of an old version

		n.do("", "PUT", "/api/access/grants/departments/3", map[string]any{"roles": []string{made.Key}, "below": true}, http.StatusOK, nil)
		if v := n.resolve(corpID, "li"); !slices.Equal(v.Roles, []string{made.Key}) || !v.Sees("zhang") {
			t.Errorf("a department's role: %+v", v)
		}
		var shown struct {
			Roles []access.RoleView `json:"roles"`
		}
		n.do("", "GET", "/api/access/roles", nil, http.StatusOK, &shown)
		if last := shown.Roles[len(shown.Roles)-1]; last.Members != 1 || last.Departments != 1 {
			t.Errorf("holders: %+v", last)
		}

		n.do("", "PUT", "/api/access/menus/"+made.Key, map[string]any{"items": []access.MenuItem{{Key: "customer", Title: "我的客户"}}}, http.StatusOK, nil)
		if v := n.resolve(corpID, "li"); v.Menu["customer"].Title != "我的客户" {
			t.Errorf("menu: %+v", v.Menu)
		}
		n.delete("/api/access/roles/" + made.Key)
		if v := n.resolve(corpID, "zhao"); !slices.Equal(v.Roles, []string{access.Staff}) {
			t.Errorf("a deleted role leaves %v", v.Roles)
		}
		if v := n.resolve(corpID, "li"); !slices.Equal(v.Roles, []string{access.Staff}) || v.Menu != nil {
			t.Errorf("a deleted role leaves its department %v", v.Roles)
		}
	})
}

// delete wants 204.
func (n *node) delete(path string) {
	n.t.Helper()
	r, err := http.NewRequestWithContext(n.t.Context(), http.MethodDelete, n.url+path, nil)
	n.must(err)
	r.Header.Set("X-Corp", corpID)
	answer, err := http.DefaultClient.Do(r)
	n.must(err)
	n.must(answer.Body.Close())
	if answer.StatusCode != http.StatusNoContent {
		n.t.Fatalf("DELETE %s: %d", path, answer.StatusCode)
	}
}

func TestWhatARoleMayNotBe(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.house()
		good := access.Span{Kind: access.Self}
		for name, c := range map[string]struct {
			form  access.Form
			field string
		}{
			"without a name":            {form("  ", good), "name"},
			"named like a built-in one": {form("管理员", good), "name"},
			"a permission that is none": {form("甲", good, "customer.fly"), "permissions"},
			"everything at once":        {form("甲", good, "*"), "permissions"},
			"no scope":                  {form("甲", access.Span{Kind: access.Same}), "scope"},
			"a custom scope of nobody":  {form("甲", access.Span{Kind: access.Custom}), "scope"},
			"a department that is none": {form("甲", access.Span{Kind: access.Custom, Departments: []access.Branch{{ID: 99}}}), "scope"},
			"a member that is none":     {form("甲", access.Span{Kind: access.Custom, Members: []string{"nobody"}}), "scope"},
			"a NUL in the description":  {access.Form{Name: "甲", Note: "a\x00b", Permissions: []string{}, Scope: good, Book: good}, "note"},
		} {
			raw, err := json.Marshal(c.form)
			n.must(err)
			status, body := n.call("", "POST", "/api/access/roles", string(raw))
			if status != http.StatusUnprocessableEntity || !strings.Contains(body, `"field":"`+c.field+`"`) {
				t.Errorf("%s: %d %s", name, status, body)
			}
		}
		n.do("", "PUT", "/api/access/roles/staff", map[string]any{"name": "员工", "permissions": []string{}, "scope": good, "book": good, "version": 1}, http.StatusConflict, nil)
		n.do("", "DELETE", "/api/access/roles/owner", nil, http.StatusConflict, nil)
		n.do("", "DELETE", "/api/access/roles/none", nil, http.StatusNotFound, nil)
		n.do("", "PUT", "/api/access/menus/owner", map[string]any{"items": []access.MenuItem{{Key: "access", Hidden: true}}}, http.StatusUnprocessableEntity, nil)
		n.do("", "PUT", "/api/access/menus/staff", map[string]any{"items": []access.MenuItem{{Key: "nothing"}}}, http.StatusUnprocessableEntity, nil)
	})
}

// TestNobodyGivesMoreThanHeHas has three who may give rights: a deputy who sees all but
// holds little, a team lead who sees his team, and the founder.
func TestNobodyGivesMoreThanHeHas(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.house()
		n.member(corpID, "chen", false, 1)
		role := func(name string, scope access.Span, permissions ...string) string {
			var made access.RoleView
			n.do("", "POST", "/api/access/roles", form(name, scope, permissions...), http.StatusOK, &made)
			return made.Key
		}
		deputy := role("副手", access.Span{Kind: access.Whole}, "access.read", "access.grant", "access.role", "customer.read")
		leader := role("组长", access.Span{Kind: access.Managed, Below: true}, "access.read", "access.grant", "access.role", "customer.read", "churn.read")
		churn := role("流失", access.Span{Kind: access.Self}, "churn.read")
		plain := role("看客户", access.Span{Kind: access.Self}, "customer.read")
		wide := role("看全部", access.Span{Kind: access.Whole}, "customer.read")
		give := func(as, member string, status int, roles ...string) {
			t.Helper()
			n.do(as, "PUT", "/api/access/grants/"+member, map[string]any{"roles": append([]string{}, roles...)}, status, nil)
		}
		give("", "chen", 200, deputy)
		give("", "lead", 200, leader)
		give("", "zhao", 200, access.Owner)

		give("chen", "zhang", 200, plain)
		give("chen", "zhang", 403, plain, churn)        // he does not hold churn.read
		give("chen", "chen", 403, deputy, access.Owner) // nor everything
		give("chen", "zhao", 403)                       // so he cannot take it away either
		give("chen", "zhang", 200, wide)
		give("lead", "li", 200, churn)
		give("lead", "li", 403, wide)    // shows more than he sees
		give("lead", "zhao", 404, plain) // outside his scope
		give("lead", "zhang", 403, churn, wide)
		n.do("lead", "POST", "/api/access/roles", form("组内", access.Span{Kind: access.Self}, "churn.read"), 403, nil)
		n.do("lead", "PUT", "/api/access/menus/"+churn, map[string]any{"items": []access.MenuItem{}}, 403, nil)
		n.do("lead", "PUT", "/api/access/grants/departments/2", map[string]any{"roles": []string{churn}}, 403, nil)
		n.do("lead", "PUT", "/api/access/grants/accounts/06y66vc000400", map[string]any{"roles": []string{churn}}, 403, nil)
		n.do("chen", "POST", "/api/access/roles", form("越权", access.Span{Kind: access.Whole}, "eventlog.read"), 403, nil)
		n.do("chen", "DELETE", "/api/access/roles/"+churn, nil, 403, nil)
		n.do("chen", "PUT", "/api/access/menus/"+churn, map[string]any{"items": []access.MenuItem{}}, 403, nil)
		n.do("chen", "PUT", "/api/access/grants/departments/2", map[string]any{"roles": []string{access.Admin}}, 403, nil)

		var list struct {
			Grants []access.Grant `json:"grants"`
		}
		n.do("lead", "GET", "/api/access/grants", nil, 200, &list)
		for _, g := range list.Grants {
			if !slices.Contains([]string{"lead", "li", "zhang"}, g.Member) {
				t.Errorf("a leader learns what %s was given", g.Member)
			}
		}

		give("zhao", "zhao", 409) // the last who was made owner
		give("zhao", "chen", 200, access.Owner)
		give("zhao", "zhao", 200)
		give("", "chen", 200) // the founder stays owner
	})
}

func TestWhy(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.house()
		for i, member := range []string{"zhang", "li", "zhao"} {
			n.exec(`INSERT INTO mirror_follow (id, corp_id, member_id, customer, customer_id, standing, remark, description, company, mobiles,
				add_way, operator, state, added_at, ended_at, told_at, read_at, found_at, sync_run, updated_at)
				VALUES (?, ?, ?, 'wmA', 1, 1, '', '', '', '[]', 0, '', '', 1, 0, 0, 0, 0, 0, 0)`, i+1, corpID, member)
		}
		var made access.RoleView
		n.do("", "POST", "/api/access/roles", form("质检", access.Span{Kind: access.Own}, "churn.read"), 200, &made)
		n.do("", "PUT", "/api/access/grants/departments/2", map[string]any{"roles": []string{made.Key}, "below": true}, 200, nil)
		n.do("", "PUT", "/api/access/grants/zhang", map[string]any{"roles": []string{access.Staff}}, 200, nil)
		n.do("", "PUT", "/api/access/menus/staff", map[string]any{"items": []access.MenuItem{{Key: "customer", Hidden: true}}}, 200, nil)
		var why access.Effective
		n.do("", "GET", "/api/access/effective?member=ZHANG", nil, 200, &why)
		reasons := map[string]string{}
		for _, r := range why.Roles {
			reasons[r.Key] = r.Reasons[0].Because
		}
		if reasons[access.Staff] != "granted" || reasons[made.Key] != "department" || len(reasons) != 2 {
			t.Errorf("reasons %v", reasons)
		}
		gives := map[string][]string{}
		for _, p := range why.Permissions {
			gives[p.Key] = p.Roles
		}
		if !slices.Equal(gives["churn.read"], []string{access.Staff, made.Key}) || len(gives["eventlog.read"]) != 0 || len(gives) != len(permissions()) {
			t.Errorf("permissions %v", gives)
		}
		if why.Scope.Members != 2 || why.Scope.Follows != 2 || !slices.Equal(why.Scope.Some, []string{"姓名li", "姓名zhang"}) || why.Scope.Reach != viewer.Departments {
			t.Errorf("scope %+v", why.Scope)
		}
		shown := map[string]string{}
		for _, m := range why.Menu {
			shown[m.Key] = m.Reason
		}
		if shown["customer"] != "hidden" || shown["access"] != "permission" || shown["churn"] != "" {
			t.Errorf("menu %v", shown)
		}
		n.do("", "GET", "/api/access/effective?member=zhao", nil, 200, &why)
		if len(why.Roles) != 1 || why.Roles[0].Reasons[0].Because != "default" {
			t.Errorf("by default: %+v", why.Roles)
		}
		n.do("", "GET", "/api/access/effective?member=nobody", nil, 404, nil)
		n.do("", "GET", "/api/access/effective?member=zhao&account=06y66vc000400", nil, 422, nil)
		n.do("", "GET", "/api/access/effective", nil, 200, &why)
		if len(why.Roles) != 1 || why.Roles[0].Reasons[0].Because != "founder" || why.Scope.Reach != viewer.All {
			t.Errorf("the founder: %+v", why.Roles)
		}
	})
}

// TestSpansNameWhomTheViewerKnows: members whom a span names are counted for those in whose
// contact book they are not, on the page of roles and in the reasons of one person.
func TestSpansNameWhomTheViewerKnows(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.house()
		f := form("联络", access.Span{Kind: access.Custom, Members: []string{"zhang", "zhao"}}, "access.read", "customer.read")
		f.Book = access.Span{Kind: access.Custom, Members: []string{"zhang", "zhao", "lead"}}
		var made access.RoleView
		n.do("", "POST", "/api/access/roles", f, http.StatusOK, &made)
		near := form("近处", access.Span{Kind: access.Self}, "access.read")
		var reader access.RoleView
		n.do("", "POST", "/api/access/roles", near, http.StatusOK, &reader)
		n.do("", "PUT", "/api/access/grants/li", map[string]any{"roles": []string{reader.Key}}, http.StatusOK, nil)
		n.do("", "PUT", "/api/access/grants/zhang", map[string]any{"roles": []string{made.Key}}, http.StatusOK, nil)

		for _, c := range []struct {
			who           string
			scope, book   []string
			others, apart int
		}{
			{"", []string{"zhang", "zhao"}, []string{"lead", "zhang", "zhao"}, 0, 0},
			{"zhang", []string{"zhang", "zhao"}, []string{"lead", "zhang", "zhao"}, 0, 0},
			{"li", []string{}, []string{}, 2, 3},
		} {
			var shown struct {
				Roles []access.RoleView `json:"roles"`
			}
			n.do(c.who, "GET", "/api/access/roles", nil, http.StatusOK, &shown)
			i := slices.IndexFunc(shown.Roles, func(r access.RoleView) bool { return r.Key == made.Key })
			r := shown.Roles[i]
			if !slices.Equal(append([]string{}, r.Scope.Members...), c.scope) || r.Scope.Others != c.others || len(r.Names) != len(c.book) {
				t.Errorf("%q reads the scope %+v with the names %v", c.who, r.Scope, r.Names)
			}
			if !slices.Equal(append([]string{}, r.Book.Members...), c.book) || r.Book.Others != c.apart {
				t.Errorf("%q reads the contact book's scope %+v", c.who, r.Book)
			}
		}

		// The reasons of one person: li holds the role, too, by a department, and knows them then.
		n.do("", "PUT", "/api/access/grants/li", map[string]any{"roles": []string{reader.Key}}, http.StatusOK, nil)
		n.do("", "PUT", "/api/access/grants/lead", map[string]any{"roles": []string{made.Key}}, http.StatusOK, nil)
		f.Name, f.Scope = "看主管", access.Span{Kind: access.Custom, Members: []string{"lead"}}
		f.Book = access.Span{Kind: access.Same}
		var led access.RoleView
		n.do("", "POST", "/api/access/roles", f, http.StatusOK, &led)
		n.do("", "PUT", "/api/access/grants/li", map[string]any{"roles": []string{led.Key}}, http.StatusOK, nil)
		var why access.Effective
		n.do("li", "GET", "/api/access/effective?member=lead", nil, http.StatusOK, &why)
		if len(why.Roles) != 1 || !slices.Equal(why.Roles[0].Scope.Members, []string{}) && len(why.Roles[0].Scope.Members) > 0 || why.Roles[0].Scope.Others != 2 ||
			!slices.Equal(why.Roles[0].Book.Members, []string{"lead"}) || why.Roles[0].Book.Others != 2 {
			t.Errorf("li reads of lead: %+v", why.Roles)
		}
		// What a reader sends back counts for nothing.
		f.Name, f.Scope = "原样", access.Span{Kind: access.Custom, Members: []string{"zhang"}, Others: 9}
		var again access.RoleView
		n.do("", "POST", "/api/access/roles", f, http.StatusOK, &again)
		if again.Scope.Others != 0 {
			t.Errorf("%+v", again.Scope)
		}
	})
}
