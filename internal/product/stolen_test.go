package product_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/product"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestAStolenDatabaseHoldsNoSecret: whoever has the database's files, byte by byte, finds
// in them no secret of WeCom's, no callback key, no access token and no password.
func TestAStolenDatabaseHoldsNoSecret(t *testing.T) {
	h := apptest.Open(t, db.SQLite, apptest.Options{Features: product.Features()})
	h.Console()
	var pair wecomsim.Pair
	h.Sim.Inspect(func(w *wecomsim.World) {
		for _, m := range w.Corps[0].Members {
			pair.Member = m.UserID
		}
		for id := range w.People {
			pair.Person = id
		}
	})
	if _, err := h.Sim.Add(wecomsim.Add{Person: pair.Person, Member: pair.Member}); err != nil {
		t.Fatal(err)
	}
	h.Settle()
	secrets := map[string]string{"the administrator's password": apptest.Password}
	for _, a := range h.Sim.Describe("").Corps[0].Apps {
		if a.AgentID == wecomsim.DefaultAgentID {
			secrets["the app's secret"], secrets["the callback token"], secrets["the callback key"] = a.Secret, a.CallbackToken, a.CallbackAESKey
		}
	}
	var tokens []string
	h.Sim.Inspect(func(w *wecomsim.World) {
		for token := range w.Corps[0].Tokens {
			tokens = append(tokens, token)
		}
	})
	for _, token := range tokens {
		secrets["access token "+token[:4]+"…"] = token
	}
	file := strings.TrimPrefix(h.App.Config.DSN(), "sqlite:")
	var stolen []byte
	for _, part := range []string{"", "-wal"} {
		raw, err := os.ReadFile(filepath.Clean(file + part))
		if err != nil {
			t.Fatal(err)
		}
		stolen = append(stolen, raw...)
	}
	if !bytes.Contains(stolen, []byte(pair.Member)) || len(secrets) < 4 {
		t.Fatalf("%d bytes without the member %s, %d secrets: nothing is proved", len(stolen), pair.Member, len(secrets))
	}
	for what, text := range secrets {
		if len(text) < 8 {
			t.Errorf("%s is %q: too short to look for", what, text)
		}
		if bytes.Contains(stolen, []byte(text)) {
			t.Errorf("the database holds %s", what)
		}
	}
}
