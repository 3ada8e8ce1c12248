// Package samples finds the platform's own samples and notes, which are not ours to
// copy: tests read them where they are. The environment variable WECOM_SAMPLES
// names their folder, by default ../shared/wecom seen from the root of the module.
package samples

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Dir is the folder, which holds examples/ and the notes as Markdown. Without it the
// test says that it skipped; with WECOM_SAMPLES set and nothing there it fails.
func Dir(t testing.TB) string {
	t.Helper()
	dir, named := os.LookupEnv("WECOM_SAMPLES")
	if !named {
		dir = filepath.Join(root(t), "..", "shared", "wecom")
	}
	if _, err := os.Stat(filepath.Join(dir, "examples")); err != nil {
		if named {
			t.Fatalf("WECOM_SAMPLES names %s, which holds no examples: %v", dir, err)
		}
		t.Skipf("skipped: the official samples are not at %s; name their folder in WECOM_SAMPLES", dir)
	}
	return dir
}

// Read gives the content of one file below the folder.
func Read(t testing.TB, path ...string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(append([]string{Dir(t)}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// Files lists the files with one extension below examples/, with slashes and
// without that prefix.
func Files(t testing.TB, extension string) []string {
	t.Helper()
	examples := os.DirFS(filepath.Join(Dir(t), "examples"))
	var files []string
	err := fs.WalkDir(examples, ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && filepath.Ext(path) == extension {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// root is the folder with go.mod.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		} else if !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = parent
	}
}
