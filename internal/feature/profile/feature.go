// Package profile is 客户资料: what a corp keeps of its customers beside what WeCom knows.
//
// A corp defines fields (自定义字段), at most a hundred, each with a kind, a section, roles
// that see it and roles that fill it in. Values belong to the customer, not to a follow,
// and each change is a line of his history. Whoever sees a customer sees his profile.
//
// A customer may stand on the blacklist (黑名单), with a reason. Records of the same person
// may share one profile (合并): that of a chosen main record; the others keep their own for
// the day the merge is undone. WeCom is told of none of this.
//
// What a member notes of a customer in WeCom (remark, description, company, telephones) is
// changed here too, and reaches the mirror when WeCom has taken it.
//
// Many customers are changed by runs: batch edits, imports of tables, the blacklist. They
// work in the background in small steps, tell what became of each, and are undone as a whole.
//
// Hears MemberChanged (another userid), and says nothing. Asks Select and Size; answers Timeline, Fields and Columns.
package profile

import (
	"embed"
	"net/http"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
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

const (
	slug                = "profile"
	permissionRead      = "profile.read"
	permissionWrite     = "profile.write"
	permissionDescribe  = "profile.describe"
	permissionField     = "profile.field"
	permissionBlacklist = "profile.blacklist"
	permissionMerge     = "profile.merge"
	permissionBatch     = "profile.batch"
)

//go:embed migrations/*.sql
var migrations embed.FS

type service struct {
	db      *db.DB
	jobs    job.Scope
	live    *live.Live
	corps   *corp.Registry
	mirror  *mirror.Mirror
	asks    *ask.Asks
	rights  viewer.Resolver
	clock   clock.Clock
	ids     *id.Source
	blob    blob.Store
	unlinks kept.Unlinks
	acted   func(tx db.Tx, a web.Act)
}

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{
		db: d.DB, jobs: d.Jobs(slug), live: d.Live, corps: d.Corps, mirror: d.Mirror, asks: d.Asks, rights: d.Rights, clock: d.Clock, ids: d.IDs, blob: d.Blob, acted: d.Acted,
	}
	s.unlinks = kept.Unlinks{Jobs: s.jobs, Blob: d.Blob}
	return feature.Feature{
		Slug:        slug,
		Routes:      s.routes(),
		Permissions: permissions(),
		Menu: []feature.MenuEntry{
			{Group: feature.GroupCustomer, Key: slug, Path: "/profile", Permission: permissionRead, Order: 60},
		},
		Jobs: []job.Definition{
			job.Define(kindSweep, s.sweep, job.InLane(job.Bulk)),
			s.unlinks.Definition(),
			job.Define(kindRun, s.work, job.InLane(job.Bulk), job.Timeout(6*time.Hour), job.GiveUp(s.broken)),
		},
		Schedules:  []job.Schedule{{Kind: kindSweep, Cron: "20 19 * * *"}},
		Answers:    ask.Answers{Timeline: s.timeline, Fields: s.fields, Columns: s.columns, Badges: badges(), Personal: personal()},
		Listeners:  []bus.Listener{bus.On("renamed", mirror.Renamed(d.DB, named()...))},
		Migrations: db.Folder(migrations, "migrations"),
		Demo:       s.demo,
	}
}

