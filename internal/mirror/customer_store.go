package mirror

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// lockCustomer gives the customer's row, made when it was missing, and keeps others from
// changing it or its follows until the transaction ends: every writer of a customer
// begins with his row.
func (m *Mirror) lockCustomer(ctx context.Context, tx db.Tx, corp, external string) (Customer, error) {
	var c Customer
	err := tx.NewRaw(`INSERT INTO mirror_customer (id, corp_id, customer, name, type, avatar, gender, unionid, company, title,
			follows, added_at, lost_at, updated_at, read_at)
		VALUES (?, ?, ?, '', 0, '', 0, '', '', '', 0, 0, 0, ?, 0)
		ON CONFLICT (corp_id, customer) DO UPDATE SET updated_at = excluded.updated_at
		RETURNING `+customerColumns, m.ids.New(), corp, external, db.NowMS(m.clock)).Scan(ctx, &c)
	return c, err
}

func followRow(ctx context.Context, tx db.Tx, corp, member, external string) (f Follow, known bool, err error) {
	err = tx.NewRaw(`SELECT `+followColumns+` FROM mirror_follow WHERE corp_id = ? AND member_id = ? AND customer = ?`,
		corp, member, external).Scan(ctx, &f)
	if db.NoRows(err) {
		return Follow{}, false, nil
	}
	return f, err == nil, err
}

// writeTurn stores what a callback decides about a follow. A follow that stands is
// marked as seen by the sync that runs just now, whose pages may be older than the
// callback.
func writeTurn(ctx context.Context, tx db.Tx, f Follow) error {
	_, err := tx.NewRaw(`INSERT INTO mirror_follow (`+followColumns+`)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, `+runningOr+`, ?, ?)
		ON CONFLICT (corp_id, member_id, customer) DO UPDATE SET standing = excluded.standing, added_at = excluded.added_at,
			ended_at = excluded.ended_at, state = excluded.state, told_at = excluded.told_at, read_at = excluded.read_at,
			found_at = excluded.found_at, sync_run = excluded.sync_run, updated_at = excluded.updated_at`,
		f.ID, f.Corp, f.Member, f.Customer, f.CustomerID, f.Standing, f.Remark, f.Description, f.Company,
		f.MobilesJSON, f.AddWay, f.Operator, f.State, f.AddedAt, f.EndedAt, f.ToldAt, f.ReadAt, f.FoundAt,
		f.Corp, f.SyncRun, f.UpdatedAt, f.Tagged).Exec(ctx)
	return err
}

// runningOr is the corp's running sync, or the value after the corp.
const runningOr = `COALESCE((SELECT max(s.id) FROM mirror_sync s WHERE s.corp_id = ? AND s.state = 'running'), ?)`

// running is the corp's running sync, 0 when there is none.
func running(ctx context.Context, tx db.Tx, corp string) (id.ID, error) {
	var run id.ID
	err := tx.NewRaw(`SELECT `+runningOr, corp, 0).Scan(ctx, &run)
	return run, err
}

// moveTags keeps the copy of added_at that lists by tag are ordered by.
func moveTags(ctx context.Context, tx db.Tx, f Follow) error {
	_, err := tx.NewRaw(`UPDATE mirror_follow_tag SET added_at = ? WHERE follow_id = ?`, f.AddedAt, f.ID).Exec(ctx)
	return err
}

// recount brings the counters of customers in line with their follows.
func recount(ctx context.Context, tx db.Tx, customers []id.ID) error {
	return inBatches(customers, func(part []id.ID) error {
		_, err := tx.NewRaw(`UPDATE mirror_customer SET
			follows = (SELECT count(*) FROM mirror_follow f WHERE f.customer_id = mirror_customer.id AND f.standing IN (1, 2)),
			added_at = COALESCE((SELECT min(f.added_at) FROM mirror_follow f WHERE f.customer_id = mirror_customer.id), 0),
			lost_at = COALESCE((SELECT CASE WHEN min(CASE WHEN f.standing IN (1, 2) THEN 0 ELSE 1 END) = 0 THEN 0 ELSE max(f.ended_at) END
				FROM mirror_follow f WHERE f.customer_id = mirror_customer.id), 0)
			WHERE id IN (?)`, bun.List(part)).Exec(ctx)
		return err
	})
}
