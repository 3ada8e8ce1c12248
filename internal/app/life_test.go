package app_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/app"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/config"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/product"
)

func settings(t *testing.T, e db.Engine) config.Config {
	t.Helper()
	cfg := config.Default()
	cfg.DB.DSN = secret.NewText(dbtest.DSN(t, e))
	cfg.Data = config.Folder(t.TempDir())
	cfg.Admin.Password = secret.NewText("Magpie-bridge-7")
	return cfg
}

func options() app.Options {
	return app.Options{Clock: clock.System(), Log: slog.New(slog.DiscardHandler), Version: "test"}
}

// run builds, starts and serves the product, lets the visitor look, and stops it as a
// signal does.
func run(t *testing.T, cfg config.Config, visit func(a *app.App, url string)) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	o := options()
	o.AutoMigrate = true
	a, err := app.New(ctx, cfg, product.Features(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}()
	if err := a.Ready(ctx); err == nil {
		t.Error("ready before it has started")
	}
	if err := a.Start(ctx); err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- a.Serve(ctx, l) }()
	visit(a, "http://"+l.Addr().String())
	http.DefaultClient.CloseIdleConnections()
	stop()
	over := clock.System().NewTimer(30 * time.Second)
	defer over.Stop()
	select {
	case err := <-served:
		if err != nil {
			t.Errorf("serve: %v", err)
		}
	case <-over.C:
		t.Error("does not stop")
	}
}

// TestStopsAndStartsAgain: a stop leaves nothing running (TestMain looks), and a second
// start on the same data finds the corp, its secrets and the administrator.
func TestStopsAndStartsAgain(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			cfg := settings(t, e)
			saved := corp.App{
				Corp: "ww1", Purpose: corp.MainApp, AgentID: 7, Name: "应用", Path: "app", Secret: secret.NewText("s3cret"),
				Token: secret.NewText("token"), Key: secret.NewText(strings.Repeat("k", 43)),
			}
			run(t, cfg, func(a *app.App, url string) {
				if status := status(t, url+"/readyz"); status != http.StatusOK {
					t.Errorf("/readyz: %d", status)
				}
				if err := a.Corps.Save(t.Context(), corp.Corp{ID: "ww1", Name: "企业", TimeZone: "Asia/Shanghai", Status: corp.Active}, saved); err != nil {
					t.Fatal(err)
				}
			})
			cfg.Admin.Password = secret.NewText("") // none is made up: there is one
			run(t, cfg, func(a *app.App, url string) {
				got, err := a.Corps.AppByPath(t.Context(), "app")
				if err != nil || got.Secret.Reveal() != "s3cret" || got.AgentID != 7 {
					t.Errorf("the app after a restart: %+v %v", got, err)
				}
				if told := a.Told(); len(told) > 0 {
					t.Errorf("a second start tells of a new password: %q", told)
				}
				sign := strings.NewReader(`{"name":"admin","password":"Magpie-bridge-7"}`)
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/api/account/sign-in", sign)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Content-Type", "application/json")
				answer, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				if answer.StatusCode/100 != 2 {
					t.Errorf("sign-in after a restart: %d", answer.StatusCode)
				}
				if err := answer.Body.Close(); err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}

func status(t *testing.T, url string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode
}

// TestPostgresIsMigratedOnPurpose: several nodes share it, so a start does not change it
// by itself, and says what to do.
func TestPostgresIsMigratedOnPurpose(t *testing.T) {
	a, err := app.New(t.Context(), settings(t, db.Postgres), product.Features(), options())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := a.Start(t.Context()); err == nil || !strings.Contains(err.Error(), `run "queqiao migrate" once`) {
		t.Fatalf("start without migrations: %v", err)
	}
	if err := a.Ready(t.Context()); err == nil {
		t.Error("ready without migrations")
	}
	var tables int
	if err := a.DB.Read().NewRaw("SELECT count(*) FROM information_schema.tables WHERE table_name LIKE 'mirror%'").Scan(t.Context(), &tables); err != nil || tables > 0 {
		t.Errorf("%d tables were made all the same, %v", tables, err)
	}
	if err := a.DB.Migrate(t.Context(), a.Sets()...); err != nil {
		t.Fatal(err)
	}
	pending, err := a.DB.Pending(t.Context(), a.Sets()...)
	if err != nil || len(pending) > 0 {
		t.Errorf("pending after migrating: %q %v", pending, err)
	}
}

// TestWhatCannotStart: each mistake is said, and nothing stays open (TestMain looks).
func TestWhatCannotStart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	unlisted := func(feature.Deps) feature.Feature {
		read := func(context.Context, *struct{}) (*web.None, error) { return &web.None{}, nil }
		return feature.Feature{Slug: "odd", Routes: []web.Route{web.Get("/things", "odd.read", "看", read)}}
	}
	for name, c := range map[string]struct {
		change   func(cfg *config.Config)
		features []feature.New
		says     []string
	}{
		"the data folder is a file": {change: func(cfg *config.Config) { cfg.Data = config.Folder(file) }, says: []string{"data folder", file}},
		"the key file is broken":    {change: func(cfg *config.Config) { cfg.Secret.KeyFile = file }, says: []string{file}},
		"no such database": {
			change: func(cfg *config.Config) { cfg.DB.DSN = secret.NewText("postgres://nobody:hush@127.0.0.1:1/none") }, says: []string{"127.0.0.1:1"},
		},
		"no such engine":            {change: func(cfg *config.Config) { cfg.DB.DSN = secret.NewText("mysql://x") }, says: []string{"sqlite", "postgres"}},
		"a permission nobody lists": {features: []feature.New{unlisted}, says: []string{"/api/odd/things", `"odd.read"`}},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := settings(t, db.SQLite)
			if c.change != nil {
				c.change(&cfg)
			}
			a, err := app.New(t.Context(), cfg, c.features, options())
			if err == nil {
				t.Fatal(errors.Join(errors.New("it was built"), a.Close()))
			}
			for _, part := range c.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
			if strings.Contains(fmt.Sprint(err), "hush") {
				t.Errorf("%q tells the password", err)
			}
		})
	}
}
