package audit

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	corpID  = "ww1"
	another = "ww2"
)

// log is a recorder over a database of its own.
type log struct {
	*recorder

	t     *testing.T
	clock *clock.Fake
	keys  string
	// folder is the witness's, "" for none.
	folder string
}

func each(t *testing.T, body func(t *testing.T, l *log)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			f := New(feature.Deps{Queue: job.New(nil, nil, nil, nil, job.Options{})})
			d := dbtest.Open(t, e, search.Migrations(e), db.Migrations{Set: slug, FS: f.Migrations})
			l := &log{t: t, clock: clock.NewFake(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)), keys: filepath.Join(t.TempDir(), "keys")}
			l.recorder = &recorder{ids: id.NewSource(l.clock, 1), flood: newFlood(l.clock)}
			l.chain = &chain{db: d, search: search.New(d)}
			l.restart()
			body(t, l)
		})
	}
}

// restart is what a start of the program does: it reads the key file and forgets the rest.
func (l *log) restart() {
	box, err := secret.Load(l.keys, true)
	l.must(err)
	l.chain.box, l.chain.last = box, map[string]head{}
	l.chain.witness = &witness{dir: l.folder, log: slog.New(slog.DiscardHandler)}
}

func (l *log) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// record writes n entries, a second apart.
func (l *log) record(corp string, n int) {
	l.t.Helper()
	for range n {
		l.clock.Advance(time.Second)
		l.must(l.Record(context.Background(), web.Entry{
			At: l.clock.Now(), Corp: corp, Actor: "member:zhang", ActorName: "张三", Operation: "channelcode.putCodesId", Summary: "修改渠道活码",
			Outcome: web.Done, Status: 200, Changes: []web.Change{{Object: "channelcode:1", Name: "展会", After: l.clock.Now().Unix()}},
		}))
	}
}

func (l *log) seal(corp string) Seal {
	l.t.Helper()
	var s Seal
	l.must(l.chain.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) (err error) {
		s, err = l.chain.seal(ctx, tx, corp, 20261122, l.clock.Now())
		return err
	}))
	return s
}

// exec is what somebody does who owns the database.
func (l *log) exec(text string, args ...any) {
	l.t.Helper()
	l.must(l.chain.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(text, args...).Exec(ctx)
		return err
	}))
}

func (l *log) entries(corp string) (rows []entry) {
	l.t.Helper()
	l.must(l.chain.db.Read().NewSelect().Model(&rows).Where("e.corp_id = ?", corp).OrderExpr("e.seq").Scan(context.Background()))
	return rows
}

// rewrite puts rows in the place of a corp's entries.
func (l *log) rewrite(corp string, rows []entry) {
	l.t.Helper()
	l.exec("DELETE FROM audit_entry WHERE corp_id = ?", corp)
	l.must(l.chain.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewInsert().Model(&rows).Exec(ctx)
		return err
	}))
}

// rehash makes the rows fit each other again: all that a forger without the key can do.
func rehash(rows []entry) []entry {
	previous := genesis
	for i := range rows {
		rows[i].Seq = int64(i + 1)
		rows[i].Hash = rows[i].hashAfter(previous)
		previous = rows[i].Hash
	}
	return rows
}

func (l *log) head(corp string) head {
	l.t.Helper()
	h, _, err := headOf(context.Background(), l.chain.db.Read(), corp)
	l.must(err)
	return h
}

func (l *log) putHead(h head) {
	l.exec(`UPDATE audit_head SET seq = ?, hash = ?, at = ?, seals = ?, broken = ?, days = ?, signature = ? WHERE corp_id = ?`,
		h.Seq, h.Hash, h.At, h.Seals, h.Broken, h.Days, h.Signature, h.Corp)
}

func (l *log) proof(corp string) Proof {
	l.t.Helper()
	p, err := l.chain.prove(context.Background(), corp, func(int64, int64) error { return nil })
	l.must(err)
	return p
}

func (l *log) finds(corp, fault string, seq int64) {
	l.t.Helper()
	if p := l.proof(corp); p.Fault != fault || p.Seq != seq {
		l.t.Errorf("found %q at %d, want %q at %d (%d entries read)", p.Fault, p.Seq, fault, seq, p.Entries)
	}
}

