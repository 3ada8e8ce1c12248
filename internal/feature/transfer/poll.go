package transfer

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

const (
	kindPoll = "poll"
	// pollItems bounds what one run looks at of a pair; the rest comes with the next.
	pollItems = 2000
	// pollPairs bounds the pairs of one run.
	pollPairs = 100
	// pollGroups bounds the groups that are read one by one in a run.
	pollGroups = 100
	// pollSorry is how long WeCom is left alone after a failure.
	pollSorry = 10 * time.Minute
)

type pair struct {
	Kind     Kind   `bun:"kind"`
	From     string `bun:"from_member"`
	To       string `bun:"to_member"`
	Resigned bool   `bun:"resigned"`
}

// polled lists the corps that have something on the way.
func (s *service) polled(ctx context.Context) ([]string, error) {
	active, err := s.corps.ActiveCorps(ctx)
	if err != nil || len(active) == 0 {
		return nil, err
	}
	var due []string
	err = s.db.Read().NewRaw(`SELECT DISTINCT corp_id FROM transfer_item WHERE state = 'waiting' AND corp_id IN (?) AND poll_at <= ?`,
		bun.List(active), db.NowMS(s.clock)).Scan(ctx, &due)
	return due, err
}

// poll asks WeCom how hand-overs stand that are due. It only reads there, so twice is harmless.
func (s *service) poll(ctx context.Context, j job.Job[struct{}]) error {
	client, err := s.corps.Client(ctx, j.Corp)
	if err != nil {
		return job.Cancel(err)
	}
	var pairs []pair
	if err := s.db.Read().NewRaw(`SELECT DISTINCT kind, from_member, to_member, resigned FROM transfer_item
		WHERE corp_id = ? AND state = 'waiting' AND poll_at <= ? ORDER BY kind, from_member, to_member, resigned LIMIT ?`,
		j.Corp, db.NowMS(s.clock), pollPairs).Scan(ctx, &pairs); err != nil {
		return err
	}
	for _, p := range pairs {
		items, err := s.waiting(ctx, j.Corp, p)
		if err != nil {
			return err
		}
		if p.Kind == OfGroup {
			err = s.pollOwners(ctx, client, items)
		} else {
			err = s.pollPair(ctx, client, p, items)
		}
		if wecom.ClassOf(err) == "" && err != nil {
			return err
		}
		if err != nil { // WeCom has said why in the call log; the others are not to wait for it
			if err := s.pollAgain(ctx, items, s.clock.Now().Add(pollSorry)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *service) waiting(ctx context.Context, corp string, p pair) ([]Item, error) {
	most := pollItems
	if p.Kind == OfGroup {
		most = pollGroups
	}
	var items []Item
	err := s.db.Read().NewRaw(`SELECT `+itemColumns+` FROM transfer_item WHERE corp_id = ? AND state = 'waiting' AND poll_at <= ?
		AND kind = ? AND from_member = ? AND to_member = ? AND resigned = ? ORDER BY poll_at, id LIMIT ?`,
		corp, db.NowMS(s.clock), p.Kind, p.From, p.To, p.Resigned, most).Scan(ctx, &items)
	return items, err
}

// pollAgain sets when items are asked about next.
func (s *service) pollAgain(ctx context.Context, items []Item, at time.Time) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		for part := range slices.Chunk(items, 500) {
			if _, err := tx.NewRaw(`UPDATE transfer_item SET poll_at = ? WHERE corp_id = ? AND id IN (?) AND state = 'waiting'`,
				db.MS(at), part[0].Corp, bun.List(idsOf(part))).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// settlePage is how many items are settled in one transaction.
const settlePage = 100

// pollPair judges the customers of a pair of members.
func (s *service) pollPair(ctx context.Context, client *wecom.Client, p pair, items []Item) error {
	results, err := s.results(ctx, client, p.From, p.To, p.Resigned)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(items, settlePage) {
		known, err := s.known(ctx, p, part)
		if err != nil {
			return err
		}
		before, err := s.earlier(ctx, part)
		if err != nil {
			return err
		}
		verdicts := make([]verdict, len(part))
		for i, item := range part {
			e := known[item.Subject]
			e.Status, e.Resigned, e.Friends = results[item.Subject], item.Resigned, item.Friends
			e.Before = before[item.Subject+"/"+item.From+"/"+item.To]
			e.Age = s.clock.Now().Sub(db.FromMS(item.SentAt))
			if verdicts[i] = judge(e); verdicts[i].Ask {
				if err := s.look(ctx, client, item, &e); err != nil {
					return err
				}
				verdicts[i] = judge(e)
			}
		}
		if err := s.conclude(ctx, part, verdicts); err != nil {
			return err
		}
	}
	return nil
}

// conclude records what items have come to.
func (s *service) conclude(ctx context.Context, items []Item, verdicts []verdict) error {
	now := s.clock.Now()
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		for i, item := range items {
			v := verdicts[i]
			if v.State != Waiting {
				if err := s.settle(ctx, tx, item, v.State, 0, v.Reason, now); err != nil {
					return err
				}
				continue
			}
			if _, err := tx.NewRaw(`UPDATE transfer_item SET poll_at = ? WHERE corp_id = ? AND id = ? AND state = 'waiting'`,
				db.MS(nextPoll(db.FromMS(item.SentAt), now)), item.Corp, item.ID).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// known is what the mirror knows of the items' customers.
func (s *service) known(ctx context.Context, p pair, items []Item) (map[string]evidence, error) {
	sent := map[string]int64{}
	var subjects []string
	for _, i := range items {
		subjects, sent[i.Subject] = append(subjects, i.Subject), i.SentAt-clockApart.Milliseconds()
	}
	var rows []mirror.Follow
	if err := s.db.Read().NewRaw(`SELECT member_id, customer, standing, add_way, added_at, ended_at FROM mirror_follow
		WHERE corp_id = ? AND member_id IN (?) AND customer IN (?)`, items[0].Corp, bun.List([]string{p.From, p.To}), bun.List(subjects)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	found := map[string]evidence{}
	for _, f := range rows {
		e := found[f.Customer]
		switch f.Member {
		case p.To:
			e.TakerHas = f.Standing == mirror.Stands
			e.TakerGot = e.TakerHas && f.AddWay == wecom.AddWayAssignedByAdmin && f.AddedAt >= sent[f.Customer]
		case p.From:
			e.GiverHas = f.Standing == mirror.Stands
			e.Handed = !p.Resigned && f.Standing == mirror.HandedOver && f.EndedAt >= sent[f.Customer]
		}
		found[f.Customer] = e
	}
	return found, nil
}

// look asks WeCom who has the customer now.
func (s *service) look(ctx context.Context, client *wecom.Client, i Item, e *evidence) error {
	e.Asked, e.TakerHas, e.TakerGot, e.GiverHas = true, false, false, false
	since := (i.SentAt - clockApart.Milliseconds()) / 1000
	for cursor := ""; ; {
		answer, err := client.GetExternalContact(ctx, i.Subject, cursor)
		if code := wecom.CodeOf(err); code == errcode.NotFollowed || code == errcode.InvalidExternalUserID {
			return nil // nobody whom we see has the customer
		}
		if err != nil {
			return err
		}
		for _, f := range answer.FollowUsers {
			switch {
			case sameMember(f.UserID, i.To):
				e.TakerHas, e.TakerGot = true, f.AddWay == wecom.AddWayAssignedByAdmin && f.CreateTime >= since
			case sameMember(f.UserID, i.From):
				e.GiverHas = true
			}
		}
		if answer.NextCursor == "" || answer.NextCursor == cursor {
			return nil
		}
		cursor = answer.NextCursor
	}
}

// pollOwners judges groups by who owns them.
func (s *service) pollOwners(ctx context.Context, client *wecom.Client, items []Item) error {
	verdicts := make([]verdict, len(items))
	for n, i := range items {
		now, err := owner(ctx, client, i.Subject)
		if err != nil && !wecom.IsItem(err) {
			return err
		}
		verdicts[n] = judgeGroup(i, now, s.clock.Now().Sub(db.FromMS(i.SentAt)))
	}
	return s.conclude(ctx, items, verdicts)
}

// judgeGroup: a group has passed when the taker owns it.
func judgeGroup(i Item, owner string, age time.Duration) verdict {
	switch {
	case sameMember(owner, i.To):
		return verdict{State: Accepted}
	case owner == "":
		return verdict{State: Failed, Reason: reasonGone}
	case !sameMember(owner, i.From):
		return verdict{State: Failed, Reason: reasonOther}
	case age >= pollFor:
		return verdict{State: Failed, Reason: reasonSilent}
	}
	return verdict{State: Waiting}
}

func owner(ctx context.Context, client *wecom.Client, chat string) (string, error) {
	g, err := client.GetGroupChat(ctx, chat, false)
	return g.GroupChat.Owner, err
}

// sameMember compares userids as WeCom does.
func sameMember(a, b string) bool { return strings.EqualFold(a, b) }
