package transfer

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const itemColumns = `id, transfer_id, corp_id, kind, subject, from_member, to_member, resigned, friends, state, code, reason,
	attempt, due_at, sent_at, poll_at, settled_at, noticed, retried_by`

const transferColumns = `id, corp_id, retry_of, spread, message, problem, created_by, creator, created_at, seated`

// countBy reads rows of a key k and a number n.
func countBy(ctx context.Context, q db.Querier, query string, args ...any) (map[string]int64, error) {
	var rows []struct {
		K string `bun:"k"`
		N int64  `bun:"n"`
	}
	err := q.NewRaw(query, args...).Scan(ctx, &rows)
	found := make(map[string]int64, len(rows))
	for _, r := range rows {
		found[r.K] = r.N
	}
	return found, err
}

// departmentsOf gives the departments of members, those of leavers too.
func departmentsOf(ctx context.Context, q db.Querier, corp string, members []string) (map[string][]int64, error) {
	found := map[string][]int64{}
	if len(members) == 0 {
		return found, nil
	}
	var rows []struct {
		Member     string `bun:"member_id"`
		Department int64  `bun:"department_id"`
	}
	err := q.NewRaw(`SELECT member_id, department_id FROM mirror_member_department WHERE corp_id = ? AND member_id IN (?)
		ORDER BY member_id, department_id`, corp, bun.List(members)).Scan(ctx, &rows)
	for _, r := range rows {
		found[r.Member] = append(found[r.Member], r.Department)
	}
	return found, err
}

// leftMembers tells which of the userids are leavers' as WeCom's list names them, and when
// they left.
func leftMembers(ctx context.Context, q db.Querier, corp string, members []string) (map[string]int64, error) {
	found := map[string]int64{}
	if len(members) == 0 {
		return found, nil
	}
	return countBy(ctx, q, `SELECT member_id AS k, left_at AS n FROM transfer_leaver WHERE corp_id = ? AND member_id IN (?)`, corp, bun.List(members))
}

// unassignedOf lists what leavers left, by customer.
func unassignedOf(ctx context.Context, q db.Querier, corp string, members []string, limit int) ([]candidate, error) {
	if len(members) == 0 {
		return nil, nil
	}
	return candidates(ctx, q, OfCustomer, `SELECT member_id AS from_member, customer AS subject FROM transfer_unassigned
		WHERE corp_id = ? AND member_id IN (?) ORDER BY member_id, customer LIMIT ?`, corp, bun.List(members), limit)
}

// followsOf lists the customers of members who are here, the oldest first.
func followsOf(ctx context.Context, q db.Querier, corp string, members []string, limit int) ([]candidate, error) {
	if len(members) == 0 {
		return nil, nil
	}
	return candidates(ctx, q, OfCustomer, `SELECT member_id AS from_member, customer AS subject FROM mirror_follow
		WHERE corp_id = ? AND member_id IN (?) AND standing = 1 ORDER BY member_id, added_at, id LIMIT ?`, corp, bun.List(members), limit)
}

// groupsOwned lists the standing groups of owners, the oldest first.
func groupsOwned(ctx context.Context, q db.Querier, corp string, members []string, limit int) ([]candidate, error) {
	if len(members) == 0 {
		return nil, nil
	}
	return candidates(ctx, q, OfGroup, `SELECT owner_id AS from_member, chat AS subject FROM mirror_group
		WHERE corp_id = ? AND owner_id IN (?) AND dissolved_at = 0 ORDER BY owner_id, created_at, id LIMIT ?`, corp, bun.List(members), limit)
}

func candidates(ctx context.Context, q db.Querier, kind Kind, query string, args ...any) ([]candidate, error) {
	var rows []struct {
		From    string `bun:"from_member"`
		Subject string `bun:"subject"`
	}
	err := q.NewRaw(query, args...).Scan(ctx, &rows)
	list := make([]candidate, len(rows))
	for i, r := range rows {
		list[i] = candidate{Kind: kind, Subject: r.Subject, From: r.From}
	}
	return list, err
}

// itemRow is one item as bun writes it.
type itemRow struct {
	bun.BaseModel `bun:"table:transfer_item"`
	Item
}

func insertTransfer(ctx context.Context, tx db.Tx, t Transfer) error {
	_, err := tx.NewRaw(`INSERT INTO transfer_transfer (`+transferColumns+`) VALUES (?, ?, ?, ?, ?, '', ?, ?, ?, ?)`,
		t.ID, t.Corp, t.RetryOf, t.Spread, t.Message, t.CreatedBy, db.Clean(t.Creator), t.CreatedAt, t.Seated).Exec(ctx)
	return err
}

