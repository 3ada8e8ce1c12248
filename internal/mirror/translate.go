package mirror

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom/callback"
)

// handler turns one kind of callback into changes and news, inside the transaction that
// marks the inbox row as done.
type handler func(ctx context.Context, tx db.Tx, in Inbox, e callback.Event) error

// handlers is the one table of callback kinds. What is not in it is kept and ignored.
func (m *Mirror) handlers() map[string]handler {
	return map[string]handler{
		"change_external_contact.add_external_contact":      on(m.customerAdded),
		"change_external_contact.add_half_external_contact": on(m.customerHalfAdded),
		"change_external_contact.edit_external_contact":     on(m.customerEdited),
		"change_external_contact.del_external_contact":      on(m.customerDeleted),
		"change_external_contact.del_follow_user":           on(m.customerLost),
		"change_external_contact.transfer_fail":             on(m.transferFailed),
		"change_external_contact.msg_audit_approved":        on(m.archiveApproved),

		"change_external_chat.create":  on(m.groupCreated),
		"change_external_chat.update":  on(m.groupUpdated),
		"change_external_chat.dismiss": on(m.groupDismissed),

		"change_external_tag.create":  on(m.tagCreated),
		"change_external_tag.update":  on(m.tagUpdated),
		"change_external_tag.delete":  on(m.tagDeleted),
		"change_external_tag.shuffle": on(m.tagShuffled),

		"change_contact.create_user":  on(m.memberCreated),
		"change_contact.update_user":  on(m.memberUpdated),
		"change_contact.delete_user":  on(m.memberDeleted),
		"change_contact.create_party": on(m.partyCreated),
		"change_contact.update_party": on(m.partyUpdated),
		"change_contact.delete_party": on(m.partyDeleted),

		"close_inactive_agent":  on(m.appClosed),
		"reopen_inactive_agent": on(m.appReopened),
	}
}

func on[E callback.Event](fn func(ctx context.Context, tx db.Tx, in Inbox, e E) error) handler {
	return func(ctx context.Context, tx db.Tx, in Inbox, e callback.Event) error {
		of, ok := e.(E)
		if !ok {
			return fmt.Errorf("mirror: %s is %T", in.Event, e)
		}
		return fn(ctx, tx, in, of)
	}
}

// The states of an inbox row.
const (
	InboxWaiting = "waiting" // its job has not run yet
	InboxDone    = "done"
	InboxIgnored = "ignored" // of a kind that changes nothing here
	InboxFailed  = "failed"  // Error says why; a replay tries again
)

// Inbox is one callback as it came in.
type Inbox struct {
	ID         id.ID  `bun:"id" json:"id"`
	Corp       string `bun:"corp_id" json:"-"`
	App        id.ID  `bun:"app_id" json:"app"`
	Event      string `bun:"event" json:"event"`     // e.g. change_external_contact.add_external_contact
	Subject    string `bun:"subject" json:"subject"` // whom it concerns
	Raw        string `bun:"raw" json:"raw"`         // decrypted XML: personal data, never logged
	State      string `bun:"state" json:"state"`
	Error      string `bun:"error" json:"error"`
	Tries      int    `bun:"tries" json:"tries"`            // deliveries by WeCom
	ToldAt     int64  `bun:"told_at" json:"toldAt"`         // unix ms, CreateTime
	ReceivedAt int64  `bun:"received_at" json:"receivedAt"` // unix ms
	DoneAt     int64  `bun:"done_at" json:"doneAt"`         // unix ms
}

const inboxColumns = `id, corp_id, app_id, event, subject, raw, state, error, tries, told_at, received_at, done_at`

// meta is the head of the nth piece of news that a callback leads to. The first carries
// the inbox row's own id, the others one made of it, so that a callback which is
// translated again tells nobody twice.
func (in Inbox) meta(n int) event.Meta {
	return event.Meta{Event: derived(in.ID, n), Corp: in.Corp, At: db.FromMS(in.ToldAt)}
}

func derived(of id.ID, n int) id.ID {
	if n == 0 {
		return of
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(of))
	binary.BigEndian.PutUint64(b[8:], uint64(n))
	sum := sha256.Sum256(b[:])
	return id.ID(binary.BigEndian.Uint64(sum[:8]) & math.MaxInt64)
}

// translateArgs name an inbox row.
type translateArgs struct {
	Inbox id.ID `json:"inbox"`
}

const (
	kindTranslate = "translate"
	// translateTries with growing waits cover an hour of trouble with the database.
	translateTries = 12
)

func translateJob(corp string, inbox id.ID, subject string) job.Insert {
	return job.Insert{Kind: kindTranslate, Args: translateArgs{Inbox: inbox}, Corp: corp, Key: lineOf(subject)}
}

