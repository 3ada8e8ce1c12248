package web

import (
	"net/http"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// refusesPlain tells whether a request came unencrypted past the proxies that speak TLS for
// us: passwords and sessions would travel readable. What watches over us carries none.
func (s *Server) refusesPlain(r *http.Request) bool {
	if !s.opts.PlainBehindProxies || r.TLS != nil || slices.Contains([]string{"/healthz", "/readyz", "/metrics"}, r.URL.Path) {
		return false
	}
	direct := peerAddress(r)
	return !direct.IsLoopback() && !s.trusts(direct)
}

// proxied lets only those in who come encrypted, through a trusted proxy or from this machine.
func (s *Server) proxied(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.refusesPlain(r) {
			stateOf(r.Context()).route = "past the proxies"
			writeError(w, r, fault.New(fault.Forbidden, "请使用 https 访问").
				WithAdvice("本服务只接受来自可信代理的 http 请求；管理员请检查 http.trusted_proxies，或为本服务配置证书"))
			return
		}
		next.ServeHTTP(w, r)
	})
}
