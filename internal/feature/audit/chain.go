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

	witness *witness

	// last remembers how far each chain had grown when this process, or this machine before
	// it, wrote to it: a head that is further back was put back by somebody.
	mu   sync.Mutex
	last map[string]head
}

// head is the row of audit_head.
type head struct {
	Corp      string `json:"corp" bun:"corp_id"`
	Seq       int64  `json:"seq"`
	Hash      string `json:"hash"`
	At        int64  `json:"at"`
	Seals     int64  `json:"seals"`
	Broken    int64  `json:"broken"`
	Days      int64  `json:"days"` // how long entries stay, 0 for ever, unsaid for a head signed before it said so
	Signature string `json:"signature"`
}

// unsaid is what a head says of the days that was signed before heads said it.
const unsaid = -1

func (h head) text() []byte {
	fields := []string{
		h.Corp, strconv.FormatInt(h.Seq, 10), h.Hash, strconv.FormatInt(h.At, 10), strconv.FormatInt(h.Seals, 10),
		strconv.FormatInt(h.Broken, 10),
	}
	if h.Days == unsaid {
		return lengthened("queqiao audit head 1", fields)
	}
	return lengthened("queqiao audit head 2", append(fields, strconv.FormatInt(h.Days, 10)))
}

const headColumns = `corp_id, seq, hash, at, seals, broken, days, signature`

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
	return c.search.Put(ctx, tx, search.Document{Corp: e.Corp, Kind: slug, Ref: e.ID, Text: words})
}

// put signs and stores a head that is locked.
func (c *chain) put(ctx context.Context, tx db.Tx, h head) (err error) {
	if h.Days, err = daysOf(ctx, tx, h); err != nil {
		return err
	}
	if h.Signature, err = c.box.Sign(forHead, h.text()); err != nil {
		return err
	}
	_, err = tx.NewRaw(`UPDATE audit_head SET seq = ?, hash = ?, at = ?, seals = ?, broken = ?, days = ?, signature = ? WHERE corp_id = ?`,
		h.Seq, h.Hash, h.At, h.Seals, h.Broken, h.Days, h.Signature, h.Corp).Exec(ctx)
	tx.AfterCommit(func() {
		c.mu.Lock()
		if !c.last[h.Corp].ahead(h) {
			c.last[h.Corp] = h
		}
		c.mu.Unlock()
		c.witness.saw(ctx, h)
	})
	return err
}

// known is how far this machine has seen a chain grow. A witness that cannot be read, or is
// forged, is told by the proof and the installation's report; work goes on.
func (c *chain) known(corp string) head {
	c.mu.Lock()
	defer c.mu.Unlock()
	if h, ok := c.last[corp]; ok {
		return h
	}
	h, ok, err := c.witness.said(corp)
	if err != nil || !ok || c.box.Verify(forHead, h.text(), h.Signature) != nil {
		return head{}
	}
	c.last[corp] = h
	return h
}

// lock gives a corp's head and keeps others from it; the first entry makes it.
func (c *chain) lock(ctx context.Context, tx db.Tx, corp string) (h head, err error) {
	read := func() error {
		return tx.NewRaw(`UPDATE audit_head SET corp_id = corp_id WHERE corp_id = ? RETURNING `+headColumns, corp).Scan(ctx, &h)
	}
	if err = read(); !db.NoRows(err) {
		return h, err
	}
	fresh := head{Corp: corp, Hash: genesis, Days: unsaid}
	if fresh.Signature, err = c.box.Sign(forHead, fresh.text()); err != nil {
		return h, err
	}
	_, err = tx.NewRaw(`INSERT INTO audit_head (`+headColumns+`) VALUES (?, 0, ?, 0, 0, 0, ?, ?) ON CONFLICT (corp_id) DO NOTHING`,
		corp, fresh.Hash, fresh.Days, fresh.Signature).Exec(ctx)
	if err != nil {
		return h, err
	}
	return h, read()
}

// tail is the last entry of a chain.
type tail struct {
	Seq  int64
	Hash string
}

// sound looks whether a head is what we left there: signed by us, with the last entry
// under it, and no earlier one than this machine has seen.
func (c *chain) sound(ctx context.Context, tx db.Tx, h head) (ok bool, last head, end tail, err error) {
	last, end.Hash = c.known(h.Corp), genesis
	err = tx.NewRaw(`SELECT seq, hash FROM audit_entry WHERE corp_id = ? ORDER BY seq DESC LIMIT 1`, h.Corp).Scan(ctx, &end)
	if err != nil && !db.NoRows(err) {
		return false, last, end, err
	}
	ours := !errors.Is(c.box.Verify(forHead, h.text(), h.Signature), secret.ErrSignature)
	return ours && !last.ahead(h) && end.Seq == h.Seq && end.Hash == h.Hash, last, end, nil
}

// examine looks whether a head is sound. If not, the log goes on behind all that there is,
// since work must go on; the chain stays marked for ever, under our signature, and keeps
// its entries until somebody says anew how long.
func (c *chain) examine(ctx context.Context, tx db.Tx, h *head) error {
	ok, last, end, err := c.sound(ctx, tx, *h)
	if err != nil || ok {
		return err
	}
	if h.Broken == 0 {
		h.Broken = max(min(h.Seq, end.Seq)+1, 1)
	}
	if end.Seq > h.Seq {
		h.Hash = end.Hash
	}
	h.Seq = max(h.Seq, end.Seq, last.Seq)
	h.Days = 0
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
