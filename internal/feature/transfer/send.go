package transfer

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

const (
	kindSend = "send"
	// sendTries with growing waits, up to ten minutes each, cover two days without WeCom.
	sendTries = 300
	// sendBudget is how long one run works before it lets others go first.
	sendBudget = time.Minute
	// configWait is how long an administrator is given to put the app right.
	configWait = 10 * time.Minute
)

type sendArgs struct {
	Transfer id.ID `json:"transfer"`
}

// batch is what one call takes: items of one kind and one pair of members.
type batch struct {
	kind     Kind
	from, to string
	resigned bool
	items    []Item
}

// send carries a hand-over out, a call at a time. Each batch is marked as sent before the
// call; what a lost answer or a crash left so is looked up first (unanswered). Twice is
// harmless: WeCom refuses a second transfer of a customer on the way.
func (s *service) send(ctx context.Context, j job.Job[sendArgs]) error {
	client, err := s.corps.Client(ctx, j.Corp)
	if err != nil {
		return s.hindered(ctx, j.Corp, j.Args.Transfer, err)
	}
	t, err := transferByID(ctx, s.db.Read(), j.Corp, j.Args.Transfer)
	if err != nil {
		return job.Cancel(err)
	}
	if err := s.unanswered(ctx, client, t); err != nil {
		return s.hindered(ctx, t.Corp, t.ID, err)
	}
	begun := s.clock.Now()
	for {
		b, err := s.claim(ctx, t)
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		if err := s.call(ctx, client, t, *b); err != nil {
			return s.hindered(ctx, t.Corp, t.ID, err)
		}
		if err := s.report(ctx, j, t); err != nil {
			return err
		}
		if s.clock.Now().Sub(begun) > sendBudget {
			return job.Snooze(0)
		}
	}
	return s.later(ctx, j, t)
}

func (s *service) report(ctx context.Context, j job.Job[sendArgs], t Transfer) error {
	n, err := countBy(ctx, s.db.Read(), `SELECT CASE WHEN state = 'planned' THEN 'left' ELSE 'done' END AS k, COUNT(*) AS n FROM transfer_item
		WHERE transfer_id = ? GROUP BY CASE WHEN state = 'planned' THEN 'left' ELSE 'done' END`, t.ID)
	if err != nil {
		return err
	}
	return j.Report(ctx, n["done"], n["done"]+n["left"], "transfer")
}

// later asks for another run when some items wait for their day.
func (s *service) later(ctx context.Context, j job.Job[sendArgs], t Transfer) error {
	var due int64
	if err := s.db.Read().NewRaw(`SELECT COALESCE(MIN(due_at), 0) FROM transfer_item WHERE transfer_id = ? AND state = 'planned'`, t.ID).Scan(ctx, &due); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if due > 0 {
			if _, err := s.jobs.Insert(ctx, tx, job.Insert{
				Kind: kindSend, Corp: t.Corp, Args: sendArgs{t.ID}, Key: "send/" + t.ID.String(), RunAt: db.FromMS(due),
			}); err != nil {
				return err
			}
		}
		if _, err := tx.NewRaw(`UPDATE transfer_transfer SET problem = '' WHERE corp_id = ? AND id = ?`, t.Corp, t.ID).Exec(ctx); err != nil {
			return err
		}
		return j.Done(ctx, tx)
	})
}

// hindered says on the hand-over why it does not move on, and when it is tried again.
func (s *service) hindered(ctx context.Context, corpID string, transfer id.ID, err error) error {
	if fault.CodeOf(err) == fault.NotFound || fault.CodeOf(err) == fault.Conflict {
		return job.Cancel(err) // the corp is suspended, or not set up any more
	}
	e, ok := errors.AsType[*wecom.Error](err)
	if !ok {
		return err
	}
	if err := s.setProblem(ctx, corpID, transfer, corp.Why(err)); err != nil {
		return err
	}
	switch e.Class {
	case errcode.ClassQuota:
		wait, _ := e.RetryAfter()
		return job.Snooze(max(wait, time.Minute))
	case errcode.ClassConfig:
		return job.RetryIn(configWait, err)
	default:
		return err
	}
}

// sendGaveUp says on the hand-over that it stands still.
func (s *service) sendGaveUp(ctx context.Context, j job.Job[sendArgs], cause error) {
	if err := s.setProblem(ctx, j.Corp, j.Args.Transfer, gaveUp(cause)); err != nil {
		s.log.ErrorContext(ctx, "a hand-over that stands still is not marked", "transfer", j.Args.Transfer.String(), "error", err.Error())
	}
}

func transferByID(ctx context.Context, q db.Querier, corpID string, transfer id.ID) (Transfer, error) {
	var t Transfer
	err := q.NewRaw(`SELECT `+transferColumns+` FROM transfer_transfer WHERE corp_id = ? AND id = ?`, corpID, transfer).Scan(ctx, &t)
	if db.NoRows(err) {
		return t, fault.Missing("转接记录")
	}
	return t, err
}

