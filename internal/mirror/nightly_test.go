package mirror_test

import (
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
)

func TestEachCorpIsReadAtItsNight(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		for _, s := range h.mirror.Schedules() {
			s.Kind = mirror.Slug + "." + s.Kind
			h.queue.Schedules(s)
		}
		h.settle() // the schedules count from now on: nine in the morning in Beijing
		for range 18 {
			h.pass(time.Hour)
			h.settle()
			if got := h.clock.Now(); !got.Before(start.Add(18*time.Hour)) && h.count(`SELECT count(*) FROM mirror_sync`) == 0 {
				h.pass(10 * time.Minute)
				h.settle()
			}
		}
		var at []int64
		h.check(h.db.Read().NewRaw(`SELECT started_at FROM mirror_sync WHERE scope = ? AND started_by = 'schedule'`, mirror.ScopeFull).Scan(t.Context(), &at))
		if len(at) != 1 {
			t.Fatalf("%d nightly syncs", len(at))
		}
		local := time.UnixMilli(at[0]).In(time.FixedZone("Beijing", 8*60*60))
		if local.Hour() != 3 {
			t.Errorf("the night's sync began at %s", local)
		}
	})
}
