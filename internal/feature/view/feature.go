// Package view is 视图: the looks of a list – filters, and whatever else its page keeps –
// under a name, for oneself or for others, on every browser that one signs in from.
//
// Any feature names the lists of which views may be saved in its manifest (feature.List).
// Whoever holds the list's permission saves views for himself and sees what others shared
// with him: everybody, or some roles and departments. Sharing, and changing what others
// shared, asks for the list's permission to share. For each list one view may be chosen
// with which it opens. What a view holds is the page's affair: the server keeps it as it came.
//
// Another's own view, and any view of a list that one may not see, is not found. The
// mechanism is internal/saved, which also keeps the segments of customers.
//
// Hears MemberChanged: whose userid changes keeps his views. Says, asks and answers nothing,
// and owns no tables.
package view

import (
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/saved"
)

const slug = "view"

type service struct {
	db     *db.DB
	keeper saved.Keeper
	lists  func() []feature.List
}

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{db: d.DB, keeper: saved.Keeper{Clock: d.Clock, IDs: d.IDs, Live: d.Live}, lists: d.Lists}
	return feature.Feature{
		Slug: slug,
		Routes: []web.Route{
			web.Get("/lists/{list}", "", "查看列表的视图", s.Views, web.SignedIn(), web.Named("list")),
			web.Post("/views", "", "保存列表的视图", s.Create, web.SignedIn()),
			web.Put("/views/{id}", "", "修改列表的视图", s.Update, web.SignedIn()),
			web.Delete("/views/{id}", "", "删除列表的视图", s.Delete, web.SignedIn()),
			web.Put("/default", "", "选择打开列表时的视图", s.Choose, web.SignedIn()),
		},
		Permissions: []feature.Permission{{Key: feature.ShareViews, ZH: "公开列表的视图", EN: "Share views of lists"}},
		Listeners:   []bus.Listener{bus.On("renamed", mirror.Renamed(d.DB, saved.Named()...))},
	}
}
