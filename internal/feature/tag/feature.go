// Package tag is 标签: the library of corp tags in both directions, platform tags, who sees
// which groups, batch acts, rules for automatic tags and figures.
//
// The library is WeCom's and lies in the mirror. A change made here is a wish: it is stored,
// told to WeCom by a job, and what WeCom has is read back (push.go says who wins when both
// sides changed). Platform tags (平台标签) are ours alone and lie beside WeCom's (ADR 0016).
//
// A batch act is a run: the selection becomes items, page by page (collect), and the items
// are marked at WeCom, some at a time (work); what is to change at each is written down
// before WeCom is called, so that a run that was killed goes on, and an undo takes back
// precisely what it changed.
//
// A rule has a trigger (trigger.go), a setting, and tags to put on and take off; each fact
// that it meets is one hit in its log.
//
// What happens with tags on follows is kept (history.go): the mirror says it in the
// transaction in which it happens, whoever made it happen.
//
// Hears CustomerAdded, GroupMemberJoined, TagsChanged, MarksSettled (rules), TransferSettled (platform tags and
// the history pass to the taker) and MemberChanged. Says nothing of its own: the mirror tells
// CustomerChanged and TagsChanged. Answers Columns, Timeline and Personal.
package tag

import (
	"context"
	"embed"
	"log/slog"
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

const (
	slug            = "tag"
	permissionRead  = "tag.read"
	permissionAdd   = "tag.add"
	permissionWrite = "tag.write"
	permissionBatch = "tag.batch"
	permissionRule  = "tag.rule"
)

//go:embed migrations/*.sql
var migrations embed.FS

type service struct {
	db     *db.DB
	jobs   job.Scope
	live   *live.Live
	corps  *corp.Registry
	mirror *mirror.Mirror
	asks   *ask.Asks
	rights viewer.Resolver
	clock  clock.Clock
	ids    *id.Source
	// unlinks holds the uploaded lists, and removes them once they are checked.
	unlinks kept.Unlinks
	log     *slog.Logger
	acted   func(tx db.Tx, a web.Act)
}

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{
		db: d.DB, jobs: d.Jobs(slug), live: d.Live, corps: d.Corps, mirror: d.Mirror, asks: d.Asks, rights: d.Rights,
		clock: d.Clock, ids: d.IDs, log: d.Log, acted: d.Acted,
	}
	s.unlinks = kept.Unlinks{Jobs: s.jobs, Blob: d.Blob}
	return feature.Feature{
		Slug:   slug,
		Routes: s.routes(),
		Permissions: []feature.Permission{
			{Key: permissionRead, ZH: "查看标签库和标签统计", EN: "View the tag library and its figures"},
			{Key: permissionAdd, ZH: "在可建范围内新建标签", EN: "Add tags to groups that allow it"},
			{Key: permissionWrite, ZH: "管理标签库和标签组的范围", EN: "Manage the tag library and who sees it"},
			{Key: permissionBatch, ZH: "批量打标签", EN: "Tag many customers at once"},
			{Key: permissionRule, ZH: "管理自动打标签规则", EN: "Manage rules for automatic tags"},
		},
		Menu: []feature.MenuEntry{{Group: feature.GroupCustomer, Key: slug, Path: "/tag", Permission: permissionRead, Order: 14}},
		Jobs: []job.Definition{
			job.Define(kindPush, s.push, job.GiveUp(s.pushGivenUp)),
			job.Define(kindCollect, s.collect, job.InLane(job.Bulk), job.Timeout(10*time.Minute)),
			job.Define(kindCheck, s.check, job.InLane(job.Bulk), job.Timeout(time.Hour), job.GiveUp(s.checkGivenUp)),
			s.unlinks.Definition(),
			job.Define(kindWork, s.work, job.InLane(job.Bulk), job.Attempts(workTries), job.Timeout(10*time.Minute), job.GiveUp(s.workGivenUp)),
			job.Define(kindCount, s.countHourly, job.InLane(job.Bulk), job.Timeout(10*time.Minute)),
			job.Define(kindForget, s.forget, job.InLane(job.Bulk), job.Timeout(time.Hour)),
			job.Define(kindRecent, s.countNow, job.InLane(job.Bulk), job.Timeout(10*time.Minute)),
		},
		Schedules: []job.Schedule{
			{Kind: kindCount, Every: time.Hour, PerCorp: d.Corps.ActiveCorps, Args: job.TickArgs},
			{Kind: kindForget, Cron: "50 18 * * *"}, // in China's night
		},
		Listeners: []bus.Listener{
			bus.On("added", s.customerAdded), bus.On("groupJoined", s.groupJoined), bus.OnJob("transferred", s.transferred),
			bus.On("library", s.libraryChanged), bus.On("renamed", s.memberRenamed), bus.On("marked", s.marksSettled),
		},
		TagSight: func(ctx context.Context, q db.Querier, v viewer.Viewer) (map[string]bool, error) {
			return s.hidden(ctx, q, v)
		},
		TagHistory: s.keep,
		Answers:    ask.Answers{Columns: s.columns, Timeline: s.timeline, Personal: personal()},
		Migrations: db.Folder(migrations, "migrations"),
		Demo:       s.demo,
	}
}

