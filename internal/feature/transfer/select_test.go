package transfer_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// TestMoreThanAPageMatches: a condition may mean more customers than are asked for at once.
func TestMoreThanAPageMatches(t *testing.T) {
	t.Parallel()
	const many = 1234 // a page of a selection has a thousand
	w := newWorld(t, db.SQLite, "zhang", "li", "zhao")
	w.must(w.App.DB.Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
		customers, follows := make(db.Rows, many), make(db.Rows, many)
		for i := range many {
			c, name := w.App.IDs.New(), fmt.Sprintf("wmMany%04d", i)
			customers[i] = []any{c, w.Corp, name, name, 1, "", 0, "", "", "", 1, 0, 0, 0, 1}
			follows[i] = []any{w.App.IDs.New(), w.Corp, "zhang", name, c, 1, "", "", "", "[]", 1, "", "", 1 + i%7, 0, 0, 1, 0, 0, 0}
		}
		if _, err := tx.NewRaw(`INSERT INTO mirror_customer (id, corp_id, customer, name, type, avatar, gender, unionid, company, title, follows,
			added_at, lost_at, updated_at, read_at) VALUES ?`, customers).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw(`INSERT INTO mirror_follow (id, corp_id, member_id, customer, customer_id, standing, remark, description, company, mobiles,
			add_way, operator, state, added_at, ended_at, told_at, read_at, found_at, sync_run, updated_at) VALUES ?`, follows).Exec(ctx)
		return err
	}))
	for _, selection := range []map[string]any{{"rule": map[string]any{}}, {"rule": map[string]any{"field": "added", "op": "beyond", "values": []string{"1"}}}} {
		var seen outline
		status := w.post("/api/transfer/preview", map[string]any{
			"from": []string{"zhang"}, "customers": "selected", "selection": selection, "groups": "none", "to": []string{"li", "zhao"}, "spread": "even",
		}, &seen)
		if status != 200 || seen.Customers != many {
			t.Errorf("%v: %d, %d customers, want %d", selection, status, seen.Customers, many)
		}
	}
}
