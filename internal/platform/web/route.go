package web

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// Audience says who a route is for, and with it how the caller is identified.
type Audience string

// The audiences.
const (
	Console  Audience = "console"  // signed-in people in the console (管理后台); the default
	Sidebar  Audience = "sidebar"  // members inside a WeCom chat (聊天侧边栏)
	Customer Audience = "customer" // customers on our H5 pages
	OpenAPI  Audience = "openapi"  // the corp's own programs, by key
	Public   Audience = "public"   // nobody in particular: sign-in, callbacks, health
)

// Route binds a method and a path to a function, together with who may call it. Make one
// with Get, Post, Put, Patch, Delete or Raw.
type Route struct {
	// Method and Path, the path without the "/api/<slug>" that Mount puts before it;
	// variables are written as in net/http: "/codes/{id}".
	Method, Path string
	// Audience decides which Guard identifies the caller.
	Audience Audience
	// Permission the caller must hold, e.g. "channelcode.write"; "" only for Public
	// routes and for those marked SignedIn.
	Permission string
	// Summary is one line in Chinese for the permission and API lists.
	Summary string
	// Tags group operations in the API document; Mount adds the slug.
	Tags []string
	// Name is the second half of the operation id "<slug>.<name>".
	Name string
	// Action is what the audit log calls it; the operation id when empty.
	Action string
	// Audit is true when each call is recorded: all writes, and reads marked Audited.
	Audit bool
	// Destructive marks what cannot be undone; the console asks again.
	Destructive bool
	// Stream marks answers without an end: no write deadline, no compression.
	Stream bool
	// BodyLimit is the largest request body in bytes.
	BodyLimit int64
	// Setting is the object of the setting that the route changes, as it notes it, "" for
	// none; with a colon at its end every object that begins so.
	Setting string
	// SuccessStatus is the HTTP status of success, 0 for the default.
	SuccessStatus int

	signedIn bool
	input    reflect.Type
	bind     func(api huma.API, op huma.Operation)
}

// RouteOption changes a route under construction.
type RouteOption func(*Route)

// For names the audience; without it a route is for the Console.
func For(a Audience) RouteOption { return func(r *Route) { r.Audience = a } }

// SignedIn says on purpose that being signed in is enough and no permission is needed.
func SignedIn() RouteOption { return func(r *Route) { r.signedIn = true } }

// Dangerous marks an operation that cannot be undone or gives somebody power. Whoever
// calls it must have proved lately who he is, if the audience's guard can tell (Confirmer).
func Dangerous() RouteOption { return func(r *Route) { r.Destructive = true } }

// Audited records each call under the given action, reads too (exports, for instance).
func Audited(action string) RouteOption {
	return func(r *Route) { r.Action, r.Audit = action, true }
}

// MaxBody takes bodies up to n bytes instead of 1 MB.
func MaxBody(n int64) RouteOption { return func(r *Route) { r.BodyLimit = n } }

// Status answers success with another status than 200 (or 204 for None).
func Status(code int) RouteOption { return func(r *Route) { r.SuccessStatus = code } }

// Named gives the operation a name other than the one made from method and path.
func Named(name string) RouteOption { return func(r *Route) { r.Name = name } }

// Tagged adds tags.
func Tagged(tags ...string) RouteOption {
	return func(r *Route) { r.Tags = append(r.Tags, tags...) }
}

// Sets says that the operation changes a setting of the corp's, which it notes as this
// object: whoever may change it is told who did before. With a colon at its end it names
// every object that begins so.
func Sets(object string) RouteOption { return func(r *Route) { r.Setting = object } }

// Streaming marks an answer without an end, such as server-sent events.
func Streaming() RouteOption { return func(r *Route) { r.Stream = true } }

// None is the output of operations that answer nothing (204).
type None struct{}

// Get binds a read. I holds the input by Huma's tags (path:, query:, header:, Body); O is
// the plain answer. What the function returns is handed over: lists that are nil in it
// are written as [].
func Get[I, O any](path, permission, summary string, fn func(context.Context, *I) (*O, error), opts ...RouteOption) Route {
	return typed(http.MethodGet, path, permission, summary, fn, opts)
}

// Post binds an operation that creates or does something.
func Post[I, O any](path, permission, summary string, fn func(context.Context, *I) (*O, error), opts ...RouteOption) Route {
	return typed(http.MethodPost, path, permission, summary, fn, opts)
}

// Put binds an operation that replaces something.
func Put[I, O any](path, permission, summary string, fn func(context.Context, *I) (*O, error), opts ...RouteOption) Route {
	return typed(http.MethodPut, path, permission, summary, fn, opts)
}

