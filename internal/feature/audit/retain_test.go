package audit

import (
	"context"
	"errors"
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
		l.must(l.chain.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error { return putDays(ctx, tx, corpID, 180, 0) }))

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

func TestTextsFromOutside(t *testing.T) {
	each(t, func(t *testing.T, l *log) {
		l.must(l.Record(context.Background(), web.Entry{
			At: l.clock.Now(), Corp: corpID, Actor: "member:a\x00b", Agent: "\xff\xfe", Target: "/x\x00", Outcome: web.Done,
			Changes: []web.Change{{Object: "x:\x00", Name: "\u202e𠮷\x00", After: map[string]string{"nick": "\x00<b>\xff"}}},
		}))
		l.finds(corpID, "", 0)
	})
}
