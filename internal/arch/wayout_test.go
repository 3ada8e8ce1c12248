package arch

import (
	"fmt"
	"go/ast"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// opensConnections are the functions and types of the standard library that reach another
// machine, or make something that does.
var opensConnections = map[string][]string{
	"net/http": {"DefaultClient", "DefaultTransport", "Get", "Head", "Post", "PostForm", "Transport"},
	"net": {
		"Dial", "DialTimeout", "DialTCP", "DialUDP", "DialIP", "DialUnix", "Dialer", "Resolver", "DefaultResolver",
		"LookupHost", "LookupIP", "LookupAddr", "LookupCNAME", "LookupMX", "LookupNS", "LookupPort", "LookupSRV", "LookupTXT",
		"ResolveIPAddr", "ResolveTCPAddr", "ResolveUDPAddr",
	},
	"crypto/tls": {"Dial", "DialWithDialer", "Dialer"},
	"syscall":    {"Connect", "Socket"},
}

// callsByItself are packages and modules that reach other machines by their own means,
// with the folders that may use them: each hands them the one way out, or asks its gate.
var callsByItself = map[string][]string{
	"net/smtp":                        {},
	"net/rpc":                         {},
	"golang.org/x/net":                {},
	"golang.org/x/sys":                {},
	"github.com/jackc/pgx/v5":         {"internal/platform/db/..."},
	"github.com/minio/minio-go/v7":    {"internal/platform/blob"},
	"github.com/caddyserver":          {"internal/platform/certificate"},
	"github.com/coder/websocket":      {},
	"github.com/gorilla/websocket":    {},
	"github.com/hashicorp":            {},
	"google.golang.org/grpc":          {},
	"go.opentelemetry.io/otel/export": {},
}

// waysOut are the folders that may open connections.
var waysOut = []string{
	"internal/platform/outgoing", // the way out
	"internal/apptest/...",       // tests
	"wecom/wecomsim/...",         // plays WeCom, which calls us
	"bench/...",                  // a client of the product
}

// wayOut finds code that reaches other machines by any way but the one out: what it calls
// would be on no list and in no book.
func wayOut(tree fs.FS) ([]string, error) {
	parsed, err := goFiles(tree)
	if err != nil {
		return nil, err
	}
	var findings []string
	for _, file := range parsed {
		if file.Test || underAny(file.Dir, waysOut) {
			continue
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return nil, err
			}
			for prefix, may := range callsByItself {
				if (imported == prefix || strings.HasPrefix(imported, prefix+"/")) && !underAny(file.Dir, may) {
					findings = append(findings, fmt.Sprintf("%s: %s calls by itself: use the way out (internal/platform/outgoing)", file.Place(spec), imported))
				}
			}
		}
		names := map[string][]string{}
		for pkg, forbidden := range opensConnections {
			if local := importedAs(file, pkg); local != "" {
				names[path.Base(local)] = forbidden
			}
		}
		http := path.Base(importedAs(file, "net/http"))
		ast.Inspect(file.File, func(node ast.Node) bool {
			if literal, ok := node.(*ast.CompositeLit); ok && bareClient(literal, http) {
				findings = append(findings, file.Place(literal)+": an http.Client without a Transport calls whomever it likes: give it outgoing's")
			}
			selector, ok := node.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := selector.X.(*ast.Ident)
			if !ok || !slices.Contains(names[pkg.Name], selector.Sel.Name) || theSDK(file, selector.Sel.Name) {
				return true
			}
			findings = append(findings, fmt.Sprintf("%s: %s.%s opens a connection: use the way out (internal/platform/outgoing)", file.Place(selector), pkg.Name, selector.Sel.Name))
			return true
		})
	}
	slices.Sort(findings)
	return findings, nil
}

// bareClient finds http.Client{…} without a Transport.
func bareClient(literal *ast.CompositeLit, http string) bool {
	typ, ok := literal.Type.(*ast.SelectorExpr)
	if !ok || typ.Sel.Name != "Client" {
		return false
	}
	if pkg, ok := typ.X.(*ast.Ident); !ok || pkg.Name != http {
		return false
	}
	return !slices.ContainsFunc(literal.Elts, func(e ast.Expr) bool {
		pair, ok := e.(*ast.KeyValueExpr)
		if !ok {
			return false
		}
		key, ok := pair.Key.(*ast.Ident)
		return ok && key.Name == "Transport"
	})
}

// theSDK is the client of WeCom, which others use without our way out and which has a
// default of its own; the product always gives it ours (internal/corp).
func theSDK(file goFile, name string) bool {
	return file.Name == "wecom/client.go" && (name == "DefaultTransport" || name == "Transport")
}

func TestWayOut(t *testing.T) {
	holds(t, wayOut)

	catches(t, wayOut, map[string]string{
		"internal/feature/x/a.go": `package x
import (
	web "net/http"
	"net"
	"crypto/tls"
	"net/smtp"
	"github.com/minio/minio-go/v7"
)
var a = web.DefaultClient
func f() { _, _ = web.Get("x"); _, _ = net.Dial("", ""); _ = web.Client{Timeout: 1}; _ = &web.Client{Transport: nil}; _ = tls.Dialer{} }
var b net.Dialer
var c = &web.Transport{}
type d struct{ net.Conn }
func g(net struct{ Conn int }) { _ = web.NewRequest }
`,
		"internal/feature/x/a_test.go":    "package x\nimport \"net/http\"\nvar a = http.DefaultClient\n",
		"internal/platform/blob/s3.go":    "package blob\nimport _ \"github.com/minio/minio-go/v7/pkg/credentials\"\n",
		"internal/platform/outgoing/o.go": "package outgoing\nimport \"net\"\nvar d net.Dialer\n",
		"wecom/client.go":                 "package wecom\nimport \"net/http\"\nvar d = http.DefaultTransport\nvar e = http.DefaultClient\n",
	},
		"a.go:10: an http.Client without a Transport",
		"a.go:10: net.Dial opens", "a.go:10: tls.Dialer opens", "a.go:10: web.Get opens",
		"a.go:11: net.Dialer opens", "a.go:12: web.Transport opens",
		"a.go:6: net/smtp calls by itself", "a.go:7: github.com/minio/minio-go/v7 calls by itself", "a.go:9: web.DefaultClient opens",
		"wecom/client.go:4: http.DefaultClient opens",
	)
}
