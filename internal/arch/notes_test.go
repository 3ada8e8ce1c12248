package arch

import (
	"fmt"
	"go/ast"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

// writers are the makers of routes that change something, and where their function stands
// among the arguments. Raw routes name their method first.
var writers = map[string]int{"Post": 3, "Put": 3, "Patch": 3, "Delete": 3, "Raw": 4}

// noteless are operations that change something and need not note what, each for a reason.
var noteless = map[string]string{
	"internal/feature/setup.Check": "it looks and keeps what it saw; nothing is changed by it",
	"internal/feature/tag.Size":    "it counts a selection, which is too long for an address",
}

// notes finds operations that change something without telling the audit log what: their
// entry could not say what was before and what after, and would not be written in the
// transaction of the act. It follows calls inside a package by their names.
func notes(tree fs.FS) ([]string, error) { return notesBut(tree, noteless) }

func notesBut(tree fs.FS, excepted map[string]string) ([]string, error) {
	parsed, err := goFiles(tree)
	if err != nil {
		return nil, err
	}
	calls := map[string]map[string][]string{} // package → function → what it calls
	for _, file := range parsed {
		if file.Test {
			continue
		}
		if calls[file.Dir] == nil {
			calls[file.Dir] = map[string][]string{}
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				name := f.Name.Name
				calls[file.Dir][name] = append(calls[file.Dir][name], called(f)...)
			}
		}
	}
	var findings []string
	for _, file := range parsed {
		if file.Test || !strings.HasPrefix(file.Dir, "internal/") || strings.HasPrefix(file.Dir, "internal/platform/") {
			continue
		}
		ast.Inspect(file.File, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok {
				return true
			}
			function := boundBy(call)
			if function == "" || excepted[file.Dir+"."+function] != "" {
				return true
			}
			if !reaches(calls[file.Dir], function, "web.Note", map[string]bool{}) {
				findings = append(findings, fmt.Sprintf("%s: %s changes something and notes nothing: call web.Note in its transaction, with before and after", file.Place(call), function))
			}
			return true
		})
	}
	return findings, nil
}

// boundBy is the name of the function that a writing route binds, "" for other calls.
func boundBy(call *ast.CallExpr) string {
	maker := calledName(call.Fun)
	name, ofWeb := strings.CutPrefix(maker, "web.")
	at, known := writers[name]
	if !ofWeb || !known || len(call.Args) <= at {
		return ""
	}
	if name == "Raw" {
		method := calledName(call.Args[0])
		if !slices.Contains([]string{"http.MethodPost", "http.MethodPut", "http.MethodPatch", "http.MethodDelete"}, method) {
			return ""
		}
	}
	bound := calledName(call.Args[at])
	return bound[strings.LastIndex(bound, ".")+1:]
}

// called are the names of what a function calls or hands on, "Note" also as "web.Note".
func called(f *ast.FuncDecl) []string {
	var names []string
	ast.Inspect(f, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.SelectorExpr:
			names = append(names, n.Sel.Name, calledName(n))
		case *ast.Ident:
			names = append(names, n.Name)
		}
		return true
	})
	return names
}

// calledName is "x" or "pkg.x" as written.
func calledName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		if of, ok := e.X.(*ast.Ident); ok {
			return of.Name + "." + e.Sel.Name
		}
		return e.Sel.Name
	default:
		return ""
	}
}

func reaches(calls map[string][]string, from, wanted string, seen map[string]bool) bool {
	if seen[from] {
		return false
	}
	seen[from] = true
	return slices.ContainsFunc(calls[from], func(next string) bool {
		return next == wanted || calls[next] != nil && reaches(calls, next, wanted, seen)
	})
}

func TestWritesAreNoted(t *testing.T) {
	holds(t, notes)

	const routes = `package p
func routes(s *service) { _ = []web.Route{
	web.Get("/a", "p.read", "看", s.Read),
	web.Post("/a", "p.write", "写", s.Create),
	web.Put("/a", "p.write", "改", s.Update, web.Dangerous()),
	web.Raw(http.MethodGet, "/b", "p.read", "导出", s.export),
	web.Raw(http.MethodPost, "/b", "p.write", "上传", s.upload),
} }
func (s *service) Read() {}
func (s *service) export() {}
`
	catches(t, notes, map[string]string{
		"internal/feature/p/a.go": routes,
		"internal/feature/p/b.go": "package p\nfunc (s *service) Create() { s.write() }\nfunc (s *service) Update() { s.write() }\nfunc (s *service) upload() { web.Note() }\nfunc (s *service) write() { s.db.Tx(func() { web.Note() }) }\n",
		"internal/feature/q/a.go": strings.Replace(routes, "package p", "package q", 1),
		"internal/feature/q/b.go": "package q\nfunc (s *service) Create() { s.write() }\nfunc (s *service) Update() { s.Update(); web.Note() }\nfunc (s *service) upload() { Note() }\nfunc (s *service) write() { s.Create() }\n",
	}, "internal/feature/q/a.go:4: Create changes something and notes nothing", "internal/feature/q/a.go:7: upload changes something")
}

// TestNotelessIsNeeded: an exception that no longer is one is taken from the list.
func TestNotelessIsNeeded(t *testing.T) {
	findings, err := notesBut(repository(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for excepted := range noteless {
		dot := strings.LastIndex(excepted, ".")
		if !slices.ContainsFunc(findings, func(f string) bool {
			return strings.HasPrefix(f, excepted[:dot]+"/") && strings.Contains(f, ": "+excepted[dot+1:]+" changes something")
		}) {
			t.Errorf("%s notes what it does, or is gone: it needs no exception", excepted)
		}
	}
}
