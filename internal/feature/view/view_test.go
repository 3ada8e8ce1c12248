package view_test

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

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/view"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/live"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/saved"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const corpID = "ww0000000000000001"

// house is the feature with two lists of others.
type house struct {
	t      *testing.T
	db     *db.DB
	clock  *clock.Fake
	ids    *id.Source
	bus    *bus.Bus
	queue  *job.Queue
	url    string
	viewer viewer.Viewer // who calls
}

func each(t *testing.T, story func(t *testing.T, h *house)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			d := dbtest.Open(t, e, job.Migrations(), live.Migrations(), search.Migrations(e), mirror.Migrations(), saved.Migrations())
			h := &house{t: t, db: d, clock: clock.NewFake(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC))}
			h.ids = id.NewSource(h.clock, 1)
			log := slog.New(slog.DiscardHandler)
			f := view.New(feature.Deps{DB: d, Clock: h.clock, IDs: h.ids, Live: live.New(d, h.clock, h.ids, log), Lists: func() []feature.List {
				return []feature.List{{Key: "audit.list", Permission: "audit.read"}, {Key: "customer.list", Permission: "customer.read", Share: "customer.share"}}
			}})
			h.queue = job.New(d, h.clock, h.ids, log, job.Options{})
			h.bus = bus.New(h.queue)
			h.bus.Register(f.Slug, f.Listeners...)
			h.must(h.queue.Start(t.Context()))
			t.Cleanup(func() { h.must(h.queue.Stop(context.Background())) })
			server := web.New(web.Options{Guard: h, Clock: h.clock, Log: log})
			server.Mount(f.Slug, f.Routes...)
			listening := httptest.NewServer(server.Handler())
			t.Cleanup(listening.Close)
			h.url = listening.URL
			story(t, h)
		})
	}
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

func member(name string, permissions ...string) viewer.Viewer {
	return viewer.Viewer{Corp: corpID, Member: name, Name: "成员" + name, Permissions: permissions, Scope: viewer.Scope{Reach: viewer.Self}}
}

// call asks as somebody; into is filled when he gets an answer.
func (h *house) call(as viewer.Viewer, method, path string, body, into any) (int, string) {
	h.t.Helper()
	h.viewer = as
	raw, err := json.Marshal(body)
	h.must(err)
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.url+"/api/view"+path, strings.NewReader(string(raw)))
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

func (h *house) list(as viewer.Viewer, list string) view.List {
	h.t.Helper()
	var got view.List
	if status, answer := h.call(as, "GET", "/lists/"+list, nil, &got); status != 200 {
		h.t.Fatalf("%d %s", status, answer)
	}
	return got
}

func names(l view.List) []string {
	all := []string{}
	for _, x := range l.Items {
		all = append(all, x.Name)
	}
	slices.Sort(all)
	return all
}

func form(list, name, with string) map[string]any {
	return map[string]any{"list": list, "name": name, "share": saved.Share{With: with}, "content": `{"filters":{"q":"张"}}`}
}

func (h *house) save(as viewer.Viewer, body map[string]any) view.Saved {
	h.t.Helper()
	var made view.Saved
	if status, answer := h.call(as, "POST", "/views", body, &made); status != 200 {
		h.t.Fatalf("%d %s", status, answer)
	}
	return made
}

// TestViewsFollowTheirOwner: what somebody saved is there wherever he signs in, of the list
// of which he saved it; he changes it, opens the list with it, and deletes it.
func TestViewsFollowTheirOwner(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		zhang := member("zhang", "audit.read", "customer.read")
		made := h.save(zhang, form("audit.list", "我的", "nobody"))
		h.save(zhang, form("customer.list", "我的", "nobody"))
		if got := h.list(zhang, "audit.list"); len(got.Items) != 1 || got.Items[0].Content != `{"filters":{"q":"张"}}` || !got.Items[0].Mine || got.Items[0].Default || got.Shares {
			t.Errorf("%+v", got)
		}
		if status, answer := h.call(zhang, "PUT", "/default", map[string]any{"list": "audit.list", "view": made.ID}, nil); status != 204 {
			t.Errorf("%d %s", status, answer)
		}
		body := form("", "改过的", "nobody")
		delete(body, "list")
		body["content"], body["version"] = `{}`, made.Version
		if status, answer := h.call(zhang, "PUT", "/views/"+made.ID.String(), body, &made); status != 200 || made.Version != 2 || !made.Default || made.Content != `{}` {
			t.Errorf("%d %s", status, answer)
		}
		body["version"] = 1
		if status, _ := h.call(zhang, "PUT", "/views/"+made.ID.String(), body, nil); status != 409 {
			t.Errorf("an old version: %d", status)
		}
		if got := h.list(zhang, "customer.list"); !slices.Equal(names(got), []string{"我的"}) || got.Items[0].Default {
			t.Errorf("of the other list: %+v", got.Items)
		}
		if status, _ := h.call(zhang, "PUT", "/default", map[string]any{"list": "customer.list", "view": made.ID}, nil); status != 404 {
			t.Errorf("opens with a view of another list: %d", status)
		}
		for what, bad := range map[string]map[string]any{
			"content": {"list": "audit.list", "name": "x", "share": saved.Share{With: "nobody"}, "content": "[1]"},
			"name":    form("audit.list", " ", "nobody"),
			`name"`:   form("audit.list", "改过的", "nobody"),
			"share":   form("audit.list", "x", "some"),
		} {
			if status, answer := h.call(zhang, "POST", "/views", bad, nil); status != 422 || !strings.Contains(answer, what) {
				t.Errorf("%s: %d %s", what, status, answer)
			}
		}
		if status, _ := h.call(zhang, "PUT", "/default", map[string]any{"list": "audit.list"}, nil); status != 204 || h.list(zhang, "audit.list").Items[0].Default {
			t.Errorf("opens as it comes: %d", status)
		}
		if status, _ := h.call(zhang, "DELETE", "/views/"+made.ID.String(), nil, nil); status != 204 || len(h.list(zhang, "audit.list").Items) != 0 {
			t.Errorf("deleted: %d", status)
		}
	})
}

