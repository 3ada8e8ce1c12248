package corp_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
)

// TestKeysAreChangedWhileTheProgramRuns: every sealed column is under the new key
// afterwards, and a node that was started before still opens it.
func TestKeysAreChangedWhileTheProgramRuns(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		keys := filepath.Join(t.TempDir(), "keys")
		running := newNode(t, d, keys, 1, "")
		save(t, running, oneCorp(), mainApp("secret-1"))
		if err := secret.Rotate(keys); err != nil {
			t.Fatal(err)
		}
		command := newNode(t, d, keys, 2, "")
		for i, want := range []int{3, 0} {
			if n, err := command.Reseal(ctx); err != nil || n != want {
				t.Errorf("round %d: %d values, %v", i, n, err)
			}
		}
		// A column that rotation forgets would still be under the old key.
		var rows []map[string]any
		if err := d.Read().NewRaw(`SELECT secret, callback_token, callback_key FROM corp_app`).Scan(ctx, &rows); err != nil {
			t.Fatal(err)
		}
		box, err := secret.Load(keys, false)
		if err != nil {
			t.Fatal(err)
		}
		for column, value := range rows[0] {
			text, ok := value.(string)
			if !ok || !strings.HasPrefix(text, "q1.") || box.Stale(text) {
				t.Errorf("%s is %v", column, value)
			}
		}
		running.clock.Advance(corpFresh)
		a, err := running.App(ctx, "ww1", corp.MainApp)
		if err != nil || a.Secret.Reveal() != "secret-1" || a.Key.Reveal() != aesKey {
			t.Errorf("the running node: %+v, %v", a, err)
		}
	}, corp.Migrations())
}

// corpFresh is longer than a node trusts what it has read.
const corpFresh = 60_000_000_000
