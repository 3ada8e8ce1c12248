package secret

import (
	"bufio"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Load reads the key file: one key a line, "<id> <32 bytes in base64>", the last one
// seals, all open. When the file is missing and create is true, one is made with a fresh
// key, readable by the owner only. A file that others can read is refused.
func Load(path string, create bool) (*Box, error) {
	keys, err := read(path)
	if errors.Is(err, fs.ErrNotExist) && create {
		if err = add(path); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		keys, err = read(path)
	}
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("secret: key file %s is missing; restore it from your backup: without it the stored secrets are lost: %w", path, err)
		}
		return nil, err
	}
	r, err := newRing(keys)
	if err != nil {
		return nil, err
	}
	b := &Box{path: path}
	b.ring.Store(r)
	if info, err := os.Stat(path); err == nil {
		b.seen = stampOf(info)
	}
	return b, nil
}

// Parse makes a box of keys that are given as text, from the environment for instance: the
// lines of a key file, parted by commas or newlines.
func Parse(text string) (*Box, error) {
	var keys []key
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for one := range strings.SplitSeq(line, ",") {
			if one = strings.TrimSpace(one); one == "" {
				continue
			}
			k, ok := parse(one)
			if !ok {
				return nil, fmt.Errorf("secret: key %d of those given is not \"<id> <32 bytes in base64>\"", len(keys)+1)
			}
			keys = append(keys, k)
		}
	}
	r, err := newRing(keys)
	if err != nil {
		return nil, err
	}
	b := &Box{}
	b.ring.Store(r)
	return b, nil
}

// NewKey makes a key up and gives it as a line.
func NewKey() Text { return NewText(fresh().line()) }

func (k key) line() string { return k.id + " " + base64.StdEncoding.EncodeToString(k.bytes) }

// parse reads "<id> <32 bytes in base64>".
func parse(line string) (key, bool) {
	id, text, ok := strings.Cut(line, " ")
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	return key{id, raw}, ok && err == nil && len(raw) == 32 && !strings.Contains(id, ".")
}

// Rotate adds a new key at the end of the file: it seals from the next Load on, and every
// process that has loaded the file can open what it sealed. The old keys stay.
func Rotate(path string) error {
	keys, err := read(path)
	if err != nil {
		return err
	}
	return replace(path, append(keys, fresh()))
}

func fresh() key {
	k := key{id: strings.ToLower(rand.Text()[:8]), bytes: make([]byte, 32)}
	_, _ = rand.Read(k.bytes) // never fails (crypto/rand)
	return k
}

// add makes the first file; whoever else makes it at the same moment wins.
func add(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	return place(path, []key{fresh()}, os.Link)
}

func replace(path string, keys []key) error { return place(path, keys, os.Rename) }

// place writes a temporary file in full, flushes it, and moves it to its name: a crash
// leaves the old file or the new, never half a key.
func place(path string, keys []key, move func(from, to string) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".keys-*")
	if err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already when all went well
	var b strings.Builder
	b.WriteString("# Queqiao key file. Back it up apart from the database. One key a line, the last one seals.\n")
	for _, k := range keys {
		b.WriteString(k.line() + "\n")
	}
	_, err = f.WriteString(b.String())
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	if err := move(f.Name(), path); err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

func read(path string) ([]key, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("secret: key file %s can be read by others (mode %04o); run: chmod 600 %s", path, info.Mode().Perm(), path)
	}
	var keys []key
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		k, ok := parse(line)
		if !ok {
			return nil, fmt.Errorf("secret: line %d of key file %s is not \"<id> <32 bytes in base64>\"", n, path)
		}
		keys = append(keys, k)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("secret: key file %s: %w", path, err)
	}
	return keys, nil
}
