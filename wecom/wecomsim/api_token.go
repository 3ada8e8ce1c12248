package wecomsim

import (
	"net/http"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// This file issues and checks access tokens (91039), JS-SDK tickets (90506) and
// the lists of server addresses (90930, 92520).
//
// Not modelled: tokens of suites and providers, the pre-issued "close to
// expiry" overlap in which two tokens live (a new one is issued only when the
// old one ended).

const (
	tokenLife  = 7200 * time.Second
	ticketLife = 7200 * time.Second
)

// tokenRef leads from a token to its owner.
type tokenRef struct {
	corp  *Corp
	app   *App
	token *Token
}

func tokenOperations() []operation {
	return []operation{
		{path: "/cgi-bin/gettoken", method: http.MethodGet, doc: 91039, open: true, handle: getToken},
		{path: "/cgi-bin/getcallbackip", method: http.MethodGet, doc: 90930, handle: getCallbackIP},
		{path: "/cgi-bin/get_api_domain_ip", method: http.MethodGet, doc: 92520, handle: getCallbackIP},
		{path: "/cgi-bin/get_jsapi_ticket", method: http.MethodGet, doc: 90506, needs: needsApp, handle: change(getCorpTicket)},
		{path: "/cgi-bin/ticket/get", method: http.MethodGet, doc: 90506, needs: needsApp, handle: change(getAppTicket)},
	}
}

// getToken gives the same token as long as it is valid. Wrong secrets in a row
// block the address for an hour (auth-and-tokens.md); the code of the refusal
// is taken to be 45009 (unverified).
func getToken(c *call) (any, error) {
	corpID, secret := c.query.Get("corpid"), c.query.Get("corpsecret")
	if corpID == "" {
		return nil, fail(errcode.CorpIDMissing, "corpid missing")
	}
	if secret == "" {
		return nil, fail(errcode.SecretMissing, "corpsecret missing")
	}
	s := c.sim
	if s.limits.struck(c.now, c.ip) {
		return nil, fail(errcode.RateLimited, "too many wrong secrets from this ip, blocked for an hour")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	corp := s.world.Corp(corpID)
	if corp == nil {
		return nil, fail(errcode.InvalidCorpID, "invalid corpid")
	}
	c.corp = corp
	if err := s.limits.call(c.now, corp.ID, c.ip, "/cgi-bin/gettoken"); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(corp.Apps, func(a *App) bool { return a.Secret == secret })
	if i < 0 {
		s.limits.strike(c.now, c.ip)
		return nil, fail(errcode.InvalidSecret, "invalid credential")
	}
	s.limits.pardon(c.ip)
	c.app = corp.Apps[i]
	token := corp.Tokens[secret]
	if token == nil || token.Revoked || !c.now.Before(token.ExpiresAt) {
		for value, ref := range s.tokens { // long dead ones need no 42001 any more
			if c.now.Sub(ref.token.ExpiresAt) > 24*time.Hour {
				delete(s.tokens, value)
			}
		}
		token = &Token{Value: s.randomID("", 128), Secret: secret, ExpiresAt: c.now.Add(tokenLife)}
		corp.Tokens[secret] = token
		s.tokens[token.Value] = tokenRef{corp, c.app, token}
	}
	left := int(token.ExpiresAt.Sub(c.now) / time.Second)
	return wecom.GetTokenResponse{Result: good(), AccessToken: token.Value, ExpiresIn: left}, nil
}

// authenticate finds corp and app of a call's token: 41001 missing, 40014
// unknown, 42001 expired or invalidated, 50003 app disabled, 60020 address not
// trusted.
func (s *Sim) authenticate(c *call) error {
	c.token = c.query.Get("access_token")
	if c.token == "" {
		return fail(errcode.TokenMissing, "access_token missing")
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	ref, ok := s.tokens[c.token]
	if !ok {
		return fail(errcode.InvalidToken, "invalid access_token")
	}
	c.corp, c.app = ref.corp, ref.app
	if ref.token.Revoked || !c.now.Before(ref.token.ExpiresAt) {
		return fail(errcode.TokenExpired, "access_token expired")
	}
	if !c.app.Enabled {
		return fail(errcode.AppDisabled, "app is disabled")
	}
	if c.app.Kind == SelfBuilt && !trusts(c.app.TrustedIPs, c.ip) {
		return fail(errcode.UntrustedIP, "not allow to access from your ip")
	}
	return nil
}

func trusts(list []string, ip string) bool {
	return slices.Contains(list, ip) || slices.Contains(list, "*")
}

// corpOf names the corp of a token for faults that strike one corp only.
func (s *Sim) corpOf(token string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if ref, ok := s.tokens[token]; ok {
		return ref.corp.ID
	}
	return ""
}

// revokeToken invalidates a token before its time.
func (s *Sim) revokeToken(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ref, ok := s.tokens[value]; ok {
		ref.token.Revoked = true
	}
}

// RevokeTokens invalidates every access token early, as WeCom may do at any
// time: the next calls get 42001.
func (s *Sim) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ref := range s.tokens {
		ref.token.Revoked = true
	}
}

// getCallbackIP answers with the one address from which the simulator calls.
func getCallbackIP(*call) (any, error) {
	return wecom.IPListResponse{Result: good(), IPList: []string{"127.0.0.1"}}, nil
}

func getCorpTicket(c *call) (any, error) { return c.ticket("corp", "corp") }

func getAppTicket(c *call) (any, error) {
	if c.query.Get("type") != "agent_config" {
		return nil, fail(errcode.ParameterRule, "type must be agent_config")
	}
	return c.ticket("agent_config", c.app.Secret)
}

// ticket gives the valid ticket or a new one; fetches are limited to 400 an
// hour per corp and 100 an hour per app (auth-and-tokens.md).
func (c *call) ticket(kind, owner string) (any, error) {
	limits, lim := c.sim.limit(), c.sim.limits
	if !lim.takeOne(c.now, c.corp.ID, "ticket", time.Hour, limits.TicketCorpHour) ||
		!lim.takeOne(c.now, c.corp.ID+" "+c.app.Secret, "ticket", time.Hour, limits.TicketAppHour) {
		return nil, fail(errcode.RateLimited, "ticket fetches out of limit")
	}
	key := kind + " " + owner
	t := c.corp.Tickets[key]
	if t == nil || !c.now.Before(t.ExpiresAt) {
		t = &Ticket{Value: c.sim.randomID("", 86), Kind: kind, Secret: c.app.Secret, ExpiresAt: c.now.Add(ticketLife)}
		c.corp.Tickets[key] = t
	}
	left := int(t.ExpiresAt.Sub(c.now) / time.Second)
	return wecom.TicketResponse{Result: good(), Ticket: t.Value, ExpiresIn: left}, nil
}
