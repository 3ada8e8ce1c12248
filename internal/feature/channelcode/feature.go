// Package channelcode is 渠道活码: QR codes that lead a customer to the members on duty.
//
// A code is printed once and changed for ever after: its members, shifts (排班), daily
// cap with backup members, greeting and tags. At WeCom it is a contact way (联系我) whose
// state "cc" + id is the only link between a scan and the code; it is kept when the code
// is deleted, because prints live longer.
//
// States: pending (wanted) → live ⇄ broken (WeCom refused; the reason is shown) → deleted.
// A job (publish) brings WeCom in line after every edit, at the minute a shift changes,
// when a member reached his cap, when a member left or lost 客户联系, and every hour
// while WeCom does not take the code as wanted.
//
// Hears CustomerAdded (count, tag, remark, cap), CustomerLost and CustomerDeleted (count),
// MemberLeft and MemberChanged (publish anew), SeatHandedOver (a leaver's seat goes
// to whom a hand-over names) and TransferSettled (to who took over, where none names anybody).
// Says nothing. Answers Welcome for its states, Timeline ("came by 展会码"), Find, Tiles,
// Fields and Seats.
package channelcode

import (
	"embed"
	"log/slog"
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
	"github.com/queqiao-scrm/queqiao/internal/platform/live"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

const slug = "channelcode"

//go:embed migrations/*.sql
var migrations embed.FS

type service struct {
	db     *db.DB
	jobs   job.Scope
	live   *live.Live
	corps  *corp.Registry
	mirror *mirror.Mirror
	clock  clock.Clock
	ids    *id.Source
	blob   blob.Store
	http   *http.Client
	log    *slog.Logger
}

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{
		db: d.DB, jobs: d.Jobs(slug), live: d.Live, corps: d.Corps, mirror: d.Mirror, clock: d.Clock, ids: d.IDs,
		blob: d.Blob, http: d.HTTP, log: d.Log,
	}
	return feature.Feature{
		Slug: slug,
		Routes: []web.Route{
			web.Get("/codes", "channelcode.read", "查看渠道活码列表", s.List),
			web.Post("/codes", "channelcode.write", "新建渠道活码", s.Create),
			web.Get("/codes/{id}", "channelcode.read", "查看渠道活码", s.Get),
			web.Put("/codes/{id}", "channelcode.write", "修改渠道活码", s.Update),
			web.Delete("/codes/{id}", "channelcode.write", "删除渠道活码", s.Remove, web.Dangerous()),
			web.Get("/codes/{id}/days", "channelcode.read", "查看渠道活码每日统计", s.Days),
			web.Get("/codes/{id}/changes", "channelcode.read", "查看通过渠道活码添加和流失的客户", s.Changes),
			web.Raw(http.MethodGet, "/codes/{id}/qr", "channelcode.read", "下载渠道活码图片", s.picturePNG),
		},
		Lists: []feature.List{{Key: "channelcode.list", Permission: "channelcode.read"}},
		Permissions: []feature.Permission{
			{Key: "channelcode.read", ZH: "查看渠道活码", EN: "View channel codes"},
			{Key: "channelcode.write", ZH: "新建、修改、删除渠道活码", EN: "Create, change and delete channel codes"},
		},
		Menu: []feature.MenuEntry{{Group: feature.GroupAcquire, Key: slug, Path: "/channelcode", Permission: "channelcode.read", Order: 10}},
		Jobs: []job.Definition{
			job.Define(kindPublish, s.publish, job.InLane(job.Normal), job.GiveUp(s.publishFailed)),
			job.Define(kindRotate, s.rotate, job.InLane(job.Normal), job.Attempts(1)),
			job.Define(kindPicture, s.picture, job.InLane(job.Bulk)),
			job.Define(kindRemark, s.setRemark, job.InLane(job.Normal)),
		},
		Schedules: []job.Schedule{{Kind: kindRotate, Every: time.Minute}},
		Listeners: []bus.Listener{
			bus.On("added", s.customerAdded), bus.OnJob("lost", s.customerLost), bus.OnJob("deleted", s.customerDeleted),
			bus.On("memberLeft", s.memberLeft), bus.On("memberChanged", s.memberChanged),
			bus.On("transferSettled", s.transferSettled), bus.On("seatHandedOver", s.seatHandedOver),
		},
		Answers:    ask.Answers{Welcome: s.welcome, Timeline: s.timeline, Find: s.find, Tiles: s.tiles, Fields: s.fields, Personal: personal(), Seats: s.seats},
		Migrations: db.Folder(migrations, "migrations"),
		Demo:       s.demo,
	}
}
