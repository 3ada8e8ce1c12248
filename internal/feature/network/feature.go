// Package network shows whom the program calls (外联主机), so that an IT department can see
// for itself that nothing is sent home.
//
// Every outgoing HTTP call goes through one way out (platform/outgoing), which calls only
// hosts that the configuration names and keeps a book. Each node brings its book to the
// database every few seconds and at its end; the page shows all nodes together: host and
// port, which part of the program asked, by which setting it is allowed, first and last
// time, calls, failures, refusals, bytes. Refused attempts stand here too: whatever is
// there is worth a look. The other list is the whole of what may be called.
//
// A host is forgotten a year after the last call. The lists belong to the installation,
// not to a corp, and only whoever answers for the installation sees them: a name in them
// may be another corp's webhook.
//
// It hears and says nothing.
package network

import (
	"context"
	"embed"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const mayRead = viewer.Installation + "network"

//go:embed migrations/*.sql
var migrations embed.FS

const (
	// keepEvery is how often a node brings its book to the database.
	keepEvery = 10 * time.Second
	// remember is how long a host is shown after its last call.
	remember = 365 * 24 * time.Hour
)

type service struct{ deps feature.Deps }

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{deps: d}
	return feature.Feature{
		Slug: "network",
		Routes: []web.Route{
			web.Get("/hosts", mayRead, "查看外联主机", s.Hosts),
			web.Get("/permits", mayRead, "查看允许外联的主机", s.Permits),
		},
		Permissions: []feature.Permission{{Key: mayRead, ZH: "查看外联主机（仅安装的所有者）", EN: "View outgoing hosts (owner of the installation only)"}},
		Menu: []feature.MenuEntry{
			{Group: feature.GroupManagement, Key: "network", Path: "/network", Permission: mayRead, Order: 95},
		},
		Jobs: []job.Definition{
			job.Define("forget", func(ctx context.Context, _ job.Job[struct{}]) error { return s.forget(ctx) }, job.InLane(job.Bulk), job.Attempts(1)),
		},
		Schedules:  []job.Schedule{{Kind: "forget", Every: 24 * time.Hour}},
		Migrations: db.Folder(migrations, "migrations"),
		Start: func(ctx context.Context) error {
			go s.keepUntil(ctx)
			return nil
		},
		End: func(ctx context.Context) error {
			s.tryKeep(ctx)
			return nil
		},
	}
}

// keepUntil brings the book to the database now and then, as long as the program works.
// What is called while it comes to its end is kept by End.
func (s *service) keepUntil(ctx context.Context) {
	for clock.Sleep(ctx, s.deps.Clock, keepEvery) == nil {
		s.tryKeep(ctx)
	}
}

func (s *service) tryKeep(ctx context.Context) {
	if err := s.keep(ctx); err != nil && ctx.Err() == nil {
		s.deps.Log.WarnContext(ctx, "the outgoing hosts could not be kept; they are kept the next time", "error", err.Error())
	}
}
