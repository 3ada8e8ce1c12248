// Package feature is the contract between a feature and the program that hosts it.
//
// A feature is one folder, internal/feature/<slug>, whose New returns a Feature: a value
// that lists everything the feature adds. Because it is data, it can be listed,
// documented, tested and left out. The host prefixes routes, job kinds and listeners
// with the slug, so that no feature can claim another's.
package feature

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/live"
	"github.com/queqiao-scrm/queqiao/internal/platform/outgoing"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// New builds a feature from what the program offers. It touches nothing outside: no
// database, no network. That waits for routes, events and jobs.
type New func(d Deps) Feature

// Deps are the handles a feature may use. A new field needs two features that use it.
type Deps struct {
	DB     *db.DB
	Queue  *job.Queue
	Events *bus.Bus
	Live   *live.Live
	Corps  *corp.Registry // corps, their time zones and WeCom clients
	Mirror *mirror.Mirror
	// Notices tells members things in their WeCom; the kinds stand in the manifest.
	Notices *notice.Notices
	Asks    *ask.Asks
	Rights  viewer.Resolver
	// Accounts are the local accounts, for those who give them rights.
	Accounts viewer.Directory
	Clock    clock.Clock
	IDs      *id.Source
	Blob     blob.Store
	Search   *search.Index
	Sealer   *secret.Box
	Log      *slog.Logger
	// HTTP is the one way out for anything but WeCom's API: it reaches only allowed hosts.
	HTTP *http.Client
	// Outgoing is that way out itself, with its list and its book of whom the program
	// called. A feature with calls of its own makes its client of Outgoing.As(slug), and of
	// Guest() when people wrote the address.
	Outgoing *outgoing.Transport
	// PublicURL is where people and WeCom reach the program, without a slash at the end.
	PublicURL string
	// WeCom are the addresses of WeCom's own pages.
	WeCom WeComPages
	// Acted puts into the audit log what a feature does without a request, because of news,
	// by the clock or as the rest of what somebody asked for: in the transaction of that.
	Acted func(tx db.Tx, a web.Act)
	// Witness is the folder outside the database where the audit log notes how far it has
	// grown, "" for none.
	Witness string
	// Examine checks the installation itself: database, disk, address.
	Examine func(ctx context.Context) []corp.Finding
	// Uses are what each corp keeps in Blob.
	Uses func(ctx context.Context) (map[string]blob.Use, error)
	// Menu lists every feature's entries; account filters it for the signed-in viewer.
	Menu func() []MenuEntry
	// Exports lists every list that can be taken away as a file.
	Exports func() []Export
	// Lists lists every list of which views can be saved.
	Lists func() []List
	// Permissions lists every right there is, for those who hand them out.
	Permissions func() []Permission
	// Confirmed is how long a proof of identity holds for dangerous acts.
	Confirmed time.Duration
	// AdminName is the sign-in name of the first administrator.
	AdminName string
	// AdminPassword is the configured password of the first administrator, "" to make one up.
	AdminPassword secret.Text
}

// Jobs is the queue for one feature: kinds inserted through it carry the slug, as those
// of the feature's manifest do.
func (d Deps) Jobs(slug string) job.Scope { return job.Scoped(d.Queue, slug) }

// WeComPages are the addresses of the pages on which WeCom signs people in; the
// simulator plays them in the demo.
type WeComPages struct {
	// OpenURL serves the in-app OAuth page, https://open.weixin.qq.com in production.
	OpenURL string
	// LoginURL serves the scan login page, https://login.work.weixin.qq.com in production.
	LoginURL string
}

