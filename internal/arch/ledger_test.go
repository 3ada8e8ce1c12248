package arch

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

// ledgerPage lists WeCom's operations: which are typed, which the simulator plays, which
// the product uses. A test of package wecom keeps it true to the sources.
const ledgerPage = "wecom/operations.md"

// ledger checks that what the product uses can be played: a call without a simulation is
// code that no test has run.
func ledger(tree fs.FS) ([]string, error) {
	page, err := fs.ReadFile(tree, ledgerPage)
	if err != nil {
		return nil, err
	}
	var findings []string
	var columns []string
	rows := 0
	for i, line := range strings.Split(string(page), "\n") {
		cells, isRow := tableRow(line)
		switch {
		case !isRow:
			columns = nil
		case columns == nil:
			columns = cells
		case !strings.HasPrefix(cells[0], "-"): // the rule below the heading
			rows++
			simulated, by := cell(columns, cells, "Simulated"), cell(columns, cells, "Used by")
			if simulated != "yes" && by != "–" {
				findings = append(findings, fmt.Sprintf("%s:%d: %s is used by %s and not simulated: no test can have run it",
					ledgerPage, i+1, cells[0], by))
			}
		}
	}
	if rows == 0 {
		findings = append(findings, ledgerPage+" lists no operation")
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

// cell is the cell in the column of that heading, "" when there is none.
func cell(columns, cells []string, heading string) string {
	if i := slices.Index(columns, heading); i >= 0 && i < len(cells) {
		return cells[i]
	}
	return ""
}

func TestLedger(t *testing.T) {
	holds(t, ledger)

	const head = "# Operations\n\n| Operation | Method | Simulated | Used by |\n| --- | --- | --- | --- |\n"
	catches(t, ledger, map[string]string{ledgerPage: head +
		"| GET /cgi-bin/a | A | yes | internal/mirror |\n" +
		"| GET /cgi-bin/b | B | no | – |\n"})
	catches(t, ledger, map[string]string{ledgerPage: head + "| GET /cgi-bin/c | C | no | internal/mirror |\n"},
		"operations.md:5: GET /cgi-bin/c is used by internal/mirror and not simulated")
	catches(t, ledger, map[string]string{ledgerPage: "| Operation | Method |\n| --- | --- |\n| GET /cgi-bin/d | D |\n"},
		"GET /cgi-bin/d is used by  and not simulated")
	catches(t, ledger, map[string]string{ledgerPage: head}, "lists no operation")
}
