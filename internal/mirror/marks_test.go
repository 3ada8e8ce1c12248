package mirror_test

import (
	"context"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestOneFollowErasedInTheMiddle: somebody erases the first of two follows while their tags
// are being recorded. The other's are recorded all the same, and the erased customer does
// not come back.
func TestOneFollowErasedInTheMiddle(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		h.sync(mirror.ScopeFull)
		made, err := h.sim.ChangeTag(wecomsim.ChangeTag{Action: wecomsim.TagCreate, GroupName: "渠道", Name: "展会"})
		h.check(err)
		var follows []mirror.Follow
		for _, person := range h.people()[:2] {
			r, err := h.sim.Add(wecomsim.Add{Person: person, Member: h.members()[0]})
			h.check(err)
			h.happen()
			follows = append(follows, h.follow(h.members()[0], r.ExternalUserID))
		}
		gone, stays := follows[0], follows[1]
		if gone.Customer > stays.Customer { // recorded in the order of their names
			gone, stays = stays, gone
		}
		ctx, stop := context.WithTimeout(context.Background(), time.Minute)
		defer stop()
		recorded := make(chan error, 1)
		h.tx(func(ctx context.Context, tx db.Tx) error {
			for _, sql := range []string{"DELETE FROM mirror_follow WHERE customer_id = ?", "DELETE FROM mirror_customer WHERE id = ?"} {
				if _, err := tx.NewRaw(sql, gone.CustomerID).Exec(ctx); err != nil {
					return err
				}
			}
			go func() {
				recorded <- h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
					return h.mirror.RecordMarks(ctx, tx, h.corp, h.clock.Now().UnixMilli(), []mirror.Marking{
						{Follow: gone.ID, Add: []string{made.Tag}}, {Follow: stays.ID, Add: []string{made.Tag}},
					}, mirror.Cause{How: "run"})
				})
			}()
			return h.somebodyWaits(ctx)
		})
		select {
		case err := <-recorded:
			h.check(err)
		case <-ctx.Done():
			h.t.Fatal("nothing was recorded")
		}
		tags, err := mirror.TagsOfFollows(ctx, h.db.Read(), h.corp, []id.ID{stays.ID})
		h.check(err)
		if len(tags[stays.ID]) != 1 {
			h.t.Errorf("the other follow has %+v", tags[stays.ID])
		}
		if n := h.count("SELECT count(*) FROM mirror_customer WHERE customer = ?", gone.Customer); n != 0 {
			h.t.Error("the erased customer is back")
		}
	})
}

// somebodyWaits returns when another transaction waits for what this one holds. SQLite lets
// nobody begin to write meanwhile.
func (h *house) somebodyWaits(ctx context.Context) error {
	for h.db.Engine() == db.Postgres {
		var n int
		err := h.db.Read().NewRaw("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(ctx, &n)
		if err != nil || n > 0 {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}
