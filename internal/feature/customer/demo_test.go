package customer_test

import (
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/feature/customer"
	"github.com/queqiao-scrm/queqiao/internal/saved"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// TestDemo: what it saves is shared with everybody, can be asked, and is there once.
func TestDemo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(2, 1, "zhang", "li")
		for range 2 {
			h.must(h.f.Demo(t.Context(), viewer.System(corpID)))
		}
		h.viewer = self("zhang")
		var segments customer.SegmentList
		h.get("/segments", &segments)
		views, err := saved.Visible(t.Context(), h.db.Read(), h.viewer, saved.Kind{Key: "customer.list"})
		h.must(err)
		for _, g := range segments.Items {
			if g.Broken != "" || g.OwnerName != "成员li" {
				t.Errorf("%s by %s: %s", g.Name, g.OwnerName, g.Broken)
			}
			var n ask.Count
			h.get("/size?"+asFilter(t, g.Rule).Encode(), &n)
		}
		if len(segments.Items) != 5 || len(views) != 3 {
			t.Errorf("%d segments, %d views", len(segments.Items), len(views))
		}
	})
}
