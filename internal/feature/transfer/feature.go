// Package transfer is 离职继承 and 在职继承: customers and groups of a member pass to
// others, after he left or while he stays.
//
// A Transfer is what one person started at once; its Items are one customer or group
// each, with states planned → sent → waiting → accepted | refused | full | failed, and
// cancelled for what was not sent. A preview writes nothing; starting writes all items in
// one transaction and asks for a job (send), which takes a hundred of one pair of members
// at a time. An answer of 0 means that WeCom began: the customer may refuse for a day.
//
// Crash: an item is marked as sent before the call. Whoever finds it so without an answer
// asks WeCom for the results of the pair first, and calls again only for what WeCom does
// not know; a second call for a customer on the way is refused by WeCom (40129, 40100).
//
// End: transfer_fail and DELETE_BY_TRANSFER settle an item at once. Everything else is
// asked for (poll) for 72 hours with growing waits; results may be late or contradict what
// happened, so each end has two witnesses (judge.go). An accepted item says
// TransferSettled once: what we hold about the pair goes with the customer. So does what an
// administrator hands over in WeCom's own console (console.go).
//
// Limits: 100 a call, 2 transfers on the job in 90 days, 300 groups of one owner a day (the
// rest waits for the next day by itself), one transfer of a customer at a time (unique index).
//
// Seats: the plan says who takes a leaver's seats in channel codes (seats.go); that is told
// when it starts, and the channel codes carry it out.
//
// WeCom's list of what leavers left (待分配) is read by a job (refresh) once a day, after
// somebody left, and when asked for.
//
// Hears TransferFailed, CustomerDeleted, CustomerAdded, GroupChanged (settle), MemberLeft,
// MemberJoined (leavers), MemberChanged (another userid). Says TransferSettled and SeatHandedOver. Answers Timeline and Tiles. Asks Select and Seats.
package transfer

