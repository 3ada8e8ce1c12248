// Package privacy is 个人信息请求: handing a person all that is kept of him, erasing it, and
// keeping nothing for longer than the corp wants to.
//
// What is kept is told by those who keep it (ask.Personal): each part of the product names
// its own tables. A request is for one customer and runs in the background. An export
// becomes a ZIP that only who asked for it fetches, for seven days. An erasure walks
// through all holdings in small transactions, each with its own progress, so that a
// process that died goes on where it was; at the end the request itself forgets whom it
// was for and is the certificate (删除证明): what, how many, when, by whom, and a hash.
//
// Whoever acts must see every follow of the customer: what is handed out or erased is all
// of him, other members' notes included. What WeCom knows cannot be erased here: it comes
// back with the next reading as long as a member follows the customer. The audit log stays,
// as the law asks, until its own retention.
//
// Terms (保留期限) remove old things each night; 0 keeps them for ever, which is the default.
//
// It hears MemberChanged (another userid), and says nothing. Asks Personal, and answers it for its own requests.
package privacy

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

const slug = "privacy"

//go:embed migrations/*.sql
var migrations embed.FS

const (
	mayView   = "privacy.view"
	mayExport = "privacy.export"
	mayErase  = "privacy.erase"
	mayRetain = "privacy.retention"
)

const (
	kindExport  = "export"
	kindErase   = "erase"
	kindSweep   = "sweep"
	kindNightly = "nightly"
	// longest bounds one request; one person's data is read in seconds.
	longest = time.Hour
	// keepFor is how long a file can be fetched.
	keepFor = 7 * 24 * time.Hour
)

type service struct {
	db     *db.DB
	jobs   job.Scope
	live   *live.Live
	corps  *corp.Registry
	asks   *ask.Asks
	rights viewer.Resolver
	clock  clock.Clock
	ids    *id.Source
	files  kept.Files
	log    *slog.Logger
	acted  func(tx db.Tx, a web.Act)
}

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{
		db: d.DB, jobs: d.Jobs(slug), live: d.Live, corps: d.Corps, asks: d.Asks, rights: d.Rights,
		clock: d.Clock, ids: d.IDs, files: kept.Files{DB: d.DB, Blob: d.Blob, Queue: d.Queue, Log: d.Log}, log: d.Log, acted: d.Acted,
	}
	return feature.Feature{
		Slug: slug,
		Routes: []web.Route{
			web.Get("/requests", mayView, "查看个人信息请求", s.Requests),
			web.Get("/requests/{id}", mayView, "查看个人信息请求的进度", s.Request),
			web.Delete("/requests/{id}", mayView, "取消个人信息请求或删除导出的文件", s.Cancel),
			web.Raw(http.MethodGet, "/requests/{id}/file", mayExport, "下载导出的个人信息", s.file, web.Audited("privacy.download"), web.Named("download")),
			web.Raw(http.MethodGet, "/requests/{id}/certificate", mayView, "下载个人信息删除证明", s.certificate, web.Named("certificate")),
			web.Get("/customers/{id}", mayView, "查看持有客户的哪些个人信息", s.Held),
			web.Post("/customers/{id}/export", mayExport, "导出客户的个人信息", s.Export),
			web.Post("/customers/{id}/erase", mayErase, "删除客户的个人信息", s.Erase, web.Dangerous()),
			web.Get("/terms", mayView, "查看保留期限", s.Terms),
			web.Get("/terms/{term}/preview", mayView, "预览保留期限会删除多少", s.Preview),
			web.Put("/terms/{term}", mayRetain, "修改保留期限", s.PutTerm, web.Dangerous(), web.Sets("privacy:term:")),
		},
		Permissions: []feature.Permission{
			{Key: mayView, ZH: "查看个人信息请求与保留期限", EN: "View personal data requests and retention"},
			{Key: mayExport, ZH: "导出客户的个人信息", EN: "Export a customer's personal data"},
			{Key: mayErase, ZH: "删除客户的个人信息", EN: "Erase a customer's personal data"},
			{Key: mayRetain, ZH: "修改保留期限", EN: "Change retention"},
		},
		Menu: []feature.MenuEntry{{Group: feature.GroupManagement, Key: slug, Path: "/privacy", Permission: mayView, Order: 86}},
		Jobs: []job.Definition{
			job.Define(kindExport, s.export, job.InLane(job.Bulk), job.Attempts(5), job.Timeout(longest), job.GiveUp(s.givenUp)),
			job.Define(kindErase, s.erase, job.InLane(job.Bulk), job.Attempts(8), job.Timeout(longest), job.GiveUp(s.givenUp)),
			job.Define(kindSweep, s.sweep, job.InLane(job.Bulk), job.Attempts(1)),
			job.Define(kindNightly, s.nightly, job.InLane(job.Bulk)),
		},
		Schedules: []job.Schedule{
			{Kind: kindSweep, Every: time.Hour},
			{Kind: kindNightly, Every: time.Hour, PerCorp: d.Corps.ActiveCorps, Args: job.TickArgs},
		},
		Answers:    ask.Answers{Personal: personal()},
		Listeners:  []bus.Listener{bus.On("renamed", mirror.Renamed(d.DB, named()...))},
		Migrations: db.Folder(migrations, "migrations"),
		Demo:       s.demo,
	}
}

// named are the columns in which members are named.
func named() []mirror.Named {
	return []mirror.Named{
		{Table: "privacy_request", Column: "actor", Form: mirror.AsActor},
		{Table: "privacy_request", Column: "member_id"},
		{Table: "privacy_term", Column: "updated_by", Form: mirror.AsActor},
	}
}
