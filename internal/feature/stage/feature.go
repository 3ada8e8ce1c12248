// Package stage is 客户阶段: flows of stages that customers go through, each stage with a
// cycle of follow-ups, and reminders to who does not keep it.
//
// What stands in a stage is a pair, a member's follow of a customer, once in each flow
// (placement). A pair comes in by the flow's rule, by hand or with many others (batch), and
// moves by hand, in bulk, by a stage's rule (Pull), or because the customer left or came
// back. A cycle counts from the
// last follow-up that the corp counts (Setting), at the corp's time and by its calendar
// (Due); what is overdue is reminded of once, again every few days, and told to the leader
// (remind). Every move is kept (stage_move): it is the history, and what the funnel and the
// time in each stage are reckoned from.
//
// Hears CustomerAdded, CustomerLost, CustomerDeleted, CustomerTagged, GroupMemberJoined,
// TransferSettled, FollowedUp, MarksSettled and MemberChanged. Says StageChanged and FollowedUp. Answers
// Timeline, Fields, Tiles and Columns.
package stage

import (
	"embed"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/live"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const slug = "stage"

//go:embed migrations/*.sql
var migrations embed.FS

type service struct {
	db      *db.DB
	jobs    job.Scope
	events  *bus.Bus
	live    *live.Live
	corps   *corp.Registry
	mirror  *mirror.Mirror
	notices *notice.Notices
	asks    *ask.Asks
	rights  viewer.Resolver
	clock   clock.Clock
	ids     *id.Source
	search  *search.Index
	acted   func(tx db.Tx, a web.Act)
}

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{
		db: d.DB, jobs: d.Jobs(slug), events: d.Events, live: d.Live, corps: d.Corps, mirror: d.Mirror, notices: d.Notices, asks: d.Asks, rights: d.Rights,
		clock: d.Clock, ids: d.IDs, search: d.Search, acted: d.Acted,
	}
	return feature.Feature{
		Slug: slug,
		Routes: []web.Route{
			web.Get("/flows", "stage.read", "查看客户阶段流程", s.Flows),
			web.Post("/flows", "stage.setting", "新建流程", s.CreateFlow),
			web.Put("/flows/{id}", "stage.setting", "修改流程", s.UpdateFlow),
			web.Delete("/flows/{id}", "stage.setting", "删除流程", s.DeleteFlow, web.Dangerous()),
			web.Post("/stages/{id}/remove", "stage.setting", "删除阶段", s.RemoveStage, web.Named("removeStage")),
			web.Get("/flows/{id}/board", "stage.read", "查看阶段看板", s.Board),
			web.Get("/flows/{id}/cards", "stage.read", "查看阶段客户", s.Cards),
			web.Get("/flows/{id}/cards/count", "stage.read", "统计阶段客户", s.Count),
			web.Get("/flows/{id}/funnel", "stage.read", "查看阶段漏斗", s.Funnel),
			web.Post("/moves", "stage.move", "移动客户阶段", s.Move, web.Named("move")),
			web.Delete("/cards/{id}", "stage.move", "将客户移出流程", s.Leave),
			web.Get("/customers/{id}", "stage.read", "查看客户所处阶段", s.Of),
			web.Post("/flows/{id}/batches", "stage.bulk", "批量移动客户阶段", s.StartBatch),
			web.Get("/batches", "stage.bulk", "查看批量移动记录", s.Batches),
			web.Post("/batches/{id}/stop", "stage.bulk", "停止批量移动", s.StopBatch, web.Named("stopBatch")),
			web.Post("/batches/{id}/retry", "stage.bulk", "重试批量移动中未移动的客户", s.RetryBatch, web.Named("retryBatch")),
			web.Post("/batches/{id}/undo", "stage.bulk", "撤销批量移动", s.UndoBatch, web.Named("undoBatch")),
			web.Get("/batches/{id}/items", "stage.bulk", "查看批量移动结果", s.Items),
			web.Get("/setting", "stage.read", "查看跟进设置", s.GetSetting),
			web.Put("/setting", "stage.setting", "修改跟进设置", s.PutSetting, web.Sets("stage:setting")),
		},
		Lists: []feature.List{{Key: "stage.customers", Permission: "stage.read"}},
		Permissions: []feature.Permission{
			{Key: "stage.read", ZH: "查看客户阶段", EN: "View customer stages"},
			{Key: "stage.move", ZH: "移动客户阶段", EN: "Move customers between stages"},
			{Key: "stage.bulk", ZH: "批量移动客户阶段", EN: "Move many customers at once"},
			{Key: "stage.export", ZH: "导出阶段客户", EN: "Export customers by stage"},
			{Key: "stage.setting", ZH: "设置流程与跟进规则", EN: "Set up flows and follow-up rules"},
		},
		Menu: []feature.MenuEntry{{Group: feature.GroupCustomer, Key: slug, Path: "/stage", Permission: "stage.read", Order: 12}},
		Jobs: []job.Definition{
			job.Define(kindEmpty, s.empty, job.Timeout(time.Hour), job.InLane(job.Bulk)),
			job.Define(kindClear, s.clear, job.Timeout(time.Hour), job.InLane(job.Bulk)),
			job.Define(kindReckon, s.reckon, job.Timeout(time.Hour), job.InLane(job.Bulk)),
			job.Define(kindBatch, s.batch, job.Timeout(time.Hour), job.InLane(job.Bulk), job.GiveUp(s.batchDead)),
			job.Define(kindRemind, s.remind),
		},
		Schedules: []job.Schedule{{Kind: kindRemind, Every: time.Minute, Args: job.TickArgs}},
		Listeners: []bus.Listener{
			bus.On("added", s.customerAdded), bus.On("lost", s.customerLost), bus.On("deleted", s.customerDeleted),
			bus.On("settled", s.transferSettled), bus.On("followed", s.followedUp), bus.On("renamed", s.memberRenamed),
			bus.On("tagged", s.customerTagged), bus.On("groupJoined", s.groupJoined),
			bus.On("marked", s.marksSettled),
		},
		Answers:    ask.Answers{Timeline: s.timeline, Fields: s.fields, Tiles: s.tiles, Columns: s.columns, Personal: personal()},
		Exports:    s.exports(),
		Notices:    noticeKinds(),
		Migrations: db.Folder(migrations, "migrations"),
		Demo:       s.demo,
	}
}
