package customer_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/feature/customer"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

func TestPhones(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0, "zhang", "li")
		ours, follow := h.follow(pair{member: "zhang", customer: "wmA", name: "阿明", remark: "3楼"})
		_, other := h.follow(pair{member: "li", customer: "wmA", name: "阿明"})
		h.exec(`UPDATE mirror_follow SET mobiles = '["13812345678"]' WHERE id = ?`, follow)
		h.exec(`UPDATE mirror_follow SET mobiles = '["15900001111"]' WHERE id = ?`, other)
		h.must(h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
			return h.index.Put(ctx, tx,
				search.Document{Corp: corpID, Kind: "follow", Ref: follow, Text: []string{"阿明", "3楼", "13812345678"}},
				search.Document{Corp: corpID, Kind: "follow", Ref: other, Text: []string{"阿明", "15900001111"}})
		}))
		may := func(v viewer.Viewer) viewer.Viewer {
			v.Permissions = append(slices.Clone(v.Permissions), viewer.PermissionPhone)
			return v
		}
		phones := "/customers/" + ours.String() + "/phones"

		// Whatever a reader holds, lists and pages show masks.
		for _, v := range []viewer.Viewer{everything(), may(everything())} {
			h.viewer = v
			for _, path := range []string{"/follows", "/customers", "/customers/" + ours.String(), "/customers/" + ours.String() + "/timeline"} {
				_, body := h.call("GET", path)
				if strings.Contains(body, "13812345678") || strings.Contains(body, "15900001111") {
					t.Errorf("%s shows a number: %s", path, body)
				}
			}
		}
		if _, body := h.call("GET", "/follows"); !strings.Contains(body, "138****5678") {
			t.Errorf("no mask: %s", body)
		}
		// The numbers themselves: by permission, within the scope.
		var got customer.Phones
		h.viewer = may(self("zhang"))
		h.get(phones, &got)
		if len(got.Follows) != 1 || !slices.Equal(got.Follows[0].Mobiles, []string{"13812345678"}) || got.Follows[0].ID != follow {
			t.Errorf("%+v", got)
		}
		h.viewer = self("zhang")
		if status, body := h.call("GET", phones); status != 403 || strings.Contains(body, "138") {
			t.Errorf("without the permission: %d %s", status, body)
		}
		h.viewer = may(self("nobody"))
		if status, _ := h.call("GET", phones); status != 404 {
			t.Errorf("outside the scope: %d", status)
		}

		// A search tells nothing of numbers to those who may not read them.
		for text, want := range map[string][2]int{ // found without and with the permission
			"13812345678": {0, 1}, "138-1234-5678": {0, 1}, "１３８１２３": {0, 1}, "2345": {0, 1}, "阿明": {2, 2}, "3楼": {1, 1}, "阿明 138": {0, 1},
			"13900000000": {0, 0},
		} {
			for i, v := range []viewer.Viewer{everything(), may(everything())} {
				h.viewer = v
				if found := h.follows(url.Values{"q": {text}}); len(found) != want[i] {
					t.Errorf("%q finds %v, want %d (with permission: %v)", text, found, want[i], i == 1)
				}
			}
		}
	})
}
