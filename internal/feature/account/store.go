package account

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

const accountColumns = `id, name, lookup, password, previous, founder, home, corp_id, created_at, changed_at,
	signed_in_at, disabled_at, must_change, totp, totp_pending, totp_step`

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
	if db.NoRows(err) {
		return a, fault.Missing("账号")
	}
	return a, err
}

// accountsOf lists the accounts of a corp, or all of the installation when everywhere.
func accountsOf(ctx context.Context, q db.Querier, corp string, everywhere bool) (list []Account, err error) {
	err = q.NewRaw(`SELECT `+accountColumns+` FROM account_account WHERE home = ? OR ? ORDER BY lookup LIMIT ?`,
		corp, everywhere, maxAccounts).Scan(ctx, &list)
	return list, err
}

const accountInsert = `INSERT INTO account_account (` + accountColumns + `)
	SELECT ?, ?, ?, ?, '', ?, ?, '', ?, ?, 0, 0, ?, '', '', 0`

func insertAccount(ctx context.Context, tx db.Tx, a Account) error {
	_, err := tx.NewRaw(accountInsert, a.ID, a.Name, a.Lookup, a.Password, a.Founder, a.Home, a.CreatedAt, a.ChangedAt, a.MustChange).Exec(ctx)
	return err
}

// found inserts the first administrator unless there is one; made is false then, also
// when another node was quicker.
func found(ctx context.Context, tx db.Tx, a Account) (made bool, err error) {
	result, err := tx.NewRaw(accountInsert+` WHERE NOT EXISTS (SELECT 1 FROM account_account) ON CONFLICT (lookup) DO NOTHING`,
		a.ID, a.Name, a.Lookup, a.Password, true, "", a.CreatedAt, a.ChangedAt, a.MustChange).Exec(ctx)
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

// setPassword replaces the password; the one before is remembered, so that it cannot
// come back at once.
func setPassword(ctx context.Context, tx db.Tx, account id.ID, hash string, mustChange bool, now int64) error {
	_, err := tx.NewRaw(`UPDATE account_account SET previous = password, password = ?, must_change = ?, changed_at = ? WHERE id = ?`,
		hash, mustChange, now, account).Exec(ctx)
	return err
}

// replacePassword is setPassword by who knows the present one; false when it is another by
// now: whoever was locked out by a reset does not get back in by a change under way.
func replacePassword(ctx context.Context, tx db.Tx, a Account, hash string, now int64) (bool, error) {
	result, err := tx.NewRaw(`UPDATE account_account SET previous = password, password = ?, must_change = FALSE, changed_at = ? WHERE id = ? AND password = ?`,
		hash, now, a.ID, a.Password).Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

func setDisabled(ctx context.Context, tx db.Tx, account id.ID, at int64) error {
	_, err := tx.NewRaw(`UPDATE account_account SET disabled_at = ? WHERE id = ?`, at, account).Exec(ctx)
	return err
}

func setCorp(ctx context.Context, tx db.Tx, account id.ID, corp string) error {
	_, err := tx.NewRaw(`UPDATE account_account SET corp_id = ? WHERE id = ? AND corp_id <> ?`, corp, account, corp).Exec(ctx)
	return err
}

func setSignedIn(ctx context.Context, tx db.Tx, account id.ID, now int64) error {
	_, err := tx.NewRaw(`UPDATE account_account SET signed_in_at = ? WHERE id = ?`, now, account).Exec(ctx)
	return err
}

// setPending keeps a secret that was shown until its first code proves that it arrived.
func setPending(ctx context.Context, tx db.Tx, account id.ID, sealed string) error {
	_, err := tx.NewRaw(`UPDATE account_account SET totp_pending = ? WHERE id = ?`, sealed, account).Exec(ctx)
	return err
}

// setTOTP sets the second step up, or removes it with everything that stands for it.
func setTOTP(ctx context.Context, tx db.Tx, account id.ID, sealed string, step int64) error {
	_, err := tx.NewRaw(`UPDATE account_account SET totp = ?, totp_pending = '', totp_step = ? WHERE id = ?`, sealed, step, account).Exec(ctx)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`DELETE FROM account_recovery WHERE account_id = ?`, account).Exec(ctx)
	if err != nil {
		return err
	}
	return forgetDevices(ctx, tx, account)
}

// takeStep uses a code up; false when this one or a later was used before, here or on
// another node.
func takeStep(ctx context.Context, tx db.Tx, account id.ID, step int64) (bool, error) {
	result, err := tx.NewRaw(`UPDATE account_account SET totp_step = ? WHERE id = ? AND totp_step < ?`, step, account, step).Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// setRecovery replaces the recovery codes.
func setRecovery(ctx context.Context, tx db.Tx, account id.ID, codes []string) error {
	if _, err := tx.NewRaw(`DELETE FROM account_recovery WHERE account_id = ?`, account).Exec(ctx); err != nil {
		return err
	}
	for _, code := range codes {
		_, err := tx.NewRaw(`INSERT INTO account_recovery (account_id, hash, used_at) VALUES (?, ?, 0)`,
			account, fingerprint(tidyCode(code))).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

// takeRecovery uses a recovery code up; false when it is none, or was used before.
func takeRecovery(ctx context.Context, tx db.Tx, account id.ID, code string, now int64) (bool, error) {
	result, err := tx.NewRaw(`UPDATE account_recovery SET used_at = ? WHERE account_id = ? AND hash = ? AND used_at = 0`,
		now, account, fingerprint(tidyCode(code))).Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

func recoveryLeft(ctx context.Context, q db.Querier, account id.ID) (n int, err error) {
	err = q.NewRaw(`SELECT count(*) FROM account_recovery WHERE account_id = ? AND used_at = 0`, account).Scan(ctx, &n)
	return n, err
}

func forgetDevices(ctx context.Context, tx db.Tx, account id.ID) error {
	_, err := tx.NewRaw(`DELETE FROM account_device WHERE account_id = ?`, account).Exec(ctx)
	return err
}