// translate is the job behind each callback.
func (m *Mirror) translate(ctx context.Context, j job.Job[translateArgs]) error {
	in, err := inboxRow(ctx, m.db.Read(), j.Corp, j.Args.Inbox)
	if fault.CodeOf(err) == fault.NotFound {
		return job.Cancel(err) // pruned meanwhile
	}
	if err != nil {
		return err
	}
	e, err := callback.Parse([]byte(in.Raw))
	if err != nil {
		return m.finishInbox(ctx, j, in, InboxFailed, err.Error(), nil)
	}
	do, ok := m.table[tableKey(e)]
	if !ok {
		return m.finishInbox(ctx, j, in, InboxIgnored, "", nil)
	}
	return m.finishInbox(ctx, j, in, InboxDone, "", func(ctx context.Context, tx db.Tx) error { return do(ctx, tx, in, e) })
}

// tableKey finds a callback in the table by its own kind; the platform's pages do not
// agree on the letter case of event names.
func tableKey(e callback.Event) string { return strings.ToLower(e.Head().Kind().String()) }

// finishInbox runs do, records the state and finishes the job, all in one transaction:
// a callback is translated once, or not at all.
func (m *Mirror) finishInbox(ctx context.Context, j job.Job[translateArgs], in Inbox, state, reason string, do func(context.Context, db.Tx) error) error {
	err := m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if do != nil {
			if err := do(ctx, tx); err != nil {
				return err
			}
		}
		if err := m.setInbox(ctx, tx, in, state, reason); err != nil {
			return err
		}
		return j.Done(ctx, tx)
	})
	if err == nil {
		m.metrics.translated.WithLabelValues(m.label(in.Event), state).Inc()
	}
	return err
}

// label bounds the metric to the kinds of our table.
func (m *Mirror) label(event string) string {
	if _, ok := m.table[strings.ToLower(event)]; ok {
		return event
	}
	return "other"
}

func (m *Mirror) setInbox(ctx context.Context, tx db.Tx, in Inbox, state, reason string) error {
	done := db.NowMS(m.clock)
	if state == InboxWaiting {
		done = 0
	}
	_, err := tx.NewRaw(`UPDATE mirror_inbox SET state = ?, error = ?, done_at = ? WHERE corp_id = ? AND id = ?`,
		state, db.Clean(reason), done, in.Corp, in.ID).Exec(ctx)
	if err != nil {
		return err
	}
	return m.live.Publish(ctx, tx, in.Corp, topicInbox, in.ID.String())
}

// translateGaveUp leaves the reason where an administrator looks for it.
func (m *Mirror) translateGaveUp(ctx context.Context, j job.Job[translateArgs], failure error) {
	err := m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		return m.setInbox(ctx, tx, Inbox{ID: j.Args.Inbox, Corp: j.Corp}, InboxFailed, failure.Error())
	})
	if err != nil {
		m.log.Error("a callback failed and that could not be recorded", "inbox", j.Args.Inbox, "error", err)
	}
}

func inboxRow(ctx context.Context, q db.Querier, corp string, inbox id.ID) (Inbox, error) {
	var in Inbox
	err := q.NewRaw(`SELECT `+inboxColumns+` FROM mirror_inbox WHERE corp_id = ? AND id = ?`, corp, inbox).Scan(ctx, &in)
	if db.NoRows(err) {
		return in, fault.Missing("回调事件")
	}
	return in, err
}

// replayWait is how long Replay waits for the translation before it answers.
const replayWait = 3 * time.Second

// Replay translates a callback again, for the console: after a failure, or in doubt. It
// does no harm: rows change only where the callback still has something to say, and news
// that was told is not told again. It gives the row as it stands afterwards, which may
// be waiting when the queue is busy.
func (m *Mirror) Replay(ctx context.Context, v viewer.Viewer, inbox id.ID) (Inbox, error) {
	var made []id.ID
	err := m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		in, err := inboxRow(ctx, tx, v.Corp, inbox)
		if err != nil {
			return err
		}
		if err := m.setInbox(ctx, tx, in, InboxWaiting, ""); err != nil {
			return err
		}
		made, err = m.jobs.Insert(ctx, tx, translateJob(in.Corp, in.ID, in.Subject))
		return err
	})
	if err != nil {
		return Inbox{}, err
	}
	if _, err := m.jobs.RunNow(ctx, made[0], replayWait); err != nil && !errors.Is(err, context.Canceled) {
		return Inbox{}, err
	}
	return inboxRow(ctx, m.db.Read(), v.Corp, inbox)
}

// pruneRows bounds one deletion, so that it never holds the writer for long.
const pruneRows = 500

// prune removes callbacks that came in longer than keep ago, in small steps.
func (m *Mirror) prune(ctx context.Context, _ job.Job[struct{}]) error {
	const keep = 90 * 24 * time.Hour
	before := db.MS(m.clock.Now().Add(-keep))
	for {
		var removed int64
		err := m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			res, err := tx.NewRaw(`DELETE FROM mirror_inbox WHERE id IN
				(SELECT id FROM mirror_inbox WHERE received_at < ? ORDER BY received_at LIMIT ?)`, before, pruneRows).Exec(ctx)
			if err != nil {
				return err
			}
			removed, err = res.RowsAffected()
			return err
		})
		if err != nil || removed < pruneRows {
			return err
		}
	}
}
