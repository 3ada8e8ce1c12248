package mirror

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// beginCustomers lists the members who may have customers (get_follow_user_list, doc
// 92571), a hundred to a part: as many as one call of batch/get_by_user takes, so that
// no page is emptier than it must be.
func (m *Mirror) beginCustomers(ctx context.Context, run Sync) ([][]string, int64, error) {
	client, err := m.corps.Client(ctx, run.Corp)
	if err != nil {
		return nil, 0, err
	}
	answer, err := client.ListFollowUsers(ctx)
	if err != nil {
		return nil, 0, err
	}
	members := answer.UserIDs
	slices.Sort(members)
	var known int64
	err = m.db.Read().NewRaw(`SELECT count(*) FROM mirror_follow WHERE corp_id = ? AND standing = ?`, run.Corp, Stands).Scan(ctx, &known)
	return slices.Collect(slices.Chunk(slices.Compact(members), partSize)), known, err
}

// pageRowsMax is the largest page of batch/get_by_user (doc 92994).
const pageRowsMax = 100

// customersPage is an answer of WeCom, or its error.
type customersPage struct {
	at     int64 // unix ms, when WeCom was asked
	cursor string
	answer wecom.BatchGetByUserResponse
	err    error
}

// customers reads the follows of the part's members. While a page is written the next
// one is fetched, so that WeCom's time and the database's pass side by side.
func (w *partWork) customers(ctx context.Context) error {
	members := w.part.subjects()
	if len(members) == 0 || w.part.Cursor == listRead {
		return w.endCustomers(ctx)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	begun := w.m.clock.Now()
	next := w.fetchCustomers(ctx, members, w.part.Cursor)
	for {
		got := <-next
		if got.err != nil {
			return got.err
		}
		if got.answer.NextCursor != "" && got.answer.NextCursor == got.cursor {
			return wecom.ErrCursor
		}
		last := got.answer.NextCursor == ""
		if !last {
			next = w.fetchCustomers(ctx, members, got.answer.NextCursor)
		}
		if err := w.writeCustomers(ctx, got); err != nil {
			return err
		}
		if last {
			return w.endCustomers(ctx)
		}
		if w.m.clock.Now().Sub(begun) > workBudget {
			return job.Snooze(0)
		}
	}
}

// fetchCustomers asks for a page in the background.
func (w *partWork) fetchCustomers(ctx context.Context, members []string, cursor string) <-chan customersPage {
	out := make(chan customersPage, 1)
	go func() {
		p := customersPage{at: db.NowMS(w.m.clock), cursor: cursor}
		p.answer, p.err = w.client.BatchGetByUser(ctx, wecom.BatchGetByUserRequest{UserIDs: members, Cursor: cursor, Limit: pageRowsMax})
		if wecom.CodeOf(p.err) == errcode.NotFollowed {
			p.answer, p.err = wecom.BatchGetByUserResponse{}, nil // none of them has a customer
		}
		out <- p
	}()
	return out
}

// writeCustomers writes a page and the cursor of the next in one transaction.
func (w *partWork) writeCustomers(ctx context.Context, got customersPage) error {
	rows := make([]shown, len(got.answer.Contacts))
	for i, c := range got.answer.Contacts {
		rows[i] = shownByBatch(c)
	}
	if got.answer.FailInfo != nil && len(got.answer.FailInfo.UnlicensedUserIDs) > 0 {
		all := append(w.part.unlicensed(), got.answer.FailInfo.UnlicensedUserIDs...)
		slices.Sort(all)
		w.part.Unlicensed = written(slices.Compact(all))
	}
	err := w.m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		p, err := w.m.apply(ctx, tx, reading{corp: w.run.Corp, at: got.at, run: w.run.ID, quiet: w.run.Quiet, pages: true}, rows)
		if err != nil {
			return err
		}
		repaired := 0
		for _, r := range p.rows {
			if r.sight == found && r.before.ID != 0 || r.sight == found && !w.run.Quiet {
				repaired++
			}
		}
		return w.turn(ctx, tx, got.answer.NextCursor, len(rows), repaired)
	})
	if err != nil {
		return err
	}
	w.part.Cursor = got.answer.NextCursor
	w.run.Done += int64(len(rows))
	return w.job.Report(ctx, w.run.Done, w.run.Total, "customers")
}

