package callback

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"
)

// An invented configuration.
const (
	ownToken = "Queqiao2026"
	ownKey   = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	ownCorp  = "ww0123456789abcdef"
)

// seal encrypts a buffer as it is, with the padding and the lengths that a test wants.
func seal(t *testing.T, buffer []byte) string {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(ownKey + "=")
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]byte, len(buffer))
	cipher.NewCBCEncrypter(block, key[:16]).CryptBlocks(out, buffer)
	return base64.StdEncoding.EncodeToString(out)
}

// frame is random bytes, a length, a message and a receiver, padded to a block of 32 by
// pad bytes of the value given.
func frame(length uint32, message, receiver string, pad int) []byte {
	buffer := append([]byte("0123456789abcdef"), binary.BigEndian.AppendUint32(nil, length)...)
	buffer = append(buffer, message...)
	buffer = append(buffer, receiver...)
	return append(buffer, bytes.Repeat([]byte{byte(pad)}, 32-len(buffer)%32)...)
}

func TestEveryPaddingLength(t *testing.T) {
	c := codec(t, ownToken, ownKey, ownCorp, "")
	seen := map[int]bool{}
	for n := range 64 {
		message := bytes.Repeat([]byte("茶"[:1]), n)
		encrypted, err := c.Encrypt(message)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Decrypt(encrypted)
		if err != nil || !bytes.Equal(got, message) {
			t.Errorf("%d bytes: %v", n, err)
		}
		seen[32-(20+n+len(ownCorp))%32] = true
	}
	if len(seen) != 32 {
		t.Errorf("only %d padding lengths came up", len(seen))
	}
	one, _ := c.Encrypt([]byte("same"))
	two, _ := c.Encrypt([]byte("same"))
	if one == two {
		t.Error("equal messages encrypt to equal texts")
	}
}

func TestWhatDecryptRefuses(t *testing.T) {
	c := codec(t, ownToken, ownKey, ownCorp, "")
	good := frame(5, "hello", ownCorp, 32-(20+5+len(ownCorp))%32)
	differing := bytes.Clone(good)
	differing[len(differing)-2] ^= 1
	for name, test := range map[string]struct {
		encrypted string
		want      error
	}{
		"not base64":           {"this is no base64!", ErrBase64},
		"URL base64":           {"_-_-", ErrBase64},
		"empty":                {"", ErrCiphertext},
		"half a block":         {base64.StdEncoding.EncodeToString(make([]byte, 24)), ErrCiphertext},
		"padding of 0":         {seal(t, frame(5, "hello", ownCorp, 0)), ErrPadding},
		"padding of 33":        {seal(t, frame(5, "hello", ownCorp, 33)), ErrPadding},
		"padding of 255":       {seal(t, frame(5, "hello", ownCorp, 255)), ErrPadding},
		"48 bytes of 48":       {seal(t, append(frame(5, "hello", ownCorp, 48), bytes.Repeat([]byte{48}, 64)...)), ErrPadding},
		"padding that differs": {seal(t, differing), ErrPadding},
		"padding over all":     {seal(t, bytes.Repeat([]byte{17}, 16)), ErrPadding},
		"nothing but padding":  {seal(t, bytes.Repeat([]byte{32}, 32)), ErrLength},
		"length too large":     {seal(t, frame(1000, "hello", ownCorp, 32-(25+len(ownCorp))%32)), ErrLength},
		"length of 4 GB":       {seal(t, frame(0xffffffff, "hello", ownCorp, 32-(25+len(ownCorp))%32)), ErrLength},
		"length too small":     {seal(t, frame(2, "hello", ownCorp, 32-(25+len(ownCorp))%32)), ErrReceiver},
		"other corp":           {seal(t, frame(5, "hello", "ww9999999999999999", 32-(25+18)%32)), ErrReceiver},
		"no corp":              {seal(t, frame(5, "hello", "", 32-25%32)), ErrReceiver},
	} {
		got, err := c.Decrypt(test.encrypted)
		if !errors.Is(err, test.want) || got != nil {
			t.Errorf("%s: %q, %v; want %v", name, got, err, test.want)
		}
	}
	if got, err := c.Decrypt(seal(t, good)); err != nil || string(got) != "hello" {
		t.Errorf("the frame of this test is not what it should be: %q, %v", got, err)
	}
	if _, err := codec(t, ownToken, strings.Repeat("z", 43), ownCorp, "").Decrypt(seal(t, good)); err == nil {
		t.Error("another key decrypts")
	}
}

