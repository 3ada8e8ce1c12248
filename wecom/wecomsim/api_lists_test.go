package wecomsim_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// demo is a world with history.
func demo(t testing.TB) *world {
	return newWorld(t, func(o *wecomsim.Options) {
		o.Seed = &wecomsim.SeedOptions{Members: 30, Departments: 6, Customers: 500, Groups: 25, Days: 30, People: 5, RandSeed: 7}
	})
}

// TestBatchGetByUser: paging is complete, without repetition, and survives
// changes between pages.
func TestBatchGetByUser(t *testing.T) {
	w := demo(t)
	var users []string
	for _, u := range w.good("externalcontact/get_follow_user_list", nil)["follow_user"].([]any) {
		users = append(users, u.(string))
	}
	want := 0
	w.sim.Inspect(func(world *wecomsim.World) { want = world.Corps[0].Follows() })
	seen, calls := map[string]bool{}, 0
	in := m{"userid_list": users, "limit": 100, "cursor": ""}
	for {
		out := w.good("externalcontact/batch/get_by_user", in)
		calls++
		for _, x := range out["external_contact_list"].([]any) {
			info := x.(m)["follow_info"].(m)
			key := fmt.Sprint(info["userid"], x.(m)["external_contact"].(m)["external_userid"])
			if seen[key] {
				t.Fatalf("%s twice", key)
			}
			seen[key] = true
		}
		if out["next_cursor"] == nil {
			break
		}
		in["cursor"] = out["next_cursor"]
	}
	if len(seen) != want || calls > (want+99)/100 {
		t.Errorf("%d relations in %d calls, want %d in %d", len(seen), calls, want, (want+99)/100)
	}
	const op = "externalcontact/batch/get_by_user"
	w.bad(40058, op, m{"userid_list": []string{}})
	w.bad(40058, op, m{"userid_list": slices.Repeat(users, 10)[:101]})
	w.bad(40058, op, m{"userid_list": users, "limit": 101})
	w.bad(40058, op, m{"userid_list": users, "cursor": "nonsense"})
	w.bad(40058, op, m{"userid_list": users[1:], "cursor": in["cursor"]})
	w.bad(60111, op, m{"userid_list": []string{"nobody"}})
	quiet := ""
	w.sim.Inspect(func(world *wecomsim.World) {
		for _, x := range world.Corps[0].Members {
			if !x.MayContact {
				quiet = x.UserID
			}
		}
	})
	w.bad(84074, op, m{"userid_list": []string{quiet}})
}

func TestExternalContactReads(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.members()[0], w.members()[1]
	person, r := w.friends("小明", a)
	w.good("externalcontact/list", m{"userid": strings.ToUpper(a)}) // userids know no case
	w.bad(84061, "externalcontact/list", m{"userid": b})
	w.bad(60111, "externalcontact/list", m{"userid": "nobody"})
	w.bad(40096, "externalcontact/get", m{"external_userid": "wmnobody"})
	contact := w.good("externalcontact/get", m{"external_userid": r.ExternalUserID})["external_contact"].(m)
	if contact["unionid"] == nil || contact["name"] != "小明" || contact["type"] != 1.0 {
		t.Errorf("contact %v", contact)
	}
	must(w.sim.Add(wecomsim.Add{Person: person, Member: b, AddWay: 3, ByMember: true}))(t)
	if got := w.good("externalcontact/get", m{"external_userid": r.ExternalUserID})["follow_user"].([]any); len(got) != 2 {
		t.Errorf("%d followers", len(got))
	}
	only, none := []string{b}, []int{}
	must(w.sim.ChangeApp(wecomsim.DefaultAgentID, wecomsim.AppPatch{Members: &only, Departments: &none}))(t)
	got := w.good("externalcontact/get", m{"external_userid": r.ExternalUserID})["follow_user"].([]any)
	if len(got) != 1 || got[0].(m)["userid"] != b || got[0].(m)["oper_userid"] != b {
		t.Errorf("in range: %v", got)
	}
	w.bad(60011, "externalcontact/list", m{"userid": a})
	if out := w.good("externalcontact/get_follow_user_list", nil)["follow_user"].([]any); len(out) != 1 {
		t.Errorf("follow users in range: %v", out)
	}
}

