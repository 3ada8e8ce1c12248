package blob_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
)

// each runs body on every kind of store.
func each(t *testing.T, body func(t *testing.T, s blob.Store)) {
	t.Helper()
	t.Run("disk", func(t *testing.T) { body(t, disk(t, t.TempDir())) })
	t.Run("s3", func(t *testing.T) { body(t, s3(t, "", true)) })
	t.Run("s3 with a prefix, without TLS", func(t *testing.T) { body(t, s3(t, "one/installation", false)) })
}

func disk(t *testing.T, dir string) *blob.Disk {
	t.Helper()
	d, err := blob.OpenDisk(dir, clock.System())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func s3(t *testing.T, prefix string, tls bool) *blob.S3 {
	t.Helper()
	backend := s3mem.New()
	server := httptest.NewUnstartedServer(gofakes3.New(backend).Server())
	if tls {
		server.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that hang up on purpose
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	for _, bucket := range []string{"files"} {
		if err := backend.CreateBucket(bucket); err != nil {
			t.Fatal(err)
		}
	}
	s, err := blob.OpenS3(blob.S3Options{
		Endpoint: server.Listener.Addr().String(), Bucket: "files", Prefix: prefix, Region: "us-east-1",
		AccessKey: "key", SecretKey: secret.NewText("secret"), Insecure: !tls, PathStyle: true, Transport: server.Client().Transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func read(t *testing.T, s blob.Store, key string) (string, blob.Info) {
	t.Helper()
	r, info, err := s.Get(t.Context(), key)
	if err != nil {
		t.Fatalf("get %s: %v", key, err)
	}
	defer r.Close()
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(body), info
}

func write(t *testing.T, s blob.Store, key, body string) blob.Info {
	t.Helper()
	info, err := s.Put(t.Context(), key, strings.NewReader(body), int64(len(body)), "text/plain")
	if err != nil {
		t.Fatalf("put %s: %v", key, err)
	}
	return info
}

func TestStoreKeepsObjects(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store) {
		ctx := t.Context()
		large := strings.Repeat("0123456789abcdef", 1<<16) // 1 MB
		rows := []struct {
			key, body, kind string
			size            int64
		}{
			{"a/b.txt", "hello", "text/plain", 5},
			{"a/empty", "", "", 0},
			{"素材/图片 1.png", "\x89PNG\x00", "image/png", 5},
			{"a/unknown-size", "hello again", "text/plain; charset=utf-8", -1},
			{"large", large, "application/pdf", int64(len(large))},
			{"large-unknown", large, "application/pdf", -1},
		}
		for _, row := range rows {
			put, err := s.Put(ctx, row.key, strings.NewReader(row.body), row.size, row.kind)
			if err != nil {
				t.Fatalf("%s: %v", row.key, err)
			}
			kind := row.kind
			if kind == "" {
				kind = "application/octet-stream"
			}
			body, info := read(t, s, row.key)
			if body != row.body || info.Key != row.key || info.Size != int64(len(row.body)) || info.Type != kind || info.ETag == "" || info.Modified.IsZero() {
				t.Errorf("%s: %d bytes, %+v", row.key, len(body), info)
			}
			stat, err := s.Stat(ctx, row.key)
			if err != nil || stat.Size != info.Size || stat.Type != kind || stat.ETag != info.ETag || put.Size != info.Size {
				t.Errorf("%s: stat %+v, put %+v, %v", row.key, stat, put, err)
			}
		}
		before := write(t, s, "a/b.txt", "hello")
		after := write(t, s, "a/b.txt", "world")
		if body, _ := read(t, s, "a/b.txt"); body != "world" || before.ETag == after.ETag {
			t.Errorf("replaced by %q, tags %s and %s", body, before.ETag, after.ETag)
		}
		for range 2 {
			if err := s.Delete(ctx, "a/b.txt"); err != nil {
				t.Errorf("delete: %v", err)
			}
		}
		for _, key := range []string{"a/b.txt", "a", "a/b.txt/c", "never"} {
			if _, _, err := s.Get(ctx, key); !errors.Is(err, blob.ErrNotFound) {
				t.Errorf("get %s: %v", key, err)
			}
			if _, err := s.Stat(ctx, key); !errors.Is(err, blob.ErrNotFound) {
				t.Errorf("stat %s: %v", key, err)
			}
		}
		if err := s.Delete(ctx, "a"); err != nil {
			t.Errorf("deleting what is only a prefix: %v", err)
		}
		if body, _ := read(t, s, "a/empty"); body != "" {
			t.Errorf("%q", body)
		}
	})
}

func TestStoreRefusesHalves(t *testing.T) {
	broken := errors.New("the line broke")
	each(t, func(t *testing.T, s blob.Store) {
		ctx := t.Context()
		write(t, s, "x", "old")
		rows := map[string]func() error{
			"fewer bytes": func() error { _, err := s.Put(ctx, "x", strings.NewReader("new"), 5, ""); return err },
			"more bytes":  func() error { _, err := s.Put(ctx, "x", strings.NewReader("newer"), 3, ""); return err },
			"a failing reader": func() error {
				_, err := s.Put(ctx, "x", io.MultiReader(strings.NewReader("ne"), failing{broken}), -1, "")
				return err
			},
			"a cancelled context": func() error {
				ctx, cancel := context.WithCancel(ctx)
				cancel()
				_, err := s.Put(ctx, "x", strings.NewReader("new"), 3, "")
				return err
			},
		}
		for name, try := range rows {
			if err := try(); err == nil {
				t.Errorf("%s: no error", name)
			}
			if body, _ := read(t, s, "x"); body != "old" {
				t.Errorf("%s left %q", name, body)
			}
		}
		var keys []string
		for info, err := range s.List(ctx, "") {
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, info.Key)
		}
		if !cmp.Equal(keys, []string{"x"}) {
			t.Errorf("left behind: %v", keys)
		}
	})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestStoreLists(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store) {
		ctx := t.Context()
		for _, key := range []string{"b/2", "a/10", "a/1", "a-b", "a/sub/deep", "ab", "a/2", "素材/1"} {
			write(t, s, key, key)
		}
		rows := map[string][]string{
			"":       {"a-b", "a/1", "a/10", "a/2", "a/sub/deep", "ab", "b/2", "素材/1"},
			"a/":     {"a/1", "a/10", "a/2", "a/sub/deep"},
			"a":      {"a-b", "a/1", "a/10", "a/2", "a/sub/deep", "ab"},
			"a/1":    {"a/1", "a/10"},
			"a/s":    {"a/sub/deep"},
			"a/sub/": {"a/sub/deep"},
			"素":      {"素材/1"},
			"c":      nil,
			"c/d/e":  nil,
		}
		for prefix, want := range rows {
			var keys []string
			for info, err := range s.List(ctx, prefix) {
				if err != nil {
					t.Fatalf("%q: %v", prefix, err)
				}
				if info.Size != int64(len(info.Key)) {
					t.Errorf("%s has %d bytes", info.Key, info.Size)
				}
				keys = append(keys, info.Key)
			}
			if diff := cmp.Diff(want, keys); diff != "" {
				t.Errorf("%q: %s", prefix, diff)
			}
		}
		for _, err := range s.List(ctx, "") {
			if err != nil {
				t.Error(err)
			}
			break // enough
		}
	})
}

func TestKeysThatAreNone(t *testing.T) {
	bad := []string{
		"", "/etc/passwd", "../x", "a/../../x", "a/./b", "a//b", "a/", ".hidden", "a/.put-1", `a\b`, "C:/x", "a\x00b", "a\nb",
		"\xff", strings.Repeat("x", 201), strings.Repeat("abc/", 200) + "x", "a*b", "a?b", "a ",
	}
	each(t, func(t *testing.T, s blob.Store) {
		ctx := t.Context()
		for _, key := range bad {
			if _, err := s.Put(ctx, key, strings.NewReader("x"), 1, ""); err == nil {
				t.Errorf("put %q was accepted", key)
			}
			if _, _, err := s.Get(ctx, key); err == nil {
				t.Errorf("get %q was accepted", key)
			}
			if _, err := s.Stat(ctx, key); err == nil {
				t.Errorf("stat %q was accepted", key)
			}
			if err := s.Delete(ctx, key); err == nil {
				t.Errorf("delete %q was accepted", key)
			}
		}
	})
}

func TestWritersAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store) {
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				body := strings.Repeat(fmt.Sprint(i), 100_000)
				if _, err := s.Put(t.Context(), "deep/er/x", strings.NewReader(body), int64(len(body)), ""); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		body, _ := read(t, s, "deep/er/x")
		if body != strings.Repeat(body[:1], 100_000) {
			t.Error("the object is mixed from several")
		}
	})
}

