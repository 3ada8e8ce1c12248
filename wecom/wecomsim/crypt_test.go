package wecomsim

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/wecom/internal/samples"
)

// section returns one numbered part of the known-answer vectors, read in place.
func section(t *testing.T, number string) string {
	t.Helper()
	_, rest, ok := strings.Cut(string(samples.Read(t, "crypto-vectors.md")), "\n## "+number+".")
	if !ok {
		t.Fatalf("the vectors have no section %s", number)
	}
	out, _, _ := strings.Cut(rest, "\n## ")
	return out
}

// cell finds the value of a row in the first table of a section.
func cell(t *testing.T, text, name string) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^\| ` + regexp.QuoteMeta(name) + ` \| (.*?) \|`).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no row %q", name)
	}
	return found[1]
}

func TestOfficialCallbackVector(t *testing.T) {
	s := section(t, "1")
	corp := cell(t, s, "corpid / receiveid")
	key, err := newEnvelopeKey(cell(t, s, "EncodingAESKey"))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(cell(t, s, "token / timestamp / nonce"), " / ")
	sealed := regexp.MustCompile("(?s)Encrypt:\n`([^`]+)`").FindStringSubmatch(s)[1]
	if got := sign(parts[0], parts[1], parts[2], sealed); got != cell(t, s, "msg_signature") {
		t.Errorf("signature %s", got)
	}
	plain, receiver, err := key.open(sealed)
	if err != nil || receiver != corp || !bytes.Contains(plain, []byte("<![CDATA[hello]]>")) || len(plain) != 284 {
		t.Fatalf("opened %d bytes for %q: %v", len(plain), receiver, err)
	}
	var random [16]byte
	copy(random[:], regexp.MustCompile("random bytes \\(ASCII\\) `([^`]+)`").FindStringSubmatch(s)[1])
	if again := key.seal(random, plain, corp); again != sealed {
		t.Error("sealing with the same randomness gives another text")
	}
}

func TestVerificationVectors(t *testing.T) {
	one := section(t, "1")
	key, err := newEnvelopeKey(cell(t, one, "EncodingAESKey"))
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^\| (\d{10}) \| (\w+) \| (\S+) \| ([0-9a-f]{40}) \| (\w+) \|`).FindAllStringSubmatch(section(t, "2"), -1)
	if len(rows) == 0 {
		t.Fatal("no rows")
	}
	for _, r := range rows {
		if got := sign("1372623149", r[1], r[2], r[3]); got != r[4] {
			t.Errorf("signature %s, want %s", got, r[4])
		}
		if plain, _, err := key.open(r[3]); err != nil || string(plain) != r[5] {
			t.Errorf("opened %q, %v", plain, err)
		}
	}
}

func TestSignatureVector(t *testing.T) {
	found := regexp.MustCompile("token (\\w+), timestamp (\\d+), nonce (\\d+) → ([0-9a-f]{40}) for\n`([^`]+)`").FindStringSubmatch(section(t, "3"))
	if found == nil {
		t.Fatal("no vector")
	}
	if got := sign(found[1], found[2], found[3], found[5]); got != found[4] {
		t.Errorf("signature %s, want %s", got, found[4])
	}
}

func TestEdgeVectors(t *testing.T) {
	one := section(t, "1")
	corp := cell(t, one, "corpid / receiveid")
	key, err := newEnvelopeKey(cell(t, one, "EncodingAESKey"))
	if err != nil {
		t.Fatal(err)
	}
	var random [16]byte
	copy(random[:], "0123456789abcdef")
	rows := regexp.MustCompile(`(?m)^\| (.+?) \| (\d+) \| (\S+) \| ([0-9a-f]{40}) \|$`).FindAllStringSubmatch(section(t, "4"), -1)
	if len(rows) != 5 {
		t.Fatalf("%d rows, want 5", len(rows))
	}
	for _, r := range rows {
		text := strings.Trim(r[1], "`")
		switch {
		case text == "(empty)":
			text = ""
		case strings.HasPrefix(text, "中文回复"):
			text = "中文回复"
		case strings.HasPrefix(text, "26 ×"):
			text = strings.Repeat("a", 26)
		}
		if got := key.seal(random, []byte(text), corp); got != r[3] {
			t.Errorf("%q sealed is %s, want %s", text, got, r[3])
		}
		if got := sign("QDG6eK", "1409659813", "1372623149", r[3]); got != r[4] {
			t.Errorf("%q signed is %s, want %s", text, got, r[4])
		}
	}
}

func TestOpenRefusesDamage(t *testing.T) {
	key, err := newEnvelopeKey(strings.Repeat("A", 43))
	if err != nil {
		t.Fatal(err)
	}
	sealed := key.seal([16]byte{}, []byte("hello"), "ww1")
	data, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-1] ^= 0x55
	for name, text := range map[string]string{
		"no base64": "%%%", "empty": "", "not whole blocks": base64.StdEncoding.EncodeToString(data[:17]),
	} {
		if _, _, err := key.open(text); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
	if plain, receiver, err := key.open(sealed); err != nil || string(plain) != "hello" || receiver != "ww1" {
		t.Errorf("opened %q for %q: %v", plain, receiver, err)
	}
	for _, bad := range []string{"", "short", strings.Repeat("!", 43)} {
		if _, err := newEnvelopeKey(bad); err == nil {
			t.Errorf("key %q was taken", bad)
		}
	}
}
