package profile_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"mime/multipart"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/profile"
	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const (
	corpID  = apptest.RoomCorp
	another = "ww0000000000000002"
	day     = 24 * time.Hour
)

// house is the profile feature over a mirror that the test fills by hand.
type house struct {
	*apptest.Room
	blob   blob.Store
	stuck  bool           // the file store removes nothing
	later  *viewer.Viewer // as whom jobs find him; nil for the same
	picked []ask.Pair     // what a selection means
	slow   bool           // counting it takes too long
	known  func()         // what happens while a job asks as whom it acts, once
	turned func()         // what happens while the second page of a selection is read, once
}

func each(t *testing.T, story func(t *testing.T, h *house)) {
	t.Helper()
	tables := []db.Migrations{{Set: "profile", FS: profile.New(feature.Deps{Queue: job.New(nil, nil, nil, nil, job.Options{})}).Migrations}}
	apptest.EachRoom(t, apptest.RoomOptions{Tables: tables}, func(t *testing.T, r *apptest.Room) { story(t, open(r)) })
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

func open(r *apptest.Room) *house {
	h := &house{Room: r}
	h.Viewer = sees(viewer.All, "")
	disk, err := blob.OpenDisk(h.T.TempDir(), h.Clock)
	h.Must(err)
	h.T.Cleanup(func() { h.Must(disk.Close()) })
	h.blob = disk
	deps := h.Deps()
	deps.Rights, deps.Blob, deps.Mirror = h, stubborn{disk, h}, h.Mirror()
	h.Open(profile.New(deps))
	h.Asks.Register(h.Feature.Slug, h.Feature.Answers)
	h.Asks.Register("house", ask.Answers{Select: h.pick, Size: h.size})
	h.Work()
	return h
}

// Resolve knows everybody as the house's viewer, or as whom the test says that he is by the
// time a job asks (viewer.Resolver).
func (h *house) Resolve(context.Context, viewer.Who) (viewer.Viewer, error) {
	if known := h.known; known != nil {
		h.known = nil
		known()
	}
	if h.later != nil {
		return *h.later, nil
	}
	return h.Viewer, nil
}

// pick answers selections with what the test picked, as feature customer does: those in
// scope, in pages (ask.Select).
func (h *house) pick(_ context.Context, q ask.SelectQuery) (ask.Selected, error) {
	var got ask.Selected
	if turned := h.turned; turned != nil && q.After != "" {
		h.turned = nil
		turned()
	}
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

// who is a customer as a test wants him.
type who struct {
	corp, member, customer, name, union, remark, mobile string
}

// meet makes a customer with a follow and gives his id and the follow's.
func (h *house) meet(w who) (customer, follow id.ID) {
	h.T.Helper()
	if w.corp == "" {
		w.corp = corpID
	}
	mobiles := "[]"
	if w.mobile != "" {
		mobiles = `["` + w.mobile + `"]`
	}
	customer, follow = h.IDs.New(), h.IDs.New()
	now := db.MS(h.Clock.Now())
	h.Exec(`INSERT INTO mirror_customer (id, corp_id, customer, name, type, avatar, gender, unionid, company, title, follows,
			added_at, lost_at, updated_at, read_at) VALUES (?, ?, ?, ?, 1, '', 0, ?, '', '', 1, ?, 0, 0, 1)`, customer, w.corp, w.customer, w.name, w.union, now)
	h.Exec(`INSERT INTO mirror_follow (id, corp_id, member_id, customer, customer_id, standing, remark, description, company, mobiles,
			add_way, operator, state, added_at, ended_at, told_at, read_at, found_at, sync_run, updated_at)
		VALUES (?, ?, ?, ?, ?, 1, ?, '', '', ?, 1, '', '', ?, 0, 0, 1, 0, 0, 0)`, follow, w.corp, w.member, w.customer, customer, w.remark, mobiles, now)
	h.Findable(w.corp, "follow", follow, w.name, w.remark, w.mobile)
	if w.corp == corpID {
		h.picked = append(h.picked, ask.Pair{Follow: follow, CustomerID: customer, Customer: w.customer, Member: w.member})
	}
	return customer, follow
}

func (h *house) call(method, path string, body any) (int, string) {
	h.T.Helper()
	b, is := body.(upload)
	if !is {
		return h.Call(method, path, body)
	}
	var sent bytes.Buffer
	form := multipart.NewWriter(&sent)
	part, err := form.CreateFormFile("file", b.name)
	h.Must(err)
	_, err = part.Write(b.raw)
	h.Must(err)
	h.Must(form.Close())
	return h.Send(method, path, form.FormDataContentType(), sent.Bytes())
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
	h.T.Helper()
	for _, err := range h.blob.List(context.Background(), "profile/") {
		h.Must(err)
		n++
	}
	return n
}

// sweep is the night's cleaning.
func (h *house) sweep() {
	h.T.Helper()
	h.Must(h.DB.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := job.Scoped(h.Queue, "profile").Insert(ctx, tx, job.Insert{Kind: "sweep", Args: struct{}{}})
		return err
	}))
	h.Must(h.Queue.Settle(h.T.Context()))
}