// TestTampering does to the log what somebody who owns the database could do; the last
// seal lies under entry 6 of 10.
func TestTampering(t *testing.T) {
	insert := func(rows []entry, at int) []entry {
		extra := rows[at]
		extra.ID, extra.ObjectName = 77, "nobody did this"
		out := append(append(append([]entry{}, rows[:at]...), extra), rows[at:]...)
		for i := range out {
			out[i].Seq = int64(i + 1)
		}
		out[at].Hash = out[at].hashAfter(out[at-1].Hash)
		return out
	}
	without := func(rows []entry, at int) []entry { return append(append([]entry{}, rows[:at]...), rows[at+1:]...) }
	attacks := []struct {
		name  string
		do    func(l *log, rows []entry, h head)
		fault string
		seq   int64
	}{
		{"nothing", func(*log, []entry, head) {}, "", 0},
		{"a word is changed", func(l *log, _ []entry, _ head) { l.exec("UPDATE audit_entry SET changes = '[]' WHERE seq = 4") }, FaultAltered, 4},
		{"a moment is changed", func(l *log, _ []entry, _ head) { l.exec("UPDATE audit_entry SET at = at + 1 WHERE seq = 1") }, FaultAltered, 1},
		{"a hash is changed", func(l *log, _ []entry, _ head) { l.exec("UPDATE audit_entry SET hash = 'x' WHERE seq = 10") }, FaultAltered, 10},
		{"text moves from one column to the next", func(l *log, _ []entry, _ head) {
			l.exec("UPDATE audit_entry SET actor = actor || '张', actor_name = '三' WHERE seq = 3")
		}, FaultAltered, 3},
		{"it is changed, and all hashes after it", func(l *log, rows []entry, _ head) {
			rows[3].ActorName = "李四"
			l.rewrite(corpID, rehash(rows))
		}, FaultRewritten, 6},
		{"it is changed after the last seal, and all hashes and the head", func(l *log, rows []entry, h head) {
			rows[7].ActorName = "李四"
			rows = rehash(rows)
			l.rewrite(corpID, rows)
			h.Hash = rows[9].Hash
			l.putHead(h)
		}, FaultHead, 10},
		{"one is removed", func(l *log, _ []entry, _ head) { l.exec("DELETE FROM audit_entry WHERE seq = 5") }, FaultRemoved, 5},
		{"the first are removed", func(l *log, _ []entry, _ head) { l.exec("DELETE FROM audit_entry WHERE seq < 4") }, FaultRemoved, 1},
		{"the first are removed, under a checkpoint of somebody's own", func(l *log, rows []entry, _ head) {
			l.exec("DELETE FROM audit_entry WHERE seq < 4")
			l.exec("INSERT INTO audit_checkpoint (corp_id, seq, hash, at, signature) VALUES (?, 3, ?, 0, 's1.x.y')", corpID, rows[2].Hash)
		}, FaultCheckpoint, 3},
		{"one is removed and the rest moves up", func(l *log, rows []entry, _ head) {
			rows = without(rows, 4)
			for i := range rows {
				rows[i].Seq = int64(i + 1)
			}
			l.rewrite(corpID, rows)
		}, FaultAltered, 5},
		{"one is removed and everything is reckoned anew", func(l *log, rows []entry, h head) {
			rows = rehash(without(rows, 7))
			l.rewrite(corpID, rows)
			h.Seq, h.Hash = 9, rows[8].Hash
			l.putHead(h)
		}, FaultHead, 9},
		{"one is put in", func(l *log, rows []entry, _ head) { l.rewrite(corpID, insert(rows, 4)) }, FaultInserted, 5},
		{"one is put in that does not fit", func(l *log, rows []entry, _ head) {
			rows = insert(rows, 4)
			rows[4].Hash = rows[5].Hash
			l.rewrite(corpID, rows)
		}, FaultInserted, 5},
		{"one is put in at the end", func(l *log, rows []entry, _ head) {
			extra := rows[9]
			extra.ID, extra.Seq = 77, 11
			extra.Hash = extra.hashAfter(rows[9].Hash)
			l.rewrite(corpID, append(rows, extra))
		}, FaultInserted, 11},
		{"one is put in before the beginning", func(l *log, rows []entry, _ head) {
			extra := rows[0]
			extra.ID, extra.Seq = 77, 0
			l.rewrite(corpID, append(rows, extra))
		}, FaultInserted, 0},
		{"two change places", func(l *log, rows []entry, _ head) {
			rows[2].Seq, rows[3].Seq = 4, 3
			l.rewrite(corpID, rows)
		}, FaultReordered, 3},
		{"two far ones change places", func(l *log, rows []entry, _ head) {
			rows[2].Seq, rows[7].Seq = 8, 3
			l.rewrite(corpID, rows)
		}, FaultAltered, 3},
		{"the end is cut off", func(l *log, _ []entry, _ head) { l.exec("DELETE FROM audit_entry WHERE seq > 7") }, FaultTruncated, 8},
		{"the end is cut off, and the head is put there", func(l *log, rows []entry, h head) {
			l.exec("DELETE FROM audit_entry WHERE seq > 7")
			h.Seq, h.Hash = 7, rows[6].Hash
			l.putHead(h)
		}, FaultHead, 7},
		{"the end is cut off below a seal, and the head is put there", func(l *log, rows []entry, h head) {
			l.exec("DELETE FROM audit_entry WHERE seq > 4")
			h.Seq, h.Hash = 4, rows[3].Hash
			l.putHead(h)
		}, FaultTruncated, 5},
		{"everything goes", func(l *log, _ []entry, _ head) { l.exec("DELETE FROM audit_entry") }, FaultTruncated, 1},
		{"everything and the head go", func(l *log, _ []entry, _ head) {
			l.exec("DELETE FROM audit_entry")
			l.exec("DELETE FROM audit_head")
		}, FaultHead, 1},
		{"everything goes but what follows the first entry", func(l *log, _ []entry, _ head) {
			l.exec("DELETE FROM audit_entry WHERE seq = 1")
			l.exec("DELETE FROM audit_head")
			l.exec("DELETE FROM audit_seal")
		}, FaultHead, 1},
		{"everything goes but what a proof once said", func(l *log, _ []entry, _ head) {
			l.must(l.chain.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
				return putCheck(ctx, tx, Check{Corp: corpID, State: checkIntact, Last: 10})
			}))
			l.exec("DELETE FROM audit_entry")
			l.exec("DELETE FROM audit_head")
			l.exec("DELETE FROM audit_seal")
		}, FaultHead, 1},
		{"entries are to go sooner", func(l *log, _ []entry, _ head) { l.exec("UPDATE audit_head SET days = 1") }, FaultHead, 10},
		{"entries are to go when it suits", func(l *log, _ []entry, _ head) { l.exec("UPDATE audit_head SET days = -1") }, FaultHead, 10},
		{"a seal goes", func(l *log, _ []entry, _ head) { l.exec("DELETE FROM audit_seal WHERE number = 1") }, FaultSealGone, 6},
		{"the last seal goes", func(l *log, _ []entry, _ head) { l.exec("DELETE FROM audit_seal WHERE number = 2") }, FaultSealGone, 10},
		{"a seal is moved", func(l *log, _ []entry, _ head) { l.exec("UPDATE audit_seal SET seq = 5 WHERE number = 2") }, FaultSeal, 5},
		{"a seal of another corp is put here", func(l *log, _ []entry, _ head) {
			l.exec("UPDATE audit_seal SET signature = (SELECT s.signature FROM audit_seal AS s WHERE s.corp_id = ? AND s.number = 1) WHERE corp_id = ? AND number = 1", another, corpID)
		}, FaultSeal, 3},
		{"an entry comes from another corp", func(l *log, _ []entry, _ head) {
			other := l.entries(another)[1]
			other.Corp, other.ID = corpID, 77
			l.exec("DELETE FROM audit_entry WHERE corp_id = ? AND seq = 2", corpID)
			l.must(l.chain.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
				_, err := tx.NewInsert().Model(&other).Exec(ctx)
				return err
			}))
		}, FaultAltered, 2},
	}
	for _, attack := range attacks {
		t.Run(attack.name, func(t *testing.T) {
			each(t, func(t *testing.T, l *log) {
				l.record(another, 2)
				l.seal(another)
				l.record(corpID, 3)
				l.seal(corpID)
				l.record(corpID, 3)
				l.seal(corpID)
				l.record(corpID, 4)
				if p := l.proof(corpID); p.Fault != "" || p.Entries != 10 || p.Seals != 2 || p.First != 1 || p.Last != 10 {
					t.Fatalf("before: %+v", p)
				}
				attack.do(l, l.entries(corpID), l.head(corpID))
				l.finds(corpID, attack.fault, attack.seq)
				if attack.seq != 4 || attack.name != "a word is changed" {
					return
				}
				l.finds(another, "", 0) // a corp's log does not suffer from another's
			})
		})
	}
}

