package mirror

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom/callback"
)

// This file hears change_external_contact (doc 92130). News goes out on what the
// callback says alone: a greeting has 20 s and cannot wait for details. Those are read
// by a job (refreshCustomer), which tells CustomerChanged when it learned something.

func (m *Mirror) customerAdded(ctx context.Context, tx db.Tx, in Inbox, e *callback.AddExternalContact) error {
	return m.begun(ctx, tx, in, e.FollowRef, turnAdded, e.State, e.WelcomeCode)
}

func (m *Mirror) customerHalfAdded(ctx context.Context, tx db.Tx, in Inbox, e *callback.AddHalfExternalContact) error {
	return m.begun(ctx, tx, in, e.FollowRef, turnHalf, e.State, e.WelcomeCode)
}

func (m *Mirror) begun(ctx context.Context, tx db.Tx, in Inbox, of callback.FollowRef, kind turnKind, state, code string) error {
	state = db.Clean(state)
	t, err := m.turn(ctx, tx, in, of, turn{at: in.ToldAt, kind: kind, state: state})
	if err != nil {
		return err
	}
	news := event.CustomerAdded{
		Meta: in.meta(0), Member: t.after.Member, Customer: t.after.Customer, State: state, WelcomeCode: code,
		Half: kind == turnHalf, Again: t.again(kind, in.ToldAt),
	}
	doubt := false
	if state == "" && code == "" {
		if news.Transferred, doubt, err = handedOver(ctx, tx, t.after, in.ToldAt); err != nil {
			return err
		}
	}
	if err := m.askForDetails(ctx, tx, refreshArgs{Customer: t.after.Customer, Member: t.after.Member}, in.Corp); err != nil {
		return err
	}
	switch {
	case t.told(in.ToldAt):
		return nil
	case doubt && kind == turnAdded:
		return m.tellLater(ctx, tx, news)
	default:
		return m.bus.Publish(ctx, tx, news)
	}
}

func (m *Mirror) customerLost(ctx context.Context, tx db.Tx, in Inbox, e *callback.DelFollowUser) error {
	t, err := m.turn(ctx, tx, in, e.FollowRef, turn{at: in.ToldAt, kind: turnLost})
	if err != nil {
		return err
	}
	return m.bus.Publish(ctx, tx, event.CustomerLost{Meta: in.meta(0), Member: t.after.Member, Customer: t.after.Customer})
}

func (m *Mirror) customerDeleted(ctx context.Context, tx db.Tx, in Inbox, e *callback.DelExternalContact) error {
	kind := turnDeleted
	if e.Source == callback.SourceTransfer {
		kind = turnHanded
	}
	t, err := m.turn(ctx, tx, in, e.FollowRef, turn{at: in.ToldAt, kind: kind})
	if err != nil {
		return err
	}
	return m.bus.Publish(ctx, tx, event.CustomerDeleted{
		Meta: in.meta(0), Member: t.after.Member, Customer: t.after.Customer,
		ByTransfer: kind == turnHanded,
	})
}

// customerEdited hears that a member changed remark or tags: what they are now, WeCom
// only tells when asked.
func (m *Mirror) customerEdited(ctx context.Context, tx db.Tx, in Inbox, e *callback.EditExternalContact) error {
	return m.askForDetails(ctx, tx, refreshArgs{Customer: db.Clean(e.ExternalUserID)}, in.Corp)
}

func (m *Mirror) transferFailed(ctx context.Context, tx db.Tx, in Inbox, e *callback.TransferFail) error {
	member, err := memberKey(ctx, tx, in.Corp, e.UserID)
	if err != nil {
		return err
	}
	return m.bus.Publish(ctx, tx, event.TransferFailed{
		Meta: in.meta(0), Member: member,
		Customer: db.Clean(e.ExternalUserID), Reason: db.Clean(e.FailReason),
	})
}

func (m *Mirror) archiveApproved(ctx context.Context, tx db.Tx, in Inbox, e *callback.MsgAuditApproved) error {
	member, err := memberKey(ctx, tx, in.Corp, e.UserID)
	if err != nil {
		return err
	}
	return m.bus.Publish(ctx, tx, event.ArchiveApproved{
		Meta: in.meta(0), Member: member,
		Customer: db.Clean(e.ExternalUserID), WelcomeCode: e.WelcomeCode,
	})
}

