// Package secret keeps secrets at rest: app secrets, callback keys, private keys.
//
// A value is sealed by AES-256-GCM under the newest key of a key file and bound to where
// it belongs (aad: corp, table and row), so that a sealed value copied to another row
// does not open. Each value names its key; a key is replaced by adding a new one
// (Rotate), resealing what is stored, and removing the old one when nothing uses it.
package secret

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// ErrOpen says that a sealed value cannot be opened: another key, another place, or
// damage. It does not say which.
var ErrOpen = errors.New("secret: cannot open the sealed value (wrong key file, wrong place, or damaged)")

// format begins each sealed value: "q1.<key id>.<nonce and ciphertext>".
const format = "q1."

// Box seals and opens. Safe for concurrent use. One that was loaded from a file looks at
// the file again when it meets a key that it does not know: a running program goes on
// through a rotation.
type Box struct {
	path string
	mu   sync.Mutex // one look at a time
	seen stamp      // of the file that was read last
	ring atomic.Pointer[ring]
}

// stamp tells two readings of the file apart. Two changes may fall into one tick of the
// file system's clock, but a rotation also makes the file longer.
type stamp struct {
	changed time.Time
	size    int64
}

func stampOf(i fs.FileInfo) stamp { return stamp{i.ModTime(), i.Size()} }

// ring is the keys of one reading of the file.
type ring struct {
	newest string
	keys   map[string]cipher.AEAD
	raw    map[string][]byte // for keys of other uses, see Sign
}

// key is one line of the key file.
type key struct {
	id    string
	bytes []byte // 32
}

func newRing(keys []key) (*ring, error) {
	if len(keys) == 0 {
		return nil, errors.New("secret: the key file, or what is given in its place, holds no key")
	}
	b := &ring{keys: map[string]cipher.AEAD{}, raw: map[string][]byte{}}
	for _, k := range keys {
		block, err := aes.NewCipher(k.bytes)
		if err != nil {
			return nil, fmt.Errorf("secret: key %s: %w", k.id, err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("secret: key %s: %w", k.id, err)
		}
		if _, twice := b.keys[k.id]; twice {
			return nil, fmt.Errorf("secret: key id %s is there twice", k.id)
		}
		b.keys[k.id], b.raw[k.id], b.newest = aead, k.bytes, k.id
	}
	return b, nil
}

// holding is the ring, read anew when it lacks the key and the file has changed.
func (b *Box) holding(id string) *ring {
	r := b.ring.Load()
	if r.keys[id] != nil {
		return r
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	info, err := os.Stat(b.path)
	if err != nil || stampOf(info) == b.seen {
		return b.ring.Load()
	}
	b.seen = stampOf(info)
	keys, err := read(b.path)
	if err != nil {
		return r
	}
	if fresh, err := newRing(keys); err == nil {
		b.ring.Store(fresh)
	}
	return b.ring.Load()
}

// Seal encrypts plaintext for the place named by aad. The result is text, about a third
// longer than the plaintext.
func (b *Box) Seal(_ context.Context, plaintext []byte, aad string) (string, error) {
	r := b.ring.Load()
	aead := r.keys[r.newest]
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plaintext)+aead.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return "", fmt.Errorf("secret: %w", err)
	}
	head := format + r.newest + "."
	sealed := aead.Seal(nonce, nonce, plaintext, []byte(head+aad))
	return head + base64.RawURLEncoding.EncodeToString(sealed), nil
}

// Open decrypts what Seal made for the same aad, else ErrOpen.
func (b *Box) Open(_ context.Context, sealed, aad string) ([]byte, error) {
	id, body, ok := split(sealed)
	if !ok {
		return nil, ErrOpen
	}
	aead := b.holding(id).keys[id]
	if aead == nil {
		return nil, fmt.Errorf("%w: key %s is not in the key file", ErrOpen, id)
	}
	raw, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil || len(raw) < aead.NonceSize() {
		return nil, ErrOpen
	}
	plain, err := aead.Open(nil, raw[:aead.NonceSize()], raw[aead.NonceSize():], []byte(format+id+"."+aad))
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// Stale tells whether a sealed value uses another key than the newest: Reseal it.
func (b *Box) Stale(sealed string) bool {
	id, _, ok := split(sealed)
	return ok && id != b.ring.Load().newest
}

// Reseal opens and seals again under the newest key.
func (b *Box) Reseal(ctx context.Context, sealed, aad string) (string, error) {
	plain, err := b.Open(ctx, sealed, aad)
	if err != nil {
		return "", err
	}
	return b.Seal(ctx, plain, aad)
}

func split(sealed string) (id, body string, ok bool) {
	rest, ok := strings.CutPrefix(sealed, format)
	if !ok {
		return "", "", false
	}
	return strings.Cut(rest, ".")
}
