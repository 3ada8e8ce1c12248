package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	sdkDir       = "wecom"
	simulatorDir = "wecom/wecomsim"
	ledgerPage   = "wecom/operations.md"
	apiRoot      = "/cgi-bin/"
)

// operation is what the source says about one operation of WeCom's API.
type operation struct {
	typed, simulated, used bool
}

// operations reads the operations off the source: typed where a function of the SDK
// names the path, simulated where the simulator does, used where code of the product
// calls a function of that name.
func operations(tree fs.FS) (map[string]*operation, error) {
	parsed, err := goFiles(tree)
	if err != nil {
		return nil, err
	}
	all := map[string]*operation{}
	at := func(path string) *operation {
		name := strings.TrimPrefix(path, apiRoot)
		if all[name] == nil {
			all[name] = &operation{}
		}
		return all[name]
	}
	callers := map[string][]string{} // function of the SDK → the paths it names
	called := map[string]bool{}      // names that the product calls
	for _, file := range parsed {
		switch {
		case file.Test:
		case file.Dir == simulatorDir:
			for _, path := range paths(file.File) {
				at(path).simulated = true
			}
		case file.Dir == sdkDir:
			for _, declaration := range file.Decls {
				function, ok := declaration.(*ast.FuncDecl)
				if !ok {
					continue
				}
				for _, path := range paths(function) {
					at(path).typed = true
					callers[function.Name.Name] = append(callers[function.Name.Name], path)
				}
			}
		case strings.HasPrefix(file.Dir, "internal/"), strings.HasPrefix(file.Dir, "cmd/"):
			ast.Inspect(file.File, func(node ast.Node) bool {
				if selector, ok := node.(*ast.SelectorExpr); ok {
					called[selector.Sel.Name] = true
				}
				return true
			})
		}
	}
	for function, named := range callers {
		for _, path := range named {
			// What no exported function names (the token) is called by all the others.
			at(path).used = at(path).used || called[function] || !ast.IsExported(function)
		}
	}
	return all, nil
}

// paths are the API paths among the string literals below a node.
func paths(below ast.Node) []string {
	var found []string
	ast.Inspect(below, func(node ast.Node) bool {
		if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if text, err := strconv.Unquote(literal.Value); err == nil && strings.HasPrefix(text, apiRoot) && len(text) > len(apiRoot) {
				found = append(found, text)
			}
		}
		return true
	})
	return found
}

// ledger compares wecom/operations.md with the source, and checks that what the product
// uses can be played: an operation without a simulation is code that no test has run.
func ledger(tree fs.FS) ([]string, error) {
	all, err := operations(tree)
	if err != nil {
		return nil, err
	}
	page, err := fs.ReadFile(tree, ledgerPage)
	if err != nil {
		return nil, err
	}
	var findings []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if all[name].used && !all[name].simulated {
			findings = append(findings, fmt.Sprintf("%s is used and not simulated: no test can have run it", name))
		}
	}
	listed := map[string]bool{}
	var columns map[string]int
	for i, line := range strings.Split(string(page), "\n") {
		cells, isRow := tableRow(line)
		if !isRow {
			columns = nil
			continue
		}
		if columns == nil {
			columns = headings(cells)
			continue
		}
		name := strings.TrimPrefix(strings.Trim(cells[0], "` "), apiRoot)
		place := fmt.Sprintf("%s:%d: %s", ledgerPage, i+1, name)
		_, hasTyped := columns["typed"]
		_, hasSimulated := columns["simulated"]
		if strings.HasPrefix(name, "-") || !hasTyped || !hasSimulated {
			continue // the rule below the heading, or another table
		}
		listed[name] = true
		is := all[name]
		if is == nil {
			is = &operation{}
		}
		for column, holds := range map[string]bool{"typed": is.typed, "simulated": is.simulated} {
			if says := affirmed(cells, columns[column]); says != holds {
				findings = append(findings, fmt.Sprintf("%s: the ledger says %s=%t, the source %t", place, column, says, holds))
			}
		}
		if column, ok := columns["used"]; ok && affirmed(cells, column) && !is.used {
			findings = append(findings, place+": the ledger names a user, the source has none")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !listed[name] {
			findings = append(findings, fmt.Sprintf("%s has no row in %s", name, ledgerPage))
		}
	}
	return findings, nil
}

// tableRow splits a line of a Markdown table into its cells.
func tableRow(line string) ([]string, bool) {
	line = strings.TrimSpace(line)
	if !strings.HasPrefix(line, "|") {
		return nil, false
	}
	cells := strings.Split(strings.Trim(line, "|"), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells, true
}

// headings maps the first word of each heading, in lower case and without a question
// mark, to its column.
func headings(cells []string) map[string]int {
	columns := map[string]int{}
	for i, cell := range cells {
		if words := strings.Fields(strings.ToLower(cell)); len(words) > 0 {
			columns[strings.Trim(words[0], "?")] = i
		}
	}
	return columns
}

// affirmed tells whether a cell says yes, be it by a mark or by a name.
func affirmed(cells []string, column int) bool {
	return column < len(cells) && !slices.Contains([]string{"", "-", "–", "—", "no"}, cells[column])
}

func TestLedger(t *testing.T) {
	holds(t, ledger)

	tree := map[string]string{
		"wecom/tag.go": "package wecom\n" +
			"func (c *Client) AddTag() { post(\"/cgi-bin/tag/add\") }\n" +
			"func (c *Client) DelTag() { post(\"/cgi-bin/tag/del\") }\n" +
			"func (c *Client) token() { get(\"/cgi-bin/gettoken\") }\n",
		"wecom/wecomsim/api_tag.go": "package wecomsim\nvar routes = []string{\"/cgi-bin/tag/add\", \"/cgi-bin/gettoken\"}\n",
		"internal/mirror/tag.go":    "package mirror\nfunc f() { client.AddTag() }\n",
		ledgerPage: "# Operations\n\n| Operation | Doc | Typed? | Simulated? | Used by |\n|---|---|---|---|---|\n" +
			"| `gettoken` | 91039 | yes | yes | all |\n| `tag/add` | 1 | yes | yes | mirror |\n| `tag/del` | 1 | yes | – | – |\n",
	}
	catches(t, ledger, tree)

	t.Run("used and not simulated", func(t *testing.T) {
		broken := maps.Clone(tree)
		broken["internal/mirror/tag.go"] = "package mirror\nfunc f() { client.DelTag() }\n"
		catches(t, ledger, broken, "tag/del is used and not simulated", "tag/add: the ledger names a user, the source has none")
	})
	t.Run("a ledger that lies", func(t *testing.T) {
		broken := maps.Clone(tree)
		broken[ledgerPage] = strings.ReplaceAll(tree[ledgerPage], "| – | – |", "| yes | – |") + "| `tag/list` | 1 | yes | – | – |\n"
		broken["wecom/wecomsim/api_more.go"] = "package wecomsim\nvar more = \"/cgi-bin/tag/mark\"\n"
		catches(t, ledger, broken,
			"tag/del: the ledger says simulated=true, the source false",
			"tag/list: the ledger says typed=true, the source false",
			"tag/mark has no row",
		)
	})
}
