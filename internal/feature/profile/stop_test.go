package profile_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature/profile"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// edited makes n customers, of whom each is from 上海, and begins to move all to 杭州.
func (h *house) edited(n int) (ids []id.ID, city profile.Field, r profile.Run) {
	h.T.Helper()
	ids = make([]id.ID, n)
	for i := range n {
		ids[i], _ = h.meet(who{member: "zhang", customer: fmt.Sprintf("wm%03d", i), name: fmt.Sprintf("客户%d", i)})
	}
	city = h.field(profile.Form{Name: "城市", Kind: profile.Text})
	h.fill(ids[0], value(city, "上海"))
	h.do("POST", "/edits", map[string]any{"selection": map[string]any{"rule": map[string]any{}}, "values": []profile.Value{value(city, "杭州")}}, &r)
	return ids, city, r
}

// filled counts the customers by their city.
func (h *house) filled(f profile.Field, city string) (n int) {
	h.T.Helper()
	h.Must(h.DB.Read().NewRaw("SELECT COUNT(*) FROM profile_value WHERE field_id = ? AND text = ?", f.ID, city).Scan(h.T.Context(), &n))
	return n
}

// TestStop: a run ends between two steps; what is done can be undone, or gone on with.
func TestStop(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const n = 450
		begun := make(chan struct{})
		var stopped profile.Run
		h.turned = func() { <-begun; h.do("POST", "/runs/"+stopped.ID.String()+"/stop", nil, nil) }
		ids, city, r := h.edited(n)
		stopped = r
		close(begun)
		path := "/runs/" + r.ID.String()
		if r = h.settled(r.ID); r.State != "stopped" || r.Phase != "running" || r.Done != 200 || r.Changed != 200 || h.filled(city, "杭州") != 200 {
			t.Fatalf("stopped: %+v, %d", r, h.filled(city, "杭州"))
		}
		h.refused("POST", path+"/stop", nil, 409, "没有在进行")
		h.do("POST", path+"/retry", nil, nil)
		if r = h.settled(r.ID); r.State != "done" || r.Phase != "" || r.Done != n || r.Changed != n || h.filled(city, "杭州") != n {
			t.Fatalf("gone on with: %+v, %d", r, h.filled(city, "杭州"))
		}

		// Who does not see a run does not stop it.
		h.Exec("UPDATE profile_run SET state = 'undoing', walked = '', done = 0 WHERE id = ?", r.ID) // its job has not come yet
		was := h.Viewer
		h.Viewer = sees(viewer.Self, "li")
		h.Viewer.Account = 2
		h.refused("POST", path+"/stop", nil, 404, "任务")
		h.Viewer = was
		h.do("POST", path+"/stop", nil, &r)
		if r.State != "stopped" || r.Phase != "undoing" {
			t.Fatalf("the undoing stopped: %+v", r)
		}
		h.do("POST", path+"/retry", nil, nil)
		if r = h.settled(r.ID); r.State != "undone" || r.Undone != n || h.filled(city, "杭州") != 0 || h.of(ids[0], city) != "上海" {
			t.Errorf("undone: %+v, %d", r, h.filled(city, "杭州"))
		}

		// What was stopped is undone as far as it went.
		begun = make(chan struct{})
		h.turned = func() { <-begun; h.do("POST", "/runs/"+stopped.ID.String()+"/stop", nil, nil) }
		h.do("POST", "/edits", map[string]any{"selection": map[string]any{"rule": map[string]any{}}, "values": []profile.Value{value(city, "杭州")}}, &r)
		stopped = r
		close(begun)
		if r = h.settled(r.ID); r.State != "stopped" || r.Done != 200 {
			t.Fatalf("stopped: %+v", r)
		}
		h.do("POST", "/runs/"+r.ID.String()+"/undo", nil, nil)
		if r = h.settled(r.ID); r.State != "undone" || r.Undone != 200 || h.filled(city, "杭州") != 0 || h.of(ids[0], city) != "上海" {
			t.Errorf("undone as far as it went: %+v, %d", r, h.filled(city, "杭州"))
		}
		if got := h.Acts.Ends("profile.runEnds"); !slices.Equal(got, []string{"stopped 200/0/0 for account:0000000000001", "done 450/0/0 for account:0000000000001", "stopped 0/0/0 for account:0000000000001", "done 450/0/0 for account:0000000000001", "stopped 200/0/0 for account:0000000000001", "done 200/0/0 for account:0000000000001"}) {
			t.Errorf("on record: %q", got)
		}
	})
}

// TestStopImport: an import that was stopped goes on where it stood.
func TestStopImport(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.meet(who{member: "zhang", customer: "wmA", name: "甲"})
		city := h.field(profile.Form{Name: "城市", Kind: profile.Text})
		var d profile.Draft
		h.do("POST", "/imports", upload{"客户.xlsx", book(t, []any{"external_userid", "城市"}, []any{"wmA", "杭州"})}, &d)
		h.do("PUT", "/imports/"+d.ID.String(), map[string]any{"match": "external", "key": 0, "columns": []map[string]any{{"index": 1, "field": city.ID}}}, nil)
		h.settled(d.ID)
		h.known = func() { h.do("POST", "/runs/"+d.ID.String()+"/stop", nil, nil) }
		h.do("POST", "/imports/"+d.ID.String()+"/start", nil, nil)
		if r := h.settled(d.ID); r.State != "stopped" || h.filled(city, "杭州") != 0 {
			t.Fatalf("stopped: %+v", r)
		}
		h.do("POST", "/runs/"+d.ID.String()+"/retry", nil, nil)
		if r := h.settled(d.ID); r.State != "done" || r.Changed != 1 || h.filled(city, "杭州") != 1 {
			t.Errorf("gone on with: %+v", r)
		}
	})
}

// TestUndoGoesOnBackwards: an undoing that breaks off is gone on with, not turned around.
func TestUndoGoesOnBackwards(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const n = 250
		ids, city, r := h.edited(n)
		if r = h.settled(r.ID); r.State != "done" || r.Changed != n {
			t.Fatalf("%+v", r)
		}
		var kept string
		h.Must(h.DB.Read().NewRaw("SELECT changes FROM profile_item WHERE run_id = ? AND seq = 230", r.ID).Scan(t.Context(), &kept))
		h.Exec("UPDATE profile_item SET changes = '!' WHERE run_id = ? AND seq = 230", r.ID) // in the second step
		h.do("POST", "/runs/"+r.ID.String()+"/undo", nil, nil)
		for range 60 {
			h.Must(h.Queue.Settle(context.Background()))
			if r = h.settled(r.ID); r.State != "undoing" {
				break
			}
			h.Clock.Advance(6 * time.Hour)
		}
		if r.State != "failed" || r.Phase != "undoing" || r.Undone != 200 {
			t.Fatalf("broken off: %+v", r)
		}
		h.Exec("UPDATE profile_item SET changes = ? WHERE run_id = ? AND seq = 230", kept, r.ID)
		h.do("POST", "/runs/"+r.ID.String()+"/retry", nil, nil)
		if r = h.settled(r.ID); r.State != "undone" || r.Undone != n || h.filled(city, "杭州") != 0 || h.of(ids[0], city) != "上海" {
			t.Errorf("gone on with: %+v, %d", r, h.filled(city, "杭州"))
		}
		if got := h.reasons(r.ID, "undone"); len(got) != 200 || slices.Contains(got, "") { // the first page
			t.Errorf("the items: %d", len(got))
		}
	})
}
