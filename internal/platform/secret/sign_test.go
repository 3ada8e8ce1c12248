package secret_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
)

func TestSignatures(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	box, other := open(t, path), open(t, filepath.Join(t.TempDir(), "keys"))
	text := []byte("操作日志 42")
	signature, err := box.Sign("audit", text)
	if err != nil {
		t.Fatal(err)
	}
	if err := box.Verify("audit", text, signature); err != nil || box.Outdated(signature) {
		t.Errorf("our own signature: %v", err)
	}
	forged, err := other.Sign("audit", text)
	if err != nil {
		t.Fatal(err)
	}
	id := strings.Split(signature, ".")[1]
	rows := map[string]struct {
		purpose, text, signature string
		want                     error
	}{
		"another text":          {"audit", "操作日志 43", signature, secret.ErrSignature},
		"another purpose":       {"export", string(text), signature, secret.ErrSignature},
		"cut short":             {"audit", string(text), signature[:len(signature)-4], secret.ErrSignature},
		"nothing":               {"audit", string(text), "", secret.ErrSignature},
		"no signature at all":   {"audit", string(text), "s1." + id, secret.ErrSignature},
		"of another key file":   {"audit", string(text), forged, secret.ErrSigner},
		"under the name of our": {"audit", string(text), "s1." + id + "." + strings.Split(forged, ".")[2], secret.ErrSignature},
	}
	for name, row := range rows {
		if err := box.Verify(row.purpose, []byte(row.text), row.signature); !errors.Is(err, row.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := secret.Rotate(path); err != nil {
		t.Fatal(err)
	}
	rotated := open(t, path)
	if err := rotated.Verify("audit", text, signature); err != nil || !rotated.Outdated(signature) {
		t.Errorf("after a rotation: %v, outdated %v", err, rotated.Outdated(signature))
	}
	raw, err := os.ReadFile(path)
	if err != nil || strings.Contains(signature, strings.Fields(string(raw))[0]) {
		t.Error("a key is in the signature")
	}
}
