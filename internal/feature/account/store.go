package account

import (
	"context"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

const accountColumns = `id, name, lookup, password, founder, corp_id, created_at, changed_at`

// accountByName finds a local account; ok is false when nobody has the name.
func accountByName(ctx context.Context, q db.Querier, name string) (a Account, ok bool, err error) {
	err = q.NewRaw(`SELECT `+accountColumns+` FROM account_account WHERE lookup = ?`, lookup(name)).Scan(ctx, &a)
	if db.NoRows(err) {
		return Account{}, false, nil
	}
	return a, err == nil, err
}

func accountByID(ctx context.Context, q db.Querier, account id.ID) (a Account, err error) {
	err = q.NewRaw(`SELECT `+accountColumns+` FROM account_account WHERE id = ?`, account).Scan(ctx, &a)
	return a, err
}

// found inserts the first administrator unless there is one; made is false then, also
// when another node was quicker.
func found(ctx context.Context, tx db.Tx, a Account) (made bool, err error) {
	result, err := tx.NewRaw(`INSERT INTO account_account (`+accountColumns+`)
		SELECT ?, ?, ?, ?, TRUE, '', ?, ? WHERE NOT EXISTS (SELECT 1 FROM account_account)
		ON CONFLICT (lookup) DO NOTHING`,
		a.ID, a.Name, a.Lookup, a.Password, a.CreatedAt, a.ChangedAt).Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

func anyAccount(ctx context.Context, q db.Querier) (bool, error) {
	var n int
	err := q.NewRaw(`SELECT count(*) FROM (SELECT 1 FROM account_account LIMIT 1) AS a`).Scan(ctx, &n)
	return n > 0, err
}

func setPassword(ctx context.Context, tx db.Tx, account id.ID, hash string, now int64) error {
	_, err := tx.NewRaw(`UPDATE account_account SET password = ?, changed_at = ? WHERE id = ?`, hash, now, account).Exec(ctx)
	return err
}

func setCorp(ctx context.Context, tx db.Tx, account id.ID, corp string) error {
	_, err := tx.NewRaw(`UPDATE account_account SET corp_id = ? WHERE id = ? AND corp_id <> ?`, corp, account, corp).Exec(ctx)
	return err
}

// endAccountSessions signs an account out everywhere.
func endAccountSessions(ctx context.Context, tx db.Tx, account id.ID) error {
	_, err := tx.NewRaw(`DELETE FROM account_session WHERE account_id = ? AND account_id <> 0`, account).Exec(ctx)
	return err
}

// endMemberSessions signs a member out everywhere.
func endMemberSessions(ctx context.Context, tx db.Tx, corp, member string) error {
	_, err := tx.NewRaw(`DELETE FROM account_session WHERE corp_id = ? AND member = ? AND member <> ''`,
		corp, strings.ToLower(member)).Exec(ctx)
	return err
}

// pruneStep bounds one deletion, so that it never holds the writer for long.
const pruneStep = 500

// prune removes up to pruneStep sessions that have ended by time.
func prune(ctx context.Context, tx db.Tx, now time.Time) (int64, error) {
	result, err := tx.NewRaw(`DELETE FROM account_session WHERE token IN (
			SELECT token FROM account_session WHERE created_at <= ? OR seen_at <= ? LIMIT ?)`,
		db.MS(now.Add(-lifetime)), db.MS(now.Add(-idleLimit)), pruneStep).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
