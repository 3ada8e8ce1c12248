package stage_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// TestDemo: nobody of the demo came into a stage before he was added, or will only come
// there, and his moves follow one another; twice adds nothing.
func TestDemo(t *testing.T) {
	stories(t, func(d *desk) {
		const people = 14 // more than one who comes furthest
		for i := range people {
			d.meet([]string{"zhang", "li"}[i%2], fmt.Sprintf("客户%d", i))
			d.Advance(time.Duration(i) * 3 * time.Hour)
		}
		d.exec("DELETE FROM stage_move")
		d.exec("DELETE FROM stage_placement")
		var moves []struct {
			Placement string `bun:"placement_id"`
			Added     int64  `bun:"added_at"`
			At        int64  `bun:"at"`
		}
		for range 2 {
			for _, f := range d.App.Features {
				if f.Slug == "stage" {
					d.must(f.Demo(d.t.Context(), viewer.System(d.Corp)))
				}
			}
			moves = moves[:0]
			d.must(d.App.DB.Read().NewRaw(`SELECT m.placement_id, f.added_at, m.at FROM stage_move AS m
				JOIN mirror_follow AS f ON f.corp_id = m.corp_id AND f.member_id = m.member_id AND f.customer = m.customer
				ORDER BY m.placement_id, m.id`).Scan(context.Background(), &moves))
		}
		if len(moves) < people {
			d.t.Fatalf("%d moves of %d people", len(moves), people)
		}
		now := db.MS(d.Clock.Now())
		for i, m := range moves {
			if m.At < m.Added || m.At > now {
				d.t.Errorf("moved at %v, added at %v, now %v", db.FromMS(m.At), db.FromMS(m.Added), db.FromMS(now))
			}
			if i > 0 && moves[i-1].Placement == m.Placement && m.At <= moves[i-1].At {
				d.t.Errorf("%v follows a move at %v", db.FromMS(m.At), db.FromMS(moves[i-1].At))
			}
		}
	})
}
