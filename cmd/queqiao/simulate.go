package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/config"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

type simulate struct {
	SimListen string `name:"sim-listen" placeholder:"ADDRESS" help:"Address of the simulator, short for --set sim.listen=…"`
	Callback  string `placeholder:"URL" help:"Where the simulator sends the callbacks of the seeded app."`
	Customers int    `default:"2000" help:"How many customers a new world has."`
	Members   int    `default:"30" help:"How many members a new world has."`
}

// Run starts the simulator alone.
func (s simulate) Run(ctx context.Context, c *commands) error {
	cfg, err := c.load(map[string]string{"sim.listen": s.SimListen})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(string(cfg.Data), 0o700); err != nil {
		return err
	}
	seed := wecomsim.DemoSeed()
	seed.Customers, seed.Members = s.Customers, s.Members
	sim, err := openSim(ctx, cfg.Config, logger(cfg.Log), seed)
	if err != nil {
		return err
	}
	if s.Callback != "" {
		if _, err := sim.ChangeApp(wecomsim.DefaultAgentID, wecomsim.AppPatch{CallbackURL: &s.Callback}); err != nil {
			return errors.Join(err, sim.Close())
		}
	}
	printWorld(os.Stdout, sim.Sim)
	return sim.serve(ctx)
}

// simulator is a simulated WeCom on its own listener, kept in a file of the data folder.
type simulator struct {
	*wecomsim.Sim
	listener net.Listener
	url      string
	found    bool // the world was there from an earlier start
}

func openSim(ctx context.Context, cfg config.Config, log *slog.Logger, seed wecomsim.SeedOptions) (*simulator, error) {
	var in net.ListenConfig
	l, err := in.Listen(ctx, "tcp", cfg.Sim.Listen)
	if err != nil {
		return nil, fmt.Errorf("the simulator cannot listen on %s: %w; choose another with --sim-listen", cfg.Sim.Listen, err)
	}
	s := &simulator{listener: l, url: "http://" + l.Addr().String()}
	path := cfg.Path("wecom-world.json")
	// A world that will be read from its file needs no seeding first.
	if _, err := os.Stat(path); err == nil {
		seed = wecomsim.SeedOptions{Members: 1, Departments: 1}
	}
	s.Sim = wecomsim.New(wecomsim.Options{Seed: &seed, Log: log, BaseURL: s.url})
	if s.found, err = s.Keep(path); err != nil {
		return nil, closing(l, errors.Join(err, s.Close()))
	}
	return s, nil
}

// serve answers until ctx ends and then writes the world to its file.
func (s *simulator) serve(ctx context.Context) error {
	server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(s.listener) }()
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	// Event streams of open pages would hold up a patient shutdown; nothing is lost by
	// cutting them.
	err = errors.Join(err, server.Close(), s.Close())
	return err
}

func printWorld(w io.Writer, sim *wecomsim.Sim) {
	for _, c := range sim.Describe("").Corps {
		_, _ = fmt.Fprintf(w, "%s\n  corpid        %s\n", heading(c.Name), c.CorpID)
		for _, a := range c.Apps {
			_, _ = fmt.Fprintf(w, "  %s (%s)\n    agentid     %d\n    secret      %s\n", a.Name, a.Kind, a.AgentID, a.Secret)
			if a.CallbackToken != "" {
				_, _ = fmt.Fprintf(w, "    token       %s\n    aes key     %s\n    callback    %s\n", a.CallbackToken, a.CallbackAESKey, a.CallbackURL)
			}
		}
	}
}
