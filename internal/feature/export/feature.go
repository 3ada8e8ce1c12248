// Package export is 导出记录: lists taken away as files, made in the background.
//
// Any feature names the lists that may be taken away in its manifest (feature.Export).
// Whoever holds the list's permission chooses columns and format; a job writes the file row
// by row into the blob store, so memory does not grow with it, with the rights its owner
// has at that moment; he alone sees it and fetches it, for seven days. When he may see less
// by then than when the file was made, it is refused: it might hold what is no longer his.
// The record of a file outlives it by as long as the corp wants (保留期限).
//
// It hears MemberChanged (another userid), and says nothing.
package export

import (
	"embed"
	"log/slog"
	"net/http"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/kept"
	"github.com/queqiao-scrm/queqiao/internal/platform/live"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const slug = "export"

//go:embed migrations/*.sql
var migrations embed.FS

const (
	kindRun   = "run"
	kindSweep = "sweep"
	// longest bounds one file; the largest measured takes a few minutes.
	longest = 6 * time.Hour
	// keepFor is how long a file can be fetched.
	keepFor = 7 * 24 * time.Hour
	// recordDays is how long the record of an export is kept unless the corp decides, as long
	// as that of a notice; that it was made and fetched stands in the audit log.
	recordDays = 180
)

type service struct {
	db     *db.DB
	jobs   job.Scope
	live   *live.Live
	corps  *corp.Registry
	rights viewer.Resolver
	clock  clock.Clock
	ids    *id.Source
	files  kept.Files
	log    *slog.Logger
	lists  func() []feature.Export
	acted  func(tx db.Tx, a web.Act)
}

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{
		db: d.DB, jobs: d.Jobs(slug), live: d.Live, corps: d.Corps, rights: d.Rights, clock: d.Clock, ids: d.IDs,
		files: kept.Files{DB: d.DB, Blob: d.Blob, Queue: d.Queue, Log: d.Log}, log: d.Log, lists: d.Exports, acted: d.Acted,
	}
	return feature.Feature{
		Slug: slug,
		Routes: []web.Route{
			web.Get("/runs", "", "查看自己的导出记录", s.Runs, web.SignedIn()),
			web.Post("/runs", "", "导出列表", s.Start, web.SignedIn(), web.Named("start")),
			web.Delete("/runs/{id}", "", "取消或删除导出", s.Remove, web.SignedIn(), web.Named("remove")),
			web.Raw(http.MethodGet, "/runs/{id}/file", "", "下载导出的文件", s.file, web.SignedIn(), web.Audited("export.download"), web.Named("download")),
			web.Get("/lists/{list}", "", "查看列表可导出的列", s.List, web.SignedIn(), web.Named("list")),
		},
		Menu: []feature.MenuEntry{{Group: feature.GroupManagement, Key: slug, Path: "/export", Order: 85}},
		Jobs: []job.Definition{
			job.Define(kindRun, s.run, job.InLane(job.Bulk), job.Attempts(5), job.Timeout(longest), job.GiveUp(s.givenUp)),
			job.Define(kindSweep, s.sweep, job.InLane(job.Bulk), job.Attempts(1)),
		},
		Schedules:  []job.Schedule{{Kind: kindSweep, Every: time.Hour}},
		Answers:    ask.Answers{Personal: ask.Personal{Terms: terms()}},
		Listeners:  []bus.Listener{bus.On("renamed", mirror.Renamed(d.DB, named()...))},
		Migrations: db.Folder(migrations, "migrations"),
	}
}

// named are the columns in which members are named.
func named() []mirror.Named {
	return []mirror.Named{
		{Table: "export_run", Column: "owner", Form: mirror.AsActor},
		{Table: "export_run", Column: "member_id"},
		{Table: "export_run", Column: "members", Form: mirror.AsList},
	}
}
