package account

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// guard identifies the callers of console and sidebar by their session (web.Guard,
// web.Confirmer, web.Watcher). Rights are asked for anew at each request, so that a
// change acts at once.
type guard struct{ s *service }

type sessionContext struct{}

// Identify finds the viewer behind a request.
func (g guard) Identify(ctx context.Context, r *http.Request) (context.Context, web.Subject, error) {
	session, ok, err := g.s.sessions.load(ctx, r)
	if err != nil {
		return ctx, nil, err
	}
	if !ok {
		return ctx, nil, fault.New(fault.Unauthenticated, "请先登录")
	}
	if session.Must != MustNothing && !beforeAll(r, session.Must) {
		return ctx, nil, session.Must.fault()
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

// beforeAll are the operations that somebody may call who has yet to choose a password or
// set up the second step: those that do just this, and leaving. Who knows no more than a
// first password sets up no second step: it might be his who handed the password out.
func beforeAll(r *http.Request, must Must) bool {
	rest, own := strings.CutPrefix(r.URL.Path, "/api/account/")
	if !own {
		return false
	}
	switch r.Method + " " + rest {
	case "GET me", "PUT password", "POST sign-out", "POST confirm":
		return true
	case "POST totp", "POST totp/finish":
		return must == MustCode
	}
	return false
}

func (m Must) fault() error {
	if m == MustPassword {
		return fault.New(fault.Unfinished, "请先修改初始密码").WithAdvice("初始密码只能用来设置新密码，设置后即可使用其他功能")
	}
	return fault.New(fault.Unfinished, "请先设置两步验证").WithAdvice("企业要求本地账号使用两步验证，设置后即可使用其他功能")
}

// confirmedFor is how long a proof of identity holds for dangerous acts, unless the
// operator decides otherwise.
const confirmedFor = 10 * time.Minute

// Confirmed refuses dangerous acts of somebody who has not proved lately who he is.
func (g guard) Confirmed(ctx context.Context) error {
	session, err := sessionFrom(ctx)
	if err != nil {
		return err
	}
	if g.s.deps.Clock.Now().Sub(db.FromMS(session.Confirmed)) < cmp.Or(g.s.deps.Confirmed, confirmedFor) {
		return nil
	}
	if session.Account == 0 {
		return web.ConfirmBy(byWeCom)
	}
	a, err := accountByID(ctx, g.s.deps.DB.Read(), session.Account)
	if err != nil {
		return err
	}
	if a.TOTP != "" {
		return web.ConfirmBy(byPassword, byCode)
	}
	return web.ConfirmBy(byPassword)
}

// Watch gives a context that ends with the session of the caller.
func (g guard) Watch(ctx context.Context) (context.Context, context.CancelFunc) {
	session, err := sessionFrom(ctx)
	if err != nil {
		return context.WithCancel(ctx)
	}
	watched, stop := g.s.watches.add(ctx, session.Hash)
	// It may have ended between the guard's look and the beginning of the watch.
	g.s.watches.check(ctx, []string{session.Hash})
	return watched, stop
}

// sessionFrom is the session that Identify found.
func sessionFrom(ctx context.Context) (Session, error) {
	session, ok := ctx.Value(sessionContext{}).(Session)
	if !ok {
		return Session{}, fault.New(fault.Unauthenticated, "请先登录")
	}
	return session, nil
}
