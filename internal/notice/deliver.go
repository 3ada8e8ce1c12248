package notice

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// duplicateWindow is how long WeCom remembers a message to drop an equal one, in seconds:
// its maximum (developer.work.weixin.qq.com/document/path/90236).
const duplicateWindow = 14400

// A member gets at most 30 messages a minute from one app, and WeCom drops the rest in
// silence (90236). perMinute leaves room for digests and for clocks that differ.
const (
	perMinute = 20
	paceSpan  = time.Minute
)

// send sends one message as a card. Twice is harmless: WeCom drops an equal message within
// four hours, and a card seen twice misleads nobody.
func (n *Notices) send(ctx context.Context, j job.Job[sendArgs]) error {
	r, err := byID(ctx, n.db.Read(), j.Corp, j.Args.Message)
	if db.NoRows(err) {
		return job.Cancel(fault.Missing("通知"))
	}
	if err != nil || r.State != StateWaiting {
		return err
	}
	// It may have waited into the night, while WeCom could not be reached.
	until, quiet, err := n.quietUntil(ctx, n.db.Read(), r.Corp)
	if err != nil {
		return err
	}
	if quiet && !n.byKey[r.Kind].Urgent {
		return n.holdBack(ctx, r, heldByQuiet, until)
	}
	alike, err := n.tooManyAlike(ctx, r)
	if err != nil {
		return err
	}
	if alike {
		return n.holdBack(ctx, r, heldByKind, n.clock.Now().Truncate(time.Hour).Add(time.Hour))
	}
	many, err := n.tooMany(ctx, r)
	if err != nil {
		return err
	}
	if many {
		return n.holdBack(ctx, r, heldByPace, n.clock.Now().Add(paceSpan))
	}
	return n.deliver(ctx, r.Corp, r.Member, n.cardOf(r), func(s State, reason string) error { return n.settle(ctx, r, s, reason) })
}

// tooMany tells whether the member has had as much within a minute as he may.
func (n *Notices) tooMany(ctx context.Context, r row) (bool, error) {
	var had int
	err := n.db.Read().NewRaw(`SELECT COUNT(DISTINCT CASE WHEN digest = 0 THEN id ELSE digest END) FROM notice_message
		WHERE corp_id = ? AND member_id = ? AND sent_at > ?`, r.Corp, r.Member, db.MS(n.clock.Now().Add(-paceSpan))).Scan(ctx, &had)
	return had >= perMinute, err
}

// tooManyAlike tells whether the member has had as many of the kind within an hour as are
// worth a card each. What a person has sent again is.
func (n *Notices) tooManyAlike(ctx context.Context, r row) (bool, error) {
	most := n.byKey[r.Kind].PerHour
	if most == 0 || r.Round > 0 {
		return false, nil
	}
	var had int
	err := n.db.Read().NewRaw("SELECT COUNT(*) FROM notice_message WHERE corp_id = ? AND member_id = ? AND sent_at > ? AND kind = ? AND digest = 0",
		r.Corp, r.Member, db.MS(n.clock.Now().Add(-time.Hour)), r.Kind).Scan(ctx, &had)
	return had >= most, err
}

// holdBack has the message come later, in a digest.
func (n *Notices) holdBack(ctx context.Context, r row, why string, until time.Time) error {
	return n.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewRaw("UPDATE notice_message SET state = ?, reason = ?, held_until = ? WHERE id = ? AND state = ?",
			StateHeld, why, db.MS(until), r.ID, StateWaiting).Exec(ctx); err != nil {
			return err
		}
		if _, err := n.jobs.Insert(ctx, tx, digesting(r.Corp, r.Member, until)); err != nil {
			return err
		}
		return n.live.Publish(ctx, tx, r.Corp, Slug, r.ID.String())
	})
}

// cardOf is a message as WeCom shows it. The link's fragment tells apart what would
// otherwise be equal, such as two reminders of one task within four hours.
func (n *Notices) cardOf(r row) wecom.TextCard {
	return wecom.TextCard{
		Title: cardTitle(r.Title), Description: cardText(r.Text), BtnTxt: "查看",
		URL: n.link(r.Corp, r.Href, fmt.Sprintf("%s.%d", r.ID, r.Round)),
	}
}

// ownPage is where a member finds what he was told.
const ownPage = "/notice/mine"

// link leads into the console by WeCom's own sign-in: on the member's phone that is silent
// (网页授权, developer.work.weixin.qq.com/document/path/91022), so nobody needs a password.
func (n *Notices) link(corp, href, mark string) string {
	if href == "" {
		href = ownPage
	}
	return n.publicURL + "/api/account/wecom/start?" + url.Values{"corp": {corp}, "next": {href}}.Encode() + "#n=" + mark
}

// deliver sends a card and says what became of it; an error means that it is worth another try.
func (n *Notices) deliver(ctx context.Context, corp, member string, card wecom.TextCard, settle func(s State, reason string) error) error {
	client, err := n.corps.Client(ctx, corp)
	if err != nil {
		return err
	}
	res, err := client.SendMessage(ctx, wecom.SendMessageRequest{
		ToUser: member, MsgType: wecom.MessageTextCard, EnableDuplicateCheck: 1, DuplicateCheckInterval: duplicateWindow, TextCard: &card,
	})
	switch e, refused := errors.AsType[*wecom.Error](err); {
	case err == nil && res.InvalidUser+res.UnlicensedUser != "":
		return settle(StateFailed, web.Why("outOfRange").Kept())
	case err == nil:
		return settle(StateSent, "")
	case refused && (e.Code == errcode.NoValidRecipient || e.Code == errcode.MemberOutOfRange):
		return settle(StateFailed, web.Why("outOfRange").Kept())
	case refused && (e.Class == errcode.ClassItem || e.Class == errcode.ClassConfig):
		return settle(StateFailed, whyOf(err))
	}
	return err
}

// sendGivenUp marks a message that could not be sent for hours.
func (n *Notices) sendGivenUp(ctx context.Context, j job.Job[sendArgs], cause error) {
	if err := n.settle(ctx, row{ID: j.Args.Message, Corp: j.Corp}, StateFailed, whyOf(cause)); err != nil {
		n.log.ErrorContext(ctx, "a notice stays waiting", "message", j.Args.Message.String(), "error", err.Error())
	}
}

// settle records what became of a message that waits.
func (n *Notices) settle(ctx context.Context, r row, s State, reason string) error {
	return n.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("UPDATE notice_message SET state = ?, reason = ?, sent_at = ? WHERE corp_id = ? AND id = ? AND state = ?",
			s, db.Clean(reason), n.sentAt(s), r.Corp, r.ID, StateWaiting).Exec(ctx)
		if err != nil {
			return err
		}
		return n.live.Publish(ctx, tx, r.Corp, Slug, r.ID.String())
	})
}

func (n *Notices) sentAt(s State) int64 {
	if s == StateSent {
		return db.NowMS(n.clock)
	}
	return 0
}

func byID(ctx context.Context, q db.Querier, corp string, message id.ID) (row, error) {
	var r row
	err := q.NewSelect().Model(&r).Where("n.corp_id = ? AND n.id = ?", corp, message).Scan(ctx)
	return r, err
}
