// Package web is the one door to the program: typed routes on the standard mux.
//
// A route names its method, path, audience, permission and a plain Go function; Huma
// decodes, validates and documents it (docs/adr/0006-huma.md). Whoever is not expressly
// let in stays out: a route without a permission does not construct, an audience without
// a guard admits nobody. Errors leave as RFC 9457 problems with words for people; each
// write is told to the Auditor.
//
// The same server carries the built pages (console, sidebar, customer H5), the
// callbacks and other raw handlers, /healthz, /readyz and /metrics.
package web

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/metrics"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
)

// Options are what a server is made of. Only Clock and Log are required.
type Options struct {
	// Title and Version head the API document.
	Title, Version string
	// Guard identifies callers of the Console.
	Guard Guard
	// Guards identifies callers of the other audiences; an audience without one admits
	// nobody.
	Guards map[Audience]Guard
	// Auditor keeps the record of writes; without one they are logged.
	Auditor Auditor
	Clock   clock.Clock
	Log     *slog.Logger
	// Metrics receives durations and statuses, and is shown at /metrics; nil for none.
	Metrics *metrics.Metrics
	// MetricsToken lets a scraper from elsewhere read /metrics ("Authorization: Bearer
	// …"). Without it only direct connections from this machine may.
	MetricsToken secret.Text
	// UI holds the built pages: admin.html, sidebar.html, h5.html, assets/. Nil or
	// without admin.html: a page says how to build them.
	UI fs.FS
	// RootText finds a small text file that is served at the root to anybody, such as those
	// by which others check whose a domain is; ok is false when there is none of that name.
	RootText func(ctx context.Context, name string) (text string, ok bool, err error)
	// Extra are raw handlers by mux pattern, e.g. "/callback/": no guard, no Huma; body
	// limit, headers, recovery and access log apply.
	Extra map[string]http.Handler
	// Middleware wraps every /api and Extra handler, the first outermost.
	Middleware []func(http.Handler) http.Handler
	// TrustedProxies are those whose X-Forwarded-For, -Proto and X-Request-Id count.
	TrustedProxies []netip.Prefix
	// PlainBehindProxies says that http is spoken for those proxies only: whoever comes in
	// plain from elsewhere than this machine is refused.
	PlainBehindProxies bool
	// Origins are further origins that may call with a browser's session, e.g. a public
	// URL behind a proxy that rewrites Host: "https://scrm.example.com".
	Origins []string
	// FrameAncestors may embed the pages; WeCom's desktop client opens the sidebar in a
	// page of its own, so nobody may by default.
	FrameAncestors []string
	// Limits bound how often the API may be called; none by default.
	Limits Limits
	// Quota is how many calls a minute a corp was granted, instead of Limits.Corp; 0 when
	// nothing was granted. It is asked at every call, so it must know by heart.
	Quota func(ctx context.Context, corp string) int
	// Ready answers /readyz: nil when the program can serve, else why not.
	Ready func(ctx context.Context) error
}

// Server routes requests. Mount everything before Handler or Serve is called.
type Server struct {
	opts     Options
	guards   map[Audience]Guard
	quotas   *Limiter // of corps with a quota of their own
	auditor  Auditor
	mux      *http.ServeMux
	api      huma.API
	routes   []RouteInfo
	ui       *pages
	pace     pace
	draining chan struct{}
	stopped  atomic.Bool
}

// RouteInfo is a mounted route, for lists and documents.
type RouteInfo struct {
	Slug        string
	Method      string
	Path        string // with "/api/<slug>"
	Operation   string // "<slug>.<name>"
	Audience    Audience
	Permission  string // "" for Public and SignedIn routes
	SignedIn    bool
	Summary     string
	Action      string
	Audit       bool
	Destructive bool
	Stream      bool
	BodyLimit   int64
	Setting     string // object of the setting that it changes, "" for none
}

// New makes a server without routes.
func New(o Options) *Server {
	s := &Server{
		opts: o, auditor: o.Auditor, mux: http.NewServeMux(), draining: make(chan struct{}),
		guards: map[Audience]Guard{}, pace: newPace(o.Clock, o.Limits), quotas: NewLimiter(o.Clock, time.Minute, 1, paceKeys),
	}
	maps.Copy(s.guards, o.Guards)
	if o.Guard != nil {
		s.guards[Console] = o.Guard
	}
	if s.auditor == nil {
		s.auditor = logAuditor{o.Log}
	}
	s.api = newAPI(s, o.Title, o.Version)
	s.ui = newPages(o.UI)
	s.ui.text = o.RootText
	s.mux.Handle("/api/", http.HandlerFunc(s.notFound))
	s.mux.Handle("/", s.ui)
	s.mux.HandleFunc("GET /healthz", s.healthz)
	s.mux.HandleFunc("GET /readyz", s.readyz)
	s.mux.HandleFunc("GET /metrics", s.metrics)
	for pattern, h := range o.Extra {
		s.mux.Handle(pattern, s.extra(pattern, h))
	}
	return s
}

// Mount adds routes below "/api/<slug>". It panics on a route that clashes with another:
// that is a mistake in the program.
func (s *Server) Mount(slug string, routes ...Route) {
	for _, r := range routes {
		info := RouteInfo{
			Slug: slug, Method: r.Method, Path: "/api/" + slug + r.Path, Operation: slug + "." + r.Name,
			Audience: r.Audience, Permission: r.Permission, SignedIn: r.signedIn, Summary: r.Summary,
			Action: r.Action, Audit: r.Audit, Destructive: r.Destructive, Stream: r.Stream, BodyLimit: r.BodyLimit, Setting: r.Setting,
		}
		if info.Action == "" {
			info.Action = info.Operation
		}
		for _, other := range s.routes {
			if other.Operation == info.Operation {
				panic(fmt.Sprintf("web: operation %s is mounted twice; give one of them a name with Named", info.Operation))
			}
		}
		s.routes = append(s.routes, info)
		r.bind(s.api, operationOf(info, r))
	}
	tidySchemas(s.api.OpenAPI())
}

// Routes lists what is mounted, ordered by path and method.
func (s *Server) Routes() []RouteInfo {
	list := slices.Clone(s.routes)
	slices.SortFunc(list, func(a, b RouteInfo) int {
		return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
	})
	return list
}
