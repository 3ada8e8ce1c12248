package corp

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// Reseal seals every secret of this package that is under an old key under the newest one
// and says how many there were. Twice is harmless; what cannot be opened is an error that
// names its row, and the others are resealed all the same next time.
func (r *Registry) Reseal(ctx context.Context) (int, error) {
	var changed int
	err := r.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		changed = 0
		var rows []appRow
		if err := tx.NewRaw(`SELECT `+appColumns+` FROM corp_app ORDER BY id`).Scan(ctx, &rows); err != nil {
			return err
		}
		for _, row := range rows {
			for _, s := range []struct{ sealed, column, place string }{
				{row.Secret, "secret", "secret"}, {row.Token, "callback_token", "token"}, {row.Key, "callback_key", "key"},
			} {
				if !r.secrets.Stale(s.sealed) {
					continue
				}
				again, err := r.secrets.Reseal(ctx, s.sealed, place(row.Corp, row.Purpose, s.place))
				if err != nil {
					return fmt.Errorf("corp: %s of app %s of corp %s: %w", s.column, row.Purpose, row.Corp, err)
				}
				if _, err := tx.NewRaw(`UPDATE corp_app SET ? = ? WHERE id = ?`, bun.Ident(s.column), again, row.ID).Exec(ctx); err != nil {
					return err
				}
				changed++
			}
		}
		var tokens []struct {
			Name  string `bun:"name"`
			Value string `bun:"value"`
		}
		if err := tx.NewRaw(`SELECT name, value FROM corp_token WHERE value <> ''`).Scan(ctx, &tokens); err != nil {
			return err
		}
		for _, t := range tokens {
			if !r.secrets.Stale(t.Value) {
				continue
			}
			// A token lives two hours: whoever needs it next fetches another.
			if _, err := tx.NewRaw(`UPDATE corp_token SET value = '', expires_at = 0 WHERE name = ? AND value = ?`, t.Name, t.Value).Exec(ctx); err != nil {
				return err
			}
			changed++
		}
		keys, err := r.resealArchive(ctx, tx)
		changed += keys
		tx.AfterCommit(r.forget)
		return err
	})
	return changed, err
}
