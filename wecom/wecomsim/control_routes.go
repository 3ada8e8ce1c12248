package wecomsim

import (
	"context"
	"net/http"
	"reflect"
	"strconv"
	"time"
)

// This file lists the routes of the control interface.

func (s *Sim) controlRoutes() []controlRoute {
	routes := []controlRoute{
		reader("GET", "/_sim/world", "corps with ids, apps, secrets, tokens and keys: all a WeCom client needs", nil, s.showWorld),
		reader("GET", "/_sim/members", "members of a corp", []string{"corp"}, s.showMembers),
		reader("GET", "/_sim/members/{id}", "one member", []string{"corp"}, s.showMember),
		reader("GET", "/_sim/members/{id}/contacts", "customers of a member, newest first", []string{"corp", "before", "limit"}, s.showContacts),
		reader("GET", "/_sim/members/{id}/chats", "chats of a member with the last message", []string{"corp"}, s.showMemberChats),
		reader("GET", "/_sim/members/{id}/app-messages", "messages of apps to a member, newest first", []string{"corp"}, s.showAppMessages),
		reader("GET", "/_sim/departments", "departments of a corp", []string{"corp"}, s.showDepartments),
		reader("GET", "/_sim/people", "people with WeChat; strangers=1: whom no corp knows", []string{"corp", "q", "strangers", "after", "limit"}, s.showPeople),
		reader("GET", "/_sim/people/{id}", "one person with his relations", []string{"corp"}, s.showPerson),
		reader("GET", "/_sim/people/{id}/chats", "chats of a person with the last message", []string{"corp"}, s.showPersonChats),
		reader("GET", "/_sim/chats/{id}", "one chat with its messages, oldest first", []string{"corp", "after"}, s.showChat),
		reader("GET", "/_sim/groups", "customer groups", []string{"corp"}, s.showGroups),
		reader("GET", "/_sim/tags", "customer tags", []string{"corp"}, s.showTags),
		reader("GET", "/_sim/contact-ways", "contact ways with their codes", []string{"corp"}, s.showWays),
		reader("GET", "/_sim/transfers", "transfers of customers, newest first; waiting=1: not decided yet", []string{"corp", "waiting"}, s.showTransfers),
		reader("GET", "/_sim/unassigned", "customers of members who left", []string{"corp"}, s.showUnassigned),
		doer("/_sim/people", "make a person", s.AddPerson),
		bodyRoute("PATCH", "/_sim/apps/{agentid}", "change an app (agent id, contacts_sync or customer_system): callback, range, permissions", s.patchApp),
		doer("/_sim/corps", "found another corp", s.FoundCorp),
		bodyRoute("POST", "/_sim/apps/{agentid}/verify", "verify the callback URL as the admin console does", func(r *http.Request, in corpOnly) (Verification, error) {
			return s.verifyURL(in.Corp, r.PathValue("agentid"))
		}),
		reader("GET", "/_sim/callbacks", "log of callbacks, oldest first", []string{"after"}, func(r *http.Request) (any, error) {
			after, err := number(r, "after")
			return map[string]any{"callbacks": orEmpty(s.Deliveries(after))}, err
		}),
		bodyRoute("POST", "/_sim/callbacks/{id}/redeliver", "send a logged callback again", func(r *http.Request, _ struct{}) (Done, error) {
			id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
			if err != nil {
				return Done{}, refuse("id", "is not a number")
			}
			return done(), s.Redeliver(id)
		}),
		doer("/_sim/settle", "wait (up to timeout_ms, default 10 000 of real time) until no callback is on its way", func(in struct {
			TimeoutMS int `json:"timeout_ms,omitempty"`
		},
		) (Done, error) {
			if in.TimeoutMS <= 0 {
				in.TimeoutMS = 10_000
			}
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(in.TimeoutMS)*time.Millisecond)
			defer cancel()
			if s.Settle(ctx) != nil {
				return Done{}, refuse("", "callbacks are still on their way")
			}
			return done(), nil
		}),
		reader("GET", "/_sim/calls", "log of API calls, oldest first", []string{"after"}, func(r *http.Request) (any, error) {
			after, err := number(r, "after")
			return map[string]any{"calls": orEmpty(s.Calls(after))}, err
		}),
		reader("GET", "/_sim/calls/counters", "number of API calls by path", nil, func(*http.Request) (any, error) { return s.Counters(), nil }),
		reader("DELETE", "/_sim/calls", "empty the log and counters of calls", nil, func(*http.Request) (any, error) { s.ClearCalls(); return done(), nil }),
		reader("GET", "/_sim/faults", "active faults", nil, func(*http.Request) (any, error) {
			return map[string]any{"faults": s.Faults()}, nil
		}),
		doer("/_sim/faults", "switch a fault on", func(f Fault) (map[string]string, error) {
			id, err := s.AddFault(f)
			return map[string]string{"id": id}, err
		}),
		reader("DELETE", "/_sim/faults", "switch all faults off", nil, func(*http.Request) (any, error) { s.ClearFaults(); return done(), nil }),
		reader("DELETE", "/_sim/faults/{id}", "switch one fault off", nil, func(r *http.Request) (any, error) {
			s.ClearFaults(r.PathValue("id"))
			return done(), nil
		}),
		reader("GET", "/_sim/clock", "the simulated time", nil, func(*http.Request) (any, error) { return s.showClock(), nil }),
		doer("/_sim/clock", "advance, set or change the speed of the clock", s.moveClock),
		doer("/_sim/reset", "throw the world away and seed a new one", func(in SeedOptions) (Done, error) {
			if in.Members < 0 || in.Customers < 0 || in.Groups < 0 || in.People < 0 || in.Departments < 0 || in.Days < 0 ||
				in.Customers > 2_000_000 || in.Members > 100_000 || in.Groups > 100_000 || in.People > 1_000_000 || in.Departments > 30_000 || in.MoreCorps > 1000 {
				return Done{}, refuse("", "a size is negative or too large")
			}
			s.Reset(in)
			return done(), nil
		}),
		{Method: "GET", Path: "/_sim/snapshot", Summary: "the whole world as a file", serve: s.downloadSnapshot},
		{Method: "POST", Path: "/_sim/snapshot", Summary: "put a world back that GET gave", serve: s.uploadSnapshot},
		{Method: "GET", Path: "/_sim/events", Summary: "stream of changes as server-sent events; Last-Event-ID resumes", serve: s.streamChanges},
		{Method: "GET", Path: "/_sim/qr", Summary: "QR code of any text as PNG", Query: []string{"text"}, serve: s.qrOfText},
		doer("/_sim/tokens/revoke", "invalidate all access tokens early", func(struct{}) (Done, error) { s.RevokeTokens(); return done(), nil }),
		doer("/_sim/limits", "change the frequency limits; also lifts all punishments", func(in Limits) (Done, error) {
			s.SetLimits(in)
			return done(), nil
		}),
		{
			Method: "POST", Path: "/_sim/identity", Summary: "who uses this browser: login pages then need no choice; empty forgets",
			Body: fieldsOf(reflect.TypeFor[identity]()), serve: s.setIdentity,
		},
	}
	return append(routes, s.actRoutes()...)
}
