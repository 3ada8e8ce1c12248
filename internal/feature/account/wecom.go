package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

const (
	startPath    = "/wecom/start"
	callbackPath = "/wecom/callback"
	// attemptCookie carries a sign-in under way from start to callback: only the browser
	// that began it can finish it.
	attemptCookie = "queqiao_wecom"
	// attemptLimit is how long WeCom's page may stay open; a code lives 5 minutes itself.
	attemptLimit = 10 * time.Minute
	// attemptPlace binds the sealed cookie to this use.
	attemptPlace = "account/wecom/attempt"
	signInPage   = "/sign-in"
)

// Why a sign-in by WeCom came to nothing; the sign-in page has the words for each.
const (
	problemDeclined  = "declined"  // came back without a code
	problemExpired   = "expired"   // too late, another browser, or the code was used
	problemNotMember = "notMember" // WeCom knows him, but not as a member of this corp
	problemInactive  = "inactive"  // left or disabled
	problemLimited   = "limited"   // too many tries from this address
	problemUpstream  = "upstream"  // WeCom refused or could not be reached
	problemNotReady  = "notReady"  // no corp with an app is set up
	problemOther     = "other"     // somebody else than the one to be confirmed
)

// attempt is a sign-in by WeCom under way.
type attempt struct {
	State   string `json:"state"`
	Corp    string `json:"corp"`
	Next    string `json:"next"`
	Expires int64  `json:"expires"` // unix ms
	// Confirm says that no session begins: the present one is to be confirmed.
	Confirm bool `json:"confirm,omitempty"`
}

// StartWeCom sends the browser to WeCom: to its scan page (扫码登录, document 98151), or
// inside the WeCom client to the silent authorisation (网页授权, document 91022). "corp"
// chooses among several corps, "next" is where to go afterwards; with "confirm" the
// member who is signed in proves anew that it is he.
func (s *service) StartWeCom(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	next := safeNext(r.URL.Query().Get("next"))
	client, corpID, err := s.clientFor(ctx, r.URL.Query().Get("corp"))
	if err != nil {
		if code := fault.CodeOf(err); code == fault.NotFound || code == fault.Conflict {
			s.turnBack(w, r, problemNotReady, next)
			return nil
		}
		return err
	}
	var random [16]byte
	if _, err := rand.Read(random[:]); err != nil {
		return err
	}
	a := attempt{State: hex.EncodeToString(random[:]), Corp: corpID, Next: next, Expires: db.MS(s.deps.Clock.Now().Add(attemptLimit))}
	a.Confirm = r.URL.Query().Get("confirm") == "true"
	callback := s.deps.PublicURL + "/api/account" + callbackPath
	var to string
	if insideWeCom(r.UserAgent()) {
		to, err = client.AuthorizeURL(callback, wecom.ScopeBase, a.State)
	} else {
		language := "zh"
		if web.Language(ctx) == "en" {
			language = "en"
		}
		to, err = client.LoginURL(callback, a.State, language)
	}
	if err != nil {
		return err
	}
	plain, err := json.Marshal(a)
	if err != nil {
		return err
	}
	sealed, err := s.deps.Sealer.Seal(ctx, plain, attemptPlace)
	if err != nil {
		return err
	}
	s.setAttempt(w, r, sealed, int(attemptLimit.Seconds()))
	redirect(w, r, to)
	return nil
}

// clientFor gives the client of the named corp, or of the first that has an app.
func (s *service) clientFor(ctx context.Context, named string) (*wecom.Client, string, error) {
	active, err := s.deps.Corps.ActiveCorps(ctx)
	if err != nil {
		return nil, "", err
	}
	missing := fault.Missing("企业")
	for _, id := range active {
		if named != "" && named != id {
			continue
		}
		client, err := s.deps.Corps.Client(ctx, id)
		if err == nil {
			return client, id, nil
		}
		missing = missing.Because(err)
	}
	return nil, "", missing
}

// FinishWeCom takes the browser back from WeCom. The code is exchanged once and leaves
// the address by the redirect that follows in any case.
func (s *service) FinishWeCom(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, ok := s.attemptOf(ctx, r)
	s.setAttempt(w, r, "", -1)
	if !ok {
		s.turnBack(w, r, problemExpired, "/")
		return nil
	}
	code := r.URL.Query().Get("code")
	if code == "" {
		s.turnBack(w, r, problemDeclined, a.Next)
		return nil
	}
	// Without this a stranger could make us call WeCom as often as he likes. A real code
	// gives its try back: a whole office comes from one address.
	from := network(web.ClientAddress(ctx))
	if _, ok := s.exchanges.take(from); !ok {
		s.turnBack(w, r, problemLimited, a.Next)
		return nil
	}
	session, problem, err := s.exchange(ctx, a.Corp, code)
	if err != nil {
		s.deps.Log.WarnContext(ctx, "sign-in by WeCom failed", "reference", web.RequestID(ctx), "error", err.Error())
	}
	if problem != "" {
		if session.Member != "" {
			s.noteMember(ctx, session, problem)
		}
		s.turnBack(w, r, problem, a.Next)
		return nil
	}
	s.exchanges.back(from)
	if a.Confirm {
		return s.confirmWeCom(w, r, a, session)
	}
	if err := s.sessions.begin(ctx, s.sessions.brought(r), session); err != nil {
		return err
	}
	s.noteMember(ctx, session, stepDone)
	redirect(w, r, a.Next)
	return nil
}