// TestManyFollowers: get pages by 500.
func TestManyFollowers(t *testing.T) {
	w := newWorld(t, func(o *wecomsim.Options) { o.Seed = &wecomsim.SeedOptions{Members: 520, Departments: 2} })
	person := w.person("红人")
	n, external := 0, ""
	for _, u := range w.members() {
		if r, err := w.sim.Add(wecomsim.Add{Person: person, Member: u}); err == nil {
			n++
			external = r.ExternalUserID
		}
	}
	one := w.good("externalcontact/get", m{"external_userid": external})
	two := w.good("externalcontact/get", m{"external_userid": external, "cursor": one["next_cursor"]})
	if a, b := len(one["follow_user"].([]any)), len(two["follow_user"].([]any)); a != 500 || a+b != n || two["next_cursor"] != nil {
		t.Errorf("pages of %d and %d of %d followers", a, b, n)
	}
	w.bad(40058, "externalcontact/get", m{"external_userid": external, "cursor": "nonsense"})
}

func TestRemark(t *testing.T) {
	w := newWorld(t, nil)
	member := w.members()[0]
	_, r := w.friends("小明", member)
	with := func(more m) m {
		in := m{"userid": member, "external_userid": r.ExternalUserID}
		maps.Copy(in, more)
		return in
	}
	const op = "externalcontact/remark"
	w.bad(40058, op, with(nil))
	w.bad(40058, op, with(m{"remark": long(21)}))
	w.bad(40058, op, with(m{"description": long(151)}))
	w.bad(40058, op, with(m{"remark_company": long(21)}))
	w.bad(40007, op, with(m{"remark_pic_mediaid": "x"}))
	w.bad(40096, op, m{"userid": member, "external_userid": "x", "remark": "y"})
	w.bad(60111, op, m{"userid": "nobody", "external_userid": r.ExternalUserID, "remark": "y"})
	w.good(op, with(m{"remark": long(20), "description": long(150), "remark_company": long(20), "remark_mobiles": []string{"13900000001"}}))
	follow := func() m {
		return w.good("externalcontact/get", m{"external_userid": r.ExternalUserID})["follow_user"].([]any)[0].(m)
	}
	if f := follow(); f["remark"] != long(20) || f["remark_corp_name"] != long(20) || f["remark_mobiles"].([]any)[0] != "13900000001" {
		t.Errorf("after remark: %v", f)
	}
	w.good(op, with(m{"remark_mobiles": []string{""}}))
	if f := follow(); len(f["remark_mobiles"].([]any)) != 0 || f["remark"] != long(20) {
		t.Errorf("after clearing the numbers: %v", f)
	}
}

func TestTags(t *testing.T) {
	w := newWorld(t, nil)
	const add, edit, del, mark, list = "externalcontact/add_corp_tag", "externalcontact/edit_corp_tag", "externalcontact/del_corp_tag",
		"externalcontact/mark_tag", "externalcontact/get_corp_tag_list"
	w.bad(40058, add, m{"group_name": "空"})
	w.bad(40071, add, m{"group_name": long(31), "tag": []m{{"name": "a"}}})
	w.bad(40071, add, m{"group_name": "组", "tag": []m{{"name": long(31)}}})
	w.bad(40071, add, m{"tag": []m{{"name": "a"}}})
	w.bad(40068, add, m{"group_id": "x", "tag": []m{{"name": "a"}}})
	group := w.good(add, m{"group_name": "组", "order": 5, "tag": []m{{"name": "甲", "order": 1}, {"name": "乙", "order": 2}, {"name": "甲"}}})["tag_group"].(m)
	tags := group["tag"].([]any)
	if len(tags) != 2 {
		t.Fatalf("duplicates did not collapse: %v", tags)
	}
	again := w.good(add, m{"group_name": "组", "tag": []m{{"name": "丙"}}})["tag_group"].(m)
	if again["group_id"] != group["group_id"] {
		t.Error("an existing group name made another group")
	}
	id := func(i int) string { return tags[i].(m)["id"].(string) }
	got := w.good(list, m{"group_id": []any{group["group_id"]}})["tag_group"].([]any)[0].(m)
	if got["deleted"] != false || len(got["tag"].([]any)) != 3 {
		t.Errorf("by id: %v", got)
	}
	for _, g := range w.good(list, m{})["tag_group"].([]any) {
		if _, told := g.(m)["deleted"]; told {
			t.Error("deleted is told without ids")
		}
	}
	w.bad(40068, list, m{"tag_id": []string{"x"}})
	w.bad(40071, edit, m{"id": id(0), "name": "乙"})
	w.bad(40068, edit, m{"id": "x", "name": "y"})
	w.good(edit, m{"id": id(0), "name": "甲级", "order": 9})
	w.as(secondApp).bad(48002, edit, m{"id": id(0), "name": "y"})
	w.as(secondApp).bad(48002, del, m{"tag_id": []string{id(0)}})
	console := must(w.sim.ChangeTag(wecomsim.ChangeTag{Action: wecomsim.TagCreate, GroupName: "后台", Name: "一"}))(t)
	w.bad(48002, edit, m{"id": console.Tag, "name": "y"})

	member := w.members()[0]
	_, r := w.friends("小明", member)
	pair := func(more m) m {
		more["userid"], more["external_userid"] = member, r.ExternalUserID
		return more
	}
	w.bad(40058, mark, pair(m{}))
	w.bad(40068, mark, pair(m{"add_tag": []string{"x"}}))
	w.good(mark, pair(m{"add_tag": []string{id(0), console.Tag, id(0)}})) // every tag may be used
	w.as(secondApp).good(mark, pair(m{"add_tag": []string{id(1)}, "remove_tag": []string{id(0)}}))
	follow := func() m {
		return w.good("externalcontact/get", m{"external_userid": r.ExternalUserID})["follow_user"].([]any)[0].(m)
	}
	if f := follow()["tags"].([]any); len(f) != 2 || f[0].(m)["tag_id"] != console.Tag || f[0].(m)["group_name"] != "后台" {
		t.Errorf("tags %v", f)
	}
	w.bad(40058, del, m{})
	w.good(del, m{"tag_id": []string{id(1)}})
	if f := follow()["tags"].([]any); len(f) != 1 {
		t.Errorf("a deleted tag is still shown: %v", f)
	}
	w.good(del, m{"tag_id": []any{id(0), again["tag"].([]any)[0].(m)["id"]}})
	got = w.good(list, m{"group_id": []any{group["group_id"]}})["tag_group"].([]any)[0].(m)
	if got["deleted"] != true {
		t.Error("the group outlived its last tag")
	}
	limits := wecomsim.DefaultLimits()
	limits.CorpTags = 1
	w.sim.SetLimits(limits)
	w.bad(40126, add, m{"group_name": "多", "tag": []m{{"name": "a"}}})
}

