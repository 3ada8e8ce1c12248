package wecom

import (
	"context"
	"sync"
	"time"
)

// Token is an access token or a JS-SDK ticket with the moment from which it is no
// longer to be used. A margin is already taken off.
type Token struct {
	Value   string
	Expires time.Time
}

// valid tells whether the token may be used now.
func (t Token) valid(now time.Time) bool { return t.Value != "" && now.Before(t.Expires) }

// TokenStore keeps tokens where every process of a program finds them: WeCom limits
// how often they may be fetched. Keys are short, printable, and tell no secret; the
// values are secrets.
type TokenStore interface {
	// Get gives what is kept under a key, a zero Token when there is nothing. The
	// caller looks at the expiry itself.
	Get(ctx context.Context, key string) (Token, error)

	// Refresh replaces a token that is no longer good. Among everything that shares
	// the store it lets at most one fetch run per key at a time; whoever comes
	// meanwhile waits and shares the outcome. Holding that right it must first look
	// again: when another token than stale is kept and has not expired, somebody
	// else was faster, and that token is the answer. stale is empty when there was
	// no token. The right must end by itself when its holder dies; 30 seconds are
	// more than a fetch takes. When fetch fails nothing changes and its error is
	// returned as it is.
	Refresh(ctx context.Context, key, stale string, fetch func(context.Context) (Token, error)) (Token, error)
}

// MemoryStore keeps tokens inside one process.
type MemoryStore struct {
	clock Clock
	mu    sync.Mutex
	kept  map[string]*memoryEntry
}

type memoryEntry struct {
	right chan struct{} // holds one element while nobody refreshes
	token Token
}

// NewMemoryStore makes an empty store. A nil clock is the machine's.
func NewMemoryStore(clock Clock) *MemoryStore {
	if clock == nil {
		clock = systemClock{}
	}
	return &MemoryStore{clock: clock, kept: map[string]*memoryEntry{}}
}

// Get gives what is kept under a key.
func (s *MemoryStore) Get(_ context.Context, key string) (Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.entry(key).token, nil
}

// Refresh replaces a token, one fetch at a time per key.
func (s *MemoryStore) Refresh(ctx context.Context, key, stale string, fetch func(context.Context) (Token, error)) (Token, error) {
	s.mu.Lock()
	entry := s.entry(key)
	s.mu.Unlock()

	select {
	case <-entry.right:
	case <-ctx.Done():
		return Token{}, ctx.Err()
	}
	defer func() { entry.right <- struct{}{} }()

	if token, _ := s.Get(ctx, key); token.Value != stale && token.valid(s.clock.Now()) {
		return token, nil
	}
	token, err := fetch(ctx)
	if err != nil {
		return Token{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	entry.token = token
	return token, nil
}

func (s *MemoryStore) entry(key string) *memoryEntry {
	entry := s.kept[key]
	if entry == nil {
		entry = &memoryEntry{right: make(chan struct{}, 1)}
		entry.right <- struct{}{}
		s.kept[key] = entry
	}
	return entry
}
