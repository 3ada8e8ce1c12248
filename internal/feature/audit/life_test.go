package audit

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

func TestWritersStandInLine(t *testing.T) {
	each(t, func(t *testing.T, l *log) {
		var all sync.WaitGroup
		for w := range 4 {
			all.Go(func() {
				for i := range 10 {
					err := l.Record(context.Background(), web.Entry{At: l.clock.Now(), Corp: corpID, Actor: fmt.Sprintf("account:%d-%d", w, i), Outcome: web.Done})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if p := l.proof(corpID); p.Fault != "" || p.Entries != 40 {
			t.Errorf("%+v", p)
		}
	})
}

func TestKeyRotation(t *testing.T) {
	each(t, func(t *testing.T, l *log) {
		ctx := context.Background()
		l.record(corpID, 3)
		l.seal(corpID)
		l.must(secret.Rotate(l.keys))
		l.restart()
		l.record(corpID, 1)
		l.finds(corpID, "", 0)
		before := l.entries(corpID)
		l.must(l.chain.resign(ctx, corpID))
		l.finds(corpID, "", 0)
		s, _, err := lastSeal(ctx, l.chain.db.Read(), corpID, true)
		l.must(err)
		if l.chain.box.Outdated(s.Signature) || l.chain.box.Outdated(l.head(corpID).Signature) {
			t.Error("something still bears the old signature")
		}
		if fmt.Sprint(before) != fmt.Sprint(l.entries(corpID)) {
			t.Error("entries were touched")
		}
		// Another key file altogether: nothing can be said, and that is said.
		l.keys += ".other"
		l.restart()
		l.finds(corpID, FaultKey, 3)
	})
}
