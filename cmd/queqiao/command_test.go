package main

import (
	"errors"
	"io"
	"net"
	"os/exec"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
)

// fails runs a command that must end with status 1 and gives what it says.
func fails(t *testing.T, settings map[string]string, args ...string) string {
	t.Helper()
	c, said := spawn(t, settings, args...)
	text, err := io.ReadAll(said)
	if err != nil {
		t.Fatal(err)
	}
	exit, ok := errors.AsType[*exec.ExitError](c.Wait())
	if !ok || exit.ExitCode() != 1 {
		t.Errorf("%q ended with %v, want status 1", args, c.ProcessState)
	}
	return string(text)
}

// TestMistakesOfTheOperator: what cannot work is said in words that lead on, by a process
// that ends.
func TestMistakesOfTheOperator(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }() // nothing was sent
	for name, c := range map[string]struct {
		settings map[string]string
		args     []string
		says     []string
	}{
		"a misspelt setting":       {map[string]string{"http.listn": "127.0.0.1:0"}, []string{"serve"}, []string{"http.listn", "did you mean", "http.listen"}},
		"a wrong value":            {map[string]string{"roles": "webb"}, []string{"serve"}, []string{"roles", "web, jobs or both", "webb"}},
		"a taken port":             {map[string]string{"http.listen": taken.Addr().String()}, []string{"serve"}, []string{taken.Addr().String(), "--listen"}},
		"plain http for everybody": {map[string]string{"http.listen": ":0"}, []string{"serve"}, []string{"http.tls_cert", "http.acme.domains", "http.trusted_proxies", "http.insecure"}},
		"no certificate":           {map[string]string{"http.listen": "127.0.0.1:0", "http.tls_cert": "none.pem", "http.tls_key": "none.key"}, []string{"serve"}, []string{"none.pem"}},
		"no such file":             {nil, []string{"serve", "--config", "nowhere.toml"}, []string{"nowhere.toml"}},
	} {
		t.Run(name, func(t *testing.T) {
			text := fails(t, c.settings, c.args...)
			for _, part := range c.says {
				if !strings.Contains(text, part) {
					t.Errorf("it says %q, which lacks %q", text, part)
				}
			}
		})
	}
}

// TestServeDoesNotMigratePostgres: serve refuses a database that is behind and names the
// command; after that command it serves.
func TestServeDoesNotMigratePostgres(t *testing.T) {
	settings := map[string]string{"db.dsn": dbtest.DSN(t, db.Postgres), "data": t.TempDir(), "http.listen": "127.0.0.1:0"}
	if text := fails(t, settings, "serve"); !strings.Contains(text, `run "queqiao migrate" once`) {
		t.Errorf("it says %q", text)
	}
	c, said := spawn(t, settings, "migrate")
	text, err := io.ReadAll(said)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Fatalf("migrate: %v: %s", err, text)
	}
	start(t, "migrated", settings)
}
