package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// module is what the import paths of our own packages begin with.
const module = "github.com/queqiao-scrm/queqiao"

// A rule finds what is wrong in a source tree, one sentence for each finding that names
// the place, what is wrong there, and the reason of the rule.
type rule func(tree fs.FS) ([]string, error)

// repository is the source tree that these tests are part of.
func repository() fs.FS { return os.DirFS("../..") }

// holds fails for each finding of the rule in the repository.
func holds(t *testing.T, r rule) {
	t.Helper()
	findings, err := r(repository())
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range findings {
		t.Error(finding)
	}
}

// catches fails unless the rule's findings in an invented tree are as many as the wanted
// ones, in their order, each containing the wanted words. Without wanted ones it shows
// what the rule lets pass.
func catches(t *testing.T, r rule, tree map[string]string, want ...string) {
	t.Helper()
	files := fstest.MapFS{}
	for name, content := range tree {
		files[name] = &fstest.MapFile{Data: []byte(content)}
	}
	got, err := r(files)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("found %d breaches, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("breach %d is\n\t%s\nwant it to contain\n\t%s", i, got[i], want[i])
		}
	}
}

// notSource are the folders that hold no source of ours: built, fetched or left by a run.
var notSource = []string{".git", "bin", "data", "tmp", "screenshots", "web/dist", "web/node_modules", "e2e/results"}

// files walks the tree in lexical order and calls do for every source file that the
// filter accepts, with its slash path from the root.
func files(tree fs.FS, accept func(name string) bool, do func(name string) error) error {
	return fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			if slices.Contains(notSource, name) {
				return fs.SkipDir
			}
			return nil
		case entry.Type().IsRegular() && accept(name):
			return do(name)
		}
		return nil
	})
}

// goFile is one parsed Go file, whatever its build tags.
type goFile struct {
	*ast.File
	Name  string // slash path from the root
	Dir   string // its folder; "." for the root
	Test  bool   // its name ends in _test.go
	Lines *token.FileSet
}

// Place is file:line of a node.
func (f goFile) Place(node ast.Node) string {
	return f.Name + ":" + strconv.Itoa(f.Lines.Position(node.Pos()).Line)
}

// External tells whether the file is of the package's external test package.
func (f goFile) External() bool { return f.Test && strings.HasSuffix(f.File.Name.Name, "_test") }

func isGo(name string) bool {
	return strings.HasSuffix(name, ".go") && !strings.Contains("/"+name, "/testdata/")
}

// goFiles parses all Go files of the tree outside testdata.
func goFiles(tree fs.FS) ([]goFile, error) {
	var parsed []goFile
	err := files(tree, isGo, func(name string) error {
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		lines := token.NewFileSet()
		file, err := parser.ParseFile(lines, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		parsed = append(parsed, goFile{
			File: file, Name: name, Dir: path.Dir(name), Test: strings.HasSuffix(name, "_test.go"), Lines: lines,
		})
		return nil
	})
	return parsed, err
}

// under matches a package's folder with a pattern: "a/b" itself, "a/*" the folders right
// below a, "a/..." a and all below it, "..." everything.
func under(dir, pattern string) bool {
	if pattern == "..." {
		return true
	}
	if parent, ok := strings.CutSuffix(pattern, "/..."); ok {
		return dir == parent || strings.HasPrefix(dir, parent+"/")
	}
	ok, _ := path.Match(pattern, dir)
	return ok
}

// sorted is the members of a set in lexical order.
func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }

func underAny(dir string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return under(dir, p) })
}
