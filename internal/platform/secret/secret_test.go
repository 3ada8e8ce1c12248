package secret_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
)

func open(t *testing.T, path string) *secret.Box {
	t.Helper()
	b, err := secret.Load(path, true)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSealAndOpen(t *testing.T) {
	ctx := t.Context()
	box := open(t, filepath.Join(t.TempDir(), "deep", "keys"))
	other := open(t, filepath.Join(t.TempDir(), "keys"))
	plain := []byte("corp secret 企业")
	sealed, err := box.Seal(ctx, plain, "app/ww1/7")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(sealed, "corp") {
		t.Error("not sealed")
	}
	if got, err := box.Open(ctx, sealed, "app/ww1/7"); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("%q, %v", got, err)
	}
	if again, _ := box.Seal(ctx, plain, "app/ww1/7"); again == sealed {
		t.Error("two seals of one value are alike")
	}
	if empty, err := box.Seal(ctx, nil, "x"); err != nil {
		t.Error(err)
	} else if got, err := box.Open(ctx, empty, "x"); err != nil || len(got) != 0 {
		t.Errorf("an empty value: %q, %v", got, err)
	}
	flip := []byte(sealed)
	flip[len(flip)-5] ^= 1
	rows := map[string]func() error{
		"another place":   func() error { _, err := box.Open(ctx, sealed, "app/ww2/7"); return err },
		"another file":    func() error { _, err := other.Open(ctx, sealed, "app/ww1/7"); return err },
		"a flipped bit":   func() error { _, err := box.Open(ctx, string(flip), "app/ww1/7"); return err },
		"cut short":       func() error { _, err := box.Open(ctx, sealed[:len(sealed)/2], "app/ww1/7"); return err },
		"nothing":         func() error { _, err := box.Open(ctx, "", "app/ww1/7"); return err },
		"plain text":      func() error { _, err := box.Open(ctx, "hello", "app/ww1/7"); return err },
		"a made-up key":   func() error { _, err := box.Open(ctx, "q1.abc.AAAA", "app/ww1/7"); return err },
		"another version": func() error { _, err := box.Open(ctx, "q2"+sealed[2:], "app/ww1/7"); return err },
	}
	for name, try := range rows {
		if err := try(); !errors.Is(err, secret.ErrOpen) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRotation(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "keys")
	before := open(t, path)
	sealed, err := before.Seal(ctx, []byte("x"), "a")
	if err != nil {
		t.Fatal(err)
	}
	if before.Stale(sealed) {
		t.Error("fresh, and stale already")
	}
	if err := secret.Rotate(path); err != nil {
		t.Fatal(err)
	}
	after := open(t, path)
	if got, err := after.Open(ctx, sealed, "a"); err != nil || string(got) != "x" {
		t.Errorf("the old key no longer opens: %v", err)
	}
	if !after.Stale(sealed) {
		t.Error("not stale")
	}
	renewed, err := after.Reseal(ctx, sealed, "a")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := after.Open(ctx, renewed, "a"); err != nil || string(got) != "x" || after.Stale(renewed) {
		t.Errorf("%q, %v, stale %v", got, err, after.Stale(renewed))
	}
	// A process that runs since before the rotation goes on.
	if got, err := before.Open(ctx, renewed, "a"); err != nil || string(got) != "x" {
		t.Errorf("a process with the old file: %q, %v", got, err)
	}
	if again, err := before.Seal(ctx, []byte("y"), "a"); err != nil || after.Stale(again) {
		t.Errorf("it seals under the old key still: %v", err)
	}
	signature, err := after.Sign("p", []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	if err := before.Verify("p", []byte("text"), signature); err != nil {
		t.Errorf("it does not know the new signature: %v", err)
	}
	if _, err := after.Reseal(ctx, sealed, "b"); !errors.Is(err, secret.ErrOpen) {
		t.Errorf("resealed for another place: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode after rotation: %v, %v", info.Mode(), err)
	}
}

func TestKeyFiles(t *testing.T) {
	good := "# a comment\n\na1 " + strings.Repeat("A", 43) + "=\n"
	rows := []struct {
		name, text string
		mode       os.FileMode
		want       string // part of the error, "" for none
	}{
		{"fine", good, 0o600, ""},
		{"read only", good, 0o400, ""},
		{"open to others", good, 0o644, "chmod 600"},
		{"empty", "", 0o600, "holds no key"},
		{"short key", "a1 AAAA\n", 0o600, "line 1"},
		{"not base64", "a1 " + strings.Repeat("!", 44) + "\n", 0o600, "line 1"},
		{"no id", strings.Repeat("A", 43) + "=\n", 0o600, "line 1"},
		{"a dot in the id", "a.1 " + strings.Repeat("A", 43) + "=\n", 0o600, "line 1"},
		{"twice", good + good, 0o600, "twice"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "keys")
			if err := os.WriteFile(path, []byte(row.text), row.mode); err != nil {
				t.Fatal(err)
			}
			_, err := secret.Load(path, true)
			if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
				t.Errorf("%v, want %q", err, row.want)
			}
			if err != nil && strings.Contains(err.Error(), "AAAA") {
				t.Error("a key is in the error")
			}
		})
	}
	missing := filepath.Join(t.TempDir(), "keys")
	if _, err := secret.Load(missing, false); err == nil || !strings.Contains(err.Error(), "backup") {
		t.Errorf("missing: %v", err)
	}
	if _, err := os.Stat(missing); err == nil {
		t.Error("a key file was made though that was not allowed")
	}
	if err := secret.Rotate(missing); err == nil {
		t.Error("rotated a file that is not there")
	}
}

