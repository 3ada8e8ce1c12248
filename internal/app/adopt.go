package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/message"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// adopt takes a feature's jobs, listeners, schedules and answers into the shared parts,
// all under its slug.
func (a *App) adopt(f feature.Feature) {
	a.Queue.Register(job.Prefixed(f.Slug, f.Jobs...)...)
	a.Bus.Register(f.Slug, f.Listeners...)
	a.schedule(f.Slug, f.Schedules)
	a.Asks.Register(f.Slug, f.Answers)
	a.Notices.Register(f.Slug, f.Notices...)
	if f.Resolver != nil {
		a.rights.resolver = f.Resolver
	}
	if f.Directory != nil {
		a.rights.directory = f.Directory
	}
	if f.TagSight != nil {
		a.Mirror.SeeTagsBy(f.TagSight)
	}
	if f.TagHistory != nil {
		a.Mirror.KeepMarksBy(f.TagHistory)
	}
	if f.DetailHistory != nil {
		a.Mirror.KeepDetailsBy(f.DetailHistory)
	}
	if f.PlaceWatch != nil {
		a.Mirror.WatchPlacesBy(f.PlaceWatch)
	}
	if f.TreeWatch != nil {
		a.Mirror.WatchTreeBy(f.TreeWatch)
	}
}

// schedule registers an owner's schedules, whose kinds carry its slug like all its jobs.
func (a *App) schedule(slug string, schedules []job.Schedule) {
	for _, s := range schedules {
		s.Kind = slug + "." + s.Kind
		a.Queue.Schedules(s)
	}
}

// rights forwards to the feature that knows them; features built before it hold this.
type rights struct {
	resolver  viewer.Resolver
	directory viewer.Directory
}

// errNoRights says that the list of features lacks the one that resolves rights.
var errNoRights = errors.New("app: no feature resolves rights; access must be in the list")

func (r *rights) Resolve(ctx context.Context, who viewer.Who) (viewer.Viewer, error) {
	if r.resolver == nil {
		return viewer.Viewer{}, errNoRights
	}
	return r.resolver.Resolve(ctx, who)
}

// Local asks the feature that keeps the local accounts; without one there are none.
func (r *rights) Local(ctx context.Context, account id.ID) (viewer.Local, error) {
	if r.directory == nil {
		return viewer.Local{}, fault.Missing("账号")
	}
	return r.directory.Local(ctx, account)
}

// Locals lists them.
func (r *rights) Locals(ctx context.Context, corp string) ([]viewer.Local, error) {
	if r.directory == nil {
		return nil, nil
	}
	return r.directory.Locals(ctx, corp)
}

// menu is every feature's entries in the order of groups, then Order, then key.
func (a *App) menu() []feature.MenuEntry {
	var all []feature.MenuEntry
	for _, f := range a.Features {
		all = append(all, f.Menu...)
	}
	return all
}

// exports is every list that can be taken away as a file.
func (a *App) exports() []feature.Export {
	var all []feature.Export
	for _, f := range a.Features {
		all = append(all, f.Exports...)
	}
	return all
}

// lists is every list of which views can be saved.
func (a *App) lists() []feature.List {
	var all []feature.List
	for _, f := range a.Features {
		all = append(all, f.Lists...)
	}
	return all
}

// acted hands on to the web server, which is there once the features are.
func (a *App) acted(tx db.Tx, act web.Act) { a.Web.Acted(tx, act) }

// mount builds the web server and puts every route on it.
func (a *App) mount() error {
	var guard web.Guard
	var auditor web.Auditor
	for _, f := range a.Features {
		if f.Guard != nil {
			guard = f.Guard
		}
		if f.Auditor != nil {
			auditor = f.Auditor
		}
	}
	a.Web = web.New(web.Options{
		Title: "Queqiao 鹊桥", Version: a.opts.Version, Guard: guard, Guards: map[web.Audience]web.Guard{web.Sidebar: guard}, Auditor: auditor,
		Clock: a.opts.Clock, Log: a.log, Metrics: a.metrics, MetricsToken: a.Config.HTTP.MetricsToken, UI: a.opts.UI,
		RootText:       a.Corps.FileContent,
		Extra:          map[string]http.Handler{"/callback/": a.Mirror.CallbackHandler()},
		TrustedProxies: slices.Clone[[]netip.Prefix](a.Config.HTTP.TrustedProxies), PlainBehindProxies: a.Config.HTTP.PlainBehindProxies(), Origins: []string{a.Config.PublicURL()},
		FrameAncestors: a.opts.FrameAncestors, Ready: a.Ready,
		Limits: web.Limits(a.Config.HTTP.Limits), Quota: a.Corps.Quota,
	})
	a.Web.Mount("mirror", a.Mirror.Routes()...)
	a.Web.Mount("live", a.Live.Routes()...)
	a.Web.Mount(message.Slug, (&message.Pictures{DB: a.DB, Corps: a.Corps, Blob: a.Blob, Clock: a.opts.Clock}).Routes()...)
	for _, f := range a.Features {
		a.Web.Mount(f.Slug, f.Routes...)
	}
	if knowing, ok := auditor.(interface{ Know(routes []web.RouteInfo) }); ok {
		knowing.Know(a.Web.Routes())
	}
	return a.checkPermissions()
}

// Permissions lists what routes may ask for: the mirror's own, then each feature's.
func (a *App) Permissions() []feature.Permission {
	all := []feature.Permission{{Key: "mirror.sync", ZH: "从企业微信同步数据", EN: "Sync with WeCom"}}
	for _, f := range a.Features {
		all = append(all, f.Permissions...)
	}
	return all
}

// checkPermissions refuses a route whose permission no manifest explains: the role
// editor could not offer it.
func (a *App) checkPermissions() error {
	known := map[string]bool{}
	for _, p := range a.Permissions() {
		known[p.Key] = true
	}
	for _, e := range a.exports() {
		if !known[e.Permission] {
			return fmt.Errorf("app: the export %s asks for permission %q, which no feature lists", e.Key, e.Permission)
		}
	}
	for _, l := range a.lists() {
		if !known[l.Permission] || l.Share != "" && !known[l.Share] {
			return fmt.Errorf("app: the list %s asks for permissions %q and %q, one of which no feature lists", l.Key, l.Permission, l.Share)
		}
	}
	for _, r := range a.Web.Routes() {
		if r.Permission != "" && !known[r.Permission] {
			return fmt.Errorf("app: route %s %s asks for permission %q, which no feature lists", r.Method, r.Path, r.Permission)
		}
	}
	return nil
}

// begin seeds and starts the workers.
func (a *App) begin(ctx context.Context) error {
	for _, f := range a.Features {
		if f.Start == nil {
			continue
		}
		if err := f.Start(ctx); err != nil {
			return fmt.Errorf("app: start %s: %w", f.Slug, err)
		}
	}
	a.Live.Start(ctx)
	return a.Queue.Start(ctx)
}

// Told gathers what the features have to say to the person who started the program.
func (a *App) Told() []string {
	var lines []string
	for _, f := range a.Features {
		if f.Tell != nil {
			lines = append(lines, f.Tell()...)
		}
	}
	return lines
}

// OpenAPI is the document of all console routes, from which the front end's types are made.
func (a *App) OpenAPI() ([]byte, error) {
	raw, err := a.Web.OpenAPI()
	if err != nil {
		return nil, err
	}
	if !json.Valid(raw) {
		return nil, errors.New("app: the API document is not JSON")
	}
	return raw, nil
}
