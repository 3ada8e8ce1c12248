// Package setup connects corps to WeCom (接入企业微信) and watches the connections (系统健康).
//
// A guided page leads through what has to be done on both sides: corp id, app and secret,
// callback, trusted domain, trusted address, customer contact, the archive's key. Each step has a live check
// (corp.Registry.Examine) that asks WeCom and says, when it fails, what to do and where in
// WeCom's admin console. The same checks run every few minutes for each corp, with those
// of the installation (database, disk, address …), and make the health page. The latter are
// for the owner of the installation: a corp's people are told only whether all is well.
//
// Secrets go in and never come out: answers say only since when they are set. Token and
// EncodingAESKey are made up here and shown once, because they must be copied to WeCom.
// Every change stands in a history of its own, beside the audit log.
//
// Corps are created, suspended and resumed by the owner of the installation alone:
// "installation.corps" is held by no role (viewer.Installation). A suspended corp is not
// called for, its callbacks are refused, and nobody can work in it; nothing is deleted.
//
// It hears and says nothing. It answers Tiles: checks that fail.
package setup

import (
	"context"
	"embed"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const slug = "setup"

//go:embed migrations/*.sql
var migrations embed.FS

// The permissions.
const (
	mayRead  = "setup.read"
	mayWrite = "setup.write"
	mayCorps = viewer.Installation + "corps"
	// mayInstallation is asked beside mayRead by what concerns the machine all corps share.
	mayInstallation = viewer.Installation + "health"
)

// kindExamine looks at a corp, or with the corp "" at the installation.
const kindExamine = "examine"

// examineEvery is how old what the health page shows may become.
const examineEvery = 10 * time.Minute

type service struct{ deps feature.Deps }

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{deps: d}
	return feature.Feature{
		Slug: slug,
		Routes: []web.Route{
			web.Get("/connection", mayRead, "查看企业接入", s.Connection),
			web.Put("/connection", mayWrite, "修改企业名称与时区", s.PutConnection),
			web.Put("/app", mayWrite, "填写应用的 AgentId 与 Secret", s.PutApp, web.MaxBody(8<<10)),
			web.Post("/callback", mayWrite, "生成或填写回调的 Token 与 EncodingAESKey", s.SetCallback, web.MaxBody(8<<10), web.Named("setCallback")),
			web.Post("/files", mayWrite, "上传可信域名校验文件", s.AddFile, web.MaxBody(8<<10), web.Named("addFile")),
			web.Delete("/files/{name}", mayWrite, "删除可信域名校验文件", s.RemoveFile, web.Named("removeFile")),
			web.Post("/archive-keys", mayWrite, "生成会话存档密钥", s.AddArchiveKey, web.Dangerous(), web.Named("addArchiveKey")),
			web.Get("/changes", mayRead, "查看接入的修改记录", s.Changes),
			web.Post("/check", mayRead, "立即检查接入", s.Check, web.Named("check")),
			web.Get("/health", mayRead, "查看系统健康", s.Health),
			web.Get("/corps", mayCorps, "查看本安装的全部企业", s.Corps),
			web.Post("/corps", mayCorps, "接入新的企业", s.AddCorp, web.MaxBody(8<<10), web.Named("addCorp")),
			web.Post("/corps/{id}/suspend", mayCorps, "停用企业", s.Suspend, web.Dangerous(), web.Named("suspend")),
			web.Put("/corps/{id}/quota", mayCorps, "设置企业的配额", s.SetQuota, web.Named("setQuota")),
			web.Post("/corps/{id}/resume", mayCorps, "恢复企业", s.Resume, web.Named("resume")),
		},
		Permissions: []feature.Permission{
			{Key: mayRead, ZH: "查看企业接入与系统健康", EN: "View the connection to WeCom and the health of the system"},
			{Key: mayWrite, ZH: "修改企业接入", EN: "Change the connection to WeCom"},
			{Key: mayCorps, ZH: "接入、停用与恢复企业（仅安装的所有者）", EN: "Connect, suspend and resume corps (owner of the installation only)"},
		},
		Menu: []feature.MenuEntry{
			{Group: feature.GroupManagement, Key: slug, Path: "/setup", Permission: mayRead, Order: 10},
			{Group: feature.GroupManagement, Key: "setup.health", Path: "/setup/health", Permission: mayRead, Order: 20},
			{Group: feature.GroupManagement, Key: "setup.corps", Path: "/setup/corps", Permission: mayCorps, Order: 30},
		},
		Jobs: []job.Definition{
			job.Define(kindExamine, func(ctx context.Context, j job.Job[struct{}]) error {
				_, err := s.examine(ctx, j.Corp)
				return err
			}, job.InLane(job.Bulk), job.Attempts(1)),
		},
		Schedules: []job.Schedule{
			{Kind: kindExamine, Name: "setup.examineCorps", Every: examineEvery, PerCorp: d.Corps.ActiveCorps},
			{Kind: kindExamine, Name: "setup.examineInstallation", Every: examineEvery},
		},
		Answers:    ask.Answers{Tiles: s.tiles},
		Migrations: db.Folder(migrations, "migrations"),
	}
}
