package wecomsim

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"strings"
)

// This file is the frame of the control interface /_sim/*: who may use it, how
// requests are read and errors told, and the list of all routes at GET /_sim.
//
// Not modelled: users and roles; whoever may control may do everything.

// controlRoute is one row of the control interface.
type controlRoute struct {
	Method  string           `json:"method"`
	Path    string           `json:"path"`
	Summary string           `json:"summary"`
	Query   []string         `json:"query,omitempty"`
	Body    []controlField   `json:"body,omitempty"`
	serve   http.HandlerFunc `json:"-"`
}

// controlField is one field of a JSON body.
type controlField struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Optional bool   `json:"optional,omitempty"`
}

// controlProblem is the body of a refused control request.
type controlProblem struct {
	Error Refusal `json:"error"`
}

// control serves /_sim.
func (s *Sim) control() http.Handler {
	routes := s.controlRoutes()
	mux := http.NewServeMux()
	for _, r := range routes {
		mux.HandleFunc(r.Method+" "+r.Path, r.serve)
	}
	mux.HandleFunc("GET /_sim/{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/_sim", http.StatusFound) })
	mux.HandleFunc("GET /_sim", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{
			"about":  "control interface of the WeCom simulator; bodies and answers are JSON, ids are those of /_sim/world, /_sim/members and /_sim/people",
			"routes": routes, "operations": Operations(),
			"faults": []string{
				FaultSlow, FaultBusy, FaultFrequency, FaultCode, FaultHTTP, FaultExpired, FaultReset,
				FaultStaleResult, FaultUnlistedResult, FaultContraryResult,
				FaultDrop, FaultDuplicate, FaultReorder, FaultDelay,
			},
		})
	})
	mux.HandleFunc("/_sim/", func(w http.ResponseWriter, r *http.Request) {
		answerRefusal(w, missing("", "no route %s %s; GET /_sim lists all", r.Method, r.URL.Path))
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.mayControl(r); err != nil {
			writeJSON(w, http.StatusForbidden, controlProblem{Refusal{Message: err.Error()}})
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// mayControl lets loopback callers in, and others with the control token. A
// browser page of another site must not drive a simulator on localhost, so
// foreign origins and foreign host names are refused.
func (s *Sim) mayControl(r *http.Request) error {
	if s.opt.ControlToken != "" {
		given := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if given == "" {
			given = r.URL.Query().Get("control_token")
		}
		if subtle.ConstantTimeCompare([]byte(given), []byte(s.opt.ControlToken)) != 1 {
			return errors.New("the control interface needs its token: Authorization: Bearer <token>")
		}
		return nil
	}
	if ip := net.ParseIP(clientIP(r)); ip == nil || !ip.IsLoopback() {
		return errors.New("without a control token the control interface answers to loopback addresses only")
	}
	if !isLocalName(r.Host) {
		return errors.New("the control interface is reached as localhost or a loopback address only")
	}
	if origin := r.Header.Get("Origin"); origin != "" && origin != "null" {
		if u, err := url.Parse(origin); err != nil || !isLocalName(u.Host) {
			return errors.New("pages of other sites may not use the control interface")
		}
	}
	return nil
}

func isLocalName(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// answerRefusal tells why something was not done: 404 for unknown things, 400
// for bad input, 500 for the rest.
func answerRefusal(w http.ResponseWriter, err error) {
	var r *Refusal
	if !errors.As(err, &r) {
		writeJSON(w, http.StatusInternalServerError, controlProblem{Refusal{Message: err.Error()}})
		return
	}
	status := http.StatusBadRequest
	if r.Missing {
		status = http.StatusNotFound
	}
	writeJSON(w, status, controlProblem{*r})
}

// reader makes a route that answers with what f finds.
func reader(method, path, summary string, query []string, f func(*http.Request) (any, error)) controlRoute {
	return controlRoute{Method: method, Path: path, Summary: summary, Query: query, serve: func(w http.ResponseWriter, r *http.Request) {
		out, err := f(r)
		if err != nil {
			answerRefusal(w, err)
			return
		}
		writeJSON(w, http.StatusOK, out)
	}}
}

// doer makes a route whose JSON body is In and whose answer is Out.
func doer[In, Out any](path, summary string, f func(In) (Out, error)) controlRoute {
	return bodyRoute(http.MethodPost, path, summary, func(_ *http.Request, in In) (Out, error) { return f(in) })
}

// bodyRoute is doer with a method and the request.
func bodyRoute[In, Out any](method, path, summary string, f func(*http.Request, In) (Out, error)) controlRoute {
	var zero In
	return controlRoute{Method: method, Path: path, Summary: summary, Body: fieldsOf(reflect.TypeOf(zero)), serve: func(w http.ResponseWriter, r *http.Request) {
		var in In
		if err := readBody(r, &in); err != nil {
			answerRefusal(w, err)
			return
		}
		out, err := f(r, in)
		if err != nil {
			answerRefusal(w, err)
			return
		}
		writeJSON(w, http.StatusOK, out)
	}}
}

// readBody reads a JSON body; an empty one stands for {}. Unknown fields are
// refused, so that a misspelt one is noticed.
func readBody(r *http.Request, into any) error {
	data, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(data) > maxBody {
		return refuse("", "the body cannot be read or is larger than 1 MB")
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return refuse("", "bad JSON body: %v", err)
	}
	return nil
}

// fieldsOf describes a struct for GET /_sim.
func fieldsOf(t reflect.Type) []controlField {
	var out []controlField
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	for f := range t.Fields() {
		name, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		kind := f.Type.String()
		kind = strings.TrimPrefix(strings.ReplaceAll(kind, "wecomsim.", ""), "*")
		out = append(out, controlField{Name: name, Type: kind, Optional: strings.Contains(opts, "omit") || f.Type.Kind() == reflect.Pointer})
	}
	return out
}

// Done is the answer of an act that has nothing to say.
type Done struct {
	OK bool `json:"ok"`
}

func done() Done { return Done{OK: true} }
