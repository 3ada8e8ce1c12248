package customer_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/customer"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/live"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/saved"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const (
	corpID  = "ww0000000000000001"
	another = "ww0000000000000002"
)

// start is Monday 2026-11-23 10:00 in Shanghai.
func start() time.Time { return time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC) }

// house is the customer feature over a mirror that the test fills by hand.
type house struct {
	t      *testing.T
	db     *db.DB
	clock  *clock.Fake
	ids    *id.Source
	index  *search.Index
	queue  *job.Queue
	bus    *bus.Bus
	asks   *ask.Asks
	f      feature.Feature
	url    string
	viewer viewer.Viewer // who calls
}

func sets(e db.Engine) []db.Migrations {
	return []db.Migrations{
		job.Migrations(), live.Migrations(), search.Migrations(e), corp.Migrations(), mirror.Migrations(), saved.Migrations(),
		{Set: "customer", FS: customer.New(feature.Deps{}).Migrations},
	}
}

func each(t *testing.T, story func(t *testing.T, h *house)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) { story(t, open(t, dbtest.Open(t, e, sets(e)...))) })
	}
}

func everything() viewer.Viewer {
	return viewer.Viewer{Corp: corpID, Account: 1, Name: "admin", Permissions: []string{"customer.read"}, Scope: viewer.Scope{Reach: viewer.All}}
}

func self(member string) viewer.Viewer {
	return viewer.Viewer{Corp: corpID, Member: member, Permissions: []string{"customer.read"}, Scope: viewer.Scope{Reach: viewer.Self}}
}

func manager(member string, of ...string) viewer.Viewer {
	return viewer.Viewer{Corp: corpID, Member: member, Permissions: []string{"customer.read"}, Scope: viewer.Scope{Reach: viewer.Departments, Members: of}}
}

func open(t *testing.T, d *db.DB) *house {
	t.Helper()
	return openWith(t, d, customer.New)
}

func openWith(t *testing.T, d *db.DB, build func(feature.Deps) feature.Feature) *house {
	t.Helper()
	h := &house{t: t, db: d, clock: clock.NewFake(start()), viewer: everything(), asks: &ask.Asks{}}
	h.ids = id.NewSource(h.clock, 1)
	log := slog.New(slog.DiscardHandler)
	box, err := secret.Load(t.TempDir()+"/keys", true)
	h.must(err)
	corps := corp.New(corp.Deps{DB: d, Secrets: box, Clock: h.clock, IDs: h.ids, BaseURL: "https://qyapi.test"})
	t.Cleanup(func() { h.must(corps.Close(context.Background())) })
	h.must(corps.Save(context.Background(), corp.Corp{ID: corpID, Name: "一号企业", TimeZone: "Asia/Shanghai", Status: corp.Active},
		corp.App{Purpose: corp.MainApp, AgentID: 1, Name: "SCRM", Secret: secret.NewText("s"), Token: secret.NewText("token"), Key: secret.NewText(strings.Repeat("k", 43))}))
	h.queue = job.New(d, h.clock, h.ids, log, job.Options{})
	h.bus = bus.New(h.queue)
	h.index = search.New(d)
	h.f = build(feature.Deps{
		DB: d, Live: live.New(d, h.clock, h.ids, log), Search: h.index, Asks: h.asks, Corps: corps, Clock: h.clock, IDs: h.ids, Log: log,
		Mirror: mirror.New(mirror.Deps{DB: d, Jobs: job.Scoped(h.queue, mirror.Slug), Bus: h.bus, Corps: corps, Clock: h.clock, IDs: h.ids, Search: h.index, Log: log}),
	})
	h.asks.Register(h.f.Slug, h.f.Answers)
	h.bus.Register(h.f.Slug, h.f.Listeners...)
	h.must(h.queue.Start(context.Background()))
	t.Cleanup(func() { h.must(h.queue.Stop(context.Background())) })
	server := web.New(web.Options{Guard: h, Clock: h.clock, Log: log})
	server.Mount("customer", h.f.Routes...)
	listening := httptest.NewServer(server.Handler())
	t.Cleanup(listening.Close)
	h.url = listening.URL
	return h
}

// Identify lets the house's viewer in (web.Guard).
func (h *house) Identify(ctx context.Context, _ *http.Request) (context.Context, web.Subject, error) {
	return viewer.With(ctx, h.viewer), h.viewer, nil
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) exec(text string, args ...any) {
	h.t.Helper()
	h.must(h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(text, args...).Exec(ctx)
		return err
	}))
}

