package churn_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/churn"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/notice"
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
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const (
	corpID  = "ww0000000000000001"
	another = "ww0000000000000002"
	day     = 24 * time.Hour
)

// house is the churn feature over a mirror that the test fills by hand; no notice leaves it.
type house struct {
	t       *testing.T
	db      *db.DB
	clock   *clock.Fake
	ids     *id.Source
	index   *search.Index
	queue   *job.Queue
	bus     *bus.Bus
	f       feature.Feature
	notices *notice.Notices
	asks    *ask.Asks
	url     string
	viewer  viewer.Viewer // who calls
	audited []string
}

func each(t *testing.T, story func(t *testing.T, h *house)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			story(t, open(t, dbtest.Open(t, e, job.Migrations(), live.Migrations(), search.Migrations(e), corp.Migrations(), mirror.Migrations(),
				notice.Migrations(), db.Migrations{Set: "churn", FS: churn.New(feature.Deps{Asks: &ask.Asks{}}).Migrations})))
		})
	}
}

func sees(reach viewer.Reach, member string, of ...string) viewer.Viewer {
	return viewer.Viewer{Corp: corpID, Account: 1, Member: member, Permissions: []string{"churn.*"}, Scope: viewer.Scope{Reach: reach, Members: of}}
}

func open(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, db: d, viewer: sees(viewer.All, ""), clock: clock.NewFake(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC))}
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
	pages := live.New(d, h.clock, h.ids, log)
	h.notices = notice.New(notice.Deps{
		DB: d, Jobs: job.Scoped(h.queue, notice.Slug), Corps: corps, Clock: h.clock, IDs: h.ids, Live: pages, Log: log, PublicURL: "https://scrm.test",
	})
	h.asks = &ask.Asks{}
	h.asks.Register("channelcode", ask.Answers{Fields: func(context.Context, viewer.Viewer) ([]ask.Field, error) {
		return []ask.Field{{Key: "channelcode.code", Kind: ask.KindChoice, Options: []ask.Choice{{Value: "1", Name: "门店"}, {Value: "2", Name: "展会"}}}}, nil
	}})
	h.f = churn.New(feature.Deps{DB: d, Queue: h.queue, Live: pages, Search: h.index, Corps: corps, Notices: h.notices, Asks: h.asks, Clock: h.clock, IDs: h.ids, Log: log})
	h.notices.Register(h.f.Slug, h.f.Notices...)
	h.queue.Register(job.Prefixed(notice.Slug, h.notices.Jobs()...)...)
	h.queue.Register(job.Prefixed(h.f.Slug, h.f.Jobs...)...)
	h.bus.Register(h.f.Slug, h.f.Listeners...)
	h.exec(`INSERT INTO notice_kind (corp_id, kind, policy, updated_by, updated_at) VALUES (?, 'churn.lost', 'off', '', 0), (?, 'churn.lost', 'off', '', 0)`, corpID, another)
	h.must(h.queue.Start(context.Background()))
	t.Cleanup(func() { h.must(h.queue.Stop(context.Background())) })
	server := web.New(web.Options{Guard: h, Auditor: h, Clock: h.clock, Log: log})
	server.Mount("churn", h.f.Routes...)
	listening := httptest.NewServer(server.Handler())
	t.Cleanup(listening.Close)
	h.url = listening.URL
	return h
}

// Identify lets the house's viewer in (web.Guard).
func (h *house) Identify(ctx context.Context, _ *http.Request) (context.Context, web.Subject, error) {
	return viewer.With(ctx, h.viewer), h.viewer, nil
}

