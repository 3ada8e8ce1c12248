package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sync/errgroup"

	"github.com/queqiao-scrm/queqiao/internal/app"
	"github.com/queqiao-scrm/queqiao/internal/platform/certificate"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/config"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// door is where the outside comes in: the listener, the one that leads plain http to it,
// and what makes it speak TLS.
type door struct {
	cfg      config.Config
	log      *slog.Logger
	listener net.Listener
	redirect net.Listener       // nil for none
	files    *certificate.Files // nil without certificate files
}

// openDoor opens the sockets before anything else, so that a taken port is the first thing said.
func openDoor(ctx context.Context, cfg config.Config, log *slog.Logger) (*door, error) {
	if err := cfg.HTTP.CheckExposure(); err != nil {
		return nil, err
	}
	d := &door{cfg: cfg, log: log}
	var err error
	if cfg.HTTP.TLSCert != "" {
		if d.files, err = certificate.OpenFiles(cfg.HTTP.TLSCert, cfg.HTTP.TLSKey, clock.System(), log); err != nil {
			return nil, err
		}
	}
	var in net.ListenConfig
	if d.listener, err = in.Listen(ctx, "tcp", cfg.HTTP.Listen); err != nil {
		return nil, fmt.Errorf("the console cannot listen on %s: %w; is another queqiao running? Choose another with --listen", cfg.HTTP.Listen, err)
	}
	if cfg.HTTP.RedirectListen != "" {
		if d.redirect, err = in.Listen(ctx, "tcp", cfg.HTTP.RedirectListen); err != nil {
			return nil, closing(d.listener, fmt.Errorf("the redirect from http cannot listen on %s: %w; see http.redirect_listen", cfg.HTTP.RedirectListen, err))
		}
	}
	return d, nil
}

// Close lets go of the sockets.
func (d *door) Close() error {
	err := d.listener.Close()
	if d.redirect != nil {
		err = errors.Join(err, d.redirect.Close())
	}
	return err
}

// url is how this machine reaches the door.
func (d *door) url() string {
	if d.cfg.HTTP.TLS() {
		return "https://" + d.listener.Addr().String()
	}
	return "http://" + d.listener.Addr().String()
}

// serve answers until ctx ends.
func (d *door) serve(ctx context.Context, a *app.App) error {
	group, running := errgroup.WithContext(ctx)
	listener, redirect := d.listener, web.Redirect(d.cfg.PublicURL())
	var source certificate.Source
	switch {
	case d.files != nil:
		source = d.files
	case d.cfg.HTTP.TLS():
		acme, err := certificate.OpenACME(d.acme(a))
		if err != nil {
			return err
		}
		source, redirect = acme, acme.Answer(redirect)
	}
	if source != nil {
		listener = tls.NewListener(listener, source.TLS())
		again, stop := hangUps()
		defer stop()
		group.Go(func() error { return source.Watch(running, again) })
	}
	if d.redirect != nil {
		group.Go(func() error { return web.ServePlain(running, d.redirect, redirect, d.log) })
	}
	group.Go(func() error { return a.Serve(running, listener) })
	return group.Wait()
}

func (d *door) acme(a *app.App) certificate.ACMEOptions {
	o := d.cfg.HTTP.ACME
	options := certificate.ACMEOptions{
		Domains: o.Domains, Directory: o.Directory, Email: o.Email, Roots: o.Roots, Folder: d.cfg.Path("certificates"),
		TLSPort: portOf(d.listener), Gate: a.Gate("acme"), Log: d.log,
	}
	if d.redirect != nil {
		options.HTTPPort = portOf(d.redirect)
	}
	return options
}

func portOf(l net.Listener) int {
	if a, ok := l.Addr().(*net.TCPAddr); ok {
		return a.Port
	}
	return 0
}

// hangUps are the operator's requests to look at the certificate files now: kill -HUP.
func hangUps() (again <-chan struct{}, stop func()) {
	signals, out, done := make(chan os.Signal, 1), make(chan struct{}, 1), make(chan struct{})
	signal.Notify(signals, syscall.SIGHUP)
	go func() {
		for {
			select {
			case <-signals:
				select {
				case out <- struct{}{}:
				default: // one look is waiting already
				}
			case <-done:
				return
			}
		}
	}()
	return out, func() { signal.Stop(signals); close(done) }
}
