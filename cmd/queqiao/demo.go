package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/queqiao-scrm/queqiao/internal/app"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/config"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

type demo struct {
	SimListen string `name:"sim-listen" placeholder:"ADDRESS" help:"Address of the simulated WeCom, short for --set sim.listen=…"`
}

// Run starts server and simulator on one data folder. The first start plays a month of
// history through the front door: people scan codes, members greet, some leave.
func (d demo) Run(ctx context.Context, c *commands) error {
	// Addresses and password shall stay on the screen: a line for every request of the
	// history would push them off. --set log.level=info or QUEQIAO_LOG__LEVEL brings them.
	quiet := cmp.Or(os.Getenv("QUEQIAO_LOG__LEVEL"), "warn")
	cfg, err := c.load(map[string]string{"sim.listen": d.SimListen, "log.level": quiet})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(string(cfg.Data), 0o700); err != nil {
		return err
	}
	log := logger(cfg.Log)
	if cfg.Admin.Password.IsZero() {
		if cfg.Admin.Password, err = demoPassword(cfg.Path("admin-password")); err != nil {
			return err
		}
	}
	front, err := openDoor(ctx, cfg.Config, log)
	if err != nil {
		return err
	}
	sim, err := openSim(ctx, cfg.Config, log.With("part", "simulator"), wecomsim.DemoSeed())
	if err != nil {
		return closing(front, err)
	}
	cfg.WeCom = config.WeCom{BaseURL: sim.url, OpenURL: sim.url, LoginURL: sim.url}
	cfg.Outgoing.Allow = append(cfg.Outgoing.Allow, sim.listener.Addr().String())
	if cfg.HTTP.PublicURL == "" {
		cfg.HTTP.PublicURL = front.url()
	}
	a, err := newApp(ctx, cfg.Config, log, app.Options{AutoMigrate: true, FrameAncestors: []string{sim.url}})
	if err != nil {
		return closing(front, errors.Join(err, sim.Close()))
	}
	defer func() { _ = a.Close() }() // the program ends; what was answered is on disk
	if err := a.Start(ctx); err != nil {
		return closing(front, errors.Join(err, sim.Close()))
	}
	corpID, err := d.connect(ctx, a, sim, cfg.Config)
	if err != nil {
		return closing(front, errors.Join(err, sim.Close()))
	}
	_ = a.Told() // the demo tells it below, in its own words and on every start
	d.announce(os.Stdout, cfg.Config, a, sim)

	group, running := errgroup.WithContext(ctx)
	group.Go(func() error { return sim.serve(running) })
	group.Go(func() error { return front.serve(running, a) })
	group.Go(func() error {
		// A failure leaves the demo emptier, not broken: tell it and go on serving.
		if err := seedDemo(running, a, sim, corpID, cfg.Path("demo-ready"), log); err != nil && running.Err() == nil {
			log.Error("the demo's history could not be played to its end; it goes on at the next start", "error", err.Error())
		}
		return nil
	})
	return group.Wait()
}

// connect tells each side where the other is.
func (demo) connect(ctx context.Context, a *app.App, sim *simulator, cfg config.Config) (corpID string, err error) {
	world := sim.Describe(sim.url)
	if len(world.Corps) == 0 {
		return "", errors.New("the simulated world has no corp")
	}
	c := world.Corps[0]
	for _, x := range c.Apps {
		if x.AgentID != wecomsim.DefaultAgentID {
			continue
		}
		domains := []string{strings.TrimPrefix(strings.TrimPrefix(a.Config.PublicURL(), "https://"), "http://")}
		callback := strings.TrimSuffix(cfg.PublicURL(), "/") + "/callback/demo"
		if _, err := sim.ChangeApp(x.AgentID, wecomsim.AppPatch{CallbackURL: &callback, TrustedDomains: &domains}); err != nil {
			return "", err
		}
		return c.CorpID, a.Corps.Ensure(ctx,
			corp.Corp{ID: c.CorpID, Name: c.Name, TimeZone: "Asia/Shanghai", Status: corp.Active},
			corp.App{
				Corp: c.CorpID, Purpose: corp.MainApp, AgentID: int64(x.AgentID), Name: x.Name, Secret: secret.NewText(x.Secret),
				Path: "demo", Token: secret.NewText(x.CallbackToken), Key: secret.NewText(x.CallbackAESKey),
			})
	}
	return "", fmt.Errorf("the simulated corp has no app %d", wecomsim.DefaultAgentID)
}

func (demo) announce(w io.Writer, cfg config.Config, a *app.App, sim *simulator) {
	_, _ = fmt.Fprintf(w, `
%s

  console      %s
  sign in      %s / %s
               or "企业微信登录": choose any member on the simulated WeCom's page
  two phones   %s/_sim/phones
  world        %s/_sim/world   (corp id, secrets, token and key for any WeCom client)
  data         %s

`, heading("鹊桥 Queqiao demo"), a.Config.PublicURL(), cfg.Admin.Name, cfg.Admin.Password.Reveal(), sim.url, sim.url, absolute(string(cfg.Data)))
	printWorld(w, sim.Sim)
	_, _ = fmt.Fprintf(w, "\n  Ctrl-C stops it; the next start finds everything again. The first start plays a month of history in a few seconds.\n\n")
}

// demoPassword keeps the made-up password beside the demo's data, so that every start
// can print it. serve never does this.
func demoPassword(path string) (secret.Text, error) {
	raw, err := os.ReadFile(filepath.Clean(path))
	if err == nil {
		return secret.NewText(strings.TrimSpace(string(raw))), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return secret.Text{}, err
	}
	password := rand.Text()[:16]
	return secret.NewText(password), os.WriteFile(path, []byte(password+"\n"), 0o600)
}
