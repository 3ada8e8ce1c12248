// Package eventlog shows what happened behind the scenes (事件日志), for whoever wants to
// know why something did or did not happen.
//
// Three lists: the callbacks (回调) that WeCom sent, each with what became of it (waiting,
// done, ignored, failed), its raw text and a replay; the background jobs (后台任务), with
// progress while they run and retry and discard when they are dead; and the calls to
// WeCom that failed, with what to do about each. It owns no table: the inbox is the
// mirror's, jobs are the queue's, calls are the corp registry's.
//
// The raw text and the arguments of jobs hold personal data and need eventlog.raw; each
// look is audited. A viewer who does not see the whole corp sees the callbacks about
// customers of the members in his scope. Jobs and calls concern no single member: they
// need the whole corp.
//
// It hears and says nothing. It answers Tiles: dead jobs and failed callbacks.
package eventlog

import (
	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// The permissions.
const (
	mayRead   = "eventlog.read"
	mayReplay = "eventlog.replay"
	mayRaw    = "eventlog.raw"
)

type service struct{ deps feature.Deps }

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{deps: d}
	return feature.Feature{
		Slug: "eventlog",
		Routes: []web.Route{
			web.Get("/callbacks", mayRead, "查看回调事件", s.Callbacks),
			web.Get("/callbacks/kinds", mayRead, "查看回调事件的类型", s.Kinds),
			web.Get("/callbacks/{id}", mayRead, "查看一条回调事件", s.Callback),
			web.Get("/callbacks/{id}/raw", mayRaw, "查看回调原文（含个人信息）", s.Raw, web.Audited("eventlog.raw")),
			web.Post("/callbacks/{id}/replay", mayReplay, "重放回调事件", s.Replay, web.Audited("eventlog.replay")),
			web.Get("/jobs", mayRead, "查看后台任务", s.Jobs),
			web.Get("/jobs/counts", mayRead, "查看后台任务数量", s.Counts),
			web.Get("/jobs/{id}", mayRead, "查看一个后台任务", s.Job),
			web.Get("/jobs/{id}/args", mayRaw, "查看任务参数（含个人信息）", s.Args, web.Audited("eventlog.args")),
			web.Post("/jobs/{id}/retry", mayReplay, "重试失败的任务", s.Retry, web.Audited("eventlog.retry")),
			web.Post("/jobs/{id}/discard", mayReplay, "放弃失败的任务", s.Discard, web.Dangerous(), web.Audited("eventlog.discard")),
			web.Post("/jobs/retry", mayReplay, "重试同类的失败任务", s.RetryAll, web.Audited("eventlog.retryAll")),
			web.Get("/calls", mayRead, "查看失败的企业微信调用", s.Calls),
		},
		Lists: []feature.List{{Key: "eventlog.callbacks", Permission: mayRead}},
		Permissions: []feature.Permission{
			{Key: mayRead, ZH: "查看事件日志", EN: "View the event log"},
			{Key: mayReplay, ZH: "重放事件、重试与放弃任务", EN: "Replay events, retry and discard jobs"},
			{Key: mayRaw, ZH: "查看回调原文与任务参数（含个人信息）", EN: "View raw callbacks and job arguments (personal data)"},
		},
		Menu: []feature.MenuEntry{
			{Group: feature.GroupManagement, Key: "eventlog", Path: "/eventlog", Permission: mayRead, Order: 90},
		},
		Jobs: []job.Definition{
			job.Define(retryKind, s.retryAll, job.InLane(job.Bulk)),
		},
		Answers: ask.Answers{Tiles: s.tiles},
	}
}
