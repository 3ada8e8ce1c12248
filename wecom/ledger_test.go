package wecom_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/wecom/internal/ledger"
)

// TestLedger compares operations.md with the sources. With QUEQIAO_UPDATE=1 it writes
// the file.
func TestLedger(t *testing.T) {
	folder, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	operations, err := ledger.Read(folder)
	if err != nil {
		t.Fatal(err)
	}
	want := ledger.Markdown(operations)
	if os.Getenv("QUEQIAO_UPDATE") == "1" {
		if err := os.WriteFile("operations.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("operations.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("operations.md is out of date: run go generate ./wecom\n%s", differing(string(got), want))
	}
}

// TestEveryOperationIsTested holds the table of the tests against the ledger, so that no
// operation is left out of either.
func TestEveryOperationIsTested(t *testing.T) {
	listed, err := ledger.Read(".")
	if err != nil {
		t.Fatal(err)
	}
	tested := map[string]bool{}
	for _, o := range operations() {
		tested["/cgi-bin/"+o.path] = true
	}
	for _, o := range listed {
		if !tested[o.Path] {
			t.Errorf("%s (%s) has no test and no sample", o.Path, o.Method)
		}
		delete(tested, o.Path)
	}
	for path := range tested {
		t.Errorf("%s is tested but not in the code", path)
	}
}

// differing shows the lines of one text that the other lacks.
func differing(got, want string) string {
	var b strings.Builder
	for _, pair := range [][3]string{{"- ", got, want}, {"+ ", want, got}} {
		for line := range strings.Lines(pair[1]) {
			if !strings.Contains(pair[2], line) {
				b.WriteString(pair[0] + line)
			}
		}
	}
	return b.String()
}
