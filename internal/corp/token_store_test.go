package corp

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/wecom"
)

func stores(t *testing.T, d *db.DB, n int) ([]*tokenStore, *clock.Fake) {
	t.Helper()
	box, err := secret.Load(filepath.Join(t.TempDir(), "keys"), true)
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewFake(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	all := make([]*tokenStore, n)
	for i := range all {
		all[i] = newTokenStore(d, box, c)
	}
	return all, c
}

func TestTokenIsFetchedOnceOverNodes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		nodes, c := stores(t, d, 4)
		var running, fetched atomic.Int64
		fetch := func(context.Context) (wecom.Token, error) {
			if running.Add(1) != 1 {
				t.Error("two fetches at a time")
			}
			defer running.Add(-1)
			return wecom.Token{Value: []string{"", "one", "two"}[fetched.Add(1)], Expires: c.Now().Add(time.Hour)}, nil
		}
		round := func(stale, want string) {
			t.Helper()
			var all sync.WaitGroup
			for _, s := range nodes {
				for range 3 {
					all.Go(func() {
						got, err := s.Refresh(ctx, "token:ww1:x", stale, fetch)
						if err != nil || got.Value != want {
							t.Errorf("token = %q, %v; want %q", got.Value, err, want)
						}
					})
				}
			}
			all.Wait()
		}
		round("", "one")
		round("", "one")
		round("one", "two")
		if fetched.Load() != 2 {
			t.Errorf("fetched %d times, want 2", fetched.Load())
		}
		got, err := nodes[3].Get(ctx, "token:ww1:x")
		if err != nil || got.Value != "two" || !got.Expires.Equal(c.Now().Add(time.Hour)) {
			t.Errorf("kept = %+v, %v", got, err)
		}
		var plain int
		if err := d.Read().NewRaw(`SELECT count(*) FROM corp_token WHERE value = 'two' OR holder <> ''`).Scan(ctx, &plain); err != nil || plain != 0 {
			t.Errorf("a token lies open or a right was kept: %d, %v", plain, err)
		}
	}, Migrations())
}

func TestFailedFetchGivesTheRightBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		nodes, c := stores(t, d, 2)
		broken := errors.New("broken")
		if _, err := nodes[0].Refresh(ctx, "k", "", func(context.Context) (wecom.Token, error) { return wecom.Token{}, broken }); !errors.Is(err, broken) {
			t.Fatalf("error = %v", err)
		}
		got, err := nodes[1].Refresh(ctx, "k", "", func(context.Context) (wecom.Token, error) {
			return wecom.Token{Value: "v", Expires: c.Now().Add(time.Hour)}, nil
		})
		if err != nil || got.Value != "v" {
			t.Errorf("token = %+v, %v", got, err)
		}
	}, Migrations())
}

func TestDeadHolderLosesTheRight(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		nodes, c := stores(t, d, 2)
		for _, s := range nodes {
			s.life = 200 * time.Millisecond
		}
		// The first node dies between taking the right and giving it back.
		if _, mine, err := nodes[0].take(ctx, "k", "", "dead node"); err != nil || !mine {
			t.Fatalf("mine = %v, %v", mine, err)
		}
		got, err := nodes[1].Refresh(ctx, "k", "", func(context.Context) (wecom.Token, error) {
			return wecom.Token{Value: "v", Expires: c.Now().Add(time.Hour)}, nil
		})
		if err != nil || got.Value != "v" {
			t.Fatalf("token = %+v, %v", got, err)
		}
		// It comes back to life and must not overwrite the newer token.
		if n, err := nodes[0].write(ctx, `UPDATE corp_token SET value = 'old' WHERE name = ? AND holder = ?`, "k", "dead node"); err != nil || n != 0 {
			t.Errorf("the dead node wrote %d rows, %v", n, err)
		}
		// A waiter whose caller gives up stops waiting.
		if _, mine, err := nodes[0].take(ctx, "other", "", "holder"); err != nil || !mine {
			t.Fatal(mine, err)
		}
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := nodes[1].Refresh(ctx, "other", "", nil); !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v, want canceled", err)
		}
	}, Migrations())
}