func TestGroupReads(t *testing.T) {
	w := demo(t)
	const list = "externalcontact/groupchat/list"
	in, seen := m{"limit": 10}, map[string]bool{}
	for {
		out := w.good(list, in)
		for _, g := range out["group_chat_list"].([]any) {
			seen[g.(m)["chat_id"].(string)] = true
		}
		if out["next_cursor"] == nil {
			break
		}
		in["cursor"] = out["next_cursor"]
	}
	if len(seen) != 25 {
		t.Errorf("%d groups, want 25", len(seen))
	}
	w.bad(40058, list, m{"limit": 0})
	w.bad(40058, list, m{"limit": 1001})
	w.bad(40058, list, m{"limit": 10, "status_filter": 4})
	w.bad(40058, list, m{"limit": 10, "owner_filter": m{"userid_list": make([]string, 101)}})
	w.bad(60111, list, m{"limit": 10, "owner_filter": m{"userid_list": []string{"nobody"}}})
	w.bad(40058, "externalcontact/groupchat/get", m{"chat_id": "x"})
	w.bad(90511, "externalcontact/opengid_to_chatid", m{"opengid": "x"})
	var one wecomsim.Group
	w.sim.Inspect(func(world *wecomsim.World) {
		for _, g := range world.Corps[0].Groups {
			one = *g
		}
	})
	if got := w.good("externalcontact/opengid_to_chatid", m{"opengid": one.OpenGID}); got["chat_id"] != one.ChatID {
		t.Errorf("opengid gives %v", got)
	}
	names := func(need int) int {
		n := 0
		g := w.good("externalcontact/groupchat/get", m{"chat_id": one.ChatID, "need_name": need})["group_chat"].(m)
		for _, x := range g["member_list"].([]any) {
			if x.(m)["name"] != nil {
				n++
			}
		}
		return n
	}
	if without, with := names(0), names(1); without != 0 || with != len(one.Members) {
		t.Errorf("names: %d without need_name, %d of %d with", without, with, len(one.Members))
	}
	// The groups of an owner who left need the filter with him.
	must(w.sim.Resign(wecomsim.Resign{Member: one.Owner}))(t)
	found := func(in m) bool {
		for _, g := range w.good(list, in)["group_chat_list"].([]any) {
			if g.(m)["chat_id"] == one.ChatID {
				return true
			}
		}
		return false
	}
	if found(m{"limit": 1000, "status_filter": 1}) || !found(m{"limit": 1000, "status_filter": 1, "owner_filter": m{"userid_list": []string{one.Owner}}}) {
		t.Error("groups of an owner who left are listed wrongly")
	}
}

