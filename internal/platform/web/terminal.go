package web

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"os/user"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// Terminal is the audience of commands that somebody runs on the machine itself.
const Terminal Audience = "terminal"

// Command is an act on the machine itself, without a request.
type Command struct {
	// Operation and Summary name it as those of a route do.
	Operation, Summary string
	// Line is what was typed, without secrets.
	Line string
	// Corp is the one acted upon, "" for the installation; InCorp says it later.
	Corp string
	// Destructive marks what a route would mark Dangerous.
	Destructive bool
}

// terminal is who acts at the terminal. Whoever may run commands there may do everything:
// the machine's own rules decide about that.
type terminal struct{ corp, user string }

func (terminal) Can(string) bool     { return true }
func (t terminal) CorpID() string    { return t.corp }
func (terminal) Actor() string       { return "terminal" }
func (t terminal) ActorName() string { return t.user }

// InCorp says in which corp the command under way acts, once that is known.
func InCorp(ctx context.Context, corp string) {
	s := stateOf(ctx)
	if t, ok := s.subject.(terminal); ok {
		t.corp = corp
		s.subject = t
	}
}

// Run runs a command and keeps the record of it like that of a call: what it notes inside
// a transaction is recorded in that transaction. Its success counts only with its record.
func (s *Server) Run(ctx context.Context, c Command, do func(ctx context.Context) error) error {
	who := terminal{corp: c.Corp}
	if u, err := user.Current(); err == nil {
		who.user = u.Username
	}
	st := &state{
		id: strings.ToLower(rand.Text()[:16]), language: languageEnglish, log: s.opts.Log, draining: s.draining, subject: who,
	}
	ctx = context.WithValue(ctx, stateKey{}, st)
	r := (&http.Request{Method: "RUN", URL: &url.URL{Path: c.Line}, Header: http.Header{}}).WithContext(ctx)
	w, r := s.witnessed(nil, r, RouteInfo{
		Operation: c.Operation, Action: c.Operation, Summary: c.Summary, Audience: Terminal, Audit: true, Destructive: c.Destructive,
	})
	err := do(r.Context())
	if err != nil {
		st.code = fault.CodeOf(err)
		_ = w.record(outcomeOf(st.code).status) // logged; the command's own failure counts
		return err
	}
	return w.record(http.StatusOK)
}

// foreign keeps the record of a refusal of another site's request. Nobody acted who is
// known; whose browser was to be used is told where its session says so.
func (s *Server) foreign(r *http.Request) {
	st := stateOf(r.Context())
	e := s.entry(r, RouteInfo{Operation: "account.foreignOrigin", Action: "account.foreignOrigin", Summary: "拒绝跨站请求", Audience: Console}, http.StatusForbidden)
	e.Target = strings.ToValidUTF8(cut(e.Target, maxAgent), "")
	if origin := strings.ToValidUTF8(cut(r.Header.Get("Origin"), maxAgent), ""); origin != "" {
		e.Changes = []Change{{Object: "origin:" + origin, Name: origin}}
	}
	e.Code = fault.Forbidden
	ctx, cancel := context.WithTimeout(db.WithWitness(context.WithoutCancel(r.Context()), nil), recordTimeout)
	defer cancel()
	if guard := s.guards[Console]; guard != nil && strings.HasPrefix(r.URL.Path, "/api/") {
		if _, subject, err := guard.Identify(ctx, r); err == nil && subject != nil {
			e.Corp, e.OnBehalf = subject.CorpID(), subject.Actor()
		}
	}
	if err := s.auditor.Record(ctx, e); err != nil {
		s.opts.Log.ErrorContext(ctx, "audit failed", "operation", e.Operation, "error", err.Error(), "reference", st.id)
	}
}
