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
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
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
	Line       string `bun:"line" json:"-"`          // see lineOf
	Raw        string `bun:"raw" json:"raw"`         // decrypted XML: personal data, never logged
	State      string `bun:"state" json:"state"`
	Error      string `bun:"error" json:"error"`
	Tries      int    `bun:"tries" json:"tries"`            // deliveries by WeCom
	ToldAt     int64  `bun:"told_at" json:"toldAt"`         // unix ms, CreateTime
	ReceivedAt int64  `bun:"received_at" json:"receivedAt"` // unix ms
	DoneAt     int64  `bun:"done_at" json:"doneAt"`         // unix ms
}

const inboxColumns = `id, corp_id, app_id, event, subject, line, raw, state, error, tries, told_at, received_at, done_at`

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

// translateArgs name an inbox row and its line.
type translateArgs struct {
	Inbox id.ID  `json:"inbox"`
	Line  string `json:"line,omitempty"`
}

const (
	kindTranslate = "translate"
	// translateTries with growing waits cover an hour of trouble with the database.
	translateTries = 12
	// behindPause is how long a callback waits that stands behind one which fails.
	behindPause = 2 * time.Second
)

// translateJob asks for a translation. Lines of the whole corp, in which thousands may wait
// after an import, are the queue's to keep (its lane key); the many short ones of customers
// and groups keep themselves (takeInbox), because finding the end of a lane for each row
// would cost the intake several times what storing it does.
func translateJob(corp string, inbox id.ID, line string) job.Insert {
	in := job.Insert{Kind: kindTranslate, Corp: corp, Args: translateArgs{Inbox: inbox, Line: line}}
	if line == aboutContacts || line == aboutTags {
		in.Key, in.Args = line, translateArgs{Inbox: inbox}
	}
	return in
}

// translate is the job behind each callback. It takes those along that wait before it in
// its line, so whichever job of a line runs first, the callbacks are translated in order;
// a job whose callback was taken along finds nothing left to do. Changes, news, states and
// the end of the job are one transaction: a callback is translated once, or not at all.
func (m *Mirror) translate(ctx context.Context, j job.Job[translateArgs]) error {
	var at id.ID // the callback in work
	var done []Inbox
	more := false
	err := m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		rows, err := m.takeInbox(ctx, tx, j)
		if err != nil {
			return err
		}
		done = rows
		keys := make([]string, len(rows))
		for i := range rows {
			at, keys[i] = rows[i].ID, rows[i].ID.String()
			if err := m.carryOut(ctx, tx, &rows[i]); err != nil {
				return err
			}
		}
		at, more = 0, len(rows) == takenAtOnce && rows[len(rows)-1].ID < j.Args.Inbox
		if len(keys) > 0 {
			if err := m.live.Publish(ctx, tx, j.Corp, topicInbox, keys...); err != nil {
				return err
			}
		}
		if more {
			return nil
		}
		return j.Done(ctx, tx)
	})
	switch {
	case err == nil:
		for _, in := range done {
			m.metrics.translated.WithLabelValues(m.label(in.Event), in.State).Inc()
		}
		if more {
			return job.Snooze(0)
		}
	case at != 0 && at != j.Args.Inbox && !errors.Is(err, job.ErrLost):
		return job.Snooze(behindPause) // its own job counts the tries
	}
	return err
}

// takenAtOnce bounds one transaction when a line is long.
const takenAtOnce = 100

// takeInbox marks the waiting callbacks of the job as done and gives them in order: those
// that came before its own in the line, and its own. It begins with the first of the line,
// so that of two jobs one waits for the other and then finds what is left.
func (m *Mirror) takeInbox(ctx context.Context, tx db.Tx, j job.Job[translateArgs]) ([]Inbox, error) {
	var taken []Inbox
	for len(taken) < takenAtOnce {
		first, err := firstOfLine(ctx, tx, j)
		if err != nil || first == 0 {
			return taken, err
		}
		var rows []Inbox
		err = tx.NewRaw(`UPDATE mirror_inbox SET state = 'done', error = '', done_at = ?
			WHERE corp_id = ? AND id = ? AND state = 'waiting' RETURNING `+inboxColumns,
			db.NowMS(m.clock), j.Corp, first).Scan(ctx, &rows)
		if err != nil {
			return nil, err
		}
		taken = append(taken, rows...) // none when another job had it first
		if len(rows) > 0 && first == j.Args.Inbox {
			break
		}
	}
	return taken, nil
}