func TestTooManyOwners(t *testing.T) {
	w := newWorld(t, func(o *wecomsim.Options) { o.Seed = &wecomsim.SeedOptions{Members: 1001, Departments: 2} })
	w.bad(81017, "externalcontact/groupchat/list", m{"limit": 10})
}

func TestLogin(t *testing.T) {
	w := newWorld(t, nil)
	member := w.members()[0]
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	link := func(scope, redirect, state string) string {
		q := url.Values{"appid": {w.corp.CorpID}, "redirect_uri": {redirect}, "response_type": {"code"}, "scope": {scope}, "state": {state}, "agentid": {"1000002"}}
		return w.url + "/connect/oauth2/authorize?" + q.Encode()
	}
	// open follows a link and tells the status and where it leads.
	open := func(link string, cookie string) (int, *url.URL) {
		req, err := http.NewRequest(http.MethodGet, link, nil)
		if err != nil {
			t.Fatal(err)
		}
		if cookie != "" {
			req.AddCookie(&http.Cookie{Name: "wecomsim_identity", Value: cookie})
		}
		resp, err := browser.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		to, err := resp.Location()
		if err != nil {
			to = &url.URL{}
		}
		return resp.StatusCode, to
	}
	const home = "http://127.0.0.1:9999/login?next=1"
	for name, l := range map[string]string{
		"foreign domain": link("snsapi_base", "https://example.com/", "a"), "scope": link("snsapi_userinfo", home, "a"),
		"state": link("snsapi_base", home, "a-b"), "long state": link("snsapi_base", home, strings.Repeat("a", 129)),
		"corp": strings.Replace(link("snsapi_base", home, "a"), w.corp.CorpID, "wwx", 1),
	} {
		if status, _ := open(l, "m:"+w.corp.CorpID+":"+member); status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, status)
		}
	}
	if status, _ := open(link("snsapi_base", home, "s1"), ""); status != http.StatusOK {
		t.Errorf("without identity: %d, want the choice", status)
	}
	code := func(scope, cookie string) string {
		_, to := open(link(scope, home, "s1"), cookie)
		if to.Query().Get("state") != "s1" || to.Query().Get("next") != "1" {
			t.Fatalf("redirected to %v", to)
		}
		return to.Query().Get("code")
	}
	me := "m:" + w.corp.CorpID + ":" + member
	const info = "auth/getuserinfo"
	c := code("snsapi_base", me)
	w.bad(41008, info, nil)
	w.bad(40029, info, m{"code": "x"})
	w.as(secondApp).bad(40029, info, m{"code": c})
	if got := w.good(info, m{"code": c}); got["userid"] != member || got["user_ticket"] != nil {
		t.Errorf("silent login: %v", got)
	}
	w.bad(42022, info, m{"code": c})
	c = code("snsapi_base", me)
	w.sim.Clock().Advance(5 * time.Minute)
	w.bad(40029, info, m{"code": c})
	ticket := w.good(info, m{"code": code("snsapi_privateinfo", me)})["user_ticket"]
	if got := w.good("auth/getuserdetail", m{"user_ticket": ticket}); got["userid"] != member || got["mobile"] == "" {
		t.Errorf("detail: %v", got)
	}
	w.bad(84015, "auth/getuserdetail", m{"user_ticket": "x"})
	w.sim.Clock().Advance(30 * time.Minute)
	w.bad(84014, "auth/getuserdetail", m{"user_ticket": ticket})
	person, r := w.friends("访客", member)
	if got := w.good(info, m{"code": code("snsapi_base", "p:"+person)}); got["openid"] == nil || got["external_userid"] != r.ExternalUserID || got["userid"] != nil {
		t.Errorf("visitor: %v", got)
	}
	web := w.url + "/wwlogin/sso/login?" + url.Values{"login_type": {"CorpApp"}, "appid": {w.corp.CorpID}, "agentid": {"1000002"}, "redirect_uri": {home}, "state": {"s1"}}.Encode()
	if status, _ := open(web, me); status != http.StatusOK {
		t.Errorf("web login: %d, want the choice", status)
	}
	choose := func(who string) *url.URL {
		q, _ := url.Parse(web)
		resp, err := browser.PostForm(w.url+"/connect/oauth2/choose", url.Values{"q": {q.RawQuery}, "in_app": {"false"}, "who": {who}})
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		to, err := resp.Location()
		if err != nil {
			t.Fatal(err)
		}
		return to
	}
	if to := choose("none"); to.Query().Has("code") || to.Query().Get("state") != "s1" {
		t.Errorf("declined: %v", to)
	}
	if got := w.good(info, m{"code": choose(me).Query().Get("code")}); got["userid"] != member {
		t.Errorf("web login: %v", got)
	}
}
