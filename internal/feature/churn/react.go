package churn

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// customerLost records the loss with what we know of the pair at that time, and asks for
// the notice. A loss before the first sync is recorded too, with less to say.
func (s *service) customerLost(ctx context.Context, e event.CustomerLost) error {
	l := Loss{ID: e.Event, Corp: e.Corp, Member: e.Member, Customer: e.Customer, LostAt: e.At, Unknown: e.Unknown, Notice: NoticeOff}
	if err := s.describe(ctx, &l); err != nil {
		return err
	}
	notify, err := notifies(ctx, s.db.Read(), e.Corp)
	if err != nil {
		return err
	}
	// What a re-sync found may be months old and may be the member's own doing; and who has
	// found the customer again need not be told of the loss. Neither is worth an alarm.
	if notify && !e.Unknown && l.ReturnedAt.IsZero() {
		l.Notice = NoticeWaiting
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		fresh, err := insert(ctx, tx, l)
		if err != nil || !fresh {
			return err
		}
		if l.Notice == NoticeWaiting {
			if _, err := s.jobs.Insert(ctx, tx, job.Insert{Kind: kindNotify, Args: notifyArgs{l.ID}, Corp: l.Corp, Unique: l.ID.String(), Priority: 1}); err != nil {
				return err
			}
		}
		return s.live.Publish(ctx, tx, l.Corp, slug, l.ID.String())
	})
	if err != nil {
		return err
	}
	return s.closeReturned(ctx, e)
}

// describe fills in what the mirror knows of the pair.
func (s *service) describe(ctx context.Context, l *Loss) error {
	c, err := mirror.CustomerByExternal(ctx, s.db.Read(), l.Corp, l.Customer)
	if fault.CodeOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	l.Name, l.Company = c.Name, c.Follows == 0
	f, err := mirror.FollowOf(ctx, s.db.Read(), l.Corp, l.Member, l.Customer)
	if fault.CodeOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	l.Remark, l.State, l.AddWay = f.Remark, f.State, f.AddWay
	switch begun := db.FromMS(f.AddedAt); {
	case f.Standing == mirror.Stands && !begun.Before(l.LostAt):
		l.ReturnedAt = begun // the news of the loss came late
	case begun.Before(l.LostAt):
		l.AddedAt = begun // else the mirror met the pair only now, at its end
	}
	tags, err := mirror.TagsOfFollows(ctx, s.db.Read(), l.Corp, []id.ID{f.ID})
	for _, t := range tags[f.ID] {
		if t.Name != "" {
			l.Tags = append(l.Tags, t.Name)
		}
	}
	return err
}

// closeReturned looks once more after the loss was written: the two may have found each
// other again meanwhile, and the news of that may have come before there was a loss to close.
func (s *service) closeReturned(ctx context.Context, e event.CustomerLost) error {
	f, err := mirror.FollowOf(ctx, s.db.Read(), e.Corp, e.Member, e.Customer)
	if fault.CodeOf(err) == fault.NotFound {
		return nil
	}
	if err != nil || f.Standing != mirror.Stands {
		return err
	}
	return s.close(ctx, e.Corp, e.Member, e.Customer, db.FromMS(f.AddedAt))
}

// customerAdded closes the pair's open losses: they have found each other again.
func (s *service) customerAdded(ctx context.Context, e event.CustomerAdded) error {
	if e.Half {
		return nil
	}
	return s.close(ctx, e.Corp, e.Member, e.Customer, e.At)
}

func (s *service) close(ctx context.Context, corp, member, customer string, at time.Time) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		n, err := returned(ctx, tx, corp, member, customer, at)
		if err != nil || n == 0 {
			return err
		}
		return s.live.Publish(ctx, tx, corp, slug)
	})
}
