package audit

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// The kinds of faults that a proof finds, each at the number of an entry.
const (
	FaultAltered    = "altered"    // the entry was changed, or others were put in its place
	FaultRemoved    = "removed"    // the entry is missing
	FaultInserted   = "inserted"   // the entry was put in
	FaultReordered  = "reordered"  // the entry and the next changed places
	FaultTruncated  = "truncated"  // the entry and all after it are missing
	FaultRewritten  = "rewritten"  // a seal says that the entry was another
	FaultHead       = "head"       // the record of where the chain ends was forged or put back
	FaultSeal       = "seal"       // a seal was forged
	FaultSealGone   = "sealGone"   // a seal is missing
	FaultCheckpoint = "checkpoint" // the record of what retention removed was forged
	FaultWitness    = "witness"    // this machine has seen the chain grow further than it now reaches
	FaultKey        = "key"        // the key of a signature is not in the key file
)

// Proof is what became of reading a chain from end to end.
type Proof struct {
	Entries int64  // that were read
	Seals   int64  // that were read
	First   int64  // number of the first entry, 0 for none
	Last    int64  // number of the last entry that was read
	Fault   string // the first, "" for none
	Seq     int64  // where it is
	At      int64  // unix ms, about when it was written; 0 when not known
}

// provePage is how many entries are in memory at a time.
const provePage = 500

// reader reads one chain against its head, its checkpoint and its seals.
type reader struct {
	c    *chain
	corp string
	head head
	from checkpoint
	seen head // by this machine, zero when it has seen nothing

	next     int64 // the number that must come
	previous string
	earlier  string // the hash before previous
	seals    []Seal // read ahead
	sealed   int64  // number of the last seal that was taken
	proof    Proof
}

// prove reads a whole chain, in constant memory, and stops at the first fault. Entries
// that are written meanwhile are left for the next time.
func (c *chain) prove(ctx context.Context, corp string, progress func(done, total int64) error) (Proof, error) {
	for {
		r := &reader{c: c, corp: corp}
		moved, err := r.run(ctx, progress)
		if err != nil || !moved {
			return r.proof, err
		}
	}
}

// run gives moved when retention has removed entries under its hands: begin again.
func (r *reader) run(ctx context.Context, progress func(done, total int64) error) (moved bool, err error) {
	done, err := r.begin(ctx)
	for err == nil && !done {
		var rows []entry
		// One more than is judged: the next entry tells what happened to the one before.
		err = r.c.db.Read().NewSelect().Model(&rows).Where("e.corp_id = ? AND e.seq >= ? AND e.seq <= ?", r.corp, r.next, r.head.Seq).
			OrderExpr("e.seq").Limit(provePage + 1).Scan(ctx)
		if err != nil {
			break
		}
		last := len(rows) <= provePage
		judged := rows[:min(len(rows), provePage)]
		for i := range judged {
			if done, err = r.take(ctx, &rows[i], rows[i+1:]); done || err != nil {
				break
			}
		}
		if done || err != nil {
			break
		}
		if last {
			err = r.end(ctx)
			break
		}
		if err = progress(r.proof.Entries, r.head.Seq-r.from.Seq); err != nil {
			break
		}
	}
	if err != nil || r.proof.Fault == "" {
		return false, err
	}
	now, _, err := checkpointOf(ctx, r.c.db.Read(), r.corp)
	return now.Seq != r.from.Seq, err
}

func (r *reader) found(kind string, seq, at int64) bool {
	r.proof.Fault, r.proof.Seq, r.proof.At = kind, seq, at
	return true
}

