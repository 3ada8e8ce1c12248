// Package ledger writes operations.md: which operations of WeCom the client knows,
// whether the simulator plays them, and who in this module uses them. It reads the
// sources, so the list cannot say something else than the code.
package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// implicit is the one operation that needs no caller.
const implicit = "/cgi-bin/gettoken"

// Operation is one line of the ledger.
type Operation struct {
	Path      string // with /cgi-bin/
	HTTP      string // GET or POST
	Doc       int    // the number in developer.work.weixin.qq.com/document/path/<number>
	Method    string // of Client
	File      string // in which it is
	Simulated bool
	UsedBy    []string // packages of this module, by folder

	callers []string // methods of Client that call this one, such as iterators
}

// Read collects the operations of the package in the folder wecom, which lies in the
// root of the module.
func Read(wecom string) ([]Operation, error) {
	operations, err := operations(wecom)
	if err != nil {
		return nil, err
	}
	simulator, err := sources(filepath.Join(wecom, "wecomsim"))
	if err != nil {
		return nil, err
	}
	root := filepath.Dir(wecom)
	var users []source
	for _, folder := range []string{"internal", "cmd"} {
		found, err := sources(filepath.Join(root, folder))
		if err != nil {
			return nil, err
		}
		users = append(users, found...)
	}
	for i := range operations {
		o := &operations[i]
		o.Simulated = slices.ContainsFunc(simulator, func(s source) bool { return strings.Contains(s.text, `"`+o.Path+`"`) })
		calls := regexp.MustCompile(`\.(` + strings.Join(append(o.callers, o.Method), "|") + `)\(`)
		for _, s := range users {
			// Other types have methods of the same name; only who imports the client counts.
			if strings.Contains(s.text, `/wecom"`) && calls.MatchString(s.text) {
				folder, err := filepath.Rel(root, filepath.Dir(s.path))
				if err != nil {
					return nil, err
				}
				o.UsedBy = append(o.UsedBy, filepath.ToSlash(folder))
			}
		}
		if o.Path == implicit {
			o.UsedBy = []string{"every other operation"}
		}
		slices.Sort(o.UsedBy)
		o.UsedBy = slices.Compact(o.UsedBy)
	}
	return operations, nil
}

// Markdown writes the ledger.
func Markdown(operations []Operation) string {
	var b strings.Builder
	b.WriteString(`# Operations of WeCom known to this client

Written by the test TestLedger from the sources; run ` + "`go generate ./wecom`" + ` after a change.
"Used by" finds callers by name, in packages that import the client.

| Operation | Doc | Method | File | Simulated | Used by |
| --- | --- | --- | --- | --- | --- |
`)
	for _, o := range operations {
		simulated := "no"
		if o.Simulated {
			simulated = "yes"
		}
		fmt.Fprintf(&b, "| %s %s | [%d](https://developer.work.weixin.qq.com/document/path/%d) | %s | [%s](%s) | %s | %s |\n",
			o.HTTP, o.Path, o.Doc, o.Doc, o.Method, o.File, o.File, simulated, cmp.Or(strings.Join(o.UsedBy, ", "), "–"))
	}
	simulated := 0
	for _, o := range operations {
		if o.Simulated {
			simulated++
		}
	}
	fmt.Fprintf(&b, "\n%d operations, all typed; %d of them simulated.\n", len(operations), simulated)
	return b.String()
}

