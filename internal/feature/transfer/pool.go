package transfer

import (
	"context"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom"
)

const (
	kindRefresh = "refresh"
	// listPage is the most that one page of get_unassigned_list holds (doc 92124).
	listPage = 1000
)

// RefreshView is the newest reading of WeCom's list of unassigned customers.
type RefreshView struct {
	State      string      `json:"state" enum:"never,running,done,failed"`
	Done       int64       `json:"done" doc:"rows read"`
	Error      web.Because `json:"error,omitzero" doc:"why the newest reading came to nothing"`
	StartedAt  *time.Time  `json:"startedAt,omitempty"`
	FinishedAt *time.Time  `json:"finishedAt,omitempty"`
}

type reading struct {
	Corp       string `bun:"corp_id"`
	Run        id.ID  `bun:"run"`
	State      string `bun:"state"`
	Cursor     string `bun:"cursor"`
	Done       int64  `bun:"done"`
	Error      string `bun:"error"`
	StartedAt  int64  `bun:"started_at"`
	FinishedAt int64  `bun:"finished_at"`
}

func readingOf(ctx context.Context, q db.Querier, corpID string) (reading, error) {
	var r reading
	err := q.NewRaw(`SELECT corp_id, run, state, cursor, done, error, started_at, finished_at FROM transfer_refresh WHERE corp_id = ?`, corpID).Scan(ctx, &r)
	if db.NoRows(err) {
		return reading{Corp: corpID, State: "never"}, nil
	}
	return r, err
}

// Refreshed shows how the newest reading stands.
func (s *service) Refreshed(ctx context.Context, _ *struct{}) (*RefreshView, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	r, err := readingOf(ctx, s.db.Read(), v.Corp)
	view := &RefreshView{State: r.State, Done: r.Done, Error: corp.Told(r.Error, 0)}
	if r.StartedAt > 0 {
		view.StartedAt = new(db.FromMS(r.StartedAt))
	}
	if r.FinishedAt > 0 {
		view.FinishedAt = new(db.FromMS(r.FinishedAt))
	}
	return view, err
}

// Refresh asks for a reading; one that runs or waits serves as well.
func (s *service) Refresh(ctx context.Context, _ *struct{}) (*RefreshView, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := s.jobs.Insert(ctx, tx, job.Insert{Kind: kindRefresh, Corp: v.Corp, Unique: "asked", UniqueFor: job.HoldOpen, Key: kindRefresh}); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "transfer:unassigned"})
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
	if err != nil {
		return nil, err
	}
	return s.Refreshed(ctx, nil)
}

// refresh reads WeCom's list page by page; a run that was cut off goes on where it was.
// Pairs that a complete reading did not see are unassigned no more. It only reads there.
func (s *service) refresh(ctx context.Context, j job.Job[struct{}]) error {
	client, err := s.corps.Client(ctx, j.Corp)
	if err != nil {
		return job.Cancel(err)
	}
	r, err := readingOf(ctx, s.db.Read(), j.Corp)
	if err != nil {
		return err
	}
	if r.Run != j.ID || j.Attempt > 1 && r.Cursor == "" {
		r = reading{Corp: j.Corp, Run: j.ID, State: "running", StartedAt: db.NowMS(s.clock)}
	}
	for {
		page, err := client.ListUnassigned(ctx, wecom.ListUnassignedRequest{PageSize: listPage, Cursor: r.Cursor})
		switch {
		case wecom.IsQuota(err):
			return job.Snooze(time.Minute)
		case wecom.IsItem(err) && r.Cursor != "":
			r.Cursor, r.Done = "", 0 // the cursor is too old: from the beginning
			continue
		case err != nil:
			return s.unread(ctx, j.Corp, err)
		}
		last := page.IsLast || page.NextCursor == ""
		if !last && page.NextCursor == r.Cursor {
			return wecom.ErrCursor
		}
		r.Cursor, r.Done = page.NextCursor, r.Done+int64(len(page.Info))
		if err := s.store(ctx, r, page.Info); err != nil {
			return err
		}
		if err := j.Report(ctx, r.Done, 0, "unassigned"); err != nil {
			return err
		}
		if last {
			break
		}
	}
	for more := true; more; {
		if more, err = s.sweep(ctx, r); err != nil {
			return err
		}
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		r.State, r.Cursor, r.FinishedAt, r.Error = "done", "", db.NowMS(s.clock), ""
		if err := writeReading(ctx, tx, r); err != nil {
			return err
		}
		// Those who left before anybody told, and whoever holds groups alone.
		if _, err := tx.NewRaw(`INSERT INTO transfer_leaver (corp_id, member_id, left_at)
			SELECT corp_id, id, left_at FROM mirror_member WHERE corp_id = ? AND left_at > 0 ON CONFLICT DO NOTHING`, r.Corp).Exec(ctx); err != nil {
			return err
		}
		if err := s.live.Publish(ctx, tx, r.Corp, slug); err != nil {
			return err
		}
		return j.Done(ctx, tx)
	})
}

func writeReading(ctx context.Context, tx db.Tx, r reading) error {
	_, err := tx.NewRaw(`INSERT INTO transfer_refresh (corp_id, run, state, cursor, done, error, started_at, finished_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (corp_id) DO UPDATE SET run = excluded.run, state = excluded.state, cursor = excluded.cursor, done = excluded.done,
			error = excluded.error, started_at = excluded.started_at, finished_at = excluded.finished_at`,
		r.Corp, r.Run, r.State, r.Cursor, r.Done, db.Clean(r.Error), r.StartedAt, r.FinishedAt).Exec(ctx)
	return err
}

