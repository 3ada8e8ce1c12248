package account_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
)

// twoNodes are two programs with one key file on one PostgreSQL.
func twoNodes(t *testing.T) (here, there *house) {
	t.Helper()
	dsn, keys := dbtest.DSN(t, db.Postgres, sets()...), filepath.Join(t.TempDir(), "keys")
	here = openWith(t, dbtest.OpenDSN(t, dsn), "http://console.test", password, keys)
	return here, openWith(t, dbtest.OpenDSN(t, dsn), "http://console.test", password, keys)
}

// refusedSoon fails unless the browser is signed out within two seconds, in which the
// program's own time stands still: nothing is forgotten by age.
func (b *browser) refusedSoon(why string) {
	b.h.t.Helper()
	for end := clock.System().Now().Add(2 * time.Second); clock.System().Now().Before(end); {
		if status, _ := b.me(); status == 401 {
			return
		}
	}
	b.h.t.Errorf("%s: still signed in on the other node after two seconds", why)
}

// TestSessionsEndOnTheOtherNode: a node that knows a session well forgets it as soon as
// another has ended it, and sees what has changed about it.
func TestSessionsEndOnTheOtherNode(t *testing.T) {
	here, there := twoNodes(t)
	admin := here.admin()
	a, _ := here.settled(admin, "wangfang", "owner")
	b := there.browser()
	ways := map[string]func(){
		"signed out elsewhere": func() {
			other := here.browser()
			other.comesIn("wangfang", chosen)
			other.do("POST", "/api/account/sessions/end-others", nil).want(204, "")
		},
		"disabled": func() {
			admin.do("PUT", "/api/account/accounts/"+a.ID.String()+"/state", map[string]bool{"disabled": true}).want(200, "")
		},
	}
	for _, why := range []string{"signed out elsewhere", "disabled"} {
		b.comesIn("wangfang", chosen)
		for range 3 {
			if status, _ := b.me(); status != 200 {
				t.Fatal("cannot come in")
			}
		}
		ways[why]()
		b.refusedSoon(why)
	}
}

// TestTriesCountOnAllNodes: who guesses at two nodes has no more tries than at one.
func TestTriesCountOnAllNodes(t *testing.T) {
	here, there := twoNodes(t)
	a, b := here.browser(), there.browser()
	for range 5 {
		a.signIn("admin", "guess").want(401, "unauthenticated")
		b.signIn("admin", "guess").want(401, "unauthenticated")
	}
	for _, one := range []*browser{a, b} {
		limited := one.signIn("admin", password).want(429, "limited")
		if limited.header.Get("Retry-After") != "30" {
			t.Errorf("Retry-After %q", limited.header.Get("Retry-After"))
		}
	}
	here.clock.Advance(30 * time.Second)
	there.clock.Advance(30 * time.Second)
	a.comesIn("admin", password)
	var left int
	here.must(here.db.Read().NewRaw(`SELECT count(*) FROM account_tries`).Scan(context.Background(), &left))
	if left != 1 {
		t.Errorf("success left %d keys, want the address alone", left)
	}
	// The address has its own try back, on both nodes: one more, and no other.
	b.signIn("admin", "guess").want(401, "unauthenticated")
	a.signIn("admin", "guess").want(429, "limited")
}

// TestSessionsAreRecalled: a page of many questions looks at the session once, and a row
// that was removed without a word, as by a command line beside a server on SQLite, lets
// nobody in for more than two seconds.
func TestSessionsAreRecalled(t *testing.T) {
	each(t, func(h *house) {
		b := h.browser()
		b.comesIn("admin", password)
		_, _ = b.me()
		before := h.db.Statements()
		for range 10 {
			b.do("GET", "/api/account/corps", nil).want(200, "")
		}
		if n := h.db.Statements() - before; n > 0 {
			h.t.Errorf("ten questions cost %d statements", n)
		}
		h.must(h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw(`DELETE FROM account_session`).Exec(ctx)
			return err
		}))
		h.clock.Advance(2 * time.Second)
		if status, _ := b.me(); status != 401 {
			h.t.Errorf("%d two seconds after the row was removed", status)
		}
	})
}

// TestTriesStoreNoNames: what people type as a name, often a password, is not stored, and
// keys with all their tries are removed.
func TestTriesStoreNoNames(t *testing.T) {
	each(t, func(h *house) {
		h.browser().signIn("my secret by mistake", "guess").want(401, "unauthenticated")
		var stored []string
		h.must(h.db.Read().NewRaw(`SELECT hash FROM account_tries`).Scan(context.Background(), &stored))
		if len(stored) != 2 {
			h.t.Fatalf("%q", stored)
		}
		for _, hash := range stored {
			if len(hash) < 40 || hash[:3] != "s1." {
				h.t.Errorf("stored as %q", hash)
			}
		}
		h.clock.Advance(time.Minute)
		h.runs("account.prune")
		h.must(h.db.Read().NewRaw(`SELECT hash FROM account_tries`).Scan(context.Background(), &stored))
		if len(stored) != 0 {
			h.t.Errorf("%d keys are left", len(stored))
		}
	})
}
