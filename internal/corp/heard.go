package corp

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Outcome is what became of something that came to a callback address.
type Outcome string

// The outcomes. The first two show that address, token and key are WeCom's too.
const (
	Verified     Outcome = "verified"   // WeCom's administrator saved the address (GET)
	EventCame    Outcome = "event"      // a callback was taken in (POST)
	BadSignature Outcome = "signature"  // the Token here is another than there
	BadCipher    Outcome = "ciphertext" // the EncodingAESKey here is another than there
	BadReceiver  Outcome = "receiver"   // meant for another corp
)

// heardPause bounds how often the same outcome is written down: what comes to a callback
// address may come a thousand times a second, from strangers too.
const heardPause = 30 * time.Second

type heardKey struct {
	app     id.ID
	since   int64 // App.CallbackAt: after a change of the token everything is news
	outcome Outcome
}

// Heard notes what came to an app's callback address, for the checks. It never fails: a
// note less does no harm, since the next one follows.
func (r *Registry) Heard(ctx context.Context, a App, what Outcome) {
	now, key := r.clock.Now(), heardKey{a.ID, a.CallbackAt, what}
	r.mu.Lock()
	last, known := r.heardAt[key]
	fresh := known && now.Sub(last).Abs() < heardPause
	if !fresh {
		r.heardAt[key] = now
	}
	r.mu.Unlock()
	if fresh {
		return
	}
	err := r.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO corp_heard (app_id, outcome, at) VALUES (?, ?, ?)
			ON CONFLICT (app_id, outcome) DO UPDATE SET at = excluded.at`, a.ID, what, db.MS(now)).Exec(ctx)
		if err == nil && r.recorded != nil && !known {
			err = r.recorded(ctx, tx, a.Corp)
		}
		return err
	})
	if err != nil {
		r.log.Warn("what came to a callback address could not be noted", "error", err)
	}
}

// Hearing is when each outcome was last seen at an app's callback address since its token,
// key and path are what they are, unix ms.
func (r *Registry) Hearing(ctx context.Context, a App) (map[Outcome]int64, error) {
	var rows []struct {
		Outcome Outcome `bun:"outcome"`
		At      int64   `bun:"at"`
	}
	err := r.db.Read().NewRaw(`SELECT outcome, at FROM corp_heard WHERE app_id = ? AND at >= ?`, a.ID, a.CallbackAt).Scan(ctx, &rows)
	heard := map[Outcome]int64{}
	for _, row := range rows {
		heard[row.Outcome] = row.At
	}
	return heard, err
}
