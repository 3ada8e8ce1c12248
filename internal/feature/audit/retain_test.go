package audit

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

func TestRetention(t *testing.T) {
	each(t, func(t *testing.T, l *log) {
		ctx := context.Background()
		day := 24 * time.Hour
		l.record(corpID, 3)
		l.seal(corpID)
		l.clock.Advance(100 * day)
		l.record(corpID, 2)
		l.must(l.chain.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error { return l.chain.setDays(ctx, tx, corpID, 180) }))

		l.clock.Advance(79 * day)
		l.must(l.retain(ctx, corpID, l.clock.Now()))
		if n := len(l.entries(corpID)); n != 5 {
			t.Errorf("%d entries are left of 5, a day too early", n)
		}
		l.clock.Advance(2 * day)
		l.must(l.retain(ctx, corpID, l.clock.Now()))
		rows := l.entries(corpID)
		if len(rows) != 3 || rows[0].Seq != 4 || rows[2].Operation != "audit.retain" || rows[2].Actor != "system" {
			t.Fatalf("%+v", rows)
		}
		l.finds(corpID, "", 0)
		if found, err := l.chain.search.Newest(ctx, l.chain.db.Read(), corpID, slug, "展会", 10); err != nil || len(found) != 2 {
			t.Errorf("still found: %v %v", found, err)
		}
		l.must(l.retain(ctx, corpID, l.clock.Now()))
		if n := len(l.entries(corpID)); n != 3 {
			t.Errorf("the second time leaves %d", n)
		}

		// The checkpoint is as hard to forge as the rest.
		l.exec("DELETE FROM audit_entry WHERE seq = 4")
		l.finds(corpID, FaultRemoved, 4)
		l.exec("UPDATE audit_checkpoint SET seq = 4, hash = ?", rows[0].Hash)
		l.finds(corpID, FaultCheckpoint, 4)
	})
}

func TestTheLastEntryStays(t *testing.T) {
	each(t, func(t *testing.T, l *log) {
		l.record(corpID, 2)
		l.clock.Advance(4 * 365 * 24 * time.Hour)
		l.must(l.retain(context.Background(), corpID, l.clock.Now()))
		rows := l.entries(corpID)
		if len(rows) != 2 || rows[0].Seq != 2 {
			t.Errorf("%+v", rows)
		}
		l.finds(corpID, "", 0)
	})
}

func TestEvidenceIsNotRemoved(t *testing.T) {
	each(t, func(t *testing.T, l *log) {
		l.record(corpID, 3)
		l.exec("UPDATE audit_entry SET actor_name = '李四' WHERE seq = 2")
		l.clock.Advance(4 * 365 * 24 * time.Hour)
		if err := l.retain(context.Background(), corpID, l.clock.Now()); !errors.Is(err, errUnsound) {
			t.Errorf("%v", err)
		}
		l.finds(corpID, FaultAltered, 2)
	})
}

// TestRetentionIsNotTurnedOnEvidence: whoever owns the database cannot have us remove for him
// what we then sign.
func TestRetentionIsNotTurnedOnEvidence(t *testing.T) {
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		do     func(l *log)
		refuse bool
		left   int
	}{
		"nothing":             {func(*log) {}, false, 3},
		"one day":             {func(l *log) { l.exec("UPDATE audit_head SET days = 1") }, true, 3},
		"a day in the future": {func(l *log) { l.exec("UPDATE audit_head SET days = -1") }, true, 3},
		"years ahead":         {func(l *log) { l.exec("UPDATE audit_head SET days = -4000") }, true, 3},
		"a setting of before": {func(l *log) {
			l.exec("INSERT INTO audit_setting (corp_id, days, updated_at) VALUES (?, -1, 0)", corpID)
		}, false, 3},
		"a head of before": {func(l *log) { l.exec("DELETE FROM audit_head") }, true, 3},
		"a checkpoint of his": {func(l *log) {
			l.exec("INSERT INTO audit_checkpoint (corp_id, seq, hash, at, signature) SELECT corp_id, seq, hash, at, 's1.x.y' FROM audit_entry WHERE seq = 1")
			l.exec("DELETE FROM audit_entry WHERE seq = 1")
			l.clock.Advance(4000 * day)
		}, true, 2},
		"time goes by": {func(l *log) { l.clock.Advance(1096 * day) }, false, 2},
		"it is to stay for ever": {func(l *log) {
			l.must(l.chain.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error { return l.chain.setDays(ctx, tx, corpID, 0) }))
			l.exec("DELETE FROM audit_setting")
			l.clock.Advance(4000 * day)
		}, false, 3},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, l *log) {
				l.record(corpID, 3)
				l.clock.Advance(100 * day)
				c.do(l)
				err := l.retain(context.Background(), corpID, l.clock.Now())
				if errors.Is(err, errUnsound) != c.refuse || err != nil && !c.refuse || len(l.entries(corpID)) != c.left {
					t.Errorf("%v, %d entries are left", err, len(l.entries(corpID)))
				}
			})
		})
	}
}

