package channelcode

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// reseated is the code with another member in every seat of the first: in Members, shifts
// and Backup. Where he sits already the seat is given up.
func (c Code) reseated(from, to string) Code {
	swap := func(members []string) []string {
		if !slices.Contains(members, from) {
			return members
		}
		if slices.Contains(members, to) {
			return slices.DeleteFunc(slices.Clone(members), func(m string) bool { return m == from })
		}
		out := slices.Clone(members)
		out[slices.Index(out, from)] = to
		return out
	}
	c.Members, c.Backup, c.Shifts = swap(c.Members), swap(c.Backup), slices.Clone(c.Shifts)
	for i := range c.Shifts {
		c.Shifts[i].Members = swap(c.Shifts[i].Members)
	}
	return c
}

// vacated is the code without a member; false when that would leave it, or one of its
// shifts, with nobody.
func (c Code) vacated(member string) (Code, bool) {
	leave := func(members []string) []string {
		return slices.DeleteFunc(slices.Clone(members), func(m string) bool { return m == member })
	}
	emptied := func(before, after []string) bool { return len(before) > 0 && len(after) == 0 }
	was := c
	c.Members, c.Backup, c.Shifts = leave(c.Members), leave(c.Backup), slices.Clone(c.Shifts)
	ok := !emptied(was.Members, c.Members)
	for i := range c.Shifts {
		c.Shifts[i].Members = leave(c.Shifts[i].Members)
		ok = ok && !emptied(was.Shifts[i].Members, c.Shifts[i].Members)
	}
	return c, ok
}

// seats answers where members sit in codes.
func (s *service) seats(ctx context.Context, corp string, members []string) ([]ask.Seat, error) {
	var rows []row
	if err := s.db.Read().NewSelect().Model(&rows).Where("c.corp_id = ? AND c.status <> ?", corp, Deleted).
		Where("c.id IN (SELECT code_id FROM channelcode_seat WHERE corp_id = ? AND member_id IN (?))", corp, bun.List(members)).Scan(ctx); err != nil {
		return nil, err
	}
	codes, err := codesOf(rows)
	var seats []ask.Seat
	for _, c := range codes {
		all := c.Everyone()
		for _, m := range members {
			if !slices.Contains(all, m) {
				continue
			}
			_, spare := c.vacated(m)
			seats = append(seats, ask.Seat{
				ID: c.ID, Name: c.Name, Member: m, Spare: spare, Others: slices.DeleteFunc(slices.Clone(all), func(x string) bool { return x == m }),
			})
		}
	}
	return seats, err
}

// seatHandedOver carries out what a hand-over says of a leaver's seat. Told twice it finds
// no seat any more.
func (s *service) seatHandedOver(ctx context.Context, e event.SeatHandedOver) error {
	if e.Of != slug {
		return nil
	}
	if e.To == "" {
		return s.reseat(ctx, e.Corp, e.Seat, e.From, "")
	}
	taker, err := s.seatTaker(ctx, e.Corp, e.To)
	if err != nil || taker == "" {
		return err
	}
	return s.reseat(ctx, e.Corp, e.Seat, e.From, taker)
}

// transferSettled gives the seats of a member who left to whoever took over the first of
// his customers or groups (离职继承), where nobody has said who takes them: an administrator
// handed over in WeCom's own console. A second piece of such news finds no seat any more.
func (s *service) transferSettled(ctx context.Context, e event.TransferSettled) error {
	if !e.Resigned || e.Seated {
		return nil // who stays goes on serving
	}
	codes, err := withMember(ctx, s.db.Read(), e.Corp, e.From)
	if err != nil || len(codes) == 0 {
		return err
	}
	taker, err := s.seatTaker(ctx, e.Corp, e.To)
	if err != nil || taker == "" {
		return err
	}
	for _, code := range codes {
		if err := s.reseat(ctx, e.Corp, code, e.From, taker); err != nil {
			return err
		}
	}
	return nil
}

// seatTaker is the member who takes a seat, "" when he cannot serve: then the seat stays,
// and the code says whom it lacks.
func (s *service) seatTaker(ctx context.Context, corp, member string) (string, error) {
	taker, err := mirror.MemberByID(ctx, s.db.Read(), corp, member)
	if fault.CodeOf(err) == fault.NotFound || err == nil && !taker.CanServe() {
		return "", nil
	}
	return taker.ID, err
}

// reseat puts a member into the seats of another in one code; "" takes the other out, if
// the code can do without him.
func (s *service) reseat(ctx context.Context, corp string, code id.ID, from, to string) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		c, err := byID(ctx, tx, corp, code)
		if fault.CodeOf(err) == fault.NotFound {
			return nil
		}
		if err != nil || c.Status == Deleted || !slices.Contains(c.Everyone(), from) {
			return err
		}
		spare := true
		if to == "" {
			c, spare = c.vacated(from)
		} else {
			c = c.reseated(from, to)
		}
		if !spare {
			return nil // somebody else went meanwhile: the code says whom it lacks
		}
		c.UpdatedAt = s.clock.Now()
		if ok, err := updateCode(ctx, tx, c); err != nil || !ok {
			if err == nil {
				err = stale() // somebody edits it just now: the next try reads it again
			}
			return err
		}
		_, err = s.wantPublished(ctx, tx, c)
		return err
	})
}

// memberRenamed follows a member to his new userid: his seats, which WeCom has changed in its
// contact ways by itself, and what is counted of him. Twice is harmless.
func (s *service) memberRenamed(ctx context.Context, e event.MemberChanged) error {
	if e.WasMember == "" || e.WasMember == e.Member {
		return nil
	}
	codes, err := withMember(ctx, s.db.Read(), e.Corp, e.WasMember)
	if err != nil {
		return err
	}
	for _, code := range codes {
		if err := s.reseat(ctx, e.Corp, code, e.WasMember, e.Member); err != nil {
			return err
		}
	}
	if err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		// What came under the new userid meanwhile is counted already: both add up.
		if _, err := tx.NewRaw(`INSERT INTO channelcode_day (corp_id, code_id, day, member_id, added, lost, deleted)
			SELECT corp_id, code_id, day, ?, added, lost, deleted FROM channelcode_day WHERE corp_id = ? AND member_id = ?
			ON CONFLICT (corp_id, code_id, day, member_id) DO UPDATE SET added = channelcode_day.added + excluded.added,
				lost = channelcode_day.lost + excluded.lost, deleted = channelcode_day.deleted + excluded.deleted`,
			e.Member, e.Corp, e.WasMember).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw("DELETE FROM channelcode_day WHERE corp_id = ? AND member_id = ?", e.Corp, e.WasMember).Exec(ctx)
		return err
	}); err != nil {
		return err
	}
	return mirror.Renamed(s.db,
		mirror.Named{Table: "channelcode_change", Column: "member_id", Pages: mirror.ByCustomer},
		mirror.Named{Table: "channelcode_code", Column: "published", Form: mirror.AsList},
		mirror.Named{Table: "channelcode_code", Column: "created_by", Form: mirror.AsActor},
	)(ctx, e)
}
