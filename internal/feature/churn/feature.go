// Package churn is 流失提醒 and 删人提醒: a record of every time a follow ended, and those told
// who have to know.
//
// An ending is written once an event and never changed, but for the moment when the two
// found each other again. Its kinds: lost (流失: the customer deleted the member, who is told
// at once, 被删除通知), deleted (删人: the member deleted the customer; chosen administrators
// and the leaders of the department are told at once or once a day) and handed (WeCom
// removed the follow after a hand-over: nobody's deletion, shown under a switch of its own).
// What a re-sync finds is recorded as "time unknown" and raises no alarm. A day on which a
// member loses or deletes far more than usual is pointed out (Usual.Exceeded has the rule).
//
// Hears CustomerLost, CustomerDeleted, CustomerAdded and MemberChanged (another userid). Says nothing. Asks for the fields
// of customers, to learn the names of channels. Answers Timeline and Tiles. Tells through
// internal/notice, where the switches, quiet hours and retries are.
package churn

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
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/live"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

const slug = "churn"

// What members are told.
const (
	noticeLost         = "churn.lost"
	noticeDeleted      = "churn.deleted"
	noticeDeletedDaily = "churn.deletedDaily"
	noticeUnusual      = "churn.unusual"
)

//go:embed migrations/*.sql
var migrations embed.FS

type service struct {
	db      *db.DB
	live    *live.Live
	corps   *corp.Registry
	notices *notice.Notices
	asks    *ask.Asks
	clock   clock.Clock
	search  *search.Index
}

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{db: d.DB, live: d.Live, corps: d.Corps, notices: d.Notices, asks: d.Asks, clock: d.Clock, search: d.Search}
	return feature.Feature{
		Slug: slug,
		Routes: []web.Route{
			web.Get("/losses", "churn.read", "查看流失记录", s.Losses),
			web.Get("/losses/count", "churn.read", "统计流失记录", s.CountLosses),
			web.Get("/losses/figures", "churn.read", "查看流失统计", s.LossFigures),
			web.Get("/channels", "churn.read", "查看流失记录的渠道", s.Channels),
			web.Get("/deletions", "churn.deletions", "查看删人记录", s.Deletions),
			web.Get("/deletions/count", "churn.deletions", "统计删人记录", s.CountDeletions),
			web.Get("/deletions/figures", "churn.deletions", "查看删人统计", s.DeletionFigures),
			web.Get("/hints", "churn.deletions", "查看流失与删人异常", s.Hints),
			web.Get("/setting", "churn.read", "查看流失提醒设置", s.GetSetting),
			web.Put("/setting", "churn.setting", "修改流失提醒设置", s.PutSetting, web.Sets("churn:setting")),
			web.Get("/deletions/setting", "churn.deletions", "查看删人提醒设置", s.GetDeletionSetting),
			web.Put("/deletions/setting", "churn.setting", "修改删人提醒设置", s.PutDeletionSetting, web.Sets("churn:deletions")),
		},
		Lists: []feature.List{{Key: "churn.lost", Permission: "churn.read"}, {Key: "churn.deleted", Permission: "churn.deletions"}},
		Permissions: []feature.Permission{
			{Key: "churn.read", ZH: "查看流失记录", EN: "View losses"},
			{Key: "churn.deletions", ZH: "查看删人记录与异常", EN: "View deletions and what is unusual"},
			{Key: "churn.export", ZH: "导出流失与删人记录", EN: "Export losses and deletions"},
			{Key: "churn.setting", ZH: "修改流失与删人提醒设置", EN: "Change the notices of losses and deletions"},
		},
		Menu: []feature.MenuEntry{{Group: feature.GroupCustomer, Key: slug, Path: "/churn", Permission: "churn.read", Order: 20}},
		Jobs: []job.Definition{job.Define(kindDaily, s.daily)},
		Schedules: []job.Schedule{
			{Kind: kindDaily, Every: 15 * time.Minute, PerCorp: d.Corps.ActiveCorps, Args: job.TickArgs},
		},
		Listeners: []bus.Listener{
			bus.On("lost", s.customerLost, bus.InLane(job.Urgent)), bus.On("deleted", s.customerDeleted), bus.On("added", s.customerAdded),
			bus.On("renamed", mirror.Renamed(d.DB, named()...)),
		},
		Notices: []notice.Kind{
			{Key: noticeLost, ZH: "客户流失提醒", EN: "A customer deleted you", Lane: job.Urgent},
			{Key: noticeDeleted, ZH: "成员删除客户提醒", EN: "A member deleted a customer", Policy: notice.Forced, Lane: job.Urgent},
			{Key: noticeDeletedDaily, ZH: "成员删除客户日报", EN: "Deletions of the day", Policy: notice.Forced},
			{Key: noticeUnusual, ZH: "流失与删人异常提醒", EN: "Unusually many losses or deletions", Policy: notice.Forced},
		},
		Exports: []feature.Export{
			s.export(Lost, "losses", "流失记录", "Losses", "churn.read"),
			s.export(Deleted, "deletions", "删人记录", "Deletions", "churn.deletions"),
		},
		Answers:    ask.Answers{Timeline: s.timeline, Tiles: s.tiles, Personal: personal()},
		Migrations: db.Folder(migrations, "migrations"),
		Demo:       s.demo,
	}
}

// named are the columns in which members are named.
func named() []mirror.Named {
	return []mirror.Named{
		{Table: "churn_ending", Column: "member_id", Pages: mirror.ByCustomer, Beside: []string{"customer", "ended_at", "kind"}},
		{Table: "churn_hint", Column: "member_id", Beside: []string{"kind", "day"}},
		{Table: "churn_setting", Column: "receivers", Form: mirror.AsList},
		{Table: "churn_setting", Column: "updated_by", Form: mirror.AsActor},
	}
}