// TestDaysOfBefore: what was set before heads bore it counts, no shorter than the law asks.
func TestDaysOfBefore(t *testing.T) {
	each(t, func(t *testing.T, l *log) {
		for said, want := range map[int64]int64{-1: leastDays, 1: leastDays, 0: 0, 400: 400} {
			name := fmt.Sprint("before", said)
			l.exec("INSERT INTO audit_setting (corp_id, days, updated_at) VALUES (?, ?, 0)", name, said)
			l.record(name, 1)
			if got := l.head(name).Days; got != want {
				t.Errorf("%d became %d", said, got)
			}
		}
		// A head that was signed without them is still ours.
		h := l.head(corpID)
		h.Corp, h.Hash, h.Days = corpID, genesis, unsaid
		var err error
		h.Signature, err = l.chain.box.Sign(forHead, h.text())
		l.must(err)
		l.exec("INSERT INTO audit_head (corp_id, seq, hash, at, seals, broken, signature) VALUES (?, 0, ?, 0, 0, 0, ?)", corpID, h.Hash, h.Signature)
		l.record(corpID, 1)
		l.finds(corpID, "", 0)
		if got := l.head(corpID).Days; got != defaultDays {
			t.Errorf("%d days", got)
		}
	})
}

func TestRefusalsOfStrangersDoNotFillTheLog(t *testing.T) {
	each(t, func(t *testing.T, l *log) {
		refuse := func(address, actor string, outcome web.Outcome) {
			l.must(l.Record(context.Background(), web.Entry{At: l.clock.Now(), Address: address, Actor: actor, Outcome: outcome, Status: 401}))
		}
		for range 100 {
			refuse("198.51.100.7", "", web.Refused)
		}
		if n := len(l.entries("")); n != floodMost {
			t.Errorf("%d written of 100", n)
		}
		refuse("198.51.100.8", "", web.Refused)             // another address
		refuse("198.51.100.7", "member:zhang", web.Refused) // somebody known
		refuse("198.51.100.7", "", web.Done)                // somebody who gets in
		if n := len(l.entries("")); n != floodMost+3 {
			t.Errorf("%d written", n)
		}
		l.clock.Advance(floodWindow)
		refuse("198.51.100.7", "", web.Refused)
		rows := l.entries("")
		if last := rows[len(rows)-1]; last.Skipped != 100-floodMost {
			t.Errorf("the next one tells of %d others", last.Skipped)
		}
		l.finds("", "", 0)
		// Whoever tries the name of an account is not that account.
		for range 100 {
			l.must(l.Record(context.Background(), web.Entry{
				At: l.clock.Now(), Corp: corpID, Actor: "account:1", Audience: web.Public, Address: "198.51.100.9", Outcome: web.Refused, Status: 429,
			}))
		}
		if n := len(l.entries(corpID)); n != floodMost {
			t.Errorf("%d tries of a name written of 100", n)
		}
	})
}

// TestRefusedReadsAreCounted: pages ask again and again; one a minute is written of each
// person, route and answer, and tells how many there were.
func TestRefusedReadsAreCounted(t *testing.T) {
	each(t, func(t *testing.T, l *log) {
		read := func(actor, operation string, status int) {
			l.must(l.Record(context.Background(), web.Entry{
				At: l.clock.Now(), Corp: corpID, Actor: actor, Operation: operation, Status: status, Outcome: web.Refused, Read: true, Address: "198.51.100.7",
			}))
		}
		for range 50 {
			read("member:zhang", "customer.get", 404)
		}
		read("member:li", "customer.get", 404)
		read("member:zhang", "customer.get", 403)
		read("member:zhang", "tag.get", 404)
		if n := len(l.entries(corpID)); n != 4 {
			t.Errorf("%d written", n)
		}
		l.clock.Advance(floodWindow)
		read("member:zhang", "customer.get", 404)
		rows := l.entries(corpID)
		if last := rows[len(rows)-1]; len(rows) != 5 || last.Skipped != 49 {
			t.Errorf("%d written, the last tells of %d others", len(rows), last.Skipped)
		}
		// Strangers share what their address may leave, however many routes they try.
		for i := range 100 {
			read("", "route."+strconv.Itoa(i), 401)
		}
		if n := len(l.entries(corpID)); n != 5+floodMost {
			t.Errorf("%d written with those of a stranger", n)
		}
	})
}

func TestTextsFromOutside(t *testing.T) {
	each(t, func(t *testing.T, l *log) {
		l.must(l.Record(context.Background(), web.Entry{
			At: l.clock.Now(), Corp: corpID, Actor: "member:a\x00b", Agent: "\xff\xfe", Target: "/x\x00", Outcome: web.Done,
			Changes: []web.Change{{Object: "x:\x00", Name: "\u202e𠮷\x00", After: map[string]string{"nick": "\x00<b>\xff"}}},
		}))
		l.finds(corpID, "", 0)
	})
}
