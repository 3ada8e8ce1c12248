package audit

import (
	"context"
	"errors"
	"strconv"
	"sync"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
)

// What the signatures are for.
const (
	forHead       = "audit head"
	forSeal       = "audit seal"
	forCheckpoint = "audit checkpoint"
)

// chain appends to the chains of all corps.
type chain struct {
	db     *db.DB
	search *search.Index
	box    *secret.Box

	// last remembers how far each chain had grown when this process wrote to it: a head
	// that is further back was put back by somebody.
	mu   sync.Mutex
	last map[string]int64
}

// head is the row of audit_head.
type head struct {
	Corp      string `bun:"corp_id"`
	Seq       int64
	Hash      string
	At        int64
	Seals     int64
	Broken    int64
	Signature string
}

func (h head) text() []byte {
	return lengthened("queqiao audit head 1", []string{
		h.Corp, strconv.FormatInt(h.Seq, 10), h.Hash, strconv.FormatInt(h.At, 10), strconv.FormatInt(h.Seals, 10),
		strconv.FormatInt(h.Broken, 10),
	})
}

const headColumns = `corp_id, seq, hash, at, seals, broken, signature`

// append writes an entry at the end of its corp's chain. The update of the head locks it
// until the transaction ends, so the writers of a corp stand in line here; it comes last
// in a transaction, so that the line is short and no two wait for each other.
func (c *chain) append(ctx context.Context, tx db.Tx, e *entry, words []string) error {
	h, err := c.lock(ctx, tx, e.Corp)
	if err != nil {
		return err
	}
	if err := c.examine(ctx, tx, &h); err != nil {
		return err
	}
	e.Seq = h.Seq + 1
	e.Hash = e.hashAfter(h.Hash)
	if _, err := tx.NewInsert().Model(e).Exec(ctx); err != nil {
		return err
	}
	h.Seq, h.Hash, h.At = e.Seq, e.Hash, e.At
	if err := c.put(ctx, tx, h); err != nil {
		return err
	}
	tx.AfterCommit(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.last[e.Corp] = max(c.last[e.Corp], e.Seq)
	})
	return c.search.Put(ctx, tx, search.Document{Corp: e.Corp, Kind: slug, Ref: e.ID, Text: words})
}

// put signs and stores a head that is locked.
func (c *chain) put(ctx context.Context, tx db.Tx, h head) (err error) {
	if h.Signature, err = c.box.Sign(forHead, h.text()); err != nil {
		return err
	}
	_, err = tx.NewRaw(`UPDATE audit_head SET seq = ?, hash = ?, at = ?, seals = ?, broken = ?, signature = ? WHERE corp_id = ?`,
		h.Seq, h.Hash, h.At, h.Seals, h.Broken, h.Signature, h.Corp).Exec(ctx)
	return err
}

// lock gives a corp's head and keeps others from it; the first entry makes it.
func (c *chain) lock(ctx context.Context, tx db.Tx, corp string) (h head, err error) {
	read := func() error {
		return tx.NewRaw(`UPDATE audit_head SET corp_id = corp_id WHERE corp_id = ? RETURNING `+headColumns, corp).Scan(ctx, &h)
	}
	if err = read(); !db.NoRows(err) {
		return h, err
	}
	fresh := head{Corp: corp, Hash: genesis}
	if fresh.Signature, err = c.box.Sign(forHead, fresh.text()); err != nil {
		return h, err
	}
	_, err = tx.NewRaw(`INSERT INTO audit_head (`+headColumns+`) VALUES (?, 0, ?, 0, 0, 0, ?) ON CONFLICT (corp_id) DO NOTHING`,
		corp, fresh.Hash, fresh.Signature).Exec(ctx)
	if err != nil {
		return h, err
	}
	return h, read()
}

// examine looks whether a head is what we left there: signed by us, with the last entry
// under it, and no earlier one of ours. If not, the log goes on behind all that there is,
// since work must go on; the chain stays marked for ever, under our signature.
func (c *chain) examine(ctx context.Context, tx db.Tx, h *head) error {
	c.mu.Lock()
	last := c.last[h.Corp]
	c.mu.Unlock()
	tail := struct {
		Seq  int64
		Hash string
	}{Hash: genesis}
	err := tx.NewRaw(`SELECT seq, hash FROM audit_entry WHERE corp_id = ? ORDER BY seq DESC LIMIT 1`, h.Corp).Scan(ctx, &tail)
	if err != nil && !db.NoRows(err) {
		return err
	}
	ours := !errors.Is(c.box.Verify(forHead, h.text(), h.Signature), secret.ErrSignature)
	if ours && h.Seq >= last && tail.Seq == h.Seq && tail.Hash == h.Hash {
		return nil
	}
	if h.Broken == 0 {
		h.Broken = max(min(h.Seq, tail.Seq)+1, 1)
	}
	if tail.Seq > h.Seq {
		h.Hash = tail.Hash
	}
	h.Seq = max(h.Seq, tail.Seq, last)
	return nil
}

// headOf reads a corp's head; ok is false when nothing was ever recorded.
func headOf(ctx context.Context, q db.Querier, corp string) (h head, ok bool, err error) {
	err = q.NewRaw(`SELECT `+headColumns+` FROM audit_head WHERE corp_id = ?`, corp).Scan(ctx, &h)
	if db.NoRows(err) {
		return h, false, nil
	}
	return h, err == nil, err
}
