package web

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

// Limits are how many calls of the API are answered in a minute; more than that are told
// when to come back (429 with Retry-After). A third of a minute's calls may come at once.
// 0 is no limit. Each process counts for itself.
type Limits struct {
	// Account is for each account, or each key of a program.
	Account int
	// Corp is for all people and programs of a corp together.
	Corp int
	// Address is for each address, before anybody is identified. An office is one address.
	Address int
	// Public is for each address on routes that need no sign-in.
	Public int
}

// pace holds the buckets of Limits. A nil limiter lets everything pass.
type pace struct{ account, corp, address, public *Limiter }

// paceKeys is how many accounts and addresses are remembered at a time.
const paceKeys = 20_000

func newPace(c clock.Clock, l Limits) pace {
	each := func(perMinute int) *Limiter {
		if perMinute <= 0 {
			return nil
		}
		return NewLimiter(c, time.Minute/time.Duration(perMinute), max(perMinute/3, 1), paceKeys)
	}
	return pace{each(l.Account), each(l.Corp), each(l.Address), each(l.Public)}
}

// paced answers 429 to an address that calls too often, before anything is asked of the
// database. That it does is on record; the log keeps few of many alike.
func (s *Server) paced(info RouteInfo, next http.Handler) http.Handler {
	limits := []*Limiter{s.pace.address}
	if info.Audience == Public {
		limits = append(limits, s.pace.public)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := network(stateOf(r.Context()).address)
		for _, l := range limits {
			if l == nil {
				continue
			}
			if err := l.Allow(key); err != nil {
				a, r := s.witnessed(w, r, info)
				writeError(a, r, err)
				a.returned = true
				a.finish()
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// enter admits the caller and then counts the call as his.
func (s *Server) enter(r *http.Request, info RouteInfo) (*http.Request, error) {
	admitted, err := s.admit(r, info)
	subject := stateOf(r.Context()).subject
	if err != nil || subject == nil || info.Audience == Public {
		return admitted, err
	}
	if s.pace.account != nil {
		if err := s.pace.account.Allow(string(info.Audience) + " " + subject.CorpID() + " " + subject.Actor()); err != nil {
			return admitted, err
		}
	}
	return admitted, s.withinQuota(r.Context(), subject.CorpID())
}

// withinQuota counts a call for a corp: by what it was granted, else by the general limit.
func (s *Server) withinQuota(ctx context.Context, corp string) error {
	if s.opts.Quota != nil && corp != "" {
		if granted := s.opts.Quota(ctx, corp); granted > 0 {
			return s.quotas.AllowPerMinute(corp, granted)
		}
	}
	if s.pace.corp != nil {
		return s.pace.corp.Allow(corp)
	}
	return nil
}

// network is the key of an address. Whoever has one address of IPv6 has 2⁶⁴ of them.
func network(a netip.Addr) string {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