// Feature is what one folder adds to the product.
type Feature struct {
	// Slug names everything: folder, table prefix, route, permission, job kind, UI folder, docs page.
	Slug string
	// Routes are served below /api/<slug>.
	Routes []web.Route
	// Permissions that the routes name, with words for the role editor.
	Permissions []Permission
	// Roles are those that every corp has; exactly one feature (access) sets them.
	Roles     []Role
	Menu      []MenuEntry
	Jobs      []job.Definition
	Schedules []job.Schedule
	Listeners []bus.Listener
	Answers   ask.Answers
	// Exports are the feature's lists that people may take away as files.
	Exports []Export
	// Lists are the feature's lists of which people may save views.
	Lists []List
	// Notices are the kinds of what the feature tells members through Deps.Notices.
	Notices []notice.Kind
	// Migrations holds *.sql files in its root; nil when the feature owns no tables.
	Migrations fs.FS

	// Guard identifies console requests; exactly one feature (account) sets it.
	Guard web.Guard
	// Auditor keeps the record of calls; one feature (audit) sets it. One that also has
	// Know([]web.RouteInfo) is told the routes once all are mounted.
	Auditor web.Auditor
	// Prove reads the kept record from end to end, writes for people what it finds of one
	// corp (of all when empty), and tells whether nobody has touched it since.
	Prove func(ctx context.Context, w io.Writer, corp string) (intact bool, err error)
	// Examine says how it stands with what the feature keeps of the installation outside the
	// database; for the installation's report.
	Examine func(ctx context.Context) []corp.Finding
	// Resolver turns people into viewers; exactly one feature (access) sets it.
	Resolver viewer.Resolver
	// Directory knows the local accounts; exactly one feature (account) sets it.
	Directory viewer.Directory
	// TagSight says which tag groups a viewer may not see; exactly one feature (tag) sets it.
	TagSight mirror.TagSight
	// TagHistory keeps what happens with tags on follows; exactly one feature (tag) sets it.
	TagHistory mirror.MarkHistory
	// DetailHistory keeps what happens with remarks and the like; exactly one feature
	// (customer) sets it.
	DetailHistory mirror.DetailHistory
	// PlaceWatch keeps on record whose rights the contact book changes; exactly one feature
	// (access) sets it.
	PlaceWatch mirror.PlaceWatch
	// TreeWatch does so where departments come, move or go; the same feature sets it.
	TreeWatch mirror.TreeWatch
	// Start runs once after the migrations and before the first request: seeds what must
	// exist. It runs on every start and on every node, so it must be harmless twice.
	Start func(ctx context.Context) error
	// End runs once after the last request and the last job, before the database is closed:
	// what is kept in memory comes to rest. Only a program that was serving gets so far.
	End func(ctx context.Context) error
	// Tell gives lines for whoever started the program, such as the password made up for the
	// first administrator. Asked once, after Start; the lines go to the terminal, never to a log.
	Tell func() []string
	// Reseal seals what the feature keeps under old keys (Deps.Sealer) under the newest and
	// says how many values; nil when it keeps none. It must be harmless twice.
	Reseal func(ctx context.Context) (int, error)
	// Operator are commands for whoever runs the program, by name: they work on the database
	// without a server, take words and give lines for the terminal.
	Operator map[string]Operation
	// Demo fills the feature with believable data in a demo corp; nil when it has none. It is
	// called before the demo's month is played and again after it, so twice must be harmless.
	Demo func(ctx context.Context, v viewer.Viewer) error
}

// Operation is one command of the operator.
type Operation func(ctx context.Context, args []string) (lines []string, err error)

// Permission is one right with its names.
type Permission struct {
	Key string // "<slug>.read"
	ZH  string
	EN  string
}

// Role is a built-in role with what it may do.
type Role struct {
	Key         string
	Name        string
	Permissions []string // "*" is every one, "customer.*" every one of a feature
}

// MenuGroup is a heading of the navigation.
type MenuGroup string

// The groups, in the order of the navigation.
const (
	GroupHome       MenuGroup = "home"       // 首页
	GroupAcquire    MenuGroup = "acquire"    // 获客
	GroupCustomer   MenuGroup = "customer"   // 客户
	GroupGroup      MenuGroup = "group"      // 客户群
	GroupReach      MenuGroup = "reach"      // 触达
	GroupEngage     MenuGroup = "engage"     // 互动营销
	GroupContent    MenuGroup = "content"    // 内容
	GroupRisk       MenuGroup = "risk"       // 会话与风控
	GroupData       MenuGroup = "data"       // 数据
	GroupManagement MenuGroup = "management" // 企业管理
)

// MenuEntry is one page in the navigation. Its title is the front end's i18n key "menu.<Key>".
type MenuEntry struct {
	Group MenuGroup `json:"group"`
	Key   string    `json:"key"`
	Path  string    `json:"path"` // inside the console, "/channelcode"
	// Permission hides the entry from those without it; "" shows it to everybody.
	Permission string `json:"permission,omitempty"`
	Order      int    `json:"order"`
}
