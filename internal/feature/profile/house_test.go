package profile_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/profile"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
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

// house is the profile feature over a mirror that the test fills by hand.
type house struct {
	t       *testing.T
	db      *db.DB
	clock   *clock.Fake
	ids     *id.Source
	blob    blob.Store
	stuck   bool // the file store removes nothing
	queue   *job.Queue
	index   *search.Index
	asks    *ask.Asks
	f       feature.Feature
	url     string
	viewer  viewer.Viewer  // who calls
	later   *viewer.Viewer // as whom jobs find him; nil for the same
	changes []web.Change   // what the audit log was told
	picked  []ask.Pair     // what a selection means
	slow    bool           // counting it takes too long
}

func each(t *testing.T, story func(t *testing.T, h *house)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			story(t, open(t, dbtest.Open(t, e, job.Migrations(), live.Migrations(), search.Migrations(e), corp.Migrations(), mirror.Migrations(),
				db.Migrations{Set: "profile", FS: profile.New(feature.Deps{Queue: job.New(nil, nil, nil, nil, job.Options{})}).Migrations})))
		})
	}
}

func sees(reach viewer.Reach, member string, of ...string) viewer.Viewer {
	return viewer.Viewer{Corp: corpID, Account: 1, Name: "某人", Member: member, Permissions: []string{"profile.*"}, Scope: viewer.Scope{Reach: reach, Members: of}}
}

// clerk is a member with his own customers who may only read and fill in.
func clerk(member string, roles ...string) viewer.Viewer {
	v := sees(viewer.Self, member)
	v.Name, v.Roles, v.Permissions = "店员"+member, roles, []string{"profile.read", "profile.write"}
	return v
}

func open(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, db: d, viewer: sees(viewer.All, ""), asks: &ask.Asks{}, clock: clock.NewFake(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC))}
	h.ids = id.NewSource(h.clock, 1)
	log := slog.New(slog.DiscardHandler)
	box, err := secret.Load(t.TempDir()+"/keys", true)
	h.must(err)
	corps := corp.New(corp.Deps{DB: d, Secrets: box, Clock: h.clock, IDs: h.ids, BaseURL: "https://qyapi.test"})
	t.Cleanup(func() { h.must(corps.Close(context.Background())) })
	h.must(corps.Save(context.Background(), corp.Corp{ID: corpID, Name: "一号企业", TimeZone: "Asia/Shanghai", Status: corp.Active},
		corp.App{Purpose: corp.MainApp, AgentID: 1, Name: "SCRM", Secret: secret.NewText("s"), Token: secret.NewText("token"), Key: secret.NewText(strings.Repeat("k", 43))}))
	disk, err := blob.OpenDisk(t.TempDir(), h.clock)
	h.must(err)
	t.Cleanup(func() { h.must(disk.Close()) })
	h.blob = disk
	h.queue = job.New(d, h.clock, h.ids, log, job.Options{})
	h.index = search.New(d)
	h.f = profile.New(feature.Deps{
		DB: d, Queue: h.queue, Live: live.New(d, h.clock, h.ids, log), Corps: corps, Asks: h.asks, Rights: h, Clock: h.clock, IDs: h.ids, Blob: stubborn{disk, h}, Search: h.index, Log: log,
	})
	h.asks.Register(h.f.Slug, h.f.Answers)
	h.asks.Register("house", ask.Answers{Select: h.pick, Size: h.size})
	h.queue.Register(job.Prefixed(h.f.Slug, h.f.Jobs...)...)
	h.must(h.queue.Start(context.Background()))
	t.Cleanup(func() { h.must(h.queue.Stop(context.Background())) })
	server := web.New(web.Options{Guard: h, Auditor: h, Clock: h.clock, Log: log})
	server.Mount("profile", h.f.Routes...)
	listening := httptest.NewServer(server.Handler())
	t.Cleanup(listening.Close)
	h.url = listening.URL
	return h
}

// Identify lets the house's viewer in (web.Guard).
func (h *house) Identify(ctx context.Context, _ *http.Request) (context.Context, web.Subject, error) {
	return viewer.With(ctx, h.viewer), h.viewer, nil
}

