package wecomsim

import (
	"maps"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// This file plays open.weixin.qq.com (in-app OAuth, 91335) and
// login.work.weixin.qq.com (web login, 98151): it shows who may sign in and
// sends the browser back with a code. Who uses a browser can be set once at
// POST /_sim/identity; then the in-app link is silent, as inside WeCom.
//
// Not modelled: the QR code of the web login (a click stands for the scan), the
// JS component, second verification, consent to snsapi_privateinfo (given).

const codeLife = 5 * time.Minute

// identityCookie names the one who holds the browser: "m:<corp>:<userid>" or
// "p:<person>".
const identityCookie = "wecomsim_identity"

// identity is the body of POST /_sim/identity.
type identity struct {
	Corp   string `json:"corp,omitempty"`
	Member string `json:"member,omitempty"`
	Person string `json:"person,omitempty"`
}

func (s *Sim) setIdentity(w http.ResponseWriter, r *http.Request) {
	var in identity
	if err := readBody(r, &in); err != nil {
		answerRefusal(w, err)
		return
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.corp(in.Corp)
	if err != nil {
		answerRefusal(w, err)
		return
	}
	value, age := "", -1
	switch {
	case in.Member != "":
		m, err := c.actor(in.Member)
		if err != nil {
			answerRefusal(w, err)
			return
		}
		value, age = "m:"+c.ID+":"+m.UserID, 0
	case in.Person != "":
		p, err := s.person(c, in.Person)
		if err != nil {
			answerRefusal(w, err)
			return
		}
		value, age = "p:"+p.ID, 0
	}
	http.SetCookie(w, &http.Cookie{Name: identityCookie, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	writeJSON(w, http.StatusOK, done())
}

// loginRequest is a checked request for a code.
type loginRequest struct {
	corp     *Corp
	app      *App
	redirect *url.URL
	state    string
	private  bool
	inApp    bool
}

var stateRule = regexp.MustCompile(`^[a-zA-Z0-9]{0,128}$`)

// readLogin checks the parameters of a login link; the returned text is shown
// on an error page. The caller holds the lock.
func (s *Sim) readLogin(q url.Values, inApp bool) (loginRequest, string) {
	in := loginRequest{inApp: inApp, state: q.Get("state")}
	if in.corp = s.world.Corp(q.Get("appid")); in.corp == nil || q.Get("appid") == "" {
		return in, "appid 不是本世界中的企业（40013）。"
	}
	if inApp {
		if q.Get("response_type") != "code" {
			return in, "response_type 必须为 code。"
		}
		switch q.Get("scope") {
		case "snsapi_base":
		case "snsapi_privateinfo":
			in.private = true
		default:
			return in, "scope 必须为 snsapi_base 或 snsapi_privateinfo。"
		}
		if !stateRule.MatchString(in.state) {
			return in, "state 只能是 128 个以内的字母和数字。"
		}
	} else if t := q.Get("login_type"); t != "" && t != "CorpApp" {
		return in, "login_type 只支持 CorpApp。"
	}
	redirect, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || redirect.Scheme != "http" && redirect.Scheme != "https" || redirect.Host == "" {
		return in, "redirect_uri 不是完整的网址。"
	}
	in.redirect = redirect
	if agent := q.Get("agentid"); agent != "" {
		id, err := strconv.Atoi(agent)
		if in.app = in.corp.app(id); err != nil || in.app == nil || in.app.Kind != SelfBuilt {
			return in, "agentid 不属于这家企业。"
		}
	} else if in.private || !inApp {
		return in, "缺少 agentid。"
	} else {
		for _, a := range in.corp.Apps { // without agentid: whichever app trusts the domain
			if a.Kind == SelfBuilt && trustsHost(a, redirect) {
				in.app = a
				break
			}
		}
	}
	if in.app == nil || !trustsHost(in.app, redirect) {
		return in, "redirect_uri 需使用应用可信域名（50001）：" + redirect.Host
	}
	return in, ""
}

// trustsHost compares host and port with the app's trusted domains (50001).
func trustsHost(a *App, u *url.URL) bool {
	return slices.ContainsFunc(a.TrustedDomains, func(d string) bool {
		if host, anyPort := strings.CutSuffix(d, ":*"); anyPort {
			return strings.EqualFold(host, u.Hostname())
		}
		if h, port, err := net.SplitHostPort(u.Host); err == nil && !strings.Contains(d, ":") {
			standard := u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443"
			return standard && strings.EqualFold(d, h)
		}
		return strings.EqualFold(d, u.Host)
	})
}

func (s *Sim) authorizePage(w http.ResponseWriter, r *http.Request) { s.login(w, r, true) }
func (s *Sim) loginPage(w http.ResponseWriter, r *http.Request)     { s.login(w, r, false) }

// login answers a login link: at once when the browser's holder is known and
// the link is in-app, otherwise with the choice of members.
func (s *Sim) login(w http.ResponseWriter, r *http.Request, inApp bool) {
	s.mu.Lock()
	in, wrong := s.readLogin(r.URL.Query(), inApp)
	if wrong != "" {
		s.mu.Unlock()
		showPage(w, http.StatusBadRequest, pageData{Title: "无法登录", Text: wrong})
		return
	}
	// A web login inside a phone's browser needs no scan either: it is the holder's own.
	inPhone := r.Header.Get("Sec-Fetch-Dest") == "iframe"
	if cookie, err := r.Cookie(identityCookie); err == nil && (inApp || inPhone) && cookie.Value != "" {
		if target, ok := s.issueCode(in, cookie.Value); ok {
			s.mu.Unlock()
			http.Redirect(w, r, target, http.StatusFound)
			return
		}
	}
	data := pageData{
		Title: "选择身份登录「" + in.app.Name + "」", Action: "/connect/oauth2/choose", Field: "who",
		Hidden: map[string]string{"q": r.URL.RawQuery, "in_app": strconv.FormatBool(inApp)},
	}
	for _, m := range in.corp.membersInOrder() {
		if m.Status == StatusActive && in.corp.sees(in.app, m.UserID) && len(data.Choices) < 200 {
			data.Choices = append(data.Choices, pageChoice{
				Value: "m:" + in.corp.ID + ":" + m.UserID, Label: m.Name, Note: m.UserID,
				Picture: avatarPath("member", in.corp.ID+"/"+m.UserID),
			})
		}
	}
	if !inApp {
		data.Choices = append(data.Choices, pageChoice{Value: "none", Label: "取消", Note: "不授权", Picture: avatarPath("group", "x")})
	}
	s.mu.Unlock()
	showPage(w, http.StatusOK, data)
}

// chooseIdentity goes on after the choice. Who declines is sent back with the
// state alone (oauth-and-login.md).
func (s *Sim) chooseIdentity(w http.ResponseWriter, r *http.Request) {
	q, err := url.ParseQuery(r.FormValue("q"))
	if err != nil {
		showPage(w, http.StatusBadRequest, pageData{Title: "无法登录", Text: "请求已损坏。"})
		return
	}
	s.mu.Lock()
	in, wrong := s.readLogin(q, r.FormValue("in_app") == "true")
	target, ok := "", false
	if wrong == "" {
		if r.FormValue("who") == "none" {
			target, ok = withQuery(in.redirect, url.Values{"state": {in.state}}), true
		} else if target, ok = s.issueCode(in, r.FormValue("who")); !ok {
			wrong = "没有这个人。"
		}
	}
	s.mu.Unlock()
	if !ok {
		showPage(w, http.StatusBadRequest, pageData{Title: "无法登录", Text: wrong})
		return
	}
	http.Redirect(w, r, target, http.StatusFound)
}

// issueCode makes a code for a holder and returns where to go. Visitors exist
// for the in-app link only. The caller holds the lock.
func (s *Sim) issueCode(in loginRequest, holder string) (string, bool) {
	code := &OAuthCode{Code: s.randomID("", 43), AgentID: in.app.AgentID, Private: in.private, ExpiresAt: s.clock.Now().Add(codeLife)}
	kind, rest, _ := strings.Cut(holder, ":")
	switch kind {
	case "m":
		corpID, userid, _ := strings.Cut(rest, ":")
		m := in.corp.Members[userKey(userid)]
		if corpID != in.corp.ID || m == nil || m.Status != StatusActive {
			return "", false
		}
		code.UserID = m.UserID
	case "p":
		if s.world.People[rest] == nil || !in.inApp {
			return "", false
		}
		code.Person = rest
	default:
		return "", false
	}
	for id, old := range in.corp.OAuthCodes { // codes are few and short-lived
		if s.clock.Now().Sub(old.ExpiresAt) > time.Hour {
			delete(in.corp.OAuthCodes, id)
		}
	}
	in.corp.OAuthCodes[code.Code] = code
	return withQuery(in.redirect, url.Values{"code": {code.Code}, "state": {in.state}}), true
}

// withQuery adds parameters to the redirect address.
func withQuery(u *url.URL, add url.Values) string {
	out := *u
	q := out.Query()
	maps.Copy(q, add)
	out.RawQuery = q.Encode()
	return out.String()
}

// LoginCode gives the code that a login page would send for a member, for tests
// without a browser.
func (s *Sim) LoginCode(corp string, agentID int, member string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.corp(corp)
	if err != nil {
		return "", err
	}
	m, err := c.actor(member)
	if err != nil {
		return "", err
	}
	app := c.app(agentID)
	if app == nil {
		return "", missing("agentid", "no app %d", agentID)
	}
	code := &OAuthCode{Code: s.randomID("", 43), AgentID: agentID, UserID: m.UserID, Private: true, ExpiresAt: s.clock.Now().Add(codeLife)}
	c.OAuthCodes[code.Code] = code
	return code.Code, nil
}