// turned is a follow before and after a callback.
type turned struct {
	known  bool // there was a row before
	before Follow
	after  Follow
}

// sameMoment is how far WeCom's time of a callback and its createtime of the same
// beginning may be apart.
const sameMoment = time.Minute

// again tells whether the two had met before, which a confirmed half and a beginning
// that a sync saw first are not.
func (t turned) again(kind turnKind, at int64) bool {
	switch {
	case !t.known:
		return false
	case !t.before.Standing.Open():
		return true
	case kind == turnAdded && t.before.Standing == Half:
		return false
	default:
		return at-t.before.AddedAt > sameMoment.Milliseconds()
	}
}

// told tells whether a reading found this beginning so long before the callback came that
// it was told already: nobody is to count the customer twice.
func (t turned) told(at int64) bool {
	apart := time.Duration(at-t.before.AddedAt) * time.Millisecond
	return t.before.FoundAt > 0 && t.before.Standing.Open() && apart.Abs() <= sameMoment
}

// turn applies one told fact to the follow of a pair and keeps the customer's counters.
// A pair nobody knew gets its rows from the callback alone, ends included.
func (m *Mirror) turn(ctx context.Context, tx db.Tx, in Inbox, of callback.FollowRef, t turn) (turned, error) {
	member, err := memberKey(ctx, tx, in.Corp, of.UserID)
	if err != nil {
		return turned{}, err
	}
	c, err := m.lockCustomer(ctx, tx, in.Corp, db.Clean(of.ExternalUserID))
	if err != nil {
		return turned{}, err
	}
	f, known, err := followRow(ctx, tx, in.Corp, member, c.Customer)
	if err != nil {
		return turned{}, err
	}
	if !known {
		f = Follow{ID: m.ids.New(), Corp: in.Corp, Member: member, Customer: c.Customer, CustomerID: c.ID, MobilesJSON: "[]"}
	}
	out := turned{known: known, before: f}
	p := f.pair()
	inOrder := t.at > f.ToldAt && (f.ReadAt == 0 || t.at >= f.AddedAt)
	if inOrder {
		p = p.after([]turn{t})
	} else if p, err = m.replayPair(ctx, tx, in, f); err != nil {
		return turned{}, err
	}
	if p.addedAt != f.AddedAt {
		f.ReadAt, f.FoundAt = 0, 0 // WeCom has not shown this beginning yet
	}
	f.Standing, f.AddedAt, f.EndedAt, f.State = p.standing, p.addedAt, p.endedAt, p.state
	f.ToldAt = max(f.ToldAt, t.at)
	f.UpdatedAt = db.NowMS(m.clock)
	if err := writeTurn(ctx, tx, f); err != nil {
		return turned{}, err
	}
	if known && f.AddedAt != out.before.AddedAt {
		if err := moveTags(ctx, tx, f); err != nil {
			return turned{}, err
		}
	}
	if err := recount(ctx, tx, []id.ID{c.ID}); err != nil {
		return turned{}, err
	}
	if !inOrder || (c.ReadAt == 0 && !f.Standing.Open()) {
		if err := m.askInDoubt(ctx, tx, in.Corp, f.Customer); err != nil {
			return turned{}, err
		}
	}
	out.after = f
	return out, m.tellPages(ctx, tx, in.Corp, []id.ID{c.ID}, []id.ID{f.ID})
}

func (f Follow) pair() pair {
	return pair{standing: f.Standing, addedAt: f.AddedAt, endedAt: f.EndedAt, state: f.State}
}

// maxHistory bounds what is read of a pair's callbacks; nobody deletes and adds again
// that often within the time that the inbox keeps.
const maxHistory = 500

