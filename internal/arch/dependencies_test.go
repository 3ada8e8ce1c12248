package arch

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	dependencyPage = "docs/dependencies.md"
	// mostModules is the budget of Go modules that our code imports directly.
	mostModules = 30
)

var (
	required = regexp.MustCompile(`(?m)^(?:require\s+|\t)([\w./~-]+\.[\w./~-]+) v\S+`)
	// tableCell is the first cell of a row; several names share one, parted by commas.
	tableCell = regexp.MustCompile(`(?m)^\| ([^|]+) \|`)
)

// dependencies compares what is imported with the page that gives the reasons.
func dependencies(tree fs.FS) ([]string, error) {
	page, err := fs.ReadFile(tree, dependencyPage)
	if err != nil {
		return nil, err
	}
	explained := map[string]bool{}
	for _, cell := range tableCell.FindAllStringSubmatch(string(page), -1) {
		for name := range strings.SplitSeq(cell[1], ",") {
			explained[strings.TrimSpace(name)] = true
		}
	}
	goModules, err := importedModules(tree)
	if err != nil {
		return nil, err
	}
	packages, err := namedPackages(tree)
	if err != nil {
		return nil, err
	}
	used := map[string]bool{}
	var findings []string
	for _, name := range slices.Concat(sorted(goModules), sorted(packages)) {
		// A page row may stand for a family: koanf for its parsers and providers.
		row := name
		for !explained[row] && strings.Contains(row, "/") {
			row = row[:strings.LastIndex(row, "/")]
		}
		if !explained[row] {
			findings = append(findings, fmt.Sprintf("%s has no row in %s: what does it save us?", name, dependencyPage))
			continue
		}
		used[row] = true
	}
	for _, name := range slices.Sorted(maps.Keys(explained)) {
		outside := strings.Contains(name, ".") && strings.Contains(name, "/") || packages[name]
		if outside && !used[name] {
			findings = append(findings, fmt.Sprintf("%s explains %s, which nothing imports", dependencyPage, name))
		}
	}
	families := map[string]bool{}
	for row := range used {
		if !packages[row] {
			families[row] = true
		}
	}
	if len(families) > mostModules {
		findings = append(findings, fmt.Sprintf("%d Go modules are imported directly, the budget is %d", len(families), mostModules))
	}
	return findings, nil
}

// importedModules are the modules of go.mod that our Go code imports from.
func importedModules(tree fs.FS) (map[string]bool, error) {
	text, err := fs.ReadFile(tree, "go.mod")
	if err != nil {
		return nil, err
	}
	var known []string
	for _, m := range required.FindAllStringSubmatch(string(text), -1) {
		known = append(known, m[1])
	}
	// The longest first: a module may lie inside another's path.
	slices.SortFunc(known, func(a, b string) int { return len(b) - len(a) })
	parsed, err := goFiles(tree)
	if err != nil {
		return nil, err
	}
	imported := map[string]bool{}
	for _, file := range parsed {
		for _, spec := range file.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return nil, err
			}
			i := slices.IndexFunc(known, func(m string) bool { return path == m || strings.HasPrefix(path, m+"/") })
			if i >= 0 {
				imported[known[i]] = true
			}
		}
	}
	return imported, nil
}

// namedPackages are the packages that web/package.json names.
func namedPackages(tree fs.FS) (map[string]bool, error) {
	text, err := fs.ReadFile(tree, "web/package.json")
	if err != nil {
		return nil, err
	}
	var manifest struct {
		Dependencies    map[string]string `json:"dependencies"`
		DevDependencies map[string]string `json:"devDependencies"`
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return nil, err
	}
	all := map[string]bool{}
	for name := range manifest.Dependencies {
		all[name] = true
	}
	for name := range manifest.DevDependencies {
		all[name] = true
	}
	return all, nil
}

func TestDependencies(t *testing.T) {
	holds(t, dependencies)

	catches(t, dependencies, map[string]string{
		"go.mod":           "module x\nrequire (\n\texample.com/used v1.0.0 // indirect\n\texample.com/family/part/v2 v2.0.0\n\texample.com/bare v1.0.0\n\texample.com/deep v1.0.0 // indirect\n)\n",
		"a.go":             "package a\nimport _ \"example.com/used/inner\"\nimport _ \"example.com/family/part/v2\"\nimport _ \"example.com/bare\"\nimport _ \"fmt\"\n",
		"web/package.json": `{"dependencies": {"known": "1"}, "devDependencies": {"unknown": "1"}}`,
		dependencyPage:     "| module | licence | why |\n|---|---|---|\n| example.com/used | MIT | x |\n| example.com/family | MIT | x |\n| example.com/old | MIT | x |\n| known, also | MIT | x |\n",
	},
		"example.com/bare has no row", "unknown has no row", "explains example.com/old, which nothing imports",
	)
}
