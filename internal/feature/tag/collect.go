package tag

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const kindCollect = "collect"

// walked stands in Run.Cursor when everybody meant has become an item.
const walked = "(walked to the end)"

// pageSize is how many pairs become items in one transaction.
const pageSize = 500

// collect writes an item for each pair that a run means, page by page, and lets the work
// begin. Twice is harmless: an item of the same follow is not written again, and the cursor
// is stored with the page.
func (s *service) collect(ctx context.Context, j job.Job[runArgs]) error {
	r, err := runByID(ctx, s.db.Read(), j.Corp, j.Args.Run)
	if err != nil {
		return job.Cancel(err)
	}
	v, err := s.actor(ctx, r)
	if f := fault.As(err); f != nil && f.Code == fault.Forbidden {
		return s.giveUpRun(ctx, r, f)
	}
	if err != nil {
		return err
	}
	for r.State == collecting && r.Cursor != walked {
		if err := s.collectPage(ctx, v, r); err != nil {
			if f := fault.As(err); f != nil && (f.Code == fault.NotFound || f.Code == fault.Invalid || f.Code == fault.Forbidden) {
				return s.giveUpRun(ctx, r, f)
			}
			return err
		}
		if r, err = runByID(ctx, s.db.Read(), j.Corp, r.ID); err != nil {
			return err
		}
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw("UPDATE tag_run SET state = 'running' WHERE corp_id = ? AND id = ? AND state = 'collecting'", r.Corp, r.ID).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, j.Done(ctx, tx))
		}
		if err := s.goOn(ctx, tx, r, kindWork); err != nil {
			return err
		}
		return j.Done(ctx, tx)
	})
}

// actor is who asked for a run, with the rights of now, not of then: they may have shrunk
// since. Forbidden when they do not suffice any more.
func (s *service) actor(ctx context.Context, r Run) (viewer.Viewer, error) {
	var who viewer.Who
	if err := json.Unmarshal([]byte(r.Who), &who); err != nil {
		return viewer.Viewer{}, job.Cancel(fmt.Errorf("run %s: %w", r.ID, err))
	}
	v, err := s.rights.Resolve(ctx, who)
	if fault.CodeOf(err) == fault.Unauthenticated || err == nil && !v.Can(permissionBatch) {
		err = fault.New(fault.Forbidden, "发起人已离职，或已没有批量打标签的权限")
	}
	return v, err
}

// giveUpRun ends a run that cannot go on: the segment was deleted, the rights are gone, or
// the file of a check is.
func (s *service) giveUpRun(ctx context.Context, r Run, f *fault.Fault) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw("UPDATE tag_run SET state = 'cancelled', problem = ?, finished_at = ? WHERE corp_id = ? AND id = ? AND state IN ('checking', 'collecting', 'running')",
			db.Clean(f.Message), db.NowMS(s.clock), r.Corp, r.ID).Exec(ctx)
		if err == nil && r.State != checking { // else nothing had begun
			err = s.ended(ctx, tx, r.Corp, r.ID, web.Failed, "", res)
		}
		if err != nil {
			return err
		}
		if r.State == checking {
			if err := s.unlinks.LetGo(ctx, tx, []string{listKey(r.Corp, r.ID)}); err != nil {
				return err
			}
		}
		return s.live.Publish(ctx, tx, r.Corp, topicRun, r.ID.String())
	})
}

// collectPage writes one page of items and how far that is.
func (s *service) collectPage(ctx context.Context, v viewer.Viewer, r Run) error {
	var rows []*itemRow
	var next string
	var err error
	switch {
	case r.Kind == runUndo:
		rows, next, err = s.undoPage(ctx, r)
	case r.Source == fromGroup:
		rows, err = s.groupPage(ctx, v, r)
	default:
		rows, next, err = s.selectionPage(ctx, v, r)
	}
	if err != nil {
		return err
	}
	if next == "" {
		next = walked
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		came, err := s.addItems(ctx, tx, rows)
		if err != nil {
			return err
		}
		if _, err := tx.NewRaw("UPDATE tag_run SET at_cursor = ?, total = total + ? WHERE corp_id = ? AND id = ?", next, came, r.Corp, r.ID).Exec(ctx); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, r.Corp, topicRun, r.ID.String())
	})
}

