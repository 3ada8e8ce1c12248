package access_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/access"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom"
)

const (
	corpID  = "ww0000000000000001"
	another = "ww0000000000000002"
)

// node is one process with the feature in it.
type node struct {
	t      *testing.T
	db     *db.DB
	clock  *clock.Fake
	ids    *id.Source
	f      feature.Feature
	queue  *job.Queue
	events *bus.Bus
	url    string
	acts   []web.Act // on record
}

func sets() []db.Migrations {
	return []db.Migrations{
		job.Migrations(), corp.Migrations(), mirror.Migrations(),
		{Set: "access", FS: access.New(feature.Deps{}).Migrations},
	}
}

// menu and permissions are what the program would offer.
func menu() []feature.MenuEntry {
	return []feature.MenuEntry{
		{Group: feature.GroupCustomer, Key: "customer", Path: "/customer", Permission: "customer.read", Order: 10},
		{Group: feature.GroupCustomer, Key: "churn", Path: "/churn", Permission: "churn.read", Order: 20},
		{Group: feature.GroupManagement, Key: "access", Path: "/access", Permission: "access.read", Order: 20},
		{Group: feature.GroupHome, Key: "home", Path: "/", Order: 10},
	}
}

func permissions() []feature.Permission {
	var list []feature.Permission
	for _, key := range []string{"access.read", "access.grant", "access.role", "churn.read", "customer.phone", "customer.read", "eventlog.read"} {
		list = append(list, feature.Permission{Key: key, ZH: "权限 " + key, EN: "right " + key})
	}
	return list
}

func each(t *testing.T, story func(t *testing.T, n *node)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { story(t, start(t, d, 1)) }, sets()...)
}

func start(t *testing.T, d *db.DB, number int) *node {
	t.Helper()
	n := &node{t: t, db: d, clock: clock.NewFake(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC))}
	n.ids = id.NewSource(n.clock, number)
	box, err := secret.Load(filepath.Join(t.TempDir(), "keys"), true)
	n.must(err)
	log := slog.New(slog.DiscardHandler)
	corps := corp.New(corp.Deps{DB: d, Secrets: box, Clock: n.clock, IDs: n.ids})
	t.Cleanup(func() { n.must(corps.Close(context.Background())) })
	n.must(corps.Save(context.Background(), corp.Corp{ID: corpID, Name: "一号企业", TimeZone: "Asia/Shanghai", Status: corp.Active}))
	n.f = access.New(feature.Deps{DB: d, Corps: corps, Clock: n.clock, IDs: n.ids, Log: log, Menu: menu, Permissions: permissions, Accounts: locals, Acted: func(_ db.Tx, a web.Act) { n.acts = append(n.acts, a) }})
	n.queue = job.New(d, n.clock, n.ids, log, job.Options{})
	n.events = bus.New(n.queue)
	n.events.Register(n.f.Slug, n.f.Listeners...)
	n.must(n.f.Start(context.Background()))
	server := web.New(web.Options{Guard: byHeader{n.f.Resolver}, Clock: n.clock, Log: log})
	server.Mount("access", n.f.Routes...)
	listening := httptest.NewServer(server.Handler())
	t.Cleanup(listening.Close)
	n.url = listening.URL
	return n
}

// byHeader takes a caller's word for who he is.
type byHeader struct{ rights viewer.Resolver }

func (g byHeader) Identify(ctx context.Context, r *http.Request) (context.Context, web.Subject, error) {
	who := viewer.Who{Corp: r.Header.Get("X-Corp"), Member: r.Header.Get("X-Member")}
	if who.Member == "" {
		who.Account, who.Founder = 1, true
	}
	v, err := g.rights.Resolve(ctx, who)
	return viewer.With(ctx, v), v, err
}

func (n *node) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

func (n *node) exec(text string, args ...any) {
	n.t.Helper()
	n.must(n.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(text, args...).Exec(ctx)
		return err
	}))
}

