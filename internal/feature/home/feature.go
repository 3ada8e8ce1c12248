// Package home is the console's first page (首页) and what surrounds every page: the
// figures that deserve a glance (those with a level ask somebody to act and are shown by the
// bell too), the global search (全局搜索) of the top bar, and the long jobs under way.
//
// It knows nothing itself and owns no table. Figures and hits are asked of all features
// (ask.Tiles, ask.Find), each of which answers within the viewer's permissions and data
// scope; jobs are asked of the queue. Being signed in is enough for its routes, because
// what they show depends on the viewer. It hears and says nothing.
package home

import (
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

type service struct{ deps feature.Deps }

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{deps: d}
	return feature.Feature{
		Slug: "home",
		Routes: []web.Route{
			web.Get("/tiles", "", "首页数据", s.Tiles, web.SignedIn()),
			web.Get("/trend", "", "首页趋势", s.Trend, web.SignedIn()),
			web.Get("/search", "", "全局搜索", s.Search, web.SignedIn()),
			web.Get("/jobs", "", "正在进行的后台任务", s.Jobs, web.SignedIn()),
		},
		Menu: []feature.MenuEntry{{Group: feature.GroupHome, Key: "home", Path: "/"}},
	}
}
