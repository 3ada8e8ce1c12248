package notice

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// row is one message to one member.
type row struct {
	bun.BaseModel `bun:"table:notice_message,alias:n"`

	ID        id.ID  `bun:"id,pk"`
	Corp      string `bun:"corp_id"`
	Member    string `bun:"member_id"`
	Kind      string `bun:"kind"`
	Once      string `bun:"once"`
	Title     string `bun:"title"`
	Text      string `bun:"text"`
	Href      string `bun:"href"`
	State     State  `bun:"state"`
	Reason    string `bun:"reason"`
	HeldUntil int64  `bun:"held_until"`
	Digest    id.ID  `bun:"digest"`
	Round     int    `bun:"round"`
	CreatedAt int64  `bun:"created_at"`
	SentAt    int64  `bun:"sent_at"`
}

type sendArgs struct {
	Message id.ID `json:"message"`
}

// sendRows bounds how many rows are stored by one statement.
const sendRows = 500

// Send stores messages in the caller's transaction and has them sent after its commit; all
// must be of one corp. Nobody to send to is no error.
func (n *Notices) Send(ctx context.Context, tx db.Tx, messages ...Message) error {
	if len(messages) == 0 {
		return nil
	}
	p, err := n.plan(ctx, tx, messages[0].Corp)
	if err != nil {
		return err
	}
	var rows []row
	for _, m := range messages {
		if m.Corp != p.corp {
			return fmt.Errorf("notice: messages of %s and %s are sent at once", p.corp, m.Corp)
		}
		if m.Href != "" && (!strings.HasPrefix(m.Href, "/") || strings.HasPrefix(m.Href, "//")) {
			return fmt.Errorf("notice: %q is no path inside the console", m.Href)
		}
		kind, known := n.byKey[m.Kind]
		if !known {
			return fmt.Errorf("notice: no feature lists the kind %q", m.Kind)
		}
		to, err := m.To.people(ctx, tx, m.Corp)
		if err != nil {
			return err
		}
		seen := map[string]bool{"": true}
		for _, member := range append([]string{m.Member}, to...) {
			if seen[member] {
				continue
			}
			seen[member] = true
			rows = append(rows, n.rowOf(m, member, kind, p))
		}
	}
	for from := 0; from < len(rows); from += sendRows {
		if err := n.store(ctx, tx, p, rows[from:min(from+sendRows, len(rows))]); err != nil {
			return err
		}
	}
	return nil
}

func (n *Notices) rowOf(m Message, member string, kind Kind, p *plan) row {
	r := row{
		ID: n.ids.New(), Corp: m.Corp, Member: member, Kind: m.Kind, Once: db.Clean(m.Key), Title: db.Clean(m.Title), Text: db.Clean(m.Text),
		Href: db.Clean(m.Href), State: StateWaiting, CreatedAt: db.MS(p.now),
	}
	if r.Once == "" {
		r.Once = r.ID.String()
	}
	switch {
	case p.policy(kind) == Off:
		r.State, r.Reason = StateOff, offByCorp
	case p.quiet && !kind.Urgent:
		r.State, r.Reason, r.HeldUntil = StateHeld, heldByQuiet, db.MS(p.until)
	}
	return r
}

// store writes the rows that are new and asks for what must be done about them.
func (n *Notices) store(ctx context.Context, tx db.Tx, p *plan, rows []row) error {
	if err := n.choices(ctx, tx, p, rows); err != nil {
		return err
	}
	var fresh []id.ID
	if err := tx.NewInsert().Model(&rows).On("CONFLICT DO NOTHING").Returning("id").Scan(ctx, &fresh); err != nil && !db.NoRows(err) {
		return err
	}
	stored := make(map[id.ID]bool, len(fresh))
	for _, f := range fresh {
		stored[f] = true
	}
	var jobs []job.Insert
	var keys []string
	for _, r := range rows {
		if !stored[r.ID] {
			continue
		}
		keys = append(keys, r.ID.String())
		switch r.State {
		case StateWaiting:
			jobs = append(jobs, n.sending(r))
		case StateHeld:
			jobs = append(jobs, digesting(r.Corp, r.Member, p.until))
		default:
		}
	}
	if len(keys) == 0 {
		return nil
	}
	if len(jobs) > 0 {
		if _, err := n.jobs.Insert(ctx, tx, jobs...); err != nil {
			return err
		}
	}
	return n.live.Publish(ctx, tx, p.corp, Slug, keys...)
}

// sending is the job that sends a row. One at a time for each member, so that those under
// way can be counted; it is asked for once until it is over, and again by a person.
func (n *Notices) sending(r row) job.Insert {
	return job.Insert{
		Kind: kindSend, Args: sendArgs{r.ID}, Corp: r.Corp, Key: lineOf(r.Member), Unique: r.ID.String(), UniqueFor: job.HoldOpen,
		Priority: 1, Lane: n.byKey[r.Kind].Lane,
	}
}

func lineOf(member string) string { return "member/" + strings.ToLower(member) }

// choices turns off what members do not want, where the corp leaves them the choice.
func (n *Notices) choices(ctx context.Context, q db.Querier, p *plan, rows []row) error {
	asked := map[string]bool{}
	var members []string
	for _, r := range rows {
		if r.State != StateOff && p.policy(n.byKey[r.Kind]) == Choice && !asked[r.Member] {
			asked[r.Member] = true
			members = append(members, r.Member)
		}
	}
	if len(members) == 0 {
		return nil
	}
	var refused []struct {
		Member string `bun:"member_id"`
		Kind   string `bun:"kind"`
	}
	if err := q.NewRaw("SELECT member_id, kind FROM notice_choice WHERE corp_id = ? AND member_id IN (?)", p.corp, bun.List(members)).Scan(ctx, &refused); err != nil {
		return err
	}
	no := make(map[[2]string]bool, len(refused))
	for _, r := range refused {
		no[[2]string{r.Member, r.Kind}] = true
	}
	for i, r := range rows {
		if r.State != StateOff && no[[2]string{r.Member, r.Kind}] && p.policy(n.byKey[r.Kind]) == Choice {
			rows[i].State, rows[i].Reason, rows[i].HeldUntil = StateOff, offByMember, 0
		}
	}
	return nil
}

// plan is what a corp has decided, read once for many messages.
type plan struct {
	corp     string
	now      time.Time
	policies map[string]Policy
	quiet    bool
	until    time.Time // when it ends
}

func (p *plan) policy(k Kind) Policy {
	if decided, ok := p.policies[k.Key]; ok {
		return decided
	}
	return k.Policy
}

func (n *Notices) plan(ctx context.Context, q db.Querier, corp string) (*plan, error) {
	policies, err := policies(ctx, q, corp)
	if err != nil {
		return nil, err
	}
	p := &plan{corp: corp, now: n.clock.Now(), policies: policies}
	p.until, p.quiet, err = n.quietUntil(ctx, q, corp)
	return p, err
}

// quietUntil tells whether it is quiet in the corp now, and until when.
func (n *Notices) quietUntil(ctx context.Context, q db.Querier, corp string) (time.Time, bool, error) {
	hours, err := QuietOf(ctx, q, corp)
	if err != nil {
		return time.Time{}, false, err
	}
	until, quiet := hours.Until(n.clock.Now().In(n.corps.Location(ctx, corp)))
	return until, quiet, nil
}