// TestGivenKeys: what a file's keys sealed opens with the same keys given as text.
func TestGivenKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	ofFile, err := secret.Load(path, true)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := ofFile.Seal(t.Context(), []byte("plain"), "place")
	if err != nil {
		t.Fatal(err)
	}
	lines, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(string(lines), "\n") // behind the comment
	newer := secret.NewKey().Reveal()
	for _, text := range []string{string(lines), string(lines) + newer, strings.TrimSpace(line) + ", " + newer + " ,"} {
		given, err := secret.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := given.Open(t.Context(), sealed, "place"); err != nil || string(plain) != "plain" {
			t.Errorf("%q, %v", plain, err)
		}
		if given.Stale(sealed) != strings.Contains(text, newer) {
			t.Error("the last key does not seal")
		}
		if _, err := given.Open(t.Context(), "q1.unknown."+sealed[len("q1.12345678."):], "place"); err == nil {
			t.Error("opened by a key that is not there")
		}
	}
	for _, text := range []string{"", ",\n", "# nothing", "a1 AAAA", newer + "," + newer, strings.Replace(newer, " ", "", 1)} {
		if _, err := secret.Parse(text); err == nil {
			t.Errorf("%q was taken", text)
		} else if strings.Contains(err.Error(), newer[9:]) {
			t.Error("a key is in the error")
		}
	}
}

func TestStartersAtOnceShareOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	boxes := make([]*secret.Box, 8)
	var all sync.WaitGroup
	for i := range boxes {
		all.Go(func() {
			b, err := secret.Load(path, true)
			if err != nil {
				t.Error(err)
				return
			}
			boxes[i] = b
		})
	}
	all.Wait()
	if t.Failed() {
		return
	}
	sealed, err := boxes[0].Seal(t.Context(), []byte("x"), "a")
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range boxes {
		if _, err := b.Open(t.Context(), sealed, "a"); err != nil {
			t.Errorf("starter %d has another key", i)
		}
	}
}

func TestTextNeverPrints(t *testing.T) {
	type form struct {
		Password secret.Text `json:"password"`
	}
	var f form
	if err := json.Unmarshal([]byte(`{"password":"hunter2"}`), &f); err != nil || f.Password.Reveal() != "hunter2" {
		t.Fatalf("%v", err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "a", f.Password, "b", f, "c", &f)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "a", f.Password, "b", f, "c", &f)
	written, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	all := log.String() + string(written) + fmt.Sprint(f, &f, f.Password) + fmt.Sprintf("%v %+v %#v %s %q", f, f, f, f, f) +
		fmt.Sprintf("%v %+v %#v %s %q %x %X", f.Password, f.Password, f.Password, f.Password, f.Password, f.Password, f.Password)
	if strings.Contains(all, "hunter2") || strings.Contains(strings.ToLower(all), "68756e74657232") {
		t.Errorf("printed: %s", all)
	}
	if secret.NewText("").String() != "" || !secret.NewText("").IsZero() || secret.NewText("x").IsZero() {
		t.Error("nothing is nothing")
	}
}