func (s *service) newItem(r Run, follow, customerID id.ID, customer, member string) *itemRow {
	return &itemRow{Run: r.ID, ID: s.ids.New(), Corp: r.Corp, Follow: follow, CustomerID: customerID, Customer: customer, Member: member, State: waiting}
}

func (s *service) selectionPage(ctx context.Context, v viewer.Viewer, r Run) (rows []*itemRow, next string, err error) {
	p := read[plan](r.Plan)
	if p.Selection == nil {
		return nil, "", nil
	}
	got, err := s.asks.Select(ctx, ask.SelectQuery{Viewer: v, Selection: *p.Selection, Pairs: p.Pairs, After: r.Cursor, Limit: pageSize})
	for _, x := range got.Items {
		rows = append(rows, s.newItem(r, x.Follow, x.CustomerID, x.Customer, x.Member))
	}
	return rows, got.Next, err
}

// groupPage gives all of a group at once: WeCom's groups hold at most 500 people.
func (s *service) groupPage(ctx context.Context, v viewer.Viewer, r Run) ([]*itemRow, error) {
	p, q := read[plan](r.Plan), s.db.Read()
	g, err := mirror.GroupByChat(ctx, q, r.Corp, p.Group)
	if err != nil {
		return nil, err
	}
	people, err := mirror.GroupMembers(ctx, q, r.Corp, g.ID)
	if err != nil {
		return nil, err
	}
	var outside []string
	for _, m := range people {
		if m.External {
			outside = append(outside, m.Who)
		}
	}
	return s.pairsOf(ctx, q, v, r, outside, p.Pairs)
}

// pairsOf gives items for the standing follows of customers in the viewer's scope: the
// newest of each, or all.
func (s *service) pairsOf(ctx context.Context, q db.Querier, v viewer.Viewer, r Run, externals []string, all bool) ([]*itemRow, error) {
	people, err := mirror.Customers(ctx, q, r.Corp, externals)
	if err != nil {
		return nil, err
	}
	var ids []id.ID
	for _, e := range externals {
		if c, ok := people[e]; ok {
			ids = append(ids, c.ID)
		}
	}
	follows, err := mirror.FollowsOfCustomers(ctx, q, r.Corp, ids)
	if err != nil {
		return nil, err
	}
	var rows []*itemRow
	for _, c := range ids {
		for _, f := range chosen(v, follows[c], all) {
			rows = append(rows, s.newItem(r, f.ID, f.CustomerID, f.Customer, f.Member))
		}
	}
	return rows, nil
}

// chosen picks the standing follows in scope: all, or the newest.
func chosen(v viewer.Viewer, follows []mirror.Follow, all bool) []mirror.Follow {
	var out []mirror.Follow
	for _, f := range follows {
		if f.Standing != mirror.Stands || !v.Sees(f.Member) {
			continue
		}
		if !all && len(out) == 1 {
			if later(f, out[0]) {
				out[0] = f
			}
			continue
		}
		out = append(out, f)
	}
	return out
}

func later(a, b mirror.Follow) bool {
	return a.AddedAt > b.AddedAt || a.AddedAt == b.AddedAt && a.ID > b.ID
}

// undoPage gives items that take back what another run changed.
func (s *service) undoPage(ctx context.Context, r Run) (rows []*itemRow, next string, err error) {
	var after id.ID
	if r.Cursor != "" {
		if err := json.Unmarshal([]byte(r.Cursor), &after); err != nil {
			return nil, "", fmt.Errorf("run %s: cursor: %w", r.ID, err)
		}
	}
	var changed []itemRow
	if err := s.db.Read().NewRaw("SELECT "+itemColumns+" FROM tag_run_item WHERE run_id = ? AND corp_id || '' = ? AND state = 'changed' AND id > ? ORDER BY id LIMIT ?",
		r.Of, r.Corp, after, pageSize).Scan(ctx, &changed); err != nil {
		return nil, "", err
	}
	for _, x := range changed {
		it := s.newItem(r, x.Follow, x.CustomerID, x.Customer, x.Member)
		it.Added, it.Removed = x.Removed, x.Added
		rows = append(rows, it)
	}
	if len(changed) == pageSize {
		next = text(changed[len(changed)-1].ID)
	}
	return rows, next, nil
}
