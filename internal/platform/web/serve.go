package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

// The patience of the server. These are times of sockets, not of the product's clock.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	writeTimeout  = 2 * time.Minute
	// settleTime lets connections that the kernel had accepted already bring their
	// request: net/http would drop them once Shutdown has begun.
	settleTime = 500 * time.Millisecond
	// drainTimeout is how long requests under way may take once we stop.
	drainTimeout = 20 * time.Second
)

// Serve answers on the listeners until ctx ends, then stops gracefully: no new
// connections, streams told to end, requests under way finished. Nil after a clean stop.
func (s *Server) Serve(ctx context.Context, listeners ...net.Listener) error {
	server := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: headerTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.opts.Log.Handler(), slog.LevelDebug),
	}
	group, running := errgroup.WithContext(context.WithoutCancel(ctx))
	for _, l := range listeners {
		group.Go(func() error {
			err := server.Serve(l)
			if ctx.Err() == nil && !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil // we closed it ourselves
		})
	}
	select {
	case <-ctx.Done():
	case <-running.Done(): // a listener failed
	}
	return errors.Join(s.stop(server, listeners), group.Wait())
}

func (s *Server) stop(server *http.Server, listeners []net.Listener) error {
	if s.stopped.CompareAndSwap(false, true) {
		close(s.draining)
	}
	server.SetKeepAlivesEnabled(false)
	for _, l := range listeners {
		_ = l.Close() // closed already when it failed
	}
	_ = clock.Sleep(context.Background(), clock.System(), settleTime)
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}
