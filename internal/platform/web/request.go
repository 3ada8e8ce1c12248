package web

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// state is what the server knows about a request under way.
type state struct {
	id       string
	address  netip.Addr // of the client, behind trusted proxies
	secure   bool       // the client speaks TLS, to us or to a trusted proxy
	language string
	agent    string
	log      *slog.Logger
	route    string // the matched pattern, for log and metrics
	subject  Subject
	recorder *recorder // the answer as it leaves
	top      *recorder // the answer as the handler writes it, before compression
	draining <-chan struct{}

	notes   sync.Mutex
	changes []noted    // what the operation says about itself, for the audit log
	code    fault.Code // of the problem that the answer is, "" when it is none
}

// wrote tells whether the answer has begun.
func (s *state) wrote() bool {
	return s.recorder != nil && s.recorder.status != 0 || s.top != nil && s.top.status != 0
}

type stateKey struct{}

// stateOf gives the request's state; outside a request (a job calling a use case) an
// empty one, so that nobody need ask.
func stateOf(ctx context.Context) *state {
	if s, ok := ctx.Value(stateKey{}).(*state); ok {
		return s
	}
	return &state{language: languageChinese, log: slog.New(slog.DiscardHandler), draining: make(chan struct{})}
}

// The languages of messages.
const (
	languageChinese = "zh-CN"
	languageEnglish = "en"
)

// RequestID names the request in log, audit and problems; "" outside a request.
func RequestID(ctx context.Context) string { return stateOf(ctx).id }

// ClientAddress is where the client is, seen behind trusted proxies; invalid outside a
// request.
func ClientAddress(ctx context.Context) netip.Addr { return stateOf(ctx).address }

// Agent is the User-Agent of the request, cut to a sensible length.
func Agent(ctx context.Context) string { return stateOf(ctx).agent }

// Secure tells whether the client speaks TLS: cookies are then marked Secure.
func Secure(ctx context.Context) bool { return stateOf(ctx).secure }

// Language is "zh-CN" or "en", whichever the client prefers.
func Language(ctx context.Context) string { return stateOf(ctx).language }

// Draining is closed when the server begins to stop: streams end themselves then.
func Draining(ctx context.Context) <-chan struct{} { return stateOf(ctx).draining }

// SetCookie adds a cookie to the answer of the request under way, which must not have
// begun.
func SetCookie(ctx context.Context, c *http.Cookie) {
	if s := stateOf(ctx); s.recorder != nil {
		http.SetCookie(s.recorder, c)
	}
}

// preferredLanguage reads Accept-Language; Chinese unless English is clearly preferred.
func preferredLanguage(header string) string {
	if len(header) > 256 {
		return languageChinese // no browser sends so much
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return languageChinese
	}
	for _, t := range tags {
		switch base, _ := t.Base(); base.String() {
		case "zh":
			return languageChinese
		case "en":
			return languageEnglish
		}
	}
	return languageChinese
}

// newState looks at a request as it comes in.
func (s *Server) newState(r *http.Request) *state {
	direct := peerAddress(r)
	trusted := s.trusts(direct)
	st := &state{
		address: direct, secure: r.TLS != nil, language: preferredLanguage(r.Header.Get("Accept-Language")),
		log: s.opts.Log, draining: s.draining, agent: strings.ToValidUTF8(cut(r.UserAgent(), maxAgent), ""),
	}
	if trusted {
		st.address = s.forwardedAddress(r, direct)
		st.secure = st.secure || strings.EqualFold(lastOf(r.Header.Values("X-Forwarded-Proto")), "https")
		if given := r.Header.Get("X-Request-Id"); plainID(given) {
			st.id = given
		}
	}
	if st.id == "" {
		st.id = strings.ToLower(rand.Text()[:16])
	}
	return st
}

// maxAgent is longer than any browser's User-Agent.
const maxAgent = 300

func cut(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

func peerAddress(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap().WithZone("")
}

func (s *Server) trusts(a netip.Addr) bool {
	for _, p := range s.opts.TrustedProxies {
		if a.IsValid() && p.Contains(a) {
			return true
		}
	}
	return false
}

// forwardedAddress walks X-Forwarded-For from the right, past the proxies we trust: the
// first other address is the client. What stands further left the client may have
// written himself.
func (s *Server) forwardedAddress(r *http.Request, direct netip.Addr) netip.Addr {
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	client := direct
	for _, hop := range slices.Backward(hops) {
		addr, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		client = addr.Unmap().WithZone("")
		if !s.trusts(client) {
			break
		}
	}
	return client
}

// forwarded tells whether a request passed any proxy, trusted or not.
func forwarded(r *http.Request) bool {
	for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via"} {
		if r.Header.Get(name) != "" {
			return true
		}
	}
	return false
}

func lastOf(values []string) string {
	parts := strings.Split(strings.Join(values, ","), ",")
	return strings.TrimSpace(parts[len(parts)-1])
}

// plainID accepts request ids that are safe in logs and headers.
func plainID(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for _, c := range s {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}
