package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/queqiao-scrm/queqiao/internal/app"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/config"
	"github.com/queqiao-scrm/queqiao/internal/product"
	"github.com/queqiao-scrm/queqiao/web"
)

type serve struct {
	Migrate bool `help:"On PostgreSQL, apply missing migrations first (on SQLite this always happens)."`
}

// Run starts the server for production and returns after a clean stop.
func (s serve) Run(ctx context.Context, c *commands) error {
	cfg, err := c.load(nil)
	if err != nil {
		return err
	}
	log := logger(cfg.Log)
	front, err := openDoor(ctx, cfg.Config, log)
	if err != nil {
		return err
	}
	a, err := newApp(ctx, cfg.Config, log, app.Options{AutoMigrate: s.Migrate})
	if err != nil {
		return closing(front, err)
	}
	defer func() { _ = a.Close() }() // the program ends; what was answered is on disk
	if err := a.Start(ctx); err != nil {
		return closing(front, err)
	}
	if err := connect(ctx, a, cfg.Corp); err != nil {
		return closing(front, err)
	}
	log.Info("serving", "address", front.listener.Addr().String(), "public", cfg.PublicURL(), "engine", string(a.DB.Engine()))
	for _, line := range a.Told() {
		fmt.Fprintln(os.Stderr, line)
	}
	return front.serve(ctx, a)
}

// newApp builds the product: every feature, the machine's clock, the built pages.
func newApp(ctx context.Context, cfg config.Config, log *slog.Logger, o app.Options) (*app.App, error) {
	o.Clock, o.Log, o.Version = clock.System(), log, version
	if dist, ok := web.Dist(); ok {
		o.UI = dist
	}
	return app.New(ctx, cfg, product.Features(), o)
}

func closing(c io.Closer, err error) error {
	_ = c.Close() // err is what matters
	return err
}

// connect sets up the corp of the configuration, if there is one. What was changed in the
// console since (name, time zone, suspension) stays.
func connect(ctx context.Context, a *app.App, c config.Corp) error {
	if c.ID == "" {
		return nil
	}
	name := c.Name
	if name == "" {
		name = c.ID
	}
	return a.Corps.Ensure(ctx,
		corp.Corp{ID: c.ID, Name: name, TimeZone: c.TimeZone, Status: corp.Active},
		corp.App{
			Corp: c.ID, Purpose: corp.MainApp, AgentID: int64(c.AgentID), Name: name, Secret: c.Secret,
			Path: c.CallbackPath, Token: c.CallbackToken, Key: c.CallbackKey,
		})
}
