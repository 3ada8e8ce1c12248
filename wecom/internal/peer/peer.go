// Package peer finds the platform's own JavaScript libraries among the front end's
// modules: implementations by other hands, against which tests check ours.
package peer

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Folder is where a package such as @wecom/crypto is installed; web is the front end's
// folder seen from the test's. Without the package or without node the test says that it
// skipped; with QUEQIAO_REQUIRE_NODE=1 it fails.
func Folder(t testing.TB, web, name string) string {
	t.Helper()
	folder, err := filepath.Abs(filepath.Join(web, "node_modules", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	_, missing := os.Stat(filepath.Join(folder, "package.json"))
	if _, err := exec.LookPath("node"); err != nil {
		missing = errors.Join(missing, err)
	}
	switch {
	case missing == nil:
	case os.Getenv("QUEQIAO_REQUIRE_NODE") == "1":
		t.Fatalf("QUEQIAO_REQUIRE_NODE is set, but: %v", missing)
	default:
		t.Skipf("skipped: the independent check needs node and %s (npm ci in web): %v", name, missing)
	}
	return folder
}