// TestWhoSeesViews: one's own are one's own; shared ones are for those who may see the list,
// and are changed by those who may share.
func TestWhoSeesViews(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		keeper := member("zhang", "audit.read", "view.share")
		own, shared := h.save(keeper, form("audit.list", "自己", "nobody")), h.save(keeper, form("audit.list", "大家", "everybody"))
		reader, stranger := member("li", "audit.read"), member("wang", "customer.read")
		elsewhere := member("zhang", "audit.read", "view.share")
		elsewhere.Corp = "ww0000000000000002"
		if got := h.list(reader, "audit.list"); !slices.Equal(names(got), []string{"大家"}) || got.Items[0].Mine || got.Items[0].Editable || got.Items[0].OwnerName != "成员zhang" {
			t.Errorf("a reader: %+v", got.Items)
		}
		if got := h.list(elsewhere, "audit.list"); len(got.Items) != 0 || !got.Shares {
			t.Errorf("another corp: %+v", got)
		}
		change := func(as viewer.Viewer, x view.Saved) int {
			status, _ := h.call(as, "PUT", "/views/"+x.ID.String(), map[string]any{"name": "改", "share": x.Share, "content": "{}", "version": x.Version}, nil)
			return status
		}
		remove := func(as viewer.Viewer, x view.Saved) int {
			status, _ := h.call(as, "DELETE", "/views/"+x.ID.String(), nil, nil)
			return status
		}
		opens := func(as viewer.Viewer, x view.Saved) int {
			status, _ := h.call(as, "PUT", "/default", map[string]any{"list": "audit.list", "view": x.ID}, nil)
			return status
		}
		sees := func(as viewer.Viewer, list string) int {
			status, _ := h.call(as, "GET", "/lists/"+list, nil, nil)
			return status
		}
		saves := func(as viewer.Viewer, body map[string]any) int {
			status, _ := h.call(as, "POST", "/views", body, nil)
			return status
		}
		lost := member("zhang") // who may not see the list any more
		for _, x := range []struct {
			what      string
			got, want int
		}{
			{"another's own, changed", change(reader, own), 404},
			{"another's own, deleted", remove(reader, own), 404},
			{"another's own, opened with", opens(reader, own), 404},
			{"a shared one, changed", change(reader, shared), 403},
			{"a shared one, deleted", remove(reader, shared), 403},
			{"a shared one, opened with", opens(reader, shared), 204},
			{"shared without the right", saves(reader, form("audit.list", "我的", "everybody")), 403},
			{"shared with the right to share another list", saves(member("li", "audit.read", "customer.share"), form("audit.list", "我的", "everybody")), 403},
			{"a list that he may not see", sees(stranger, "audit.list"), 404},
			{"a list that there is not", sees(keeper, "none.list"), 404},
			{"saved of such", saves(stranger, form("audit.list", "我的", "nobody")), 404},
			{"a shared one of such, changed", change(stranger, shared), 404},
			{"a shared one of such, deleted", remove(stranger, shared), 404},
			{"one's own of such, changed", change(lost, own), 404},
			{"one's own of such, deleted", remove(lost, own), 404},
			{"another corp's, changed", change(elsewhere, shared), 404},
			{"another corp's, deleted", remove(elsewhere, own), 404},
			{"another corp's, opened with", opens(elsewhere, shared), 404},
			{"one that there is not", remove(keeper, view.Saved{Head: saved.Head{ID: 12345}}), 404},
			{"a shared one, deleted by who may share", remove(member("wang", "audit.read", "view.share"), shared), 204},
		} {
			if x.got != x.want {
				t.Errorf("%s: %d, want %d", x.what, x.got, x.want)
			}
		}
		if got := h.list(keeper, "audit.list"); !slices.Equal(names(got), []string{"自己"}) || got.Items[0].Content != `{"filters":{"q":"张"}}` {
			t.Errorf("left: %+v", got.Items)
		}
	})
}

// TestViewsFollowTheUserid: whom WeCom gives another userid keeps what he saved and chose.
func TestViewsFollowTheUserid(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		was, is := member("WangRandom", "audit.read"), member("wang", "audit.read")
		made := h.save(was, form("audit.list", "我的", "nobody"))
		if status, answer := h.call(was, "PUT", "/default", map[string]any{"list": "audit.list", "view": made.ID}, nil); status != 204 {
			t.Fatalf("%d %s", status, answer)
		}
		for range 2 { // news may come twice
			h.must(h.db.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
				return h.bus.Publish(ctx, tx, event.MemberChanged{Meta: event.Meta{Event: h.ids.New(), Corp: corpID, At: h.clock.Now()}, Member: "wang", WasMember: "WangRandom"})
			}))
			h.must(h.queue.Settle(t.Context()))
		}
		if got := h.list(is, "audit.list"); len(got.Items) != 1 || !got.Items[0].Mine || !got.Items[0].Default {
			t.Errorf("lost with the userid: %+v", got.Items)
		}
		if got := h.list(was, "audit.list"); len(got.Items) != 0 {
			t.Errorf("the old userid keeps %+v", got.Items)
		}
	})
}
