package wecomsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// This file takes a call of the API through what every call goes through:
// faults, method, token, IP, permission, frequency, body; then its operation.
//
// Not modelled: debug=1, WeCom's tolerance for numbers written as text, its
// case-sensitive field names (encoding/json takes any case), the exact wording
// of errmsg.

// need is what a secret must be allowed for an operation.
type need int

const (
	needsNothing  need = iota // any valid token
	needsContacts             // read members and departments in range
	needsDetail               // as needsContacts; the sync secret gets 48009
	needsWrite                // write members and departments
	needsSync                 // the 通讯录同步 secret only
	needsCustomer             // 可调用接口的应用 or the 客户联系 system secret
	needsServed               // 已服务的外部联系人
	needsApp                  // a self-built app
)

// operation is one row of the API.
type operation struct {
	path   string
	method string
	doc    int // developer.work.weixin.qq.com/document/path/<doc>
	needs  need
	open   bool // works without token
	binary bool // body is not JSON
	handle func(*call) (any, error)
}

// call is one request on its way through an operation.
type call struct {
	sim   *Sim
	corp  *Corp
	app   *App
	now   time.Time
	query url.Values
	body  []byte
	base  string
	ip    string
	req   *http.Request
	token string
	// strike is the fault that hit the call, nil for none.
	strike *Fault
}

// maxBody bounds JSON bodies.
const maxBody = 1 << 20

// binaryAnswer is an answer that is not JSON.
type binaryAnswer struct{ media *Media }

// get makes a handler of an operation without body that only reads.
func get(f func(*call) (any, error)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		c.sim.mu.RLock()
		defer c.sim.mu.RUnlock()
		return f(c)
	}
}

// change makes a handler of an operation without body that writes.
func change(f func(*call) (any, error)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		c.sim.mu.Lock()
		defer c.sim.mu.Unlock()
		return f(c)
	}
}

// query makes a handler of an operation with a JSON body that only reads.
func query[Req any](f func(*call, *Req) (any, error)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		req, err := decode[Req](c)
		if err != nil {
			return nil, err
		}
		c.sim.mu.RLock()
		defer c.sim.mu.RUnlock()
		return f(c, req)
	}
}

// post makes a handler of an operation with a JSON body that writes.
func post[Req any](f func(*call, *Req) (any, error)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		req, err := decode[Req](c)
		if err != nil {
			return nil, err
		}
		c.sim.mu.Lock()
		defer c.sim.mu.Unlock()
		return f(c, req)
	}
}

func decode[Req any](c *call) (*Req, error) {
	req := new(Req)
	if len(bytes.TrimSpace(c.body)) == 0 {
		return nil, fail(codeBadJSON, "empty post data")
	}
	if !utf8.Valid(c.body) {
		return nil, fail(codeBadJSON, "post data is not UTF-8")
	}
	if err := json.Unmarshal(c.body, req); err != nil {
		return nil, fail(codeBadJSON, "data format error: %v", err)
	}
	return req, nil
}

// serveAPI answers /cgi-bin/*.
func (s *Sim) serveAPI(w http.ResponseWriter, r *http.Request) {
	started := s.clock.Now()
	// The time of the answer is that of the simulated world, as everything else is.
	w.Header().Set("Date", started.UTC().Format(http.TimeFormat))
	record := Call{At: started.UnixMilli(), Method: r.Method, Path: r.URL.Path, IP: clientIP(r)}
	op := s.ops[r.URL.Path]
	if op == nil {
		record.Status = http.StatusNotFound
		s.calls.add(record)
		writeJSON(w, http.StatusNotFound, wecom.Result{
			ErrCode: errcode.ParameterRule,
			ErrMsg:  "the simulator does not model " + r.URL.Path + "; see wecom/operations.md",
		})
		return
	}
	c := &call{sim: s, now: started, query: r.URL.Query(), base: s.base(r), ip: record.IP, req: r}
	latency, strike := s.faults.hitCall(started, s.corpOf(c.query.Get("access_token")), op.path)
	if !s.clock.sleep(latency, r.Context().Done()) {
		return // the caller went away
	}
	c.now = s.clock.Now()
	if strike != nil && (strike.Kind == FaultReset || strike.Kind == FaultHTTP) {
		record.Fault, record.Status = strike.Kind, strike.Status
		s.calls.add(record)
		if strike.Kind == FaultReset {
			cutConnection(w)
			return
		}
		http.Error(w, http.StatusText(strike.Status), strike.Status)
		return
	}
	answer, err := s.perform(c, op, strike)
	if c.corp != nil {
		record.Corp = c.corp.ID
	}
	if c.app != nil {
		record.AgentID = c.app.AgentID
	}
	record.Status = http.StatusOK
	if strike != nil {
		record.Fault = strike.Kind
	}
	record.DurationMS = s.clock.Now().Sub(started).Milliseconds()
	if !op.binary && len(c.body) > 0 {
		record.Request = clip(c.body, 4096)
	}
	var refused *apiError
	switch {
	case errors.As(err, &refused):
		record.ErrCode = refused.code
		s.calls.add(record)
		s.log.Debug("call refused", "path", op.path, "errcode", refused.code)
		writeJSON(w, http.StatusOK, wecom.Result{ErrCode: refused.code, ErrMsg: fmt.Sprintf(
			"%s, hint: [%d], from ip: %s, more info at https://open.work.weixin.qq.com/devtool/query?e=%d",
			refused.text, record.At, record.IP, refused.code)})
	case err != nil:
		record.ErrCode = errcode.SystemBusy
		s.calls.add(record)
		s.log.Error("call failed", "path", op.path, "error", err)
		writeJSON(w, http.StatusOK, wecom.Result{ErrCode: errcode.SystemBusy, ErrMsg: "system error"})
	default:
		s.calls.add(record)
		if b, ok := answer.(binaryAnswer); ok {
			serveMedia(w, r, b.media)
			return
		}
		writeJSON(w, http.StatusOK, answer)
	}
}

