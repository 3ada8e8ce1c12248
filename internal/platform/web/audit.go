package web

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// Outcome is how an audited call ended.
type Outcome string

// The outcomes.
const (
	Done    Outcome = "done"    // it did what it should
	Refused Outcome = "refused" // the caller was not let: not signed in, not permitted, too often
	Failed  Outcome = "failed"  // wrong input, a conflict, an error of WeCom or of ours
	Stopped Outcome = "stopped" // work in the background that somebody ended early
)

// Entry is one audited call.
type Entry struct {
	At    time.Time
	Corp  string // "" when nobody was identified
	Actor string // Subject.Actor, "" when nobody was identified
	// ActorName is what people call him (NamedSubject), "" when that is not known; of what
	// the program does for somebody, what they call that one.
	ActorName string
	// OnBehalf is for whom he acts (Act.Behalf), as Actor names people; "" for himself. Of
	// another site's request it is whose browser was to be used.
	OnBehalf  string
	Operation string // operation id, e.g. "channelcode.postCodes"
	Action    string // the name given by Audited, else the operation id
	Summary   string
	Audience  Audience
	// Target is the path of the call: it names the thing acted upon.
	Target  string
	Outcome Outcome
	// Status is the HTTP status of the answer; 200 in an entry that is written before the
	// answer, in the transaction of the act; 0 of an act without a request.
	Status int
	Code   fault.Code // of the problem that was the answer, "" for none
	// Changes are what the operation noted. Of a call that did not succeed only the objects
	// are given: nothing has changed.
	Changes   []Change
	Took      time.Duration // until the entry was made: before the commit, or before the answer
	Address   string        // client address
	Agent     string        // User-Agent
	Reference string        // request id, the same as in problems and logs
	Dangerous bool
	// Read is a read that was refused, or asked for what is not there for the caller. Pages
	// and programs ask again and again: many alike may be counted as one.
	Read bool
}

// Auditor keeps the entries.
//
// Record is called before the first byte of an answer leaves. When it fails, an answer of
// success becomes an internal problem: nothing is handed out, no export begins, without
// its entry.
type Auditor interface {
	Record(ctx context.Context, e Entry) error
}

// TxAuditor is an Auditor that can write in the transaction of the act: what an operation
// noted inside a transaction (Note) is then recorded right before its commit, and undone
// with it. Its error undoes the act.
type TxAuditor interface {
	Auditor
	RecordIn(ctx context.Context, tx db.Tx, e Entry) error
}

// NamedSubject is a Subject whose name the audit log may show.
type NamedSubject interface{ ActorName() string }

// logAuditor is used until a real one is there. It leaves out who and where from.
type logAuditor struct{ log *slog.Logger }

func (a logAuditor) Record(ctx context.Context, e Entry) error {
	a.log.InfoContext(ctx, "audit", "action", e.Action, "operation", e.Operation, "status", e.Status, "reference", e.Reference)
	return nil
}

// recordTimeout bounds the writing of one entry outside the transaction of an act.
const recordTimeout = 15 * time.Second

// witness stands between an operation and its caller: it has the entry written, in the
// transaction of the act or before the answer.
type witness struct {
	http.ResponseWriter
	server *Server
	r      *http.Request
	info   RouteInfo
	began  time.Time

	begun    bool // the answer has
	withheld bool // the answer was replaced by a problem
	done     bool // an entry says that the call succeeded
	returned bool // the operation came back, without a panic
}

// witnessed gives what the operation shall write to and the request it shall see.
func (s *Server) witnessed(w http.ResponseWriter, r *http.Request, info RouteInfo) (*witness, *http.Request) {
	a := &witness{ResponseWriter: w, server: s, r: r, info: info, began: s.opts.Clock.Now()}
	if auditor, ok := s.auditor.(TxAuditor); ok {
		r = r.WithContext(db.WithWitness(r.Context(), func(ctx context.Context, tx db.Tx) error { return a.inTx(ctx, tx, auditor) }))
	}
	return a, r
}

// inTx records what was noted in the transaction that is about to commit.
func (a *witness) inTx(ctx context.Context, tx db.Tx, auditor TxAuditor) error {
	st, current := stateOf(ctx), db.Current(ctx)
	here := func(n noted) bool { return !n.kept && (n.within == nil || n.within == current) }
	changes := st.pick(here)
	if len(changes) == 0 {
		return nil
	}
	e := a.entry(http.StatusOK)
	e.Changes = changes
	tx.AfterCommit(func() {
		st.keep(here)
		a.done = true
	})
	return auditor.RecordIn(ctx, tx, e)
}

