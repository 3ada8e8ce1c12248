package intention

import (
	"context"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// This file turns news into entries. What a sync repaired counts from its discovery on.

// settling is how long after a beginning what is read of a customer is no change of his.
const settling = 10 * time.Minute

func (s *service) added(ctx context.Context, tx db.Tx, e event.CustomerAdded) error {
	if e.Half || e.Transferred {
		return nil // asked only, or the same customer in other hands
	}
	signal := AddedSelf
	switch {
	case e.Again:
		signal = AddedAgain
	case e.State != "":
		signal = AddedChannel
	}
	return s.record(ctx, tx, e.Meta, e.Customer, Entry{Signal: signal, Member: e.Member})
}

func (s *service) lost(ctx context.Context, tx db.Tx, e event.CustomerLost) error {
	signal := LostUs
	if e.Unknown {
		signal = GoneUnknown
	}
	return s.record(ctx, tx, e.Meta, e.Customer, Entry{Signal: signal, Member: e.Member})
}

func (s *service) deleted(ctx context.Context, tx db.Tx, e event.CustomerDeleted) error {
	if e.ByTransfer {
		return nil
	}
	return s.record(ctx, tx, e.Meta, e.Customer, Entry{Signal: DeletedByUs, Member: e.Member})
}

// changed hears that remark, tags or details are others now. Right after a beginning that is
// only the first reading, which tells who had begun it.
func (s *service) changed(ctx context.Context, tx db.Tx, e event.CustomerChanged) error {
	counts, err := s.changedLater(ctx, tx, e)
	if err != nil {
		return err
	}
	if counts {
		return s.record(ctx, tx, e.Meta, e.Customer, Entry{Signal: Changed, Member: e.Member})
	}
	return s.reckon(ctx, tx, e.Corp, e.Customer, Entry{Signal: Changed, At: s.heardAt(e.Meta)})
}

// changedLater tells whether it was a follow that changed, and that has stood for a while.
func (s *service) changedLater(ctx context.Context, tx db.Tx, e event.CustomerChanged) (bool, error) {
	if e.Member == "" {
		return false, nil
	}
	f, err := mirror.FollowOf(ctx, tx, e.Corp, e.Member, e.Customer)
	if fault.CodeOf(err) == fault.NotFound {
		return false, nil
	}
	return err == nil && f.Standing.Open() && e.At.Sub(db.FromMS(f.AddedAt)) >= settling, err
}

func (s *service) joined(ctx context.Context, tx db.Tx, e event.GroupMemberJoined) error {
	if !e.External {
		return nil
	}
	return s.record(ctx, tx, e.Meta, e.Who, Entry{Signal: GroupJoined, Subject: e.Group})
}

func (s *service) left(ctx context.Context, tx db.Tx, e event.GroupMemberLeft) error {
	if !e.External || e.Removed {
		return nil // whoever was put out did not choose it
	}
	return s.record(ctx, tx, e.Meta, e.Who, Entry{Signal: GroupLeft, Subject: e.Group})
}

func (s *service) stage(ctx context.Context, tx db.Tx, e event.StageChanged) error {
	signal := map[event.StageWay]string{
		event.StageForward: StageForward, event.StageBack: StageBack, event.StageWon: StageWon, event.StageEnded: StageEnded,
	}[e.Way]
	if signal == "" {
		return nil // it came into the flow, or left it: neither is a step
	}
	return s.record(ctx, tx, e.Meta, e.Customer, Entry{Signal: signal, Member: e.Member, Subject: e.Flow})
}

func (s *service) followed(ctx context.Context, tx db.Tx, e event.FollowedUp) error {
	if e.How == "move" {
		return nil // the step itself counts
	}
	return s.record(ctx, tx, e.Meta, e.Customer, Entry{Signal: FollowedUp, Member: e.Member, Subject: e.How})
}

func (s *service) archive(ctx context.Context, tx db.Tx, e event.ArchiveApproved) error {
	return s.record(ctx, tx, e.Meta, e.Customer, Entry{Signal: Archive, Member: e.Member})
}

// heardAt is when news counts from: a clock that is ahead must not lend it more than it is worth.
func (s *service) heardAt(m event.Meta) int64 { return min(db.MS(m.At), db.NowMS(s.clock)) }

// record writes an entry and reckons its customer anew. Twice is harmless: an entry that
// stands is not written again.
func (s *service) record(ctx context.Context, tx db.Tx, m event.Meta, customer string, e Entry) error {
	if customer == "" {
		return nil
	}
	e.ID, e.At = m.Event, s.heardAt(m)
	fresh, err := insertEntries(ctx, tx, m.Corp, map[string][]Entry{customer: {e}})
	if err != nil || fresh == 0 {
		return err
	}
	return s.reckon(ctx, tx, m.Corp, customer, e)
}

// reckon reckons one customer's score anew because of an entry, which has no id when there is
// none and it may only have turned out who had begun. Somebody who is nobody's customer has
// no score yet.
func (s *service) reckon(ctx context.Context, tx db.Tx, corp, customer string, cause Entry) error {
	// Taking the row first: whoever reckons the same customer at the same time waits, and
	// then sees this entry, and by which model.
	r, ok, err := take(ctx, tx, corp, customer)
	if err != nil || !ok {
		return err
	}
	turned := int64(0)
	if cause.Signal == AddedSelf || cause.Signal == Changed {
		// The reading that tells who had begun it may be heard of before the beginning is.
		turned, err = reverse(ctx, tx, corp, customer)
		if err != nil || turned == 0 && cause.ID == 0 {
			return err
		}
		if turned > 0 && (cause.Signal == AddedSelf || cause.ID == 0) {
			cause.Signal = AddedByMember
		}
	}
	st, err := settingOf(ctx, tx, corp)
	if err != nil {
		return err
	}
	all, err := entriesOf(ctx, tx, corp, []string{customer})
	if err != nil {
		return err
	}
	entries, now, zone := all[customer], db.NowMS(s.clock), s.corps.Location(ctx, corp)
	before, fresh := r.Level, r.Version < 0
	if turned > 0 || !fresh && r.Version != st.Version {
		// What other rules made of him, or another beginning, is no doing of this entry.
		others := slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return e.ID == cause.ID })
		before = st.model.level(st.model.score(others, now, zone), now)
	}
	r.OneAt = st.model.score(entries, now, zone)
	r.Level, r.Version = st.model.level(r.OneAt, now), st.Version
	if cause.At >= r.SignalAt {
		r.Signal, r.SignalAt = cause.Signal, cause.At
	}
	// Where a customer begins is no change, unless he begins at the top; nor is what turned
	// out to have been otherwise, which no event caused.
	if r.Level != before && cause.ID != 0 && (!fresh || r.Level == High) {
		r.MovedAt = now
		if err := s.moved(ctx, tx, st, r, before, cause, now); err != nil {
			return err
		}
	}
	if err := put(ctx, tx, r); err != nil {
		return err
	}
	return s.live.Publish(ctx, tx, corp, slug, r.ID.String())
}

// moved writes the line of the timeline and tells the member.
func (s *service) moved(ctx context.Context, tx db.Tx, st setting, r *score, before Level, cause Entry, now int64) error {
	signal := cause.Signal
	if r.Level < before && signalWeight(st.model, signal) > 0 {
		signal = "" // it had faded already when this came
	}
	err := insertMoves(ctx, tx, []move{{
		ID: s.ids.New(), Corp: r.Corp, Customer: r.Customer, At: now, From: before, To: r.Level, Points: st.model.shown(r.OneAt, now), Signal: signal,
	}})
	if err != nil {
		return err
	}
	switch {
	case now-cause.At > millisADay:
		return nil // of what was long past when it was heard of nobody needs to hear
	case r.Level == High:
		return s.tell(ctx, tx, st, r, kindHot, now)
	case before == High:
		return s.tell(ctx, tx, st, r, kindCooling, now)
	}
	return nil
}

func signalWeight(m Model, key string) int { return m.weights()[key].Points }