// begin reads head and checkpoint; done when there is nothing to read or a fault.
func (r *reader) begin(ctx context.Context) (done bool, err error) {
	q := r.c.db.Read()
	// The witness first: the chain may grow meanwhile, and is never behind it.
	if done, err := r.hear(); done || err != nil {
		return done, err
	}
	h, there, err := headOf(ctx, q, r.corp)
	if err != nil {
		return false, err
	}
	p, kept, err := checkpointOf(ctx, q, r.corp)
	if err != nil {
		return false, err
	}
	r.head, r.from, r.next, r.previous = h, p, p.Seq+1, genesis
	if kept {
		r.previous = p.Hash
		kind, err := signatureFault(r.c.box.Verify(forCheckpoint, p.text(), p.Signature), FaultCheckpoint)
		if kind != "" || err != nil {
			return r.found(kind, p.Seq, p.At), err
		}
	}
	var early []int64
	err = q.NewRaw(`SELECT seq FROM audit_entry WHERE corp_id = ? AND seq <= ? ORDER BY seq LIMIT 1`, r.corp, p.Seq).Scan(ctx, &early)
	if err != nil && !db.NoRows(err) {
		return false, err
	}
	if len(early) > 0 {
		return r.found(FaultInserted, early[0], 0), nil
	}
	if there {
		return false, r.moreSeals(ctx)
	}
	// Without a head nothing may be there that only a chain leaves behind.
	var rest int64
	err = q.NewRaw(`SELECT (SELECT count(*) FROM audit_seal WHERE corp_id = ?) + (SELECT count(*) FROM audit_check WHERE corp_id = ? AND last_seq > 0)
		+ (SELECT count(*) FROM (SELECT 1 FROM audit_entry WHERE corp_id = ? LIMIT 1) AS any_entry)`, r.corp, r.corp, r.corp).Scan(ctx, &rest)
	switch {
	case rest > 0 || kept:
		r.found(FaultHead, r.next, 0)
	case r.seen.Seq > 0:
		r.found(FaultWitness, r.next, r.seen.At)
	}
	return true, err
}

// hear takes what this machine has seen of the chain; done when somebody forged that.
func (r *reader) hear() (done bool, err error) {
	h, ok, err := r.c.witness.said(r.corp)
	if err != nil || !ok {
		return false, err
	}
	kind, err := signatureFault(r.c.box.Verify(forHead, h.text(), h.Signature), FaultWitness)
	switch kind {
	case "":
		r.seen = h
	case FaultWitness:
		return r.found(kind, h.Seq, h.At), err
	default: // signed with a key that is gone, by a node that has been silent since: it says nothing
	}
	return false, err
}

// take judges one entry; after are those that follow it.
func (r *reader) take(ctx context.Context, e *entry, after []entry) (done bool, err error) {
	if e.Seq != r.next {
		return r.found(FaultRemoved, r.next, e.At), nil
	}
	if e.hashAfter(r.previous) != e.Hash {
		if r.earlier != "" && e.as(e.Seq-1).hashAfter(r.earlier) == e.Hash {
			return r.found(FaultInserted, e.Seq-1, e.At), nil // it fitted where the one before now stands
		}
		kind := FaultAltered
		if len(after) > 0 {
			switch n := &after[0]; {
			case n.as(e.Seq).hashAfter(r.previous) == n.Hash:
				// The next fits here. It was pushed on by this one, or the two changed places.
				kind = FaultInserted
				if e.as(n.Seq).hashAfter(n.Hash) == e.Hash {
					kind = FaultReordered
				}
			case e.as(n.Seq).hashAfter(n.Hash) == e.Hash:
				kind = FaultReordered
			}
		}
		return r.found(kind, e.Seq, e.At), nil
	}
	if e.Seq == r.seen.Seq && e.Hash != r.seen.Hash {
		return r.found(FaultRewritten, e.Seq, e.At), nil
	}
	if r.proof.First == 0 {
		r.proof.First = e.Seq
	}
	r.proof.Entries++
	r.earlier = r.previous
	r.proof.Last, r.previous, r.next = e.Seq, e.Hash, e.Seq+1
	return r.takeSeals(ctx, e)
}

