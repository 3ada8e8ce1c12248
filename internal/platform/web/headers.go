package web

import (
	"net/http"
	"strings"
)

// secureHeaders sets what every answer carries. No inline script or style is allowed:
// the pages are built that way. Nothing is loaded from other hosts, pictures neither.
func (s *Server) secureHeaders(h http.Header, st *state) {
	ancestors := "'none'"
	if len(s.opts.FrameAncestors) > 0 {
		ancestors = strings.Join(s.opts.FrameAncestors, " ")
	} else {
		h.Set("X-Frame-Options", "DENY")
	}
	h.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data: blob:; "+
		"style-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors "+ancestors)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
	h.Set("X-Request-Id", st.id)
	if st.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}
