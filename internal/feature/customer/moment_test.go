package customer_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// pages reads a customer's timeline in pages of some size, the keys in order.
func (h *house) pages(c id.ID, limit int) (keys []string) {
	h.t.Helper()
	after := ""
	for range 100 {
		var page web.Page[ask.Entry]
		h.get(fmt.Sprintf("/customers/%s/timeline?limit=%d&after=%s", c, limit, after), &page)
		for _, e := range page.Items {
			keys = append(keys, e.Key)
		}
		if after = page.Next; after == "" {
			return keys
		}
	}
	h.t.Fatal("the timeline has no end")
	return nil
}

// TestManyOfOneMoment: what happened within one millisecond is told in full however small the
// pages are, of the history as of the groups.
func TestManyOfOneMoment(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0, "zhang")
		const n = 300
		c, _ := h.follow(pair{member: "zhang", customer: "wmBusy", name: "忙", added: day})
		at := db.MS(h.clock.Now().Add(-time.Hour))
		var lines, groups, members, left db.Rows
		for i := range n {
			g, chat := h.ids.New(), fmt.Sprintf("wr%d", i)
			lines = append(lines, []any{h.ids.New(), corpID, fmt.Sprintf("zhang%d", i), "wmBusy", "lost", false, at})
			groups = append(groups, []any{g, corpID, chat, "群", "zhang", "", 0, 3, 2, "", 0, 0, 0, 1, 0, 0})
			members = append(members, []any{corpID, g, "wmBusy", true, "", "", 1, "", "", at})
			left = append(left, []any{h.ids.New(), corpID, "wmBusy", chat, "left", false, at})
		}
		h.exec("INSERT INTO customer_history (id, corp_id, member_id, customer, kind, repaired, at) VALUES ?", lines)
		h.exec(`INSERT INTO mirror_group (id, corp_id, chat, name, owner_id, notice, status, members, customers, version,
			created_at, dissolved_at, told_at, read_at, sync_run, updated_at) VALUES ?`, groups)
		h.exec("INSERT INTO mirror_group_member (corp_id, group_id, who, external, name, unionid, join_scene, invitor, state, joined_at) VALUES ?", members)
		h.exec("INSERT INTO customer_group (id, corp_id, customer, chat, kind, repaired, at) VALUES ?", left)
		for _, limit := range []int{30, 100} {
			keys := h.pages(c, limit)
			if len(keys) != 3*n+1 || len(slices.Compact(slices.Sorted(slices.Values(keys)))) != len(keys) {
				t.Errorf("in pages of %d: %d lines", limit, len(keys))
			}
		}
	})
}

// TestLeavingAGroup: that a customer was in a group and left it stays in his story, once,
// whoever tells it; of groups whose owner the viewer does not see nothing is told.
func TestLeavingAGroup(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0, "zhang", "li")
		c, _ := h.follow(pair{member: "zhang", customer: "wmA", name: "甲", added: 9 * day})
		h.follow(pair{member: "li", customer: "wmA", added: 8 * day})
		joined := h.clock.Now().Add(-day)
		for i, chat := range []string{"wrA", "wrB"} {
			g := h.ids.New()
			h.exec(`INSERT INTO mirror_group (id, corp_id, chat, name, owner_id, notice, status, members, customers, version,
					created_at, dissolved_at, told_at, read_at, sync_run, updated_at)
				VALUES (?, ?, ?, ?, 'zhang', '', 0, 3, 2, '', ?, 0, 0, 1, 0, 0)`, g, corpID, chat, []string{"车友会", ""}[i], i)
			h.exec(`INSERT INTO mirror_group_member (corp_id, group_id, who, external, name, unionid, join_scene, invitor, state, joined_at)
				VALUES (?, ?, 'wmA', TRUE, '', '', 1, '', '', ?)`, corpID, g, db.MS(joined))
		}
		left := event.GroupMemberLeft{Meta: h.meta(time.Hour), Group: "wrA", Who: "wmA", External: true, JoinedAt: joined}
		again := left
		again.Event = h.ids.New() // another app of the corp tells it too
		removed := event.GroupMemberLeft{Meta: h.meta(2 * time.Hour), Group: "wrB", Who: "wmA", External: true, Removed: true, JoinedAt: joined}
		colleague := event.GroupMemberLeft{Meta: h.meta(time.Hour), Group: "wrA", Who: "li"}
		h.tell(left, again, left, removed, colleague)
		want := []string{"customer.left/", "customer.removedUnnamed/", "customer.joinedUnnamed/", "customer.joined/", "customer.added/li", "customer.added/zhang"}
		told := func() []string {
			got := h.story(c)
			if slices.Compare(got[2:4], []string{"customer.joined/", "customer.joinedUnnamed/"}) == 0 {
				slices.Reverse(got[2:4]) // of one moment
			}
			return got
		}
		if got := told(); !slices.Equal(got, want) {
			t.Errorf("before the groups are read anew: %v", got)
		}
		h.exec("DELETE FROM mirror_group_member WHERE who = 'wmA'")
		if got := told(); !slices.Equal(got, want) {
			t.Errorf("afterwards: %v", got)
		}
		h.viewer = self("li")
		if got := h.story(c); !slices.Equal(got, []string{"customer.added/li"}) {
			t.Errorf("li is told %v", got)
		}
	})
}
