package account

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// reseal seals the secrets of second steps that are under an old key under the newest,
// and says how many. One that was changed meanwhile is left alone: it is new already.
func (s *service) reseal(ctx context.Context) (n int, err error) {
	err = s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		n = 0
		var rows []struct {
			ID      id.ID  `bun:"id"`
			TOTP    string `bun:"totp"`
			Pending string `bun:"totp_pending"`
		}
		if err := tx.NewRaw(`SELECT id, totp, totp_pending FROM account_account WHERE totp <> '' OR totp_pending <> ''`).Scan(ctx, &rows); err != nil {
			return err
		}
		for _, r := range rows {
			after := [2]string{r.TOTP, r.Pending}
			for i, sealed := range after {
				if sealed == "" || !s.deps.Sealer.Stale(sealed) {
					continue
				}
				again, err := s.deps.Sealer.Reseal(ctx, sealed, totpPlace(r.ID))
				if err != nil {
					return err
				}
				after[i] = again
				n++
			}
			_, err := tx.NewRaw(`UPDATE account_account SET totp = ?, totp_pending = ? WHERE id = ? AND totp = ? AND totp_pending = ?`,
				after[0], after[1], r.ID, r.TOTP, r.Pending).Exec(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}