// noteMember tells the audit log what came of a member's sign-in.
func (s *service) noteMember(ctx context.Context, session Session, outcome string) {
	web.ActAs(ctx, viewer.Viewer{Corp: session.Corp, Member: session.Member, Name: session.Name})
	web.Note(ctx, web.Change{Object: session.object(), Name: session.Name, After: signInNote{outcome}})
}

// confirmWeCom confirms the session of this browser, if WeCom says that the same member
// sits before it.
func (s *service) confirmWeCom(w http.ResponseWriter, r *http.Request, a attempt, proved Session) error {
	ctx := r.Context()
	session, ok, err := s.sessions.load(ctx, r)
	if err != nil {
		return err
	}
	s.noteMember(ctx, proved, "confirm")
	if !ok || session.Corp != proved.Corp || session.Member == "" || !strings.EqualFold(session.Member, proved.Member) {
		s.turnBack(w, r, problemOther, a.Next)
		return nil
	}
	if err := s.sessions.store.confirm(ctx, session.Hash); err != nil {
		return err
	}
	redirect(w, r, a.Next)
	return nil
}

// attemptOf is the sign-in that this browser began and WeCom now answers; ok is false
// when the two do not belong together or too much time has passed.
func (s *service) attemptOf(ctx context.Context, r *http.Request) (a attempt, ok bool) {
	cookie, err := r.Cookie(attemptCookie)
	if err != nil {
		return attempt{}, false
	}
	plain, err := s.deps.Sealer.Open(ctx, cookie.Value, attemptPlace)
	if err != nil || json.Unmarshal(plain, &a) != nil {
		return attempt{}, false
	}
	same := subtle.ConstantTimeCompare([]byte(a.State), []byte(r.URL.Query().Get("state"))) == 1
	return a, same && a.State != "" && db.NowMS(s.deps.Clock) < a.Expires
}

// exchange asks WeCom who has the code (document 91023) and whether he may come in. A
// problem is for the person, the error beside it for the log.
func (s *service) exchange(ctx context.Context, corpID, code string) (_ Session, problem string, _ error) {
	client, err := s.deps.Corps.Client(ctx, corpID)
	if err != nil {
		return Session{}, problemNotReady, err
	}
	info, err := client.GetUserInfo(ctx, code)
	switch {
	case errors.Is(err, wecom.Code(errcode.InvalidOAuthCode)), errors.Is(err, wecom.Code(errcode.OAuthCodeUsed)),
		errors.Is(err, wecom.Code(errcode.NoLoginState)):
		return Session{}, problemExpired, err
	case err != nil:
		return Session{}, problemUpstream, corp.Fault(err)
	case info.UserID == "":
		return Session{}, problemNotMember, nil // a visitor or a customer
	}
	m, err := mirror.MemberByID(ctx, s.deps.DB.Read(), corpID, info.UserID)
	if err != nil {
		return Session{}, problemNotMember, err
	}
	session := Session{Corp: corpID, Member: m.ID, Name: m.Name, Method: byWeCom}
	_, err = s.deps.Rights.Resolve(ctx, viewer.Who{Corp: corpID, Member: m.ID, Name: m.Name})
	if fault.CodeOf(err) == fault.Unauthenticated {
		return session, problemInactive, nil
	}
	if err != nil {
		return Session{}, problemUpstream, err
	}
	return session, "", nil
}

func (s *service) setAttempt(w http.ResponseWriter, r *http.Request, value string, maxAge int) {
	c := s.sessions.cookie(r.Context(), attemptCookie, value, "/api/account/wecom", maxAge)
	http.SetCookie(w, &c)
}

// turnBack shows the sign-in page with what went wrong.
func (s *service) turnBack(w http.ResponseWriter, r *http.Request, problem, next string) {
	query := url.Values{"problem": {problem}}
	if next != "/" {
		query.Set("next", next)
	}
	if problem == problemUpstream {
		query.Set("reference", web.RequestID(r.Context()))
	}
	redirect(w, r, signInPage+"?"+query.Encode())
}

func redirect(w http.ResponseWriter, r *http.Request, to string) {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
}
