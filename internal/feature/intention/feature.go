// Package intention is 客户意向: a score for each customer, made of what happened with him,
// fading with time, and explained by the events that made it; levels (高意向, 中意向, 低意向,
// 沉睡), the list of those worth most (高价值客户), and the notice to the member when one
// turns hot.
//
// The score is defined by Model.Weigh, a function of events and time alone. It belongs to
// the customer, not to a follow: a hand-over changes nothing. What is stored (Moment) need
// not be changed while time passes; only levels are looked at every few minutes, and only
// of customers who have just left one.
//
// An event counts once, by its id and by its fact. Unknown people in groups are remembered
// too, and count once they become customers. A viewer meets only customers whom somebody
// in his scope follows, and learns of events of others only what they add up to.
//
// Hears CustomerAdded, CustomerLost, CustomerDeleted, CustomerChanged, GroupMemberJoined,
// GroupMemberLeft, StageChanged, FollowedUp, ArchiveApproved, MemberChanged (another userid). Says nothing. Answers
// Timeline (changes of level), Fields (score, level, moved) and Columns (score, level).
package intention

import (
	"context"
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

const (
	slug              = "intention"
	permissionRead    = "intention.read"
	permissionSetting = "intention.setting"
	permissionExport  = "intention.export"
)

const (
	kindRebuild = "rebuild"
	kindCool    = "cool"
	kindSeed    = "seed"
	kindNightly = "nightly"
)

// lookEvery is how often levels that have faded are noticed, and new corps are found.
const lookEvery = 10 * time.Minute

//go:embed migrations/*.sql
var migrations embed.FS

type service struct {
	db      *db.DB
	jobs    job.Scope
	live    *live.Live
	corps   *corp.Registry
	notices *notice.Notices
	search  *search.Index
	clock   clock.Clock
	ids     *id.Source
}

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{db: d.DB, jobs: d.Jobs(slug), live: d.Live, corps: d.Corps, notices: d.Notices, search: d.Search, clock: d.Clock, ids: d.IDs}
	perCorp := func(ctx context.Context) ([]string, error) { return d.Corps.ActiveCorps(ctx) }
	return feature.Feature{
		Slug: slug,
		Routes: []web.Route{
			web.Get("/customers", permissionRead, "查看高价值客户", s.List),
			web.Get("/customers/count", permissionRead, "统计高价值客户", s.Count),
			web.Get("/customers/{id}", permissionRead, "查看客户意向", s.Get),
			web.Get("/levels", permissionRead, "统计各意向等级的客户", s.Levels),
			web.Get("/trend", permissionRead, "查看意向等级趋势", s.Trend),
			web.Get("/setting", permissionRead, "查看意向规则", s.GetSetting),
			web.Post("/setting/preview", permissionSetting, "预览意向规则的影响", s.Preview),
			web.Put("/setting", permissionSetting, "修改意向规则", s.PutSetting, web.Sets("intention:setting")),
		},
		Lists: []feature.List{{Key: "intention.list", Permission: permissionRead}},
		Permissions: []feature.Permission{
			{Key: permissionRead, ZH: "查看客户意向、高价值客户", EN: "View intention and high-value customers"},
			{Key: permissionExport, ZH: "导出高价值客户", EN: "Export high-value customers"},
			{Key: permissionSetting, ZH: "修改意向规则", EN: "Change how intention is reckoned"},
		},
		Menu: []feature.MenuEntry{{Group: feature.GroupCustomer, Key: slug, Path: "/intention", Permission: permissionRead, Order: 40}},
		Jobs: []job.Definition{
			job.Define(kindRebuild, s.rebuild, job.InLane(job.Bulk), job.Timeout(time.Hour)),
			job.Define(kindCool, s.cool, job.InLane(job.Bulk)),
			job.Define(kindSeed, s.seed, job.InLane(job.Bulk), job.Timeout(time.Hour)),
			job.Define(kindNightly, s.nightly, job.InLane(job.Bulk), job.Timeout(time.Hour)),
		},
		Schedules: []job.Schedule{
			{Kind: kindCool, Every: lookEvery, PerCorp: perCorp},
			{Kind: kindSeed, Every: lookEvery, PerCorp: perCorp},
			{Kind: kindNightly, Every: time.Hour, PerCorp: perCorp, Args: job.TickArgs},
		},
		Listeners: []bus.Listener{
			bus.OnTx("added", s.added), bus.OnTx("lost", s.lost), bus.OnTx("deleted", s.deleted), bus.OnTx("changed", s.changed),
			bus.OnTx("joined", s.joined), bus.OnTx("left", s.left), bus.OnTx("stage", s.stage), bus.OnTx("followed", s.followed),
			bus.OnTx("archive", s.archive), bus.On("renamed", mirror.Renamed(d.DB, named()...)),
		},
		Notices: []notice.Kind{
			{Key: kindHot, ZH: "客户变为高意向", EN: "A customer turned hot", PerHour: noticesAnHour},
			{Key: kindCooling, ZH: "高意向客户降温", EN: "A hot customer cooled down", Policy: notice.Off, PerHour: noticesAnHour},
		},
		Answers:    ask.Answers{Timeline: s.timeline, Fields: s.fields, Columns: s.columns, Personal: personal()},
		Exports:    []feature.Export{s.export()},
		Migrations: db.Folder(migrations, "migrations"),
		Demo:       s.demo,
	}
}

// demo gives the customers of the demo's first sync their scores at once.
func (s *service) demo(ctx context.Context, v viewer.Viewer) error { return s.seedCorp(ctx, v.Corp) }

// named are the columns in which members are named.
func named() []mirror.Named {
	return []mirror.Named{
		{Table: "intention_entry", Column: "member_id", Pages: mirror.ByCustomer, Beside: []string{"customer", "at", "signal", "subject"}},
		{Table: "intention_day", Column: "member_id", Beside: []string{"day"}},
		{Table: "intention_setting", Column: "updated_by", Form: mirror.AsActor},
	}
}
