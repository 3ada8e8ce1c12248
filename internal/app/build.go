package app

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/config"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/live"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
)

// open takes what needs the disk or the network: folder, keys, database, files.
func (a *App) open(ctx context.Context) error {
	cfg := a.Config
	if err := os.MkdirAll(string(cfg.Data), 0o700); err != nil {
		return fmt.Errorf("app: data folder: %w", err)
	}
	sealer, err := openKeys(cfg)
	if err != nil {
		return err
	}
	a.sealer = sealer
	if a.DB, err = db.Open(ctx, db.Config{DSN: cfg.DSN(), MaxConns: cfg.DB.MaxConns}, a.opts.Clock, a.log); err != nil {
		return err
	}
	a.closers = append(a.closers, a.DB.Close)
	if err := a.openWayOut(); err != nil {
		return err
	}
	files, err := a.openBlob(cfg)
	if err != nil {
		return err
	}
	a.Blob = blob.Count(files, a.DB, a.opts.Clock, func(ctx context.Context, corp string) int64 { return a.Corps.FileQuota(ctx, corp) })
	node, err := a.claimNode(ctx)
	if err != nil {
		return err
	}
	a.IDs = id.NewSource(a.opts.Clock, node)
	return nil
}

// openKeys takes the keys that were given, else those of the file, which is made when it is
// missing.
func openKeys(cfg config.Config) (*secret.Box, error) {
	if !cfg.Secret.Keys.IsZero() {
		return secret.Parse(cfg.Secret.Keys.Reveal())
	}
	return secret.Load(cfg.KeyFile(), true)
}

func (a *App) openBlob(cfg config.Config) (blob.Store, error) {
	if cfg.Blob.Kind == "s3" {
		s := cfg.Blob.S3
		return blob.OpenS3(blob.S3Options{
			Endpoint: s.Endpoint, Region: s.Region, Bucket: s.Bucket, Prefix: s.Prefix, AccessKey: s.AccessKey,
			SecretKey: s.SecretKey, Insecure: s.Insecure, PathStyle: s.PathStyle,
			Transport: a.Outgoing.As("files"),
		})
	}
	disk, err := blob.OpenDisk(cfg.Path("files"), a.opts.Clock)
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, disk.Close)
	return disk, nil
}

// claimNode finds this process's number among those that share the database. The table
// for it is the queue's; where migrations are run apart and have not been yet, nothing
// will be written either (Start refuses), so number 0 will do.
func (a *App) claimNode(ctx context.Context) (int, error) {
	if a.Config.Node > 0 {
		return a.Config.Node, nil
	}
	if a.DB.Engine() == db.SQLite || a.opts.AutoMigrate {
		if err := a.DB.Migrate(ctx, job.Migrations()); err != nil {
			return 0, err
		}
	}
	pending, err := a.DB.Pending(ctx, job.Migrations())
	if err != nil || len(pending) > 0 {
		return 0, err
	}
	node, release, err := job.ClaimNode(ctx, a.DB)
	if err != nil {
		return 0, err
	}
	a.closers = append(a.closers, func() error { release(); return nil })
	return node, nil
}

// build makes the shared parts and then the features; no step needs the one after it.
func (a *App) build(features []feature.New) {
	cfg := a.Config
	queue := a.opts.Queue
	if !cfg.Has("jobs") {
		queue.Workers = map[job.Lane]int{}
	}
	queue.Changed = func(ctx context.Context, tx db.Tx, corp string) error { return a.tell(ctx, tx, corp, "job") }
	a.Queue = job.New(a.DB, a.opts.Clock, a.IDs, a.log, queue)
	a.Bus = bus.New(a.Queue)
	a.Live = live.New(a.DB, a.opts.Clock, a.IDs, a.log)
	a.Search = search.New(a.DB)
	a.Corps = corp.New(corp.Deps{
		DB: a.DB, Secrets: a.sealer, Clock: a.opts.Clock, IDs: a.IDs, Transport: a.Outgoing.As("wecom"),
		BaseURL: cfg.WeCom.BaseURL, OpenURL: cfg.WeCom.OpenURL, LoginURL: cfg.WeCom.LoginURL, Log: a.log,
		Changed: func(ctx context.Context, tx db.Tx, corp string) error { return a.tell(ctx, tx, corp, "call") },
	})
	a.closers = append(a.closers, func() error { return a.Corps.Close(context.Background()) })
	a.Mirror = mirror.New(mirror.Deps{
		DB: a.DB, Jobs: job.Scoped(a.Queue, mirror.Slug), Bus: a.Bus, Corps: a.Corps, Clock: a.opts.Clock, IDs: a.IDs,
		Search: a.Search, Live: a.Live, Log: a.log,
	})
	a.Queue.Register(job.Prefixed(mirror.Slug, a.Mirror.Jobs()...)...)
	a.schedule(mirror.Slug, a.Mirror.Schedules())
	a.Notices = notice.New(notice.Deps{
		DB: a.DB, Jobs: job.Scoped(a.Queue, notice.Slug), Corps: a.Corps, Clock: a.opts.Clock, IDs: a.IDs, Live: a.Live, Log: a.log,
		PublicURL: a.publicURL(),
	})
	a.Queue.Register(job.Prefixed(notice.Slug, a.Notices.Jobs()...)...)
	a.schedule(notice.Slug, a.Notices.Schedules())
	a.upkeep()
	for _, newFeature := range features {
		f := newFeature(a.deps())
		a.Features = append(a.Features, f)
	}
	for _, f := range a.Features {
		a.adopt(f)
	}
	// The last to answer: what features keep of a person is found with the mirror's help.
	a.Asks.Register(mirror.Slug, ask.Answers{Personal: a.Mirror.Personal()})
}

// tell says to the open pages of a corp that something of a topic has changed; what
// belongs to the installation itself has no page.
func (a *App) tell(ctx context.Context, tx db.Tx, corp, topic string) error {
	if corp == "" {
		return nil
	}
	return a.Live.Publish(ctx, tx, corp, topic)
}

// publicURL is where people reach the program, without a slash at the end.
func (a *App) publicURL() string { return strings.TrimSuffix(a.Config.PublicURL(), "/") }

// deps are the handles for the next feature; its slug is not known before New returns,
// so what depends on it is bound to the slug through adopt.
func (a *App) deps() feature.Deps {
	return feature.Deps{
		DB: a.DB, Queue: a.Queue, Events: a.Bus, Live: a.Live, Corps: a.Corps,
		Mirror: a.Mirror, Notices: a.Notices, Asks: a.Asks, Rights: a.rights, Accounts: a.rights, Clock: a.opts.Clock, IDs: a.IDs, Blob: a.Blob,
		HTTP: &http.Client{Transport: a.Outgoing.As("pictures")}, Outgoing: a.Outgoing, Search: a.Search, Sealer: a.sealer, Log: a.log, PublicURL: a.publicURL(),
		WeCom: feature.WeComPages{OpenURL: a.Config.WeCom.OpenURL, LoginURL: a.Config.WeCom.LoginURL},
		Menu:  a.menu, Exports: a.exports, Lists: a.lists, Permissions: a.Permissions, Examine: a.Examine, Acted: a.acted, Witness: a.Config.Witness(), Uses: a.Blob.Uses, AdminName: a.Config.Admin.Name, Confirmed: time.Duration(a.Config.SignIn.ConfirmSeconds) * time.Second, AdminPassword: a.Config.Admin.Password,
	}
}
