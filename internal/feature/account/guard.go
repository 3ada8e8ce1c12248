package account

import (
	"context"
	"net/http"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// guard identifies the callers of console and sidebar by their session (web.Guard).
// Rights are asked for anew at each request, so that a change acts at once.
type guard struct{ s *service }

type sessionContext struct{}

// Identify finds the viewer behind a request.
func (g guard) Identify(ctx context.Context, r *http.Request) (context.Context, web.Subject, error) {
	ctx, session, ok, err := g.s.sessions.load(ctx, r)
	if err != nil {
		return ctx, nil, err
	}
	if !ok {
		return ctx, nil, fault.New(fault.Unauthenticated, "请先登录")
	}
	c, err := g.s.deps.Corps.Corp(ctx, session.Corp)
	if err != nil && fault.CodeOf(err) != fault.NotFound {
		return ctx, nil, err
	}
	if err != nil || c.Status != corp.Active {
		if !session.Founder {
			return ctx, nil, fault.New(fault.Unauthenticated, "该企业已停用，请重新登录")
		}
		v := nowhere(session)
		return viewer.With(context.WithValue(ctx, sessionContext{}, session), v), v, nil
	}
	v, err := g.s.deps.Rights.Resolve(ctx, viewer.Who{
		Corp: session.Corp, Account: session.Account, Member: session.Member, Name: session.Name, Founder: session.Founder,
	})
	if err != nil {
		return ctx, nil, err
	}
	ctx = context.WithValue(ctx, sessionContext{}, session)
	return viewer.With(ctx, v), v, nil
}

// sessionFrom is the session that Identify found.
func sessionFrom(ctx context.Context) (Session, error) {
	session, ok := ctx.Value(sessionContext{}).(Session)
	if !ok {
		return Session{}, fault.New(fault.Unauthenticated, "请先登录")
	}
	return session, nil
}
