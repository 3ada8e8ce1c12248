package profile_test

import (
	"fmt"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/feature/profile"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// TestColumns: other lists of customers show the fields that the viewer sees, in words.
func TestColumns(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		fang, follow := h.meet(who{member: "zhang", customer: "wm1", name: "王芳", union: "u1"})
		other, second := h.meet(who{member: "zhang", customer: "wm2", name: "王芳", union: "u1"})
		grade := h.field(profile.Form{Name: "等级", Kind: profile.Multi, Options: []profile.Option{{Name: "金"}, {Name: "银"}}})
		phone := h.field(profile.Form{Name: "办公电话", Kind: profile.Phone})
		weight := h.field(profile.Form{Name: "体重", Kind: profile.Number, Unit: "kg"})
		count := h.field(profile.Form{Name: "门店数", Kind: profile.Number})
		secret := h.field(profile.Form{Name: "返点", Kind: profile.Text, Visible: []string{"boss"}})
		h.fill(fang, value(grade, grade.Options[1].Key, grade.Options[0].Key), value(phone, "13812345678"), value(weight, "61.5"), value(count, "12"), value(secret, "3%"))
		h.do("PUT", "/customers/"+fang.String()+"/blacklist", map[string]any{"reason": "骗子"}, nil)
		cell := func(v viewer.Viewer, key string, of id.ID, masked bool) string {
			return fmt.Sprint(apptest.Cells(t, h.Asks, key, ask.CellsQuery{Viewer: v, Read: h.DB.Read(), Pairs: h.picked, Masked: masked})[of])
		}
		all := sees(viewer.All, "")
		calls := all
		calls.Permissions = []string{"profile.*", viewer.PermissionPhone}
		nosy := clerk("zhang")
		nosy.Permissions = []string{"customer.read"}
		stranger := all
		stranger.Corp = another
		key := func(f profile.Field) string { return "profile." + f.ID.String() }
		for name, x := range map[string]struct {
			who    viewer.Viewer
			key    string
			masked bool
			want   string
		}{
			"choices":                {all, key(grade), true, "金、银"},
			"with a unit":            {all, key(weight), true, "61.5 kg"},
			"a number":               {all, key(count), true, "12"},
			"masked":                 {all, key(phone), false, "138****5678"},
			"in full, in a file":     {calls, key(phone), false, "13812345678"},
			"masked on a page":       {calls, key(phone), true, "138****5678"},
			"blacklisted":            {all, "profile.blacklisted", true, "是"},
			"for who has the role":   {clerk("zhang", "boss"), key(secret), true, "3%"},
			"hidden from the rest":   {clerk("zhang"), key(secret), true, "<nil>"},
			"without a permission":   {nosy, key(grade), true, "<nil>"},
			"of another corp":        {stranger, key(grade), true, "<nil>"},
			"blacklist of strangers": {stranger, "profile.blacklisted", true, "<nil>"},
		} {
			if got := cell(x.who, x.key, follow, x.masked); got != x.want {
				t.Errorf("%s: %s, want %s", name, got, x.want)
			}
		}
		if got := cell(all, key(grade), second, true); got != "<nil>" {
			t.Errorf("the other record has %s of its own", got)
		}
		h.do("POST", "/merges", map[string]any{"main": fang, "others": []string{other.String()}}, nil)
		if got := cell(all, key(grade), second, true); got != "金、银" {
			t.Errorf("the record that shares the profile shows %s of the main one", got)
		}
	})
}
