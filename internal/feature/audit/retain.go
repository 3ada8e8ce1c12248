package audit

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// checkpoint is what retention has removed.
type checkpoint struct {
	Corp      string `bun:"corp_id"`
	Seq       int64
	Hash      string
	At        int64
	Signature string
}

func (p checkpoint) text() []byte {
	return lengthened("queqiao audit checkpoint 1", []string{p.Corp, strconv.FormatInt(p.Seq, 10), p.Hash, strconv.FormatInt(p.At, 10)})
}

func checkpointOf(ctx context.Context, q db.Querier, corp string) (p checkpoint, ok bool, err error) {
	err = q.NewRaw(`SELECT corp_id, seq, hash, at, signature FROM audit_checkpoint WHERE corp_id = ?`, corp).Scan(ctx, &p)
	if db.NoRows(err) {
		return p, false, nil
	}
	return p, err == nil, err
}

const (
	// leastDays is what the law asks of network logs (网络安全法 §21): six months.
	leastDays = 180
	// defaultDays is three years, the limitation of most claims (民法典 §188).
	defaultDays = 1095
)

// daysKept is how long a corp keeps its entries, 0 for ever.
func daysKept(ctx context.Context, q db.Querier, corp string) (int64, error) {
	h, ok, err := headOf(ctx, q, corp)
	if err != nil {
		return 0, err
	}
	if !ok {
		h = head{Corp: corp, Days: unsaid}
	}
	return daysOf(ctx, q, h)
}

// daysOf is what a head says, or what was set before heads said it: that bears no
// signature, so it counts once, until the head is signed anew. Whatever stands there, it is
// no shorter than the law allows.
func daysOf(ctx context.Context, q db.Querier, h head) (int64, error) {
	days := h.Days
	if days == unsaid {
		days = defaultDays
		err := q.NewRaw(`SELECT days FROM audit_setting WHERE corp_id = ?`, h.Corp).Scan(ctx, &days)
		if err != nil && !db.NoRows(err) {
			return 0, err
		}
	}
	if days != 0 {
		days = max(days, leastDays)
	}
	return days, nil
}

// setDays writes into the head of a chain, under our signature, how long entries stay.
func (c *chain) setDays(ctx context.Context, tx db.Tx, corp string, days int64) error {
	h, err := c.lock(ctx, tx, corp)
	if err == nil {
		err = c.examine(ctx, tx, &h)
	}
	if err != nil {
		return err
	}
	h.Days = days
	return c.put(ctx, tx, h)
}

// retainStep is how many entries are removed in one transaction.
const retainStep = 1000

// errUnsound says that entries to be removed do not fit together: they are evidence and stay.
var errUnsound = errors.New("audit: the oldest entries are not intact; they are kept until somebody has looked")

// retain removes the entries that are older than the corp keeps them. What was removed
// is itself an entry.
func (r *recorder) retain(ctx context.Context, corp string, now time.Time) error {
	for {
		if more, err := r.retainOnce(ctx, corp, now); err != nil || !more {
			return err
		}
	}
}

func (r *recorder) retainOnce(ctx context.Context, corp string, now time.Time) (more bool, err error) {
	err = r.chain.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		more = false
		// The lock keeps another node from doing the same.
		h, err := r.chain.lock(ctx, tx, corp)
		if err != nil {
			return err
		}
		// What the head and the checkpoint say counts only under our signature: a new one
		// over a forged one would make it true.
		if ok, _, _, err := r.chain.sound(ctx, tx, h); err != nil || !ok {
			return errors.Join(err, errUnsound)
		}
		days, err := daysOf(ctx, tx, h)
		if err != nil || days == 0 {
			return err
		}
		before := db.MS(now.AddDate(0, 0, -int(days)))
		p, ok, err := checkpointOf(ctx, tx, corp)
		if err != nil {
			return err
		}
		if ok {
			if err := r.chain.box.Verify(forCheckpoint, p.text(), p.Signature); err != nil {
				return errors.Join(err, errUnsound)
			}
		}
		if !ok {
			p.Hash = genesis
		}
		var rows []entry
		err = tx.NewSelect().Model(&rows).Where("e.corp_id = ?", corp).OrderExpr("e.seq").Limit(retainStep).Scan(ctx)
		if err != nil {
			return err
		}
		var gone []id.ID
		for i := range rows {
			e := &rows[i]
			if e.At >= before || e.Seq == h.Seq {
				break
			}
			if e.Seq != p.Seq+1 || e.hashAfter(p.Hash) != e.Hash {
				return errUnsound
			}
			p.Seq, p.Hash, p.At = e.Seq, e.Hash, e.At
			gone = append(gone, e.ID)
		}
		more = len(gone) == retainStep
		if len(gone) == 0 {
			return nil
		}
		p.Corp = corp
		return r.forget(ctx, tx, p, gone, now)
	})
	return more, err
}

// forget removes entries up to a checkpoint and says so.
func (r *recorder) forget(ctx context.Context, tx db.Tx, p checkpoint, gone []id.ID, now time.Time) error {
	var err error
	if p.Signature, err = r.chain.box.Sign(forCheckpoint, p.text()); err != nil {
		return err
	}
	_, err = tx.NewRaw(`INSERT INTO audit_checkpoint (corp_id, seq, hash, at, signature) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (corp_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, at = excluded.at, signature = excluded.signature`,
		p.Corp, p.Seq, p.Hash, p.At, p.Signature).Exec(ctx)
	if err != nil {
		return err
	}
	if _, err := tx.NewRaw(`DELETE FROM audit_entry WHERE corp_id = ? AND id IN (?)`, p.Corp, bun.List(gone)).Exec(ctx); err != nil {
		return err
	}
	if err := r.chain.search.Delete(ctx, tx, gone...); err != nil {
		return err
	}
	row, words, err := r.row(web.Entry{
		At: now, Corp: p.Corp, Actor: "system", Operation: "audit.retain", Action: "audit.retain", Summary: "清理超过保留期限的操作日志",
		Outcome: web.Done, Status: 200, Changes: []web.Change{{Object: "audit:retention", After: map[string]any{"removed": len(gone), "upTo": p.Seq, "until": p.At}}},
	})
	if err != nil {
		return err
	}
	return r.chain.append(ctx, tx, &row, words)
}
