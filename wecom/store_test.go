package wecom_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
)

// TestMemoryStoreLetsOneRefreshRun has many callers find the same token bad.
func TestMemoryStoreLetsOneRefreshRun(t *testing.T) {
	clock := newFakeClock()
	store := wecom.NewMemoryStore(clock)
	var mu sync.Mutex
	fetches, running := 0, 0
	fetch := func(context.Context) (wecom.Token, error) {
		mu.Lock()
		defer mu.Unlock()
		if running++; running > 1 {
			t.Error("two refreshes ran at once")
		}
		fetches++
		running--
		return wecom.Token{Value: "new", Expires: clock.Now().Add(time.Hour)}, nil
	}
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			token, err := store.Refresh(t.Context(), "k", "old", fetch)
			if err != nil || token.Value != "new" {
				t.Errorf("got %+v, %v", token, err)
			}
		})
	}
	group.Wait()
	if fetches != 1 {
		t.Errorf("%d fetches", fetches)
	}
	clock.advance(2 * time.Hour)
	if _, err := store.Refresh(t.Context(), "k", "", fetch); err != nil || fetches != 2 {
		t.Errorf("an expired token was not replaced: %d fetches, %v", fetches, err)
	}
}

func TestMemoryStoreKeepsNothingOfAFailure(t *testing.T) {
	store := wecom.NewMemoryStore(nil)
	gone := errors.New("gone")
	if _, err := store.Refresh(t.Context(), "k", "", func(context.Context) (wecom.Token, error) {
		return wecom.Token{Value: "half"}, gone
	}); !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
	if token, err := store.Get(t.Context(), "k"); err != nil || token.Value != "" {
		t.Errorf("kept %+v, %v", token, err)
	}
	// The right to refresh was given back.
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if _, err := store.Refresh(ctx, "k", "", func(context.Context) (wecom.Token, error) {
		cancel()
		_, err := store.Refresh(ctx, "k", "", nil) // somebody waits and goes away
		return wecom.Token{Value: "v"}, errors.Join(nil, ignoreCanceled(err))
	}); err != nil {
		t.Error(err)
	}
}

func ignoreCanceled(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return errors.New("the waiting caller was not told that its context ended")
}