// perform checks what all operations share and runs the one asked for.
func (s *Sim) perform(c *call, op *operation, strike *Fault) (any, error) {
	if c.req.Method != op.method {
		if op.method == http.MethodGet {
			return nil, fail(codeNeedGET, "require GET method")
		}
		return nil, fail(codeNeedPOST, "require POST method")
	}
	if c.strike = strike; strike != nil {
		switch strike.Kind {
		case FaultBusy:
			return nil, fail(errcode.SystemBusy, "system error")
		case FaultFrequency:
			return nil, fail(errcode.RateLimited, "api freq out of limit")
		case FaultCode:
			return nil, fail(strike.Code, "switched on as a fault")
		case FaultExpired:
			s.revokeToken(c.query.Get("access_token"))
		}
	}
	if !op.open {
		if err := s.authenticate(c); err != nil {
			return nil, err
		}
		if err := s.limits.call(c.now, c.corp.ID, c.ip, op.path); err != nil {
			return nil, err
		}
		if err := s.permit(c, op.needs); err != nil {
			return nil, err
		}
		if err := s.limits.enter(c.corp.ID, op.path); err != nil {
			return nil, err
		}
		defer s.limits.leave(c.corp.ID, op.path)
	}
	if !op.binary && op.method == http.MethodPost {
		var err error
		if c.body, err = io.ReadAll(io.LimitReader(c.req.Body, maxBody+1)); err != nil {
			return nil, fail(codeBadJSON, "cannot read the body")
		}
		if len(c.body) > maxBody {
			return nil, fail(errcode.MessageTooLong, "body above %d bytes", maxBody)
		}
	}
	return op.handle(c)
}

// permit checks what the secret may do: 48002 for an interface that it may not
// call, 48009 for a sync secret that wants details (auth-and-tokens.md).
func (s *Sim) permit(c *call, needs need) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	allowed := true
	switch needs {
	case needsNothing:
	case needsDetail:
		if c.app.Kind == ContactsSync && !c.app.ReadsDetail {
			return fail(errcode.ContactDetailForbidden, "the sync secret may not read contact details from this ip")
		}
		allowed = c.app.Kind != CustomerSystem
	case needsContacts:
		allowed = c.app.Kind != CustomerSystem
	case needsWrite:
		allowed = c.app.Kind == ContactsSync || c.app.WriteContacts
	case needsSync:
		allowed = c.app.Kind == ContactsSync
	case needsCustomer:
		allowed = c.app.Kind == CustomerSystem || c.app.Kind == SelfBuilt && c.app.CustomerContact
	case needsServed:
		allowed = c.app.Kind == SelfBuilt && c.app.ServedContacts
	case needsApp:
		allowed = c.app.Kind == SelfBuilt
	}
	if !allowed {
		return fail(errcode.APIForbidden, "api forbidden for this secret")
	}
	return nil
}

// base is the address under which links in answers point back to the simulator.
func (s *Sim) base(r *http.Request) string {
	if s.opt.BaseURL != "" {
		return s.opt.BaseURL
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

func clientIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// writeJSON writes an answer without escaping <, > and &.
func writeJSON(w http.ResponseWriter, status int, v any) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		http.Error(w, "cannot encode the answer: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes()) // the caller may have gone; nothing to do then
}

// cutConnection closes the connection without an answer.
func cutConnection(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0) // makes it a reset, not an orderly end
			}
			_ = conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}

// clip shortens text to at most n bytes without cutting a character.
func clip(b []byte, n int) string {
	if len(b) <= n {
		return string(b)
	}
	for n > 0 && !utf8.RuneStart(b[n]) {
		n--
	}
	return string(b[:n])
}
