package wecom

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// Where WeCom is.
const (
	DefaultBaseURL          = "https://qyapi.weixin.qq.com"
	DefaultAuthorizeBaseURL = "https://open.weixin.qq.com"
	DefaultLoginBaseURL     = "https://login.work.weixin.qq.com"
)

const (
	// defaultTimeout holds for one exchange. Uploads of 20 MB fit in.
	defaultTimeout = 30 * time.Second
	// defaultMaxResponse holds the detailed list of the largest department, 30 000 members.
	defaultMaxResponse = 64 << 20
)

// App is one secret of a corp: a self-built app 自建应用, or a system secret such as
// that of 通讯录同步, which has no agent id.
type App struct {
	Name    string // for CallInfo and errors, free to choose
	AgentID int64  // 0 for system secrets
	Secret  string
}

// Options says what a Client is to be. CorpID and App.Secret are required, the rest
// has defaults.
type Options struct {
	CorpID string
	App    App

	// BaseURL is DefaultBaseURL when empty; AuthorizeBaseURL and LoginBaseURL lead
	// to the pages on which members sign in.
	BaseURL          string
	AuthorizeBaseURL string
	LoginBaseURL     string

	// HTTPClient is copied; the copy follows no redirects, because the address
	// holds the access token. Nil means a client with a timeout of 30 seconds.
	HTTPClient *http.Client
	// Tokens is a MemoryStore of its own when nil.
	Tokens TokenStore
	// Pacer may be shared by the clients of several corps. Nil means NewPacer(PacerOptions{}).
	Pacer *Pacer
	// Clock is the machine's clock when nil.
	Clock Clock
	// MaxResponse is the largest JSON answer that is read, in bytes; 64 MB when 0.
	MaxResponse int64
	// Observe, when set, hears of every exchange after it ended, those for tokens
	// included. It may be called by several goroutines at once.
	Observe func(ctx context.Context, call CallInfo)
}

// Clock is where a client takes the time from.
type Clock interface {
	Now() time.Time
	// Sleep waits for d, or until ctx ends, whose error it then returns.
	Sleep(ctx context.Context, d time.Duration) error
}

// CallInfo describes one exchange with WeCom. It holds neither bodies nor tokens.
type CallInfo struct {
	Op         string // the path without /cgi-bin/, such as externalcontact/get
	CorpID     string
	App        string // App.Name
	AgentID    int64
	Start      time.Time
	Waited     time.Duration // for the pacer, before Start
	Duration   time.Duration
	HTTPStatus int           // 0 when there was no answer
	Code       int           // WeCom's errcode, 0 when it worked or when there was none
	Class      errcode.Class // empty when it worked
	Err        error         // nil when it worked
}

// Client calls WeCom for one corp through one app. It may be used by several
// goroutines at once.
type Client struct {
	*shared
	app App
	key string // names the secret without telling it
}

// shared is what the clients of one corp have in common.
type shared struct {
	corpID        string
	baseURL       string
	authorizeBase string
	loginBase     string
	http          *http.Client
	tokens        *tokens
	breaker       *breaker
	pacer         *Pacer
	clock         Clock
	maxResponse   int64
	observe       func(context.Context, CallInfo)
}

// New makes a Client. Nothing is sent yet.
func New(options Options) (*Client, error) {
	switch {
	case options.CorpID == "":
		return nil, errors.New("wecom: Options.CorpID is empty")
	case options.App.Secret == "":
		return nil, errors.New("wecom: Options.App.Secret is empty")
	}
	s := &shared{
		corpID:      options.CorpID,
		clock:       options.Clock,
		pacer:       options.Pacer,
		breaker:     &breaker{refused: map[string]time.Time{}},
		maxResponse: options.MaxResponse,
		observe:     options.Observe,
	}
	for _, base := range []struct {
		into      *string
		from, std string
	}{
		{&s.baseURL, options.BaseURL, DefaultBaseURL},
		{&s.authorizeBase, options.AuthorizeBaseURL, DefaultAuthorizeBaseURL},
		{&s.loginBase, options.LoginBaseURL, DefaultLoginBaseURL},
	} {
		if *base.into = strings.TrimRight(base.from, "/"); *base.into == "" {
			*base.into = base.std
		}
		if u, err := url.Parse(*base.into); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return nil, fmt.Errorf("wecom: %q is not the address of a server", *base.into)
		}
	}
	if s.clock == nil {
		s.clock = systemClock{}
	}
	if s.pacer == nil {
		s.pacer = NewPacer(PacerOptions{})
	}
	if s.maxResponse <= 0 {
		s.maxResponse = defaultMaxResponse
	}
	store := options.Tokens
	if store == nil {
		store = NewMemoryStore(s.clock)
	}
	s.tokens = newTokens(store, s.clock)

	client := http.Client{Timeout: defaultTimeout, Transport: transport()}
	if options.HTTPClient != nil {
		client = *options.HTTPClient
	}
	// A redirect would carry the access token to wherever it leads.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	s.http = &client
	return newClient(s, options.App), nil
}

// transport keeps more connections open than net/http does for one server: all calls go
// to the same one.
func transport() http.RoundTripper {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport // somebody has put his own in its place
	}
	own := standard.Clone()
	own.MaxIdleConnsPerHost = own.MaxIdleConns
	return own
}

func newClient(s *shared, app App) *Client {
	sum := sha256.Sum256([]byte(s.corpID + "\n" + app.Secret))
	return &Client{shared: s, app: app, key: s.corpID + ":" + hex.EncodeToString(sum[:8])}
}

// WithApp gives a client of the same corp for another app or secret. It shares
// connections, token store, pacing and observer with this one.
func (c *Client) WithApp(app App) *Client { return newClient(c.shared, app) }

// CorpID is the corp that this client speaks for.
func (c *Client) CorpID() string { return c.corpID }

// AgentID is the app that this client speaks through, 0 for a system secret.
func (c *Client) AgentID() int64 { return c.app.AgentID }

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