// moreSeals reads ahead; only those that the head knows count.
func (r *reader) moreSeals(ctx context.Context) error {
	if len(r.seals) > 0 {
		return nil
	}
	err := r.c.db.Read().NewRaw(`SELECT `+sealColumns+` FROM audit_seal WHERE corp_id = ? AND number > ? AND number <= ? ORDER BY number LIMIT ?`,
		r.corp, r.sealed, r.head.Seals, provePage).Scan(ctx, &r.seals)
	if db.NoRows(err) {
		return nil
	}
	return err
}

// takeSeals judges the seals up to an entry.
func (r *reader) takeSeals(ctx context.Context, e *entry) (done bool, err error) {
	for len(r.seals) > 0 && r.seals[0].Seq <= e.Seq {
		s := r.seals[0]
		if done, err := r.takeSeal(s); done || err != nil {
			return done, err
		}
		if s.Seq == e.Seq && s.Hash != e.Hash {
			return r.found(FaultRewritten, e.Seq, e.At), nil
		}
		r.seals = r.seals[1:]
		if err := r.moreSeals(ctx); err != nil {
			return false, err
		}
	}
	return false, nil
}

func (r *reader) takeSeal(s Seal) (done bool, err error) {
	if s.Number != r.sealed+1 {
		return r.found(FaultSealGone, s.Seq, s.At), nil
	}
	kind, err := signatureFault(r.c.box.Verify(forSeal, s.text(), s.Signature), FaultSeal)
	if kind != "" || err != nil {
		return r.found(kind, s.Seq, s.At), err
	}
	r.sealed = s.Number
	r.proof.Seals++
	return false, nil
}

// end judges what must hold when all entries were read.
func (r *reader) end(ctx context.Context) error {
	for {
		if err := r.moreSeals(ctx); err != nil {
			return err
		}
		if len(r.seals) == 0 {
			break
		}
		s := r.seals[0]
		r.seals = r.seals[1:]
		if done, err := r.takeSeal(s); done || err != nil {
			return err
		}
		switch {
		case s.Seq >= r.next:
			r.found(FaultTruncated, r.next, s.At)
			return nil
		case s.Seq == r.next-1 && s.Hash != r.previous:
			r.found(FaultRewritten, s.Seq, s.At)
			return nil
		}
	}
	kind, err := signatureFault(r.c.box.Verify(forHead, r.head.text(), r.head.Signature), FaultHead)
	switch {
	case err != nil:
		return err
	case r.next <= r.head.Seq:
		r.found(FaultTruncated, r.next, r.head.At)
	case kind != "":
		r.found(kind, r.head.Seq, r.head.At)
	case r.previous != r.head.Hash:
		r.found(FaultHead, r.head.Seq, r.head.At)
	case r.sealed < r.head.Seals:
		r.found(FaultSealGone, r.head.Seq, r.head.At)
	case r.head.Broken > 0:
		r.found(FaultHead, r.head.Broken, 0)
	case r.seen.ahead(r.head):
		r.found(FaultWitness, min(r.head.Seq+1, r.seen.Seq), r.seen.At)
	default:
		return r.beyond(ctx)
	}
	return nil
}

// beyond looks for entries that nobody of us wrote behind the end.
func (r *reader) beyond(ctx context.Context) error {
	var past []struct{ Seq, At int64 }
	err := r.c.db.Read().NewRaw(`SELECT seq, at FROM audit_entry WHERE corp_id = ? AND seq > ? ORDER BY seq LIMIT 1`, r.corp, r.head.Seq).Scan(ctx, &past)
	if err != nil && !db.NoRows(err) || len(past) == 0 {
		return err
	}
	// The chain may have grown since the head was read, whose newer row then covers it.
	h, _, err := headOf(ctx, r.c.db.Read(), r.corp)
	if err == nil && h.Seq < past[0].Seq {
		r.found(FaultInserted, past[0].Seq, past[0].At)
	}
	return err
}
