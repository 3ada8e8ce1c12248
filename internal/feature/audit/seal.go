package audit

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
)

// Seal is a signed head of a chain: so far it had grown, with that hash, at that moment.
type Seal struct {
	Corp      string `json:"-" bun:"corp_id"`
	Number    int64  `json:"number"`
	Day       int    `json:"day" doc:"the day that it ends, 20261122; 0 when somebody asked for it"`
	Seq       int64  `json:"seq" doc:"number of the last entry under it"`
	Hash      string `json:"hash"`
	At        int64  `json:"at" doc:"unix ms"`
	Signature string `json:"signature"`
}

const sealColumns = `corp_id, number, day, seq, hash, at, signature`

func (s Seal) text() []byte {
	return lengthened("queqiao audit seal 1", []string{
		s.Corp, strconv.FormatInt(s.Number, 10), strconv.Itoa(s.Day), strconv.FormatInt(s.Seq, 10), s.Hash, strconv.FormatInt(s.At, 10),
	})
}

// seal signs the head as it is, in a transaction.
func (c *chain) seal(ctx context.Context, tx db.Tx, corp string, day int, at time.Time) (Seal, error) {
	h, err := c.lock(ctx, tx, corp)
	if err == nil {
		err = c.examine(ctx, tx, &h)
	}
	if err != nil {
		return Seal{}, err
	}
	h.Seals++
	s := Seal{Corp: corp, Number: h.Seals, Day: day, Seq: h.Seq, Hash: h.Hash, At: db.MS(at)}
	if s.Signature, err = c.box.Sign(forSeal, s.text()); err != nil {
		return s, err
	}
	_, err = tx.NewRaw(`INSERT INTO audit_seal (`+sealColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		s.Corp, s.Number, s.Day, s.Seq, s.Hash, s.At, s.Signature).Exec(ctx)
	if err != nil {
		return s, fmt.Errorf("audit: seal %d of corp %q: %w", s.Number, corp, err)
	}
	return s, c.put(ctx, tx, h)
}

// lastSeal gives the latest seal of a corp; with daily only those of days count.
func lastSeal(ctx context.Context, q db.Querier, corp string, daily bool) (s Seal, ok bool, err error) {
	least := 0
	if daily {
		least = 1
	}
	err = q.NewRaw(`SELECT `+sealColumns+` FROM audit_seal WHERE corp_id = ? AND day >= ? ORDER BY number DESC LIMIT 1`, corp, least).Scan(ctx, &s)
	if db.NoRows(err) {
		return s, false, nil
	}
	return s, err == nil, err
}

// resealPage bounds how many seals are signed again in one transaction.
const resealPage = 500

// resign signs with the newest key what an older one has signed, once the key file was
// rotated; so the old key can be taken out of it. What does not verify is left as it is.
func (c *chain) resign(ctx context.Context, corp string) error {
	var after int64
	for {
		var seals []Seal
		err := c.db.Read().NewRaw(`SELECT `+sealColumns+` FROM audit_seal WHERE corp_id = ? AND number > ? ORDER BY number LIMIT ?`,
			corp, after, resealPage).Scan(ctx, &seals)
		if err != nil && !db.NoRows(err) || len(seals) == 0 {
			return errors.Join(err, c.resignRest(ctx, corp))
		}
		after = seals[len(seals)-1].Number
		err = c.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			for _, s := range seals {
				fresh, err := c.again(forSeal, s.text(), s.Signature)
				if err != nil || fresh == s.Signature {
					continue // an unknown key: verification tells
				}
				if _, err := tx.NewRaw(`UPDATE audit_seal SET signature = ? WHERE corp_id = ? AND number = ?`, fresh, corp, s.Number).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// resignRest signs head and checkpoint again.
func (c *chain) resignRest(ctx context.Context, corp string) error {
	return c.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		h, ok, err := headOf(ctx, tx, corp)
		if err != nil || !ok {
			return err
		}
		if fresh, err := c.again(forHead, h.text(), h.Signature); err == nil && fresh != h.Signature {
			if h, err = c.lock(ctx, tx, corp); err != nil {
				return err
			}
			if err := c.put(ctx, tx, h); err != nil {
				return err
			}
		}
		p, ok, err := checkpointOf(ctx, tx, corp)
		if err != nil || !ok {
			return err
		}
		if fresh, err := c.again(forCheckpoint, p.text(), p.Signature); err == nil && fresh != p.Signature {
			p.Signature = fresh
		}
		_, err = tx.NewRaw(`UPDATE audit_checkpoint SET signature = ? WHERE corp_id = ?`, p.Signature, corp).Exec(ctx)
		return err
	})
}

// again gives the signature under the newest key of a text that bears one.
func (c *chain) again(purpose string, text []byte, signature string) (string, error) {
	if !c.box.Outdated(signature) {
		return signature, nil
	}
	if err := c.box.Verify(purpose, text, signature); err != nil {
		return "", err
	}
	return c.box.Sign(purpose, text)
}

// signatureFault names what is wrong with a signature, "" for nothing.
func signatureFault(err error, forged string) (string, error) {
	switch {
	case err == nil:
		return "", nil
	case errors.Is(err, secret.ErrSignature):
		return forged, nil
	case errors.Is(err, secret.ErrSigner):
		return FaultKey, nil
	default:
		return "", err
	}
}
