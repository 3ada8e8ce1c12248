package audit

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// TestWitness does to the database what signatures inside it cannot show: an older state of
// it is put back, or all of it goes. Then, in the second round, the program goes on writing.
func TestWitness(t *testing.T) {
	back := func(l *log, old head) {
		l.exec("DELETE FROM audit_entry WHERE seq > ?", old.Seq)
		l.exec("DELETE FROM audit_seal WHERE number > ?", old.Seals)
		l.putHead(old)
	}
	gone := func(l *log, _ head) {
		for _, table := range []string{"audit_entry", "audit_head", "audit_seal", "audit_checkpoint", "audit_check", "audit_setting"} {
			l.exec("DELETE FROM " + table)
		}
	}
	for name, c := range map[string]struct {
		do         func(l *log, old head)
		fault      string
		seq        int64
		then       string // when the program has gone on
		thenSeq    int64
		state      witnessed
		whoIsBlind string // what a machine without a witness finds
	}{
		"nothing":                    {func(*log, head) {}, "", 0, "", 0, fits, ""},
		"an older state is put back": {back, FaultWitness, 5, FaultRemoved, 5, behind, ""},
		"everything goes":            {gone, FaultWitness, 1, FaultRemoved, 1, behind, ""},
		"a seal is taken back": {func(l *log, _ head) {
			h := l.head(corpID)
			l.exec("DELETE FROM audit_seal WHERE number = 2")
			h.Seals = 1
			var err error
			h.Signature, err = l.chain.box.Sign(forHead, h.text()) // as it was signed before the seal
			l.must(err)
			l.putHead(h)
		}, FaultWitness, 7, FaultHead, 8, behind, ""},
		"the witness is forged": {func(l *log, _ head) {
			l.must(os.WriteFile(l.chain.witness.file(corpID), []byte(`{"Corp":"ww1","Seq":3}`), 0o600))
		}, FaultWitness, 3, "", 0, behind, ""},
		"the witness is lost": {func(l *log, _ head) { l.must(os.RemoveAll(l.folder)) }, "", 0, "", 0, unseen, ""},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, l *log) {
				l.folder = filepath.Join(t.TempDir(), "witness")
				l.restart()
				l.record(corpID, 3)
				l.seal(corpID)
				l.record(corpID, 1)
				old := l.head(corpID)
				l.record(corpID, 3)
				l.seal(corpID)
				l.finds(corpID, "", 0)
				c.do(l, old)
				l.restart()
				l.finds(corpID, c.fault, c.seq)
				if state, _, err := l.chain.compare(context.Background(), corpID); err != nil || state != c.state {
					t.Errorf("it compares as %d, %v", state, err)
				}
				folder := l.folder
				l.folder = ""
				l.restart()
				if c.fault == FaultWitness {
					l.finds(corpID, c.whoIsBlind, 0)
				}
				l.folder = folder
				l.restart()
				l.record(corpID, 8)
				l.seal(corpID)
				l.restart()
				l.finds(corpID, c.then, c.thenSeq)
			})
		})
	}
}

// TestWitnessLagsBehind: other nodes write as well, and what this machine has seen stays true.
func TestWitnessLagsBehind(t *testing.T) {
	each(t, func(t *testing.T, l *log) {
		mine, other := filepath.Join(t.TempDir(), "mine"), filepath.Join(t.TempDir(), "other")
		for range 3 {
			for _, l.folder = range []string{mine, other} {
				l.restart()
				l.record(corpID, 2)
			}
		}
		l.seal(corpID)
		for _, l.folder = range []string{mine, other} {
			l.restart()
			l.finds(corpID, "", 0)
		}
		// A folder that cannot be written to is told, and stops no work.
		l.folder = filepath.Join(l.keys, "no folder")
		l.restart()
		l.record(corpID, 1)
		if !l.chain.witness.failed {
			t.Error("it went unnoticed")
		}
	})
}

// TestWitnessOfManyAtOnce: acts that commit at once are noted up to the last, whoever comes first.
func TestWitnessOfManyAtOnce(t *testing.T) {
	w := &witness{dir: t.TempDir(), log: slog.New(slog.DiscardHandler)}
	const many = 40
	var all sync.WaitGroup
	for _, corp := range []string{"ww1", "ww2"} {
		for seq := int64(many); seq > 0; seq-- {
			all.Go(func() {
				w.saw(t.Context(), head{Corp: corp, Seq: seq})
				if h, ok, err := w.said(corp); err != nil || !ok || h.Seq < seq {
					t.Errorf("after entry %d the file of %s says %d, %v", seq, corp, h.Seq, err)
				}
			})
		}
	}
	all.Wait()
	for _, corp := range []string{"ww1", "ww2"} {
		if h, ok, err := w.said(corp); err != nil || !ok || h.Seq != many {
			t.Errorf("the file of %s says %d, %v", corp, h.Seq, err)
		}
	}
	if files, err := os.ReadDir(w.dir); err != nil || len(files) != 2 {
		t.Errorf("left in the folder: %v, %v", files, err)
	}
}