// member puts somebody into departments, as leader of the first if so wished.
func (n *node) member(corpID, userid string, leads bool, departments ...int64) {
	n.t.Helper()
	n.must(n.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		m := mirror.Member{Corp: corpID, ID: userid, Lookup: strings.ToLower(userid), Name: "姓名" + userid, Status: wecom.MemberActive, MainDepartment: 1, CanContact: true}
		_, err := tx.NewInsert().Model(&m).ModelTableExpr("mirror_member").Exec(ctx)
		return err
	}))
	for i, d := range departments {
		n.exec(`INSERT INTO mirror_member_department (corp_id, member_id, department_id, leader, position) VALUES (?, ?, ?, ?, 0)`,
			corpID, userid, d, leads && i == 0)
	}
}

func (n *node) department(corpID string, id, parent int64) {
	n.t.Helper()
	n.exec(`INSERT INTO mirror_department (corp_id, id, parent_id, name, position) VALUES (?, ?, ?, ?, 0)`, corpID, id, parent, "部门")
}

func (n *node) resolve(corpID, member string) viewer.Viewer {
	n.t.Helper()
	v, err := n.f.Resolver.Resolve(context.Background(), viewer.Who{Corp: corpID, Member: member})
	n.must(err)
	return v
}

// tell publishes news and waits until it was heard.
func (n *node) tell(e event.Event) {
	n.t.Helper()
	n.must(n.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error { return n.events.Publish(ctx, tx, e) }))
	n.must(n.queue.Settle(context.Background()))
}

func (n *node) meta() event.Meta {
	return event.Meta{Event: n.ids.New(), Corp: corpID, At: n.clock.Now()}
}

// grant sets a member's roles through the API, as the given member or, with "", the founder.
func (n *node) grant(as, member string, roles ...string) (status int, body string) {
	n.t.Helper()
	raw, err := json.Marshal(map[string][]string{"roles": append([]string{}, roles...)})
	n.must(err)
	return n.call(as, "PUT", "/api/access/grants/"+member, string(raw))
}

func (n *node) call(as, method, path, body string) (int, string) {
	n.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, n.url+path, strings.NewReader(body))
	n.must(err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Corp", corpID)
	r.Header.Set("X-Member", as)
	response, err := http.DefaultClient.Do(r)
	n.must(err)
	defer func() { n.must(response.Body.Close()) }()
	var text json.RawMessage
	n.must(json.NewDecoder(response.Body).Decode(&text))
	return response.StatusCode, string(text)
}

func TestRightsFollowTheContactBook(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		for _, d := range [][2]int64{{1, 0}, {2, 1}, {3, 2}} {
			n.department(corpID, d[0], d[1])
		}
		n.member(corpID, "Lead", true, 2)
		n.member(corpID, "zhang", false, 3)
		if v := n.resolve(corpID, "lead"); !slices.Equal(v.Roles, []string{access.Manager}) || !slices.Equal(v.Scope.Members, []string{"Lead", "zhang"}) {
			t.Fatalf("%+v", v)
		}

		li := n.unheardOf(t)
		n.tell(event.MemberJoined{Meta: n.meta(), Member: li})
		if v := n.resolve(corpID, "lead"); !v.Sees(li) {
			t.Error("a new member is not seen at once")
		}

		n.exec(`UPDATE mirror_member_department SET leader = FALSE WHERE member_id = ?`, "Lead")
		n.tell(event.MemberChanged{Meta: n.meta(), Member: "Lead"})
		if v := n.resolve(corpID, "lead"); v.Sees("zhang") || !slices.Equal(v.Roles, []string{access.Staff}) {
			t.Errorf("who leads no more still manages: %+v", v)
		}

		n.exec(`UPDATE mirror_member_department SET leader = TRUE WHERE member_id = ?`, "Lead")
		n.exec(`UPDATE mirror_department SET parent_id = 1 WHERE id = 3`)
		n.tell(event.DepartmentsChanged{Meta: n.meta(), Department: 3})
		if v := n.resolve(corpID, "lead"); v.Sees("zhang") || !v.Sees("Lead") {
			t.Errorf("a department that moved away is still managed: %+v", v)
		}

		n.exec(`UPDATE mirror_member SET left_at = 1, status = 5 WHERE id = ?`, "zhang")
		n.tell(event.MemberLeft{Meta: n.meta(), Member: "zhang"})
		_, err := n.f.Resolver.Resolve(context.Background(), viewer.Who{Corp: corpID, Member: "zhang"})
		if fault.CodeOf(err) != fault.Unauthenticated {
			t.Errorf("who left: %v", err)
		}
	})
}

