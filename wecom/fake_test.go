package wecom_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
)

const (
	corpID = "ww0123456789abcdef"
	secret = "s3cret-of-the-app+/="
)

// server stands for WeCom: it hands out tokens and lets a test answer the rest.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	fetches  int             // of tokens
	valid    map[string]bool // tokens that are accepted
	answer   http.HandlerFunc
	gettoken http.HandlerFunc // instead of a token, when set
}

func newServer(t *testing.T, answer http.HandlerFunc) *server {
	t.Helper()
	s := &server{valid: map[string]bool{}, answer: answer}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	query := r.URL.Query()
	if r.URL.Path == "/cgi-bin/gettoken" {
		s.mu.Lock()
		s.fetches++
		token := fmt.Sprintf("token-%d+/&", s.fetches)
		s.valid[token] = true
		instead := s.gettoken
		s.mu.Unlock()
		switch {
		case instead != nil:
			instead(w, r)
		case query.Get("corpid") != corpID || query.Get("corpsecret") != secret:
			reply(w, 40001, "invalid credential")
		default:
			_ = json.NewEncoder(w).Encode(map[string]any{"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": 7200})
		}
		return
	}
	s.mu.Lock()
	accepted := s.valid[query.Get("access_token")]
	s.mu.Unlock()
	if !accepted {
		reply(w, 40014, "invalid access_token")
		return
	}
	s.answer(w, r)
}

// expire makes every token invalid that was handed out so far.
func (s *server) expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.valid)
}

func (s *server) fetched() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fetches
}

func reply(w http.ResponseWriter, code int, msg string) {
	_ = json.NewEncoder(w).Encode(wecom.Result{ErrCode: code, ErrMsg: msg})
}

func fine(w http.ResponseWriter, _ *http.Request) { reply(w, 0, "ok") }

// newClient makes a client of the server; change may alter its options.
func newClient(t *testing.T, s *server, change func(*wecom.Options)) *wecom.Client {
	t.Helper()
	options := wecom.Options{
		CorpID: corpID, BaseURL: s.URL,
		App: wecom.App{Name: "scrm", AgentID: 1000021, Secret: secret},
	}
	if change != nil {
		change(&options)
	}
	c, err := wecom.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// fakeClock stands still until it is moved; sleeping moves it.
type fakeClock struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
}

func newFakeClock() *fakeClock {
	return &fakeClock{now: time.Date(2026, 5, 20, 9, 0, 0, 0, time.UTC)}
}

func (f *fakeClock) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fakeClock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
	f.slept = append(f.slept, d)
	return nil
}

func (f *fakeClock) advance(d time.Duration) { _ = f.Sleep(context.Background(), d) }