// operations finds the functions of the package that name a path.
func operations(folder string) ([]Operation, error) {
	functions, err := functions(folder)
	if err != nil {
		return nil, err
	}
	var found []Operation
	callers := map[string][]string{} // method → methods that call it
	for _, f := range functions {
		for _, o := range paths(f.FuncDecl) {
			if o.HTTP == "" {
				return nil, fmt.Errorf("%s: %s names %s without saying GET or POST", f.file, o.Method, o.Path)
			}
			if o.Doc == 0 {
				return nil, fmt.Errorf("%s: the comment of %s names no document, as in (doc 92228)", f.file, o.Method)
			}
			o.File = f.file
			found = append(found, o)
		}
		for _, called := range calledOnClient(f.FuncDecl) {
			callers[called] = append(callers[called], f.Name.Name)
		}
	}
	for i := range found {
		if err := found[i].attribute(callers); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(found, func(a, b Operation) int { return cmp.Compare(a.Path, b.Path) })
	return found, nil
}

// attribute names the method that people call, when the path stands in a function below it.
func (o *Operation) attribute(callers map[string][]string) error {
	for !ast.IsExported(o.Method) {
		above := callers[o.Method]
		if len(above) == 0 {
			return fmt.Errorf("%s is called by %s, which nothing exported calls", o.Path, o.Method)
		}
		o.Method = above[max(slices.IndexFunc(above, ast.IsExported), 0)]
	}
	o.callers = slices.DeleteFunc(slices.Clone(callers[o.Method]), func(name string) bool { return !ast.IsExported(name) })
	return nil
}

// function is one function with the file that it stands in.
type function struct {
	*ast.FuncDecl

	file string
}

// functions lists the functions of a package, without tests.
func functions(folder string) ([]function, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	var found []function
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, declaration := range file.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok && f.Body != nil {
				found = append(found, function{f, filepath.Base(path)})
			}
		}
	}
	return found, nil
}

// paths finds the operations that a function calls.
func paths(function *ast.FuncDecl) []Operation {
	document := regexp.MustCompile(`doc\s+(\d{5,6})`).FindStringSubmatch(function.Doc.Text())
	number := 0
	if document != nil {
		number, _ = strconv.Atoi(document[1])
	}
	var found []Operation
	add := func(verb string, e ast.Expr) {
		literal, ok := e.(*ast.BasicLit)
		if !ok {
			return
		}
		if path, err := strconv.Unquote(literal.Value); err == nil && strings.HasPrefix(path, "/cgi-bin/") && len(path) > len("/cgi-bin/") {
			found = append(found, Operation{Path: path, HTTP: verb, Doc: number, Method: function.Name.Name})
		}
	}
	ast.Inspect(function.Body, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.CallExpr:
			verb := map[string]string{"get": "GET", "download": "GET", "post": "POST", "upload": "POST"}[name(node.Fun)]
			for _, argument := range node.Args {
				add(verb, argument)
			}
		case *ast.CompositeLit:
			verb := ""
			for _, element := range node.Elts {
				if pair, ok := element.(*ast.KeyValueExpr); ok && name(pair.Key) == "method" {
					verb = strings.ToUpper(strings.TrimPrefix(name(pair.Value), "Method"))
				}
			}
			for _, element := range node.Elts {
				if pair, ok := element.(*ast.KeyValueExpr); ok {
					add(verb, pair.Value)
				}
			}
		}
		return true
	})
	return found
}

// calledOnClient names the methods that a method of Client calls on its receiver.
func calledOnClient(function *ast.FuncDecl) []string {
	var called []string
	if function.Recv == nil {
		return nil
	}
	ast.Inspect(function.Body, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok && name(selector.X) == "c" {
			called = append(called, selector.Sel.Name)
		}
		return true
	})
	return called
}

// name is the last word of an expression, without type arguments.
func name(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.IndexExpr:
		return name(e.X)
	default:
		return ""
	}
}

type source struct{ path, text string }

// sources reads the Go files below a folder, without tests. A folder that is not there
// has none: the client is of use without the rest of the module.
func sources(folder string) ([]source, error) {
	tree := os.DirFS(folder)
	var found []source
	err := fs.WalkDir(tree, ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case entry.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := fs.ReadFile(tree, path)
		found = append(found, source{filepath.Join(folder, filepath.FromSlash(path)), string(text)})
		return err
	})
	return found, err
}
