// Package welcome is 欢迎语: it greets every new customer once, within WeCom's 20 seconds.
//
// Whose greeting is sent: the owner of the scanned code decides first (asked through
// ask.Welcome); else the member's own, else that of the nearest department, else the
// company's. Variables {客户昵称} and {成员姓名} are filled before sending.
//
// A delivery goes sending → sent | none | taken | late | refused; every greeting code
// leaves one row that says what became of it and why.
//
// Hears CustomerAdded in the urgent lane, and MemberChanged (another userid). Says nothing. Answers Timeline.
package welcome

import (
	"embed"
	"log/slog"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/live"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

const slug = "welcome"

// tries is enough to fill the 20 seconds at the pace of retryWait.
const tries = 80

//go:embed migrations/*.sql
var migrations embed.FS

type service struct {
	db    *db.DB
	corps *corp.Registry
	asks  *ask.Asks
	live  *live.Live
	clock clock.Clock
	ids   *id.Source
	log   *slog.Logger
}

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{db: d.DB, corps: d.Corps, asks: d.Asks, live: d.Live, clock: d.Clock, ids: d.IDs, log: d.Log}
	return feature.Feature{
		Slug: slug,
		Routes: []web.Route{
			web.Get("/greetings", "welcome.read", "查看欢迎语", s.List),
			web.Post("/greetings", "welcome.write", "新建欢迎语", s.Create),
			web.Put("/greetings/{id}", "welcome.write", "修改欢迎语", s.Update),
			web.Delete("/greetings/{id}", "welcome.write", "删除欢迎语", s.Remove, web.Dangerous()),
			web.Get("/deliveries", "welcome.read", "查看欢迎语发送记录", s.Deliveries),
		},
		Lists: []feature.List{{Key: "welcome.deliveries", Permission: "welcome.read"}},
		Permissions: []feature.Permission{
			{Key: "welcome.read", ZH: "查看欢迎语与发送记录", EN: "View greetings and what became of them"},
			{Key: "welcome.write", ZH: "新建、修改、删除欢迎语", EN: "Create, change and delete greetings"},
		},
		Menu: []feature.MenuEntry{{Group: feature.GroupReach, Key: slug, Path: "/welcome", Permission: "welcome.read", Order: 10}},
		Listeners: []bus.Listener{
			bus.OnJob("added", s.customerAdded, bus.InLane(job.Urgent), bus.With(job.Attempts(tries), job.Timeout(window+2*time.Second))),
			bus.On("renamed", s.memberRenamed),
		},
		Answers:    ask.Answers{Timeline: s.timeline, Personal: personal()},
		Migrations: db.Folder(migrations, "migrations"),
		Demo:       s.demo,
	}
}