// record writes what no transaction of the act has recorded.
func (a *witness) record(status int) error {
	st := stateOf(a.r.Context())
	loose := st.pick(func(n noted) bool { return !n.kept && n.within == nil })
	refused := a.turnedAway(status)
	// An act that is in the log already needs another entry only if it went wrong afterwards.
	recorded := a.done && status < http.StatusBadRequest && len(loose) == 0
	_, kept := a.server.auditor.(TxAuditor)
	if !kept {
		loose = st.pick(func(noted) bool { return true })
	}
	if recorded || !a.info.Audit && !refused && len(loose) == 0 {
		return nil
	}
	e := a.entry(status)
	e.Read = refused && !a.info.Audit
	e.Changes = loose
	if status >= http.StatusBadRequest {
		e.Changes = attempted(st.pick(func(n noted) bool { return !n.kept }))
	}
	// The entry is written also when the client has gone away.
	ctx, cancel := context.WithTimeout(db.WithWitness(context.WithoutCancel(a.r.Context()), nil), recordTimeout)
	defer cancel()
	if err := a.server.auditor.Record(ctx, e); err != nil {
		a.server.opts.Log.ErrorContext(ctx, "audit failed", "operation", a.info.Operation, "error", err.Error(), "reference", st.id)
		return err
	}
	st.keep(func(noted) bool { return true })
	a.done = a.done || status < http.StatusBadRequest
	return nil
}

// turnedAway tells whether an answer is a refusal, or as good as one: what is outside
// somebody's scope is not found.
func (a *witness) turnedAway(status int) bool {
	switch status {
	case http.StatusUnauthorized:
		return a.info.Permission != "" // else a page asks whether anybody is signed in
	case http.StatusForbidden, http.StatusTooManyRequests:
		return true
	case http.StatusNotFound:
		return stateOf(a.r.Context()).subject != nil && strings.Contains(a.info.Path, "{")
	default:
		return false
	}
}

// attempted are the objects of changes that did not come about.
func attempted(changes []Change) []Change {
	for i := range changes {
		changes[i].Before, changes[i].After = nil, nil
	}
	return changes
}

func (a *witness) entry(status int) Entry {
	e := a.server.entry(a.r, a.info, status)
	e.Took = e.At.Sub(a.began)
	return e
}

// entry is what a request's state tells of a call.
func (s *Server) entry(r *http.Request, info RouteInfo, status int) Entry {
	st := stateOf(r.Context())
	e := Entry{
		At: s.opts.Clock.Now(), Operation: info.Operation, Action: info.Action, Summary: info.Summary, Audience: info.Audience,
		Target: r.URL.Path, Outcome: outcomeFor(status), Status: status, Agent: r.UserAgent(),
		Reference: st.id, Dangerous: info.Destructive,
	}
	if status >= http.StatusBadRequest {
		e.Code = st.code
	}
	if st.address.IsValid() {
		e.Address = st.address.String()
	}
	if st.subject != nil {
		e.Corp, e.Actor = st.subject.CorpID(), st.subject.Actor()
		if named, ok := st.subject.(NamedSubject); ok {
			e.ActorName = named.ActorName()
		}
	}
	return e
}

func outcomeFor(status int) Outcome {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusTooManyRequests:
		return Refused
	case status >= http.StatusBadRequest:
		return Failed
	default:
		return Done
	}
}

// WriteHeader begins the answer, once its entry is written.
func (a *witness) WriteHeader(status int) {
	if status < http.StatusOK || a.begun {
		a.ResponseWriter.WriteHeader(status)
		return
	}
	a.begun = true
	if err := a.record(status); err != nil && status < http.StatusBadRequest {
		a.withheld = true
		a.Header().Del("Set-Cookie") // a session without an entry must not begin either
		st := stateOf(a.r.Context())
		sendProblem(a.ResponseWriter, newProblem(st, fault.Internal, http.StatusInternalServerError, apology(st)))
		return
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write passes on a piece of the answer.
func (a *witness) Write(b []byte) (int, error) {
	if !a.begun {
		a.WriteHeader(http.StatusOK)
	}
	if a.withheld {
		return len(b), nil // another answer has gone out
	}
	return a.ResponseWriter.Write(b)
}

// Flush sends what is buffered; event streams need it.
func (a *witness) Flush() { _ = a.FlushError() }

// FlushError is Flush for http.ResponseController.
func (a *witness) FlushError() error {
	if !a.begun {
		a.WriteHeader(http.StatusOK)
	}
	return http.NewResponseController(a.ResponseWriter).Flush()
}

// Unwrap gives http.ResponseController the writer below.
func (a *witness) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// finish records a call whose operation ended without an answer, or broke off in the
// middle of one.
func (a *witness) finish() {
	switch {
	case !a.returned:
		a.begun = true // whatever was written: it is no whole answer
		stateOf(a.r.Context()).code = fault.Internal
		_ = a.record(http.StatusInternalServerError) // logged; there is nobody left to tell
	case !a.begun:
		a.WriteHeader(http.StatusOK)
	}
}
