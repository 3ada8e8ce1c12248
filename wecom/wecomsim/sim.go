// Package wecomsim is a strict simulator of WeCom (企业微信): a world of corps,
// members and people with WeChat, the WeCom server API over it with its limits
// and error codes, encrypted callbacks, the login pages, and acts by people and
// faults that can be called from Go or over HTTP.
//
// The zero configuration works:
//
//	sim := wecomsim.New(wecomsim.Options{})
//	defer sim.Close()
//	server := httptest.NewServer(sim.Handler())
//
// One handler serves everything: /cgi-bin/* is the API of qyapi.weixin.qq.com,
// /connect/oauth2/authorize and /wwlogin/sso/login play open.weixin.qq.com and
// login.work.weixin.qq.com, /_sim/* is the control interface (README.md).
//
// Every file says at its top what it does not model. Rules come from the fact
// sheets of this project; the numbers in comments are pages of
// developer.work.weixin.qq.com/document/path/<number>. "(unverified)" marks a
// behaviour for which no source was found.
package wecomsim

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options configures a simulator; the zero value is usable.
type Options struct {
	// Clock is the time of the world; nil means a clock that runs with real time.
	Clock *Clock
	// Seed describes the world at the start; nil means a corp of three members
	// and five people who know nobody yet.
	Seed *SeedOptions
	// Log hears about refused calls and failed callbacks; nil means silence.
	Log *slog.Logger
	// BaseURL is how others reach the simulator, for links in answers (QR
	// codes, avatars). Empty means: as the caller of the API reached it.
	BaseURL string
	// ControlToken, when set, must come as "Authorization: Bearer <token>" or
	// ?control_token= with every /_sim request. Without one, /_sim answers only
	// to loopback addresses.
	ControlToken string
	// Limits are the frequency limits; nil means DefaultLimits.
	Limits *Limits
	// RetrySpacing are the waits before the second and third delivery of a
	// callback; nil means 3 s and 10 s (unverified: WeCom publishes none).
	RetrySpacing []time.Duration
	// AnswerTimeout is how long a callback waits for its answer; 0 means 5 s
	// (callbacks.md).
	AnswerTimeout time.Duration
	// WelcomeDelay is how long WeCom takes to deliver a welcome message; during
	// it a second caller gets 41096. 0 means that delivery is immediate.
	WelcomeDelay time.Duration
	// CallbackClient sends callbacks; nil means a client of its own.
	CallbackClient *http.Client
}

// Sim is one simulated WeCom. Its methods may be called from many goroutines.
type Sim struct {
	opt     Options
	clock   *Clock
	log     *slog.Logger
	courier *courier
	limits  *limiter
	faults  *faults
	calls   *callLog
	hub     *hub
	ops     map[string]*operation
	handler http.Handler
	done    chan struct{}
	closing sync.Once

	mu     sync.RWMutex
	world  *World
	rng    *mathrand.ChaCha8
	tokens map[string]tokenRef // access tokens of all corps
	keeper *keeper
}