import (
	"embed"
	"log/slog"
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
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

const (
	slug            = "transfer"
	permissionRead  = "transfer.read"
	permissionWrite = "transfer.write"

	permissionExport = "transfer.export"
)

//go:embed migrations/*.sql
var migrations embed.FS

type service struct {
	db     *db.DB
	jobs   job.Scope
	bus    *bus.Bus
	live   *live.Live
	corps  *corp.Registry
	mirror *mirror.Mirror
	asks   *ask.Asks
	clock  clock.Clock
	ids    *id.Source
	log    *slog.Logger
	notice *notice.Notices
	acted  func(tx db.Tx, a web.Act)
}

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{
		db: d.DB, jobs: d.Jobs(slug), bus: d.Events, live: d.Live, corps: d.Corps, mirror: d.Mirror, asks: d.Asks,
		clock: d.Clock, ids: d.IDs, log: d.Log, notice: d.Notices, acted: d.Acted,
	}
	return feature.Feature{
		Slug: slug,
		Routes: []web.Route{
			web.Get("/leavers", permissionRead, "查看离职成员", s.Leavers),
			web.Get("/leavers/count", permissionRead, "统计离职成员", s.CountLeavers),
			web.Get("/refresh", permissionRead, "查看待分配列表的刷新进度", s.Refreshed),
			web.Post("/refresh", permissionWrite, "刷新待分配列表", s.Refresh),
			web.Get("/members/{member}/customers", permissionRead, "查看成员可转接的客户", s.Customers),
			web.Get("/members/{member}/groups", permissionRead, "查看成员可转接的客户群", s.Groups),
			web.Post("/preview", permissionWrite, "预览客户转接", s.Preview),
			web.Get("/transfers", permissionRead, "查看转接记录", s.Transfers),
			web.Post("/transfers", permissionWrite, "开始客户转接", s.Begin, web.Dangerous()),
			web.Get("/transfers/{id}", permissionRead, "查看一次转接", s.Get),
			web.Post("/transfers/{id}/retry", permissionWrite, "重试未成功的转接", s.Retry, web.Dangerous()),
			web.Post("/transfers/{id}/cancel", permissionWrite, "取消尚未发出的转接", s.Cancel),
			web.Get("/items", permissionRead, "查看转接明细", s.Items),
			web.Get("/items/count", permissionRead, "统计转接明细", s.CountItems),
		},
		Permissions: []feature.Permission{
			{Key: permissionRead, ZH: "查看在职继承与离职继承", EN: "View hand-overs of customers"},
			{Key: permissionWrite, ZH: "转接客户与客户群（在职继承、离职继承）", EN: "Hand over customers and groups"},
			{Key: permissionExport, ZH: "导出转接明细", EN: "Export hand-overs"},
		},
		Menu: []feature.MenuEntry{{Group: feature.GroupCustomer, Key: slug, Path: "/transfer", Permission: permissionRead, Order: 15}},
		Jobs: []job.Definition{
			job.Define(kindSend, s.send, job.InLane(job.Bulk), job.Timeout(10*time.Minute), job.Attempts(sendTries), job.GiveUp(s.sendGaveUp)),
			job.Define(kindPoll, s.poll, job.InLane(job.Bulk), job.Timeout(10*time.Minute), job.Attempts(1)),
			job.Define(kindNotify, s.notify),
			job.Define(kindConsole, s.fromConsole, job.Attempts(consoleTries)),
			job.Define(kindRefresh, s.refresh, job.InLane(job.Bulk), job.Timeout(10*time.Minute), job.GiveUp(s.refreshGaveUp)),
		},
		Notices: []notice.Kind{{Key: noticeTaken, ZH: "接替客户", EN: "Customers taken over"}},
		Schedules: []job.Schedule{
			{Kind: kindPoll, Every: 5 * time.Minute, PerCorp: s.polled},
			{Kind: kindRefresh, Cron: "20 19 * * *", PerCorp: d.Corps.ActiveCorps},
		},
		Listeners: []bus.Listener{
			bus.On("failed", s.transferFailed), bus.On("deleted", s.customerDeleted), bus.On("added", s.customerAdded),
			bus.On("groupChanged", s.groupChanged), bus.On("memberLeft", s.memberLeft), bus.On("memberJoined", s.memberJoined),
			bus.On("renamed", mirror.Renamed(d.DB, named()...)),
		},
		Answers: ask.Answers{Timeline: s.timeline, Tiles: s.tiles, Personal: personal()},
		Exports: []feature.Export{{
			Key: "transfer.items", ZH: "转接明细", EN: "Hand-overs", Permission: permissionExport,
			Columns: exportColumns, Check: s.exportCheck, Rows: s.exportRows, Total: s.exportTotal,
		}},
		Migrations: db.Folder(migrations, "migrations"),
		Demo:       s.demo,
	}
}

// named are the columns in which members are named: one who gives or takes may get another
// userid while WeCom waits for the customer, and is asked about under the new one.
func named() []mirror.Named {
	return []mirror.Named{
		{Table: "transfer_item", Column: "from_member", Pages: mirror.ByPrimaryID},
		{Table: "transfer_item", Column: "to_member", Pages: mirror.ByPrimaryID},
		{Table: "transfer_leaver", Column: "member_id", Beside: []string{}},
		{Table: "transfer_unassigned", Column: "member_id", Beside: []string{"customer"}},
		{Table: "transfer_console", Column: "from_member", Pages: mirror.ByCustomer, Beside: []string{"customer", "to_member", "began_at"}},
		{Table: "transfer_console", Column: "to_member", Pages: mirror.ByCustomer, Beside: []string{"customer", "from_member", "began_at"}},
		{Table: "transfer_seat", Column: "from_member", Beside: []string{"transfer_id", "of_feature", "seat_id"}},
		{Table: "transfer_seat", Column: "to_member"},
		{Table: "transfer_transfer", Column: "created_by", Form: mirror.AsActor},
	}
}