// upload is a body that is a file.
type upload struct {
	name string
	raw  []byte
}

// do calls and wants success.
func (h *house) do(method, path string, body, into any) {
	h.T.Helper()
	status, answer := h.call(method, path, body)
	if status >= 300 {
		h.T.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	if into != nil {
		h.Must(json.Unmarshal([]byte(answer), into))
	}
}

// refused calls and wants a refusal that says something.
func (h *house) refused(method, path string, body any, status int, says string) {
	h.T.Helper()
	if got, answer := h.call(method, path, body); got != status || !strings.Contains(answer, says) {
		h.T.Errorf("%s %s: %d %s, want %d with %q", method, path, got, answer, status, says)
	}
}

// field makes a field.
func (h *house) field(f profile.Form) profile.Field {
	h.T.Helper()
	was := h.Viewer
	h.Viewer = sees(viewer.All, "")
	defer func() { h.Viewer = was }()
	var made profile.Field
	h.do("POST", "/fields", f, &made)
	return made
}

// fill gives a customer's fields values.
func (h *house) fill(customer id.ID, values ...profile.Value) profile.Profile {
	h.T.Helper()
	var p profile.Profile
	h.do("PUT", "/customers/"+customer.String()+"/values", map[string]any{"values": values}, &p)
	return p
}

func value(f profile.Field, values ...string) profile.Value {
	return profile.Value{Field: f.ID, Values: append([]string{}, values...)}
}

// of gives the values of a field as the viewer sees them, "-" when he does not see the field.
func (h *house) of(customer id.ID, f profile.Field) string {
	h.T.Helper()
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
	h.T.Helper()
	entries, err := h.Asks.Timeline(context.Background(), ask.TimelineQuery{Viewer: h.Viewer, Customer: external, Limit: 50})
	h.Must(err)
	var lines []string
	for _, e := range entries {
		lines = append(lines, strings.TrimSpace(strings.TrimPrefix(e.Kind, "profile.")+" "+e.Values["text"]+e.Values["reason"]))
	}
	return lines
}

// matching gives the external_userids of the follows of which a condition holds.
func (h *house) matching(key string, op ask.Op, values ...string) string {
	h.T.Helper()
	ctx := context.Background()
	fields, err := h.Asks.Fields(ctx, h.Viewer)
	h.Must(err)
	for _, f := range fields {
		if f.Key != key {
			continue
		}
		zone, err := time.LoadLocation("Asia/Shanghai")
		h.Must(err)
		c, err := f.Where(ctx, ask.Test{Viewer: h.Viewer, Read: h.DB.Read(), Op: op, Values: values, Zone: zone, Now: h.Clock.Now(), Follow: "f"})
		h.Must(err)
		var found []string
		h.Must(h.DB.Read().NewSelect().ColumnExpr("f.customer").TableExpr("mirror_follow AS f").
			Where("f.corp_id = ?", corpID).Where(c.SQL, c.Args...).OrderExpr("f.customer").Scan(ctx, &found))
		return strings.Join(found, " ")
	}
	h.T.Fatalf("no field %s among %d", key, len(fields))
	return ""
}

// why says codes with their values, as they are kept.
func why(reasons []web.Because) string {
	kept := make([]string, len(reasons))
	for n, r := range reasons {
		kept[n] = r.Kept()
	}
	return strings.Join(kept, ";")
}
