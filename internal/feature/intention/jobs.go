package intention

import (
	"context"
	"math"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

const (
	millisADay = int64(24 * time.Hour / time.Millisecond)
	// batch bounds how many customers one transaction reckons.
	batch = 500
)

// rebuild reckons all scores of a corp by its newest model, a bounded part in each
// transaction, and remembers the place: whoever comes after a death goes on there. Twice
// is harmless: a score is a function of what is stored.
func (s *service) rebuild(ctx context.Context, j job.Job[struct{}]) error {
	for {
		var st setting
		var more bool
		err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			var err error
			if st, err = settingOf(ctx, tx, j.Corp); err != nil || st.Applied == st.Version {
				more = false
				return err
			}
			more, err = s.rebuildBatch(ctx, tx, &st)
			return err
		})
		if err != nil || !more {
			return err
		}
		if err := j.Report(ctx, st.Done, st.Total, ""); err != nil {
			return err
		}
	}
}

func (s *service) rebuildBatch(ctx context.Context, tx db.Tx, st *setting) (more bool, err error) {
	var customers []string
	err = tx.NewRaw("SELECT customer FROM intention_score WHERE corp_id = ? AND customer > ? ORDER BY corp_id, customer LIMIT ?",
		st.Corp, st.Place, batch).Scan(ctx, &customers)
	if err != nil {
		return false, err
	}
	if len(customers) == 0 {
		st.Applied = st.Version
	} else {
		if err := s.reckonMany(ctx, tx, *st, customers, false); err != nil {
			return false, err
		}
		st.Place, st.Done = customers[len(customers)-1], st.Done+int64(len(customers))
	}
	if err := st.progress(ctx, tx); err != nil {
		return false, err
	}
	return len(customers) > 0, s.live.Publish(ctx, tx, st.Corp, slug, "setting")
}

// reckonMany reckons customers without telling anybody: they did nothing, the rules did. A
// level that stands by the same rules is left for cool to lower, which tells.
func (s *service) reckonMany(ctx context.Context, tx db.Tx, st setting, customers []string, sameRules bool) error {
	var rows []*score
	// Taken before their entries are read, as for one.
	err := tx.NewRaw("UPDATE intention_score SET version = version WHERE corp_id = ? AND customer IN (?) RETURNING "+scoreColumns,
		st.Corp, bun.List(customers)).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	entries, err := entriesOf(ctx, tx, st.Corp, customers)
	if err != nil {
		return err
	}
	now, zone := db.NowMS(s.clock), s.corps.Location(ctx, st.Corp)
	for _, r := range rows {
		r.OneAt = st.model.score(entries[r.Customer], now, zone)
		level := st.model.level(r.OneAt, now)
		if !sameRules || r.Version < 0 || level > r.Level {
			r.Level = level
		}
		r.Version = st.Version
		for _, e := range entries[r.Customer] {
			if e.At > r.SignalAt {
				r.Signal, r.SignalAt = e.Signal, e.At
			}
		}
	}
	return put(ctx, tx, rows...)
}

// cool notices who has fallen out of a level because time has passed. The index knows them:
// nobody else is looked at. While new rules are carried out it waits: who falls then falls
// by the rules. Twice is harmless: who was noticed is in his new level.
func (s *service) cool(ctx context.Context, j job.Job[struct{}]) error {
	for _, from := range []Level{High, Medium, Low} {
		for {
			n, err := s.coolBatch(ctx, j.Corp, from)
			if err != nil {
				return err
			}
			if n < batch {
				break
			}
		}
	}
	return nil
}

func (s *service) coolBatch(ctx context.Context, corp string, from Level) (n int, err error) {
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		st, err := settingOf(ctx, tx, corp)
		if err != nil || st.running() != nil {
			return err
		}
		now := db.NowMS(s.clock)
		// A score falls below a level's threshold always the same span before it is one point.
		span := int64(math.Round(st.model.half() * math.Log2(float64(st.model.threshold(from))-0.5)))
		bound := st.model.bound(st.model.threshold(from), now)
		var rows []*score
		err = tx.NewRaw(`UPDATE intention_score SET level = ?, moved_at = one_at - ? WHERE customer_id IN
			(SELECT customer_id FROM intention_score WHERE corp_id = ? AND level = ? AND one_at < ? AND version <= ? ORDER BY one_at LIMIT ?)
			AND level = ? AND one_at < ? AND version <= ? RETURNING `+scoreColumns, from-1, span, corp, from, bound, st.Version, batch, from, bound, st.Version).Scan(ctx, &rows)
		if n = len(rows); err != nil || n == 0 {
			return err
		}
		moves := make([]move, len(rows))
		var told []*score
		for i, r := range rows {
			moves[i] = move{
				ID: s.ids.New(), Corp: corp, Customer: r.Customer, At: r.MovedAt, From: from, To: r.Level,
				Points: st.model.shown(r.OneAt, r.MovedAt+1),
			}
			// Of what is long past, after a stop of the program, nobody needs to hear.
			if from != High || now-r.MovedAt > millisADay {
				continue
			}
			before := r.ToldAt
			if err := s.tell(ctx, tx, st, r, kindCooling, now); err != nil {
				return err
			}
			if r.ToldAt != before {
				told = append(told, r)
			}
		}
		if err := insertMoves(ctx, tx, moves); err != nil {
			return err
		}
		if err := put(ctx, tx, told...); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, corp, slug)
	})
	return n, err
}

// keepMoves and keepDays are how many days changes and daily figures can be looked up.
const (
	keepMoves = 400
	keepDays  = 800
	// forgotten is after how many half-lives an entry is removed: less than a thousandth is left of it.
	forgotten = 10
)

// nightly counts the levels of the day and forgets what is old. It is asked every hour,
// counts once as soon as the day has begun, so that there is a figure, and works in the
// last hour of the corp's day. Twice is harmless: a day is counted over itself.
func (s *service) nightly(ctx context.Context, j job.Job[job.Tick]) error {
	at := j.Args.At.In(s.corps.Location(ctx, j.Corp))
	night := at.Hour() == 23
	done, err := s.counted(ctx, j.Corp, at)
	if err != nil || done && !night {
		return err
	}
	if err := s.countDay(ctx, j.Corp, at); err != nil || !night {
		return err
	}
	st, err := settingOf(ctx, s.db.Read(), j.Corp)
	if err != nil {
		return err
	}
	now := db.NowMS(s.clock)
	if err := s.forget(ctx, forgetEntries, j.Corp, now-int64(forgotten*st.model.HalfLife)*millisADay); err != nil {
		return err
	}
	if err := s.forget(ctx, forgetMoves, j.Corp, now-keepMoves*millisADay); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("DELETE FROM intention_day WHERE corp_id = ? AND day < ?", j.Corp, dayNumber(at.AddDate(0, 0, -keepDays))).Exec(ctx)
		return err
	})
}

const (
	forgetEntries = "DELETE FROM intention_entry WHERE id IN (SELECT id FROM intention_entry WHERE corp_id = ? AND at < ? ORDER BY at LIMIT ?)"
	forgetMoves   = "DELETE FROM intention_move WHERE id IN (SELECT id FROM intention_move WHERE corp_id = ? AND at < ? ORDER BY at LIMIT ?)"
)

// forget removes what is older, in small steps.
func (s *service) forget(ctx context.Context, statement, corp string, before int64) error {
	for n := int64(1); n > 0; {
		err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			res, err := tx.NewRaw(statement, corp, before, 2*batch).Exec(ctx)
			if err != nil {
				return err
			}
			n, err = res.RowsAffected()
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