// New makes a simulator. Close it to stop its deliveries and timers.
func New(opt Options) *Sim {
	if opt.Clock == nil {
		opt.Clock = NewClock()
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Limits == nil {
		l := DefaultLimits()
		opt.Limits = &l
	}
	if opt.RetrySpacing == nil {
		opt.RetrySpacing = []time.Duration{3 * time.Second, 10 * time.Second}
	}
	if opt.AnswerTimeout == 0 {
		opt.AnswerTimeout = 5 * time.Second
	}
	if opt.CallbackClient == nil {
		opt.CallbackClient = newCallbackClient()
	}
	opt.BaseURL = strings.TrimRight(opt.BaseURL, "/")
	s := &Sim{
		opt: opt, clock: opt.Clock, log: opt.Log,
		limits: newLimiter(*opt.Limits), faults: &faults{}, calls: newCallLog(), hub: newHub(),
		done: make(chan struct{}),
	}
	s.courier = newCourier(s)
	s.ops = operations()
	s.handler = s.routes()
	seed := SeedOptions{Members: 3, Departments: 2, People: 5}
	if opt.Seed != nil {
		seed = *opt.Seed
	}
	s.Reset(seed)
	return s
}

// Handler serves the API, the pages and the control interface.
func (s *Sim) Handler() http.Handler { return s.handler }

// Clock returns the clock of the world.
func (s *Sim) Clock() *Clock { return s.clock }

// Close stops deliveries and timers; a file given to Keep is written once more.
func (s *Sim) Close() error {
	var err error
	s.closing.Do(func() {
		s.courier.stop()
		s.hub.close()
		s.courier.wait()
		if s.keeper != nil {
			err = s.keeper.stop()
		}
	})
	return err
}

// Settle waits until no callback is on its way. Retries that wait for the
// clock do not count as being on their way.
func (s *Sim) Settle(ctx context.Context) error { return s.courier.settle(ctx) }

// Reset throws the world away and seeds a new one. Faults, logs and counters
// are cleared too.
func (s *Sim) Reset(seed SeedOptions) {
	s.courier.forget()
	s.faults.clear()
	s.limits.clear()
	s.calls.clear()
	s.mu.Lock()
	defer s.mu.Unlock()
	var key [32]byte
	copy(key[:], fmt.Sprintf("queqiao wecomsim %d", seed.RandSeed))
	s.rng = mathrand.NewChaCha8(key)
	s.world = &World{People: map[string]*Person{}}
	s.tokens = map[string]tokenRef{}
	s.seed(seed)
	s.tell(Change{Kind: "reset"})
}

// Inspect calls read with the world while nothing changes it. read must not
// keep or change what it sees, nor call other methods of the simulator.
func (s *Sim) Inspect(read func(*World)) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	read(s.world)
}

// Corp finds a corp by its id; "" means the first one.
func (w *World) Corp(id string) *Corp {
	for _, c := range w.Corps {
		if id == "" || c.ID == id {
			return c
		}
	}
	return nil
}

// Follow returns a copy of the relation of a member and a customer.
func (c *Corp) Follow(userid, external string) (Follow, bool) {
	if f := c.follow(userid, external); f != nil {
		return *f, true
	}
	return Follow{}, false
}

// Follows returns how many relations the corp remembers.
func (c *Corp) Follows() int { return len(c.index.follows) }

// nextSeq hands out a running number. The caller holds the lock.
func (s *Sim) nextSeq() int64 {
	s.world.Seq++
	return s.world.Seq
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// randomID returns prefix and n characters from the world's own randomness, so
// that equal seeds make equal worlds. The caller holds the lock.
func (s *Sim) randomID(prefix string, n int) string {
	buf := make([]byte, 0, len(prefix)+n)
	buf = append(buf, prefix...)
	for n > 0 {
		bits := s.rng.Uint64()
		for i := 0; i < 10 && n > 0; i++ {
			buf = append(buf, alphabet[bits&63])
			bits >>= 6
			n--
		}
	}
	return string(buf)
}

// randomHex returns n hexadecimal digits.
func (s *Sim) randomHex(n int) string {
	const digits = "0123456789abcdef"
	buf := make([]byte, n)
	var bits uint64
	for i := range buf {
		if i%16 == 0 {
			bits = s.rng.Uint64()
		}
		buf[i], bits = digits[bits&15], bits>>4
	}
	return string(buf)
}

// randomAlnum returns n letters and digits, for keys and secrets.
func (s *Sim) randomAlnum(n int) string {
	buf := make([]byte, n)
	for i := range buf {
		buf[i] = alphabet[s.rng.Uint64()%62]
	}
	return string(buf)
}

// noise is randomness that need not be repeatable (nonces, envelopes).
func noise() (b [16]byte) {
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return b
}
