package callback

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/wecom/internal/samples"
)

// The tests of this file hold the known-answer vectors §1 to §4, which are read in place.
// §5 is about pages and belongs to the client.

// section gives one numbered section of the sheet.
func section(t *testing.T, number string) string {
	t.Helper()
	_, text, found := strings.Cut(string(samples.Read(t, "crypto-vectors.md")), "\n## "+number+". ")
	if !found {
		t.Fatalf("there is no §%s", number)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

// rows gives the cells of the tables in a section, without headings.
func rows(text string) [][]string {
	var found [][]string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| ---") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), " | ")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		found = append(found, cells)
	}
	return found[1:]
}

// official is what §1 says about the configuration, which §2 and §4 share.
type official struct{ receiver, key, token, timestamp, nonce, signature string }

func configuration(t *testing.T) official {
	t.Helper()
	values := map[string]string{}
	for _, row := range rows(section(t, "1")) {
		values[row[0]] = row[1]
	}
	parts := strings.Split(values["token / timestamp / nonce"], " / ")
	if len(parts) != 3 {
		t.Fatalf("§1 reads %v", values)
	}
	return official{
		values["corpid / receiveid"], values["EncodingAESKey"], parts[0], parts[1], parts[2], values["msg_signature"],
	}
}

func codec(t *testing.T, token, key, receiver, random string) *Codec {
	t.Helper()
	c, err := New(token, key, receiver)
	if err != nil {
		t.Fatal(err)
	}
	if random != "" {
		c.random = strings.NewReader(random)
	}
	return c
}

func TestVectorsOfTheLibrary(t *testing.T) {
	text, o := section(t, "1"), configuration(t)
	_, rest, _ := strings.Cut(text, "Encrypt:\n`")
	encrypted, rest, _ := strings.Cut(rest, "`")
	_, rest, _ = strings.Cut(rest, "Decrypts to")
	_, rest, _ = strings.Cut(rest, "\n")
	plain, rest, _ := strings.Cut(rest, "\n16 random bytes")
	plaintext := strings.ReplaceAll(strings.ReplaceAll(plain, "` LF `", "\n"), "`", "")
	random := regexp.MustCompile("`([0-9a-f]{16})`").FindStringSubmatch(rest)[1]

	c := codec(t, o.token, o.key, o.receiver, random)
	body := "<xml><ToUserName><![CDATA[" + o.receiver + "]]></ToUserName><Encrypt><![CDATA[" + encrypted +
		"]]></Encrypt><AgentID><![CDATA[218]]></AgentID></xml>"
	query := url.Values{"msg_signature": {o.signature}, "timestamp": {o.timestamp}, "nonce": {o.nonce}}
	got, envelope, err := c.Open(query, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != plaintext || len(got) != 284 {
		t.Errorf("decrypted to %q, want %q", got, plaintext)
	}
	if envelope.ToUserName != o.receiver || envelope.AgentID != "218" {
		t.Errorf("the envelope reads %+v", envelope)
	}
	again, err := c.Encrypt(got)
	if err != nil || again != encrypted {
		t.Errorf("encrypted to %s, %v", again, err)
	}
	event, err := Parse(got)
	if err != nil {
		t.Fatal(err)
	}
	if m, ok := event.(*TextMessage); !ok || m.Content != "hello" || m.MsgID != 4561255354251345929 || m.AgentID != 218 || m.FromUserName != "mycreate" {
		t.Errorf("parsed as %+v", event)
	}
}

func TestVectorsOfURLVerification(t *testing.T) {
	text, o := section(t, "2"), configuration(t)
	token := regexp.MustCompile("token `([^`]+)`").FindStringSubmatch(text)[1]
	c := codec(t, token, o.key, o.receiver, "")
	table := rows(text)
	if len(table) != 3 {
		t.Fatalf("§2 has %d rows", len(table))
	}
	for _, row := range table {
		query := url.Values{"timestamp": {row[0]}, "nonce": {row[1]}, "echostr": {row[2]}, "msg_signature": {row[3]}}
		// As it comes in: percent-encoded.
		query, err := url.ParseQuery(query.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.VerifyURL(query); err != nil || string(got) != row[4] {
			t.Errorf("%s: %q, %v", row[0], got, err)
		}
	}
}

func TestVectorOfTheSignature(t *testing.T) {
	match := regexp.MustCompile("(?s)token (\\S+), timestamp (\\d+), nonce (\\d+) → ([0-9a-f]{40}) for\\s+`([^`]+)`").
		FindStringSubmatch(section(t, "3"))
	if match == nil {
		t.Fatal("§3 reads otherwise")
	}
	c := codec(t, match[1], configuration(t).key, "", "")
	if got := c.Sign(match[2], match[3], match[5]); got != match[4] {
		t.Errorf("got %s, want %s", got, match[4])
	}
	if err := c.Verify(match[4], match[2], match[3], match[5]); err != nil {
		t.Error(err)
	}
}

func TestVectorsOfTheEdges(t *testing.T) {
	text, o := section(t, "4"), configuration(t)
	random := regexp.MustCompile("random = ASCII `([^`]+)`").FindStringSubmatch(text)[1]
	table := rows(text)
	if len(table) != 5 {
		t.Fatalf("§4 has %d rows", len(table))
	}
	for _, row := range table {
		plaintext := strings.Trim(strings.TrimSuffix(row[0], " (UTF-8)"), "`")
		switch {
		case plaintext == "(empty)":
			plaintext = ""
		case strings.HasPrefix(plaintext, "26 × "):
			plaintext = strings.Repeat("a", 26)
		}
		c := codec(t, o.token, o.key, o.receiver, random)
		got, err := c.Encrypt([]byte(plaintext))
		if err != nil || got != row[2] {
			t.Errorf("%q with padding %s encrypts to %s, %v", plaintext, row[1], got, err)
		}
		if got := c.Sign(o.timestamp, o.nonce, row[2]); got != row[3] {
			t.Errorf("%q is signed %s, want %s", plaintext, got, row[3])
		}
		if back, err := c.Decrypt(row[2]); err != nil || string(back) != plaintext {
			t.Errorf("%q decrypts to %q, %v", plaintext, back, err)
		}
		if raw, err := base64.StdEncoding.DecodeString(row[2]); err != nil || len(raw)%padBlock != 0 {
			t.Errorf("%q has %d bytes, %v", plaintext, len(raw), err)
		}
	}
}
