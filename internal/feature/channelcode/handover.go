package channelcode

import (
	"context"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
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

// transferSettled gives the seats of a member who left to whoever took over the first of
// his customers or groups (离职继承). A second piece of such news finds no seat any more.
func (s *service) transferSettled(ctx context.Context, e event.TransferSettled) error {
	if !e.Resigned {
		return nil // who stays goes on serving
	}
	codes, err := withMember(ctx, s.db.Read(), e.Corp, e.From)
	if err != nil || len(codes) == 0 {
		return err
	}
	taker, err := mirror.MemberByID(ctx, s.db.Read(), e.Corp, e.To)
	if fault.CodeOf(err) == fault.NotFound || err == nil && !taker.CanServe() {
		return nil // the code says whom it lacks
	}
	if err != nil {
		return err
	}
	for _, code := range codes {
		if err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			c, err := byID(ctx, tx, e.Corp, code)
			if err != nil || c.Status == Deleted {
				return err
			}
			c = c.reseated(e.From, taker.ID)
			c.UpdatedAt = s.clock.Now()
			if ok, err := updateCode(ctx, tx, c); err != nil || !ok {
				if err == nil {
					err = stale() // somebody edits it just now: the next try reads it again
				}
				return err
			}
			_, err = s.wantPublished(ctx, tx, c)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}
