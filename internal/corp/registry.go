package corp

import (
	"context"
	"embed"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/wecom"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations are the tables of this package.
func Migrations() db.Migrations {
	return db.Migrations{Set: "corp", FS: db.Folder(migrationFiles, "migrations")}
}

// changed is the note that a corp or an app was saved.
const changed = "corp"

// fresh bounds how long a node that missed the note works on with old values.
const fresh = 30 * time.Second

// Deps are what a Registry works with. DB, Secrets, Clock and IDs are required.
type Deps struct {
	DB      *db.DB
	Secrets *secret.Box
	Clock   clock.Clock
	IDs     *id.Source
	// Transport carries the calls: the program's one way out. Nil for none: every call fails.
	Transport http.RoundTripper
	// BaseURL, OpenURL and LoginURL are WeCom's three addresses; empty means the real ones.
	BaseURL, OpenURL, LoginURL string
	// Nodes is how many processes call for the same corps and share WeCom's limits; 0 means 1.
	Nodes int
	// Changed, when set, is called in the transaction in which failed calls of a corp are
	// recorded, for telling open pages.
	Changed func(ctx context.Context, tx db.Tx, corp string) error
	// Observe, when set, hears of every exchange with WeCom, for metrics.
	Observe func(wecom.CallInfo)
	Log     *slog.Logger
}

// Registry knows the corps and gives their clients. Safe for concurrent use.
type Registry struct {
	db       *db.DB
	secrets  *secret.Box
	clock    clock.Clock
	ids      *id.Source
	log      *slog.Logger
	observe  func(wecom.CallInfo)
	recorded func(ctx context.Context, tx db.Tx, corp string) error
	options  wecom.Options // what all clients have in common
	calls    callLog
	stop     context.CancelFunc

	mu      sync.Mutex
	known   *known
	version int64 // counts forget, so that a reading that began before it is not kept
	clients map[clientKey]keptClient
	heardAt map[heardKey]time.Time
}

// known is one reading of the tables.
type known struct {
	at     time.Time
	corps  []Corp
	byID   map[string]Corp
	byPath map[string]App
	apps   map[clientKey]App
}

type clientKey struct {
	corp    string
	purpose Purpose
}

type keptClient struct {
	app    id.ID
	since  int64 // App.UpdatedAt it was made for
	client *wecom.Client
}

// nowhere stands where no way out was given: a default of the library's would be a second
// one, which nobody watches.
type nowhere struct{}

var errNowhere = errors.New("corp: no way out was given")

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) { return nil, errNowhere }

// New makes a registry. Close it to write what is left of the call log.
func New(d Deps) *Registry {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Transport == nil {
		d.Transport = nowhere{}
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &Registry{
		db: d.DB, secrets: d.Secrets, clock: d.Clock, ids: d.IDs, log: d.Log, observe: d.Observe, recorded: d.Changed,
		stop: stop, clients: map[clientKey]keptClient{}, heardAt: map[heardKey]time.Time{},
	}
	r.options = wecom.Options{
		BaseURL: d.BaseURL, AuthorizeBaseURL: d.OpenURL, LoginBaseURL: d.LoginURL,
		HTTPClient: &http.Client{Transport: outside{d.Transport}, Timeout: callTimeout},
		Tokens:     newTokenStore(d.DB, d.Secrets, d.Clock),
		Pacer:      wecom.NewPacer(wecom.PacerOptions{Nodes: d.Nodes}),
		Clock:      sdkClock{d.Clock},
		Observe:    r.heard,
	}
	r.calls.registry = r
	d.DB.Listen(ctx, changed, func(string) { r.forget() })
	return r
}

// Close ends the listener and writes the failed calls that are still in memory.
func (r *Registry) Close(ctx context.Context) error {
	r.stop()
	return r.calls.close(ctx)
}

// callTimeout bounds one exchange with WeCom; uploads of 20 MB fit in.
const callTimeout = 30 * time.Second

// outside refuses calls inside a transaction: they would hold locks for as long as
// WeCom likes.
type outside struct{ next http.RoundTripper }

func (o outside) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := db.OutsideTx(r.Context()); err != nil {
		return nil, err
	}
	return o.next.RoundTrip(r)
}

// sdkClock is our clock in the SDK's shape.
type sdkClock struct{ clock.Clock }

func (c sdkClock) Sleep(ctx context.Context, d time.Duration) error {
	return clock.Sleep(ctx, c.Clock, d)
}

func (r *Registry) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known = nil
	r.version++
}

// read gives the tables' content, from memory as long as nobody said that it changed.
func (r *Registry) read(ctx context.Context) (*known, error) {
	r.mu.Lock()
	k, version := r.known, r.version
	r.mu.Unlock()
	now := r.clock.Now()
	if k != nil && now.Sub(k.at).Abs() < fresh {
		return k, nil
	}
	k, err := r.load(ctx)
	if err != nil {
		return nil, err
	}
	k.at = now
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.version == version {
		r.known = k
	}
	return k, nil
}

