package wecom_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

func TestTokenIsFetchedOnceUnderFiftyGoroutines(t *testing.T) {
	s := newServer(t, fine)
	release := make(chan struct{})
	c := newClient(t, s, func(o *wecom.Options) {
		o.HTTPClient = &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "gettoken") {
				<-release // until everybody waits
			}
			return http.DefaultTransport.RoundTrip(r)
		})}
	})
	together(t, 50, release, func() error { return c.RecallMessage(t.Context(), "m") })
	if n := s.fetched(); n != 1 {
		t.Errorf("the token was fetched %d times", n)
	}

	// The same again with a token that WeCom has thrown away meanwhile.
	s.expire()
	release = make(chan struct{})
	together(t, 50, release, func() error { return c.RecallMessage(t.Context(), "m") })
	if n := s.fetched(); n != 2 {
		t.Errorf("after the expiry the token was fetched %d times in all", n)
	}
}

// together runs a call in many goroutines at once and wants no error.
func together(t *testing.T, n int, release chan struct{}, call func() error) {
	t.Helper()
	var ready, done sync.WaitGroup
	ready.Add(n)
	errs := make(chan error, n)
	for range n {
		done.Go(func() {
			ready.Done()
			errs <- call()
		})
	}
	ready.Wait()
	close(release)
	done.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestTokenIsSharedThroughTheStore(t *testing.T) {
	s := newServer(t, fine)
	store := wecom.NewMemoryStore(nil)
	share := func(o *wecom.Options) { o.Tokens = store }
	one, two := newClient(t, s, share), newClient(t, s, share)
	for range 3 {
		for _, c := range []*wecom.Client{one, two} {
			if err := c.RecallMessage(t.Context(), "m"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := s.fetched(); n != 1 {
		t.Errorf("two clients fetched %d tokens", n)
	}
	// One of them notices that the token is gone; the other takes the new one over.
	s.expire()
	if err := errors.Join(one.RecallMessage(t.Context(), "m"), two.RecallMessage(t.Context(), "m")); err != nil {
		t.Fatal(err)
	}
	if n := s.fetched(); n != 2 {
		t.Errorf("after the expiry %d tokens were fetched in all", n)
	}
	other := one.WithApp(wecom.App{Name: "contacts", Secret: "another"})
	if err := other.RecallMessage(t.Context(), "m"); !wecom.IsConfig(err) {
		t.Errorf("another secret used the token of the first: %v", err)
	}
}

func TestTokenExpires(t *testing.T) {
	clock := newFakeClock()
	s := newServer(t, fine)
	c := newClient(t, s, func(o *wecom.Options) { o.Clock = clock })
	for _, step := range []struct {
		after   time.Duration
		fetched int
	}{
		{0, 1}, {114*time.Minute + 59*time.Second, 1}, {2 * time.Second, 2}, {time.Hour, 2},
	} {
		clock.advance(step.after)
		if err := c.RecallMessage(t.Context(), "m"); err != nil {
			t.Fatal(err)
		}
		if n := s.fetched(); n != step.fetched {
			t.Errorf("%s later %d tokens were fetched, want %d", step.after, n, step.fetched)
		}
	}
}

// TestShortTokenIsUsed: near the end of a token WeCom hands out what is left of it. A
// fixed margin would make each call fetch anew.
func TestShortTokenIsUsed(t *testing.T) {
	clock := newFakeClock()
	s := newServer(t, fine)
	s.valid["rest"] = true
	s.gettoken = func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"errcode":0,"errmsg":"ok","access_token":"rest","expires_in":60}`)
	}
	c := newClient(t, s, func(o *wecom.Options) { o.Clock = clock })
	for range 5 {
		clock.advance(10 * time.Second)
		if err := c.RecallMessage(t.Context(), "m"); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.fetched(); n != 1 {
		t.Errorf("the token was fetched %d times in 50 s", n)
	}
}

func TestTokenRefusedTwiceIsAnError(t *testing.T) {
	for _, code := range []int{errcode.InvalidToken, errcode.TokenExpired, errcode.TokenMissing} {
		calls := 0
		s := newServer(t, func(w http.ResponseWriter, _ *http.Request) { calls++; reply(w, code, "no") })
		err := newClient(t, s, nil).RecallMessage(t.Context(), "m")
		if !wecom.IsToken(err) || wecom.CodeOf(err) != code {
			t.Errorf("%d gave %v", code, err)
		}
		if calls != 2 || s.fetched() != 2 {
			t.Errorf("%d: %d calls with %d tokens, want 2 and 2", code, calls, s.fetched())
		}
	}
}

// TestTokenThatIsNone: something in between answers with status 200 and an empty object.
func TestTokenThatIsNone(t *testing.T) {
	for _, body := range []string{"{}", `{"errcode":0,"errmsg":"ok","access_token":"","expires_in":7200}`, `{"errcode":0,"access_token":"t"}`} {
		s := newServer(t, fine)
		s.gettoken = func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
		if err := newClient(t, s, nil).RecallMessage(t.Context(), "m"); !wecom.IsTransient(err) || s.fetched() != 1 {
			t.Errorf("%s gave %v after %d attempts", body, err, s.fetched())
		}
	}
}

func TestRepeatedCallSendsTheSameBody(t *testing.T) {
	var bodies []string
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if bodies = append(bodies, string(body)); len(bodies) == 1 {
			reply(w, errcode.TokenExpired, "access_token expired")
			return
		}
		reply(w, 0, "ok")
	})
	if err := newClient(t, s, nil).RecallMessage(t.Context(), "m-1"); err != nil {
		t.Fatal(err)
	}
	if len(bodies) != 2 || bodies[0] != bodies[1] || !strings.Contains(bodies[0], "m-1") {
		t.Errorf("sent %q", bodies)
	}
}

func TestWrongSecretIsTriedOnce(t *testing.T) {
	clock := newFakeClock()
	s := newServer(t, fine)
	c := newClient(t, s, func(o *wecom.Options) { o.Clock = clock; o.App.Secret = "wrong" })
	for range 20 {
		err := c.RecallMessage(t.Context(), "m")
		if !wecom.IsConfig(err) || !errors.Is(err, wecom.Code(errcode.InvalidSecret)) {
			t.Fatalf("got %v", err)
		}
	}
	if n := s.fetched(); n != 1 {
		t.Errorf("the wrong secret was tried %d times", n)
	}
	err := c.RecallMessage(t.Context(), "m")
	if !errors.Is(err, wecom.ErrSecretRefused) || !strings.Contains(err.Error(), "2026-05-20T10:00:00Z") {
		t.Errorf("the error does not say why and until when: %v", err)
	}
	// Another secret of the corp is not held up.
	if err := c.WithApp(wecom.App{Secret: secret}).RecallMessage(t.Context(), "m"); err != nil {
		t.Errorf("the right secret was held up: %v", err)
	}
	s.mu.Lock()
	s.fetches = 0
	s.mu.Unlock()
	c.ResetSecret()
	if err := c.RecallMessage(t.Context(), "m"); errors.Is(err, wecom.ErrSecretRefused) || s.fetched() != 1 {
		t.Errorf("after the reset %d attempts, %v", s.fetched(), err)
	}
	clock.advance(61 * time.Minute)
	if err := c.RecallMessage(t.Context(), "m"); errors.Is(err, wecom.ErrSecretRefused) || s.fetched() != 2 {
		t.Errorf("after an hour %d attempts, %v", s.fetched(), err)
	}
}

// TestCallerLeavesOthersStay: the refresh survives the caller who caused it.
func TestCallerLeavesOthersStay(t *testing.T) {
	s := newServer(t, fine)
	entered, release := make(chan struct{}), make(chan struct{})
	c := newClient(t, s, func(o *wecom.Options) {
		o.HTTPClient = &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "gettoken") {
				close(entered)
				<-release
			}
			return http.DefaultTransport.RoundTrip(r)
		})}
	})
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() { left <- c.RecallMessage(ctx, "m") }()
	<-entered
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("who left got %v", err)
	}
	close(release)
	if err := c.RecallMessage(t.Context(), "m"); err != nil {
		t.Error(err)
	}
	if n := s.fetched(); n != 1 {
		t.Errorf("the token was fetched %d times", n)
	}
}

// brokenStore is a database that is away.
type brokenStore struct{ err error }

func (b brokenStore) Get(context.Context, string) (wecom.Token, error) { return wecom.Token{}, b.err }

func (b brokenStore) Refresh(context.Context, string, string, func(context.Context) (wecom.Token, error)) (wecom.Token, error) {
	return wecom.Token{}, b.err
}

func TestBrokenStore(t *testing.T) {
	s := newServer(t, fine)
	gone := errors.New("database is away")
	c := newClient(t, s, func(o *wecom.Options) { o.Tokens = brokenStore{gone} })
	if err := c.RecallMessage(t.Context(), "m"); !errors.Is(err, gone) || !wecom.IsTransient(err) {
		t.Errorf("got %v", err)
	}
	if s.fetched() != 0 {
		t.Error("a token was fetched past the store")
	}
}

// TestStoreKeysTellNothing: keys get into tables and logs.
func TestStoreKeysTellNothing(t *testing.T) {
	s := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"errcode": 0, "ticket": "T", "expires_in": 7200})
	})
	spy := &spyStore{TokenStore: wecom.NewMemoryStore(nil), keys: map[string]bool{}}
	c := newClient(t, s, func(o *wecom.Options) { o.Tokens = spy })
	for _, sign := range []func(context.Context, string) (wecom.JSSignature, error){c.SignConfig, c.SignAgentConfig} {
		if _, err := sign(t.Context(), "https://scrm.example.com/"); err != nil {
			t.Fatal(err)
		}
	}
	if len(spy.keys) != 3 {
		t.Errorf("token and two tickets have %d keys: %v", len(spy.keys), spy.keys)
	}
	for key := range spy.keys {
		if strings.Contains(key, secret) || len(key) > 80 {
			t.Errorf("bad key %q", key)
		}
	}
}

type spyStore struct {
	wecom.TokenStore
	mu   sync.Mutex
	keys map[string]bool
}

func (s *spyStore) Refresh(ctx context.Context, key, stale string, fetch func(context.Context) (wecom.Token, error)) (wecom.Token, error) {
	s.mu.Lock()
	s.keys[key] = true
	s.mu.Unlock()
	return s.TokenStore.Refresh(ctx, key, stale, fetch)
}
