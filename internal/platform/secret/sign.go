package secret

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// ErrSignature says that a text does not bear our signature: it was written, or changed,
// by somebody without the key file.
var ErrSignature = errors.New("secret: the signature does not fit the text")

// ErrSigner says that the key of a signature is not in the key file: nothing can be said.
var ErrSigner = errors.New("secret: the key of the signature is not in the key file")

// signed begins each signature: "s1.<key id>.<HMAC-SHA256 in base64>".
const signed = "s1."

// Sign gives the signature of a text under the newest key. The key is made from that of
// the key file for this purpose alone, so that a signature of one kind of text never
// serves for another.
func (b *Box) Sign(purpose string, text []byte) (string, error) {
	r := b.ring.Load()
	sum, err := r.sum(r.newest, purpose, text)
	if err != nil {
		return "", err
	}
	return signed + r.newest + "." + base64.RawURLEncoding.EncodeToString(sum), nil
}

// Verify is nil when Sign made the signature for this purpose and text, else ErrSignature
// or, when its key is gone, ErrSigner.
func (b *Box) Verify(purpose string, text []byte, signature string) error {
	rest, ok := strings.CutPrefix(signature, signed)
	id, body, whole := strings.Cut(rest, ".")
	given, err := base64.RawURLEncoding.DecodeString(body)
	if !ok || !whole || err != nil {
		return ErrSignature
	}
	r := b.holding(id)
	if r.raw[id] == nil {
		return fmt.Errorf("%w: %s", ErrSigner, id)
	}
	sum, err := r.sum(id, purpose, text)
	if err != nil {
		return err
	}
	if !hmac.Equal(sum, given) {
		return ErrSignature
	}
	return nil
}

// Outdated tells whether a signature uses another key than the newest: verify it and
// sign again before the old key is removed.
func (b *Box) Outdated(signature string) bool {
	rest, ok := strings.CutPrefix(signature, signed)
	return ok && !strings.HasPrefix(rest, b.ring.Load().newest+".")
}

func (r *ring) sum(id, purpose string, text []byte) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, r.raw[id], nil, "queqiao sign "+purpose, sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write(text) // never fails (hash.Hash)
	return mac.Sum(nil), nil
}
