package web

import (
	"context"
	"crypto/subtle"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// healthz says that the process lives. It asks nothing else: a database that is away is
// no reason to kill the process.
func (s *Server) healthz(w http.ResponseWriter, r *http.Request) {
	stateOf(r.Context()).route = "GET /healthz"
	plain(w, http.StatusOK, "ok\n")
}

// readyTimeout bounds the question whether we are ready.
const readyTimeout = 3 * time.Second

// readyz says whether requests should come here: not while starting, stopping, or
// without the database.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	st := stateOf(r.Context())
	st.route = "GET /readyz"
	if s.stopped.Load() {
		plain(w, http.StatusServiceUnavailable, "stopping\n")
		return
	}
	if s.opts.Ready != nil {
		ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
		defer cancel()
		if err := s.opts.Ready(ctx); err != nil {
			st.log.WarnContext(ctx, "not ready", "error", err.Error(), "reference", st.id)
			plain(w, http.StatusServiceUnavailable, "not ready\n")
			return
		}
	}
	plain(w, http.StatusOK, "ok\n")
}

// metrics shows the numbers to a scraper on this machine that connects directly, or to
// whoever holds the token: they name corps and volumes. A request that came through a
// proxy is from elsewhere, even when the proxy runs here.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	st := stateOf(r.Context())
	st.route = "GET /metrics"
	if s.opts.Metrics == nil {
		writeError(w, r, fault.New(fault.NotFound, "没有开启指标"))
		return
	}
	if !(peerAddress(r).IsLoopback() && !forwarded(r)) && !s.metricsToken(r) {
		writeError(w, r, fault.New(fault.Forbidden, "指标只对本机开放").WithAdvice("请设置 http.metrics_token，并以 Authorization: Bearer 访问"))
		return
	}
	s.opts.Metrics.Handler().ServeHTTP(w, r)
}

func (s *Server) metricsToken(r *http.Request) bool {
	want := s.opts.MetricsToken.Reveal()
	given, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return want != "" && bearer && subtle.ConstantTimeCompare([]byte(given), []byte(want)) == 1
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}
