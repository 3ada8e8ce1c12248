package followup_test

import (
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// TestDemo: nobody of the demo writes of a customer, or plans something for him, before he was added.
func TestDemo(t *testing.T) {
	stories(t, func(d *desk) {
		d.Advance(2 * time.Hour)
		for _, f := range d.App.Features {
			if f.Slug == "followup" {
				d.must(f.Demo(d.t.Context(), viewer.System(d.Corp)))
			}
		}
		for _, table := range []string{"followup_note", "followup_task"} {
			var all, early int
			d.must(d.App.DB.Read().NewRaw(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN n.created_at < f.added_at THEN 1 ELSE 0 END), 0) FROM `+table+` AS n
				JOIN mirror_follow AS f ON f.corp_id = n.corp_id AND f.member_id = n.member_id AND f.customer = n.customer`).Scan(d.t.Context(), &all, &early))
			if all == 0 || early > 0 {
				d.t.Errorf("%d of %d in %s before the customer was added", early, all, table)
			}
		}
	})
}
