package apptest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
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
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// RoomCorp is the corp of a room.
const RoomCorp = "ww0000000000000001"

// Room is one feature over a mirror that the test fills by hand: a database, a queue and the
// feature's routes, without simulator, sessions and neighbours. It opens in a fraction of a
// House's time.
type Room struct {
	T     *testing.T
	DB    *db.DB
	Clock *clock.Fake
	IDs   *id.Source
	Index *search.Index
	Queue *job.Queue
	Bus   *bus.Bus
	Live  *live.Live
	Corps *corp.Registry
	Asks  *ask.Asks
	Log   *slog.Logger
	// Feature is what the room is for, once it is opened.
	Feature feature.Feature
	// Viewer is who calls.
	Viewer viewer.Viewer
	// Audited are the calls that the audit log was told of.
	Audited []web.Entry
	URL     string // of the server
	// Acts holds what the feature put on record without a request.
	Acts Ledger
}

// RoomOptions change a room; the zero value is a room at Start whose WeCom is out of reach.
type RoomOptions struct {
	Start     time.Time
	Transport http.RoundTripper // the line to WeCom
	Tables    []db.Migrations   // beside those of platform and mirror
}

// EachRoom runs story in an empty room on every engine.
func EachRoom(t *testing.T, o RoomOptions, story func(t *testing.T, r *Room)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) { story(t, openRoom(t, e, o)) })
	}
}

func openRoom(t *testing.T, e db.Engine, o RoomOptions) *Room {
	t.Helper()
	if o.Start.IsZero() {
		o.Start = Start()
	}
	tables := []db.Migrations{job.Migrations(), live.Migrations(), search.Migrations(e), corp.Migrations(), mirror.Migrations()}
	r := &Room{
		T: t, DB: dbtest.Open(t, e, append(tables, o.Tables...)...), Clock: clock.NewFake(o.Start), Asks: &ask.Asks{}, Log: slog.New(slog.DiscardHandler),
	}
	r.IDs = id.NewSource(r.Clock, 1)
	box, err := secret.Load(filepath.Join(t.TempDir(), "keys"), true)
	r.Must(err)
	r.Corps = corp.New(corp.Deps{DB: r.DB, Secrets: box, Clock: r.Clock, IDs: r.IDs, Transport: o.Transport, BaseURL: "https://qyapi.test"})
	t.Cleanup(func() { r.Must(r.Corps.Close(context.Background())) })
	r.Must(r.Corps.Save(t.Context(), corp.Corp{ID: RoomCorp, Name: "一号企业", TimeZone: "Asia/Shanghai", Status: corp.Active},
		corp.App{Purpose: corp.MainApp, AgentID: 1, Name: "SCRM", Secret: secret.NewText("s"), Token: secret.NewText("token"), Key: secret.NewText(strings.Repeat("k", 43))}))
	r.Queue = job.New(r.DB, r.Clock, r.IDs, r.Log, job.Options{})
	r.Bus = bus.New(r.Queue)
	r.Index = search.New(r.DB)
	r.Live = live.New(r.DB, r.Clock, r.IDs, r.Log)
	return r
}

// Deps are what every feature is handed.
func (r *Room) Deps() feature.Deps {
	return feature.Deps{
		DB: r.DB, Queue: r.Queue, Live: r.Live, Search: r.Index, Corps: r.Corps, Asks: r.Asks, Clock: r.Clock, IDs: r.IDs, Log: r.Log,
		Acted: web.New(web.Options{Auditor: &r.Acts, Clock: r.Clock, Log: r.Log}).Acted,
	}
}

// Mirror makes the room's mirror; its jobs do not run.
func (r *Room) Mirror() *mirror.Mirror {
	return mirror.New(mirror.Deps{
		DB: r.DB, Jobs: job.Scoped(r.Queue, mirror.Slug), Bus: r.Bus, Corps: r.Corps, Clock: r.Clock, IDs: r.IDs, Search: r.Index, Live: r.Live, Log: r.Log,
	})
}

