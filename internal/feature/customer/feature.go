// Package customer is 客户: the list at company level (one row a customer) and at follow
// level (one row a pair), the customer's page with his timeline, and what happened
// between members and customers.
//
// What WeCom knows is the mirror's; this feature owns only the history of meetings and
// partings, because the mirror keeps just the present.
//
// A viewer meets only follows of members in his scope: in lists, counts, order, search,
// figures, and in what is told of one customer. Telephone numbers are masked everywhere;
// who holds customer.phone reads them one customer at a time, and the audit log knows it.
//
// What customers can be told apart by is one language (ask.Rule): lists, counts, segments
// and selections are the same plan.
//
// Hears CustomerAdded, CustomerLost, CustomerDeleted, GroupMemberLeft (history). Says nothing. Asks
// Timeline, Fields and Columns; answers Timeline, Find, Tiles (total, new today, lost today), Trends (added,
// lost), Fields, and alone Select and Size.
package customer

import (
	"embed"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/saved"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const (
	slug             = "customer"
	permissionRead   = "customer.read"
	permissionExport = "customer.export"
)

//go:embed migrations/*.sql
var migrations embed.FS

type service struct {
	db      *db.DB
	search  *search.Index
	asks    *ask.Asks
	corps   *corp.Registry
	clock   clock.Clock
	ids     *id.Source
	keeper  saved.Keeper
	totals  *totals[int64] // customers
	figures *totals[Figure]
	mirror  *mirror.Mirror
	costs   costs
}

// New builds the feature.
func New(d feature.Deps) feature.Feature { return build(d, measured()) }

func build(d feature.Deps, c costs) feature.Feature {
	s := &service{costs: c, db: d.DB, search: d.Search, asks: d.Asks, corps: d.Corps, clock: d.Clock, ids: d.IDs, keeper: saved.Keeper{Clock: d.Clock, IDs: d.IDs, Live: d.Live}, mirror: d.Mirror, totals: newTotals[int64](d.Clock), figures: newTotals[Figure](d.Clock)}
	return feature.Feature{
		Slug: slug,
		Routes: []web.Route{
			web.Get("/customers", permissionRead, "查看客户列表（企业维度）", s.Customers),
			web.Get("/customers/count", permissionRead, "统计客户列表（企业维度）", s.CountCustomers),
			web.Get("/customers/{id}", permissionRead, "查看客户详情", s.Get),
			web.Get("/customers/{id}/phones", viewer.PermissionPhone, "查看客户的完整电话", s.Phones, web.Audited("customer.phone")),
			web.Get("/customers/{id}/timeline", permissionRead, "查看客户动态", s.Timeline),
			web.Get("/figures", permissionRead, "查看客户列表的数字", s.FiguresOf, web.Named("figures")),
			web.Get("/fields", permissionRead, "查看客户可用的条件字段", s.Fields),
			web.Get("/columns", permissionRead, "查看客户列表可加的列", s.Columns),
			web.Get("/segments", permissionRead, "查看客户分群", s.Segments),
			web.Post("/segments", permissionRead, "新建客户分群", s.CreateSegment),
			web.Put("/segments/{id}", permissionRead, "修改客户分群", s.UpdateSegment),
			web.Delete("/segments/{id}", permissionRead, "删除客户分群", s.DeleteSegment),
			web.Get("/size", permissionRead, "统计符合条件的客户与跟进关系", s.SizeOf, web.Named("size")),
			web.Get("/follows", permissionRead, "查看客户列表（跟进维度）", s.Follows),
			web.Get("/follows/count", permissionRead, "统计客户列表（跟进维度）", s.CountFollows),
		},
		Permissions: []feature.Permission{
			{Key: permissionRead, ZH: "查看客户", EN: "View customers"},
			{Key: permissionExport, ZH: "导出客户", EN: "Export customers"},
			{Key: permissionShare, ZH: "公开客户列表的视图与客户分群", EN: "Share views of customers and segments"},
			{Key: viewer.PermissionPhone, ZH: "查看完整电话、按电话搜索", EN: "Read telephone numbers in full and search by them"},
		},
		Menu: []feature.MenuEntry{
			{Group: feature.GroupCustomer, Key: slug, Path: "/customer", Permission: permissionRead, Order: 10},
			{Group: feature.GroupCustomer, Key: "segment", Path: "/customer/segments", Permission: permissionRead, Order: 12},
		},
		Listeners: []bus.Listener{
			bus.On("added", s.added), bus.On("lost", s.lost), bus.On("deleted", s.deleted), bus.On("leftGroup", s.leftGroup),
			bus.On("renamed", s.memberRenamed),
		},
		Exports:       s.exports(),
		Lists:         []feature.List{customers()},
		Answers:       ask.Answers{Timeline: s.timeline, Find: s.find, Tiles: s.tiles, Trends: s.trends, Fields: s.fields, Select: s.selected, Size: s.size, Personal: personal()},
		DetailHistory: s.keepDetails,
		Migrations:    db.Folder(migrations, "migrations"),
		Demo:          s.demo,
	}
}
