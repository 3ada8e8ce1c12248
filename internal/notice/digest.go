package notice

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom"
)

type digestArgs struct {
	Member string `json:"member"`
}

// digesting is the job that sends what is held for a member. Asked for once until it begins:
// what is held while it runs asks for another.
func digesting(corp, member string, at time.Time) job.Insert {
	return job.Insert{
		Kind: kindDigest, Args: digestArgs{member}, Corp: corp, Key: lineOf(member), RunAt: at,
		Unique: member + "/" + fmt.Sprint(db.MS(at)), UniqueFor: job.HoldWaiting,
	}
}

// digest sends one card for everything that is held for the member. What goes into it is
// fixed before it is sent, so that another try sends an equal card, which WeCom drops; a
// card seen twice misleads nobody.
func (n *Notices) digest(ctx context.Context, j job.Job[digestArgs]) error {
	until, quiet, err := n.quietUntil(ctx, n.db.Read(), j.Corp)
	if err != nil {
		return err
	}
	if err := n.gather(ctx, j, quiet); err != nil {
		return err
	}
	card, many, err := n.digestCard(ctx, j)
	if err != nil {
		return err
	}
	if many > 0 {
		err := n.deliver(ctx, j.Corp, j.Args.Member, card, func(s State, reason string) error { return n.settleDigest(ctx, j, s, reason) })
		if err != nil {
			return err
		}
	}
	if !quiet {
		return nil
	}
	// The hours were changed meanwhile: what is quiet's own waits for their new end.
	return n.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw("UPDATE notice_message SET held_until = ? WHERE corp_id = ? AND member_id = ? AND state = ? AND digest = 0",
			db.MS(until), j.Corp, j.Args.Member, StateHeld).Exec(ctx)
		if err != nil {
			return err
		}
		if left, err := res.RowsAffected(); err != nil || left == 0 {
			return err
		}
		_, err = n.jobs.Insert(ctx, tx, digesting(j.Corp, j.Args.Member, until))
		return err
	})
}

// gather marks what the digest holds. In quiet hours that is only what was held because of
// the pace: it was let through them before.
func (n *Notices) gather(ctx context.Context, j job.Job[digestArgs], quiet bool) error {
	return n.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if quiet {
			_, err := tx.NewRaw(`UPDATE notice_message SET digest = ? WHERE corp_id = ? AND member_id = ? AND state = ? AND digest = 0 AND reason = ?`,
				j.ID, j.Corp, j.Args.Member, StateHeld, heldByPace).Exec(ctx)
			return err
		}
		_, err := tx.NewRaw(`UPDATE notice_message SET digest = ? WHERE corp_id = ? AND member_id = ? AND state = ? AND digest = 0`,
			j.ID, j.Corp, j.Args.Member, StateHeld).Exec(ctx)
		return err
	})
}

// digestCard is what the digest says: the message itself when it holds only one, else how
// many of each kind, the most first.
func (n *Notices) digestCard(ctx context.Context, j job.Job[digestArgs]) (wecom.TextCard, int, error) {
	var counts []struct {
		Kind  string `bun:"kind"`
		Count int    `bun:"many"`
		Last  id.ID  `bun:"last"`
	}
	err := n.db.Read().NewRaw(`SELECT kind, COUNT(*) AS many, MAX(id) AS last FROM notice_message
		WHERE digest = ? AND corp_id = ? AND state = ? GROUP BY kind ORDER BY COUNT(*) DESC, kind`, j.ID, j.Corp, StateHeld).Scan(ctx, &counts)
	if err != nil || len(counts) == 0 {
		return wecom.TextCard{}, 0, err
	}
	total := 0
	var lines []string
	for _, c := range counts {
		total += c.Count
		name := n.byKey[c.Kind].ZH
		if name == "" {
			name = c.Kind // of a feature that is gone
		}
		lines = append(lines, fmt.Sprintf("%s：%d 条", name, c.Count))
	}
	if total == 1 {
		r, err := byID(ctx, n.db.Read(), j.Corp, counts[0].Last)
		return n.cardOf(r), 1, err
	}
	return wecom.TextCard{
		Title: cardTitle(fmt.Sprintf("您有 %d 条通知", total)), Description: cardText(strings.Join(lines, "\n")), BtnTxt: "查看",
		URL: n.link(j.Corp, "", j.ID.String()),
	}, total, nil
}

func (n *Notices) settleDigest(ctx context.Context, j job.Job[digestArgs], s State, reason string) error {
	return n.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("UPDATE notice_message SET state = ?, reason = ?, sent_at = ?, held_until = 0 WHERE digest = ? AND corp_id = ? AND state = ?",
			s, db.Clean(reason), n.sentAt(s), j.ID, j.Corp, StateHeld).Exec(ctx)
		if err != nil {
			return err
		}
		return n.live.Publish(ctx, tx, j.Corp, Slug)
	})
}

// digestGivenUp marks what was in a digest that could not be sent for hours.
func (n *Notices) digestGivenUp(ctx context.Context, j job.Job[digestArgs], cause error) {
	if err := n.settleDigest(ctx, j, StateFailed, whyOf(cause)); err != nil {
		n.log.ErrorContext(ctx, "a digest of notices stays held", "job", j.ID.String(), "error", err.Error())
	}
}

type releaseArgs struct{}

// releasing asks for a look at everything that is held in the corp.
func (n *Notices) releasing(ctx context.Context, tx db.Tx, corp string) error {
	_, err := n.jobs.Insert(ctx, tx, job.Insert{Kind: kindRelease, Args: releaseArgs{}, Corp: corp, Unique: corp, UniqueFor: job.HoldWaiting})
	return err
}

// releaseMembers is how many members are looked at in one transaction.
const releaseMembers = 200

// release has the digest of everybody for whom something is held decide anew: the hours
// have changed. Twice is harmless: a digest without anything held does nothing.
func (n *Notices) release(ctx context.Context, j job.Job[releaseArgs]) error {
	after := ""
	for {
		var members []string
		err := n.db.Read().NewRaw(`SELECT DISTINCT member_id FROM notice_message
			WHERE corp_id = ? AND state = 'held' AND member_id > ? ORDER BY member_id LIMIT ?`, j.Corp, after, releaseMembers).Scan(ctx, &members)
		if err != nil || len(members) == 0 {
			return err
		}
		after = members[len(members)-1]
		now := n.clock.Now()
		jobs := make([]job.Insert, len(members))
		for i, m := range members {
			jobs[i] = digesting(j.Corp, m, now)
		}
		if err := n.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := n.jobs.Insert(ctx, tx, jobs...)
			return err
		}); err != nil {
			return err
		}
	}
}