// unread notes why the list could not be read; the job tries again.
func (s *service) unread(ctx context.Context, corpID string, cause error) error {
	return cmpErr(s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewRaw(`UPDATE transfer_refresh SET error = ? WHERE corp_id = ?`, db.Clean(unreadable(cause)), corpID).Exec(ctx); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, corpID, slug)
	}), cause)
}

// unreadable is why WeCom's list could not be read, as it is kept.
func unreadable(cause error) string {
	if why := corp.Why(cause); !why.None() {
		return why.Kept()
	}
	return web.Why("unread").Kept()
}

func cmpErr(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// refreshGaveUp marks the reading as failed.
func (s *service) refreshGaveUp(ctx context.Context, j job.Job[struct{}], cause error) {
	r, err := readingOf(ctx, s.db.Read(), j.Corp)
	if err == nil {
		r.Corp, r.State, r.FinishedAt, r.Error = j.Corp, "failed", db.NowMS(s.clock), unreadable(cause)
		err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			if err := writeReading(ctx, tx, r); err != nil {
				return err
			}
			return s.live.Publish(ctx, tx, j.Corp, slug)
		})
	}
	if err != nil {
		s.log.ErrorContext(ctx, "a failed reading of unassigned customers is not marked", "error", err.Error())
	}
}

// store writes a page with the cursor of the next in one transaction.
func (s *service) store(ctx context.Context, r reading, page []wecom.UnassignedCustomer) error {
	var members []string
	left := map[string]int64{}
	for _, u := range page {
		name := db.Clean(u.HandoverUserID)
		if _, seen := left[name]; !seen {
			members = append(members, name)
		}
		left[name] = max(left[name], u.DimissionTime*1000)
	}
	known, err := mirror.MembersByID(ctx, s.db.Read(), r.Corp, members)
	if err != nil {
		return err
	}
	called := func(member string) string { // as the mirror writes him
		if m, ok := known[member]; ok {
			return m.ID
		}
		return member
	}
	now := db.NowMS(s.clock)
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		slices.Sort(members)
		for _, m := range members {
			if err := noteLeaver(ctx, tx, r.Corp, called(m), left[m]); err != nil {
				return err
			}
		}
		for part := range slices.Chunk(page, 500) {
			rows := db.Rows{}
			seen := map[string]bool{}
			for _, u := range part {
				member, customer := called(db.Clean(u.HandoverUserID)), db.Clean(u.ExternalUserID)
				if key := pairKey(member, customer); !seen[key] {
					seen[key] = true
					rows = append(rows, []any{r.Corp, member, customer, r.Run, now})
				}
			}
			if _, err := tx.NewRaw(`INSERT INTO transfer_unassigned (corp_id, member_id, customer, run, seen_at) VALUES ?
				ON CONFLICT (corp_id, member_id, customer) DO UPDATE SET run = excluded.run, seen_at = excluded.seen_at`, rows).Exec(ctx); err != nil {
				return err
			}
		}
		if err := writeReading(ctx, tx, r); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, r.Corp, slug)
	})
}

// listLag is how long WeCom may take to list a leaver's customers.
const listLag = 24 * time.Hour

// sweepRows bounds one step of the sweep.
const sweepRows = 200

// sweep drops pairs that the reading did not see, and ends what the mirror still holds of
// them: somebody else assigned the customers, or they left.
func (s *service) sweep(ctx context.Context, r reading) (more bool, err error) {
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		var gone []struct {
			Member   string `bun:"member_id"`
			Customer string `bun:"customer"`
			LeftAt   int64  `bun:"left_at"`
		}
		if err := tx.NewRaw(`SELECT u.member_id, u.customer, COALESCE(m.left_at, 0) AS left_at FROM transfer_unassigned u
			LEFT JOIN mirror_member m ON m.corp_id = u.corp_id AND m.id = u.member_id
			WHERE u.corp_id = ? AND u.run <> ? AND (u.run <> 0 AND u.seen_at < ? OR u.seen_at < ?) ORDER BY u.customer, u.member_id LIMIT ?`,
			r.Corp, r.Run, r.StartedAt, r.StartedAt-listLag.Milliseconds(), sweepRows).Scan(ctx, &gone); err != nil {
			return err
		}
		more = len(gone) == sweepRows
		for _, g := range gone {
			if _, err := tx.NewRaw(`DELETE FROM transfer_unassigned WHERE corp_id = ? AND member_id = ? AND customer = ?`, r.Corp, g.Member, g.Customer).Exec(ctx); err != nil {
				return err
			}
			if g.LeftAt == 0 {
				continue // he came back, or we never knew him
			}
			now := s.clock.Now()
			if err := s.mirror.HandedOver(ctx, tx, r.Corp, g.Member, g.Customer, now); err != nil {
				return err
			}
			// Who took him had him before, or the callback got lost.
			if err := s.lookAtConsole(ctx, tx, r.Corp, consoleArgs{Customer: g.Customer, At: db.MS(now), From: g.Member, Since: g.LeftAt}); err != nil {
				return err
			}
		}
		return nil
	})
	return more, err
}