// Resolve knows everybody as the house's viewer, or as whom the test says that he is by the
// time a job asks (viewer.Resolver).
func (h *house) Resolve(context.Context, viewer.Who) (viewer.Viewer, error) {
	if h.later != nil {
		return *h.later, nil
	}
	return h.viewer, nil
}

// Record keeps the changes (web.Auditor).
func (h *house) Record(_ context.Context, e web.Entry) error {
	h.changes = append(h.changes, e.Changes...)
	return nil
}

// pick answers selections with what the test picked, as feature customer does: those in
// scope, in pages (ask.Select).
func (h *house) pick(_ context.Context, q ask.SelectQuery) (ask.Selected, error) {
	var got ask.Selected
	for _, p := range h.picked {
		if p.Follow.String() <= q.After || !q.Viewer.Sees(p.Member) {
			continue
		}
		if len(got.Items) == q.Limit {
			got.Next = got.Items[q.Limit-1].Follow.String()
			break
		}
		got.Items = append(got.Items, p)
	}
	return got, nil
}

func (h *house) size(context.Context, ask.SelectQuery) (ask.Count, error) {
	if h.slow {
		return ask.Count{Capped: true}, nil
	}
	return ask.Count{Customers: int64(len(h.picked)), Follows: int64(len(h.picked))}, nil
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

// who is a customer as a test wants him.
type who struct {
	corp, member, customer, name, union, remark, mobile string
}

// meet makes a customer with a follow and gives his id and the follow's.
func (h *house) meet(w who) (customer, follow id.ID) {
	h.t.Helper()
	if w.corp == "" {
		w.corp = corpID
	}
	mobiles := "[]"
	if w.mobile != "" {
		mobiles = `["` + w.mobile + `"]`
	}
	customer, follow = h.ids.New(), h.ids.New()
	now := db.MS(h.clock.Now())
	h.exec(`INSERT INTO mirror_customer (id, corp_id, customer, name, type, avatar, gender, unionid, company, title, follows,
			added_at, lost_at, updated_at, read_at) VALUES (?, ?, ?, ?, 1, '', 0, ?, '', '', 1, ?, 0, 0, 1)`, customer, w.corp, w.customer, w.name, w.union, now)
	h.exec(`INSERT INTO mirror_follow (id, corp_id, member_id, customer, customer_id, standing, remark, description, company, mobiles,
			add_way, operator, state, added_at, ended_at, told_at, read_at, found_at, sync_run, updated_at)
		VALUES (?, ?, ?, ?, ?, 1, ?, '', '', ?, 1, '', '', ?, 0, 0, 1, 0, 0, 0)`, follow, w.corp, w.member, w.customer, customer, w.remark, mobiles, now)
	h.must(h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		return h.index.Put(ctx, tx, search.Document{Corp: w.corp, Kind: "follow", Ref: follow, Text: []string{w.name, w.remark, w.mobile}})
	}))
	if w.corp == corpID {
		h.picked = append(h.picked, ask.Pair{Follow: follow, CustomerID: customer, Customer: w.customer, Member: w.member})
	}
	return customer, follow
}

func (h *house) call(method, path string, body any) (int, string) {
	h.t.Helper()
	var sent bytes.Buffer
	kind := ""
	switch b := body.(type) {
	case nil:
	case upload:
		form := multipart.NewWriter(&sent)
		part, err := form.CreateFormFile("file", b.name)
		h.must(err)
		_, err = part.Write(b.raw)
		h.must(err)
		h.must(form.Close())
		kind = form.FormDataContentType()
	default:
		h.must(json.NewEncoder(&sent).Encode(body))
		kind = "application/json"
	}
	r, err := http.NewRequestWithContext(context.Background(), method, h.url+"/api/profile"+path, &sent)
	h.must(err)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	response, err := http.DefaultClient.Do(r)
	h.must(err)
	defer func() { h.must(response.Body.Close()) }()
	raw, err := io.ReadAll(response.Body)
	h.must(err)
	return response.StatusCode, string(raw)
}

// stubborn is the file store, which removes nothing while the house is stuck.
type stubborn struct {
	blob.Store
	h *house
}

