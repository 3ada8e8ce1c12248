// Package picture shows pictures that WeCom keeps on its own hosts – avatars of members and
// customers, codes – so that the pages load nothing from anybody but us (图片中转): the
// address of whoever looks, and when, stays inside the house.
//
// It fetches only from the hosts of the list that are there for pictures, only pictures, and
// none larger than a few megabytes. It owns no table: what was fetched stays in memory for a
// while, and in the browser for a day. Being signed in is enough, since an address of a
// picture is known only to whom we showed it. It hears and says nothing.
package picture

import (
	"net/http"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// slug names the feature.
const slug = "picture"

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	out := d.Outgoing.As(slug)
	s := &service{out: out, client: out.Client(), shelf: newShelf(d.Clock)}
	return feature.Feature{
		Slug: slug,
		Routes: []web.Route{
			web.Raw(http.MethodGet, "/shown", "", "查看微信服务器上的图片", s.shown, web.SignedIn(), web.Named("shownPicture")),
		},
	}
}
