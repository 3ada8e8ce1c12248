package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"path"
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// routeKey is where an operation carries its RouteInfo to the adapter.
const routeKey = "route"

// adapter hands Huma's operations to the server's mux, each behind the guard.
type adapter struct{ s *Server }

// Handle registers one operation.
func (a adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	info, ok := op.Metadata[routeKey].(RouteInfo)
	if !ok {
		panic("web: operation " + op.OperationID + " was not made by Mount")
	}
	a.s.handle(info, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler(humago.NewContext(op, r, w))
	}))
}

// ServeHTTP lets Huma's own tools call the server.
func (a adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.s.Handler().ServeHTTP(w, r) }

func unwrap(ctx huma.Context) (*http.Request, http.ResponseWriter) { return humago.Unwrap(ctx) }

func newAPI(s *Server, title, version string) huma.API {
	if title == "" {
		title = "Queqiao"
	}
	if version == "" {
		version = "dev"
	}
	config := huma.DefaultConfig(title, version)
	// The default hooks put a "$schema" field into every body.
	config.CreateHooks = nil
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.RejectUnknownQueryParameters = true
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	registry.RegisterTypeAlias(reflect.TypeFor[id.ID](), reflect.TypeFor[idText]())
	config.Components.Schemas = registry
	config.Transformers = []huma.Transformer{newTranslator().transform}
	return huma.NewAPI(config, adapter{s})
}

// idText is what an id.ID is on the wire.
type idText string

// Schema describes a written id: 13 characters, or "" for none.
func (idText) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{
		Type: huma.TypeString, Pattern: "^([0-7][0-9a-hjkmnp-tv-z]{12})?$",
		PatternDescription: "id", Description: "id, 13 characters that sort by time",
	}
	s.PrecomputeMessages()
	return s
}

// operationOf makes Huma's description of a route.
func operationOf(info RouteInfo, r Route) huma.Operation {
	op := huma.Operation{
		OperationID: info.Operation, Method: r.Method, Path: info.Path, Summary: r.Summary,
		Tags: append([]string{info.Slug}, r.Tags...), DefaultStatus: r.SuccessStatus,
		// Huma counts a body of exactly the limit as too large; ours is the last that fits.
		MaxBodyBytes:    r.BodyLimit + 1,
		BodyReadTimeout: bodyTimeout(r.BodyLimit),
		Responses:       map[string]*huma.Response{},
		Metadata:        map[string]any{routeKey: info},
		Extensions:      map[string]any{"x-audience": string(r.Audience)},
	}
	if r.Permission != "" {
		op.Extensions["x-permission"] = r.Permission
	}
	if r.Destructive {
		op.Extensions["x-dangerous"] = true
	}
	op.Responses["default"] = &huma.Response{
		Description: "Problem (RFC 9457)",
		Content: map[string]*huma.MediaType{
			problemType: {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}},
		},
	}
	return op
}

// bodyTimeout gives a slow but honest client time: half a minute, and a second more for
// every 64 kB that the route takes.
func bodyTimeout(limit int64) time.Duration {
	return 30*time.Second + time.Duration(limit/(64<<10))*time.Second
}

// OpenAPI writes the API document (OpenAPI 3.1, JSON): the same bytes for the same
// routes. The browser's client is generated from it.
func (s *Server) OpenAPI() ([]byte, error) {
	doc := s.api.OpenAPI()
	doc.Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	tidySchemas(doc)
	raw, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	// Through a map once more: keys come out sorted, whatever order the structs had.
	var tree any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&tree); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(tree); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// tidySchemas takes out what Huma adds and we do not mean: lists that may be null (ours
// never are, see filler) and its own error model.
func tidySchemas(doc *huma.OpenAPI) {
	schemas := doc.Components.Schemas.Map()
	delete(schemas, schemaName(reflect.TypeFor[huma.ErrorModel](), ""))
	delete(schemas, schemaName(reflect.TypeFor[huma.ErrorDetail](), ""))
	seen := map[*huma.Schema]bool{}
	for _, s := range schemas {
		tidySchema(s, seen)
	}
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op == nil {
				continue
			}
			for _, p := range op.Parameters {
				tidySchema(p.Schema, seen)
			}
			if op.RequestBody != nil {
				for _, m := range op.RequestBody.Content {
					tidySchema(m.Schema, seen)
				}
			}
			for _, r := range op.Responses {
				for _, m := range r.Content {
					tidySchema(m.Schema, seen)
				}
			}
		}
	}
}

func tidySchema(s *huma.Schema, seen map[*huma.Schema]bool) {
	if s == nil || seen[s] {
		return
	}
	seen[s] = true
	if s.Type == huma.TypeArray {
		s.Nullable = false
	}
	tidySchema(s.Items, seen)
	for _, p := range s.Properties {
		tidySchema(p, seen)
	}
	if more, ok := s.AdditionalProperties.(*huma.Schema); ok {
		tidySchema(more, seen)
	}
	for _, group := range [][]*huma.Schema{s.OneOf, s.AnyOf, s.AllOf} {
		for _, p := range group {
			tidySchema(p, seen)
		}
	}
}

// schemaName names a type in the API document by package and type, "ChannelcodeCode":
// two features may both have a Code. Types of this package stay bare ("PageMirrorFollow").
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := t.Name()
	if name == "" {
		return title(hint)
	}
	var b strings.Builder
	if !strings.HasSuffix(t.PkgPath(), "/platform/web") && t.PkgPath() != "" {
		b.WriteString(title(path.Base(t.PkgPath())))
	}
	base, args, generic := strings.Cut(name, "[")
	b.WriteString(title(base))
	if generic {
		for arg := range strings.SplitSeq(strings.TrimSuffix(args, "]"), ",") {
			if strings.HasPrefix(arg, "[]") {
				b.WriteString("List")
			}
			// "github.com/…/mirror.Follow" → "MirrorFollow"
			b.WriteString(title(path.Base(strings.TrimLeft(arg, "[]*"))))
		}
	}
	return b.String()
}

// title joins the words of a name, each with a capital.
func title(s string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		first, size := utf8.DecodeRuneInString(word)
		b.WriteRune(unicode.ToUpper(first))
		b.WriteString(word[size:])
	}
	return b.String()
}