// TestTamperingStaysVisible lets the program go on writing after the deed, and signing.
func TestTamperingStaysVisible(t *testing.T) {
	attacks := map[string]struct {
		do    func(l *log, rows []entry, old, h head)
		again bool // the program was started anew since
		fault string
		seq   int64
	}{
		"the end is cut off": {func(l *log, _ []entry, _, _ head) { l.exec("DELETE FROM audit_entry WHERE seq > 7") }, true, FaultRemoved, 8},
		"the end is cut off and the head forged": {func(l *log, rows []entry, _, h head) {
			l.exec("DELETE FROM audit_entry WHERE seq > 7")
			h.Seq, h.Hash = 7, rows[6].Hash
			l.putHead(h)
		}, true, FaultHead, 8},
		"the end is cut off and an old head put back": {func(l *log, _ []entry, old, _ head) {
			l.exec("DELETE FROM audit_entry WHERE seq > 7")
			l.putHead(old)
		}, false, FaultRemoved, 8},
		"an old head is put back": {func(l *log, _ []entry, old, _ head) { l.putHead(old) }, true, FaultHead, 8},
		"the head goes":           {func(l *log, _ []entry, _, _ head) { l.exec("DELETE FROM audit_head") }, true, FaultHead, 1},
	}
	for name, attack := range attacks {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, l *log) {
				l.record(corpID, 7)
				old := l.head(corpID)
				l.record(corpID, 3)
				attack.do(l, l.entries(corpID), old, l.head(corpID))
				if attack.again {
					l.restart()
				}
				l.record(corpID, 5)
				l.seal(corpID)
				l.record(corpID, 1)
				l.finds(corpID, attack.fault, attack.seq)
			})
		})
	}
}

