package arch

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// emptyNames say what kind of thing a package holds, never what it is about; what has no
// better name has no place of its own.
var emptyNames = []string{
	"base", "common", "constants", "controllers", "core", "entities", "helper", "helpers", "interfaces", "lib", "manager", "misc",
	"model", "models", "pkg", "service", "services", "shared", "types", "util", "utils",
}

// specificationLines is how long the package comment of a feature is at least: what it is
// for, its states, what it hears, says and asks.
const specificationLines = 6

// packageDocs checks that every package says what it is, that a feature's package comment
// can serve as its specification, and that names are nouns of the product.
func packageDocs(tree fs.FS) ([]string, error) {
	parsed, err := goFiles(tree)
	if err != nil {
		return nil, err
	}
	comments := map[string]string{}
	names := map[string]string{}
	for _, file := range parsed {
		if file.External() {
			continue
		}
		comments[file.Dir] += file.Doc.Text()
		names[file.Dir] = file.File.Name.Name
	}
	var findings []string
	for _, dir := range slices.Sorted(maps.Keys(comments)) {
		name, comment := names[dir], comments[dir]
		opening := "Package " + name + " "
		if name == "main" {
			opening = "Command " + path.Base(dir) + " "
		}
		switch {
		case strings.TrimSpace(comment) == "":
			findings = append(findings, fmt.Sprintf("%s has no package comment: say in one file what it is for", dir))
		case !strings.HasPrefix(comment, opening):
			findings = append(findings, fmt.Sprintf("%s: the package comment must be one, and begin with %q", dir, opening))
		case under(dir, "internal/feature/*") && strings.Count(strings.TrimSpace(comment), "\n")+1 < specificationLines:
			findings = append(findings, fmt.Sprintf(
				"%s: the package comment of a feature is its specification (what it is for, its states, what it hears, says and asks): at least %d lines",
				dir, specificationLines))
		}
		if slices.Contains(emptyNames, path.Base(dir)) || slices.Contains(emptyNames, name) {
			findings = append(findings, fmt.Sprintf("%s: the name says what kind of thing it holds, not what it is about", dir))
		}
	}
	return findings, nil
}

func TestPackageDocs(t *testing.T) {
	holds(t, packageDocs)

	catches(t, packageDocs, map[string]string{
		"a/a.go":      "package a\n",
		"b/b.go":      "// Bee is not how it begins.\npackage b\n",
		"c/c.go":      "// Package c is told twice.\npackage c\n",
		"c/d.go":      "// And again.\npackage c\n",
		"cmd/q/q.go":  "// Command q begins well.\npackage main\n",
		"d/d_test.go": "package d_test\n",
		"e/utils/u.go": "// Package utils has a comment.\n" +
			"package utils\n",
		"internal/feature/churn/churn.go":      "// Package churn is short.\npackage churn\n",
		"internal/feature/stage/feature.go":    "// Package stage is\n// long\n// enough\n// to be\n// a\n// specification.\npackage stage\n",
		"internal/feature/stage/testdata/x.go": "package x\n",
	},
		"a has no package comment",
		"b: the package comment must be one",
		"e/utils: the name says",
		"internal/feature/churn: the package comment of a feature",
	)
}