func (s *service) routes() []web.Route {
	return []web.Route{
		web.Get("/fields", permissionRead, "查看自定义字段", s.Fields),
		web.Post("/fields", permissionField, "新建自定义字段", s.CreateField),
		web.Put("/fields/{id}", permissionField, "修改自定义字段", s.PutField),
		web.Put("/fields/{id}/state", permissionField, "停用或启用自定义字段", s.ArchiveField),
		web.Get("/fields/{id}/usage", permissionField, "查看自定义字段的使用情况", s.FieldUsage),
		web.Delete("/fields/{id}", permissionField, "删除自定义字段", s.DeleteField),
		web.Put("/order", permissionField, "调整自定义字段的顺序", s.OrderFields),
		web.Get("/customers/{id}", permissionRead, "查看客户资料", s.Get),
		web.Put("/customers/{id}/values", permissionWrite, "填写客户资料", s.PutValues),
		web.Get("/customers/{id}/phones", permissionRead, "查看客户资料中的完整电话", s.Phones, web.Audited("profile.phone")),
		web.Raw(http.MethodPost, "/customers/{id}/files", permissionWrite, "上传客户资料文件", s.upload, web.MaxBody(maxFile+(1<<16))),
		web.Raw(http.MethodGet, "/files/{id}", permissionRead, "下载客户资料文件", s.download, web.Audited("profile.file")),
		web.Put("/own/{id}/notes", permissionWrite, "修改自己对客户的备注", s.DescribeOwn),
		web.Put("/follows/{id}/notes", permissionDescribe, "修改成员对客户的备注", s.Describe),
		web.Get("/blacklist", permissionRead, "查看黑名单", s.ListBlacklist),
		web.Put("/customers/{id}/blacklist", permissionBlacklist, "将客户加入黑名单", s.PutBlacklist),
		web.Delete("/customers/{id}/blacklist", permissionBlacklist, "将客户移出黑名单", s.DeleteBlacklist),
		web.Post("/blacklist", permissionBlacklist, "批量加入或移出黑名单", s.Blacken),
		web.Post("/edits", permissionBatch, "批量修改客户资料", s.Edit),
		web.Get("/runs", permissionRead, "查看批量任务", s.Runs),
		web.Get("/runs/{id}", permissionRead, "查看一个批量任务", s.GetRun),
		web.Get("/runs/{id}/items", permissionRead, "查看批量任务的逐项结果", s.Items),
		web.Raw(http.MethodGet, "/runs/{id}/report.csv", permissionBatch, "下载批量任务的结果", s.report, web.Audited("profile.report"), web.Named("reportCsv")),
		web.Post("/runs/{id}/undo", permissionBatch, "撤销批量任务", s.UndoRun),
		web.Post("/runs/{id}/stop", permissionBatch, "停止批量任务", s.StopRun),
		web.Post("/runs/{id}/retry", permissionBatch, "重试批量任务", s.RetryRun),
		web.Raw(http.MethodPost, "/imports", permissionBatch, "上传要导入的客户资料", s.uploadTable, web.MaxBody(maxSheet+(1<<16)), web.Named("uploadImport")),
		web.Raw(http.MethodGet, "/imports/template.xlsx", permissionBatch, "下载导入模板", s.template, web.Named("importTemplate")),
		web.Put("/imports/{id}", permissionBatch, "检查要导入的客户资料", s.CheckImport),
		web.Post("/imports/{id}/start", permissionBatch, "开始导入客户资料", s.StartImport),
		web.Get("/duplicates", permissionRead, "查看重复客户", s.Duplicates),
		web.Post("/merges", permissionMerge, "合并重复客户的资料", s.MergeRecords),
		web.Delete("/merges/{id}", permissionMerge, "撤销合并", s.PartRecords),
	}
}

func permissions() []feature.Permission {
	return []feature.Permission{
		{Key: permissionRead, ZH: "查看客户资料", EN: "View customer profiles"},
		{Key: permissionWrite, ZH: "填写客户资料、修改自己的备注", EN: "Fill in customer profiles and change one's own notes"},
		{Key: permissionDescribe, ZH: "修改他人备注", EN: "Change the notes of other members"},
		{Key: permissionField, ZH: "管理自定义字段", EN: "Define custom fields"},
		{Key: permissionBatch, ZH: "批量修改、导入客户资料", EN: "Change and import customer profiles in bulk"},
		{Key: permissionBlacklist, ZH: "管理黑名单", EN: "Manage the blacklist"},
		{Key: permissionMerge, ZH: "合并重复客户", EN: "Merge duplicate customers"},
	}
}

// named are the columns in which members are named.
func named() []mirror.Named {
	return []mirror.Named{
		{Table: "profile_change", Column: "member_id", Pages: mirror.ByCustomer},
		{Table: "profile_run", Column: "by_actor", Form: mirror.AsActor},
		{Table: "profile_run", Column: "spec", Form: mirror.AsJSON},
		{Table: "profile_field", Column: "created_by", Form: mirror.AsActor},
		{Table: "profile_file", Column: "created_by", Form: mirror.AsActor},
	}
}