func TestKeys(t *testing.T) {
	for _, key := range []string{"", ownKey[:42], ownKey + "H", ownKey[:42] + "!", ownKey[:40] + "茶", ownKey[:42] + "\n"} {
		if _, err := New(ownToken, key, ownCorp); !errors.Is(err, ErrKey) {
			t.Errorf("key %q gave %v", key, err)
		}
		if _, err := New(ownToken, key, ownCorp); err != nil && key != "" && strings.Contains(err.Error(), key) {
			t.Errorf("the error repeats the key: %v", err)
		}
	}
}

// TestOneBitChanged flips every byte of a delivery; the signature notices all of them.
func TestOneBitChanged(t *testing.T) {
	c := codec(t, ownToken, ownKey, ownCorp, "")
	query, body, err := c.Seal([]byte("<xml><MsgType>event</MsgType></xml>"), ownCorp, "7", 1779238800, "nonce")
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := ParseEnvelope(body)
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := base64.StdEncoding.DecodeString(envelope.Encrypt)
	for i := range raw {
		changed := bytes.Clone(raw)
		changed[i] ^= 1
		forged := strings.Replace(string(body), envelope.Encrypt, base64.StdEncoding.EncodeToString(changed), 1)
		if _, _, err := c.Open(query, []byte(forged)); !errors.Is(err, ErrSignature) {
			t.Fatalf("byte %d: %v", i, err)
		}
	}
	for _, parameter := range []string{"msg_signature", "timestamp", "nonce"} {
		for _, value := range []string{"", "0", query.Get(parameter) + "0"} {
			wrong := url.Values{"msg_signature": query["msg_signature"], "timestamp": query["timestamp"], "nonce": query["nonce"]}
			wrong.Set(parameter, value)
			want := ErrSignature
			if value == "" {
				want = ErrParameter
			}
			if _, _, err := c.Open(wrong, body); !errors.Is(err, want) {
				t.Errorf("%s=%q gave %v", parameter, value, err)
			}
		}
	}
	if got, envelope, err := c.Open(query, body); err != nil || envelope.AgentID != "7" || !strings.Contains(string(got), "event") {
		t.Errorf("the untouched delivery gave %q, %v", got, err)
	}
}

func TestBothSides(t *testing.T) {
	c := codec(t, ownToken, ownKey, ownCorp, "")
	query, err := c.Challenge([]byte("echo 茶"), 1779238800, "n-1")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.VerifyURL(query); err != nil || string(got) != "echo 茶" {
		t.Errorf("echo %q, %v", got, err)
	}
	query.Del("echostr")
	if _, err := c.VerifyURL(query); !errors.Is(err, ErrParameter) {
		t.Errorf("without echostr: %v", err)
	}
	reply, err := c.Reply([]byte("<xml><Content>好的</Content></xml>"), 1779238800, "n-2")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.OpenReply(reply); err != nil || string(got) != "<xml><Content>好的</Content></xml>" {
		t.Errorf("reply %q, %v", got, err)
	}
	if _, err := c.OpenReply(bytes.Replace(reply, []byte("n-2"), []byte("n-3"), 1)); !errors.Is(err, ErrSignature) {
		t.Errorf("a forged reply gave %v", err)
	}
	// Third parties that are people have an empty receiver.
	empty := codec(t, ownToken, ownKey, "", "")
	encrypted, err := empty.Encrypt([]byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := empty.Decrypt(encrypted); err != nil || string(got) != "x" {
		t.Errorf("empty receiver: %q, %v", got, err)
	}
	c.random = strings.NewReader("short")
	if _, err := c.Encrypt(nil); err == nil {
		t.Error("encrypted without randomness")
	}
}

func TestCheckTime(t *testing.T) {
	now := time.Unix(1779238800, 0)
	for stamp, ok := range map[string]bool{
		"1779238800": true, "1779238500": true, "1779239100": true,
		"1779238499": false, "1779239101": false, "": false, "soon": false, "-9223372036854775808": false,
	} {
		err := CheckTime(url.Values{"timestamp": {stamp}}, now, 5*time.Minute)
		if (err == nil) != ok || err != nil && !errors.Is(err, ErrTimestamp) {
			t.Errorf("%q: %v", stamp, err)
		}
	}
}