func TestAddresses(t *testing.T) {
	s := s3(t, "p", false)
	write(t, s, "图/a.txt", "hello")
	u, err := s.URL(t.Context(), "图/a.txt", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Get(u)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || string(body) != "hello" || !strings.Contains(u, "X-Amz-Expires=3600") {
		t.Errorf("%s: %q, %v", u, body, err)
	}
	if strings.Contains(u, "secret") {
		t.Error("the key is in the address")
	}
	if _, err := disk(t, t.TempDir()).URL(t.Context(), "x", time.Hour); !errors.Is(err, blob.ErrNoURL) {
		t.Errorf("%v", err)
	}
}

func TestDiskStaysInItsFolder(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "passwd"), bytes.Repeat([]byte("x"), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	d := disk(t, dir)
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	if _, _, err := d.Get(ctx, "link/passwd"); err == nil {
		t.Error("read through a link")
	}
	if _, err := d.Put(ctx, "link/new", strings.NewReader("x"), 1, ""); err == nil {
		t.Error("wrote through a link")
	}
	if err := d.Delete(ctx, "link/passwd"); err == nil {
		if _, err := os.Stat(filepath.Join(outside, "passwd")); err != nil {
			t.Error("deleted through a link")
		}
	}
	if _, err := os.Stat(filepath.Join(outside, "new")); err == nil {
		t.Error("a file was made outside")
	}
	write(t, d, "mine", "x")
	if info, err := os.Stat(filepath.Join(dir, "mine")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(filepath.Join(dir, "foreign"), []byte("not ours"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.Get(ctx, "foreign"); err == nil || errors.Is(err, blob.ErrNotFound) {
		t.Errorf("a foreign file: %v", err)
	}
}