// Record keeps the actions (web.Auditor).
func (h *house) Record(_ context.Context, e web.Entry) error {
	h.audited = append(h.audited, e.Action)
	return nil
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

// loss is one as a test wants it.
type loss struct {
	corp                           string // corpID when empty
	member, customer, name, remark string
	tags                           []string
	kept, ago                      time.Duration // added so long before it was lost, which is so long ago
	returned                       bool
	followedStill                  bool // by somebody else
	unknown                        bool
	state                          string // contact way state by which the customer came
	deleted, handed                bool   // by the member; by WeCom after a hand-over
}

// lose makes the pair in the mirror and tells of its end.
func (h *house) lose(l loss) {
	h.t.Helper()
	if l.corp == "" {
		l.corp = corpID
	}
	now := h.clock.Now()
	lostAt := now.Add(-l.ago)
	customer, follow := h.ids.New(), h.ids.New()
	follows := 0
	if l.followedStill {
		follows = 1
	}
	h.exec(`INSERT INTO mirror_customer (id, corp_id, customer, name, type, avatar, gender, unionid, company, title, follows,
			added_at, lost_at, updated_at, read_at) VALUES (?, ?, ?, ?, 1, '', 0, '', '', '', ?, 0, 0, 0, 1)`, customer, l.corp, l.customer, l.name, follows)
	h.exec(`INSERT INTO mirror_follow (id, corp_id, member_id, customer, customer_id, standing, remark, description, company, mobiles,
			add_way, operator, state, added_at, ended_at, told_at, read_at, found_at, sync_run, updated_at)
		VALUES (?, ?, ?, ?, ?, 3, ?, '', '', '[]', 1, '', ?, ?, ?, 0, 1, 0, 0, 0)`,
		follow, l.corp, l.member, l.customer, customer, l.remark, l.state, db.MS(lostAt.Add(-l.kept)), db.MS(lostAt))
	for _, t := range l.tags {
		h.exec(`INSERT INTO mirror_tag (corp_id, id, group_id, name, position, created_at) VALUES (?, ?, 'g', ?, 0, 0) ON CONFLICT DO NOTHING`, l.corp, t, t)
		h.exec(`INSERT INTO mirror_follow_tag (corp_id, follow_id, customer_id, tag_id, kind, added_at) VALUES (?, ?, ?, ?, 1, 0)`, l.corp, follow, customer, t)
	}
	h.must(h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		return h.index.Put(ctx, tx, search.Document{Corp: l.corp, Kind: "follow", Ref: follow, Text: []string{l.name, l.remark}})
	}))
	meta := event.Meta{Event: h.ids.New(), Corp: l.corp, At: lostAt}
	if l.deleted || l.handed {
		h.tell(event.CustomerDeleted{Meta: meta, Member: l.member, Customer: l.customer, ByTransfer: l.handed})
	} else {
		h.tell(event.CustomerLost{Meta: meta, Member: l.member, Customer: l.customer, Unknown: l.unknown})
	}
	if l.returned {
		h.tell(event.CustomerAdded{Meta: event.Meta{Event: h.ids.New(), Corp: l.corp, At: lostAt.Add(time.Minute)}, Member: l.member, Customer: l.customer, Again: true})
	}
}

// tell publishes news and waits until it was heard.
func (h *house) tell(news event.Event) {
	h.t.Helper()
	ctx := context.Background()
	h.must(h.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error { return h.bus.Publish(ctx, tx, news) }))
	h.must(h.queue.Settle(ctx))
}

func (h *house) call(method, path, body string) (int, string) {
	h.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, h.url+"/api/churn"+path, strings.NewReader(body))
	h.must(err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(r)
	h.must(err)
	defer func() { h.must(response.Body.Close()) }()
	raw, err := io.ReadAll(response.Body)
	h.must(err)
	return response.StatusCode, string(raw)
}

func (h *house) get(path string, into any) {
	h.t.Helper()
	status, body := h.call("GET", path, "")
	if status != http.StatusOK {
		h.t.Fatalf("GET %s: %d %s", path, status, body)
	}
	h.must(json.Unmarshal([]byte(body), into))
}

// listed gives "customer/member" of a filtered list, page by page, and checks its count.
func (h *house) listed(query string) []string {
	h.t.Helper()
	found := []string{}
	after := ""
	for range 50 {
		var page web.Page[churn.View]
		h.get("/losses?limit=2&after="+after+"&"+query, &page)
		for _, l := range page.Items {
			found = append(found, l.Customer+"/"+l.Member)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	var total web.Total
	h.get("/losses/count?"+query, &total)
	if !total.Exact || int(total.Count) != len(found) {
		h.t.Errorf("%s: counted %+v, listed %d", query, total, len(found))
	}
	if len(slices.Compact(slices.Sorted(slices.Values(found)))) != len(found) {
		h.t.Errorf("%s: rows come twice: %v", query, found)
	}
	return found
}