func (r *Registry) load(ctx context.Context) (*known, error) {
	k := &known{byID: map[string]Corp{}, byPath: map[string]App{}, apps: map[clientKey]App{}}
	q := r.db.Read()
	if err := q.NewRaw(`SELECT id, name, time_zone, status, created_at, calls_per_minute, file_quota FROM corp_corp ORDER BY created_at, id`).Scan(ctx, &k.corps); err != nil {
		return nil, err
	}
	var rows []appRow
	if err := q.NewRaw(`SELECT `+appColumns+` FROM corp_app`).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	for _, c := range k.corps {
		k.byID[c.ID] = c
	}
	for _, row := range rows {
		a, err := r.open(ctx, row)
		if err != nil {
			// One damaged app must not take the others with it.
			r.log.Error("the secrets of an app cannot be opened", "corp", row.Corp, "purpose", row.Purpose, "error", err)
			continue
		}
		k.apps[clientKey{a.Corp, a.Purpose}] = a
		if k.byID[a.Corp].Status == Active {
			k.byPath[a.Path] = a
		}
	}
	return k, nil
}

// Corps lists the corps, those that were set up first coming first.
func (r *Registry) Corps(ctx context.Context) ([]Corp, error) {
	k, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	return append([]Corp(nil), k.corps...), nil
}

// ActiveCorps lists the ids of the corps that are worked for.
func (r *Registry) ActiveCorps(ctx context.Context) ([]string, error) {
	k, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, c := range k.corps {
		if c.Status == Active {
			ids = append(ids, c.ID)
		}
	}
	return ids, nil
}

// Corp finds a corp; not_found when there is none.
func (r *Registry) Corp(ctx context.Context, corp string) (Corp, error) {
	k, err := r.read(ctx)
	if err != nil {
		return Corp{}, err
	}
	c, ok := k.byID[corp]
	if !ok {
		return Corp{}, fault.Missing("企业")
	}
	return c, nil
}

// Quota is how many API calls a minute the corp was granted, 0 without a grant of its own.
func (r *Registry) Quota(ctx context.Context, corp string) int {
	c, err := r.Corp(ctx, corp)
	if err != nil {
		return 0 // the call itself will say what is wrong
	}
	return c.CallsPerMinute
}

// FileQuota is how many bytes of files the corp may keep, 0 for as many as it likes.
func (r *Registry) FileQuota(ctx context.Context, corp string) int64 {
	c, err := r.Corp(ctx, corp)
	if err != nil {
		return 0 // whoever writes for a corp that is not there will be told so elsewhere
	}
	return c.FileQuota
}

// Location is the corp's time zone; a corp that is not known has that of China.
func (r *Registry) Location(ctx context.Context, corp string) *time.Location {
	zone := "Asia/Shanghai"
	if c, err := r.Corp(ctx, corp); err == nil {
		zone = c.TimeZone
	}
	at, err := time.LoadLocation(zone)
	if err != nil {
		return time.FixedZone("UTC+8", 8*60*60)
	}
	return at
}

// App finds an app of a corp by purpose, with its secrets; not_found when none is set up.
func (r *Registry) App(ctx context.Context, corp string, p Purpose) (App, error) {
	k, err := r.read(ctx)
	if err != nil {
		return App{}, err
	}
	a, ok := k.apps[clientKey{corp, p}]
	if !ok {
		return App{}, fault.Missing("应用")
	}
	return a, nil
}

// Apps lists the apps of a corp with their secrets, by purpose.
func (r *Registry) Apps(ctx context.Context, corp string) ([]App, error) {
	k, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	var apps []App
	for _, p := range []Purpose{MainApp, Contacts, Customer, Archive} {
		if a, ok := k.apps[clientKey{corp, p}]; ok {
			apps = append(apps, a)
		}
	}
	return apps, nil
}

// AppByPath finds an app of an active corp by the last segment of its callback address,
// with its secrets; not_found when there is none.
func (r *Registry) AppByPath(ctx context.Context, path string) (App, error) {
	k, err := r.read(ctx)
	if err != nil {
		return App{}, err
	}
	a, ok := k.byPath[path]
	if !ok {
		return App{}, fault.Missing("回调地址")
	}
	return a, nil
}

// Client is the corp's client through its main app. It is kept, and made anew when the
// app changes.
func (r *Registry) Client(ctx context.Context, corp string) (*wecom.Client, error) {
	return r.ClientFor(ctx, corp, MainApp)
}

// ClientFor is the corp's client for a purpose; without a secret of its own the purpose
// is served by the main app. A suspended corp has none.
func (r *Registry) ClientFor(ctx context.Context, corp string, p Purpose) (*wecom.Client, error) {
	k, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	c, ok := k.byID[corp]
	if !ok {
		return nil, fault.Missing("企业")
	}
	if c.Status != Active {
		return nil, fault.New(fault.Conflict, "该企业已停用，不能调用企业微信接口")
	}
	a, ok := k.apps[clientKey{corp, p}]
	if !ok {
		a, ok = k.apps[clientKey{corp, MainApp}]
	}
	if !ok {
		return nil, fault.New(fault.Conflict, "尚未配置该企业的应用").WithAdvice("请在「企业管理 → 接入企业微信」中填写自建应用的 AgentId 与 Secret")
	}
	return r.client(a)
}

func (r *Registry) client(a App) (*wecom.Client, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := clientKey{a.Corp, a.Purpose}
	if kept, ok := r.clients[key]; ok && kept.app == a.ID && kept.since == a.UpdatedAt {
		return kept.client, nil
	}
	options := r.options
	options.CorpID = a.Corp
	options.App = wecom.App{Name: string(a.Purpose), AgentID: a.AgentID, Secret: a.Secret.Reveal()}
	client, err := wecom.New(options)
	if err != nil {
		return nil, err
	}
	r.clients[key] = keptClient{a.ID, a.UpdatedAt, client}
	return client, nil
}
