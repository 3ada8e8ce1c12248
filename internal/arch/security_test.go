package arch

import (
	"fmt"
	"go/ast"
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

const securityPage = "SECURITY.md"

// proofName is what the threat model names as the proof of a promise: a test of Go, or a
// journey's file.
var proofName = regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w*|e2e/journeys/[\\w.-]+)`")

// proofs checks that every test that SECURITY.md names exists, and that every promise has
// one. A row that says what somebody *can* do promises nothing.
func proofs(tree fs.FS) ([]string, error) {
	page, err := fs.ReadFile(tree, securityPage)
	if err != nil {
		return nil, err
	}
	parsed, err := goFiles(tree)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, file := range parsed {
		for _, function := range functionNames(file) {
			known[function] = file.Test || known[function]
		}
	}
	var findings []string
	for n, line := range strings.Split(string(page), "\n") {
		named := proofName.FindAllStringSubmatch(line, -1)
		for _, m := range named {
			_, missing := fs.Stat(tree, m[1])
			if !known[m[1]] && missing != nil {
				findings = append(findings, fmt.Sprintf("%s:%d: there is no %s", securityPage, n+1, m[1]))
			}
		}
		cells := strings.Split(line, "|")
		promise := len(cells) == 4 && !strings.HasPrefix(line, "|---") && strings.TrimSpace(cells[2]) != "shown by"
		if promise && len(named) == 0 && !strings.HasPrefix(strings.TrimSpace(cells[1]), "*can*") {
			findings = append(findings, fmt.Sprintf("%s:%d: a promise that no test shows: %s", securityPage, n+1, strings.TrimSpace(cells[1])))
		}
	}
	return findings, nil
}

func TestProofs(t *testing.T) {
	holds(t, proofs)

	catches(t, proofs, map[string]string{
		securityPage:              "| he | shown by |\n|---|---|\n| reads nothing | `TestDoor`, `TestGone` |\n| promises | |\n| *can* wait | |\n| sees | `e2e/journeys/a.test.mjs`, `e2e/journeys/b.test.mjs` |\n| fuzzes | `FuzzIt` |\n",
		"door_test.go":            "package x\nfunc TestDoor() {}\n",
		"door.go":                 "package x\nfunc FuzzIt() {}\n",
		"e2e/journeys/a.test.mjs": "",
	},
		"SECURITY.md:3: there is no TestGone", "SECURITY.md:4: a promise that no test shows: promises",
		"SECURITY.md:6: there is no e2e/journeys/b.test.mjs", "SECURITY.md:7: there is no FuzzIt",
	)
}

// functionNames are the functions that a file declares, methods left out.
func functionNames(file goFile) []string {
	var names []string
	for _, declaration := range file.Decls {
		if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil {
			names = append(names, f.Name.Name)
		}
	}
	return names
}