// claim marks the next batch as sent and gives it; nil when nothing is due. Groups beyond
// the day's number of their owner are put off to the next.
func (s *service) claim(ctx context.Context, t Transfer) (*batch, error) {
	var b *batch
	err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		b = nil
		now := s.clock.Now()
		for {
			var first []Item
			if err := tx.NewRaw(`SELECT `+itemColumns+` FROM transfer_item WHERE transfer_id = ? AND state = 'planned' AND due_at <= ?
				ORDER BY id LIMIT 1`, t.ID, db.MS(now)).Scan(ctx, &first); err != nil || len(first) == 0 {
				return err
			}
			i, most := first[0], perCall
			if i.Kind == OfGroup {
				free, err := s.groupsLeft(ctx, tx, i, now)
				if err != nil {
					return err
				}
				if free <= 0 {
					if err := s.putOff(ctx, tx, i, now); err != nil {
						return err
					}
					continue
				}
				most = min(most, free)
			}
			var err error
			b, err = s.take(ctx, tx, i, most, now)
			return err
		}
	})
	return b, err
}

// take marks up to so many items of the first one's pair as sent.
func (s *service) take(ctx context.Context, tx db.Tx, first Item, most int, now time.Time) (*batch, error) {
	m, err := mirror.MemberByID(ctx, tx, first.Corp, first.From)
	if err != nil && fault.CodeOf(err) != fault.NotFound {
		return nil, err
	}
	// Who was here when it was planned may have left since, or come back.
	b := &batch{kind: first.Kind, from: first.From, to: first.To, resigned: m.LeftAt > 0 || m.ID == "" && first.Resigned}
	err = tx.NewRaw(`UPDATE transfer_item SET state = 'sent', resigned = ?, sent_at = ?, attempt = attempt + 1, code = 0, reason = ''
		WHERE state = 'planned' AND id IN (SELECT id FROM transfer_item
			WHERE transfer_id = ? AND state = 'planned' AND kind = ? AND from_member = ? AND to_member = ? AND due_at <= ? ORDER BY id LIMIT ?)
		RETURNING `+itemColumns, b.resigned, db.MS(now), first.Transfer, first.Kind, first.From, first.To, db.MS(now), most).Scan(ctx, &b.items)
	if err != nil {
		return nil, err
	}
	return b, s.live.Publish(ctx, tx, first.Corp, slug, first.Transfer.String())
}

// groupsLeft is how many groups of the owner may still pass today.
func (s *service) groupsLeft(ctx context.Context, tx db.Tx, i Item, now time.Time) (int, error) {
	var used int
	err := tx.NewRaw(`SELECT COUNT(*) FROM transfer_item WHERE corp_id = ? AND from_member = ? AND kind = 'group'
		AND sent_at >= ? AND state IN ('sent', 'waiting', 'accepted')`, i.Corp, i.From, db.MS(dayBegan(now, 0))).Scan(ctx, &used)
	return groupsPerDay - used, err
}

// putOff lets the owner's groups of this hand-over wait for the next day.
func (s *service) putOff(ctx context.Context, tx db.Tx, i Item, now time.Time) error {
	_, err := tx.NewRaw(`UPDATE transfer_item SET due_at = ?, reason = ? WHERE transfer_id = ? AND state = 'planned' AND kind = 'group' AND from_member = ?`,
		db.MS(nextDay(now)), reasonTomorrow, i.Transfer, i.From).Exec(ctx)
	return err
}

// planAgain puts items back that WeCom certainly did not begin.
func (s *service) planAgain(ctx context.Context, tx db.Tx, items []Item, due time.Time, code int, reason string) error {
	for _, i := range items {
		if _, err := tx.NewRaw(`UPDATE transfer_item SET state = 'planned', sent_at = 0, due_at = ?, code = ?, reason = ?
			WHERE corp_id = ? AND id = ? AND state = 'sent' AND attempt = ?`, db.MS(due), code, db.Clean(reason), i.Corp, i.ID, i.Attempt).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// wait records that WeCom has begun.
func (s *service) wait(ctx context.Context, tx db.Tx, i Item, pollAt time.Time) error {
	_, err := tx.NewRaw(`UPDATE transfer_item SET state = 'waiting', poll_at = ? WHERE corp_id = ? AND id = ? AND state = 'sent'`,
		db.MS(pollAt), i.Corp, i.ID).Exec(ctx)
	return err
}

func idsOf(items []Item) []id.ID {
	list := make([]id.ID, len(items))
	for i, x := range items {
		list[i] = x.ID
	}
	return list
}

// stillSent reads items again that are sent without an answer.
func (s *service) stillSent(ctx context.Context, transfer id.ID) ([]Item, error) {
	var items []Item
	err := s.db.Read().NewRaw(`SELECT `+itemColumns+` FROM transfer_item WHERE transfer_id = ? AND state = 'sent' ORDER BY id LIMIT ?`,
		transfer, 10*perCall).Scan(ctx, &items)
	return items, err
}

// earlier tells which of the items' pairs were tried before: a result may be that one's.
func (s *service) earlier(ctx context.Context, items []Item) (map[string]bool, error) {
	var subjects []string
	for _, i := range items {
		subjects = append(subjects, i.Subject)
	}
	var rows []struct {
		ID      id.ID  `bun:"id"`
		Subject string `bun:"subject"`
		To      string `bun:"to_member"`
		From    string `bun:"from_member"`
	}
	err := s.db.Read().NewRaw(`SELECT id, subject, from_member, to_member FROM transfer_item WHERE corp_id = ? AND subject IN (?)
		AND state IN ('accepted', 'refused', 'full', 'failed') AND sent_at > 0`, items[0].Corp, bun.List(subjects)).Scan(ctx, &rows)
	found := map[string]bool{}
	for _, r := range rows {
		found[r.Subject+"/"+r.From+"/"+r.To] = true
	}
	return found, err
}
