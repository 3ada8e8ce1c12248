package main

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// run runs a command to its end and gives what it wrote, on both channels, and its status.
func run(t *testing.T, settings map[string]string, input string, args ...string) (string, int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range settings {
		args = append(args, "--set", name+"="+value)
	}
	c := exec.CommandContext(t.Context(), self, args...)
	c.Dir = t.TempDir()
	c.Env = []string{asProgram + "=1", "HOME=" + c.Dir, "TMPDIR=" + os.TempDir()}
	c.Stdin = strings.NewReader(input)
	text, err := c.CombinedOutput()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		t.Fatal(err)
	}
	return string(text), c.ProcessState.ExitCode()
}

// TestDoctor connects a corp wrongly, is told what to do, and puts it right.
func TestDoctor(t *testing.T) {
	sim := wecomsim.New(wecomsim.Options{})
	outside := httptest.NewServer(sim.Handler())
	t.Cleanup(func() {
		outside.Close()
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	})
	world := sim.Describe(outside.URL).Corps[0]
	app := world.Apps[0]
	data := t.TempDir()
	settings := map[string]string{"data": data, "wecom.base_url": outside.URL, "log.level": "error"}
	says := func(status int, parts ...string) {
		t.Helper()
		text, got := run(t, settings, "", "doctor", "--language", "zh")
		if got != status {
			t.Errorf("status %d, want %d: %s", got, status, text)
		}
		for _, part := range parts {
			if !strings.Contains(text, part) {
				t.Errorf("it says %s, which lacks %q", text, part)
			}
		}
		if strings.Contains(text, app.Secret) {
			t.Error("the secret is shown")
		}
	}
	if text, status := run(t, settings, "", "migrate"); status != 0 {
		t.Fatalf("migrate: %d %s", status, text)
	}
	says(0, "ok    数据库正常", "剩余", "warn  还没有接入企业")

	add := func(secretText string) {
		t.Helper()
		text, status := run(t, settings, secretText+"\ntoken\n"+strings.Repeat("k", 43)+"\n",
			"corp", "add", world.CorpID, "--name", "测试", "--agent", "1000002")
		if status != 0 {
			t.Fatalf("corp add: %d %s", status, text)
		}
	}
	add("this-is-the-wrong-secret")
	says(1, "fail  企业微信拒绝了这个 Secret (errcode 40001)", "→ 企业微信管理后台 → 应用管理", "wait ", "时区 Asia/Shanghai")
	add(app.Secret)
	says(0, "ok    Secret 正确", "ok    可以读取客户", "warn  还没有收到企业微信的任何请求")

	// The keys are changed; what was stored opens under the new one.
	before, err := os.ReadFile(filepath.Join(data, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	if text, status := run(t, settings, "", "secret", "rotate"); status != 0 || !strings.Contains(text, "4 values") {
		t.Errorf("rotate: %d %s", status, text)
	}
	after, err := os.ReadFile(filepath.Join(data, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(after, before) || len(after) <= len(before) {
		t.Error("the old key is gone, or there is no new one")
	}
	says(0, "ok    Secret 正确")
}

// TestKeysFromTheEnvironment: without a file of keys; a new one is appended, everything is
// sealed under it, and then the old one is not needed for what is stored.
func TestKeysFromTheEnvironment(t *testing.T) {
	data := t.TempDir()
	key := func() string {
		t.Helper()
		text, status := run(t, nil, "", "secret", "key")
		if status != 0 {
			t.Fatalf("secret key: %d %s", status, text)
		}
		return strings.TrimSpace(text)
	}
	old, fresh := key(), key()
	succeeds := func(keys, input, want string, args ...string) {
		t.Helper()
		text, status := run(t, map[string]string{"data": data, "log.level": "error", "secret.keys": keys}, input, args...)
		if status != 0 || !strings.Contains(text, want) {
			t.Errorf("%q: %d %s", args, status, text)
		}
		for _, k := range []string{old, fresh} {
			if strings.Contains(text, k) {
				t.Errorf("%q shows a key: %s", args, text)
			}
		}
	}
	succeeds(old, "", "", "migrate")
	succeeds(old, "secret-of-the-app-1\ntoken\n"+strings.Repeat("k", 43)+"\n", "", "corp", "add", "ww1", "--name", "测试", "--agent", "1000002")
	succeeds(old+","+fresh, "", "3 values were sealed", "secret", "rotate")
	succeeds(fresh, "", "0 values were sealed", "secret", "rotate")
	if _, err := os.Stat(filepath.Join(data, "keys")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a key file was made: %v", err)
	}
	both := map[string]string{"data": data, "secret.keys": fresh, "secret.key_file": filepath.Join(data, "keys")}
	if text, status := run(t, both, "", "migrate"); status == 0 || !strings.Contains(text, "secret.keys") {
		t.Errorf("both were taken: %s", text)
	}
}
