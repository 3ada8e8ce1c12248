package transfer

import (
	"context"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom"
)

// mostAsked bounds the pairs of members whose results WeCom is asked for about one customer;
// of more nobody could say who gave him to whom.
const mostAsked = 20

// askConsole finds out at WeCom who gave a customer to whom, where only one half of the
// hand-over was told. It only reads there.
func (s *service) askConsole(ctx context.Context, corp string, a consoleArgs, follows []mirror.Follow, left func(string) bool) (p passing, found bool, err error) {
	var ours int
	if err := s.db.Read().NewRaw(`SELECT COUNT(*) FROM transfer_item WHERE corp_id = ? AND kind = 'customer' AND subject = ? AND from_member = ? AND state = 'accepted' AND settled_at >= ?`,
		corp, a.Customer, a.From, a.At-consoleApart.Milliseconds()).Scan(ctx, &ours); err != nil || ours > 0 {
		return p, false, err
	}
	givers, takers := inQuestion(a, follows, left)
	if len(givers) == 0 || len(takers) == 0 || len(givers)*len(takers) > mostAsked {
		return p, false, nil
	}
	client, err := s.corps.Client(ctx, corp)
	if err != nil {
		return p, false, job.Cancel(err)
	}
	for _, from := range givers {
		for _, to := range takers {
			took, err := s.tookOver(ctx, client, from, to, left(from), a.Customer)
			switch {
			case wecom.IsQuota(err):
				return p, false, job.Snooze(time.Minute)
			case wecom.IsItem(err):
				continue // WeCom has no results of these two
			case err != nil:
				return p, false, err
			}
			if !a.covers(took) {
				continue
			}
			if found {
				return p, false, nil // two of them: nobody can say
			}
			p, found = passing{from: from, to: to, began: took, resigned: left(from)}, true
		}
	}
	return p, found, nil
}

// covers tells whether a hand-over of a moment is the one in question.
func (a consoleArgs) covers(ms int64) bool {
	if a.Since > 0 {
		return ms >= a.Since && ms <= a.At+consoleApart.Milliseconds()
	}
	return near(ms, db.FromMS(a.At))
}

// inQuestion are the members who may have given the customer, and those who may have taken
// him. Nobody, where nothing tells of a hand-over at all.
func inQuestion(a consoleArgs, follows []mirror.Follow, left func(string) bool) (givers, takers []string) {
	at := db.FromMS(a.At)
	began := slices.IndexFunc(follows, func(f mirror.Follow) bool {
		return f.Standing == mirror.Stands && f.AddWay == wecom.AddWayAssignedByAdmin && near(f.AddedAt, at)
	})
	for _, f := range follows {
		switch {
		case a.From != "":
			if sameMember(f.Member, a.From) {
				givers = append(givers, f.Member)
			}
		case f.Standing == mirror.HandedOver && near(f.EndedAt, at), began >= 0 && f.Standing == mirror.Stands && left(f.Member):
			givers = append(givers, f.Member)
		}
	}
	if began >= 0 {
		takers = []string{follows[began].Member}
	} else {
		for _, f := range follows {
			if f.Standing == mirror.Stands && !left(f.Member) {
				takers = append(takers, f.Member)
			}
		}
	}
	return givers, slices.DeleteFunc(takers, func(t string) bool { return slices.Contains(givers, t) })
}

// tookOver is when a customer passed between two members as WeCom's results say, in unix ms;
// 0 when they do not.
func (s *service) tookOver(ctx context.Context, client *wecom.Client, from, to string, resigned bool, customer string) (int64, error) {
	list := client.TransferResults(ctx, from, to)
	if resigned {
		list = client.ResignedTransferResults(ctx, from, to)
	}
	for r, err := range list {
		if err != nil {
			return 0, err
		}
		if r.ExternalUserID == customer && r.Status == wecom.TransferDone {
			return r.TakeoverTime * 1000, nil
		}
	}
	return 0, nil
}
