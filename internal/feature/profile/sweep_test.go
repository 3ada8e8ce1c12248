package profile_test

import (
	"net/http"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/feature/profile"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// TestSharedFilesStay: two records of one person share a file; when they are parted, and the
// one gives it up, the other has it still, after the nights' cleaning too.
func TestSharedFilesStay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		zhang, _ := h.meet(who{member: "zhang", customer: "wmOne", name: "王", union: "u1"})
		li, _ := h.meet(who{member: "li", customer: "wmTwo", name: "王", union: "u1"})
		contract := h.field(profile.Form{Name: "合同", Kind: profile.File})
		var file profile.FileView
		h.do("POST", "/customers/"+li.String()+"/files?field="+contract.ID.String(), upload{"a.pdf", []byte("%PDF-1.7 hello")}, &file)
		h.fill(li, value(contract, file.ID.String()))
		var m profile.Merge
		h.do("POST", "/merges", map[string]any{"main": zhang, "others": []id.ID{li}}, &m)
		h.do("DELETE", "/merges/"+m.ID.String(), nil, nil)
		for range 2 {
			h.Clock.Advance(31 * day)
			h.sweep()
		}
		if status, body := h.call("GET", "/files/"+file.ID.String(), nil); status != http.StatusOK || body != "%PDF-1.7 hello" {
			t.Errorf("%d %s", status, body)
		}
	})
}
