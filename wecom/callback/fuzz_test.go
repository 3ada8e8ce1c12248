package callback

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func seedFiles(f *testing.F) {
	f.Helper()
	files, err := filepath.Glob("testdata/push/*.xml")
	if err != nil || len(files) == 0 {
		f.Fatal(err, "no seeds")
	}
	for _, file := range files {
		document, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(document)
	}
}

// FuzzParse: whatever comes, Parse gives an event or an error, and an event survives
// being encoded.
func FuzzParse(f *testing.F) {
	seedFiles(f)
	f.Add([]byte("<!DOCTYPE a><xml/>"))
	f.Fuzz(func(t *testing.T, document []byte) {
		event, err := Parse(document)
		if (event == nil) == (err == nil) {
			t.Fatalf("%v and %v", event, err)
		}
		if err != nil {
			return
		}
		encoded, err := Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(encoded)
		if err != nil {
			t.Fatalf("%s: %v", encoded, err)
		}
		// Empty lists that are not nil are written as nothing, so the comparison is of
		// what is written.
		if twice, err := Marshal(again); err != nil || !bytes.Equal(twice, encoded) || reflect.TypeOf(again) != reflect.TypeOf(event) {
			t.Fatalf("%s\nbecame\n%s, %v", encoded, twice, err)
		}
	})
}

// FuzzEnvelope: whatever comes, an envelope has a ciphertext or there is an error; and
// nothing gets through Open unsigned.
func FuzzEnvelope(f *testing.F) {
	c, err := New(ownToken, ownKey, ownCorp)
	if err != nil {
		f.Fatal(err)
	}
	query, body, err := c.Seal([]byte("<xml/>"), ownCorp, "7", 1779238800, "n")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	seedFiles(f)
	f.Fuzz(func(t *testing.T, document []byte) {
		envelope, err := ParseEnvelope(document)
		if (envelope.Encrypt == "") == (err == nil) {
			t.Fatalf("%+v and %v", envelope, err)
		}
		sealed, err := ParseEnvelope(body)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := c.Open(query, document); err == nil && envelope.Encrypt != sealed.Encrypt {
			t.Fatalf("%q was let in", document)
		}
	})
}

// FuzzDecrypt: whatever comes, Decrypt does not panic, neither on the text nor on the
// bytes behind it; and what it accepts encrypts and decrypts to the same.
func FuzzDecrypt(f *testing.F) {
	c, err := New(ownToken, ownKey, ownCorp)
	if err != nil {
		f.Fatal(err)
	}
	good, err := c.Encrypt([]byte("hello"))
	if err != nil {
		f.Fatal(err)
	}
	raw, err := base64.StdEncoding.DecodeString(good)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, raw)
	f.Add("", frame(0xffffffff, "x", ownCorp, 1))
	f.Add("====", bytes.Repeat([]byte{32}, 32))
	f.Fuzz(func(t *testing.T, text string, raw []byte) {
		// As plaintext, sealed with the right key, the bytes reach what lies behind the
		// padding.
		for _, encrypted := range []string{text, base64.StdEncoding.EncodeToString(raw), seal(t, raw[:len(raw)/16*16])} {
			message, err := c.Decrypt(encrypted)
			if err != nil {
				continue
			}
			again, err := c.Encrypt(message)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := c.Decrypt(again); err != nil || !bytes.Equal(got, message) {
				t.Fatalf("%q became %q, %v", message, got, err)
			}
		}
	})
}
