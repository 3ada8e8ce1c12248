// Package blob keeps files: uploaded material, media fetched from WeCom, exports.
//
// One small interface over a folder (disk) and over an object store that speaks S3, both
// held to the same tests. Keys are paths of our own making, "material/<corp>/<id>.png";
// an object is written whole or not at all, and never changed in place. Names that
// people gave to files are kept by the features, never in keys.
package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"
	"unicode/utf8"
)

// ErrNotFound says that there is no object under a key.
var ErrNotFound = errors.New("blob: no such object")

// Info describes an object.
type Info struct {
	Key      string
	Size     int64
	Type     string // content type given to Put
	ETag     string // changes with the content
	Modified time.Time
}

// Store keeps objects.
type Store interface {
	// Put writes an object whole, replacing one of the same key. Size is the exact
	// number of bytes r will give, or -1 when unknown; more or fewer are an error and
	// leave the old object. Type is a content type, "" for application/octet-stream.
	Put(ctx context.Context, key string, r io.Reader, size int64, contentType string) (Info, error)
	// Get opens an object; the caller closes it. ErrNotFound when there is none.
	Get(ctx context.Context, key string) (io.ReadCloser, Info, error)
	// Stat describes an object without opening it. ErrNotFound when there is none.
	Stat(ctx context.Context, key string) (Info, error)
	// Delete removes an object; none is no error.
	Delete(ctx context.Context, key string) error
	// List gives the objects whose keys begin with prefix, in key order. The prefix is
	// compared as text: "a/b" matches "a/bc". Type may be missing.
	List(ctx context.Context, prefix string) iter.Seq2[Info, error]
	// URL gives an address that anyone may read for the given time, or ErrNoURL when
	// the store cannot: then the program serves the object itself.
	URL(ctx context.Context, key string, valid time.Duration) (string, error)
}

// ErrNoURL says that the store has no addresses of its own (disk).
var ErrNoURL = errors.New("blob: this store has no public addresses")

// maxKey is the longest key in bytes; S3 allows 1024 with the installation's prefix.
const maxKey = 512

// CheckKey refuses keys that could leave the store or differ between stores: empty,
// absolute, with empty, "." or ".." parts, with backslashes or control characters, parts
// beyond 200 bytes, more than 512 bytes in all.
func CheckKey(key string) error {
	if key == "" || len(key) > maxKey || !utf8.ValidString(key) {
		return fmt.Errorf("blob: key of %d bytes, want 1 to %d bytes of UTF-8", len(key), maxKey)
	}
	for _, r := range key {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`\:*?"<>|`, r) {
			return fmt.Errorf("blob: key %q holds %q", key, r)
		}
	}
	for part := range strings.SplitSeq(key, "/") {
		// A part that begins with a dot is kept free for the store's own files.
		if part == "" || strings.HasPrefix(part, ".") || len(part) > 200 || strings.HasSuffix(part, " ") {
			return fmt.Errorf("blob: key %q has the part %q", key, part)
		}
	}
	return nil
}

// octets is the content type of anything.
const octets = "application/octet-stream"