// department puts a department into the contact book, with its members.
func (h *house) department(department, parent int64, members ...string) {
	h.t.Helper()
	h.exec(`INSERT INTO mirror_department (corp_id, id, parent_id, name, position) VALUES (?, ?, ?, ?, 0)`, corpID, department, parent, "部门")
	for _, m := range members {
		h.exec(`INSERT INTO mirror_member (corp_id, id, lookup, name, pinyin, alias, title, avatar, status, main_department,
				can_contact, left_at, told_at, read_at, sync_run, updated_at)
			VALUES (?, ?, ?, ?, '', '', '', '', 1, ?, TRUE, 0, 0, 0, 0, 0)`, corpID, m, strings.ToLower(m), "成员"+m, department)
		h.exec(`INSERT INTO mirror_member_department (corp_id, member_id, department_id, leader, position) VALUES (?, ?, ?, FALSE, 0)`, corpID, m, department)
	}
}

// pair is a follow as a test wants it.
type pair struct {
	corp             string // corpID when empty
	member, customer string
	name, remark     string
	tags             []string
	standing         mirror.Standing // Stands when zero
	added            time.Duration   // before now
	ended            time.Duration   // before now, when not open
	addWay           int
	unread           bool
}

// follow makes a pair, its customer too when he is new.
func (h *house) follow(p pair) (customerID, followID id.ID) {
	h.t.Helper()
	if p.corp == "" {
		p.corp = corpID
	}
	if p.standing == 0 {
		p.standing = mirror.Stands
	}
	now := h.clock.Now()
	addedAt, endedAt, readAt := db.MS(now.Add(-p.added)), int64(0), db.MS(now)
	if !p.standing.Open() {
		endedAt = db.MS(now.Add(-p.ended))
	}
	if p.unread {
		readAt = 0
	}
	ctx := context.Background()
	c, err := mirror.CustomerByExternal(ctx, h.db.Read(), p.corp, p.customer)
	if err != nil {
		c.ID = h.ids.New()
		h.exec(`INSERT INTO mirror_customer (id, corp_id, customer, name, type, avatar, gender, unionid, company, title, follows,
				added_at, lost_at, updated_at, read_at) VALUES (?, ?, ?, ?, 1, '', 0, '', '', '', 0, 0, 0, 0, 1)`, c.ID, p.corp, p.customer, p.name)
	}
	followID = h.ids.New()
	h.exec(`INSERT INTO mirror_follow (id, corp_id, member_id, customer, customer_id, standing, remark, description, company, mobiles,
			add_way, operator, state, added_at, ended_at, told_at, read_at, found_at, sync_run, updated_at, tagged)
		VALUES (?, ?, ?, ?, ?, ?, ?, '', '', '[]', ?, '', '', ?, ?, 0, ?, 0, 0, 0, ?)`,
		followID, p.corp, p.member, p.customer, c.ID, p.standing, p.remark, p.addWay, addedAt, endedAt, readAt, len(p.tags))
	for _, t := range p.tags {
		h.exec(`INSERT INTO mirror_tag (corp_id, id, group_id, name, position, created_at) VALUES (?, ?, 'g', ?, 0, 0) ON CONFLICT DO NOTHING`, p.corp, t, "标签"+t)
		h.exec(`INSERT INTO mirror_follow_tag (corp_id, follow_id, customer_id, tag_id, kind, added_at) VALUES (?, ?, ?, ?, 1, ?)`, p.corp, followID, c.ID, t, addedAt)
	}
	h.exec(`UPDATE mirror_customer SET follows = (SELECT COUNT(*) FROM mirror_follow AS f WHERE f.customer_id = mirror_customer.id AND f.standing IN (1, 2)) WHERE id = ?`, c.ID)
	h.must(h.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		return h.index.Put(ctx, tx, search.Document{Corp: p.corp, Kind: "follow", Ref: followID, Text: []string{p.name, p.remark}})
	}))
	return c.ID, followID
}

func (h *house) call(method, path string) (int, string) {
	h.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, h.url+"/api/customer"+path, nil)
	h.must(err)
	response, err := http.DefaultClient.Do(r)
	h.must(err)
	defer func() { h.must(response.Body.Close()) }()
	raw, err := io.ReadAll(response.Body)
	h.must(err)
	return response.StatusCode, string(raw)
}

