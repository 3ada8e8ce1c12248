// Package followup is 跟进记录: what members wrote down about customers (notes, calls,
// messages, with pictures and @colleagues), and what is to be done for them (tasks).
//
// Notes and tasks belong to the customer: whoever sees him sees them. A note is its
// author's to change; he and who manages may remove it. A task is one member's, who is
// told when it falls due and may tick it off; it passes to the taker of a hand-over.
//
// Hears FollowedUp, TransferSettled and MemberChanged. Says FollowedUp. Answers Timeline,
// Fields, Tiles and Columns.
package followup

import (
	"embed"
	"net/http"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/kept"
	"github.com/queqiao-scrm/queqiao/internal/platform/live"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

const slug = "followup"

//go:embed migrations/*.sql
var migrations embed.FS

const (
	kindRemind      = "remind"
	kindIndex       = "index"
	kindSweep       = "sweep"
	noticeMentioned = slug + ".mentioned"
	noticeTask      = slug + ".task"
	noticeAssigned  = slug + ".assigned"
	// noticesAnHour is how many of a kind a member gets one by one; what is more, such as when
	// twenty tasks are due on one morning, comes as one digest at the full hour.
	noticesAnHour = 5
)

type service struct {
	db      *db.DB
	jobs    job.Scope
	events  *bus.Bus
	live    *live.Live
	corps   *corp.Registry
	notices *notice.Notices
	blob    blob.Store
	clock   clock.Clock
	ids     *id.Source
	search  *search.Index
	unlinks kept.Unlinks
}

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{db: d.DB, jobs: d.Jobs(slug), events: d.Events, live: d.Live, corps: d.Corps, notices: d.Notices, blob: d.Blob, clock: d.Clock, ids: d.IDs, search: d.Search}
	s.unlinks = kept.Unlinks{Jobs: s.jobs, Blob: d.Blob}
	return feature.Feature{
		Slug: slug,
		Routes: []web.Route{
			web.Get("/customers/{id}/notes", "followup.read", "查看客户的跟进记录", s.Notes),
			web.Post("/customers/{id}/notes", "followup.write", "写跟进记录", s.AddNote),
			web.Get("/notes", "followup.read", "查看所有跟进记录", s.AllNotes),
			web.Put("/notes/{id}", "followup.write", "修改跟进记录", s.EditNote),
			web.Delete("/notes/{id}", "followup.write", "删除跟进记录", s.RemoveNote),
			web.Raw(http.MethodPost, "/customers/{id}/pictures", "followup.write", "上传跟进图片", s.upload, web.MaxBody(maxPicture+64<<10), web.Named("uploadPicture")),
			web.Raw(http.MethodGet, "/pictures/{id}", "followup.read", "查看跟进图片", s.show, web.Named("showPicture")),
			web.Get("/customers/{id}/tasks", "followup.read", "查看客户的待办", s.TasksOf),
			web.Post("/customers/{id}/tasks", "followup.write", "新建待办", s.AddTask),
			web.Get("/tasks", "followup.read", "查看待办", s.Tasks),
			web.Put("/tasks/{id}", "followup.write", "修改待办", s.EditTask),
			web.Put("/tasks/{id}/done", "followup.write", "完成或重开待办", s.TickTask),
			web.Delete("/tasks/{id}", "followup.write", "删除待办", s.RemoveTask),
		},
		Permissions: []feature.Permission{
			{Key: "followup.read", ZH: "查看跟进记录与待办", EN: "View follow-up notes and tasks"},
			{Key: "followup.write", ZH: "写跟进记录与待办", EN: "Write follow-up notes and tasks"},
			{Key: "followup.export", ZH: "导出跟进记录", EN: "Export follow-up notes"},
			{Key: "followup.manage", ZH: "删除他人的跟进记录与待办", EN: "Remove others' notes and tasks"},
		},
		Menu: []feature.MenuEntry{{Group: feature.GroupCustomer, Key: slug, Path: "/followup", Permission: "followup.read", Order: 14}},
		Jobs: []job.Definition{
			job.Define(kindRemind, s.remind),
			job.Define(kindIndex, s.index, job.InLane(job.Bulk), job.Timeout(time.Hour)),
			job.Define(kindSweep, s.sweep, job.InLane(job.Bulk)),
			s.unlinks.Definition(),
		},
		Schedules: []job.Schedule{
			{Kind: kindRemind, Every: time.Minute, Args: job.TickArgs},
			{Kind: kindIndex, Every: 10 * time.Minute},
			{Kind: kindSweep, Cron: "35 19 * * *"}, // in China's night
		},
		Listeners: []bus.Listener{bus.On("followed", s.followedUp), bus.On("settled", s.transferSettled), bus.On("renamed", s.memberRenamed)},
		Exports:   s.exports(),
		Answers:   ask.Answers{Timeline: s.timeline, Fields: s.fields, Tiles: s.tiles, Columns: s.columns, Personal: s.personal()},
		Notices: []notice.Kind{
			{Key: noticeMentioned, ZH: "跟进记录中提到我", EN: "Mentioned in a note"},
			{Key: noticeTask, ZH: "待办到期", EN: "Task due", PerHour: noticesAnHour},
			{Key: noticeAssigned, ZH: "收到新的待办", EN: "New task", PerHour: noticesAnHour},
		},
		Migrations: db.Folder(migrations, "migrations"),
		Demo:       s.demo,
	}
}
