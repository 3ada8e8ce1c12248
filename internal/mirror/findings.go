package mirror

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom"
)

// This file tells what a reading found and no callback had told. A callback about the
// same may still be on its way: in the inbox, which is looked at, or between WeCom and
// us. So the news is held back for a moment and told only when no callback has come
// meanwhile; otherwise a customer would be counted, or greeted, twice.

// inFlight is how long WeCom may still be about to deliver a callback: three tries.
const inFlight = 20 * time.Second

const kindTell = "tell"

// tellArgs name a finding. The follow must still look as it was found.
type tellArgs struct {
	Follow  id.ID    `json:"follow"`
	Found   Standing `json:"found"` // Stands or Gone
	Since   int64    `json:"since"` // AddedAt or EndedAt at that time, unix ms
	Told    int64    `json:"told"`  // ToldAt at that time: a callback since then was the teller
	Again   bool     `json:"again,omitempty"`
	Noticed int64    `json:"noticed"` // unix ms
}

// tellFindings tells or holds back what the page found, and tells of changed details.
func (m *Mirror) tellFindings(ctx context.Context, tx db.Tx, p *page) error {
	var customers, follows []id.ID
	var findings []tellArgs
	var news []event.CustomerChanged
	for _, r := range p.rows {
		if r.sight == found {
			findings = append(findings, tellArgs{
				Follow: r.follow.ID, Found: Stands, Since: r.follow.AddedAt, Told: r.follow.ToldAt,
				Again: r.before.ID != 0 && r.before.Standing != Half, Noticed: p.at,
			})
		}
		renamed := p.renamed[r.follow.Customer]
		if r.changed || renamed || r.follow.Standing != r.before.Standing {
			customers, follows = append(customers, r.follow.CustomerID), append(follows, r.follow.ID)
		}
		if r.changed && r.sight != found && !renamed {
			news = append(news, event.CustomerChanged{Member: r.member, Customer: r.follow.Customer})
		}
	}
	for external := range p.renamed {
		news = append(news, event.CustomerChanged{Customer: external})
	}
	if len(customers) == 0 {
		return nil
	}
	slices.Sort(customers)
	if err := m.tellPages(ctx, tx, p.corp, slices.Compact(customers), follows); err != nil || p.quiet {
		return err
	}
	for _, e := range news {
		e.Meta = event.Meta{Event: m.ids.New(), Corp: p.corp, At: db.FromMS(p.at)}
		if err := m.bus.Publish(ctx, tx, e); err != nil {
			return err
		}
	}
	for _, r := range p.rows {
		if r.sight == found {
			continue // who hears that it began reads the tags
		}
		if err := m.tellTagged(ctx, tx, r.follow, r.come); err != nil {
			return err
		}
	}
	return m.holdBack(ctx, tx, p.corp, findings)
}

// holdBack queues findings, each to be told when callbacks have had their time.
func (m *Mirror) holdBack(ctx context.Context, tx db.Tx, corp string, findings []tellArgs) error {
	jobs := make([]job.Insert, len(findings))
	for i, a := range findings {
		jobs[i] = job.Insert{
			Kind: kindTell, Corp: corp, Args: a, RunAt: m.clock.Now().Add(inFlight),
			Unique: fmt.Sprint(a.Follow, a.Found, a.Since, a.Told), UniqueFor: job.HoldWaiting,
		}
	}
	if len(jobs) == 0 {
		return nil
	}
	_, err := m.jobs.Insert(ctx, tx, jobs...)
	return err
}

// tell is the job behind a finding.
func (m *Mirror) tell(ctx context.Context, j job.Job[tellArgs]) error {
	a := j.Args
	return m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		var f Follow
		err := tx.NewRaw(`SELECT `+followColumns+` FROM mirror_follow WHERE corp_id = ? AND id = ?`, j.Corp, a.Follow).Scan(ctx, &f)
		if db.NoRows(err) {
			return j.Done(ctx, tx)
		}
		if err != nil {
			return err
		}
		waiting, err := waitingSubjects(ctx, tx, j.Corp, []string{pairSubject(f.Customer, f.Member)})
		if err != nil {
			return err
		}
		since := f.AddedAt
		if a.Found == Gone {
			since = f.EndedAt
		}
		if f.Standing != a.Found || since != a.Since || f.ToldAt != a.Told || len(waiting) > 0 {
			return j.Done(ctx, tx) // a callback told, or will
		}
		if err := m.bus.Publish(ctx, tx, m.finding(f, a)); err != nil {
			return err
		}
		if _, err := tx.NewRaw(`UPDATE mirror_follow SET found_at = ? WHERE id = ?`, db.NowMS(m.clock), f.ID).Exec(ctx); err != nil {
			return err
		}
		return j.Done(ctx, tx)
	})
}

// finding is the news of a finding. Its id is made of the follow and the moment, so that
// a finding that is told by two readings reaches nobody twice.
func (m *Mirror) finding(f Follow, a tellArgs) event.Event {
	meta := event.Meta{Event: derived(f.ID, int(a.Since)), Corp: f.Corp, At: db.FromMS(a.Noticed), Repaired: true}
	if a.Found == Gone {
		return event.CustomerLost{Meta: meta, Member: f.Member, Customer: f.Customer, Unknown: true}
	}
	return event.CustomerAdded{
		Meta: meta, Member: f.Member, Customer: f.Customer, State: f.State,
		Again: a.Again, Transferred: f.AddWay == wecom.AddWayAssignedByAdmin,
	}
}

// waitingSubjects gives those of the subjects about which a callback lies in the inbox
// that was not translated yet.
func waitingSubjects(ctx context.Context, q db.Querier, corp string, subjects []string) (map[string]bool, error) {
	found := map[string]bool{}
	return found, inBatches(subjects, func(part []string) error {
		var rows []string
		err := q.NewRaw(`SELECT DISTINCT subject FROM mirror_inbox WHERE corp_id = ? AND state = ? AND subject IN (?)`,
			corp, InboxWaiting, bun.List(part)).Scan(ctx, &rows)
		for _, s := range rows {
			found[s] = true
		}
		return err
	})
}

const kindTellGroup = "tell-group"

// tellGroupArgs name a group that a reading found.
type tellGroupArgs struct {
	Chat    string `json:"chat"`
	Noticed int64  `json:"noticed"` // unix ms
}

// holdBackGroup queues the news of a group that no callback had told.
func (m *Mirror) holdBackGroup(ctx context.Context, tx db.Tx, g Group) error {
	now := m.clock.Now()
	_, err := m.jobs.Insert(ctx, tx, job.Insert{
		Kind: kindTellGroup, Corp: g.Corp, Unique: g.Chat,
		Args: tellGroupArgs{g.Chat, db.MS(now)}, RunAt: now.Add(inFlight),
	})
	return err
}

// tellGroup is the job behind it.
func (m *Mirror) tellGroup(ctx context.Context, j job.Job[tellGroupArgs]) error {
	return m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		g, err := GroupByChat(ctx, tx, j.Corp, j.Args.Chat)
		if err != nil {
			return job.Cancel(err)
		}
		waiting, err := waitingSubjects(ctx, tx, j.Corp, []string{aboutGroup + "/" + g.Chat})
		if err != nil {
			return err
		}
		if g.ToldAt == 0 && len(waiting) == 0 {
			meta := event.Meta{Event: g.ID, Corp: j.Corp, At: db.FromMS(j.Args.Noticed), Repaired: true}
			if err := m.bus.Publish(ctx, tx, event.GroupCreated{Meta: meta, Group: g.Chat}); err != nil {
				return err
			}
		}
		return j.Done(ctx, tx)
	})
}
