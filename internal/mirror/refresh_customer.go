package mirror

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

const (
	kindRefreshCustomer = "refresh-customer"
	kindRefreshGroup    = "refresh-group"
	kindRefreshMember   = "refresh-member"
	kindReadTags        = "read-tags"
	kindReadDepartments = "read-departments"
)

// refreshArgs name a customer to be read anew.
type refreshArgs struct {
	Customer string `json:"customer"`
	// Member, when set, is one whose follow must be among the answer: it began just now.
	Member string `json:"member,omitempty"`
	// Doubt: the answer also decides who stands to whom.
	Doubt bool `json:"doubt,omitempty"`
}

// waits before a customer is asked for again whom WeCom does not show yet. After an
// add_ event externalcontact/get may lag for a moment; later the nightly sync helps.
func lagWait(attempt int) (time.Duration, bool) {
	waits := []time.Duration{time.Second, 3 * time.Second, 10 * time.Second, time.Minute}
	if attempt > len(waits) {
		return 0, false
	}
	return waits[attempt-1], true
}

// refreshCustomer reads a customer and his follows from WeCom (externalcontact/get, doc
// 92114): after a callback, which carries no details, and when callbacks left a doubt.
// Reading again does no harm.
func (m *Mirror) refreshCustomer(ctx context.Context, j job.Job[refreshArgs]) error {
	client, err := m.corps.Client(ctx, j.Corp)
	if err != nil {
		return outcome(err)
	}
	r := reading{corp: j.Corp, at: db.NowMS(m.clock), doubt: j.Args.Doubt}
	if j.Args.Member != "" {
		// He may have got another userid since this was asked for.
		if j.Args.Member, err = memberKey(ctx, m.db.Read(), j.Corp, j.Args.Member); err != nil {
			return err
		}
	}
	rows, err := readCustomer(ctx, client, j.Args.Customer)
	if code := wecom.CodeOf(err); code == errcode.NotFollowed || code == errcode.InvalidExternalUserID {
		rows, err = nil, nil // nobody whom we see has the customer
	}
	if err != nil {
		return outcome(err)
	}
	if j.Args.Member != "" && !shows(rows, j.Args.Member) {
		if wait, ok := lagWait(j.Attempt); ok && !m.hidden(ctx, j) {
			return job.RetryIn(wait, fmt.Errorf("mirror: WeCom does not show the follow of %s yet", j.Args.Member))
		}
	}
	return m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		// What is shown now, a sync that runs at the same time need not see on its pages.
		if r.run, err = running(ctx, tx, j.Corp); err != nil {
			return err
		}
		p, err := m.apply(ctx, tx, r, rows)
		if err != nil {
			return err
		}
		if r.doubt {
			if err := m.endHidden(ctx, tx, r, j.Args.Customer, p); err != nil {
				return err
			}
		}
		return j.Done(ctx, tx)
	})
}

// readCustomer reads all follows of a customer, 500 an answer.
func readCustomer(ctx context.Context, client *wecom.Client, external string) ([]shown, error) {
	var rows []shown
	for cursor := ""; ; {
		answer, err := client.GetExternalContact(ctx, external, cursor)
		if err != nil {
			return nil, err
		}
		for _, f := range answer.FollowUsers {
			rows = append(rows, shownByGet(answer.ExternalContact, f))
		}
		if answer.NextCursor == "" {
			return rows, nil
		}
		if answer.NextCursor == cursor {
			return nil, wecom.ErrCursor
		}
		cursor = answer.NextCursor
	}
}

func shows(rows []shown, member string) bool {
	for _, s := range rows {
		if equalMember(s.follow.UserID, member) {
			return true
		}
	}
	return false
}

// hidden tells whether WeCom never shows the awaited follow: it is only half added, or its
// member has left.
func (m *Mirror) hidden(ctx context.Context, j job.Job[refreshArgs]) bool {
	f, err := FollowOf(ctx, m.db.Read(), j.Corp, j.Args.Member, j.Args.Customer)
	if err == nil && f.Standing != Stands {
		return true
	}
	who, err := MemberByID(ctx, m.db.Read(), j.Corp, j.Args.Member)
	return err == nil && who.LeftAt > 0
}

// endHidden ends the follows that stand here and that WeCom does not show. Only a
// reading in doubt may do so, made well after the callbacks; those of a half stay, since
// WeCom does not show them.
func (m *Mirror) endHidden(ctx context.Context, tx db.Tx, r reading, external string, p *page) error {
	hidden := p.others
	if len(p.rows) == 0 {
		c, err := m.lockCustomer(ctx, tx, r.corp, external)
		if err != nil {
			return err
		}
		if hidden, err = FollowsOf(ctx, tx, r.corp, c.ID); err != nil {
			return err
		}
	}
	for _, f := range hidden {
		if f.Standing != Stands || f.ToldAt >= r.at-settleLag {
			continue
		}
		if mm, err := MemberByID(ctx, tx, r.corp, f.Member); err == nil && (mm.LeftAt > 0 || (mm.ReadAt > 0 && !mm.CanContact)) {
			continue // hidden because the member is: the customer waits to be handed over
		} else if err != nil && fault.CodeOf(err) != fault.NotFound {
			return err
		}
		f.Standing, f.EndedAt, f.UpdatedAt = Deleted, f.ToldAt, r.at
		if err := writeFollows(ctx, tx, []*Follow{&f}); err != nil {
			return err
		}
		if err := recount(ctx, tx, ids(f.CustomerID)); err != nil {
			return err
		}
		if err := m.tellPages(ctx, tx, r.corp, ids(f.CustomerID), ids(f.ID)); err != nil {
			return err
		}
	}
	return nil
}

// outcome makes an error of a call to WeCom fit for the queue: what waiting helps is
// waited for, what an administrator must put right is tried again after a while, and
// the rest is an error like any other.
func outcome(err error) error {
	switch {
	case err == nil:
		return nil
	case fault.CodeOf(err) == fault.NotFound, fault.CodeOf(err) == fault.Conflict:
		return job.Cancel(err) // the corp is suspended, or not set up any more
	case wecom.IsQuota(err):
		return job.Snooze(quotaWait(err))
	case wecom.IsConfig(err):
		return job.RetryIn(configWait, err)
	default:
		return err
	}
}

// configWait is how long an administrator is given before the next try.
const configWait = 10 * time.Minute

func quotaWait(err error) time.Duration {
	if e, ok := errors.AsType[*wecom.Error](err); ok {
		if wait, ok := e.RetryAfter(); ok {
			return wait
		}
	}
	return time.Minute
}
