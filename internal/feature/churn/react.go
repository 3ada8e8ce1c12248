package churn

import (
	"context"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// customerLost records that a customer deleted a member, and has the member told.
func (s *service) customerLost(ctx context.Context, e event.CustomerLost) error {
	return s.record(ctx, Ending{ID: e.Event, Corp: e.Corp, Kind: Lost, Member: e.Member, Customer: e.Customer, EndedAt: e.At, Unknown: e.Unknown})
}

// customerDeleted records that a member deleted a customer, and has those told who want to
// know; or that WeCom removed the follow because the customer has another member now.
func (s *service) customerDeleted(ctx context.Context, e event.CustomerDeleted) error {
	l := Ending{ID: e.Event, Corp: e.Corp, Kind: Deleted, Member: e.Member, Customer: e.Customer, EndedAt: e.At, Unknown: e.Repaired}
	if e.ByTransfer {
		l.Kind = Handed
	}
	return s.record(ctx, l)
}

// record writes an ending with what we know of the pair at that time. One before the first
// sync is recorded too, with less to say.
func (s *service) record(ctx context.Context, l Ending) error {
	l.Notice = NoticeOff
	if err := s.describe(ctx, &l); err != nil {
		return err
	}
	set, err := settingOf(ctx, s.db.Read(), l.Corp)
	if err != nil {
		return err
	}
	// What a re-sync found may be months old and may be the other's doing; and who has found
	// the customer again need not be told. Neither is worth an alarm.
	var told []notice.Message
	if !l.Unknown && l.ReturnedAt.IsZero() {
		if told, err = s.messages(ctx, l, set); err != nil {
			return err
		}
	}
	if len(told) > 0 {
		l.Notice = NoticeWaiting
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		fresh, err := insert(ctx, tx, l, db.NowMS(s.clock))
		if err != nil || !fresh {
			return err
		}
		if err := s.notices.Send(ctx, tx, told...); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, l.Corp, slug, l.ID.String())
	})
	if err != nil {
		return err
	}
	if err := s.closeReturned(ctx, l); err != nil {
		return err
	}
	return s.watch(ctx, l, set)
}

// messages are what is told of an ending at once.
func (s *service) messages(ctx context.Context, l Ending, set setting) ([]notice.Message, error) {
	m := notice.Message{Corp: l.Corp, Key: l.ID.String()}
	switch {
	case l.Kind == Lost:
		m.Kind, m.Member, m.Title, m.Text = noticeLost, l.Member, "客户流失提醒", l.text(s.corps.Location(ctx, l.Corp))
	case l.Kind == Deleted && set.Deletions == DeletionsNow:
		names, err := mirror.Names(ctx, s.db.Read(), l.Corp, []string{l.Member})
		if err != nil {
			return nil, err
		}
		m.Kind, m.To, m.Title, m.Text = noticeDeleted, set.receivers(l.Member), "成员删除客户提醒", l.report(names[l.Member], s.corps.Location(ctx, l.Corp))
	default:
		return nil, nil
	}
	var err error
	m.Href, err = s.page(ctx, l)
	return []notice.Message{m}, err
}

// page is where a notice leads: to the customer, or to the list when he was never read.
func (s *service) page(ctx context.Context, l Ending) (string, error) {
	c, err := mirror.CustomerByExternal(ctx, s.db.Read(), l.Corp, l.Customer)
	if fault.CodeOf(err) == fault.NotFound {
		return "/churn", nil
	}
	return "/customer/" + c.ID.String(), err
}

// describe fills in what the mirror knows of the pair, and where the member works now.
func (s *service) describe(ctx context.Context, l *Ending) error {
	err := s.db.Read().NewRaw(`SELECT d.id, d.name FROM mirror_member AS m JOIN mirror_department AS d ON d.corp_id = m.corp_id AND d.id = m.main_department
		WHERE m.corp_id = ? AND m.id = ?`, l.Corp, l.Member).Scan(ctx, &l.Department, &l.DepartmentName)
	if err != nil && !db.NoRows(err) {
		return err
	}
	err = s.db.Read().NewRaw(`SELECT department_id FROM mirror_member_department WHERE corp_id = ? AND member_id = ?`, l.Corp, l.Member).Scan(ctx, &l.Departments)
	if err != nil {
		return err
	}
	if l.Department > 0 && !slices.Contains(l.Departments, l.Department) {
		l.Departments = append(l.Departments, l.Department)
	}
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
	case f.Standing == mirror.Stands && !begun.Before(l.EndedAt):
		l.ReturnedAt = begun // the news of the ending came late
	case begun.Before(l.EndedAt):
		l.AddedAt = begun // else the mirror met the pair only now, at its end
	}
	tags, err := mirror.TagsOfFollows(ctx, s.db.Read(), l.Corp, []id.ID{f.ID})
	for _, t := range tags[f.ID] {
		if t.Name != "" {
			l.Tags = append(l.Tags, t.Name)
		}
		if t.Kind == mirror.TagCorp {
			l.TagIDs = append(l.TagIDs, t.ID)
		}
	}
	return err
}

// closeReturned looks once more after the ending was written: the two may have found each
// other again meanwhile, and the news of that may have come before there was one to close.
func (s *service) closeReturned(ctx context.Context, l Ending) error {
	f, err := mirror.FollowOf(ctx, s.db.Read(), l.Corp, l.Member, l.Customer)
	if fault.CodeOf(err) == fault.NotFound {
		return nil
	}
	if err != nil || f.Standing != mirror.Stands {
		return err
	}
	return s.close(ctx, l.Corp, l.Member, l.Customer, db.FromMS(f.AddedAt))
}

// customerAdded closes the pair's open endings: they have found each other again.
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
