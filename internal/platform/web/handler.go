package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// recorder remembers the status and size of an answer.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Flush sends what is buffered; event streams need it.
func (r *recorder) Flush() { _ = r.FlushError() }

// FlushError is Flush for http.ResponseController. It looks through the writers below,
// for a middleware's may only know Unwrap.
func (r *recorder) FlushError() error {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return http.NewResponseController(r.ResponseWriter).Flush()
}

// Unwrap gives http.ResponseController the writer below.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Handler is the whole server: headers, recovery, cross-origin protection, access log,
// then the routes.
func (s *Server) Handler() http.Handler {
	protection := http.NewCrossOriginProtection()
	for _, origin := range s.opts.Origins {
		if err := protection.AddTrustedOrigin(origin); err != nil {
			panic(fmt.Sprintf("web: origin %q: %v", origin, err))
		}
	}
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.foreign(r)
		writeError(w, r, fault.New(fault.Forbidden, "拒绝跨站请求").WithAdvice("请在本站页面内操作；经反向代理访问时请检查 http.public_url"))
	}))
	routes := s.rescue(s.proxied(protection.Handler(s.mux)))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		st := s.newState(r)
		rec := &recorder{ResponseWriter: w}
		st.recorder = rec
		r = r.WithContext(context.WithValue(r.Context(), stateKey{}, st))
		s.secureHeaders(rec.Header(), st)
		if r.Body != nil && r.Body != http.NoBody {
			// What no route takes is read to its end by net/http, which waits for it for
			// ever; routes set their own deadline. Fails only where there is no connection.
			_ = http.NewResponseController(w).SetReadDeadline(clock.System().Now().Add(headerTimeout))
		}
		began := s.opts.Clock.Now()
		defer s.conclude(rec, r, st, began)
		routes.ServeHTTP(rec, r)
	})
}

// conclude tells the log and the metrics how the request went. The log has the route, not
// the path: paths and queries carry ids and codes.
func (s *Server) conclude(rec *recorder, r *http.Request, st *state, began time.Time) {
	elapsed := s.opts.Clock.Now().Sub(began)
	if s.opts.Metrics != nil {
		s.opts.Metrics.ObserveHTTP(r.Method, st.route, rec.status, elapsed)
	}
	s.opts.Log.InfoContext(r.Context(), "request", "method", r.Method, "route", st.route, "status", rec.status,
		"ms", elapsed.Milliseconds(), "bytes", rec.bytes, "reference", st.id)
}

// rescue runs next and turns a panic into a problem. When half an answer is out already
// it ends the connection, so that nobody takes the half for the whole.
func (s *Server) rescue(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			failure := recover()
			err, _ := failure.(error)
			switch {
			case failure == nil:
			case errors.Is(err, http.ErrAbortHandler):
				panic(failure)
			default:
				st := stateOf(r.Context())
				s.opts.Log.ErrorContext(r.Context(), "panic", "reference", st.id, "route", st.route,
					"panic", fmt.Sprint(failure), "stack", string(debug.Stack()))
				writeProblem(w, r, newProblem(st, fault.Internal, http.StatusInternalServerError, apology(st)))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// handle puts one API route on the mux.
func (s *Server) handle(info RouteInfo, next http.Handler) {
	next = s.rescue(next)
	inner := next
	next = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		top := &recorder{ResponseWriter: w}
		stateOf(r.Context()).top = top
		inner.ServeHTTP(top, r)
	})
	if !info.Stream {
		next = compress(next)
	}
	serve := http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		w, r := s.witnessed(answer, r, info)
		defer w.finish()
		admitted, err := s.enter(r, info)
		if err != nil {
			writeError(w, r, err)
			w.returned = true
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		admitted, stop := s.watch(admitted, info)
		defer stop()
		next.ServeHTTP(w, admitted)
		w.returned = true
	})
	s.mux.Handle(info.Method+" "+info.Path, s.bounded(info.Method+" "+info.Path, info.BodyLimit, info.Stream, s.paced(info, s.wrap(serve))))
}

// extra wraps a raw handler given in Options.
func (s *Server) extra(pattern string, next http.Handler) http.Handler {
	return s.bounded(pattern, defaultBodyLimit, false, s.wrap(next))
}

func (s *Server) wrap(h http.Handler) http.Handler {
	for _, m := range slices.Backward(s.opts.Middleware) {
		h = m(h)
	}
	return h
}

// bounded notes the route and limits what a request may send and how long it may take.
func (s *Server) bounded(route string, limit int64, stream bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		st := stateOf(r.Context())
		st.route = route
		if r.ContentLength > limit {
			zh := st.language == languageChinese
			writeProblem(w, r, newProblem(st, fault.TooLarge, http.StatusRequestEntityTooLarge, tooLarge(zh, limit)))
			return
		}
		// Deadlines are the socket's, in real time. Setting one fails where there is no
		// connection below (a test's recorder): then there is nothing to limit.
		controller := http.NewResponseController(w)
		now := clock.System().Now()
		if stream {
			_ = controller.SetWriteDeadline(time.Time{})
		}
		if r.Body != nil && r.Body != http.NoBody {
			_ = controller.SetReadDeadline(now.Add(bodyTimeout(limit)))
			r.Body = &timedBody{ReadCloser: http.MaxBytesReader(w, r.Body, limit+1), controller: controller}
		}
		next.ServeHTTP(w, r)
	})
}

func tooLarge(zh bool, limit int64) string {
	return fmt.Sprintf(in(zh, "内容过大，最多 %d KB", "The body is too large; at most %d KB"), max(limit>>10, 1))
}

// timedBody lifts the read deadline once the body has been read: left in place it would
// end the context of an operation that works longer than its body took to arrive.
type timedBody struct {
	io.ReadCloser
	controller *http.ResponseController
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		_ = b.controller.SetReadDeadline(time.Time{})
	}
	return n, err
}

// notFound answers what no route took: 405 when another method would do, else 404.
func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	var allow []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		probe := r.Clone(r.Context())
		probe.Method = method
		if _, pattern := s.mux.Handler(probe); strings.HasPrefix(pattern, method+" ") {
			allow = append(allow, method)
		}
	}
	st := stateOf(r.Context())
	if len(allow) > 0 {
		w.Header().Set("Allow", strings.Join(allow, ", "))
		writeProblem(w, r, newProblem(st, fault.Invalid, http.StatusMethodNotAllowed,
			in(st.language == languageChinese, "此地址不支持 "+r.Method, r.Method+" is not allowed here")))
		return
	}
	writeError(w, r, fault.New(fault.NotFound, in(st.language == languageChinese, "没有这个接口", "No such operation")))
}

// compress gzips answers above 1 kB of the kinds that shrink.
func compress(next http.Handler) http.Handler {
	wrapper, err := gzhttp.NewWrapper(gzhttp.MinSize(1024),
		gzhttp.ContentTypes([]string{"application/json", problemType, "text/csv", "text/plain", "text/html"}))
	if err != nil {
		panic(fmt.Sprintf("web: compression: %v", err))
	}
	return wrapper(next)
}
