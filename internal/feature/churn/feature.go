// Package churn is 流失提醒: a record of every time a customer deleted a member, and the
// message that tells the member at once (被删除通知).
//
// A loss is written once an event and never changed, but for its notice (off, or waiting
// → sent | failed) and for the moment when the two found each other again. What a re-sync
// finds is recorded as "time unknown" and raises no alarm.
//
// Hears CustomerLost and CustomerAdded. Says nothing. Answers Timeline. It is the
// smallest feature: the one to copy.
package churn

import (
	"embed"
	"log/slog"
	"net/http"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/live"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

const slug = "churn"

//go:embed migrations/*.sql
var migrations embed.FS

type service struct {
	db        *db.DB
	jobs      job.Scope
	live      *live.Live
	corps     *corp.Registry
	clock     clock.Clock
	search    *search.Index
	log       *slog.Logger
	publicURL string
}

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{db: d.DB, jobs: d.Jobs(slug), live: d.Live, corps: d.Corps, clock: d.Clock, search: d.Search, log: d.Log, publicURL: d.PublicURL}
	return feature.Feature{
		Slug: slug,
		Routes: []web.Route{
			web.Get("/losses", "churn.read", "查看流失记录", s.List),
			web.Get("/losses/count", "churn.read", "统计流失记录", s.Count),
			web.Raw(http.MethodGet, "/losses.csv", "churn.export", "导出流失记录（CSV）", s.export, web.Audited("churn.export"), web.Named("exportCsv")),
			web.Raw(http.MethodGet, "/losses.xlsx", "churn.export", "导出流失记录（XLSX）", s.export, web.Audited("churn.export"), web.Named("exportXlsx")),
			web.Get("/setting", "churn.read", "查看流失提醒设置", s.GetSetting),
			web.Put("/setting", "churn.setting", "修改流失提醒设置", s.PutSetting),
		},
		Permissions: []feature.Permission{
			{Key: "churn.read", ZH: "查看流失记录", EN: "View losses"},
			{Key: "churn.export", ZH: "导出流失记录", EN: "Export losses"},
			{Key: "churn.setting", ZH: "修改流失提醒设置", EN: "Change the notice of losses"},
		},
		Menu:       []feature.MenuEntry{{Group: feature.GroupCustomer, Key: slug, Path: "/churn", Permission: "churn.read", Order: 20}},
		Jobs:       []job.Definition{job.Define(kindNotify, s.notify, job.InLane(job.Urgent), job.GiveUp(s.givenUp))},
		Listeners:  []bus.Listener{bus.On("lost", s.customerLost, bus.InLane(job.Urgent)), bus.On("added", s.customerAdded)},
		Answers:    ask.Answers{Timeline: s.timeline},
		Migrations: db.Folder(migrations, "migrations"),
	}
}
