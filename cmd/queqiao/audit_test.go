package main

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
)

// TestAuditVerify: the command ends well when nobody has touched the log, and with status
// 1 when somebody has. What it says of the place is the feature's test.
func TestAuditVerify(t *testing.T) {
	dsn := dbtest.DSN(t, db.SQLite)
	settings := map[string]string{"db.dsn": dsn, "data": t.TempDir()}
	succeeds := func(args ...string) {
		c, said := spawn(t, settings, args...)
		text, err := io.ReadAll(said)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Wait(); err != nil {
			t.Fatalf("%q: %v: %s", args, err, text)
		}
	}
	succeeds("migrate")
	succeeds("audit", "verify")
	if text := fails(t, settings, "audit", "verify", "--corp", "ww-none"); !strings.Contains(text, `there is no corp "ww-none"`) {
		t.Errorf("it says %q", text)
	}
	err := dbtest.OpenDSN(t, dsn).Tx(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("UPDATE audit_entry SET actor_name = 'somebody else' WHERE corp_id = '' AND seq = 1").Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if text := fails(t, settings, "audit", "verify"); !strings.Contains(text, "tampered with") {
		t.Errorf("it says %q", text)
	}
}