func (s stubborn) Delete(ctx context.Context, key string) error {
	if s.h.stuck {
		return errors.New("the file store is away")
	}
	return s.Store.Delete(ctx, key)
}

// files counts what the file store holds.
func (h *house) files() (n int) {
	h.t.Helper()
	for _, err := range h.blob.List(context.Background(), "profile/") {
		h.must(err)
		n++
	}
	return n
}

// sweep is the night's cleaning.
func (h *house) sweep() {
	h.t.Helper()
	h.must(h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := job.Scoped(h.queue, "profile").Insert(ctx, tx, job.Insert{Kind: "sweep", Args: struct{}{}})
		return err
	}))
	h.must(h.queue.Settle(h.t.Context()))
}

// upload is a body that is a file.
type upload struct {
	name string
	raw  []byte
}

// do calls and wants success.
func (h *house) do(method, path string, body, into any) {
	h.t.Helper()
	status, answer := h.call(method, path, body)
	if status >= 300 {
		h.t.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	if into != nil {
		h.must(json.Unmarshal([]byte(answer), into))
	}
}

// refused calls and wants a refusal that says something.
func (h *house) refused(method, path string, body any, status int, says string) {
	h.t.Helper()
	if got, answer := h.call(method, path, body); got != status || !strings.Contains(answer, says) {
		h.t.Errorf("%s %s: %d %s, want %d with %q", method, path, got, answer, status, says)
	}
}

// field makes a field.
func (h *house) field(f profile.Form) profile.Field {
	h.t.Helper()
	was := h.viewer
	h.viewer = sees(viewer.All, "")
	defer func() { h.viewer = was }()
	var made profile.Field
	h.do("POST", "/fields", f, &made)
	return made
}

// fill gives a customer's fields values.
func (h *house) fill(customer id.ID, values ...profile.Value) profile.Profile {
	h.t.Helper()
	var p profile.Profile
	h.do("PUT", "/customers/"+customer.String()+"/values", map[string]any{"values": values}, &p)
	return p
}

func value(f profile.Field, values ...string) profile.Value {
	return profile.Value{Field: f.ID, Values: append([]string{}, values...)}
}

// of gives the values of a field as the viewer sees them, "-" when he does not see the field.
func (h *house) of(customer id.ID, f profile.Field) string {
	h.t.Helper()
	var p profile.Profile
	h.do("GET", "/customers/"+customer.String(), nil, &p)
	for _, x := range p.Fields {
		if x.ID == f.ID {
			return strings.Join(x.Values, "|")
		}
	}
	return "-"
}

// story gives the texts of a customer's history, the newest first.
func (h *house) story(external string) []string {
	h.t.Helper()
	entries, err := h.asks.Timeline(context.Background(), ask.TimelineQuery{Viewer: h.viewer, Customer: external, Limit: 50})
	h.must(err)
	var lines []string
	for _, e := range entries {
		lines = append(lines, strings.TrimSpace(strings.TrimPrefix(e.Kind, "profile.")+" "+e.Values["text"]+e.Values["reason"]))
	}
	return lines
}

// matching gives the external_userids of the follows of which a condition holds.
func (h *house) matching(key string, op ask.Op, values ...string) string {
	h.t.Helper()
	ctx := context.Background()
	fields, err := h.asks.Fields(ctx, h.viewer)
	h.must(err)
	for _, f := range fields {
		if f.Key != key {
			continue
		}
		zone, err := time.LoadLocation("Asia/Shanghai")
		h.must(err)
		c, err := f.Where(ctx, ask.Test{Viewer: h.viewer, Read: h.db.Read(), Op: op, Values: values, Zone: zone, Now: h.clock.Now(), Follow: "f"})
		h.must(err)
		var found []string
		h.must(h.db.Read().NewSelect().ColumnExpr("f.customer").TableExpr("mirror_follow AS f").
			Where("f.corp_id = ?", corpID).Where(c.SQL, c.Args...).OrderExpr("f.customer").Scan(ctx, &found))
		return strings.Join(found, " ")
	}
	h.t.Fatalf("no field %s among %d", key, len(fields))
	return ""
}