// Open puts a feature into the room: its routes, jobs and listeners.
func (r *Room) Open(f feature.Feature) {
	r.Feature = f
	r.Queue.Register(job.Prefixed(f.Slug, f.Jobs...)...)
	r.Bus.Register(f.Slug, f.Listeners...)
	server := web.New(web.Options{Guard: r, Auditor: r, Clock: r.Clock, Log: r.Log})
	server.Mount(f.Slug, f.Routes...)
	listening := httptest.NewServer(server.Handler())
	r.T.Cleanup(listening.Close)
	r.URL = listening.URL
}

// Work starts the queue for the rest of the test.
func (r *Room) Work() {
	r.T.Helper()
	r.Must(r.Queue.Start(context.Background()))
	r.T.Cleanup(func() { r.Must(r.Queue.Stop(context.Background())) })
}

// Identify lets the room's viewer in (web.Guard).
func (r *Room) Identify(ctx context.Context, _ *http.Request) (context.Context, web.Subject, error) {
	return viewer.With(ctx, r.Viewer), r.Viewer, nil
}

// Record keeps what is audited (web.Auditor).
func (r *Room) Record(_ context.Context, e web.Entry) error {
	r.Audited = append(r.Audited, e)
	return nil
}

// Actions are the actions that the audit log was told of.
func (r *Room) Actions() []string {
	var actions []string
	for _, e := range r.Audited {
		actions = append(actions, e.Action)
	}
	return actions
}

// Must fails the test on an error.
func (r *Room) Must(err error) {
	r.T.Helper()
	if err != nil {
		r.T.Fatal(err)
	}
}

// Tx runs a transaction that must succeed.
func (r *Room) Tx(fn func(ctx context.Context, tx db.Tx) error) {
	r.T.Helper()
	r.Must(r.DB.Tx(context.Background(), fn))
}

// Exec runs one statement.
func (r *Room) Exec(text string, args ...any) {
	r.T.Helper()
	r.Tx(func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(text, args...).Exec(ctx)
		return err
	})
}

// Findable puts texts into the index of what people search for.
func (r *Room) Findable(corp, kind string, ref id.ID, texts ...string) {
	r.T.Helper()
	r.Tx(func(ctx context.Context, tx db.Tx) error {
		return r.Index.Put(ctx, tx, search.Document{Corp: corp, Kind: kind, Ref: ref, Text: texts})
	})
}

// Call asks the feature: the path is below its own. A body that is text is sent as it is,
// any other as JSON, nil and "" not at all.
func (r *Room) Call(method, path string, body any) (int, string) {
	r.T.Helper()
	var sent []byte
	switch b := body.(type) {
	case nil:
	case string:
		sent = []byte(b)
	default:
		var err error
		sent, err = json.Marshal(b)
		r.Must(err)
	}
	kind := ""
	if len(sent) > 0 {
		kind = "application/json"
	}
	return r.Send(method, path, kind, sent)
}

// Send is Call with a body of any kind.
func (r *Room) Send(method, path, kind string, body []byte) (int, string) {
	r.T.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, r.URL+"/api/"+r.Feature.Slug+path, bytes.NewReader(body))
	r.Must(err)
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	response, err := http.DefaultClient.Do(request)
	r.Must(err)
	defer func() { r.Must(response.Body.Close()) }()
	raw, err := io.ReadAll(response.Body)
	r.Must(err)
	return response.StatusCode, string(raw)
}

// Get reads a page or an object, which must be there.
func (r *Room) Get(path string, into any) {
	r.T.Helper()
	status, body := r.Call(http.MethodGet, path, nil)
	if status != http.StatusOK {
		r.T.Fatalf("GET %s: %d %s", path, status, body)
	}
	r.Must(json.Unmarshal([]byte(body), into))
}