// unheardOf is a newcomer to the leader's people whom the rights in memory do not know. What
// is in memory goes once when the node begins to hear the database's news, which on a busy
// machine may be now: then the next newcomer is the one.
func (n *node) unheardOf(t *testing.T) string {
	t.Helper()
	for _, li := range []string{"li", "lin", "ling"} {
		n.member(corpID, li, false, 3)
		if v := n.resolve(corpID, "lead"); !v.Sees(li) {
			return li
		}
	}
	t.Fatal("rights are not answered from memory: this test would show nothing")
	return ""
}

func TestRightsAreReadAgainWithoutNews(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.member(corpID, "zhang", false, 1)
		n.resolve(corpID, "zhang")
		n.exec(`UPDATE mirror_member SET status = 2`) // a first sync tells no news
		n.clock.Advance(time.Minute)
		_, err := n.f.Resolver.Resolve(context.Background(), viewer.Who{Corp: corpID, Member: "zhang"})
		if fault.CodeOf(err) != fault.Unauthenticated {
			t.Errorf("a minute later: %v", err)
		}
	})
}

func TestGrants(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.member(corpID, "Wang", false, 1)
		n.member(another, "stranger", false, 1)
		before := n.resolve(corpID, "wang")
		if before.Can("eventlog.read") {
			t.Fatal("staff may already")
		}
		if status, body := n.grant("", "wang", access.Admin, access.Staff); status != 200 || !strings.Contains(body, `"member":"Wang"`) {
			t.Fatalf("%d %s", status, body)
		}
		if v := n.resolve(corpID, "WANG"); !v.Can("eventlog.read") || v.Scope.Reach != viewer.All {
			t.Errorf("the grant does not act at once: %+v", v)
		}
		status, body := n.call("Wang", "GET", "/api/access/grants", "")
		if status != 403 {
			t.Errorf("an administrator may read grants: %d %s", status, body)
		}
		if _, body := n.call("", "GET", "/api/access/grants", ""); !strings.Contains(body, `{"member":"Wang","name":"姓名Wang","roles":["admin","staff"]}`) {
			t.Errorf("grants: %s", body)
		}

		for name, c := range map[string]struct {
			as, member, role string
			status           int
			code             string
		}{
			"an administrator makes himself owner": {"Wang", "Wang", access.Owner, 403, "forbidden"},
			"a role that is none":                  {"", "Wang", "king", 422, "invalid"},
			"a member that is none":                {"", "nobody", access.Admin, 404, "not_found"},
			"a member of another corp":             {"", "stranger", access.Admin, 404, "not_found"},
		} {
			status, body := n.grant(c.as, c.member, c.role)
			if status != c.status || !strings.Contains(body, `"code":"`+c.code+`"`) {
				t.Errorf("%s: %d %s", name, status, body)
			}
		}
		if v := n.resolve(corpID, "wang"); !slices.Equal(v.Roles, []string{access.Admin, access.Staff}) {
			t.Errorf("a refusal changed something: %+v", v)
		}

		if status, _ := n.grant("", "wang"); status != 200 {
			t.Error("roles cannot be taken away")
		}
		if v := n.resolve(corpID, "wang"); !slices.Equal(v.Roles, before.Roles) || v.Can("eventlog.read") {
			t.Errorf("a role that was taken away still counts: %+v", v)
		}
	})
}