// insertItems writes items in the order of their subjects, so that two who write the same
// meet at the first and none waits for the other in a circle. It gives how many were
// written: fewer than asked when somebody else hands over one of them.
func insertItems(ctx context.Context, tx db.Tx, items []itemRow) (int64, error) {
	var written int64
	for from := 0; from < len(items); from += 500 {
		part := items[from:min(from+500, len(items))]
		res, err := tx.NewInsert().Model(&part).On("CONFLICT DO NOTHING").Exec(ctx)
		if err != nil {
			return written, err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return written, err
		}
		written += n
	}
	return written, nil
}

// either is a viewer's scope over who gives or who takes, of items called i.
func either(v viewer.Viewer) viewer.Condition {
	from := v.Where("i.corp_id", "i.from_member")
	if v.Scope.Reach == viewer.All {
		return from
	}
	to := v.Where("i.corp_id", "i.to_member")
	return viewer.Condition{SQL: "(" + from.SQL + " OR " + to.SQL + ")", Args: append(append([]any{}, from.Args...), to.Args...)}
}

// visible is a viewer's scope over hand-overs called t: those with an item he may see.
func visible(v viewer.Viewer) viewer.Condition {
	c := viewer.Condition{SQL: "t.corp_id = ?", Args: []any{v.Corp}}
	if v.Scope.Reach == viewer.All {
		return c
	}
	scope := either(v)
	return c.And(viewer.Condition{SQL: "EXISTS (SELECT 1 FROM transfer_item AS i WHERE i.transfer_id = t.id AND " + scope.SQL + ")", Args: scope.Args})
}

// transferSeen finds a hand-over in the viewer's scope.
func transferSeen(ctx context.Context, q db.Querier, v viewer.Viewer, transfer id.ID) (Transfer, error) {
	var t Transfer
	scope := visible(v)
	err := q.NewSelect().TableExpr("transfer_transfer AS t").ColumnExpr(prefixed("t", transferColumns)).
		Where(scope.SQL, scope.Args...).Where("t.id = ?", transfer).Scan(ctx, &t)
	if db.NoRows(err) {
		return t, fault.Missing("转接记录")
	}
	return t, err
}

func prefixed(alias, columns string) string {
	names := strings.Split(columns, ",")
	for i, c := range names {
		names[i] = alias + "." + strings.TrimSpace(c)
	}
	return strings.Join(names, ", ")
}

// settle ends an open item, once. It tells what follows: an accepted customer takes with
// him what we hold, and his old member who left holds him no more.
func (s *service) settle(ctx context.Context, tx db.Tx, i Item, as State, code int, reason string, at time.Time) error {
	res, err := tx.NewRaw(`UPDATE transfer_item SET state = ?, code = ?, reason = ?, settled_at = ?
		WHERE corp_id = ? AND id = ? AND state IN ('planned', 'sent', 'waiting')`, as, code, db.Clean(reason), db.MS(at), i.Corp, i.ID).Exec(ctx)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err != nil || n == 0 {
		return err // somebody else was first
	}
	s.ending(tx, i.Corp, i.Transfer)
	if err := s.live.Publish(ctx, tx, i.Corp, slug, i.Transfer.String()); err != nil || as != Accepted {
		return err
	}
	if err := s.wantNotice(ctx, tx, i); err != nil {
		return err
	}
	news := event.TransferSettled{Meta: event.Meta{Event: i.ID, Corp: i.Corp, At: at}, From: i.From, To: i.To, Resigned: i.Resigned}
	if i.Resigned {
		if news.Seated, err = seated(ctx, tx, i.Transfer); err != nil {
			return err
		}
	}
	if i.Kind == OfGroup {
		news.Group = i.Subject
		return s.bus.Publish(ctx, tx, news)
	}
	news.Customer = i.Subject
	return s.settled(ctx, tx, news)
}

// setProblem says on a hand-over why it does not move on.
func (s *service) setProblem(ctx context.Context, corp string, transfer id.ID, why web.Because) error {
	problem := db.Clean(why.Kept())
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw(`UPDATE transfer_transfer SET problem = ? WHERE corp_id = ? AND id = ? AND problem <> ?`, problem, corp, transfer, problem).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return s.live.Publish(ctx, tx, corp, slug, transfer.String())
	})
}