func TestALongChain(t *testing.T) {
	each(t, func(t *testing.T, l *log) {
		ctx := context.Background()
		const n = 2*provePage + 7
		l.must(l.chain.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			for i := range n {
				row, words, err := l.row(web.Entry{At: l.clock.Now(), Corp: corpID, Operation: fmt.Sprint(i), Outcome: web.Done})
				if err != nil {
					return err
				}
				if err := l.chain.append(ctx, tx, &row, words); err != nil {
					return err
				}
			}
			return nil
		}))
		var told []int64
		p, err := l.chain.prove(ctx, corpID, func(done, total int64) error {
			told = append(told, done, total)
			return nil
		})
		l.must(err)
		if p.Fault != "" || p.Entries != n || fmt.Sprint(told) != fmt.Sprint([]int64{provePage, n, 2 * provePage, n}) {
			t.Errorf("%+v, told %v", p, told)
		}
		for _, seq := range []int64{provePage, provePage + 1, n} { // at the edges of what is in memory
			var name string
			l.must(l.chain.db.Read().NewRaw("SELECT operation FROM audit_entry WHERE seq = ?", seq).Scan(ctx, &name))
			l.exec("UPDATE audit_entry SET operation = 'x' WHERE seq = ?", seq)
			l.finds(corpID, FaultAltered, seq)
			l.exec("UPDATE audit_entry SET operation = ? WHERE seq = ?", name, seq)
		}
		rows := l.entries(corpID)
		a, b := rows[provePage-1], rows[provePage]
		l.exec("UPDATE audit_entry SET seq = 100000 WHERE id = ?", a.ID)
		l.exec("UPDATE audit_entry SET seq = ? WHERE id = ?", a.Seq, b.ID)
		l.exec("UPDATE audit_entry SET seq = ? WHERE id = ?", b.Seq, a.ID)
		l.finds(corpID, FaultReordered, provePage)
	})
}
