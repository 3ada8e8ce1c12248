package customer_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// The last days are counted as the tiles count today: each day by the corp's midnight,
// what the viewer may see and nothing else, zero where nothing was.
func TestTrends(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		shanghai := time.FixedZone("CST", 8*3600)
		var days []ask.Day
		for d := range 4 { // Friday to Monday, today
			from := time.Date(2026, 11, 20+d, 0, 0, 0, 0, shanghai)
			days = append(days, ask.Day{From: from, To: from.AddDate(0, 0, 1)})
		}
		// It is ten in the morning: ten hours ago is the first moment of today.
		h.follow(pair{member: "zhang", customer: "wmFirst", name: "零点", added: 10 * time.Hour})
		h.follow(pair{member: "zhang", customer: "wmLast", name: "昨天最后", added: 10*time.Hour + time.Millisecond})
		h.follow(pair{member: "li", customer: "wmEnded", name: "来了又走", added: 3 * time.Hour, standing: 3, ended: time.Hour})
		h.follow(pair{member: "li", customer: "wmOld", name: "以前", added: 30 * day})
		h.follow(pair{corp: another, member: "zhang", customer: "wmForeign", name: "别家", added: time.Hour})
		h.lose("li", "wmEnded", time.Hour)
		h.lose("li", "wmEnded", 30*time.Minute) // the same two again
		h.lose("zhang", "wmFriday", 3*day)
		for name, c := range map[string]struct {
			viewer      viewer.Viewer
			added, lost []int64
		}{
			"the corp":  {everything(), []int64{0, 0, 1, 2}, []int64{1, 0, 0, 2}},
			"a member":  {self("zhang"), []int64{0, 0, 1, 1}, []int64{1, 0, 0, 0}},
			"a manager": {manager("", "li"), []int64{0, 0, 0, 1}, []int64{0, 0, 0, 2}},
			"nobody":    {self(""), []int64{0, 0, 0, 0}, []int64{0, 0, 0, 0}},
		} {
			got, err := h.f.Answers.Trends(context.Background(), c.viewer, days)
			h.must(err)
			if len(got) != 2 || got[0].Key != "customer.added" || !slices.Equal(got[0].Values, c.added) ||
				got[1].Key != "customer.lost" || !slices.Equal(got[1].Values, c.lost) {
				t.Errorf("%s: %+v", name, got)
			}
		}
		deaf := everything()
		deaf.Permissions = nil
		if got, err := h.f.Answers.Trends(context.Background(), deaf, days); err != nil || got != nil {
			t.Errorf("without the permission: %+v, %v", got, err)
		}
	})
}