func (h *house) get(path string, into any) {
	h.t.Helper()
	status, body := h.call("GET", path)
	if status != http.StatusOK {
		h.t.Fatalf("GET %s: %d %s", path, status, body)
	}
	h.must(json.Unmarshal([]byte(body), into))
}

// customers lists the external_userids of a filtered list at company level, page by page.
func (h *house) customers(filter url.Values) []string {
	return paged(h, "/customers", filter, 2, func(c customer.CustomerView) string { return c.Customer.Customer })
}

// follows lists "customer/member" of a filtered list at follow level, page by page.
func (h *house) follows(filter url.Values) []string {
	return paged(h, "/follows", filter, 2, func(f customer.FollowView) string { return f.Customer + "/" + f.Member })
}

// paged reads a whole list and asks for the count beside it: both must agree, and no row
// may come twice.
func paged[T any](h *house, path string, filter url.Values, limit int, name func(T) string) []string {
	h.t.Helper()
	filter.Set("limit", strconv.Itoa(limit))
	filter.Del("after")
	found := []string{}
	for range 50 {
		var page web.Page[T]
		h.get(path+"?"+filter.Encode(), &page)
		for _, x := range page.Items {
			found = append(found, name(x))
		}
		if page.Next == "" {
			break
		}
		filter.Set("after", page.Next)
	}
	filter.Del("after")
	filter.Del("limit")
	if len(slices.Compact(slices.Sorted(slices.Values(found)))) != len(found) {
		h.t.Errorf("%s?%s: rows come twice", path, filter.Encode())
	}
	var total web.Total
	h.get(path+"/count?"+filter.Encode(), &total)
	if !total.Exact || int(total.Count) != len(found) {
		h.t.Errorf("%s?%s: counted %+v, listed %d", path, filter.Encode(), total, len(found))
	}
	return found
}

// bulk makes n customers with one follow each, tagged by their numbers, shared out among
// the members.
func (h *house) bulk(n int, members []string) {
	h.t.Helper()
	const batch = 500
	now := db.MS(h.clock.Now())
	for from := 0; from < n; from += batch {
		var customers, follows, tags db.Rows
		var docs []search.Document
		for i := from; i < min(from+batch, n); i++ {
			c, f, at, name := h.ids.New(), h.ids.New(), now-int64(n-i)*1000, "客户"+strconv.Itoa(i)
			external := "wm" + strconv.Itoa(i)
			customers = append(customers, []any{c, corpID, external, name, 1, "", 0, "", "", "", 1, at, 0, 0, 1})
			tagged := 0
			for tag, every := range map[string]int{"every": 1, "even": 2, "third": 3} {
				if i%every == 0 {
					tags = append(tags, []any{corpID, f, c, tag, 1, at})
					tagged++
				}
			}
			follows = append(follows, []any{f, corpID, members[i%len(members)], external, c, 1, "", "", "", "[]", 1, "", "", at, 0, 0, 1, 0, 0, 0, tagged})
			docs = append(docs, search.Document{Corp: corpID, Kind: "follow", Ref: f, Text: []string{name}})
		}
		h.must(h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
			for table, rows := range map[string]db.Rows{
				"mirror_customer (id, corp_id, customer, name, type, avatar, gender, unionid, company, title, follows, added_at, lost_at, updated_at, read_at)":                                                                          customers,
				"mirror_follow (id, corp_id, member_id, customer, customer_id, standing, remark, description, company, mobiles, add_way, operator, state, added_at, ended_at, told_at, read_at, found_at, sync_run, updated_at, tagged)": follows,
				"mirror_follow_tag (corp_id, follow_id, customer_id, tag_id, kind, added_at)":                                                                                                                                            tags,
			} {
				if _, err := tx.NewRaw("INSERT INTO "+table+" VALUES ?", rows).Exec(ctx); err != nil {
					return err
				}
			}
			return h.index.Put(ctx, tx, docs...)
		}))
	}
	if h.db.Engine() == db.Postgres {
		h.exec("ANALYZE") // as its own housekeeping does soon after
	}
}

func (h *house) allFollows(filter url.Values) []string {
	return paged(h, "/follows", filter, 200, func(f customer.FollowView) string { return f.ID.String() })
}

func (h *house) allCustomers(filter url.Values) []string {
	return paged(h, "/customers", filter, 200, func(c customer.CustomerView) string { return c.ID.String() })
}