// Patch binds an operation that changes a part.
func Patch[I, O any](path, permission, summary string, fn func(context.Context, *I) (*O, error), opts ...RouteOption) Route {
	return typed(http.MethodPatch, path, permission, summary, fn, opts)
}

// Delete binds an operation that removes something.
func Delete[I, O any](path, permission, summary string, fn func(context.Context, *I) (*O, error), opts ...RouteOption) Route {
	return typed(http.MethodDelete, path, permission, summary, fn, opts)
}

// Raw binds a plain HTTP handler for what is not JSON: CSV and XLSX, uploads, event
// streams, redirects. An error returned before anything was written becomes a problem.
func Raw(method, path, permission, summary string, h func(w http.ResponseWriter, r *http.Request) error, opts ...RouteOption) Route {
	route := newRoute(method, path, permission, summary, opts)
	route.bind = func(api huma.API, op huma.Operation) {
		status := route.SuccessStatus
		if status == 0 {
			status = http.StatusOK
		}
		op.Responses[fmt.Sprint(status)] = &huma.Response{Description: "see summary"}
		for _, name := range pathVariables(op.Path) {
			op.Parameters = append(op.Parameters, &huma.Param{
				Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString},
			})
		}
		api.OpenAPI().AddOperation(&op)
		api.Adapter().Handle(&op, func(ctx huma.Context) {
			r, w := unwrap(ctx)
			if err := h(w, r); err != nil {
				writeError(w, r, err)
			}
		})
	}
	return route
}

// output is what Huma wants around an answer.
type output[O any] struct{ Body O }

// nothing is Huma's output without a body.
type nothing struct{}

func typed[I, O any](method, path, permission, summary string, fn func(context.Context, *I) (*O, error), opts []RouteOption) Route {
	route := newRoute(method, path, permission, summary, opts)
	route.input = reflect.TypeFor[I]()
	route.bind = func(api huma.API, op huma.Operation) {
		if reflect.TypeFor[O]() == reflect.TypeFor[None]() {
			huma.Register(api, op, func(ctx context.Context, in *I) (*nothing, error) {
				if _, err := fn(ctx, in); err != nil {
					return nil, problemOf(ctx, err)
				}
				return &nothing{}, nil
			})
			return
		}
		fill := fillerFor(reflect.TypeFor[O]())
		huma.Register(api, op, func(ctx context.Context, in *I) (*output[O], error) {
			out, err := fn(ctx, in)
			if err != nil {
				return nil, problemOf(ctx, err)
			}
			if out == nil {
				return nil, problemOf(ctx, fmt.Errorf("web: %s answered neither a value nor an error", op.OperationID))
			}
			fill(reflect.ValueOf(out).Elem())
			return &output[O]{Body: *out}, nil
		})
	}
	return route
}

// defaultBodyLimit is enough for any form.
const defaultBodyLimit = 1 << 20

func newRoute(method, path, permission, summary string, opts []RouteOption) Route {
	r := Route{
		Method: method, Path: path, Permission: permission, Summary: summary,
		Audience: Console, BodyLimit: defaultBodyLimit,
		Audit: method != http.MethodGet && method != http.MethodHead,
	}
	for _, o := range opts {
		o(&r)
	}
	if r.Name == "" {
		r.Name = operationName(method, path)
	}
	switch {
	case path != "" && !strings.HasPrefix(path, "/"):
		panic(fmt.Sprintf("web: path %q of a route must begin with a slash", path))
	case summary == "":
		panic(fmt.Sprintf("web: route %s %s needs a summary", method, path))
	case r.Audience == Public && permission != "":
		panic(fmt.Sprintf("web: route %s %s is public and can ask for no permission", method, path))
	case r.Audience != Public && permission == "" && !r.signedIn:
		panic(fmt.Sprintf("web: route %s %s names no permission; name one, or say SignedIn() or For(Public)", method, path))
	}
	return r
}

var variable = regexp.MustCompile(`\{([^}.$]+)(?:\.\.\.)?\}`)

func pathVariables(path string) []string {
	var names []string
	for _, m := range variable.FindAllStringSubmatch(path, -1) {
		names = append(names, m[1])
	}
	return names
}

// operationName makes "getCodesId" of GET /codes/{id}: stable as long as the route is.
func operationName(method, path string) string {
	var b strings.Builder
	b.WriteString(strings.ToLower(method))
	for _, word := range strings.FieldsFunc(path, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		first, size := utf8.DecodeRuneInString(word)
		b.WriteRune(unicode.ToUpper(first))
		b.WriteString(word[size:])
	}
	return b.String()
}
