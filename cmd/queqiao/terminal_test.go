package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
)

// TestCommandsAreRecorded: what is done on the machine itself stands in the audit log like
// what is done in the console, in the chain of the corp it concerns, without secrets.
func TestCommandsAreRecorded(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			dsn, folder := dbtest.DSN(t, engine), t.TempDir()
			settings := map[string]string{"db.dsn": dsn, "data": folder, "http.listen": "127.0.0.1:0"}
			succeeds := func(args ...string) {
				t.Helper()
				c, said := spawn(t, settings, args...)
				text, err := io.ReadAll(said)
				if err != nil {
					t.Fatal(err)
				}
				if err := c.Wait(); err != nil {
					t.Fatalf("%q: %v: %s", args, err, text)
				}
			}
			secrets := func(app string) string {
				file := filepath.Join(folder, "secrets")
				if err := os.WriteFile(file, []byte(app+"\nToken\n"+strings.Repeat("k", 43)+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				return file
			}
			succeeds("migrate")
			succeeds("corp", "add", "ww1", "--name", "鹊桥", "--agent", "1000002", "--secrets", secrets("first-secret-of-the-app"))
			succeeds("corp", "add", "ww1", "--name", "鹊桥科技", "--agent", "1000002", "--secrets", secrets("other-secret-of-the-app"))
			fails(t, settings, "corp", "add", "ww1", "--name", "鹊桥", "--agent", "0", "--secrets", secrets("other-secret-of-the-app"))
			start(t, "once, for its first administrator", settings)
			succeeds("account", "reset-password", "admin")
			fails(t, settings, "account", "reset-password", "nobody")
			succeeds("secret", "rotate")
			succeeds("audit", "verify")

			var rows []struct {
				Corp      string `bun:"corp_id"`
				Actor     string `bun:"actor"`
				Name      string `bun:"actor_name"`
				Operation string `bun:"operation"`
				Outcome   string `bun:"outcome"`
				Changes   string `bun:"changes"`
			}
			d := dbtest.OpenDSN(t, dsn)
			err := d.Read().NewRaw(`SELECT corp_id, actor, actor_name, operation, outcome, changes FROM audit_entry WHERE actor = 'terminal' ORDER BY id`).Scan(t.Context(), &rows)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range rows {
				got = append(got, r.Corp+" "+r.Operation+" "+r.Outcome)
				if r.Name == "" {
					t.Errorf("%s: who ran it is not told", r.Operation)
				}
				if strings.Contains(r.Changes, "secret-of-the-app") || strings.Contains(r.Changes, strings.Repeat("k", 43)) {
					t.Errorf("%s tells a secret: %s", r.Operation, r.Changes)
				}
			}
			want := []string{
				" setup.terminalMigrate done", "ww1 setup.terminalCorp done", "ww1 setup.terminalCorp done", "ww1 setup.terminalCorp failed",
				"ww1 account.terminalReset done", " account.terminalReset failed", " setup.terminalRotate done",
			}
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			var changes []struct {
				Before map[string]any `json:"before"`
				After  map[string]any `json:"after"`
			}
			if err := json.Unmarshal([]byte(rows[2].Changes), &changes); err != nil {
				t.Fatal(err)
			}
			if changes[0].Before["name"] != "鹊桥" || changes[0].After["name"] != "鹊桥科技" || len(changes[0].After["replaced"].([]any)) != 1 {
				t.Errorf("%s", rows[2].Changes)
			}
		})
	}
}
