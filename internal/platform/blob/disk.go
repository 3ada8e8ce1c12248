package blob

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"sort"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

// Disk keeps objects as files below one folder. The root is opened once and every path
// is resolved inside it (os.Root), so that neither a key nor a symbolic link leads out.
// A file is the object with a head of 512 bytes before it, which holds the content type
// and the hash: one file, so that one rename replaces all of it.
type Disk struct {
	root  *os.Root
	clock clock.Clock
}

// OpenDisk makes the folder when it is missing.
func OpenDisk(dir string, c clock.Clock) (*Disk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	return &Disk{root: root, clock: c}, nil
}

// Close lets go of the folder.
func (d *Disk) Close() error { return d.root.Close() }

// headSize is the length of the head; maxType leaves room in it for the rest.
const (
	headSize = 512
	maxType  = 255
)

// head is what a file system does not keep.
type head struct {
	Type     string `json:"type"`
	ETag     string `json:"etag"`
	Modified int64  `json:"modified"` // unix milliseconds
}

// Put writes a temporary file, flushes it, and moves it to its name.
func (d *Disk) Put(ctx context.Context, key string, r io.Reader, size int64, contentType string) (Info, error) {
	if err := CheckKey(key); err != nil {
		return Info{}, err
	}
	if contentType == "" {
		contentType = octets
	}
	if len(contentType) > maxType {
		return Info{}, fmt.Errorf("blob: content type of %d bytes", len(contentType))
	}
	dir := path.Dir(key)
	if err := d.root.MkdirAll(dir, 0o700); err != nil {
		return Info{}, fmt.Errorf("blob: put %s: %w", key, err)
	}
	temp := path.Join(dir, tempMark+strings.ToLower(rand.Text()))
	defer func() { _ = d.root.Remove(temp) }() // gone already when all went well
	info, err := d.write(ctx, temp, r, size, contentType)
	if err != nil {
		return Info{}, fmt.Errorf("blob: put %s: %w", key, err)
	}
	if err := d.root.Rename(temp, key); err != nil {
		return Info{}, fmt.Errorf("blob: put %s: %w", key, err)
	}
	info.Key = key
	return info, d.syncUp(dir)
}

// tempMark begins the names of files under construction; no key has such a part.
const tempMark = ".put-"

func (d *Disk) write(ctx context.Context, name string, r io.Reader, size int64, contentType string) (info Info, err error) {
	f, err := d.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Info{}, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Seek(headSize, io.SeekStart); err != nil {
		return Info{}, err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, sum), exactly(ctx, r, size))
	if err != nil {
		return Info{}, err
	}
	now := d.clock.Now()
	info = Info{Size: n, Type: contentType, ETag: hex.EncodeToString(sum.Sum(nil)[:16]), Modified: now}
	text, err := json.Marshal(head{info.Type, info.ETag, now.UnixMilli()})
	if err != nil {
		return Info{}, err
	}
	block := bytes.Repeat([]byte{' '}, headSize)
	block[headSize-1] = '\n'
	if copy(block, text) != len(text) || len(text) >= headSize {
		return Info{}, fmt.Errorf("head of %d bytes", len(text))
	}
	if _, err := f.WriteAt(block, 0); err != nil {
		return Info{}, err
	}
	return info, f.Sync()
}

// syncUp flushes the folder and those above it: a new folder's name lies in its parent.
func (d *Disk) syncUp(dir string) error {
	for {
		f, err := d.root.Open(dir)
		if err != nil {
			return fmt.Errorf("blob: %w", err)
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return fmt.Errorf("blob: %w", err)
		}
		if dir == "." {
			return nil
		}
		dir = path.Dir(dir)
	}
}

// Get opens an object.
func (d *Disk) Get(_ context.Context, key string) (io.ReadCloser, Info, error) {
	f, info, err := d.open(key)
	if err != nil {
		return nil, Info{}, err
	}
	return f, info, nil
}

// Stat describes an object.
func (d *Disk) Stat(_ context.Context, key string) (Info, error) {
	f, info, err := d.open(key)
	if err != nil {
		return Info{}, err
	}
	return info, f.Close()
}

// open gives the file, positioned behind its head.
func (d *Disk) open(key string) (*os.File, Info, error) {
	if err := CheckKey(key); err != nil {
		return nil, Info{}, err
	}
	f, err := d.root.Open(key)
	if err != nil {
		// A part of the key may be a file: then there is no object below it.
		if errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), "not a directory") {
			return nil, Info{}, ErrNotFound
		}
		return nil, Info{}, fmt.Errorf("blob: %w", err)
	}
	info, err := describe(f, key)
	if err != nil {
		return nil, Info{}, errors.Join(err, f.Close())
	}
	return f, info, nil
}

func describe(f *os.File, key string) (Info, error) {
	stat, err := f.Stat()
	if err != nil {
		return Info{}, fmt.Errorf("blob: %w", err)
	}
	if stat.IsDir() {
		return Info{}, ErrNotFound
	}
	block := make([]byte, headSize)
	var h head
	if _, err := io.ReadFull(f, block); err != nil || json.Unmarshal(block, &h) != nil {
		return Info{}, fmt.Errorf("blob: %s is no object of this store", key)
	}
	return Info{Key: key, Size: stat.Size() - headSize, Type: h.Type, ETag: h.ETag, Modified: time.UnixMilli(h.Modified)}, nil
}

// Delete removes an object. Its folder stays.
func (d *Disk) Delete(_ context.Context, key string) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	err := d.root.Remove(key)
	if err == nil {
		return d.syncUp(path.Dir(key))
	}
	if stat, statErr := d.root.Stat(key); statErr == nil && !stat.IsDir() {
		return fmt.Errorf("blob: delete %s: %w", key, err)
	}
	return nil // nothing there, or a folder: no object either way
}

// List walks the folders that can hold such keys.
func (d *Disk) List(ctx context.Context, prefix string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		if strings.Contains(prefix, "..") || strings.HasPrefix(prefix, "/") {
			yield(Info{}, fmt.Errorf("blob: prefix %q", prefix))
			return
		}
		dir := "."
		if i := strings.LastIndex(prefix, "/"); i >= 0 {
			dir = prefix[:i]
		}
		d.walk(ctx, dir, prefix, yield)
	}
}

// walk gives the objects below dir in key order; false when the caller has had enough.
func (d *Disk) walk(ctx context.Context, dir, prefix string, yield func(Info, error) bool) bool {
	entries, err := fs.ReadDir(d.root.FS(), dir)
	if errors.Is(err, fs.ErrNotExist) {
		return true
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return yield(Info{}, fmt.Errorf("blob: list: %w", err))
	}
	// In key order a folder stands where its name with a slash does.
	order := func(e fs.DirEntry) string {
		if e.IsDir() {
			return e.Name() + "/"
		}
		return e.Name()
	}
	sort.Slice(entries, func(i, j int) bool { return order(entries[i]) < order(entries[j]) })
	for _, e := range entries {
		key := path.Join(dir, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir():
			if (strings.HasPrefix(key+"/", prefix) || strings.HasPrefix(prefix, key+"/")) && !d.walk(ctx, key, prefix, yield) {
				return false
			}
		case strings.HasPrefix(key, prefix):
			info, err := d.Stat(ctx, key)
			if errors.Is(err, ErrNotFound) {
				continue // deleted meanwhile
			}
			if !yield(info, err) {
				return false
			}
		}
	}
	return true
}

// URL gives ErrNoURL: files on disk are served by the program.
func (*Disk) URL(context.Context, string, time.Duration) (string, error) { return "", ErrNoURL }
