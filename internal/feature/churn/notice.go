package churn

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

const kindNotify = "notify"

type notifyArgs struct {
	Loss id.ID `json:"loss"`
}

// duplicateWindow is how long WeCom remembers a message to drop an equal one, in seconds:
// its maximum (developer.work.weixin.qq.com/document/path/90236).
const duplicateWindow = 14400

// outOfRange is why a member is not told whom the app cannot reach.
const outOfRange = "成员不在应用的可见范围内，收不到应用消息；请在企业微信管理后台把该成员加入应用的可见范围"

// notify sends the member a card with a link to the customer. Twice is harmless: WeCom
// drops an equal message within four hours, and a card seen twice misleads nobody.
func (s *service) notify(ctx context.Context, j job.Job[notifyArgs]) error {
	l, err := byID(ctx, s.db.Read(), j.Corp, j.Args.Loss)
	if fault.CodeOf(err) == fault.NotFound {
		return job.Cancel(err)
	}
	if err != nil || l.Notice != NoticeWaiting {
		return err
	}
	client, err := s.corps.Client(ctx, j.Corp)
	if err != nil {
		return err
	}
	page, err := s.link(ctx, l)
	if err != nil {
		return err
	}
	res, err := client.SendMessage(ctx, wecom.SendMessageRequest{
		ToUser: l.Member, MsgType: wecom.MessageTextCard, EnableDuplicateCheck: 1, DuplicateCheckInterval: duplicateWindow,
		TextCard: &wecom.TextCard{Title: "客户流失提醒", Description: l.text(s.corps.Location(ctx, l.Corp)), URL: page, BtnTxt: "查看"},
	})
	switch e, refused := errors.AsType[*wecom.Error](err); {
	case err == nil && res.InvalidUser+res.UnlicensedUser != "":
		return s.noticed(ctx, l, NoticeFailed, outOfRange)
	case err == nil:
		return s.noticed(ctx, l, NoticeSent, "")
	case refused && (e.Code == errcode.NoValidRecipient || e.Code == errcode.MemberOutOfRange):
		return s.noticed(ctx, l, NoticeFailed, fmt.Sprintf("%s（%d）", outOfRange, e.Code))
	case refused && (e.Class == errcode.ClassItem || e.Class == errcode.ClassConfig):
		return s.noticed(ctx, l, NoticeFailed, reasonOf(err))
	}
	return err
}

// givenUp marks a notice that could not be sent for hours.
func (s *service) givenUp(ctx context.Context, j job.Job[notifyArgs], cause error) {
	l := Loss{ID: j.Args.Loss, Corp: j.Corp}
	if err := s.noticed(ctx, l, NoticeFailed, reasonOf(cause)); err != nil {
		s.log.ErrorContext(ctx, "a notice of a loss stays waiting", "loss", l.ID.String(), "error", err.Error())
	}
}

// reasonOf says in words for people why WeCom did not take a message.
func reasonOf(err error) string {
	err = corp.Fault(err)
	f, ok := errors.AsType[*fault.Fault](err)
	switch {
	case !ok:
		return "发送时发生内部错误，请在事件日志的后台任务中查看"
	case f.Upstream != 0:
		return fmt.Sprintf("%s（%d）：%s", f.Message, f.Upstream, f.Advice)
	case f.Advice != "":
		return f.Message + "：" + f.Advice
	}
	return f.Message
}

// link leads to the customer by WeCom's own sign-in: on the member's phone that is silent
// (网页授权, developer.work.weixin.qq.com/document/path/91022), so nobody needs a password.
func (s *service) link(ctx context.Context, l Loss) (string, error) {
	page := "/churn"
	c, err := mirror.CustomerByExternal(ctx, s.db.Read(), l.Corp, l.Customer)
	if err != nil && fault.CodeOf(err) != fault.NotFound {
		return "", err
	}
	if err == nil {
		page = "/customer/" + c.ID.String()
	}
	return s.publicURL + "/api/account/wecom/start?" + url.Values{"corp": {l.Corp}, "next": {page}}.Encode(), nil
}

func (s *service) noticed(ctx context.Context, l Loss, n Notice, reason string) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := told(ctx, tx, l, n, reason); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, l.Corp, slug, l.ID.String())
	})
}
