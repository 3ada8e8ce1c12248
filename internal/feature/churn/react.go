package churn

import (
	"context"
	"errors"
	"fmt"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// customerLost records the loss with what we know of the pair at that time, and asks for
// the notice. A loss before the first sync is recorded too, with less to say. The event's
// id makes a repetition harmless.
func (s *service) customerLost(ctx context.Context, e event.CustomerLost) error {
	l := Loss{ID: e.Event, Corp: e.Corp, Member: e.Member, Customer: e.Customer, LostAt: e.At, Unknown: e.Unknown, Notice: NoticeOff}
	if err := s.describe(ctx, &l); err != nil {
		return err
	}
	notify, err := notifies(ctx, s.db.Read(), e.Corp)
	if err != nil {
		return err
	}
	// What a re-sync found may be months old and may be the member's own doing: no alarm.
	if notify && !e.Unknown {
		l.Notice = NoticeWaiting
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
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
	l.Remark, l.State, l.AddWay, l.AddedAt = f.Remark, f.State, f.AddWay, db.FromMS(f.AddedAt)
	tags, err := mirror.TagsOfFollows(ctx, s.db.Read(), l.Corp, []id.ID{f.ID})
	for _, t := range tags[f.ID] {
		l.Tags = append(l.Tags, t.Name)
	}
	return err
}

// customerAdded closes the pair's open losses: they have found each other again.
func (s *service) customerAdded(ctx context.Context, e event.CustomerAdded) error {
	if e.Half {
		return nil
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		n, err := returned(ctx, tx, e.Corp, e.Member, e.Customer, e.At)
		if err != nil || n == 0 {
			return err
		}
		return s.live.Publish(ctx, tx, e.Corp, slug)
	})
}

const kindNotify = "notify"

type notifyArgs struct {
	Loss id.ID `json:"loss"`
}

// notify sends the member a card with a link to the customer. Twice is harmless: WeCom
// drops an equal message within the interval of its duplicate check (90236), and a card
// seen twice misleads nobody.
func (s *service) notify(ctx context.Context, j job.Job[notifyArgs]) error {
	l, err := byID(ctx, s.db.Read(), j.Corp, j.Args.Loss)
	if err != nil {
		return job.Cancel(err)
	}
	if l.Notice != NoticeWaiting {
		return nil
	}
	client, err := s.corps.Client(ctx, j.Corp)
	if err != nil {
		return err
	}
	res, err := client.SendMessage(ctx, wecom.SendMessageRequest{
		ToUser: l.Member, MsgType: wecom.MessageTextCard, EnableDuplicateCheck: 1, DuplicateCheckInterval: 14400,
		TextCard: &wecom.TextCard{Title: "客户流失提醒", Description: l.text(s.corps.Location(ctx, l.Corp)), URL: s.link(ctx, l), BtnTxt: "查看"},
	})
	if err == nil && res.InvalidUser != "" {
		return s.noticed(ctx, l, NoticeFailed, "成员不在应用的可见范围内，收不到应用消息")
	}
	if e, ok := errors.AsType[*wecom.Error](err); ok && (e.Class == errcode.ClassItem || e.Class == errcode.ClassConfig) {
		reason := err.Error()
		if f := fault.As(corp.Fault(err)); f != nil {
			reason = fmt.Sprintf("%s（%d）：%s", f.Message, f.Upstream, f.Advice)
		}
		return s.noticed(ctx, l, NoticeFailed, reason)
	}
	if err != nil {
		return err
	}
	return s.noticed(ctx, l, NoticeSent, "")
}

// link leads to the customer through WeCom's own sign-in, so that the member needs no password.
func (s *service) link(ctx context.Context, l Loss) string {
	page := "/churn"
	if c, err := mirror.CustomerByExternal(ctx, s.db.Read(), l.Corp, l.Customer); err == nil {
		page = "/customer/" + c.ID.String()
	}
	return s.publicURL + page
}

func (s *service) noticed(ctx context.Context, l Loss, n Notice, reason string) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := told(ctx, tx, l, n, reason); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, l.Corp, slug, l.ID.String())
	})
}
