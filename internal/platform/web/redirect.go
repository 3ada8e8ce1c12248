package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

// Redirect leads every request to the same address at origin ("https://scrm.example.com").
// What the client says in Host plays no part: nobody is led elsewhere by it.
func Redirect(origin string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		target := r.URL.RequestURI()
		if !strings.HasPrefix(target, "/") {
			target = "/"
		}
		w.Header().Set("Connection", "close")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Location", origin+target)
		w.WriteHeader(http.StatusPermanentRedirect)
	})
}

// ServePlain answers plain HTTP on a listener until ctx ends. It is for answers that say
// nothing about anybody: the way to the door with TLS.
func ServePlain(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: headerTimeout, WriteTimeout: headerTimeout, IdleTimeout: time.Second,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case <-ctx.Done():
		return errors.Join(server.Close(), ended(<-failed))
	case err := <-failed:
		return err
	}
}

// ended is nil for the error with which a closed server says that it is closed.
func ended(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