// firstOfLine is the callback that is next in the job's line, 0 when there is none up to
// its own.
func firstOfLine(ctx context.Context, tx db.Tx, j job.Job[translateArgs]) (id.ID, error) {
	var first []id.ID
	var err error
	if j.Args.Line == "" {
		err = tx.NewRaw(`SELECT id FROM mirror_inbox WHERE corp_id = ? AND id = ? AND state = 'waiting'`,
			j.Corp, j.Args.Inbox).Scan(ctx, &first)
	} else {
		err = tx.NewRaw(`SELECT id FROM mirror_inbox WHERE corp_id = ? AND line = ? AND state = 'waiting' AND id <= ?
			ORDER BY id LIMIT 1`, j.Corp, j.Args.Line, j.Args.Inbox).Scan(ctx, &first)
	}
	if err != nil || len(first) == 0 {
		return 0, err
	}
	return first[0], nil
}

// carryOut translates one callback that takeInbox has marked as done.
func (m *Mirror) carryOut(ctx context.Context, tx db.Tx, in *Inbox) error {
	e, err := callback.Parse([]byte(in.Raw))
	if err != nil {
		return m.setInbox(ctx, tx, in, InboxFailed, err.Error())
	}
	do, ok := m.table[tableKey(e)]
	if !ok {
		return m.setInbox(ctx, tx, in, InboxIgnored, "")
	}
	return do(ctx, tx, *in, e)
}

// tableKey finds a callback in the table by its own kind; the platform's pages do not
// agree on the letter case of event names.
func tableKey(e callback.Event) string { return strings.ToLower(e.Head().Kind().String()) }

// label bounds the metric to the kinds of our table.
func (m *Mirror) label(event string) string {
	if _, ok := m.table[strings.ToLower(event)]; ok {
		return event
	}
	return "other"
}

func (m *Mirror) setInbox(ctx context.Context, tx db.Tx, in *Inbox, state, reason string) error {
	in.State, in.Error, in.DoneAt = state, db.Clean(reason), db.NowMS(m.clock)
	if state == InboxWaiting {
		in.DoneAt = 0
	}
	_, err := tx.NewRaw(`UPDATE mirror_inbox SET state = ?, error = ?, done_at = ? WHERE corp_id = ? AND id = ?`,
		in.State, in.Error, in.DoneAt, in.Corp, in.ID).Exec(ctx)
	return err
}

// translateGaveUp leaves the reason where an administrator looks for it.
func (m *Mirror) translateGaveUp(ctx context.Context, j job.Job[translateArgs], failure error) {
	err := m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		in := Inbox{ID: j.Args.Inbox, Corp: j.Corp}
		if err := m.setInbox(ctx, tx, &in, InboxFailed, failure.Error()); err != nil {
			return err
		}
		return m.live.Publish(ctx, tx, in.Corp, topicInbox, in.ID.String())
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
	var made id.ID
	err := m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		in, err := inboxRow(ctx, tx, v.Corp, inbox)
		if err != nil {
			return err
		}
		if err := m.setInbox(ctx, tx, &in, InboxWaiting, ""); err != nil {
			return err
		}
		if err := m.live.Publish(ctx, tx, in.Corp, topicInbox, in.ID.String()); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "callback:" + in.ID.String(), Name: in.Event})
		made, err = m.jobs.InsertOne(ctx, tx, translateJob(in.Corp, in.ID, in.Line))
		return err
	})
	if err != nil {
		return Inbox{}, err
	}
	if _, err := m.jobs.RunNow(ctx, made, replayWait); err != nil && !errors.Is(err, context.Canceled) {
		return Inbox{}, err
	}
	return inboxRow(ctx, m.db.Read(), v.Corp, inbox)
}

// pruneRows bounds one deletion, so that it never holds the writer for long.
const pruneRows = 500

// keepInbox is how long callbacks stay.
const keepInbox = 90 * 24 * time.Hour

// prune removes callbacks that came in long ago, corp by corp in small steps.
func (m *Mirror) prune(ctx context.Context, _ job.Job[struct{}]) error {
	corps, err := m.corps.Corps(ctx)
	if err != nil {
		return err
	}
	before := db.MS(m.clock.Now().Add(-keepInbox))
	for _, c := range corps {
		for more := true; more; {
			if more, err = m.pruneStep(ctx, c.ID, before); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *Mirror) pruneStep(ctx context.Context, corp string, before int64) (more bool, err error) {
	err = m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw(`DELETE FROM mirror_inbox WHERE id IN
			(SELECT id FROM mirror_inbox WHERE corp_id = ? AND received_at < ? ORDER BY received_at DESC, id DESC LIMIT ?)`,
			corp, before, pruneRows).Exec(ctx)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		more = n == pruneRows
		return err
	})
	return more, err
}
