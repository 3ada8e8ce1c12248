package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
)

// witness keeps outside the database the signed head of each chain as this machine last
// saw it written. Whoever owns the database but not this machine cannot take the whole
// chain away, or put an older state of it back, unseen: signatures alone do not tell an
// old truth from the present one.
//
// Each node has its own; one that lags behind, since other nodes wrote, says no less true
// things. A file is written after the commit, so the database is never behind it.
type witness struct {
	dir string // "" for none
	log *slog.Logger

	mu     sync.Mutex
	failed bool
	chains map[string]*sight
}

// sight is what of one chain is to be noted: acts that commit while a file is flushed
// share the next.
type sight struct {
	writing sync.Mutex
	newest  head // guarded by witness.mu
}

func (w *witness) file(corp string) string {
	sum := sha256.Sum256([]byte(corp))
	return filepath.Join(w.dir, hex.EncodeToString(sum[:8]))
}

// said gives what the file of a chain says; ok is false when there is none.
func (w *witness) said(corp string) (h head, ok bool, err error) {
	if w.dir == "" {
		return head{}, false, nil
	}
	raw, err := os.ReadFile(w.file(corp))
	if errors.Is(err, fs.ErrNotExist) {
		return head{}, false, nil
	}
	if err != nil {
		return head{}, false, fmt.Errorf("audit: witness: %w", err)
	}
	// What is no longer a head bears no signature of ours: that is judged by who reads it.
	if json.Unmarshal(raw, &h) != nil || h.Corp != corp {
		h = head{Corp: corp}
	}
	return h, true, nil
}

// saw notes a head that was committed, or a later one that another act came with
// meanwhile: when it returns the file is as far. It never undoes an act: when it cannot be
// noted, the log says so once, and the examination of the installation as long as it lasts.
func (w *witness) saw(ctx context.Context, h head) {
	if w.dir == "" {
		return
	}
	chain := w.coming(h)
	chain.writing.Lock()
	defer chain.writing.Unlock()
	// Commits may come here in another order than they happened, and whoever wrote before us
	// may have taken ours along.
	before, ok, err := w.said(h.Corp)
	if err == nil && ok && (before == h || before.ahead(h)) {
		return
	}
	w.mu.Lock()
	newest := chain.newest
	w.mu.Unlock()
	err = w.put(newest)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil && !w.failed {
		w.log.ErrorContext(ctx, "this machine cannot note how far the audit log has grown", "folder", w.dir, "error", err.Error())
	}
	w.failed = err != nil
}

// coming remembers a head that is to be noted.
func (w *witness) coming(h head) *sight {
	w.mu.Lock()
	defer w.mu.Unlock()
	chain := w.chains[h.Corp]
	if chain == nil {
		if w.chains == nil {
			w.chains = map[string]*sight{}
		}
		chain = &sight{}
		w.chains[h.Corp] = chain
	}
	if !chain.newest.ahead(h) {
		chain.newest = h
	}
	return chain
}

// ahead tells whether a head is later than another.
func (h head) ahead(other head) bool {
	return h.Seq > other.Seq || h.Seq == other.Seq && h.Seals > other.Seals
}

// put writes a file in full, flushes it and moves it to its name: a crash leaves the old
// one or the new.
func (w *witness) put(h head) error {
	raw, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(w.dir, ".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already when all went well
	_, err = f.Write(raw)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), w.file(h.Corp)); err != nil {
		return err
	}
	d, err := os.Open(w.dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
