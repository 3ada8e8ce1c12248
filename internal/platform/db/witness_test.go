package db_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

func TestAWitnessWritesInTheTransaction(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var runs int64 // how often the witness was called
		var committed int
		refuse := errors.New("not written down")
		var refusal error
		ctx := db.WithWitness(context.Background(), func(ctx context.Context, tx db.Tx) error {
			if db.Current(ctx) == nil || !db.InTx(ctx) {
				t.Error("the witness stands outside the transaction")
			}
			runs++
			tx.AfterCommit(func() { committed++ })
			if err := insert(ctx, tx, 1000+runs, "witnessed"+string(rune('0'+runs))); err != nil {
				return err
			}
			return refusal
		})
		act := func(id int64) error {
			return d.Tx(ctx, func(ctx context.Context, tx db.Tx) error { return insert(ctx, tx, id, "act"+string(rune('0'+id))) })
		}
		must(t, act(1))
		if n := count(t, d); n != 2 || committed != 1 {
			t.Errorf("%d rows after an act and its witness, %d commits", n, committed)
		}
		refusal = refuse
		if err := act(2); !errors.Is(err, refuse) || count(t, d) != 2 {
			t.Errorf("an act without its witness: %v, %d rows", err, count(t, d))
		}
		refusal = nil
		before := runs
		if err := d.Tx(ctx, func(context.Context, db.Tx) error { return refuse }); !errors.Is(err, refuse) || runs != before {
			t.Errorf("a failed act was witnessed: %v", err)
		}
		must(t, d.Tx(db.WithWitness(ctx, nil), func(ctx context.Context, tx db.Tx) error { return insert(ctx, tx, 3, "alone") }))
		if runs != before || count(t, d) != 3 {
			t.Errorf("%d rows, %d more calls", count(t, d), runs-before)
		}
	})
}

func TestEachRunOfATransactionHasAName(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if db.Current(ctx) != nil {
			t.Error("a transaction where there is none")
		}
		var names []any
		for range 2 {
			must(t, d.Tx(ctx, func(ctx context.Context, _ db.Tx) error {
				if db.Current(ctx) != db.Current(context.WithoutCancel(ctx)) {
					t.Error("two names in one run")
				}
				names = append(names, db.Current(ctx))
				return nil
			}))
		}
		if names[0] == nil || names[0] == names[1] {
			t.Error("two runs with one name")
		}
	})
}

func TestWhatIsSaidEarlyComesLast(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var order []string
		say := func(what string) db.Witness {
			return func(_ context.Context, tx db.Tx) error {
				order = append(order, what)
				if what == "look" {
					tx.BeforeCommit(nil, func(context.Context, db.Tx) error {
						order = append(order, "found")
						return nil
					})
				}
				return nil
			}
		}
		must(t, d.Tx(db.WithWitness(context.Background(), say("witness")), func(_ context.Context, tx db.Tx) error {
			for range 2 {
				tx.BeforeCommit("key", say("look"))
				tx.BeforeCommit(nil, say("each"))
			}
			tx.AfterCommit(func() { order = append(order, "committed") })
			order = append(order, "act")
			return nil
		}))
		if want := []string{"act", "witness", "look", "each", "each", "found", "committed"}; !slices.Equal(order, want) {
			t.Errorf("%q", order)
		}
		refuse := errors.New("no")
		err := d.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
			tx.BeforeCommit(nil, func(context.Context, db.Tx) error { return refuse })
			return insert(ctx, tx, 1, "undone")
		})
		if !errors.Is(err, refuse) || count(t, d) != 0 {
			t.Errorf("%v, %d rows", err, count(t, d))
		}
	})
}
