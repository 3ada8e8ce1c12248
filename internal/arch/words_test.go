package arch

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// banned are pieces of text that have no place in the repository. The patterns are put
// together from pieces so that this file does not contain what it looks for.
var banned = []struct {
	pattern *regexp.Regexp
	only    []string // file name endings; nil for every text file
	except  []string // files that may, each for a reason told there
	why     string
}{
	{
		regexp.MustCompile(`(?:^|[\s"'(=:\x60])/` + `(?:work|root|farm|tmp/[a-z])[/\w]`), nil, nil,
		"a path of somebody's machine: the repository must work anywhere",
	},
	{
		regexp.MustCompile(`\b(?:TO` + `DO|FIX` + `ME|XX` + `X)\b`), nil, nil,
		"a promise in the code is forgotten: do it, or write it where work is planned",
	},
	{
		regexp.MustCompile(`//\s*no` + `lint|eslint-` + `disable|@ts-` + `ignore|@ts-` + `expect-error`), nil, nil,
		"a silenced tool: mend the code, or change the rule for everybody with a remark",
	},
	{
		regexp.MustCompile(`\.Ski` + `p(?:f|Now)?\(`),
		[]string{".go"},
		[]string{"internal/platform/db/dbtest/", "wecom/internal/"},
		"a test that skips proves nothing: only the two shared helpers do, for a missing PostgreSQL and missing samples",
	},
	{
		regexp.MustCompile(`\b(?:it|test|describe)\.(?:only|skip|todo)\b`),
		[]string{".ts", ".tsx", ".mjs"},
		nil,
		"a test left out proves nothing",
	},
	{
		regexp.MustCompile(`^func init\(\)`),
		[]string{".go"},
		nil,
		"nothing happens by importing: two programs must run in one process",
	},
}

// texts are the kinds of files that people write.
var texts = []string{
	"", ".css", ".go", ".html", ".js", ".json", ".md", ".mjs", ".mod", ".sh", ".sql", ".story", ".svg", ".toml", ".ts", ".tsx", ".txt", ".xml", ".yml",
}

// words looks for banned text, line by line.
func words(tree fs.FS) ([]string, error) {
	var findings []string
	err := files(tree, func(name string) bool { return slices.Contains(texts, path.Ext(name)) }, func(name string) error {
		text, err := fs.ReadFile(tree, name)
		if err != nil || !utf8.Valid(text) {
			return err
		}
		for i, line := range strings.Split(string(text), "\n") {
			for _, b := range banned {
				if b.only != nil && !slices.Contains(b.only, path.Ext(name)) {
					continue
				}
				if slices.ContainsFunc(b.except, func(p string) bool { return strings.HasPrefix(name, p) }) {
					continue
				}
				if found := b.pattern.FindString(line); found != "" {
					findings = append(findings, fmt.Sprintf("%s:%d: %q: %s", name, i+1, strings.TrimSpace(found), b.why))
				}
			}
		}
		return nil
	})
	return findings, err
}

func TestWords(t *testing.T) {
	holds(t, words)

	catches(t, words, map[string]string{
		"Makefile":                            "run:\n\tcd /" + "work/main && make\n",
		"a.go":                                "package a // see https://example.com/" + "work/here\n// TO" + "DO: later\nvar x = 1 //no" + "lint:all\n",
		"a_test.go":                           "func TestA(t *testing.T) {\n\tt.Ski" + "p(\"later\")\n}\nfunc in" + "it() {}\n",
		"web/src/a.ts":                        "// @ts-" + "ignore because\nit.on" + "ly('x')\n",
		"web/dist/a.js":                       "// TO" + "DO in what others wrote\n",
		"docs/binary.txt":                     "\xff TO" + "DO",
		"internal/platform/db/dbtest/each.go": "\tt.Ski" + "pf(\"no PostgreSQL\")\n",
	},
		"Makefile:2: \"/wor", "a.go:2: \"TO", "a.go:3: \"//no",
		"a_test.go:2: \".Ski", "a_test.go:4: \"func in", "web/src/a.ts:1: \"@ts-", "web/src/a.ts:2: \"it.on",
	)
}