// replayPair settles a pair anew from everything the inbox has about it, because a
// callback came late or shares its second with another. What a reading has shown counts
// like a callback.
func (m *Mirror) replayPair(ctx context.Context, tx db.Tx, in Inbox, f Follow) (pair, error) {
	var rows []struct {
		Event  string `bun:"event"`
		Raw    string `bun:"raw"`
		ToldAt int64  `bun:"told_at"`
	}
	names, err := formerly(ctx, tx, in.Corp, f.Member)
	if err != nil {
		return pair{}, err
	}
	subjects := []string{in.Subject}
	for _, name := range append(names, f.Member) {
		if s := pairSubject(f.Customer, name); s != in.Subject {
			subjects = append(subjects, s)
		}
	}
	err = tx.NewRaw(`SELECT event, raw, told_at FROM mirror_inbox WHERE corp_id = ? AND subject IN (?) AND told_at <= ?
		ORDER BY told_at DESC, hash LIMIT ?`, in.Corp, bun.List(subjects), max(in.ToldAt, f.ToldAt), maxHistory).Scan(ctx, &rows)
	if err != nil {
		return pair{}, err
	}
	var turns []turn
	begun, handed := false, false // as WeCom showed it; told by a callback
	for _, r := range rows {
		e, err := callback.Parse([]byte(r.Raw))
		if err != nil {
			continue // its own translation fails visibly
		}
		t, ok := turnOf(e, r.ToldAt)
		if !ok {
			continue
		}
		turns = append(turns, t)
		handed = handed || t.kind == turnHanded
		apart := time.Duration(t.at-f.AddedAt) * time.Millisecond
		begun = begun || t.kind <= turnAdded && apart.Abs() <= sameMoment
	}
	if f.ReadAt > 0 && !begun {
		turns = append(turns, turn{at: f.AddedAt, kind: turnAdded, state: f.State})
	}
	if f.Standing == Gone {
		turns = append(turns, turn{at: f.EndedAt, kind: turnGone})
	}
	if f.Standing == HandedOver && !handed {
		turns = append(turns, turn{at: f.EndedAt, kind: turnHanded}) // no callback told: see Mirror.HandedOver
	}
	return settle(turns), nil
}

// turnOf is what a callback says about its pair, false when nothing.
func turnOf(e callback.Event, at int64) (turn, bool) {
	switch e := e.(type) {
	case *callback.AddExternalContact:
		return turn{at: at, kind: turnAdded, state: db.Clean(e.State)}, true
	case *callback.AddHalfExternalContact:
		return turn{at: at, kind: turnHalf, state: db.Clean(e.State)}, true
	case *callback.DelFollowUser:
		return turn{at: at, kind: turnLost}, true
	case *callback.DelExternalContact:
		if e.Source == callback.SourceTransfer {
			return turn{at: at, kind: turnHanded}, true
		}
		return turn{at: at, kind: turnDeleted}, true
	default:
		return turn{}, false
	}
}

// equalMember compares userids as WeCom does.
func equalMember(a, b string) bool { return strings.EqualFold(a, b) }

// askForDetails queues a reading of the customer. One that waits already serves both.
func (m *Mirror) askForDetails(ctx context.Context, tx db.Tx, a refreshArgs, corp string) error {
	_, err := m.jobs.Insert(ctx, tx, job.Insert{
		Kind: kindRefreshCustomer, Corp: corp, Args: a,
		Key: customerLine(a.Customer), Unique: a.Customer + "/" + a.Member, UniqueFor: job.HoldWaiting,
		// Before what others do about the news: WeCom tells of nobody's customer, so a name
		// that was not read in time is never known.
		Priority: 1,
	})
	return err
}

// customerLine is the lane key of everything that asks WeCom about a customer or changes
// him there: an answer from before a change must not be written after it.
func customerLine(customer string) string { return "customer-at-wecom/" + customer }

// doubtPause lets WeCom's own answers catch up with its callbacks.
const doubtPause = 10 * time.Second

// askInDoubt queues a reading that may also decide who stands to whom.
func (m *Mirror) askInDoubt(ctx context.Context, tx db.Tx, corp, customer string) error {
	_, err := m.jobs.Insert(ctx, tx, job.Insert{
		Kind: kindRefreshCustomer, Corp: corp,
		Args: refreshArgs{Customer: customer, Doubt: true}, RunAt: m.clock.Now().Add(doubtPause),
		Key: customerLine(customer), Unique: "doubt/" + customer, UniqueFor: job.HoldWaiting,
	})
	return err
}

// tellPages notes for open pages which rows changed.
func (m *Mirror) tellPages(ctx context.Context, tx db.Tx, corp string, customers, follows []id.ID) error {
	if err := m.live.Publish(ctx, tx, corp, topicCustomer, texts(customers)...); err != nil {
		return err
	}
	return m.live.Publish(ctx, tx, corp, topicFollow, texts(follows)...)
}

func ids(list ...id.ID) []id.ID { return list }

func texts(ids []id.ID) []string {
	out := make([]string, len(ids))
	for i, x := range ids {
		out[i] = x.String()
	}
	return out
}
