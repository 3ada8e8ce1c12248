// Package app puts the program together: configuration and a list of features in, a
// running program out. It is the only place that knows every part; the list of features
// is handed in, so that a test can hand in one feature and the product all of them.
//
// The life of a program: New opens the database and builds everything; Start migrates,
// seeds and begins to work the queue; Serve answers requests until its context ends;
// Close lets go of what New took.
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/message"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/config"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/live"
	"github.com/queqiao-scrm/queqiao/internal/platform/metrics"
	"github.com/queqiao-scrm/queqiao/internal/platform/outgoing"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/saved"
)

// Options are what a program is made of beside its configuration.
type Options struct {
	Clock clock.Clock
	Log   *slog.Logger
	// UI holds the built pages, nil when the binary was built without them.
	UI fs.FS
	// Transport carries what the way out lets through; nil for the network. Tests put the
	// line to the simulator here.
	Transport http.RoundTripper
	// Version is shown in the API document and at sign-in.
	Version string
	// Queue tunes the workers; the zero value is right for production.
	Queue job.Options
	// FrameAncestors may show the pages in a frame; the demo's phones do, nobody else.
	FrameAncestors []string
	// AutoMigrate applies missing migrations at Start also on PostgreSQL, where serve
	// otherwise only checks that `queqiao migrate` was run.
	AutoMigrate bool
}

// App is a program put together. Its exported parts are for the commands and for tests.
type App struct {
	Config config.Config
	DB     *db.DB
	Queue  *job.Queue
	Bus    *bus.Bus
	Live   *live.Live
	Corps  *corp.Registry
	Mirror *mirror.Mirror
	// Notices tells members things in their WeCom.
	Notices *notice.Notices
	Asks    *ask.Asks
	IDs     *id.Source
	Web     *web.Server
	// Blob keeps files, and counts them for each corp.
	Blob   *blob.Counted
	Search *search.Index
	// Outgoing is the one way out, and the record of whom the program called.
	Outgoing *outgoing.Transport

	Features []feature.Feature

	opts    Options
	log     *slog.Logger
	metrics *metrics.Metrics
	rights  *rights
	sealer  *secret.Box
	closers []func() error
	ready   chan struct{}
}

// New opens the database and builds every part; nothing listens and nothing works yet.
func New(ctx context.Context, cfg config.Config, features []feature.New, o Options) (*App, error) {
	a := &App{Config: cfg, opts: o, log: o.Log, metrics: metrics.New(), rights: &rights{}, Asks: &ask.Asks{}, ready: make(chan struct{})}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	a.build(features)
	if err := a.mount(); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// Start brings the database up to date, seeds what must exist and starts the workers.
func (a *App) Start(ctx context.Context) error {
	if err := a.migrate(ctx); err != nil {
		return err
	}
	if err := a.DB.Maintain(ctx); err != nil {
		return err
	}
	if err := a.begin(ctx); err != nil {
		return err
	}
	close(a.ready)
	return nil
}

// Serve answers on the listeners until ctx ends, then drains requests, streams and jobs,
// and lets the features come to rest.
func (a *App) Serve(ctx context.Context, listeners ...net.Listener) error {
	err := a.Web.Serve(ctx, listeners...)
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	errs := []error{err, a.Queue.Stop(stop)}
	for _, f := range a.Features {
		if f.End != nil {
			errs = append(errs, f.End(stop))
		}
	}
	return errors.Join(errs...)
}

// drainTime is how long jobs under way may take to finish at the end; what does not
// finish is taken up by the next process.
const drainTime = 20 * time.Second

// Close releases the database and whatever else New opened, in reverse order.
func (a *App) Close() error {
	var errs []error
	for _, closer := range slices.Backward(a.closers) {
		errs = append(errs, closer())
	}
	a.closers = nil
	return errors.Join(errs...)
}

// Now is the program's time.
func (a *App) Now() time.Time { return a.opts.Clock.Now() }

// Ready is nil once the program has started and the database answers.
func (a *App) Ready(ctx context.Context) error {
	select {
	case <-a.ready:
		return a.DB.Ping(ctx)
	default:
		return errStarting
	}
}

var errStarting = errors.New("app: still starting")

// Sets lists all migrations in the order platform, corp, mirror, features as listed.
func (a *App) Sets() []db.Migrations {
	sets := []db.Migrations{job.Migrations(), live.Migrations(), blob.Migrations(), search.Migrations(a.DB.Engine()), corp.Migrations(), mirror.Migrations(), message.Migrations(), notice.Migrations(), saved.Migrations()}
	for _, f := range a.Features {
		if f.Migrations != nil {
			sets = append(sets, db.Migrations{Set: f.Slug, FS: f.Migrations})
		}
	}
	return sets
}

func (a *App) migrate(ctx context.Context) error {
	if a.DB.Engine() == db.SQLite || a.opts.AutoMigrate {
		return a.DB.Migrate(ctx, a.Sets()...)
	}
	pending, err := a.DB.Pending(ctx, a.Sets()...)
	if err != nil {
		return err
	}
	if len(pending) > 0 {
		return fmt.Errorf("app: the database lacks %d migrations (first: %s); run \"queqiao migrate\" once, then start again", len(pending), pending[0])
	}
	return nil
}
