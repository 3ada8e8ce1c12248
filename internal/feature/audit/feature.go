// Package audit is 操作日志: who did what, when, from where, what was before and what after,
// and the proof that nobody has touched the record since.
//
// The web server hands over each write, export, sign-in and refusal (web.TxAuditor). What
// an operation notes is written in the transaction of the act: both hold or neither. The
// rest is written before the answer leaves. Secrets and personal data are redacted first,
// by struct tag (`audit:"secret"`) and by name; a secret that was replaced shows as changed.
//
// The entries of a corp are a chain: each bears a hash of itself and of the hash before it.
// The head of the chain is signed with a key from the key file at every entry, and once a
// day a signed seal is put aside, so that who owns the database but not the key file can
// neither change, remove, insert, reorder nor cut off entries unseen. What this machine has
// last seen of each chain stands in a file outside the database, so that an older state of
// the whole, or none, is seen too. Only retention
// removes, from the old end, and leaves a signed checkpoint.
//
// It hears, says and asks nothing, and answers Tiles: a chain that is not intact.
package audit

import (
	"embed"
	"log/slog"
	"net/http"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/live"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

const slug = "audit"

// The permissions.
const (
	mayRead   = "audit.read"
	mayExport = "audit.export"
	mayVerify = "audit.verify"
	maySet    = "audit.setting"
)

//go:embed migrations/*.sql
var migrations embed.FS

type service struct {
	db       *db.DB
	jobs     job.Scope
	live     *live.Live
	corps    *corp.Registry
	clock    clock.Clock
	search   *search.Index
	log      *slog.Logger
	recorder *recorder
}

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{
		db: d.DB, jobs: d.Jobs(slug), live: d.Live, corps: d.Corps, clock: d.Clock, search: d.Search, log: d.Log,
		recorder: &recorder{
			chain: &chain{db: d.DB, search: d.Search, box: d.Sealer, last: map[string]head{}, witness: &witness{dir: d.Witness, log: d.Log}},
			ids:   d.IDs, flood: newFlood(d.Clock),
		},
	}
	return feature.Feature{
		Slug:    slug,
		Auditor: s.recorder,
		Prove:   s.prove,
		Routes: []web.Route{
			web.Get("/entries", mayRead, "查看操作日志", s.List),
			web.Get("/entries/count", mayRead, "统计操作日志", s.Count),
			web.Get("/entries/{id}", mayRead, "查看一条操作记录", s.Get),
			web.Get("/operations", mayRead, "查看会被记录的操作", s.Operations),
			web.Get("/settings/{object}", "", "查看设置的修改记录", s.SettingChanges, web.SignedIn(), web.Named("getSettings")),
			web.Get("/status", mayRead, "查看操作日志的状态", s.GetStatus),
			web.Raw(http.MethodGet, "/entries.csv", mayExport, "导出操作日志（CSV）", s.export, web.Audited("audit.export"), web.Named("exportCsv")),
			web.Raw(http.MethodGet, "/entries.xlsx", mayExport, "导出操作日志（XLSX）", s.export, web.Audited("audit.export"), web.Named("exportXlsx")),
			web.Post("/verify", mayVerify, "校验操作日志是否被篡改", s.Verify, web.Named("verify")),
			web.Post("/seal", mayVerify, "为操作日志盖章", s.SealNow, web.Named("seal")),
			web.Put("/setting", maySet, "修改操作日志的保留期限", s.PutSetting, web.Dangerous(), web.Named("putSetting"), web.Sets("audit:retention")),
		},
		Lists: []feature.List{{Key: "audit.list", Permission: mayRead}},
		Permissions: []feature.Permission{
			{Key: mayRead, ZH: "查看操作日志", EN: "View the audit log"},
			{Key: mayExport, ZH: "导出操作日志", EN: "Export the audit log"},
			{Key: mayVerify, ZH: "校验操作日志", EN: "Verify the audit log"},
			{Key: maySet, ZH: "修改操作日志的保留期限", EN: "Change how long the audit log is kept"},
		},
		Menu: []feature.MenuEntry{
			{Group: feature.GroupManagement, Key: slug, Path: "/audit", Permission: mayRead, Order: 80},
		},
		Jobs: []job.Definition{
			job.Define(kindVerify, s.verify, job.InLane(job.Bulk), job.GiveUp(s.unverified)),
			job.Define(kindDaily, s.daily, job.InLane(job.Bulk)),
		},
		Schedules:  []job.Schedule{{Kind: kindDaily, Every: dailyEvery}},
		Answers:    ask.Answers{Tiles: s.tiles},
		Start:      s.start,
		Examine:    s.examine,
		Migrations: db.Folder(migrations, "migrations"),
	}
}
