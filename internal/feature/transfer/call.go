package transfer

import (
	"context"
	"errors"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// soon is when WeCom is first asked about what it has just begun.
const soon = 10 * time.Minute

// groupSoon is when a group of a leaver has passed, as a rule.
const groupSoon = 2 * time.Minute

// call tells WeCom a batch and records its answer for each item. When the answer is lost
// the items stay sent, and the next run looks for what became of them.
func (s *service) call(ctx context.Context, client *wecom.Client, t Transfer, b batch) error {
	codes, texts, err := s.tell(ctx, client, t, b)
	if err != nil {
		return s.refused(ctx, b, err)
	}
	var theirs map[string]int
	for _, i := range b.items {
		if b.kind == OfCustomer && underWay(codes[i.Subject]) && theirs == nil {
			// Ours from a call whose answer was lost, or somebody else's in WeCom's console?
			if theirs, err = s.results(ctx, client, b.from, b.to, b.resigned); err != nil {
				return err // the items stay sent
			}
		}
	}
	now := s.clock.Now()
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, i := range b.items {
			if err := s.answered(ctx, tx, i, codes[i.Subject], texts[i.Subject], theirs[i.Subject] == wecom.TransferWaiting, now); err != nil {
				return err
			}
		}
		return s.live.Publish(ctx, tx, t.Corp, slug, t.ID.String())
	})
}

// tell makes the call; codes and texts are by customer or group, absent for begun.
func (s *service) tell(ctx context.Context, client *wecom.Client, t Transfer, b batch) (codes map[string]int, texts map[string]string, err error) {
	codes, texts = map[string]int{}, map[string]string{}
	subjects := make([]string, len(b.items))
	for i, x := range b.items {
		subjects[i] = x.Subject
	}
	if b.kind == OfGroup {
		request := wecom.TransferGroupsRequest{ChatIDs: subjects, NewOwner: b.to}
		var answer wecom.TransferGroupsResponse
		if b.resigned {
			answer, err = client.TransferResignedGroups(ctx, request)
		} else {
			answer, err = client.TransferGroups(ctx, request)
		}
		for _, f := range answer.Failed {
			codes[f.ChatID], texts[f.ChatID] = f.ErrCode, f.ErrMsg
			if f.ErrCode == 0 { // listed is failed, whatever the code says
				codes[f.ChatID] = unknownCode
			}
		}
		return codes, texts, err
	}
	var answer wecom.TransferCustomersResponse
	if b.resigned {
		answer, err = client.TransferResignedCustomers(ctx, wecom.TransferResignedCustomersRequest{HandoverUserID: b.from, TakeoverUserID: b.to, ExternalUserIDs: subjects})
	} else {
		answer, err = client.TransferCustomers(ctx, wecom.TransferCustomersRequest{HandoverUserID: b.from, TakeoverUserID: b.to, ExternalUserIDs: subjects, SuccessMsg: t.Message})
	}
	for _, c := range answer.Customers {
		codes[c.ExternalUserID] = c.ErrCode
	}
	return codes, texts, err
}

// unknownCode stands for a failure that WeCom gave no code for.
const unknownCode = -1

// answered records what WeCom said of one item.
func (s *service) answered(ctx context.Context, tx db.Tx, i Item, code int, text string, ours bool, now time.Time) error {
	first := soon
	if i.Kind == OfGroup {
		first = groupSoon
		if !i.Resigned {
			first = 0 // passes at once
		}
	}
	switch {
	case code == 0:
		return s.wait(ctx, tx, i, now.Add(first))
	case i.Kind == OfGroup && code == errcode.RateLimited:
		return s.planAgain(ctx, tx, []Item{i}, nextDay(now), 0, reasonTomorrow)
	case i.Kind == OfGroup && (code == errcode.SameOwner || code == errcode.GroupTransferDone || underWay(code)):
		return s.wait(ctx, tx, i, now.Add(first)) // who owns it in the end decides
	case underWay(code) && (ours || i.Attempt > 1):
		// The answer to an earlier try may be lost, and WeCom's list of results lag behind what
		// it has begun: what came of it, the results tell in time.
		return s.wait(ctx, tx, i, now.Add(first))
	}
	if code == errcode.NotFollowing && i.Kind == OfCustomer && i.Attempt > 1 {
		// So WeCom speaks of a customer who has passed by an earlier try whose answer was lost:
		// the results, and who has him now, tell in time.
		return s.wait(ctx, tx, i, now.Add(first))
	}
	if code == unknownCode {
		code = 0
	}
	return s.settle(ctx, tx, i, Failed, code, refusal(code, text).Kept(), now)
}