// endCustomers ends what the complete reading of the part did not see, and the part.
func (w *partWork) endCustomers(ctx context.Context) error {
	members, err := w.complete(ctx)
	if err != nil {
		return err
	}
	for len(members) > 0 {
		n := min(len(members), partSize)
		for more := true; more; {
			if more, err = w.m.sweep(ctx, w.run, members[:n]); err != nil {
				return err
			}
		}
		members = members[n:]
	}
	return w.m.db.Tx(ctx, w.finish)
}

// complete lists the members all of whose follows were shown, by the contact book's ids:
// those without a licence are left out by WeCom, so nothing follows from their absence.
func (w *partWork) complete(ctx context.Context) ([]string, error) {
	known, err := MembersByID(ctx, w.m.db.Read(), w.run.Corp, w.part.subjects())
	if err != nil {
		return nil, err
	}
	var members []string
	for _, s := range w.part.subjects() {
		if slices.ContainsFunc(w.part.unlicensed(), func(u string) bool { return equalMember(u, s) }) {
			continue
		}
		if k, ok := known[s]; ok {
			s = k.ID
		}
		members = append(members, s)
	}
	return members, nil
}

// sweepRows bounds one step of the sweep.
const sweepRows = 200

// sweep marks follows as gone that stand here and were not seen by the run: neither on a
// page nor by a callback that came while it ran. Halves are never shown and stay. It
// says whether there may be more.
func (m *Mirror) sweep(ctx context.Context, run Sync, members []string) (more bool, err error) {
	now := db.NowMS(m.clock)
	err = m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		more = false
		var rows []Follow
		err := tx.NewRaw(`SELECT `+followColumns+` FROM mirror_follow
			WHERE corp_id = ? AND member_id IN (?) AND standing = ? AND sync_run <> ? ORDER BY customer, member_id LIMIT ?`,
			run.Corp, bun.List(members), Stands, run.ID, sweepRows).Scan(ctx, &rows)
		if err != nil || len(rows) == 0 {
			return err
		}
		more = len(rows) == sweepRows
		waiting, err := waitingPairs(ctx, tx, run.Corp, rows)
		if err != nil {
			return err
		}
		return m.markGone(ctx, tx, run, rows, waiting, now)
	})
	return more, err
}

func waitingPairs(ctx context.Context, tx db.Tx, corp string, rows []Follow) (map[string]bool, error) {
	subjects := make([]string, len(rows))
	for i, f := range rows {
		subjects[i] = pairSubject(f.Customer, f.Member)
	}
	return waitingSubjects(ctx, tx, corp, subjects)
}

// markGone ends follows, except those about which a callback waits in the inbox: these
// are only marked as seen.
func (m *Mirror) markGone(ctx context.Context, tx db.Tx, run Sync, rows []Follow, waiting map[string]bool, now int64) error {
	var gone, customers, seen []id.ID
	var findings []tellArgs
	for _, f := range rows {
		if waiting[pairSubject(f.Customer, f.Member)] {
			seen = append(seen, f.ID)
			continue
		}
		gone, customers = append(gone, f.ID), append(customers, f.CustomerID)
		findings = append(findings, tellArgs{Follow: f.ID, Found: Gone, Since: now, Told: f.ToldAt, Noticed: now})
	}
	if err := inBatches(seen, func(part []id.ID) error {
		_, err := tx.NewRaw(`UPDATE mirror_follow SET sync_run = ? WHERE id IN (?)`, run.ID, bun.List(part)).Exec(ctx)
		return err
	}); err != nil || len(gone) == 0 {
		return err
	}
	slices.Sort(customers)
	customers = slices.Compact(customers)
	// Writers of a customer begin with his row (lockCustomer).
	if _, err := tx.NewRaw(`UPDATE mirror_customer SET updated_at = ? WHERE id IN (?)`, now, bun.List(customers)).Exec(ctx); err != nil {
		return err
	}
	if _, err := tx.NewRaw(`UPDATE mirror_follow SET standing = ?, ended_at = ?, sync_run = ?, updated_at = ?
		WHERE id IN (?) AND standing = ? AND sync_run <> ?`,
		Gone, now, run.ID, now, bun.List(gone), Stands, run.ID).Exec(ctx); err != nil {
		return err
	}
	if err := recount(ctx, tx, customers); err != nil {
		return err
	}
	if _, err := tx.NewRaw(`UPDATE mirror_sync SET repaired = repaired + ?, moved_at = ? WHERE id = ?`, len(gone), now, run.ID).Exec(ctx); err != nil {
		return err
	}
	if err := m.tellPages(ctx, tx, run.Corp, customers, gone); err != nil || run.Quiet {
		return err
	}
	return m.holdBack(ctx, tx, run.Corp, findings)
}