func TestRoles(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.exec(`UPDATE access_role SET permissions = '["old"]', reach = 'self' WHERE role = ?`, access.Admin)
		n.must(n.f.Start(context.Background())) // an update of the program
		var got struct {
			Roles []access.Role `json:"roles"`
		}
		_, body := n.call("", "GET", "/api/access/roles", "")
		n.must(json.Unmarshal([]byte(body), &got))
		var keys []string
		for _, r := range got.Roles {
			keys = append(keys, r.Key)
		}
		if !slices.Equal(keys, []string{access.Owner, access.Admin, access.Manager, access.Staff}) {
			t.Errorf("roles %v", keys)
		}
		if admin := got.Roles[1]; slices.Contains(admin.Permissions, "old") || admin.Reach != viewer.All || !admin.BuiltIn {
			t.Errorf("the start did not bring it up to date: %+v", admin)
		}
	})
}

func TestACorpThatCameLater(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.member(another, "new", false, 1)
		if v := n.resolve(another, "new"); !slices.Equal(v.Roles, []string{access.Staff}) || v.Corp != another {
			t.Errorf("%+v", v)
		}
	})
}

func TestAnotherNodeHears(t *testing.T) {
	dsn := dbtest.DSN(t, db.Postgres, sets()...)
	here, there := start(t, dbtest.OpenDSN(t, dsn), 1), start(t, dbtest.OpenDSN(t, dsn), 2)
	here.member(corpID, "wang", false, 1)
	// The other node's connection for notes opens with its first listener; until then a
	// note could pass by, so the grant is told again until it is heard.
	deadline := clock.System().Now().Add(20 * time.Second)
	for i := 0; ; i++ {
		role, may := access.Admin, true
		if i%2 == 1 {
			role, may = access.Staff, false
		}
		there.resolve(corpID, "wang")
		if status, body := here.grant("", "wang", role); status != 200 {
			t.Fatalf("%d %s", status, body)
		}
		settled := clock.System().Now().Add(time.Second)
		for clock.System().Now().Before(settled) {
			if there.resolve(corpID, "wang").Can("eventlog.read") == may {
				otherChangesAreHeard(here, there)
				return
			}
			here.must(clock.Sleep(context.Background(), clock.System(), 5*time.Millisecond))
		}
		if clock.System().Now().After(deadline) {
			t.Fatal("the other node still has the old rights")
		}
	}
}

// otherChangesAreHeard changes a role and a menu on one node; the other acts upon each
// within two seconds.
func otherChangesAreHeard(here, there *node) {
	here.t.Helper()
	here.member(corpID, "zhao", false, 1)
	var made access.RoleView
	here.do("", "POST", "/api/access/roles", form("质检", access.Span{Kind: access.Whole}, "customer.read"), http.StatusOK, &made)
	within := func(what string, done func(v viewer.Viewer) bool) {
		here.t.Helper()
		for end := clock.System().Now().Add(2 * time.Second); !done(there.resolve(corpID, "wang")); {
			if clock.System().Now().After(end) {
				here.t.Fatalf("two seconds later the other node does not know: %s", what)
			}
			here.must(clock.Sleep(context.Background(), clock.System(), 5*time.Millisecond))
		}
	}
	here.do("", "PUT", "/api/access/grants/wang", map[string]any{"roles": []string{made.Key}}, http.StatusOK, nil)
	within("the grant", func(v viewer.Viewer) bool { return v.Sees("zhao") && v.Can("customer.read") })
	here.do("", "PUT", "/api/access/menus/"+made.Key, map[string]any{"items": []access.MenuItem{{Key: "customer", Hidden: true}}}, http.StatusOK, nil)
	within("the menu", func(v viewer.Viewer) bool { return v.Menu["customer"].Hidden })
	changed := map[string]any{"name": "质检", "permissions": []string{}, "scope": access.Span{Kind: access.Self}, "book": access.Span{Kind: access.Same}, "version": made.Version}
	here.do("", "PUT", "/api/access/roles/"+made.Key, changed, http.StatusOK, nil)
	within("what the role lost", func(v viewer.Viewer) bool { return !v.Sees("zhao") && !v.Can("customer.read") })
	here.delete("/api/access/roles/" + made.Key)
	within("that the role is gone", func(v viewer.Viewer) bool { return slices.Equal(v.Roles, []string{access.Staff}) })
}