// refused sorts out a call that WeCom refused as a whole. A certain no about one of the
// two members fails the batch; what an administrator has to put right, or an allowance,
// puts it back; everything else leaves it sent, because the call may have been heard.
func (s *service) refused(ctx context.Context, b batch, err error) error {
	e, ok := errors.AsType[*wecom.Error](err)
	if !ok || e.Code == 0 || e.Class == errcode.ClassTransient {
		return err
	}
	now := s.clock.Now()
	pair := ofTaker(e.Code) || e.Class == errcode.ClassItem || e.Code == errcode.TransferTooOften
	recordErr := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if !pair {
			return s.planAgain(ctx, tx, b.items, now, 0, "")
		}
		for _, i := range b.items {
			as := Failed
			if e.Code == errcode.ContactLimit {
				as = Full
			}
			if err := s.settle(ctx, tx, i, as, e.Code, corp.Why(err).Kept(), now); err != nil {
				return err
			}
		}
		return nil
	})
	switch {
	case recordErr != nil:
		return recordErr
	case pair:
		return nil
	}
	return err
}

// results reads WeCom's results of a pair of members, by customer.
func (s *service) results(ctx context.Context, client *wecom.Client, from, to string, resigned bool) (map[string]int, error) {
	list := client.TransferResults(ctx, from, to)
	if resigned {
		list = client.ResignedTransferResults(ctx, from, to)
	}
	found := map[string]int{}
	for r, err := range list {
		if err != nil {
			return nil, err
		}
		found[r.ExternalUserID] = r.Status
	}
	return found, nil
}

// unanswered finds out what became of items whose call has no recorded answer: the
// process died, or the line broke. What WeCom knows of goes on from there; the rest is
// planned again. A result may be that of an earlier try of the same pair: then the call
// is made again, and WeCom refuses it when the customer is on the way.
func (s *service) unanswered(ctx context.Context, client *wecom.Client, t Transfer) error {
	for {
		items, err := s.stillSent(ctx, t.ID)
		if err != nil || len(items) == 0 {
			return err
		}
		first := items[0]
		var pair []Item
		for _, i := range items {
			if i.Kind == first.Kind && i.From == first.From && i.To == first.To && i.Resigned == first.Resigned {
				pair = append(pair, i)
			}
		}
		known := map[string]int{}
		if first.Kind == OfCustomer {
			known, err = s.results(ctx, client, first.From, first.To, first.Resigned)
		} else {
			known, err = s.passed(ctx, client, pair)
		}
		if err != nil {
			return err
		}
		before, err := s.earlier(ctx, pair)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		if err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			for _, i := range pair {
				status := known[i.Subject]
				begun := status == wecom.TransferWaiting || status != 0 && status != wecom.TransferNone && !before[i.Subject+"/"+i.From+"/"+i.To]
				if !begun {
					err = s.planAgain(ctx, tx, []Item{i}, now, 0, "")
				} else {
					err = s.wait(ctx, tx, i, now)
				}
				if err != nil {
					return err
				}
			}
			return s.live.Publish(ctx, tx, t.Corp, slug, t.ID.String())
		}); err != nil {
			return err
		}
	}
}

// passed tells which groups belong to their new owner, as results of a pair would.
func (s *service) passed(ctx context.Context, client *wecom.Client, items []Item) (map[string]int, error) {
	found := map[string]int{}
	for _, i := range items {
		owner, err := owner(ctx, client, i.Subject)
		if err != nil {
			return nil, err
		}
		if sameMember(owner, i.To) {
			found[i.Subject] = wecom.TransferDone
		}
	}
	return found, nil
}