func (s *service) routes() []web.Route {
	return []web.Route{
		web.Get("/library", permissionRead, "查看标签库", s.Library),
		web.Post("/groups", permissionWrite, "新建标签组", s.AddGroup),
		web.Post("/groups/{id}/tags", permissionAdd, "在标签组中新建标签", s.AddTags),
		web.Put("/groups/{id}/sight", permissionWrite, "设置标签组的可见范围和可建范围", s.PutSight),
		web.Put("/names/{id}", permissionWrite, "修改标签或标签组的名称", s.Rename),
		web.Put("/order", permissionWrite, "调整标签或标签组的顺序", s.Reorder),
		web.Get("/usage/{id}", permissionWrite, "查看删除标签的影响", s.Usage),
		web.Delete("/tags/{id}", permissionWrite, "删除标签或标签组", s.Delete, web.Dangerous()),
		web.Get("/changes", permissionRead, "查看标签变更记录", s.Changes),
		web.Post("/changes/{id}/retry", permissionWrite, "重新提交被拒绝的标签变更", s.RetryChange),
		web.Post("/runs/size", permissionBatch, "预估批量打标签的人数", s.Size),
		web.Post("/runs", permissionBatch, "批量打标签", s.Start),
		web.Post("/runs/file", permissionBatch, "导入批量打标签的名单", s.Import, web.MaxBody(28<<20)),
		web.Get("/runs", permissionBatch, "查看批量打标签任务", s.Runs),
		web.Get("/runs/{id}", permissionBatch, "查看一个批量打标签任务", s.Run),
		web.Get("/runs/{id}/items", permissionBatch, "查看批量打标签任务的每个客户", s.Items),
		web.Post("/runs/{id}/begin", permissionBatch, "开始给导入的名单打标签", s.Begin),
		web.Post("/runs/{id}/retry", permissionBatch, "重试批量打标签任务中失败的客户", s.Retry),
		web.Post("/runs/{id}/undo", permissionBatch, "撤销批量打标签任务", s.Undo),
		web.Post("/runs/{id}/cancel", permissionBatch, "取消批量打标签任务", s.Cancel),
		web.Get("/rules", permissionRule, "查看自动打标签规则", s.Rules),
		web.Post("/rules", permissionRule, "新建自动打标签规则", s.CreateRule),
		web.Put("/rules/order", permissionRule, "调整自动打标签规则的顺序", s.OrderRules),
		web.Post("/rules/dry-run", permissionRule, "试运行自动打标签规则", s.DryRun),
		web.Put("/rules/{id}", permissionRule, "修改自动打标签规则", s.UpdateRule),
		web.Put("/rules/{id}/switch", permissionRule, "启用或停用自动打标签规则", s.SwitchRule),
		web.Delete("/rules/{id}", permissionRule, "删除自动打标签规则", s.DeleteRule),
		web.Get("/rules/{id}/hits", permissionRule, "查看自动打标签规则的命中记录", s.Hits),
		web.Get("/stats", permissionRead, "查看标签统计", s.Stats),
		web.Get("/stats/{id}", permissionRead, "查看一个标签的统计", s.TagStats),
		web.Post("/stats/recount", permissionRead, "重新统计标签", s.Recount),
	}
}
