package web

import (
	"context"
	"net/http"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// Subject is an identified caller.
type Subject interface {
	// Can tells whether the caller holds the permission.
	Can(permission string) bool
	// CorpID is the WeCom corpid the caller works in.
	CorpID() string
	// Actor names the caller for the audit log, without personal data.
	Actor() string
}

// Guard finds out who calls. It answers an unauthenticated fault when nobody does, and
// otherwise the context that the operation will see (with the viewer in it).
type Guard interface {
	Identify(ctx context.Context, r *http.Request) (context.Context, Subject, error)
}

// Confirmer is a Guard that knows when the caller last proved who he is. It is asked
// before each Dangerous operation, with the context that Identify gave, and answers
// ConfirmBy when that was too long ago.
type Confirmer interface {
	Confirmed(ctx context.Context) error
}

// Watcher is a Guard whose callers' sessions end. It gives a context that ends when the
// caller's does, for answers without an end; stop gives the watch up.
type Watcher interface {
	Watch(ctx context.Context) (watched context.Context, stop context.CancelFunc)
}

// noGuard stands where no guard was given: it lets nobody in.
type noGuard struct{ audience Audience }

func (g noGuard) Identify(ctx context.Context, _ *http.Request) (context.Context, Subject, error) {
	return ctx, nil, fault.New(fault.Unauthenticated, "请先登录").
		Because(errNoGuard(g))
}

type errNoGuard struct{ audience Audience }

func (e errNoGuard) Error() string { return "web: no guard for audience " + string(e.audience) }

type subjectKey struct{}

// SubjectFrom gives the identified caller of the request, nil on Public routes.
func SubjectFrom(ctx context.Context) Subject {
	s, _ := ctx.Value(subjectKey{}).(Subject)
	return s
}

// ActAs names the caller for the record of a Public route that finds out by itself who
// calls, such as sign-in. It grants nothing.
func ActAs(ctx context.Context, subject Subject) { stateOf(ctx).subject = subject }

// nowhere tells whether a caller is in no corp on purpose: an owner of the installation
// before there is a corp. He says so himself; whoever only lacks a corp is nobody.
func nowhere(subject Subject) bool {
	s, ok := subject.(interface{ Nowhere() bool })
	return ok && s.Nowhere()
}

// admit identifies the caller and checks the permission. It is the only door: a route
// that is not public and gets past it has a subject that may.
func (s *Server) admit(r *http.Request, info RouteInfo) (*http.Request, error) {
	if info.Audience == Public {
		return r, nil
	}
	guard := s.guards[info.Audience]
	if guard == nil {
		guard = noGuard{info.Audience}
	}
	ctx, subject, err := guard.Identify(r.Context(), r)
	if err != nil {
		return r, err
	}
	if subject == nil || subject.CorpID() == "" && !nowhere(subject) {
		return r, fault.New(fault.Unauthenticated, "请先登录")
	}
	state := stateOf(r.Context())
	state.subject = subject
	if info.Permission != "" && !subject.Can(info.Permission) {
		return r, fault.New(fault.Forbidden, "您没有此操作的权限").
			WithAdvice("请联系管理员为您的角色开通：" + info.Summary + "（" + info.Permission + "）")
	}
	if confirmer, ok := guard.(Confirmer); ok && info.Destructive {
		if err := confirmer.Confirmed(ctx); err != nil {
			return r, err
		}
	}
	return r.WithContext(context.WithValue(ctx, subjectKey{}, subject)), nil
}

// watch makes a stream end with the session of the caller.
func (s *Server) watch(r *http.Request, info RouteInfo) (*http.Request, context.CancelFunc) {
	watcher, ok := s.guards[info.Audience].(Watcher)
	if !ok || !info.Stream {
		return r, func() {}
	}
	ctx, stop := watcher.Watch(r.Context())
	ctx = context.WithValue(ctx, againKey{}, func() Subject {
		_, subject, err := s.guards[info.Audience].Identify(ctx, r)
		if err != nil {
			return nil
		}
		return subject
	})
	return r.WithContext(ctx), stop
}

type againKey struct{}

// Again gives the caller of a stream with the rights that he has by now, nil when he has
// lost them all; of another request, whom SubjectFrom gives.
func Again(ctx context.Context) Subject {
	if identify, ok := ctx.Value(againKey{}).(func() Subject); ok {
		return identify()
	}
	return SubjectFrom(ctx)
}
